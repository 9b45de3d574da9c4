//! One walk along every way through `check`: what is known at each place, and what is wrong with it.

use std::collections::BTreeSet;

use rhai::{Expr, FlowControl, FnCallExpr, Position, Stmt};

use super::{
    Script, absent, compare,
    kinds::{Kind, Known},
    known::{Env, Learnt, Variable, assigned, learnt, unknown},
    tree::{Function, Step, chain, closure, variable},
};
use crate::rules::picture::Findings;

/// How many calls of a rule's own functions are followed: enough for any rule, and a bound for a hostile one.
const CALLS: usize = 200;

/// The walk; places are reported once, however many ways lead there.
pub(super) struct Walk<'s, 'f, 'a> {
    pub script: &'s Script<'s>,
    pub findings: &'f mut Findings<'a>,
    pub said: BTreeSet<(Position, &'static str)>,
    fresh: usize,
    inside: Vec<String>,
    calls: usize,
}

/// Walks through `check`, and through every function that it calls as it calls it.
pub(super) fn walk(script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(check) = script.functions.iter().find(|f| f.name == "check") else {
        return;
    };
    let mut env = Env::default();
    let given = [("item", Kind::Listing), ("p", Kind::Params)];
    for (name, (key, kind)) in check.params.iter().zip(given) {
        let variable = Variable {
            key: key.to_owned(),
            known: Known::sure(kind),
            learnt: Learnt::default(),
        };
        env.variables.insert(name.clone(), variable);
    }
    let promised: Vec<String> = script
        .promised
        .iter()
        .map(|field| format!("item.{field}"))
        .collect();
    env.learn(&promised);
    let mut walk = Walk {
        script,
        findings,
        said: BTreeSet::new(),
        fresh: 0,
        inside: vec![check.name.clone()],
        calls: 0,
    };
    walk.block(&check.body, &mut env);
}

