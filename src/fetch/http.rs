//! The polite HTTP client: every hop of every request passes guard, robots.txt and pace.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tracing::Instrument;
use url::Url;

use super::{
    Decision, Error, Fetch, FetchConfig, HostState, HostView, Policy, Robots, Wanted,
    address::Lookup,
    exchange::{Bounds, Wire, guarded},
    guard::Guard,
    host::Site,
    host_of,
    hosts::{Clock, Hosts, Policies},
    pace::{Outcome, retry_after},
    robots,
};
use crate::{
    model::{Page, Time, Waiting},
    text::decode::unpack,
};

/// Redirects followed for one page.
const HOPS: u32 = 10;
/// Redirects followed for one robots.txt (RFC 9309, 2.3.1.2).
const ROBOTS_HOPS: u32 = 5;
/// A robots.txt that takes longer is out of reach.
const ROBOTS_TIMEOUT: Duration = Duration::from_secs(15);

/// The polite HTTP client.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
    guard: Guard,
    hosts: Hosts,
    agent: String,
    clock: Clock,
    page: Bounds,
    robots: Bounds,
}

impl Client {
    /// A client; `hosts` maps `host:port` to its policy, other hosts get `config`'s and no loopback.
    ///
    /// # Errors
    /// `Error::Setup` where the TLS library cannot be set up.
    pub fn new(config: &FetchConfig, hosts: BTreeMap<String, Policy>) -> Result<Self, Error> {
        Self::with_clock(config, hosts, Time::now)
    }

    /// As `new`, with a clock of the caller's.
    ///
    /// # Errors
    /// As `new`.
    pub fn with_clock(
        config: &FetchConfig,
        hosts: BTreeMap<String, Policy>,
        clock: impl Fn() -> Time + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let clock = Clock(Arc::new(clock));
        let agent = robots::product_token(&config.user_agent).to_owned();
        let looped = hosts.iter().filter(|(_, policy)| policy.loopback);
        let looped = looped.map(|(host, _)| host.clone());
        let guard = Guard::new(looped, Lookup::of_this_machine(), clock.clone());
        let usual = Policy {
            rate: config.rate,
            concurrency: config.concurrency,
            loopback: false,
            quiet: config.quiet_hours.clone(),
            cookies: false,
        };
        let policies = Policies {
            usual,
            named: hosts,
            latency_factor: config.latency_factor,
        };
        Ok(Self {
            wire: Wire::new(config, guard.clone(), clock.clone())?,
            hosts: Hosts::new(policies, agent.clone(), guard.clone(), clock.clone()),
            guard,
            agent,
            clock,
            page: Bounds {
                body: config.max_body.0,
                timeout: config.timeout.0,
            },
            robots: Bounds {
                body: robots::LIMIT as u64,
                timeout: config.timeout.0.min(ROBOTS_TIMEOUT),
            },
        })
    }

    /// What robots.txt says of `url`; it is fetched where it is not known.
    ///
    /// # Errors
    /// `Later` where it is out of reach, `Guarded` where its host may not be asked.
    pub async fn decide(&self, url: &Url) -> Result<Decision, Error> {
        self.check(url)?;
        let rules = self.rules(url).await?;
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        Ok(rules.allowed(&self.agent, path))
    }

    async fn obey(&self, url: &Url) -> Result<(), Error> {
        let decision = self.decide(url).await?;
        if decision.allowed {
            return Ok(());
        }
        let (number, text) = decision.line.unwrap_or_default();
        Err(Error::Refused {
            url: url.clone(),
            line: format!("line {number}: {text}"),
        })
    }

    /// The rules of the host, read at most once at a time and once a day.
    async fn rules(&self, url: &Url) -> Result<Arc<Robots>, Error> {
        let host = host_of(url);
        let (mut site, reading) = self.hosts.site(&host);
        if matches!(site, Site::Unread) {
            let _alone = reading.lock().await;
            (site, _) = self.hosts.site(&host);
            if matches!(site, Site::Unread) {
                site = self.hosts.read_site(&host, self.robots_txt(url).await?);
            }
        }
        match site {
            Site::Read { rules, .. } => Ok(rules),
            Site::OutOfReach { until, cause } => Err(Error::Later {
                url: url.clone(),
                until,
                cause,
            }),
            Site::Unread => Ok(Arc::default()),
        }
    }

    /// The text of the host's robots.txt, none where there is none; the inner error says why it is out of reach.
    async fn robots_txt(&self, url: &Url) -> Result<Result<Option<String>, String>, Error> {
        let mut place = url.clone();
        place.set_path("/robots.txt");
        place.set_query(None);
        place.set_fragment(None);
        match self.follow_robots(place).await {
            Ok(page) if (200..300).contains(&page.status) => Ok(plain_text(&page).map(Some)),
            Ok(page) if page.status < 500 => Ok(Ok(None)),
            Ok(page) => Ok(Err(format!("robots.txt: answered {}", page.status))),
            Err(Error::Failed { why, .. }) => Ok(Err(format!("robots.txt: {why}"))),
            Err(error) => Err(error),
        }
    }

