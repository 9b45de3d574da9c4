//! Texts that a rule holds: folding, comparing, counting.

use std::collections::BTreeSet;

use rhai::{Array, Dynamic};

use super::{Doc, Family, Host, words};
use crate::{
    rules::{lookalike::looks_like, terms::stands_alone, view::Answer},
    text::{fold::fold, likeness, region},
};

pub(super) const FAMILY: Family = Family {
    name: "text",
    docs: DOCS,
    kinds: &[],
    register,
};

const DOCS: &[Doc] = &[
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
        name: "place",
        signature: "place(text: text?) -> text?",
        doc: "where an address or place name is: six digits of GB/T 2260 where it is a known place in China, else the country by ISO 3166-1; `()` where nothing is known for certain",
        example: r#"place("浙江省杭州市西湖区文三路 1 号") == "330100" && place("Made in Germany") == "DE" && place("here") == ()"#,
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

fn register(engine: &mut Host) {
    engine.register_fn("different", different);
    engine.register_fn("fold", |text: Dynamic| -> Answer<Dynamic> {
        Ok(words(&text, "the text")?.map_or(Dynamic::UNIT, |text| fold(&text).into()))
    });
    engine.register_fn("place", |text: Dynamic| -> Answer<Dynamic> {
        let place = words(&text, "the text")?.and_then(|text| region::of(&text));
        let place = place.map(region::Region::into_code);
        Ok(place.map_or(Dynamic::UNIT, Dynamic::from))
    });
    engine.register_fn("contains_word", |text: Dynamic, word: Dynamic| {
        both(&text, &word, false, |text, word| {
            !word.is_empty()
                && text
                    .match_indices(word)
                    .any(|(start, found)| stands_alone(text, start, start + found.len()))
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
