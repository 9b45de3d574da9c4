//! The stage that judges what is stored, offline: only where something changed that a verdict rested on, unless all is asked for.

mod changed;
mod pass;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde::Serialize;

use self::{
    changed::{Changed, changed},
    pass::{Asked, Pass},
};
use crate::{
    journal::Place,
    judge::{self, Again, Head, Judge, Judgement, Row, Since},
    model::{Event, Time},
    store::{Group, Judged, JudgedWriter, Store, Work},
};

/// Listings judged between two commits.
const GROUP: usize = 2_000;
/// Rows held until those among them that are judged have been.
const ROWS: usize = 50_000;

/// What a scan looks at.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Also where nothing changed that the last verdict rested on.
    pub all: bool,
    /// Only listings seen since then.
    pub since: Option<Time>,
    /// Only some rules are loaded: what is judged now is not judged for good.
    pub partial: bool,
}

/// What a scan did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Summary {
    /// Listings in the store.
    pub listings: u64,
    /// Listings judged now, by all rules or by those that were edited and whose gates admit them; for the others nothing
    /// had changed that their verdicts rested on.
    pub judged: u64,
    /// Recall notices that are new or say something else than at the last scan, where only listings that they fit were
    /// judged for them.
    pub notices: u64,
    /// Listings that they fit.
    pub touched: u64,
    /// Flags raised or opened again.
    pub flags: u64,
    pub resolved: u64,
    /// Findings that exceptions kept from being raised.
    pub suppressed: u64,
    /// Times that a rule could not say, of those asked now.
    pub unsure: u64,
    /// Times that a rule failed.
    pub faults: u64,
    /// It was stopped before the end; what was judged stays.
    pub stopped: bool,
}

impl Summary {
    fn add(&mut self, judgement: &Judgement) {
        self.flags += judgement.raised;
        self.resolved += judgement.resolved;
        self.suppressed += judgement.suppressed;
        self.unsure += judgement.unsure;
        self.faults += judgement.faults;
    }
}

/// What a scan would say where nothing at all has changed since the last one; else none.
///
/// # Errors
/// Where the store cannot be read.
pub fn unchanged(
    store: &Store,
    judge: &Judge,
    order: &Order,
) -> Result<Option<Summary>, judge::Error> {
    if order.all || order.partial || order.since.is_some() {
        return Ok(None);
    }
    let now = judge.head(store.end(), store.head()?);
    let head = store.judged().and_then(|kept| Head::read(kept.head()));
    let same = head.filter(|head| head.is_of(&now));
    Ok(same.map(|head| Summary {
        listings: head.listings,
        ..Summary::default()
    }))
}

/// Judges stored listings with the books that `judge` holds.
pub fn run(
    store: &Store,
    judge: &Judge,
    order: &Order,
    report: &dyn Fn(Event),
    stop: &Arc<AtomicBool>,
) -> Result<Summary, judge::Error> {
    let before = before(store, judge, order)?;
    let remembers = !order.partial && order.since.is_none();
    let mut scan = Scan {
        pass: Pass {
            store,
            judge,
            since: &before.since,
            seen: order.since,
        },
        report,
        stop,
        summary: Summary {
            notices: before.since.news() as u64,
            ..Summary::default()
        },
        rows: Vec::new(),
        waiting: Vec::new(),
        file: remembers.then(|| store.judge_anew()).transpose()?,
        upto: (store.end(), store.head()?),
    };
    for item in all(before.kept, before.changed, store, order) {
        let (row, asked) = item?;
        scan.take(row, asked)?;
    }
    scan.end()
}

/// What a scan finds of the one before.
struct Before {
    kept: Option<Judged>,
    since: Since,
    changed: Changed,
}

/// What was judged before, as far as it still says something.
fn before(store: &Store, judge: &Judge, order: &Order) -> Result<Before, judge::Error> {
    let nothing = Before {
        kept: None,
        since: Since::all(),
        changed: Changed::default(),
    };
    let Some(kept) = store
        .judged()
        .filter(|_| !order.all && !order.partial && order.since.is_none())
    else {
        return Ok(nothing);
    };
    let Some(head) = Head::read(kept.head()) else {
        return Ok(nothing);
    };
    let since = judge.since(&head);
    match changed(store, judge, &head, &since)? {
        Some(changed) if !since.is_everything() => Ok(Before {
            kept: Some(kept),
            since,
            changed,
        }),
        _ => Ok(nothing),
    }
}

