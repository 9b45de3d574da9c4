//! Many listings looked at side by side: read, judged as far as they must be, and given back in order.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    judge::{self, Again, Judge, Judgement, Row, Since},
    model::{Listing, ListingStatus, Time},
    store::{self, Store},
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

/// What looking at a listing gave.
#[derive(Debug, Default)]
pub(super) struct Looked {
    pub row: Option<Row>,
    /// The row is that of some rules only.
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
    /// Only listings seen since then.
    pub seen: Option<Time>,
}

impl Pass<'_> {
    /// Looks at the listings of some of the `rows` on all cores; gives what came of each with its place, in order.
    pub(super) fn look(
        &self,
        rows: &[Row],
        waiting: &[(usize, Asked)],
    ) -> Result<Vec<(usize, Looked)>, judge::Error> {
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::with_capacity(waiting.len()));
        let work = || {
            loop {
                let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
                let Some(some) = waiting.get(from..) else {
                    break;
                };
                let some = &some[..some.len().min(AT_ONCE)];
                if some.is_empty() {
                    break;
                }
                let looks = some
                    .iter()
                    .map(|(place, asked)| (*place, self.one(&rows[*place], *asked)));
                let looks: Vec<_> = looks.collect();
                found
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend(looks);
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 1..cores.min(waiting.len().div_ceil(AT_ONCE)) {
                scope.spawn(work);
            }
            work();
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(place, _)| *place);
        found
            .into_iter()
            .map(|(place, looked)| Ok((place, looked?)))
            .collect()
    }

    fn one(&self, row: &Row, asked: Asked) -> Result<Looked, judge::Error> {
        let Some(listing) = self.store.listing(&row.id)? else {
            return Ok(Looked::default());
        };
        let early = |since| listing.last_seen.is_none_or(|seen| seen < since);
        if self.seen.is_some_and(early) {
            return Ok(Looked::default());
        }
        if asked < Asked::Arrival {
            return self.known(listing, asked);
        }
        let key = judge::note(&listing.id);
        let note = self.store.note(&key)?;
        let arrived = note.as_ref().filter(|_| asked == Asked::Arrival);
        let looked = match arrived.and_then(|note| self.judge.arrived(&listing, note)) {
            Some(row) => Looked {
                row: Some(row),
                ..Looked::default()
            },
            None if asked == Asked::Arrival && self.judge.stands(&listing, row) => {
                let asked = match self.judge.again(row, self.since) {
                    Again::Rules => Asked::Rules,
                    _ => Asked::News,
                };
                self.known(listing, asked)?
            }
            None => self.judge(listing)?,
        };
        let note = note.map(|_| key);
        Ok(Looked { note, ..looked })
    }

    /// A listing whose verdict stands but for what is new in rules and notices.
    fn known(&self, listing: Listing, asked: Asked) -> Result<Looked, judge::Error> {
        let touched = self.since.touches(&listing);
        match asked {
            _ if touched => Ok(Looked {
                touched,
                ..self.judge(listing)?
            }),
            Asked::Rules => self.judge_by_edited(listing),
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
        let standing = self.store.flags_of(&listing.id)?;
        self.judge.classify(&mut listing);
        let before = past(self.store, &listing)?;
        Ok(judged(
            self.judge.judge(listing, before.as_ref(), &standing),
            false,
        ))
    }

    fn judge_by_edited(&self, mut listing: Listing) -> Result<Looked, judge::Error> {
        if is_over(&listing) {
            return Ok(Looked::default());
        }
        let standing = self.store.flags_of(&listing.id)?;
        self.judge.classify(&mut listing);
        let before = past(self.store, &listing)?;
        let rules = &self.since.edited;
        let judgement = self
            .judge
            .judge_by(listing, before.as_ref(), &standing, rules);
        Ok(judged(judgement, true))
    }
}

/// Listings that a thread takes at once.
const AT_ONCE: usize = 16;

fn judged(mut judgement: Judgement, part: bool) -> Looked {
    Looked {
        row: judgement.row.take(),
        judgement: Some(judgement),
        part,
        ..Looked::default()
    }
}

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
