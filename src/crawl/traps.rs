//! Links that lead on and on: which are not followed, and how that is told.
//!
//! A shop has no bottom where its addresses are made up by its own links: filters in every combination, calendars, paths
//! that repeat themselves, pages after the last. What is cut here is counted by reason and told once for each kind of
//! address, never dropped in silence.

mod signs;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use url::Url;

use super::met::Met;
use crate::{
    model::{Event, Link, Time},
    platform::{MOST_PAGES, Platform, of_one_list, page_of},
    store::Queued,
    text::address::key,
};

/// Characters of an address.
const LONGEST: usize = 2_000;
/// Combinations of filters of one list, and dates of one kind of page.
const COMBINATIONS: u32 = 100;
/// Lists that one path holds by its parameters.
const LISTS: u32 = 5_000;
/// Combinations, dates and lists remembered, over all hosts; about 4 MB. Then they are counted anew.
const REMEMBERED: usize = 1 << 17;
/// Addresses remembered as cut, so that each counts once, and kinds of address told.
const CUT: usize = 1 << 16;
const TOLD: usize = 1_000;

/// Decides which links of a page are followed.
#[derive(Debug)]
pub(super) struct Traps {
    max_depth: BTreeMap<String, u32>,
    memory: Mutex<Memory>,
}

/// A link that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Onward<'a> {
    pub(super) link: &'a Link,
    /// Links from a start page; the pages of one list are all as far.
    pub(super) depth: u32,
    /// Stands for the listings of the page before, where this is another page of the same list; else 0.
    pub(super) list: u64,
}

/// Why a link is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trap {
    Depth,
    Length,
    Repetition,
    Pages,
    SamePage,
    Facets,
    Calendar,
}

impl Trap {
    /// As it is counted.
    fn kind(self) -> &'static str {
        match self {
            Self::Depth => "trap: depth",
            Self::Length => "trap: length",
            Self::Repetition => "trap: repetition",
            Self::Pages => "trap: pages",
            Self::SamePage => "trap: same page",
            Self::Facets => "trap: facets",
            Self::Calendar => "trap: calendar",
        }
    }

    /// As it is told.
    fn why(self, max_depth: u32) -> String {
        match self {
            Self::Depth => format!("more links from a start page than max_depth, {max_depth}"),
            Self::Length => format!("an address of more than {LONGEST} characters"),
            Self::Repetition => "its path repeats itself".to_owned(),
            Self::Pages => format!("beyond page {MOST_PAGES} of a list"),
            Self::SamePage => "the list shows the same listings page after page".to_owned(),
            Self::Facets => format!("more than {COMBINATIONS} combinations of filters of one list"),
            Self::Calendar => "a calendar that has no end".to_owned(),
        }
    }
}

/// What was met so far.
#[derive(Debug, Default)]
struct Memory {
    met: HashSet<u64>,
    counts: HashMap<u64, u32>,
    cut: HashSet<u64>,
    told: BTreeSet<(Trap, String)>,
}

impl Traps {
    pub(super) fn new(platforms: &BTreeMap<String, Platform>) -> Self {
        let depth = |(id, platform): (&String, &Platform)| (id.clone(), platform.max_depth());
        Self {
            max_depth: platforms.iter().map(depth).collect(),
            memory: Mutex::default(),
        }
    }

    /// The links of the page `queued` that are followed. `cut` is given the reason of each that is not, as it is counted,
    /// and what is to be told of it; one that was `met` nearer to a start page is not cut for its depth.
    pub(super) fn sift<'a>(
        &self,
        queued: &Queued,
        links: &'a [Link],
        now: Time,
        met: &Met,
        cut: &mut dyn FnMut(&'static str, Option<Event>),
    ) -> Vec<Onward<'a>> {
        let Ok(page) = Url::parse(&queued.url) else {
            return Vec::new();
        };
        let max_depth = self.max_depth.get(&queued.platform).copied();
        let max_depth = max_depth.unwrap_or(u32::MAX);
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shown = None;
        let mut onward = Vec::with_capacity(links.len());
        for link in links {
            let paged = link.guessed || !link.listing && of_one_list(&page, &link.url);
            let list = match paged {
                true => *shown.get_or_insert_with(|| listings(links)),
                false => 0,
            };
            let ended = list != 0 && list == queued.list;
            // A guess that leads nowhere new was no link of the shop's.
            if ended && link.guessed {
                continue;
            }
            let depth = queued.depth + u32::from(!paged);
            if depth > max_depth && met.has(link.url.as_str()) {
                continue;
            }
            let trap = match ended && later(&page, &link.url) {
                true => Some(Trap::SamePage),
                false if depth > max_depth => Some(Trap::Depth),
                false => memory.trap(link, now),
            };
            match trap {
                None => onward.push(Onward { link, depth, list }),
                Some(trap) => memory.cut(trap, &link.url, max_depth, cut),
            }
        }
        onward
    }
}

