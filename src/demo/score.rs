//! What was flagged against what the market planted.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::market::Expected;
use crate::model::{Flag, Listing, ListingId};

/// One kind of violation, counted in listings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Kind {
    pub kind: String,
    pub planted: u64,
    pub found: u64,
    pub missed: u64,
    /// Flagged with this kind, though honest in this respect.
    pub wrong: u64,
    /// Which were missed or wrong, for whoever looks into it.
    pub listings: Vec<String>,
}

/// All kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Score {
    pub kinds: Vec<Kind>,
}

impl Score {
    /// `truth` gives the kinds that each listing deserves.
    pub fn of(truth: &BTreeMap<ListingId, Expected>, flags: &[(Flag, Option<Listing>)]) -> Self {
        let mut flagged: BTreeSet<(String, ListingId)> = BTreeSet::new();
        flagged.extend(
            flags
                .iter()
                .map(|(flag, _)| (flag.kind.clone(), flag.listing.clone())),
        );
        let mut planted: BTreeSet<(String, ListingId)> = BTreeSet::new();
        for (listing, expected) in truth {
            planted.extend(
                expected
                    .kinds
                    .iter()
                    .map(|kind| (kind.clone(), listing.clone())),
            );
        }
        let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
        for pair in planted.union(&flagged) {
            let kind = kinds.entry(pair.0.clone()).or_insert_with(|| Kind {
                kind: pair.0.clone(),
                ..Kind::default()
            });
            kind.planted += u64::from(planted.contains(pair));
            match (planted.contains(pair), flagged.contains(pair)) {
                (true, true) => kind.found += 1,
                (true, false) => {
                    kind.missed += 1;
                    kind.listings.push(format!("{} missed", pair.1));
                }
                _ => {
                    kind.wrong += 1;
                    kind.listings.push(format!("{} wrong", pair.1));
                }
            }
        }
        Self {
            kinds: kinds.into_values().collect(),
        }
    }

    /// Planted and flagged.
    pub fn found(&self) -> u64 {
        self.kinds.iter().map(|k| k.found).sum()
    }

    /// Planted and not flagged.
    pub fn missed(&self) -> u64 {
        self.kinds.iter().map(|k| k.missed).sum()
    }

    /// Flagged, though honest.
    pub fn wrong(&self) -> u64 {
        self.kinds.iter().map(|k| k.wrong).sum()
    }
}
