//! Values that are words and say nothing: "无", "not provided", "n/a".

use super::fold::{folded_alone, with_folded};

/// Folded, and without signs around them.
#[rustfmt::skip]
const NOTHING: &[&str] = &[
    "none", "n/a", "na", "null", "nil", "unknown", "other", "tbd", "unspecified",
    "not provided", "not available", "not specified", "not stated", "not applicable",
    "keine angabe", "k.a", "non renseigné", "no disponible", "нет", "нет данных",
    "无", "暂无", "没有", "未知", "不详", "不明", "其他", "其它", "未提供", "暂未提供", "未填写", "未标注", "未标明",
    "不适用", "见包装", "详见包装", "见说明书", "详见说明书", "なし", "없음", "해당없음",
];

/// Characters of a value that may be one of them.
const LONGEST: usize = 24;

/// Bytes of the longest of them.
const MOST_BYTES: usize = {
    let (mut most, mut at) = (0, 0);
    while at < NOTHING.len() {
        if NOTHING[at].len() > most {
            most = NOTHING[at].len();
        }
        at += 1;
    }
    most
};

/// Whether a value only says that there is nothing to tell. A row that does so was seen, and is empty.
pub fn says_nothing(value: &str) -> bool {
    // A description is not folded for this, nor what has a digit.
    let short = value.chars().nth(LONGEST).is_none();
    short && folds_to_nothing(value)
}

/// The same of a value of any length: much of it may be white space.
pub fn folds_to_nothing(value: &str) -> bool {
    // Folding leaves digits as they are, and makes of each of these characters one at least.
    let kept = |c: &char| folded_alone(*c).is_some_and(|c| c != ' ');
    if value.bytes().any(|b| b.is_ascii_digit())
        || value.chars().filter(kept).nth(LONGEST).is_some()
    {
        return false;
    }
    with_folded(value, is_nothing)
}

/// The same of a folded value.
pub fn is_nothing(folded: &str) -> bool {
    // None of them has a digit.
    if folded.bytes().any(|b| b.is_ascii_digit()) || folded.chars().nth(LONGEST).is_some() {
        return false;
    }
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    bare.is_empty()
        || bare.len() <= MOST_BYTES && (NOTHING.contains(&bare) || NOTHING.contains(&folded))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::fold::fold;

    proptest! {
        #[test]
        fn what_is_not_folded_says_something(text in "\\PC{0,40}|( |\\u{3000}|\\u{301}|\\u{200b}|１|无|N/A|n/a|not|provided|—|é|[0-9]){0,30}| {0,30}none {0,30}") {
            prop_assert_eq!(folds_to_nothing(&text), is_nothing(&fold(&text)), "{}", text);
        }
    }

    #[test]
    fn a_word_for_nothing_is_no_name() {
        for value in ["无", " 暂无 ", "N/A", "Not provided.", "—", "", "ＮＯＮＥ"] {
            assert!(says_nothing(value), "{value}");
        }
        for value in ["无锡某某有限公司", "None Such Ltd", "0", "Na-Klar GmbH"] {
            assert!(!says_nothing(value), "{value}");
        }
    }
}
