//! The parsed text as it is walked over: functions with their bodies, chains of fields and calls, expressions as text.

use std::fmt::Write;

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, FnPtr, Position, Stmt};

/// A function of the rule; closures are functions whose names people never see.
#[derive(Debug)]
pub(super) struct Function {
    pub name: String,
    pub params: Vec<String>,
    pub body: Vec<Stmt>,
    /// Of the body.
    pub start: Position,
    end: Position,
}

impl Function {
    /// Whether an author wrote its name.
    pub(super) fn named(&self) -> bool {
        !self.name.contains('$')
    }

    fn holds(&self, at: Position) -> bool {
        // A closure without braces is one expression, which begins where the closure's body does.
        self.start == at || !self.end.is_none() && self.start < at && at < self.end
    }
}

/// All functions in the order of the text.
pub(super) fn functions(ast: &AST) -> Vec<Function> {
    let definitions = ast.shared_lib().iter_script_fn_info();
    let mut functions: Vec<Function> = definitions
        .map(|(.., definition)| Function {
            name: definition.name.to_string(),
            params: definition.params.iter().map(ToString::to_string).collect(),
            body: Vec::new(),
            start: definition.body.start_position(),
            end: definition.body.end_position(),
        })
        .collect();
    functions.sort_by(|a, b| (a.start, &a.name).cmp(&(b.start, &b.name)));
    // A walk shows each function's statements, and does not say whose they are: the innermost one that holds the place.
    ast.walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            let at = statement.position();
            if let Some(owner) = functions.iter_mut().rev().find(|f| f.holds(at)) {
                owner.body.push((*statement).clone());
            }
        }
        true
    });
    functions
}

/// `base.field.call(…)[index]`, from left to right.
pub(super) struct Chain<'e> {
    pub base: &'e Expr,
    pub links: Vec<Link<'e>>,
}

impl<'e> Chain<'e> {
    /// Its closures that use the variable with which it begins, and that variable: the language holds it while the chain is
    /// gone through, and finds it taken.
    pub(super) fn about_itself(&self) -> impl Iterator<Item = (String, &'e str)> {
        let base = variable(self.base);
        let calls = self.links.iter().filter_map(|link| match link.step {
            Step::Call(call, _) => Some(&call.args),
            _ => None,
        });
        let closures = calls.flatten().filter_map(closure);
        closures.filter_map(move |(name, captured)| {
            let base = base.filter(|base| captured.contains(base))?;
            Some((name, base))
        })
    }
}

/// One step of a chain; `safe` where `?.` leads to it.
pub(super) struct Link<'e> {
    pub step: Step<'e>,
    pub safe: bool,
}

pub(super) enum Step<'e> {
    Field(&'e str),
    Call(&'e FnCallExpr, Position),
    At(&'e Expr),
}

/// The chain that an expression is; none for any other expression.
pub(super) fn chain(expr: &Expr) -> Option<Chain<'_>> {
    let mut links = Vec::new();
    let base = match expr {
        Expr::Dot(pair, flags, _) => {
            behind_dot(&pair.rhs, flags.contains(ASTFlags::NEGATED), &mut links);
            &pair.lhs
        }
        Expr::Index(pair, flags, _) => {
            behind_bracket(&pair.rhs, *flags, &mut links);
            &pair.lhs
        }
        _ => return None,
    };
    Some(Chain { base, links })
}

fn behind_dot<'e>(expr: &'e Expr, safe: bool, links: &mut Vec<Link<'e>>) {
    let step = match expr {
        Expr::Property(name, _) => Step::Field(name.2.as_str()),
        Expr::MethodCall(call, at) => Step::Call(call, *at),
        Expr::Dot(pair, flags, _) => {
            behind_dot(&pair.lhs, safe, links);
            return behind_dot(&pair.rhs, flags.contains(ASTFlags::NEGATED), links);
        }
        Expr::Index(pair, flags, _) => {
            behind_dot(&pair.lhs, safe, links);
            return behind_bracket(&pair.rhs, *flags, links);
        }
        other => Step::At(other),
    };
    links.push(Link { step, safe });
}

