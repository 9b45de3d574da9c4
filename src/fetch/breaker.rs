//! Failures in a row and the pauses they lead to. After a few of them a pause ends with one careful try: a circuit
//! breaker, closed while all is well, open during such a pause, half open after it until that try has ended.

use std::time::Duration;

use super::pace::later;
use crate::model::Time;

/// So many failures in a row open the breaker.
const OPENS_AFTER: u32 = 5;
/// No pause is longer, whatever a host asks.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);
/// No run of failures leads to a longer pause.
const LONGEST_BACKOFF: Duration = Duration::from_secs(3600);

/// What a request met that did not go well.
#[derive(Debug)]
pub(super) struct Trouble {
    /// How long the first pause is to be.
    pub(super) first: Duration,
    /// What the host itself asks for.
    pub(super) asked: Duration,
    /// In words.
    pub(super) cause: String,
}

/// The row of failures of one host. Whether the breaker is open follows from what is kept, so it outlives a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Breaker {
    failures: u32,
    /// Of the last pause, as far as it came from failing.
    length: Duration,
    blocked: Option<(Time, String)>,
}

impl Breaker {
    /// The breaker as it was kept.
    pub(super) fn restore(
        failures: u32,
        length: Duration,
        blocked: Option<(Time, String)>,
    ) -> Self {
        Self {
            failures,
            length: length.min(LONGEST_BACKOFF),
            blocked,
        }
    }

    /// Failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// How long the next pause would be half of.
    pub(super) fn length(&self) -> Duration {
        self.length
    }

    /// Until when and why the host was last given a pause, over or not.
    pub(super) fn kept(&self) -> Option<&(Time, String)> {
        self.blocked.as_ref()
    }

    /// The pause the host is in.
    pub(super) fn blocked(&self, now: Time) -> Option<(Time, &str)> {
        let (until, cause) = self.blocked.as_ref()?;
        (*until > now).then_some((*until, cause.as_str()))
    }

    /// One request may go, and no other before it has ended.
    pub(super) fn half_open(&self, now: Time) -> bool {
        self.failures >= OPENS_AFTER && self.blocked(now).is_none()
    }

    /// A good answer ends the row. One that comes during a pause was asked for before it, and says nothing of now.
    pub(super) fn answered(&mut self, now: Time) {
        if self.blocked(now).is_none() {
            self.failures = 0;
            self.length = Duration::ZERO;
        }
    }

    /// Begins a pause, twice as long as the last, or prolongs the one that is; says whether it is a new one.
    /// A pause once begun is only ever made longer.
    pub(super) fn failed(&mut self, trouble: Trouble, now: Time) -> bool {
        // Requests that were under way together fail together: that is one failure.
        let new = self.blocked(now).is_none();
        if new {
            self.failures = self.failures.saturating_add(1);
            self.length = self.length.saturating_mul(2);
        }
        self.length = self.length.max(trouble.first).min(LONGEST_BACKOFF);
        let until = later(now, self.length.max(trouble.asked).min(LONGEST_PAUSE));
        if self.blocked.as_ref().is_none_or(|(old, _)| *old < until) {
            self.blocked = Some((until, trouble.cause));
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn trouble(first: u64, asked: u64) -> Trouble {
        Trouble {
            first: Duration::from_secs(first),
            asked: Duration::from_secs(asked),
            cause: "timeout".to_owned(),
        }
    }

    #[test]
    fn failures_double_the_pause_and_an_answer_ends_the_row() {
        let mut breaker = Breaker::default();
        assert!(breaker.failed(trouble(2, 0), at(0)));
        assert_eq!(breaker.blocked(at(0)), Some((at(2), "timeout")));
        assert!(
            !breaker.failed(trouble(2, 0), at(1)),
            "under way at the same time: no second failure"
        );
        assert_eq!(breaker.blocked(at(2)).unwrap().0, at(3));
        assert!(breaker.failed(trouble(2, 0), at(3)));
        assert_eq!(breaker.blocked(at(3)).unwrap().0, at(7));
        breaker.answered(at(4));
        assert_eq!(breaker.blocked(at(4)).unwrap().0, at(7), "never shortened");
        assert_eq!(breaker.failures(), 2, "asked before the pause began");
        breaker.answered(at(8));
        assert!(breaker.failed(trouble(2, 0), at(8)));
        assert_eq!(breaker.blocked(at(8)).unwrap().0, at(10));
        for n in 1..100 {
            breaker.failed(trouble(2, 0), at(100_000 * n));
        }
        assert_eq!(breaker.blocked(at(9_900_000)).unwrap().0, at(9_903_600));
    }

    #[test]
    fn five_failures_open_it_and_the_try_after_the_pause_decides() {
        let mut breaker = Breaker::default();
        let mut now = at(0);
        for n in 1..=5 {
            assert!(!breaker.half_open(now), "after {} failures", n - 1);
            breaker.failed(trouble(1, 0), now);
            assert!(!breaker.half_open(now), "open, not half open");
            now = breaker.blocked(now).unwrap().0;
        }
        assert!(breaker.half_open(now));
        let again = Breaker::restore(
            breaker.failures(),
            breaker.length(),
            breaker.kept().cloned(),
        );
        assert_eq!(again, breaker, "a restart changes nothing");
        breaker.failed(trouble(1, 0), now);
        assert_eq!(
            breaker.blocked(now).unwrap().0,
            later(now, Duration::from_secs(32)),
            "twice the sixteen before"
        );
        now = breaker.blocked(now).unwrap().0;
        assert!(breaker.half_open(now));
        breaker.answered(now);
        assert!(!breaker.half_open(now));
    }

    #[test]
    fn a_quick_failure_after_a_long_pause_makes_no_shorter_one() {
        let mut breaker = Breaker::default();
        breaker.failed(trouble(30, 0), at(0));
        breaker.failed(trouble(1, 0), at(30));
        assert_eq!(breaker.blocked(at(30)).unwrap().0, at(90));
    }

    #[test]
    fn what_a_host_asks_is_kept_up_to_a_day() {
        let mut breaker = Breaker::default();
        breaker.failed(trouble(1, 7200), at(0));
        assert_eq!(breaker.blocked(at(0)).unwrap().0, at(7200));
        breaker.failed(trouble(1, u64::MAX), at(7200));
        assert_eq!(breaker.blocked(at(7200)).unwrap().0, at(7200 + 86_400));
    }
}
