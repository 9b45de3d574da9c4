//! Which turns a script took, told from the place where it ended: nothing of the run has to be watched for it.
//!
//! An `if` around that place was met, or its `else` was taken; an `if` before it that always returns was not met.

use rhai::{AST, ASTNode, Expr, Map, Position, Stmt};

use super::{
    prepared::{Sheet, spoken},
    view::field,
};

/// One `if` on the way to the answer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Turn {
    /// Line of the rule's text, from 1.
    pub line: usize,
    /// That line.
    pub source: String,
    /// Whether the condition held.
    pub met: bool,
    /// Fields and parameters that the condition names, as written, each with its value; an absent one is empty.
    pub with: Vec<(String, String)>,
}

/// What the words of a condition stand for.
pub(super) struct Known<'a> {
    /// The rule's text.
    pub text: &'a str,
    pub sheet: &'a Sheet,
    pub params: &'a Map,
}

/// What `check` calls the listing and the parameters.
fn called(ast: &AST) -> (Option<String>, Option<String>) {
    let check = ast.iter_functions().find(|f| f.name == "check");
    let names = check.map(|f| f.params).unwrap_or_default();
    let mut names = names.into_iter().map(str::to_owned);
    (names.next(), names.next())
}

/// The turns on the way to `end`, in the order of the text.
pub(super) fn turns(ast: &AST, end: Position, known: &Known<'_>) -> Vec<Turn> {
    let mut way = Way {
        end,
        known,
        called: called(ast),
        turns: Vec::new(),
    };
    for body in bodies(ast) {
        if let Some(at) = body.iter().position(|statement| holds(statement, end)) {
            way.follow(&body, at);
        }
    }
    way.turns
}

/// The statements of every function but the nameless ones, which stand inside the others.
fn bodies(ast: &AST) -> Vec<Vec<Stmt>> {
    let named = ast.iter_functions().map(|f| (f.name, f.params.len()));
    let named = named.filter(|(name, _)| !name.starts_with("anon$"));
    named
        .map(|(name, count)| {
            let one = ast.clone_functions_only_filtered(|_, _, _, known, params| {
                (known, params) == (name, count)
            });
            let mut body = Vec::new();
            one.walk(&mut |path| {
                if let [ASTNode::Stmt(statement)] = path {
                    body.push((*statement).clone());
                }
                true
            });
            body
        })
        .collect()
}

/// Whether the place lies inside a statement.
fn holds(statement: &Stmt, end: Position) -> bool {
    !statement.walk(&mut Vec::new(), &mut |path| !is_at(path, end))
}

fn expression_holds(expr: &Expr, end: Position) -> bool {
    !expr.walk(&mut Vec::new(), &mut |path| !is_at(path, end))
}

fn is_at(path: &[ASTNode<'_>], end: Position) -> bool {
    match path.last() {
        Some(ASTNode::Expr(Expr::FnCall(_, at)) | ASTNode::Stmt(Stmt::FnCall(_, at))) => *at == end,
        _ => false,
    }
}

struct Way<'a> {
    end: Position,
    known: &'a Known<'a>,
    called: (Option<String>, Option<String>),
    turns: Vec<Turn>,
}

