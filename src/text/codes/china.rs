//! Chinese numbers: CCC certificates, food licences (SC, QS), production licences (XK), unified social credit codes.

use super::Checked;

/// The parts of a CCC certificate number (CNCA: year, certification body, product class, serial).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ccc {
    /// Year of issue.
    pub year: u16,
    /// Certification body, two digits; `01` is CQC, `97` and `98` are self-declarations.
    pub body: String,
    /// Product class of the CCC catalogue, four digits.
    pub class: String,
    /// Six digits.
    pub serial: String,
}

/// The parts of a food production licence number (SC; State Administration for Market Regulation, 2015).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sc {
    /// Three digits: `1..` food, `2..` additives.
    pub category: String,
    /// Six digits, GB/T 2260.
    pub region: String,
    /// Four digits.
    pub serial: String,
}

/// The first two digits of the product classes in the CCC catalogue.
const CCC_GROUPS: [&str; 21] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "16", "18",
    "19", "21", "22", "23", "24",
];

/// The parts of a CCC number of right form, with or without a version such as `(B0)`; none of a malformed one.
pub fn ccc_parts(value: &str) -> Option<Ccc> {
    let plain = super::plain(value);
    let (digits, version) = plain.split_at_checked(16)?;
    let version = version.trim().trim_matches(['(', ')']);
    let formed = digits.bytes().all(|b| b.is_ascii_digit())
        && version.len() <= 3
        && version.bytes().all(|b| b.is_ascii_alphanumeric())
        && !version.starts_with(|c: char| c.is_ascii_digit());
    if !formed {
        return None;
    }
    let ccc = Ccc {
        year: digits[..4].parse().ok()?,
        body: digits[4..6].to_owned(),
        class: digits[6..10].to_owned(),
        serial: digits[10..].to_owned(),
    };
    // CCC began in 2002; a year after the capture is for a rule to judge, which knows the capture's day.
    let meant = (2002..=2099).contains(&ccc.year)
        && ccc.body != "00"
        && CCC_GROUPS.contains(&&ccc.class[..2])
        && &ccc.class[2..] != "00";
    meant.then_some(ccc)
}

/// The parts of an SC number of right form, whether or not its check digit holds.
pub fn sc_parts(value: &str) -> Option<Sc> {
    let plain = super::plain(value);
    let digits: String = plain
        .trim_start_matches("SC")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    (digits.len() == 14).then(|| Sc {
        category: digits[..3].to_owned(),
        region: digits[3..9].to_owned(),
        serial: digits[9..13].to_owned(),
    })
}

/// The region (GB/T 2260, six digits) in a unified social credit code of right form.
pub fn uscc_region(value: &str) -> Option<String> {
    let code = check_uscc(&super::plain(value)).value?;
    let region = code.get(2..8)?;
    region
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| region.to_owned())
}

pub(super) fn check_ccc(plain: &str) -> Checked {
    let squeezed: String = plain.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let bare = squeezed
        .trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
        .trim_start_matches("CCC")
        .trim_start_matches([':', '.', '#']);
    match ccc_parts(bare) {
        Some(_) => Checked::valid(bare.chars().take(16).collect()),
        // Letters and digits without the form: what a seller typed to fill the field.
        None if bare.bytes().all(|b| b.is_ascii_alphanumeric())
            && bare.bytes().any(|b| b.is_ascii_digit()) =>
        {
            Checked::with(bare.to_owned(), false)
        }
        None => Checked::default(),
    }
}

/// SC and 14 digits; category 1 or 2; check digit by MOD 11,10 (GB/T 17710, ISO 7064).
pub(super) fn check_sc(plain: &str) -> Checked {
    let digits = after_prefix(plain, "SC");
    if digits.len() != 14 {
        return Checked::default();
    }
    let food = digits.starts_with('1') || digits.starts_with('2');
    let valid = food && mod11_10(digits.as_bytes());
    Checked::with(format!("SC{digits}"), valid)
}

/// QS and 12 digits; the series ended in 2018.
pub(super) fn check_qs(plain: &str) -> Checked {
    let digits = after_prefix(plain, "QS");
    if digits.len() == 12 {
        Checked::valid(format!("QS{digits}"))
    } else {
        Checked::default()
    }
}

/// The digits after a prefix; empty where anything but spaces and hyphens stands between them.
fn after_prefix(plain: &str, prefix: &str) -> String {
    let rest = plain
        .strip_prefix(prefix)
        .unwrap_or(plain)
        .trim_start_matches([':', ' ', '.']);
    if rest
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-'))
    {
        rest.chars().filter(char::is_ascii_digit).collect()
    } else {
        String::new()
    }
}

