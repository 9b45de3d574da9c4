//! Closures that ask about the variable with which their chain begins.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Position};

use super::{
    Script,
    tree::{self, Step, chain, variable},
};
use crate::rules::{
    fault::Code,
    picture::{Findings, Place},
};

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let mut met = BTreeSet::new();
    for statement in script.functions.iter().flat_map(|f| &f.body) {
        statement.walk(&mut Vec::new(), &mut |path| {
            let chain = match path.last() {
                Some(ASTNode::Expr(expr)) => chain(expr),
                _ => None,
            };
            for (function, name) in chain.iter().flat_map(tree::Chain::about_itself) {
                if let Some(use_) = first_use(script, &function, name)
                    && met.insert(use_.at)
                {
                    report(name, &use_, findings);
                }
            }
            true
        });
    }
}

/// Where a closure uses a variable, and the field that it asks for.
struct Use {
    at: Position,
    field: Option<String>,
}

fn first_use(script: &Script<'_>, function: &str, name: &str) -> Option<Use> {
    let function = script.functions.iter().find(|f| f.name == function)?;
    let mut found: Option<Use> = None;
    for statement in &function.body {
        statement.walk(&mut Vec::new(), &mut |path| {
            let Some(ASTNode::Expr(expr)) = path.last() else {
                return true;
            };
            let Some(at) = named(expr, name).filter(|_| found.is_none()) else {
                return true;
            };
            let field = chain(expr).and_then(|chain| match chain.links.first()?.step {
                Step::Field(field) => Some(field.to_owned()),
                _ => None,
            });
            found = Some(Use { at, field });
            true
        });
    }
    found
}

/// Where a variable stands, alone or at the beginning of a chain.
fn named(expr: &Expr, name: &str) -> Option<Position> {
    let base = chain(expr).map_or(expr, |chain| chain.base);
    let same = variable(base) == Some(name);
    same.then(|| base.start_position())
}

fn report(name: &str, use_: &Use, findings: &mut Findings<'_>) {
    let message = format!(
        "`{name}` is taken while this list is made of it: where the list is not empty, the rule fails"
    );
    let help = match &use_.field {
        Some(field) => {
            format!("name it before: `let {field} = {name}.{field};`, and ask for `{field}` here")
        }
        None => {
            format!("make the list before, under a name of its own, and ask about `{name}` then")
        }
    };
    let place = Place::at(use_.at, name.chars().count());
    findings.add(Code::Taken, place, message, Some(help));
}

#[cfg(test)]
mod tests {
    use crate::rules::engine::host;

    /// Should the language once allow it, this lint has no reason any more.
    #[test]
    fn the_language_finds_the_variable_taken() {
        let engine = host().engine;
        let run = |inside: &str| {
            let text =
                format!("let list = [1]; let n = list.len(); list.filter(|x| x == {inside})");
            engine.eval::<rhai::Array>(&text).map(|found| found.len())
        };
        let error = run("list.len()").unwrap_err().to_string();
        assert!(error.contains("Data race"), "{error}");
        assert_eq!(run("n").unwrap(), 1);
    }
}
