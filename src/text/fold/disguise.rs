//! Words written so that people read them and filters do not. The disguise is a signal of its own.

use unicode_normalization::UnicodeNormalization;

use super::{fold, invisible, skeleton::look};
use crate::model::Span;

/// How a word was disguised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trick {
    /// Characters without width inside a word.
    Invisible,
    /// Cyrillic or Greek letters that look Latin beside Latin ones.
    MixedScript,
    /// Marks between the characters of a word: `高.仿`, `c*mfort`, `n.i.k.e`.
    Split,
    /// Latin letters or digits from the full-width block.
    FullWidth,
    /// Latin letters from the mathematical or circled alphabets.
    Styled,
}

impl Trick {
    /// The word for rules and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invisible => "invisible",
            Self::MixedScript => "mixed-script",
            Self::Split => "split",
            Self::FullWidth => "full-width",
            Self::Styled => "styled",
        }
    }
}

/// A disguised word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disguise {
    /// How.
    pub kind: Trick,
    /// Characters of the original.
    pub span: Span,
    /// The original characters.
    pub text: String,
    /// What a person reads, folded.
    pub reads: String,
}

/// Every disguised word of `original`, in order. Plain ASCII words cost one pass.
pub fn disguises(original: &str) -> Vec<Disguise> {
    let chars: Vec<char> = original.chars().collect();
    let mut found = Vec::new();
    if !original.is_ascii() {
        for (start, end) in words(&chars) {
            found.extend(in_word(&chars[start..end], start));
        }
    }
    found.extend(splits(&chars));
    found.sort_by_key(|d| (d.span.start, d.kind));
    found
}

/// Runs of letters, digits, marks and invisible characters that begin and end with a visible one.
fn words(chars: &[char]) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for (at, c) in chars.iter().enumerate() {
        if c.is_alphanumeric() {
            open = Some((open.map_or(at, |(start, _)| start), at + 1));
        } else if !invisible(*c) {
            words.extend(open.take());
        }
    }
    words.extend(open);
    words
}

fn in_word(word: &[char], start: usize) -> Option<Disguise> {
    let kind = if word.iter().any(|c| hides(*c)) && joins_plain(word) {
        Trick::Invisible
    } else if mixed(word) {
        Trick::MixedScript
    } else if word.iter().filter(|c| full_width(**c)).count() >= 2 {
        Trick::FullWidth
    } else if word.iter().filter(|c| styled(**c)).count() >= 2 {
        Trick::Styled
    } else {
        return None;
    };
    let text: String = word.iter().collect();
    let reads = match kind {
        Trick::MixedScript => fold(&word.iter().map(|c| look(*c)).collect::<String>()),
        _ => fold(&text),
    };
    Some(Disguise {
        kind,
        span: Span {
            start,
            end: start + word.len(),
        },
        text,
        reads,
    })
}

/// Invisible, and without an honest use between letters. A soft hyphen is a place to break a line.
fn hides(c: char) -> bool {
    invisible(c) && c != '\u{ad}'
}

/// Joiners are part of the spelling in Arabic, Persian and Indic scripts, but not here.
fn joins_plain(word: &[char]) -> bool {
    word.iter().filter(|c| c.is_alphabetic()).all(|c| {
        matches!(c, '\u{0}'..='\u{52f}' | '\u{1100}'..='\u{11ff}' | '\u{1e00}'..='\u{1fff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff00}'..='\u{ffef}')
    })
}

/// Latin letters together with Cyrillic or Greek ones that all have a Latin look.
fn mixed(word: &[char]) -> bool {
    let foreign: Vec<(usize, char)> = word
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, c)| matches!(c, '\u{370}'..='\u{52f}'))
        .collect();
    if foreign.is_empty() || !word.iter().any(char::is_ascii_alphabetic) {
        return false;
    }
    // TNFα, µm and kΩ are science: one Greek letter at an end.
    let science = matches!(foreign[..], [(at, 'Α'..='Ω' | 'α'..='ν' | 'π'..='ω')] if at == 0 || at + 1 == word.len());
    !science
        && foreign
            .iter()
            .all(|(_, c)| look(*c).chars().all(|c| c.is_ascii_alphanumeric()))
}

fn full_width(c: char) -> bool {
    matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
}

