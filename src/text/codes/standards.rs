//! Standards named in a text: Chinese (GB, QB/T, DB, Q/), European, international, American, Japanese, Korean, Russian.

use std::sync::LazyLock;

use regex::Regex;

use super::{marks::pattern, telling::Signs};

/// Chinese series: letters, optional /T or /Z, number with parts, year.
static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^A-Z0-9])(GB|GBZ|QB|SB|NY|FZ|JB|YY|HJ|HG|LY|MT|JC|JG|JGJ|CJ|SJ|YD|BB|WS|DL|NB|TB|JT|GA|XF|SN|SC|DB\d{2,4})(?: ?/ ?([TZ]))? ?-? ?(\d{1,6}(?:\.\d{1,3})?)(?: ?- ?((?:19|20)\d{2}|\d{2}))?(?:[^0-9A-Z]|$)",
    )
});
/// Standards of associations: T/NAME number-year.
static GROUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^A-Z0-9/])T ?/ ?([A-Z]{2,10}) ?(\d{1,5}(?:\.\d{1,2})?) ?- ?(20\d{2})(?:[^0-9]|$)",
    )
});
/// European and international: prefix, number, part, year, amendments.
static WORLD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^A-Za-z0-9])((?:(?:BS|DIN|NF|UNE|UNI) ?-?)?EN(?: ?/? ?(?:ISO|IEC))?|ISO(?:/IEC|/TR|/TS)?|IEC) ?-?(\d{2,6})((?:-\d{1,3})*)(?: ?: ?((?:19|20)\d{2})((?: ?\+ ?A\d{1,2}(?: ?: ?(?:19|20)\d{2})?)*))?(?:[^0-9A-Za-z]|$)",
    )
});
static ASTM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[^A-Z])ASTM ?-?([A-G]) ?(\d{1,4})(?: ?- ?(\d{2,4}[A-E]?\d?))?(?:[^0-9]|$)")
});
static CFR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[^0-9])(16|21|40|47|49) ?CFR ?(?:PART)? ?(\d{1,4})(?:[^0-9]|$)")
});

/// Standards of an enterprise: Q/NAME number-year.
static ENTERPRISE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^A-Z0-9/])Q ?/ ?([A-Z0-9]{2,12}) ?(\d{1,4}[A-Z]?(?:\.\d{1,2})?) ?- ?(20\d{2})(?:[^0-9]|$)",
    )
});
/// What the rest of the world calls its standards: a prefix, a letter of its division, a number with parts, a year.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^A-Za-z0-9/])(ANSI(?:/[A-Z]{2,6})?|UL|CAN/CSA|CSA|AS/NZS|AS|JIS|KS|ГОСТ(?: Р)?(?: (?:ИСО|МЭК))?|ТР ТС) ?-?([A-Z] ?)?(\d{1,6}(?:\.\d{1,4})*(?:-\d{1,3})*)(?: ?([-:/]) ?((?:19|20)\d{2}|\d{2}))?(?:[^0-9A-Za-z]|$)",
    )
});

/// The standards that `text` names, each once, in order of their names: `GB 6675.1-2014`, `EN 71-1:2014`, `ASTM F963-17`.
pub fn standards(text: &str) -> Vec<String> {
    standards_of([text])
}

/// The same of several texts together.
pub fn standards_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    // No form goes over the end of a line.
    let lines = texts.into_iter().flat_map(|text| text.split('\n'));
    let mut telling = String::new();
    for line in lines.filter(|line| may_name(line)) {
        if !telling.is_empty() {
            telling.push('\n');
        }
        telling.push_str(line);
    }
    if telling.is_empty() {
        Vec::new()
    } else {
        named(&telling)
    }
}

/// Whether a line as it is written can name a standard.
fn may_name(line: &str) -> bool {
    Signs::as_written(line).is_none_or(|has| has.digits > 0 && kinds(line) != 0)
}

