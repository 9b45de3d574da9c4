//! A shop that remembers what it was asked, crawled by a clock that the test moves.

use std::{path::PathBuf, sync::Mutex};

use super::super::*;
use crate::{
    fetch::{self, Wanted},
    model::{ListingId, ListingStatus, Page},
    platform::PlatformConfig,
};

pub(super) const SHOP: &str = "http://shop.example";
/// What a shop answers at a path.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// Status, entity tag, body.
    Page(u16, &'static str, String),
    Redirect(&'static str),
    Silence,
}

#[derive(Default)]
pub(super) struct Shop {
    answers: Mutex<BTreeMap<&'static str, Answer>>,
    /// Path and entity tag of each request.
    asked: Mutex<Vec<(String, Option<String>)>>,
    pub(super) now: Arc<Mutex<Time>>,
}

impl Shop {
    fn page(&self, url: &Url, status: u16, etag: &str, body: &str) -> Page {
        let mut headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        if !etag.is_empty() {
            headers.push(("etag".to_owned(), etag.to_owned()));
        }
        let lines = headers.iter().map(|(n, v)| format!("{n}: {v}\r\n"));
        let head = format!("HTTP/1.1 {status} X\r\n{}\r\n", lines.collect::<String>());
        Page {
            url: url.clone(),
            status,
            head: head.into_bytes(),
            request: b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            headers,
            body: body.as_bytes().to_vec(),
            truncated: false,
            fetched_at: *self.now.lock().unwrap(),
            remote: None,
        }
    }
}

impl Fetch for Shop {
    async fn fetch(&self, wanted: &Wanted) -> Result<Page, fetch::Error> {
        let mut url = wanted.url.clone();
        let tag = wanted.known.etag.clone();
        let asked = (url.path().to_owned(), tag.clone());
        self.asked.lock().unwrap().push(asked);
        loop {
            let answer = self.answers.lock().unwrap().get(url.path()).cloned();
            match answer {
                Some(Answer::Redirect(to)) => url = url.join(to).unwrap(),
                Some(Answer::Page(200, etag, _)) if tag.as_deref() == Some(etag) => {
                    return Ok(self.page(&url, 304, etag, ""));
                }
                Some(Answer::Page(status, etag, body)) => {
                    return Ok(self.page(&url, status, etag, &body));
                }
                Some(Answer::Silence) => {
                    let (why, again) = ("no route".to_owned(), false);
                    return Err(fetch::Error::Failed { url, why, again });
                }
                None => return Ok(self.page(&url, 404, "", "nothing here")),
            }
        }
    }
}

pub(super) struct Fixture {
    dir: tempfile::TempDir,
    pub(super) shop: Arc<Shop>,
    pub(super) events: Arc<Mutex<Vec<Event>>>,
}

impl Fixture {
    pub(super) fn new(answers: &[(&'static str, Answer)]) -> Self {
        let fixture = Self {
            dir: tempfile::tempdir().unwrap(),
            shop: Arc::default(),
            events: Arc::default(),
        };
        *fixture.shop.now.lock().unwrap() = "2026-02-03T04:05:06Z".parse().unwrap();
        fixture.answers(answers);
        fixture
    }

    pub(super) fn answers(&self, answers: &[(&'static str, Answer)]) {
        let answers = answers.iter().cloned();
        self.shop.answers.lock().unwrap().extend(answers);
    }

    pub(super) fn later(&self, seconds: i64) {
        let mut now = self.shop.now.lock().unwrap();
        *now = now
            .checked_add(Duration::from_secs(seconds as u64))
            .unwrap();
    }

    pub(super) fn archive(&self) -> PathBuf {
        self.dir.path().join("data/archive")
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.dir.path().join("data")).unwrap().0
    }

    /// Crawls; gives the summary, and what was asked in alphabetical order.
    pub(super) fn crawl(&self, due: bool) -> (Summary, Vec<(String, Option<String>)>) {
        let platform = PlatformConfig {
            id: "shop".to_owned(),
            start: vec![format!("{SHOP}/")],
            listing: vec!["*/item/{id}".to_owned()],
            follow: vec!["*/c/*".to_owned()],
            ..PlatformConfig::default()
        };
        let platform = Platform::new(&platform).unwrap();
        let store = Arc::new(self.store());
        let (events, now) = (Arc::clone(&self.events), Arc::clone(&self.shop.now));
        let crawl = Crawl {
            store: Arc::clone(&store),
            archive: Archive::open(&self.archive(), 1 << 30).unwrap(),
            fetcher: Arc::clone(&self.shop),
            platforms: Arc::new([("shop".to_owned(), platform)].into()),
            judge: None,
            judging: false,
            report: Arc::new(move |event| events.lock().unwrap().push(event)),
            clock: Arc::new(move || *now.lock().unwrap()),
            stop: Arc::default(),
            clean: true,
        };
        let campaign = CampaignConfig {
            id: "kettles".to_owned(),
            ..CampaignConfig::default()
        };
        let order = Order {
            campaigns: vec![campaign],
            at_once: 4,
            due,
            ..Order::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let summary = runtime.block_on(run(crawl, order)).unwrap();
        assert!(summary.finished, "{summary:?}");
        let store = Arc::into_inner(store).expect("a crawl that ended holds no store");
        store.close().unwrap();
        let mut asked = std::mem::take(&mut *self.shop.asked.lock().unwrap());
        asked.sort();
        (summary, asked)
    }

    pub(super) fn status(&self, item: &str) -> ListingStatus {
        let listing = self.store().listing(&id(item)).unwrap();
        listing.unwrap().status
    }
}

pub(super) fn id(item: &str) -> ListingId {
    ListingId::new("shop", item)
}

pub(super) fn html(etag: &'static str, body: &str) -> Answer {
    Answer::Page(200, etag, body.to_owned())
}

/// A listing page; `rest` is what else stands on it.
pub(super) fn kettle(etag: &'static str, price: &str, rest: &str) -> Answer {
    let body = format!(
        r#"<title>Kettle</title><h1>Kettle K1</h1><i>{rest}</i>
        <script type="application/ld+json">{{"@type":"Product","name":"Kettle K1","sku":"1",
        "offers":{{"price":"{price}","priceCurrency":"EUR"}}}}</script>"#
    );
    html(etag, &body)
}

/// Home leads to a category, which leads to two listings. All have tags but the second listing.
pub(super) fn shop() -> Fixture {
    Fixture::new(&[
        ("/", html("h1", r#"<a href="/c/kettles">kettles</a>"#)),
        (
            "/c/kettles",
            html("c1", r#"<a href="/item/1">1</a> <a href="/item/2">2</a>"#),
        ),
        ("/item/1", kettle("k1", "20.00", "")),
        ("/item/2", kettle("", "30.00", "token 1")),
    ])
}

pub(super) fn paths(asked: &[(String, Option<String>)]) -> Vec<&str> {
    asked.iter().map(|(path, _)| path.as_str()).collect()
}
