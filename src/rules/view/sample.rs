//! A test's listing, written in the form of scripts, as the model's value.

use rhai::{Array, Dynamic, Map};

use super::{
    fields::{FIELDS, Field},
    values::string,
};
use crate::{
    model::{Block, Code, Listing},
    rules::picture::did_you_mean,
    text::{codes, region},
};

/// The day on which a test's page was captured where the test does not say.
const A_DAY: &str = "2026-01-01";

/// What is wrong with a test: the key, what is wrong, and what would be right.
pub(in crate::rules) type Problem = (String, String, Option<String>);

/// The listing of a test. Codes are found in its texts as on a page; a block counts as seen where a field of it is given.
pub(in crate::rules) fn listing(map: &Map) -> (Listing, Vec<Problem>) {
    let mut made = Listing {
        version: 1,
        ..Listing::default()
    };
    let mut problems = Vec::new();
    write(&mut made, "platform", &Dynamic::from("test"));
    write(&mut made, "captured_on", &Dynamic::from(A_DAY));
    // In the table's order, so that `currency` finds a price whatever order the author chose.
    for field in FIELDS.iter().filter(|f| !f.name.contains('.')) {
        if let Some(value) = map.get(field.name) {
            give(&mut made, field, value, &mut problems);
        }
    }
    for (key, value) in map {
        match key.as_str() {
            "seller" => seller(&mut made, value, &mut problems),
            "attributes" => attributes(&mut made, value, &mut problems),
            "codes" | "observed" => {}
            known if super::field(known).is_some() => {}
            unknown => problems.push((
                unknown.to_owned(),
                format!("a listing has no field `{unknown}`"),
                did_you_mean(unknown, keys()),
            )),
        }
    }
    find_codes(&mut made);
    region::place(&mut made);
    if let Some(given) = map.get("codes") {
        add_codes(&mut made, given, &mut problems);
    }
    observe(&mut made, map.get("observed"), &mut problems);
    (made, problems)
}

fn keys() -> impl Iterator<Item = &'static str> {
    FIELDS
        .iter()
        .map(|field| field.name)
        .filter(|name| !name.contains('.'))
        .chain(["seller", "attributes", "codes", "observed"])
}

fn write(listing: &mut Listing, name: &str, value: &Dynamic) {
    if let Some(field) = FIELDS.iter().find(|field| field.name == name) {
        (field.write)(listing, value);
    }
}

fn give(listing: &mut Listing, field: &Field, value: &Dynamic, problems: &mut Vec<Problem>) {
    if value.is_unit() {
        return;
    }
    if !(field.write)(listing, value) {
        problems.push((
            field.name.to_owned(),
            format!("`{}` does not take {value}", field.name),
            Some(format!("{}: {}", field.kind, field.doc)),
        ));
    } else if let Some(block) = field.block {
        listing.observed.push(block);
    }
}

fn seller(listing: &mut Listing, value: &Dynamic, problems: &mut Vec<Problem>) {
    let Some(map) = value.read_lock::<Map>() else {
        problems.push(wrong("seller", "a map such as #{ name: \"…\" }"));
        return;
    };
    for (key, value) in map.iter() {
        let name = format!("seller.{key}");
        match FIELDS.iter().find(|field| field.name == name) {
            Some(field) => give(listing, field, value, problems),
            None => problems.push((
                key.to_string(),
                format!("a seller has no field `{key}`"),
                did_you_mean(
                    key,
                    FIELDS.iter().filter_map(|f| f.name.strip_prefix("seller.")),
                ),
            )),
        }
    }
}

fn attributes(listing: &mut Listing, value: &Dynamic, problems: &mut Vec<Problem>) {
    let Some(map) = value.read_lock::<Map>() else {
        problems.push(wrong("attributes", "a map such as #{ \"材质\": \"棉\" }"));
        return;
    };
    for (name, value) in map.iter() {
        match string(value) {
            Some(value) => {
                listing.attributes.insert(name.to_string(), value);
            }
            None => problems.push(wrong(name, "a text")),
        }
    }
    listing.observed.push(Block::Attributes);
}

