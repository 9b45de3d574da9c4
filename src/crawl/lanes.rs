//! One lane a host: a few queued URLs read ahead, the ones under way, and when the lane is to be looked at again.
//! Lanes stand in a row by that time, so that handing out a URL costs the same for three hosts and for thirty thousand.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::Error;
use crate::{
    fetch::Fetch,
    model::{Time, Waiting},
    store::{Queued, Store},
};

/// URLs read ahead from the store for one host at most, and for all of them together (one each always).
const READ_AHEAD: usize = 64;
const ALL_AHEAD: usize = 4096;
/// A lane that cannot go on is looked at again not sooner than this, whatever it says.
const SOONEST: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
struct Lane {
    ahead: VecDeque<Queued>,
    /// Handed out, not yet acknowledged.
    under_way: BTreeMap<String, Queued>,
    /// Its place in the row; none where the store has nothing for it that is not under way.
    place: Option<(Time, u64)>,
    /// Why it stands there, where its host said so.
    waiting: Option<Waiting>,
}

#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: BTreeMap<String, Lane>,
    /// By the time to look again, then by who has waited longest.
    row: BTreeMap<(Time, u64), String>,
    /// Places given so far.
    given: u64,
    in_flight: usize,
    /// The last time that was told.
    now: Time,
}

/// What may be done now.
#[derive(Debug)]
pub(super) enum Next {
    Url(Queued),
    /// Nobody wants this one any more; its host need not be asked.
    Unwanted(Queued),
    /// Nothing before this time.
    Wait(Time),
    /// Nothing is queued that is not under way.
    Empty,
}

/// A host that was given up for now.
#[derive(Debug)]
pub(super) struct Stuck {
    pub(super) host: String,
    pub(super) until: Time,
    pub(super) waiting: Option<Waiting>,
}

enum Look {
    Url(Queued),
    Unwanted(Queued),
    Wait(Time, Option<Waiting>),
    Dry,
}

impl Lanes {
    /// These hosts may have something new. One in a pause has that pause still: looking sooner would only cost.
    pub(super) fn open(&mut self, hosts: Vec<String>, now: Time) {
        for host in hosts {
            let waits = |lane: &Lane| lane.place.is_some() && lane.waiting.is_some();
            if !self.lanes.get(&host).is_some_and(waits) {
                self.wake(host, now);
            }
        }
    }

    /// A request to this host ended: what had to wait for its slot may now be due.
    pub(super) fn free(&mut self, host: String, now: Time) {
        self.wake(host, now);
    }

    /// URLs handed out and not yet committed.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// A URL was committed: what it was, and its host and those that got new URLs are looked at again.
    pub(super) fn done(
        &mut self,
        url: &str,
        host: &str,
        touched: Vec<String>,
        now: Time,
    ) -> Option<Queued> {
        let was = self
            .lanes
            .get_mut(host)
            .and_then(|lane| lane.under_way.remove(url));
        self.in_flight -= usize::from(was.is_some());
        self.wake(host.to_owned(), now);
        self.open(touched, now);
        was
    }

    /// The next URL of the lane whose turn it is; `wanted` says whether a URL is to be asked for at all.
    pub(super) fn next<F: Fetch>(
        &mut self,
        store: &Store,
        fetcher: &F,
        wanted: &dyn Fn(&Queued) -> bool,
        now: Time,
    ) -> Result<Next, Error> {
        if now < self.now {
            // The clock was set back: what was to be looked at later is looked at now.
            let hosts: Vec<String> = self.row.values().cloned().collect();
            hosts.into_iter().for_each(|host| self.put(host, now, None));
        }
        self.now = now;
        loop {
            let Some((&(due, _), _)) = self.row.first_key_value() else {
                return Ok(Next::Empty);
            };
            if due > now {
                return Ok(Next::Wait(due));
            }
            let Some((_, host)) = self.row.pop_first() else {
                return Ok(Next::Empty);
            };
            let limit = (ALL_AHEAD / self.lanes.len().max(1)).clamp(1, READ_AHEAD);
            let lane = self.lanes.entry(host.clone()).or_default();
            lane.place = None;
            match lane.look(&host, store, fetcher, wanted, limit, now)? {
                Look::Url(queued) => {
                    self.take(&host, &queued, now);
                    return Ok(Next::Url(queued));
                }
                Look::Unwanted(queued) => {
                    self.take(&host, &queued, now);
                    return Ok(Next::Unwanted(queued));
                }
                Look::Wait(until, why) => {
                    let soonest = now.checked_add(SOONEST).unwrap_or(Time::MAX);
                    self.put(host, until.max(soonest), why);
                }
                Look::Dry if lane.under_way.is_empty() => drop(self.lanes.remove(&host)),
                Look::Dry => {}
            }
        }
    }

