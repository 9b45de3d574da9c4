//! How often words stand in the listing, and how near to one another.

use rhai::{Array, Dynamic, ImmutableString};

use super::{
    Doc, Family, Host,
    mentions::{Place, in_list, named},
    wrong,
};
use crate::rules::{
    prepared::Sheet,
    terms::Hit,
    view::{Answer, Item},
};

pub(super) const FAMILY: Family = Family {
    name: "counting",
    docs: DOCS,
    kinds: &[],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "count",
        signature: "Listing.count(list: text, or words: list of texts) -> whole number",
        doc: "how often terms of that list, or these words, stand in title, description and attributes; what `mentions` would find, each place once",
        example: r#"item.count(["电水壶", "水壶"]) == 2 && item.count(["样品"]) == 0"#,
    },
    Doc {
        name: "near",
        signature: "Listing.near(a: text or list of texts, b: text or list of texts, distance: whole number) -> true or false",
        doc: "whether a term of the one (a term list by its name, or words) stands at most so many characters before or behind one of the other, in the same passage and not within it",
        example: r#"item.near(["电水壶"], ["不锈钢"], 1) && !item.near(["电水壶"], ["不锈钢"], 0) && !item.near(["电水壶"], ["水壶"], 5)"#,
    },
];

fn register(engine: &mut Host) {
    engine.register_fn("count", |item: &mut Item, list: &str| -> Answer<i64> {
        let hits = in_list(item, list, Place::Anywhere)?;
        Ok(different(hits.collect()))
    });
    engine.register_fn("count", |item: &mut Item, words: Array| -> Answer<i64> {
        let hits = named(item, words, Place::Anywhere)?;
        Ok(different(hits))
    });
    engine.register_fn(
        "near",
        |item: &mut Item, a: Dynamic, b: Dynamic, distance: i64| -> Answer<bool> {
            let (a, b) = (hits(item, a)?, hits(item, b)?);
            let distance = usize::try_from(distance)
                .map_err(|_| wrong(format!("a distance is 0 or more, not {distance}")))?;
            let sheet = item.sheet();
            Ok(a.iter().any(|one| {
                b.iter()
                    .any(|other| apart(sheet, one, other).is_some_and(|gap| gap <= distance))
            }))
        },
    );
}

/// A place is one, however many of the words name it.
fn different(mut hits: Vec<Hit>) -> i64 {
    hits.sort_unstable();
    hits.dedup();
    i64::try_from(hits.len()).unwrap_or(i64::MAX)
}

/// The places of a term list by its name, or of words.
fn hits(item: &Item, sought: Dynamic) -> Answer<Vec<Hit>> {
    let kind = sought.type_name();
    if let Some(list) = sought.read_lock::<ImmutableString>() {
        return Ok(in_list(item, &list, Place::Anywhere)?.collect());
    }
    let words = sought.try_cast::<Array>();
    let words = words.ok_or_else(|| {
        wrong(format!(
            "near looks for a term list or a list of texts, not for {kind}"
        ))
    })?;
    named(item, words, Place::Anywhere)
}

/// Characters between two places of one passage; none where they overlap or stand in different passages.
fn apart(sheet: &Sheet, one: &Hit, other: &Hit) -> Option<usize> {
    let (first, second) = if one.start <= other.start {
        (one, other)
    } else {
        (other, one)
    };
    if first.passage != second.passage || first.end > second.start {
        return None;
    }
    let text = &sheet.passages().get(first.passage)?.folded.text;
    Some(text.get(first.end..second.start)?.chars().count())
}