fn wrong(key: &str, right: &str) -> Problem {
    (
        key.to_owned(),
        format!("`{key}` holds the wrong kind of value"),
        Some(format!("write {right}")),
    )
}

/// Codes where a page would show them.
fn find_codes(listing: &mut Listing) {
    let texts = [
        ("title", listing.title.clone()),
        ("description", listing.description.clone()),
    ];
    let mut found = Vec::new();
    for (path, text) in texts {
        found.extend(
            codes::find("", text.as_deref().unwrap_or_default())
                .into_iter()
                .map(|code| shown(code, path)),
        );
    }
    for (name, value) in &listing.attributes {
        let path = format!("attributes.{name}");
        found.extend(
            codes::find(name, value)
                .into_iter()
                .map(|code| shown(code, &path)),
        );
    }
    listing.codes = found;
    if listing.standards.is_empty() {
        let texts = listing
            .attributes
            .values()
            .chain(&listing.title)
            .chain(&listing.description);
        listing.standards = texts.flat_map(|text| codes::standards(text)).collect();
        listing.standards.sort();
        listing.standards.dedup();
    }
}

fn shown(code: codes::Found, path: &str) -> Code {
    Code {
        scheme: code.scheme.to_owned(),
        raw: code.raw,
        value: code.value,
        valid: code.valid,
        path: path.to_owned(),
    }
}

/// Codes by scheme, as `codes: #{ ccc: ["2016010706840003"] }`.
fn add_codes(listing: &mut Listing, given: &Dynamic, problems: &mut Vec<Problem>) {
    let Some(schemes) = given.read_lock::<Map>() else {
        problems.push(wrong(
            "codes",
            "a map such as #{ ccc: [\"2016010706840003\"] }",
        ));
        return;
    };
    for (scheme, values) in schemes.iter() {
        let Some(values) = values.read_lock::<Array>() else {
            problems.push(wrong(scheme, "a list of texts"));
            continue;
        };
        if !codes::SCHEMES.contains(&scheme.as_str()) {
            let message = format!("there is no scheme `{scheme}`");
            let help = did_you_mean(scheme, codes::SCHEMES);
            problems.push((scheme.to_string(), message, help));
        }
        for raw in values.iter().filter_map(string) {
            let checked = codes::check(scheme, &raw);
            listing.codes.push(Code {
                scheme: scheme.to_string(),
                raw,
                value: checked.value,
                valid: checked.valid,
                path: "codes".to_owned(),
            });
        }
    }
    listing.observed.push(Block::Certificates);
}

/// Blocks that were seen beside those of the fields given.
fn observe(listing: &mut Listing, given: Option<&Dynamic>, problems: &mut Vec<Problem>) {
    let blocks = given.and_then(|value| value.read_lock::<Array>());
    if given.is_some() && blocks.is_none() {
        problems.push(wrong("observed", "a list such as [\"attributes\"]"));
    }
    for word in blocks.iter().flat_map(|blocks| blocks.iter()) {
        let word = word.to_string();
        match Block::ALL.iter().find(|block| block.as_str() == word) {
            Some(block) => listing.observed.push(*block),
            None => problems.push((
                "observed".to_owned(),
                format!("a page has no block `{word}`"),
                did_you_mean(&word, Block::ALL.iter().map(|b| b.as_str())),
            )),
        }
    }
    listing.observed.sort_unstable();
    listing.observed.dedup();
}

/// A script's plain value as JSON.
pub(in crate::rules) fn json(value: &Dynamic) -> serde_json::Value {
    if let Some(map) = value.read_lock::<Map>() {
        let entries = map
            .iter()
            .map(|(key, value)| (key.to_string(), json(value)));
        return serde_json::Value::Object(entries.collect());
    }
    if let Some(list) = value.read_lock::<Array>() {
        return list.iter().map(json).collect();
    }
    match (value.as_int(), value.as_float(), value.as_bool()) {
        (Ok(whole), ..) => whole.into(),
        (_, Ok(number), _) => number.into(),
        (.., Ok(answer)) => answer.into(),
        _ => string(value).into(),
    }
}
