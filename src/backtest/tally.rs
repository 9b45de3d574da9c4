//! What was counted for each rule, with some listings by name.

use std::{collections::BTreeMap, ops::AddAssign};

use serde::Serialize;

use crate::model::ListingId;

/// How a flag would fare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Raised now, and none stands.
    Gained,
    /// It stands, and is not raised any more.
    Lost,
    /// Raised as before, with another score, severity, sentence or other proofs.
    Changed,
    /// The rule failed on the listing.
    Fault,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Flags raised where none stands.
    pub gained: u64,
    /// Flags that would be resolved.
    pub lost: u64,
    /// Of the lost ones, those that people confirmed: a pity.
    pub lost_confirmed: u64,
    /// Of the lost ones, those that people dismissed: what one hopes for.
    pub lost_dismissed: u64,
    /// Flags with another score, severity, sentence or other proofs.
    pub changed: u64,
    /// Of the changed ones, those that people dismissed and that would open again.
    pub opened: u64,
    /// Flags that stay as they are, also because the rule can no longer say, or failed.
    pub unchanged: u64,
    /// Times that a rule could not say.
    pub unsure: u64,
    /// Times that a rule failed.
    pub faults: u64,
    /// Findings that an exception keeps from being raised.
    pub suppressed: u64,
}

/// A listing by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// The platform's and the item's name.
    pub listing: ListingId,
    /// How its flag would fare.
    pub change: Change,
    /// As the page has it.
    pub title: String,
    /// The flag's sentence, in the listing's language; the message of a fault.
    pub sentence: String,
    /// The score of the flag as it stands, 0 to 100.
    pub before: Option<u8>,
    /// The score of the flag that would be raised, 0 to 100.
    pub after: Option<u8>,
    /// Of a changed flag, what is otherwise: "severity high → low", "sentence", "proofs".
    pub otherwise: Vec<String>,
}

/// One rule's counts and examples.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// How many.
    #[serde(flatten)]
    pub counts: Counts,
    /// The first of each change, by the listing's id.
    pub examples: Vec<Example>,
}

impl Tally {
    /// Keeps an example while there are fewer than `most` of its change.
    pub(super) fn show(&mut self, most: usize, example: impl FnOnce() -> Example, change: Change) {
        let of_it = self.examples.iter().filter(|shown| shown.change == change);
        if of_it.count() < most {
            self.examples.push(example());
        }
    }

    /// Adds what another thread counted: of both, the examples with the lowest ids stay.
    pub(super) fn add(&mut self, other: Self, most: usize) {
        self.counts += other.counts;
        self.examples.extend(other.examples);
        self.examples
            .sort_by(|a, b| (a.change, &a.listing).cmp(&(b.change, &b.listing)));
        let mut shown: BTreeMap<Change, usize> = BTreeMap::new();
        self.examples.retain(|example| {
            let shown = shown.entry(example.change).or_default();
            *shown += 1;
            *shown <= most
        });
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.gained += other.gained;
        self.lost += other.lost;
        self.lost_confirmed += other.lost_confirmed;
        self.lost_dismissed += other.lost_dismissed;
        self.changed += other.changed;
        self.opened += other.opened;
        self.unchanged += other.unchanged;
        self.unsure += other.unsure;
        self.faults += other.faults;
        self.suppressed += other.suppressed;
    }
}
