//! The host as a whole: outcomes, limits, a broken rule beside a good one, proofs.

use std::sync::Arc;

use super::{engine::host, set::RuleSet, *};
use crate::{
    model::{Facts, Listing, ListingId, Money, UnitPrice},
    reference::Reference,
};

pub(super) fn source(id: &str, text: &str) -> RuleSource {
    RuleSource {
        id: id.to_owned(),
        path: format!("rules/{id}.rhai").into(),
        text: text.to_owned(),
    }
}

/// A whole rule around the body of its `check`.
pub(super) fn rule(body: &str) -> String {
    format!(
        "//! A rule of the tests. 测试用规则。\nconst RULE = #{{ title: \"t\", title_zh: \"题\", kind: \"counterfeit\", severity: \"high\", basis: [\"b\"] }};\nfn check(item) {{\n{body}\n}}\nconst TESTS = [ #{{ pass: \"any\", item: #{{ title: \"t\" }} }} ];\n"
    )
}

pub(super) fn listing() -> Listing {
    Listing {
        id: ListingId::new("shop", "7"),
        platform: "shop".into(),
        title: Some("ＮＩＫＥ 高仿 运动鞋".into()),
        brand: Some("Nike".into()),
        price: Some(Money {
            amount: "89.00".parse().unwrap(),
            currency: Some("CNY".into()),
        }),
        paths: [("title".to_owned(), "/name".to_owned())].into(),
        version: 3,
        ..Listing::default()
    }
}

fn load(bodies: &[(&str, &str)]) -> (RuleSet, Vec<Fault>) {
    let sources: Vec<_> = bodies
        .iter()
        .map(|(id, body)| source(id, &rule(body)))
        .collect();
    RuleSet::load(&sources, Arc::new(Reference::default()))
}

/// Warnings may be: the rules of the tests are made to go wrong.
pub(super) fn sound(faults: &[Fault]) {
    let wrong = faults.iter().find(|fault| fault.level == "error");
    assert!(
        wrong.is_none(),
        "{}",
        wrong.map_or("", |wrong| &wrong.picture)
    );
}

fn verdict(bodies: &[(&str, &str)]) -> Verdict {
    let (set, faults) = load(bodies);
    sound(&faults);
    set.evaluate(&set.prepare(listing()), &Facts::default())
}

#[test]
fn a_flag_quotes_what_the_rule_read_and_matched() {
    let body = "if item.mentions([\"高仿\"]) { return flag(\"{brand} at {price}, {n}\", \"{brand}售价{price}，{n}\").because(\"n\", 3); } pass()";
    let verdict = verdict(&[("fake/words", body)]);
    let flag = &verdict.flags[0];
    assert_eq!(flag.reason, "Nike at 89.00, 3");
    assert_eq!(flag.reason_zh, "Nike售价89.00，3");
    assert_eq!((flag.score, flag.listing_version), (70, 3));
    let proof = &flag.proofs[0];
    assert_eq!(
        (proof.field.as_str(), proof.text.as_str()),
        ("title", "高仿")
    );
    assert_eq!(proof.span.map(|s| (s.start, s.end)), Some((5, 7)));
    assert_eq!(proof.path.as_deref(), Some("/name"));
    assert_eq!(flag.proofs[1].field, "n");
    assert_eq!(flag.proofs.len(), 2, "{:?}", flag.proofs);
}

#[test]
fn what_is_read_after_the_answer_is_no_proof() {
    let verdict = verdict(&[(
        "a/b",
        "if (item.price ?? 0.0) < 100.0 { return flag(\"cheap\", \"便宜\"); } if item.brand == \"x\" { return pass(); } pass()",
    )]);
    let fields: Vec<_> = verdict.flags[0]
        .proofs
        .iter()
        .map(|p| p.field.as_str())
        .collect();
    assert_eq!(fields, ["price"]);
    assert_eq!(verdict.flags[0].proofs[0].text, "89.00");
}

#[test]
fn pass_unsure_and_fault_are_three_things() {
    let verdict = verdict(&[
        ("a/pass", "pass(\"fine\")"),
        ("a/unsure", "unsure(`no model for ${item.brand}`)"),
        ("a/nothing", "let none = []; none.pop()"),
        ("a/throws", "let x = item.model; x.len(); pass()"),
    ]);
    assert_eq!(verdict.passes, [("a/pass".into(), "fine".into())]);
    assert_eq!(
        verdict.unsure,
        [("a/unsure".into(), "no model for Nike".into())]
    );
    let faulty: Vec<_> = verdict.faults.iter().map(|(id, _)| &**id).collect();
    assert_eq!(faulty, ["a/nothing", "a/throws"]);
    assert!(
        verdict.faults[1].1.starts_with("line 4: "),
        "{}",
        verdict.faults[1].1
    );
    assert!(verdict.flags.is_empty());
}

