//! How often something was there, and when that is so much less than usual that somebody should look.

use serde::{Deserialize, Serialize};

/// Pages or listings that a share must rest on.
pub(super) const ENOUGH: u64 = 20;
/// The share below which a field that every listing has is missing, where no usual share is known.
const UNKNOWN: f64 = 0.5;
/// A field that is there nearly always is missed soon: from this share on, below this part of it.
const NEARLY_ALWAYS: f64 = 0.9;
const SOON: f64 = 0.75;
/// One that is there with some goods only may well be rarer in a run over other goods: it is missed when nearly gone.
const LATE: f64 = 0.25;
/// So many standard deviations of chance below what was to be expected is no chance.
const CHANCE: f64 = 3.0;

/// How often something was there, of how many times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Share {
    pub(super) of: u64,
    pub(super) there: u64,
}

impl Share {
    pub(super) fn add(&mut self, of: u64, there: u64) {
        self.of += of;
        self.there += there;
    }

    /// Between 0 and 1.
    pub(super) fn is(self) -> f64 {
        self.there as f64 / self.of.max(1) as f64
    }

    /// It rests on enough to say anything.
    pub(super) fn counts(self) -> bool {
        self.of >= ENOUGH
    }

    /// Whether it is so much below the usual share that no chance explains it. `sure`: every listing should have it.
    pub(super) fn fell(self, usual: Option<f64>, sure: bool) -> bool {
        let Some(usual) = usual else {
            return self.counts() && sure && self.is() < UNKNOWN;
        };
        let part = if usual >= NEARLY_ALWAYS { SOON } else { LATE };
        let expected = self.of as f64 * usual;
        let chance = CHANCE * (expected * (1.0 - usual)).max(0.0).sqrt();
        self.counts() && self.is() < part * usual && (self.there as f64) < expected - chance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(there: u64, of: u64) -> Share {
        Share { of, there }
    }

    #[test]
    fn what_is_nearly_always_there_is_missed_soon_and_what_is_rare_only_when_chance_does_not_explain_it()
     {
        for (there, of, usual, fell) in [
            (14, 20, 0.98, true),
            (16, 20, 0.98, false),
            (0, 19, 0.98, false),
            // A third of what it was, as another sort of goods may have it.
            (20, 100, 0.6, false),
            (10, 100, 0.6, true),
            // Two were to be expected; none is chance, of three hundred none is not.
            (0, 20, 0.1, false),
            (0, 300, 0.1, true),
            (0, 300, 0.0, false),
        ] {
            let found = share(there, of).fell(Some(usual), false);
            assert_eq!(found, fell, "{there} of {of}, usually {usual}");
        }
    }

    #[test]
    fn where_nothing_is_known_only_what_every_listing_has_is_missed() {
        assert!(share(5, 30).fell(None, true));
        assert!(!share(5, 30).fell(None, false));
        assert!(!share(20, 30).fell(None, true));
        assert!(!share(0, 10).fell(None, true));
    }
}
