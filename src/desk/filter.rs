//! Which flags or listings are meant: the same filters on the command line and over the socket.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Flag, FlagStatus, Listing, Severity, Time},
    text::{fold::fold, glob::fits},
};

/// Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "plain names")]
pub struct Filter {
    pub status: Vec<String>,
    pub severity: Vec<Severity>,
    /// A rule's id, or a glob such as `recall/*`.
    pub rule: Option<String>,
    pub platform: Option<String>,
    pub campaign: Option<String>,
    /// Part of the seller's name or its id.
    pub seller: Option<String>,
    /// Class id or part of the breadcrumb; `children/*` is all of a group.
    pub category: Option<String>,
    /// Raised (flags) or last seen (listings) at or after.
    pub since: Option<Time>,
    /// Raised or last seen before.
    pub until: Option<Time>,
    /// Part of title, description or reason.
    pub text: Option<String>,
    pub limit: Option<usize>,
    pub sort: Option<Sort>,
}

/// The order of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// Severity, then score.
    Worst,
    /// Raised or seen last.
    Newest,
    /// Raised or seen first.
    Oldest,
    /// Rule or id.
    Name,
}

impl std::str::FromStr for Sort {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "worst" => Ok(Self::Worst),
            "newest" => Ok(Self::Newest),
            "oldest" => Ok(Self::Oldest),
            "name" => Ok(Self::Name),
            other => Err(format!(
                "'{other}' is no order; use one of worst, newest, oldest, name"
            )),
        }
    }
}

impl Filter {
    /// Whether a flag is meant; `listing` is what it stands on, where the store still has it.
    pub fn flag(&self, flag: &Flag, listing: Option<&Listing>) -> bool {
        let within = self.since.is_none_or(|t| flag.raised_at >= t)
            && self.until.is_none_or(|t| flag.raised_at < t);
        within
            && self.status_is(flag.status.as_str())
            && (self.severity.is_empty() || self.severity.contains(&flag.severity))
            && self
                .rule
                .as_deref()
                .is_none_or(|glob| fits(glob, &flag.rule))
            && self
                .platform
                .as_deref()
                .is_none_or(|p| flag.listing.platform() == p)
            && self
                .campaign
                .as_ref()
                .is_none_or(|c| flag.campaigns.contains(c))
            && self.of_listing(listing, &[&flag.reason, &flag.reason_zh])
    }

    /// Whether a listing is meant.
    pub fn listing(&self, listing: &Listing) -> bool {
        let seen = listing.last_seen;
        let within = self.since.is_none_or(|t| seen.is_some_and(|s| s >= t))
            && self.until.is_none_or(|t| seen.is_some_and(|s| s < t));
        within
            && self.status_is(&format!("{:?}", listing.status).to_lowercase())
            && self
                .platform
                .as_deref()
                .is_none_or(|p| listing.platform == p)
            && self
                .campaign
                .as_ref()
                .is_none_or(|c| listing.campaigns.contains(c))
            && self.of_listing(Some(listing), &[])
    }

    /// Whether a flag can only be told from its listing.
    pub fn needs_listing(&self) -> bool {
        self.seller.is_some() || self.category.is_some() || self.text.is_some()
    }

    fn status_is(&self, status: &str) -> bool {
        self.status.is_empty() || self.status.iter().any(|s| s == status)
    }

    fn of_listing(&self, listing: Option<&Listing>, also: &[&str]) -> bool {
        let seller = |wanted: &str| {
            listing.is_some_and(|l| {
                l.seller.id.as_deref() == Some(wanted) || contains(&l.seller.name, wanted)
            })
        };
        let category = |wanted: &str| {
            listing.is_some_and(|l| {
                l.class.as_ref().is_some_and(|c| fits(wanted, &c.id))
                    || l.category.iter().any(|c| fold(c).contains(&fold(wanted)))
            })
        };
        let text = |wanted: &str| {
            also.iter().any(|t| fold(t).contains(&fold(wanted)))
                || listing
                    .is_some_and(|l| contains(&l.title, wanted) || contains(&l.description, wanted))
        };
        self.seller.as_deref().is_none_or(seller)
            && self.category.as_deref().is_none_or(category)
            && self.text.as_deref().is_none_or(text)
    }
}

fn contains(field: &Option<String>, wanted: &str) -> bool {
    field
        .as_deref()
        .is_some_and(|text| fold(text).contains(&fold(wanted)))
}

/// The statuses that the queue shows when none is asked for: what waits for somebody.
pub(super) fn waiting() -> Vec<String> {
    [FlagStatus::Open, FlagStatus::Check, FlagStatus::Confirmed]
        .iter()
        .map(|s| s.as_str().to_owned())
        .collect()
}