/// Stands for the listings that a page links to, in whatever order; 0 where there are none.
fn listings(links: &[Link]) -> u64 {
    let listings = links.iter().filter(|link| link.listing);
    listings.fold(0, |sum, link| {
        let hash = blake3::hash(key(link.url.as_str()).as_bytes());
        let short = hash.as_bytes().first_chunk().copied();
        sum.wrapping_add(u64::from_le_bytes(short.unwrap_or_default()))
    })
}

/// Whether a page of a list comes after another; the list's own address is its first.
fn later(page: &Url, next: &Url) -> bool {
    let number = |url: &Url| page_of(url).map_or(1, |(_, number)| number);
    number(next) > number(page)
}

impl Memory {
    /// What is wrong with the address of a link.
    fn trap(&mut self, link: &Link, now: Time) -> Option<Trap> {
        let url = &link.url;
        if url.as_str().len() > LONGEST {
            return Some(Trap::Length);
        }
        if signs::repeats(url.path()) {
            return Some(Trap::Repetition);
        }
        if link.listing {
            return None;
        }
        if page_of(url).is_some_and(|(_, number)| number > MOST_PAGES) {
            return Some(Trap::Pages);
        }
        if let Some(dated) = signs::dated(url) {
            let soon = !dated.is_beyond(now);
            return (!soon || !self.admits(&dated.kind, &dated.date, COMBINATIONS))
                .then_some(Trap::Calendar);
        }
        let facets = signs::facets(url)?;
        let admitted = self.admits(&facets.path, &facets.list, LISTS)
            && (facets.filters.is_empty()
                || self.admits(&(&facets.path, &facets.list), &facets.filters, COMBINATIONS));
        (!admitted).then_some(Trap::Facets)
    }

    /// Whether `one` is among the first `most` different ones of its `kind`.
    fn admits(&mut self, kind: &impl Hash, one: &impl Hash, most: u32) -> bool {
        if self.met.len() >= REMEMBERED {
            self.met.clear();
            self.counts.clear();
        }
        let whole = short(&(kind, one));
        if self.met.contains(&whole) {
            return true;
        }
        let count = self.counts.entry(short(kind)).or_default();
        if *count >= most {
            return false;
        }
        *count += 1;
        self.met.insert(whole);
        true
    }

