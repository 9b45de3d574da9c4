//! Text of a page to values: lines, numbers, counts, steps of a breadcrumb, conditions, language tags.

use url::Url;

use super::page::{PageModel, one_line};
use crate::text::fold::fold;

/// Bytes of a description that are kept.
const LONGEST_TEXT: usize = 20_000;

/// An attribute's name on one line; Chinese names, which shops spread to equal width (品　牌), without spaces.
pub(super) fn label(name: &str) -> String {
    let name = one_line(name);
    if name.contains(|c: char| ('\u{4e00}'..='\u{9fff}').contains(&c)) && name.chars().count() <= 8
    {
        name.replace(' ', "")
    } else {
        name
    }
}

/// Text of a description: lines without markup (JSON-LD descriptions often carry some), no empty ones.
pub(super) fn plain(text: &str, url: &Url) -> String {
    let stripped = if text.contains('<') && text.contains('>') {
        PageModel::new(text, url).text
    } else {
        text.to_owned()
    };
    let lines: Vec<String> = stripped
        .lines()
        .map(one_line)
        .filter(|line| !line.is_empty())
        .collect();
    let mut out = lines.join("\n");
    out.truncate(out.floor_char_boundary(LONGEST_TEXT));
    out
}

pub(super) fn decimal(text: &str) -> Option<f64> {
    let number: String = text
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        .collect();
    number.replace(',', ".").parse().ok()
}

/// A count: digits with any grouping; `1.2万` means 12,000.
pub(super) fn whole(text: &str) -> Option<u64> {
    if let Some((number, _)) = text.split_once('万') {
        return decimal(number).map(|n| (n * 10_000.0) as u64);
    }
    let text = text.strip_suffix(".0").unwrap_or(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).take(15).collect();
    digits.parse().ok()
}

/// The steps of a breadcrumb, however it is written.
pub(super) fn steps(text: &str) -> Vec<String> {
    let separators: &[char] = if text.contains(" > ") {
        &['>']
    } else {
        &['>', '›', '»', '/', '|']
    };
    text.split(separators)
        .map(one_line)
        .filter(|step| !step.is_empty())
        .take(12)
        .collect()
}

/// schema.org's word for a condition as stated.
pub(super) fn condition(words: &str) -> Option<String> {
    let text = fold(words);
    let known = CONDITIONS
        .iter()
        .find(|(_, words)| words.iter().any(|w| text.contains(w)));
    known.map(|(word, _)| (*word).to_owned())
}

/// Words for conditions, folded. The first that fits counts: "not new but used" is used.
const CONDITIONS: &[(&str, &[&str])] = &[
    (
        "RefurbishedCondition",
        &[
            "refurbished",
            "翻新",
            "generalüberholt",
            "reconditionné",
            "renewed",
        ],
    ),
    (
        "UsedCondition",
        &[
            "used",
            "二手",
            "pre-owned",
            "second-hand",
            "second hand",
            "gebraucht",
            "occasion",
            "中古",
            "중고",
            "б/у",
        ],
    ),
    ("DamagedCondition", &["damaged", "defekt", "残次"]),
    (
        "NewCondition",
        &[
            "new",
            "全新",
            "neu",
            "neuf",
            "nuevo",
            "nuovo",
            "novo",
            "新品",
            "новый",
        ],
    ),
];

/// The condition of goods whose title says that they are not new. A title's "new" is praise and says nothing.
pub(super) fn used(title: &str) -> Option<String> {
    let text = fold(title);
    let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if says(&["refurbished", "翻新"]) {
        Some("RefurbishedCondition".to_owned())
    } else {
        says(&["二手", "中古", "중고", "pre-owned", "second-hand"])
            .then(|| "UsedCondition".to_owned())
    }
}

/// The primary tag of a language tag.
pub(super) fn primary(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    (matches!(primary.len(), 2 | 3) && primary.chars().all(|c| c.is_ascii_alphabetic()))
        .then_some(primary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_steps() {
        assert_eq!(whole("1,234 reviews"), Some(1234));
        assert_eq!(whole("1.2万+"), Some(12_000));
        assert_eq!(decimal("4,5 von 5"), Some(4.5));
        assert_eq!(steps("Home > A / B"), ["Home", "A / B"]);
        assert_eq!(steps("Home/A"), ["Home", "A"]);
        assert_eq!(primary("zh-CN").as_deref(), Some("zh"));
        assert_eq!(label("品　牌"), "品牌");
    }

    #[test]
    fn a_title_that_says_new_is_praise() {
        assert_eq!(used("全新 耐克"), None);
        assert_eq!(used("二手 耐克").as_deref(), Some("UsedCondition"));
        assert_eq!(
            condition("https://schema.org/NewCondition").as_deref(),
            Some("NewCondition")
        );
    }
}
