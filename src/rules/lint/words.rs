//! Fields that hold only certain words, or words of a certain form.

use crate::{reference::Kind as Goods, rules::picture::did_you_mean};

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Words {
    /// One of these.
    Of(&'static [&'static str]),
    Class,
    Currency,
    Language,
    /// `2026-11-20`, or the year or the month alone in front of it.
    Day,
}

const CONDITIONS: &[&str] = &[
    "NewCondition",
    "UsedCondition",
    "RefurbishedCondition",
    "DamagedCondition",
];
const AVAILABILITIES: &[&str] = &["InStock", "OutOfStock", "PreOrder", "Discontinued"];
const STATES: &[&str] = &["active", "gone", "removed", "unreachable", "unread"];
const UNITS: &[&str] = &["kg", "l", "m", "m2", "m3", "kWh", "piece"];
const CERTIFICATE: &[&str] = &[
    "valid",
    "suspended",
    "revoked",
    "expired",
    "withdrawn",
    "seen",
];
const STANDINGS: &[&str] = &["coming", "in force", "replaced", "abolished"];
const TIERS: &[&str] = &["hard", "strong", "candidate"];
const DISGUISES: &[&str] = &["invisible", "mixed-script", "split", "full-width", "styled"];

/// Primary tags are two or three small letters; these are countries that people write for them.
const NO_LANGUAGES: &[(&str, &str)] = &[
    ("cn", "zh"),
    ("tw", "zh"),
    ("jp", "ja"),
    ("kr", "ko"),
    ("cz", "cs"),
    ("dk", "da"),
    ("ua", "uk"),
    ("gr", "el"),
    ("us", "en"),
    ("gb", "en"),
];

/// What a field of a listing may hold; none where it may hold anything.
pub(super) fn of_field(name: &str) -> Option<Words> {
    Some(match name {
        "condition" => Words::Of(CONDITIONS),
        "availability" => Words::Of(AVAILABILITIES),
        "status" => Words::Of(STATES),
        "unit" => Words::Of(UNITS),
        "class" => Words::Class,
        "currency" => Words::Currency,
        "language" => Words::Language,
        "captured_on" => Words::Day,
        _ => return None,
    })
}

/// What a field of a value may hold that a native function gave.
pub(super) fn of_thing(thing: &str, field: &str) -> Option<Words> {
    Some(match (thing, field) {
        ("Certificate", "status") => Words::Of(CERTIFICATE),
        ("Certificate", "valid_from" | "valid_until") => Words::Day,
        ("Standard", "status") => Words::Of(STANDINGS),
        ("Standard", "in_force_from" | "ended_on") => Words::Day,
        ("Recall", "tier") => Words::Of(TIERS),
        ("Recall", "date") => Words::Day,
        ("Disguise", "kind") => Words::Of(DISGUISES),
        _ => return None,
    })
}

impl Words {
    /// None where the field can be that word; else what would be right, if that is known.
    pub(super) fn wrong(self, word: &str, catalogue: &[&Goods]) -> Option<Option<String>> {
        match self {
            Self::Of(known) => {
                (!known.contains(&word)).then(|| did_you_mean(word, known.iter().copied()))
            }
            Self::Class => {
                let known = catalogue.is_empty() || catalogue.iter().any(|kind| kind.id == word);
                let ids = catalogue.iter().map(|kind| kind.id.as_str());
                (!known).then(|| did_you_mean(word, ids))
            }
            Self::Currency => {
                let code = word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
                let yuan = ["RMB", "CNH", "¥", "￥", "元", "人民币", "yuan"].contains(&word);
                (!code || yuan).then(|| {
                    Some(if yuan {
                        "the yuan is `CNY`".to_owned()
                    } else {
                        "currencies are ISO 4217 codes such as `CNY`".to_owned()
                    })
                })
            }
            Self::Language => language(word).map(Some),
            Self::Day => (!day(word)).then(|| Some("days are written `2026-11-20`".to_owned())),
        }
    }
}

/// What is wrong with a primary language tag.
pub(super) fn language(word: &str) -> Option<String> {
    if let Some((_, right)) = NO_LANGUAGES.iter().find(|(wrong, _)| *wrong == word) {
        return Some(format!("`{word}` is a country; the language is `{right}`"));
    }
    let primary = word.split(['-', '_']).next().unwrap_or_default();
    if primary.len() < word.len() {
        let primary = primary.to_lowercase();
        return Some(format!("only the primary tag is kept: `{primary}`"));
    }
    let plain = (2..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    (!plain).then(|| "languages are BCP 47 primary tags such as `zh`".to_owned())
}

/// A day, or the year or the month in front of one: texts compare from the left.
fn day(word: &str) -> bool {
    let form = "0000-00-00";
    [4, 7, 10].contains(&word.len())
        && word
            .bytes()
            .zip(form.bytes())
            .all(|(byte, like)| match like {
                b'0' => byte.is_ascii_digit(),
                sign => byte == sign,
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_field_never_holds() {
        let wrong = |field: &str, word: &str| of_field(field).unwrap().wrong(word, &[]);
        assert_eq!(wrong("condition", "UsedCondition"), None);
        assert_eq!(
            wrong("condition", "Used").unwrap().unwrap(),
            "known: NewCondition, UsedCondition, RefurbishedCondition, DamagedCondition"
        );
        assert_eq!(
            wrong("currency", "RMB").unwrap().unwrap(),
            "the yuan is `CNY`"
        );
        assert_eq!(wrong("language", "zh"), None);
        assert!(wrong("language", "zh-CN").is_some() && wrong("language", "Chinese").is_some());
        assert_eq!(wrong("captured_on", "2026"), None);
        assert!(wrong("captured_on", "2026/01/01").is_some());
        assert_eq!(
            wrong("class", "any/thing"),
            None,
            "without a catalogue nothing is known"
        );
    }
}
