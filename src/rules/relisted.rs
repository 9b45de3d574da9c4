//! Where an offer may have stood before: under another number in the same shop, with the same title.

use super::{native::history::seller_key, rest::hash};
use crate::{model::Listing, text::fold::fold};

/// Stands for a shop and a title, in every process of one version of the program; none where a listing lacks one of them.
pub fn shelf(listing: &Listing) -> Option<u64> {
    let (platform, shop) = seller_key(listing);
    let title = fold(listing.title.as_deref()?);
    let known = !shop.is_empty() && !title.trim().is_empty();
    known.then(|| hash(&(platform, shop, title)))
}
