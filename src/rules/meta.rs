//! `RULE`: what a rule says about itself, checked key by key.

use rhai::{AST, Map, Position};

use super::{
    engine::{BUDGET, OPERATIONS},
    fault::Code,
    gate::{self, When},
    literal::{Literal, constant},
    picture::{Findings, Place, did_you_mean},
    terms::Names,
};
use crate::model::Severity;

/// The keys of `RULE`; the first four must be there.
const KEYS: &[&str] = &[
    "title", "title_zh", "kind", "severity", "basis", "when", "params", "floor", "budget",
];
const NEEDED: usize = 4;

/// What a finding can be about; the desk groups by it.
pub(super) const KINDS: &[&str] = &[
    "counterfeit",
    "certification",
    "recall",
    "disclosure",
    "prohibited",
    "relisting",
    "safety",
    "seller",
];

/// What a rule says about itself.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub title: String,
    pub title_zh: String,
    pub kind: String,
    pub severity: Severity,
    pub basis: Vec<String>,
    pub when: When,
    pub params: Map,
    /// The share of its flags that people should find right, 0 to 1.
    pub floor: Option<f64>,
    budget: Option<u64>,
}

/// Reads `RULE`; whatever is wrong is named, and what can be read is given all the same.
pub(super) fn read(ast: &AST, names: &Names<'_>, findings: &mut Findings<'_>) -> Option<Meta> {
    let Some((position, rule)) = constant(ast, "RULE") else {
        let help = Some(
            "begin with `const RULE = #{ title: \"…\", title_zh: \"…\", kind: \"…\", severity: \"…\" };`",
        );
        findings.add(
            Code::NotLiteral,
            Place::default(),
            "the file has no `const RULE`".to_owned(),
            help.map(str::to_owned),
        );
        return None;
    };
    let entries = plain_map(rule, "RULE", findings)?;
    for (key, at, _) in &entries {
        if !KEYS.contains(key) {
            unknown_key(findings, "RULE", key, *at, KEYS);
        }
    }
    for needed in &KEYS[..NEEDED] {
        if !entries.iter().any(|(key, ..)| key == needed) {
            findings.add(
                Code::Metadata,
                Place::at(position, "const".len()),
                format!("`RULE` has no `{needed}`"),
                Some(format!("add `{needed}: \"…\"`")),
            );
        }
    }
    let find = |name: &str| entries.iter().find(|(key, ..)| *key == name).copied();
    let mut text = |name: &str| {
        find(name).and_then(
            |(_, at, value)| match value.text().filter(|t| !t.trim().is_empty()) {
                Some(text) => Some(text),
                None => {
                    let message = format!("`{name}` is not a text");
                    findings.add(Code::Metadata, Place::at(at, name.len()), message, None);
                    None
                }
            },
        )
    };
    let (title, title_zh) = (text("title"), text("title_zh"));
    let (kind, severity) = (text("kind"), text("severity"));
    let kind = word(kind, find("kind"), "kind", KINDS, findings);
    let words: Vec<&str> = Severity::ALL.iter().map(|s| s.as_str()).collect();
    let severity = word(severity, find("severity"), "severity", &words, findings);
    let meta = Meta {
        basis: basis(find("basis"), position, findings),
        when: find("when").map_or_else(When::default, |(_, _, when)| {
            gate::read(when, names, findings)
        }),
        params: find("params").map_or_else(Map::new, |(_, _, params)| numbers(params, findings)),
        budget: find("budget").and_then(|(_, at, value)| budget(at, value, findings)),
        floor: find("floor").and_then(|(_, at, value)| floor(at, value, findings)),
        title: title?,
        title_zh: title_zh?,
        kind: kind?,
        severity: severity?.parse().ok()?,
    };
    Some(meta)
}

/// The entries of a map made of plain values, or the fault that names what is not plain.
pub(super) fn plain_map<'a>(
    literal: Literal<'a>,
    name: &str,
    findings: &mut Findings<'_>,
) -> Option<Vec<(&'a str, Position, Literal<'a>)>> {
    if let Some(at) = literal.computed() {
        findings.add(
            Code::NotLiteral,
            Place::at(at, 1),
            format!(
                "`{name}` is read without running anything, and this would have to be computed"
            ),
            Some("write the value itself".to_owned()),
        );
        return None;
    }
    let entries = literal.entries();
    if entries.is_none() {
        let place = Place::at(literal.position(), 1);
        findings.add(
            Code::Metadata,
            place,
            format!("`{name}` is not a map `#{{ … }}`"),
            None,
        );
    }
    entries
}

