//! All hosts, each behind its name: whoever wants to ask one waits here for its turn.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::OwnedSemaphorePermit, time::sleep};
use url::Url;

use super::{
    Error, HostState, Policy,
    host::{Host, Site},
    host_of,
    pace::Outcome,
};
use crate::model::{Time, Waiting};

/// A request that may leave now. Its slot at the host is kept until this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    /// When it was let go.
    pub(super) at: Time,
    /// How long after the last request to the host it had to wait, by all that holds there.
    pub(super) owed: Duration,
    /// What made it so long: `rate`, `crawl-delay`, `latency`, `trouble` or `shared`.
    pub(super) because: &'static str,
    /// How long it did wait; none for the first request.
    pub(super) kept: Option<Duration>,
    _slot: OwnedSemaphorePermit,
}

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

/// The hosts that were asked, or may be.
#[derive(Debug)]
pub(super) struct Hosts {
    /// For hosts that no policy names.
    usual: Policy,
    policies: BTreeMap<String, Policy>,
    agent: String,
    clock: Clock,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// After an unclean stop: when we started again. A host may have been asked right before.
    unclean: Option<Time>,
    hosts: BTreeMap<String, Host>,
}

impl Hosts {
    pub(super) fn new(
        usual: Policy,
        policies: BTreeMap<String, Policy>,
        agent: String,
        clock: Clock,
    ) -> Self {
        Self {
            usual,
            policies,
            agent,
            clock,
            known: Mutex::default(),
        }
    }

    /// What the host may be asked.
    pub(super) fn policy(&self, host: &str) -> &Policy {
        self.policies.get(host).unwrap_or(&self.usual)
    }

