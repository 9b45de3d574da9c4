//! Work that a script does step by step and a native function does at once.

use std::collections::BTreeMap;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::{
    Script, place_of,
    tree::{self, Step, chain, written},
};
use crate::rules::{
    fault::Code,
    picture::{Findings, Place},
    view::fields::FIELDS,
};

/// Words in a rule's own list above which it belongs into a term list.
const WORDS: usize = 40;
/// Functions whose names begin the search in the listing's text.
pub(super) const SEARCHES: &[&str] = &["mentions", "title_mentions", "matches"];

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let item = script.called(0).unwrap_or("item").to_owned();
    let mut slow = Slow {
        aliases: aliases(script, &item),
        item,
        findings,
    };
    for statement in script.functions.iter().flat_map(|f| &f.body) {
        statement.walk(&mut Vec::new(), &mut |path| {
            slow.node(path);
            true
        });
    }
}

struct Slow<'f, 'a> {
    item: String,
    /// Variables that are a text field of the listing.
    aliases: BTreeMap<String, String>,
    findings: &'f mut Findings<'a>,
}

/// `let t = item.title;`
fn aliases(script: &Script<'_>, item: &str) -> BTreeMap<String, String> {
    let mut aliases = BTreeMap::new();
    for statement in script.functions.iter().flat_map(|f| &f.body) {
        if let Stmt::Var(var, ..) = statement
            && let Some(field) = field_of(&var.1, item)
        {
            aliases.insert(var.0.name.to_string(), field);
        }
    }
    aliases
}

/// `title` for `item.title`, where that is a text.
fn field_of(expr: &Expr, item: &str) -> Option<String> {
    let chain = chain(expr)?;
    if tree::variable(chain.base) != Some(item) {
        return None;
    }
    let names: Option<Vec<&str>> = chain
        .links
        .iter()
        .map(|link| match link.step {
            Step::Field(name) => Some(name),
            _ => None,
        })
        .collect();
    let name = names?.join(".");
    let text =
        |field: &&crate::rules::view::fields::Field| field.name == name && field.kind == "text";
    FIELDS.iter().find(text).map(|field| field.name.to_owned())
}

impl Slow<'_, '_> {
    fn node(&mut self, path: &[ASTNode<'_>]) {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::For(parts, _))) => self.each(&parts.2.expr),
            Some(ASTNode::Expr(expr @ (Expr::Dot(..) | Expr::Index(..)))) => {
                self.text_method(expr);
            }
            Some(ASTNode::Expr(Expr::FnCall(call, _)))
            | Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => self.sought(call),
            Some(ASTNode::Expr(Expr::MethodCall(call, at))) => self.listed(call, *at),
            _ => {}
        }
    }

    /// The text field that an expression is.
    fn field(&self, expr: &Expr) -> Option<String> {
        let named = tree::variable(expr).and_then(|name| self.aliases.get(name).cloned());
        named.or_else(|| field_of(expr, &self.item))
    }

    /// `item.title.contains("…")`, `item.brand.to_lower()`.
    fn text_method(&mut self, expr: &Expr) {
        let Some(chain) = chain(expr) else {
            return;
        };
        let Some((number, call, at)) =
            chain
                .links
                .iter()
                .enumerate()
                .find_map(|(n, link)| match link.step {
                    Step::Call(call, at) => Some((n, call, at)),
                    _ => None,
                })
        else {
            return;
        };
        let names: Option<Vec<&str>> = chain
            .links
            .get(..number)
            .unwrap_or_default()
            .iter()
            .map(|link| match link.step {
                Step::Field(name) => Some(name),
                _ => None,
            })
            .collect();
        let base = tree::variable(chain.base);
        let field = match (base, names.as_deref()) {
            (Some(base), Some([])) => self.aliases.get(base).cloned(),
            (Some(base), Some(names)) if base == self.item => {
                let name = names.join(".");
                FIELDS
                    .iter()
                    .find(|f| f.name == name && f.kind == "text")
                    .map(|f| f.name.to_owned())
            }
            _ => None,
        };
        let Some(field) = field else {
            return;
        };
        let item = self.item.clone();
        let help = match call.name.as_str() {
            "contains" if !call.args.iter().all(Expr::is_constant) => Some(format!(
                "`contains_word({item}.{field}, …)` compares folded text"
            )),
            "contains" | "index_of" => searched(&item, &field),
            "to_lower" | "to_upper" => Some(format!(
                "`fold({item}.{field})` compares case, width and script at once"
            )),
            "split" | "to_chars" | "chars" => searched(&item, &field),
            _ => None,
        };
        if let Some(help) = help {
            let message = format!(
                "`{}` goes through the text of the page step by step",
                call.name
            );
            let place = Place::at(at, call.name.chars().count());
            self.findings
                .add(Code::SlowText, place, message, Some(help));
        }
    }

    /// `"…" in item.title`.
    fn sought(&mut self, call: &FnCallExpr) {
        if call.name != "contains" {
            return;
        }
        let field = call.args.first().and_then(|text| self.field(text));
        if let (Some(field), [_, word]) = (field, call.args.as_slice())
            && let Some(help) = searched(&self.item, &field)
        {
            let width = written(word).map_or(1, |text| text.chars().count());
            let message = "`in` goes through the text of the page step by step".to_owned();
            self.findings
                .add(Code::SlowText, place_of(word, width), message, Some(help));
        }
    }

    /// `for c in item.title`.
    fn each(&mut self, over: &Expr) {
        let field = self.field(over);
        if let Some(help) = field.and_then(|field| searched(&self.item, &field)) {
            let message = "this loop goes through the text of the page step by step".to_owned();
            let width = written(over).map_or(1, |text| text.chars().count());
            self.findings
                .add(Code::SlowText, place_of(over, width), message, Some(help));
        }
    }

    /// `mentions` of a hundred words.
    fn listed(&mut self, call: &FnCallExpr, at: Position) {
        if let [Expr::Array(words, _)] = call.args.as_slice()
            && SEARCHES.contains(&call.name.as_str())
            && words.len() > WORDS
        {
            let message = format!("{} words stand in the rule itself", words.len());
            let help = "put them into a file under `reference/terms`, which every rule can name";
            let place = Place::at(at, call.name.chars().count());
            self.findings
                .add(Code::LongList, place, message, Some(help.to_owned()));
        }
    }
}

/// The native function that searches a field's text; none for a field that is short.
fn searched(item: &str, field: &str) -> Option<String> {
    Some(match field {
        "title" => format!(
            "`{item}.title_mentions([\"…\"])` looks for all words at once and quotes the place"
        ),
        "description" => {
            format!("`{item}.mentions([\"…\"])` looks for all words at once and quotes the place")
        }
        _ => return None,
    })
}
