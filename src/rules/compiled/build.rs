//! From the parsed text to what is made ready.

use rhai::{
    AST, ASTFlags, Dynamic, Expr, FlowControl, FnCallExpr, ImmutableString, OpAssignment, Position,
    Stmt,
};

use super::{
    Answer, Arithmetic, Call, Comparison, Left, Node, Otherwise, Over, Program, Step, Word,
};
use crate::rules::{
    engine::VARIABLES,
    host::Natives,
    native::outcome::Said,
    tree::{self, Chain, Function, Link, chain, closure, variable},
    view::{self, Params},
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
        let ready = !matches!(body.first(), None | Some(Step::Leave(Left::Unready)));
        ready.then_some(Self {
            body,
            places: builder.places,
            answers: builder.answers,
        })
    }
}

/// Whether a closure of the chain uses the variable that the chain begins with: the language then finds the variable taken.
fn asks_about_itself(chain: &Chain<'_>) -> bool {
    let Some(base) = variable(chain.base) else {
        return false;
    };
    let calls = chain.links.iter().filter_map(|link| match link.step {
        tree::Step::Call(call, _) => Some(&call.args),
        _ => None,
    });
    let mut closures = calls.flatten().filter_map(closure);
    closures.any(|(_, captured)| captured.contains(&base))
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meant {
    Listing,
    Params,
    Place(usize),
}

struct Builder<'a> {
    functions: &'a [Function],
    params: &'a Params,
    natives: &'a Natives,
    /// Those that can be seen, the innermost last.
    names: Vec<(String, Meant)>,
    places: usize,
    answers: Vec<Answer>,
}