    /// Waits for the host's turn.
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
            self.refuse_if_blocked(&host, url, now)?;
            match self.with(&host, |host| host.pace.pass(now)) {
                Ok(()) => {
                    return Ok(Turn {
                        at: now,
                        owed: self.with(&host, |host| host.pace.delay()),
                        because: "rate",
                        kept: None,
                        _slot: slot,
                    });
                }
                Err(due) => {
                    sleep(Duration::try_from(due.duration_since(now)).unwrap_or_default()).await
                }
            }
        }
    }

    fn refuse_if_blocked(&self, host: &str, url: &Url, now: Time) -> Result<(), Error> {
        let blocked = |host: &mut Host| {
            let (until, cause) = host.pace.blocked(now)?;
            Some((until, cause.to_owned()))
        };
        match self.with(host, blocked) {
            Some((until, cause)) => Err(Error::Later {
                url: url.clone(),
                until,
                cause,
            }),
            None => Ok(()),
        }
    }

    /// Learns how a request ended; says until when and why the host is in a pause, if it is.
    pub(super) fn settle(&self, host: &str, outcome: Outcome) -> Option<(Time, String)> {
        let now = self.clock.now();
        self.with(host, |host| {
            host.pace.settle(outcome, now);
            host.pace
                .blocked(now)
                .map(|(until, cause)| (until, cause.to_owned()))
        })
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
        self.with(host, |host| host.turn(now))
    }

    /// The request that the last turn was given to does not come.
    pub(super) fn forgo(&self, host: &str) {
        self.with(host, Host::forgo);
    }

    /// Why the host cannot be asked right now.
    pub(super) fn waiting(&self, host: &str, now: Time) -> Option<Waiting> {
        self.with(host, |host| host.waiting(now))
    }

    /// What is to be kept of a host that was asked.
    pub(super) fn state(&self, name: &str) -> Option<HostState> {
        Some(self.known().hosts.get(name)?.state(name))
    }

    /// Takes over what was kept.
    pub(super) fn restore(&self, states: Vec<HostState>, clean: bool) {
        let now = self.clock.now();
        *self.known() = Known {
            unclean: (!clean).then_some(now),
            hosts: BTreeMap::new(),
        };
        for state in states {
            let name = state.host.clone();
            self.with(&name, |host| host.restore(state, &self.agent));
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, name: &str, use_it: impl FnOnce(&mut Host) -> T) -> T {
        let mut known = self.known();
        let unclean = known.unclean;
        if let Some(host) = known.hosts.get_mut(name) {
            return use_it(host);
        }
        let policy = self.policies.get(name).unwrap_or(&self.usual);
        let host = known.hosts.entry(name.to_owned());
        use_it(host.or_insert(Host::new(policy, unclean)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::{super::pace::later, *};
    use crate::text::measure::Rate;

    const HOST: &str = "shop.test:80";

    fn shop() -> Url {
        Url::parse("http://shop.test/").unwrap()
    }

    fn start() -> Time {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn at(seconds: f64) -> Time {
        later(start(), Duration::from_secs_f64(seconds))
    }

    /// Hosts on tokio's paused clock, asked once in two seconds.
    fn hosts(concurrency: u32) -> Hosts {
        let begun = Instant::now();
        let usual = Policy {
            rate: Rate {
                count: 1,
                per: Duration::from_secs(2),
            },
            concurrency,
            loopback: false,
            quiet: crate::text::hours::Hours::default(),
            cookies: false,
        };
        let clock = Clock(Arc::new(move || later(start(), begun.elapsed())));
        Hosts::new(usual, BTreeMap::new(), "listwarden".to_owned(), clock)
    }

    #[tokio::test(start_paused = true)]
    async fn every_request_waits_its_turn() {
        let hosts = hosts(3);
        let mut left = Vec::new();
        for _ in 0..4 {
            drop(hosts.admit(&shop()).await.unwrap());
            left.push(hosts.clock.now());
        }
        for (n, left) in left.into_iter().enumerate() {
            let due = at(2.0 * n as f64);
            assert!(left >= due, "request {n} left at {left}");
            assert!(
                left < later(due, Duration::from_secs(1)),
                "request {n} left at {left}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_requests_than_slots_are_under_way() {
        let hosts = hosts(2);
        let first = hosts.admit(&shop()).await.unwrap();
        let _second = hosts.admit(&shop()).await.unwrap();
        let long = Duration::from_secs(3600);
        assert!(
            tokio::time::timeout(long, hosts.admit(&shop()))
                .await
                .is_err()
        );
        assert!(matches!(
            hosts.turn(HOST, hosts.clock.now()),
            Err(Waiting::Pace { .. })
        ));
        drop(first);
        assert_eq!(hosts.turn(HOST, hosts.clock.now()), Ok(()));
        assert!(hosts.admit(&shop()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_is_given_away_once() {
        let hosts = hosts(2);
        let pace = |seconds| Err(Waiting::Pace { until: at(seconds) });
        assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
        assert_eq!(hosts.turn(HOST, at(0.0)), pace(2.0));
        assert_eq!(hosts.turn(HOST, at(2.0)), Ok(()));
        // Both slots are promised, and nobody has come.
        assert_eq!(hosts.turn(HOST, at(4.0)), pace(5.0));
        tokio::time::advance(Duration::from_secs(4)).await;
        let _first = hosts.admit(&shop()).await.unwrap();
        assert_eq!(hosts.turn(HOST, at(4.0)), pace(6.0));
        // The second never comes.
        assert_eq!(hosts.turn(HOST, at(6.0)), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_forgone_is_given_again_at_once_and_a_look_takes_none() {
        let hosts = hosts(1);
        assert_eq!(hosts.waiting(HOST, at(0.0)), None);
        assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
        assert!(hosts.turn(HOST, at(0.0)).is_err());
        hosts.forgo(HOST);
        assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_when_a_pause_begins_is_told_to_come_later() {
        let hosts = hosts(2);
        let _first = hosts.admit(&shop()).await.unwrap();
        let place = shop();
        let (second, _) = tokio::join!(hosts.admit(&place), async {
            hosts.settle(
                HOST,
                Outcome::Pause {
                    status: 429,
                    asked: Some(Duration::from_secs(300)),
                },
            )
        });
        assert!(matches!(second, Err(Error::Later { until, .. }) if until == at(300.0)));
        assert!(matches!(
            hosts.turn(HOST, at(299.0)),
            Err(Waiting::Backoff { until, .. }) if until == at(300.0)
        ));
        assert_eq!(hosts.turn(HOST, at(300.0)), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_crawl_delay_longer_than_the_rate_holds_and_is_kept() {
        let hosts = hosts(1);
        drop(hosts.admit(&shop()).await.unwrap());
        let robots = "User-agent: *\nCrawl-delay: 20\n".to_owned();
        hosts.read_site(HOST, Ok(Some(robots)));
        assert_eq!(
            hosts.turn(HOST, at(3.0)),
            Err(Waiting::Pace { until: at(20.0) })
        );
        let again = super::tests::hosts(1);
        again.restore(vec![hosts.state(HOST).unwrap()], true);
        assert_eq!(again.state(HOST), hosts.state(HOST));
        assert_eq!(
            again.turn(HOST, at(3.0)),
            Err(Waiting::Pace { until: at(20.0) })
        );
        assert!(matches!(again.site(HOST).0, Site::Read { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_robots_file_out_of_reach_is_asked_for_again_after_a_while() {
        let hosts = hosts(1);
        hosts.read_site(HOST, Err("robots.txt: answered 500".to_owned()));
        assert_eq!(
            hosts.turn(HOST, at(1.0)),
            Err(Waiting::Robots { until: at(60.0) })
        );
        let kept = hosts.state(HOST).unwrap();
        assert_eq!(kept.blocked_until, Some(at(60.0)));
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(matches!(hosts.site(HOST).0, Site::Unread));
    }

    #[tokio::test(start_paused = true)]
    async fn after_an_unclean_stop_every_host_waits_its_whole_delay() {
        let hosts = hosts(1);
        hosts.restore(Vec::new(), false);
        assert_eq!(
            hosts.turn(HOST, at(0.0)),
            Err(Waiting::Pace { until: at(2.0) })
        );
        hosts.restore(Vec::new(), true);
        assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
    }
}
