//! The embedded store: the journal is the truth, sled the index over it and the crawl's working state.

mod config;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::{Capture, Flag, FlagId, Listing, ListingId, ListingStatus, Review, Time};

pub use config::StoreConfig;

/// Why the store could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// One thing to be remembered for good: a record of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub enum Entry {
    /// An answer was archived.
    Captured {
        url: String,
        status: u16,
        capture: Capture,
    },
    /// A listing was seen for the first time or its content changed.
    Version(Box<Listing>),
    /// A listing was seen again with the same content; `campaigns` that are new are added.
    Seen {
        id: ListingId,
        capture: Capture,
        campaigns: Vec<String>,
    },
    /// A listing's life on its platform took a turn.
    Status {
        id: ListingId,
        status: ListingStatus,
        at: Time,
    },
    /// A flag as it now stands (raised, proofs changed, resolved), without its verdicts.
    Flagged(Box<Flag>),
    /// A person decided.
    Reviewed { flag: FlagId, review: Review },
    /// Rules or reference data in force from here on, by content hash.
    InForce {
        what: String,
        hash: String,
        at: Time,
    },
    /// A file came in (reference data, clues, results) or went out (export, pack).
    File {
        action: String,
        path: String,
        sha256: String,
        rows: u64,
        at: Time,
    },
}

/// A URL to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Queued {
    pub url: String,
    /// `host:port`.
    pub host: String,
    pub platform: String,
    pub campaigns: Vec<String>,
    pub depth: u32,
    /// A listing page; these go first.
    pub listing: bool,
    pub attempt: u32,
    /// Not before this time.
    pub due: Time,
}

/// A change of the crawl's working state; not in the journal.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "plain names")]
pub enum Work {
    /// Add, unless this URL was already queued in this run.
    Enqueue(Queued),
    /// Done, never to be fetched again in this run.
    Done { url: String, host: String },
    /// Put back with another attempt count and due time.
    Again(Queued),
    /// A small named value, see `Store::note`.
    Note { key: String, value: Vec<u8> },
    /// What a host is owed; opaque bytes of the fetch room.
    Host { host: String, state: Vec<u8> },
}

/// What is committed together: all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Into the journal, then the index.
    pub entries: Vec<Entry>,
    /// Into the working state.
    pub work: Vec<Work>,
}

/// What opening found.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Opened {
    /// The last process to use the store closed it.
    pub clean: bool,
    /// Journal frames that the index did not have yet.
    pub replayed: u64,
    /// Torn bytes cut off the journal's end.
    pub torn: u64,
}

/// The run that a crawl works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Run {
    pub number: u64,
    pub started: Time,
    /// It was begun earlier and cut off.
    pub resumed: bool,
}

/// The store of one workspace. One process owns it; threads share it.
#[derive(Debug)]
pub struct Store {}

impl Store {
    /// Opens or makes the store in `dir`, replaying what the index missed.
    pub fn open(dir: &Path) -> Result<(Self, Opened), Error> {
        let _ = dir;
        todo!()
    }

    /// Writes a group: journal fsynced, then the index with `applied`.
    pub fn commit(&self, group: Group) -> Result<(), Error> {
        let _ = group;
        todo!()
    }

    /// The latest version of a listing, with its times, status and newest capture.
    pub fn listing(&self, id: &ListingId) -> Result<Option<Listing>, Error> {
        let _ = id;
        todo!()
    }

    /// All versions of a listing, oldest first.
    pub fn versions(&self, id: &ListingId) -> Result<Vec<Listing>, Error> {
        let _ = id;
        todo!()
    }

    /// The latest version of every listing, by id.
    pub fn listings(&self) -> Box<dyn Iterator<Item = Result<Listing, Error>> + '_> {
        todo!()
    }

    /// A flag with its verdicts.
    pub fn flag(&self, id: &FlagId) -> Result<Option<Flag>, Error> {
        let _ = id;
        todo!()
    }

    /// Every flag with its verdicts, by id.
    pub fn flags(&self) -> Box<dyn Iterator<Item = Result<Flag, Error>> + '_> {
        todo!()
    }

    /// The flags on one listing.
    pub fn flags_of(&self, id: &ListingId) -> Result<Vec<Flag>, Error> {
        let _ = id;
        todo!()
    }

    /// The listing that was last read from `url`.
    pub fn listing_at(&self, url: &str) -> Result<Option<ListingId>, Error> {
        let _ = url;
        todo!()
    }

    /// The unfinished run, or a new one. `fresh` drops what was queued.
    pub fn begin_run(&self, fresh: bool, now: Time) -> Result<Run, Error> {
        let _ = (fresh, now);
        todo!()
    }

    /// The run is over: its queue and its list of seen URLs are dropped.
    pub fn end_run(&self) -> Result<(), Error> {
        todo!()
    }

    /// Hosts with queued URLs.
    pub fn hosts_queued(&self) -> Result<Vec<String>, Error> {
        todo!()
    }

    /// Up to `limit` URLs of `host` that are due at `now`, listings first, then by depth; those for which `taken` holds are skipped.
    pub fn next_queued(
        &self,
        host: &str,
        now: Time,
        limit: usize,
        taken: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Queued>, Error> {
        let _ = (host, now, limit, taken);
        todo!()
    }

    /// When the earliest queued URL of `host` is due.
    pub fn earliest_due(&self, host: &str) -> Result<Option<Time>, Error> {
        let _ = host;
        todo!()
    }

    /// (waiting, done) URLs of this run.
    pub fn queue_size(&self) -> Result<(u64, u64), Error> {
        todo!()
    }

    /// What was kept of every host.
    pub fn hosts(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        todo!()
    }

    /// A small named value of the working state (such as what was last scanned).
    pub fn note(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let _ = key;
        todo!()
    }

    /// Sets a small named value.
    pub fn set_note(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        let _ = (key, value);
        todo!()
    }

    /// Every journal entry in order, with its kind's name and place.
    pub fn entries(&self) -> Box<dyn Iterator<Item = Result<Entry, Error>> + '_> {
        todo!()
    }
}

/// Throws the index away and makes it anew from the journal. The queue is lost; a crawl seeds it again.
pub fn rebuild(dir: &Path) -> Result<u64, Error> {
    let _ = dir;
    todo!()
}
