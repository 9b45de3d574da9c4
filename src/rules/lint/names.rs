//! Names that would only fail when the line runs: fields, functions, arities, lists.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::{
    Script,
    vocabulary::{Vocabulary, doc, docs, spoken},
};
use crate::{
    model::Block,
    rules::{
        fault::Code,
        literal::Literal,
        native::{self, history::watched},
        picture::{Findings, Place, did_you_mean},
        terms::Names,
        view::fields::FIELDS,
    },
    text::{codes::SCHEMES, snippet::nearest},
};

/// What other languages call it, and what it is called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("length", "len"),
    ("size", "len"),
    ("lower", "fold"),
    ("lowercase", "fold"),
    ("toLowerCase", "fold"),
    ("upper", "fold"),
    ("includes", "contains"),
    ("has", "contains"),
    ("any", "some"),
    ("every", "all"),
    ("substring", "sub_string"),
    ("startswith", "starts_with"),
    ("startsWith", "starts_with"),
    ("endsWith", "ends_with"),
    ("add", "push"),
    ("int", "parse_int"),
    ("float", "parse_float"),
    ("str", "to_string"),
    ("ok", "pass"),
    ("skip", "pass"),
    ("unknown", "unsure"),
];

/// Calls that the language itself answers.
const KEYWORDS: &[&str] = &[
    "call",
    "curry",
    "is_shared",
    "type_of",
    "Fn",
    "is_def_fn",
    "is_def_var",
];

/// Everything that one walk over a rule knows and collects.
struct Walk<'a, 'f, 's> {
    vocabulary: &'a Vocabulary,
    names: &'a Names<'a>,
    params: &'a [&'a str],
    own: BTreeMap<String, BTreeSet<usize>>,
    /// What `check` calls the listing and the parameters.
    item: Option<&'a str>,
    given: Option<&'a str>,
    /// Names that maps of this rule have as keys: any of them may be read.
    keys: BTreeSet<String>,
    /// Properties already judged with their receiver.
    judged: BTreeSet<Position>,
    words: Vec<String>,
    findings: &'f mut Findings<'s>,
}

/// Checks every name; gives the words that the rule looks for itself.
pub(super) fn walk(ast: &AST, script: &Script<'_>, findings: &mut Findings<'_>) -> Vec<String> {
    let mut own: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for function in &script.functions {
        let counts = own.entry(function.name.clone()).or_default();
        counts.insert(function.params.len());
    }
    let mut walk = Walk {
        vocabulary: script.vocabulary,
        names: script.names,
        params: &script.params,
        own,
        item: script.called(0),
        given: script.called(1),
        keys: keys(ast),
        judged: BTreeSet::new(),
        words: Vec::new(),
        findings,
    };
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Expr(expr)) => walk.expression(expr),
            Some(ASTNode::Stmt(Stmt::FnCall(call, at))) => walk.call(call, *at, false),
            _ => {}
        }
        true
    });
    walk.words
}

/// Keys of map literals, and fields that are assigned to.
fn keys(ast: &AST) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Expr(Expr::Map(map, _))) => {
                keys.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
            }
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                if let Expr::Dot(dot, ..) = &assignment.1.lhs
                    && let Expr::Property(name, _) = &dot.rhs
                {
                    keys.insert(name.2.to_string());
                }
            }
            _ => {}
        }
        true
    });
    keys
}

