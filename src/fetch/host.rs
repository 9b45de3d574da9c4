//! What is known of one host: its pace, its slots, its hours, its servers, its robots.txt.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task::JoinHandle};

use super::{
    HostState, HostView, Policy, Robots,
    address::Address,
    delay::Slowness,
    pace::{Kept, Pace, later},
    servers::{FORGOTTEN_AFTER, Ticket, Wish, soon},
};
use crate::{
    model::{Time, Waiting},
    text::hours::Hours,
};

/// How long a robots.txt is believed (RFC 9309, 2.4).
const ROBOTS_FOR: Duration = Duration::from_secs(24 * 3600);
/// How soon a robots.txt out of reach is asked for again, where the host's back-off is not longer.
const ROBOTS_AGAIN: Duration = Duration::from_secs(60);

/// One host.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) pace: Pace,
    /// The servers behind its name, as last seen; none where it was never looked up.
    pub(super) addresses: Arc<[Address]>,
    /// Its place in line for them.
    pub(super) ticket: Option<Ticket>,
    pub(super) under_way: u32,
    /// When the last request left. The pace may count from later.
    last: Option<Time>,
    at_once: u32,
    slots: Arc<Semaphore>,
    promised: Promised,
    quiet: Hours,
    /// Its name is being looked up ahead of the first request, or was.
    looking: Option<JoinHandle<()>>,
    robots: Site,
    reading: Arc<tokio::sync::Mutex<()>>,
}

/// Turns that were given away and nobody has come for yet.
#[derive(Debug, Default)]
struct Promised {
    open: u32,
    /// When the last one was given away.
    last: Option<Time>,
}

/// What is known of a host's robots.txt.
#[derive(Clone, Debug)]
pub(super) enum Site {
    /// Nothing, or nothing recent.
    Unread,
    /// This, for a while. `text` is none where there is no such file.
    Read {
        text: Option<Arc<str>>,
        rules: Arc<Robots>,
        until: Time,
    },
    /// It could not be had: nothing may be fetched (RFC 9309, 2.3.1.4).
    OutOfReach { until: Time, cause: String },
}

impl Host {
    /// A host under `policy`, last asked at `left` as far as known. A slow one is asked less, by `latency_factor`.
    pub(super) fn new(policy: &Policy, latency_factor: f64, left: Option<Time>) -> Self {
        let at_once = policy.concurrency.max(1);
        let slowness = Slowness {
            factor: latency_factor,
            at_once,
        };
        Self {
            pace: Pace::new(policy.rate.interval(), slowness, left),
            addresses: Arc::new([]),
            ticket: None,
            under_way: 0,
            last: left,
            at_once,
            slots: Arc::new(Semaphore::new(at_once as usize)),
            promised: Promised::default(),
            quiet: policy.quiet.clone(),
            looking: None,
            robots: Site::Unread,
            reading: Arc::default(),
        }
    }

    /// A request has come for its turn; it takes one of these slots.
    pub(super) fn come(&mut self) -> Arc<Semaphore> {
        self.promised.open = self.promised.open.saturating_sub(1);
        Arc::clone(&self.slots)
    }

    /// Nobody comes for the turn given away last: it may be given again at once.
    pub(super) fn forgo(&mut self) {
        self.promised.open = self.promised.open.saturating_sub(1);
        self.promised.last = None;
    }

    /// A request has left; says how long after the last one.
    pub(super) fn leave(&mut self, now: Time) -> Option<Duration> {
        self.under_way += 1;
        let before = self.last.replace(now)?;
        Some(Duration::try_from(now.duration_since(before)).unwrap_or_default())
    }

