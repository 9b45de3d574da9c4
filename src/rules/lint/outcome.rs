//! Ways through `check` that end without an answer, and rules that never flag.

use rhai::{AST, ASTFlags, ASTNode, Expr, Position, Stmt};

use super::{
    Script,
    kinds::Kind,
    known::Env,
    place_of,
    reach::leaves,
    tree::{Function, Step, chain},
};
use crate::rules::{
    fault::Code,
    literal::Literal,
    picture::{Findings, Place},
};

const ENDS: &str = "end every way with flag(…), pass(…) or unsure(…)";

pub(super) fn check(ast: &AST, script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(check) = script.functions.iter().find(|f| f.name == "check") else {
        return;
    };
    last(&check.body, check.start, script, findings);
    returns(check, script, findings);
    if !calls_flag(ast) {
        findings.add(
            Code::NeverFlags,
            named(check, findings),
            "the rule never flags anything".to_owned(),
            Some("a rule is there to find something: end one way with flag(…)".to_owned()),
        );
    }
    scores(ast, findings);
}

/// The name `check` in front of its body.
fn named(check: &Function, findings: &Findings<'_>) -> Place {
    let line = check.start.line().unwrap_or(1);
    let text = findings.source.text.lines().nth(line - 1).unwrap_or("");
    match text.find("check") {
        Some(byte) => Place {
            line,
            column: text.get(..byte).unwrap_or("").chars().count() + 1,
            width: "check".len(),
        },
        None => Place::at(check.start, 1),
    }
}

/// The end of a block: its last statement is its value.
fn last(body: &[Stmt], start: Position, script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(end) = body.iter().rev().find(|statement| !statement.is_noop()) else {
        return add(
            findings,
            Place::at(start, 1),
            "here `check` ends without an answer",
        );
    };
    if leaves(body) {
        return;
    }
    let place = Place::at(end.position(), 1);
    match end {
        Stmt::Expr(expr) => value(expr, script, findings),
        Stmt::FnCall(call, at) if no_answer(&script.vocabulary.gives(&call.name).kind) => {
            let place = Place::at(*at, call.name.chars().count());
            let message = format!("`{}` gives no answer", call.name);
            add(findings, place, &message);
        }
        Stmt::FnCall(..) => {}
        Stmt::If(flow, at) => {
            last(
                flow.body.statements(),
                flow.body.position(),
                script,
                findings,
            );
            match flow.branch.is_empty() {
                true => add(
                    findings,
                    Place::at(*at, "if".len()),
                    "where the condition does not hold, `check` ends without an answer",
                ),
                false => last(
                    flow.branch.statements(),
                    flow.branch.position(),
                    script,
                    findings,
                ),
            }
        }
        Stmt::Switch(switch, at) => {
            for case in &switch.1.expressions {
                value(&case.rhs, script, findings);
            }
            if switch.1.def_case.is_none() {
                let message = "where no case fits, `check` ends without an answer";
                add(findings, Place::at(*at, "switch".len()), message);
            }
        }
        Stmt::Block(block) => last(block.statements(), block.position(), script, findings),
        Stmt::For(_, at) | Stmt::While(_, at) | Stmt::Do(_, _, at) => {
            let message = "when the loop is over, `check` ends without an answer";
            add(findings, Place::at(*at, "for".len()), message);
        }
        _ => add(
            findings,
            place,
            "behind this, `check` ends without an answer",
        ),
    }
}

fn value(expr: &Expr, script: &Script<'_>, findings: &mut Findings<'_>) {
    if let Expr::Stmt(block) = expr {
        return last(block.statements(), block.position(), script, findings);
    }
    // What a variable holds is not followed: nothing is said of it.
    let kind = Env::default().kind_of(expr, script.vocabulary).kind;
    let field = chain(expr).is_some_and(|chain| {
        let end = chain.links.last().map(|link| &link.step);
        matches!(end, Some(Step::Field(..)))
    });
    if no_answer(&kind) && !field {
        let words = kind.word().unwrap_or("something else");
        let message = format!("`check` ends here with {words}, which is no answer");
        add(findings, place_of(expr, 1), &message);
    }
}

/// `return x;` with something that is certainly no answer.
fn returns(check: &Function, script: &Script<'_>, findings: &mut Findings<'_>) {
    for statement in &check.body {
        statement.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Stmt(Stmt::Return(given, how, at))) = path.last()
                && !how.contains(ASTFlags::BREAK)
            {
                match given {
                    Some(expr) => value(expr, script, findings),
                    None => {
                        let place = Place::at(*at, "return".len());
                        add(findings, place, "`return` gives no answer");
                    }
                }
            }
            true
        });
    }
}

fn no_answer(kind: &Kind) -> bool {
    !matches!(kind, Kind::Unknown | Kind::Thing("Outcome"))
}

fn add(findings: &mut Findings<'_>, place: Place, message: &str) {
    findings.add(
        Code::NoAnswer,
        place,
        message.to_owned(),
        Some(ENDS.to_owned()),
    );
}

fn calls_flag(ast: &AST) -> bool {
    let mut found = false;
    ast.walk(&mut |path| {
        found |= match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _))) => {
                call.name == "flag"
            }
            Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => call.name == "flag",
            _ => false,
        };
        !found
    });
    found
}

/// `.score(120)`.
fn scores(ast: &AST, findings: &mut Findings<'_>) {
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::MethodCall(call, _))) = path.last()
            && call.name == "score"
            && let [given] = call.args.as_slice()
            && let Some(points) = Literal(given).value()
            && !points
                .as_int()
                .is_ok_and(|points| (0..=100).contains(&points))
        {
            findings.add(
                Code::Score,
                place_of(given, points.to_string().len()),
                format!("a score is a whole number from 0 to 100, not {points}"),
                Some("leave `.score` out to take the one of the severity".to_owned()),
            );
        }
        true
    });
}
