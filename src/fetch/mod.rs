//! Getting a page, politely. The one HTTP client: nothing leaves without passing robots, pace and address guard.

mod address;
mod breaker;
pub mod conduct;
mod config;
mod cookies;
mod delay;
mod exchange;
mod gate;
mod guard;
mod host;
mod hosts;
mod http;
mod known;
mod lateness;
mod nap;
mod pace;
mod pattern;
mod replay;
mod robots;
mod sending;
mod servers;
mod share;
mod turn;

use std::future::Future;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    model::{Page, Time, Waiting},
    text::{hours::Hours, measure::Rate},
};

pub use config::FetchConfig;
pub use http::Client;
pub use replay::Replay;
pub use robots::{Decision, Robots};

/// What one host (`host:port`) may be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Requests in a time.
    pub rate: Rate,
    /// Requests at the same time.
    pub concurrency: u32,
    /// Its address may be a loopback address.
    pub loopback: bool,
    /// Hours in which it is not asked.
    pub quiet: Hours,
    /// Cookies that it sets are sent back to it while the program runs.
    pub cookies: bool,
}

/// A page that is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where it lies.
    pub url: Url,
    /// What the server gave with it the last time: it may then answer 304 instead of sending it again.
    pub known: Validators,
    /// How often it was asked for in this run already.
    pub attempt: u32,
}

impl Wanted {
    /// A page asked for the first time.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            known: Validators::default(),
            attempt: 0,
        }
    }
}

/// By what a server recognises the page that we have (RFC 9110, 8.8), as it sent them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// How a host stands, for whoever looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostView {
    /// Seconds from one request to the next, as they now are.
    pub delay: f64,
    /// What makes it so long: `rate`, `crawl-delay`, `latency` or `trouble`.
    pub because: String,
    /// Requests under way.
    pub under_way: u32,
    /// Failures in a row.
    pub failures: u32,
    /// Why it stands still, if it does.
    pub waiting: Option<Waiting>,
}

/// Why a page did not come.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    /// Not now: a pause the host asked for, a failure to recover from, a robots.txt out of reach. Ask again after `until`.
    #[error("{url}: not before {until}: {cause}")]
    Later {
        url: Url,
        until: Time,
        cause: String,
    },
    /// Never: robots.txt forbids it.
    #[error("{url}: robots.txt forbids it: {line}")]
    Refused { url: Url, line: String },
    /// Never: the address guard forbids it.
    #[error("{url}: {why}")]
    Guarded { url: Url, why: String },
    /// It failed, and `again` says whether another try may help.
    #[error("{url}: {why}")]
    Failed { url: Url, why: String, again: bool },
    /// The conduct log cannot be written, so nothing is asked.
    #[error("the conduct log {} cannot be written: {why}; without it nothing is asked", path.display())]
    Conduct {
        path: std::path::PathBuf,
        why: String,
    },
    /// The client itself could not be made.
    #[error("the HTTP client could not be set up: {0}")]
    Setup(String),
}

/// The one way a page comes in.
pub trait Fetch: Send + Sync {
    /// Fetches a page as the rules of conduct allow; redirects are followed and checked hop by hop.
    fn fetch(&self, wanted: &Wanted) -> impl Future<Output = Result<Page, Error>> + Send;

    /// Gives the host's turn to whoever asks, or says why it has none right now. Until that request has come (or has
    /// failed to), the turn is not given again, so a host is never promised to more requests than it may get.
    fn turn(&self, _host: &str, _now: Time) -> Result<(), Waiting> {
        Ok(())
    }

    /// Why `host` cannot be asked right now; none when it can. For whoever only looks.
    fn waiting(&self, _host: &str, _now: Time) -> Option<Waiting> {
        None
    }

    /// How `host` stands; none where it was never asked.
    fn view(&self, _host: &str, _now: Time) -> Option<HostView> {
        None
    }

    /// What is to be kept of `host` between runs; none where it was never asked.
    fn state(&self, _host: &str) -> Option<HostState> {
        None
    }

    /// Takes over what was kept of the last run. After an unclean stop every host waits its whole delay.
    fn restore(&self, _states: Vec<HostState>, _clean: bool) {}
}

/// What is kept about a host between runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct HostState {
    /// `host:port`.
    pub host: String,
    #[serde(default)]
    pub last_asked: Option<Time>,
    pub next_due: Option<Time>,
    pub blocked_until: Option<Time>,
    pub blocked_cause: Option<String>,
    /// In a row; after a few of them one careful try goes ahead of all other requests.
    pub failures: u32,
    /// Milliseconds of the last pause that failures led to; the next one is twice as long.
    #[serde(default)]
    pub pause_ms: u64,
    /// The share of its rate that it gets, in 64ths.
    #[serde(default = "whole")]
    pub share: u8,
    /// Microseconds from request to answer, as usual.
    #[serde(default)]
    pub latency_us: Option<u64>,
    /// The servers behind its name; a loopback address with its port.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// robots.txt as received; none where there is none (4xx).
    pub robots: Option<String>,
    pub robots_until: Option<Time>,
}

impl HostState {
    /// A host to which nothing is owed.
    pub fn new(host: String) -> Self {
        Self {
            host,
            last_asked: None,
            next_due: None,
            blocked_until: None,
            blocked_cause: None,
            failures: 0,
            pause_ms: 0,
            share: share::WHOLE,
            latency_us: None,
            addresses: Vec::new(),
            robots: None,
            robots_until: None,
        }
    }
}

fn whole() -> u8 {
    share::WHOLE
}

/// `host:port` of a URL, the name under which a host is kept.
pub fn host_of(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or(""),
        url.port_or_known_default().unwrap_or(0)
    )
}
