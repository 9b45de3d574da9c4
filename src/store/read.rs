//! Reading what the journal holds, through the index.

use std::path::Path;

use super::{
    Entry, Error, JOURNAL, Store,
    index::{self, FLAG, LISTING},
    record::{self, FlagRow, ListingRow},
};
use crate::{
    journal::{Frame, Place, Reader},
    model::{Flag, FlagId, Listing, ListingId, ListingStatus, Time},
};

/// Items read one by one; an item that cannot be read does not end them.
type Items<'a, T> = Box<dyn Iterator<Item = Result<T, Error>> + Send + 'a>;

impl Store {
    /// The latest version of a listing, with its times, status and newest capture.
    pub fn listing(&self, id: &ListingId) -> Result<Option<Listing>, Error> {
        let row = index::get(&self.tree, &index::listing_key(id))?;
        row.map(|row| self.merged(&row)).transpose()
    }

    /// All versions of a listing, oldest first.
    pub fn versions(&self, id: &ListingId) -> Result<Vec<Listing>, Error> {
        let kept = self.readings(id)?;
        Ok(kept.into_iter().map(|(listing, _)| listing).collect())
    }

    /// All versions of a listing, oldest first; with each that no visit gave, when the capture was read again.
    pub fn readings(&self, id: &ListingId) -> Result<Vec<(Listing, Option<Time>)>, Error> {
        let rows = self.tree.scan_prefix(index::versions_prefix(id));
        rows.map(|row| {
            let (key, place) = row.map_err(Error::index)?;
            self.version(index::read_row(&key, &place)?)
        })
        .collect()
    }

    /// The version before the newest that the page itself made: that the same page is read otherwise than before is no
    /// change of it.
    pub fn past(&self, id: &ListingId) -> Result<Option<Listing>, Error> {
        let mut older = self.readings(id)?.into_iter().rev();
        let _visited = older.find(|(_, reread)| reread.is_none());
        Ok(older.next().map(|(listing, _)| listing))
    }

    /// The turns that a listing's life took, oldest first: what it became, and when that was noticed.
    pub fn turns(&self, id: &ListingId) -> Result<Vec<(ListingStatus, Time)>, Error> {
        let keys = self.tree.scan_prefix(index::turns_prefix(id)).keys();
        keys.map(|key| {
            let key = key.map_err(Error::index)?;
            let place = index::turn_place(&key).ok_or_else(|| Error::Decode {
                key: format!("the history of {id}"),
                why: "its row has a key of another length".to_owned(),
            })?;
            match self.entry(place)? {
                Entry::Status { status, at, .. } => Ok((status, at)),
                _ => Err(misplaced("a turn of a listing", place)),
            }
        })
        .collect()
    }

