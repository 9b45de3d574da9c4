//! What happens to one URL between queue and commit: fetched, packed for the archive, read.

use std::{collections::BTreeMap, sync::Arc};

use url::Url;

use crate::{
    archive::{self, Packed},
    fetch::{Error, Fetch, HostState, Validators, Wanted},
    model::{Harvest, Time},
    platform::Platform,
    store::Queued,
};

/// A URL that is through, one way or another.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) queued: Queued,
    pub(super) outcome: Outcome,
    /// What its host is owed after this request.
    pub(super) host: Option<HostState>,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// An answer came; it is kept whatever it says.
    Answer(Box<Answer>),
    /// Ask again, not before `until`.
    Later { until: Time, cause: String },
    /// Ask again, when the host's turn comes.
    Again { why: String },
    /// robots.txt or the address guard forbids it.
    Refused { line: String },
    /// It failed for good.
    Failed { why: String },
    /// A campaign's share of pages is used up.
    Cut,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) bytes: usize,
    /// Taken by the committer.
    pub(super) packed: Option<Packed>,
    pub(super) harvest: Harvest,
}

impl Finished {
    pub(super) fn cut(queued: Queued) -> Self {
        Self {
            queued,
            outcome: Outcome::Cut,
            host: None,
        }
    }
}

/// Fetches one URL and makes of the answer what the committer needs; the heavy part runs on a worker thread.
pub(super) async fn fetch_and_read<F: Fetch>(
    fetcher: Arc<F>,
    platforms: Arc<BTreeMap<String, Platform>>,
    queued: Queued,
    retries: u32,
) -> Finished {
    let outcome = match Url::parse(&queued.url) {
        Ok(url) => match fetcher.fetch(&wanted(&url, &queued)).await {
            Ok(page) => {
                let platform = queued.platform.clone();
                let read = tokio::task::spawn_blocking(move || {
                    let harvest = platforms
                        .get(&platform)
                        .map(|p| p.read(&page))
                        .unwrap_or_default();
                    let packed = archive::pack(&page);
                    Answer {
                        url: page.url.clone(),
                        status: page.status,
                        bytes: page.body.len(),
                        packed: Some(packed),
                        harvest,
                    }
                });
                match read.await {
                    Ok(answer) => settled(answer, &queued, retries),
                    Err(e) => Outcome::Failed {
                        why: format!("{url}: reading it failed: {e}"),
                    },
                }
            }
            Err(error) => denied(error, &queued, retries),
        },
        Err(e) => Outcome::Failed {
            why: format!("'{}' is no URL: {e}", queued.url),
        },
    };
    let host = fetcher.state(&queued.host);
    Finished {
        queued,
        outcome,
        host,
    }
}

fn wanted(url: &Url, queued: &Queued) -> Wanted {
    Wanted {
        url: url.clone(),
        known: Validators::default(),
        attempt: queued.attempt,
    }
}

/// A server error may pass; the last try is kept as the answer.
fn settled(answer: Answer, queued: &Queued, retries: u32) -> Outcome {
    if answer.status >= 500 && queued.attempt < retries {
        return Outcome::Again {
            why: format!("the server answered {}", answer.status),
        };
    }
    Outcome::Answer(Box::new(answer))
}

fn denied(error: Error, queued: &Queued, retries: u32) -> Outcome {
    match error {
        // Pauses double, and patience has an end: a host that only ever says "later" keeps no crawl open.
        Error::Later { until, cause, .. } => Outcome::Later { until, cause },
        Error::Refused { line, .. } => Outcome::Refused { line },
        Error::Failed {
            why, again: true, ..
        } if queued.attempt < retries => Outcome::Again { why },
        other => Outcome::Failed {
            why: other.to_string(),
        },
    }
}
