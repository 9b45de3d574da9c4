//! One host in the log: what it may be asked by each process, and what it was.

use std::{collections::BTreeMap, time::Duration};

use url::Position;

use super::{HostConduct, Rule};
use crate::{
    fetch::{
        Robots,
        conduct::{Answered, Asked, Limits, Site, Why},
    },
    model::Time,
    text::hours::Hours,
};

/// The grain of the clock: a gap shorter by so little is none.
const GRAIN: f64 = 0.001;
/// What was let go at the moment of an answer could not know of it.
const MEANWHILE: f64 = 0.05;
/// How long a robots.txt is believed, in seconds (RFC 9309, 2.4).
const ROBOTS_FOR: f64 = 86_400.0;
/// No pause is longer, whatever a host asks.
const LONGEST_PAUSE: f64 = 86_400.0;
/// A step back by more seconds than this is a clock set back: no gap can be told.
const SET_BACK: f64 = 1.0;

/// What the log said of one host so far.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// What holds for it, by process.
    held: BTreeMap<u32, Held>,
    last: Option<Time>,
    /// Requests without an answer, by process and number: when they have ended at the latest.
    open: BTreeMap<(u32, u64), Time>,
    /// Pauses asked for: from when, until when.
    pause: Option<(Time, Time)>,
    report: HostConduct,
}

/// What one process knows of a host.
#[derive(Debug, Default)]
struct Held {
    limits: Option<(Limits, Hours)>,
    robots: Known,
}

/// The robots.txt of a host, as one process read it.
#[derive(Debug, Default)]
enum Known {
    #[default]
    Unread,
    Read {
        robots: Robots,
        /// A day after it was read.
        until: Time,
    },
    Unreachable,
    /// The line does not hold what it says.
    Damaged,
}

/// A rule that was broken.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) which: Rule,
    pub(super) found: String,
    pub(super) allowed: String,
}

impl Host {
    /// New limits for a process.
    pub(super) fn limit(&mut self, process: u32, limits: Limits) {
        let quiet = limits.quiet.parse().unwrap_or_default();
        self.held.entry(process).or_default().limits = Some((limits, quiet));
    }

    /// A robots.txt, as a process had read it by `at`.
    pub(super) fn read(&mut self, process: u32, site: &Site, at: Time) {
        self.held.entry(process).or_default().robots = match &site.text {
            _ if site.unreachable.is_some() => Known::Unreachable,
            _ if !site.is_whole() => Known::Damaged,
            text => Known::Read {
                robots: Robots::parse(text.as_deref().unwrap_or("")),
                // Nobody believes it for longer than a day, whatever the line says.
                until: site.until.min(after(at, ROBOTS_FOR)),
            },
        };
    }

    /// Processes that are gone have nothing under way any more, and what they knew is gone with them.
    pub(super) fn end(&mut self, gone: impl Fn(u32) -> bool) {
        self.open.retain(|(process, _), _| !gone(*process));
        self.held.retain(|process, _| !gone(*process));
    }

    /// A request leaves at `at`; `sought`: it asks for the robots.txt. Gives the time that had to lie before it, in
    /// seconds, and every rule that it breaks; counts it where it is asked about.
    pub(super) fn ask(
        &mut self,
        at: Time,
        process: u32,
        asked: &Asked,
        sought: bool,
        counted: bool,
    ) -> (f64, Vec<Fault>) {
        self.open.retain(|_, latest| *latest > at);
        let gap = self.gap(at);
        let held = self.held.entry(process).or_default();
        let Some((limits, quiet)) = &held.limits else {
            return (0.0, vec![unlimited()]);
        };
        let limit = limits.interval.max(held.crawl_delay());
        self.open
            .insert((process, asked.request), after(at, limits.timeout));
        let under_way = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        let faults = [
            too_soon(gap, limit),
            too_many(under_way, limits.concurrency),
            quiet_hours(at, quiet),
            self.pause.and_then(|pause| in_pause(at, pause)),
            held.forbidden(at, asked, sought),
            nameless(limits),
        ];
        if counted {
            let report = &mut self.report;
            report.requests += 1;
            report.robots += u64::from(asked.why == Why::Robots);
            report.shortest = match (report.shortest, gap) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            report.most = report.most.max(under_way);
            (report.limit, report.concurrency) = (limit, limits.concurrency);
        }
        (limit, faults.into_iter().flatten().collect())
    }

