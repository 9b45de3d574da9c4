//! Identifiers with their forms and check digits.

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

/// Every identifier in `text` (free text or the value of an attribute called `label`, empty where there is none).
pub fn find(label: &str, text: &str) -> Vec<Found> {
    let _ = (label, text);
    todo!()
}

/// A GTIN-8, -12, -13 or -14 (or ISBN-13) that passes its check, as 14 digits. GS1 General Specifications, 7.9.
pub fn gtin(raw: &str) -> Option<String> {
    let _ = raw;
    todo!()
}
