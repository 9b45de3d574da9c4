//! Some of the listings, drawn by lot: the same seed draws the same ones from the same store.

use std::collections::BinaryHeap;

use serde::Serialize;

use crate::model::{Listing, ListingId};

/// How many are drawn, and by which lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// At most so many listings; they are held in memory.
    pub listings: usize,
    /// Another number draws others.
    pub seed: u64,
}

/// Keeps the listings with the lowest lots.
#[derive(Debug)]
pub(super) struct Urn {
    sample: Sample,
    kept: BinaryHeap<Lot>,
}

#[derive(Debug)]
struct Lot {
    number: [u8; 32],
    listing: Box<Listing>,
}

impl Urn {
    pub(super) fn new(sample: Sample) -> Self {
        Self {
            sample,
            kept: BinaryHeap::new(),
        }
    }

    pub(super) fn put(&mut self, listing: Listing) {
        self.kept.push(Lot {
            number: self.lot(&listing.id),
            listing: Box::new(listing),
        });
        if self.kept.len() > self.sample.listings {
            self.kept.pop();
        }
    }

    /// The listings that were drawn, by id.
    pub(super) fn drawn(self) -> Vec<Listing> {
        let mut drawn: Vec<_> = self.kept.into_iter().map(|lot| *lot.listing).collect();
        drawn.sort_by(|a, b| a.id.cmp(&b.id));
        drawn
    }

    fn lot(&self, id: &ListingId) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.sample.seed.to_le_bytes());
        hasher.update(id.as_str().as_bytes());
        hasher.finalize().into()
    }
}

impl Ord for Lot {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |lot: &Self| (lot.number, lot.listing.id.clone());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Lot {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Lot {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Lot {}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(listings: usize, seed: u64, of: impl Iterator<Item = u32>) -> Vec<String> {
        let mut urn = Urn::new(Sample { listings, seed });
        for item in of {
            urn.put(Listing {
                id: ListingId::new("shop", &item.to_string()),
                ..Listing::default()
            });
        }
        let drawn = urn.drawn().into_iter();
        drawn.map(|listing| listing.id.to_string()).collect()
    }

    #[test]
    fn a_seed_draws_the_same_from_whatever_order_and_another_seed_others() {
        let one = drawn(10, 7, 0..500);
        assert_eq!(one.len(), 10);
        assert_eq!(one, drawn(10, 7, (0..500).rev()));
        assert_ne!(one, drawn(10, 8, 0..500));
        assert_eq!(drawn(10, 7, 0..4).len(), 4, "there are no more");
    }
}