    fn cut(
        &mut self,
        trap: Trap,
        url: &Url,
        max_depth: u32,
        cut: &mut dyn FnMut(&'static str, Option<Event>),
    ) {
        if self.cut.len() >= CUT {
            self.cut.clear();
        }
        if !self.cut.insert(short(&url.as_str())) {
            return;
        }
        let kind = (trap, signs::kind(url));
        let new = self.told.len() < TOLD && self.told.insert(kind);
        let event = new.then(|| Event::Cut {
            url: url.clone(),
            why: trap.why(max_depth),
        });
        cut(trap.kind(), event);
    }
}

/// A number that stands for a value, the same in every run.
fn short(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::PlatformConfig;

    fn traps() -> Traps {
        let config = PlatformConfig {
            id: "shop".to_owned(),
            start: vec!["http://shop.example/".to_owned()],
            max_depth: Some(5),
            ..PlatformConfig::default()
        };
        let shop = Platform::new(&config).unwrap();
        Traps::new(&[("shop".to_owned(), shop)].into())
    }

    fn now() -> Time {
        "2026-05-01T00:00:00Z".parse().unwrap()
    }

    fn queued(url: &str, depth: u32, list: u64) -> Queued {
        Queued {
            url: url.to_owned(),
            platform: "shop".to_owned(),
            depth,
            list,
            ..Queued::default()
        }
    }

    fn link(path: &str) -> Link {
        Link {
            url: Url::parse("http://shop.example")
                .unwrap()
                .join(path)
                .unwrap(),
            listing: path.starts_with("/item/"),
            guessed: path.ends_with("guess"),
        }
    }

    /// What is followed, what was counted, and how many events there were.
    fn sifted(
        traps: &Traps,
        page: &Queued,
        paths: &[String],
    ) -> (Vec<(u32, u64)>, Vec<&'static str>, usize) {
        let links: Vec<Link> = paths.iter().map(|path| link(path)).collect();
        let (mut counted, mut told) = (Vec::new(), 0);
        let onward = traps.sift(page, &links, now(), &Met::default(), &mut |kind, event| {
            counted.push(kind);
            told += usize::from(event.is_some());
        });
        let onward = onward.iter().map(|on| (on.depth, on.list));
        (onward.collect(), counted, told)
    }

    fn strings(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn depth_counts_links_but_not_the_pages_of_a_list() {
        let traps = traps();
        let page = queued("http://shop.example/cat/1?page=2", 5, 0);
        let links = strings(&["/cat/1?page=3", "/cat/1", "/cat/2", "/item/1"]);
        let (onward, counted, told) = sifted(&traps, &page, &links);
        let depths: Vec<u32> = onward.iter().map(|on| on.0).collect();
        assert_eq!(depths, [5, 5]);
        assert_eq!((counted, told), (vec!["trap: depth"; 2], 2));
        // What was cut once is not counted again, and one kind of address is told once.
        assert_eq!(sifted(&traps, &page, &strings(&["/cat/2"])).1.len(), 0);
        let (_, counted, told) = sifted(&traps, &page, &strings(&["/cat/3"]));
        assert_eq!((counted.len(), told), (1, 0));
    }

    #[test]
    fn a_list_that_repeats_itself_has_ended() {
        let traps = traps();
        let links = strings(&["/item/1", "/item/2", "/cat/1?page=3&guess", "/cat/1?page=4"]);
        let first = queued("http://shop.example/cat/1?page=2", 1, 0);
        let (onward, ..) = sifted(&traps, &first, &links);
        let list = onward[2].1;
        assert_ne!(list, 0);
        assert_eq!(
            onward.iter().map(|on| on.1).collect::<Vec<_>>(),
            [0, 0, list, list]
        );
        // The next page shows the same, in another order: the guess is dropped, the shop's own link is cut and told.
        let again = strings(&[
            "/item/2",
            "/item/1",
            "/cat/1?page=4&guess",
            "/cat/1?page=5",
            "/cat/1?page=2",
        ]);
        let next = queued("http://shop.example/cat/1?page=3", 1, list);
        let (onward, counted, _) = sifted(&traps, &next, &again);
        assert_eq!((onward.len(), counted), (3, vec!["trap: same page"]));
        let other = strings(&["/item/3", "/cat/1?page=4&guess"]);
        assert_eq!(sifted(&traps, &next, &other).0.len(), 2);
        let late = strings(&["/cat/1?page=201"]);
        assert_eq!(sifted(&traps, &first, &late).1, ["trap: pages"]);
    }

    #[test]
    fn filters_and_dates_go_on_to_a_limit() {
        let traps = traps();
        let page = queued("http://shop.example/", 0, 0);
        let many = |form: fn(u32) -> String| -> Vec<String> { (0..150).map(form).collect() };
        let facets = many(|n| format!("/list?cat=7&color={}&size={}&page=3", n / 15, n % 15));
        let (onward, counted, told) = sifted(&traps, &page, &facets);
        assert_eq!((onward.len(), counted.len(), told), (100, 50, 1));
        // Another list, other pages of what is followed, and categories that are parameters go on.
        for form in [
            |n| format!("/list?cat={n}"),
            |n| format!("/list?cat=7&color=0&size=0&page={}", n + 1),
            |n| format!("/cat/{n}?sort=price"),
            |n| format!("/item/7?x={n}&y={n}"),
        ] {
            assert_eq!(sifted(&traps, &page, &many(form)).1.len(), 0);
        }
        let days = many(|n| format!("/events/2026-0{}-{:02}", 1 + n / 25, 1 + n % 25));
        let (onward, counted, told) = sifted(&traps, &page, &days);
        assert_eq!((onward.len(), counted.len(), told), (100, 50, 1));
        let far = strings(&[
            "/cal?year=2031&month=5",
            "/cal/2026/06/",
            "/cal?date=20991231",
        ]);
        assert_eq!(sifted(&traps, &page, &far).1, ["trap: calendar"; 2]);
    }

    #[test]
    fn long_addresses_and_paths_that_repeat_themselves_are_cut() {
        let traps = traps();
        let page = queued("http://shop.example/", 0, 0);
        let links = [
            format!("/item/{}", "x".repeat(2_000)),
            "/a/b/a/b".to_owned(),
            "/item/en/x/en/y/en".to_owned(),
            "/en/a/en/b".to_owned(),
            "/1/1/1/2".to_owned(),
        ];
        let (onward, counted, _) = sifted(&traps, &page, &links);
        assert_eq!(onward.len(), 2);
        assert_eq!(
            counted,
            ["trap: length", "trap: repetition", "trap: repetition"]
        );
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let mut memory = Memory::default();
        for n in 0..REMEMBERED + 10 {
            memory.admits(&n, &n, 1);
        }
        assert!(memory.met.len() <= REMEMBERED && memory.counts.len() <= REMEMBERED);
    }
}
