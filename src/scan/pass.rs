//! Many listings looked at side by side: read, judged as far as they must be, and given back in order.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    judge::{self, Again, Judge, Judgement, Row, Since},
    model::{Flag, Listing, ListingId, ListingStatus, Time},
    rules::Gates,
    store::{self, Flagged, Stocked, Store, put_row},
};

/// What is asked of a listing, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// What its row says.
    Row,
    /// Whether a new notice fits it.
    News,
    /// The rules that were edited.
    Rules,
    /// Whether it was judged on arrival.
    Arrival,
    /// All rules.
    Everything,
}

/// Listings that follow one another, and what is asked of some of them.
#[derive(Debug, Default)]
pub(super) struct Portion {
    pub listings: u64,
    /// Rows of the last scan, as the file has them.
    pub bytes: Vec<u8>,
    pub asked: Vec<Asking>,
}

/// A listing that is to be looked at.
#[derive(Debug)]
pub(super) struct Asking {
    pub id: ListingId,
    asked: Asked,
    /// Where its row stands; an empty range where it has none.
    pub row: Range<usize>,
    /// What the index says of it, where it was asked already.
    pub stocked: Option<Stocked>,
}

impl Portion {
    /// Adds a listing whose row stays as it is.
    pub(super) fn keep(&mut self, row: &[u8]) {
        self.listings += 1;
        put_row(&mut self.bytes, row);
    }

    /// Adds one that is to be looked at, with its row.
    pub(super) fn ask(&mut self, id: ListingId, asked: Asked, row: Option<&[u8]>) {
        let begin = self.bytes.len();
        if let Some(row) = row {
            put_row(&mut self.bytes, row);
        }
        self.listings += 1;
        self.asked.push(Asking {
            id,
            asked,
            row: begin..self.bytes.len(),
            stocked: None,
        });
    }

    /// Adds one that has no row.
    pub(super) fn ask_unjudged(&mut self, stocked: Stocked, asked: Asked) {
        self.ask(stocked.id.clone(), asked, None);
        if let Some(asking) = self.asked.last_mut() {
            asking.stocked = Some(stocked);
        }
    }

    /// A listing as it was judged before.
    fn row(&self, asking: &Asking) -> Option<Row> {
        let row = self.bytes.get(asking.row.clone())?;
        let (_length, row) = row.split_first_chunk::<4>()?;
        Row::read(row)
    }
}

/// What looking at a listing gave.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Its row from now on; none where it stays as it is.
    pub row: Option<Row>,
    /// Only some rules were asked.
    pub part: bool,
    pub judgement: Option<Judgement>,
    /// A new notice fits it.
    pub touched: bool,
    /// What was kept on its arrival, which is taken over now.
    pub note: Option<String>,
}

/// What all looks share.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub store: &'a Store,
    pub judge: &'a Judge,
    pub since: &'a Since,
    /// Those of the rules that were edited.
    pub gates: &'a Gates<'a>,
    /// Only listings seen since then.
    pub seen: Option<Time>,
    /// Which listings have flags, where that is known.
    pub flagged: Option<&'a Flagged>,
}

/// What was kept on the arrival of listings, by its name.
type Notes = BTreeMap<String, Vec<u8>>;

