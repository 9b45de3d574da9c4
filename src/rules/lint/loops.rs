//! Loops that do the same work in every round.

use std::collections::BTreeSet;

use rhai::{ASTFlags, ASTNode, BinaryExpr, Expr, FnCallExpr, OpAssignment, Position, Stmt};

use super::{
    Script,
    known::assigned,
    place_of,
    slow::SEARCHES,
    tree::{self, Step, chain, written},
    vocabulary,
};
use crate::rules::{
    fault::Code,
    picture::{Findings, Place},
};

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let mut rounds = Rounds {
        texts: BTreeSet::new(),
        findings,
    };
    for statement in script.functions.iter().flat_map(|f| &f.body) {
        statement.walk(&mut Vec::new(), &mut |path| {
            rounds.node(path);
            true
        });
    }
}

struct Rounds<'f, 'a> {
    /// Variables that began as a text.
    texts: BTreeSet<String>,
    findings: &'f mut Findings<'a>,
}

impl Rounds<'_, '_> {
    fn node(&mut self, path: &[ASTNode<'_>]) {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(var, ..))) if is_text(&var.1) => {
                self.texts.insert(var.0.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                self.joined(path, &assignment.0, &assignment.1);
            }
            Some(ASTNode::Stmt(Stmt::For(parts, at))) => self.nested(path, &parts.2.expr, *at),
            Some(ASTNode::Expr(expr @ (Expr::Dot(..) | Expr::Index(..)))) => {
                let chain = chain(expr);
                for link in chain.iter().flat_map(|chain| &chain.links) {
                    if let Step::Call(call, at) = link.step {
                        let base = chain.as_ref().map(|chain| chain.base);
                        self.repeated(path, call, at, base);
                    }
                }
            }
            Some(ASTNode::Expr(Expr::FnCall(call, at)))
            | Some(ASTNode::Stmt(Stmt::FnCall(call, at))) => self.repeated(path, call, *at, None),
            Some(ASTNode::Expr(Expr::MethodCall(call, at))) => self.one_word(path, call, *at),
            _ => {}
        }
    }

