//! From a parsed expression to what is made ready.

use rhai::{Dynamic, Expr, FnCallExpr, ImmutableString, Position, Stmt};

use super::{
    Arithmetic, Call, Comparison, Node, Otherwise, Over, Word,
    build::{Builder, Meant},
};
use crate::rules::{
    tree::{self, Chain, Link, chain, closure, variable},
    view,
};

impl Builder<'_> {
    pub(super) fn node(&mut self, expr: &Expr) -> Node {
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
            Expr::Stmt(block) => self.only(block.statements())?,
            _ => return None,
        })
    }

    /// The value of a block of one expression, or of one `if` of such blocks.
    fn only(&mut self, statements: &[Stmt]) -> Option<Node> {
        Some(match statements {
            [Stmt::Expr(expr)] => self.ready(expr)?,
            [Stmt::FnCall(call, at)] => self.called(call, *at)?,
            [Stmt::If(flow, _)] => {
                let met = self.node(&flow.expr);
                let body = self.only(flow.body.statements())?;
                let branch = self.only(flow.branch.statements())?;
                Node::Either(Box::new((met, body, branch)))
            }
            _ => return None,
        })
    }

    pub(super) fn called(&mut self, call: &FnCallExpr, at: Position) -> Option<Node> {
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
        if self.is_own(name) {
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
        if chain.links.iter().any(|link| link.safe) || chain.about_itself().next().is_some() {
            return None;
        }
        let meant = variable(chain.base).and_then(|name| self.meant(name));
        // The language asks for all that stands between the brackets of a chain before it takes the first step.
        let mut first = Vec::new();
        let (mut node, rest) = match (meant, chain.links.as_slice()) {
            (Some(Meant::Params), [first, rest @ ..]) => (Node::Value(self.param(first)?), rest),
            (Some(Meant::Listing), links) => self.of_listing(links, &mut first)?,
            (_, links) => (self.ready(chain.base)?, links),
        };
        for link in rest {
            node = self.linked(node, link, &mut first)?;
        }
        match first.is_empty() {
            true => Some(node),
            false => Some(Node::With(Box::new((first, node)))),
        }
    }

    fn param(&self, link: &Link<'_>) -> Option<Dynamic> {
        match link.step {
            tree::Step::Field(name) => self.params.0.get(name).cloned(),
            _ => None,
        }
    }

    fn of_listing<'l, 'e>(
        &mut self,
        links: &'l [Link<'e>],
        first: &mut Vec<(usize, Node)>,
    ) -> Option<(Node, &'l [Link<'e>])> {
        let (link, rest) = links.split_first()?;
        let tree::Step::Field(name) = link.step else {
            return Some((self.linked(Node::Place(0), link, first)?, rest));
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

    /// A step of a chain; what it asks for before the chain begins is put into `first`.
    fn linked(
        &mut self,
        base: Node,
        link: &Link<'_>,
        first: &mut Vec<(usize, Node)>,
    ) -> Option<Node> {
        match &link.step {
            tree::Step::Field(name) => Some(Node::Call(Box::new(Call {
                name: (*name).into(),
                ways: self.natives.fields(name),
                otherwise: Some(Otherwise::Key),
                arguments: vec![base],
                at: Position::NONE,
            }))),
            tree::Step::At(index) => {
                let index = self.before(index, first)?;
                Some(Node::At(Box::new((base, index))))
            }
            tree::Step::Call(call, at) => match (Over::of(&call.name), call.args.as_slice()) {
                (Some(over), [with]) => {
                    let (place, node) = self.with(with)?;
                    Some(Node::Over(over, Box::new((base, place, node))))
                }
                _ => {
                    let mut arguments = vec![base];
                    for argument in &call.args {
                        arguments.push(self.before(argument, first)?);
                    }
                    self.call(&call.name, arguments, *at)
                }
            },
        }
    }

    /// A value that is made before the chain begins that it stands in.
    fn before(&mut self, expr: &Expr, first: &mut Vec<(usize, Node)>) -> Option<Node> {
        Some(match self.node(expr) {
            there @ (Node::Value(_) | Node::Place(_)) => there,
            made => {
                let place = self.unnamed()?;
                first.push((place, made));
                Node::Place(place)
            }
        })
    }

    /// A closure of one value and one expression: where the value is put, and what is asked of it.
    fn with(&mut self, expr: &Expr) -> Option<(usize, Node)> {
        let (name, captured) = closure(expr)?;
        let functions = self.functions;
        let function = functions.iter().find(|function| function.name == name)?;
        let (outer, own) = function.params.split_at_checked(captured.len())?;
        // A closure calls a variable around it by the variable's own name.
        let ([own], true) = (own, outer == captured) else {
            return None;
        };
        let seen = self.names.len();
        let place = self.declare(own)?;
        let node = self.only(&function.body);
        self.names.truncate(seen);
        Some((place, node?))
    }
}
