//! From the parsed text to what is made ready.

use rhai::{AST, ASTFlags, Expr, FlowControl, FnCallExpr, OpAssignment, Position, Stmt};

use super::{Answer, Arithmetic, Node, Program, Step};
use crate::rules::{
    engine::VARIABLES,
    host::Natives,
    native::outcome::Said,
    tree::{self, Function, variable},
    view::Params,
};

impl Program {
    /// The script's `check`; none where nothing of it can be made ready.
    pub(in crate::rules) fn of(ast: &AST, params: &Params, natives: &Natives) -> Option<Self> {
        let functions = tree::functions(ast);
        let check = functions.iter().find(|function| function.name == "check")?;
        let mut builder = Builder {
            functions: &functions,
            params,
            natives,
            names: Vec::new(),
            places: 0,
            answers: Vec::new(),
        };
        let listing = builder.declare(check.params.first()?)?;
        builder.names[listing].1 = Meant::Listing;
        if let Some(name) = check.params.get(1) {
            builder.names.push((name.clone(), Meant::Params));
        }
        let body = builder.ending(&check.body);
        let ready = !matches!(body.first(), None | Some(Step::Leave));
        ready.then_some(Self {
            body,
            places: builder.places,
            answers: builder.answers,
        })
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    Listing,
    Params,
    Place(usize),
}

pub(super) struct Builder<'a> {
    pub(super) functions: &'a [Function],
    pub(super) params: &'a Params,
    pub(super) natives: &'a Natives,
    /// Those that can be seen, the innermost last.
    pub(super) names: Vec<(String, Meant)>,
    places: usize,
    answers: Vec<Answer>,
}

