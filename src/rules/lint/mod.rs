//! What is wrong with a rule that parses, all of it at once: a file per concern, and one table of codes in `fault`.

mod absent;
mod brackets;
mod closures;
mod compare;
mod flow;
mod gates;
mod idle;
mod kinds;
mod known;
mod language;
mod loops;
#[cfg(test)]
mod mutations;
mod names;
mod outcome;
#[cfg(test)]
mod pages;
mod reach;
mod reasons;
mod slips;
mod slow;
mod syntax;
mod trials;
mod vocabulary;
mod words;

use rhai::{AST, Expr};

use super::tree::{self, Function};
use super::{
    literal::{Literal, constant},
    picture::{Findings, Place},
    terms::Names,
};

pub(super) use syntax::report as report_syntax;
pub(super) use vocabulary::Vocabulary;

/// A rule as every concern of the lint sees it.
struct Script<'a> {
    vocabulary: &'a Vocabulary,
    names: &'a Names<'a>,
    /// The keys of `params`.
    params: Vec<&'a str>,
    functions: Vec<Function>,
    /// Fields that are there wherever the gates let the rule run.
    promised: Vec<String>,
}

impl Script<'_> {
    /// What `check` calls its value of that number: 0 the listing, 1 the parameters.
    fn called(&self, number: usize) -> Option<&str> {
        let check = self.functions.iter().find(|f| f.name == "check")?;
        check.params.get(number).map(String::as_str)
    }
}

/// Checks a rule; gives the words that it looks for itself.
pub(super) fn walk(
    ast: &AST,
    vocabulary: &Vocabulary,
    names: &Names<'_>,
    findings: &mut Findings<'_>,
) -> Vec<String> {
    let rule = constant(ast, "RULE").map(|(_, rule)| rule);
    let when = rule.and_then(|rule| entry(rule, "when"));
    let params = rule.and_then(|rule| entry(rule, "params")?.entries());
    let params = params.unwrap_or_default();
    let script = Script {
        vocabulary,
        names,
        params: params.into_iter().map(|(name, ..)| name).collect(),
        functions: tree::functions(ast),
        promised: gates::promised(when),
    };
    let words = names::walk(ast, &script, findings);
    reasons::check(ast, findings);
    flow::walk(&script, findings);
    reach::check(&script, findings);
    outcome::check(ast, &script, findings);
    slow::check(&script, findings);
    loops::check(&script, findings);
    closures::check(&script, findings);
    idle::check(&script, rule, findings);
    if let Some(when) = when {
        gates::check(when, names, findings);
    }
    if let Some(rule) = rule {
        language::check(rule, findings);
    }
    if let Some((_, tests)) = constant(ast, "TESTS") {
        trials::check(tests, findings);
    }
    words
}

/// The value of a key in a literal map.
fn entry<'a>(map: Literal<'a>, name: &str) -> Option<Literal<'a>> {
    let entries = map.entries()?;
    let found = entries.into_iter().find(|(key, ..)| *key == name);
    found.map(|(.., value)| value)
}

/// Where an expression begins, so many characters wide.
fn place_of(expr: &Expr, width: usize) -> Place {
    Place::at(expr.start_position(), width)
}
