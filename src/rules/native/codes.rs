//! Identifiers: what the page shows of them, and what a number says by itself.

use std::sync::Arc;

use rhai::{Array, Dynamic};

use super::{Doc, Family, Host, Kind, maybe, wrong};
use crate::{
    model::{Block, Code, Proof},
    rules::{
        picture::did_you_mean,
        prepared::Sheet,
        rows::{self, Names, Row},
        trace::path,
        view::{Answer, Item, values::string},
    },
    text,
};

pub(super) const FAMILY: Family = Family {
    name: "codes",
    docs: DOCS,
    kinds: &[KIND],
    register,
};

const KIND: Kind = Kind {
    name: "Code",
    fields: &["raw", "value", "valid", "year", "class", "region"],
    // A list is filtered by what its codes have, which nobody can follow: who asks is asked no more.
    maybe: &[],
};

/// A code of the listing, by its number among all of them.
#[derive(Clone, Debug)]
struct CodeOf {
    item: Item,
    number: usize,
}

impl CodeOf {
    fn read(&self, part: usize) -> Dynamic {
        told(self.item.sheet(), self.number, part)
    }
}

/// What a code says, by the number of the field in [`KIND`].
pub(in crate::rules) fn told(sheet: &Sheet, number: usize, field: usize) -> Dynamic {
    let Some(code) = sheet.listing.codes.get(number) else {
        return Dynamic::UNIT;
    };
    match KIND.fields.get(field).copied() {
        Some("raw") => code.raw.clone().into(),
        Some("value") => maybe(code.value.clone()),
        Some("valid") => code.valid.into(),
        Some("year") => maybe(part(code, 0..4).and_then(|digits| digits.parse::<i64>().ok())),
        Some("class") => maybe(class(code)),
        Some("region") => maybe(region(code)),
        _ => Dynamic::UNIT,
    }
}

/// The places of a scheme's codes among all of the listing.
pub(in crate::rules) fn places<'s>(
    sheet: &'s Sheet,
    scheme: &'s str,
) -> impl Iterator<Item = usize> + 's {
    let codes = sheet.listing.codes.iter().enumerate();
    codes
        .filter(move |(_, code)| code.scheme == scheme)
        .map(|(place, _)| place)
}

const DOCS: &[Doc] = &[
    Doc {
        name: "codes",
        signature: "Listing.codes(scheme: text) -> list of Code",
        doc: "the identifiers of a scheme that the page shows, also those that fail their check; a code has `raw`, `value`, `valid`, for `ccc` its `year` and four-digit `class`, for `sc` the three digits of its `class`, for `xk` and `qs` theirs (three and four), for `sc` and `uscc` its six-digit `region`",
        example: r#"item.codes("ccc")[0].year == 2016 && item.codes("ccc")[0].class == "0706""#,
    },
    Doc {
        name: "observed",
        signature: "Listing.observed(block: text) -> true or false",
        doc: "whether that block of the page was seen and read: only then does a missing field mean anything",
        example: r#"item.observed("title") && !item.observed("reviews")"#,
    },
    Doc {
        name: "attr",
        signature: "Listing.attr(name: text, or list of texts) -> text?",
        doc: "the attribute of that name (the first of the names that the page has)",
        example: r#"item.attr("功率") == "1500W" && item.attr(["瓦数", "功率"]) == "1500W""#,
    },
    Doc {
        name: "left_empty",
        signature: "Listing.left_empty(names: list of texts, or scheme: text) -> true or false",
        doc: "whether the page has a row of one of these names (or one that asks for a number of that scheme) with nothing in it, or only a word for nothing (暂无, not provided): the surest sign that a particular is missing",
        example: r#"item.left_empty(["产地"]) && !item.left_empty(["功率", "颜色"]) && !item.left_empty("ccc")"#,
    },
    Doc {
        name: "gtin",
        signature: "gtin(text) -> text?",
        doc: "a GTIN of 8, 12, 13 or 14 digits that passes its check, as 14 digits",
        example: r#"gtin("5060138820289") == "05060138820289" && gtin("48970277965070") == ()"#,
    },
    Doc {
        name: "valid",
        signature: "valid(scheme: text, text: text?) -> true or false",
        doc: "whether a text is a number of that scheme whose form and check digit hold; false where it is `()`",
        example: r#"valid("ccc", "2016010706840003") && !valid("gtin", "5060138820280") && !valid("sc", ())"#,
    },
];

fn register(engine: &mut Host) {
    engine.register_type_with_name::<CodeOf>("Code");
    for (part, name) in KIND.fields.iter().enumerate() {
        engine.register_get(name, move |code: &mut CodeOf| code.read(part));
    }
    engine.register_fn("codes", codes);
    engine.register_fn("observed", observed);
    engine.register_fn("attr", |item: &mut Item, name: &str| {
        attribute(item, &Names::new(vec![name.into()]))
    });
    engine.register_fn("attr", |item: &mut Item, names: Array| -> Answer<Dynamic> {
        Ok(attribute(item, &Names::new(all_words(names)?)))
    });
    engine.register_ready("attr", ready_names, |item: &mut Item, names: Arc<Names>| {
        attribute(item, &names)
    });
    engine.register_ready(
        "left_empty",
        ready_names,
        |item: &mut Item, names: Arc<Names>| left_empty(item, &rows::named(item.sheet(), &names)),
    );
    engine.register_fn(
        "left_empty",
        |item: &mut Item, names: Array| -> Answer<bool> {
            let names = Names::new(all_words(names)?);
            Ok(left_empty(item, &rows::named(item.sheet(), &names)))
        },
    );
    engine.register_fn(
        "left_empty",
        |item: &mut Item, scheme: &str| -> Answer<bool> {
            known_scheme(scheme)?;
            Ok(left_empty(item, &rows::asking(item.sheet(), scheme)))
        },
    );
    engine.register_fn("gtin", |raw: &str| maybe(text::codes::gtin(raw)));
    engine.register_fn("valid", |scheme: &str, value: Dynamic| -> Answer<bool> {
        known_scheme(scheme)?;
        let value = super::words(&value, "a number")?;
        Ok(value.is_some_and(|value| text::codes::check(scheme, &value).valid))
    });
}

