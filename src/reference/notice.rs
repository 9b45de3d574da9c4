//! A recall notice in one form, whoever published it.

use serde::{Deserialize, Serialize};

use super::list::{Complaint, Head};
use crate::model::ReferenceRow;

/// A recall, normalised: one line of `recalls/*.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notice {
    /// Who published it, such as `cpsc`.
    pub source: String,
    /// The publisher's own number.
    pub id: String,
    /// The day of publication, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The headline.
    pub title: String,
    /// Brands of the goods, most likely first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<String>,
    /// What the goods are called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
    /// Model, style and part numbers, as printed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// GTINs that pass their check, as 14 digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gtins: Vec<String>,
    /// (platform, item) where the notice names offers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub item_ids: Vec<(String, String)>,
    /// What can happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hazard: Option<String>,
    /// What owners are told to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The notice's own page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// First month or day of sale, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sold_from: Option<String>,
    /// Last month or day of sale, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sold_until: Option<String>,
    /// What the goods were sold for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceRange>,
    /// The row it came from; filled on loading.
    #[serde(skip)]
    pub row: ReferenceRow,
    /// Stands for everything that matching knows of it, what other notices say about its words among it; filled on loading.
    #[serde(skip)]
    pub print: u64,
}

/// The prices that a notice names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRange {
    /// Lowest price named, in units of the currency.
    pub low: rust_decimal::Decimal,
    /// Highest price named.
    pub high: rust_decimal::Decimal,
    /// ISO 4217.
    pub currency: String,
}

/// A list of notices as read: its head, and each notice with its line.
pub(super) type Notices = (Head, Vec<(usize, Notice)>);

/// Reads `recalls/*.jsonl`: the head on the first line, then a notice a line.
pub(super) fn read(text: &str, complaints: &mut Vec<Complaint>) -> Option<Notices> {
    let mut lines = (1..).zip(text.lines());
    let first = lines.next().map_or("", |(_, line)| line);
    let head = match serde_json::from_str::<Head>(first) {
        Ok(head) => head,
        Err(error) => {
            complaints.push((
                1,
                format!("the first line must say where the list comes from, like {{\"source\": \"cpsc\", \"licence\": \"public domain\"}}: {error}"),
            ));
            return None;
        }
    };
    head.check(complaints);
    let mut notices = Vec::new();
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Notice>(line) {
            Ok(notice) if notice.id.is_empty() || notice.source.is_empty() => {
                complaints.push((at, "the notice lacks `source` or `id`".to_owned()));
            }
            Ok(notice) => notices.push((at, notice.filed(line))),
            Err(error) => complaints.push((at, error.to_string())),
        }
    }
    Some((head, notices))
}

impl Notice {
    /// With the row that a proof names; `line` is the notice as it stands in the list.
    fn filed(mut self, line: &str) -> Self {
        self.row = ReferenceRow {
            source: self.source.clone(),
            id: self.id.clone(),
            date: self.date.clone(),
            hash: blake3::hash(line.trim().as_bytes()).to_hex().to_string(),
        };
        self
    }
}
