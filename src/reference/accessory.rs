//! Accessories: "case for X" and 适用于X name X without being X.

use std::collections::HashMap;

use super::words::{Units, forms};

/// Where the words "made for" begin and where what follows them begins: what stands there is mentioned, not sold.
pub(super) fn made_for(units: &Units) -> Option<(usize, usize)> {
    const FITS: &[&[&str]] = &[
        &["compatible", "with"],
        &["compatible", "for"],
        &["fits"],
        &["fit", "for"],
        &["suitable", "for"],
        &["replacement", "for"],
        &["for"],
        &["适", "用", "于"],
        &["适", "用"],
        &["适", "配"],
        &["兼", "容"],
        &["通", "用", "于"],
        &["用", "于"],
        &["配", "套"],
    ];
    (0..units.all.len()).find_map(|at| {
        let word = units.word(at);
        let phrase = FITS
            .iter()
            .find(|phrase| phrase[0] == word && stands(units, at, phrase))?;
        let object = at + phrase.len();
        (object < units.all.len() && !is_audience(units, object)).then_some((at, object))
    })
}

/// Phrases in the forms that are compared, found by their first word. The map is only looked up, never walked.
#[derive(Clone, Debug, Default)]
pub(super) struct Phrases {
    all: Vec<Vec<String>>,
    firsts: HashMap<String, Vec<usize>>,
}

impl From<Vec<Vec<String>>> for Phrases {
    fn from(all: Vec<Vec<String>>) -> Self {
        let mut firsts: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, phrase) in all.iter().enumerate() {
            if let Some(first) = phrase.first() {
                firsts.entry(first.clone()).or_default().push(place);
            }
        }
        Self { all, firsts }
    }
}

impl Phrases {
    /// The first phrase of the list that `forms` begin with.
    fn at(&self, forms: &[String]) -> Option<&[String]> {
        let places = self.firsts.get(forms.first()?)?;
        let mut phrases = places.iter().filter_map(|place| self.all.get(*place));
        phrases
            .find(|phrase| forms.starts_with(phrase))
            .map(Vec::as_slice)
    }
}

/// Where a word that names an accessory stands as the goods themselves, and the word; not behind "with" or 送.
/// `forms` are those of the units.
pub(super) fn accessory<'w>(
    units: &Units,
    forms: &[String],
    words: &'w Phrases,
) -> Option<(usize, &'w [String])> {
    const GIVEN: &[&str] = &[
        "with",
        "plus",
        "incl",
        "including",
        "includes",
        "and",
        "带",
        "送",
        "含",
        "赠",
        "附",
    ];
    (0..forms.len())
        .take_while(|at| !GIVEN.contains(&units.word(*at)))
        .find_map(|at| Some((at, words.at(&forms[at..])?)))
}

/// A phrase cut into the forms that [`accessory`] compares.
pub(super) fn phrase(folded: &str) -> Vec<String> {
    forms(&Units::of(folded))
}

fn stands(units: &Units, at: usize, phrase: &[&str]) -> bool {
    phrase
        .iter()
        .enumerate()
        .all(|(n, word)| at + n < units.all.len() && units.word(at + n) == *word)
}

/// "for kids", 适用儿童: who uses the goods, not what they are made for.
fn is_audience(units: &Units, at: usize) -> bool {
    const PEOPLE: &[&str] = &[
        "a",
        "adults",
        "adult",
        "age",
        "ages",
        "all",
        "any",
        "babies",
        "baby",
        "beginners",
        "birthday",
        "both",
        "boy",
        "boys",
        "camping",
        "cats",
        "children",
        "christmas",
        "daily",
        "dogs",
        "elderly",
        "everyday",
        "girl",
        "girls",
        "gym",
        "her",
        "him",
        "hiking",
        "home",
        "indoor",
        "infants",
        "kid",
        "kids",
        "kitchen",
        "ladies",
        "man",
        "men",
        "my",
        "office",
        "outdoor",
        "outdoors",
        "people",
        "pets",
        "sale",
        "school",
        "seniors",
        "sports",
        "students",
        "summer",
        "teenagers",
        "teens",
        "the",
        "toddler",
        "toddlers",
        "travel",
        "tree",
        "use",
        "winter",
        "woman",
        "women",
        "work",
        "you",
        "your",
        "youth",
    ];
    const PEOPLE_ZH: &[&str] = &[
        "儿童", "男", "女", "宝宝", "婴", "幼", "家", "成人", "老人", "学生", "户外", "室内", "孩",
        "小孩", "年龄", "人群", "夏", "冬",
    ];
    let word = units.word(at);
    let zh = |people: &&str| {
        let parts: Vec<String> = people.chars().map(String::from).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        stands(units, at, &parts)
    };
    PEOPLE.contains(&word) || PEOPLE_ZH.iter().any(zh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    fn object(title: &str) -> Option<String> {
        let folded = fold(title);
        let units = Units::of(&folded);
        made_for(&units).map(|(_, at)| folded[units.all[at].start..].to_owned())
    }

    #[test]
    fn goods_made_for_other_goods_are_told_from_goods_made_for_people() {
        assert_eq!(
            object("Case for Nordhaus N7"),
            Some("nordhaus n7".to_owned())
        );
        assert_eq!(
            object("Charger compatible with Acer AES015"),
            Some("acer aes015".to_owned())
        );
        assert_eq!(
            object("适用于小熊电热水壶底座"),
            Some("小熊电热水壶底座".to_owned())
        );
        for title in [
            "Pitching machine for kids",
            "harness for tree work",
            "适用儿童头盔",
            "N7 helmet",
        ] {
            assert_eq!(object(title), None, "{title}");
        }
    }

    #[test]
    fn what_comes_along_is_no_accessory_offer() {
        let words = Phrases::from(vec![phrase("charger"), phrase("保护套")]);
        let at = |title: &str| {
            let units = Units::of(&fold(title));
            accessory(&units, &forms(&units), &words).map(|(at, _)| at)
        };
        assert_eq!(at("Nordhaus charger N7"), Some(1));
        assert_eq!(at("Nordhaus scooter with charger"), None);
        assert_eq!(at("手机送保护套"), None);
        assert!(at("手机保护套").is_some());
    }
}
