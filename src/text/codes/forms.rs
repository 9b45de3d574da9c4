//! The forms of identifiers that can be told from running text, and the signs without which none of them is there.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    labels,
    marks::pattern,
    plain,
    telling::{Signs, Words},
};
use crate::text::fold::fold;

/// A form that can be told from running text, and the words that must stand before it.
pub(super) struct Form {
    pub(super) scheme: &'static str,
    /// Group 1 is the number.
    pub(super) pattern: Regex,
    /// One of these is in a text that has the form (`telling`); none where it needs no word.
    words: &'static [&'static str],
    /// So many digits, and letters or digits, stand in a row in it.
    least: Signs,
    /// Kept in free text although its check fails.
    pub(super) failing: bool,
}

/// The forms that may be in a text, which is folded.
pub(super) fn within(folded: &str) -> impl Iterator<Item = &'static Form> {
    allowed(WORDS.of(folded), Signs::of(folded))
}

/// Whether a text as it is written can hold a form.
pub(super) fn may_hold(text: &str) -> bool {
    Signs::as_written(text).is_none_or(|has| allowed(WORDS.of(text), has).next().is_some())
}

/// What a label asks for.
pub(super) fn asked(label: &str) -> Option<labels::Asked> {
    if Signs::as_written(label).is_some() && WORDS.of(label) & LABEL == 0 {
        return None;
    }
    labels::asked(&plain(&fold(label)))
}

/// The forms that can be in a text that has these words and signs.
fn allowed(words: u64, has: Signs) -> impl Iterator<Item = &'static Form> {
    let can = move |(number, form): &(usize, &Form)| {
        (form.words.is_empty() || words & (1 << number) != 0)
            && has.digits >= form.least.digits
            && has.signs >= form.least.signs
    };
    // Without its words nearly no text is long enough in signs for one of the others.
    let told = words & !LABEL != 0 || has.signs >= *UNTOLD;
    let forms = if told { FORMS.as_slice() } else { &[] };
    forms.iter().enumerate().filter(can).map(|(_, form)| form)
}

/// The fewest letters or digits in a row of a form that needs no word.
static UNTOLD: LazyLock<usize> = LazyLock::new(|| {
    let untold = FORMS.iter().filter(|form| form.words.is_empty());
    let least = untold.map(|form| form.least.digits.max(form.least.signs));
    least.min().unwrap_or_default()
});

