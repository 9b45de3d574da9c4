//! Text cut into the units by which names and model numbers are compared, and words brought to one form.

use std::{borrow::Cow, sync::LazyLock};

use memchr::memchr2_iter;

use crate::text::fold::fold;

/// Folded text as a row of units: a Latin word or number, or one Han, kana or Hangul character.
#[derive(Clone, Debug, Default)]
pub(super) struct Units {
    squashed: String,
    pub(super) all: Vec<Unit>,
}

/// One unit, and what stands before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    /// Bytes in the folded text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Bytes in the text without separators.
    from: usize,
    to: usize,
    /// The last character between this unit and the one before; none where they touch.
    pub(super) before: Option<char>,
    /// It is one character of a script that puts no space between words.
    pub(super) dense: bool,
}

impl Units {
    /// Cuts folded text. An English possessive is dropped.
    pub(super) fn of(folded: &str) -> Self {
        let mut units = Self {
            squashed: String::with_capacity(folded.len()),
            all: Vec::with_capacity(folded.len() / 3),
        };
        let mut before = None;
        let mut chars = folded.char_indices().peekable();
        while let Some((start, c)) = chars.next() {
            if !alphanumeric(c) {
                before = Some(c);
                continue;
            }
            let from = units.squashed.len();
            units.squashed.push(c);
            let mut end = start + c.len_utf8();
            while let Some((at, next)) =
                chars.next_if(|(_, n)| !dense(c) && alphanumeric(*n) && !dense(*n))
            {
                units.squashed.push(next);
                end = at + next.len_utf8();
            }
            units.all.push(Unit {
                start,
                end,
                from,
                to: units.squashed.len(),
                before,
                dense: dense(c),
            });
            before = None;
            for mark in ["'s", "’s"] {
                let rest = &folded[end..];
                if rest.starts_with(mark) && !rest[mark.len()..].starts_with(char::is_alphanumeric)
                {
                    chars.next();
                    chars.next();
                    before = Some('\'');
                }
            }
        }
        units
    }

    /// `count` units from the one at `first`, without what stands between them; none past the end.
    pub(super) fn gram(&self, first: usize, count: usize) -> Option<&str> {
        let last = self.all.get(first + count.checked_sub(1)?)?;
        Some(&self.squashed[self.all.get(first)?.from..last.to])
    }

    /// Everything from a unit on, without what stands between.
    pub(super) fn tail(&self, first: usize) -> &str {
        self.all
            .get(first)
            .map_or("", |unit| &self.squashed[unit.from..])
    }

    /// The unit itself.
    pub(super) fn word(&self, at: usize) -> &str {
        self.gram(at, 1).unwrap_or_default()
    }

    /// Every word in the form in which it is compared: Latin stems, pairs of Han characters.
    pub(super) fn stems(&self) -> Vec<String> {
        let mut stems = Vec::with_capacity(self.all.len());
        for (at, unit) in self.all.iter().enumerate() {
            let next = self.all.get(at + 1);
            if unit.dense {
                if next.is_some_and(|n| n.dense && n.before.is_none()) {
                    stems.extend(self.gram(at, 2).map(str::to_owned));
                }
                continue;
            }
            if at > 0 && self.is_second_half(at) {
                continue;
            }
            match (self.word(at), next.filter(|n| !n.dense)) {
                // e-bike and electric bicycle are one thing, and no bike.
                ("e", Some(next)) if next.before == Some('-') => {
                    stems.push(format!("e{}", stem(self.word(at + 1))));
                }
                ("electric", Some(_)) if stem(self.word(at + 1)) == "bik" => {
                    stems.push("ebik".to_owned());
                }
                (word, _) => stems.push(stem(word)),
            }
        }
        stems
    }

    /// The unit was taken together with the one before it.
    fn is_second_half(&self, at: usize) -> bool {
        match self.word(at - 1) {
            "e" => self.all[at].before == Some('-'),
            "electric" => stem(self.word(at)) == "bik",
            _ => false,
        }
    }
}

/// Each unit in the form in which it is compared; unlike [`Units::stems`], as many as there are units.
pub(super) fn forms(units: &Units) -> Vec<String> {
    let form = |at: usize| match units.all[at].dense {
        true => units.word(at).to_owned(),
        false => stem(units.word(at)),
    };
    (0..units.all.len()).map(form).collect()
}

/// [`char::is_alphanumeric`], without a look into its tables for what pages have most.
pub(super) fn alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        '\u{4e00}'..='\u{9fa5}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// Without ™ and its like, which would become letters when folded; as many characters as before.
pub(super) fn unmarked(text: &str) -> Cow<'_, str> {
    const MARKS: [char; 4] = ['™', '®', '℠', '©'];
    // The bytes that they begin with; few others do.
    let bytes = text.as_bytes();
    let marked = memchr2_iter(0xc2, 0xe2, bytes).any(|at| text[at..].starts_with(MARKS));
    match marked {
        true => Cow::Owned(text.replace(MARKS, " ")),
        false => Cow::Borrowed(text),
    }
}

