//! The servers behind the hosts: however many names one has, it is asked at the pace of one.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{address::Address, delay::CLOSE, pace::later};
use crate::model::Time;

/// Whoever does not come back so long after it may is not waited for.
pub(super) const FORGOTTEN_AFTER: Duration = Duration::from_secs(1);
/// A server last asked so long ago is owed nothing.
const OWED_FOR: Duration = Duration::from_secs(2 * 24 * 3600);
/// When all its slots are taken, look again not sooner and not later than that.
const SOONEST: Duration = Duration::from_millis(10);
const LATEST: Duration = Duration::from_secs(1);

/// A place in the line of hosts that wait for a server. Lower ones came first.
pub(super) type Ticket = u64;

/// All servers that were asked.
#[derive(Debug, Default)]
pub(super) struct Servers {
    all: BTreeMap<Address, Server>,
    /// After an unclean stop: when we started again. A server may have been asked right before.
    unclean: Option<Time>,
    next: Ticket,
}

#[derive(Debug)]
struct Server {
    /// When it was last asked.
    left: Option<Time>,
    under_way: u32,
    /// Of these, those that have not left yet.
    leaving: u32,
    /// Hosts in line, each with the time after which it is not waited for.
    line: BTreeMap<Ticket, Time>,
}

/// What a host wants of its servers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish<'a> {
    /// The addresses of its name; any may be the one that is connected to, so each must be free.
    pub(super) addresses: &'a [Address],
    /// The time since a server was last asked.
    pub(super) wait: Duration,
    /// Requests under way at a server at most, this one included.
    pub(super) at_once: u32,
    /// Turns that were given to the host and are still to come.
    pub(super) promised: u32,
}

/// A server that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// When to ask again.
    pub(super) until: Time,
    pub(super) address: Address,
    pub(super) by: By,
}

/// What makes a server stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// It was asked too short a time ago. Only here is it known when that is over.
    Pace,
    /// The last request has not left yet.
    Leaving,
    /// Others have its slots, or the place in line.
    Others,
}

impl Servers {
    /// No server known yet; `unclean` is when we started after an unclean stop.
    pub(super) fn new(unclean: Option<Time>) -> Self {
        Self {
            unclean,
            ..Self::default()
        }
    }

    /// The host's place in line, kept until it leaves. It takes one where it has none: first come, first served, or a
    /// host with a long delay would for ever be overtaken by those with short ones.
    pub(super) fn stand(&mut self, ticket: &mut Option<Ticket>, wish: Wish<'_>, now: Time) {
        let mine = *ticket.get_or_insert_with(|| {
            self.next += 1;
            self.next
        });
        let until = self.held(wish, now).map_or(now, |held| held.until);
        for address in wish.addresses {
            let line = &mut self.server(*address).line;
            line.insert(mine, later(until, FORGOTTEN_AFTER));
        }
    }

    /// Who stands in the way of a host: a server asked too short a time ago, one with its slots taken, or one that
    /// others have waited for longer.
    pub(super) fn in_the_way(
        &mut self,
        ticket: Option<Ticket>,
        wish: Wish<'_>,
        now: Time,
    ) -> Option<Held> {
        let held = self.held(wish, now);
        if held.is_some() {
            return held;
        }
        for address in wish.addresses {
            let Some(server) = self.all.get_mut(address) else {
                continue;
            };
            let first = server.first_in_line(now);
            if first.is_some_and(|first| ticket.is_none_or(|mine| first < mine)) {
                return Some(Held {
                    until: soon(wish.wait, now),
                    address: *address,
                    by: By::Others,
                });
            }
        }
        None
    }

    /// When a host may ask its servers, as far as their time and slots go. Of several in the way, the latest.
    pub(super) fn held(&self, wish: Wish<'_>, now: Time) -> Option<Held> {
        let each = wish.addresses.iter().filter_map(|address| {
            let (left, under_way, leaving) = match self.all.get(address) {
                Some(server) => (server.left, server.under_way, server.leaving),
                None => (self.unclean, 0, 0),
            };
            let due = left.map(|left| later(left, wish.wait));
            let due = due.filter(|due| *due > now);
            let full = under_way.saturating_add(wish.promised) >= wish.at_once.max(1);
            let (until, by) = match due {
                Some(due) => (due, By::Pace),
                None if leaving > 0 && wish.wait >= CLOSE => (soon(wish.wait, now), By::Leaving),
                None if full => (soon(wish.wait, now), By::Others),
                None => return None,
            };
            Some(Held {
                until,
                address: *address,
                by,
            })
        });
        each.max_by_key(|held| held.until)
    }

    /// When one of `addresses` was last asked.
    pub(super) fn left(&self, addresses: &[Address]) -> Option<Time> {
        let left = |address| self.all.get(address).map_or(self.unclean, |s| s.left);
        addresses.iter().filter_map(left).max()
    }

    /// A request is let go: its host gives up its place in line.
    pub(super) fn leave(&mut self, ticket: Option<Ticket>, addresses: &[Address], now: Time) {
        self.step_out(ticket, addresses);
        for address in addresses {
            let server = self.server(*address);
            server.left = Some(now);
            server.under_way += 1;
            server.leaving += 1;
        }
    }

    /// A request that was let go has left.
    pub(super) fn has_left(&mut self, addresses: &[Address]) {
        for address in addresses {
            let server = self.server(*address);
            server.leaving = server.leaving.saturating_sub(1);
        }
    }

    /// A request has ended.
    pub(super) fn come_back(&mut self, addresses: &[Address]) {
        for address in addresses {
            let server = self.server(*address);
            server.under_way = server.under_way.saturating_sub(1);
        }
    }

    /// A host no longer waits.
    pub(super) fn step_out(&mut self, ticket: Option<Ticket>, addresses: &[Address]) {
        let Some(ticket) = ticket else { return };
        for address in addresses {
            if let Some(server) = self.all.get_mut(address) {
                server.line.remove(&ticket);
            }
        }
    }

    /// These servers were asked at `left`, if not later.
    pub(super) fn asked(&mut self, addresses: &[Address], left: Option<Time>) {
        for address in addresses {
            let server = self.server(*address);
            server.left = server.left.max(left);
        }
    }

    /// A server cannot have been asked in time to come: then the clock was set back, and it is as if asked now.
    pub(super) fn heed(&mut self, addresses: &[Address], now: Time) {
        for address in addresses {
            let server = self.server(*address);
            server.left = server.left.map(|left| left.min(now));
        }
    }

    /// Forgets servers that are owed nothing and that none of `in_use` is.
    pub(super) fn forget(&mut self, in_use: &BTreeSet<Address>, now: Time) {
        self.all.retain(|address, server| {
            let owed = server.left.is_some_and(|left| later(left, OWED_FOR) > now);
            owed || server.under_way > 0 || in_use.contains(address)
        });
    }

    fn server(&mut self, address: Address) -> &mut Server {
        let unclean = self.unclean;
        self.all.entry(address).or_insert_with(|| Server {
            left: unclean,
            under_way: 0,
            leaving: 0,
            line: BTreeMap::new(),
        })
    }
}

impl Server {
    /// Who is next, those left out who have not come back in time.
    fn first_in_line(&mut self, now: Time) -> Option<Ticket> {
        while let Some(first) = self.line.first_entry() {
            if *first.get() >= now {
                return Some(*first.key());
            }
            first.remove();
        }
        None
    }
}

/// When nobody knows for how long to wait: soon, and rather sooner where little time lies between requests.
pub(super) fn soon(wait: Duration, now: Time) -> Time {
    later(now, wait.clamp(SOONEST, LATEST))
}
