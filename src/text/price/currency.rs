//! Currency signs, words and codes (ISO 4217).

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use super::signs::{CODES, SIGNS};

/// A currency mark and where it stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) mark: Mark,
    pub(super) range: Range<usize>,
}

/// What a sign means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// One currency.
    One(&'static str),
    /// One of several; the first is meant where nothing else is known, unless it is empty.
    Shared(&'static str, &'static [&'static str]),
}

impl Mark {
    /// The currency, where the mark alone says it.
    pub(super) fn code(self) -> Option<&'static str> {
        match self {
            Self::One(code) => Some(code),
            Self::Shared("", _) => None,
            Self::Shared(usual, _) => Some(usual),
        }
    }
}

use Mark::{One, Shared};

/// Whether `c` is a currency sign of its own (Unicode's Sc).
pub(super) fn sign(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '֏' | '৳' | '฿' | '៛' | '₠'..='⃀')
}

/// Every currency mark in `text`, in order.
pub(super) fn marks(text: &str) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let hit = mark_at(text, at);
        let length = hit.map_or(c.len_utf8(), |(length, _)| length);
        if let Some((length, mark)) = hit {
            found.push(Placed {
                mark,
                range: at..at + length,
            });
        }
        at += length;
    }
    found
}

/// The mark that begins at `at`, with its length in bytes.
fn mark_at(text: &str, at: usize) -> Option<(usize, Mark)> {
    let rest = text.get(at..)?;
    // Most of what is looked at, and the beginning of no mark.
    if rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | ',')) {
        return None;
    }
    let inside = text[..at].ends_with(char::is_alphabetic);
    if let Some(code) = rest
        .get(..3)
        .filter(|code| code.bytes().all(|b| b.is_ascii_uppercase()))
        && !inside
        && !rest[3..].starts_with(char::is_alphabetic)
        && let Some(known) = CODES.iter().find(|known| **known == code)
    {
        return Some((3, One(known)));
    }
    SIGNS
        .iter()
        .filter_map(|(sign, mark)| begins(rest, sign).map(|length| (length, sign, *mark)))
        .filter(|(length, sign, _)| {
            let word = sign.starts_with(|c: char| c.is_alphabetic() && !cjk(c));
            let open = sign.ends_with(|c: char| c.is_alphabetic() && !cjk(c));
            !(word && inside || open && rest[*length..].starts_with(char::is_alphabetic))
        })
        .max_by_key(|(length, _, _)| *length)
        .map(|(length, _, mark)| (length, mark))
}

fn cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The bytes of `rest` that `sign` (lower case) covers.
fn begins(rest: &str, sign: &str) -> Option<usize> {
    let mut chars = rest.chars();
    let mut length = 0;
    for wanted in sign.chars() {
        let c = chars.next()?;
        if c != wanted && c.to_lowercase().ne(std::iter::once(wanted)) {
            return None;
        }
        length += c.len_utf8();
    }
    Some(length)
}

/// The currency that a hint or sign names: a code in it, else the first mark.
pub(super) fn named(text: &str) -> Option<Mark> {
    let text = super::plain(text);
    let text = text.trim();
    if let Some(known) = CODES.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        return Some(One(known));
    }
    let marks = marks(text);
    let code = |m: &&Placed| CODES.contains(&&text[m.range.clone()]);
    marks.iter().find(code).or(marks.first()).map(|m| m.mark)
}

/// Words and codes that name a currency, in lower case.
static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let words = SIGNS.iter().map(|(sign, _)| sign.trim_matches('.'));
    let words = words.filter(|word| word.starts_with(char::is_alphabetic));
    let codes = CODES.iter().map(|code| code.to_lowercase());
    words.map(str::to_owned).chain(codes).collect()
});

/// Whether a single word, without its points, names a currency or a family of them: `kr`, `元`, `USD`.
pub(super) fn word(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    !word.is_empty() && word.len() <= 24 && WORDS.contains(&word.to_lowercase())
}

/// The currency of a price: the marks beside its number, the other marks of the text, and what the page says elsewhere.
pub(super) fn settle(near: &[Mark], far: &[Mark], hint: Option<Mark>) -> Option<&'static str> {
    let Some(first) = near.first().or(far.first()) else {
        return hint.and_then(Mark::code);
    };
    let Shared(_, family) = first else {
        return first.code();
    };
    near.iter()
        .chain(&hint)
        .chain(far)
        .find_map(|mark| match mark {
            One(code) if family.contains(code) => Some(*code),
            _ => None,
        })
        .or(first.code())
}

/// Currencies divided into thousandths (ISO 4217, minor unit 3).
pub(super) fn thousandths(code: &str) -> bool {
    matches!(code, "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND")
}
