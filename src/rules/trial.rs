//! `TESTS`: a rule's own examples, each with the outcome it must have.

use std::sync::Arc;

use rhai::{Map, Position};

use super::{
    RuleSet, TestOutcome,
    coverage::place,
    explain,
    fault::Code,
    literal::Literal,
    meta::{plain_map, unknown_key},
    picture::{Findings, Place},
    rule::Rule,
    run::{self, Answer},
    view::{
        Library, Look, facts,
        sample::{self, Problem},
    },
};
use crate::{
    model::{Facts, Listing},
    reference::Reference,
};

/// The outcomes that a test may expect.
pub(super) const OUTCOMES: &[&str] = &["flag", "pass", "unsure", "skip"];
const KEYS: &[&str] = &[
    "flag",
    "pass",
    "unsure",
    "skip",
    "item",
    "score",
    "facts",
    "reference",
];

/// One test of a rule.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub expected: &'static str,
    pub name: String,
    pub score: Option<i64>,
    pub listing: Listing,
    pub facts: Facts,
    /// Rows instead of the ones that are loaded; see `Reference::with_rows`.
    pub reference: Option<serde_json::Value>,
    /// Line in the rule's text, from 1.
    pub line: usize,
}

impl RuleSet {
    /// Runs every test of every rule, with the reference data that is loaded.
    pub fn test(&self) -> Vec<TestOutcome> {
        self.test_some(|_| true)
    }

    /// [`Self::test`] with the rules alone whose id `asked` says yes to.
    pub fn test_some(&self, asked: impl Fn(&str) -> bool) -> Vec<TestOutcome> {
        let rules = self.rules.iter().filter(|rule| asked(&rule.source.id));
        let trials = rules.flat_map(|rule| rule.trials.iter().map(move |trial| (rule, trial)));
        trials
            .map(|(rule, trial)| self.attempt(rule, trial))
            .collect()
    }

    pub(super) fn attempt(&self, rule: &Rule, trial: &Trial) -> TestOutcome {
        let item = self.prepare(trial.listing.clone());
        let given = trial.reference.clone();
        let given = given.and_then(|rows| self.library.reference.with_rows(rows).ok());
        let given = given.map(|reference| Library::new(Arc::new(reference)));
        let library = given.unwrap_or_else(|| self.library.clone());
        let look = Look::new(&item.0, &Arc::new(trial.facts.clone()), &library);
        let (answer, steps) = run::ask_and_note(&self.engine, rule, &look);
        let ended = match &answer {
            Answer::Said(outcome, _) => place(outcome.position),
            Answer::Skip | Answer::Fault(_) => None,
        };
        let told = explain::word(rule, look.sheet(), &answer);
        let score = told.score.map(i64::from);
        let scored = trial.score.is_none_or(|expected| score == Some(expected));
        TestOutcome {
            rule: rule.source.id.clone(),
            name: trial.name.clone(),
            expected: trial.expected,
            got: told.outcome,
            ok: told.outcome == trial.expected && scored,
            detail: match score.filter(|_| !scored) {
                Some(score) => format!("score {score}: {}", told.reason),
                None => told.reason,
            },
            line: trial.line,
            steps,
            ended,
        }
    }
}

/// Reads `TESTS`; a malformed test is a fault.
pub(super) fn read(
    tests: Option<(Position, Literal<'_>)>,
    findings: &mut Findings<'_>,
) -> Vec<Trial> {
    let elements = tests.and_then(|(_, tests)| tests.elements());
    let Some(elements) = elements.filter(|elements| !elements.is_empty()) else {
        let at = tests.map_or(Position::NONE, |(at, _)| at);
        findings.add(
            Code::NoTests,
            Place::at(at, "const".len()),
            "the rule has no tests".to_owned(),
            Some("add `const TESTS = [ #{ flag: \"…\", item: #{ … } } ];`".to_owned()),
        );
        return Vec::new();
    };
    elements
        .into_iter()
        .filter_map(|test| trial(test, findings))
        .collect()
}

fn trial(test: Literal<'_>, findings: &mut Findings<'_>) -> Option<Trial> {
    let entries = plain_map(test, "a test", findings)?;
    for (key, at, _) in entries.iter().filter(|(key, ..)| !KEYS.contains(key)) {
        unknown_key(findings, "a test", key, *at, KEYS);
    }
    let find = |name: &str| entries.iter().find(|(key, ..)| *key == name).copied();
    let mut named = OUTCOMES.iter().filter_map(|outcome| {
        find(outcome).and_then(|(_, _, name)| Some((*outcome, name.text()?)))
    });
    let (Some((expected, name)), None) = (named.next(), named.next()) else {
        let message = "a test names one outcome, with what it shows".to_owned();
        let help = Some("such as `flag: \"a tenth of the usual price\"`".to_owned());
        findings.add(Code::BadTest, Place::at(test.position(), 2), message, help);
        return None;
    };
    let map = |name: &str| {
        find(name).map(|(_, at, value)| (at, value.value().and_then(|v| v.try_cast::<Map>())))
    };
    let Some((at, Some(item))) = map("item") else {
        let message = format!("the test \"{name}\" has no `item: #{{ … }}`");
        findings.add(Code::BadTest, Place::at(test.position(), 2), message, None);
        return None;
    };
    let (listing, problems) = sample::listing(&item);
    report(problems, find("item"), at, findings);
    let known = match map("facts") {
        Some((at, given)) => {
            let (known, problems) = facts::facts(&given.unwrap_or_default(), &listing);
            report(problems, find("facts"), at, findings);
            known
        }
        None => Facts::default(),
    };
    let reference = find("reference").and_then(|(_, at, given)| {
        let rows = sample::json(&given.value()?);
        match Reference::default().with_rows(rows.clone()) {
            Ok(_) => Some(rows),
            Err(wrong) => {
                let message = format!("`reference` is not made like the files: {wrong}");
                findings.add(
                    Code::BadTest,
                    Place::at(at, "reference".len()),
                    message,
                    None,
                );
                None
            }
        }
    });
    Some(Trial {
        reference,
        expected,
        name,
        score: find("score").and_then(|(_, _, score)| score.value()?.as_int().ok()),
        line: test.position().line().unwrap_or_default(),
        listing,
        facts: known,
    })
}

/// Names each problem at its key, or at the map where the key lies deeper.
fn report(
    problems: Vec<Problem>,
    entry: Option<(&str, Position, Literal<'_>)>,
    at: Position,
    findings: &mut Findings<'_>,
) {
    let entries = entry
        .and_then(|(_, _, map)| map.entries())
        .unwrap_or_default();
    for (key, message, help) in problems {
        let place = entries.iter().find(|(name, ..)| *name == key);
        let at = place.map_or(at, |(_, at, _)| *at);
        findings.add(
            Code::BadTest,
            Place::at(at, key.chars().count()),
            message,
            help,
        );
    }
}
