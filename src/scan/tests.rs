//! What was judged on arrival is judged again where something that the verdict rested on is new, and nowhere else.

mod edited;

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::{
    model::{Capture, Class, Code, FlagStatus, Listing, ListingId, ListingStatus, Money, Seller},
    store::{Entry, Group, Work},
};

/// A market in a store, with the rules that are shipped.
struct Market {
    store: Store,
    judge: Judge,
    _dir: tempfile::TempDir,
}

impl Market {
    fn new() -> Self {
        Self::by(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"))
    }

    fn by(rules: &Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            store: Store::open(dir.path()).unwrap().0,
            judge: Judge::load(rules, &[]).unwrap().judge,
            _dir: dir,
        }
    }

    /// A listing comes in, and is judged by the books as they were frozen last.
    fn arrive(&self, mut listing: Listing) {
        let before = self.store.listing(&listing.id).unwrap();
        listing.version = before.as_ref().map_or(1, |before| before.version + 1);
        let standing = self.store.flags_of(&listing.id).unwrap();
        let (key, version) = (
            judge::note(&listing.id),
            Entry::Version(Box::new(listing.clone())),
        );
        let judgement = self
            .judge
            .judge(listing.clone(), before.as_ref(), &standing);
        let value = self.judge.arrival(judgement.row.clone().unwrap());
        let work = vec![Work::Note { key, value }];
        let entries = [vec![version], judgement.entries].concat();
        self.store.commit(Group { entries, work }).unwrap();
    }

    fn scan(&mut self, all: bool) -> Summary {
        let order = Order {
            all,
            ..Order::default()
        };
        if let Some(summary) = unchanged(&self.store, &self.judge, &order).unwrap() {
            return summary;
        }
        if !self.judge.thaw(&self.store).unwrap() {
            self.judge.freeze(&self.store).unwrap();
        }
        let stop = Arc::new(AtomicBool::new(false));
        run(&self.store, &self.judge, &order, &|_| (), &stop).unwrap()
    }

    /// (rule, listing) of the flags that stand.
    fn flags(&self) -> Vec<(String, String)> {
        let flags = self.store.flags().map(Result::unwrap);
        let standing = flags.filter(|flag| flag.status != FlagStatus::Resolved);
        let mut flags: Vec<_> = standing
            .map(|flag| (flag.rule, flag.listing.to_string()))
            .collect();
        flags.sort();
        flags
    }
}

fn day(day: u8) -> Time {
    format!("2026-03-{day:02}T00:00:00Z").parse().unwrap()
}

fn capture(at: Time) -> Capture {
    Capture {
        warc: String::new(),
        offset: 0,
        sha256: String::new(),
        fetched_at: at,
    }
}

fn kettle(item: usize, brand: &str, price: i64) -> Listing {
    Listing {
        id: ListingId::new("shop", &item.to_string()),
        platform: "shop".to_owned(),
        url: format!("https://shop.example/{item}"),
        title: Some("kettle".to_owned()),
        brand: Some(brand.to_owned()),
        class: Some(Class {
            id: "appliance/kettle".to_owned(),
            score: 1.0,
        }),
        price: Some(Money {
            amount: price.into(),
            currency: Some("CNY".to_owned()),
        }),
        seller: Seller {
            name: Some(format!("shop {item}")),
            ..Seller::default()
        },
        capture: Some(capture(day(1))),
        first_seen: Some(day(1)),
        last_seen: Some(day(1)),
        ..Listing::default()
    }
}

fn numbered(mut listing: Listing, maker: &str) -> Listing {
    let number = "2016010706840003".to_owned();
    listing.manufacturer = Some(maker.to_owned());
    listing.codes = vec![Code {
        scheme: "ccc".to_owned(),
        raw: number.clone(),
        value: Some(number),
        valid: true,
        path: String::new(),
    }];
    listing
}

