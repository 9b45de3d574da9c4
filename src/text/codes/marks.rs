//! Marks of other markets: KC (Korea), FCC ID (United States), CE (European Union), EPREL (European energy labels).

use std::sync::LazyLock;

use regex::Regex;

use super::Checked;

/// Compiles a pattern that stands in the source.
pub(super) fn pattern(text: &str) -> Regex {
    #[allow(
        clippy::expect_used,
        reason = "the patterns are constants and each is compiled by a test"
    )]
    Regex::new(text).expect("a constant pattern compiles")
}

static KC_RADIO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:R-[CRI]S?|(?:MSIP|KCC)-[A-Z]{3})-[A-Z0-9]{2,4}-[A-Z0-9._-]{1,14}$")
});
static KC_SAFETY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Z]{2}\d{3}[A-Z]?\d{3,4}-\d{4,5}[A-Z]?$"));
static FCC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:[A-Z][A-Z0-9]{2}|[2-9][A-Z0-9]{4})-?[A-Z0-9-]{1,14}$"));

/// Radio (R-C-…, before 2018 MSIP-…, KCC-…) and safety (two letters, numbers) certificates.
pub(super) fn check_kc(plain: &str) -> Checked {
    let code: String = plain
        .trim_start_matches("KC:")
        .chars()
        .filter(|c| *c != ' ')
        .collect();
    let valid = KC_RADIO.is_match(&code) || KC_SAFETY.is_match(&code);
    if valid {
        Checked::valid(code)
    } else {
        Checked::default()
    }
}

/// Grantee code of 3 characters, or 5 since May 2013 (these begin with a digit), and a product code of 1 to 14 (47 CFR 2.926).
pub(super) fn check_fcc(plain: &str) -> Checked {
    let bare = plain.strip_prefix("FCC").unwrap_or(plain).trim_start();
    let bare = bare
        .strip_prefix("ID")
        .unwrap_or(bare)
        .trim_start_matches([':', ' ']);
    let code: String = bare.chars().filter(|c| *c != ' ').collect();
    if FCC.is_match(&code) {
        Checked::valid(code)
    } else {
        Checked::default()
    }
}

/// The four digits of a notified body (NANDO) behind the mark; whether the body exists is for the list to say.
pub(super) fn check_ce(plain: &str) -> Checked {
    let digits = plain
        .strip_prefix("CE")
        .unwrap_or(plain)
        .trim_start_matches([' ', '-', ':']);
    if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
        Checked::valid(digits.to_owned())
    } else {
        Checked::default()
    }
}

/// The registration number of the European product registry for energy labelling.
pub(super) fn check_eprel(plain: &str) -> Checked {
    let digits = plain
        .strip_prefix("EPREL")
        .unwrap_or(plain)
        .trim_start_matches([' ', ':', '#']);
    if (4..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Checked::valid(digits.to_owned())
    } else {
        Checked::default()
    }
}
