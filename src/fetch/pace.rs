//! When the next request may go to one host: its rate, its crawl delay, the pauses it asks for, its failures.
//! Nothing here reads a clock; a moment is always given.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use jiff::fmt::rfc2822;

use crate::model::Time;

/// No pause is longer, whatever a host asks.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);
/// No run of failures leads to a longer pause.
const LONGEST_BACKOFF: Duration = Duration::from_secs(3600);
/// The first pause after a failure, where the host's own delay is not longer.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
/// The first pause after a 429 or 503 that names no time.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// The pace of one host.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    gate: Gate,
    blocked: Option<(Time, String)>,
    failures: u32,
}

/// How a request ended, as far as pace is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The host answered well.
    Answered,
    /// It asked for a pause (429, 503), perhaps of a length of its own.
    Pause {
        status: u16,
        asked: Option<Duration>,
    },
    /// It failed: an error of the server, a timeout, no connection.
    Failed(String),
}

impl Pace {
    /// The pace of a host asked once in `interval`. `left` is when the last request left, as far as known.
    pub(super) fn new(interval: Duration, left: Option<Time>) -> Self {
        Self {
            interval,
            gate: Gate::new(interval, left),
            blocked: None,
            failures: 0,
        }
    }

    /// The pace as it was kept: the next request may leave at `due`.
    pub(super) fn restore(
        &mut self,
        due: Option<Time>,
        blocked: Option<(Time, String)>,
        failures: u32,
    ) {
        let left = due.map(|due| earlier(due, self.gate.delay));
        self.gate = Gate::new(self.gate.delay, left.max(self.gate.left()));
        self.blocked = blocked;
        self.failures = failures;
    }

    /// Takes robots.txt's Crawl-delay into account: the longer of the two holds.
    pub(super) fn slow_to(&mut self, crawl_delay: Option<Duration>) {
        let delay = self.interval.max(crawl_delay.unwrap_or_default());
        if delay != self.gate.delay {
            self.gate = Gate::new(delay, self.gate.left());
        }
    }

    /// Lets a request leave, or says when to ask again.
    pub(super) fn pass(&mut self, now: Time) -> Result<(), Time> {
        self.gate.pass(now)
    }

    /// When the next request may leave as far as the rate goes; none if now.
    pub(super) fn due(&self, now: Time) -> Option<Time> {
        self.gate.due.filter(|due| *due > now)
    }

    /// The pause the host is in.
    pub(super) fn blocked(&self, now: Time) -> Option<(Time, &str)> {
        let (until, cause) = self.blocked.as_ref()?;
        (*until > now).then_some((*until, cause.as_str()))
    }

    /// The moment the last granted request allows the next, and the failures in a row.
    pub(super) fn kept(&self) -> (Option<Time>, Option<(Time, String)>, u32) {
        (self.gate.due, self.blocked.clone(), self.failures)
    }

    /// The time from one request to the next.
    pub(super) fn delay(&self) -> Duration {
        self.gate.delay
    }

    /// Learns from how a request ended. A pause once begun is only ever made longer.
    pub(super) fn settle(&mut self, outcome: Outcome, now: Time) {
        let (first, asked, cause) = match outcome {
            Outcome::Answered => {
                self.failures = 0;
                return;
            }
            Outcome::Pause { status, asked } => {
                let cause = match asked {
                    Some(asked) => format!("answered {status}, asking for {} s", asked.as_secs()),
                    None => format!("answered {status}"),
                };
                (
                    asked
                        .filter(|asked| !asked.is_zero())
                        .unwrap_or(FIRST_PAUSE),
                    asked.unwrap_or_default(),
                    cause,
                )
            }
            Outcome::Failed(cause) => (FIRST_BACKOFF, Duration::ZERO, cause),
        };
        // Requests that were under way together fail together: that is one failure.
        if self.blocked(now).is_none() {
            self.failures = self.failures.saturating_add(1);
        }
        let doubled = first
            .max(self.gate.delay)
            .saturating_mul(1 << (self.failures.max(1) - 1).min(16))
            .min(LONGEST_BACKOFF);
        let until = later(now, doubled.max(asked).min(LONGEST_PAUSE));
        if self.blocked.as_ref().is_none_or(|(old, _)| *old < until) {
            self.blocked = Some((until, cause));
        }
    }
}

