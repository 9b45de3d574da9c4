//! The stage over replayed pages: no network, a clock of its own.

mod bounds;
mod loopback;
mod office;

use std::sync::Mutex;

use super::*;
use crate::{
    fetch::Replay,
    model::{ListingStatus, Page},
    platform::PlatformConfig,
};

const SHOP: &str = "http://shop.example";

pub(super) fn page(path: &str, status: u16, body: &str) -> Page {
    let url = Url::parse(&format!("{SHOP}{path}")).unwrap();
    page_at(url, status, body)
}

fn page_at(url: Url, status: u16, body: &str) -> Page {
    Page {
        status,
        head: format!("HTTP/1.1 {status} X\r\ncontent-type: text/html\r\n\r\n").into_bytes(),
        request: format!("GET {} HTTP/1.1\r\n\r\n", url.path()).into_bytes(),
        headers: vec![(
            "content-type".to_owned(),
            "text/html; charset=utf-8".to_owned(),
        )],
        body: body.as_bytes().to_vec(),
        truncated: false,
        fetched_at: now(),
        remote: None,
        url,
    }
}

fn now() -> Time {
    "2026-02-03T04:05:06Z".parse().unwrap()
}

pub(super) fn kettle(price: &str) -> String {
    format!(
        r#"<title>Kettle</title><h1>Kettle K1</h1><a href="/">home</a>
        <script type="application/ld+json">{{"@type":"Product","name":"Kettle K1","sku":"1",
        "offers":{{"price":"{price}","priceCurrency":"EUR"}}}}</script>"#
    )
}

/// Home leads to two listings and back; the second one answers as given.
fn shop(price: &str, second: u16) -> Vec<Page> {
    let home = r#"<a href="/item/1">one</a> <a href="/item/2">two</a> <a href="/help">help</a>"#;
    vec![
        page("/", 200, home),
        page("/item/1", 200, &kettle(price)),
        page("/item/2", second, &kettle("30.00").replace("K1", "K2")),
    ]
}

/// The platform `shop`: listings, and nothing else to follow.
fn platform() -> PlatformConfig {
    PlatformConfig {
        id: "shop".to_owned(),
        start: vec![format!("{SHOP}/")],
        listing: vec!["*/item/{id}".to_owned()],
        ..PlatformConfig::default()
    }
}

struct Fixture {
    dir: tempfile::TempDir,
    events: Arc<Mutex<Vec<Event>>>,
    clock: Clock,
    report: Report,
    office: Option<Arc<Office>>,
}

impl Fixture {
    fn new() -> Self {
        let events = Arc::<Mutex<Vec<Event>>>::default();
        let told = Arc::clone(&events);
        Self {
            dir: tempfile::tempdir().unwrap(),
            events,
            clock: Arc::new(now),
            office: None,
            report: Arc::new(move |event| told.lock().unwrap().push(event)),
        }
    }

    fn store(&self) -> Store {
        Store::open(&self.dir.path().join("data")).unwrap().0
    }

    fn crawl(&self, pages: Vec<Page>, order: Order) -> Summary {
        let replay: Replay = pages.into_iter().collect();
        self.crawl_with(replay, &[platform()], order)
    }

    fn crawl_with<F: Fetch + 'static>(
        &self,
        fetcher: F,
        platforms: &[PlatformConfig],
        order: Order,
    ) -> Summary {
        let platforms = platforms
            .iter()
            .map(|config| (config.id.clone(), Platform::new(config).unwrap()));
        let store = Arc::new(self.store());
        let crawl = Crawl {
            store: Arc::clone(&store),
            archive: Archive::open(&self.dir.path().join("data/archive"), 1 << 30).unwrap(),
            fetcher: Arc::new(fetcher),
            platforms: Arc::new(platforms.collect()),
            judge: self.office.clone(),
            judging: self.office.is_some(),
            report: Arc::clone(&self.report),
            clock: Arc::clone(&self.clock),
            stop: Arc::default(),
            clean: true,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let summary = runtime.block_on(run(crawl, order)).unwrap();
        let store = Arc::into_inner(store).expect("a crawl that ended holds no store");
        store.close().unwrap();
        summary
    }
}

fn watch(max_pages: Option<u64>) -> Order {
    let campaign = CampaignConfig {
        id: "kettles".to_owned(),
        max_pages,
        ..CampaignConfig::default()
    };
    Order {
        campaigns: vec![campaign],
        at_once: 4,
        patience: Some(Duration::from_secs(1800)),
        ..Order::default()
    }
}

