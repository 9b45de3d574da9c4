//! Accessories: "case for X" and 适用于X name X without being X.

use super::words::{Units, ordinary};

/// Units where what the offer is made for begins: what stands there is mentioned, not sold.
pub(super) fn made_for(units: &Units) -> Option<usize> {
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
        let phrase = FITS.iter().find(|phrase| stands(units, at, phrase))?;
        let object = at + phrase.len();
        (object < units.all.len() && !is_audience(units, object)).then_some(object)
    })
}

/// Where a word that names an accessory stands as the goods themselves; not behind "with" or 送.
pub(super) fn accessory(units: &Units, words: &[Vec<String>]) -> Option<usize> {
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
    (0..units.all.len())
        .take_while(|at| !GIVEN.contains(&units.word(*at)))
        .find(|at| {
            words.iter().any(|word| {
                let parts: Vec<&str> = word.iter().map(String::as_str).collect();
                stands(units, *at, &parts)
            })
        })
}

/// A phrase cut into the units that [`accessory`] compares; plural and singular alike are the list's affair.
pub(super) fn phrase(folded: &str) -> Vec<String> {
    let units = Units::of(folded);
    (0..units.all.len())
        .map(|at| units.word(at).to_owned())
        .collect()
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
        "the",
        "all",
        "any",
        "her",
        "him",
        "you",
        "your",
        "my",
        "sale",
        "use",
        "everyday",
        "daily",
        "dogs",
        "cats",
        "pets",
        "ages",
        "age",
        "people",
        "travel",
        "seniors",
        "elderly",
        "work",
        "both",
        "winter",
        "summer",
        "christmas",
        "birthday",
        "beginners",
        "teens",
        "teenagers",
        "ladies",
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
    PEOPLE.contains(&word) || ordinary(word) || PEOPLE_ZH.iter().any(zh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    fn object(title: &str) -> Option<String> {
        let folded = fold(title);
        let units = Units::of(&folded);
        made_for(&units).map(|at| folded[units.all[at].start..].to_owned())
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
        let words = vec![phrase("charger"), phrase("保护套")];
        let at = |title: &str| accessory(&Units::of(&fold(title)), &words);
        assert_eq!(at("Nordhaus charger N7"), Some(1));
        assert_eq!(at("Nordhaus scooter with charger"), None);
        assert_eq!(at("手机送保护套"), None);
        assert!(at("手机保护套").is_some());
    }
}
