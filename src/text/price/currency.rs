//! Currency signs, words and codes (ISO 4217).

use std::{ops::Range, sync::LazyLock};

use foldhash::HashSet;

use super::signs::{CAPITALS, CODES, SIGNS, WORDS};

/// A currency mark and where it stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) mark: Mark,
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// How sure it is that a mark is one: a code says more than a sign, and a sign more than a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Letters that can be another word: `kr`, `Le`, `din`.
    Word,
    /// `$`, `元`, `US$`.
    Sign,
    /// ISO 4217.
    Code,
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
    matches!(c, '$' | '¢'..='¥' | '֏' | '৳' | '฿' | '៛' | '₠'..='⃀' | '﷼')
}

/// Every currency mark in `text`, in order.
pub(super) fn marks(text: &str) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    let mut at = 0;
    let mut inside = false;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c.is_ascii() && c != '$' && !c.is_ascii_alphabetic() {
            inside = false;
            at += 1;
            continue;
        }
        let hit = mark_at(&text[at..], c, inside);
        let length = hit.map_or(c.len_utf8(), |(length, ..)| length);
        if let Some((length, kind, mark)) = hit {
            found.push(Placed {
                mark,
                kind,
                range: at..at + length,
            });
        }
        let last = text[at..at + length].chars().next_back();
        inside = last.is_some_and(char::is_alphabetic);
        at += length;
    }
    found
}

/// The mark that `rest` begins with `c`, with its length in bytes; `inside`: a letter stands before it.
fn mark_at(rest: &str, c: char, inside: bool) -> Option<(usize, Kind, Mark)> {
    // Most of what is looked at, and the beginning of no mark.
    if c.is_ascii_digit() || matches!(c, ' ' | '.' | ',') || inside && c.is_ascii_alphabetic() {
        return None;
    }
    if let Some(known) = code_at(rest) {
        let kind = if WORDS.contains(&known) && !rest[3..].starts_with('$') {
            Kind::Word
        } else {
            Kind::Code
        };
        return Some((3, kind, One(known)));
    }
    signs_from(c)
        .filter_map(|(sign, mark)| begins(rest, sign).map(|length| (length, *sign, *mark)))
        .filter(|(length, sign, _)| {
            let word = sign.starts_with(spelled);
            let open = sign.ends_with(spelled);
            let small = CAPITALS.contains(sign) && !rest[..*length].chars().all(char::is_uppercase);
            !(small || word && inside || open && rest[*length..].starts_with(char::is_alphabetic))
        })
        .max_by_key(|(length, _, _)| *length)
        .map(|(length, sign, mark)| {
            let word = sign.chars().all(|c| spelled(c) || c == '.');
            let kind = if word { Kind::Word } else { Kind::Sign };
            (length, kind, mark)
        })
}

/// The code in capital letters that `rest` begins with.
fn code_at(rest: &str) -> Option<&'static str> {
    let code = rest.get(..3)?;
    if !code.bytes().all(|b| b.is_ascii_uppercase()) || rest[3..].starts_with(char::is_alphabetic) {
        return None;
    }
    CODES.iter().copied().find(|known| *known == code)
}

/// The signs that begin with `c`, in any case.
fn signs_from(c: char) -> impl Iterator<Item = &'static (&'static str, Mark)> {
    static BY_FIRST: LazyLock<Vec<(char, usize)>> = LazyLock::new(|| {
        let first = |(at, (sign, _)): (usize, &(&str, Mark))| Some((sign.chars().next()?, at));
        let mut table: Vec<(char, usize)> = SIGNS.iter().enumerate().filter_map(first).collect();
        table.sort_unstable();
        table
    });
    let c = c.to_lowercase().next().unwrap_or(c);
    let from = BY_FIRST.partition_point(|(first, _)| *first < c);
    BY_FIRST[from..]
        .iter()
        .take_while(move |(first, _)| *first == c)
        .filter_map(|(_, at)| SIGNS.get(*at))
}

/// A letter of a script that parts its words.
fn spelled(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
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

/// The currency that a hint or sign names: a code in it, else its first sign, else a word that is all of it or stands
/// beside a number.
pub(super) fn named(text: &str) -> Option<Mark> {
    let text = super::plain::plain(text);
    let text = text.trim();
    if let Some(known) = CODES.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        return Some(One(known));
    }
    let marks = marks(text);
    let alone = |m: &Placed| {
        let before = text[..m.range.start].chars().all(|c| !c.is_alphabetic());
        before
            && !text[m.range.end..]
                .trim_start()
                .starts_with(char::is_alphabetic)
    };
    let beside = |m: &Placed| {
        text[..m.range.start].trim_end().ends_with(price_end)
            || text[m.range.end..]
                .trim_start_matches(['.', ' ', ':'])
                .starts_with(|c: char| c.is_ascii_digit())
    };
    let best = |kind| marks.iter().find(|m| m.kind == kind);
    best(Kind::Code)
        .or_else(|| best(Kind::Sign))
        .or_else(|| marks.iter().find(|m| alone(m) || beside(m)))
        .map(|m| m.mark)
}

