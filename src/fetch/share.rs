//! How much of its rate a host gets: half as much after trouble, a little more after every good answer.

use std::time::Duration;

/// The whole rate, in parts.
pub(super) const WHOLE: u8 = 64;

/// The share of a host's rate, in 64ths: from 1 to 64. Additive increase, multiplicative decrease, as TCP does it
/// (RFC 5681, 3.1): a host in trouble is relieved at once and asked as before only after it has answered well for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share(u8);

impl Default for Share {
    fn default() -> Self {
        Self(WHOLE)
    }
}

impl Share {
    /// The share as it was kept; what was never written becomes the nearest that could have been.
    pub(super) fn of(parts: u8) -> Self {
        Self(parts.clamp(1, WHOLE))
    }

    /// The share in 64ths.
    pub(super) fn parts(self) -> u8 {
        self.0
    }

    /// Trouble: half of what it was, though never nothing.
    pub(super) fn halve(&mut self) {
        self.0 = (self.0 / 2).max(1);
    }

    /// A good answer: one part more.
    pub(super) fn grow(&mut self) {
        self.0 = (self.0 + 1).min(WHOLE);
    }

    /// The delay of a host that would be asked once in `delay` if it got its whole rate.
    pub(super) fn stretch(self, delay: Duration) -> Duration {
        delay * u32::from(WHOLE) / u32::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_halves_and_sixty_four_good_answers_at_most_undo_it() {
        let mut share = Share::default();
        assert_eq!(
            share.stretch(Duration::from_secs(2)),
            Duration::from_secs(2)
        );
        share.halve();
        assert_eq!(
            share.stretch(Duration::from_secs(2)),
            Duration::from_secs(4)
        );
        share.grow();
        assert!(share.stretch(Duration::from_secs(2)) > Duration::from_millis(3800));
        for _ in 0..9 {
            share.halve();
        }
        assert_eq!(
            share.stretch(Duration::from_secs(2)),
            Duration::from_secs(128)
        );
        for _ in 0..63 {
            assert_ne!(share, Share::default());
            share.grow();
        }
        assert_eq!(share, Share::default());
        share.grow();
        assert_eq!(share, Share::default());
    }

    #[test]
    fn what_was_kept_is_brought_within_bounds() {
        assert_eq!(Share::of(0).parts(), 1);
        assert_eq!(Share::of(200), Share::default());
        assert_eq!(Share::of(5).parts(), 5);
    }
}