/// An unknown key, with the nearest known one.
pub(super) fn unknown_key(
    findings: &mut Findings<'_>,
    whose: &str,
    key: &str,
    at: Position,
    known: &[&str],
) {
    findings.add(
        Code::UnknownKey,
        Place::at(at, key.chars().count()),
        format!("`{whose}` has no key `{key}`"),
        did_you_mean(key, known.iter().copied()),
    );
}

/// A word of a closed list.
fn word(
    word: Option<String>,
    entry: Option<(&str, Position, Literal<'_>)>,
    name: &str,
    known: &[&str],
    findings: &mut Findings<'_>,
) -> Option<String> {
    let word = word?;
    if known.contains(&word.as_str()) {
        return Some(word);
    }
    let at = entry.map_or(Position::NONE, |(_, _, value)| value.position());
    findings.add(
        Code::Metadata,
        Place::at(at, word.chars().count() + 2),
        format!("`{word}` is no {name}"),
        did_you_mean(&word, known.iter().copied()),
    );
    None
}

fn basis(
    entry: Option<(&str, Position, Literal<'_>)>,
    rule: Position,
    findings: &mut Findings<'_>,
) -> Vec<String> {
    let texts = entry.map(|(_, at, value)| (at, value.texts()));
    let articles = match texts {
        Some((at, None)) => {
            let message = "`basis` is not a list of texts".to_owned();
            findings.add(Code::Metadata, Place::at(at, "basis".len()), message, None);
            return Vec::new();
        }
        Some((_, Some(texts))) => texts.into_iter().map(|(text, _)| text).collect(),
        None => Vec::new(),
    };
    if articles.is_empty() {
        findings.add(
            Code::NoBasis,
            Place::at(rule, "const".len()),
            "the rule names no article of law and no standard".to_owned(),
            Some("add `basis: [\"…\"]`".to_owned()),
        );
    }
    articles
}

impl Meta {
    /// Steps that one run may take before somebody should look at the rule.
    pub(super) fn budget(&self) -> u64 {
        self.budget.unwrap_or(BUDGET)
    }
}

fn budget(at: Position, value: Literal<'_>, findings: &mut Findings<'_>) -> Option<u64> {
    let steps = value.value().and_then(|value| value.as_int().ok());
    let steps = steps.and_then(|steps| u64::try_from(steps).ok());
    let fits = steps.filter(|steps| (1..=OPERATIONS).contains(steps));
    if fits.is_none() {
        let message = format!("`budget` is not a number of steps from 1 to {OPERATIONS}");
        let help = "it says how many steps a run may take before `rules check` names the rule";
        let place = Place::at(at, "budget".len());
        findings.add(Code::Metadata, place, message, Some(help.to_owned()));
    }
    fits
}

fn floor(at: Position, value: Literal<'_>, findings: &mut Findings<'_>) -> Option<f64> {
    let number = value.value();
    let number =
        number.and_then(|number| number.as_float().or(number.as_int().map(|n| n as f64)).ok());
    let share = number.filter(|share| (0.0..=1.0).contains(share));
    if share.is_none() {
        let message = "`floor` is not a number from 0 to 1".to_owned();
        let help = "it is the share of the rule's flags that people should find right, such as 0.6";
        let place = Place::at(at, "floor".len());
        findings.add(Code::Metadata, place, message, Some(help.to_owned()));
    }
    share
}

fn numbers(params: Literal<'_>, findings: &mut Findings<'_>) -> Map {
    let mut map = Map::new();
    for (key, at, value) in plain_map(params, "params", findings).unwrap_or_default() {
        match value.value().filter(|v| v.is_int() || v.is_float()) {
            Some(number) => {
                map.insert(key.into(), number);
            }
            None => findings.add(
                Code::Metadata,
                Place::at(at, key.chars().count()),
                format!("the parameter `{key}` is not a number"),
                Some(
                    "parameters are numbers that people tune; write texts into the rule".to_owned(),
                ),
            ),
        }
    }
    map
}
