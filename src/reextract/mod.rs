//! The stage that reads archived captures again, offline, after readers or a platform's profile changed.
//!
//! Threads read captures in the order of the archive; what is read otherwise now is committed in groups as versions that
//! stand on the same capture. Nothing is visited, so no listing is seen, gone or back because of it.

mod change;
mod line;
mod plan;
mod read;
mod summary;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZero,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

pub use change::{Example, FieldChange};
pub use summary::{Fault, Missing, New, Summary};

use crate::{
    judge::Judge,
    model::{Event, Listing, ListingId, ListingStatus, Time},
    platform::Platform,
    store::{self, Entry, Group, Store},
    watch::{Lesson, Watch},
};
use line::Line;
use plan::Plan;
use read::{Found, Outcome, Reader};

/// Captures whose outcome is committed at once.
const GROUP: usize = if cfg!(test) { 4 } else { 256 };

/// What is read, and with what.
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "plain names")]
pub struct Reextract<'a> {
    pub store: &'a Store,
    /// The folder of the archive.
    pub archive: &'a Path,
    pub platforms: &'a BTreeMap<String, Platform>,
    /// Gives listings their class.
    pub judge: &'a Judge,
    pub report: &'a (dyn Fn(Event) + Sync),
    pub clock: &'a (dyn Fn() -> Time + Sync),
    /// Set it, and the stage stops after the group it is at.
    pub stop: &'a AtomicBool,
}

impl std::fmt::Debug for Reextract<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reextract")
            .field("archive", &self.archive)
            .finish_non_exhaustive()
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Only this platform's listings.
    pub platform: Option<String>,
    /// Say what would change, and write nothing.
    pub dry_run: bool,
    /// How it is read now is how it should be: no alarm where less is read than usual.
    pub usual: bool,
}

/// Reads again what is archived, on all cores, and keeps what is read otherwise.
///
/// # Errors
/// Where the store cannot be read or written. What was committed stays, and another run goes on.
pub fn run(work: Reextract<'_>, order: &Order) -> Result<Summary, store::Error> {
    let only = order.platform.as_deref();
    let plan = plan::plan(work.store, work.platforms, only)?;
    let reader = Reader {
        store: work.store,
        archive: work.archive,
        platforms: work.platforms,
        judge: work.judge,
        only,
    };
    let mut keeper = Keeper {
        work,
        dry_run: order.dry_run,
        at: (work.clock)(),
        total: plan.tasks.len() as u64,
        watch: Watch::open(work.store, work.platforms.keys())?,
        written: BTreeSet::new(),
        summary: Summary {
            unwatched: plan.unwatched,
            dry_run: order.dry_run,
            ..Summary::default()
        },
    };
    keeper.tell();
    read_all(&reader, &plan, &mut keeper)?;
    if !keeper.summary.stopped && !order.dry_run {
        let lesson = if order.usual {
            Lesson::Accepted
        } else {
            Lesson::Reread
        };
        let alarms = keeper.watch.close(work.store, lesson, (work.clock)())?;
        keeper.summary.alarms = alarms;
    }
    Ok(keeper.summary)
}

fn read_all(reader: &Reader<'_>, plan: &Plan, keeper: &mut Keeper<'_>) -> Result<(), store::Error> {
    let line = Line::new(plan.tasks.len());
    let work = || {
        let _closing = line.until_panic();
        while let Some(piece) = line.next() {
            line.put(piece, reader.read(&plan.tasks[piece]));
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
        let _closing = line.until_dropped();
        loop {
            let outcomes = line.take(GROUP);
            if outcomes.is_empty() {
                return Ok(());
            }
            keeper.keep(outcomes)?;
            if keeper.work.stop.load(Ordering::Relaxed) {
                keeper.summary.stopped = keeper.summary.through() < keeper.total;
                return Ok(());
            }
        }
    })
}

