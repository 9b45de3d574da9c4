//! Words for whether goods can be bought, in schema.org's and in shops' languages.

use std::{collections::BTreeMap, sync::LazyLock};

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};

use foldhash::{HashMap, HashSet};

use crate::{
    model::Availability,
    text::fold::{fold, folded_alone},
};

/// What a phrase says of the goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    InStock,
    /// What buttons say that put goods into a cart, order them or bid for them.
    Buy,
    OutOfStock,
    /// What buttons say that promise a message once there is stock again.
    Notify,
    PreOrder,
    Discontinued,
}

impl Says {
    /// What it means for a buyer.
    pub(super) fn means(self) -> Availability {
        match self {
            Self::InStock | Self::Buy => Availability::InStock,
            Self::OutOfStock | Self::Notify => Availability::OutOfStock,
            Self::PreOrder => Availability::PreOrder,
            Self::Discontinued => Availability::Discontinued,
        }
    }
}

/// Phrases, one a line, and what they say. Where two files hold the same, the first counts.
const PHRASES: &[(&str, Says)] = &[
    (include_str!("stock/in_stock.txt"), Says::InStock),
    (include_str!("stock/buy.txt"), Says::Buy),
    (include_str!("stock/out_of_stock.txt"), Says::OutOfStock),
    (include_str!("stock/notify.txt"), Says::Notify),
    (include_str!("stock/pre_order.txt"), Says::PreOrder),
    (include_str!("stock/discontinued.txt"), Says::Discontinued),
];
/// Words that say that goods are gone only where nothing stands beside them: "sold", not "sold by".
const OUT_ALONE: &str = include_str!("stock/out_alone.txt");
/// Characters that a number of pieces and their unit have at most: "> 100 pcs".
const LONGEST_COUNT: usize = 12;

struct Phrases {
    /// What a whole text may say.
    whole: HashMap<String, Says>,
    /// The characters with which those begin.
    firsts: HashSet<char>,
    /// Finds the phrases in a text that say it also where more stands beside them.
    finder: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// What the finder's numbers stand for.
    says: Vec<Says>,
}

static FOLDED: LazyLock<Phrases> = LazyLock::new(|| {
    let mut known = BTreeMap::new();
    for (phrases, says) in PHRASES {
        for phrase in phrases.lines() {
            known.entry(plain(phrase)).or_insert(*says);
        }
    }
    let finder = CharwiseDoubleArrayAhoCorasickBuilder::new()
        .build(known.keys())
        .ok();
    let says = known.values().copied().collect();
    let alone = OUT_ALONE
        .lines()
        .map(|word| (plain(word), Says::OutOfStock));
    let whole: HashMap<String, Says> = alone.chain(known).collect();
    let firsts = whole.keys().filter_map(|phrase| phrase.chars().next());
    Phrases {
        firsts: firsts.collect(),
        whole,
        finder,
        says,
    }
});

/// What a text says that is such a phrase and nothing more.
pub(super) fn says_alone(text: &str) -> Option<Says> {
    if !may_say_alone(text) {
        return None;
    }
    let folded = plain(text);
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    FOLDED.whole.get(bare).copied()
}

/// Whether `says_alone` may know a text, by its first letter: nearly no text of a page is such a phrase.
pub(super) fn may_say_alone(text: &str) -> bool {
    for c in text.chars() {
        match folded_alone(c) {
            // Only folding all of it tells what it begins with.
            None => return true,
            Some(first) if FOLDED.firsts.contains(&first) => return true,
            // Chinese characters need no table for that.
            Some('\u{4e00}'..='\u{9fff}') => return false,
            Some(first) if first.is_alphanumeric() => return false,
            Some(_) => {}
        }
    }
    false
}

/// What the longest phrase in a text says, so that "not in stock" is not "in stock".
pub(super) fn says(text: &str) -> Option<Says> {
    longest(&plain(text))
}

/// What a value that speaks of availability says: an address of schema.org, a word, a short phrase, a number of pieces.
pub(super) fn read(text: &str) -> Option<Availability> {
    let last = text.trim().rsplit('/').next().unwrap_or(text);
    let folded = plain(&last.replace('_', " "));
    match folded.trim() {
        "1" | "true" | "yes" | "y" => Some(Availability::InStock),
        "0" | "false" | "no" | "n" => Some(Availability::OutOfStock),
        phrase => FOLDED
            .whole
            .get(phrase)
            .copied()
            .or_else(|| longest(phrase))
            .map(Says::means)
            .or_else(|| counted(phrase)),
    }
}