/// Every listing in the order of the ids, with what is asked of it.
fn all<'a>(
    kept: Option<Judged>,
    changed: Changed,
    store: &'a Store,
    order: &Order,
) -> Box<dyn Iterator<Item = Result<(Row, Asked), judge::Error>> + 'a> {
    let asked = match order.all {
        true => Asked::Everything,
        false => Asked::Arrival,
    };
    match kept {
        None => Box::new(
            store
                .listing_ids()
                .map(move |id| Ok((Row::unjudged(id?), asked))),
        ),
        Some(kept) => Box::new(changed.among(kept).map(Ok)),
    }
}

/// A scan under way.
struct Scan<'a> {
    pass: Pass<'a>,
    report: &'a dyn Fn(Event),
    stop: &'a AtomicBool,
    summary: Summary,
    /// Rows in order that are not in the file yet.
    rows: Vec<Row>,
    /// Those among them that are to be looked at, by their places.
    waiting: Vec<(usize, Asked)>,
    /// None where what is judged now is not judged for good.
    file: Option<JudgedWriter>,
    /// Up to where the journal is known, and its hash there: a verdict of a person that came in meanwhile is not.
    upto: (Place, [u8; 32]),
}

impl Scan<'_> {
    /// Takes the next row; looks at those that wait where they are enough for a commit.
    fn take(&mut self, row: Row, asked: Asked) -> Result<(), judge::Error> {
        self.summary.listings += 1;
        let of_row = || match self.pass.judge.again(&row, self.pass.since) {
            Again::Everything => Asked::Arrival,
            Again::Rules => Asked::Rules,
            Again::Nothing if self.pass.since.news() > 0 => Asked::News,
            Again::Nothing => Asked::Row,
        };
        let asked = match asked {
            Asked::Row | Asked::Rules => asked.max(of_row()),
            asked => asked,
        };
        if asked != Asked::Row {
            self.waiting.push((self.rows.len(), asked));
        }
        self.rows.push(row);
        if self.waiting.len() >= GROUP || self.rows.len() >= ROWS {
            self.group()?;
        }
        Ok(())
    }

    /// Judges what waits, commits it, and writes the rows.
    fn group(&mut self) -> Result<(), judge::Error> {
        self.summary.stopped |= self.stop.load(Ordering::Relaxed);
        let waiting = std::mem::take(&mut self.waiting);
        if self.summary.stopped {
            for (place, _) in waiting {
                self.rows[place] = Row::unjudged(self.rows[place].id.clone());
            }
        } else {
            let _changing = self.pass.store.changing();
            let mut group = Group::default();
            for (place, looked) in self.pass.look(&self.rows, &waiting)? {
                self.summary.touched += u64::from(looked.touched);
                if let Some(key) = looked.note.filter(|_| self.file.is_some()) {
                    group.work.push(Work::Forget { key });
                }
                if let Some(judgement) = looked.judgement {
                    // A listing that an edited rule's gate does not admit was only looked at.
                    let admitted = !looked.part || judgement.ran > 0 || judgement.resolved > 0;
                    self.summary.judged += u64::from(admitted);
                    self.summary.add(&judgement);
                    group.entries.extend(judgement.entries);
                    judgement.events.into_iter().for_each(self.report);
                }
                if let Some(row) = looked.row {
                    let before = std::mem::replace(&mut self.rows[place], row.clone());
                    if looked.part {
                        self.rows[place] = before.joined(row);
                    }
                }
            }
            self.commit(group)?;
        }
        let rows = std::mem::take(&mut self.rows);
        if let Some(file) = &mut self.file {
            for row in rows {
                file.row(&row.bytes())?;
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Summary, judge::Error> {
        self.group()?;
        if let Some(file) = self.file.take() {
            let mut head = self.pass.judge.head(self.upto.0, self.upto.1);
            head.listings = self.summary.listings;
            head.whole = !self.summary.stopped;
            // A flag that people had confirmed and that is taken back counts in the sellers' book.
            let books = match self.summary.resolved {
                0 => self.pass.judge.frozen(),
                _ => Vec::new(),
            };
            file.finish(&books, &head.bytes())?;
        }
        Ok(self.summary)
    }

    fn commit(&mut self, group: Group) -> Result<(), judge::Error> {
        let store = self.pass.store;
        let alone = store.end() == self.upto.0;
        if !group.entries.is_empty() || !group.work.is_empty() {
            store.commit(group)?;
        }
        if alone {
            self.upto = (store.end(), store.head()?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
