//! A recall notice in one form, whoever published it.

use serde::{Deserialize, Serialize};

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
