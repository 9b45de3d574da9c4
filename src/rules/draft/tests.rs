//! Every kind of check, in every combination of gate, kind and severity, gives a rule that holds.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use proptest::prelude::*;

use super::*;

fn reference() -> Arc<Reference> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reference");
    Arc::new(Reference::load(&folder).0)
}

fn draft(check: Check, classes: &[&str], kind: &str, severity: Severity) -> Draft {
    Draft {
        id: "my-pack/first".to_owned(),
        title: "Something \"strange\"".to_owned(),
        title_zh: "异常商品".to_owned(),
        kind: kind.to_owned(),
        severity,
        basis: Vec::new(),
        classes: classes.iter().map(|class| (*class).to_owned()).collect(),
        check,
    }
}

fn checks(reference: &Reference) -> Vec<Check> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mut checks = vec![
        Check::Words(words(&["高仿"])),
        Check::Words(words(&["1:1", "mirror \"quality\"", "A货"])),
        Check::Below(15.0, "CNY".to_owned()),
        Check::Below(0.35, "USD".to_owned()),
        Check::Missing(words(&["生产厂家"])),
        Check::Missing(words(&["厂址", "Address \\ maker"])),
        Check::Free,
    ];
    checks.extend(SCHEMES.map(|scheme| Check::Certificate(scheme.to_owned())));
    checks.extend(
        reference
            .term_lists()
            .map(|list| Check::Listed(list.name.clone())),
    );
    checks
}

#[test]
fn every_check_with_every_gate_gives_a_rule_with_each_outcome_twice() {
    let reference = reference();
    let gates: [&[&str]; 4] = [
        &[],
        &["appliance/kettle"],
        &["children/*", "@sc"],
        &["@ccc"],
    ];
    let mut kinds = kinds().iter().cycle();
    let mut severities = Severity::ALL.iter().cycle();
    for check in checks(&reference) {
        for gate in gates {
            let (kind, severity) = (kinds.next().unwrap(), *severities.next().unwrap());
            let draft = draft(check.clone(), gate, kind, severity);
            let (_, set) = draft
                .tried(&reference)
                .unwrap_or_else(|e| panic!("{draft:?}: {e}"));
            let tests = set.test();
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for test in &tests {
                *counts.entry(test.expected).or_default() += 1;
            }
            assert!(
                counts.values().all(|count| *count >= 2) || gate.is_empty(),
                "{draft:?}: {counts:?}"
            );
            assert!(
                ["flag", "pass", "unsure"]
                    .iter()
                    .all(|one| counts[one] >= 2),
                "{counts:?}"
            );
            assert_eq!(set.coverage(&tests)[0].unreached, [], "{draft:?}");
        }
    }
}

#[test]
fn what_makes_no_rule_is_refused_with_what_would_be_right() {
    let reference = reference();
    let refused = |draft: Draft| draft.write(&reference).unwrap_err().to_string();
    let free = || draft(Check::Free, &[], "safety", Severity::Low);
    for id in [
        "first",
        "../x",
        "a/B",
        "a//b",
        "reference/x",
        "a/",
        "-a/b",
        "包/规则",
    ] {
        let said = refused(Draft {
            id: id.to_owned(),
            ..free()
        });
        assert!(said.contains("pack/name would be right"), "{id}: {said}");
    }
    let with = |check: Check| refused(Draft { check, ..free() });
    assert!(with(Check::Listed("replca".into())).contains("did you mean `replica`?"));
    assert!(with(Check::Words(vec!["\u{200b}".into()])).contains("one word"));
    assert!(with(Check::Below(0.0, "CNY".into())).contains("0.01"));
    assert!(with(Check::Below(1.0, "yuan".into())).contains("ISO 4217"));
    assert!(with(Check::Certificate("cc".into())).contains("ccc"));
    assert!(with(Check::Missing(Vec::new())).contains("one row"));
    for (class, help) in [
        ("toys/*", "rules/reference/catalogue.toml has all of them"),
        ("fashon/bag", "did you mean fashion/bag?"),
    ] {
        let said = refused(Draft {
            classes: vec![class.into()],
            ..free()
        });
        assert_eq!(
            said,
            format!("there is no class '{class}' in the catalogue; {help}")
        );
    }
    let said = refused(Draft {
        kind: "odd".into(),
        ..free()
    });
    assert!(said.contains("`odd` is no kind"), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_answered_there_is_a_rule_that_holds_or_a_reason(
        title in "\\PC{1,20}|.{0,8}", words in prop::collection::vec("\\PC{0,6}|高仿|//|\"", 0..3), price in -1.0..1e6f64, which in 0..3usize,
    ) {
        let check = match which {
            0 => Check::Words(words),
            1 => Check::Missing(words),
            _ => Check::Below(price, "CNY".to_owned()),
        };
        let reference = Arc::new(Reference::default());
        let draft = Draft { title, ..draft(check, &[], "safety", Severity::High) };
        match draft.write(&reference) {
            Ok(text) => prop_assert!(text.contains("const TESTS")),
            Err(refused) => prop_assert!(!refused.to_string().is_empty()),
        }
    }
}
