//! What was judged on arrival is judged again where something that the verdict rested on is new, and nowhere else.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::{
    model::{Capture, Class, Code, FlagStatus, Listing, ListingId, ListingStatus, Money, Seller},
    store::Entry,
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

/// A folder of rules: one for all kettles, one for shoes, one that knows recalls.
struct Rules(tempfile::TempDir);

impl Rules {
    fn new() -> Self {
        let rules = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(rules.0.path().join("reference/recalls")).unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reference/catalogue.toml");
        std::fs::copy(shipped, rules.0.path().join("reference/catalogue.toml")).unwrap();
        rules.write(
            "kettles",
            "class: [\"appliance/kettle\"]",
            "if item.price < 50.0 { return flag(\"cheap\", \"便宜\"); } pass()",
        );
        rules.write("shoes", "class: [\"fashion/shoes\"]", "pass()");
        rules.write(
            "recalled",
            "has: [\"title\"]",
            "if recalls(item).is_empty() { return pass(); } flag(\"recalled\", \"召回\")",
        );
        rules
    }

    fn write(&self, id: &str, when: &str, body: &str) {
        let text = format!(
            "//! {id} 规则\nconst RULE = #{{ title: \"a\", title_zh: \"甲\", kind: \"safety\", severity: \"low\", when: #{{ {when} }} }};\nfn check(item) {{ {body} }}\n"
        );
        std::fs::write(self.0.path().join(format!("{id}.rhai")), text).unwrap();
    }

    fn recall(&self, brands: &[&str]) {
        let mut text = "{\"source\": \"made\", \"licence\": \"CC0-1.0\"}\n".to_owned();
        for (number, brand) in brands.iter().enumerate() {
            text += &format!(
                "{{\"source\":\"made\",\"id\":\"{number}\",\"title\":\"{brand} kettle\",\"brands\":[\"{brand}\"],\"products\":[\"electric kettle\"],\"models\":[\"KX-4711\"]}}\n"
            );
        }
        std::fs::write(self.0.path().join("reference/recalls/made.jsonl"), text).unwrap();
    }

    fn loaded(&self) -> Judge {
        let loaded = Judge::load(self.0.path(), &[]).unwrap();
        assert!(loaded.reference.is_empty(), "{:?}", loaded.reference);
        loaded.judge
    }
}

/// Ten kettles of which one is cheap, and ten of a class that no rule looks at.
fn stocked(rules: &Rules) -> Market {
    let market = Market::by(rules.0.path());
    for item in 0..10 {
        let mut kettle = kettle(item, "Lumora", if item == 3 { 9 } else { 100 });
        kettle.title = Some(format!("Lumora electric kettle KX-{item}"));
        market.arrive(kettle);
        let mut toy = self::kettle(100 + item, "Nordhaus", 9);
        toy.title = Some("Nordhaus wooden toy car".to_owned());
        toy.class = Some(Class {
            id: "children/toy".to_owned(),
            score: 1.0,
        });
        market.arrive(toy);
    }
    market
}

#[test]
fn an_edited_rule_is_asked_about_the_listings_that_its_gate_admits() {
    let rules = Rules::new();
    let mut market = stocked(&rules);
    assert_eq!(market.scan(false).judged, 0, "judged on arrival");
    assert_eq!(
        market.flags(),
        [("kettles".to_owned(), "shop:3".to_owned())]
    );
    rules.write(
        "kettles",
        "class: [\"appliance/kettle\"]",
        "if item.price < 10.0 { return flag(\"cheaper\", \"便宜\"); } pass()",
    );
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!((summary.judged, summary.listings), (10, 20), "{summary:?}");
    assert_eq!(market.flags().len(), 1);
    // Its gate now lets in other goods: those, and the one that it flagged before.
    rules.write("kettles", "class: [\"fashion/shoes\"]", "pass()");
    market.judge = rules.loaded();
    assert_eq!(market.scan(false).judged, 1);
    assert!(market.flags().is_empty());
    rules.write(
        "kettles",
        "class: [\"appliance/kettle\"]",
        "flag(\"all\", \"全部\")",
    );
    market.judge = rules.loaded();
    assert_eq!(market.scan(false).flags, 10);
    std::fs::remove_file(rules.0.path().join("kettles.rhai")).unwrap();
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!((summary.judged, summary.resolved), (10, 10), "{summary:?}");
    let (flags, whole) = (market.flags(), market.scan(true));
    assert_eq!((whole.flags, whole.resolved, market.flags()), (0, 0, flags));
}

#[test]
fn new_notices_are_held_against_what_they_fit_and_nothing_else() {
    let rules = Rules::new();
    rules.recall(&["Aurelia"]);
    let mut market = stocked(&rules);
    market.scan(false);
    rules.recall(&["Aurelia", "Lumora", "Castellan"]);
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!(
        (summary.notices, summary.touched, summary.judged),
        (2, 10, 10),
        "{summary:?}"
    );
    let recalled = |market: &Market| {
        market
            .flags()
            .iter()
            .filter(|(rule, _)| rule == "recalled")
            .count()
    };
    assert_eq!(recalled(&market), 10);
    assert_eq!(market.scan(false).judged, 0);
    // A notice that is taken back is a matter of those that it fitted.
    rules.recall(&["Aurelia"]);
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!((summary.judged, recalled(&market)), (10, 0), "{summary:?}");
}

#[test]
fn where_nothing_changed_nothing_is_read_and_a_damaged_file_costs_only_time() {
    let rules = Rules::new();
    let mut market = stocked(&rules);
    market.scan(false);
    let order = Order::default();
    let same = unchanged(&market.store, &market.judge, &order).unwrap();
    assert_eq!(same.map(|summary| summary.listings), Some(20));
    let path = market._dir.path().join("judged");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(
        unchanged(&market.store, &market.judge, &order).unwrap(),
        None
    );
    let flags = market.flags();
    assert_eq!((market.scan(false).judged, market.flags()), (20, flags));
    std::fs::write(&path, b"LWJUDGE2").unwrap();
    assert_eq!(market.scan(false).judged, 20);
    market.arrive(kettle(50, "Lumora", 100));
    assert_eq!(
        unchanged(&market.store, &market.judge, &order).unwrap(),
        None
    );
}

#[test]
fn what_a_stopped_scan_passed_over_the_next_one_judges() {
    let rules = Rules::new();
    let mut market = stocked(&rules);
    market.judge.freeze(&market.store).unwrap();
    let stop = Arc::new(AtomicBool::new(true));
    let order = Order {
        all: true,
        ..Order::default()
    };
    let stopped = run(&market.store, &market.judge, &order, &|_| (), &stop).unwrap();
    assert_eq!((stopped.stopped, stopped.judged), (true, 0));
    assert_eq!(
        unchanged(&market.store, &market.judge, &Order::default()).unwrap(),
        None
    );
    assert_eq!(market.scan(false).listings, 20);
    assert_eq!(
        market.flags(),
        [("kettles".to_owned(), "shop:3".to_owned())]
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
