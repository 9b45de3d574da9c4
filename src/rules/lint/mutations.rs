//! Shipped rules with a letter cut out, doubled, moved, or a bracket dropped: each gives a rule or a fault, and nothing panics.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::Vocabulary;
use crate::{
    reference::Reference,
    rules::{RuleSource, engine::host, rule, terms::Names},
};

#[derive(Clone, Copy, Debug)]
enum Change {
    Cut,
    Double,
    Swap,
    DropBracket,
    Insert(char),
    End,
}

fn change() -> impl Strategy<Value = (Change, prop::sample::Index)> {
    let signs = prop::sample::select(
        "(){}[];,=\"'`|#.:；“”$\\/é\u{0}"
            .chars()
            .collect::<Vec<_>>(),
    );
    let change = prop_oneof![
        Just(Change::Cut),
        Just(Change::Double),
        Just(Change::Swap),
        Just(Change::DropBracket),
        signs.prop_map(Change::Insert),
        Just(Change::End),
    ];
    (change, any::<prop::sample::Index>())
}

fn changed(text: &str, changes: &[(Change, prop::sample::Index)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (change, place) in changes {
        if letters.is_empty() {
            break;
        }
        let at = place.index(letters.len());
        match change {
            Change::Cut => {
                letters.remove(at);
            }
            Change::Double => letters.insert(at, letters[at]),
            Change::Swap => {
                let next = (at + 1) % letters.len();
                letters.swap(at, next);
            }
            Change::DropBracket => {
                let brackets: Vec<usize> = letters
                    .iter()
                    .enumerate()
                    .filter(|(_, c)| "(){}[]".contains(**c))
                    .map(|(at, _)| at)
                    .collect();
                if !brackets.is_empty() {
                    letters.remove(brackets[place.index(brackets.len())]);
                }
            }
            Change::Insert(sign) => letters.insert(at, *sign),
            Change::End => letters.truncate(at),
        }
    }
    letters.into_iter().collect()
}

fn shipped() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut texts = Vec::new();
    for pack in fs::read_dir(root).unwrap().flatten() {
        for file in fs::read_dir(pack.path()).into_iter().flatten().flatten() {
            if file.path().extension().is_some_and(|e| e == "rhai") {
                texts.push(fs::read_to_string(file.path()).unwrap());
            }
        }
    }
    texts.sort();
    texts
}

#[test]
fn a_spoilt_rule_gives_a_fault_or_a_rule() {
    let host = host();
    let vocabulary = Vocabulary::of(&host.engine);
    let reference = Reference::default();
    let names = Names::of(&reference);
    let shipped = shipped();
    assert!(!shipped.is_empty());
    let rules = prop::sample::select(shipped);
    let changes = prop::collection::vec(change(), 1..4);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    let given = |(text, changes): (String, Vec<_>)| {
        let source = RuleSource {
            id: "a/b".to_owned(),
            path: "rules/a/b.rhai".into(),
            text: changed(&text, &changes),
        };
        let (rule, faults) = rule::compile(&host, &vocabulary, &names, &source);
        let errors = faults.iter().any(|fault| fault.level == "error");
        prop_assert_eq!(rule.is_none(), errors, "{:?}", faults);
        prop_assert!(faults.iter().all(|fault| !fault.picture.is_empty()));
        Ok(())
    };
    runner.run(&(rules, changes), given).unwrap();
}
