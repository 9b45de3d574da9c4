//! What is counted while a crawl goes on.

use std::collections::BTreeMap;

use super::Summary;

/// What one URL adds to the summary.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) pages: u64,
    pub(super) listings: u64,
    pub(super) new: u64,
    pub(super) changed: u64,
    pub(super) gone: u64,
    pub(super) removed: u64,
    pub(super) relisted: u64,
    pub(super) flags: u64,
    pub(super) faults: u64,
    pub(super) errors: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn add_to(self, summary: &mut Summary) {
        summary.pages += self.pages;
        summary.listings += self.listings;
        summary.new += self.new;
        summary.changed += self.changed;
        summary.gone += self.gone;
        summary.removed += self.removed;
        summary.relisted += self.relisted;
        summary.flags += self.flags;
        summary.faults += self.faults;
        for (kind, count) in self.errors {
            *summary.errors.entry(kind.to_owned()).or_default() += count;
        }
    }
}