    /// The hosts to give up for now: all that have something queued, where each of them is out of reach for longer
    /// than until `patience`. Quiet hours end for certain, and a slow pace is no trouble: those are waited out.
    pub(super) fn stuck(&self, patience: Time) -> Option<Vec<Stuck>> {
        let first = self.row.first_key_value().map(|((due, _), _)| *due)?;
        if self.in_flight > 0 || first <= patience {
            return None;
        }
        let hopeless = |lane: &&Lane| match &lane.waiting {
            Some(Waiting::Pace { .. } | Waiting::Shared { .. } | Waiting::Quiet { .. }) => false,
            Some(Waiting::Backoff { .. } | Waiting::Robots { .. } | Waiting::Probe { .. }) => true,
            None => true,
        };
        let mut stuck = Vec::new();
        for ((until, _), host) in &self.row {
            let lane = self.lanes.get(host).filter(hopeless)?;
            stuck.push(Stuck {
                host: host.clone(),
                until: *until,
                waiting: lane.waiting.clone(),
            });
        }
        stuck.sort_by(|a, b| a.host.cmp(&b.host));
        Some(stuck)
    }

    fn take(&mut self, host: &str, queued: &Queued, now: Time) {
        if let Some(lane) = self.lanes.get_mut(host) {
            lane.under_way.insert(queued.url.clone(), queued.clone());
            self.in_flight += 1;
        }
        // Behind all others that are due: each host has its turn.
        self.put(host.to_owned(), now, None);
    }

    /// Looks at a lane now. One that is due already keeps its place before those that came later.
    fn wake(&mut self, host: String, now: Time) {
        let due = |lane: &Lane| lane.place.is_some_and(|(due, _)| due <= now);
        if !self.lanes.get(&host).is_some_and(due) {
            self.put(host, now, None);
        }
    }

    /// Puts a lane into the row, out of the place it may have had.
    fn put(&mut self, host: String, due: Time, waiting: Option<Waiting>) {
        let lane = self.lanes.entry(host.clone()).or_default();
        if let Some(old) = lane.place.take() {
            self.row.remove(&old);
        }
        self.given += 1;
        lane.place = Some((due, self.given));
        lane.waiting = waiting;
        self.row.insert((due, self.given), host);
    }
}

impl Lane {
    fn look<F: Fetch>(
        &mut self,
        host: &str,
        store: &Store,
        fetcher: &F,
        wanted: &dyn Fn(&Queued) -> bool,
        limit: usize,
        now: Time,
    ) -> Result<Look, Error> {
        if self.ahead.is_empty() {
            // A host that must wait needs nothing in memory meanwhile, only to be known to have something.
            let paused = fetcher.waiting(host, now).filter(|why| why.until() > now);
            let limit = if paused.is_some() { 1 } else { limit };
            let taken = |url: &str| self.under_way.contains_key(url);
            let ahead = store.next_queued(host, now, limit, &taken)?;
            if let (false, Some(why)) = (ahead.is_empty(), &paused) {
                return Ok(Look::Wait(why.until(), paused));
            }
            self.ahead = ahead.into();
        }
        let Some(first) = self.ahead.front() else {
            let due = store.earliest_due(host)?.filter(|due| *due > now);
            return Ok(match due {
                Some(due) => {
                    let pause = |why: &Waiting| {
                        !matches!(why, Waiting::Pace { .. } | Waiting::Shared { .. })
                    };
                    Look::Wait(due, fetcher.waiting(host, now).filter(pause))
                }
                None => Look::Dry,
            });
        };
        let unwanted = !wanted(first);
        if !unwanted && let Err(why) = fetcher.turn(host, now) {
            return Ok(Look::Wait(why.until(), Some(why)));
        }
        Ok(match self.ahead.pop_front() {
            Some(queued) if unwanted => Look::Unwanted(queued),
            Some(queued) => Look::Url(queued),
            None => Look::Dry,
        })
    }
}

#[cfg(test)]
mod tests;
