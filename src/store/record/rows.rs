//! The forms of the index's rows: small, and made anew by `rebuild` but for those of the crawl.

use serde::{Deserialize, Serialize};

use super::{Fault, Nanos, Spot, broken, flag, listing};
use crate::{
    journal::Place,
    model::{FlagStatus, ListingStatus, Time},
    store::Queued,
};

/// Up to where the index has followed the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Applied {
    pub(in crate::store) next: Place,
    /// The hash of the last frame applied: tells whether the journal is the one that was followed.
    pub(in crate::store) head: [u8; 32],
}

/// What the index holds of a listing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct ListingRow {
    /// The number of the newest version.
    pub(in crate::store) versions: u64,
    /// Its frame.
    pub(in crate::store) version: Place,
    /// The frame that says that it was seen again since.
    pub(in crate::store) seen: Option<Place>,
    first_seen: Option<Nanos>,
    status: u8,
}

impl ListingRow {
    pub(in crate::store) fn new(
        versions: u64,
        version: Place,
        first_seen: Option<Time>,
        status: ListingStatus,
    ) -> Self {
        Self {
            versions,
            version,
            seen: None,
            first_seen: first_seen.map(Into::into),
            status: listing::status_code(status),
        }
    }

    pub(in crate::store) fn first_seen(&self) -> Result<Option<Time>, Fault> {
        self.first_seen.map(Nanos::time).transpose()
    }

    pub(in crate::store) fn status(&self) -> Result<ListingStatus, Fault> {
        listing::status_of(self.status)
    }

    pub(in crate::store) fn set_status(&mut self, status: ListingStatus) {
        self.status = listing::status_code(status);
    }
}

/// What the index holds of a flag.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FlagRow {
    /// The frame that says how it stands.
    pub(in crate::store) flag: Place,
    /// How many verdicts there are.
    pub(in crate::store) reviews: u64,
    status: u8,
}

impl FlagRow {
    pub(in crate::store) fn new(flag: Place, reviews: u64, status: FlagStatus) -> Self {
        let status = flag::flag_status_code(status);
        Self {
            flag,
            reviews,
            status,
        }
    }

    pub(in crate::store) fn status(&self) -> Result<FlagStatus, Fault> {
        flag::flag_status_of(self.status)
    }

    pub(in crate::store) fn set_status(&mut self, status: FlagStatus) {
        self.status = flag::flag_status_code(status);
    }
}

/// A run of the crawl.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct RunRow {
    pub(in crate::store) number: u64,
    pub(in crate::store) over: bool,
    pub(in crate::store) started: Nanos,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(in crate::store) struct Counts {
    pub(in crate::store) waiting: u64,
    pub(in crate::store) done: u64,
    /// How often something was put into the queue, by this run and those that it goes on from.
    pub(in crate::store) placed: u64,
}

/// What the key of a queued URL does not say.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct QueuedForm {
    url: String,
    platform: String,
    campaigns: Vec<String>,
    attempt: u32,
    list: u64,
}

impl QueuedForm {
    pub(in crate::store) fn of(queued: &Queued) -> Self {
        Self {
            url: queued.url.clone(),
            platform: queued.platform.clone(),
            campaigns: queued.campaigns.clone(),
            attempt: queued.attempt,
            list: queued.list,
        }
    }

    /// The URL that stands at `spot` of the queue of `host`.
    pub(in crate::store) fn queued(self, host: &str, spot: Spot) -> Result<Queued, Fault> {
        let due = Time::from_microsecond(spot.due).map_err(|e| broken(e.to_string()))?;
        Ok(Queued {
            url: self.url,
            host: host.to_owned(),
            platform: self.platform,
            campaigns: self.campaigns,
            depth: spot.depth,
            listing: spot.listing,
            attempt: self.attempt,
            due,
            list: self.list,
        })
    }
}
