//! The whole store shared among threads: who has read a piece of its stretch leaves half of the rest to whoever waits.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::store::Stretch;

/// Stretches that nobody reads yet, and how many are being read.
#[derive(Debug)]
pub(super) struct Shares {
    state: Mutex<(Vec<Stretch>, usize)>,
    changed: Condvar,
}

/// A stretch that somebody reads.
#[derive(Debug)]
pub(super) struct Share<'s> {
    shares: &'s Shares,
    pub stretch: Stretch,
}

impl Shares {
    pub(super) fn of(stretch: Stretch) -> Self {
        Self {
            state: Mutex::new((vec![stretch], 0)),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<Stretch>, usize)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stretch to read; none when all of them have been read. Waits for what others may leave.
    pub(super) fn next(&self) -> Option<Share<'_>> {
        let mut state = self.lock();
        loop {
            if let Some(stretch) = state.0.pop() {
                state.1 += 1;
                let shares = self;
                return Some(Share { shares, stretch });
            }
            if state.1 == 0 {
                return None;
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Leaves stretches to whoever comes next.
    pub(super) fn leave(&self, stretches: Vec<Stretch>) {
        self.lock().0.extend(stretches);
        self.changed.notify_all();
    }
}

impl Drop for Share<'_> {
    /// Also where reading it failed or panicked: nobody waits for it then.
    fn drop(&mut self) {
        self.shares.lock().1 -= 1;
        self.shares.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::model::ListingId;

    #[test]
    fn all_of_it_is_read_by_several_and_by_none_twice() {
        let shares = Shares::of(Stretch::all());
        let read = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(share) = shares.next() {
                        let number = read.fetch_add(1, Ordering::Relaxed);
                        if number < 50 {
                            let id = ListingId::from(format!("shop:{number:04}"));
                            shares.leave(share.stretch.clone().behind(&id));
                        }
                    }
                });
            }
        });
        // Each of the first fifty left one or two, and nothing was read that nobody left.
        assert!((51..=101).contains(&read.into_inner()));
        assert!(shares.next().is_none());
    }

    #[test]
    fn one_who_fails_keeps_nobody_waiting() {
        let shares = Shares::of(Stretch::all());
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _share = shares.next();
            panic!("a test's panic");
        }));
        assert!(failed.is_err());
        assert!(shares.next().is_none());
    }
}
