//! Where an offer may have stood before: under another number in the same shop, with the same title; and what a shop is.

use std::borrow::Cow;

use super::rest::hash;
use crate::{model::Listing, text::fold::fold};

/// Stands for a shop and a title, in every process of one version of the program; none where a listing lacks one of them.
pub fn shelf(listing: &Listing) -> Option<u64> {
    let shop = shop(listing);
    let title = fold(listing.title.as_deref()?);
    let known = !shop.is_empty() && !title.trim().is_empty();
    known.then(|| hash(&(&listing.platform, shop, title)))
}

/// A shop on its platform: its id, else its folded name; nothing where a page shows neither.
pub fn shop(listing: &Listing) -> Cow<'_, str> {
    let seller = &listing.seller;
    match (&seller.id, &seller.name) {
        (Some(id), _) => id.into(),
        (None, Some(name)) => fold(name).into(),
        (None, None) => Cow::default(),
    }
}
