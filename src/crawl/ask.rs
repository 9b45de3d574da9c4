//! One URL asked for: on conditions where it is known, and what came of it.

use std::{path::PathBuf, sync::Arc};

use url::Url;

use super::work::{Arrived, Outcome};
use crate::{
    archive::Original,
    fetch::{Error, Fetch, Validators, Wanted},
    store::{Queued, Store, Visit},
};

/// What pages are asked for with.
#[derive(Debug)]
pub(super) struct Asker<F> {
    pub(super) fetcher: Arc<F>,
    pub(super) store: Arc<Store>,
    /// The folder of the archive.
    pub(super) archive: PathBuf,
    /// How often a page that failed is tried again.
    pub(super) retries: u32,
}

impl<F: Fetch> Asker<F> {
    /// Asks for one URL.
    pub(super) async fn ask(&self, queued: Queued) -> Arrived {
        let visit = known(&self.store, &queued.url);
        let mut original = visit
            .as_ref()
            .and_then(|visit| original(visit, &queued.url))
            .filter(|original| original.is_there(&self.archive));
        let page = match Url::parse(&queued.url) {
            Ok(url) => {
                let wanted = wanted(&url, &queued, visit.as_ref().filter(|_| original.is_some()));
                let page = self.fetcher.fetch(&wanted).await;
                // A 304 without conditions says nothing.
                let unasked = wanted.known == Validators::default();
                if unasked && page.as_ref().is_ok_and(|page| page.status == 304) {
                    original = None;
                }
                page.map_err(|error| denied(error, &queued, self.retries))
            }
            Err(e) => Err(Outcome::Failed {
                why: format!("'{}' is no URL: {e}", queued.url),
            }),
        };
        Arrived {
            queued,
            visit,
            original,
            page,
        }
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
