//! What an inspector should look into, in words.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{LISTING, field::FIELDS, noted, share::Share};
use crate::{
    model::Time,
    store::{self, Store},
};

/// Note of the store: the standing alarms.
pub(super) const ALARMS: &str = "crawl/alarms";

/// Something that an inspector should look into. It stands until a later run finds the platform read as usual again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Alarm {
    pub platform: String,
    /// `listing`, or the field that is missing.
    pub what: String,
    pub message: String,
    pub at: Time,
}

/// The alarms that stand.
///
/// # Errors
/// Where the store cannot be read.
pub fn alarms(store: &Store) -> Result<Vec<Alarm>, store::Error> {
    Ok(noted(store, ALARMS)?.unwrap_or_default())
}

/// What stood where listings were expected, most often first: `, 20 × captcha, 3 × shell instead`.
pub(super) fn instead(kinds: &BTreeMap<&'static str, u64>) -> String {
    let mut kinds: Vec<_> = kinds.iter().collect();
    kinds.sort_by_key(|(_, count)| Reverse(**count));
    let told: Vec<String> = kinds
        .iter()
        .map(|(kind, n)| format!("{n} × {kind}"))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!(", {} instead", told.join(", ")),
    }
}

/// `instead`: what stood where listings were expected, as `instead` has it.
pub(super) fn message(what: &str, share: Share, usual: Option<f64>, instead: &str) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let usual = usual.map_or("less than half".to_owned(), |usual| {
        format!("usually {}", percent(usual))
    });
    let Share { of, there } = share;
    let words = FIELDS.iter().find(|field| field.name == what);
    let what = match words.map(|field| field.words) {
        _ if what == LISTING => format!("only {there} of {of} listing pages gave a listing"),
        words => format!(
            "only {there} of {of} listings had {}",
            words.unwrap_or(what)
        ),
    };
    format!(
        "{what} ({}, {usual}){instead}; look at one with `listwarden extract`",
        percent(share.is())
    )
}
