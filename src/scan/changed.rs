//! What has happened to listings since the last scan, by the journal.

use std::collections::BTreeMap;

use super::pass::Asked;
use crate::{
    judge::{self, Head, Judge, Row, Since},
    model::{FlagStatus, ListingId},
    store::{Entry, Judged, Store},
};

/// Listings that are not as their rows were judged.
#[derive(Debug, Default)]
pub(super) struct Changed {
    listings: BTreeMap<ListingId, Asked>,
}

/// Listings of which the journal says something new, and those with flags of rules that were edited or are gone; none where
/// the journal is not the one that was judged.
pub(super) fn changed(
    store: &Store,
    judge: &Judge,
    head: &Head,
    since: &Since,
) -> Result<Option<Changed>, judge::Error> {
    let mut changed = Changed::default();
    let mut ask = |id: ListingId, asked: Asked| {
        let known = changed.listings.entry(id).or_insert(asked);
        *known = (*known).max(asked);
    };
    for entry in store.entries_after(head.upto, head.head) {
        let Ok(entry) = entry else {
            return Ok(None);
        };
        match entry {
            Entry::Version(listing) | Entry::Reread { listing, .. } => {
                ask(listing.id, Asked::Arrival)
            }
            Entry::Seen { id, .. } | Entry::Status { id, .. } => ask(id, Asked::Arrival),
            _ => {}
        }
    }
    if !since.edited.is_empty() || since.files {
        for flag in store.flags() {
            let flag = flag?;
            let stands = flag.status != FlagStatus::Resolved;
            if stands && (since.edited.contains(&flag.rule) || judge.is_gone(&flag.rule)) {
                ask(flag.listing, Asked::Rules);
            }
        }
    }
    Ok(Some(changed))
}

impl Changed {
    /// The rows of a file and the listings that changed, in the order of the ids.
    pub(super) fn among(self, kept: Judged) -> impl Iterator<Item = (Row, Asked)> {
        let mut kept = Rows(kept);
        let mut rows = std::iter::from_fn(move || kept.next()).peekable();
        let mut changed = self.listings.into_iter().peekable();
        std::iter::from_fn(move || {
            let of_file = rows.peek().map(|row| &row.id);
            let of_journal = changed.peek().map(|(id, _)| id);
            match (of_file, of_journal) {
                (Some(a), Some(b)) if a < b => rows.next().map(|row| (row, Asked::Row)),
                (Some(a), Some(b)) if a == b => {
                    let (_, asked) = changed.next()?;
                    rows.next().map(|row| (row, asked))
                }
                (_, Some(_)) => changed
                    .next()
                    .map(|(id, _)| (Row::unjudged(id), Asked::Arrival)),
                (Some(_), None) => rows.next().map(|row| (row, Asked::Row)),
                (None, None) => None,
            }
        })
    }
}

struct Rows(Judged);

impl Rows {
    fn next(&mut self) -> Option<Row> {
        Row::read(&self.0.row()?)
    }
}
