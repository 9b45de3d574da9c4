//! What a stage reports while it works. The command line draws it, a test collects it.

use std::collections::BTreeMap;

use url::Url;

use super::{FlagId, ListingId, PageKind, Severity, Time};

/// Why a host stands still.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase", tag = "why")]
pub enum Waiting {
    /// Its pace allows the next request at this time.
    Pace {
        /// When the next request may leave.
        until: Time,
    },
    /// It asked for a pause (429 or 503 with Retry-After), or it failed.
    Backoff {
        /// When the next request may leave.
        until: Time,
        /// What it answered.
        cause: String,
    },
    /// Its robots.txt could not be read, so nothing may be fetched yet.
    Robots {
        /// When robots.txt is asked for again.
        until: Time,
    },
    /// Another name of the same server was asked just now; they share one pace.
    Shared {
        /// When the next request may leave.
        until: Time,
        /// The server's address.
        address: String,
    },
    /// It failed often; one request goes ahead to see whether it is back.
    Probe {
        /// When to look again.
        until: Time,
    },
    /// Its quiet hours.
    Quiet {
        /// When they end.
        until: Time,
    },
}

impl Waiting {
    /// When the wait is over, as far as known now.
    pub fn until(&self) -> Time {
        match self {
            Self::Pace { until }
            | Self::Backoff { until, .. }
            | Self::Robots { until }
            | Self::Shared { until, .. }
            | Self::Probe { until }
            | Self::Quiet { until } => *until,
        }
    }
}

/// How a crawl stands with one host.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct HostStanding {
    /// `host:port`.
    pub host: String,
    /// URLs done in this run, whatever came of them.
    pub done: u64,
    /// URLs queued.
    pub queued: u64,
    /// Why it is not asked right now; none where it may be.
    pub waiting: Option<Waiting>,
    /// Seconds from one request to the next, as they now are; none where nobody knows.
    pub delay: Option<f64>,
    /// What makes the delay so long: `rate`, `crawl-delay`, `latency`, `trouble` or `shared`.
    pub because: Option<String>,
    /// Requests under way.
    pub under_way: u32,
    /// Failures in a row.
    pub failures: u32,
    /// Pages that did not come or could not be read in this run, by kind.
    pub errors: BTreeMap<String, u64>,
    /// Pages a minute, as measured over the last minute; none where nothing was measured.
    pub per_minute: Option<f64>,
    /// Seconds until what is queued is done, about; none where nobody knows.
    pub estimate_seconds: Option<u64>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields are the plain values the variant speaks of"
)]
pub enum Event {
    /// A page was fetched and committed.
    Page {
        url: Url,
        status: u16,
        bytes: usize,
        read_as: PageKind,
    },
    /// A listing was read: new, changed, or seen again.
    Listing {
        id: ListingId,
        new: bool,
        changed: bool,
    },
    /// A listing is no longer there.
    Gone { id: ListingId },
    /// A listing that was gone or removed is there again.
    Relisted { id: ListingId },
    /// A link that leads on and on was not followed.
    Cut { url: Url, why: String },
    /// Something that an inspector should look into: a platform's pages are no longer read as they were.
    Alarm { platform: String, message: String },
    /// A flag was raised or its proofs changed.
    Flag {
        id: FlagId,
        rule: String,
        listing: ListingId,
        severity: Severity,
        reason: String,
    },
    /// Rules were edited: so many are in force from now on, or stay in force because of what is wrong with the edited ones.
    Rules { rules: usize, faults: Vec<String> },
    /// A rule failed on a listing; the others went on.
    Fault {
        rule: String,
        listing: ListingId,
        message: String,
    },
    /// A page could not be fetched or read.
    Failed {
        url: Url,
        kind: &'static str,
        message: String,
        again: bool,
    },
    /// robots.txt forbids it.
    Refused { url: Url, line: String },
    /// A record of the archive could not be read; the message names its file and offset.
    Unreadable { message: String },
    /// How far the reading of archived pages is: captures read, of how many, and listings that are read otherwise now.
    Reread {
        at: Time,
        done: u64,
        of: u64,
        changed: u64,
    },
    /// How much is left to do.
    Queue { waiting: u64, done: u64 },
    /// How the hosts stand, by name; now and then, not oftener than once a second.
    Hosts { at: Time, hosts: Vec<HostStanding> },
}
