//! What happens to one URL between queue and commit: fetched, compared with the last visit, packed for the archive, read.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::Semaphore;
use url::Url;

use super::revisit::print;
use crate::{
    archive::{self, Original, Packed},
    fetch::{Error, Fetch, HostState, Validators, Wanted},
    model::{Harvest, Page, Time},
    platform::{Platform, Role},
    store::{Queued, Store, Visit},
};

/// What pages are fetched and read with.
#[derive(Debug)]
pub(super) struct Tools<F> {
    pub(super) fetcher: Arc<F>,
    pub(super) platforms: Arc<BTreeMap<String, Platform>>,
    pub(super) store: Arc<Store>,
    /// The folder of the archive.
    pub(super) archive: PathBuf,
    /// How often a page that failed is tried again.
    pub(super) retries: u32,
    /// As many pages are read at the same time.
    pub(super) readers: Arc<Semaphore>,
}

/// A URL that is through, one way or another.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) queued: Queued,
    /// What earlier visits said of it.
    pub(super) visit: Option<Visit>,
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
    /// The server says that it is as it was, and what it was cannot be read any more: ask for the whole of it.
    Whole { why: String },
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
    /// As it came: 304 where the page is as it was.
    pub(super) status: u16,
    pub(super) bytes: usize,
    /// Taken by the committer.
    pub(super) packed: Option<Packed>,
    pub(super) harvest: Harvest,
    /// What it said of the earlier visit holds: the harvest is that of the page as it was.
    pub(super) known: bool,
    /// A redirect led to what is no listing page of the platform.
    pub(super) elsewhere: bool,
    pub(super) truncated: bool,
    /// The archive gets the payload with it.
    pub(super) whole: bool,
    /// By what the next visit may ask whether it changed.
    pub(super) validators: Validators,
    /// See `revisit::print`.
    pub(super) print: u64,
}

impl Finished {
    pub(super) fn cut(queued: Queued) -> Self {
        Self {
            queued,
            visit: None,
            outcome: Outcome::Cut,
            host: None,
        }
    }

    /// Bytes for the archive, and links for the queue.
    pub(super) fn size(&self) -> (usize, usize) {
        match &self.outcome {
            Outcome::Answer(answer) => (
                answer
                    .packed
                    .as_ref()
                    .map_or(0, |packed| packed.bytes.len()),
                answer.harvest.links.len(),
            ),
            _ => (0, 0),
        }
    }
}

/// Fetches one URL and makes of the answer what the committer needs; the heavy part runs on a worker thread.
pub(super) async fn fetch_and_read<F: Fetch + 'static>(
    tools: Tools<F>,
    queued: Queued,
) -> Finished {
    let tools = Arc::new(tools);
    let visit = known(&tools.store, &queued.url);
    let original = visit
        .as_ref()
        .and_then(|visit| original(visit, &queued.url))
        .filter(|original| original.is_there(&tools.archive));
    let outcome = match Url::parse(&queued.url) {
        Ok(url) => {
            let wanted = wanted(&url, &queued, visit.as_ref().filter(|_| original.is_some()));
            match tools.fetcher.fetch(&wanted).await {
                Ok(page) => {
                    // A 304 without conditions says nothing.
                    let conditions = wanted.known != Validators::default();
                    let original = original.filter(|_| page.status != 304 || conditions);
                    read(&tools, &queued, page, original).await
                }
                Err(error) => denied(error, &queued, tools.retries),
            }
        }
        Err(e) => Outcome::Failed {
            why: format!("'{}' is no URL: {e}", queued.url),
        },
    };
    let host = tools.fetcher.state(&queued.host);
    Finished {
        queued,
        visit,
        outcome,
        host,
    }
}

/// What earlier visits say. It only saves work: where it cannot be read, the page is asked for as if for the first time.
fn known(store: &Store, url: &str) -> Option<Visit> {
    store.visit(url).unwrap_or_else(|error| {
        tracing::warn!(url, %error, "what is known of the page could not be read");
        None
    })
}

fn original(visit: &Visit, url: &str) -> Option<Original> {
    Some(Original {
        url: visit.answered.clone().unwrap_or_else(|| url.to_owned()),
        capture: visit.whole.clone()?,
    })
}

fn wanted(url: &Url, queued: &Queued, visit: Option<&Visit>) -> Wanted {
    Wanted {
        url: url.clone(),
        known: Validators {
            etag: visit.and_then(|visit| visit.etag.clone()),
            last_modified: visit.and_then(|visit| visit.last_modified.clone()),
        },
        attempt: queued.attempt,
    }
}

async fn read<F: Fetch + 'static>(
    tools: &Arc<Tools<F>>,
    queued: &Queued,
    page: Page,
    original: Option<Original>,
) -> Outcome {
    let (tools, asked) = (Arc::clone(tools), queued.clone());
    let retries = tools.retries;
    // It is never closed, so a permit always comes.
    let _reader = tools.readers.clone().acquire_owned().await;
    let read = tokio::task::spawn_blocking(move || {
        let platform = tools.platforms.get(&asked.platform);
        answer(
            page,
            original.as_ref(),
            &asked.url,
            platform,
            &tools.archive,
        )
    });
    match read.await {
        Ok(Ok(answer)) => settled(answer, queued, retries),
        Ok(Err(fault)) => Outcome::Whole {
            why: format!("the copy of the last visit is not what it was: {fault}"),
        },
        Err(e) => Outcome::Failed {
            why: format!("{}: reading it failed: {e}", queued.url),
        },
    }
}

/// Packs and reads a page; fails only where the server speaks of an earlier answer that cannot be read.
fn answer(
    page: Page,
    original: Option<&Original>,
    asked: &str,
    platform: Option<&Platform>,
    archive: &Path,
) -> Result<Answer, archive::Error> {
    let packed = match original {
        Some(original) => archive::pack_again(&page, original),
        None => archive::pack(&page),
    };
    let (status, bytes, truncated) = (page.status, page.body.len(), page.truncated);
    let moved = page.url.as_str() != asked;
    let validators = validators(&page, moved || truncated);
    let unmodified = original.filter(|_| status == 304);
    let known = unmodified.is_some();
    let page = match unmodified {
        Some(original) => archive::met_again(archive, page, original)?,
        None => page,
    };
    let harvest = platform.map(|p| p.read(&page)).unwrap_or_default();
    Ok(Answer {
        status,
        bytes,
        whole: packed.whole,
        packed: Some(packed),
        known,
        elsewhere: moved && platform.is_some_and(|p| p.role(&page.url) != Role::Listing),
        truncated,
        validators,
        print: print(&harvest),
        harvest,
        url: page.url,
    })
}

/// Those of a page that was cut, or that another address gave, say nothing of the page asked for.
fn validators(page: &Page, foreign: bool) -> Validators {
    let header = |name| page.header(name).filter(|_| !foreign).map(str::to_owned);
    Validators {
        etag: header("etag"),
        last_modified: header("last-modified"),
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