/// Takes outcomes in the order of the archive, counts them and commits what changed.
struct Keeper<'a> {
    work: Reextract<'a>,
    dry_run: bool,
    /// When this run began.
    at: Time,
    /// Captures to be read.
    total: u64,
    watch: Watch,
    /// Listings that came or came back: the first capture that shows one stands.
    written: BTreeSet<ListingId>,
    summary: Summary,
}

impl Keeper<'_> {
    fn keep(&mut self, outcomes: Vec<Result<Outcome, store::Error>>) -> Result<(), store::Error> {
        let mut group = Group::default();
        for outcome in outcomes {
            let Outcome {
                reading,
                found,
                fault,
            } = outcome?;
            self.summary.pages += u64::from(fault.is_none());
            if let Some(fault) = fault {
                (self.work.report)(Event::Unreadable {
                    message: fault.message.clone(),
                });
                self.summary.fault(fault);
            }
            if let Some(reading) = reading {
                // What fell is told once, at the end.
                let _ = self.watch.add(&reading, self.at);
            }
            for found in found {
                self.take(found, &mut group)?;
            }
        }
        self.commit(&mut group)?;
        self.tell();
        Ok(())
    }

    fn commit(&self, group: &mut Group) -> Result<(), store::Error> {
        let group = std::mem::take(group);
        if self.dry_run || group.entries.is_empty() {
            return Ok(());
        }
        let _changing = self.work.store.changing();
        self.work.store.commit(group)
    }

    fn take(&mut self, found: Found, group: &mut Group) -> Result<(), store::Error> {
        let came = match &found {
            Found::Appeared(listing) => Some(&listing.id),
            Found::Recovered(both) => Some(&both.1.id),
            Found::Same | Found::Changed(_) | Found::Vanished { .. } => None,
        };
        if came.is_some_and(|id| !self.written.insert(id.clone())) {
            return Ok(());
        }
        self.summary.count(&found);
        match found {
            Found::Same | Found::Vanished { .. } => {}
            Found::Changed(both) => {
                let (_, listing) = *both;
                self.event(&listing, false);
                group.entries.push(Entry::Reread {
                    listing: Box::new(listing),
                    at: self.at,
                });
            }
            Found::Appeared(listing) => {
                self.event(&listing, true);
                group.entries.push(Entry::Version(listing));
            }
            Found::Recovered(both) => {
                let (before, listing) = *both;
                self.event(&listing, false);
                // The capture that it stood on until now lies before this one and may have been read otherwise too.
                if group.entries.iter().any(|e| is_of(e, &listing.id)) {
                    self.commit(group)?;
                }
                let before = self.work.store.listing(&listing.id)?.unwrap_or(before);
                group.entries.extend(back(&before, listing));
            }
        }
        Ok(())
    }

    fn event(&self, listing: &Listing, new: bool) {
        (self.work.report)(Event::Listing {
            id: listing.id.clone(),
            new,
            changed: !new,
        });
    }

    fn tell(&self) {
        (self.work.report)(Event::Reread {
            at: (self.work.clock)(),
            done: self.summary.through(),
            of: self.total,
            changed: self.summary.versions(),
        });
    }
}

fn is_of(entry: &Entry, id: &ListingId) -> bool {
    matches!(entry, Entry::Reread { listing, .. } if listing.id == *id)
}

/// What a visit says of a listing, now that it can be read.
fn back(before: &Listing, listing: Listing) -> Vec<Entry> {
    let (id, status) = (listing.id.clone(), ListingStatus::Active);
    let Some(capture) = listing.capture.clone() else {
        return Vec::new();
    };
    let at = capture.fetched_at;
    let seen = if before.content() == listing.content() {
        Entry::Seen {
            id: id.clone(),
            capture,
            campaigns: listing.campaigns,
        }
    } else {
        Entry::Version(Box::new(listing))
    };
    vec![seen, Entry::Status { id, status, at }]
}

#[cfg(test)]
mod tests;
