//! All hosts, each behind its name: whoever wants to ask one waits here for its turn.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{Notify, OwnedSemaphorePermit},
    time::timeout,
};
use url::Url;

use super::{
    Error, HostState, HostView, Policy,
    address::Address,
    exchange::guarded,
    guard::{Guard, NoAddress},
    host::{Host, Site},
    host_of,
    known::{Hold, Known, Left, Stop},
    nap::nap,
    pace::Outcome,
    turn::{Leaving, Place, Spot, Turn},
};
use crate::model::{Time, Waiting};

/// Where the time comes from.
#[derive(Clone)]
pub(super) struct Clock(pub(super) Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    pub(super) fn now(&self) -> Time {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// What hosts may be asked.
#[derive(Debug)]
pub(super) struct Policies {
    /// For hosts that none is named for.
    pub(super) usual: Policy,
    /// By `host:port`.
    pub(super) named: BTreeMap<String, Policy>,
    /// A host that answers slowly is asked less: see `FetchConfig::latency_factor`.
    pub(super) latency_factor: f64,
}

/// The hosts that were asked, or may be.
#[derive(Debug)]
pub(super) struct Hosts {
    policies: Policies,
    agent: String,
    guard: Guard,
    clock: Clock,
    known: Arc<Mutex<Known>>,
    /// Told when a request has ended.
    freed: Arc<Notify>,
}

impl Hosts {
    pub(super) fn new(policies: Policies, agent: String, guard: Guard, clock: Clock) -> Self {
        Self {
            policies,
            agent,
            guard,
            clock,
            known: Arc::new(Mutex::new(Known::new(None))),
            freed: Arc::default(),
        }
    }

    /// What the host may be asked.
    pub(super) fn policy(&self, host: &str) -> &Policy {
        self.policies
            .named
            .get(host)
            .unwrap_or(&self.policies.usual)
    }

    /// Waits for the host's turn.
    ///
    /// # Errors
    /// `Later` where the host is in a pause or in its quiet hours, `Failed` where its name leads nowhere, `Guarded`
    /// where it leads to where nothing is asked.
    pub(super) async fn admit(&self, url: &Url) -> Result<Turn, Error> {
        let host = host_of(url);
        let slots = self.with(&host, Host::come);
        let slot = slots.acquire_owned().await.map_err(|_| Error::Failed {
            url: url.clone(),
            why: "the host takes no more requests".to_owned(),
            again: false,
        })?;
        loop {
            let now = self.clock.now();
            // A host in a pause is not even looked up.
            if let Some(waiting) = self.with(&host, |host| host.stopped(now)) {
                return Err(stopped(url, waiting.into()));
            }
            let addresses = self.addresses(&host, url).await?;
            // Whatever ends from here on is noticed below.
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            let (now, passed) = {
                let (mut known, now) = self.known_now();
                (now, known.pass(&host, &addresses, now))
            };
            match passed {
                Ok(left) => return Ok(self.turn_of(host, addresses, slot, now, left)),
                Err(Hold::Until(due)) => nap(length(now, due)).await,
                Err(Hold::Busy(until)) => {
                    let _ = timeout(length(now, until), freed).await;
                }
                Err(Hold::Stop(stop)) => return Err(stopped(url, stop)),
            }
        }
    }

    fn turn_of(
        &self,
        host: String,
        addresses: Arc<[Address]>,
        slot: OwnedSemaphorePermit,
        at: Time,
        left: Left,
    ) -> Turn {
        let spot = Arc::new(Spot {
            known: Arc::clone(&self.known),
            freed: Arc::clone(&self.freed),
            clock: self.clock.clone(),
            host,
            addresses,
            at,
            left: OnceLock::new(),
            over: Notify::new(),
        });
        Turn {
            at,
            owed: left.owed,
            because: left.because,
            kept: left.kept,
            leaving: Leaving(Arc::clone(&spot)),
            place: Place { spot, _slot: slot },
        }
    }

    /// The servers behind a name. That it leads nowhere is a failure of the host.
    async fn addresses(&self, host: &str, url: &Url) -> Result<Arc<[Address]>, Error> {
        self.guard
            .addresses(url)
            .await
            .map_err(|error| match error {
                NoAddress::Refused(refusal) => guarded(url, refusal),
                NoAddress::Nowhere { .. } => {
                    let why = error.to_string();
                    self.settle(host, Outcome::Failed(why.clone()), None);
                    Error::Failed {
                        url: url.clone(),
                        why,
                        again: true,
                    }
                }
            })
    }

    /// Learns how a request ended, and how long it took until the head of the answer was there, if one came. Says until
    /// when and why the host is in a pause, if it is.
    pub(super) fn settle(
        &self,
        host: &str,
        outcome: Outcome,
        latency: Option<Duration>,
    ) -> Option<(Time, String)> {
        let now = self.clock.now();
        self.with(host, |_| ());
        self.known().settle(host, outcome, latency, now)
    }

    /// What is known of the host's robots.txt now, and the lock under which to read it.
    pub(super) fn site(&self, host: &str) -> (Site, Arc<tokio::sync::Mutex<()>>) {
        let now = self.clock.now();
        self.with(host, |host| host.site(now))
    }

    /// Takes a robots.txt as fetched; `Err` says why it could not be.
    pub(super) fn read_site(&self, host: &str, answer: Result<Option<String>, String>) -> Site {
        let now = self.clock.now();
        self.with(host, |host| host.read_site(answer, &self.agent, now))
    }

    /// Gives the host's turn to whoever asks: until that request has come, or was forgone, it is not given again.
    pub(super) fn turn(&self, host: &str, now: Time) -> Result<(), Waiting> {
        if let Some(until) = self.with(host, |it| self.look_ahead(host, it, now)) {
            return Err(Waiting::Pace { until });
        }
        let (mut known, clock) = self.known_now();
        known.turn(host, now.max(clock))
    }

    /// Looks up the name of a host that is about to be asked for the first time, so that of many names of one server
    /// only one is given a turn. Until when to wait for that; none where it is known or could not be found.
    fn look_ahead(&self, name: &str, host: &mut Host, now: Time) -> Option<Time> {
        if !host.addresses.is_empty() || host.paused(now).is_some() {
            return None;
        }
        if let Some(addresses) = self.guard.known_addresses(name) {
            host.addresses = addresses;
            return None;
        }
        host.look_ahead(now, || {
            let look = self.guard.clone().look_ahead(name.to_owned());
            Some(Handle::try_current().ok()?.spawn(look))
        })
    }

    /// The request that the last turn was given to does not come.
    pub(super) fn forgo(&self, host: &str) {
        self.known().forgo(host);
    }

    /// Why the host cannot be asked right now.
    pub(super) fn waiting(&self, host: &str, now: Time) -> Option<Waiting> {
        self.with(host, |_| ());
        self.known().waiting(host, now)
    }

    /// How a host stands; none where it was never asked.
    pub(super) fn view(&self, host: &str, now: Time) -> Option<HostView> {
        self.known().view(host, now)
    }

    /// What is to be kept of a host that was asked.
    pub(super) fn state(&self, name: &str) -> Option<HostState> {
        self.known().state(name)
    }

    /// Takes over what was kept.
    pub(super) fn restore(&self, states: Vec<HostState>, clean: bool) {
        *self.known() = Known::new((!clean).then(|| self.clock.now()));
        for state in states {
            let name = state.host.clone();
            self.with(&name, |host| host.restore(state, &self.agent));
            self.known().restored(&name);
        }
    }

    /// All that is known, and the time. Read before the lock is had it could be one before others left, as if the clock
    /// had been set back.
    fn known_now(&self) -> (MutexGuard<'_, Known>, Time) {
        let known = self.known();
        let now = self.clock.now();
        (known, now)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, name: &str, use_it: impl FnOnce(&mut Host) -> T) -> T {
        let policies = &self.policies;
        let policy = policies.named.get(name).unwrap_or(&policies.usual);
        let now = self.clock.now();
        let mut known = self.known();
        use_it(known.host(name, policy, policies.latency_factor, now))
    }
}

fn stopped(url: &Url, stop: Stop) -> Error {
    Error::Later {
        url: url.clone(),
        until: stop.until,
        cause: stop.cause,
    }
}

fn length(now: Time, until: Time) -> Duration {
    Duration::try_from(until.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests;
