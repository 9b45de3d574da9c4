//! Tests that show what another test already shows.

use std::collections::BTreeMap;

use rhai::Position;

use crate::rules::{
    fault::Code,
    literal::Literal,
    picture::{Findings, Place},
    trial::OUTCOMES,
};

pub(super) fn check(tests: Literal<'_>, findings: &mut Findings<'_>) {
    let mut names: BTreeMap<String, Position> = BTreeMap::new();
    let mut inputs: BTreeMap<String, (String, Position)> = BTreeMap::new();
    for test in tests.elements().unwrap_or_default() {
        let entries = test.entries().unwrap_or_default();
        let outcome = entries.iter().find(|(key, ..)| OUTCOMES.contains(key));
        let Some((outcome, at, Some(name))) =
            outcome.map(|(key, at, value)| (*key, *at, value.text()))
        else {
            continue;
        };
        // A map is sorted by key, so the same values make the same text in any order.
        let given = ["item", "facts", "reference"].map(|part| {
            let value = entries.iter().find(|(key, ..)| *key == part);
            value
                .and_then(|(.., value)| value.value())
                .map_or_else(String::new, |v| format!("{v:?}"))
        });
        let place = Place::at(at, outcome.len());
        if let Some((first, before)) = inputs.get(&given.join("\n")) {
            let line = before.line().unwrap_or_default();
            let (what, help) = match first == outcome {
                true => ("the same listing", "remove one of them"),
                false => (
                    "the same listing, with another outcome",
                    "one of the two must fail",
                ),
            };
            findings.add(
                Code::TestTwice,
                place,
                format!("the test at line {line} has {what}"),
                Some(help.to_owned()),
            );
        } else if let Some(before) = names.get(&name) {
            let line = before.line().unwrap_or_default();
            findings.add(
                Code::TestName,
                place,
                format!("the test at line {line} has the same name"),
                Some("say what this one shows that the other does not".to_owned()),
            );
        }
        inputs
            .entry(given.join("\n"))
            .or_insert((outcome.to_owned(), at));
        names.entry(name).or_insert(at);
    }
}
