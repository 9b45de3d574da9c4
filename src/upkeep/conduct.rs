//! Was every host asked as it may be? Proved from the conduct log, line by line, trusting no line about itself.

mod host;
mod proof;

use std::{io, path::Path};

use jiff::{ToSpan, tz::TimeZone};
use serde::Serialize;

use crate::{fetch::conduct, model::Time};

use proof::Proof;

/// So many breaches are named; more are only counted.
const NAMED: usize = 1000;

/// What the conduct log proves.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Conduct {
    /// The first and the last request; none where there is none.
    pub from: Option<Time>,
    #[allow(missing_docs, reason = "said above")]
    pub until: Option<Time>,
    /// Requests that left, those for robots.txt among them.
    pub requests: u64,
    /// By name.
    pub hosts: Vec<HostConduct>,
    /// In the order of the log, the first thousand.
    pub breaches: Vec<Breach>,
    /// How many there are in all.
    pub breaches_in_all: u64,
    /// Lines that are none, the first of them in words.
    pub unreadable: u64,
    #[allow(missing_docs, reason = "said above")]
    pub first_unreadable: Option<String>,
}

/// How one host was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HostConduct {
    /// `host:port`.
    pub host: String,
    /// Requests to it.
    pub requests: u64,
    /// Those of them for robots.txt.
    pub robots: u64,
    /// The shortest time between two requests, in seconds; none where there are not two.
    pub shortest: Option<f64>,
    /// The time that had to lie between them, as of the last one: the longer of rate and Crawl-delay.
    pub limit: f64,
    /// The most requests under way at the same time.
    pub most: u32,
    /// How many might have been.
    pub concurrency: u32,
}

/// Something that should not have been asked, or not then.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breach {
    /// When the request left.
    pub at: Time,
    /// Whom it went to.
    pub host: String,
    /// What it asked for.
    pub url: String,
    /// Which rule it broke.
    pub which: Rule,
    /// What was found.
    pub found: String,
    /// What would have been right.
    pub allowed: String,
}

/// The rules of conduct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "plain names")]
pub enum Rule {
    /// Rate and Crawl-delay.
    Interval,
    Concurrency,
    /// Rate and Crawl-delay, between two names of one server.
    Shared,
    /// A pause asked for with Retry-After.
    Pause,
    Quiet,
    /// A path that robots.txt forbids, a robots.txt unread, out of reach or older than a day.
    Robots,
    /// A User-Agent without the contact that is configured.
    Agent,
    /// A request to a host of which no limits are written down.
    Limits,
}

/// Reads the conduct log in the folder `dir` and judges every request from `since` on.
///
/// # Errors
/// Where a file cannot be read. Lines that are none are counted.
pub fn conduct(dir: &Path, since: Option<Time>) -> io::Result<Conduct> {
    let mut proof = Proof::new(since);
    // A pause lasts a day at most, so that the day before says all that still holds.
    let day = since.map(|since| {
        let before = since.checked_sub(25.hours()).unwrap_or(since);
        before.to_zoned(TimeZone::UTC).date()
    });
    conduct::read(dir, day, &mut |line| proof.take(line))?;
    Ok(proof.report())
}

#[cfg(test)]
mod tests;
