//! How long to wait between two requests to one host: the longest of all that asks for a wait.

use std::time::Duration;

use super::{lateness::Lateness, share::Share};

/// Of a new time to answer, so much goes into the usual one: a hiccup passes, a change is seen within a few answers.
const NEWEST: f64 = 0.2;
/// No time to answer counts for more, whatever was measured or kept.
const SLOWEST: Duration = Duration::from_secs(120);

/// A length of time, and what made it so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) delay: Duration,
    /// `rate`, `crawl-delay`, `latency` or `trouble`.
    pub(super) because: &'static str,
}

/// All that asks for a wait between two requests to one host.
#[derive(Clone, Debug)]
pub(super) struct Delay {
    rate: Duration,
    crawl_delay: Duration,
    latency: Latency,
    lateness: Lateness,
    pub(super) share: Share,
}

/// How a host that answers slowly is asked less.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slowness {
    /// So many times its usual time to answer …
    pub(super) factor: f64,
    /// … shared by so many requests at the same time.
    pub(super) at_once: u32,
}

#[derive(Clone, Debug)]
struct Latency {
    slowness: Slowness,
    usual: Option<Duration>,
}

impl Delay {
    pub(super) fn new(rate: Duration, slowness: Slowness) -> Self {
        Self {
            rate,
            crawl_delay: Duration::ZERO,
            latency: Latency {
                slowness,
                usual: None,
            },
            lateness: Lateness::default(),
            share: Share::default(),
        }
    }

    /// The longest of the four: rate, Crawl-delay, latency, and what trouble makes of the longest of those.
    pub(super) fn whole(&self) -> Reason {
        let base = self.base();
        let delay = self.share.stretch(base.delay);
        if delay > base.delay {
            let because = "trouble";
            return Reason { delay, because };
        }
        base
    }

    /// As `whole`, as if there had never been trouble.
    pub(super) fn base(&self) -> Reason {
        let mut longest = Reason {
            delay: self.rate,
            because: "rate",
        };
        for (delay, because) in [
            (self.crawl_delay, "crawl-delay"),
            (self.latency.delay(), "latency"),
        ] {
            if delay > longest.delay {
                longest = Reason { delay, because };
            }
        }
        longest
    }

    /// What robots.txt asks for; nothing asked is no delay.
    pub(super) fn obey(&mut self, crawl_delay: Option<Duration>) {
        self.crawl_delay = crawl_delay.unwrap_or_default();
    }

    /// Learns a time from request to answer. One that is no `good` answer may only make the usual time longer:
    /// an error is often said quickly.
    pub(super) fn learn(&mut self, latency: Duration, good: bool) {
        let margin = self.margin();
        self.lateness.learn(latency, margin);
        let usual = self.latency.after(latency);
        if good || self.latency.usual.is_none_or(|old| old < usual) {
            self.latency.usual = Some(usual);
        }
    }

    /// How much later than usual an answer came, where it must have been held up, or its request.
    pub(super) fn lateness(&self, latency: Duration) -> Duration {
        self.lateness.of(latency, self.margin())
    }

    /// What is waited beyond what is owed.
    fn margin(&self) -> Duration {
        let delay = self.whole().delay;
        with_margin(delay).saturating_sub(delay)
    }

    /// The usual time from request to answer; none where there was no answer.
    pub(super) fn usual(&self) -> Option<Duration> {
        self.latency.usual
    }

    /// Takes over the usual time that was kept.
    pub(super) fn restore(&mut self, usual: Option<Duration>) {
        self.latency.usual = usual.map(|usual| usual.min(SLOWEST));
    }
}

impl Latency {
    /// The usual time once `latest` has been seen too: smoothed, each older one counting less.
    fn after(&self, latest: Duration) -> Duration {
        let latest = latest.min(SLOWEST);
        match self.usual {
            Some(usual) => usual.mul_f64(1.0 - NEWEST) + latest.mul_f64(NEWEST),
            None => latest,
        }
    }

