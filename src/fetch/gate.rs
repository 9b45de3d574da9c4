//! One request in a time: governor, on a clock that stands where we set it.

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

use super::pace::{earlier, later};
use crate::model::Time;

/// Lets one request through in `wait`.
#[derive(Debug)]
pub(super) struct Gate {
    wait: Duration,
    dial: Dial,
    limiter: RateLimiter<NotKeyed, InMemoryState, Dial, NoOpMiddleware<Nanos>>,
    /// governor keeps this to itself, but it is asked for and must outlive us.
    due: Option<Time>,
}

impl Gate {
    /// A gate that let its last request through at `left`, as far as known.
    pub(super) fn new(wait: Duration, left: Option<Time>) -> Self {
        // governor knows no quota without a period.
        let wait = wait.max(Duration::from_nanos(1));
        let dial = Dial::default();
        dial.set(left.unwrap_or(Time::UNIX_EPOCH));
        let once = Quota::with_period(wait)
            .unwrap_or_else(|| Quota::per_second(std::num::NonZeroU32::MIN));
        let mut gate = Self {
            wait,
            limiter: RateLimiter::direct_with_clock(once, dial.clone()),
            dial,
            due: None,
        };
        if let Some(left) = left {
            // A new limiter lets the first request through: this is the one that has left already.
            let _ = gate.limiter.check();
            gate.due = Some(later(left, wait));
        }
        gate
    }

    /// Lets a request through, or says when to ask again.
    pub(super) fn pass(&mut self, now: Time) -> Result<(), Time> {
        self.heed(now);
        self.dial.set(now);
        match self.limiter.check() {
            Ok(()) => {
                self.due = Some(later(now, self.wait));
                Ok(())
            }
            Err(wait) => Err(later(now, wait.wait_time_from(self.dial.now()))),
        }
    }

    /// The last request left later than it was let through: what the next is owed counts from `at`.
    pub(super) fn left_at(&mut self, at: Time) {
        if self.left().is_some_and(|left| left < at) {
            *self = Self::new(self.wait, Some(at));
        }
    }

    /// Takes note of a clock that was set back: the next request cannot be due later than a whole wait from now.
    pub(super) fn heed(&mut self, now: Time) {
        if self.due.is_some_and(|due| due > later(now, self.wait)) {
            *self = Self::new(self.wait, Some(now));
        }
    }

    /// From now on one request in `wait`, reckoned from the last.
    pub(super) fn set(&mut self, wait: Duration) {
        if wait.max(Duration::from_nanos(1)) != self.wait {
            *self = Self::new(wait, self.left());
        }
    }

    /// When the next request may go; none if nothing has gone yet.
    pub(super) fn due(&self) -> Option<Time> {
        self.due
    }

    /// When the last request went.
    pub(super) fn left(&self) -> Option<Time> {
        self.due.map(|due| earlier(due, self.wait))
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

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: i64) -> Time {
        Time::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn requests_go_one_in_a_time_and_not_a_moment_before() {
        let mut gate = Gate::new(2 * SECOND, None);
        assert_eq!(gate.due(), None);
        assert_eq!(gate.pass(at(0)), Ok(()));
        assert_eq!(gate.pass(at(1)), Err(at(2)));
        assert_eq!(gate.pass(at(2)), Ok(()));
        assert_eq!(gate.pass(at(9)), Ok(()));
        assert_eq!(gate.pass(at(10)), Err(at(11)));
        assert_eq!((gate.left(), gate.due()), (Some(at(9)), Some(at(11))));
    }

    #[test]
    fn another_wait_holds_at_once_from_the_last_request_on() {
        let mut gate = Gate::new(2 * SECOND, None);
        assert_eq!(gate.pass(at(0)), Ok(()));
        gate.set(10 * SECOND);
        assert_eq!(gate.pass(at(2)), Err(at(10)));
        gate.set(3 * SECOND);
        assert_eq!(gate.pass(at(2)), Err(at(3)));
        assert_eq!(gate.pass(at(3)), Ok(()));
    }

    #[test]
    fn a_request_that_left_late_is_owed_the_whole_wait() {
        let mut gate = Gate::new(2 * SECOND, None);
        gate.left_at(at(0));
        assert_eq!(gate.due(), None, "none has left");
        assert_eq!(gate.pass(at(0)), Ok(()));
        gate.left_at(at(1));
        assert_eq!(gate.pass(at(2)), Err(at(3)));
        gate.left_at(at(0));
        assert_eq!(gate.pass(at(3)), Ok(()), "never sooner");
    }

    #[test]
    fn a_clock_set_back_costs_one_wait_not_the_difference() {
        let mut gate = Gate::new(2 * SECOND, None);
        assert_eq!(gate.pass(at(86_400)), Ok(()));
        assert_eq!(gate.pass(at(0)), Err(at(2)));
        assert_eq!(gate.pass(at(2)), Ok(()));
    }
}