    /// A loop within a loop over lists that have nothing to do with each other.
    fn nested(&mut self, path: &[ASTNode<'_>], over: &Expr, at: Position) {
        let Some(outer) = loops(path).last() else {
            return;
        };
        let long = !short(over) && outer.over.is_some_and(|outer| !short(outer));
        let Some(name) = written(over).filter(|_| long) else {
            return;
        };
        if reads(over).is_disjoint(&outer.bound) {
            let message =
                format!("`{name}` is gone through again in every round of the loop around it");
            let help = "ask `x in list`, or look once with `filter` before the loop";
            let place = Place::at(at, "for".len());
            self.findings
                .add(Code::SlowLoop, place, message, Some(help.to_owned()));
        }
    }

    /// `text += "…"` in a loop.
    fn joined(&mut self, path: &[ASTNode<'_>], how: &OpAssignment, pair: &BinaryExpr) {
        let Some(name) = tree::variable(&pair.lhs).filter(|_| loops(path).next().is_some()) else {
            return;
        };
        let grows = match &pair.rhs {
            Expr::FnCall(call, _) if call.name == "+" => {
                call.args.first().and_then(tree::variable) == Some(name)
            }
            rhs => how.is_op_assignment() && (is_text(rhs) || self.texts.contains(name)),
        };
        if grows && (self.texts.contains(name) || is_text(&pair.rhs)) {
            self.findings.add(
                Code::SlowLoop,
                place_of(&pair.lhs, name.chars().count()),
                format!("`{name}` is copied whole in every round"),
                Some("collect the parts with `list.push(…)`: `.because` takes a list".to_owned()),
            );
        }
    }

    /// A native call in a loop that gives the same in every round.
    fn repeated(
        &mut self,
        path: &[ASTNode<'_>],
        call: &FnCallExpr,
        at: Position,
        base: Option<&Expr>,
    ) {
        let answers = ["flag", "pass", "unsure", "score", "because", "basis"];
        let native =
            vocabulary::doc(&call.name).is_some() && !answers.contains(&call.name.as_str());
        let Some(around) = loops(path).last().filter(|_| native) else {
            return;
        };
        let parts = call.args.iter().chain(base);
        let plain = parts.clone().all(|part| written(part).is_some());
        let read: BTreeSet<String> = parts.flat_map(reads).collect();
        if plain && read.is_disjoint(&around.bound) && around.goes_on {
            let place = Place::at(at, call.name.chars().count());
            let message = format!(
                "`{}` is asked the same in every round of the loop",
                call.name
            );
            let help = "ask once before the loop, with `let`";
            self.findings
                .add(Code::SlowLoop, place, message, Some(help.to_owned()));
        }
    }

    /// `mentions` of one word after the other.
    fn one_word(&mut self, path: &[ASTNode<'_>], call: &FnCallExpr, at: Position) {
        let [Expr::Array(words, _)] = call.args.as_slice() else {
            return;
        };
        if !SEARCHES.contains(&call.name.as_str()) {
            return;
        }
        let around = loops(path).last();
        let mut words = words.iter().filter_map(tree::variable);
        if around.is_some_and(|around| words.any(|word| around.bound.contains(word))) {
            let message = format!("`{}` looks for one word in every round", call.name);
            let help = format!("give it the whole list: `{}(words)`", call.name);
            let place = Place::at(at, call.name.chars().count());
            self.findings
                .add(Code::SlowLoop, place, message, Some(help));
        }
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::StringConstant(..) | Expr::InterpolatedString(..)
    )
}

/// A loop around a node: what it goes through, what is new in every round, and whether the node leads to a next round.
struct Around<'p> {
    over: Option<&'p Expr>,
    bound: BTreeSet<String>,
    goes_on: bool,
}

/// The loops whose body holds the last node of a path, the innermost last.
fn loops<'p>(path: &'p [ASTNode<'p>]) -> impl Iterator<Item = Around<'p>> {
    path.iter().enumerate().filter_map(|(depth, node)| {
        // A statement right below a loop is of its body; its head is an expression.
        let below = path.get(depth + 1..)?;
        let Some(ASTNode::Stmt(_)) = below.first() else {
            return None;
        };
        let (over, body, mut bound) = match node {
            ASTNode::Stmt(Stmt::For(parts, _)) => {
                let mut names = BTreeSet::from([parts.0.name.to_string()]);
                names.extend(parts.1.as_ref().map(|counter| counter.name.to_string()));
                (Some(&parts.2.expr), &parts.2.body, names)
            }
            ASTNode::Stmt(Stmt::While(flow, _) | Stmt::Do(flow, ..)) => {
                (None, &flow.body, BTreeSet::new())
            }
            _ => return None,
        };
        bound.extend(assigned(body.statements()));
        for statement in body.statements() {
            statement.walk(&mut Vec::new(), &mut |path| {
                match path.last() {
                    Some(ASTNode::Stmt(Stmt::Var(var, ..))) => {
                        bound.insert(var.0.name.to_string());
                    }
                    Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                        bound.insert(parts.0.name.to_string());
                    }
                    _ => {}
                }
                true
            });
        }
        let goes_on = !below.iter().any(|node| ends(node, below));
        Some(Around {
            over,
            bound,
            goes_on,
        })
    })
}

/// Whether a node on the way is a `return`, or the block of it that is gone through ends the loop.
fn ends(node: &ASTNode<'_>, below: &[ASTNode<'_>]) -> bool {
    let leaves = |statements: &[Stmt]| {
        let inside = statements.iter().any(|statement| {
            below
                .iter()
                .any(|node| matches!(node, ASTNode::Stmt(on) if std::ptr::eq(*on, statement)))
        });
        inside
            && statements.iter().any(|statement| match statement {
                Stmt::Return(..) => true,
                Stmt::BreakLoop(_, how, _) => how.contains(ASTFlags::BREAK),
                _ => false,
            })
    };
    match node {
        ASTNode::Stmt(Stmt::Return(..)) => true,
        ASTNode::Stmt(Stmt::If(flow, _)) => {
            leaves(flow.body.statements()) || leaves(flow.branch.statements())
        }
        _ => false,
    }
}

/// The variables that an expression reads.
fn reads(expr: &Expr) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    expr.walk(&mut Vec::new(), &mut |path| {
        if let Some(ASTNode::Expr(expr)) = path.last() {
            names.extend(tree::variable(expr).map(str::to_owned));
        }
        true
    });
    names
}

/// A list that is written out is short, and so is a range.
fn short(expr: &Expr) -> bool {
    match expr {
        Expr::Array(..) => true,
        Expr::FnCall(call, _) => call.op_token.is_some(),
        _ => false,
    }
}
