//! Two versions of rules side by side: what they say of themselves, their gates, parameters, tests and logic.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, Engine};
use serde::Serialize;

use super::{
    RuleSource,
    engine::engine,
    literal::{Literal, constant},
    rule::doc,
    trial::OUTCOMES,
};

/// How a rule differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// Its id.
    pub rule: String,
    /// `new`, `gone` or `changed`.
    pub change: &'static str,
    /// What of a changed rule is otherwise; nothing where only comments or its layout are.
    pub parts: Vec<PartChange>,
}

/// A part of a rule that is otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartChange {
    /// `severity`, `when.class`, `params.least`, `test pass: an ordinary sale`, `//!`, or `fn` for lines of its functions.
    pub part: String,
    /// As it was; none where it was not there.
    pub before: Option<String>,
    /// As it is; none where it is not there any more.
    pub after: Option<String>,
}

/// What differs between two sets of rules, by id. A file that is not valid Rhai is compared line by line.
pub fn changes(before: &[RuleSource], after: &[RuleSource]) -> Vec<RuleChange> {
    let engine = engine();
    let by_id = |sources: &[RuleSource]| -> BTreeMap<String, String> {
        let sources = sources.iter();
        sources
            .map(|source| (source.id.clone(), source.text.clone()))
            .collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |rule: &String| {
        let (change, parts) = match (before.get(rule), after.get(rule)) {
            (Some(old), Some(new)) if old == new => return None,
            (Some(old), Some(new)) => ("changed", parted(&engine, old, new)),
            (None, _) => ("new", Vec::new()),
            (_, None) => ("gone", Vec::new()),
        };
        let rule = rule.clone();
        Some(RuleChange {
            rule,
            change,
            parts,
        })
    };
    ids.into_iter().filter_map(of).collect()
}

fn parted(engine: &Engine, old: &str, new: &str) -> Vec<PartChange> {
    let (before, after) = (parts(engine, old), parts(engine, new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changes = Vec::new();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        if old != new {
            let (part, before, after) = (name.clone(), old.cloned(), new.cloned());
            changes.push(PartChange {
                part,
                before,
                after,
            });
        }
    }
    changes.extend(logic(&functions(engine, old), &functions(engine, new)));
    changes
}

/// Everything that a rule says without being run, by name.
fn parts(engine: &Engine, text: &str) -> BTreeMap<String, String> {
    let mut parts = BTreeMap::from([("//!".to_owned(), doc(text))]);
    let Ok(ast) = engine.compile(text) else {
        return parts;
    };
    if let Some((_, rule)) = constant(&ast, "RULE") {
        for (key, _, value) in rule.entries().into_iter().flatten() {
            match value.entries() {
                Some(inner) => parts.extend(
                    inner
                        .into_iter()
                        .map(|(name, _, value)| (format!("{key}.{name}"), said(value))),
                ),
                None => {
                    parts.insert(key.to_owned(), said(value));
                }
            }
        }
    }
    let tests = constant(&ast, "TESTS").and_then(|(_, tests)| tests.elements());
    for test in tests.into_iter().flatten() {
        parts.extend(trial(test));
    }
    parts
}

/// A test by its outcome and name, with everything else of it as text.
fn trial(test: Literal<'_>) -> Option<(String, String)> {
    let entries = test.entries()?;
    let outcome = entries.iter().find(|(key, ..)| OUTCOMES.contains(key));
    let (outcome, _, name) = outcome?;
    let name = format!("test {outcome}: {}", name.text()?);
    let rest = entries.iter().filter(|(key, ..)| key != outcome);
    let rest: Vec<String> = rest
        .map(|(key, _, value)| format!("{key}: {}", said(*value)))
        .collect();
    Some((name, rest.join(", ")))
}

fn said(value: Literal<'_>) -> String {
    value
        .value()
        .map(|value| value.to_string())
        .unwrap_or_default()
}

/// The lines of a rule's functions, without comments; of a file that is not valid Rhai, all of them.
fn functions(engine: &Engine, text: &str) -> Vec<String> {
    let constants = engine
        .compile(text)
        .map(|ast| starts(&ast))
        .unwrap_or_default();
    let mut inside = constants.is_empty();
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim();
        if constants.contains(&(number + 1)) {
            inside = false;
        } else if code.starts_with("fn ") || code.starts_with("private fn ") {
            inside = true;
        }
        if inside && !code.is_empty() && !code.starts_with("//") {
            lines.push(code.to_owned());
        }
    }
    lines
}

/// The lines on which `RULE` and `TESTS` begin.
fn starts(ast: &AST) -> Vec<usize> {
    let of = |name| constant(ast, name).and_then(|(at, _)| at.line());
    ["RULE", "TESTS"].into_iter().filter_map(of).collect()
}

/// The lines that only one of the versions has.
fn logic(before: &[String], after: &[String]) -> Option<PartChange> {
    let only = |lines: &[String], others: &[String]| {
        let mut others = others.to_vec();
        let mut alone = Vec::new();
        for line in lines {
            match others.iter().position(|other| other == line) {
                Some(at) => drop(others.remove(at)),
                None => alone.push(line.as_str()),
            }
        }
        (!alone.is_empty()).then(|| alone.join("\n"))
    };
    let (gone, new) = (only(before, after), only(after, before));
    // The same lines in another order are another function.
    let (gone, new) = match (&gone, &new) {
        (None, None) if before != after => (Some(before.join("\n")), Some(after.join("\n"))),
        (None, None) => return None,
        _ => (gone, new),
    };
    Some(PartChange {
        part: "fn".to_owned(),
        before: gone,
        after: new,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::tests::source, *};

    const OLD: &str = "//! A rule.\nconst RULE = #{\n    title: \"t\", severity: \"high\",\n    when: #{ has: [\"price\"] },\n    params: #{ least: 5.0 },\n};\nfn check(item, p) {\n    // cheap\n    if item.price >= p.least { return pass(); }\n    flag(\"a\", \"b\")\n}\nconst TESTS = [\n    #{ pass: \"dear\", item: #{ price: 9.0 } },\n    #{ flag: \"cheap\", item: #{ price: 1.0 } },\n];\n";

    fn differ(old: &str, new: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let changes = changes(&[source("a/b", old)], &[source("a/b", new)]);
        assert_eq!((changes.len(), changes[0].change), (1, "changed"));
        let parts = changes[0].parts.iter().cloned();
        parts
            .map(|part| (part.part, part.before, part.after))
            .collect()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn each_part_is_compared_by_its_name() {
        let new = OLD
            .replace("\"high\"", "\"low\"")
            .replace("[\"price\"]", "[\"brand\"]")
            .replace("5.0", "6.5")
            .replace("price: 9.0", "price: 8.0")
            .replace("flag: \"cheap\"", "flag: \"very cheap\"");
        assert_eq!(
            differ(OLD, &new),
            [
                ("params.least".to_owned(), some("5.0"), some("6.5")),
                ("severity".to_owned(), some("high"), some("low")),
                (
                    "test flag: cheap".to_owned(),
                    some("item: #{\"price\": 1.0}"),
                    None
                ),
                (
                    "test flag: very cheap".to_owned(),
                    None,
                    some("item: #{\"price\": 1.0}")
                ),
                (
                    "test pass: dear".to_owned(),
                    some("item: #{\"price\": 9.0}"),
                    some("item: #{\"price\": 8.0}")
                ),
                (
                    "when.has".to_owned(),
                    some("[\"price\"]"),
                    some("[\"brand\"]")
                ),
            ]
        );
    }

    #[test]
    fn lines_of_functions_are_compared_and_comments_are_not() {
        let new = OLD
            .replace("    flag(", "    let x = 1;\n    flag(")
            .replace(">=", ">");
        assert_eq!(
            differ(OLD, &new),
            [(
                "fn".to_owned(),
                some("if item.price >= p.least { return pass(); }"),
                some("if item.price > p.least { return pass(); }\nlet x = 1;"),
            )]
        );
        assert_eq!(differ(OLD, &OLD.replace("// cheap", "\n// not dear")), []);
        let ruined = OLD.replace("fn check(item, p) {", "fn check(item, p {");
        assert!(differ(OLD, &ruined).iter().any(|(part, ..)| part == "fn"));
    }

    #[test]
    fn rules_come_and_go() {
        let old = [source("a/b", OLD), source("a/c", OLD)];
        let new = [source("a/b", OLD), source("a/d", OLD)];
        let said: Vec<_> = changes(&old, &new)
            .into_iter()
            .map(|c| (c.rule, c.change))
            .collect();
        assert_eq!(
            said,
            [("a/c".to_owned(), "gone"), ("a/d".to_owned(), "new")]
        );
    }
}