    /// Seconds since the last request; none for the first, and where the clock was set back.
    fn gap(&mut self, at: Time) -> Option<f64> {
        let gap = self.last.map(|last| seconds(last, at));
        // Two that left together may stand in the log the other way round.
        let swapped = gap.is_some_and(|gap| (-SET_BACK..0.0).contains(&gap));
        if !swapped {
            self.last = Some(at);
        }
        gap.filter(|gap| *gap >= -SET_BACK).map(f64::abs)
    }

    /// A request has ended.
    pub(super) fn answer(&mut self, at: Time, process: u32, answered: &Answered) {
        self.open.remove(&(process, answered.request));
        let pausing = matches!(answered.status, Some(429 | 503));
        if let Some(asked) = answered.retry_after.filter(|_| pausing) {
            let until = after(at, asked.clamp(0.0, LONGEST_PAUSE));
            if self.pause.is_none_or(|(_, other)| other < until) {
                self.pause = Some((at, until));
            }
        }
    }

    pub(super) fn report(self, host: String) -> HostConduct {
        HostConduct {
            host,
            ..self.report
        }
    }
}

impl Held {
    /// Seconds that robots.txt asks for between two requests.
    fn crawl_delay(&self) -> f64 {
        let (Some((limits, _)), Known::Read { robots, .. }) = (&self.limits, &self.robots) else {
            return 0.0;
        };
        let delay = robots.crawl_delay(&limits.agent);
        delay.map_or(0.0, |delay| delay.as_secs_f64())
    }

    /// Why robots.txt does not let a request leave.
    fn forbidden(&self, at: Time, asked: &Asked, sought: bool) -> Option<Fault> {
        if sought {
            return None;
        }
        let fault = |found: &str, allowed: &str| {
            Some(Fault {
                which: Rule::Robots,
                found: found.to_owned(),
                allowed: allowed.to_owned(),
            })
        };
        let fresh = "a robots.txt read within the last 24 h";
        let (robots, until) = match &self.robots {
            Known::Read { robots, until } => (robots, *until),
            Known::Unread => return fault("robots.txt was not read", fresh),
            Known::Unreachable => return fault("robots.txt was out of reach", fresh),
            Known::Damaged => return fault("the robots.txt in the log is not the one read", fresh),
        };
        if until <= at {
            let age = seconds(until, at) + ROBOTS_FOR;
            return fault(&format!("robots.txt was {age:.0} s old"), fresh);
        }
        let (limits, _) = self.limits.as_ref()?;
        let path = &asked.url[Position::BeforePath..Position::AfterQuery];
        let decision = robots.allowed(&limits.agent, path);
        let (number, line) = decision.line.filter(|_| !decision.allowed)?;
        fault(
            &format!("robots.txt forbids it, line {number}: {line}"),
            "only what robots.txt allows",
        )
    }
}

fn unlimited() -> Fault {
    Fault {
        which: Rule::Limits,
        found: "no limits are written down for the host".to_owned(),
        allowed: "a line with its limits before its first request".to_owned(),
    }
}

/// A gap of less than `limit` seconds.
pub(super) fn too_soon(gap: Option<f64>, limit: f64) -> Option<Fault> {
    gap.filter(|gap| *gap < limit - GRAIN).map(|gap| Fault {
        which: Rule::Interval,
        found: format!("{gap:.3} s after the request before"),
        allowed: format!("at least {limit} s"),
    })
}

fn too_many(under_way: u32, most: u32) -> Option<Fault> {
    (under_way > most).then(|| Fault {
        which: Rule::Concurrency,
        found: format!("{under_way} requests under way together"),
        allowed: format!("at most {most}"),
    })
}

fn quiet_hours(at: Time, quiet: &Hours) -> Option<Fault> {
    quiet.until(at).map(|end| Fault {
        which: Rule::Quiet,
        found: format!("within the quiet hours {quiet}"),
        allowed: format!("not before {end}"),
    })
}

fn in_pause(at: Time, (from, until): (Time, Time)) -> Option<Fault> {
    let within = seconds(from, at) > MEANWHILE && seconds(at, until) > GRAIN;
    within.then(|| Fault {
        which: Rule::Pause,
        found: format!("within the pause that the host asked for at {from}"),
        allowed: format!("not before {until}"),
    })
}

fn nameless(limits: &Limits) -> Option<Fault> {
    (!limits.agent.contains(&limits.contact)).then(|| Fault {
        which: Rule::Agent,
        found: format!("asked as '{}'", limits.agent),
        allowed: format!("a User-Agent that names {}", limits.contact),
    })
}

/// Seconds from one moment to another, below zero where it lies before.
pub(super) fn seconds(from: Time, to: Time) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// The end of time is as late as it gets.
fn after(at: Time, seconds: f64) -> Time {
    let by = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    at.checked_add(by).unwrap_or(Time::MAX)
}
