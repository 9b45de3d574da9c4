//! All that is known of hosts and of the servers behind them, under one lock: who may leave now, and who waits for what.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use super::{
    HostState, HostView, Policy,
    address::Address,
    host::Host,
    pace::{Outcome, earlier, later},
    servers::{By, Held, Servers, soon},
};
use crate::model::{Time, Waiting};

/// With so many hosts, those that nothing is owed to are forgotten.
const MANY: usize = 10_000;

/// Hosts and servers.
#[derive(Debug)]
pub(super) struct Known {
    hosts: BTreeMap<String, Host>,
    servers: Servers,
    /// After an unclean stop: when we started again. A host may have been asked right before.
    unclean: Option<Time>,
    /// As many hosts as may be known before some are forgotten.
    many: usize,
}

/// A request that was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) owed: Duration,
    pub(super) because: &'static str,
    pub(super) kept: Option<Duration>,
}

/// What a request waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// A pause or quiet hours: it should go and come back.
    Stop(Stop),
    /// This moment.
    Until(Time),
    /// The end of another request. Nobody knows when that is; at this moment one should look again.
    Busy(Time),
}

/// A time in which nothing leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) until: Time,
    pub(super) cause: String,
}

impl Known {
    /// Nobody known yet; `unclean` is when we started after an unclean stop.
    pub(super) fn new(unclean: Option<Time>) -> Self {
        Self {
            hosts: BTreeMap::new(),
            servers: Servers::new(unclean),
            unclean,
            many: MANY,
        }
    }

    /// The host of that name, a new one under `policy` where there is none.
    pub(super) fn host(
        &mut self,
        name: &str,
        policy: &Policy,
        latency_factor: f64,
        now: Time,
    ) -> &mut Host {
        if !self.hosts.contains_key(name) && self.hosts.len() >= self.many {
            self.forget(now);
        }
        let unclean = self.unclean;
        self.hosts
            .entry(name.to_owned())
            .or_insert_with(|| Host::new(policy, latency_factor, unclean))
    }

    /// Lets a request to `name`, which leads to `addresses`, leave, or says what it waits for.
    pub(super) fn pass(
        &mut self,
        name: &str,
        addresses: &Arc<[Address]>,
        now: Time,
    ) -> Result<Left, Hold> {
        let Some(host) = self.hosts.get_mut(name) else {
            return Err(Hold::Busy(soon(Duration::ZERO, now)));
        };
        if host.addresses != *addresses {
            self.servers.step_out(host.ticket, &host.addresses);
            host.addresses = Arc::clone(addresses);
        }
        host.pace.heed(now);
        self.servers.heed(addresses, now);
        if let Some(stop) = host.stopped(now) {
            self.servers.step_out(host.ticket.take(), addresses);
            return Err(Hold::Stop(stop.into()));
        }
        if let Some(until) = host.probing(now) {
            return Err(Hold::Busy(until));
        }
        if let Some(due) = host.pace.due(now) {
            return Err(Hold::Until(due));
        }
        let wish = host.wish(addresses, 0);
        if let Some(held) = self.servers.in_the_way(host.ticket, wish, now) {
            self.servers.stand(&mut host.ticket, wish, now);
            return Err(Hold::of(held));
        }
        let before = host.pace.left();
        host.pace.pass(now).map_err(Hold::Until)?;
        let left = last_gap(host, before, self.servers.left(addresses), now);
        self.servers.leave(host.ticket.take(), addresses, now);
        Ok(left)
    }

    /// Gives the turn of a host to whoever asks, or says why it cannot be asked right now. The host keeps its place
    /// before its servers until that request has come. Where requests follow each other often, the turn is given a
    /// little ahead, so that the request is there when its time comes.
    pub(super) fn turn(&mut self, name: &str, now: Time) -> Result<(), Waiting> {
        let Some(host) = self.hosts.get_mut(name) else {
            return Ok(());
        };
        let addresses = Arc::clone(&host.addresses);
        host.pace.heed(now);
        self.servers.heed(&addresses, now);
        if let Some(waiting) = host.paused(now) {
            self.servers.step_out(host.ticket.take(), &addresses);
            return Err(waiting);
        }
        let ahead = host.pace.ahead();
        let now = later(now, ahead);
        if let Some(waiting) = host.held(now) {
            return Err(sooner(waiting, ahead));
        }
        let wish = host.wish(&addresses, host.promised());
        let held = self.servers.in_the_way(host.ticket, wish, now);
        self.servers.stand(&mut host.ticket, wish, now);
        if let Some(held) = held {
            return Err(sooner(held.into(), ahead));
        }
        host.promise(now);
        Ok(())
    }

    /// The request that the last turn was given to does not come.
    pub(super) fn forgo(&mut self, name: &str) {
        if let Some(host) = self.hosts.get_mut(name) {
            host.forgo();
            self.servers.step_out(host.ticket.take(), &host.addresses);
        }
    }