fn named(text: &str) -> Vec<String> {
    let cased = cased(text);
    let upper = cased.to_uppercase();
    let kinds = kinds(&cased);
    let of = |kind: u8, pattern, text| match kinds & kind {
        0 => Vec::new(),
        _ => all(pattern, text),
    };
    let mut found = Vec::new();
    let group = |hit: &regex::Captures<'_>, at: usize| {
        hit.get(at).map_or("", |m| m.as_str()).replace(' ', "")
    };
    for hit in of(CHINA, &CHINESE, &upper) {
        found.extend(chinese(
            &group(&hit, 1),
            &group(&hit, 2),
            &group(&hit, 3),
            &group(&hit, 4),
        ));
    }
    for hit in of(OF_GROUPS, &GROUP, &upper) {
        found.push(format!(
            "T/{} {}-{}",
            group(&hit, 1),
            group(&hit, 2),
            group(&hit, 3)
        ));
    }
    for hit in of(OF_FIRMS, &ENTERPRISE, &upper) {
        let (name, number, year) = (group(&hit, 1), group(&hit, 2), group(&hit, 3));
        found.push(format!("Q/{name} {number}-{year}"));
    }
    for hit in of(ABROAD, &ELSEWHERE, &cased) {
        let prefix = hit.get(1).map_or("", |m| m.as_str());
        let sign = group(&hit, 4);
        found.extend(elsewhere(
            prefix,
            &group(&hit, 2),
            &group(&hit, 3),
            &sign,
            &group(&hit, 5),
        ));
    }
    // In small letters "en 2024" is a Spanish or French word and a year.
    for hit in of(OF_THE_WORLD, &WORLD, &cased) {
        let prefix = hit.get(1).map_or("", |m| m.as_str());
        let (number, part, year) = (group(&hit, 2), group(&hit, 3), group(&hit, 4));
        found.extend(world(prefix, &number, &part, &year, &group(&hit, 5)));
    }
    for hit in of(OF_ASTM, &ASTM, &upper) {
        let year = group(&hit, 3);
        let dash = if year.is_empty() { "" } else { "-" };
        found.push(format!(
            "ASTM {}{}{dash}{year}",
            group(&hit, 1),
            group(&hit, 2)
        ));
    }
    for hit in of(OF_CFR, &CFR, &upper) {
        found.push(format!("{} CFR {}", group(&hit, 1), group(&hit, 2)));
    }
    found.sort();
    found.dedup();
    found
}

/// A bit for each pattern.
const CHINA: u8 = 1;
const OF_GROUPS: u8 = 1 << 1;
const OF_FIRMS: u8 = 1 << 2;
const ABROAD: u8 = 1 << 3;
const OF_THE_WORLD: u8 = 1 << 4;
const OF_ASTM: u8 = 1 << 5;
const OF_CFR: u8 = 1 << 6;

/// Which patterns a text can fit, by its words (Latin letters alone): a word is a series, or begins like one.
fn kinds(text: &str) -> u8 {
    let mut latin = 0;
    let mut rest = text.as_bytes();
    while let Some(start) = rest.iter().position(u8::is_ascii_alphabetic) {
        let word = &rest[start..];
        let end = word.iter().position(|b| !b.is_ascii_alphabetic());
        let (word, after) = word.split_at(end.unwrap_or(word.len()));
        latin |= kinds_of(word);
        rest = after;
    }
    let cyrillic = || ["ГОСТ", "ТР ТС"].iter().any(|word| text.contains(word));
    if !text.is_ascii() && cyrillic() {
        latin | ABROAD
    } else {
        latin
    }
}

fn kinds_of(word: &[u8]) -> u8 {
    let known = |(series, kind): &(&str, u8)| {
        let head = word.get(..series.len()).unwrap_or_default();
        let same = match *kind {
            CHINA if word.len() > series.len() => false,
            // In small letters "en" is a word.
            ABROAD | OF_THE_WORLD => head == series.as_bytes(),
            _ => head.eq_ignore_ascii_case(series.as_bytes()),
        };
        if same { *kind } else { 0 }
    };
    match word {
        [] => 0,
        [b'T' | b't'] => OF_GROUPS,
        [b'Q' | b'q'] => OF_FIRMS,
        [_] => 0,
        [one, two, ..] if HEADS[head(*one, *two)] == 0 => 0,
        _ => SERIES.iter().map(known).fold(0, |all, kind| all | kind),
    }
}