impl Way<'_> {
    /// Follows a block to its statement `at`, which holds the end.
    fn follow(&mut self, block: &[Stmt], at: usize) {
        for statement in &block[..at] {
            self.pass_by(statement);
        }
        if let Some(statement) = block.get(at) {
            self.enter(statement);
        }
    }

    fn follow_to_end(&mut self, block: &[Stmt]) -> bool {
        let at = block.iter().position(|one| holds(one, self.end));
        at.inspect(|at| self.follow(block, *at)).is_some()
    }

    /// The script came out behind this statement.
    fn pass_by(&mut self, statement: &Stmt) {
        let Stmt::If(flow, at) = statement else {
            return;
        };
        let (body, branch) = (flow.body.statements(), flow.branch.statements());
        if leaves(body) {
            self.turn(&flow.expr, *at, false);
            branch.iter().for_each(|inner| self.pass_by(inner));
        } else if leaves(branch) {
            self.turn(&flow.expr, *at, true);
        }
    }

    /// The end lies inside this statement.
    fn enter(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(flow, at) => {
                let met = flow.body.iter().any(|inner| holds(inner, self.end));
                self.turn(&flow.expr, *at, met);
                let way = if met { &flow.body } else { &flow.branch };
                self.follow_to_end(way.statements());
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) | Stmt::TryCatch(flow, _) => {
                let _in_body = self.follow_to_end(flow.body.statements())
                    || self.follow_to_end(flow.branch.statements());
            }
            Stmt::For(held, _) => {
                self.follow_to_end(held.2.body.statements());
            }
            Stmt::Block(block) => {
                self.follow_to_end(block.statements());
            }
            Stmt::Switch(held, _) => {
                for case in &held.1.expressions {
                    self.enter_expression(&case.rhs);
                }
            }
            Stmt::Expr(expr) | Stmt::Return(Some(expr), ..) => self.enter_expression(expr),
            Stmt::Var(held, ..) => self.enter_expression(&held.1),
            _ => {}
        }
    }

    /// The end may lie inside this expression: an `if` can stand where a value stands.
    fn enter_expression(&mut self, expr: &Expr) {
        if !expression_holds(expr, self.end) {
            return;
        }
        match expr {
            Expr::Stmt(block) => {
                self.follow_to_end(block.statements());
            }
            Expr::Dot(both, ..) => {
                self.enter_expression(&both.lhs);
                self.enter_expression(&both.rhs);
            }
            Expr::FnCall(call, _) | Expr::MethodCall(call, _) => {
                call.args.iter().for_each(|one| self.enter_expression(one));
            }
            _ => {}
        }
    }

    fn turn(&mut self, condition: &Expr, at: Position, met: bool) {
        let line = at.line().unwrap_or_default();
        let source = self.known.text.lines().nth(line.saturating_sub(1));
        self.turns.push(Turn {
            line,
            source: source.unwrap_or_default().trim().to_owned(),
            met,
            with: self.values(condition),
        });
    }

    /// What stands behind `item.` and `p.` in a condition.
    fn values(&self, condition: &Expr) -> Vec<(String, String)> {
        let mut with: Vec<(String, String)> = Vec::new();
        condition.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Expr(Expr::Dot(both, ..))) = path.last()
                && let Some(named) = self.value(&both.lhs, &both.rhs)
                && !with.contains(&named)
            {
                with.push(named);
            }
            true
        });
        with
    }

    fn value(&self, left: &Expr, right: &Expr) -> Option<(String, String)> {
        let Expr::Variable(variable, ..) = left else {
            return None;
        };
        let names = properties(right)?;
        let written = format!("{}.{names}", variable.1);
        let (item, params) = &self.called;
        let holder = Some(variable.1.to_string());
        if holder == *params {
            return Some((written, spoken(self.known.params.get(names.as_str())?)));
        }
        let field = field(&names).filter(|_| holder == *item)?;
        Some((written, self.known.sheet.quoted(field)))
    }
}

/// `seller.name` of a chain of properties; none where something else stands in it.
fn properties(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Property(name, _) => Some(name.2.to_string()),
        Expr::Dot(both, ..) => {
            let rest = properties(&both.rhs);
            let first = properties(&both.lhs)?;
            Some(rest.map_or_else(|| first.clone(), |rest| format!("{first}.{rest}")))
        }
        _ => None,
    }
}