/// How a number ends.
fn price_end(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '-' | ',')
}

/// Words and codes that name a currency, in lower case.
static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let words = SIGNS.iter().map(|(sign, _)| sign.trim_matches('.'));
    let words = words.filter(|word| word.starts_with(char::is_alphabetic));
    let codes = CODES.iter().map(|code| code.to_lowercase());
    words.map(str::to_owned).chain(codes).collect()
});

/// Whether a single word, without its points, names a currency or a family of them: `kr`, `元`, `USD`.
pub(super) fn word(word: &str) -> bool {
    if word.len() <= LONGEST && word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let mut small = [0; LONGEST];
        let small = &mut small[..word.len()];
        small.copy_from_slice(word.as_bytes());
        small.make_ascii_lowercase();
        return NAMES.contains(std::str::from_utf8(small).unwrap_or(word));
    }
    let word = match word.chars().all(|c| matches!(c, '\u{4e00}'..='\u{9fff}')) {
        true => word,
        false => word.trim_matches(|c: char| !c.is_alphanumeric()),
    };
    if word.is_empty() || word.len() > LONGEST {
        return false;
    }
    // In Chinese, Japanese and Korean nothing is small or large.
    if word.chars().all(|c| c > '\u{2e80}' && c < '\u{a000}') {
        NAMES.contains(word)
    } else {
        NAMES.contains(&word.to_lowercase())
    }
}

/// Bytes of a word that may be one.
const LONGEST: usize = 24;

/// The currency of a price: the marks beside its number, the other marks of the text, and what the page says elsewhere.
pub(super) fn settle(
    near: &[&Placed],
    far: &[Placed],
    hint: Option<Mark>,
    japanese: bool,
) -> Option<&'static str> {
    // The first of those that are as sure.
    let surest = |marks: &mut dyn Iterator<Item = &Placed>| {
        marks
            .fold(None, |best: Option<(Kind, Mark)>, m| match best {
                Some((kind, _)) if kind >= m.kind => best,
                _ => Some((m.kind, m.mark)),
            })
            .map(|(_, mark)| mark)
    };
    let first = surest(&mut near.iter().copied()).or_else(|| surest(&mut far.iter()));
    let Some(first) = first else {
        return hint.and_then(Mark::code);
    };
    let Shared(_, family) = first else {
        return first.code();
    };
    let context = japanese.then_some(One("JPY"));
    near.iter()
        .map(|m| m.mark)
        .chain(context)
        .chain(hint)
        .chain(far.iter().map(|m| m.mark))
        .find_map(|mark| match mark {
            One(code) if family.contains(&code) => Some(code),
            _ => None,
        })
        .or(first.code())
}

/// Whether a text is Japanese by its kana, its own characters or its words for tax: there `¥` is the yen.
pub(super) fn japanese(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '円' | '価'))
        || ["税込", "税抜", "税別"]
            .iter()
            .any(|word| text.contains(word))
}

/// Currencies divided into thousandths (ISO 4217, minor unit 3).
pub(super) fn thousandths(code: &str) -> bool {
    matches!(code, "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND")
}

/// Whether a mark ends before the number that begins at `start`, or the other way round, with no more between them than
/// people write there; the length of it in bytes.
pub(super) fn gap(text: &str, number: &Range<usize>, mark: &Range<usize>) -> Option<usize> {
    let gap = if mark.end <= number.start {
        text.get(mark.end..number.start)?
    } else {
        text.get(number.end..mark.start)?
    };
    let between =
        |c: char| matches!(c, ' ' | ':' | '.' | ',' | '-' | '+' | '*' | '/' | '~') || sign(c);
    (gap.len() <= 6 && gap.chars().all(between)).then_some(gap.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_ascii_a_mark_begins_with_a_letter_or_a_dollar() {
        for (sign, _) in SIGNS {
            let first = sign.chars().next().unwrap();
            assert!(
                !first.is_ascii() || first == '$' || first.is_ascii_alphabetic(),
                "{sign}"
            );
        }
    }
}
