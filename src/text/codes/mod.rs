//! Identifiers with their forms and check digits.

mod china;
mod edition;
mod find;
mod forms;
mod gtin;
mod labels;
mod marks;
mod models;
mod standards;
mod telling;

use std::borrow::Cow;

pub use china::{Ccc, Sc, ccc_parts, sc_parts, uscc_region};
pub use edition::{Edition, edition};
pub use find::find;
pub use gtin::{gtin, in_store, kind_of};
pub use marks::{Era, era};
pub use models::{models, title_model};
pub use standards::{standards, standards_of};

/// An identifier in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// See `model::Code::scheme`.
    pub scheme: &'static str,
    /// The characters found.
    pub raw: String,
    /// Normalised, where the form could be read.
    pub value: Option<String>,
    /// Form and check digit hold.
    pub valid: bool,
}

impl Found {
    fn of(scheme: &'static str, raw: &str) -> Self {
        let Checked { value, valid } = check(scheme, raw);
        Self {
            scheme,
            raw: raw.trim().to_owned(),
            value,
            valid,
        }
    }
}

/// The scheme of the number that a label asks for: `3C证书编号` asks for `ccc`. None for every other label.
pub fn asked_for(label: &str) -> Option<&'static str> {
    forms::asked(label).map(|asked| asked.scheme)
}

/// What a check says of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Normalised, where the form could be read.
    pub value: Option<String>,
    /// Form and check digit hold.
    pub valid: bool,
}

impl Checked {
    fn valid(value: String) -> Self {
        Self {
            value: Some(value),
            valid: true,
        }
    }

    fn with(value: String, valid: bool) -> Self {
        Self {
            value: Some(value),
            valid,
        }
    }
}

/// The schemes that [`check`] knows, as `model::Code::scheme` names them.
pub const SCHEMES: [&str; 13] = [
    "gtin", "isbn", "ccc", "sc", "qs", "xk", "uscc", "kc", "fcc", "ce", "eprel", "ul", "energy",
];

/// Reads `value` as an identifier of `scheme`; one of an unknown scheme is never valid.
/// Letters in any case and width, with or without the scheme's own prefix.
pub fn check(scheme: &str, value: &str) -> Checked {
    let plain = plain(value);
    match scheme {
        "gtin" => gtin::check(&plain),
        "isbn" => gtin::check_isbn(&plain),
        "ccc" => china::check_ccc(&plain),
        "sc" => china::check_sc(&plain),
        "qs" => china::check_qs(&plain),
        "xk" => china::check_xk(&plain),
        "uscc" => china::check_uscc(&plain),
        "kc" => marks::check_kc(&plain),
        "fcc" => marks::check_fcc(&plain),
        "ce" => marks::check_ce(&plain),
        "eprel" => marks::check_eprel(&plain),
        "ul" => marks::check_ul(&plain),
        "energy" => marks::check_energy(&plain),
        _ => Checked::default(),
    }
}

/// Whether a text has none but characters of ASCII and Han that no normalisation changes.
fn has_one_form(text: &str) -> bool {
    let plain = |c: char| matches!(c, ' '..='~' | '\u{4e00}'..='\u{9fff}');
    text.chars().all(plain)
}

/// NFKC without invisible characters, dashes as `-`, trimmed, capital letters.
fn plain(value: &str) -> String {
    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
    if has_one_form(value) {
        return value.trim().to_ascii_uppercase();
    }
    let ready = is_nfkc_quick(value.chars()) == IsNormalized::Yes;
    let value = if ready {
        Cow::Borrowed(value)
    } else {
        value.nfkc().collect()
    };
    let plain: String = value
        .chars()
        .filter(|c| !super::fold::invisible(*c))
        .map(|c| match c {
            '‐'..='―' | '−' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .flat_map(char::to_uppercase)
        .collect();
    plain.trim().to_owned()
}
