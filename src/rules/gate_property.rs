//! The gates' soundness: a rule with `when` says what the same rule says that asks in its script.

use std::sync::Arc;

use proptest::prelude::*;

use super::{RuleSet, tests::source};
use crate::{
    model::{Class, Facts, Listing, ListingId},
    reference::Reference,
};

/// Words that lists may hold, also as parts of one another and of exceptions.
const WORDS: [&str; 6] = ["高仿", "非高仿", "rep", "replica", "二手", "a货"];

fn reference(terms: &[usize], except: &[usize]) -> Arc<Reference> {
    let quoted = |numbers: &[usize]| {
        let words: Vec<String> = numbers.iter().map(|n| format!("{:?}", WORDS[*n])).collect();
        words.join(", ")
    };
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("terms")).unwrap();
    let text = format!(
        "source = \"t\"\nlicence = \"none\"\nname = \"words\"\nzh = \"词\"\nen = \"words\"\nseen = [{}]\nexcept = [{}]\n",
        quoted(terms),
        quoted(except)
    );
    std::fs::write(dir.path().join("terms/words.toml"), text).unwrap();
    let (reference, faults) = Reference::load(dir.path());
    assert!(faults.is_empty(), "{faults:?}");
    Arc::new(reference)
}

fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned),
        prop::sample::select(vec![" ", "x", "的", "Ａ货", "REPLICA", "\u{200b}", "-"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn listings() -> impl Strategy<Value = Listing> {
    let class = prop::option::of(prop::sample::select(vec!["a/b", "a/c", "b/b", "a"]));
    let text = || prop::option::of(texts());
    (text(), text(), class, any::<bool>()).prop_map(|(title, description, class, brand)| Listing {
        id: ListingId::new("shop", "1"),
        title,
        description,
        brand: brand.then(|| "b".to_owned()),
        class: class.map(|id| Class {
            id: id.to_owned(),
            score: 1.0,
        }),
        ..Listing::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_gated_rule_says_what_the_same_rule_says_in_its_script(
        terms in prop::collection::vec(0..WORDS.len(), 1..4),
        except in prop::collection::vec(0..WORDS.len(), 0..3),
        listings in prop::collection::vec(listings(), 12),
        wants in prop::sample::select(vec![("a/*", "item.class.starts_with(\"a/\")"), ("a/b", "item.class == \"a/b\"")]),
    ) {
        let gated = format!("//! d\nconst RULE = #{{ title: \"t\", title_zh: \"t\", kind: \"recall\", severity: \"low\", basis: [\"b\"], when: #{{ class: {:?}, has: [\"brand\"], mentions: [\"words\"] }} }};\nfn check(item) {{ flag(\"a\", \"b\") }}\n", wants.0);
        let open = format!("//! d\nconst RULE = #{{ title: \"t\", title_zh: \"t\", kind: \"recall\", severity: \"low\", basis: [\"b\"] }};\nfn check(item) {{ if item.brand != () && item.class != () && {} && item.mentions(\"words\") {{ return flag(\"a\", \"b\"); }} pass() }}\n", wants.1);
        let (set, faults) = RuleSet::load(&[source("x/gated", &gated), source("x/open", &open)], reference(&terms, &except));
        prop_assert!(faults.iter().all(|f| f.level == "warning"), "{:?}", faults);
        for listing in listings {
            let verdict = set.evaluate(&set.prepare(listing), &Facts::default());
            let flagged: Vec<_> = verdict.flags.iter().map(|flag| flag.rule.as_str()).collect();
            prop_assert!(flagged.is_empty() || flagged == ["x/gated", "x/open"], "{flagged:?}");
            prop_assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        }
    }
}

/// Gates of every kind, alone and together; the classes are of the shipped catalogue but for one.
const WHENS: [&str; 10] = [
    "",
    "class: [\"children/*\"]",
    "class: [\"appliance/kettle\", \"children/toy\"]",
    "class: [\"@ccc\"], has: [\"brand\"]",
    "platform: [\"shop\"]",
    "platform: [\"shop\", \"mall\"], language: [\"zh\"]",
    "language: [\"en\", \"zh\"]",
    "mentions: [\"replica\"]",
    "mentions: [\"replica\", \"second-hand\"], class: [\"children/*\"]",
    "has: [\"title\"], mentions: [\"second-hand\"], platform: [\"mall\"]",
];

fn shipped() -> RuleSet {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reference");
    let sources: Vec<_> = WHENS
        .iter()
        .enumerate()
        .map(|(number, when)| {
            let text = format!("//! d\nconst RULE = #{{ title: \"t\", title_zh: \"t\", kind: \"recall\", severity: \"low\", basis: [\"b\"], when: #{{ {when} }} }};\nfn check(item) {{ flag(\"a\", \"b\") }}\n");
            source(&format!("x/{number}"), &text)
        })
        .collect();
    let (set, faults) = RuleSet::load(&sources, Arc::new(Reference::load(&dir).0));
    assert_eq!(set.len(), WHENS.len(), "{faults:?}");
    set
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn no_rule_is_passed_over_whose_gate_is_open(
        listings in prop::collection::vec((
            listings(),
            prop::option::of(prop::sample::select(vec!["children/toy", "appliance/kettle", "fashion/shoes", "no/class"])),
            prop::sample::select(vec!["shop", "mall", "other"]),
            prop::option::of(prop::sample::select(vec!["zh", "en", "de"])),
        ), 60),
    ) {
        let set = shipped();
        for (mut listing, class, platform, language) in listings {
            listing.class = class.map(|id| Class { id: id.to_owned(), score: 1.0 });
            listing.platform = platform.to_owned();
            listing.language = language.map(str::to_owned);
            let item = set.prepare(listing);
            let open = set.all().iter().filter(|rule| rule.meta.when.open(&item.0));
            let open: Vec<&str> = open.map(|rule| rule.source.id.as_str()).collect();
            let verdict = set.evaluate(&item, &Facts::default());
            let asked: Vec<&str> = verdict.flags.iter().map(|flag| flag.rule.as_str()).collect();
            prop_assert_eq!(asked, open);
        }
    }
}
