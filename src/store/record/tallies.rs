//! The forms of what a run counts: by host, and against budgets. Lost by `rebuild`, as the run is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// URLs whose hashes begin alike, by the rest of the hash.
pub(in crate::store) type SeenRow = BTreeMap<[u8; 14], Seen>;

/// Where a URL stands that was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) enum Seen {
    /// It was done, in the run of this number.
    Done(u64),
    /// It is queued.
    At(Spot),
}

/// Where a waiting URL stands in the queue of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Spot {
    pub(in crate::store) listing: bool,
    pub(in crate::store) depth: u32,
    /// Microseconds since 1970.
    pub(in crate::store) due: i64,
    /// Its number in the order of queueing.
    pub(in crate::store) nth: u64,
}

/// How far a run is with one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct HostRow {
    /// The run that counted: an earlier one's URLs still wait, but what it has done is its own.
    run: u64,
    pub(in crate::store) waiting: u64,
    pub(in crate::store) done: u64,
    pub(in crate::store) errors: BTreeMap<String, u64>,
}

impl HostRow {
    /// As `run` sees it.
    pub(in crate::store) fn in_run(self, run: u64) -> Self {
        if self.run == run {
            return self;
        }
        Self {
            run,
            waiting: self.waiting,
            ..Self::default()
        }
    }
}

/// Pages that a run has spent, by platform and by campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct SpentRow {
    pub(in crate::store) run: u64,
    pub(in crate::store) platforms: BTreeMap<String, u64>,
    pub(in crate::store) campaigns: BTreeMap<String, u64>,
}