#[test]
fn a_third_seller_makes_a_price_usual_and_the_cheap_offer_a_flag() {
    let mut market = Market::new();
    market.arrive(kettle(1, "Lumora", 9));
    market.arrive(kettle(2, "Lumora", 100));
    market.arrive(kettle(3, "Another", 9));
    market.scan(false);
    assert_eq!(market.scan(false).judged, 0, "nothing is new");
    assert!(market.flags().is_empty());
    market.arrive(kettle(4, "Lumora", 100));
    let summary = market.scan(false);
    assert_eq!(summary.judged, 3, "those of the brand: {summary:?}");
    let cheap = (
        "counterfeit/price-far-below".to_owned(),
        "shop:1".to_owned(),
    );
    assert_eq!(market.flags(), [cheap]);
    assert_eq!(market.scan(false).judged, 0);
}

#[test]
fn a_certificate_number_that_another_maker_uses_flags_both() {
    let mut market = Market::new();
    market.arrive(numbered(kettle(1, "Lumora", 100), "Lumora Ltd"));
    market.arrive(kettle(2, "Another", 100));
    market.scan(false);
    assert!(
        market
            .flags()
            .iter()
            .all(|(rule, _)| rule != "certificates/ccc-reused")
    );
    market.arrive(numbered(kettle(3, "Nordhaus", 100), "Nordhaus GmbH"));
    let summary = market.scan(false);
    assert_eq!(summary.judged, 2, "{summary:?}");
    let reused: Vec<_> = market
        .flags()
        .into_iter()
        .filter(|(rule, _)| rule == "certificates/ccc-reused")
        .map(|(_, listing)| listing)
        .collect();
    assert_eq!(reused, ["shop:1", "shop:3"]);
}

#[test]
fn another_campaign_or_another_state_is_something_new() {
    let mut market = Market::new();
    market.arrive(kettle(1, "Lumora", 100));
    assert_eq!(market.scan(false).judged, 0, "judged on arrival");
    let id = ListingId::new("shop", "1");
    let seen = |at, campaigns: &[&str]| Entry::Seen {
        id: ListingId::new("shop", "1"),
        capture: capture(at),
        campaigns: campaigns.iter().map(|c| (*c).to_owned()).collect(),
    };
    let commit = |market: &Market, entry| {
        let (entries, work) = (vec![entry], Vec::new());
        market.store.commit(Group { entries, work }).unwrap();
    };
    commit(&market, seen(day(2), &["toys"]));
    assert_eq!(market.scan(false).judged, 1);
    // Seen once more on the same day, by the same campaign.
    commit(&market, seen(day(2), &["toys"]));
    assert_eq!(market.scan(false).judged, 0);
    let gone = Entry::Status {
        id,
        status: ListingStatus::Gone,
        at: day(3),
    };
    commit(&market, gone);
    assert_eq!(
        (market.scan(false).judged, market.scan(false).judged),
        (1, 0)
    );
}

fn goods() -> impl Strategy<Value = (usize, Listing)> {
    let brand = prop::sample::select(vec!["Lumora", "Another"]);
    let maker = prop::option::of(prop::sample::select(vec!["A Ltd", "B Ltd"]));
    (
        1..7usize,
        brand,
        prop::sample::select(vec![9, 90, 100]),
        maker,
    )
        .prop_map(|(item, brand, price, maker)| {
            let listing = kettle(item, brand, price);
            match maker {
                Some(maker) => (item, numbered(listing, maker)),
                None => (item, listing),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn what_a_scan_passes_over_would_change_nothing(
        crawls in prop::collection::vec(prop::collection::vec(goods(), 1..8), 1..4),
    ) {
        let mut market = Market::new();
        for crawl in crawls {
            market.judge.freeze(&market.store).unwrap();
            for (_, listing) in crawl {
                market.arrive(listing);
            }
            market.scan(false);
            let (flags, head) = (market.flags(), market.store.head().unwrap());
            let whole = market.scan(true);
            prop_assert_eq!((whole.flags, whole.resolved), (0, 0), "{:?}", flags);
            prop_assert_eq!(market.flags(), flags);
            prop_assert_eq!(market.store.head().unwrap(), head, "a flag was written anew");
        }
    }
}
