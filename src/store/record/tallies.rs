//! The forms of what a run counts: by host, and against budgets. Lost by `rebuild`, as the run is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How far a run is with one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct HostRow {
    pub(in crate::store) waiting: u64,
    pub(in crate::store) done: u64,
    pub(in crate::store) errors: BTreeMap<String, u64>,
}

/// Pages that a run has spent, by platform and by campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct SpentRow {
    pub(in crate::store) run: u64,
    pub(in crate::store) platforms: BTreeMap<String, u64>,
    pub(in crate::store) campaigns: BTreeMap<String, u64>,
}
