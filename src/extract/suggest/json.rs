//! Where a wanted value stands in the page's JSON-LD and in the JSON of its scripts, as lines that a recipe could have.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memchr_iter;
use serde_json::Value as Json;

use super::{Asked, places::MOST_NUMBER, wanted::Wanted};
use crate::extract::{
    json_ld,
    select::{self, Value},
};

/// Values of one piece of JSON that are looked at.
const MOST_VALUES: usize = 50_000;
/// Places of the value in one piece of JSON.
const MOST_PLACES: usize = 30;
/// Scripts and names whose JSON is looked into.
const MOST_HOLDERS: usize = 30;
/// What lines cost to begin with: a page's JSON-LD is made to be read, what its scripts hold is not.
const JSON_LD: u32 = 10;
const HELD: u32 = 30;
const BY_NUMBER: u32 = 6;
const STEP: u32 = 8;

/// Lines that may give the value, by what they cost.
pub(super) fn lines(asked: &Asked<'_, '_, '_>, lines: &mut BTreeMap<String, u32>) {
    for (_, product) in json_ld::products(asked.sheet.blocks) {
        look(asked, product, "", JSON_LD, lines);
    }
    for (nth, block) in asked.sheet.blocks.iter().enumerate().take(MOST_HOLDERS) {
        look(asked, block, &format!("/{nth}"), JSON_LD + BY_NUMBER, lines);
    }
    for holder in asked.holders {
        if let Some(json) = select::held_json(asked.sheet, holder) {
            look(asked, &json, &format!("{holder} "), HELD, lines);
        }
    }
}

/// What on the page holds JSON, as recipes name it.
pub(super) fn holders(sheet: &select::Sheet<'_, '_>) -> Vec<String> {
    let page = sheet.page;
    let mut all = BTreeSet::new();
    for (element, text) in &page.scripts {
        let kind = page.attribute(*element, "type").unwrap_or_default();
        if kind.contains("ld+json") {
            continue;
        }
        if let Some(id) = page.either(*element, &["id"]).filter(|id| is_word(id)) {
            if text.trim_start().starts_with(['{', '[']) {
                all.insert(format!("script#{id}"));
            }
        } else if kind.contains("json") && is_type(kind) {
            all.insert(format!("script[type='{kind}']"));
        }
        all.extend(names(text));
        if all.len() >= MOST_HOLDERS {
            break;
        }
    }
    for element in page.all() {
        let json = |text: &str| text.starts_with('{') && text.len() > 10;
        let data = page
            .attributes_of(element)
            .iter()
            .find(|(name, text)| name.starts_with("data-") && is_word(name) && json(text));
        if let Some((name, _)) = data.filter(|_| all.len() < 2 * MOST_HOLDERS) {
            all.insert(format!("[{name}]@{name}"));
        }
    }
    all.into_iter().collect()
}

fn is_word(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_type(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'+' | b'.'))
}

/// The names to which a script gives an object, a list or a JSON text.
fn names(script: &str) -> Vec<String> {
    let mut all = Vec::new();
    for at in memchr_iter(b'=', script.as_bytes()) {
        let given = script[at + 1..].trim_start();
        if !(given.starts_with(['{', '[']) || given.starts_with("JSON.parse(")) {
            continue;
        }
        let before = script[..at].trim_end();
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
        let start = before.rfind(|c| !letters(c)).map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
        let name = &before[start..];
        let name = match name.strip_prefix("window.") {
            Some(bare) if !bare.is_empty() => format!("window.{bare}"),
            _ if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                continue;
            }
            _ => format!("var {name}"),
        };
        all.push(name);
        if all.len() >= MOST_HOLDERS {
            break;
        }
    }
    all
}

