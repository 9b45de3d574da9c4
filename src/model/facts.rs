//! What a rule may know beyond its listing: tables frozen before a scan, and the listing's own past.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Listing, Time};

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

/// All of it, as one rule run gets it. Equal facts give equal flags.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Usual prices.
    pub prices: Arc<PriceBook>,
    /// Sellers.
    pub sellers: Arc<SellerBook>,
    /// Certificate numbers in use.
    pub codes: Arc<CodeBook>,
    /// The version before this one, where there is one.
    pub past: Option<Arc<Listing>>,
    /// When this listing was first seen, where it was seen before.
    pub first_seen: Option<Time>,
}
