//! Two platforms whose hosts answer as a script says, and a store to crawl them into.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use tokio::time::Instant;
use url::Url;

use crate::{
    archive::Archive,
    crawl::{self, Clock, Crawl, Order, Summary},
    fetch::{Error as FetchError, Fetch, Wanted, host_of},
    model::{Event, Page, Time, Waiting},
    platform::{Platform, PlatformConfig},
    store::Store,
};

pub(super) type Answer = Box<dyn Fn(&Url, Time) -> Option<Result<String, Waiting>> + Send + Sync>;

/// Answers as `answer` says: a page, a pause of its host, or nothing ever.
struct Script {
    answer: Answer,
    pauses: Mutex<BTreeMap<String, Waiting>>,
    asked: Arc<Mutex<Vec<Url>>>,
    clock: Clock,
}

impl Fetch for Script {
    async fn fetch(&self, wanted: &Wanted) -> Result<Page, FetchError> {
        let url = wanted.url.clone();
        self.asked.lock().unwrap().push(url.clone());
        let now = (self.clock)();
        let Some(answer) = (self.answer)(&url, now) else {
            return std::future::pending().await;
        };
        let body = answer.map_err(|why| {
            let (until, cause) = (why.until(), "says the script".to_owned());
            self.pauses.lock().unwrap().insert(host_of(&url), why);
            let url = url.clone();
            FetchError::Later { url, until, cause }
        })?;
        Ok(Page {
            status: 200,
            head: b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n".to_vec(),
            request: b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: body.into_bytes(),
            truncated: false,
            fetched_at: now,
            remote: None,
            url,
        })
    }

    fn waiting(&self, host: &str, now: Time) -> Option<Waiting> {
        let pauses = self.pauses.lock().unwrap();
        pauses.get(host).filter(|why| why.until() > now).cloned()
    }

    fn turn(&self, host: &str, now: Time) -> Result<(), Waiting> {
        self.waiting(host, now).map_or(Ok(()), Err)
    }
}

/// Platforms `a` and `b`, each a start page with so many listings, and a store.
pub(super) struct Town {
    dir: tempfile::TempDir,
    begun: Instant,
    pub(super) events: Arc<Mutex<Vec<Event>>>,
    pub(super) asked: Arc<Mutex<Vec<Url>>>,
    pub(super) stop: Arc<AtomicBool>,
}

impl Town {
    pub(super) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            begun: Instant::now(),
            events: Arc::default(),
            asked: Arc::default(),
            stop: Arc::default(),
        }
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.dir.path().join("data")).unwrap().0
    }

    pub(super) fn clock(&self) -> Clock {
        let begun = self.begun;
        Arc::new(move || later(begun.elapsed().as_secs_f64()))
    }

    pub(super) async fn crawl(&self, answer: Answer, order: Order) -> (Summary, Vec<Url>) {
        let fetcher = Arc::new(Script {
            answer,
            pauses: Mutex::default(),
            asked: Arc::clone(&self.asked),
            clock: self.clock(),
        });
        let platforms = ["a", "b"].map(|id| {
            let platform = PlatformConfig {
                id: id.to_owned(),
                start: vec![format!("http://{id}.example/")],
                listing: vec!["*/item/{id}".to_owned()],
                ..PlatformConfig::default()
            };
            (id.to_owned(), Platform::new(&platform).unwrap())
        });
        let events = Arc::clone(&self.events);
        let store = Arc::new(self.store());
        let crawl = Crawl {
            store: Arc::clone(&store),
            archive: Archive::open(&self.dir.path().join("data/archive"), 1 << 30).unwrap(),
            fetcher: Arc::clone(&fetcher),
            platforms: Arc::new(platforms.into()),
            judge: None,
            judging: false,
            report: Arc::new(move |event| events.lock().unwrap().push(event)),
            clock: self.clock(),
            stop: Arc::clone(&self.stop),
            clean: true,
        };
        let summary = crawl::run(crawl, order).await.unwrap();
        drop(Arc::into_inner(store).unwrap());
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        (summary, asked)
    }
}

pub(super) fn later(seconds: f64) -> Time {
    let start: Time = "2026-02-03T04:05:06Z".parse().unwrap();
    start.checked_add(Duration::from_secs_f64(seconds)).unwrap()
}
