//! What people ask and decide: the same answers for the process that owns the store and, over a local socket, for every other.

mod answer;
mod filter;
mod history;
mod owner;

use std::{io, path::PathBuf};

use serde::{Deserialize, Serialize};

pub use answer::{Desk, Hosts};
pub use filter::{Filter, Sort};
pub use owner::{Owner, ask};

use crate::{
    model::{FlagId, Review, Time},
    review, store,
};

/// A question or a decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain names")]
pub enum Ask {
    /// Listings, a document each.
    Listings(Filter),
    /// One listing.
    Listing { id: String },
    /// All versions of one listing and the turns of its status, oldest first, see `history`.
    History { id: String },
    /// Flags, worst first, a document each; `with_listing` gives `{flag, listing}`.
    Flags { filter: Filter, with_listing: bool },
    /// One flag with its listing.
    Flag { id: String },
    /// Decide about flags.
    Review { flags: Vec<FlagId>, review: Review },
    /// Keep in the journal that a file went out or came in.
    Note {
        action: String,
        path: String,
        sha256: String,
        rows: u64,
        at: Time,
    },
    /// What came of the rules so far: one document, see `Experience`.
    Experience,
    /// How things stand.
    Status { now: Time },
}

/// What came of the rules so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Experience {
    /// Verdicts by rule and version.
    pub verdicts: review::Records,
    /// Exceptions that met nothing when everything was judged last, as the judge names them.
    pub idle: std::collections::BTreeSet<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error("there is no {what} '{id}'")]
    Unknown { what: &'static str, id: String },
    #[error("{0}")]
    BadFilter(String),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Review(#[from] review::Error),
    #[error("could not reach the process that owns the store at {}: {source}", path.display())]
    Owner { path: PathBuf, source: io::Error },
    /// The owner's own words.
    #[error("{0}")]
    Refused(String),
    /// Whoever takes the rows has had enough.
    #[error("the reader went away")]
    HungUp,
}
