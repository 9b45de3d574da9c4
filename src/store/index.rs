//! What the journal's entries mean for the index: the same rows at a commit, at a replay and at a rebuild.
//!
//! One sled tree; the first byte of a key says what it is. Parts of a key that strangers may choose stand last
//! or are hashed, so that no name can reach into another's rows.

use std::collections::BTreeMap;

use super::{
    Entry, Error,
    record::{self, Applied, FlagRow, ListingRow, OutlineRow},
};
use crate::{
    journal::Place,
    model::{FlagId, Listing, ListingId, ListingStatus, Time},
};

/// The row that says how far the journal was followed.
pub(super) const APPLIED: &[u8] = b"a";
/// `l` listing id → `ListingRow`.
pub(super) const LISTING: u8 = b'l';
/// `o` listing id → `OutlineRow`; none where an earlier version of the program has written the listing.
pub(super) const OUTLINE: u8 = b'o';
/// `v` hash of listing id, version → place.
const VERSION: u8 = b'v';
/// `t` hash of listing id, place of the frame that says that its status took a turn → nothing.
const TURN: u8 = b't';
/// `u` hash of URL → listing id.
const URL: u8 = b'u';
/// `f` flag id → `FlagRow`.
pub(super) const FLAG: u8 = b'f';
/// `g` hash of listing id, flag id → nothing.
pub(super) const FLAG_OF: u8 = b'g';
/// `r` hash of flag id, number of the verdict → place.
const REVIEW: u8 = b'r';
/// What the journal gives; all other rows are the crawl's working state.
pub(super) const JOURNALLED: [u8; 9] = [
    b'a', LISTING, OUTLINE, VERSION, TURN, URL, FLAG, FLAG_OF, REVIEW,
];

pub(super) fn listing_key(id: &ListingId) -> Vec<u8> {
    [&[LISTING], id.as_str().as_bytes()].concat()
}

pub(super) fn flag_key(id: &FlagId) -> Vec<u8> {
    [&[FLAG], id.as_str().as_bytes()].concat()
}

pub(super) fn url_key(url: &str) -> Vec<u8> {
    hashed(URL, url, &[])
}

pub(super) fn versions_prefix(id: &ListingId) -> Vec<u8> {
    hashed(VERSION, id.as_str(), &[])
}

pub(super) fn turns_prefix(id: &ListingId) -> Vec<u8> {
    hashed(TURN, id.as_str(), &[])
}

/// The place in a key that `turns_prefix` begins.
pub(super) fn turn_place(key: &[u8]) -> Option<Place> {
    let (segment, offset) = key.get(17..)?.split_first_chunk()?;
    Some(Place {
        segment: u32::from_be_bytes(*segment),
        offset: u64::from_be_bytes(offset.try_into().ok()?),
    })
}

pub(super) fn flags_prefix(id: &ListingId) -> Vec<u8> {
    hashed(FLAG_OF, id.as_str(), &[])
}

pub(super) fn reviews_prefix(id: &FlagId) -> Vec<u8> {
    hashed(REVIEW, id.as_str(), &[])
}

/// 16 bytes that stand for `text`: fewer than its own, and of one length.
pub(super) fn short_hash(text: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    short
}

fn hashed(tag: u8, text: &str, rest: &[u8]) -> Vec<u8> {
    [&[tag], &short_hash(text)[..], rest].concat()
}