impl Builder<'_> {
    /// A new variable; none where there are more than a script may have.
    pub(super) fn declare(&mut self, name: &str) -> Option<usize> {
        let place = self.unnamed();
        self.names
            .push((name.to_owned(), Meant::Place(place.unwrap_or_default())));
        place
    }

    /// A place without a name; none as for [`Self::declare`].
    pub(super) fn unnamed(&mut self) -> Option<usize> {
        let place = self.places;
        self.places += 1;
        (self.places < VARIABLES).then_some(place)
    }

    pub(super) fn meant(&self, name: &str) -> Option<Meant> {
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, meant)| *meant)
    }

    /// Statements that end the script: what they come to is its answer.
    fn ending(&mut self, statements: &[Stmt]) -> Vec<Step> {
        let seen = self.names.len();
        let (last, before) = match statements.split_last() {
            Some((last, before)) => (Some(last), before),
            None => (None, statements),
        };
        let mut steps = Vec::new();
        for statement in before {
            self.statement(statement, &mut steps);
        }
        match last {
            Some(last) => self.last(last, &mut steps),
            None => steps.push(Step::Leave),
        }
        self.names.truncate(seen);
        steps
    }

    fn last(&mut self, statement: &Stmt, steps: &mut Vec<Step>) {
        let step = match statement {
            Stmt::FnCall(call, at) => self.answer_of(call, *at),
            Stmt::Expr(expr) => self.answer(expr),
            Stmt::If(flow, _) => {
                let met = self.node(&flow.expr);
                let body = self.ending(flow.body.statements());
                Step::If(met, body, self.ending(flow.branch.statements()))
            }
            Stmt::Block(block) => {
                steps.extend(self.ending(block.statements()));
                return;
            }
            other => return self.statement(other, steps),
        };
        steps.push(step);
    }

    fn answer(&mut self, expr: &Expr) -> Step {
        match expr {
            Expr::FnCall(call, at) => self.answer_of(call, *at),
            // `flag(…)`, and what is said to it.
            Expr::Dot(..) if self.flags(expr) => Step::Flag(self.node(expr)),
            _ => Step::Leave,
        }
    }

    fn flags(&self, expr: &Expr) -> bool {
        let base = tree::chain(expr).map(|chain| chain.base);
        matches!(base, Some(Expr::FnCall(call, _)) if call.name == "flag" && !self.is_own("flag"))
    }

    pub(super) fn is_own(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.name == name)
    }

    /// `flag(…)`, and `pass(…)` and `unsure(…)` with words that are known now.
    fn answer_of(&mut self, call: &FnCallExpr, at: Position) -> Step {
        let said = match call.name.as_str() {
            own if self.is_own(own) => return Step::Leave,
            "flag" => {
                let flag = self.called(call, at);
                return Step::Flag(flag.unwrap_or(Node::Leave));
            }
            "pass" => Said::Pass,
            "unsure" => Said::Unsure,
            _ => return Step::Leave,
        };
        let reason = match call.args.as_slice() {
            [] if said == Said::Pass => "",
            [Expr::StringConstant(text, _)] => text.as_str(),
            _ => return Step::Leave,
        };
        self.answers.push(Answer {
            said,
            reason: reason.into(),
            quotes: reason.contains('{'),
        });
        Step::Answer(self.answers.len() - 1)
    }

    fn block(&mut self, statements: &[Stmt]) -> Vec<Step> {
        let seen = self.names.len();
        let mut steps = Vec::new();
        for statement in statements {
            self.statement(statement, &mut steps);
        }
        self.names.truncate(seen);
        steps
    }

    fn statement(&mut self, statement: &Stmt, steps: &mut Vec<Step>) {
        let step = match statement {
            Stmt::Noop(_) | Stmt::Share(_) => return,
            // What a script may not change it changes at a fault: that is the interpreter's to say.
            Stmt::Var(_, flags, _) if flags.contains(ASTFlags::CONSTANT) => None,
            Stmt::Var(parts, ..) => {
                let value = self.node(&parts.1);
                self.declare(parts.0.as_str())
                    .map(|place| Step::Set(place, value))
            }
            Stmt::Assignment(parts) => self.assigned(&parts.1.lhs, &parts.0, &parts.1.rhs),
            Stmt::If(flow, _) => {
                let met = self.node(&flow.expr);
                let body = self.block(flow.body.statements());
                Some(Step::If(met, body, self.block(flow.branch.statements())))
            }
            Stmt::Block(block) => {
                let inner = self.block(block.statements());
                steps.extend(inner);
                return;
            }
            Stmt::For(parts, _) => {
                let (each, number, flow) = &**parts;
                self.each(each.as_str(), number.as_ref().map(|n| n.as_str()), flow)
            }
            Stmt::Return(Some(expr), flags, _) if flags.is_empty() => Some(self.answer(expr)),
            Stmt::BreakLoop(None, flags, _) if flags.contains(ASTFlags::BREAK) => Some(Step::Break),
            Stmt::BreakLoop(None, ..) => Some(Step::Continue),
            _ => None,
        };
        steps.push(step.unwrap_or(Step::Leave));
    }

    fn assigned(&mut self, to: &Expr, how: &OpAssignment, expr: &Expr) -> Option<Step> {
        let Meant::Place(place) = self.meant(variable(to)?)? else {
            return None;
        };
        let value = self.node(expr);
        let value = match how.get_op_assignment_info() {
            None => value,
            Some((.., operator)) => {
                let pair = Box::new((Node::Place(place), value));
                Node::Compute(Arithmetic::of(operator)?, pair)
            }
        };
        Some(Step::Set(place, value))
    }

    fn each(&mut self, each: &str, number: Option<&str>, flow: &FlowControl) -> Option<Step> {
        let list = self.node(&flow.expr);
        let seen = self.names.len();
        let each = self.declare(each)?;
        let number = match number {
            Some(name) => Some(self.declare(name)?),
            None => None,
        };
        let body = self.block(flow.body.statements());
        self.names.truncate(seen);
        Some(Step::Each {
            list,
            each,
            number,
            body,
        })
    }
}
