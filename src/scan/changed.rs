//! What has happened to listings since the last scan, by the journal; and the rows of that scan with them among them.

use std::{
    collections::{BTreeMap, btree_map},
    iter::Peekable,
};

use super::pass::{Asked, Portion};
use crate::{
    judge::{self, Again, Glance, Head, Since},
    model::ListingId,
    rules::Gates,
    store::{self, Entry, Judged, Store},
};

/// Listings of which the journal says something new; none where it is not the journal that was judged.
pub(super) fn changed(
    store: &Store,
    head: &Head,
) -> Result<Option<BTreeMap<ListingId, Asked>>, judge::Error> {
    let mut changed = BTreeMap::new();
    for entry in store.entries_after(head.upto, head.head) {
        let Ok(entry) = entry else {
            return Ok(None);
        };
        match entry {
            Entry::Version(listing) | Entry::Reread { listing, .. } => {
                changed.insert(listing.id, Asked::Arrival);
            }
            Entry::Seen { id, .. } | Entry::Status { id, .. } => {
                changed.insert(id, Asked::Arrival);
            }
            // A flag that came otherwise than by a scan: its row does not know of it.
            Entry::Flagged(flag) => {
                changed.entry(flag.listing).or_insert(Asked::Arrival);
            }
            _ => {}
        }
    }
    Ok(Some(changed))
}

/// Every listing in the order of the ids, with what is asked of it.
pub(super) enum Source<'a> {
    /// Those of the store.
    Stock {
        store: &'a Store,
        asked: Asked,
        /// The last one that was given out.
        after: Option<ListingId>,
    },
    /// Those of the last scan and those that have changed since.
    Rows(Box<Rows<'a>>),
}

/// The rows of the last scan on their way into the next.
pub(super) struct Rows<'a> {
    pub store: &'a Store,
    pub kept: Judged,
    pub changed: Peekable<btree_map::IntoIter<ListingId, Asked>>,
    pub since: &'a Since,
    pub gates: Gates<'a>,
}

/// Bytes of rows that are held until they are written.
const BYTES: usize = 8 << 20;
/// Bytes of a row that is longer than any common one.
const ROW: usize = 64 << 10;

impl Source<'_> {
    /// The next listings, until `most` of them are to be looked at; none at the end.
    pub(super) fn portion(&mut self, most: usize) -> Result<Option<Portion>, store::Error> {
        let mut portion = Portion::default();
        match self {
            Self::Stock {
                store,
                asked,
                after,
            } => {
                for stocked in store.stock(after.as_ref()).take(most) {
                    portion.ask_unjudged(stocked?, *asked);
                }
                if let Some(last) = portion.asked.last() {
                    *after = Some(last.id.clone());
                }
            }
            Self::Rows(rows) => {
                portion.bytes.reserve(BYTES + ROW);
                while portion.asked.len() < most
                    && portion.bytes.len() < BYTES
                    && rows.put(&mut portion)
                {}
                rows.look_up(&mut portion)?;
            }
        }
        Ok((portion.listings > 0).then_some(portion))
    }
}

impl Rows<'_> {
    /// Asks the index about all listings of a portion at once, where most of those that it passes are meant.
    fn look_up(&self, portion: &mut Portion) -> Result<(), store::Error> {
        let dense = portion.asked.len() as u64 * 4 > portion.listings;
        let Some(first) = portion.asked.first().filter(|_| dense) else {
            return Ok(());
        };
        let mut stock = self.store.stock_from(&first.id).peekable();
        for asking in &mut portion.asked {
            while let Some(stocked) = stock.next_if(|stocked| {
                stocked
                    .as_ref()
                    .is_ok_and(|stocked| stocked.id <= asking.id)
            }) {
                let stocked = stocked?;
                asking.stocked = (stocked.id == asking.id).then_some(stocked);
            }
        }
        Ok(())
    }

    /// Puts the next listing into a portion; whether there was one.
    fn put(&mut self, portion: &mut Portion) -> bool {
        let row = self.kept.row();
        let glance = row.and_then(|row| Some((row, Glance::read(row)?)));
        let Some((row, glance)) = glance else {
            let Some((id, asked)) = self.changed.next() else {
                return false;
            };
            portion.ask(id, asked, None);
            return true;
        };
        if let Some((id, asked)) = self.changed.next_if(|(id, _)| id.as_str() <= glance.id) {
            let same = id.as_str() == glance.id;
            portion.ask(id, asked, same.then_some(row));
            if same {
                self.kept.pass();
            }
            return true;
        }
        let asked = match glance.again(self.since, &self.gates) {
            Some(Again::Everything) => Some(Asked::Arrival),
            Some(Again::Rules) => Some(Asked::Rules),
            Some(Again::Nothing) if self.since.news() > 0 => Some(Asked::News),
            Some(Again::Nothing) => None,
            None => Some(Asked::Row),
        };
        match asked {
            Some(asked) => portion.ask(ListingId::from(glance.id), asked, Some(row)),
            None => portion.keep(row),
        }
        self.kept.pass();
        true
    }
}
