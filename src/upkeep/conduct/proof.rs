//! The lines of the log, each against what the lines before it allow.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use super::{
    Breach, Conduct, NAMED, Rule,
    host::{Fault, Host, seconds, too_soon},
};
use crate::{
    fetch::conduct::{Answered, Asked, Broken, Line, Said, Why},
    model::Time,
};

/// Answers come in another order than requests left; so many of the last ones are compared.
const LOOK_BACK: usize = 256;

/// What is known after so many lines. It holds hosts and requests under way, not lines.
#[derive(Debug, Default)]
pub(super) struct Proof {
    since: Option<Time>,
    hosts: BTreeMap<String, Host>,
    /// Where a robots.txt led, by process: that may be asked for as a robots.txt.
    led: BTreeMap<u32, BTreeSet<String>>,
    /// Requests without an answer, by process and number.
    under_way: BTreeMap<(u32, u64), Left>,
    /// The last requests that reached a server, by its address.
    servers: BTreeMap<String, BTreeMap<Time, Left>>,
    /// Requests for a robots.txt that are under way, by process and number.
    seeking: BTreeSet<(u32, u64)>,
    report: Conduct,
}

/// A request that left.
#[derive(Clone, Debug)]
struct Left {
    at: Time,
    host: String,
    url: String,
    /// Seconds that had to lie before it.
    limit: f64,
}

impl Proof {
    pub(super) fn new(since: Option<Time>) -> Self {
        Self {
            since,
            ..Self::default()
        }
    }

    pub(super) fn take(&mut self, line: Result<Line, Broken>) {
        match line {
            Ok(Line { at, process, said }) => match said {
                Said::Began { alone } => self.began(process, alone),
                Said::Limits(limits) => self.host(&limits.host).limit(process, limits.clone()),
                Said::Robots(site) => self.host(&site.host).read(process, &site, at),
                Said::Asked(asked) => self.asked(at, process, &asked),
                Said::Answered(answered) => self.answered(at, process, &answered),
            },
            Err(broken) => {
                self.report.unreadable += 1;
                let first = &mut self.report.first_unreadable;
                first.get_or_insert_with(|| broken.to_string());
            }
        }
    }

    pub(super) fn report(mut self) -> Conduct {
        let hosts = self.hosts.into_iter();
        self.report.hosts = hosts
            .map(|(name, host)| host.report(name))
            .filter(|host| host.requests > 0)
            .collect();
        self.report
    }

    fn host(&mut self, name: &str) -> &mut Host {
        if !self.hosts.contains_key(name) {
            self.hosts.insert(name.to_owned(), Host::default());
        }
        self.hosts.entry(name.to_owned()).or_default()
    }

    /// What a process of that number had under way before has ended with it; where this one is alone, every process's.
    fn began(&mut self, process: u32, alone: bool) {
        let gone = |other: u32| alone || other == process;
        self.hosts.values_mut().for_each(|host| host.end(gone));
        self.under_way.retain(|(other, _), _| !gone(*other));
        self.led.retain(|other, _| !gone(*other));
        self.seeking.retain(|(other, _)| !gone(*other));
    }

    fn asked(&mut self, at: Time, process: u32, asked: &Asked) {
        let sought = asked.why == Why::Robots && self.may_seek(process, asked);
        let counted = self.since.is_none_or(|since| at >= since);
        let host = self.host(&asked.host);
        let (limit, faults) = host.ask(at, process, asked, sought, counted);
        let left = Left {
            at,
            host: asked.host.clone(),
            url: asked.url.to_string(),
            limit,
        };
        if counted {
            self.report.requests += 1;
            let from = &mut self.report.from;
            *from = Some(from.map_or(at, |from| from.min(at)));
            self.report.until = self.report.until.max(Some(at));
            faults
                .into_iter()
                .for_each(|fault| self.breach(&left, fault));
        }
        self.under_way.insert((process, asked.request), left);
    }

    fn breach(&mut self, left: &Left, fault: Fault) {
        self.report.breaches_in_all += 1;
        if self.report.breaches.len() < NAMED {
            self.report.breaches.push(Breach {
                at: left.at,
                host: left.host.clone(),
                url: left.url.clone(),
                which: fault.which,
                found: fault.found,
                allowed: fault.allowed,
            });
        }
    }

    /// A robots.txt needs nobody's leave; it lies at its own place, or where that place led.
    fn may_seek(&mut self, process: u32, asked: &Asked) -> bool {
        let led = self.led.entry(process).or_default();
        let own = asked.url.path() == "/robots.txt" && asked.url.query().is_none();
        let may = led.remove(asked.url.as_str()) || own;
        if may {
            self.seeking.insert((process, asked.request));
        }
        may
    }

    fn answered(&mut self, at: Time, process: u32, answered: &Answered) {
        let request = (process, answered.request);
        self.host(&answered.host).answer(at, process, answered);
        if self.seeking.remove(&request)
            && let Some(to) = &answered.to
        {
            let led = self.led.entry(process).or_default();
            led.insert(to.to_string());
        }
        if let (Some(left), Some(address)) = (self.under_way.remove(&request), &answered.address) {
            self.reached(&server(address), left);
        }
    }

    /// A server was asked, by whichever of its names: each name's requests keep their distance from all others'.
    fn reached(&mut self, server: &str, left: Left) {
        let asked = self.servers.entry(server.to_owned()).or_default();
        let before = asked
            .range(..=left.at)
            .next_back()
            .map(|(_, other)| other.clone());
        let behind = asked
            .range(left.at..)
            .next()
            .map(|(_, other)| other.clone());
        asked.insert(left.at, left.clone());
        while asked.len() > LOOK_BACK {
            asked.pop_first();
        }
        let pairs = [
            before.map(|before| (before, left.clone())),
            behind.map(|behind| (left, behind)),
        ];
        for (first, second) in pairs.into_iter().flatten() {
            let asked_about = self.since.is_none_or(|since| second.at >= since);
            if let Some(fault) = shared(server, &first, &second).filter(|_| asked_about) {
                self.breach(&second, fault);
            }
        }
    }
}

/// Two names of one server, asked one too soon after the other.
fn shared(server: &str, first: &Left, second: &Left) -> Option<Fault> {
    if first.host == second.host {
        return None;
    }
    too_soon(Some(seconds(first.at, second.at)), second.limit).map(|fault| Fault {
        which: Rule::Shared,
        found: format!("{} {}, also at {server}", fault.found, first.host),
        ..fault
    })
}

/// A server is its address, whatever the port; on this machine, address and port.
fn server(address: &str) -> String {
    match address.parse::<SocketAddr>() {
        Ok(place) if !place.ip().to_canonical().is_loopback() => {
            place.ip().to_canonical().to_string()
        }
        _ => address.to_owned(),
    }
}
