//! Model numbers in prose and titles: `Model No.: YD-001`, `型号：KFR-35GW`, `型番 ABC-123`.

use std::sync::LazyLock;

use regex::Regex;

use super::marks::pattern;

/// No model is looked for behind this many characters.
const FAR: usize = 20_000;
/// More models than any listing has.
const MOST: usize = 20;

/// A word that announces a model; group 1 holds where it also says that a number follows.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:modello|modell|modelo|modèle|models?|модель)(?P<sure>(?:[ -]?(?:numbers?|nummer|nos?|nr|num|name|code|#|№|nº|n°)\.?)?\s{0,2}[:：#]\s{0,2}|[ -](?:numbers?|nummer|nos?|nr)\b\.?\s{1,2})?|(?P<east>型号|型號|型番|型式|品番|モデル番号|モデル|모델명|모델번호|모델|품번)(?:规格|名)?[」』】\]]?\s{0,2}[:：/]?\s{0,2})",
    )
});
/// What a text with a model has, tried before anything else: most texts have none of it.
const HINTS: [&str; 12] = [
    "odel",
    "ODEL",
    "odèl",
    "одель",
    "型号",
    "型號",
    "型番",
    "型式",
    "品番",
    "モデル",
    "모델",
    "품번",
];
static HINTED: LazyLock<Regex> = LazyLock::new(|| pattern(&HINTS.join("|")));

/// A model number: letters of the Latin alphabet, digits and what joins them.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s{0,2}[#「『\[(]?([A-Za-z0-9][A-Za-z0-9._/+-]{0,38}[A-Za-z0-9+]|[A-Za-z0-9])")
});
/// What stands between the numbers of a list.
static GOES_ON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s{0,2}(?:[,;、，；]\s{0,2}(?:and |or |& )?|and |or |& ?|及|和)"));

/// The models that `text` names behind a word such as "model", each once, in order and as written.
///
/// A number needs a digit. Without "no.", a colon or a Chinese, Japanese or Korean word before it, it needs a letter as
/// well: "model 2024" is a year and "model 3 pieces" is none. Measures and years are no models.
pub fn models(text: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization;
    if !HINTED.is_match(text) {
        return Vec::new();
    }
    let text: String = text
        .chars()
        .take(FAR)
        .nfkc()
        .filter(|c| !crate::text::fold::invisible(*c))
        .map(|c| match c {
            '‐'..='―' | '−' => '-',
            c => c,
        })
        .collect();
    let mut found: Vec<String> = Vec::new();
    for at in announced(&text) {
        let Some(hit) = ANNOUNCED.captures(&text[at..]) else {
            continue;
        };
        let sure = hit.name("sure").is_some() || hit.name("east").is_some();
        let mut rest = hit.get(0).map_or("", |all| &text[at + all.end()..]);
        let mut first = true;
        while let Some(number) = NUMBER.captures(rest).and_then(|c| c.get(1)) {
            if found.len() >= MOST
                || !is_model(number.as_str(), sure && first)
                || counts(&rest[number.end()..])
            {
                break;
            }
            if !found.iter().any(|known| known == number.as_str()) {
                found.push(number.as_str().to_owned());
            }
            rest = &rest[number.end()..];
            let Some(next) = GOES_ON.find(rest) else {
                break;
            };
            rest = &rest[next.end()..];
            first = false;
        }
    }
    found
}

/// Where a word for a model may begin: no letter stands before it, unless its script parts no words.
fn announced(text: &str) -> Vec<usize> {
    let mut places: Vec<usize> = HINTS
        .iter()
        .flat_map(|hint| text.match_indices(hint))
        .filter_map(|(at, hint)| {
            // The first letter of these is left out, because it can be a capital.
            if !hint.starts_with(['o', 'O', 'о']) {
                return Some(at);
            }
            let (begin, _) = text[..at].char_indices().next_back()?;
            let inside =
                text[..begin].ends_with(|c: char| c.is_alphabetic() && u32::from(c) < 0x2e80);
            (!inside).then_some(begin)
        })
        .collect();
    places.sort_unstable();
    places
}

/// The one model number that a title shows without announcing it; none where there are two, or only sizes and the like.
///
/// It has capital letters and at least two digits, five characters or more, and begins like no plug, battery or standard.
pub fn title_model(title: &str) -> Option<String> {
    // Two digits at least.
    title.bytes().filter(u8::is_ascii_digit).nth(1)?;
    let foreign =
        |c: char| !c.is_ascii() && (('\u{4e00}'..='\u{9fff}').contains(&c) || c.is_alphanumeric());
    let mut models = title
        .split(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    ',' | ';' | '(' | ')' | '[' | ']' | '|' | '【' | '】' | '/'
                )
        })
        .flat_map(|word| word.split(foreign))
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| stands_out(word));
    let first = models.next()?;
    models.all(|other| other == first).then(|| first.to_owned())
}

fn stands_out(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let capitals = word.bytes().filter(u8::is_ascii_uppercase).count();
    let plain = word
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_'));
    let letters = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let head = &word[..word.len() - letters.len()];
    plain
        && digits >= 2
        && capitals >= 1
        && digits + capitals >= 5
        && !ORDINARY.contains(&head)
        && !is_measure(word)
}

