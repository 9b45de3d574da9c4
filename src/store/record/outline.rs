//! What the index keeps of a listing for who asks all of them the same few things: reading the listing takes ten times as
//! long.

use serde::{Deserialize, Serialize};

use super::{Fault, Nanos, price::MoneyForm};
use crate::model::{Class, Code, Listing, ListingId, Seller};

/// A listing in outline.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct OutlineRow {
    /// The number of the version of which it is.
    pub(in crate::store) version: u64,
    platform: String,
    price: Option<MoneyForm>,
    brand: Option<String>,
    manufacturer: Option<String>,
    /// Scheme, value, and whether it is valid.
    codes: Vec<(String, Option<String>, bool)>,
    class: Option<(String, f64)>,
    condition: Option<String>,
    seller_id: Option<String>,
    seller_name: Option<String>,
    title: Option<String>,
    first_seen: Option<Nanos>,
}

impl OutlineRow {
    pub(in crate::store) fn of(listing: &Listing) -> Self {
        let code = |code: &Code| (code.scheme.clone(), code.value.clone(), code.valid);
        let class = listing.class.as_ref();
        Self {
            version: listing.version,
            platform: listing.platform.clone(),
            price: listing.price.clone().map(Into::into),
            brand: listing.brand.clone(),
            manufacturer: listing.manufacturer.clone(),
            codes: listing.codes.iter().map(code).collect(),
            class: class.map(|class| (class.id.clone(), class.score)),
            condition: listing.condition.clone(),
            seller_id: listing.seller.id.clone(),
            seller_name: listing.seller.name.clone(),
            title: listing.title.clone(),
            first_seen: listing.first_seen.map(Into::into),
        }
    }

    /// What it says of the listing of that id; nothing else is in it.
    pub(in crate::store) fn listing(self, id: ListingId) -> Result<Listing, Fault> {
        let code = |(scheme, value, valid)| Code {
            scheme,
            raw: String::new(),
            value,
            valid,
            path: String::new(),
        };
        Ok(Listing {
            id,
            version: self.version,
            platform: self.platform,
            price: self.price.map(TryInto::try_into).transpose()?,
            brand: self.brand,
            manufacturer: self.manufacturer,
            codes: self.codes.into_iter().map(code).collect(),
            class: self.class.map(|(id, score)| Class { id, score }),
            condition: self.condition,
            seller: Seller {
                id: self.seller_id,
                name: self.seller_name,
                ..Seller::default()
            },
            title: self.title,
            first_seen: self.first_seen.map(Nanos::time).transpose()?,
            ..Listing::default()
        })
    }
}