    /// A request that was let go leaves at last, or never will.
    pub(super) fn left(&mut self, name: &str, addresses: &[Address], now: Time) {
        self.servers.has_left(addresses);
        if let Some(host) = self.hosts.get_mut(name) {
            host.pace.left_at(now);
            self.servers.asked(addresses, host.pace.left());
        }
    }

    /// The answer to the request that left at `left` begins, after `latency`.
    pub(super) fn answered(
        &mut self,
        name: &str,
        addresses: &[Address],
        left: Time,
        latency: Duration,
    ) {
        if let Some(host) = self.hosts.get_mut(name) {
            host.pace.answered(left, latency);
            self.servers.asked(addresses, host.pace.left());
        }
    }

    /// A request has ended, in whatever way.
    pub(super) fn come_back(&mut self, name: &str, addresses: &[Address]) {
        if let Some(host) = self.hosts.get_mut(name) {
            host.under_way = host.under_way.saturating_sub(1);
        }
        self.servers.come_back(addresses);
    }

    /// Learns how a request ended; says until when and why the host is in a pause, if it is.
    pub(super) fn settle(
        &mut self,
        name: &str,
        outcome: Outcome,
        latency: Option<Duration>,
        now: Time,
    ) -> Option<(Time, String)> {
        let host = self.hosts.get_mut(name)?;
        host.pace.settle(outcome, latency, now);
        self.servers.asked(&host.addresses, host.pace.left());
        let (until, cause) = host.pace.blocked(now)?;
        let cause = cause.to_owned();
        self.servers.step_out(host.ticket.take(), &host.addresses);
        Some((until, cause))
    }

    /// Why a host cannot be asked right now.
    pub(super) fn waiting(&self, name: &str, now: Time) -> Option<Waiting> {
        let host = self.hosts.get(name)?;
        let shared = || {
            let held = self.servers.held(host.wish(&host.addresses, 0), now)?;
            (held.by == By::Pace).then(|| held.into())
        };
        host.waiting(now).or_else(shared)
    }

    /// How a host stands that was asked, or was to be.
    pub(super) fn view(&self, name: &str, now: Time) -> Option<HostView> {
        let host = self.hosts.get(name)?;
        Some(host.view(self.waiting(name, now)))
    }

    /// What is to be kept of a host.
    pub(super) fn state(&self, name: &str) -> Option<HostState> {
        Some(self.hosts.get(name)?.state(name))
    }

    /// Its servers were asked when the host was.
    pub(super) fn restored(&mut self, name: &str) {
        if let Some(host) = self.hosts.get(name) {
            self.servers.asked(&host.addresses, host.pace.left());
        }
    }

    /// Forgets hosts and servers that nothing is owed to.
    fn forget(&mut self, now: Time) {
        self.hosts.retain(|_, host| !host.forgettable(now));
        self.many = MANY.max(2 * self.hosts.len());
        let in_use = self.hosts.values().flat_map(|host| host.addresses.iter());
        let in_use: BTreeSet<Address> = in_use.copied().collect();
        self.servers.forget(&in_use, now);
    }
}

impl Hold {
    fn of(held: Held) -> Self {
        match held.by {
            By::Pace => Self::Until(held.until),
            By::Leaving | By::Others => Self::Busy(held.until),
        }
    }
}

impl From<Waiting> for Stop {
    fn from(waiting: Waiting) -> Self {
        let until = waiting.until();
        let cause = match waiting {
            Waiting::Backoff { cause, .. } => cause,
            _ => "quiet hours".to_owned(),
        };
        Self { until, cause }
    }
}

impl From<Held> for Waiting {
    fn from(held: Held) -> Self {
        let Held { until, address, by } = held;
        match by {
            By::Leaving => Self::Pace { until },
            By::Pace | By::Others => Self::Shared {
                until,
                address: address.to_string(),
            },
        }
    }
}

fn sooner(waiting: Waiting, by: Duration) -> Waiting {
    match waiting {
        Waiting::Pace { until } => Waiting::Pace {
            until: earlier(until, by),
        },
        Waiting::Shared { until, address } => Waiting::Shared {
            until: earlier(until, by),
            address,
        },
        other => other,
    }
}

/// What a request that leaves now was owed and kept: at its host, last asked at `before`, or, where that left less to
/// spare, at its servers, last asked at `elsewhere`.
fn last_gap(host: &mut Host, before: Option<Time>, elsewhere: Option<Time>, now: Time) -> Left {
    let (own, base) = (host.pace.delay(), host.pace.base());
    let mut left = Left {
        owed: own.delay,
        because: own.because,
        kept: host.leave(now),
    };
    let Some(elsewhere) = elsewhere.filter(|time| before.is_none_or(|before| before < *time))
    else {
        return left;
    };
    let gap = Duration::try_from(now.duration_since(elsewhere)).unwrap_or_default();
    let spare = |kept: Duration| kept.saturating_sub(own.delay);
    if left
        .kept
        .is_none_or(|kept| gap.saturating_sub(base.delay) < spare(kept))
    {
        left = Left {
            owed: base.delay,
            because: "shared",
            kept: Some(gap),
        };
    }
    left
}

#[cfg(test)]
mod tests;
