//! Marks of other markets: KC (Korea), FCC ID and UL (United States), CE and EPREL (European Union); energy labels.

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

/// The number of a file at UL (Underwriters Laboratories): E and four to six digits. Its register is not public in full.
pub(super) fn check_ul(plain: &str) -> Checked {
    let bare = ["UL", "FILE", "NUMBER", "NO"]
        .iter()
        .fold(plain, |rest, word| {
            let rest = rest.trim_start_matches([' ', ':', '.', '#']);
            rest.strip_prefix(word).unwrap_or(rest)
        });
    let bare = bare.trim_start_matches([' ', ':', '.', '#']);
    let digits = bare.strip_prefix('E').unwrap_or_default();
    if (4..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Checked::valid(bare.to_owned())
    } else {
        Checked::default()
    }
}

/// The grade on an energy label: China's 1 to 5 (GB standards of each product) as `CN-1`, the European Union's A+++ to G
/// (Regulation (EU) 2017/1369) as `EU-A`.
pub(super) fn check_energy(plain: &str) -> Checked {
    let plain = plain
        .strip_prefix("CN-")
        .or(plain.strip_prefix("EU-"))
        .unwrap_or(plain);
    let grade = plain.trim_end_matches(['级', '級', ' ']);
    let chinese = match grade {
        "1" | "一" => "CN-1",
        "2" | "二" => "CN-2",
        "3" | "三" => "CN-3",
        "4" | "四" => "CN-4",
        "5" | "五" => "CN-5",
        _ => "",
    };
    let european = matches!(
        grade,
        "A" | "A+" | "A++" | "A+++" | "B" | "C" | "D" | "E" | "F" | "G"
    );
    match (chinese, european) {
        ("", true) => Checked::valid(format!("EU-{grade}")),
        ("", false) => Checked::default(),
        (grade, _) => Checked::valid(grade.to_owned()),
    }
}

/// When numbers of a form were given out, as days `YYYY-MM-DD`; none where the end is open. To be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// The first day.
    pub from: &'static str,
    /// The last day on which a number of this form could be used.
    pub until: Option<&'static str>,
}

/// The era of a number's form. A number that was shown before its era, or long behind it, is a signal.
pub fn era(scheme: &str, value: &str) -> Option<Era> {
    let open = |from| Era { from, until: None };
    let closed = |from, until| Era {
        from,
        until: Some(until),
    };
    let value = super::plain(value);
    match scheme {
        "ccc" => Some(open("2002-05-01")),
        "sc" => Some(open("2015-10-01")),
        "qs" => Some(closed("2003-01-01", "2018-09-30")),
        "uscc" => Some(open("2015-10-01")),
        "kc" if value.starts_with("KCC-") => Some(closed("2008-02-29", "2013-03-22")),
        "kc" if value.starts_with("MSIP-") => Some(closed("2013-03-23", "2018-12-31")),
        "kc" if value.starts_with("R-") => Some(open("2017-07-26")),
        // Grantee codes of five characters begin with a digit (47 CFR 2.926).
        "fcc" if value.starts_with(|c: char| c.is_ascii_digit()) => Some(open("2013-05-01")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn marks_have_their_forms() {
        for (scheme, value, expected) in [
            ("ul", "UL File No. E123456", Some("E123456")),
            ("ul", "e1234", Some("E1234")),
            ("ul", "E12", None),
            ("energy", "１级", Some("CN-1")),
            ("energy", "二级", Some("CN-2")),
            ("energy", "A+++", Some("EU-A+++")),
            ("energy", "6级", None),
            ("energy", "H", None),
            ("kc", "MSIP-CRM-ABC-SMA015N", Some("MSIP-CRM-ABC-SMA015N")),
            ("kc", "R-CS-ABC-X1", Some("R-CS-ABC-X1")),
            ("kc", "R-X-ABC-X1", None),
            ("fcc", "A3LSMA015", Some("A3LSMA015")),
            ("fcc", "2ABCB-PI3B", Some("2ABCB-PI3B")),
            ("fcc", "1ABCBPI3B", None),
        ] {
            assert_eq!(
                check(scheme, value).value.as_deref(),
                expected,
                "{scheme} {value}"
            );
            if let Some(value) = expected {
                assert!(check(scheme, value).valid, "{scheme} {value}");
            }
        }
    }

    #[test]
    fn a_form_has_its_era() {
        assert_eq!(
            era("qs", "QS211201027680").and_then(|era| era.until),
            Some("2018-09-30")
        );
        assert!(era("kc", "msip-crm-abc-x").is_some_and(|era| era.until.is_some()));
        assert!(era("kc", "R-C-ABC-X").is_some_and(|era| era.until.is_none()));
        assert_eq!(
            era("fcc", "2ABCB-PI3B").map(|era| era.from),
            Some("2013-05-01")
        );
        assert_eq!(era("fcc", "A3LSMA015"), None);
    }
}
