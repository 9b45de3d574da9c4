//! What is counted of every listing: the fields without which rules and people have nothing to go by.

use crate::model::{Block, Listing};

/// A field that listings may have.
pub(super) struct Field {
    /// As `status` and alarms name it.
    pub(super) name: &'static str,
    /// As a sentence says it after "had".
    pub(super) words: &'static str,
    /// Every listing of every shop has one: that most have none is wrong even where nothing is known of the shop.
    pub(super) sure: bool,
    /// Whether it was read; none where the listing cannot tell.
    pub(super) has: fn(&Listing) -> Option<bool>,
}

const fn field(
    name: &'static str,
    words: &'static str,
    has: fn(&Listing) -> Option<bool>,
) -> Field {
    Field {
        name,
        words,
        sure: false,
        has,
    }
}

const fn sure(field: Field) -> Field {
    Field {
        sure: true,
        ..field
    }
}

/// Every field that is watched, in the order in which it is shown.
pub(super) const FIELDS: [Field; 17] = [
    sure(field("title", "a title", |l| Some(l.title.is_some()))),
    sure(field("price", "a price", |l| Some(l.price.is_some()))),
    // Without a price nothing is said of its currency.
    field("currency", "a currency beside the price", |l| {
        l.price.as_ref().map(|price| price.currency.is_some())
    }),
    // A guess tells nothing of how the page is read.
    field("availability", "an availability", |l| {
        Some(l.observed(Block::Availability))
    }),
    field("brand", "a brand", |l| Some(l.brand.is_some())),
    field("seller", "a seller", |l| {
        Some(l.seller.name.is_some() || l.seller.id.is_some())
    }),
    field("maker", "a maker or importer", |l| {
        Some(l.manufacturer.is_some() || l.importer.is_some())
    }),
    field("attributes", "attributes", |l| {
        Some(!l.attributes.is_empty())
    }),
    field("certificates", "a block of certificates", |l| {
        Some(l.observed(Block::Certificates))
    }),
    field("description", "a description", |l| {
        Some(l.description.is_some())
    }),
    field("images", "images", |l| Some(!l.images.is_empty())),
    field("category", "a category", |l| Some(!l.category.is_empty())),
    field("reviews", "a rating or a number of reviews", |l| {
        Some(l.rating.is_some() || l.review_count.is_some())
    }),
    field("gtin", "a GTIN", |l| Some(l.gtin.is_some())),
    field("sku", "an SKU", |l| Some(l.sku.is_some())),
    field("mpn", "an MPN", |l| Some(l.mpn.is_some())),
    field("model", "a model", |l| Some(l.model.is_some())),
];