/// The kinds of the series that begin with two letters.
static HEADS: [u8; 1 << 10] = {
    let mut heads = [0; 1 << 10];
    let mut n = 0;
    while n < SERIES.len() {
        let (series, kind) = SERIES[n];
        heads[head(series.as_bytes()[0], series.as_bytes()[1])] |= kind;
        n += 1;
    }
    heads
};

/// Two letters of any size as a number.
const fn head(one: u8, two: u8) -> usize {
    ((one & 31) as usize) << 5 | (two & 31) as usize
}

#[rustfmt::skip]
const SERIES: &[(&str, u8)] = &[
    ("GB", CHINA), ("GBZ", CHINA), ("QB", CHINA), ("SB", CHINA), ("NY", CHINA), ("FZ", CHINA), ("JB", CHINA),
    ("YY", CHINA), ("HJ", CHINA), ("HG", CHINA), ("LY", CHINA), ("MT", CHINA), ("JC", CHINA), ("JG", CHINA),
    ("JGJ", CHINA), ("CJ", CHINA), ("SJ", CHINA), ("YD", CHINA), ("BB", CHINA), ("WS", CHINA), ("DL", CHINA),
    ("NB", CHINA), ("TB", CHINA), ("JT", CHINA), ("GA", CHINA), ("XF", CHINA), ("SN", CHINA), ("SC", CHINA),
    ("DB", CHINA), ("ANSI", ABROAD), ("UL", ABROAD), ("CAN", ABROAD), ("CSA", ABROAD), ("AS", ABROAD),
    ("JIS", ABROAD), ("KS", ABROAD), ("EN", OF_THE_WORLD), ("ISO", OF_THE_WORLD), ("IEC", OF_THE_WORLD),
    ("BS", OF_THE_WORLD), ("DIN", OF_THE_WORLD), ("NF", OF_THE_WORLD), ("UNE", OF_THE_WORLD),
    ("UNI", OF_THE_WORLD), ("ASTM", OF_ASTM), ("CFR", OF_CFR),
];

/// Width and dashes made plain, letters as they are.
fn cased(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if super::has_one_form(text) {
        return text.to_owned();
    }
    text.nfkc()
        .filter(|c| !crate::text::fold::invisible(*c))
        .map(|c| match c {
            '‐'..='―' | '−' => '-',
            c => c,
        })
        .collect()
}

/// All matches, where the end of one may be the beginning of the next.
fn all<'t>(pattern: &Regex, text: &'t str) -> Vec<regex::Captures<'t>> {
    let mut hits = Vec::new();
    let mut at = 0;
    while let Some(hit) = pattern.captures_at(text, at) {
        let last = hit.iter().flatten().skip(1).map(|m| m.end()).max();
        at = last.unwrap_or(text.len());
        hits.push(hit);
    }
    hits
}

fn chinese(series: &str, kind: &str, number: &str, year: &str) -> Option<String> {
    let digits = number.split('.').next().map_or(0, str::len);
    // "GB 128" is memory and "SC 12" a size: without a year only a long number is meant.
    if year.is_empty() && (digits < 4 || !kind.is_empty() && digits < 3 || series == "SC") {
        return None;
    }
    let year = match year.len() {
        0 => String::new(),
        2 => format!("-19{year}"),
        _ => format!("-{year}"),
    };
    let slash = if kind.is_empty() { "" } else { "/" };
    Some(format!("{series}{slash}{kind} {number}{year}"))
}

fn world(prefix: &str, number: &str, part: &str, year: &str, amendments: &str) -> Option<String> {
    let words: Vec<&str> = prefix.split([' ', '-']).filter(|w| !w.is_empty()).collect();
    let looks_like_year =
        number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    let bare = part.is_empty() && year.is_empty();
    if bare && (looks_like_year || number.len() < 3) {
        return None;
    }
    let colon = if year.is_empty() { "" } else { ":" };
    Some(format!(
        "{} {number}{part}{colon}{year}{amendments}",
        words.join(" ")
    ))
}

