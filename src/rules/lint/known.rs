//! What is known at one place of a rule: the variables, and which values are certainly there.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTNode, Expr, Stmt};

use super::{
    kinds::{Kind, Known},
    tree::{self, Step, chain, written_as},
    vocabulary::{self, Vocabulary},
};

/// Fields that come only together with another: who has asked for the first has asked for the second.
const TOGETHER: &[(&str, &str)] = &[
    ("unit", "unit_price"),
    ("unit_price", "unit"),
    ("currency", "price"),
    ("seller.region", "seller.location"),
];

/// Functions that know nothing of a listing without that field.
const NEEDS: &[(&str, &str)] = &[
    ("usual_price(", "price"),
    ("price_was(", "price"),
    ("item.price_in(", "price"),
];

/// A variable: what it stands for, and what follows where it is true and where it is false.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variable {
    /// The same for two names of one value: `item.price` behind `let x = item.price`.
    pub key: String,
    pub known: Known,
    pub learnt: Learnt,
}

/// Keys of values that are certainly there where a condition is true, and where it is false.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Learnt {
    pub when_true: Vec<String>,
    pub when_false: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    pub variables: BTreeMap<String, Variable>,
    pub present: BTreeSet<String>,
}

impl Env {
    /// From here on these values are there.
    pub(super) fn learn(&mut self, keys: &[String]) {
        for key in keys {
            let also = TOGETHER
                .iter()
                .filter(|(asked, _)| key.strip_prefix("item.") == Some(asked));
            let needed = NEEDS.iter().filter(|(call, _)| key.starts_with(call));
            let also = also.chain(needed).map(|(_, with)| format!("item.{with}"));
            self.present.extend(also);
            self.present.insert(key.clone());
        }
    }

    /// What is known where two ways meet.
    pub(super) fn meet(&mut self, other: &Self, fresh: &mut usize) {
        self.present.retain(|key| other.present.contains(key));
        for (name, variable) in &mut self.variables {
            if other.variables.get(name) != Some(variable) {
                *variable = unknown(fresh);
            }
        }
    }

    /// The same expression for the same value; none where it is no plain value.
    pub(super) fn key(&self, expr: &Expr) -> Option<String> {
        written_as(expr, &|name| Some(self.variables.get(name)?.key.clone()))
    }

    /// What an expression gives, by all that is known here.
    pub(super) fn kind_of(&self, expr: &Expr, vocabulary: &Vocabulary) -> Known {
        let mut known = self.by_form(expr, vocabulary);
        known.maybe = known.maybe
            && self
                .key(expr)
                .is_none_or(|key| !self.present.contains(&key));
        known
    }

    fn by_form(&self, expr: &Expr, vocabulary: &Vocabulary) -> Known {
        let kind = match expr {
            Expr::Unit(_) => Kind::Unit,
            Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) => Kind::Truth,
            Expr::IntegerConstant(..) | Expr::FloatConstant(..) => Kind::Number,
            Expr::StringConstant(..) | Expr::CharConstant(..) | Expr::InterpolatedString(..) => {
                Kind::Text
            }
            Expr::Array(..) => Kind::List(Box::default()),
            Expr::Map(..) => Kind::Map,
            Expr::Variable(variable, ..) => {
                let variable = self.variables.get(variable.1.as_str());
                return variable.map_or_else(Known::default, |v| v.known.clone());
            }
            Expr::Coalesce(list, _) => return self.first_that_is_there(list, vocabulary),
            Expr::FnCall(call, _) if call.op_token.is_some() => {
                return Known::sure(self.of_operator(&call.name, &call.args, vocabulary));
            }
            Expr::FnCall(call, _) => return vocabulary.gives(&call.name),
            Expr::Dot(..) | Expr::Index(..) => return self.of_chain(expr, vocabulary),
            _ => Kind::Unknown,
        };
        Known::sure(kind)
    }

    fn first_that_is_there(&self, list: &[Expr], vocabulary: &Vocabulary) -> Known {
        let mut kinds = list.iter().map(|expr| self.kind_of(expr, vocabulary));
        let Some(first) = kinds.next() else {
            return Known::default();
        };
        kinds.fold(first, |sum, next| Known {
            kind: if sum.kind == next.kind {
                sum.kind
            } else {
                Kind::Unknown
            },
            maybe: sum.maybe && (next.maybe || next.kind == Kind::Unit),
        })
    }

    fn of_operator(&self, name: &str, args: &[Expr], vocabulary: &Vocabulary) -> Kind {
        let all = |kind: Kind| {
            args.iter()
                .all(|arg| self.kind_of(arg, vocabulary).kind == kind)
        };
        match name {
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "!" => Kind::Truth,
            "+" | "-" | "*" | "/" | "%" | "**" if all(Kind::Number) => Kind::Number,
            "+" if all(Kind::Text) => Kind::Text,
            _ => Kind::Unknown,
        }
    }

    fn of_chain(&self, expr: &Expr, vocabulary: &Vocabulary) -> Known {
        let Some(chain) = chain(expr) else {
            return Known::default();
        };
        let mut known = self.kind_of(chain.base, vocabulary);
        for link in &chain.links {
            let absent_before = link.safe && known.maybe;
            known = match link.step {
                Step::Field(name) => of_field(&known.kind, name, vocabulary),
                Step::Call(call, _) if call.name == "filter" => Known::sure(known.kind),
                Step::Call(call, _) => vocabulary.gives(&call.name),
                Step::At(_) => Known::sure(known.kind.element()),
            };
            known.maybe |= absent_before;
        }
        known
    }
}

