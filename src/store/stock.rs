//! The store gone through as a whole: listings in the order of their ids, and what else is asked of each of them.

use std::{collections::BTreeMap, ops::Bound};

use super::{
    Error, Store,
    index::{self, FLAG_OF, LISTING},
    queue,
    read::{fault_at, misplaced},
    record::{self, ListingRow},
};
use crate::model::{Listing, ListingId};

/// A listing that the index knows, and that is not read yet.
#[derive(Clone, Debug)]
pub struct Stocked {
    /// Its name.
    pub id: ListingId,
    row: ListingRow,
}

/// Which listings had flags at one time: asking this is quicker than looking for the flags of each.
#[derive(Debug)]
pub struct Flagged(Vec<u64>);

impl Store {
    /// Every listing whose id stands behind `after`, in the order of the ids.
    pub fn stock(
        &self,
        after: Option<&ListingId>,
    ) -> impl Iterator<Item = Result<Stocked, Error>> + Send + '_ {
        let from = after.map_or_else(|| vec![LISTING], index::listing_key);
        let range = (Bound::Excluded(from), Bound::Excluded(vec![LISTING + 1]));
        self.tree.range(range).map(|row| {
            let (key, row) = row.map_err(Error::index)?;
            Ok(Stocked {
                id: ListingId::from(String::from_utf8_lossy(&key[1..]).into_owned()),
                row: index::read_row(&key, &row)?,
            })
        })
    }

    /// The latest version of a listing, with its times, status and newest capture.
    pub fn read(&self, stocked: &Stocked) -> Result<Listing, Error> {
        self.merged(&stocked.row)
    }

    /// What the books ask of a listing, all else left out: id, platform, price, brand, manufacturer, codes, class,
    /// condition, its seller's id and name, when it was first seen, and its status.
    pub fn outline(&self, stocked: &Stocked) -> Result<Listing, Error> {
        let place = stocked.row.version;
        let (kind, payload) = self.record(place)?;
        let outline = record::outline(kind, &payload).map_err(|fault| fault_at(fault, place))?;
        let mut listing = outline.ok_or_else(|| misplaced("a version of a listing", place))?;
        let status = stocked.row.status();
        listing.status = status.map_err(|fault| fault.of(listing.id.as_str()))?;
        Ok(listing)
    }

    /// Which listings have flags now.
    pub fn flagged(&self) -> Result<Flagged, Error> {
        let mut flagged = Vec::new();
        for key in self.tree.scan_prefix([FLAG_OF]).keys() {
            let key = key.map_err(Error::index)?;
            let number = Flagged::number(&key);
            if flagged.last() != Some(&number) {
                flagged.push(number);
            }
        }
        Ok(Flagged(flagged))
    }

    /// The small named values from one name to another, both included.
    pub fn notes(&self, from: &str, to: &str) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let rows = self.tree.range(queue::note_key(from)..=queue::note_key(to));
        rows.map(|row| {
            let (key, value) = row.map_err(Error::index)?;
            Ok((
                String::from_utf8_lossy(&key[1..]).into_owned(),
                value.to_vec(),
            ))
        })
        .collect()
    }
}

impl Flagged {
    /// Whether the listing may have had flags; where this says no it had none.
    pub fn has(&self, id: &ListingId) -> bool {
        let number = Self::number(&index::flags_prefix(id));
        self.0.binary_search(&number).is_ok()
    }

    /// The first eight bytes of the hash in a key: in the order of the keys.
    fn number(key: &[u8]) -> u64 {
        let hash = key.get(1..).and_then(<[u8]>::first_chunk);
        hash.copied().map_or(0, u64::from_be_bytes)
    }
}