    /// What it wants of its servers for one more request, `promised` others being on their way. What it is owed after
    /// trouble of its own is no matter of theirs.
    pub(super) fn wish<'a>(&self, addresses: &'a [Address], promised: u32) -> Wish<'a> {
        Wish {
            addresses,
            wait: super::delay::with_margin(self.pace.base().delay),
            at_once: self.at_once,
            promised,
        }
    }

    /// Turns given away that somebody may still come for.
    pub(super) fn promised(&self) -> u32 {
        self.promised.open
    }

    /// Why nothing at all may leave, robots.txt included; of two reasons, the one that lasts longer.
    pub(super) fn stopped(&self, now: Time) -> Option<Waiting> {
        let quiet = (!self.quiet.is_empty()).then(|| self.quiet.until(now));
        let quiet = quiet.flatten().map(|until| Waiting::Quiet { until });
        let backoff = self.pace.blocked(now).map(|(until, cause)| {
            let cause = cause.to_owned();
            Waiting::Backoff { until, cause }
        });
        [quiet, backoff]
            .into_iter()
            .flatten()
            .max_by_key(Waiting::until)
    }

    /// Why no page may be fetched.
    pub(super) fn paused(&self, now: Time) -> Option<Waiting> {
        let robots = || match self.robots {
            Site::OutOfReach { until, .. } if until > now => Some(Waiting::Robots { until }),
            _ => None,
        };
        self.stopped(now).or_else(robots)
    }

    /// Until when to wait because one request goes ahead of all others and has not ended.
    pub(super) fn probing(&self, now: Time) -> Option<Time> {
        (self.pace.half_open(now) && self.under_way > 0).then(|| self.soon(now))
    }

    /// Why the host's own pace and slots give no turn; the servers may still be in the way.
    pub(super) fn held(&mut self, now: Time) -> Option<Waiting> {
        // Whoever has not come for so long does not come any more.
        let last = self.promised.last.filter(|last| *last <= now);
        if last.is_none_or(|last| later(last, FORGOTTEN_AFTER) < now) {
            self.promised.open = 0;
        }
        // A request that waits for its turn has its slot already: it is the try that others wait for.
        let coming =
            self.promised.open > 0 || self.slots.available_permits() < self.at_once as usize;
        if self.pace.half_open(now) && coming {
            let until = self.soon(now);
            return Some(Waiting::Probe { until });
        }
        let next = last.map(|last| later(last, self.pace.delay().delay));
        if let Some(until) = self.pace.due(now).max(next.filter(|next| *next > now)) {
            return Some(Waiting::Pace { until });
        }
        let full = self.slots.available_permits() <= self.promised.open as usize;
        full.then(|| Waiting::Pace {
            until: self.soon(now),
        })
    }

    /// Gives a turn away.
    pub(super) fn promise(&mut self, now: Time) {
        self.promised.open += 1;
        self.promised.last = Some(now);
    }

    /// Why the host cannot be asked right now, as far as it is not only a matter of slots or servers.
    pub(super) fn waiting(&self, now: Time) -> Option<Waiting> {
        let probe = || self.probing(now).map(|until| Waiting::Probe { until });
        let due = || self.pace.due(now).map(|until| Waiting::Pace { until });
        self.paused(now).or_else(probe).or_else(due)
    }

    /// How it stands; `waiting` says why it stands still.
    pub(super) fn view(&self, waiting: Option<Waiting>) -> HostView {
        let owed = self.pace.delay();
        HostView {
            delay: owed.delay.as_secs_f64(),
            because: owed.because.to_owned(),
            under_way: self.under_way,
            failures: self.pace.failures(),
            waiting,
        }
    }

    /// Until when to wait for its name to be looked up, which `look` begins; none where that has ended.
    pub(super) fn look_ahead(
        &mut self,
        now: Time,
        look: impl FnOnce() -> Option<JoinHandle<()>>,
    ) -> Option<Time> {
        if self.looking.is_none() {
            self.looking = look();
        }
        let ended = self.looking.as_ref().is_none_or(JoinHandle::is_finished);
        (!ended).then(|| soon(Duration::ZERO, now))
    }

    /// Nothing is owed to it, nobody is on the way to it, and nothing is known that must be known.
    pub(super) fn forgettable(&self, now: Time) -> bool {
        let used = self.under_way > 0
            || self.ticket.is_some()
            || self.promised.open > 0
            || Arc::strong_count(&self.slots) > 1
            || Arc::strong_count(&self.reading) > 1;
        !used && self.pace.owes_nothing(now) && matches!(self.site(now).0, Site::Unread)
    }

    fn soon(&self, now: Time) -> Time {
        soon(self.pace.delay().delay, now)
    }

    /// What is known of robots.txt now, and the lock under which to read it, so that it is read once.
    pub(super) fn site(&self, now: Time) -> (Site, Arc<tokio::sync::Mutex<()>>) {
        let site = match &self.robots {
            Site::Read { until, .. } | Site::OutOfReach { until, .. } if *until > now => {
                self.robots.clone()
            }
            _ => Site::Unread,
        };
        (site, Arc::clone(&self.reading))
    }

    /// Takes a robots.txt as fetched; `Err` says why it could not be.
    pub(super) fn read_site(
        &mut self,
        answer: Result<Option<String>, String>,
        agent: &str,
        now: Time,
    ) -> Site {
        match answer {
            Ok(text) => self.obey(text, later(now, ROBOTS_FOR), agent),
            Err(cause) => {
                let pause = self.pace.blocked(now).map(|(until, _)| until);
                let again = later(now, ROBOTS_AGAIN);
                self.robots = Site::OutOfReach {
                    until: pause.map_or(again, |pause| pause.max(again)),
                    cause,
                };
            }
        }
        self.robots.clone()
    }

    fn obey(&mut self, text: Option<String>, until: Time, agent: &str) {
        let rules = Robots::parse(text.as_deref().unwrap_or(""));
        self.pace.slow_to(rules.crawl_delay(agent));
        self.robots = Site::Read {
            text: text.map(Arc::from),
            rules: Arc::new(rules),
            until,
        };
    }

    /// What is to be kept of it under `name`.
    pub(super) fn state(&self, name: &str) -> HostState {
        let kept = self.pace.kept();
        let mut blocked = kept.blocked;
        let (mut robots, mut robots_until) = (None, None);
        match &self.robots {
            Site::Read { text, until, .. } => {
                robots = text.as_deref().map(str::to_owned);
                robots_until = Some(*until);
            }
            // Kept as a pause, so that the next run does not ask sooner.
            Site::OutOfReach { until, cause } => {
                if blocked.as_ref().is_none_or(|(other, _)| other < until) {
                    blocked = Some((*until, cause.clone()));
                }
            }
            Site::Unread => {}
        }
        let (blocked_until, blocked_cause) = blocked.unzip();
        HostState {
            host: name.to_owned(),
            last_asked: kept.left,
            next_due: kept.due,
            blocked_until,
            blocked_cause,
            failures: kept.failures,
            pause_ms: u64::try_from(kept.pause.as_millis()).unwrap_or(u64::MAX),
            share: kept.share,
            latency_us: kept.latency.and_then(|l| u64::try_from(l.as_micros()).ok()),
            addresses: self.addresses.iter().map(ToString::to_string).collect(),
            robots,
            robots_until,
        }
    }

    /// Takes over what was kept.
    pub(super) fn restore(&mut self, state: HostState, agent: &str) {
        // First the delay that robots.txt asks for: the due time was reckoned with it.
        if let Some(until) = state.robots_until {
            self.obey(state.robots, until, agent);
        }
        let blocked = state
            .blocked_until
            .map(|until| (until, state.blocked_cause.unwrap_or_default()));
        self.pace.restore(Kept {
            left: state.last_asked,
            due: state.next_due,
            blocked,
            failures: state.failures,
            pause: Duration::from_millis(state.pause_ms),
            share: state.share,
            latency: state.latency_us.map(Duration::from_micros),
        });
        self.last = self.pace.left();
        // One that cannot be read is looked up again before anything leaves.
        let addresses = state.addresses.iter().filter_map(|a| a.parse().ok());
        self.addresses = addresses.collect();
    }
}
