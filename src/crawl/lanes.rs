//! One lane a host: a few queued URLs read ahead, the ones under way, and when the lane may be looked at again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Error;
use crate::{
    fetch::Fetch,
    model::Time,
    store::{Queued, Store},
};

/// URLs read ahead from the store, per host: memory stays flat however long the queue is.
const READ_AHEAD: usize = 64;

#[derive(Debug, Default)]
struct Lane {
    ahead: VecDeque<Queued>,
    /// Handed out, not yet acknowledged.
    under_way: BTreeSet<String>,
    /// The store had nothing due; look again then, or when a commit touches the lane.
    idle_until: Option<Time>,
    dry: bool,
}

#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: BTreeMap<String, Lane>,
    /// The host served last, so that the next one gets its turn.
    last: String,
}

/// What may be done now.
#[derive(Debug)]
pub(super) enum Next {
    Url(Queued),
    /// Nothing before this time.
    Wait(Time),
    /// Nothing is queued that is not under way.
    Empty,
}

impl Lanes {
    pub(super) fn open(&mut self, hosts: Vec<String>) {
        for host in hosts {
            let lane = self.lanes.entry(host).or_default();
            lane.dry = false;
            lane.idle_until = None;
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.lanes.values().map(|lane| lane.under_way.len()).sum()
    }

    /// A URL was committed; the hosts that got new URLs are looked at again.
    pub(super) fn done(&mut self, url: &str, host: &str, touched: Vec<String>) {
        if let Some(lane) = self.lanes.get_mut(host) {
            lane.under_way.remove(url);
        }
        self.open(touched);
    }

    /// The next URL of the next host whose turn it is.
    pub(super) fn next<F: Fetch>(
        &mut self,
        store: &Store,
        fetcher: &F,
        now: Time,
    ) -> Result<Next, Error> {
        let mut wait: Option<Time> = None;
        let after: Vec<String> = self
            .lanes
            .keys()
            .filter(|h| **h > self.last)
            .cloned()
            .collect();
        let before: Vec<String> = self
            .lanes
            .keys()
            .filter(|h| **h <= self.last)
            .cloned()
            .collect();
        for host in after.into_iter().chain(before) {
            let Some(lane) = self.lanes.get_mut(&host) else {
                continue;
            };
            if lane.ahead.is_empty() {
                lane.refill(&host, store, now)?;
            }
            let until = match (lane.ahead.is_empty(), lane.idle_until) {
                (true, until) => until,
                (false, _) => fetcher.turn(&host, now).err().map(|w| w.until()),
            };
            match until {
                Some(until) => wait = Some(wait.map_or(until, |w| w.min(until))),
                None => {
                    if let Some(queued) = lane.ahead.pop_front() {
                        lane.under_way.insert(queued.url.clone());
                        self.last = host;
                        return Ok(Next::Url(queued));
                    }
                }
            }
        }
        Ok(wait.map_or(Next::Empty, Next::Wait))
    }
}

impl Lane {
    fn refill(&mut self, host: &str, store: &Store, now: Time) -> Result<(), Error> {
        if self.dry || self.idle_until.is_some_and(|until| until > now) {
            return Ok(());
        }
        let taken = |url: &str| self.under_way.contains(url);
        self.ahead = store.next_queued(host, now, READ_AHEAD, &taken)?.into();
        if self.ahead.is_empty() {
            let earliest = store.earliest_due(host)?.filter(|due| *due > now);
            self.idle_until = earliest;
            self.dry = earliest.is_none();
        }
        Ok(())
    }
}
