//! Where a crawl ends: traps, lists without a pager, the bounds that a platform is given.

use super::*;
use crate::fetch::{Error as FetchError, Wanted};

/// A site that makes up a page for every address.
struct Site<A> {
    answer: A,
    asked: Arc<Mutex<Vec<String>>>,
}

impl<A: Fn(&Url) -> String + Send + Sync> Fetch for Site<A> {
    async fn fetch(&self, wanted: &Wanted) -> Result<Page, FetchError> {
        let url = wanted.url.clone();
        let asked = url[url::Position::BeforePath..].to_owned();
        self.asked.lock().unwrap().push(asked);
        let body = (self.answer)(&url);
        Ok(page_at(url, 200, &body))
    }
}

/// Crawls a site to its end; one that has none is left after so many pages. Says what was asked for, in order of the alphabet.
fn crawl(
    fixture: &Fixture,
    platforms: &[PlatformConfig],
    order: Order,
    answer: impl Fn(&Url) -> String + Send + Sync + 'static,
) -> (Summary, Vec<String>) {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let site = Site {
        answer,
        asked: Arc::clone(&asked),
    };
    let order = Order {
        limit: Some(400),
        ..order
    };
    let summary = fixture.crawl_with(site, platforms, order);
    let mut asked = std::mem::take(&mut *asked.lock().unwrap());
    asked.sort();
    (summary, asked)
}

fn links(to: &[&str]) -> String {
    let links = to.iter().map(|to| format!("<a href='{to}'>{to}</a> "));
    links.collect()
}

/// A platform whose pages are followed wherever they lead.
fn open_platform() -> PlatformConfig {
    PlatformConfig {
        follow: vec!["/*".to_owned()],
        ..platform()
    }
}

