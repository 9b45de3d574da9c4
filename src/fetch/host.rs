//! What is known of one host: its pace, its slots, its robots.txt.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::{
    HostState, Policy, Robots,
    pace::{Pace, later},
};
use crate::model::{Time, Waiting};

/// How long a robots.txt is believed (RFC 9309, 2.4).
const ROBOTS_FOR: Duration = Duration::from_secs(24 * 3600);
/// How soon a robots.txt out of reach is asked for again, where the host's back-off is not longer.
const ROBOTS_AGAIN: Duration = Duration::from_secs(60);

/// When all slots are taken, look again not sooner and not later than that.
const SOONEST: Duration = Duration::from_millis(10);
const LATEST: Duration = Duration::from_secs(1);

/// One host.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) pace: Pace,
    slots: Arc<Semaphore>,
    promised: Promised,
    robots: Site,
    reading: Arc<tokio::sync::Mutex<()>>,
}

/// Turns that were given away and nobody has come for yet.
#[derive(Debug, Default)]
struct Promised {
    open: usize,
    /// When the next one may be given away.
    next: Option<Time>,
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
    /// A host under `policy`, last asked at `left` as far as known.
    pub(super) fn new(policy: &Policy, left: Option<Time>) -> Self {
        Self {
            pace: Pace::new(policy.rate.interval(), left),
            slots: Arc::new(Semaphore::new(policy.concurrency.max(1) as usize)),
            promised: Promised::default(),
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
        self.promised.next = None;
    }

    /// Gives the host's turn to whoever asks, or says why it cannot be asked right now.
    pub(super) fn turn(&mut self, now: Time) -> Result<(), Waiting> {
        match self.paused(now) {
            Some(waiting) => Err(waiting),
            None => self.promise(now).map_err(|until| Waiting::Pace { until }),
        }
    }

    /// Why the host cannot be asked right now, as far as it is not only a matter of slots.
    pub(super) fn waiting(&self, now: Time) -> Option<Waiting> {
        let due = || self.pace.due(now).map(|until| Waiting::Pace { until });
        self.paused(now).or_else(due)
    }

    fn paused(&self, now: Time) -> Option<Waiting> {
        if let Some((until, cause)) = self.pace.blocked(now) {
            let cause = cause.to_owned();
            return Some(Waiting::Backoff { until, cause });
        }
        match self.robots {
            Site::OutOfReach { until, .. } if until > now => Some(Waiting::Robots { until }),
            _ => None,
        }
    }

    /// Gives a turn away, or says when to ask again.
    fn promise(&mut self, now: Time) -> Result<(), Time> {
        let delay = self.pace.delay();
        let soon = later(now, delay.clamp(SOONEST, LATEST));
        let next = self.promised.next.filter(|next| *next <= later(now, delay));
        // Whoever has not come for so long does not come any more.
        if next.is_none_or(|next| later(next, LATEST) < now) {
            self.promised.open = 0;
        }
        if let Some(until) = self.pace.due(now).max(next.filter(|next| *next > now)) {
            return Err(until);
        }
        // All slots taken: nobody knows for how long, so look again soon.
        if self.slots.available_permits() <= self.promised.open {
            return Err(soon);
        }
        self.promised.open += 1;
        self.promised.next = Some(later(now, delay));
        Ok(())
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
        let (next_due, mut blocked, failures) = self.pace.kept();
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
            next_due,
            blocked_until,
            blocked_cause,
            failures,
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
        self.pace.restore(state.next_due, blocked, state.failures);
    }
}
