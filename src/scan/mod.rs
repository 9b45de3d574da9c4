//! The stage that judges what is stored, offline: only where something changed that a verdict rested on, unless all is asked for.

mod changed;
mod ledger;
mod pass;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
};

use serde::Serialize;

use self::{
    changed::{Rows, Source, changed},
    ledger::{Ledger, Written},
    pass::{Asked, Looked, Pass, Portion},
};
use crate::{
    judge::{self, Head, Judge, Judgement, Since},
    model::{Event, ListingId, Time},
    store::{self, Judged, Store},
};

/// Listings judged between two commits.
const PORTION: usize = 2_000;

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

/// The same for who has opened neither the store, which lies in `dir`, nor the files below `rules`: where they are those of
/// the last scan, and each campaign is `about` the same rules; with what was wrong with the files, in words. None also where
/// another process has the store.
pub fn untouched(
    dir: &Path,
    rules: &Path,
    about: &BTreeMap<String, Vec<String>>,
    order: &Order,
) -> Option<(Summary, Vec<String>)> {
    if order.all || order.partial || order.since.is_some() {
        return None;
    }
    let head = Head::read(store::judged(dir)?.head())?;
    let same = head.is_from(judge::prints(rules, about)?, &store::tail(dir)?);
    let summary = Summary {
        listings: head.listings,
        ..Summary::default()
    };
    same.then_some((summary, head.faults))
}

/// Judges stored listings with the books that `judge` holds.
pub fn run(
    store: &Store,
    judge: &Judge,
    order: &Order,
    report: &dyn Fn(Event),
    stop: &Arc<AtomicBool>,
) -> Result<Summary, judge::Error> {
    let Before {
        kept,
        since,
        changed,
    } = before(store, judge, order)?;
    let remembers = !order.partial && order.since.is_none();
    let asked = match order.all {
        true => Asked::Everything,
        false => Asked::Arrival,
    };
    let gates = judge.rules().gates_of(&since.edited);
    let many = kept.is_none() || !since.is_little() || changed.len() > PORTION;
    let source = match kept {
        None => Source::Stock {
            store,
            asked,
            after: None,
        },
        Some(kept) => Source::Rows(Box::new(Rows {
            store,
            kept,
            changed: changed.into_iter().peekable(),
            since: &since,
            gates: judge.rules().gates_of(&since.edited),
        })),
    };
    let notices = since.news() as u64;
    let summary = Summary {
        notices,
        ..Summary::default()
    };
    let scan = Scan {
        pass: Pass {
            store,
            judge,
            since: &since,
            gates: &gates,
            seen: order.since,
            flagged: None,
        },
        many,
        report,
        stop,
    };
    let ledger = Ledger::new(store, summary, remembers)?;
    scan.run(source, ledger)?.end(judge)
}

/// What a scan finds of the one before.
struct Before {
    kept: Option<Judged>,
    since: Since,
    changed: BTreeMap<ListingId, Asked>,
}

/// What was judged before, as far as it still says something.
fn before(store: &Store, judge: &Judge, order: &Order) -> Result<Before, judge::Error> {
    let nothing = Before {
        kept: None,
        since: Since::all(),
        changed: BTreeMap::new(),
    };
    let remembered = !order.all && !order.partial && order.since.is_none();
    let Some(mut kept) = store.judged().filter(|_| remembered) else {
        return Ok(nothing);
    };
    let Some(head) = Head::read(kept.head()) else {
        return Ok(nothing);
    };
    let since = judge.since(&head);
    if since.is_everything() || !kept.is_whole() {
        return Ok(nothing);
    }
    Ok(match changed(store, &head)? {
        Some(changed) => Before {
            kept: Some(kept),
            since,
            changed,
        },
        None => nothing,
    })
}

/// A scan under way.
struct Scan<'a> {
    pass: Pass<'a>,
    /// Many listings may be judged anew.
    many: bool,
    report: &'a dyn Fn(Event),
    stop: &'a AtomicBool,
}

/// A portion, and what came of each listing that was looked at; none where it was passed over.
type Done = (Portion, Option<Vec<Looked>>);

impl<'a> Scan<'a> {
    /// Looks at everything that the source has: one portion is looked at while the one before is committed.
    fn run(&self, mut source: Source<'_>, ledger: Ledger<'a>) -> Result<Ledger<'a>, judge::Error> {
        let flagged = OnceLock::new();
        let mut end = Some(self.pass.store.end());
        std::thread::scope(|scope| {
            if self.many {
                // Until that is read, and where it cannot be, each listing's flags are looked for.
                scope.spawn(|| self.pass.store.flagged().map(|found| flagged.set(found)));
            }
            let (hand, taken) = mpsc::sync_channel::<Done>(1);
            let (tell, told) = mpsc::channel();
            let writing = scope.spawn(move || {
                let mut ledger = ledger;
                for (portion, looks) in taken {
                    // Nobody listens any more where looking has failed.
                    let _ = tell.send(ledger.take(&portion, looks)?);
                }
                Ok(ledger)
            });
            let looking = loop {
                // What is read is the same until what rests on it is committed.
                let _changing = self.pass.store.changing();
                let alone = end == Some(self.pass.store.end());
                let pass = Pass {
                    flagged: flagged.get().filter(|_| alone),
                    ..self.pass
                };
                match self.stretch(pass, &mut source, &hand, &told) {
                    Ok(Some(last)) => end = last.end,
                    ended => break ended.map(|_| ()),
                }
            };
            drop(hand);
            let written = match writing.join() {
                Ok(written) => written,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            looking.and(written)
        })
    }

    /// Portions until somebody else wants to change something in the store, all of them committed; none where there are no
    /// more.
    fn stretch(
        &self,
        pass: Pass<'_>,
        source: &mut Source<'_>,
        hand: &mpsc::SyncSender<Done>,
        told: &mpsc::Receiver<Written>,
    ) -> Result<Option<Written>, judge::Error> {
        let mut last = None;
        let mut under_way = false;
        let hear = || {
            let written = told.recv().ok();
            let mut written = written?;
            written.events.drain(..).for_each(self.report);
            Some(written)
        };
        let mut ahead = source.portion(PORTION)?;
        while let Some(portion) = ahead.take() {
            let mut next = Ok(None);
            // What is read ahead must be looked at in the same turn.
            let mut read_ahead = || {
                if !self.pass.store.awaited() {
                    next = source.portion(PORTION);
                }
            };
            let stopped = self.stop.load(Ordering::Relaxed);
            let looks = match stopped {
                true => {
                    read_ahead();
                    None
                }
                false => Some(pass.look(&portion, read_ahead)?),
            };
            if under_way {
                last = hear();
            }
            // Where writing has failed its own error is told in the end.
            under_way = hand.send((portion, looks)).is_ok();
            if !under_way {
                return Ok(None);
            }
            ahead = next?;
        }
        Ok(if under_way { hear() } else { last })
    }
}

#[cfg(test)]
mod tests;