/// How words begin that have the form of a model and are plugs, memories, batteries, standards, seasons, sizes.
const ORDINARY: [&str; 34] = [
    "USB", "HDMI", "DDR", "GDDR", "PCI", "IP", "IPX", "WIFI", "BT", "CR", "LR", "AG", "RTX", "GTX",
    "MP", "PM", "GB", "GBT", "EN", "ISO", "IEC", "UL", "CE", "FCC", "SPF", "AW", "SS", "FW", "EAN",
    "UPC", "ISBN", "SKU", "SC", "QS",
];

fn is_model(number: &str, sure: bool) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let letters = number.bytes().filter(u8::is_ascii_alphabetic).count();
    let enough = if letters == 0 {
        sure && digits >= 3
    } else {
        digits > 0 && digits + letters >= 2
    };
    enough && !is_years(number) && !is_measure(number)
}

/// `2024`, `2017-2024`.
fn is_years(number: &str) -> bool {
    number.split(['-', '/']).all(|part| {
        part.len() == 4
            && (part.starts_with("19") || part.starts_with("20"))
            && part.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Whether what follows a number makes it a count or a measure: `12 V`, `3 pieces`, `55 inch`.
fn counts(rest: &str) -> bool {
    let word = rest.trim_start_matches(' ');
    let word = word
        .find(|c: char| !c.is_alphabetic())
        .map_or(word, |end| &word[..end]);
    rest.len() > word.len()
        && UNITS.contains(&word.to_lowercase().as_str())
        && rest.starts_with(' ')
}

/// `256GB`, `100ml`, `220-240V`, `20x30cm`: digits, and at most a unit behind them.
fn is_measure(number: &str) -> bool {
    let unit = number
        .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '/' | '+'));
    let behind = unit.len() < number.len() && UNITS.contains(&unit.to_lowercase().as_str());
    let sides =
        number.trim_end_matches(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'x' | 'X'));
    let area = sides.contains(['x', 'X'])
        && sides
            .split(['x', 'X'])
            .all(|side| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    behind || area
}

const UNITS: &[&str] = &[
    "m", "mm", "cm", "km", "ft", "in", "inch", "inches", "g", "kg", "mg", "lb", "lbs", "oz", "ml",
    "cl", "l", "v", "kv", "w", "kw", "wh", "kwh", "a", "ma", "mah", "ah", "hz", "khz", "mhz",
    "ghz", "k", "p", "px", "mp", "gb", "mb", "tb", "hp", "cc", "bar", "rpm", "lm", "db", "pcs",
    "pc", "piece", "pieces", "pack", "packs", "pairs", "set", "sets", "x", "st", "nd", "rd", "th",
    "d", "days", "months", "years", "year", "y", "h", "hours", "min", "s", "colors", "sizes",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_before_it_makes_a_number_a_model() {
        for (text, expected) in [
            (
                "The lamp, Model No.: YD-001, was sold online",
                vec!["YD-001"],
            ),
            (
                "Models: YD-001, YD-002 and YD-003B.",
                vec!["YD-001", "YD-002", "YD-003B"],
            ),
            ("helmet model KY-055 adult", vec!["KY-055"]),
            ("Favoto bike helmet model H-1", vec!["H-1"]),
            ("Item model number: 12345", vec!["12345"]),
            ("Model number 4711", vec!["4711"]),
            ("产品型号：KFR-35GW/BP3 颜色：白", vec!["KFR-35GW/BP3"]),
            ("规格型号 ＹＤ－００１", vec!["YD-001"]),
            ("【型番】ABC-123", vec!["ABC-123"]),
            ("型番：ABC-123", vec!["ABC-123"]),
            ("「型番」「WH-1000XM4」", vec!["WH-1000XM4"]),
            ("모델명: SM-A015N", vec!["SM-A015N"]),
            ("Modell-Nr.: K3.FC", vec!["K3.FC"]),
            ("Modello: AB12 e CD34", vec!["AB12"]),
            ("Модель: RCSK310M20S", vec!["RCSK310M20S"]),
            ("Model: Galaxy", vec![]),
            ("model 2024, model year 2017-2024", vec![]),
            ("model 3 pieces, 3D model 55 inch", vec![]),
            ("Model: 12 V battery", vec![]),
            ("Model: 256GB", vec![]),
            ("supermodel A1", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(models(text), expected, "{text}");
        }
    }

    #[test]
    fn a_title_shows_one_model_or_none() {
        for (title, expected) in [
            ("Acer AES015 folding electric scooter", Some("AES015")),
            (
                "Casio PRW-3100YB-1ER Herrenuhr 20BAR",
                Some("PRW-3100YB-1ER"),
            ),
            ("格力空调KFR-35GW大1匹", Some("KFR-35GW")),
            ("SSD 256GB USB3.0 DDR4 220-240V", None),
            ("GB6675-2014 玩具", None),
            ("fits AB1234 and CD5678", None),
            ("iPhone 12 Pro Max", None),
            ("SIZE 42XL", None),
        ] {
            assert_eq!(title_model(title).as_deref(), expected, "{title}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,40}|(Model No.: |型号：|[A-Z0-9, -]{1,6}){0,6}") {
            for model in models(&text) {
                prop_assert!(model.bytes().any(|b| b.is_ascii_digit()));
            }
            let _ = title_model(&text);
        }
    }
}
