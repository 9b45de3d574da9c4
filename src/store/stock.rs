//! The store gone through as a whole: listings in the order of their ids, and what else is asked of each of them.

use std::{collections::BTreeMap, ops::Bound};

use super::{
    Error, Store,
    index::{self, FLAG_OF, LISTING, OUTLINE},
    queue,
    record::{self, ListingRow, OutlineRow},
};
use crate::model::{Listing, ListingId};

/// A listing that the index knows, and that is not read yet.
#[derive(Clone, Debug)]
pub struct Stocked {
    /// Its name.
    pub id: ListingId,
    row: ListingRow,
}

/// A listing of which the index may know enough for the books.
#[derive(Debug)]
pub struct Outline {
    stocked: Stocked,
    row: Option<sled::IVec>,
}

/// Listings whose ids follow one another: behind one, up to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    behind: Vec<u8>,
    to: Vec<u8>,
}

/// No byte of an id is as large.
const END: u8 = 0xff;

/// Bytes by which the middle of a stretch is found.
const WIDE: usize = 8;

type Keys = (Bound<Vec<u8>>, Bound<Vec<u8>>);

impl Stretch {
    /// All listings.
    pub fn all() -> Self {
        let (behind, to) = (Vec::new(), vec![END]);
        Self { behind, to }
    }

    /// What of it stands behind an id, in two parts where it can be halved: in the order of bytes, which is not that of how
    /// many listings there are, so that who reads the larger one halves it again.
    pub fn behind(self, id: &ListingId) -> Vec<Self> {
        let rest = Self {
            behind: id.as_str().as_bytes().to_vec(),
            ..self
        };
        match rest.middle() {
            Some(middle) => vec![
                Self {
                    behind: middle.clone(),
                    to: rest.to,
                },
                Self {
                    behind: rest.behind,
                    to: middle,
                },
            ],
            None => vec![rest],
        }
    }

    fn middle(&self) -> Option<Vec<u8>> {
        let mut pairs = self.behind.iter().zip(&self.to);
        let alike = pairs.position(|(a, b)| a != b);
        let alike = alike.unwrap_or(self.behind.len().min(self.to.len()));
        let number = |bytes: &[u8]| {
            let mut wide = [0; WIDE];
            let found = &bytes[alike..bytes.len().min(alike + WIDE)];
            wide[..found.len()].copy_from_slice(found);
            u64::from_be_bytes(wide)
        };
        let (from, to) = (number(&self.behind), number(&self.to));
        let half = from + (to.checked_sub(from)?) / 2;
        let mut middle = self.behind[..alike].to_vec();
        middle.extend(half.to_be_bytes());
        (half > from).then_some(middle)
    }

