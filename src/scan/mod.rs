//! The stage that judges what is stored, offline: only where something changed that a verdict rests on, unless all is asked for.

use std::{sync::Arc, sync::atomic::AtomicBool, sync::atomic::Ordering};

use serde::Serialize;

use crate::{
    judge::{self, Judge, Judgement},
    model::{Event, Listing, ListingStatus, Time},
    store::{self, Group, Store, Work},
};

/// Listings judged in one commit.
const GROUP: usize = 500;

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
    /// Listings judged now; for the others nothing had changed that their verdicts rested on.
    pub judged: u64,
    /// Flags raised or opened again.
    pub flags: u64,
    pub resolved: u64,
    /// Times that a rule could not say, of those asked now.
    pub unsure: u64,
    /// Times that a rule failed.
    pub faults: u64,
    /// It was stopped before the end; what was judged stays.
    pub stopped: bool,
}

impl Summary {
    fn add(&mut self, judgement: &Judgement) {
        self.judged += 1;
        self.flags += judgement.raised;
        self.resolved += judgement.resolved;
        self.unsure += judgement.unsure;
        self.faults += judgement.faults;
    }
}

/// Judges stored listings with the books that `judge` holds.
pub fn run(
    store: &Store,
    judge: &Judge,
    order: &Order,
    report: &dyn Fn(Event),
    stop: &Arc<AtomicBool>,
) -> Result<Summary, judge::Error> {
    let mut summary = Summary::default();
    let mut group = Group::default();
    let mut changing = store.changing();
    for listing in store.listings() {
        let listing = listing?;
        summary.listings += 1;
        let since = order
            .since
            .is_none_or(|since| listing.last_seen.is_some_and(|seen| seen >= since));
        if !since {
            continue;
        }
        let key = judge::note(&listing.id);
        let mark = store.note(&key)?.filter(|_| !order.all);
        let mark = mark.unwrap_or_default();
        if judge.stands(&listing, &mark) {
            continue;
        }
        let judgement = judge_one(store, judge, listing)?;
        summary.add(&judgement);
        group.entries.extend(judgement.entries);
        judgement.events.into_iter().for_each(report);
        if !order.partial {
            let value = judgement.mark;
            group.work.push(Work::Note { key, value });
        }
        if summary.judged.is_multiple_of(GROUP as u64) {
            store.commit(std::mem::take(&mut group))?;
            drop(changing);
            changing = store.changing();
        }
        if stop.load(Ordering::Relaxed) {
            summary.stopped = true;
            break;
        }
    }
    store.commit(group)?;
    drop(changing);
    Ok(summary)
}

/// The version of the page before this one.
fn past(store: &Store, listing: &Listing) -> Result<Option<Listing>, store::Error> {
    match listing.version {
        ..=1 => Ok(None),
        _ => store.past(&listing.id),
    }
}

fn judge_one(
    store: &Store,
    judge: &Judge,
    mut listing: Listing,
) -> Result<Judgement, judge::Error> {
    if matches!(listing.status, ListingStatus::Gone | ListingStatus::Removed) {
        // What is no longer offered keeps the flags it has; new ones would send people after nothing.
        return Ok(Judgement {
            mark: judge.unjudged(&listing),
            ..Judgement::default()
        });
    }
    let standing = store.flags_of(&listing.id)?;
    judge.classify(&mut listing);
    let before = past(store, &listing)?;
    Ok(judge.judge(listing, before.as_ref(), &standing))
}

#[cfg(test)]
mod tests;