#[test]
fn new_then_changed_then_gone_and_nothing_twice() {
    let fixture = Fixture::new();
    let first = fixture.crawl(shop("20.00", 200), watch(None));
    assert_eq!(
        (first.pages, first.listings, first.new, first.finished),
        (3, 2, 2, true),
        "{first:?}"
    );
    let again = fixture.crawl(shop("20.00", 200), watch(None));
    assert_eq!(
        (again.pages, again.new, again.changed),
        (3, 0, 0),
        "{again:?}"
    );
    let later = fixture.crawl(shop("19.00", 410), watch(None));
    assert_eq!((later.changed, later.gone), (1, 1), "{later:?}");
    let store = fixture.store();
    let versions = store.versions(&"shop:1".into()).unwrap();
    let prices: Vec<_> = versions
        .iter()
        .map(|l| l.price.as_ref().unwrap().amount.to_string())
        .collect();
    assert_eq!(prices, ["20.00", "19.00"]);
    let gone = store.listing(&"shop:2".into()).unwrap().unwrap();
    assert_eq!(
        (gone.status, gone.version, gone.campaigns),
        (ListingStatus::Gone, 1, vec!["kettles".to_owned()])
    );
}

#[test]
fn a_limit_leaves_the_rest_queued_and_the_next_crawl_goes_on() {
    let fixture = Fixture::new();
    let first = fixture.crawl(
        shop("20.00", 200),
        Order {
            limit: Some(1),
            ..watch(None)
        },
    );
    assert_eq!(
        (first.pages, first.finished, first.left),
        (1, false, 2),
        "{first:?}"
    );
    let rest = fixture.crawl(shop("20.00", 200), watch(None));
    assert_eq!(
        (rest.pages, rest.new, rest.finished),
        (2, 2, true),
        "{rest:?}"
    );
}

#[test]
fn a_single_page_is_collected_and_where_it_leads_is_not() {
    let fixture = Fixture::new();
    let urls = vec![Url::parse(&format!("{SHOP}/item/1")).unwrap()];
    let summary = fixture.crawl(
        shop("20.00", 200),
        Order {
            urls,
            at_once: 4,
            ..Order::default()
        },
    );
    assert_eq!(
        (summary.pages, summary.new, summary.finished),
        (1, 1, true),
        "{summary:?}"
    );
}

#[test]
fn a_campaign_has_its_share_and_what_is_cut_is_counted() {
    let fixture = Fixture::new();
    let summary = fixture.crawl(shop("20.00", 200), watch(Some(2)));
    assert_eq!(
        (summary.pages, summary.errors.get("cut"), summary.finished),
        (2, Some(&1), true),
        "{summary:?}"
    );
}

#[test]
fn a_listing_page_that_cannot_be_read_is_no_listing_and_stops_nothing() {
    let fixture = Fixture::new();
    let mut pages = shop("20.00", 200);
    pages[1].body = vec![0xff; 1000];
    let summary = fixture.crawl(pages, watch(None));
    assert_eq!((summary.pages, summary.new), (3, 1), "{summary:?}");
    assert_eq!(summary.errors.values().sum::<u64>(), 1, "{summary:?}");
    let events = fixture.events.lock().unwrap();
    let failed = events
        .iter()
        .any(|event| matches!(event, Event::Failed { url, .. } if url.path() == "/item/1"));
    assert!(failed, "{events:?}");
}

#[test]
fn what_stands_in_front_of_a_listing_is_told_in_the_summary_in_events_and_in_the_rates() {
    let fixture = Fixture::new();
    let walls = [
        (200, "<title>Robot or human?</title>", "captcha"),
        (403, "<title>Just a moment...</title>", "captcha"),
        (200, "<title>用户登录</title><input type=password>", "login"),
        (200, "<h1>Access denied</h1>", "blocked"),
        (
            200,
            "<div id=root></div><script src=/x.js></script>",
            "shell",
        ),
        (200, "<h1>Page not found</h1>", "missing"),
    ];
    let link = |n: usize| format!("<a href=/item/{n}>item</a>");
    let home: String = (0..=walls.len()).map(link).collect();
    let mut pages = vec![page("/", 200, &home), page("/item/6", 200, &kettle("5"))];
    for (n, (status, body, _)) in walls.iter().enumerate() {
        pages.push(page(&format!("/item/{n}"), *status, body));
    }
    let summary = fixture.crawl(pages, watch(None));
    let errors = [("blocked", 1), ("captcha", 2), ("login", 1), ("shell", 1)];
    let errors = errors.map(|(kind, n)| (kind.to_owned(), n));
    assert_eq!(
        (summary.new, &summary.errors),
        (1, &errors.into()),
        "{summary:?}"
    );
    let rates = crate::watch::rates(&fixture.store()).unwrap();
    let listing = rates.iter().find(|rate| rate.what == "listing").unwrap();
    let instead = [
        ("blocked", 1),
        ("captcha", 1),
        ("login", 1),
        ("missing", 1),
        ("shell", 1),
    ];
    let instead = instead.map(|(kind, n)| (kind.to_owned(), n));
    assert_eq!(
        (listing.there, listing.of, &listing.instead),
        (1, 5, &instead.into())
    );
    let events = fixture.events.lock().unwrap();
    for (n, (_, _, kind)) in walls.iter().enumerate() {
        let told = |event: &Event| {
            matches!(event, Event::Page { url, read_as, .. }
            if url.path() == format!("/item/{n}") && read_as.as_str() == *kind)
        };
        assert!(events.iter().any(told), "{n}: {events:?}");
    }
}