impl Walk<'_, '_, '_> {
    fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::Dot(dot, ..) => self.chain(&dot.lhs, &dot.rhs),
            Expr::Property(name, at) if !self.judged.contains(at) => {
                let known = FIELDS
                    .iter()
                    .map(|f| f.name.rsplit('.').next().unwrap_or(f.name));
                let kinds = native::FAMILIES.iter().flat_map(|family| family.kinds);
                let mut known: Vec<&str> = known
                    .chain(kinds.flat_map(|kind| kind.fields.iter().copied()))
                    .chain(["seller"])
                    .collect();
                known.extend(self.params);
                let fits = known.contains(&name.2.as_str()) || self.keys.contains(name.2.as_str());
                if !fits {
                    let message = format!("nothing here has a field `{}`", name.2);
                    self.unknown_field(&name.2, *at, message, did_you_mean(&name.2, known));
                }
            }
            Expr::MethodCall(call, at) => self.call(call, *at, true),
            Expr::FnCall(call, at) => self.call(call, *at, false),
            _ => {}
        }
    }

    /// A field right behind `item`, `item.seller` or `p`.
    fn chain(&mut self, left: &Expr, right: &Expr) {
        let Expr::Variable(variable, ..) = left else {
            return;
        };
        let Some((name, at, rest)) = first_property(right) else {
            return;
        };
        if Some(variable.1.as_str()) == self.given {
            self.judged.insert(at);
            if !self.params.contains(&name) {
                let help = did_you_mean(name, self.params.iter().copied());
                let message = format!("`params` has no number `{name}`");
                self.unknown_field(name, at, message, help);
            }
        } else if Some(variable.1.as_str()) == self.item {
            self.judged.insert(at);
            let known = || {
                FIELDS
                    .iter()
                    .map(|f| f.name)
                    .filter(|name| !name.contains('.'))
            };
            if name == "seller" {
                if let Some((name, at, _)) = rest.and_then(first_property) {
                    self.seller_field(name, at);
                }
            } else if !known().any(|field| field == name) {
                let help = did_you_mean(name, known().chain(["seller"]));
                let message = format!("a listing has no field `{name}`");
                self.unknown_field(name, at, message, help);
            }
        }
    }

    fn seller_field(&mut self, name: &str, at: Position) {
        self.judged.insert(at);
        let known = || FIELDS.iter().filter_map(|f| f.name.strip_prefix("seller."));
        if !known().any(|field| field == name) {
            let message = format!("a seller has no field `{name}`");
            self.unknown_field(name, at, message, did_you_mean(name, known()));
        }
    }

    fn unknown_field(&mut self, name: &str, at: Position, message: String, help: Option<String>) {
        let place = Place::at(at, name.chars().count());
        self.findings.add(Code::UnknownField, place, message, help);
    }

    fn call(&mut self, call: &FnCallExpr, at: Position, method: bool) {
        let name = call.name.as_str();
        if !spoken(name) || call.op_token.is_some() || KEYWORDS.contains(&name) {
            return;
        }
        let place = Place::at(at, name.chars().count());
        let given = call.args.len() + usize::from(method);
        let counts = self.own.get(name).or_else(|| self.vocabulary.counts(name));
        match counts {
            None => {
                // What this host offers is likelier to be meant than what the language has.
                let own = self.own.keys().map(String::as_str);
                let known = self.vocabulary.names().chain(own.filter(|own| spoken(own)));
                let near = nearest(name, docs().map(|doc| doc.name));
                let elsewhere = ELSEWHERE.iter().find(|(there, _)| *there == name);
                let near = near
                    .or(elsewhere.map(|(_, here)| *here))
                    .or_else(|| nearest(name, known));
                let help = near.map(|near| format!("did you mean `{near}`?"));
                self.findings.add(
                    Code::UnknownFunction,
                    place,
                    format!("there is no function `{name}`"),
                    help,
                );
            }
            Some(counts) if !counts.contains(&given) => {
                let shown = |count: &usize| (count - usize::from(method && *count > 0)).to_string();
                let takes: Vec<String> = counts.iter().map(shown).collect();
                let help = match doc(name) {
                    Some(doc) => format!("it is {}", doc.signature),
                    None => format!("it takes {}", takes.join(" or ")),
                };
                let message = format!("`{name}` is called with {} values", call.args.len());
                self.findings.add(Code::Arity, place, message, Some(help));
            }
            Some(_) => self.arguments(name, call, method),
        }
    }

    /// Literal arguments that name something.
    fn arguments(&mut self, name: &str, call: &FnCallExpr, method: bool) {
        let argument = |number: usize| {
            let number = if method {
                number.checked_sub(1)?
            } else {
                number
            };
            call.args.get(number).map(Literal)
        };
        let text = |number| {
            argument(number).and_then(|literal| Some((literal.text()?, literal.position())))
        };
        match name {
            "mentions" | "title_mentions" | "matches" => match (text(1), argument(1)) {
                (Some(list), _) => {
                    let lists = self.names.lists.clone();
                    let help = format!("for the words themselves write `{name}([\"{}\"])`", list.0);
                    self.must_be("term list", list, &lists, Some(help));
                }
                (None, Some(words)) => {
                    let words = words.elements().and(words.texts()).unwrap_or_default();
                    self.words.extend(words.into_iter().map(|(word, _)| word));
                }
                (None, None) => {}
            },
            "is_term" => {
                let lists = self.names.lists.clone();
                if let Some(list) = text(0) {
                    self.must_be("term list", list, &lists, None);
                }
            }
            "observed" => {
                let blocks: Vec<&str> = Block::ALL.iter().map(|block| block.as_str()).collect();
                if let Some(block) = text(1) {
                    self.must_be("block", block, &blocks, None);
                }
            }
            "changed" => {
                let fields: Vec<&str> = watched().map(|field| field.name).collect();
                if let Some(field) = text(1) {
                    let help =
                        "any field of `item` but `captured_on`, which moves with every visit";
                    self.must_be("field to compare", field, &fields, Some(help.to_owned()));
                }
            }
            "codes" | "left_empty" => {
                if let Some(scheme) = text(1) {
                    self.must_be("scheme", scheme, &SCHEMES, None);
                }
            }
            _ => {}
        }
    }

    fn must_be(
        &mut self,
        what: &str,
        word: (String, Position),
        known: &[&str],
        else_help: Option<String>,
    ) {
        let (word, at) = word;
        if !known.contains(&word.as_str()) {
            let near = did_you_mean(&word, known.iter().copied());
            let help = near.filter(|help| help.starts_with("did")).or(else_help);
            self.findings.add(
                Code::UnknownList,
                Place::at(at, word.chars().count() + 2),
                format!("there is no {what} `{word}`"),
                help.or_else(|| did_you_mean(&word, known.iter().copied())),
            );
        }
    }
}

/// The property that a chain begins with, and what follows it.
fn first_property(expr: &Expr) -> Option<(&str, Position, Option<&Expr>)> {
    match expr {
        Expr::Property(name, at) => Some((name.2.as_str(), *at, None)),
        Expr::Dot(dot, ..) => {
            let (name, at, _) = first_property(&dot.lhs)?;
            Some((name, at, Some(&dot.rhs)))
        }
        Expr::Index(index, ..) => first_property(&index.lhs),
        _ => None,
    }
}
