//! What reading everything again came to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    change::{self, FieldChange},
    read::Found,
};
use crate::{
    model::{Listing, ListingId},
    watch::Alarm,
};

/// Listings and records that are named; the others are counted.
const NAMED: usize = 20;

/// What changed, and what could not be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Captures that were read again.
    pub pages: u64,
    /// Listings among them that were read as before.
    pub unchanged: u64,
    /// Listings with a value that is read otherwise now.
    pub changed: u64,
    /// Listings of which only the places changed where their values are found.
    pub moved: u64,
    /// Listings that the store did not have.
    pub appeared: u64,
    /// Listings that counted as unread and can be read after all.
    pub recovered: u64,
    /// Listings whose pages give nothing any more. They stay as they are.
    pub vanished: u64,
    /// Captures that could not be read.
    pub unreadable: u64,
    /// Listings left out: no platform of config.toml reads them.
    pub unwatched: u64,
    /// By field: how many listings gained, lost or changed a value.
    pub fields: BTreeMap<String, FieldChange>,
    /// The first of those that appeared or were recovered.
    pub new: Vec<New>,
    /// The first of those that vanished.
    pub missing: Vec<Missing>,
    /// The first of the captures that could not be read.
    pub faults: Vec<Fault>,
    /// What is read so much less than usual that somebody should look.
    pub alarms: Vec<Alarm>,
    /// Nothing was written.
    pub dry_run: bool,
    /// It was stopped before the end; what was written stays, and the same command goes on.
    pub stopped: bool,
}

/// A listing that can be read now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct New {
    pub listing: ListingId,
    pub title: Option<String>,
}

/// A listing that cannot be read any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Missing {
    pub listing: ListingId,
    pub why: String,
}

/// A capture that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// File name under `archive/`.
    pub warc: String,
    /// Byte offset of the record in that file.
    pub offset: u64,
    /// The listing that stands on it.
    pub listing: Option<ListingId>,
    /// What is wrong; names file and offset too.
    pub message: String,
}

impl Summary {
    pub(super) fn count(&mut self, found: &Found) {
        match found {
            Found::Same => self.unchanged += 1,
            Found::Changed(both) => {
                let (before, now) = &**both;
                if change::count(&mut self.fields, before, now) {
                    self.changed += 1;
                } else {
                    self.moved += 1;
                }
            }
            Found::Vanished { id, why } => {
                self.vanished += 1;
                if self.missing.len() < NAMED {
                    let (listing, why) = (id.clone(), why.clone());
                    self.missing.push(Missing { listing, why });
                }
            }
            Found::Appeared(listing) => {
                self.appeared += 1;
                self.name(listing);
            }
            Found::Recovered(both) => {
                self.recovered += 1;
                self.name(&both.1);
            }
        }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.unreadable += 1;
        if self.faults.len() < NAMED {
            self.faults.push(fault);
        }
    }

    /// Captures that are through, read or not.
    pub(super) fn through(&self) -> u64 {
        self.pages + self.unreadable
    }

    /// Listings of which something was written, or would be.
    pub fn versions(&self) -> u64 {
        self.changed + self.moved + self.appeared + self.recovered
    }

    fn name(&mut self, listing: &Listing) {
        if self.new.len() < NAMED {
            self.new.push(New {
                listing: listing.id.clone(),
                title: listing.title.clone(),
            });
        }
    }
}