fn styled(c: char) -> bool {
    matches!(c, '\u{1d400}'..='\u{1d7ff}' | '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
        && std::iter::once(c)
            .nfkc()
            .all(|c| c.is_ascii_alphanumeric() || !c.is_alphabetic())
}

/// Marks that nobody writes between two Han characters for their own sake.
fn parts_han(c: char) -> bool {
    matches!(
        c,
        '.' | '*' | '_' | '^' | '`' | '~' | '|' | '•' | '\u{ff0e}' | '\u{ff0a}' | '丨' | '灬'
    )
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Words taken apart: `高.仿`, `c*mfort`, and four or more single letters between equal marks.
fn splits(chars: &[char]) -> Vec<Disguise> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let length = han_split(&chars[at..])
            .or_else(|| masked(chars, at))
            .or_else(|| spelled(chars, at));
        if let Some(length) = length {
            let text: String = chars[at..at + length].iter().collect();
            let reads = fold(&text)
                .chars()
                .filter(|c| c.is_alphanumeric() || *c == '*')
                .collect();
            found.push(Disguise {
                kind: Trick::Split,
                span: Span {
                    start: at,
                    end: at + length,
                },
                text,
                reads,
            });
        }
        at += length.unwrap_or(1);
    }
    found
}

/// Han, mark, Han, and on while it goes so.
fn han_split(rest: &[char]) -> Option<usize> {
    let mut length = 1;
    while let [a, mark, b, ..] = &rest[length - 1..]
        && is_han(*a)
        && parts_han(*mark)
        && is_han(*b)
    {
        length += 2;
    }
    (length > 1).then_some(length)
}

/// A star instead of a letter in a Latin word: two letters or more in all, letters on both sides.
fn masked(chars: &[char], at: usize) -> Option<usize> {
    let starts = at == 0 || !chars[at - 1].is_alphanumeric();
    if !starts || !chars[at].is_ascii_alphabetic() {
        return None;
    }
    let length = chars[at..]
        .iter()
        .take_while(|c| c.is_ascii_alphabetic() || **c == '*')
        .count();
    let word = &chars[at..at + length];
    let stars = word.iter().filter(|c| **c == '*').count();
    let fits = (1..=2).contains(&stars) && word.len() >= stars + 3 && word.last() != Some(&'*');
    fits.then_some(length)
}

/// `n.i.k.e`, `N I K E`: four or more single letters with one and the same mark between them.
fn spelled(chars: &[char], at: usize) -> Option<usize> {
    let starts = at == 0 || !chars[at - 1].is_alphanumeric();
    let mark = *chars.get(at + 1)?;
    if !starts
        || !chars[at].is_ascii_alphabetic()
        || !matches!(mark, '.' | ' ' | '-' | '_' | '*' | '·')
    {
        return None;
    }
    let mut length = 1;
    while let [m, c, ..] = &chars[at + length..]
        && *m == mark
        && c.is_ascii_alphabetic()
    {
        length += 2;
    }
    let ends = chars.get(at + length).is_none_or(|c| !c.is_alphanumeric());
    // "S M L X" are sizes.
    let sizes = chars[at..at + length]
        .iter()
        .all(|c| *c == mark || matches!(c.to_ascii_lowercase(), 's' | 'm' | 'l' | 'x'));
    (ends && length >= 7 && !sizes).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trick_is_told_apart_and_quoted() {
        let text = "全新Niкe鞋 高.仿 高\u{200b}仿 ＡＪ１ 𝐍𝐢𝐤𝐞 c*mfort n.i.k.e";
        let seen: Vec<(&str, String, String)> = disguises(text)
            .into_iter()
            .map(|d| (d.kind.as_str(), d.text, d.reads))
            .collect();
        let expected = [
            ("mixed-script", "全新Niкe鞋", "全新nike鞋"),
            ("split", "高.仿", "高仿"),
            ("invisible", "高\u{200b}仿", "高仿"),
            ("full-width", "ＡＪ１", "aj1"),
            ("styled", "𝐍𝐢𝐤𝐞", "nike"),
            ("split", "c*mfort", "c*mfort"),
            ("split", "n.i.k.e", "nike"),
        ];
        let seen: Vec<(&str, &str, &str)> = seen
            .iter()
            .map(|(kind, text, reads)| (*kind, text.as_str(), reads.as_str()))
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn honest_writing_is_no_disguise() {
        for text in [
            "TNFα 10 kΩ 5 µm",
            "红/黄 T-shirt A.B.",
            "Скидка Cкидка Чайник",
            "می\u{200c}خواهم",
            "Donau\u{ad}dampf",
            "👨\u{200d}👩\u{200d}👧 emoji ❤\u{fe0f}",
            "1*2*3 cm 2*AA",
            "S M L X XL",
            "3.5 寸 第1.2条",
        ] {
            assert_eq!(disguises(text), [], "{text}");
        }
    }
}
