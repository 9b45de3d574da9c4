//! Text of a page to values: lines, numbers, counts, steps of a breadcrumb, conditions, language tags.

use std::borrow::Cow;

use url::Url;

use super::page::{PageModel, one_line};
use crate::text::fold::fold;

/// Bytes of a description that are kept.
const LONGEST_TEXT: usize = 20_000;

/// An attribute's name on one line; Chinese names, which shops spread to equal width (品　牌), without spaces.
pub(super) fn label(name: &str) -> Cow<'_, str> {
    let name = line(name);
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    if name.contains(' ') && name.contains(han) && name.chars().count() <= 8 {
        Cow::Owned(name.replace(' ', ""))
    } else {
        name
    }
}

/// Text of a description: lines without markup (JSON-LD descriptions often carry some), no empty ones.
pub(super) fn plain(text: &str, url: &Url) -> String {
    let stripped = if text.contains('<') && text.contains('>') {
        Cow::Owned(PageModel::new(text, url).text)
    } else {
        Cow::Borrowed(text)
    };
    let mut out = String::with_capacity(stripped.len());
    for line in stripped.lines().map(line).filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out.truncate(out.floor_char_boundary(LONGEST_TEXT));
    out
}

/// As `one_line`, copied only where white space is more than single spaces.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    if is_line(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(one_line(text))
    }
}

/// Whether a text surely has no white space but single spaces between words.
fn is_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        // Most Chinese characters.
        if matches!(byte, 0xe4..=0xef) {
            at += 3;
            continue;
        }
        at += match byte {
            b'!'..=b'~' => 1,
            b' ' if at > 0 && bytes.get(at + 1).is_some_and(|next| *next != b' ') => 1,
            // White space beyond ASCII begins with 0xc2 and 0xe1 to 0xe3.
            0xe3 if matches!(
                bytes.get(at + 1..at + 3),
                Some([0x80, 0x81..=0xbf] | [0x81..=0xbf, _])
            ) =>
            {
                3
            }
            0xe2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0x90..=0xa7])) => 3,
            0xc3..=0xdf => 2,
            _ => return false,
        };
    }
    true
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_on_one_line_is_not_copied(text in "( |\n|\t|\u{a0}|\u{3000}|\u{2003}|\u{2028}|\u{1680}|\u{85}|水|、|“|é|a|ﬁ|𝐍){0,8}|\\PC{0,12}") {
            prop_assert_eq!(line(&text), one_line(&text), "{}", text);
            prop_assert!(!is_line(&text) || one_line(&text) == text, "{}", text);
        }
    }

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
