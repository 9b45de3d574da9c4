//! Values written as Rhai reads them again, for tests that are made of listings.

use rhai::{Array, Dynamic, Engine, Map, Token};
use serde_json::Value;

use super::view::values::string;
use crate::text::harmless;

/// A map in the order in which its keys were put.
pub(super) type Entries = Vec<(String, Dynamic)>;

/// What a map is about stands first in it.
const FIRST: [&str; 4] = ["title", "name", "scheme", "id"];

/// A text in quotes; what would steer a terminal or hide in a file is written by its number.
pub(super) fn text(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if harmless::steers(c) => match u32::from(c) {
                number @ 0..=0xffff => written.push_str(&format!("\\u{number:04x}")),
                number => written.push_str(&format!("\\U{number:08x}")),
            },
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// Any plain value.
pub(super) fn value(engine: &Engine, value: &Dynamic) -> String {
    if let Some(words) = string(value) {
        return text(&words);
    }
    if let Some(list) = value.read_lock::<Array>() {
        let items: Vec<_> = list.iter().map(|item| self::value(engine, item)).collect();
        return format!("[{}]", items.join(", "));
    }
    if let Some(entries) = value.read_lock::<Map>() {
        let mut entries: Vec<_> = entries
            .iter()
            .map(|(key, value)| (key.as_str(), value))
            .collect();
        entries.sort_by_key(|(key, _)| !FIRST.contains(key));
        return map(engine, entries);
    }
    match value.as_float() {
        Ok(number) if number.fract() == 0.0 => format!("{number:.1}"),
        Ok(number) => number.to_string(),
        Err(_) => value.to_string(),
    }
}

/// `#{ key: value, … }`.
pub(super) fn map<'a>(
    engine: &Engine,
    entries: impl IntoIterator<Item = (&'a str, &'a Dynamic)>,
) -> String {
    let entries = entries
        .into_iter()
        .map(|(name, held)| format!("{}: {}", key(engine, name), value(engine, held)));
    let entries: Vec<_> = entries.collect();
    match entries.is_empty() {
        true => "#{}".to_owned(),
        false => format!("#{{ {} }}", entries.join(", ")),
    }
}

/// A test as rules write them: what is expected, and on lines of their own the reference data and the listing.
pub(super) fn test(engine: &Engine, entries: &Entries) -> String {
    let entries = entries.iter().map(|(name, held)| {
        let own_line = ["reference", "item"].contains(&name.as_str());
        let gap = if own_line { "\n      " } else { "" };
        format!("{gap} {name}: {}", value(engine, held))
    });
    let entries: Vec<_> = entries.collect();
    format!("#{{{} }}", entries.join(","))
}

/// A key as it is, where the language takes it for a name; else in quotes.
fn key(engine: &Engine, name: &str) -> String {
    let (mut tokens, _control) = engine.lex([&name]);
    let plain = matches!(tokens.next(), Some((Token::Identifier(found), _)) if *found == name);
    match plain && name.is_ascii() {
        true => name.to_owned(),
        false => text(name),
    }
}

/// Plain values of JSON as a script has them; what is null or empty is left out of maps.
pub(super) fn of_json(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => Dynamic::from(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Dynamic::from_int(whole),
            None => Dynamic::from_float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Dynamic::from(text.clone()),
        Value::Array(items) => Dynamic::from_array(items.iter().map(of_json).collect()),
        Value::Object(entries) => {
            let empty = |value: &Value| {
                value.is_null() || value.as_array().is_some_and(|items| items.is_empty())
            };
            let entries = entries.iter().filter(|(_, value)| !empty(value));
            let entries = entries.map(|(key, value)| (key.as_str().into(), of_json(value)));
            Dynamic::from_map(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_back(written: &str) -> Dynamic {
        let engine = super::super::engine::engine();
        let ast = engine.compile(format!("const X = {written};")).unwrap();
        let (_, literal) = super::super::literal::constant(&ast, "X").unwrap();
        literal.value().unwrap()
    }

    proptest! {
        #[test]
        fn any_text_and_any_key_are_read_as_they_were(words in any::<String>(), name in "[a-z]{1,8}|\\PC{0,6}", number in -1e9..1e9f64) {
            let engine = super::super::engine::engine();
            let entries = [(name.clone(), Dynamic::from(words.clone())), (format!("{name}2"), Dynamic::from_float(number))];
            let written = map(&engine, entries.iter().map(|(key, value)| (key.as_str(), value)));
            let map = read_back(&written).cast::<Map>();
            prop_assert_eq!(string(&map[name.as_str()]).unwrap(), words);
            prop_assert_eq!(map[format!("{name}2").as_str()].as_float().unwrap(), number);
            prop_assert!(!written.contains(harmless::steers));
        }
    }

    #[test]
    fn words_of_the_language_are_quoted_as_keys() {
        let engine = super::super::engine::engine();
        for word in ["until", "if", "fn", "match", "产地", "a b", ""] {
            assert_eq!(key(&engine, word), text(word));
        }
        assert_eq!(key(&engine, "price"), "price");
    }
}
