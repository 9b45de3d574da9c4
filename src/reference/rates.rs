//! What a unit of a currency cost in yuan, day by day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    list::{Complaint, Head, is_date},
    table,
};
use crate::model::ReferenceRow;

/// The rates of one day.
#[derive(Clone, Debug)]
pub struct Rates {
    /// ISO 8601.
    pub on: String,
    /// By ISO 4217 code: how many yuan one unit costs.
    pub yuan: BTreeMap<String, f64>,
    /// The row they came from.
    pub row: ReferenceRow,
}

/// A day as the file writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    on: String,
    yuan: BTreeMap<String, f64>,
}

/// Reads a list of days.
pub(super) fn read(
    text: &str,
    complaints: &mut Vec<Complaint>,
) -> Option<(Head, Vec<(usize, Rates)>)> {
    let (head, rows) = table::read::<Head, Day>(text, Some("day"), complaints)?;
    head.check(complaints);
    let mut days = Vec::new();
    for row in rows {
        match wrong(&row.value.on, &row.value.yuan) {
            Some(wrong) => complaints.push((row.line, wrong)),
            None => days.push((
                row.line,
                Rates {
                    row: head.row(&row.value.on, &row.hash),
                    on: row.value.on,
                    yuan: row.value.yuan,
                },
            )),
        }
    }
    Some((head, days))
}

/// What no day may have.
pub(super) fn wrong(on: &str, yuan: &BTreeMap<String, f64>) -> Option<String> {
    if !is_date(on) {
        return Some(format!("`on` is '{on}'; write it like 2026-01-31"));
    }
    let code = |code: &str| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    let bad = yuan
        .iter()
        .find(|(currency, rate)| !code(currency) || !rate.is_finite() || **rate <= 0.0);
    bad.map(|(currency, rate)| {
        format!("{currency} = {rate} is no rate; write an ISO 4217 code and how many yuan one unit costs")
    })
}

impl Rates {
    /// How many units of the other currency one unit of this one buys; none where one of them is not known.
    pub fn between(&self, from: &str, to: &str) -> Option<f64> {
        let yuan = |currency: &str| match currency {
            "CNY" => Some(1.0),
            other => self.yuan.get(other).copied(),
        };
        Some(yuan(from)? / yuan(to)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_the_quotient_of_two_and_what_is_none_is_named() {
        let text = "source = \"x\"\nlicence = \"none\"\n[[day]]\non = \"2026-01-02\"\nyuan = { USD = 7.0, JPY = 0.05 }\n[[day]]\non = \"yesterday\"\nyuan = {}\n[[day]]\non = \"2026-01-03\"\nyuan = { dollar = 7.0 }\n";
        let mut complaints = Vec::new();
        let (_, days) = read(text, &mut complaints).unwrap();
        let rates = &days[0].1;
        assert_eq!(rates.between("USD", "CNY"), Some(7.0));
        assert_eq!(rates.between("USD", "JPY"), Some(140.0));
        assert_eq!(rates.between("USD", "XXX"), None);
        assert_eq!(days.len(), 1);
        assert_eq!((complaints[0].0, complaints[1].0), (6, 9));
    }
}
