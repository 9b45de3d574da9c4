//! A first rule from answers to plain questions: its whole file, with tests of every outcome, compiled and tried.

mod checks;
mod numbered;

use std::{path::Path, sync::Arc};

use rhai::{Dynamic, Engine};

use super::{
    Fault, RuleSet, RuleSource, TestOutcome, adopt::as_map, engine::engine, meta, written,
};
use crate::{
    model::Severity,
    reference::{Kind, Reference},
    text::snippet::nearest,
};

pub use checks::Check;
pub use numbered::SCHEMES;

/// What a new rule is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// `pack/name`.
    pub id: String,
    /// What it finds, in English.
    pub title: String,
    /// In Chinese.
    pub title_zh: String,
    /// One of [`kinds`].
    pub kind: String,
    /// How much is at stake.
    pub severity: Severity,
    /// Articles of law and standards; empty: the usual one of the kind, to be confirmed.
    pub basis: Vec<String>,
    /// Classes of goods as `when.class` takes them; empty: all goods.
    pub classes: Vec<String>,
    /// What is checked.
    pub check: Check,
}

/// Why there is no rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Unfit {
    #[error(
        "'{0}' is no name for a rule; pack/name would be right, of small letters, digits and -"
    )]
    Id(String),
    #[error("there is no class '{0}' in the catalogue; {1}")]
    Class(String, String),
    #[error("{0}")]
    Check(String),
    #[error("this would not be a rule yet:\n{}", .0.picture)]
    Fault(Box<Fault>),
    #[error("its test \"{}\" would not hold: expected {}, got {}: {}", .0.name, .0.expected, .0.got, .0.detail)]
    Test(Box<TestOutcome>),
}

/// What a finding can be about.
pub fn kinds() -> &'static [&'static str] {
    meta::KINDS
}

impl Draft {
    /// The file's text. It is compiled without a fault and without a warning, and its tests hold.
    pub fn write(&self, reference: &Arc<Reference>) -> Result<String, Unfit> {
        Ok(self.tried(reference)?.0)
    }

    /// The text, and the rule that it is.
    fn tried(&self, reference: &Arc<Reference>) -> Result<(String, RuleSet), Unfit> {
        if !is_id(&self.id) {
            return Err(Unfit::Id(self.id.clone()));
        }
        let goods = Goods::of(&self.classes, reference)?;
        let body = self.check.body(&goods, reference)?;
        let text = self.text(&engine(), &goods, &body);
        let source = RuleSource {
            id: self.id.clone(),
            path: Path::new("rules").join(format!("{}.rhai", self.id)),
            text,
        };
        let (set, faults) = RuleSet::load(std::slice::from_ref(&source), Arc::clone(reference));
        if let Some(fault) = faults.into_iter().next() {
            return Err(Unfit::Fault(Box::new(fault)));
        }
        match set.test().into_iter().find(|test| !test.ok) {
            Some(test) => Err(Unfit::Test(Box::new(test))),
            None => Ok((source.text, set)),
        }
    }

    fn text(&self, engine: &Engine, goods: &Goods, body: &Body) -> String {
        let quoted = |text: &str| written::text(text);
        let list = |texts: &[String]| {
            let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", texts.join(", "))
        };
        let mut text = format!(
            "//! {}\n//! {}\n",
            plain(&self.title),
            plain(&self.title_zh)
        );
        let basis = match self.basis.is_empty() {
            false => self.basis.clone(),
            true => {
                text += "//! To be confirmed: whether the article in `basis` is the right one.\n";
                vec![usual_basis(&self.kind).to_owned()]
            }
        };
        text += &format!(
            "\nconst RULE = #{{\n    title:    {},\n    title_zh: {},\n    kind:     {},\n    severity: {},\n    basis:    {},\n",
            quoted(&self.title),
            quoted(&self.title_zh),
            quoted(&self.kind),
            quoted(self.severity.as_str()),
            list(&basis),
        );
        let class = (!self.classes.is_empty()).then(|| format!("class: {}", list(&self.classes)));
        let has = body.has.map(|field| format!("has: [{}]", quoted(field)));
        let gates: Vec<_> = class.into_iter().chain(has).collect();
        if !gates.is_empty() {
            text += &format!("    when:     #{{ {} }},\n", gates.join(", "));
        }
        let params = if body.params.is_empty() { "" } else { ", p" };
        if !body.params.is_empty() {
            text += &format!("    params:   #{{ {} }},\n", body.params);
        }
        text += &format!("}};\n\nfn check(item{params}) {{\n{}}}\n\n", body.script);
        text.push_str(&tests(engine, goods, body));
        text
    }
}

/// Small letters, digits and `-`, in two parts or more.
fn is_id(id: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    id.contains('/') && id.split('/').all(part) && !id.starts_with("reference/")
}

