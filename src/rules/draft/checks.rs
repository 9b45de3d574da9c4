//! The kinds of check that a new rule can begin with: the lines of each, and listings that show every answer.

use rhai::{Dynamic, Map};

use super::{Body, Goods, Test, Unfit, numbered};
use crate::{
    reference::Reference,
    rules::{
        picture::did_you_mean,
        written::{self, Entries},
    },
    text::fold::fold,
};

/// What a new rule checks.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// A word of a term list.
    Listed(String),
    /// One of these words.
    Words(Vec<String>),
    /// A price below this one, in this currency.
    Below(f64, String),
    /// A row of the page's table, of one of these names, that is left empty.
    Missing(Vec<String>),
    /// A number of this scheme that is left empty or fails its check.
    Certificate(String),
    /// A first script to write on.
    Free,
}

impl Check {
    pub(super) fn body(&self, goods: &Goods, reference: &Reference) -> Result<Body, Unfit> {
        match self {
            Self::Listed(list) => listed(list, goods, reference),
            Self::Words(words) => own_words(words, goods),
            Self::Below(price, currency) => below(*price, currency),
            Self::Missing(rows) => missing(rows),
            Self::Certificate(scheme) => numbered::certificate(scheme),
            Self::Free => Ok(free()),
        }
    }
}

pub(super) fn body(script: String, tests: Vec<Test>) -> Body {
    Body {
        script,
        params: String::new(),
        has: None,
        tests,
    }
}

pub(super) fn test(outcome: &'static str, name: &'static str, item: Entries) -> Test {
    Test {
        outcome,
        name,
        item,
    }
}

pub(super) fn one(key: &str, value: impl Into<Dynamic>) -> Entries {
    vec![(key.to_owned(), value.into())]
}

pub(super) fn row(name: &str, value: &str) -> Entries {
    let map: Map = [(name.into(), Dynamic::from(value.to_owned()))].into();
    one("attributes", Dynamic::from_map(map))
}

fn listed(list: &str, goods: &Goods, reference: &Reference) -> Result<Body, Unfit> {
    let Some(known) = reference.terms(list) else {
        let lists = reference.term_lists().map(|list| list.name.as_str());
        let help = did_you_mean(list, lists).unwrap_or_default();
        return Err(Unfit::Check(format!(
            "there is no term list '{list}'; {help}"
        )));
    };
    let mut terms = known.terms.iter();
    let Some(first) = terms.next() else {
        return Err(Unfit::Check(format!("the term list '{list}' is empty")));
    };
    let second = terms.next().unwrap_or(first);
    // A phrase in which a term of the list says nothing is the trap that such rules fall into.
    let denied = known.except.first().map(String::as_str);
    Ok(words_body(
        &written::text(list),
        [first, second],
        denied,
        goods,
    ))
}

fn own_words(words: &[String], goods: &Goods) -> Result<Body, Unfit> {
    let said = |word: &&String| !fold(word).trim().is_empty();
    let words: Vec<&String> = words.iter().filter(said).collect();
    let Some(first) = words.first() else {
        return Err(Unfit::Check("name one word at least".to_owned()));
    };
    let quoted: Vec<_> = words.iter().map(|word| written::text(word)).collect();
    let list = format!("[{}]", quoted.join(", "));
    let last = words.last().unwrap_or(first);
    Ok(words_body(&list, [first, last], None, goods))
}

