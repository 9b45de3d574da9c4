//! Which places of a rule its tests reach: every `flag(…)`, `pass(…)` and `unsure(…)` of its text.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::{RuleSet, TestOutcome, rule::Rule};

/// How much of one rule its tests reach.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// The rule's id.
    pub rule: String,
    /// How many places an answer can come from.
    pub places: usize,
    /// Those that no test reaches, in the order of the text.
    pub unreached: Vec<Ending>,
}

/// A place of a rule's text where an answer is given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Ending {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// `flag`, `pass` or `unsure`.
    pub outcome: String,
    /// The line.
    pub source: String,
}

impl RuleSet {
    /// Which places of each tested rule none of these outcomes came from, by rule.
    pub fn coverage(&self, outcomes: &[TestOutcome]) -> Vec<Coverage> {
        let reached: BTreeSet<_> = outcomes
            .iter()
            .filter_map(|test| Some((test.rule.as_str(), test.ended?)))
            .collect();
        let tested: BTreeSet<&str> = outcomes.iter().map(|test| test.rule.as_str()).collect();
        let rules = self.rules.iter();
        let rules = rules.filter(|rule| tested.contains(rule.source.id.as_str()));
        rules
            .map(|rule| {
                let id = rule.source.id.as_str();
                let all = endings(rule);
                let missed = |one: &Ending| !reached.contains(&(id, (one.line, one.column)));
                Coverage {
                    rule: id.to_owned(),
                    places: all.len(),
                    unreached: all.into_iter().filter(missed).collect(),
                }
            })
            .collect()
    }
}

/// Every place where the rule answers, in the order of the text.
pub(super) fn endings(rule: &Rule) -> Vec<Ending> {
    let lines: Vec<&str> = rule.source.text.lines().collect();
    let ending = |(outcome, at): (String, Position)| {
        let (line, column) = place(at)?;
        let source = lines.get(line.saturating_sub(1)).copied();
        Some(Ending {
            line,
            column,
            outcome,
            source: source.unwrap_or_default().trim().to_owned(),
        })
    };
    let found: BTreeSet<Ending> = calls(&rule.ast).into_iter().filter_map(ending).collect();
    found.into_iter().collect()
}

/// Line and column of a position, both from 1; none where it is nowhere.
pub(super) fn place(at: Position) -> Option<(usize, usize)> {
    Some((at.line()?, at.position()?))
}

fn calls(ast: &AST) -> Vec<(String, Position)> {
    let mut found = Vec::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, at)) | ASTNode::Stmt(Stmt::FnCall(call, at))) =
            path.last()
            && ["flag", "pass", "unsure"].contains(&call.name.as_str())
        {
            found.push((call.name.to_string(), *at));
        }
        true
    });
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        reference::Reference,
        rules::tests::{rule, sound, source},
    };

    fn coverage(body: &str) -> Coverage {
        let sources = [source("a/b", &rule(body))];
        let (set, faults) = RuleSet::load(&sources, Arc::new(Reference::default()));
        sound(&faults);
        set.coverage(&set.test()).remove(0)
    }

    #[test]
    fn a_place_that_no_test_reaches_is_named_with_its_line() {
        let told = coverage(
            "if item.title == \"t\" { return pass(\"here\"); }\nif item.price == () { return unsure(\"no price\"); }\nflag(\"a\", \"b\").score(3)",
        );
        assert_eq!((told.rule.as_str(), told.places), ("a/b", 3));
        let missed: Vec<_> = told
            .unreached
            .iter()
            .map(|one| (one.line, one.column, one.outcome.as_str()))
            .collect();
        assert_eq!(missed, [(5, 30, "unsure"), (6, 1, "flag")]);
        assert_eq!(told.unreached[1].source, "flag(\"a\", \"b\").score(3)");
    }

    #[test]
    fn a_rule_whose_places_are_all_reached_misses_none() {
        assert_eq!(coverage("pass()").unreached, []);
        let value = coverage(
            "let said = if item.title == \"t\" { pass(\"a\") } else { pass(\"b\") };\nsaid",
        );
        assert_eq!((value.places, value.unreached.len()), (2, 1));
    }
}
