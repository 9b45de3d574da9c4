//! The conduct log: what was asked of whom, when and why, in lines that prove it afterwards.
//!
//! `data/conduct/2026-11-21.jsonl`, a file per UTC day, a JSON object per line. A line is there before the request
//! leaves, so that no kill can hide one. Every file says anew what holds for a host and what its robots.txt says, so
//! that it can be read without the others.

mod log;
mod read;
mod standing;

use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use url::Url;

use super::Policy;
use crate::model::Time;

pub(super) use log::{Conduct, Open};
pub use read::{Broken, read};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When it happened; for a request, when its turn was given.
    #[serde(serialize_with = "micros")]
    pub at: Time,
    /// Number of the process at that time.
    pub process: u32,
    /// What happened.
    #[serde(flatten)]
    pub said: Said,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Said {
    /// The process begins.
    Began {
        /// No other process had the log open: whatever is still without an answer has ended.
        alone: bool,
    },
    /// What holds for a host from here on.
    Limits(Limits),
    /// What the robots.txt of a host says, from here on.
    Robots(Site),
    /// A request leaves.
    Asked(Asked),
    /// It ended.
    Answered(Answered),
}

/// What one host may be asked, as configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Limits {
    /// `host:port`, here and in every line.
    pub host: String,
    /// Seconds from one request to the next.
    pub interval: f64,
    /// Requests at the same time.
    pub concurrency: u32,
    /// As in the configuration; empty: none.
    pub quiet: String,
    /// Seconds after which a request has ended, one way or another.
    pub timeout: f64,
    /// The User-Agent as it is sent.
    pub agent: String,
    /// What is configured as contact; empty: nothing.
    pub contact: String,
}

/// The robots.txt of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Whose.
    pub host: String,
    /// It holds until then: a day from when it was read.
    #[serde(serialize_with = "micros")]
    pub until: Time,
    /// Of the text; none where there is no such file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The text as it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why it could not be had: nothing may be asked but the file itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<String>,
}

/// Why something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// A page that is wanted.
    Page,
    /// The same once more, after it failed.
    Again,
    /// Where a page led.
    Redirect,
    /// A robots.txt, or where one led.
    Robots,
}

/// A request that leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Asked {
    pub host: String,
    pub url: Url,
    /// Its number in its process.
    pub request: u64,
    pub why: Why,
    /// How often the page was asked for before in this run.
    pub attempt: u32,
    /// Seconds that were to lie between the request before and this one.
    pub owed: f64,
    /// What made it so long: `rate`, `crawl-delay`, `latency`, `trouble` or `shared`.
    pub because: String,
    /// Seconds that did; none for the first.
    pub kept: Option<f64>,
    /// The line of robots.txt that allows it; none where no line speaks of it.
    pub allowed_by: Option<String>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Answered {
    pub host: String,
    pub url: Url,
    pub request: u64,
    /// HTTP status code; none where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Where the answer leads, if it is a redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Url>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Seconds from sending to the head of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<f64>,
    /// Seconds of pause that the host asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<f64>,
    /// The host is not asked before.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "micros_if_any"
    )]
    pub pause_until: Option<Time>,
}

impl Limits {
    /// What `policy` and the rest of the configuration say of `host`.
    pub(super) fn new(host: &str, policy: &Policy, who: &Who) -> Self {
        Self {
            host: host.to_owned(),
            interval: policy.rate.interval().as_secs_f64(),
            concurrency: policy.concurrency.max(1),
            quiet: policy.quiet.to_string(),
            timeout: who.timeout,
            agent: who.agent.clone(),
            contact: who.contact.clone(),
        }
    }
}

impl Site {
    /// The text is the one that the line was written with.
    pub fn is_whole(&self) -> bool {
        self.text.as_deref().map(sha256) == self.sha256
    }
}

/// Who asks, and for how long one request may last.
#[derive(Clone, Debug, Default)]
pub(super) struct Who {
    pub(super) agent: String,
    pub(super) contact: String,
    /// Seconds.
    pub(super) timeout: f64,
}

/// Hex SHA-256 of a text, as it stands in the log.
pub fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn micros<S: Serializer>(at: &Time, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{at:.6}"))
}

fn micros_if_any<S: Serializer>(at: &Option<Time>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => micros(at, to),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests;
