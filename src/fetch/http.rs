//! The polite HTTP client: every hop of every request passes guard, robots.txt and pace.

mod record;
mod site;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tracing::Instrument;
use url::Url;

use super::{
    Error, Fetch, FetchConfig, HostState, HostView, Policy, Validators, Wanted,
    address::Lookup,
    conduct::{Conduct, Who, Why},
    cookies::Cookies,
    exchange::{Bounds, Wire, guarded},
    guard::Guard,
    host_of,
    hosts::{Clock, Hosts, Policies},
    pace::{Outcome, retry_after},
    robots,
    turn::Turn,
};
use crate::model::{Page, Time, Waiting};
use record::describe;

/// Redirects followed for one page.
const HOPS: u32 = 10;
/// A robots.txt that takes longer is out of reach.
const ROBOTS_TIMEOUT: Duration = Duration::from_secs(15);

/// The polite HTTP client.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
    guard: Guard,
    hosts: Hosts,
    /// Begins with the product token by which robots.txt calls us.
    agent: String,
    who: Who,
    conduct: Option<Conduct>,
    clock: Clock,
    page: Bounds,
    robots: Bounds,
}

/// One request, and what speaks for it.
#[derive(Debug)]
struct Errand<'a> {
    url: &'a Url,
    why: Why,
    attempt: u32,
    known: &'a Validators,
    bounds: Bounds,
    /// The line of robots.txt that allows it.
    allowed_by: Option<String>,
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
        let agent = config.user_agent.clone();
        let cookies = hosts.iter().filter(|(_, policy)| policy.cookies);
        let cookies = Cookies::new(cookies.map(|(host, _)| host.clone()));
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
        let wire = Wire::new(config, guard.clone(), cookies, clock.clone())?;
        Ok(Self {
            who: Who {
                agent: wire.agent(),
                contact: config.contact.clone(),
                timeout: config.timeout.0.as_secs_f64(),
            },
            wire,
            conduct: None,
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

    /// Follows redirects from what is wanted, asking at every hop whether it may be asked for.
    async fn follow(&self, wanted: &Wanted) -> Result<Page, Error> {
        let mut url = wanted.url.clone();
        url.set_fragment(None);
        let unknown = Validators::default();
        for hop in 0..=HOPS {
            let first = hop == 0;
            let (turn, allowed_by) = match self.allowed_turn(&url).await {
                Ok(allowed) => allowed,
                Err(refusal) => {
                    if first {
                        self.hosts.forgo(&host_of(&url));
                    }
                    return Err(refusal);
                }
            };
            let errand = Errand {
                url: &url,
                why: match (first, wanted.attempt) {
                    (true, 0) => Why::Page,
                    (true, _) => Why::Again,
                    (false, _) => Why::Redirect,
                },
                attempt: wanted.attempt,
                known: if first { &wanted.known } else { &unknown },
                bounds: self.page,
                allowed_by,
            };
            let page = self.ask(&errand, turn).await?;
            match leads(&page, errand.known)? {
                None => return Ok(page),
                Some(next) => url = next,
            }
        }
        Err(too_many(url, HOPS))
    }

    /// The host's turn for a page that its robots.txt allows, and the line that does. Where the turn comes only after
    /// the robots.txt has grown old, that is read again first.
    async fn allowed_turn(&self, url: &Url) -> Result<(Turn, Option<String>), Error> {
        loop {
            let allowed = self.obey(url).await?;
            let turn = self.hosts.admit(url).await?;
            if turn.at < allowed.until {
                return Ok((turn, allowed.line));
            }
        }
    }

    fn check(&self, url: &Url) -> Result<(), Error> {
        self.guard
            .check_url(url)
            .map_err(|refusal| guarded(url, refusal))
    }

    /// Asks once, in the host's turn, and lets its pace learn from the answer.
    async fn ask(&self, errand: &Errand<'_>, turn: Turn) -> Result<Page, Error> {
        let host = host_of(errand.url);
        // Dropped before the place in `turn` is: what is under way is written down as ended before the next begins.
        let open = self.record(errand, &host, &turn)?;
        let answer = self
            .wire
            .exchange(errand.url, errand.known, errand.bounds, turn.leaving)
            .await;
        let now = self.clock.now();
        let outcome = match &answer {
            Ok(answer) => outcome(&answer.page, now),
            Err(Error::Failed { why, .. }) => Outcome::Failed(why.clone()),
            Err(_) => Outcome::Answered,
        };
        tracing::debug!(%host, ?outcome, "asked");
        let asked_pause = match &outcome {
            Outcome::Pause { asked, .. } => Some(*asked),
            _ => None,
        };
        let latency = answer.as_ref().ok().map(|answer| answer.latency);
        let paused = self.hosts.settle(&host, outcome, latency);
        if let Some(open) = open {
            let until = paused.as_ref().map(|(until, _)| *until);
            open.answered(now, |line| {
                describe(line, &answer, asked_pause.flatten(), until)
            });
        }
        drop(turn.place);
        match paused {
            Some((until, cause)) if asked_pause.is_some() => Err(Error::Later {
                url: errand.url.clone(),
                until,
                cause,
            }),
            _ => answer.map(|answer| answer.page),
        }
    }
}

fn outcome(page: &Page, now: Time) -> Outcome {
    match page.status {
        status @ (429 | 503) => Outcome::Pause {
            status,
            asked: page
                .header("retry-after")
                .and_then(|value| retry_after(value, now)),
        },
        status @ 500.. => Outcome::Failed(format!("answered {status}")),
        _ => Outcome::Answered,
    }
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
        self.hosts.restore(self.with_owed(states), clean);
    }

    async fn fetch(&self, wanted: &Wanted) -> Result<Page, Error> {
        let url = &wanted.url;
        let span = tracing::info_span!("page", host = host_of(url), %url);
        self.follow(wanted).instrument(span).await
    }
}

fn too_many(url: Url, hops: u32) -> Error {
    Error::Failed {
        url,
        why: format!("more than {hops} redirects"),
        again: false,
    }
}

/// Where the answer to a request leads; none where it is what was wanted. 304 is, where something was known.
fn leads(page: &Page, known: &Validators) -> Result<Option<Url>, Error> {
    if page.status == 304 && known.is_empty() {
        return Err(Error::Failed {
            url: page.url.clone(),
            why: "answered 304 to a request without a condition".to_owned(),
            again: false,
        });
    }
    redirect(page)
}

/// Where a redirect leads; none where the page is none.
fn redirect(page: &Page) -> Result<Option<Url>, Error> {
    if !(300..400).contains(&page.status) || page.status == 304 {
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
