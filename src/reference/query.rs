//! What is asked about a listing, and what a recall match says.

use std::collections::BTreeMap;

use super::{Notice, Tier};
use crate::{
    model::{Listing, Money},
    text::fold::Folded,
};

/// What of a listing is held against the notices. Anything may be missing.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "the fields of a listing")]
pub struct RecallQuery<'a> {
    pub title: &'a str,
    pub description: Option<&'a str>,
    pub brand: Option<&'a str>,
    pub model: Option<&'a str>,
    pub mpn: Option<&'a str>,
    pub gtin: Option<&'a str>,
    /// The platform's id.
    pub platform: Option<&'a str>,
    /// The platform's own number for the listing.
    pub item: Option<&'a str>,
    pub price: Option<&'a Money>,
    pub attributes: Option<&'a BTreeMap<String, String>>,
    /// Title and description folded, where somebody did that before.
    pub folded_title: Option<&'a Folded>,
    pub folded_description: Option<&'a Folded>,
    /// The attributes folded, in place of [`Self::attributes`].
    pub folded_attributes: Option<&'a [FoldedRow<'a>]>,
}

/// An attribute: its folded name, its value, and that folded.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "plain names")]
pub struct FoldedRow<'a> {
    pub name: &'a str,
    pub value: &'a str,
    pub folded: &'a Folded,
}

impl<'a> RecallQuery<'a> {
    /// Everything that a listing shows.
    pub fn of(listing: &'a Listing) -> Self {
        let id = &listing.id;
        Self {
            title: listing.title.as_deref().unwrap_or_default(),
            description: listing.description.as_deref(),
            brand: listing.brand.as_deref(),
            model: listing.model.as_deref(),
            mpn: listing.mpn.as_deref(),
            gtin: listing.gtin.as_deref(),
            platform: Some(id.platform()).filter(|p| !p.is_empty()),
            item: Some(id.item()).filter(|i| !i.is_empty()),
            price: listing.price.as_ref(),
            attributes: Some(&listing.attributes),
            ..Self::default()
        }
    }
}

/// A notice that the listing may fall under.
#[derive(Clone, Debug, PartialEq)]
pub struct RecallMatch<'a> {
    /// The notice.
    pub notice: &'a Notice,
    /// How sure it is.
    pub tier: Tier,
    /// What agreed: `item id`, `gtin`, `brand and model`, `brand and words`.
    pub by: &'static str,
    /// The field of the listing that decided: `id`, `gtin`, `model`, `mpn`, `title`, `attributes`, `description`.
    pub field: &'static str,
    /// The characters of that field that agreed, as in the listing.
    pub matched: String,
}
