//! Parameters, variables and functions that nothing uses.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Stmt};

use super::{Script, entry, tree};
use crate::rules::{
    fault::Code,
    literal::Literal,
    picture::{Findings, Place},
};

/// What a rule's functions say by name.
#[derive(Default)]
struct Said {
    properties: BTreeSet<String>,
    variables: BTreeSet<String>,
    calls: BTreeSet<String>,
    /// Texts: `p["ratio"]`, `Fn("helper")`.
    texts: BTreeSet<String>,
}

pub(super) fn check(script: &Script<'_>, rule: Option<Literal<'_>>, findings: &mut Findings<'_>) {
    let mut said = Said::default();
    for function in &script.functions {
        for statement in &function.body {
            statement.walk(&mut Vec::new(), &mut |path| {
                said.take(path);
                true
            });
        }
    }
    if let Some(params) = rule.and_then(|rule| entry(rule, "params")) {
        for (name, at, _) in params.entries().unwrap_or_default() {
            if !said.properties.contains(name) && !said.texts.contains(name) {
                let help = match script.called(1) {
                    Some(p) => format!("read it as `{p}.{name}`, or remove it"),
                    None => format!("write `fn check(item, p)` and read `p.{name}`, or remove it"),
                };
                let message = format!("nothing reads the parameter `{name}`");
                let place = Place::at(at, name.chars().count());
                findings.add(Code::IdleParam, place, message, Some(help));
            }
        }
    }
    variables(script, &said, findings);
    functions(script, &said, findings);
}

fn variables(script: &Script<'_>, said: &Said, findings: &mut Findings<'_>) {
    for statement in script.functions.iter().flat_map(|f| &f.body) {
        statement.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Stmt(Stmt::Var(var, ..))) = path.last() {
                let name = var.0.name.as_str();
                if !name.starts_with('_') && !said.variables.contains(name) {
                    findings.add(
                        Code::IdleName,
                        Place::at(var.0.pos, name.chars().count()),
                        format!("nothing reads `{name}`"),
                        Some("use it, or remove it".to_owned()),
                    );
                }
            }
            true
        });
    }
}

fn functions(script: &Script<'_>, said: &Said, findings: &mut Findings<'_>) {
    for function in script.functions.iter().filter(|f| f.named()) {
        let name = function.name.as_str();
        let used = said.calls.contains(name) || said.texts.contains(name);
        if name != "check" && !used && !said.variables.contains(name) {
            findings.add(
                Code::IdleFunction,
                declared(function, findings),
                format!("nothing calls `{name}`"),
                Some("call it from `check`, or remove it".to_owned()),
            );
        }
    }
}

/// Where a function's name stands, in front of its body.
fn declared(function: &tree::Function, findings: &Findings<'_>) -> Place {
    let line = function.start.line().unwrap_or(1);
    let text = findings.source.text.lines().nth(line - 1).unwrap_or("");
    let at = text.find(&format!("fn {}", function.name));
    let before = at.and_then(|byte| text.get(..byte + "fn ".len()));
    match before {
        Some(before) => Place {
            line,
            column: before.chars().count() + 1,
            width: function.name.chars().count(),
        },
        None => Place::at(function.start, 1),
    }
}

impl Said {
    fn take(&mut self, path: &[ASTNode<'_>]) {
        match path.last() {
            Some(ASTNode::Expr(Expr::Property(name, _))) => {
                self.properties.insert(name.2.to_string());
            }
            Some(ASTNode::Expr(Expr::StringConstant(text, _))) => {
                self.texts.insert(text.to_string());
            }
            Some(ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)))
            | Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => {
                self.calls.insert(call.name.to_string());
            }
            Some(ASTNode::Expr(expr @ Expr::Variable(..))) if !is_target(path, expr) => {
                self.variables
                    .extend(tree::variable(expr).map(str::to_owned));
            }
            _ => {}
        }
    }
}

/// Whether a variable is what `x = …` writes to: that reads nothing.
fn is_target(path: &[ASTNode<'_>], expr: &Expr) -> bool {
    match path {
        [.., ASTNode::Stmt(Stmt::Assignment(assignment)), _] => {
            !assignment.0.is_op_assignment() && std::ptr::eq(&assignment.1.lhs, expr)
        }
        _ => false,
    }
}