/// What was told as cut, and why, in order of the alphabet.
fn cuts(fixture: &Fixture) -> Vec<(String, String)> {
    let events = fixture.events.lock().unwrap();
    let cuts = events.iter().filter_map(|event| match event {
        Event::Cut { url, why } => Some((url.path().to_owned(), why.clone())),
        _ => None,
    });
    let mut cuts: Vec<_> = cuts.collect();
    cuts.sort();
    cuts
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn errors(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
    let counts = counts.iter().map(|&(kind, n)| (kind.to_owned(), n));
    counts.collect()
}

/// A calendar without end, steps that lead deeper and deeper, a path that repeats itself; and goods at the end of each.
fn trap(url: &Url) -> String {
    let path = url.path();
    let step = |prefix| path.strip_prefix(prefix);
    if let Some(date) = step("/calendar/") {
        let (year, month) = date.split_once('/').unwrap();
        let months = year.parse::<u32>().unwrap() * 12 + month.parse::<u32>().unwrap();
        let next = format!("/calendar/{}/{:02}", months / 12, months % 12 + 1);
        let goods = format!("/item/{year}{month}");
        return links(&[&next, &goods]);
    }
    if let Some(n) = step("/deeper/") {
        let n: u32 = n.parse().unwrap();
        return links(&[&format!("/deeper/{}", n + 1), &format!("/item/{n}")]);
    }
    match path.split('/').nth(1) {
        Some("item") => kettle("20.00"),
        Some("again") => links(&["again/", "/item/900"]),
        _ => links(&["/calendar/2026/11", "/deeper/1", "/again/", "/item/901"]),
    }
}

#[test]
fn what_leads_on_and_on_is_cut_and_told_and_the_rest_is_read() {
    let fixture = Fixture::new();
    let (summary, asked) = crawl(&fixture, &[open_platform()], watch(None), trap);
    assert_eq!((summary.new, summary.finished), (26, true), "{summary:?}");
    let expected = [
        ("trap: calendar", 1),
        // The next step, and the goods that the last one shows.
        ("trap: depth", 2),
        ("trap: repetition", 1),
    ];
    assert_eq!(summary.errors, errors(&expected));
    assert_eq!(
        cuts(&fixture),
        [
            ("/again/again/again/", "its path repeats itself"),
            ("/calendar/2027/04", "a calendar that has no end"),
            (
                "/deeper/21",
                "more links from a start page than max_depth, 20"
            ),
            (
                "/item/20",
                "more links from a start page than max_depth, 20"
            ),
        ]
        .map(|(path, why)| (path.to_owned(), why.to_owned()))
    );
    let mut all = strings(&["/", "/again/", "/again/again/", "/item/900", "/item/901"]);
    for month in ["2026/11", "2026/12", "2027/01", "2027/02", "2027/03"] {
        all.push(format!("/calendar/{month}"));
        all.push(format!("/item/{}", month.replace('/', "")));
    }
    all.extend((1..=20).map(|n| format!("/deeper/{n}")));
    all.extend((1..=19).map(|n| format!("/item/{n}")));
    all.sort();
    assert_eq!(asked, all);
}

/// A list of three pages of which each shows two goods; what comes after them is up to `beyond`.
fn list(url: &Url, beyond: u32) -> String {
    let pages = url.query_pairs().find(|(name, _)| name == "page");
    let page = pages.map_or(1, |(_, number)| number.parse::<u32>().unwrap());
    match url.path() {
        "/" => links(&["/c/kettles"]),
        "/c/kettles" if page <= 3 => goods(page),
        "/c/kettles" => goods(beyond),
        _ => kettle("20.00"),
    }
}

/// What the page of this number shows; page 0 is an empty one.
fn goods(page: u32) -> String {
    match page {
        0 => "<p>Nothing found</p>".to_owned(),
        _ => links(&[&format!("/item/{page}1"), &format!("/item/{page}2")]),
    }
}

#[test]
fn a_list_whose_pager_is_script_only_is_read_to_its_last_page() {
    let platform = [PlatformConfig {
        follow: vec!["*/c/*".to_owned()],
        pages: Some("?page={page}".to_owned()),
        ..platform()
    }];
    // After the last page comes an empty one, or the last one again, for ever.
    for beyond in [0, 3] {
        let fixture = Fixture::new();
        let site = move |url: &Url| list(url, beyond);
        let (summary, asked) = crawl(&fixture, &platform, watch(None), site);
        let lists = asked
            .iter()
            .filter_map(|path| path.strip_prefix("/c/kettles"));
        let lists: Vec<&str> = lists.collect();
        assert_eq!(lists, ["", "?page=2", "?page=3", "?page=4"], "{beyond}");
        assert_eq!(
            (summary.new, summary.finished, summary.errors),
            (6, true, errors(&[])),
            "{beyond}"
        );
    }
}

#[test]
fn a_platform_has_its_share_of_pages_and_another_loses_nothing_by_it() {
    let fixture = Fixture::new();
    let other = PlatformConfig {
        id: "other".to_owned(),
        start: vec!["http://other.example/".to_owned()],
        ..platform()
    };
    let order = || Order {
        platform_pages: [("shop".to_owned(), 3)].into(),
        ..watch(None)
    };
    let site = |url: &Url| match url.path() {
        "/" => links(&["/item/1", "/item/2", "/item/3", "/item/4"]),
        _ => kettle("20.00"),
    };
    for new in [6, 0] {
        let (summary, _) = crawl(&fixture, &[platform(), other.clone()], order(), site);
        assert_eq!(
            (summary.pages, summary.new, summary.finished),
            (8, new, true),
            "{summary:?}"
        );
        assert_eq!(summary.errors, errors(&[("cut", 2)]));
    }
    let listings = fixture.store().listings().map(Result::unwrap).count();
    assert_eq!(listings, 6);
}

#[test]
fn depth_ends_where_a_platform_says_and_the_pages_of_a_list_are_all_as_far() {
    let fixture = Fixture::new();
    let platform = PlatformConfig {
        pages: Some("?page={page}".to_owned()),
        max_depth: Some(2),
        ..open_platform()
    };
    let site = |url: &Url| match url.path() {
        // What others bought leads on from each of the goods.
        path if path.starts_with("/item/") && !path.ends_with("more") => {
            format!("{}{}", kettle("20.00"), links(&["/item/more"]))
        }
        _ => list(url, 0),
    };
    let (summary, asked) = crawl(&fixture, &[platform], watch(None), site);
    assert_eq!(
        (summary.new, summary.finished, summary.errors),
        (6, true, errors(&[("trap: depth", 1)]))
    );
    assert!(!asked.contains(&"/item/more".to_owned()), "{asked:?}");
    let why = "more links from a start page than max_depth, 2".to_owned();
    assert_eq!(cuts(&fixture), [("/item/more".to_owned(), why)]);
}
