//! What a rule may know beyond its listing: tables frozen before a scan, and the listing's own past.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Listing, ListingId, Time};

/// The usual price of goods, and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// In the currency of its key.
    pub amount: f64,
    /// How many sellers' prices it rests on.
    pub sellers: u32,
}

/// Usual prices from the store: the median over sellers, per brand, class and currency.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PriceBook {
    /// By `(folded brand, class, currency)`.
    pub usual: BTreeMap<(String, String, String), Usual>,
}

/// What the store knows of one seller.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SellerFacts {
    /// Listings of this seller on this platform.
    pub listings: u32,
    /// When the first of them was seen.
    pub first_seen: Option<Time>,
    /// Flags that inspectors confirmed on this seller's listings.
    pub confirmed: u32,
}

/// Sellers by `(platform, seller id or folded name)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SellerBook {
    /// See above.
    pub sellers: BTreeMap<(String, String), SellerFacts>,
}

/// Who uses a certificate number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Holder {
    /// Folded brand.
    pub brand: String,
    /// Folded maker, empty where the listing names none.
    pub maker: String,
    /// Class id, empty where unknown.
    pub class: String,
}

/// Certificate numbers of the store by `(scheme, value)`, with the distinct holders, sorted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CodeBook {
    /// See above.
    pub holders: BTreeMap<(String, String), Vec<Holder>>,
}

/// An offer as the store knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The listing.
    pub id: ListingId,
    /// When it was first seen, in seconds since 1970; the largest number where that is not known.
    pub first_seen: i64,
    /// When it was last seen, likewise.
    pub last_seen: i64,
    /// The platform says that it is gone or removed.
    pub over: bool,
}

/// Offers that may be one and the same under several numbers: those of one shop with one title, by what stands for the two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OfferBook {
    /// In the order in which they were last seen. An offer that has its title alone is only here where it is over: it may be
    /// the one from before of an offer to come.
    pub shelves: BTreeMap<u64, Vec<Offer>>,
}

impl OfferBook {
    /// The offer that another one took the place of: seen before it, and since then gone, removed or not seen any more; of
    /// several the one seen last. `first_seen` is that of `id`, in seconds since 1970.
    pub fn before(&self, shelf: u64, id: &ListingId, first_seen: i64) -> Option<&ListingId> {
        let earlier = |offer: &&Offer| {
            let ended = offer.over || offer.last_seen < first_seen;
            offer.id != *id && offer.first_seen < first_seen && ended
        };
        let offers = self.shelves.get(&shelf)?;
        offers.iter().rfind(earlier).map(|offer| &offer.id)
    }
}

/// All of it, as one rule run gets it. Equal facts give equal flags.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Usual prices.
    pub prices: Arc<PriceBook>,
    /// Sellers.
    pub sellers: Arc<SellerBook>,
    /// Certificate numbers in use.
    pub codes: Arc<CodeBook>,
    /// Offers of one shop with one title.
    pub offers: Arc<OfferBook>,
    /// The version before this one, where there is one.
    pub past: Option<Arc<Listing>>,
    /// When this listing was first seen, where it was seen before.
    pub first_seen: Option<Time>,
}
