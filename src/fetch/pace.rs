//! When the next request may go to one host: the delay it is owed, the pauses it asks for, its failures.
//! Nothing here reads a clock; a moment is always given.

use std::time::Duration;

use jiff::fmt::rfc2822;

use super::{
    breaker::{Breaker, Trouble},
    delay::{CLOSE, Delay, OFTEN, Reason, Slowness, with_margin},
    gate::Gate,
    share::Share,
};
use crate::model::Time;

/// The first pause after a failure, where the host's own delay is not longer.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
/// The first pause after a 429 or 503 that names no time.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// As much as tokio's timer may be late.
const AHEAD: Duration = Duration::from_millis(2);

/// The pace of one host.
#[derive(Debug)]
pub(super) struct Pace {
    delay: Delay,
    gate: Gate,
    breaker: Breaker,
}

/// What is kept of a pace between runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// When the last request left.
    pub(super) left: Option<Time>,
    /// When the next one may.
    pub(super) due: Option<Time>,
    pub(super) blocked: Option<(Time, String)>,
    pub(super) failures: u32,
    /// How long the last pause was that failures led to.
    pub(super) pause: Duration,
    /// In 64ths.
    pub(super) share: u8,
    /// The usual time from request to answer.
    pub(super) latency: Option<Duration>,
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
    /// The pace of a host asked once in `interval`, less often where it is slow. `left` is when the last request left,
    /// as far as known.
    pub(super) fn new(interval: Duration, slowness: Slowness, left: Option<Time>) -> Self {
        let delay = Delay::new(interval, slowness);
        Self {
            gate: Gate::new(with_margin(delay.whole().delay), left),
            delay,
            breaker: Breaker::default(),
        }
    }

    /// The pace as it was kept: nothing leaves before the moment that was due then, nor before what is owed now.
    pub(super) fn restore(&mut self, kept: Kept) {
        self.delay.share = Share::of(kept.share);
        self.delay.restore(kept.latency);
        self.breaker = Breaker::restore(kept.failures, kept.pause, kept.blocked);
        let wait = with_margin(self.delay.whole().delay);
        let due = kept.due.map(|due| earlier(due, wait));
        self.gate = Gate::new(wait, kept.left.max(due).max(self.gate.left()));
    }

    /// What is to be kept of it.
    pub(super) fn kept(&self) -> Kept {
        Kept {
            left: self.gate.left(),
            due: self.gate.due(),
            blocked: self.breaker.kept().cloned(),
            failures: self.breaker.failures(),
            pause: self.breaker.length(),
            share: self.delay.share.parts(),
            latency: self.delay.usual(),
        }
    }

    /// Takes robots.txt's Crawl-delay into account.
    pub(super) fn slow_to(&mut self, crawl_delay: Option<Duration>) {
        self.delay.obey(crawl_delay);
        self.adjust();
    }

    /// Takes note of a clock that was set back: one delay is owed then, not the difference.
    pub(super) fn heed(&mut self, now: Time) {
        self.gate.heed(now);
    }

    /// Lets a request leave, or says when to ask again.
    pub(super) fn pass(&mut self, now: Time) -> Result<(), Time> {
        self.gate.pass(now)
    }

    /// The last request left later than it was let go: what the next is owed counts from `at`.
    pub(super) fn left_at(&mut self, at: Time) {
        self.gate.left_at(at);
    }

    /// The answer to the request that left at `left` begins, after `latency`. Where that is much longer than usual, the
    /// request may have come late to the server: then what the next one is owed counts from later.
    pub(super) fn answered(&mut self, left: Time, latency: Duration) {
        if self.gate.left() == Some(left) {
            self.gate.left_at(later(left, self.delay.lateness(latency)));
        }
    }

    /// When the next request may leave as far as the delay goes; none if now.
    pub(super) fn due(&self, now: Time) -> Option<Time> {
        self.gate.due().filter(|due| *due > now)
    }

    /// So long before its time a request may come for its turn.
    pub(super) fn ahead(&self) -> Duration {
        let often = (CLOSE..OFTEN).contains(&self.delay.whole().delay);
        if often { AHEAD } else { Duration::ZERO }
    }

    /// When the last request left.
    pub(super) fn left(&self) -> Option<Time> {
        self.gate.left()
    }

    /// The pause the host is in.
    pub(super) fn blocked(&self, now: Time) -> Option<(Time, &str)> {
        self.breaker.blocked(now)
    }

    /// It failed often and its pause is over: one request may go to see whether it is back.
    pub(super) fn half_open(&self, now: Time) -> bool {
        self.breaker.half_open(now)
    }

    /// Failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.breaker.failures()
    }

    /// The time owed between two requests.
    pub(super) fn delay(&self) -> Reason {
        self.delay.whole()
    }

    /// The same without what trouble adds.
    pub(super) fn base(&self) -> Reason {
        self.delay.base()
    }

    /// Nothing is known of the host that a new one would not start with.
    pub(super) fn owes_nothing(&self, now: Time) -> bool {
        self.due(now).is_none()
            && self.blocked(now).is_none()
            && self.breaker.failures() == 0
            && self.delay.share == Share::default()
    }

    /// Learns from how a request ended, and from how long it took until the answer began, if one did.
    pub(super) fn settle(&mut self, outcome: Outcome, latency: Option<Duration>, now: Time) {
        if let Some(latency) = latency {
            self.delay.learn(latency, outcome == Outcome::Answered);
        }
        match trouble(outcome, self.delay.base().delay) {
            None => {
                self.breaker.answered(now);
                self.delay.share.grow();
            }
            Some(trouble) => {
                if self.breaker.failed(trouble, now) {
                    self.delay.share.halve();
                }
            }
        }
        self.adjust();
    }

    fn adjust(&mut self) {
        self.gate.set(with_margin(self.delay.whole().delay));
    }
}

/// What pause an outcome calls for, at a host asked once in `delay`; none where all went well.
fn trouble(outcome: Outcome, delay: Duration) -> Option<Trouble> {
    let (first, asked, cause) = match outcome {
        Outcome::Answered => return None,
        Outcome::Pause { status, asked } => {
            let cause = match asked {
                Some(asked) => format!("answered {status}, asking for {} s", asked.as_secs()),
                None => format!("answered {status}"),
            };
            let first = asked.filter(|asked| !asked.is_zero());
            (
                first.unwrap_or(FIRST_PAUSE),
                asked.unwrap_or_default(),
                cause,
            )
        }
        Outcome::Failed(cause) => (FIRST_BACKOFF, Duration::ZERO, cause),
    };
    Some(Trouble {
        first: first.max(delay),
        asked,
        cause,
    })
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

/// The end of time is as late as it gets.
pub(super) fn later(time: Time, by: Duration) -> Time {
    time.checked_add(by).unwrap_or(Time::MAX)
}

pub(super) fn earlier(time: Time, by: Duration) -> Time {
    time.checked_sub(by).unwrap_or(Time::MIN)
}

#[cfg(test)]
mod tests;