fn words_body(sought: &str, words: [&String; 2], denied: Option<&str>, goods: &Goods) -> Body {
    // The words stand in the call itself: then they are found in the one pass that finds the words of all rules.
    let script = format!(
        "    if item.mentions({sought}) {{
        return flag(\"the page says “{{words}}”\", \"页面出现“{{words}}”\")
            .because(\"words\", item.matches({sought}));
    }}
    if !item.observed(\"description\") {{ return unsure(\"the description was not seen\"); }}
    pass(\"none of the words\")
"
    );
    let titled = |word: &str| one("title", format!("{} {word}", goods.name));
    let told = |text: String| one("description", text);
    let mut plain = silent(words).into_iter();
    let mut silent = || told(plain.next().unwrap_or_default().to_owned());
    let (first, second) = (silent(), silent());
    let tests = vec![
        test("flag", "the word in the title", titled(words[0])),
        test(
            "flag",
            "the word in the description",
            told(format!("{} {}", goods.name, words[1])),
        ),
        test("pass", "a page without it", first),
        match denied {
            Some(phrase) => test(
                "pass",
                "a phrase in which it says nothing",
                told(phrase.to_owned()),
            ),
            None => test("pass", "another page without it", second),
        },
        test("unsure", "the title alone was read", Vec::new()),
        test("unsure", "title and price were read", one("price", 99.0)),
    ];
    body(script, tests)
}

/// Texts without any of the words.
fn silent(words: [&String; 2]) -> Vec<&'static str> {
    let words = words.map(|word| fold(word).trim().to_owned());
    let mut plain = vec![
        "一段普通的文字。",
        "今日晴，有风。",
        "It rains today.",
        "42",
    ];
    plain.retain(|text| !words.iter().any(|word| fold(text).contains(word.as_str())));
    plain
}

fn below(price: f64, currency: &str) -> Result<Body, Unfit> {
    limit(price, currency)?;
    let quoted = written::text(currency);
    let script = format!(
        "    if item.currency != {quoted} {{ return unsure(\"the limit is in {currency}\"); }}
    if item.price >= p.least {{ return pass(\"not below the limit\"); }}
    flag(\"offered for {{price}} {currency}, below {{least}}\", \"售价{{price}} {currency}，低于{{least}}\")
        .because(\"least\", p.least)
"
    );
    let at = |price: f64, currency: &str| -> Entries {
        let money = [
            ("price", price.into()),
            ("currency", currency.to_owned().into()),
        ];
        let money = money
            .into_iter()
            .map(|(key, value): (_, Dynamic)| (key.to_owned(), value));
        money.collect()
    };
    let others: Vec<&str> = ["USD", "EUR", "CNY"]
        .into_iter()
        .filter(|other| *other != currency)
        .collect();
    let mut tests = vec![
        test("flag", "half of the limit", at(price / 2.0, currency)),
        test("flag", "a tenth of the limit", at(price / 10.0, currency)),
        test("pass", "the limit itself", at(price, currency)),
        test("pass", "twice the limit", at(price * 2.0, currency)),
    ];
    let foreign = ["a price in other money", "a price in yet other money"];
    for (name, other) in foreign.into_iter().zip(others) {
        tests.push(test("unsure", name, at(price / 2.0, other)));
    }
    Ok(Body {
        script,
        params: format!("least: {}", written_number(price)),
        has: Some("price"),
        tests,
    })
}

/// A price and a currency that can be a limit.
fn limit(price: f64, currency: &str) -> Result<(), Unfit> {
    if !(price.is_finite() && (0.01..1e12).contains(&price)) {
        return Err(Unfit::Check(format!(
            "{price} is no price limit; a number from 0.01 on would be right"
        )));
    }
    match currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()) {
        true => Ok(()),
        false => Err(Unfit::Check(format!(
            "'{currency}' is no currency; a code of ISO 4217 such as CNY would be right"
        ))),
    }
}

fn written_number(number: f64) -> String {
    if number.fract() == 0.0 {
        format!("{number:.1}")
    } else {
        number.to_string()
    }
}

fn missing(rows: &[String]) -> Result<Body, Unfit> {
    let rows: Vec<&String> = rows.iter().filter(|row| !row.trim().is_empty()).collect();
    let Some(first) = rows.first() else {
        return Err(Unfit::Check("name one row at least".to_owned()));
    };
    let last = rows.last().unwrap_or(first);
    let quoted: Vec<_> = rows.iter().map(|row| written::text(row)).collect();
    let script = format!(
        "    let rows = [{}];
    if item.attr(rows) != () {{ return pass(\"it is shown\"); }}
    if !item.left_empty(rows) {{ return unsure(\"no place for it was seen\"); }}
    flag(\"the place for “{{row}}” is empty\", \"“{{row}}”一栏为空\").because(\"row\", rows[0])
",
        quoted.join(", ")
    );
    let tests = vec![
        test("flag", "an empty row", row(first, "")),
        test("flag", "a word for nothing", row(last, "暂无")),
        test("pass", "it is shown", row(first, "甲公司")),
        test(
            "pass",
            "it is shown in full",
            row(last, "浙江省杭州市 甲公司"),
        ),
        test("unsure", "a table without the row", row("颜色分类", "红")),
        test("unsure", "no table", Vec::new()),
    ];
    Ok(body(script, tests))
}

fn free() -> Body {
    let script = "    // First what makes it fine, then what is not there to decide by, and last what somebody should look at.
    if item.brand != () { return pass(\"a brand is named\"); }
    if !item.observed(\"brand\") { return unsure(\"no place for the brand was seen\"); }
    flag(\"no brand is named\", \"未标明品牌\")
"
    .to_owned();
    let seen = |blocks: &[&str]| {
        let blocks = blocks
            .iter()
            .map(|block| Dynamic::from((*block).to_owned()));
        one("observed", Dynamic::from_array(blocks.collect()))
    };
    let tests = vec![
        test(
            "flag",
            "a place for the brand, and none in it",
            seen(&["brand"]),
        ),
        test(
            "flag",
            "brand and price were looked for",
            seen(&["brand", "price"]),
        ),
        test("pass", "a brand", one("brand", "甲".to_owned())),
        test(
            "pass",
            "a brand in Latin letters",
            one("brand", "Alder".to_owned()),
        ),
        test("unsure", "the title alone was read", Vec::new()),
        test(
            "unsure",
            "the description was read",
            one("description", "全新".to_owned()),
        ),
    ];
    body(script, tests)
}
