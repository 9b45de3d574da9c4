//! The stage that tries rules on everything stored: what they would flag, beside what stands. Nothing is written.

mod compare;
mod sample;
mod tally;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use serde::Serialize;

use crate::{
    judge::Judge,
    model::{Listing, ListingStatus, Time},
    store::{self, Store},
};
use compare::Comparer;
pub use sample::Sample;
use sample::Urn;
pub use tally::{Change, Counts, Example, Tally};
use work::Pace;
pub use work::{Effort, Work};

/// Listings that a thread takes at once.
const BATCH: usize = if cfg!(test) { 2 } else { 64 };

/// What is tried, and on what.
#[derive(Clone, Copy, Debug)]
pub struct Backtest<'a> {
    /// Is only read.
    pub store: &'a Store,
    /// With the rules to be tried alone, and its books frozen.
    pub judge: &'a Judge,
    /// What the answers are held against.
    pub against: Against<'a>,
    /// Set it, and the stage stops; what was counted so far is given.
    pub stop: &'a AtomicBool,
}

/// What the answers are held against.
#[derive(Clone, Copy, Debug)]
pub enum Against<'a> {
    /// The flags that stand in the store.
    Flags,
    /// What other rules say of the same listings.
    Rules(&'a Judge),
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// So many examples of each change for each rule.
    pub examples: usize,
    /// Only some of the listings, for a quick look.
    pub sample: Option<Sample>,
    /// The pace at which listings come in is that of the four weeks before.
    pub now: Time,
}

/// What trying rules came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Listings in the store.
    pub listings: u64,
    /// Listings that the rules looked at.
    pub judged: u64,
    /// Listings that are no longer offered, which no rule looks at.
    pub left_out: u64,
    /// Where only some were looked at: how they were drawn.
    pub sample: Option<Sample>,
    /// Over all rules.
    pub all: Counts,
    /// Rule by rule.
    pub rules: BTreeMap<String, Tally>,
    /// What it would mean for those who look at flags.
    pub work: Work,
    /// It was stopped before the end; the counts are of what was looked at.
    pub stopped: bool,
}

/// Tries rules on all cores. Memory holds counts and examples, and the sample where one is drawn; not the store.
///
/// # Errors
/// Where the store cannot be read.
pub fn run(tried: Backtest<'_>, order: &Order) -> Result<Summary, store::Error> {
    let rules = rules(&tried);
    let effort = Effort::of(tried.store, order.now)?;
    let mut seen = Seen::new(order.now);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let (send, receive) = sync_channel(2 * cores);
    let receive = Mutex::new(receive);
    let counted = thread::scope(|scope| {
        let counting = || count(Comparer::new(&tried, &rules, order.examples), &receive);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(counting)).collect();
        let fed = feed(&tried, order, &mut seen, send);
        let mut counted = Comparer::new(&tried, &rules, order.examples);
        for thread in threads {
            let one = thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            counted.add(one?);
        }
        fed.map(|()| counted)
    })?;
    let (judged, rules) = counted.told();
    let mut all = Counts::default();
    rules.values().for_each(|tally| all += tally.counts);
    Ok(Summary {
        work: Work::of(&all, judged, seen.offered, &seen.pace, effort),
        listings: seen.listings,
        judged,
        left_out: seen.listings - seen.offered,
        sample: order.sample,
        all,
        rules,
        stopped: seen.stopped,
    })
}

/// The rules that are compared.
fn rules(tried: &Backtest<'_>) -> BTreeSet<String> {
    let ids =
        |judge: &Judge| -> Vec<String> { judge.rules().rules().map(|rule| rule.id).collect() };
    let mut rules = BTreeSet::from_iter(ids(tried.judge));
    if let Against::Rules(before) = tried.against {
        rules.extend(ids(before));
    }
    rules
}

/// What one passage through the store shows beside the answers.
struct Seen {
    listings: u64,
    /// Those that are still offered.
    offered: u64,
    pace: Pace,
    stopped: bool,
}

impl Seen {
    fn new(now: Time) -> Self {
        Self {
            listings: 0,
            offered: 0,
            pace: Pace::until(now),
            stopped: false,
        }
    }

    /// Counts a listing; says whether it is one that rules look at.
    fn note(&mut self, listing: &Listing) -> bool {
        self.listings += 1;
        self.pace.note(listing);
        let gone = matches!(listing.status, ListingStatus::Gone | ListingStatus::Removed);
        self.offered += u64::from(!gone);
        !gone
    }
}

/// Reads the store once, handing out listings as they come, or those that were drawn in the end.
fn feed(
    tried: &Backtest<'_>,
    order: &Order,
    seen: &mut Seen,
    send: SyncSender<Vec<Listing>>,
) -> Result<(), store::Error> {
    let mut urn = order.sample.map(Urn::new);
    let mut batch = Vec::new();
    for listing in tried.store.listings() {
        let listing = listing?;
        if tried.stop.load(Ordering::Relaxed) {
            seen.stopped = true;
            break;
        }
        if !seen.note(&listing) {
            continue;
        }
        match &mut urn {
            Some(urn) => urn.put(listing),
            None => batch.push(listing),
        }
        if batch.len() == BATCH {
            // Those who take end only when there is nothing more to come.
            let _ = send.send(std::mem::take(&mut batch));
        }
    }
    let mut rest = urn.map_or(batch, Urn::drawn);
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(BATCH));
        let _ = send.send(std::mem::replace(&mut rest, later));
    }
    Ok(())
}

/// Takes listings until no more come. After a listing that could not be read nothing more is compared.
fn count<'a>(
    mut counted: Comparer<'a>,
    listings: &Mutex<Receiver<Vec<Listing>>>,
) -> Result<Comparer<'a>, store::Error> {
    let mut failed = Ok(());
    let next = || {
        listings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv()
    };
    while let Ok(batch) = next() {
        for listing in batch {
            if failed.is_ok() {
                failed = counted.compare(listing);
            }
        }
    }
    failed.map(|()| counted)
}

#[cfg(test)]
mod tests;
