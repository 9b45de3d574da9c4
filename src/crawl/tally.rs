//! What is counted while a crawl goes on, and what it comes to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    model::{Time, Waiting},
    store::{self, Run, Store},
    watch::{Alarm, Reading},
};

/// Note of the store: how the last crawl ended.
const LAST: &str = "crawl/last";

/// What a crawl did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Summary {
    /// Answers that were archived.
    pub pages: u64,
    /// Listings read.
    pub listings: u64,
    pub new: u64,
    pub changed: u64,
    /// Listings whose pages are not there any more.
    pub gone: u64,
    /// Listings that the platform says it took down.
    pub removed: u64,
    /// Listings that were gone or removed, and are there again.
    pub relisted: u64,
    /// Flags raised or opened again.
    pub flags: u64,
    /// Rules that failed on a listing.
    pub faults: u64,
    /// Pages that did not come or could not be read, by kind.
    pub errors: BTreeMap<String, u64>,
    /// The queue is empty: the run is complete.
    pub finished: bool,
    /// URLs still queued.
    pub left: u64,
    /// Hosts out of reach for longer than `[crawl] patience`: what they have queued is left for the next crawl.
    pub left_hosts: Vec<LeftHost>,
    /// What an inspector should look into.
    pub alarms: Vec<Alarm>,
}

/// A host that was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct LeftHost {
    pub host: String,
    pub queued: u64,
    /// Before this time it will not be asked.
    pub until: Time,
    /// Why, where the host said so.
    pub waiting: Option<Waiting>,
}

/// How the last crawl ended; a crawl that was killed leaves none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct LastRun {
    pub number: u64,
    pub started: Time,
    pub ended: Time,
    #[serde(flatten)]
    pub summary: Summary,
}

/// How the last crawl that came to an end did.
///
/// # Errors
/// Where the store cannot be read.
pub fn last_run(store: &Store) -> Result<Option<LastRun>, store::Error> {
    let note = store.note(LAST)?;
    Ok(note.and_then(|note| serde_json::from_slice(&note).ok()))
}

/// Keeps how a crawl ended.
pub(super) fn note_run(
    store: &Store,
    run: &Run,
    summary: &Summary,
    now: Time,
) -> Result<(), store::Error> {
    let last = LastRun {
        number: run.number,
        started: run.started,
        ended: now,
        summary: summary.clone(),
    };
    // Plain strings, numbers and times: they always have a JSON form.
    store.set_note(LAST, &serde_json::to_vec(&last).unwrap_or_default())
}

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
    /// What a listing page gave.
    pub(super) reading: Option<Reading>,
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