/// Folded, and with one kind of apostrophe.
fn plain(text: &str) -> String {
    let folded = fold(text);
    if folded.contains('’') {
        folded.replace('’', "'")
    } else {
        folded
    }
}

fn longest(folded: &str) -> Option<Says> {
    let all = &*FOLDED;
    let hits = all.finder.as_ref()?.find_overlapping_iter(folded);
    let whole = hits.filter(|hit| is_whole(folded, hit.start(), hit.end()));
    // Of equals the first.
    let best = whole.min_by_key(|hit| std::cmp::Reverse(hit.end() - hit.start()))?;
    all.says.get(usize::try_from(best.value()).ok()?).copied()
}

/// Whether bytes `start..end` of a text are whole words. Scripts without spaces between words have none to cut.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let spaced =
        |c: char| c.is_alphabetic() && c < '\u{2e80}' && !matches!(c, '\u{e00}'..='\u{eff}');
    let joined = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(spaced) && outer.is_some_and(spaced)
    };
    let phrase = &text[start..end];
    !joined(phrase.chars().next(), text[..start].chars().next_back())
        && !joined(phrase.chars().next_back(), text[end..].chars().next())
}

/// "4 pcs", "> 5": there are so many; "0 pcs": there are none.
fn counted(phrase: &str) -> Option<Availability> {
    if phrase.chars().nth(LONGEST_COUNT).is_some() {
        return None;
    }
    let from = phrase.trim_start_matches(|c: char| !c.is_alphanumeric());
    let unit = from.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u32 = from[..from.len() - unit.len()].parse().ok()?;
    let plain_unit = unit
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '+'));
    plain_unit.then_some(if number == 0 {
        Availability::OutOfStock
    } else {
        Availability::InStock
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Availability::{InStock, OutOfStock};

    #[test]
    fn the_longer_phrase_decides() {
        for (text, means) in [
            ("https://schema.org/InStock", Some(InStock)),
            ("http://schema.org/OutOfStock", Some(OutOfStock)),
            ("in_stock", Some(InStock)),
            ("Not in stock", Some(OutOfStock)),
            ("Nicht auf Lager", Some(OutOfStock)),
            ("Ei varastossa", Some(OutOfStock)),
            ("有货", Some(InStock)),
            ("此商品无货", Some(OutOfStock)),
            ("Нет в наличии", Some(OutOfStock)),
            ("สินค้านี้หมดสต็อกแล้ว", Some(OutOfStock)),
            ("Notify me when available", Some(OutOfStock)),
            ("NOT SOLD", Some(InStock)),
            ("Sold", Some(OutOfStock)),
            ("Sold by Kettle Ltd", None),
            ("blue", None),
        ] {
            assert_eq!(read(text), means, "{text}");
        }
    }

    #[test]
    fn what_begins_otherwise_is_no_phrase() {
        for text in ["净重：2 kg", "→ 净重", "(12)", "", " — "] {
            assert!(!may_say_alone(text), "{text}");
        }
        for text in ["» Sold out", "\u{200b}sold", "ＳＯＬＤ", "(無貨)", "½ sold"] {
            assert!(may_say_alone(text), "{text}");
        }
    }

    #[test]
    fn a_number_of_pieces_is_stock() {
        for (text, means) in [
            ("4 gab", Some(InStock)),
            ("> 5 ks", Some(InStock)),
            ("10+", Some(InStock)),
            ("0 szt.", Some(OutOfStock)),
            ("12.12.2024", None),
            ("2-3 days", None),
        ] {
            assert_eq!(read(text), means, "{text}");
        }
    }

    #[test]
    fn every_phrase_is_found_and_says_one_thing() {
        let mut seen: BTreeMap<String, Says> = BTreeMap::new();
        let files = PHRASES
            .iter()
            .chain(std::iter::once(&(OUT_ALONE, Says::OutOfStock)));
        for (phrases, means) in files {
            for phrase in phrases.lines() {
                assert_eq!(phrase, phrase.trim(), "{phrase}");
                let other = seen.insert(plain(phrase), *means);
                assert!(other.is_none_or(|o| o == *means), "{phrase}: {other:?}");
                assert_eq!(says_alone(phrase), Some(*means), "{phrase}");
                let inside = format!("- {phrase} -");
                let found = says(&inside).or(says_alone(&inside));
                assert_eq!(found, Some(*means), "{phrase}");
            }
        }
    }
}
