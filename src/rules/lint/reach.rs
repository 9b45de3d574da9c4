//! Statements that never run: behind a `return`, behind a condition that is always the same, in a branch that repeats another.

use std::collections::BTreeSet;

use rhai::{ASTFlags, ASTNode, Expr, FlowControl, Stmt};

use super::{
    Script,
    known::assigned,
    place_of,
    tree::{variable, written},
};
use crate::rules::{
    fault::Code,
    picture::{Findings, Place},
};

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    for function in &script.functions {
        block(&function.body, findings);
        for statement in &function.body {
            statement.walk(&mut Vec::new(), &mut |path| {
                node(path, findings);
                true
            });
        }
    }
}

fn node(path: &[ASTNode<'_>], findings: &mut Findings<'_>) {
    match path.last() {
        Some(ASTNode::Stmt(Stmt::If(flow, _))) => {
            condition(&flow.expr, findings);
            if !is_else_if(path) {
                repeated(flow, findings);
            }
            block(flow.body.statements(), findings);
            block(flow.branch.statements(), findings);
        }
        Some(ASTNode::Stmt(Stmt::TryCatch(flow, _))) => {
            block(flow.body.statements(), findings);
            block(flow.branch.statements(), findings);
        }
        Some(ASTNode::Stmt(Stmt::While(flow, _) | Stmt::Do(flow, ..))) => {
            block(flow.body.statements(), findings);
        }
        Some(ASTNode::Stmt(Stmt::For(parts, _))) => block(parts.2.body.statements(), findings),
        Some(ASTNode::Stmt(Stmt::Block(inner))) => block(inner.statements(), findings),
        Some(ASTNode::Expr(Expr::Stmt(inner))) => block(inner.statements(), findings),
        Some(ASTNode::Expr(Expr::And(list, _) | Expr::Or(list, _))) => twice(list, findings),
        _ => {}
    }
}

/// Whether no way leads to what stands behind the statements.
pub(super) fn leaves(statements: &[Stmt]) -> bool {
    statements.iter().any(leaves_at)
}

fn leaves_at(statement: &Stmt) -> bool {
    match statement {
        Stmt::Return(..) | Stmt::BreakLoop(..) => true,
        Stmt::If(flow, _) => leaves(flow.body.statements()) && leaves(flow.branch.statements()),
        Stmt::Block(block) => leaves(block.statements()),
        Stmt::Switch(switch, _) => {
            let cases = &switch.1;
            cases.def_case.is_some()
                && cases.expressions.iter().all(|case| match &case.rhs {
                    Expr::Stmt(block) => leaves(block.statements()),
                    _ => false,
                })
        }
        Stmt::TryCatch(flow, _) => {
            leaves(flow.body.statements()) && leaves(flow.branch.statements())
        }
        Stmt::While(flow, _) => {
            matches!(flow.expr, Expr::Unit(_)) && !breaks(flow.body.statements())
        }
        Stmt::Expr(expr) => match &**expr {
            Expr::Stmt(block) => leaves(block.statements()),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a `break` of this loop stands in its body.
pub(super) fn breaks(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::BreakLoop(_, how, _) => how.contains(ASTFlags::BREAK),
        Stmt::If(flow, _) | Stmt::TryCatch(flow, _) => {
            breaks(flow.body.statements()) || breaks(flow.branch.statements())
        }
        Stmt::Block(block) => breaks(block.statements()),
        Stmt::Switch(switch, _) => switch.1.expressions.iter().any(|case| match &case.rhs {
            Expr::Stmt(block) => breaks(block.statements()),
            _ => false,
        }),
        Stmt::Expr(expr) => match &**expr {
            Expr::Stmt(block) => breaks(block.statements()),
            _ => false,
        },
        _ => false,
    })
}

/// The first statement behind one that always leaves, and conditions that were already asked.
fn block(statements: &[Stmt], findings: &mut Findings<'_>) {
    let left = statements.iter().position(leaves_at);
    let behind = left.and_then(|left| statements.get(left + 1..));
    let dead = behind.and_then(|behind| behind.iter().find(|statement| !statement.is_noop()));
    if let Some(dead) = dead {
        let line = left.and_then(|left| statements.get(left)?.position().line());
        let message = format!(
            "this never runs: what begins at line {} always leaves",
            line.unwrap_or_default()
        );
        let help = "remove it, or put a condition around what stands before it";
        let place = Place::at(dead.position(), 1);
        findings.add(Code::Unreachable, place, message, Some(help.to_owned()));
    }
    asked_before(statements, findings);
}

/// `if a { return …; }` and further down in the same block `if a` again.
fn asked_before(statements: &[Stmt], findings: &mut Findings<'_>) {
    let mut asked: Vec<(String, BTreeSet<String>)> = Vec::new();
    for statement in statements {
        let changed = assigned(std::slice::from_ref(statement));
        if let Stmt::If(flow, _) = statement
            && let Some(text) = written(&flow.expr)
        {
            if asked.iter().any(|(before, _)| *before == text) {
                repeats(&flow.expr, &text, findings);
            } else if leaves(flow.body.statements()) && flow.branch.is_empty() {
                asked.push((text, names(&flow.expr)));
            }
        }
        let declared = match statement {
            Stmt::Var(var, ..) => Some(var.0.name.to_string()),
            _ => None,
        };
        // What has a new value may be asked again.
        asked.retain(|(_, names)| {
            let mut new = changed.iter().chain(&declared);
            !new.any(|name| names.contains(name))
        });
    }
}

/// `if a {} else if b {} else if a {}`.
fn repeated(flow: &FlowControl, findings: &mut Findings<'_>) {
    let mut before = BTreeSet::new();
    let mut next = Some(flow);
    while let Some(flow) = next {
        if let Some(text) = written(&flow.expr)
            && !before.insert(text.clone())
        {
            repeats(&flow.expr, &text, findings);
        }
        next = match flow.branch.statements() {
            [Stmt::If(inner, _)] => Some(inner),
            _ => None,
        };
    }
}

/// `a && a`, `a || a`.
fn twice(list: &[Expr], findings: &mut Findings<'_>) {
    let mut before = BTreeSet::new();
    for part in list {
        if let Some(text) = written(part)
            && !before.insert(text.clone())
        {
            repeats(part, &text, findings);
        }
    }
}

fn repeats(expr: &Expr, text: &str, findings: &mut Findings<'_>) {
    // The parser places an operator at its sign: its first operand is where the condition begins.
    let start = first(expr);
    findings.add(
        Code::Repeated,
        place_of(start, written(start).map_or(1, |text| text.chars().count())),
        format!(
            "`{}` was already asked, and its answer is settled here",
            bare(text)
        ),
        Some("was another condition meant?".to_owned()),
    );
}

/// A condition that is the same on every listing.
fn condition(expr: &Expr, findings: &mut Findings<'_>) {
    let always = match expr {
        Expr::BoolConstant(value, _) => Some(*value),
        Expr::FnCall(call, _) => match (call.name.as_str(), call.args.as_slice()) {
            ("==" | "<=" | ">=", [a, b]) if same(a, b) => Some(true),
            ("!=" | "<" | ">", [a, b]) if same(a, b) => Some(false),
            _ => None,
        },
        _ => None,
    };
    if let Some(always) = always {
        let start = first(expr);
        findings.add(
            Code::Constant,
            place_of(start, written(start).map_or(1, |text| text.chars().count())),
            format!("this condition is always {always}"),
            Some("ask something of the listing, or leave the `if` out".to_owned()),
        );
    }
}

fn same(a: &Expr, b: &Expr) -> bool {
    written(a).is_some_and(|text| written(b) == Some(text))
}

fn first(expr: &Expr) -> &Expr {
    match expr {
        Expr::FnCall(call, _) if call.op_token.is_some() => call.args.first().map_or(expr, first),
        Expr::And(list, _) | Expr::Or(list, _) => list.first().map_or(expr, first),
        _ => expr,
    }
}

fn bare(text: &str) -> &str {
    text.strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .unwrap_or(text)
}

fn names(expr: &Expr) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    expr.walk(&mut Vec::new(), &mut |path| {
        if let Some(ASTNode::Expr(expr)) = path.last() {
            names.extend(variable(expr).map(str::to_owned));
        }
        true
    });
    names
}

/// Whether the last node of a path is the `if` of an `else if`.
fn is_else_if(path: &[ASTNode<'_>]) -> bool {
    match path {
        [.., ASTNode::Stmt(Stmt::If(outer, _)), ASTNode::Stmt(inner)] => outer
            .branch
            .statements()
            .first()
            .is_some_and(|first| outer.branch.len() == 1 && std::ptr::eq(first, *inner)),
        _ => false,
    }
}