impl Pass<'_> {
    /// Looks at what is asked of a portion on all cores; gives what came of each, in order. One core does something else
    /// first.
    pub(super) fn look(
        &self,
        portion: &Portion,
        meanwhile: impl FnOnce(),
    ) -> Result<Vec<Looked>, judge::Error> {
        let (Some(first), Some(last)) = (portion.asked.first(), portion.asked.last()) else {
            meanwhile();
            return Ok(Vec::new());
        };
        let ends = [&first.id, &last.id].map(judge::note);
        let notes = self.store.notes(&ends[0], &ends[1])?;
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::with_capacity(portion.asked.len() / AT_ONCE + 1));
        let work = || {
            loop {
                let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
                let some = portion.asked.get(from..).unwrap_or_default();
                let some = &some[..some.len().min(AT_ONCE)];
                if some.is_empty() {
                    break;
                }
                let looks = some.iter().map(|asking| self.one(portion, asking, &notes));
                let looks: Vec<_> = looks.collect();
                found
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((from, looks));
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 1..cores.min(portion.asked.len().div_ceil(AT_ONCE)) {
                scope.spawn(work);
            }
            meanwhile();
            work();
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(from, _)| *from);
        found.into_iter().flat_map(|(_, looks)| looks).collect()
    }

    fn one(
        &self,
        portion: &Portion,
        asking: &Asking,
        notes: &Notes,
    ) -> Result<Looked, judge::Error> {
        let row = portion.row(asking);
        let asked = match (&row, asking.asked) {
            (Some(row), Asked::Row) => match self.of_row(row) {
                Asked::Row => return Ok(Looked::default()),
                asked => asked,
            },
            (_, asked) => asked,
        };
        let listing = match &asking.stocked {
            Some(stocked) => Some(self.store.read(stocked)?),
            None => self.store.listing(&asking.id)?,
        };
        let Some(listing) = listing else {
            return Ok(Looked::default());
        };
        let early = |since| listing.last_seen.is_none_or(|seen| seen < since);
        if self.seen.is_some_and(early) {
            return Ok(Looked::default());
        }
        if asked < Asked::Arrival {
            return self.known(listing, row, asked);
        }
        let key = (!notes.is_empty()).then(|| judge::note(&listing.id));
        let note = key.as_ref().and_then(|key| notes.get(key));
        let noted = note.is_some();
        let arrived = note.filter(|_| asked == Asked::Arrival);
        let arrived = arrived.and_then(|note| self.judge.arrived(&listing, note));
        let standing = || row.filter(|row| self.judge.stands(&listing, row));
        let looked = match (arrived, asked) {
            (Some(row), _) => Looked {
                row: Some(row),
                ..Looked::default()
            },
            (None, Asked::Arrival) => match standing() {
                Some(row) => self.standing(listing, row)?,
                None => self.judge(listing)?,
            },
            _ => self.judge(listing)?,
        };
        let note = key.filter(|_| noted);
        Ok(Looked { note, ..looked })
    }

    /// A listing that was seen again, and is as it was judged.
    fn standing(&self, listing: Listing, row: Row) -> Result<Looked, judge::Error> {
        // It may have been flagged on its arrival.
        let row = row.flagged_by(&self.flags_of(&listing.id)?);
        let asked = match self.of_row(&row) {
            Asked::Rules => Asked::Rules,
            _ => Asked::News,
        };
        let looked = self.known(listing, Some(row.clone()), asked)?;
        Ok(Looked {
            row: looked.row.or(Some(row)),
            ..looked
        })
    }

    /// What must be asked of a listing by its row alone.
    fn of_row(&self, row: &Row) -> Asked {
        match self.judge.again(row, self.since, self.gates) {
            Again::Everything => Asked::Arrival,
            Again::Rules => Asked::Rules,
            Again::Nothing if self.since.news() > 0 => Asked::News,
            Again::Nothing => Asked::Row,
        }
    }

    fn flags_of(&self, id: &ListingId) -> Result<Vec<Flag>, store::Error> {
        match self.flagged.is_some_and(|flagged| !flagged.has(id)) {
            true => Ok(Vec::new()),
            false => self.store.flags_of(id),
        }
    }

    /// A listing whose verdict stands but for what is new in rules and notices.
    fn known(
        &self,
        listing: Listing,
        row: Option<Row>,
        asked: Asked,
    ) -> Result<Looked, judge::Error> {
        let touched = self.since.touches(&listing);
        match asked {
            _ if touched => Ok(Looked {
                touched,
                ..self.judge(listing)?
            }),
            Asked::Rules => self.judge_by_edited(listing, row),
            _ => Ok(Looked::default()),
        }
    }

    fn judge(&self, mut listing: Listing) -> Result<Looked, judge::Error> {
        if is_over(&listing) {
            return Ok(Looked {
                row: Some(self.judge.row_unasked(&listing)),
                judgement: Some(Judgement::default()),
                ..Looked::default()
            });
        }
        let standing = self.flags_of(&listing.id)?;
        self.judge.classify(&mut listing);
        let before = past(self.store, &listing)?;
        let mut judgement = self.judge.judge(listing, before.as_ref(), &standing);
        Ok(Looked {
            row: judgement.row.take(),
            judgement: Some(judgement),
            ..Looked::default()
        })
    }

    fn judge_by_edited(
        &self,
        mut listing: Listing,
        row: Option<Row>,
    ) -> Result<Looked, judge::Error> {
        if is_over(&listing) {
            return Ok(Looked::default());
        }
        let standing = match row.as_ref().is_some_and(|row| !row.was_flagged()) {
            true => Vec::new(),
            false => self.flags_of(&listing.id)?,
        };
        self.judge.classify(&mut listing);
        let before = past(self.store, &listing)?;
        let rules = &self.since.edited;
        let mut judgement = self
            .judge
            .judge_by(listing, before.as_ref(), &standing, rules);
        let newer = judgement.row.take();
        Ok(Looked {
            row: row.zip(newer).map(|(row, newer)| row.joined(newer)),
            judgement: Some(judgement),
            part: true,
            ..Looked::default()
        })
    }
}

/// Listings that a thread takes at once.
const AT_ONCE: usize = 8;

/// What is no longer offered keeps the flags it has; new ones would send people after nothing.
fn is_over(listing: &Listing) -> bool {
    matches!(listing.status, ListingStatus::Gone | ListingStatus::Removed)
}

/// The version of the page before this one.
fn past(store: &Store, listing: &Listing) -> Result<Option<Listing>, store::Error> {
    match listing.version {
        ..=1 => Ok(None),
        _ => store.past(&listing.id),
    }
}
