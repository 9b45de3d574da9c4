//! The stage where people decide: a verdict is kept in the journal with its author, and moves the flag.

mod doubt;
mod precision;

pub use doubt::{Bars, Doubt, bars, doubts, note_bars};
pub use precision::{Records, Votes};

use crate::{
    model::{Flag, FlagId, Review},
    store::{self, Entry, Group, Store},
};

/// Why a decision was not taken. None of them is taken in part.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error("there is no flag '{0}'; `listwarden flags` lists them")]
    UnknownFlag(FlagId),
    #[error("due date '{0}' is no date; write it like 2026-03-31")]
    BadDate(String),
    #[error("a flag is dismissed with a reason: add --note")]
    NoReason,
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Records `review` on every flag, or on none; returns the flags as they now stand.
pub fn decide(store: &Store, flags: &[FlagId], review: &Review) -> Result<Vec<Flag>, Error> {
    if let Some(due) = &review.due {
        due.parse::<jiff::civil::Date>()
            .map_err(|_| Error::BadDate(due.clone()))?;
    }
    if review.verdict == crate::model::Decision::Dismissed
        && review.note.as_deref().is_none_or(|n| n.trim().is_empty())
    {
        return Err(Error::NoReason);
    }
    let _changing = store.changing();
    for id in flags {
        store
            .flag(id)?
            .ok_or_else(|| Error::UnknownFlag(id.clone()))?;
    }
    let entries = flags.iter().map(|id| Entry::Reviewed {
        flag: id.clone(),
        review: review.clone(),
    });
    store.commit(Group {
        entries: entries.collect(),
        ..Group::default()
    })?;
    flags
        .iter()
        .map(|id| {
            store
                .flag(id)?
                .ok_or_else(|| Error::UnknownFlag(id.clone()))
        })
        .collect()
}