/// Digits of a CCC number: year 0..4, body 4..6, product class 6..10 (CNCA's numbering of 16 digits);
/// also of one whose form is wrong, so that a rule can say what is wrong with it.
fn part(code: &Code, digits: std::ops::Range<usize>) -> Option<&str> {
    let value = code.value.as_deref().unwrap_or(&code.raw);
    let whole = code.scheme == "ccc" && value.len() >= 16 && value.is_ascii();
    value
        .get(digits)
        .filter(|part| whole && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The class of goods that a number was given for, in the digits of its own scheme: the CCC catalogue's, the three of a food
/// licence (SC), the three behind `XK..-` of a production licence, the last four but four of a QS number.
fn class(code: &Code) -> Option<String> {
    let value = code.value.as_deref();
    match code.scheme.as_str() {
        "ccc" => part(code, 6..10).map(str::to_owned),
        "sc" => text::codes::sc_parts(&code.raw).map(|parts| parts.category),
        "xk" => value?.split('-').nth(1).map(str::to_owned),
        "qs" => value?.get(6..10).map(str::to_owned),
        _ => None,
    }
}

/// GB/T 2260.
fn region(code: &Code) -> Option<String> {
    match code.scheme.as_str() {
        "sc" => text::codes::sc_parts(&code.raw).map(|parts| parts.region),
        "uscc" => text::codes::uscc_region(&code.raw),
        _ => None,
    }
}

fn codes(item: &mut Item, scheme: &str) -> Answer<Array> {
    known_scheme(scheme)?;
    let listing = &item.sheet().listing;
    let found: Vec<usize> = places(item.sheet(), scheme).collect();
    for code in found.iter().filter_map(|place| listing.codes.get(*place)) {
        item.say(|| Proof {
            field: format!("codes.{scheme}"),
            text: code.raw.clone(),
            normalised: code.value.clone().filter(|value| *value != code.raw),
            path: Some(code.path.clone()).filter(|path| !path.is_empty()),
            note: (!code.valid).then(|| "fails its check".to_owned()),
            ..Proof::default()
        });
    }
    if found.is_empty() {
        item.say(|| Proof {
            field: format!("codes.{scheme}"),
            note: Some("none on the page".to_owned()),
            ..Proof::default()
        });
    }
    let code = |number| CodeOf {
        item: item.clone(),
        number,
    };
    Ok(found.into_iter().map(code).map(Dynamic::from).collect())
}

fn known_scheme(scheme: &str) -> Answer<()> {
    if text::codes::SCHEMES.contains(&scheme) {
        return Ok(());
    }
    let help = did_you_mean(scheme, text::codes::SCHEMES).unwrap_or_default();
    Err(wrong(format!("no scheme `{scheme}`; {help}")))
}

fn observed(item: &mut Item, block: &str) -> Answer<bool> {
    let Some(found) = Block::ALL.iter().find(|known| known.as_str() == block) else {
        let help = did_you_mean(block, Block::ALL.iter().map(|b| b.as_str())).unwrap_or_default();
        return Err(wrong(format!("a page has no block `{block}`; {help}")));
    };
    let seen = item.sheet().listing.observed(*found);
    item.say(|| Proof {
        field: "observed".to_owned(),
        text: block.to_owned(),
        note: Some(
            if seen {
                "seen and read"
            } else {
                "not observed"
            }
            .to_owned(),
        ),
        ..Proof::default()
    });
    Ok(seen)
}

fn all_words(names: Array) -> Answer<Vec<String>> {
    let names: Option<Vec<String>> = names.iter().map(string).collect();
    names.ok_or_else(|| wrong("the names of attributes are texts".to_owned()))
}

/// Names that a script gives always alike, folded once.
fn ready_names(names: &Dynamic) -> Option<Dynamic> {
    let names = all_words(names.read_lock::<Array>()?.clone()).ok()?;
    Some(Dynamic::from(Arc::new(Names::new(names))))
}

fn attribute(item: &Item, names: &Names) -> Dynamic {
    let sheet = item.sheet();
    let found = rows::telling(sheet, names);
    let note = match sheet.listing.observed(Block::Attributes) {
        true => "absent",
        false => "not observed",
    };
    match found {
        Some(row) => say_row(item, row.name, row.value, None),
        None => say_row(item, names.first(), "", Some(note)),
    }
    maybe(found.map(|row| row.value.to_owned()))
}

fn left_empty(item: &Item, all: &[Row<'_>]) -> bool {
    let empty = rows::all_blank(all);
    for row in all.iter().filter(|_| empty) {
        say_row(item, row.name, row.value, Some("left empty"));
    }
    empty
}

fn say_row(item: &Item, name: &str, value: &str, note: Option<&str>) {
    let field = format!("attributes.{name}");
    item.say(|| Proof {
        path: path(item.sheet(), &field),
        text: value.to_owned(),
        note: note.map(str::to_owned),
        field,
        ..Proof::default()
    });
}