impl Builder<'_> {
    /// A new variable; none where there are more than a script may have.
    fn declare(&mut self, name: &str) -> Option<usize> {
        let place = self.places;
        self.places += 1;
        self.names.push((name.to_owned(), Meant::Place(place)));
        (self.places < VARIABLES).then_some(place)
    }

    fn meant(&self, name: &str) -> Option<Meant> {
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
            None => steps.push(Step::Leave(Left::Unready)),
        }
        self.names.truncate(seen);
        steps
    }

    fn last(&mut self, statement: &Stmt, steps: &mut Vec<Step>) {
        let step = match statement {
            Stmt::FnCall(call, _) => self.answer_of(call),
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
            Expr::FnCall(call, _) => self.answer_of(call),
            Expr::Dot(pair, ..) => match self.answer(&pair.lhs) {
                Step::Leave(left) => Step::Leave(left),
                _ => Step::Leave(Left::Unready),
            },
            _ => Step::Leave(Left::Unready),
        }
    }

    /// `pass(…)` and `unsure(…)` with words that are known now.
    fn answer_of(&mut self, call: &FnCallExpr) -> Step {
        let own = self.functions.iter().any(|f| f.name == call.name.as_str());
        let said = match call.name.as_str() {
            "flag" if !own => return Step::Leave(Left::Flag),
            "pass" if !own => Said::Pass,
            "unsure" if !own => Said::Unsure,
            _ => return Step::Leave(Left::Unready),
        };
        let reason = match call.args.as_slice() {
            [] if said == Said::Pass => "",
            [Expr::StringConstant(text, _)] => text.as_str(),
            _ => return Step::Leave(Left::Unready),
        };
        self.answers.push(Answer {
            said,
            reason: reason.into(),
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
        steps.push(step.unwrap_or(Step::Leave(Left::Unready)));
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

    fn node(&mut self, expr: &Expr) -> Node {
        self.ready(expr).unwrap_or(Node::Leave)
    }

    fn nodes(&mut self, all: &[Expr]) -> Vec<Node> {
        all.iter().map(|expr| self.node(expr)).collect()
    }

    fn ready(&mut self, expr: &Expr) -> Option<Node> {
        if closure(expr).is_some() {
            return None;
        }
        if let Some(value) = expr
            .get_literal_value(None)
            .filter(|value| !value.is_fnptr())
        {
            return Some(Node::Value(value));
        }
        Some(match expr {
            Expr::Variable(..) => match self.meant(variable(expr)?)? {
                Meant::Listing => Node::Place(0),
                Meant::Place(place) => Node::Place(place),
                Meant::Params => return None,
            },
            Expr::Array(all, _) => Node::List(self.nodes(all)),
            Expr::And(all, _) => Node::All(self.nodes(all)),
            Expr::Or(all, _) => Node::Any(self.nodes(all)),
            Expr::Coalesce(all, _) => Node::First(self.nodes(all)),
            Expr::Dot(..) | Expr::Index(..) => self.chained(&chain(expr)?)?,
            Expr::FnCall(call, at) => self.called(call, *at)?,
            _ => return None,
        })
    }

    fn called(&mut self, call: &FnCallExpr, at: Position) -> Option<Node> {
        if call.is_qualified() || call.capture_parent_scope {
            return None;
        }
        let name = call.name.as_str();
        if let (Some(_), [one, two]) = (&call.op_token, call.args.as_slice()) {
            let mut pair = || Box::new((self.node(one), self.node(two)));
            if let Some(comparison) = Comparison::of(name) {
                return Some(Node::Compare(comparison, pair()));
            }
            if let Some(arithmetic) = Arithmetic::of(name) {
                return Some(Node::Compute(arithmetic, pair()));
            }
        }
        if let (Some(_), "!", [one]) = (&call.op_token, name, call.args.as_slice()) {
            return Some(Node::Not(Box::new(self.node(one))));
        }
        let arguments = self.nodes(&call.args);
        self.call(&call.name, arguments, at)
    }

    /// A function of this host or of the language.
    fn call(&self, name: &ImmutableString, mut arguments: Vec<Node>, at: Position) -> Option<Node> {
        if self.functions.iter().any(|f| f.name == name.as_str()) {
            return None;
        }
        if let Some(ready) = self.natives.ready(name) {
            for argument in &mut arguments {
                if let Node::Value(constant) = argument
                    && let Some(value) = ready(constant)
                {
                    *argument = Node::Value(value);
                }
            }
        }
        let ways = self.natives.functions(name, arguments.len());
        let word = Word::of(name, arguments.len());
        match (ways.is_empty(), word) {
            (true, None) => None,
            (true, Some(word)) => Some(Node::Word(word, arguments)),
            (false, word) => Some(Node::Call(Box::new(Call {
                name: name.clone(),
                ways,
                otherwise: word.map(Otherwise::Word),
                arguments,
                at,
            }))),
        }
    }

    fn chained(&mut self, chain: &Chain<'_>) -> Option<Node> {
        if chain.links.iter().any(|link| link.safe) || asks_about_itself(chain) {
            return None;
        }
        let meant = variable(chain.base).and_then(|name| self.meant(name));
        let (mut node, rest) = match (meant, chain.links.as_slice()) {
            (Some(Meant::Params), [first, rest @ ..]) => (Node::Value(self.param(first)?), rest),
            (Some(Meant::Listing), [first, rest @ ..]) => self.of_listing(first, rest)?,
            (_, links) => (self.ready(chain.base)?, links),
        };
        for link in rest {
            node = self.linked(node, link)?;
        }
        Some(node)
    }

    fn param(&self, link: &Link<'_>) -> Option<Dynamic> {
        match link.step {
            tree::Step::Field(name) => self.params.0.get(name).cloned(),
            _ => None,
        }
    }

    fn of_listing<'l, 'e>(
        &mut self,
        first: &Link<'e>,
        rest: &'l [Link<'e>],
    ) -> Option<(Node, &'l [Link<'e>])> {
        let tree::Step::Field(name) = first.step else {
            return Some((self.linked(Node::Place(0), first)?, rest));
        };
        if name != "seller" {
            return Some((Node::Field(view::field(name)?), rest));
        }
        match rest {
            [
                Link {
                    step: tree::Step::Field(name),
                    ..
                },
                rest @ ..,
            ] => Some((Node::Field(view::field(&format!("seller.{name}"))?), rest)),
            _ => Some((Node::Seller, rest)),
        }
    }

    fn linked(&mut self, base: Node, link: &Link<'_>) -> Option<Node> {
        match &link.step {
            tree::Step::Field(name) => Some(Node::Call(Box::new(Call {
                name: (*name).into(),
                ways: self.natives.fields(name),
                otherwise: Some(Otherwise::Key),
                arguments: vec![base],
                at: Position::NONE,
            }))),
            tree::Step::At(index) => Some(Node::At(Box::new((base, self.node(index))))),
            tree::Step::Call(call, at) => match (Over::of(&call.name), call.args.as_slice()) {
                (Some(over), [with]) => {
                    let (place, node) = self.with(with)?;
                    Some(Node::Over(over, Box::new((base, place, node))))
                }
                _ => {
                    let mut arguments = vec![base];
                    arguments.extend(self.nodes(&call.args));
                    self.call(&call.name, arguments, *at)
                }
            },
        }
    }

    /// A closure of one value and one expression: where the value is put, and what is asked of it.
    fn with(&mut self, expr: &Expr) -> Option<(usize, Node)> {
        let (name, captured) = closure(expr)?;
        let functions = self.functions;
        let function = functions.iter().find(|function| function.name == name)?;
        let (outer, own) = function.params.split_at_checked(captured.len())?;
        // A closure calls a variable around it by the variable's own name.
        let ([own], [body], true) = (own, function.body.as_slice(), outer == captured) else {
            return None;
        };
        let seen = self.names.len();
        let place = self.declare(own)?;
        let node = match body {
            Stmt::Expr(expr) => self.ready(expr),
            Stmt::FnCall(call, at) => self.called(call, *at),
            _ => None,
        };
        self.names.truncate(seen);
        Some((place, node?))
    }
}
