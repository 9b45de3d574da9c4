//! Looking for words in the listing, and for words that hide.

use rhai::{Array, Dynamic, EvalAltResult, NativeCallContext};

use super::{Doc, Family, Host, Kind, item_of, words, wrong};
use crate::{
    model::Proof,
    rules::{
        picture::did_you_mean,
        prepared::Sheet,
        terms::{Hit, Terms},
        trace::{Note, path},
        view::{Answer, Item},
    },
    text::fold::Disguise,
};

/// How many places of one list or word a proof names.
const PLACES: usize = 5;

/// Where a word is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Place {
    Anywhere,
    Title,
}

pub(super) const FAMILY: Family = Family {
    name: "mentions",
    docs: DOCS,
    kinds: &[Kind {
        name: "Disguise",
        fields: &["kind", "text", "reads"],
        maybe: &[],
    }],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "mentions",
        signature: "Listing.mentions(list: text, or words: list of texts) -> true or false",
        doc: "whether title, description or attributes hold a term of that list, or one of these words; Latin words only whole, and not inside one of the list's exceptions",
        example: r#"item.mentions(["电水壶"]) && !item.mentions(["水壶架", "wat"])"#,
    },
    Doc {
        name: "title_mentions",
        signature: "Listing.title_mentions(list: text, or words: list of texts) -> true or false",
        doc: "the same, in the title only: there a word says what the goods are",
        example: r#"item.title_mentions(["电水壶"]) && !item.title_mentions(["1500W"])"#,
    },
    Doc {
        name: "matches",
        signature: "Listing.matches(list: text, or words: list of texts) -> list of texts",
        doc: "the characters that `mentions` found, as they stand on the page, each once",
        example: r#"item.matches(["电水壶", "不锈钢"]) == ["电水壶", "不锈钢"]"#,
    },
    Doc {
        name: "disguises",
        signature: "Listing.disguises() -> list of Disguise",
        doc: "words of the title written to escape a search: `kind`, `text` as it stands, and what it `reads`",
        example: r#"item.disguises().is_empty()"#,
    },
    Doc {
        name: "is_term",
        signature: "is_term(list: text, text: text?) -> true or false",
        doc: "whether a text is one of the terms of that list",
        example: r#"!is_term("replica", "genuine")"#,
    },
];

fn register(engine: &mut Host) {
    engine.register_type_with_name::<Disguise>("Disguise");
    engine.register_get("kind", |d: &mut Disguise| d.kind.as_str());
    engine.register_get("text", |d: &mut Disguise| d.text.clone());
    engine.register_get("reads", |d: &mut Disguise| d.reads.clone());
    for (name, place) in [
        ("mentions", Place::Anywhere),
        ("title_mentions", Place::Title),
    ] {
        engine.register_fn(name, move |item: &mut Item, list: &str| -> Answer<bool> {
            Ok(in_list(item, list, place)?.next().is_some())
        });
        engine.register_fn(name, move |item: &mut Item, words: Array| -> Answer<bool> {
            Ok(!named(item, words, place)?.is_empty())
        });
    }
    engine.register_fn("matches", |item: &mut Item, list: &str| -> Answer<Array> {
        let hits: Vec<Hit> = in_list(item, list, Place::Anywhere)?.collect();
        Ok(as_written(item, &hits))
    });
    engine.register_fn(
        "matches",
        |item: &mut Item, words: Array| -> Answer<Array> {
            let hits = named(item, words, Place::Anywhere)?;
            Ok(as_written(item, &hits))
        },
    );
    engine.register_fn("disguises", disguised);
    engine.register_fn("is_term", is_term);
}

fn no_list(terms: &Terms, name: &str) -> Box<EvalAltResult> {
    let help = did_you_mean(name, terms.names()).unwrap_or_default();
    wrong(format!("there is no term list `{name}`; {help}"))
}

/// The hits of a list in the passages meant.
pub(super) fn in_list<'i>(
    item: &'i Item,
    name: &str,
    place: Place,
) -> Answer<impl Iterator<Item = Hit> + use<'i>> {
    let sheet = item.sheet();
    let Some(list) = sheet.terms.list(name) else {
        return Err(no_list(&sheet.terms, name));
    };
    note_list(item, list, place);
    Ok(place.of(sheet, sheet.found().in_list(list)))
}

/// Writes down where the terms of a list stand, and that the list was consulted.
pub(in crate::rules) fn note_list(item: &Item, list: usize, place: Place) {
    let sheet = item.sheet();
    item.trace(|trace| {
        let Some(info) = sheet.terms.info(list) else {
            return;
        };
        trace.row(info.row.hash.clone());
        let hits = place.of(sheet, sheet.found().in_list(list));
        for hit in hits.take(PLACES) {
            trace.note(Note::Match {
                hit,
                note: format!("term list {}", info.name),
                reference: Some(info.row.clone()),
            });
        }
    });
}

/// The hits of words that the rule names itself.
pub(super) fn named(item: &Item, words: Array, place: Place) -> Answer<Vec<Hit>> {
    let sheet = item.sheet();
    let mut all = Vec::new();
    for word in words {
        let word = word
            .into_immutable_string()
            .map_err(|kind| wrong(format!("words are texts, not {kind}")))?;
        let passages = sheet.passages().iter().map(|passage| &passage.folded);
        let hits = sheet.terms.places(sheet.found(), &word, passages);
        item.trace(|trace| {
            for hit in place.of(sheet, &hits).take(PLACES) {
                trace.note(Note::Match {
                    hit,
                    note: format!("the word {word}"),
                    reference: None,
                });
            }
        });
        all.extend(place.of(sheet, &hits));
    }
    Ok(all)
}

impl Place {
    fn of<'h>(self, sheet: &'h Sheet, hits: &'h [Hit]) -> impl Iterator<Item = Hit> + use<'h> {
        let hits = hits.iter().copied();
        hits.filter(move |hit| self.holds(sheet, hit))
    }

    fn holds(self, sheet: &Sheet, hit: &Hit) -> bool {
        let passage = sheet.passages().get(hit.passage);
        self == Self::Anywhere || passage.is_some_and(|passage| passage.field == "title")
    }
}

fn as_written(item: &Item, hits: &[Hit]) -> Array {
    let mut texts: Vec<String> = Vec::new();
    for hit in hits {
        let Some(passage) = item.sheet().passages().get(hit.passage) else {
            continue;
        };
        let text = passage.quote(*hit).1;
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.into_iter().map(Dynamic::from).collect()
}

fn is_term(context: NativeCallContext, list: &str, text: Dynamic) -> Answer<bool> {
    let item = item_of(&context)?;
    let terms = &item.sheet().terms;
    let Some(number) = terms.list(list) else {
        return Err(no_list(terms, list));
    };
    if let Some(info) = terms.info(number) {
        item.trace(|trace| trace.row(info.row.hash.clone()));
    }
    let text = words(&text, "the text")?;
    Ok(text.is_some_and(|text| terms.holds(number, &text)))
}

fn disguised(item: &mut Item) -> Array {
    let sheet = item.sheet();
    let found = sheet.disguises();
    for disguise in found {
        item.say(|| Proof {
            field: "title".to_owned(),
            span: Some(disguise.span),
            text: disguise.text.clone(),
            normalised: Some(disguise.reads.clone()),
            path: path(sheet, "title"),
            note: Some(format!("disguised: {}", disguise.kind.as_str())),
            reference: None,
        });
    }
    found.iter().cloned().map(Dynamic::from).collect()
}