/// Retry-After as a length of time from `now`: seconds or an HTTP date (RFC 9110, 10.2.3).
pub(super) fn retry_after(value: &str, now: Time) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

/// governor, one request at a time, on a clock that stands where we set it.
#[derive(Debug)]
struct Gate {
    delay: Duration,
    dial: Dial,
    limiter: RateLimiter<NotKeyed, InMemoryState, Dial, NoOpMiddleware<Nanos>>,
    /// governor keeps this to itself, but it is asked for and must outlive us.
    due: Option<Time>,
}

impl Gate {
    fn new(delay: Duration, left: Option<Time>) -> Self {
        // governor knows no quota without a period.
        let delay = delay.max(Duration::from_nanos(1));
        let dial = Dial::default();
        dial.set(left.unwrap_or(Time::UNIX_EPOCH));
        let once = Quota::with_period(delay)
            .unwrap_or_else(|| Quota::per_second(std::num::NonZeroU32::MIN));
        let mut gate = Self {
            delay,
            limiter: RateLimiter::direct_with_clock(once, dial.clone()),
            dial,
            due: None,
        };
        if let Some(left) = left {
            // A new limiter lets the first request through: this is the one that has left already.
            let _ = gate.pass(left);
        }
        gate
    }

    fn pass(&mut self, now: Time) -> Result<(), Time> {
        // Further away than that it cannot be: the clock was set back. The whole delay is kept from now.
        if self.due.is_some_and(|due| due > later(now, self.delay)) {
            *self = Self::new(self.delay, Some(now));
        }
        self.dial.set(now);
        match self.limiter.check() {
            Ok(()) => {
                self.due = Some(later(now, self.delay));
                Ok(())
            }
            Err(wait) => Err(later(now, wait.wait_time_from(self.dial.now()))),
        }
    }

    fn left(&self) -> Option<Time> {
        self.due.map(|due| earlier(due, self.delay))
    }
}

/// A clock that shows the moment it was last given, as nanoseconds since 1970.
#[derive(Clone, Debug, Default)]
struct Dial(Arc<AtomicU64>);

impl Dial {
    fn set(&self, now: Time) {
        let nanos = u64::try_from(now.as_nanosecond()).unwrap_or(0);
        self.0.store(nanos, Ordering::Relaxed);
    }
}

impl Clock for Dial {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.load(Ordering::Relaxed))
    }
}

/// The end of time is as late as it gets.
pub(super) fn later(time: Time, by: Duration) -> Time {
    time.checked_add(by).unwrap_or(Time::MAX)
}

