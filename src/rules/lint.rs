//! What would only fail when the line runs, found before: fields, functions, arities, lists, placeholders.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Engine, Expr, FnCallExpr, Map, Position, Stmt};

use super::{
    fault::Code,
    literal::Literal,
    native,
    picture::{Findings, Place, did_you_mean},
    terms::Names,
    view::fields::FIELDS,
};
use crate::{
    model::Block,
    text::{codes::SCHEMES, snippet::nearest},
};

/// Every function that the engine knows, with the numbers of values each takes.
#[derive(Debug)]
pub(super) struct Vocabulary {
    functions: BTreeMap<String, BTreeSet<usize>>,
}

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

impl Vocabulary {
    pub(super) fn of(engine: &Engine) -> Self {
        let mut functions: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let metadata = engine.gen_fn_metadata_to_json(true).unwrap_or_default();
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap_or_default();
        for function in metadata["functions"].as_array().into_iter().flatten() {
            let name = function["name"].as_str().unwrap_or_default();
            let count = function["numParams"].as_u64().unwrap_or_default();
            let count = usize::try_from(count).unwrap_or_default();
            functions.entry(name.to_owned()).or_default().insert(count);
        }
        Self { functions }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let spoken = |name: &&str| name.starts_with(char::is_alphabetic) && !name.contains('$');
        self.functions.keys().map(String::as_str).filter(spoken)
    }
}

/// Everything that one walk over a rule knows and collects.
struct Walk<'a, 'f, 's> {
    vocabulary: &'a Vocabulary,
    names: &'a Names<'a>,
    params: &'a Map,
    own: BTreeMap<String, BTreeSet<usize>>,
    /// What `check` calls the listing and the parameters.
    item: Option<String>,
    given: Option<String>,
    /// Names that maps of this rule have as keys: any of them may be read.
    keys: BTreeSet<String>,
    /// Properties already judged with their receiver.
    judged: BTreeSet<Position>,
    because: BTreeSet<String>,
    reasons: Vec<(String, Position)>,
    words: Vec<String>,
    findings: &'f mut Findings<'s>,
}

/// Checks a rule's functions; gives the words that it looks for itself.
pub(super) fn walk(
    ast: &AST,
    vocabulary: &Vocabulary,
    names: &Names<'_>,
    params: &Map,
    findings: &mut Findings<'_>,
) -> Vec<String> {
    let mut own: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut called = (None, None);
    for function in ast.iter_functions() {
        own.entry(function.name.to_owned())
            .or_default()
            .insert(function.params.len());
        if function.name == "check" {
            let mut names = function.params.iter().map(|name| (*name).to_owned());
            called = (names.next(), names.next());
        }
    }
    let mut walk = Walk {
        vocabulary,
        names,
        params,
        own,
        item: called.0,
        given: called.1,
        keys: keys(ast),
        judged: BTreeSet::new(),
        because: BTreeSet::new(),
        reasons: Vec::new(),
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
    walk.placeholders();
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
                known.extend(self.params.keys().map(|key| key.as_str()));
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
        if Some(variable.1.as_str()) == self.given.as_deref() {
            self.judged.insert(at);
            if !self.params.contains_key(name) {
                let known = self.params.keys().map(|key| key.as_str());
                let help = did_you_mean(name, known);
                let message = format!("`params` has no number `{name}`");
                self.unknown_field(name, at, message, help);
            }
        } else if Some(variable.1.as_str()) == self.item.as_deref() {
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
        let spoken = name.starts_with(char::is_alphabetic) && !name.contains('$');
        if !spoken || call.op_token.is_some() || KEYWORDS.contains(&name) {
            return;
        }
        let place = Place::at(at, name.chars().count());
        let given = call.args.len() + usize::from(method);
        let counts = self
            .own
            .get(name)
            .or_else(|| self.vocabulary.functions.get(name));
        match counts {
            None => {
                // What this host offers is likelier to be meant than what the language has.
                let documented = native::FAMILIES.iter().flat_map(|family| family.docs);
                let known = self
                    .vocabulary
                    .names()
                    .chain(self.own.keys().map(String::as_str));
                let near = nearest(name, documented.map(|doc| doc.name));
                let near = near.or_else(|| nearest(name, known));
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
                let documented = native::FAMILIES.iter().flat_map(|family| family.docs);
                let help = match documented.into_iter().find(|doc| doc.name == name) {
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
            "codes" | "left_empty" => {
                if let Some(scheme) = text(1) {
                    self.must_be("scheme", scheme, &SCHEMES, None);
                }
            }
            "because" => self.because.extend(text(1).map(|(key, _)| key)),
            "flag" => {
                self.reasons.extend(text(0));
                self.reasons.extend(text(1));
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

    /// Every `{name}` of a literal reason must be filled by something.
    fn placeholders(&mut self) {
        for (reason, at) in std::mem::take(&mut self.reasons) {
            for name in super::run::placeholders(&reason) {
                let field = super::view::field(name).is_some();
                if !field && !self.because.contains(name) {
                    self.findings.add(
                        Code::Placeholder,
                        Place::at(at, reason.chars().count() + 2),
                        format!("nothing fills `{{{name}}}`"),
                        Some(format!("add `.because(\"{name}\", …)`")),
                    );
                }
            }
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