/// Whether words of the character's script stand without spaces: Han, kana, Hangul.
pub(super) fn dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Letters and digits of the folded text alone: `RW-1200`, `rw 1200` and `ＲＷ１２００` are one model.
pub(super) fn squash(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(char::is_alphanumeric);
    folded
}

/// One form for singular and plural, and for a few words that shops use for one another.
pub(super) fn stem(word: &str) -> String {
    let plain =
        |c: &str| c.ends_with("ss") || c.ends_with("us") || c.ends_with("is") || c.len() < 4;
    let word = match word.strip_suffix('s') {
        Some(singular) if !plain(word) => singular,
        _ => word,
    };
    let stem = match (word.strip_suffix('e'), word.strip_suffix('y')) {
        (Some(bare), _) if bare.len() > 1 => bare.to_owned(),
        (_, Some(bare)) if bare.len() > 1 => format!("{bare}i"),
        _ => word.to_owned(),
    };
    let same = [
        ("bicycl", "bik"),
        ("cycl", "bik"),
        ("ebicycl", "ebik"),
        ("child", "kid"),
        ("children", "kid"),
        ("childr", "kid"),
        ("motorbik", "motorcycl"),
        ("fridg", "refrigerator"),
    ];
    same.iter()
        .find(|(from, _)| *from == stem)
        .map_or(stem, |(_, to)| (*to).to_owned())
}

/// Whether a folded word names or describes goods in general, so that it is no name of its own.
pub(super) fn ordinary(word: &str) -> bool {
    static STEMS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut stems: Vec<String> = include_str!("ordinary.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .map(stem)
            .collect();
        stems.sort();
        stems
    });
    STEMS.binary_search(&stem(word)).is_ok()
}

/// Whether a folded word is of the kind that ties others together, and says nothing itself.
pub(super) fn empty(word: &str) -> bool {
    const EMPTY: &[&str] = &[
        "a",
        "about",
        "all",
        "an",
        "and",
        "are",
        "as",
        "at",
        "brand",
        "branded",
        "by",
        "certain",
        "for",
        "from",
        "in",
        "include",
        "including",
        "is",
        "it",
        "its",
        "model",
        "models",
        "of",
        "on",
        "only",
        "or",
        "other",
        "product",
        "products",
        "same",
        "sold",
        "that",
        "the",
        "their",
        "these",
        "this",
        "through",
        "to",
        "various",
        "was",
        "were",
        "which",
        "with",
        "year",
        "years",
    ];
    EMPTY.binary_search(&word).is_ok()
}

/// A marketplace sells every brand; it is none. Its own brands have longer names.
pub(super) fn is_platform(squashed: &str) -> bool {
    const PLATFORMS: &[&str] = &[
        "amazon",
        "amazoncom",
        "ebay",
        "ebaycom",
        "walmart",
        "walmartcom",
        "temu",
        "temucom",
        "shein",
        "aliexpress",
        "tiktok",
        "tiktokshop",
        "alibaba",
        "taobao",
        "target",
        "cpsc",
        "firms",
        "firm",
        "wish",
    ];
    PLATFORMS.contains(&squashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_what_begins_like_them_stays() {
        for (text, plain) in [
            ("Nord™haus® 电™", "Nord haus  电 "),
            ("“℠” §©", "“ ” § "),
            ("“Nordhaus” §3", "“Nordhaus” §3"),
        ] {
            assert_eq!(unmarked(text), plain);
        }
    }

    #[test]
    fn every_character_is_a_letter_or_not_as_unicode_says() {
        for c in char::MIN..=char::MAX {
            assert_eq!(alphanumeric(c), c.is_alphanumeric(), "{c}");
        }
    }

    #[test]
    fn separators_width_and_case_do_not_tell_models_apart() {
        for text in ["RW-1200", "rw1200", "RW 1200", "ＲＷ－１２００", "rw_12.00"] {
            assert_eq!(squash(text), "rw1200", "{text}");
        }
    }

    #[test]
    fn units_are_words_and_single_han_characters() {
        let units = Units::of(&fold("小熊 Children's Bike RW-1200"));
        let words: Vec<&str> = (0..units.all.len()).map(|at| units.word(at)).collect();
        assert_eq!(words, ["小", "熊", "children", "bike", "rw", "1200"]);
        assert_eq!(units.gram(4, 2), Some("rw1200"));
        assert_eq!(units.stems(), ["小熊", "kid", "bik", "rw", "1200"]);
    }

    #[test]
    fn singular_and_plural_are_one_word() {
        for (one, many) in [
            ("axe", "axes"),
            ("harness", "harnesses"),
            ("battery", "batteries"),
            ("shoe", "shoes"),
            ("bike", "bicycles"),
        ] {
            assert_eq!(stem(one), stem(many), "{one}");
        }
        assert_eq!(
            Units::of("electric bicycle").stems(),
            Units::of("e-bike").stems()
        );
    }
}