/// Changes that become one sled batch; reads see them at once.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    tree: &'a sled::Tree,
    rows: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Changes<'a> {
    pub(super) fn to(tree: &'a sled::Tree) -> Self {
        let rows = BTreeMap::new();
        Self { tree, rows }
    }

    /// What the changes will be made to, as it stands.
    pub(super) fn tree(&self) -> &'a sled::Tree {
        self.tree
    }

    pub(super) fn get<T: serde::de::DeserializeOwned>(
        &self,
        key: &[u8],
    ) -> Result<Option<T>, Error> {
        match self.rows.get(key) {
            Some(None) => Ok(None),
            Some(Some(row)) => read_row(key, row).map(Some),
            None => get(self.tree, key),
        }
    }

    pub(super) fn put<T: serde::Serialize>(&mut self, key: Vec<u8>, row: &T) -> Result<(), Error> {
        let row = record::pack(row)?;
        self.put_bytes(key, row);
        Ok(())
    }

    pub(super) fn put_bytes(&mut self, key: Vec<u8>, row: Vec<u8>) {
        self.rows.insert(key, Some(row));
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.rows.insert(key, None);
    }

    /// Writes everything as one batch: all of it or nothing.
    pub(super) fn write(self) -> Result<(), Error> {
        let mut batch = sled::Batch::default();
        for (key, row) in self.rows {
            match row {
                Some(row) => batch.insert(key, row),
                None => batch.remove(key),
            }
        }
        self.tree.apply_batch(batch).map_err(Error::index)
    }

    /// What `entry`, whose frame lies at `place`, means for the index.
    pub(super) fn apply(&mut self, entry: &Entry, place: Place) -> Result<(), Error> {
        match entry {
            Entry::Version(listing) | Entry::Reread { listing, .. } => self.version(listing, place),
            Entry::Seen { id, .. } => {
                self.change_listing(id, |row| {
                    row.seen = Some(place);
                    row.set_status(ListingStatus::Active);
                })?;
                Ok(())
            }
            Entry::Status { id, status, .. } => {
                if self.change_listing(id, |row| row.set_status(*status))? {
                    let at = [
                        &place.segment.to_be_bytes()[..],
                        &place.offset.to_be_bytes(),
                    ];
                    self.put_bytes(hashed(TURN, id.as_str(), &at.concat()), Vec::new());
                }
                Ok(())
            }
            Entry::Flagged(flag) => {
                let key = flag_key(&flag.id);
                let old: Option<FlagRow> = self.get(&key)?;
                let reviews = old.map_or(0, |row| row.reviews);
                self.put(key, &FlagRow::new(place, reviews, flag.status))?;
                let of = hashed(FLAG_OF, flag.listing.as_str(), flag.id.as_str().as_bytes());
                self.put_bytes(of, Vec::new());
                Ok(())
            }
            Entry::Reviewed { flag, review } => {
                let key = flag_key(flag);
                let Some(mut row) = self.get::<FlagRow>(&key)? else {
                    return Ok(());
                };
                row.reviews += 1;
                row.set_status(review.verdict.leads_to());
                let nth = hashed(REVIEW, flag.as_str(), &row.reviews.to_be_bytes());
                self.put(nth, &place)?;
                self.put(key, &row)
            }
            Entry::Captured { .. } | Entry::InForce { .. } | Entry::File { .. } => Ok(()),
        }
    }

    pub(super) fn applied(&mut self, next: Place, head: [u8; 32]) -> Result<(), Error> {
        self.put(APPLIED.to_vec(), &Applied { next, head })
    }

    fn version(&mut self, listing: &Listing, place: Place) -> Result<(), Error> {
        let key = listing_key(&listing.id);
        let n = listing.version;
        let row = ListingRow::new(n, place, listing.first_seen, listing.status);
        self.put(key, &row)?;
        let outline = [&[OUTLINE], listing.id.as_str().as_bytes()].concat();
        self.put(outline, &OutlineRow::of(listing))?;
        let nth = hashed(VERSION, listing.id.as_str(), &n.to_be_bytes());
        self.put(nth, &place)?;
        if !listing.url.is_empty() {
            self.put(url_key(&listing.url), &listing.id.as_str())?;
        }
        Ok(())
    }

    /// Whether there was something to change: an entry about a listing that no version was kept of changes nothing.
    fn change_listing(
        &mut self,
        id: &ListingId,
        change: impl FnOnce(&mut ListingRow),
    ) -> Result<bool, Error> {
        let key = listing_key(id);
        let Some(mut row) = self.get::<ListingRow>(&key)? else {
            return Ok(false);
        };
        change(&mut row);
        self.put(key, &row)?;
        Ok(true)
    }
}

/// Gives the versions among `entries` their numbers and times, so that the journal holds them as they stand.
pub(super) fn number(tree: &sled::Tree, entries: &mut [Entry]) -> Result<(), Error> {
    let mut earlier: BTreeMap<ListingId, (u64, Option<Time>)> = BTreeMap::new();
    for entry in entries {
        let (Entry::Version(listing) | Entry::Reread { listing, .. }) = entry else {
            continue;
        };
        let (versions, first_seen) = match earlier.get(&listing.id) {
            Some(&known) => known,
            None => match get::<ListingRow>(tree, &listing_key(&listing.id))? {
                Some(row) => {
                    let first_seen = row.first_seen();
                    (
                        row.versions,
                        first_seen.map_err(|f| f.of(listing.id.as_str()))?,
                    )
                }
                None => (0, None),
            },
        };
        let fetched = listing.capture.as_ref().map(|capture| capture.fetched_at);
        listing.version = versions + 1;
        listing.last_seen = listing.last_seen.or(fetched);
        listing.first_seen = first_seen.or(listing.first_seen).or(listing.last_seen);
        earlier.insert(listing.id.clone(), (listing.version, listing.first_seen));
    }
    Ok(())
}

pub(super) fn get<T: serde::de::DeserializeOwned>(
    tree: &sled::Tree,
    key: &[u8],
) -> Result<Option<T>, Error> {
    let row = tree.get(key).map_err(Error::index)?;
    row.map(|row| read_row(key, &row)).transpose()
}

pub(super) fn read_row<T: serde::de::DeserializeOwned>(key: &[u8], row: &[u8]) -> Result<T, Error> {
    record::unpack(row).map_err(|fault| {
        let key = key.escape_ascii();
        fault.of(format!(
            "index row {key} (`listwarden rebuild` makes the index anew)"
        ))
    })
}