    /// As keys of the index that begin so.
    fn keys(&self, first: u8) -> Keys {
        let key = |id: &[u8]| [&[first], id].concat();
        (
            Bound::Excluded(key(&self.behind)),
            Bound::Included(key(&self.to)),
        )
    }
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
        self.stocked((Bound::Excluded(from), Bound::Excluded(vec![LISTING + 1])))
    }

    /// The same from an id on.
    pub fn stock_from(
        &self,
        id: &ListingId,
    ) -> impl Iterator<Item = Result<Stocked, Error>> + Send + '_ {
        let from = Bound::Included(index::listing_key(id));
        self.stocked((from, Bound::Excluded(vec![LISTING + 1])))
    }

    fn stocked(&self, keys: Keys) -> impl Iterator<Item = Result<Stocked, Error>> + Send + '_ {
        self.tree.range(keys).map(|row| {
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

    /// The listings of a stretch in the order of their ids, for [`Self::outline`].
    pub fn outlines(
        &self,
        stretch: &Stretch,
    ) -> impl Iterator<Item = Result<Outline, Error>> + Send + '_ {
        let mut rows = self.tree.range(stretch.keys(OUTLINE)).peekable();
        let stocked = self.stocked(stretch.keys(LISTING));
        stocked.map(move |stocked| {
            let stocked = stocked?;
            let id = stocked.id.as_str().as_bytes();
            let mut next = |fits: fn(&[u8], &[u8]) -> bool| {
                rows.next_if(|row| row.as_ref().is_ok_and(|(key, _)| fits(&key[1..], id)))
            };
            while next(|key, id| key < id).is_some() {}
            let row = next(|key, id| key == id)
                .transpose()
                .map_err(Error::index)?;
            let row = row.map(|(_, row)| row);
            Ok(Outline { stocked, row })
        })
    }

    /// What the books ask of a listing: its id, platform, title, price, brand, manufacturer, codes, class, condition, status,
    /// the seller's id and name, and when it was first seen. Of the rest nothing is sure to be there.
    pub fn outline(&self, outline: &Outline) -> Result<Listing, Error> {
        let Outline { stocked, row } = outline;
        let row: Option<OutlineRow> = row.as_ref().and_then(|row| record::unpack(row).ok());
        let Some(row) = row.filter(|row| row.version == stocked.row.versions) else {
            return self.read(stocked);
        };
        let fault = |fault: record::Fault| fault.of(stocked.id.as_str());
        let status = stocked.row.status().map_err(fault)?;
        let listing = row.listing(stocked.id.clone()).map_err(fault)?;
        Ok(Listing { status, ..listing })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Capture, Class, Code, ListingStatus, Money, Seller, Time},
        store::{Entry, Group, Work},
    };

    fn listing(id: &str, brand: &str) -> Entry {
        let at = Time::from_second(1_700_000_000).unwrap();
        Entry::Version(Box::new(Listing {
            id: ListingId::from(id),
            platform: "shop".to_owned(),
            title: Some("kettle".to_owned()),
            price: Some(Money {
                amount: "29.90".parse().unwrap(),
                currency: Some("CNY".to_owned()),
            }),
            brand: Some(brand.to_owned()),
            manufacturer: Some("Maker".to_owned()),
            codes: vec![Code {
                scheme: "ccc".to_owned(),
                raw: "2020 1".to_owned(),
                value: Some("20201".to_owned()),
                valid: true,
                path: "/0".to_owned(),
            }],
            class: Some(Class {
                id: "appliance/kettle".to_owned(),
                score: 0.7,
            }),
            condition: Some("NewCondition".to_owned()),
            seller: Seller {
                id: Some("7".to_owned()),
                name: Some("A shop".to_owned()),
                ..Seller::default()
            },
            capture: Some(Capture {
                warc: String::new(),
                offset: 0,
                sha256: String::new(),
                fetched_at: at,
            }),
            ..Listing::default()
        }))
    }

    /// What the books ask of a listing.
    fn asked(mut listing: Listing) -> Listing {
        for code in &mut listing.codes {
            (code.raw, code.path) = (String::new(), String::new());
        }
        Listing {
            last_seen: None,
            capture: None,
            ..listing
        }
    }

    fn commit(store: &Store, entries: Vec<Entry>, work: Vec<Work>) {
        store.commit(Group { entries, work }).unwrap();
    }

    #[test]
    fn an_outline_says_what_the_whole_listing_says_with_and_without_its_row() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        let status = ListingStatus::Gone;
        let (id, at) = (ListingId::from("p:2"), Time::UNIX_EPOCH);
        let first = vec![
            listing("p:1", "a"),
            listing("p:2", "b"),
            listing("p:3", "c"),
        ];
        commit(&store, first, Vec::new());
        let turn = Entry::Status { id, status, at };
        commit(&store, vec![listing("p:1", "changed"), turn], Vec::new());
        let outlines = || {
            let all = store.outlines(&Stretch::all()).map(Result::unwrap);
            all.map(|o| (o.row.is_some(), asked(store.outline(&o).unwrap())))
                .unzip()
        };
        let whole: Vec<Listing> = store.listings().map(Result::unwrap).map(asked).collect();
        let (rows, told): (Vec<bool>, Vec<Listing>) = outlines();
        assert_eq!((rows, told), (vec![true; 3], whole.clone()));
        for id in ["p:1", "p:3"] {
            store.tree.remove(format!("o{id}")).unwrap();
        }
        let (rows, told): (Vec<bool>, Vec<Listing>) = outlines();
        assert_eq!((rows, told), (vec![false, true, false], whole));
        let behind = store.stock(Some(&ListingId::from("p:1")));
        let behind: Vec<ListingId> = behind.map(|stocked| stocked.unwrap().id).collect();
        assert_eq!(behind, ["p:2".into(), "p:3".into()]);
        let stocked = store.stock_from(&ListingId::from("p:3")).next().unwrap();
        let read = store.read(&stocked.unwrap()).unwrap();
        assert_eq!(Some(read), store.listing(&ListingId::from("p:3")).unwrap());
    }

    #[test]
    fn a_stretch_is_read_once_however_it_is_parted() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        let ids = [
            "a:1",
            "a:10",
            "a:2",
            "a:中文",
            "b:",
            "b:1",
            "b:11111111111",
            "b:2",
        ];
        let all = ids.map(|id| listing(id, "x"));
        commit(&store, all.into(), Vec::new());
        let read = |stretch: &Stretch| -> Vec<String> {
            let outlines = store.outlines(stretch).map(Result::unwrap);
            outlines
                .map(|one| one.stocked.id.as_str().to_owned())
                .collect()
        };
        for id in ids {
            let (mut waiting, mut seen) = (vec![Stretch::all()], Vec::new());
            while let Some(stretch) = waiting.pop() {
                let mut found = read(&stretch);
                found.truncate(1);
                for last in &found {
                    waiting.extend(stretch.clone().behind(&ListingId::from(last.clone())));
                }
                seen.extend(found);
            }
            seen.sort_unstable();
            assert_eq!(seen, ids);
            let behind = Stretch::all().behind(&ListingId::from(id));
            let mut behind: Vec<String> = behind.iter().flat_map(read).collect();
            behind.sort_unstable();
            assert_eq!(
                behind,
                ids.into_iter().filter(|one| *one > id).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn notes_are_given_from_one_name_to_another() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        let note = |key: &str| Work::Note {
            key: key.to_owned(),
            value: key.as_bytes().to_vec(),
        };
        commit(
            &store,
            Vec::new(),
            ["a/1", "a/2", "a/3", "b"].map(note).into(),
        );
        let notes: Vec<_> = store.notes("a/2", "a/9").unwrap().into_keys().collect();
        assert_eq!(notes, ["a/2", "a/3"]);
    }
}