pub(super) fn of_field(of: &Kind, name: &str, vocabulary: &Vocabulary) -> Known {
    match of {
        Kind::Listing if name == "seller" => Known::sure(Kind::Seller),
        Kind::Listing => vocabulary.field(name),
        Kind::Seller => vocabulary.field(&format!("seller.{name}")),
        Kind::Params => Known::sure(Kind::Number),
        Kind::Thing(thing) => Known {
            kind: Kind::Unknown,
            maybe: super::kinds::kinds()
                .find(|kind| kind.name == *thing)
                .is_some_and(|kind| kind.maybe.contains(&name)),
        },
        _ => Known::default(),
    }
}

/// A variable of which nothing is known.
pub(super) fn unknown(fresh: &mut usize) -> Variable {
    *fresh += 1;
    Variable {
        key: format!("#{fresh}"),
        known: Known::default(),
        learnt: Learnt::default(),
    }
}

/// What follows from a condition.
pub(super) fn learnt(expr: &Expr, env: &Env) -> Learnt {
    match expr {
        Expr::Variable(variable, ..) => {
            let mut learnt = env
                .variables
                .get(variable.1.as_str())
                .map(|v| v.learnt.clone())
                .unwrap_or_default();
            learnt.when_true.extend(env.key(expr));
            learnt
        }
        Expr::And(list, _) => Learnt {
            when_true: list.iter().flat_map(|e| learnt(e, env).when_true).collect(),
            when_false: Vec::new(),
        },
        Expr::Or(list, _) => Learnt {
            when_true: Vec::new(),
            when_false: list
                .iter()
                .flat_map(|e| learnt(e, env).when_false)
                .collect(),
        },
        Expr::FnCall(call, _) => match (call.name.as_str(), call.args.as_slice()) {
            ("!", [inner]) => turned(learnt(inner, env)),
            ("==", [a, b]) => equal(a, b, env),
            ("!=", [a, b]) => turned(equal(a, b, env)),
            // With `()` on either side none of these is ever true.
            ("<" | ">" | "<=" | ">=", [a, b]) => is_true([a, b], env),
            ("contains", [Expr::Array(..), sought]) => is_true([sought], env),
            (name, args) if yes_means_present(name) => is_true(args, env),
            _ => Learnt::default(),
        },
        _ => Learnt::default(),
    }
}

/// `contains_word(a, b)` and its like are false where a value is absent: what takes `text?` and says "true or false".
fn yes_means_present(name: &str) -> bool {
    vocabulary::doc(name).is_some_and(|doc| {
        doc.signature.ends_with("-> true or false") && doc.signature.contains("text?")
    })
}

fn is_true<'e>(exprs: impl IntoIterator<Item = &'e Expr>, env: &Env) -> Learnt {
    Learnt {
        when_true: exprs.into_iter().filter_map(|e| env.key(e)).collect(),
        when_false: Vec::new(),
    }
}

fn turned(learnt: Learnt) -> Learnt {
    Learnt {
        when_true: learnt.when_false,
        when_false: learnt.when_true,
    }
}

/// `a == b`: with `()` it tells the absent from the present, with any other constant that it is there.
fn equal(a: &Expr, b: &Expr, env: &Env) -> Learnt {
    let (constant, other) = if b.is_constant() { (b, a) } else { (a, b) };
    if let (Expr::FnCall(call, _), Expr::StringConstant(kind, _)) = (other, constant)
        && call.name == "type_of"
    {
        let present = is_true(call.args.iter(), env);
        return if kind.as_str() == "()" {
            turned(present)
        } else {
            present
        };
    }
    match constant {
        Expr::Unit(_) => turned(is_true([other], env)),
        constant if constant.is_constant() => is_true([other], env),
        _ => Learnt::default(),
    }
}

/// Methods of lists, maps and texts that change what they are called on.
const CHANGES: &[&str] = &[
    "push",
    "pop",
    "shift",
    "insert",
    "remove",
    "append",
    "clear",
    "retain",
    "drain",
    "truncate",
    "chop",
    "splice",
    "sort",
    "sort_by",
    "order",
    "dedup",
    "reverse",
    "pad",
    "set",
    "mixin",
    "fill_with",
    "trim",
    "replace",
    "crop",
    "make_lower",
    "make_upper",
];

/// The variables that statements give a new value, or change within.
pub(super) fn assigned(statements: &[Stmt]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for statement in statements {
        statement.walk(&mut Vec::new(), &mut |path| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                    let target = &assignment.1.lhs;
                    let base = chain(target).map_or(target, |chain| chain.base);
                    names.extend(tree::variable(base).map(str::to_owned));
                }
                Some(ASTNode::Expr(expr @ (Expr::Dot(..) | Expr::Index(..)))) => {
                    let chain = chain(expr);
                    let changes = |link: &tree::Link<'_>| match link.step {
                        Step::Call(call, _) => CHANGES.contains(&call.name.as_str()),
                        _ => false,
                    };
                    let changed = chain.filter(|chain| chain.links.iter().any(changes));
                    let base = changed.and_then(|chain| tree::variable(chain.base));
                    names.extend(base.map(str::to_owned));
                }
                _ => {}
            }
            true
        });
    }
    names
}
