//! The stage that judges what is stored, offline. Only what changed since it was last judged, unless all is asked for.

use std::{sync::Arc, sync::atomic::AtomicBool, sync::atomic::Ordering};

use serde::Serialize;

use crate::{
    judge::{self, Judge},
    model::{Event, Listing, ListingStatus, Time},
    store::{self, Group, Store, Work},
};

/// Listings judged in one commit.
const GROUP: usize = 500;

/// What a scan looks at.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Also what was judged by the same rules, reference data and books before.
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
    /// Listings judged now; the others had not changed, nor had what judges them.
    pub judged: u64,
    /// Flags raised or opened again.
    pub flags: u64,
    pub resolved: u64,
    /// Times that a rule could not say.
    pub unsure: u64,
    /// Times that a rule failed.
    pub faults: u64,
    /// It was stopped before the end; what was judged stays.
    pub stopped: bool,
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
        if !since || (!order.all && holds(store, judge, &listing)?) {
            continue;
        }
        let key = judge::note(&listing.id);
        let value = judge_one(store, judge, listing, report, &mut group, &mut summary)?;
        if !order.partial {
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

/// Whether the listing was judged, and nothing that the verdict rested on has changed.
fn holds(store: &Store, judge: &Judge, listing: &Listing) -> Result<bool, store::Error> {
    match store.note(&judge::note(&listing.id))? {
        Some(mark) => judge.holds(listing, &mark, || past(store, listing)),
        None => Ok(false),
    }
}

/// The version of the page before this one.
fn past(store: &Store, listing: &Listing) -> Result<Option<Listing>, store::Error> {
    match listing.version {
        ..=1 => Ok(None),
        _ => store.past(&listing.id),
    }
}

/// Judges a listing; gives the mark of its verdict.
fn judge_one(
    store: &Store,
    judge: &Judge,
    mut listing: Listing,
    report: &dyn Fn(Event),
    group: &mut Group,
    summary: &mut Summary,
) -> Result<Vec<u8>, judge::Error> {
    summary.judged += 1;
    if matches!(listing.status, ListingStatus::Gone | ListingStatus::Removed) {
        // What is no longer offered keeps the flags it has; new ones would send people after nothing.
        return Ok(judge.unjudged(&listing));
    }
    let standing = store.flags_of(&listing.id)?;
    judge.classify(&mut listing);
    let before = past(store, &listing)?;
    let judgement = judge.judge(listing, before.as_ref(), &standing);
    group.entries.extend(judgement.entries);
    judgement.events.into_iter().for_each(report);
    summary.flags += judgement.raised;
    summary.resolved += judgement.resolved;
    summary.unsure += judgement.unsure;
    summary.faults += judgement.faults;
    Ok(judgement.mark)
}

#[cfg(test)]
mod tests;