fn earlier(time: Time, by: Duration) -> Time {
    time.checked_sub(by).unwrap_or(Time::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: i64) -> Time {
        Time::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn requests_leave_at_the_rate_and_not_a_moment_before() {
        let mut pace = Pace::new(2 * SECOND, None);
        assert_eq!(pace.due(at(0)), None);
        assert_eq!(pace.pass(at(0)), Ok(()));
        assert_eq!(pace.due(at(1)), Some(at(2)));
        assert_eq!(pace.pass(at(1)), Err(at(2)));
        assert_eq!(pace.pass(at(2)), Ok(()));
        assert_eq!(pace.pass(at(9)), Ok(()));
        assert_eq!(pace.pass(at(10)), Err(at(11)));
    }

    #[test]
    fn the_longer_of_rate_and_crawl_delay_holds_at_once() {
        let mut pace = Pace::new(2 * SECOND, None);
        assert_eq!(pace.pass(at(0)), Ok(()));
        pace.slow_to(Some(10 * SECOND));
        assert_eq!(pace.pass(at(2)), Err(at(10)));
        pace.slow_to(Some(SECOND));
        assert_eq!(pace.pass(at(1)), Err(at(2)));
        assert_eq!(pace.pass(at(2)), Ok(()));
    }

    #[test]
    fn a_clock_set_back_costs_one_delay_not_the_difference() {
        let mut pace = Pace::new(2 * SECOND, None);
        assert_eq!(pace.pass(at(86_400)), Ok(()));
        assert_eq!(pace.pass(at(0)), Err(at(2)));
        assert_eq!(pace.pass(at(2)), Ok(()));
    }

    #[test]
    fn failures_double_the_pause_and_an_answer_ends_the_row() {
        let mut pace = Pace::new(2 * SECOND, None);
        pace.settle(Outcome::Failed("timeout".to_owned()), at(0));
        assert_eq!(pace.blocked(at(0)), Some((at(2), "timeout")));
        // Under way at the same time: no second failure.
        pace.settle(Outcome::Failed("timeout".to_owned()), at(1));
        assert_eq!(pace.blocked(at(2)).unwrap().0, at(3));
        pace.settle(Outcome::Failed("timeout".to_owned()), at(3));
        assert_eq!(pace.blocked(at(3)).unwrap().0, at(7));
        pace.settle(Outcome::Answered, at(4));
        assert_eq!(
            pace.blocked(at(4)).unwrap().0,
            at(7),
            "a pause is never shortened"
        );
        pace.settle(Outcome::Failed("timeout".to_owned()), at(8));
        assert_eq!(pace.blocked(at(8)).unwrap().0, at(10));
        for n in 0..100 {
            pace.settle(Outcome::Failed("timeout".to_owned()), at(100_000 * n));
        }
        assert_eq!(pace.blocked(at(9_900_000)).unwrap().0, at(9_903_600));
    }

    #[test]
    fn what_the_host_asks_is_kept_up_to_a_day() {
        let mut pace = Pace::new(2 * SECOND, None);
        let asking = |seconds| Outcome::Pause {
            status: 429,
            asked: Some(Duration::from_secs(seconds)),
        };
        pace.settle(asking(120), at(0));
        assert_eq!(
            pace.blocked(at(119)),
            Some((at(120), "answered 429, asking for 120 s"))
        );
        assert_eq!(pace.blocked(at(120)), None);
        pace.settle(asking(u64::MAX), at(200));
        assert_eq!(pace.blocked(at(200)).unwrap().0, at(200 + 86_400));
        let mut hasty = Pace::new(2 * SECOND, None);
        hasty.settle(asking(0), at(0));
        assert_eq!(
            hasty.blocked(at(0)).unwrap().0,
            at(30),
            "429 is a pause, also when it asks for none"
        );
        let mut brief = Pace::new(SECOND, None);
        brief.settle(asking(1), at(0));
        assert_eq!(brief.blocked(at(0)).unwrap().0, at(1), "as long as it asks");
        brief.settle(asking(1), at(2));
        assert_eq!(
            brief.blocked(at(2)).unwrap().0,
            at(4),
            "and it asks again: twice as long"
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Time = "1994-11-06T08:49:00Z".parse().unwrap();
        assert_eq!(retry_after(" 120 ", now), Some(120 * SECOND));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now),
            Some(37 * SECOND)
        );
        assert_eq!(
            retry_after("Sat, 05 Nov 1994 08:49:37 GMT", now),
            Some(Duration::ZERO)
        );
        assert!(retry_after("99999999999999999999999", now).unwrap() > LONGEST_PAUSE);
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("", now), None);
    }

    #[test]
    fn what_was_kept_holds_after_a_restart() {
        let mut pace = Pace::new(2 * SECOND, None);
        assert_eq!(pace.pass(at(0)), Ok(()));
        pace.settle(Outcome::Failed("500".to_owned()), at(0));
        let (due, blocked, failures) = pace.kept();
        let mut again = Pace::new(2 * SECOND, None);
        again.restore(due, blocked, failures);
        assert_eq!(again.pass(at(1)), Err(at(2)));
        assert_eq!(again.kept(), pace.kept());
        let mut unclean = Pace::new(2 * SECOND, Some(at(1)));
        unclean.restore(due, None, 0);
        assert_eq!(unclean.pass(at(2)), Err(at(3)), "the later of the two");
    }
}