#[test]
fn every_excess_is_a_fault_of_its_own_rule_only() {
    let verdict = verdict(
        &[
            ("z/good", "flag(\"a\", \"b\")"),
            ("x/endless", "loop { }"),
            ("x/text", "let s = \"abcdefgh\"; loop { s += s; }"),
            ("x/list", "let a = []; loop { a.push(1); }"),
            ("x/nested", "let a = [1]; loop { a = [a, a]; }"),
            (
                "x/map",
                "let m = #{}; let i = 0; loop { i += 1; m[`k${i}`] = i; }",
            ),
            ("x/deep", "fn down(n) { down(n + 1) } down(0)"),
            ("x/caught", "loop { try { loop { } } catch { } }"),
            ("x/pad", "let s = \"a\"; s.pad(1000000000, 'x'); pass()"),
            ("x/listpad", "let a = []; a.pad(1000000000, 1); pass()"),
            (
                "x/range",
                "let n = 0; for i in 0..1000000000000 { n += 1; } n",
            ),
        ]
        .map(|(id, body)| match body.split_once("} down") {
            // A function inside a function is not Rhai: it stands behind `check`.
            Some(_) => (id, "down(0)\n}\nfn down(n) { down(n + 1)"),
            None => (id, body),
        }),
    );
    assert_eq!(verdict.flags.len(), 1);
    let faulty: Vec<_> = verdict.faults.iter().map(|(id, _)| &**id).collect();
    assert_eq!(
        faulty,
        [
            "x/caught",
            "x/deep",
            "x/endless",
            "x/list",
            "x/listpad",
            "x/map",
            "x/nested",
            "x/pad",
            "x/range",
            "x/text"
        ]
    );
    assert!(
        verdict.faults[2].1.contains("20000 steps"),
        "{:?}",
        verdict.faults
    );
}

#[test]
fn a_native_panic_is_a_fault_and_the_next_rule_runs() {
    let mut engine = host();
    engine.register_fn("boom", |_: &mut view::Item| -> i64 {
        panic!("a test's panic")
    });
    let sources = [
        source("a/boom", &rule("item.boom(); pass()")),
        source("b/good", &rule("pass()")),
    ];
    let (set, faults) = RuleSet::compile(engine, &sources, Arc::default());
    sound(&faults);
    let verdict = set.evaluate(&set.prepare(listing()), &Facts::default());
    assert_eq!(
        verdict.faults,
        [("a/boom".into(), "a native function panicked".into())]
    );
    assert_eq!(verdict.passes.len(), 1);
}

#[test]
fn what_could_reach_outside_is_not_there() {
    for body in [
        "eval(\"1\")",
        "import \"x\" as y;",
        "print(\"x\")",
        "debug(1)",
        "sleep(1)",
        "timestamp()",
        "exit()",
        "parse_json(\"{}\")",
        "rand()",
    ] {
        let (set, faults) = load(&[("a/b", body)]);
        assert!(set.is_empty() && !faults.is_empty(), "{body}");
    }
}

#[test]
fn all_faults_of_a_rule_come_at_once_and_stop_no_other() {
    let bad = "//! Bad.\nconst RULE = #{ title: \"t\", titel_zh: \"题\", kind: \"counterfit\", severity: \"urgent\", when: #{ has: [\"pirce\"], mention: [\"x\"] }, params: #{ n: \"x\" } };\nfn check(item, p) {\n    if item.titel == () { return pas(); }\n    if item.seller.nmae == () && item.mentions(\"replicas\") { return pass(1, 2); }\n    flag(\"at {ratio}\", \"为{ratio}\")\n}\n";
    let sources = [source("x/bad", bad), source("x/good", &rule("pass()"))];
    let (set, faults) = RuleSet::load(&sources, Arc::default());
    assert_eq!(set.len(), 1);
    let pictures: Vec<_> = faults.iter().map(|f| f.picture.as_str()).collect();
    insta::assert_snapshot!(pictures.join("\n\n"));
}

