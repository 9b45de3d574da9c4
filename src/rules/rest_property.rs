//! The rests' soundness: a verdict whose rests stand is what judging the listing again would say.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use proptest::prelude::*;

use super::{
    RuleSet, Verdict, Word,
    native::FAMILIES,
    tests::{rule, source},
};
use crate::{
    model::{
        Block, Class, Code, CodeBook, Facts, Holder, Listing, ListingId, Money, Offer, OfferBook,
        PriceBook, Seller, SellerBook, SellerFacts, Time, Usual,
    },
    reference::Reference,
};

/// Between them the rules ask everything that can be asked; each goes its way by the answers.
const BODIES: &[&str] = &[
    "if item.mentions(\"replica\") { return flag(\"a\", \"b\"); } if item.title_mentions(\"second-hand\") { return pass(\"used\"); } pass()",
    "let found = item.matches([\"高仿\", \"nike\"]); if found.is_empty() { return unsure(\"none\"); } pass(`${found.len()}`)",
    "if item.mentions([\"二手\"]) { return pass(\"1\"); } if item.title_mentions([\"二手\", \"not indexed\"]) { return pass(\"2\"); } unsure(\"{title}\")",
    "if item.disguises().is_empty() { return pass(); } unsure(\"disguised\")",
    "let n = 0; for code in item.codes(\"ccc\") { if code.valid { n += 1; } if code.year != () && code.year > 2016 { n += 10; } } pass(`${n}`)",
    "for code in item.codes(\"ccc\") { if code.class == \"0706\" { return pass(code.class); } if code.region != () { return unsure(\"r\"); } } unsure(\"none\")",
    "let seen = item.observed(\"attributes\"); let row = item.attr([\"型号\", \"model\"]); if row == () { return unsure(`${seen}`); } pass(row)",
    "if item.left_empty([\"产地\", \"origin\"]) { return pass(\"empty\"); } if item.left_empty(\"ccc\") { return unsure(\"no number\"); } pass()",
    "let listed = authorised(item.brand, item.seller); if listed == () { return unsure(\"?\"); } pass(`${listed}`)",
    "let listed = authorised(item.brand, item.seller.name); if listed == () { return unsure(`${item.seller.id}`); } pass(`${listed}`)",
    "let usual = usual_price(item.brand, item.class); if usual == () { return unsure(\"{brand}\"); } if item.price < usual * 0.3 { return flag(\"cheap\", \"便宜\"); } pass(`${usual}`)",
    "if recalls(item).is_empty() { return pass(); } unsure(\"recalled\")",
    "let kind = goods(item.class); if kind == () { return unsure(item.captured_on); } pass(kind.en)",
    "pass(`${first_seen(item)} ${price_was(item)} ${seller_listings(item)} ${seller_confirmed(item)}`)",
    "let users = holders(\"ccc\", \"2016010706840003\"); if users.is_empty() { return unsure(\"nobody\"); } pass(`${different(users.map(|u| u.brand))}`)",
    "if brand_known(item.brand) != () { return pass(\"known\"); } let like = brand_like(item.brand); if like != () { return flag(\"like\", \"似\"); } pass(`${brands_in(item.title).len()}`)",
    "if is_term(\"replica\", item.brand) { return flag(\"a\", \"b\"); } if certificate(\"ccc\", item.sku) == () { return pass(fold(item.brand) ?? \"\"); } unsure(\"x\")",
    "if item.standards.is_empty() && contains_word(item.title, \"nike\") { return unsure(`${similar(item.brand, \"nike\")} ${lookalike(item.brand, \"nike\")}`); } pass(`${item.standards}`)",
    "if gtin(item.sku ?? \"\") == () { return pass(place(item.region) ?? percent(0.5)); } flag(\"a\", \"b\").score(round_to(9.5, 0).to_int()).because(\"n\", 1).basis(\"c\")",
    "if item.count([\"电水壶\", \"高仿\"]) > 1 { return pass(\"often\"); } if item.near(\"replica\", [\"电水壶\"], 2) { return unsure(\"near\"); } pass(`${item.count(\"replica\")}`)",
    "if valid(\"gtin\", item.sku) { return pass(\"valid\"); } let years = days_between(seller_since(item), item.captured_on); pass(`${years} ${changed(item, \"price\")} ${changed(item, \"title\")} ${changed(item, \"sku\")} ${quantity(item.attr([\"型号\"]), \"kg\")}`)",
    "for name in item.standards { let known = standard(name); if known?.status == \"replaced\" { return flag(name, name); } if known?.status == () { return unsure(name); } } pass()",
    "let before = relisted_from(item); if before == () { return pass(); } flag(before, before)",
    "let dollars = item.price_in(\"USD\"); if dollars == () { return unsure(\"no price\"); } pass(`${dollars}`)",
    "if item.sku == \"loop\" { let n = 0; loop { n += 1; } } pass(item.sku ?? \"none\")",
];