/// `XK dd-ddd-ddddd`, a provincial one with the province in brackets before it.
pub(super) fn check_xk(plain: &str) -> Checked {
    let squeezed: String = plain.chars().filter(|c| *c != ' ').collect();
    let (province, rest) = match squeezed.split_once("XK") {
        Some((province, rest)) => (province.trim_matches(['(', ')']).to_owned(), rest),
        None => return Checked::default(),
    };
    let parts: Vec<&str> = rest.split('-').collect();
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
    };
    let formed = matches!(parts[..], [a, b, c] if digits(a, 2) && digits(b, 3) && digits(c, 5));
    if !formed || province.chars().count() > 1 {
        return Checked::default();
    }
    let province = if province.is_empty() {
        province
    } else {
        format!("({province})")
    };
    Checked::valid(format!("{province}XK{rest}"))
}

/// 18 characters without I, O, S, V, Z; weights 3^i mod 31 (GB 32100-2015).
pub(super) fn check_uscc(plain: &str) -> Checked {
    let squeezed: String = plain.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let places: Option<Vec<usize>> = squeezed
        .bytes()
        .map(|b| LETTERS.iter().position(|l| *l == b))
        .collect();
    let Some(places) = places.filter(|places| places.len() == 18) else {
        return Checked::default();
    };
    let mut weight = 1;
    let mut sum = 0;
    for place in &places[..17] {
        sum += place * weight;
        weight = weight * 3 % 31;
    }
    let valid = places[17] == (31 - sum % 31) % 31;
    Checked::with(squeezed, valid)
}

/// ISO 7064 MOD 11,10 over digits, the check digit last.
fn mod11_10(digits: &[u8]) -> bool {
    let Some((last, body)) = digits.split_last() else {
        return false;
    };
    let mut product = 10u32;
    for b in body {
        let sum = (product + u32::from(b.saturating_sub(b'0'))) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    (product + u32::from(last.saturating_sub(b'0'))) % 10 == 1
}

/// Whether 18 characters are a resident's identity number (GB 11643): that is nobody's licence, and not to be kept.
pub(super) fn resident(code: &str) -> bool {
    let bytes = code.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut sum = 0u32;
    let mut weight = 1;
    for b in bytes[..17].iter().rev() {
        weight = weight * 2 % 11;
        sum += u32::from(b - b'0') * weight;
    }
    let check = (12 - sum % 11) % 11;
    let last = if bytes[17] == b'X' {
        10
    } else {
        u32::from(bytes[17].wrapping_sub(b'0'))
    };
    let born = matches!(&code[6..8], "18" | "19" | "20");
    born && check == last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codes::check;

    #[test]
    fn numbers_of_real_goods_hold() {
        for value in [
            "2016010706840003",
            "2014010903689231",
            "2022221101000119",
            "2016010903878416 (B0)",
        ] {
            assert!(check("ccc", value).valid, "{value}");
        }
        for value in [
            "11834020305037",
            "SC10744030704994",
            "SC 1081 1310 1118 39",
            "12437010500152",
            "12441112200063",
        ] {
            assert!(check("sc", value).valid, "{value}");
        }
        for value in ["12442011202449", "11453282248002", "31834020305037"] {
            assert!(!check("sc", value).valid, "{value}");
        }
        for value in [
            "91110000802100433B",
            "9144030071526726XG",
            "91330100799655058b",
        ] {
            assert!(check("uscc", value).valid, "{value}");
        }
        assert!(!check("uscc", "91110000802100433C").valid);
        assert_eq!(
            check("xk", "(京)XK 06-014-00021").value.as_deref(),
            Some("(京)XK06-014-00021")
        );
    }

    #[test]
    fn a_number_tells_its_parts() {
        let ccc = ccc_parts("2022221101000119(A1)").unwrap();
        assert_eq!(
            (ccc.year, ccc.body.as_str(), ccc.class.as_str()),
            (2022, "22", "1101")
        );
        assert_eq!(ccc.serial, "000119");
        for malformed in [
            "123456",
            "1999010706840003",
            "2016000706840003",
            "2016010006840003",
            "20160107068400031",
            "２０１６",
        ] {
            assert_eq!(ccc_parts(malformed), None, "{malformed}");
        }
        assert_eq!(sc_parts("SC11834020305037").unwrap().region, "340203");
        assert_eq!(uscc_region("91110000802100433B").as_deref(), Some("110000"));
    }
}
