//! The tables of places, read once: names in running scripts, names in words, codes.

use std::{collections::BTreeMap, ops::Bound, sync::LazyLock};

use crate::text::{fold::fold, tokens};

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// ISO 3166-1 alpha-2.
    Country(&'static str),
    /// GB/T 2260, six digits.
    Division(&'static str),
}

/// A province or prefecture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Division {
    pub(super) name: &'static str,
}

pub(super) struct Tables {
    /// Alpha-2 and alpha-3 codes, and what people write for them.
    codes: BTreeMap<&'static str, &'static str>,
    divisions: BTreeMap<&'static str, Division>,
    /// Folded names in scripts without spaces by their first character, the longest first.
    running: BTreeMap<char, Vec<(String, Place)>>,
    /// Folded words of names, by a space between them; the places that have the name.
    spelled: BTreeMap<String, Vec<Place>>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

/// Codes that are written and are not ISO's: the United Kingdom's usual one, the European Union's for Greece.
const USUAL: [(&str, &str); 4] = [("UK", "GB"), ("EL", "GR"), ("PRC", "CN"), ("UAE", "AE")];
/// Of two prefectures of one spelling, the one that is meant where no province is named.
const BETTER_KNOWN: [(&str, &str); 4] = [
    ("341300", "320500"),
    ("320500", "320500"),
    ("361000", "350100"),
    ("350100", "350100"),
];
/// Words of the longest name.
const MOST_WORDS: usize = 6;

impl Tables {
    fn read() -> Self {
        let mut tables = Self {
            codes: USUAL.into_iter().collect(),
            divisions: BTreeMap::new(),
            running: BTreeMap::new(),
            spelled: BTreeMap::new(),
        };
        // The provinces come first, so that `吉林` alone is the province.
        for line in rows(include_str!("china.tsv")) {
            if let [code, name, short, latin] = line[..] {
                tables.divisions.insert(code, Division { name });
                for name in names(name).chain(names(short)).chain(names(latin)) {
                    tables.add(name, Place::Division(code));
                }
            }
        }
        for line in rows(include_str!("countries.tsv")) {
            if let [two, three, all] = line[..] {
                tables.codes.insert(two, two);
                tables.codes.insert(three, two);
                for name in names(all) {
                    tables.add(name, Place::Country(two));
                }
            }
        }
        tables
    }

    fn add(&mut self, name: &str, place: Place) {
        let folded = fold(name);
        if let Some(first) = folded.chars().next().filter(|_| folded.contains(runs_on)) {
            let names = self.running.entry(first).or_default();
            // Of two places of one name the first stays.
            if names.iter().all(|(known, _)| *known != folded) {
                let at = names.partition_point(|(known, _)| known.len() >= folded.len());
                names.insert(at, (folded, place));
            }
            return;
        }
        let places = self.spelled.entry(words(&folded)).or_default();
        // Hong Kong is a country's name and a division's: the country says both.
        if !places.contains(&place) {
            places.push(place);
        }
    }

    /// The alpha-2 code of a code in capital letters.
    pub(super) fn country(&self, code: &str) -> Option<&'static str> {
        self.codes.get(code).copied()
    }

    pub(super) fn division(&self, code: &str) -> Option<Division> {
        self.divisions.get(code).copied()
    }

    /// The longest name that `rest` begins with, and its bytes. A city before the word for a street is the street's name.
    pub(super) fn running(&self, rest: &str) -> Option<(usize, Place)> {
        let first = rest.chars().next().filter(|c| runs_on(*c))?;
        let mut names = self.running.get(&first)?.iter();
        let (name, place) = names.find(|(name, _)| rest.starts_with(name.as_str()))?;
        let street = matches!(place, Place::Division(_)) && is_street(&rest[name.len()..]);
        (!street).then_some((name.len(), *place))
    }

    /// The places that words name, each with the place of its first word; the longest name at each word.
    pub(super) fn spelled(&self, words: &[&str]) -> Vec<(usize, Place)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let most = if self.begins(words[at]) {
                MOST_WORDS.min(words.len() - at)
            } else {
                0
            };
            let hit = (1..=most).rev().find_map(|count| {
                Some((count, self.spelled.get(&words[at..at + count].join(" "))?))
            });
            for place in hit.into_iter().flat_map(|(_, places)| places) {
                found.push((at, *place));
            }
            at += hit.map_or(1, |(count, _)| count);
        }
        found
    }

    /// Whether a name begins with `word` or with letters that go on behind it.
    fn begins(&self, word: &str) -> bool {
        let bounds = (Bound::Included(word), Bound::Unbounded);
        let next = self.spelled.range::<str, _>(bounds).next();
        next.is_some_and(|(name, _)| name.starts_with(word))
    }

    /// Of two prefectures of one spelling, the one that most people mean.
    pub(super) fn better_known(&self, code: &str) -> Option<&'static str> {
        BETTER_KNOWN
            .iter()
            .find(|(twin, _)| *twin == code)
            .map(|(_, known)| *known)
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

fn names(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split("; ")
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

/// The words of a folded name as an address's are compared.
fn words(folded: &str) -> String {
    let bare: String = folded
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '.' | '`'))
        .collect();
    tokens(&bare).collect::<Vec<_>>().join(" ")
}

/// A character of a script that does not part its words: Han, kana, Hangul, Thai, Khmer, Burmese.
fn runs_on(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// `路`, `东路`, `大道`: what follows a city's name in the name of a street.
fn is_street(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['东', '西', '南', '北', '中', '一', '二', '三', '大']);
    rest.starts_with(['路', '街', '道', '桥', '巷'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_cells_and_every_code_its_form() {
        let mut prefixes = Vec::new();
        for row in rows(include_str!("china.tsv")) {
            assert_eq!(row.len(), 4, "{row:?}");
            assert!(
                row[0].len() == 6 && row[0].bytes().all(|b| b.is_ascii_digit()),
                "{row:?}"
            );
            assert!(
                TABLES
                    .divisions
                    .contains_key(&*format!("{}0000", &row[0][..2])),
                "{row:?}"
            );
            prefixes.push(row[0]);
        }
        assert!(prefixes.is_sorted() && prefixes.len() > 360);
        let mut codes = Vec::new();
        for row in rows(include_str!("countries.tsv")) {
            assert_eq!(row.len(), 3, "{row:?}");
            assert!(row[0].len() == 2 && row[1].len() == 3, "{row:?}");
            codes.push(row[0]);
        }
        assert!(codes.is_sorted() && codes.len() > 200);
    }
}