/// A line of a comment.
fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    crate::text::harmless::line(&words.join(" ")).into_owned()
}

/// What such a finding most often rests on.
fn usual_basis(kind: &str) -> &'static str {
    match kind {
        "counterfeit" => "商标法 第五十七条",
        "certification" => "认证认可条例 第二十七条",
        "recall" => "消费者权益保护法 第十九条",
        "disclosure" => "产品质量法 第二十七条",
        "safety" => "产品质量法 第二十六条",
        "seller" => "电子商务法 第十五条",
        _ => "电子商务法 第十三条",
    }
}

/// The goods of the tests.
struct Goods {
    /// A class that the gate lets in, and its name.
    class: Option<String>,
    name: String,
    /// A class that it does not let in.
    other: Option<String>,
}

impl Goods {
    fn of(patterns: &[String], reference: &Reference) -> Result<Self, Unfit> {
        let fits = |kind: &Kind, pattern: &str| match pattern.strip_prefix('@') {
            Some("ccc") => !kind.ccc.is_empty(),
            Some(licence) => kind.licences.iter().any(|known| known == licence),
            None => crate::text::glob::fits(pattern, &kind.id),
        };
        for pattern in patterns {
            if !reference.kinds().any(|kind| fits(kind, pattern)) {
                let known = reference.kinds().map(|kind| kind.id.as_str());
                let near = nearest(pattern, known).map(|near| format!("did you mean {near}?"));
                let all = || "rules/reference/catalogue.toml has all of them".to_owned();
                return Err(Unfit::Class(pattern.clone(), near.unwrap_or_else(all)));
            }
        }
        let fits_any = |kind: &&Kind| patterns.iter().any(|pattern| fits(kind, pattern));
        let inside = reference.kinds().find(fits_any);
        let outside = reference.kinds().find(|kind| !fits_any(kind));
        Ok(Self {
            class: inside.map(|kind| kind.id.clone()),
            name: inside.map_or_else(|| "商品".to_owned(), |kind| kind.zh.clone()),
            other: inside.and(outside).map(|kind| kind.id.clone()),
        })
    }
}

/// What one kind of check comes to.
struct Body {
    /// The lines of `check`.
    script: String,
    /// The entries of `params`.
    params: String,
    /// A field without which the rule does not look.
    has: Option<&'static str>,
    tests: Vec<Test>,
}

/// Outcome, what it shows, and the listing beside title and class.
struct Test {
    outcome: &'static str,
    name: &'static str,
    item: written::Entries,
}

fn tests(engine: &Engine, goods: &Goods, body: &Body) -> String {
    let own = body.tests.iter().map(|test| {
        let item = whole(goods, goods.class.as_ref(), &test.item);
        (test.outcome, test.name, item)
    });
    let all = own.chain(skips(goods, body)).map(|(outcome, name, item)| {
        let item = Dynamic::from_map(as_map(&item));
        let test = [
            (outcome.to_owned(), Dynamic::from(name.to_owned())),
            ("item".to_owned(), item),
        ];
        format!("    {},\n", written::test(engine, &test.into()))
    });
    format!("const TESTS = [\n{}];\n", all.collect::<String>())
}

/// What the gates keep out: the first listing, but for what a gate asks for.
fn skips(goods: &Goods, body: &Body) -> Vec<(&'static str, &'static str, written::Entries)> {
    let first = body.tests.first().map(|test| test.item.clone());
    let first = first.unwrap_or_default();
    let mut skips = Vec::new();
    if let Some(other) = &goods.other {
        skips.push(("skip", "other goods", whole(goods, Some(other), &first)));
    }
    if goods.class.is_some() {
        skips.push((
            "skip",
            "goods of no known class",
            whole(goods, None, &first),
        ));
    }
    if let Some(field) = body.has {
        let without = first
            .iter()
            .filter(|(key, _)| key != field && key != "currency");
        let without: Vec<_> = without.cloned().collect();
        let item = whole(goods, goods.class.as_ref(), &without);
        skips.push(("skip", "nothing to compare", item));
    }
    skips
}

/// A test's listing with title and class, where it does not say.
fn whole(goods: &Goods, class: Option<&String>, item: &written::Entries) -> written::Entries {
    let titled = item.iter().any(|(key, _)| key == "title");
    let title = (!titled).then(|| ("title".to_owned(), Dynamic::from(goods.name.clone())));
    let class = class.map(|class| ("class".to_owned(), Dynamic::from(class.clone())));
    let (given, rest): (Vec<_>, Vec<_>) = item.iter().cloned().partition(|(key, _)| key == "title");
    title
        .into_iter()
        .chain(given)
        .chain(class)
        .chain(rest)
        .collect()
}

#[cfg(test)]
mod tests;