/// Adds the pointers below `from` that lead to the value.
fn look(
    asked: &Asked<'_, '_, '_>,
    root: &Json,
    from: &str,
    cost: u32,
    lines: &mut BTreeMap<String, u32>,
) {
    let (mut open, mut seen, mut found) = (vec![(Vec::<String>::new(), root)], 0, 0);
    while let Some((path, json)) = open.pop() {
        seen += 1;
        if seen > MOST_VALUES || found >= MOST_PLACES {
            return;
        }
        match json {
            Json::Object(fields) => {
                for (name, inner) in fields.iter().rev().filter(|(name, _)| name.len() <= 60) {
                    let step = name.replace('~', "~0").replace('/', "~1");
                    open.push(([&path[..], &[step]].concat(), inner));
                }
            }
            Json::Array(items) => {
                for (nth, inner) in items.iter().enumerate().rev().take(500) {
                    open.push(([&path[..], &[nth.to_string()]].concat(), inner));
                }
            }
            _ => {
                for steps in ways(asked, json) {
                    found += 1;
                    for (pointer, more) in pointers(&path) {
                        let more = more + STEP * u32::from(!steps.is_empty());
                        let line = lines
                            .entry(format!("{from}{pointer}{steps}"))
                            .or_insert(cost + more);
                        *line = (cost + more).min(*line);
                    }
                }
            }
        }
    }
}

/// The steps that make the value of a scalar: none, or cents to units.
fn ways(asked: &Asked<'_, '_, '_>, json: &Json) -> Vec<String> {
    let Some(value) = Value::of_json(json) else {
        return Vec::new();
    };
    let number = matches!(
        asked.wanted,
        Wanted::Money(_) | Wanted::Gtin(_) | Wanted::Decimal(_) | Wanted::Whole(_)
    );
    if number && value.text.len() > MOST_NUMBER {
        return Vec::new();
    }
    if asked
        .wanted
        .is(asked.field, &value, asked.sheet.page, asked.hint)
    {
        return vec![String::new()];
    }
    match asked.wanted {
        Wanted::Money(money) => {
            let amount = value.text.parse::<rust_decimal::Decimal>().ok();
            let cents =
                amount.is_some_and(|cents| Some(cents) == money.amount.checked_mul(100.into()));
            cents
                .then(|| " | divide 100".to_owned())
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A path as it is, with every number as `*`, and to the whole list where it ends in a number.
fn pointers(path: &[String]) -> Vec<(String, u32)> {
    let number = |step: &String| step.bytes().all(|b| b.is_ascii_digit());
    let numbers = path.iter().filter(|step| number(step)).count();
    let length = u32::try_from(path.len()).unwrap_or(99) * 2;
    let counted = u32::try_from(numbers).unwrap_or(99);
    let written = |steps: &[String]| -> String {
        steps.iter().flat_map(|step| ["/", step.as_str()]).collect()
    };
    let mut all = vec![(written(path), length + counted * BY_NUMBER)];
    if numbers > 0 {
        let starred: Vec<String> = path
            .iter()
            .map(|step| {
                if number(step) {
                    "*".to_owned()
                } else {
                    step.clone()
                }
            })
            .collect();
        all.push((written(&starred), length + counted * BY_NUMBER / 2));
    }
    if let Some((last, list)) = path.split_last()
        && number(last)
        && !list.is_empty()
    {
        all.push((written(list), length));
    }
    all.retain(|(pointer, _)| !pointer.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_json_are_found() {
        let script =
            "var a = {x: 1}; window.__B__=[1]; c.d = JSON.parse('{}'); if (e == {}) f = 5; = {";
        assert_eq!(names(script), ["var a", "window.__B__", "var c.d"]);
    }

    #[test]
    fn a_path_is_generalised() {
        let path = ["offers", "0", "price"].map(str::to_owned);
        let texts: Vec<String> = pointers(&path).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["/offers/0/price", "/offers/*/price"]);
        let path = ["image", "2"].map(str::to_owned);
        let texts: Vec<String> = pointers(&path).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["/image/2", "/image/*", "/image"]);
    }
}
