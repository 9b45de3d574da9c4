//! GTIN (GS1 General Specifications, 7.9), ISBN (ISO 2108), ISSN (ISO 3297) and ISMN (ISO 10957).

use super::Checked;

/// A GTIN-8, -12, -13 or -14 (or ISBN-13) that passes its check, as 14 digits. GS1 General Specifications, 7.9.
/// A label before it, spaces, hyphens and brackets are passed over.
pub fn gtin(raw: &str) -> Option<String> {
    check(&super::plain(raw)).value.filter(|value| {
        value.len() == 14 && mod10(value.as_bytes()) && value.bytes().any(|b| b != b'0')
    })
}

/// Whether the 14 digits are a number that a shop gave itself (GS1 prefixes 02, 04 and 20 to 29): equal numbers of two
/// shops are then not the same goods.
pub fn in_store(gtin14: &str) -> bool {
    // The first of the fourteen is the packaging level; the GS1 prefix follows.
    let prefix = gtin14.get(1..3).unwrap_or_default();
    gtin14.len() == 14 && (matches!(prefix, "02" | "04") || prefix.starts_with('2'))
}

/// What kind of number `raw` is, by its form and check: `isbn13`, `isbn10`, `ismn`, `issn`, `gtin13`, `gtin14`, `gtin8`,
/// `upc` (GTIN-12); none where it is none of them or fails its check.
pub fn kind_of(raw: &str) -> Option<&'static str> {
    let plain = super::plain(raw);
    let (label, digits) = split(&plain)?;
    let ten = || mod10(digits.as_bytes());
    match digits.len() {
        8 if label == "ISSN" || !label.starts_with("GTIN") && !label.starts_with("EAN") => {
            if issn(&digits) && (!ten() || label == "ISSN" || plain.contains('-')) {
                Some("issn")
            } else {
                ten().then_some("gtin8")
            }
        }
        8 => ten().then_some("gtin8"),
        10 => isbn10(&digits).then_some("isbn10"),
        12 => ten().then_some("upc"),
        13 if !ten() => None,
        13 if digits.starts_with("9790") => Some("ismn"),
        13 if digits.starts_with("978") || digits.starts_with("979") => Some("isbn13"),
        13 => Some("gtin13"),
        // Fourteen digits that begin like an ISBN are one with a digit too many.
        14 if plain.contains('-') && digits.starts_with("978") => None,
        14 => ten().then_some("gtin14"),
        _ => None,
    }
}

/// The label and the digits of a number; the last may be an X. None where anything else stands in it.
fn split(plain: &str) -> Option<(&str, String)> {
    let inner = plain.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '"' | '\'' | ' '));
    let label = [
        "ISBN-13", "ISBN-10", "ISBN13", "ISBN10", "ISBN", "ISSN", "ISMN", "EAN-13", "EAN13",
        "EAN-8", "EAN8", "EAN", "GTIN-14", "GTIN14", "GTIN-13", "GTIN13", "GTIN-12", "GTIN12",
        "GTIN-8", "GTIN8", "GTIN", "UPC-A", "UPC", "JAN",
    ]
    .into_iter()
    .find(|label| inner.starts_with(label))
    .unwrap_or("");
    let rest = inner[label.len()..].trim_start_matches([' ', ':', '#', '.']);
    let mut digits = String::with_capacity(14);
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            'X' if digits.len() == 9 || digits.len() == 7 => digits.push(c),
            ' ' | '-' => {}
            _ => return None,
        }
        if digits.len() > 14 {
            return None;
        }
    }
    Some((label, digits))
}

pub(super) fn check(plain: &str) -> Checked {
    match split(plain) {
        Some((_, digits)) if matches!(digits.len(), 8 | 12 | 13 | 14) && !digits.ends_with('X') => {
            let valid = mod10(digits.as_bytes()) && digits.bytes().any(|b| b != b'0');
            Checked::with(format!("{digits:0>14}"), valid)
        }
        _ => Checked::default(),
    }
}

/// An ISBN of 10 or 13 digits, as 13.
pub(super) fn check_isbn(plain: &str) -> Checked {
    let Some((_, digits)) = split(plain) else {
        return Checked::default();
    };
    match digits.len() {
        13 => {
            let book = digits.starts_with("978") || digits.starts_with("979");
            let valid = book && mod10(digits.as_bytes());
            Checked::with(digits, valid)
        }
        10 => {
            let body = format!("978{}", &digits[..9]);
            let sum = weighted(body.bytes().rev(), [3, 1]);
            Checked::with(format!("{body}{}", (10 - sum % 10) % 10), isbn10(&digits))
        }
        _ => Checked::default(),
    }
}

/// Mod 10 with weights 1, 3 from the right, the check digit included.
pub(super) fn mod10(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_digit)
        && weighted(digits.iter().rev().copied(), [1, 3]) % 10 == 0
}

fn weighted(digits: impl Iterator<Item = u8>, weights: [u32; 2]) -> u32 {
    digits
        .zip(weights.into_iter().cycle())
        .map(|(b, weight)| u32::from(b.saturating_sub(b'0')) * weight)
        .sum()
}

/// Mod 11 with weights falling to 1; X is ten and only stands last.
fn mod11(digits: &str) -> bool {
    let sum: usize = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, b)| {
            let value = if b == b'X' {
                10
            } else {
                usize::from(b.saturating_sub(b'0'))
            };
            value * (at + 1)
        })
        .sum();
    sum.is_multiple_of(11)
}

fn isbn10(digits: &str) -> bool {
    digits.len() == 10 && mod11(digits)
}

fn issn(digits: &str) -> bool {
    digits.len() == 8 && mod11(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trade_number_is_kept_as_fourteen_digits() {
        for (raw, expected) in [
            ("5060138820289", Some("05060138820289")),
            ("EAN: 4006381333931", Some("04006381333931")),
            ("036000291452", Some("00036000291452")),
            ("9638-5074", Some("00000096385074")),
            ("48970277965070", None),
            ("0000000000000", None),
            ("12345", None),
            ("", None),
        ] {
            assert_eq!(gtin(raw).as_deref(), expected, "{raw}");
        }
        assert!(in_store("02000000000008") && !in_store("05060138820289"));
    }

    #[test]
    fn kinds_that_others_collected() {
        #[derive(serde::Deserialize)]
        struct Case {
            raw: String,
            kind: Option<String>,
        }
        let Some(text) = crate::text::shared("gtin.json") else {
            return;
        };
        let cases: Vec<Case> = serde_json::from_slice(&text).unwrap();
        for case in &cases {
            assert_eq!(kind_of(&case.raw), case.kind.as_deref(), "{}", case.raw);
        }
    }
}