impl Walk<'_, '_, '_> {
    /// Whether what stands behind the statements can be reached.
    fn block(&mut self, statements: &[Stmt], env: &mut Env) -> bool {
        let outer = env.variables.clone();
        let mut falls = true;
        let mut own = BTreeSet::new();
        for statement in statements {
            if let Stmt::Var(var, ..) = statement {
                own.insert(var.0.name.to_string());
            }
            falls = self.statement(statement, env) && falls;
        }
        for name in own {
            match outer.get(&name) {
                Some(variable) => env.variables.insert(name, variable.clone()),
                None => env.variables.remove(&name),
            };
        }
        falls
    }

    fn statement(&mut self, statement: &Stmt, env: &mut Env) -> bool {
        match statement {
            Stmt::Var(var, ..) => {
                self.expression(&var.1, env);
                let variable = self.variable(&var.1, env);
                env.variables.insert(var.0.name.to_string(), variable);
            }
            Stmt::Assignment(assignment) => self.assign(assignment, env),
            Stmt::If(flow, _) => return self.branch(flow, env),
            Stmt::Switch(switch, _) => return self.switch(switch, env),
            Stmt::While(flow, _) => return self.repeat(flow, env),
            Stmt::Do(flow, ..) => {
                self.loosen(flow, env);
                self.block(flow.body.statements(), &mut env.clone());
                self.expression(&flow.expr, env);
            }
            Stmt::For(parts, _) => self.each(parts, env),
            Stmt::Block(block) => return self.block(block.statements(), env),
            Stmt::TryCatch(flow, _) => {
                let (mut tried, mut caught) = (env.clone(), env.clone());
                for name in assigned(flow.body.statements()) {
                    caught.variables.insert(name, unknown(&mut self.fresh));
                }
                if let Some(name) = variable(&flow.expr) {
                    let error = unknown(&mut self.fresh);
                    caught.variables.insert(name.to_owned(), error);
                }
                let ends = [
                    self.block(flow.body.statements(), &mut tried),
                    self.block(flow.branch.statements(), &mut caught),
                ];
                return self.join(env, [(tried, ends[0]), (caught, ends[1])]);
            }
            Stmt::Expr(expr) => match &**expr {
                Expr::Stmt(block) => return self.block(block.statements(), env),
                expr => self.expression(expr, env),
            },
            Stmt::FnCall(call, at) => self.call(call, *at, env),
            Stmt::Return(expr, ..) => {
                if let Some(expr) = expr {
                    self.expression(expr, env);
                }
                return false;
            }
            Stmt::BreakLoop(expr, ..) => {
                if let Some(expr) = expr {
                    self.expression(expr, env);
                }
                return false;
            }
            _ => {}
        }
        true
    }

    fn assign(&mut self, assignment: &(rhai::OpAssignment, rhai::BinaryExpr), env: &mut Env) {
        let (how, pair) = assignment;
        self.expression(&pair.rhs, env);
        if let Some((_, _, _, _, _, sign)) = how.get_op_assignment_info() {
            absent::arithmetic(self, sign, [&pair.lhs, &pair.rhs], env);
        }
        match variable(&pair.lhs) {
            Some(name) => {
                let value = match how.is_op_assignment() {
                    false => self.variable(&pair.rhs, env),
                    true => Variable {
                        known: Known::sure(env.kind_of(&pair.lhs, self.script.vocabulary).kind),
                        ..unknown(&mut self.fresh)
                    },
                };
                env.variables.insert(name.to_owned(), value);
            }
            None => self.expression(&pair.lhs, env),
        }
    }

    /// What a variable is that gets the value of an expression.
    fn variable(&mut self, expr: &Expr, env: &Env) -> Variable {
        let new = unknown(&mut self.fresh);
        let known = env.kind_of(expr, self.script.vocabulary);
        Variable {
            // A constant has no name of its own: two variables with the same one are two values.
            key: env
                .key(expr)
                .filter(|_| !expr.is_constant())
                .unwrap_or(new.key),
            learnt: learnt(expr, env),
            known: match known.kind {
                // `let best = ();` waits for its value.
                Kind::Unit => Known::default(),
                _ => known,
            },
        }
    }

    fn branch(&mut self, flow: &FlowControl, env: &mut Env) -> bool {
        self.expression(&flow.expr, env);
        let follows = learnt(&flow.expr, env);
        let (mut yes, mut no) = (env.clone(), env.clone());
        yes.learn(&follows.when_true);
        no.learn(&follows.when_false);
        let ends = [
            self.block(flow.body.statements(), &mut yes),
            self.block(flow.branch.statements(), &mut no),
        ];
        self.join(env, [(yes, ends[0]), (no, ends[1])])
    }

    fn switch(&mut self, switch: &(Expr, rhai::SwitchCasesCollection), env: &mut Env) -> bool {
        self.expression(&switch.0, env);
        let mut ways = Vec::new();
        for case in &switch.1.expressions {
            let mut way = env.clone();
            self.expression(&case.lhs, &mut way);
            way.learn(&learnt(&case.lhs, env).when_true);
            let falls = match &case.rhs {
                Expr::Stmt(block) => self.block(block.statements(), &mut way),
                expr => {
                    self.expression(expr, &mut way);
                    true
                }
            };
            ways.push((way, falls));
        }
        if switch.1.def_case.is_none() {
            ways.push((env.clone(), true));
        }
        self.join(env, ways)
    }

    /// What is known behind several ways, of which some do not lead there.
    fn join(&mut self, env: &mut Env, ways: impl IntoIterator<Item = (Env, bool)>) -> bool {
        let mut open = ways.into_iter().filter(|(_, falls)| *falls);
        let Some((mut met, _)) = open.next() else {
            return false;
        };
        for (way, _) in open {
            met.meet(&way, &mut self.fresh);
        }
        *env = met;
        true
    }

    /// Before a loop: what its body assigns may be anything.
    fn loosen(&mut self, flow: &FlowControl, env: &mut Env) {
        for name in assigned(flow.body.statements()) {
            env.variables.insert(name, unknown(&mut self.fresh));
        }
    }

    fn repeat(&mut self, flow: &FlowControl, env: &mut Env) -> bool {
        self.loosen(flow, env);
        self.expression(&flow.expr, env);
        let follows = learnt(&flow.expr, env);
        let mut body = env.clone();
        body.learn(&follows.when_true);
        self.block(flow.body.statements(), &mut body);
        let broken = super::reach::breaks(flow.body.statements());
        if !broken {
            env.learn(&follows.when_false);
        }
        broken || !matches!(flow.expr, Expr::Unit(_))
    }

    fn each(&mut self, parts: &(rhai::Ident, Option<rhai::Ident>, FlowControl), env: &mut Env) {
        let (name, counter, flow) = parts;
        self.expression(&flow.expr, env);
        let kind = env.kind_of(&flow.expr, self.script.vocabulary).kind;
        self.loosen(flow, env);
        let mut body = env.clone();
        let element = Variable {
            known: Known::sure(kind.element()),
            ..unknown(&mut self.fresh)
        };
        body.variables.insert(name.name.to_string(), element);
        if let Some(counter) = counter {
            let number = unknown(&mut self.fresh);
            body.variables.insert(counter.name.to_string(), number);
        }
        self.block(flow.body.statements(), &mut body);
    }

    fn expression(&mut self, expr: &Expr, env: &mut Env) {
        match expr {
            Expr::And(list, _) | Expr::Or(list, _) => {
                let mut way = env.clone();
                for part in list.iter() {
                    self.expression(part, &mut way);
                    let follows = learnt(part, &way);
                    way.learn(match expr {
                        Expr::And(..) => &follows.when_true,
                        _ => &follows.when_false,
                    });
                }
            }
            Expr::Coalesce(list, _) => list.iter().for_each(|part| self.expression(part, env)),
            Expr::Array(list, _) | Expr::InterpolatedString(list, _) => {
                list.iter().for_each(|part| self.expression(part, env));
            }
            Expr::Map(map, _) => map.0.iter().for_each(|(_, v)| self.expression(v, env)),
            Expr::Stmt(block) => {
                self.block(block.statements(), env);
            }
            Expr::FnCall(call, at) => self.call(call, *at, env),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expr, env),
            _ => {}
        }
    }

    fn chain(&mut self, expr: &Expr, env: &mut Env) {
        let Some(parts) = chain(expr) else {
            return;
        };
        self.expression(parts.base, env);
        absent::called(self, &parts, env);
        let element = env
            .kind_of(parts.base, self.script.vocabulary)
            .kind
            .element();
        for link in &parts.links {
            match link.step {
                Step::Field(..) => {}
                Step::At(index) => self.expression(index, env),
                Step::Call(call, _) => {
                    for arg in &call.args {
                        self.argument(arg, &element, env);
                    }
                }
            }
        }
    }

    fn call(&mut self, call: &FnCallExpr, at: Position, env: &mut Env) {
        for arg in &call.args {
            self.argument(arg, &Kind::Unknown, env);
        }
        let args = call.args.as_slice();
        match (call.op_token.is_some(), args) {
            (true, [a, b]) => {
                compare::operands(self, &call.name, at, [a, b], env);
                absent::arithmetic(self, &call.name, [a, b], env);
            }
            (true, _) => {}
            (false, _) => {
                compare::sought(self, call, env);
                self.own(call, env);
            }
        }
    }

    /// An argument, or a closure that is called with the elements of a list.
    fn argument(&mut self, arg: &Expr, element: &Kind, env: &mut Env) {
        let script = self.script;
        let found = closure(arg).and_then(|(name, captured)| {
            let function = script.functions.iter().find(|f| f.name == name)?;
            Some((function, captured))
        });
        let Some((function, captured)) = found.filter(|(function, _)| !function.named()) else {
            return self.expression(arg, env);
        };
        let mut inner = env.clone();
        let mut first = true;
        for param in &function.params {
            if captured.contains(&param.as_str()) {
                continue;
            }
            let kind = if first {
                element.clone()
            } else {
                Kind::Unknown
            };
            first = false;
            let value = Variable {
                known: Known::sure(kind),
                ..unknown(&mut self.fresh)
            };
            inner.variables.insert(param.clone(), value);
        }
        self.block(&function.body, &mut inner);
    }

    /// A call of one of the rule's own functions is followed with what is known here.
    fn own(&mut self, call: &FnCallExpr, env: &Env) {
        let script = self.script;
        let takes = |f: &&Function| f.name == call.name && f.params.len() == call.args.len();
        let Some(function) = script.functions.iter().find(takes) else {
            return;
        };
        if self.calls >= CALLS || self.inside.contains(&function.name) {
            return;
        }
        let mut inner = Env {
            present: env.present.clone(),
            ..Env::default()
        };
        for (param, arg) in function.params.iter().zip(&call.args) {
            let value = self.variable(arg, env);
            inner.variables.insert(param.clone(), value);
        }
        self.calls += 1;
        self.inside.push(function.name.clone());
        self.block(&function.body, &mut inner);
        self.inside.pop();
    }
}
