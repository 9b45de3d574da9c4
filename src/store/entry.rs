//! What is given to the store and what it tells: plain values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Capture, Flag, FlagId, Listing, ListingId, ListingStatus, Review, Time};

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
    /// A listing was seen for the first time or its content changed. Its version number is the store's to give;
    /// `first_seen` stays what it was, and missing times are those of its capture.
    Version(Box<Listing>),
    /// What a capture shows was read otherwise than before, by other readers: a version of its own, though nobody visited
    /// the page. Its times, status and capture are those of the listing as it stood.
    Reread { listing: Box<Listing>, at: Time },
    /// A listing was seen again with the same content. `campaigns` are all that have found it so far.
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Stands for the listings of the page before, where this is a further page of the same list; else 0.
    pub list: u64,
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
    /// What is now known of a page, see `Store::visit`.
    Visited { url: String, visit: Visit },
    /// A page of `host` did not come or could not be read; counted by kind.
    Failed { host: String, kind: &'static str },
    /// A page counts against the budgets of its platform and campaigns.
    Spent {
        platform: String,
        campaigns: Vec<String>,
    },
    /// A small named value, see `Store::note`.
    Note { key: String, value: Vec<u8> },
    /// A small named value is no longer needed.
    Forget { key: String },
    /// What a host is owed; opaque bytes of the fetch room.
    Host { host: String, state: Vec<u8> },
}

/// What the visits to a page say for the next one: by what it tells whether the page changed, and when it is due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// As the server sent it.
    pub etag: Option<String>,
    /// As the server sent it.
    pub last_modified: Option<String>,
    /// Where the archive has the page whole.
    pub whole: Option<Capture>,
    /// The address that gave it, where that is another than the one asked for.
    pub answered: Option<String>,
    /// Stands for what was read from it; 0 where it was not there.
    pub print: u64,
    /// Seconds from one visit to the next.
    pub interval: u32,
    /// When the next one is due.
    pub due: Time,
    /// How many there were.
    pub visits: u32,
    /// HTTP status of the last answer; 0 where there was none.
    pub status: u16,
    /// How to ask for it again, where no listing says so.
    pub list: Option<ListPage>,
}

/// A page that is visited for its links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain names")]
pub struct ListPage {
    pub url: String,
    pub platform: String,
    pub campaigns: Vec<String>,
    pub depth: u32,
}

/// How far a run is with one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct HostCounts {
    pub host: String,
    /// URLs queued.
    pub waiting: u64,
    /// URLs done, whatever came of them.
    pub done: u64,
    /// Pages that did not come or could not be read, by kind.
    pub errors: BTreeMap<String, u64>,
}

/// Pages that a run has spent so far: what its budgets are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain names")]
pub struct Spent {
    pub platforms: BTreeMap<String, u64>,
    pub campaigns: BTreeMap<String, u64>,
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
