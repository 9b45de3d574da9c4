//! A shop's archive made by hand, as a crawl leaves it.

use std::sync::{Mutex, atomic::AtomicBool};

use super::*;
use crate::{
    archive::{self, Archive},
    model::{Capture, Page},
    platform::PlatformConfig,
};

pub(super) fn at(second: i64) -> Time {
    Time::from_second(1_800_000_000 + second).unwrap()
}

/// A page with a brand where no general reader looks for one.
pub(super) fn kettle(brand: &str) -> String {
    format!(
        r#"<title>Kettle</title><h1>Kettle K1</h1><p class="x9">{brand}</p>
        <script type="application/ld+json">{{"@type":"Product","name":"Kettle K1",
        "offers":{{"price":"20.00","priceCurrency":"EUR"}}}}</script>"#
    )
}

/// The same goods on a page of which no general reader makes anything.
pub(super) const BARE: &str = r#"<div class="x1">Kettle K1</div><p class="x9">Sanchen</p>"#;

pub(super) fn page(path: &str, status: u16, second: i64, body: &str) -> Page {
    Page {
        url: format!("http://shop.example{path}").parse().unwrap(),
        status,
        head: format!("HTTP/1.1 {status} X\r\ncontent-type: text/html\r\n\r\n").into_bytes(),
        request: b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        headers: vec![(
            "content-type".to_owned(),
            "text/html; charset=utf-8".to_owned(),
        )],
        body: body.as_bytes().to_vec(),
        truncated: false,
        fetched_at: at(second),
        remote: None,
    }
}

pub(super) fn profile(select: &[(&str, &str)], listing: &str) -> Platform {
    let select = select
        .iter()
        .map(|(field, from)| ((*field).to_owned(), (*from).to_owned()));
    let config = PlatformConfig {
        id: "shop".to_owned(),
        start: vec!["http://shop.example/".to_owned()],
        listing: vec![listing.to_owned()],
        follow: vec!["*/goods/*".to_owned()],
        select: select.collect(),
        ..PlatformConfig::default()
    };
    Platform::new(&config).unwrap()
}

pub(super) fn plain() -> Platform {
    profile(&[], "*/item/{id}")
}

pub(super) fn branded() -> Platform {
    profile(&[("brand", ".x9")], "*/item/{id}")
}

pub(super) struct Shop {
    _dir: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) archive: Archive,
    judge: Judge,
    pub(super) stop: AtomicBool,
    pub(super) events: Mutex<Vec<Event>>,
}

impl Shop {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let rules = dir.path().join("rules");
        std::fs::create_dir(&rules).unwrap();
        Self {
            store: Store::open(&dir.path().join("data")).unwrap().0,
            archive: Archive::open(&dir.path().join("archive"), 1 << 30).unwrap(),
            judge: Judge::load(&rules, &[]).unwrap().judge,
            stop: AtomicBool::new(false),
            events: Mutex::default(),
            _dir: dir,
        }
    }

    /// So many listings, visited one a second.
    pub(super) fn with(listings: i64) -> Self {
        let mut shop = Self::new();
        for n in 1..=listings {
            shop.visit(&page(&format!("/item/{n}"), 200, n, &kettle("Sanchen")));
        }
        shop
    }

    /// Archives a page and keeps what the plain profile reads from it, as a crawl does.
    pub(super) fn visit(&mut self, page: &Page) -> Capture {
        let packed = archive::pack(page);
        self.keep(page, packed, page.status)
    }

    pub(super) fn keep(&mut self, page: &Page, packed: archive::Packed, status: u16) -> Capture {
        let capture = self.archive.append(&[packed]).unwrap().remove(0);
        let mut entries = vec![Entry::Captured {
            url: page.url.to_string(),
            status,
            capture: capture.clone(),
        }];
        for listing in plain().read(page).listings {
            let before = self.store.listing(&listing.id).unwrap();
            entries.push(match before {
                Some(before) if before.content() == listing.content() => Entry::Seen {
                    id: listing.id,
                    capture: capture.clone(),
                    campaigns: vec!["toys".to_owned()],
                },
                _ => Entry::Version(Box::new(Listing {
                    campaigns: vec!["toys".to_owned()],
                    capture: Some(capture.clone()),
                    ..listing
                })),
            });
        }
        self.commit(entries);
        capture
    }

    pub(super) fn turn(&self, id: &str, status: ListingStatus, second: i64) {
        let (id, at) = (id.into(), at(second));
        self.commit(vec![Entry::Status { id, status, at }]);
    }

    pub(super) fn commit(&self, entries: Vec<Entry>) {
        let work = Vec::new();
        self.store.commit(Group { entries, work }).unwrap();
    }

    pub(super) fn again(&self, profile: Platform, order: &Order) -> Summary {
        let report = |event| {
            if matches!(event, Event::Reread { .. }) {
                self.events.lock().unwrap().push(event);
            }
        };
        let work = Reextract {
            store: &self.store,
            archive: self.archive.dir(),
            platforms: &[("shop".to_owned(), profile)].into(),
            judge: &self.judge,
            report: &report,
            clock: &|| at(1_000_000),
            stop: &self.stop,
        };
        run(work, order).unwrap()
    }

    pub(super) fn read(&self, profile: Platform) -> Summary {
        self.again(profile, &Order::default())
    }

    pub(super) fn listing(&self, id: &str) -> Listing {
        self.store.listing(&id.into()).unwrap().unwrap()
    }
}