    fn delay(&self) -> Duration {
        let seconds = self.usual.unwrap_or_default().as_secs_f64() * self.slowness.factor;
        Duration::try_from_secs_f64(seconds).unwrap_or_default() / self.slowness.at_once.max(1)
    }
}

/// Where less than that lies between requests, a server does not tell the one from the other.
pub(super) const CLOSE: Duration = Duration::from_millis(1);
/// Hosts asked oftener than that are near, and the way to them is even.
pub(super) const OFTEN: Duration = Duration::from_millis(200);

/// What we wait for a delay to be kept. The delay is between two requests as the *server* sees them arrive, and one may
/// take a little longer to it than the next: a machine or a network that was busy. So we wait 2 % longer, at most 50 ms;
/// 1 % where requests follow each other often and, where it matters, at least 800 µs.
pub(super) fn with_margin(delay: Duration) -> Duration {
    let share = if delay < OFTEN { 100 } else { 50 };
    let least = if delay >= Duration::from_millis(20) {
        Duration::from_micros(800)
    } else {
        Duration::ZERO
    };
    delay.saturating_add((delay / share).clamp(least, Duration::from_millis(50)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn delay(factor: f64, at_once: u32) -> Delay {
        Delay::new(SECOND, Slowness { factor, at_once })
    }

    fn reason(delay: Duration, because: &'static str) -> Reason {
        Reason { delay, because }
    }

    #[test]
    fn the_longest_wins_and_says_its_name() {
        let mut delay = delay(2.0, 1);
        assert_eq!(delay.whole(), reason(SECOND, "rate"));
        delay.learn(3 * SECOND, true);
        assert_eq!(delay.whole(), reason(6 * SECOND, "latency"));
        delay.obey(Some(7 * SECOND));
        assert_eq!(delay.whole(), reason(7 * SECOND, "crawl-delay"));
        delay.share.halve();
        assert_eq!(delay.whole(), reason(14 * SECOND, "trouble"));
        assert_eq!(delay.base(), reason(7 * SECOND, "crawl-delay"));
        delay.obey(None);
        assert_eq!(delay.whole(), reason(12 * SECOND, "trouble"));
    }

    #[test]
    fn slowness_is_shared_by_the_requests_at_once_and_may_be_no_matter() {
        let mut four = delay(2.0, 4);
        four.learn(4 * SECOND, true);
        assert_eq!(four.whole(), reason(2 * SECOND, "latency"));
        for nothing in [0.0, -1.0, f64::NAN] {
            let mut never = delay(nothing, 1);
            never.learn(100 * SECOND, true);
            assert_eq!(never.whole(), reason(SECOND, "rate"));
        }
    }

    #[test]
    fn a_quick_error_does_not_make_a_slow_host_quick() {
        let mut delay = delay(2.0, 1);
        delay.learn(3 * SECOND, true);
        delay.learn(Duration::ZERO, false);
        assert_eq!(delay.usual(), Some(3 * SECOND));
        delay.learn(8 * SECOND, false);
        assert_eq!(delay.usual(), Some(4 * SECOND));
        delay.learn(Duration::ZERO, true);
        assert_eq!(delay.usual(), Some(Duration::from_millis(3200)));
        delay.learn(Duration::MAX, true);
        assert!(delay.usual().unwrap() < 30 * SECOND);
    }

    #[test]
    fn the_margin_is_two_percent_or_one_within_bounds() {
        let waited = |ms| with_margin(Duration::from_millis(ms)).as_secs_f64() * 1000.0;
        for (delay, wait) in [
            (0, 0.0),
            (10, 10.1),
            (20, 20.8),
            (100, 101.0),
            (200, 204.0),
            (2000, 2040.0),
            (60_000, 60_050.0),
        ] {
            assert!((waited(delay) - wait).abs() < 1e-6, "{delay}");
        }
        assert_eq!(with_margin(Duration::MAX), Duration::MAX);
    }
}