/// Whether a script that enters the block never comes out behind it.
fn leaves(block: &[Stmt]) -> bool {
    block.iter().any(|statement| match statement {
        Stmt::Return(..) | Stmt::BreakLoop(..) => true,
        Stmt::If(flow, _) => leaves(flow.body.statements()) && leaves(flow.branch.statements()),
        Stmt::Block(block) => leaves(block.statements()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use crate::{
        model::{Facts, Listing},
        reference::Reference,
        rules::{
            RuleSet,
            tests::{rule, source},
        },
    };

    /// Conditions, each a parameter that is 1 where it holds.
    const CONDITIONS: usize = 6;

    #[derive(Clone, Debug)]
    enum Step {
        Look,
        Answer,
        If(usize, Vec<Step>, Vec<Step>),
        Loop(Vec<Step>),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let leaf = prop_oneof![Just(Step::Look), Just(Step::Answer)];
        let step = leaf.prop_recursive(4, 24, 4, |inner| {
            let block = || prop::collection::vec(inner.clone(), 0..4);
            prop_oneof![
                4 => (0..CONDITIONS, block(), block()).prop_map(|(c, a, b)| Step::If(c, a, b)),
                1 => block().prop_map(Step::Loop),
            ]
        });
        prop::collection::vec(step, 0..5)
    }

    /// Writes the steps, a line each; says on which line each `if` stands that was met with, and whether it held.
    struct Play<'a> {
        held: &'a [bool],
        text: String,
        line: usize,
        ran: Vec<(usize, bool)>,
        /// The branches that are being written, and those around the answer.
        stack: Vec<(usize, bool)>,
        around: Vec<(usize, bool)>,
    }

    impl Play<'_> {
        fn write(&mut self, line: &str) {
            self.text += line;
            self.text.push('\n');
            self.line += 1;
        }

        /// Writes a block, to where it always answers, and runs it where `live`; says whether it answered, and whether
        /// it always does.
        fn play(&mut self, steps: &[Step], live: bool) -> (bool, bool) {
            let (mut done, mut always) = (false, false);
            for step in steps {
                let live = live && !done;
                let (answered, leaves) = match step {
                    Step::Look => {
                        self.write("let seen = item.title;");
                        (false, false)
                    }
                    Step::Answer => {
                        self.write("return pass();");
                        if live {
                            self.around = self.stack.clone();
                        }
                        (true, true)
                    }
                    Step::If(condition, then, other) => self.fork(*condition, then, other, live),
                    Step::Loop(inner) => {
                        self.write("for turn in [1] {");
                        let (answered, _) = self.play(inner, live);
                        self.write("}");
                        (answered, false)
                    }
                };
                done |= live && answered;
                always |= leaves;
                if always {
                    break;
                }
            }
            (done, always)
        }

        fn fork(
            &mut self,
            condition: usize,
            then: &[Step],
            other: &[Step],
            live: bool,
        ) -> (bool, bool) {
            let held = self.held[condition];
            if live {
                self.ran.push((self.line, held));
            }
            self.stack.push((self.line, true));
            self.write(&format!("if p.c{condition} == 1 {{"));
            let first = self.play(then, live && held);
            self.write("} else {");
            if let Some(turn) = self.stack.last_mut() {
                turn.1 = false;
            }
            let second = self.play(other, live && !held);
            self.write("}");
            self.stack.pop();
            (if held { first.0 } else { second.0 }, first.1 && second.1)
        }
    }

    proptest! {
        #[test]
        fn every_turn_told_was_taken_and_no_if_around_the_answer_is_left_out(
            steps in steps(), held in prop::collection::vec(any::<bool>(), CONDITIONS),
        ) {
            let mut play = Play { held: &held, text: String::new(), line: 4, ran: Vec::new(), stack: Vec::new(), around: Vec::new() };
            if !play.play(&steps, true).1 {
                play.write("unsure(\"at the end\")");
            }
            let params: Vec<_> = held.iter().enumerate().map(|(n, held)| format!("c{n}: {}", i32::from(*held))).collect();
            let text = rule(&play.text)
                .replace("check(item)", "check(item, p)")
                .replace("basis:", &format!("params: #{{ {} }}, basis:", params.join(", ")));
            let (set, _) = RuleSet::load(&[source("a/b", &text)], Arc::new(Reference::default()));
            let item = set.prepare(Listing::default());
            let told = set.explain("a/b", &item, &Facts::default());
            prop_assume!(told.is_some());
            let told = told.unwrap();
            prop_assert!(told.line.is_some(), "{}: {}", told.reason, text);
            let turns: Vec<_> = told.turns.iter().map(|turn| (turn.line, turn.met)).collect();
            for turn in &turns {
                prop_assert!(play.ran.contains(turn), "{:?} of {:?}\n{}", turn, play.ran, text);
            }
            prop_assert!(play.around.iter().all(|turn| turns.contains(turn)), "{:?} {:?}\n{}", play.around, turns, text);
            prop_assert!(turns.is_sorted_by_key(|(line, _)| *line));
            for turn in &told.turns {
                let value = if turn.met { "1" } else { "0" };
                prop_assert_eq!(&turn.with[0].1, value);
            }
        }
    }
}