/// The words that forms need, each with a bit for every form that needs it, and those of labels.
static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let needed = FORMS.iter().zip(0..).flat_map(|(form, number)| {
        let bit = 1 << number;
        form.words.iter().map(move |word| (*word, bit))
    });
    Words::new(needed.chain(labels::WORDS.iter().map(|word| (*word, LABEL))))
});
/// The bit of words that labels have which ask for a number.
const LABEL: u64 = 1 << 63;

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let form = |scheme, failing, words, least, text: &str| Form {
        scheme,
        pattern: pattern(text),
        words,
        least,
        failing,
    };
    let digits = |digits| Signs { digits, signs: 0 };
    let signs = |signs| Signs { digits: 0, signs };
    vec![
        form(
            "ccc",
            true,
            &["ccc", "3c", "强", "強", "彊"],
            digits(16),
            r"(?:ccc|3c|强制性产品认证|强制认证)[^0-9a-z]{0,20}(?:no)?[^0-9a-z]{0,4}([0-9]{16})(?:[^0-9]|$)",
        ),
        form(
            "ccc",
            false,
            &[],
            digits(16),
            r"(?:^|[^0-9a-z])(20[0-9]{14})(?:[^0-9a-z]|$)",
        ),
        form(
            "sc",
            true,
            &["sc"],
            digits(14),
            r"(?:^|[^a-z])(sc[ :]{0,2}[0-9]{14})(?:[^0-9]|$)",
        ),
        form(
            "qs",
            true,
            &["qs"],
            digits(4),
            r"(?:^|[^a-z])(qs[ :]{0,2}[0-9]{4} ?[0-9]{4} ?[0-9]{4})(?:[^0-9]|$)",
        ),
        form(
            "xk",
            true,
            &["xk"],
            digits(5),
            r"((?:\([^()\s0-9]\) ?)?xk ?[0-9]{2} ?[-‐-―] ?[0-9]{3} ?[-‐-―] ?[0-9]{5})(?:[^0-9]|$)",
        ),
        form(
            "uscc",
            true,
            &["码", "碼", "照", "册", "冊", "uscc"],
            signs(18),
            r"(?:信用代码|营业执照号?|注册号|uscc)[^0-9a-z]{0,6}([0-9a-hj-npqrtuwxy]{18})(?:[^0-9a-z]|$)",
        ),
        form(
            "uscc",
            false,
            &[],
            signs(18),
            r"(?:^|[^0-9a-z])([159any][1239][1-8][0-9]{5}[0-9a-hj-npqrtuwxy]{10})(?:[^0-9a-z]|$)",
        ),
        form(
            "kc",
            true,
            &["r-c", "r-r", "r-i", "msip", "kcc"],
            digits(1),
            r"(?:^|[^a-z0-9-])((?:r-[cri]s?|(?:msip|kcc)-[a-z]{3})-[a-z0-9]{2,4}-[a-z0-9](?:[a-z0-9._-]{0,12}[a-z0-9])?)",
        ),
        form(
            "kc",
            true,
            &["kc"],
            digits(4),
            r"kc[^a-z0-9]{0,12}([a-z]{2}[0-9]{3}[a-z]?[0-9]{3,4}-[0-9]{4,5}[a-z]?)(?:[^a-z0-9]|$)",
        ),
        form(
            "fcc",
            true,
            &["fcc"],
            digits(1),
            r"fcc ?id ?[:#]? ?([a-z0-9]{3,5}-?(?:[a-z0-9-]{0,13}[a-z0-9]))",
        ),
        form(
            "ce",
            true,
            &["ce"],
            digits(4),
            r"(?:^|[^a-z0-9])(ce ?[-:]? ?[0-9]{4})(?:[^0-9/a-z-]|$)",
        ),
        form(
            "eprel",
            true,
            &["eprel"],
            digits(4),
            r"eprel[^0-9]{0,24}([0-9]{4,8})(?:[^0-9]|$)",
        ),
        form(
            "eprel",
            true,
            &["eprel"],
            digits(4),
            r"eprel\.ec\.europa\.eu/[a-z0-9/_-]{0,60}?/([0-9]{4,8})(?:[^0-9]|$)",
        ),
        form(
            "ul",
            true,
            &["ul"],
            digits(4),
            r"(?:^|[^a-z0-9])ul(?: (?:file|listed))?(?: ?(?:no\.?|number))?[ :#]{0,3}(e[0-9]{4,6})(?:[^0-9a-z]|$)",
        ),
        form(
            "energy",
            true,
            &["能"],
            digits(0),
            r"能(?:效|耗)(?:等级|级别|标识)?[^0-9a-z一二三四五]{0,4}([1-5一二三四五] ?级)",
        ),
        form(
            "energy",
            true,
            &["能"],
            digits(0),
            r"([1-5一二三四五]级)(?:能效|节能)",
        ),
        form(
            "energy",
            true,
            &["nerg"],
            digits(0),
            r"(?:energy(?: efficiency)? (?:class|rating)|energieeffizienzklasse|energieklasse|classe énergétique|clase energética|classe energetica|klasa energetyczna|energetická třída)[^a-z0-9]{0,4}(a\+{0,3}|[b-g])(?:[^a-z0-9+]|$)",
        ),
        form(
            "isbn",
            true,
            &["isbn"],
            digits(1),
            r"isbn(?:-?1[03])?[ :]{0,3}([0-9][0-9 -]{8,15}[0-9x])(?:[^0-9x]|$)",
        ),
        form(
            "gtin",
            true,
            &[
                "ean", "gtin", "upc", "jan", "barcode", "码", "碼", "バ", "바", "ш", "Ш",
            ],
            digits(1),
            r"(?:(?:^|[^a-z])(?:ean|gtin|upc|jan|barcode)|条形码|条码|バーコード|바코드|штрихкод)(?:-?(?:8|1[234]))?(?:号|编号|番号| ?code| ?number| ?no\.?)?[ :#]{0,3}([0-9][0-9 -]{6,17}[0-9])(?:[^0-9]|$)",
        ),
    ]
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is written in another way counts as what it means: each character that folds to one of a telling word's is
    /// known to tell, wherever a text is not folded first.
    #[test]
    fn what_folds_to_a_telling_character_tells() {
        let telling: Vec<&str> = FORMS
            .iter()
            .flat_map(|f| f.words)
            .chain(labels::WORDS)
            .copied()
            .collect();
        let own = |c: char| telling.iter().any(|w| w.contains(c));
        for c in char::MIN..=char::MAX {
            let folded = fold(&c.to_string());
            if !c.is_ascii()
                && folded != c.to_string()
                && Signs::as_written(&c.to_string()).is_some()
            {
                for meant in folded.chars().filter(|c| own(*c)) {
                    let bits = |c: char| WORDS.of(&c.to_string());
                    assert_eq!(bits(c), bits(meant), "{c} {meant}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_label_asks_for_what_it_would_ask_folded(label in "(CC|3c|强|強制|認證|認|证|書|编|編号|号|許可|SC|KC|인증|바|コード|ш|UL |能效|等级|EAN|é|ß|a| |：|\\u{200b}){0,5}|\\PC{0,6}") {
            prop_assert_eq!(asked(&label), labels::asked(&plain(&fold(&label))), "{}", label);
        }
    }
}