    async fn follow_robots(&self, mut url: Url) -> Result<Page, Error> {
        for _ in 0..=ROBOTS_HOPS {
            let page = self.ask(&url, self.robots).await?;
            match redirect(&page)? {
                None => return Ok(page),
                Some(next) => url = next,
            }
        }
        Err(too_many(url, ROBOTS_HOPS))
    }

    /// Follows redirects from `url`, asking at every hop whether it may be asked for.
    async fn follow(&self, url: &Url) -> Result<Page, Error> {
        let mut url = url.clone();
        url.set_fragment(None);
        for hop in 0..=HOPS {
            if let Err(refusal) = self.obey(&url).await {
                if hop == 0 {
                    self.hosts.forgo(&host_of(&url));
                }
                return Err(refusal);
            }
            let page = self.ask(&url, self.page).await?;
            match redirect(&page)? {
                None => return Ok(page),
                Some(next) => url = next,
            }
        }
        Err(too_many(url, HOPS))
    }

    fn check(&self, url: &Url) -> Result<(), Error> {
        self.guard
            .check_url(url)
            .map_err(|refusal| guarded(url, refusal))
    }

    /// Asks once, in the host's turn, and lets its pace learn from the answer.
    async fn ask(&self, url: &Url, bounds: Bounds) -> Result<Page, Error> {
        self.check(url)?;
        let host = host_of(url);
        let slot = self.hosts.admit(url).await?;
        let answer = self.wire.exchange(url, bounds).await;
        let outcome = match &answer {
            Ok(page) => self.outcome(page),
            Err(Error::Failed { why, .. }) => Outcome::Failed(why.clone()),
            Err(_) => Outcome::Answered,
        };
        tracing::debug!(%host, ?outcome, "asked");
        let pausing = matches!(outcome, Outcome::Pause { .. });
        let paused = self.hosts.settle(&host, outcome, None);
        drop(slot);
        match paused {
            Some((until, cause)) if pausing => Err(Error::Later {
                url: url.clone(),
                until,
                cause,
            }),
            _ => answer,
        }
    }

    fn outcome(&self, page: &Page) -> Outcome {
        match page.status {
            status @ (429 | 503) => Outcome::Pause {
                status,
                asked: page
                    .header("retry-after")
                    .and_then(|value| retry_after(value, self.clock.now())),
            },
            status @ 500.. => Outcome::Failed(format!("answered {status}")),
            _ => Outcome::Answered,
        }
    }
}

/// What a robots.txt says once its content coding is undone. What cannot be read may forbid anything.
fn plain_text(page: &Page) -> Result<String, String> {
    // Once unpacked it may be larger than what is parsed of it, but not by far.
    let limit = 8 * robots::LIMIT as u64;
    let bytes = unpack(&page.body, page.header("content-encoding"), limit);
    let bytes = bytes.map_err(|error| format!("robots.txt: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Fetch for Client {
    fn turn(&self, host: &str, now: Time) -> Result<(), Waiting> {
        self.hosts.turn(host, now)
    }

    fn waiting(&self, host: &str, now: Time) -> Option<Waiting> {
        self.hosts.waiting(host, now)
    }

    fn view(&self, host: &str, now: Time) -> Option<HostView> {
        self.hosts.view(host, now)
    }

    fn state(&self, host: &str) -> Option<HostState> {
        self.hosts.state(host)
    }

    fn restore(&self, states: Vec<HostState>, clean: bool) {
        self.hosts.restore(states, clean);
    }

    async fn fetch(&self, wanted: &Wanted) -> Result<Page, Error> {
        let url = &wanted.url;
        let span = tracing::info_span!("page", host = host_of(url), %url);
        self.follow(url).instrument(span).await
    }
}

fn too_many(url: Url, hops: u32) -> Error {
    Error::Failed {
        url,
        why: format!("more than {hops} redirects"),
        again: false,
    }
}

/// Where a redirect leads; none where the page is none.
fn redirect(page: &Page) -> Result<Option<Url>, Error> {
    if !(300..400).contains(&page.status) {
        return Ok(None);
    }
    let failed = |why: String| Error::Failed {
        url: page.url.clone(),
        why,
        again: false,
    };
    let Some(place) = page.header("location") else {
        return Err(failed(format!("answered {} without a place", page.status)));
    };
    match page.url.join(place) {
        Ok(mut url) => {
            url.set_fragment(None);
            Ok(Some(url))
        }
        Err(error) => Err(failed(format!("redirect to '{place}': {error}"))),
    }
}

#[cfg(test)]
mod tests;