#[test]
fn explain_names_the_gate_or_the_line_that_ended_the_rule() {
    let text = "//! d\nconst RULE = #{ title: \"t\", title_zh: \"t\", kind: \"recall\", severity: \"low\", basis: [\"b\"], when: #{ has: [\"brand\", \"model\"] } };\nfn check(item) {\n    if (item.price ?? 0.0) < 100.0 {\n        return flag(\"cheap\", \"便宜\");\n    }\n    pass()\n}\n";
    let (set, _) = RuleSet::load(&[source("a/b", text)], Arc::default());
    let facts = Facts::default();
    let shut = set.explain("a/b", &set.prepare(listing()), &facts).unwrap();
    assert_eq!(shut.outcome, "skip");
    assert_eq!(
        shut.reason,
        "`when.has` wants brand, model; the listing has no model"
    );
    let with_model = Listing {
        model: Some("AJ1".into()),
        ..listing()
    };
    let told = set
        .explain("a/b", &set.prepare(with_model), &facts)
        .unwrap();
    assert_eq!((told.outcome, told.line), ("flag", Some(5)));
    assert_eq!(told.source, "return flag(\"cheap\", \"便宜\");");
    assert_eq!(told.looked[0].proof.field, "price");
    assert!(
        set.explain("a/c", &set.prepare(listing()), &facts)
            .is_none()
    );
}

#[test]
fn only_what_was_consulted_changes_a_flags_hashes() {
    let bodies = [
        (
            "a/asks",
            "let usual = usual_price(item.brand, \"fashion/shoes\"); flag(\"a\", \"b\")",
        ),
        ("b/asks-not", "flag(\"a\", \"b\")"),
    ];
    let (set, _) = load(&bodies);
    let hashes = |amount: f64| {
        let key = (
            "nike".to_owned(),
            "fashion/shoes".to_owned(),
            "CNY".to_owned(),
        );
        let usual = crate::model::Usual { amount, sellers: 3 };
        let facts = Facts {
            prices: Arc::new(crate::model::PriceBook {
                usual: [(key, usual)].into(),
            }),
            ..Facts::default()
        };
        let flags = set.evaluate(&set.prepare(listing()), &facts).flags;
        flags
            .into_iter()
            .map(|flag| flag.facts_hash)
            .collect::<Vec<_>>()
    };
    let (one, two) = (hashes(899.0), hashes(999.0));
    assert_ne!(one[0], two[0]);
    assert_eq!(one[1], two[1]);
    assert_eq!(hashes(899.0), one);
}

#[test]
fn a_price_for_a_measure_is_that_of_one_unit_and_the_proof_quotes_it_as_shown() {
    let body = "if item.unit == \"kg\" && item.unit_price > 100.0 { return flag(\"{unit_price}\", \"{unit_price}\"); } pass()";
    let (set, faults) = load(&[("food/dear", body)]);
    sound(&faults);
    let outcome = |quantity: &str, unit: &str| {
        let priced = Listing {
            unit_price: Some(UnitPrice {
                amount: "12.50".parse().unwrap(),
                currency: Some("CNY".into()),
                quantity: quantity.parse().unwrap(),
                unit: unit.into(),
            }),
            ..listing()
        };
        let verdict = set.evaluate(&set.prepare(priced), &Facts::default());
        verdict.flags.into_iter().map(|flag| flag.reason).next()
    };
    assert_eq!(outcome("100", "g").as_deref(), Some("12.50/100 g"));
    assert_eq!(outcome("1", "kg"), None);
    assert_eq!(outcome("100", "ml"), None, "that is litres");
}

#[test]
fn a_tests_listing_gets_its_regions_from_its_texts_and_its_unit_from_the_table() {
    let text = r#"//! A rule of the tests. 规则。
const RULE = #{ title: "t", title_zh: "题", kind: "disclosure", severity: "low", basis: ["b"] };
fn check(item) {
    if item.manufacturer_region == "330200" && item.seller.region == "DE" && item.unit == "l" && item.unit_price == 9.0 {
        return flag("a", "甲");
    }
    pass()
}
const TESTS = [
    #{ flag: "all of it", item: #{ title: "油", unit: "l", unit_price: 9.0, manufacturer: "某厂",
       manufacturer_address: "浙江省宁波市工业路1号", seller: #{ location: "Germany" } } },
    #{ pass: "given", item: #{ title: "油", unit_price: 9.0, manufacturer_region: "110000", seller: #{ region: "FR" } } },
];
"#;
    let (set, faults) = RuleSet::load(&[source("a/b", text)], Arc::new(Reference::default()));
    sound(&faults);
    let tests = set.test();
    assert_eq!(tests.len(), 2);
    assert!(tests.iter().all(|test| test.ok), "{tests:?}");
}