/// What stands between brackets; without `BREAK` the rest of the chain hangs on it.
fn behind_bracket<'e>(expr: &'e Expr, flags: ASTFlags, links: &mut Vec<Link<'e>>) {
    let safe = flags.contains(ASTFlags::NEGATED);
    let mut at = |inside| {
        links.push(Link {
            step: Step::At(inside),
            safe,
        });
    };
    match expr {
        Expr::Dot(pair, next, _) if !flags.contains(ASTFlags::BREAK) => {
            at(&pair.lhs);
            behind_dot(&pair.rhs, next.contains(ASTFlags::NEGATED), links);
        }
        Expr::Index(pair, next, _) if !flags.contains(ASTFlags::BREAK) => {
            at(&pair.lhs);
            behind_bracket(&pair.rhs, *next, links);
        }
        other => at(other),
    }
}

/// The function that a closure is, and the variables around it that it uses.
pub(super) fn closure(expr: &Expr) -> Option<(String, Vec<&str>)> {
    match expr {
        Expr::DynamicConstant(value, _) => {
            let pointer = value.as_ref().clone().try_cast::<FnPtr>()?;
            Some((pointer.fn_name().to_owned(), Vec::new()))
        }
        Expr::FnCall(call, _) => curried(call),
        Expr::Stmt(block) => match block.statements() {
            [.., Stmt::Expr(last)] => closure(last),
            [.., Stmt::FnCall(last, _)] => curried(last),
            _ => None,
        },
        _ => None,
    }
}

fn curried(call: &FnCallExpr) -> Option<(String, Vec<&str>)> {
    let (name, _) = closure(call.args.first().filter(|_| call.name == "curry")?)?;
    let captured = call.args.iter().skip(1).filter_map(variable);
    Some((name, captured.collect()))
}

/// The name of a variable.
pub(super) fn variable(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()),
        _ => None,
    }
}

/// An expression as text, the same for the same expression; none where it holds statements or closures.
pub(super) fn written(expr: &Expr) -> Option<String> {
    written_as(expr, &|name| Some(name.to_owned()))
}

/// The same, each variable under the name that `call` gives it.
pub(super) fn written_as(expr: &Expr, call: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let all = |list: &[Expr], between: &str| -> Option<String> {
        let parts: Option<Vec<String>> = list.iter().map(|expr| written_as(expr, call)).collect();
        Some(parts?.join(between))
    };
    Some(match expr {
        Expr::Variable(variable, ..) => call(&variable.1)?,
        Expr::Unit(_) => "()".to_owned(),
        Expr::BoolConstant(value, _) => value.to_string(),
        Expr::IntegerConstant(value, _) => value.to_string(),
        Expr::FloatConstant(value, _) => value.to_string(),
        Expr::CharConstant(value, _) => format!("'{value}'"),
        Expr::StringConstant(text, _) => format!("{:?}", text.as_str()),
        Expr::Array(list, _) => format!("[{}]", all(list, ", ")?),
        Expr::And(list, _) => format!("({})", all(list, " && ")?),
        Expr::Or(list, _) => format!("({})", all(list, " || ")?),
        Expr::Coalesce(list, _) => format!("({})", all(list, " ?? ")?),
        Expr::FnCall(call_of, _) => match (&call_of.op_token, call_of.args.as_slice()) {
            (Some(_), [one]) => format!("{}{}", call_of.name, written_as(one, call)?),
            (Some(_), args) => format!("({})", all(args, &format!(" {} ", call_of.name))?),
            (None, args) => format!("{}({})", call_of.name, all(args, ", ")?),
        },
        Expr::Dot(..) | Expr::Index(..) => {
            let chain = chain(expr)?;
            let mut text = written_as(chain.base, call)?;
            for link in &chain.links {
                let dot = if link.safe { "?." } else { "." };
                // Writing into a String cannot fail.
                let _ = match link.step {
                    Step::Field(name) => write!(text, "{dot}{name}"),
                    Step::Call(method, _) => {
                        write!(text, "{dot}{}({})", method.name, all(&method.args, ", ")?)
                    }
                    Step::At(index) => write!(text, "[{}]", written_as(index, call)?),
                };
            }
            text
        }
        _ => return None,
    })
}
