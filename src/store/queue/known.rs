//! URLs that were queued in this run, by short hash: most links of a page are old acquaintances, and asking sled
//! for each costs more than all the rest. Never more than a memory; the rows are what counts.

use std::collections::HashSet;

/// URLs remembered in each of the two halves; about 20 MB together.
const HALF: usize = 1 << 18;

/// Two halves: when the newer one is full, the older one is forgotten.
#[derive(Debug, Default)]
pub(in crate::store) struct Known {
    newer: HashSet<[u8; 16]>,
    older: HashSet<[u8; 16]>,
}

impl Known {
    pub(super) fn contains(&self, short: &[u8; 16]) -> bool {
        self.newer.contains(short) || self.older.contains(short)
    }

    /// Adds what a group that is now in the index has queued.
    pub(super) fn remember(&mut self, met: Vec<[u8; 16]>) {
        for short in met {
            if self.newer.len() >= HALF {
                self.older = std::mem::take(&mut self.newer);
            }
            self.newer.insert(short);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(n: usize) -> [u8; 16] {
        (n as u128).to_be_bytes()
    }

    #[test]
    fn what_was_met_lately_is_known_and_memory_has_an_end() {
        let mut known = Known::default();
        known.remember((0..3 * HALF).map(short).collect());
        assert!(known.contains(&short(3 * HALF - 1)));
        assert!(known.contains(&short(2 * HALF - 1)), "the older half");
        assert!(!known.contains(&short(0)));
        assert!(known.newer.len() + known.older.len() <= 2 * HALF);
        known.clear();
        assert!(!known.contains(&short(3 * HALF - 1)));
    }
}
