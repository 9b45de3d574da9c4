//! Looking for words, and for words that hide.

use std::collections::BTreeSet;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};

use super::{Doc, Family, Kind, item_of, words, wrong};
use crate::{
    model::Proof,
    rules::{
        lookalike::looks_like,
        picture::did_you_mean,
        terms::{Hit, Terms},
        trace::{Note, path},
        view::{Answer, Item},
    },
    text::{
        fold::{Disguise, disguises, fold},
        likeness,
    },
};

/// How many places of one list or word a proof names.
const PLACES: usize = 5;

pub(super) const FAMILY: Family = Family {
    name: "text",
    docs: DOCS,
    kinds: &[Kind {
        name: "Disguise",
        fields: &["kind", "text", "reads"],
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
    Doc {
        name: "different",
        signature: "different(names: list of texts) -> whole number",
        doc: "how many different names a list holds; Latin names and others are counted apart, for a firm has one in each, and the larger count is given",
        example: r#"different(["Nike", "NIKE", "耐克", ""]) == 1"#,
    },
    Doc {
        name: "fold",
        signature: "fold(text: text?) -> text?",
        doc: "the text as it is compared: one case, one width, simplified characters, nothing invisible",
        example: r#"fold("ＮＩＫＥ 運動鞋") == "nike 运动鞋""#,
    },
    Doc {
        name: "contains_word",
        signature: "contains_word(text: text?, word: text?) -> true or false",
        doc: "like `mentions`, in one text that the rule holds; false where either is `()`",
        example: r#"contains_word("Case for iPhone", "iphone") && !contains_word("iPhones", "iphone")"#,
    },
    Doc {
        name: "similar",
        signature: "similar(a: text?, b: text?) -> number",
        doc: "how alike two texts are, from 0 to 1; 0 where either is `()`",
        example: r#"similar("nike", "nike") == 1.0 && similar("nike", ()) == 0.0"#,
    },
    Doc {
        name: "lookalike",
        signature: "lookalike(a: text?, b: text?) -> true or false",
        doc: "whether two different names look the same to a person: letters of another script, digits for letters, 末 for 未",
        example: r#"lookalike("nіke", "nike") && !lookalike("nike", "Nike")"#,
    },
];

fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Disguise>("Disguise");
    engine.register_get("kind", |d: &mut Disguise| d.kind.as_str());
    engine.register_get("text", |d: &mut Disguise| d.text.clone());
    engine.register_get("reads", |d: &mut Disguise| d.reads.clone());
    engine.register_fn("mentions", |item: &mut Item, list: &str| -> Answer<bool> {
        Ok(!in_list(item, list)?.is_empty())
    });
    engine.register_fn(
        "mentions",
        |item: &mut Item, words: Array| -> Answer<bool> { Ok(!named(item, words)?.is_empty()) },
    );
    engine.register_fn("matches", |item: &mut Item, list: &str| -> Answer<Array> {
        let hits = in_list(item, list)?;
        Ok(as_written(item, &hits))
    });
    engine.register_fn(
        "matches",
        |item: &mut Item, words: Array| -> Answer<Array> {
            let hits = named(item, words)?;
            Ok(as_written(item, &hits))
        },
    );
    engine.register_fn("disguises", disguised);
    engine.register_fn("is_term", is_term);
    engine.register_fn("different", different);
    engine.register_fn("fold", |text: Dynamic| -> Answer<Dynamic> {
        Ok(words(&text, "the text")?.map_or(Dynamic::UNIT, |text| fold(&text).into()))
    });
    engine.register_fn("contains_word", |text: Dynamic, word: Dynamic| {
        both(&text, &word, false, |text, word| {
            !word.is_empty()
                && text.match_indices(word).any(|(start, found)| {
                    crate::rules::terms::stands_alone(text, start, start + found.len())
                })
        })
    });
    engine.register_fn("similar", |a: Dynamic, b: Dynamic| {
        both(&a, &b, 0.0, likeness::similar)
    });
    engine.register_fn("lookalike", |a: Dynamic, b: Dynamic| -> Answer<bool> {
        let (a, b) = (words(&a, "the first text")?, words(&b, "the second text")?);
        Ok(a.zip(b).is_some_and(|(a, b)| looks_like(&a, &b)))
    });
}

/// An answer about two folded texts, or `none` where one is missing.
fn both<T>(a: &Dynamic, b: &Dynamic, none: T, ask: impl Fn(&str, &str) -> T) -> Answer<T> {
    Ok(
        match (words(a, "the first text")?, words(b, "the second text")?) {
            (Some(a), Some(b)) => ask(&fold(&a), fold(&b).trim()),
            _ => none,
        },
    )
}

fn in_list(item: &Item, name: &str) -> Answer<Vec<Hit>> {
    let sheet = item.sheet();
    let Some(list) = sheet.terms.list(name) else {
        return Err(no_list(&sheet.terms, name));
    };
    note_list(item, list);
    Ok(sheet.found.in_list(list).to_vec())
}

fn no_list(terms: &Terms, name: &str) -> Box<EvalAltResult> {
    let help = did_you_mean(name, terms.names()).unwrap_or_default();
    wrong(format!("there is no term list `{name}`; {help}"))
}

/// Writes down where the terms of a list stand, and that the list was consulted.
pub(in crate::rules) fn note_list(item: &Item, list: usize) {
    let sheet = item.sheet();
    let Some(info) = sheet.terms.info(list) else {
        return;
    };
    item.trace(|trace| {
        trace.row(info.row.hash.clone());
        for hit in sheet.found.in_list(list).iter().take(PLACES) {
            trace.note(Note::Match {
                hit: *hit,
                note: format!("term list {}", info.name),
                reference: Some(info.row.clone()),
            });
        }
    });
}

fn named(item: &Item, words: Array) -> Answer<Vec<Hit>> {
    let sheet = item.sheet();
    let mut all = Vec::new();
    for word in words {
        let word: ImmutableString = word
            .into_immutable_string()
            .map_err(|kind| wrong(format!("mentions looks for texts, not for {kind}")))?;
        let passages = sheet.passages.iter().map(|passage| &passage.folded);
        let hits = sheet.terms.word(&sheet.found, &word, passages);
        item.trace(|trace| {
            for hit in hits.iter().take(PLACES) {
                trace.note(Note::Match {
                    hit: *hit,
                    note: format!("the word {word}"),
                    reference: None,
                });
            }
        });
        all.extend(hits);
    }
    Ok(all)
}

fn as_written(item: &Item, hits: &[Hit]) -> Array {
    let mut texts: Vec<String> = Vec::new();
    for hit in hits {
        let Some(passage) = item.sheet().passages.get(hit.passage) else {
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

fn different(names: Array) -> Answer<i64> {
    let (mut latin, mut other) = (BTreeSet::new(), BTreeSet::new());
    for name in &names {
        let name = fold(&words(name, "a name")?.unwrap_or_default());
        if name.trim().is_empty() {
            continue;
        }
        let script = if name.is_ascii() {
            &mut latin
        } else {
            &mut other
        };
        script.insert(name);
    }
    Ok(i64::try_from(latin.len().max(other.len())).unwrap_or(i64::MAX))
}

fn disguised(item: &mut Item) -> Array {
    let sheet = item.sheet();
    let title = sheet.listing.title.as_deref().unwrap_or_default();
    let found = disguises(title);
    for disguise in &found {
        item.say(Proof {
            field: "title".to_owned(),
            span: Some(disguise.span),
            text: disguise.text.clone(),
            normalised: Some(disguise.reads.clone()),
            path: path(sheet, "title"),
            note: Some(format!("disguised: {}", disguise.kind.as_str())),
            reference: None,
        });
    }
    found.into_iter().map(Dynamic::from).collect()
}