fn reference() -> Arc<Reference> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reference");
    let rows = serde_json::json!({
        "brands": [{"name": "Nike", "authorised": ["a shop"]}],
        "standards": [
            {"number": "GB 6675-2003", "ended": "2025-01-01", "replaced_by": ["GB 6675.1-2014"]},
            {"number": "GB 4943.1-2022"},
        ],
    });
    Arc::new(Reference::load(&dir).0.with_rows(rows).unwrap())
}

pub(super) fn rules() -> RuleSet {
    let sources: Vec<_> = BODIES
        .iter()
        .enumerate()
        .map(|(number, body)| source(&format!("x/{number:02}"), &rule(body)))
        .collect();
    let (set, faults) = RuleSet::load(&sources, reference());
    assert_eq!(set.len(), BODIES.len(), "{faults:#?}");
    set
}

#[test]
fn every_function_is_among_those_asked() {
    let all = BODIES.join("\n");
    for doc in FAMILIES.iter().flat_map(|family| family.docs) {
        let called = format!("{}(", doc.name);
        assert!(all.contains(&called), "no rule here calls {}", doc.name);
    }
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn text(all: &[&str]) -> impl Strategy<Value = Option<String>> + use<> {
    prop::option::of(one_of(all.iter().map(|t| (*t).to_owned()).collect()))
}

fn codes() -> impl Strategy<Value = Vec<Code>> {
    let code = (
        any::<bool>(),
        one_of(vec!["2016010706840003", "2024010706840003", "SC1"]),
    );
    let code = code.prop_map(|(valid, value)| Code {
        scheme: if value.len() > 4 { "ccc" } else { "sc" }.to_owned(),
        raw: value.to_owned(),
        value: valid.then(|| value.to_owned()),
        valid,
        path: String::new(),
    });
    prop::collection::vec(code, 0..3)
}

fn attributes() -> impl Strategy<Value = BTreeMap<String, String>> {
    let row = (
        one_of(vec!["型号", "Model", "产地", "Origin", "CCC证书编号"]),
        one_of(vec!["", "暂无", "X-1", "X-2"]),
    );
    prop::collection::btree_map(
        row.0.prop_map(str::to_owned),
        row.1.prop_map(str::to_owned),
        0..4,
    )
}

pub(super) fn listings() -> impl Strategy<Value = Listing> {
    let words = (
        text(&[
            "电水壶 高仿",
            "二手 电水壶",
            "nіke air",
            "NIKE 运动鞋",
            "not indexed",
        ]),
        text(&["二手 高仿", "x"]),
        text(&["Nike", "nikee", "高仿", "Nobody"]),
        text(&["loop", "5060138820289", "b"]),
        text(&["浙江省杭州市", "DE"]),
        text(&["appliance/kettle", "children/toy", "no/class"]),
    );
    let rest = (
        codes(),
        attributes(),
        prop::collection::vec(one_of(vec!["GB 6675-2003", "GB 4943.1", "EN 71"]), 0..2),
        prop::option::of(1..100i64),
        prop::option::of(one_of(vec!["Nike", "a shop"])),
        one_of(vec!["2020-01-01T00:00:00Z", "2026-02-03T00:00:00Z"]),
        any::<bool>(),
    );
    (words, rest).prop_map(|(words, rest)| Listing {
        id: ListingId::new("shop", "1"),
        platform: "shop".to_owned(),
        title: words.0,
        description: words.1,
        brand: words.2,
        sku: words.3,
        region: words.4,
        class: words.5.map(|id| Class { id, score: 1.0 }),
        codes: rest.0,
        attributes: rest.1,
        standards: rest.2.into_iter().map(str::to_owned).collect(),
        price: rest.3.map(|amount| Money {
            amount: amount.into(),
            currency: Some("CNY".to_owned()),
        }),
        seller: Seller {
            name: rest.4.map(str::to_owned),
            ..Seller::default()
        },
        last_seen: rest.5.parse().ok(),
        observed: if rest.6 {
            vec![Block::Attributes]
        } else {
            Vec::new()
        },
        ..Listing::default()
    })
}

fn first_seen(sold: u32) -> Option<Time> {
    "2026-01-01T00:00:00Z".parse().ok().filter(|_| sold > 0)
}

/// The listing itself, as in the books of a store that has it, and one from before.
fn offers(sold: u32) -> OfferBook {
    let mut book = OfferBook::default();
    for title in ["电水壶 高仿", "NIKE 运动鞋"] {
        let mut listing = Listing {
            platform: "shop".to_owned(),
            title: Some(title.to_owned()),
            ..Listing::default()
        };
        listing.seller.name = Some("a shop".to_owned());
        let offer = |item: &str, first_seen: i64| Offer {
            id: ListingId::new("shop", item),
            first_seen,
            last_seen: first_seen,
            over: sold == 1,
        };
        let second = first_seen(1).map_or(0, Time::as_second);
        let own = offer("1", first_seen(sold).map_or(i64::MAX, Time::as_second));
        let earlier = offer(&format!("0{sold}"), second - i64::from(sold));
        let shelf = super::shelf(&listing).unwrap();
        book.shelves.insert(shelf, vec![earlier, own]);
    }
    book
}

pub(super) fn facts() -> impl Strategy<Value = Facts> {
    (0..3u32, 0..3u32, prop::option::of(1..3i64), 0..3usize).prop_map(
        |(usual, sold, past, holders)| {
            let key = |brand: &str| {
                let texts = [brand, "appliance/kettle", "CNY"].map(str::to_owned);
                let [brand, class, currency] = texts;
                (brand, class, currency)
            };
            let amount = f64::from(usual * 100);
            let usual = ["nike", "nobody"].map(|b| (key(b), Usual { amount, sellers: 3 }));
            let seller = SellerFacts {
                listings: sold,
                confirmed: sold / 2,
                first_seen: "2025-01-01T00:00:00Z".parse().ok().filter(|_| sold > 1),
            };
            let holder = |n: usize| Holder {
                brand: format!("brand {n}"),
                ..Holder::default()
            };
            let number = ("ccc".to_owned(), "2016010706840003".to_owned());
            Facts {
                prices: Arc::new(PriceBook {
                    usual: usual.into_iter().filter(|_| amount > 0.0).collect(),
                }),
                sellers: Arc::new(SellerBook {
                    sellers: [(("shop".to_owned(), "a shop".to_owned()), seller)].into(),
                }),
                codes: Arc::new(CodeBook {
                    holders: [(number, (0..holders).map(holder).collect())].into(),
                }),
                past: past.map(|amount| {
                    Arc::new(Listing {
                        price: Some(Money {
                            amount: amount.into(),
                            currency: Some("CNY".to_owned()),
                        }),
                        title: Some("电水壶 高仿".to_owned()),
                        sku: Some("b".to_owned()),
                        ..Listing::default()
                    })
                }),
                offers: Arc::new(offers(sold)),
                first_seen: first_seen(sold),
            }
        },
    )
}

/// What a rule said, in the words of `explain`.
fn said(verdict: &Verdict, rule: &str) -> (&'static str, String) {
    let of = |all: &[Word]| {
        let found = all.iter().find(|(id, _)| **id == *rule);
        found.map(|(_, reason)| reason.to_string())
    };
    if let Some(flag) = verdict.flags.iter().find(|flag| flag.rule == rule) {
        return ("flag", flag.reason.clone());
    }
    let kinds = [
        ("pass", &verdict.passes),
        ("unsure", &verdict.unsure),
        ("fault", &verdict.faults),
    ];
    let found = kinds
        .into_iter()
        .find_map(|(kind, all)| Some((kind, of(all)?)));
    found.unwrap_or(("skip", String::new()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn a_verdict_whose_rests_stand_would_be_the_same(
        listings in prop::collection::vec(listings(), 20),
        facts in prop::collection::vec(facts(), 6),
    ) {
        let set = rules();
        for listing in listings {
            let item = set.prepare(listing.clone());
            let verdict = set.evaluate(&item, &facts[0]);
            for info in set.rules() {
                let told = set.explain(&info.id, &item, &facts[0]).unwrap();
                prop_assert_eq!(said(&verdict, &info.id), (told.outcome, told.reason), "{}", info.id);
            }
            prop_assert!(set.answers(&facts[0]).stand(&verdict.rests, &listing), "nothing has changed");
            for other in &facts[1..] {
                // What was before a version is the same as long as the version is.
                let mut now = other.clone();
                (now.past, now.first_seen) = (facts[0].past.clone(), facts[0].first_seen);
                let since = now.first_seen.map_or(i64::MAX, Time::as_second);
                let shelves = Arc::make_mut(&mut now.offers).shelves.values_mut();
                for own in shelves.flatten().filter(|offer| offer.id == listing.id) {
                    own.first_seen = since;
                }
                let again = set.evaluate(&item, &now);
                if set.answers(&now).stand(&verdict.rests, &listing) {
                    prop_assert_eq!(format!("{:?}", again), format!("{:?}", verdict));
                }
            }
        }
    }
}

#[test]
fn another_day_another_price_and_another_brand_list_bring_a_verdict_down() {
    let set = rules();
    let listing = Listing {
        id: ListingId::new("shop", "1"),
        brand: Some("Nobody".into()),
        class: Some(Class {
            id: "appliance/kettle".into(),
            score: 1.0,
        }),
        price: Some(Money {
            amount: 5.into(),
            currency: Some("CNY".into()),
        }),
        last_seen: "2026-02-03T00:00:00Z".parse().ok(),
        ..Listing::default()
    };
    let verdict = set.evaluate(&set.prepare(listing.clone()), &Facts::default());
    let stands = |facts: &Facts, listing| set.answers(facts).stand(&verdict.rests, listing);
    assert!(stands(&Facts::default(), &listing));
    let key = (
        "nobody".to_owned(),
        "appliance/kettle".to_owned(),
        "CNY".to_owned(),
    );
    let usual = [(
        key,
        Usual {
            amount: 9.0,
            sellers: 3,
        },
    )]
    .into();
    let dearer = Facts {
        prices: Arc::new(PriceBook { usual }),
        ..Facts::default()
    };
    assert!(!stands(&dearer, &listing));
    let later = Listing {
        last_seen: "2026-02-04T00:00:00Z".parse().ok(),
        ..listing.clone()
    };
    assert!(
        !stands(&Facts::default(), &later),
        "a rule asked for the catalogue of the day"
    );
    let sources = BODIES
        .iter()
        .enumerate()
        .map(|(n, body)| source(&format!("x/{n:02}"), &rule(body)));
    let rows = serde_json::json!({"brands": [{"name": "Nobody"}]});
    let other = Arc::new(reference().with_rows(rows).unwrap());
    let (other, _) = RuleSet::load(&sources.collect::<Vec<_>>(), other);
    assert!(
        !other
            .answers(&Facts::default())
            .stand(&verdict.rests, &listing)
    );
}