    /// The latest version of every listing, by id.
    pub fn listings(&self) -> Items<'_, Listing> {
        Box::new(self.tree.scan_prefix([LISTING]).map(|row| {
            let (key, row) = row.map_err(Error::index)?;
            self.merged(&index::read_row(&key, &row)?)
        }))
    }

    /// A flag with its verdicts.
    pub fn flag(&self, id: &FlagId) -> Result<Option<Flag>, Error> {
        let row = index::get(&self.tree, &index::flag_key(id))?;
        row.map(|row| self.reviewed(&row)).transpose()
    }

    /// Every flag with its verdicts, by id.
    pub fn flags(&self) -> Items<'_, Flag> {
        Box::new(self.tree.scan_prefix([FLAG]).map(|row| {
            let (key, row) = row.map_err(Error::index)?;
            self.reviewed(&index::read_row(&key, &row)?)
        }))
    }

    /// The flags on one listing.
    pub fn flags_of(&self, id: &ListingId) -> Result<Vec<Flag>, Error> {
        let prefix = index::flags_prefix(id);
        let mut flags = Vec::new();
        for key in self.tree.scan_prefix(&prefix).keys() {
            let key = key.map_err(Error::index)?;
            let id = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
            flags.extend(self.flag(&FlagId::from(id))?);
        }
        Ok(flags)
    }

    /// The listing whose newest version read from `url` (a listing's own `url`) was kept last.
    pub fn listing_at(&self, url: &str) -> Result<Option<ListingId>, Error> {
        let id: Option<String> = index::get(&self.tree, &index::url_key(url))?;
        Ok(id.map(ListingId::from))
    }

    /// Every journal entry in order.
    pub fn entries(&self) -> Items<'_, Entry> {
        Box::new(
            self.entries_from(Place::default())
                .map(|item| item.map(|(_, entry)| entry)),
        )
    }

    /// Journal entries in order from `place` on, each with the place to go on from after it.
    pub fn entries_from(&self, place: Place) -> Items<'_, (Place, Entry)> {
        Box::new(self.reader.frames(place).map(|frame| {
            let frame = frame?;
            Ok((frame.next, entry_of(&frame)?))
        }))
    }

    /// Journal entries in order behind the place `from`, where the journal's hash was `head`; an error where it goes on
    /// otherwise.
    pub fn entries_after(&self, from: Place, head: [u8; 32]) -> Items<'_, Entry> {
        let frames = self.reader.frames_after(from, head);
        Box::new(frames.map(|frame| entry_of(&frame?)))
    }

    /// The end of the journal as it is now: a place for `entries_from`.
    pub fn end(&self) -> Place {
        self.reader.end()
    }

    fn entry(&self, place: Place) -> Result<Entry, Error> {
        let (kind, payload) = self.reader.read(place)?;
        record::decode(kind, &payload).map_err(|fault| fault_at(fault, place))
    }

    fn version(&self, place: Place) -> Result<(Listing, Option<Time>), Error> {
        match self.entry(place)? {
            Entry::Version(listing) => Ok((*listing, None)),
            Entry::Reread { listing, at } => Ok((*listing, Some(at))),
            _ => Err(misplaced("a version of a listing", place)),
        }
    }

    pub(super) fn merged(&self, row: &ListingRow) -> Result<Listing, Error> {
        let (mut listing, _) = self.version(row.version)?;
        listing.status = row.status().map_err(|f| f.of(listing.id.as_str()))?;
        if let Some(place) = row.seen {
            let Entry::Seen {
                capture, campaigns, ..
            } = self.entry(place)?
            else {
                return Err(misplaced("a visit", place));
            };
            listing.last_seen = Some(capture.fetched_at);
            listing.capture = Some(capture);
            listing.campaigns = campaigns;
        }
        Ok(listing)
    }

    fn reviewed(&self, row: &FlagRow) -> Result<Flag, Error> {
        let Entry::Flagged(mut flag) = self.entry(row.flag)? else {
            return Err(misplaced("a flag", row.flag));
        };
        flag.status = row.status().map_err(|f| f.of(flag.id.as_str()))?;
        for review in self.tree.scan_prefix(index::reviews_prefix(&flag.id)) {
            let (key, place) = review.map_err(Error::index)?;
            let place = index::read_row(&key, &place)?;
            let Entry::Reviewed { review, .. } = self.entry(place)? else {
                return Err(misplaced("a verdict", place));
            };
            flag.verdicts.push(review);
        }
        Ok(*flag)
    }
}

/// Every entry of the journal of the store in `dir` up to `end`, for a process that does not own the store.
pub fn ledger(dir: &Path, end: Place) -> impl Iterator<Item = Result<Entry, Error>> {
    let reader = Reader::until(&dir.join(JOURNAL), end);
    let frames = reader.frames(Place::default());
    frames.map(|frame| entry_of(&frame?))
}

pub(super) fn entry_of(frame: &Frame) -> Result<Entry, Error> {
    record::decode(frame.kind, &frame.payload).map_err(|fault| fault_at(fault, frame.place))
}

/// The error about the journal's record at a place.
fn fault_at(fault: record::Fault, Place { segment, offset }: Place) -> Error {
    fault.of(format!("journal record {segment}:{offset}"))
}

fn misplaced(what: &str, Place { segment, offset }: Place) -> Error {
    Error::Decode {
        key: format!("journal record {segment}:{offset}"),
        why: format!(
            "the index says that it is {what}, and it is not; `listwarden rebuild` makes the index anew"
        ),
    }
}