/// Division letters belong to JIS, KS and ANSI; "AS 5" and "UL 94" alone are too short to be meant, unless a year follows.
fn elsewhere(prefix: &str, division: &str, number: &str, sign: &str, year: &str) -> Option<String> {
    let lettered = matches!(prefix, "JIS" | "KS") || prefix.starts_with("ANSI");
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let least = match prefix {
        "JIS" | "KS" => 4,
        "AS" | "UL" | "CSA" => 3,
        _ => 1,
    };
    let enough = digits >= least || !year.is_empty() && digits > 1 || prefix.starts_with("ANSI");
    let divided =
        !division.is_empty() == matches!(prefix, "JIS" | "KS") || prefix.starts_with("ANSI");
    if !enough || !divided || !division.is_empty() && !lettered {
        return None;
    }
    let space = if matches!(prefix, "JIS" | "KS") {
        " "
    } else {
        ""
    };
    Some(format!("{prefix} {division}{space}{number}{sign}{year}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn standards_are_named_one_way() {
        for (text, expected) in [
            ("执行标准：GB6675-2014", vec!["GB 6675-2014"]),
            (
                "gb 6675.1—2014、GB/T2664-2017",
                vec!["GB 6675.1-2014", "GB/T 2664-2017"],
            ),
            (
                "GB 18401, GB4706.1-2005/GB4706.19-2008",
                vec!["GB 18401", "GB 4706.1-2005", "GB 4706.19-2008"],
            ),
            (
                "QB/T 1002-2015 FZ/T 81007-2012",
                vec!["FZ/T 81007-2012", "QB/T 1002-2015"],
            ),
            ("T/CAS 305-2018", vec!["T/CAS 305-2018"]),
            (
                "EN71-1, EN 14350:2020+A1:2023 and DIN EN ISO 20345:2012",
                vec!["DIN EN ISO 20345:2012", "EN 14350:2020+A1:2023", "EN 71-1"],
            ),
            (
                "ISO 8124-1:2018; IEC 60335-2-15",
                vec!["IEC 60335-2-15", "ISO 8124-1:2018"],
            ),
            (
                "ASTM F963-17, 16 CFR Part 1303",
                vec!["16 CFR 1303", "ASTM F963-17"],
            ),
            (
                "GB/Z 20288-2006 Q/ABC 001-2020 DB44/T 2100-2018",
                vec!["DB44/T 2100-2018", "GB/Z 20288-2006", "Q/ABC 001-2020"],
            ),
            (
                "UL 60335-2-15, ANSI Z87.1-2020, ANSI/UL 1642",
                vec!["ANSI Z87.1-2020", "ANSI/UL 1642", "UL 60335-2-15"],
            ),
            (
                "JIS C 8105-1:2017 KS C 9304 AS/NZS 2063:2008",
                vec!["AS/NZS 2063:2008", "JIS C 8105-1:2017", "KS C 9304"],
            ),
            (
                "ГОСТ 25779-90, ГОСТ Р 51068-97 ТР ТС 008/2011",
                vec!["ГОСТ 25779-90", "ГОСТ Р 51068-97", "ТР ТС 008/2011"],
            ),
            ("as 2024, UL 94, AS 5, KS 12, JIS A", vec![]),
            ("8GB 256GB RAM, GB 128", vec![]),
            ("fabriqué en 2024, EN 2024, en 71", vec![]),
        ] {
            assert_eq!(standards(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_that_can_name_none_names_none(text in "(GB|gbz|QB|/T|T/|Q/|abc|ABC|EN|DIN|ISO|IEC|ASTM|F|CFR|PART|ANSI|UL|CAN/|CSA|AS|/NZS|JIS|KS|C|ГОСТ|гост|ТР ТС|DB44|16|21| |-|—|1234|71-1|2014|:2014|水|ß|é|Я){0,7}") {
            prop_assert!(may_name(&text) || named(&text).is_empty(), "{}", text);
        }
    }
}
