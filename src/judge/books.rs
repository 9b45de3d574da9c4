//! What the store as a whole says: usual prices, sellers, certificate numbers in use. Frozen, never live.

use std::{collections::HashMap, sync::Arc};

use serde::Deserialize;

use super::{
    offers::{self, Place},
    shares::Shares,
};
use crate::{
    model::{
        CodeBook, FlagStatus, Holder, Listing, ListingStatus, OfferBook, PriceBook, SellerBook,
        SellerFacts, Usual,
    },
    store::{self, Store, Stretch},
    text::fold::fold,
};

/// A usual price rests on at least this many sellers; fewer say nothing about what is usual.
const SELLERS_FOR_A_PRICE: usize = 3;

/// The frozen tables that rules may consult.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "plain names")]
pub struct Books {
    pub prices: Arc<PriceBook>,
    pub sellers: Arc<SellerBook>,
    pub codes: Arc<CodeBook>,
    pub offers: Arc<OfferBook>,
}

/// Quick to note in; what is made of it is sorted.
type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Prices by (brand, class, currency), then by seller.
type Prices = Map<(String, String, String), Map<String, Vec<f64>>>;

/// Sellers, or who uses a certificate number, by the keys of their books.
type Sellers = Map<(String, String), SellerFacts>;
type Codes = Map<(String, String), Vec<Holder>>;

/// The books as they are kept.
#[derive(Deserialize)]
struct Tables {
    prices: PriceBook,
    sellers: SellerBook,
    codes: CodeBook,
    offers: OfferBook,
}

impl From<Tables> for Books {
    fn from(tables: Tables) -> Self {
        Self {
            prices: Arc::new(tables.prices),
            sellers: Arc::new(tables.sellers),
            codes: Arc::new(tables.codes),
            offers: Arc::new(tables.offers),
        }
    }
}

impl Books {
    /// As they are kept.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // Plain strings and numbers: encoding them cannot fail, and no books only cost reading the store.
        let tables = (&*self.prices, &*self.sellers, &*self.codes, &*self.offers);
        postcard::to_stdvec(&tables).unwrap_or_default()
    }

    /// Reads what [`Self::bytes`] wrote.
    pub(super) fn kept(bytes: &[u8]) -> Option<Self> {
        let tables: Tables = postcard::from_bytes(bytes).ok()?;
        Some(tables.into())
    }
}

/// What some of the listings say.
#[derive(Default)]
struct Noted {
    prices: Prices,
    sellers: Sellers,
    codes: Codes,
    offers: Vec<Place>,
}

/// Listings that a thread reads of a stretch before it leaves half of the rest to others.
const AT_ONCE: usize = 4_096;

impl Noted {
    /// Reads listings until there are none left.
    fn read(store: &Store, shares: &Shares) -> Result<Self, store::Error> {
        let mut noted = Self::default();
        while let Some(share) = shares.next() {
            let mut read = 0;
            let mut last = None;
            for outline in store.outlines(&share.stretch).take(AT_ONCE) {
                let listing = store.outline(&outline?)?;
                noted.note(&listing);
                read += 1;
                last = Some(listing.id);
            }
            if let Some(last) = last.filter(|_| read == AT_ONCE) {
                shares.leave(share.stretch.clone().behind(&last));
            }
        }
        Ok(noted)
    }

    fn note(&mut self, listing: &Listing) {
        note_code(&mut self.codes, listing);
        if listing.status == ListingStatus::Active {
            note_price(&mut self.prices, listing);
        }
        note_seller(&mut self.sellers, listing);
        self.offers.extend(Place::of(listing));
    }

    /// Both together, in whatever order: what is made of them does not depend on it.
    fn and(mut self, other: Self) -> Self {
        other.prices.into_iter().for_each(|(key, shops)| {
            let known = self.prices.entry(key).or_default();
            shops.into_iter().for_each(|(shop, mut amounts)| {
                known.entry(shop).or_default().append(&mut amounts);
            });
        });
        other.sellers.into_iter().for_each(|(key, shop)| {
            let known = self.sellers.entry(key).or_default();
            known.listings += shop.listings;
            known.first_seen = known.first_seen.into_iter().chain(shop.first_seen).min();
        });
        other.codes.into_iter().for_each(|(key, mut holders)| {
            self.codes.entry(key).or_default().append(&mut holders);
        });
        self.offers.extend(other.offers);
        self
    }
}

impl Books {
    /// Reads the whole store once, on all cores.
    pub fn of(store: &Store) -> Result<Self, store::Error> {
        let shares = Shares::of(Stretch::all());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let parts: Vec<_> = std::thread::scope(|scope| {
            let read = || Noted::read(store, &shares);
            let others: Vec<_> = (1..cores).map(|_| scope.spawn(read)).collect();
            let own = read();
            let others = others.into_iter().map(|other| match other.join() {
                Ok(read) => read,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            others.chain([own]).collect()
        });
        let parts: Vec<Noted> = parts.into_iter().collect::<Result<_, _>>()?;
        let noted = parts.into_iter().reduce(Noted::and).unwrap_or_default();
        let Noted {
            prices,
            mut sellers,
            codes,
            offers,
        } = noted;
        for flag in store.flags() {
            let flag = flag?;
            if flag.status != FlagStatus::Confirmed {
                continue;
            }
            if let Some(listing) = store.listing(&flag.listing)?
                && let Some(seller) = sellers.get_mut(&seller_of(&listing))
            {
                seller.confirmed += 1;
            }
        }
        Ok(Self {
            prices: Arc::new(usual(prices)),
            sellers: Arc::new(SellerBook {
                sellers: sellers.into_iter().collect(),
            }),
            codes: Arc::new(sorted(codes)),
            offers: Arc::new(offers::book(offers, |id| {
                let listing = store.listing(id)?;
                Ok(offers::second(
                    listing.and_then(|listing| listing.last_seen),
                ))
            })?),
        })
    }
}

/// The key of a listing's seller: the platform, and the shop's id or folded name.
fn seller_of(listing: &Listing) -> (String, String) {
    let seller = &listing.seller;
    let key = match (&seller.id, &seller.name) {
        (Some(id), _) => id.clone(),
        (None, Some(name)) => fold(name),
        (None, None) => String::new(),
    };
    (listing.platform.clone(), key)
}

fn note_price(prices: &mut Prices, listing: &Listing) {
    // What used goods cost says nothing about new ones.
    let new = |condition: &str| condition == "NewCondition";
    if !listing.condition.as_deref().is_none_or(new) {
        return;
    }
    let (Some(brand), Some(class), Some(price)) = (&listing.brand, &listing.class, &listing.price)
    else {
        return;
    };
    let (Some(currency), Ok(amount)) = (&price.currency, f64::try_from(price.amount)) else {
        return;
    };
    let (platform, seller) = seller_of(listing);
    let key = (fold(brand), class.id.clone(), currency.clone());
    prices
        .entry(key)
        .or_default()
        .entry(format!("{platform}\0{seller}"))
        .or_default()
        .push(amount);
}

fn note_seller(sellers: &mut Sellers, listing: &Listing) {
    let key = seller_of(listing);
    if key.1.is_empty() {
        return;
    }
    let seller = sellers.entry(key).or_default();
    seller.listings += 1;
    seller.first_seen = [seller.first_seen, listing.first_seen]
        .into_iter()
        .flatten()
        .min();
}

fn note_code(codes: &mut Codes, listing: &Listing) {
    let folded = |text: &Option<String>| text.as_deref().map(fold).unwrap_or_default();
    for code in listing
        .codes
        .iter()
        .filter(|code| code.valid && code.scheme != "gtin")
    {
        let Some(value) = &code.value else { continue };
        let holder = Holder {
            brand: folded(&listing.brand),
            maker: folded(&listing.manufacturer),
            class: listing
                .class
                .as_ref()
                .map(|c| c.id.clone())
                .unwrap_or_default(),
        };
        codes
            .entry((code.scheme.clone(), value.clone()))
            .or_default()
            .push(holder);
    }
}

fn sorted(codes: Codes) -> CodeBook {
    let holders = codes.into_iter().map(|(key, mut holders)| {
        holders.sort();
        holders.dedup();
        (key, holders)
    });
    CodeBook {
        holders: holders.collect(),
    }
}

fn usual(prices: Prices) -> PriceBook {
    let enough = prices
        .into_iter()
        .filter(|(_, sellers)| sellers.len() >= SELLERS_FOR_A_PRICE);
    let usual = enough.map(|(key, sellers)| {
        let count = sellers.len() as u32;
        let each = sellers.into_values().map(median).collect();
        (
            key,
            Usual {
                amount: median(each),
                sellers: count,
            },
        )
    });
    PriceBook {
        usual: usual.collect(),
    }
}

/// The middle of the values; of two middles the lower, so that it is a price that somebody asks.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_shop_with_many_listings_does_not_make_a_price_usual() {
        let key = (
            "acme".to_owned(),
            "appliance/kettle".to_owned(),
            "EUR".to_owned(),
        );
        let mut prices = Prices::default();
        let shops = prices.entry(key.clone()).or_default();
        shops.insert("flood".into(), vec![5.0; 50]);
        shops.insert("b".into(), vec![40.0]);
        assert!(
            usual(prices.clone()).usual.is_empty(),
            "two sellers are too few"
        );
        prices
            .entry(key.clone())
            .or_default()
            .insert("c".into(), vec![44.0]);
        assert_eq!(
            usual(prices).usual[&key],
            Usual {
                amount: 40.0,
                sellers: 3
            }
        );
    }

    #[test]
    fn used_goods_do_not_make_a_price_usual() {
        let kettle = |condition: &str| Listing {
            brand: Some("Acme".into()),
            class: Some(crate::model::Class {
                id: "appliance/kettle".into(),
                score: 1.0,
            }),
            price: Some(crate::model::Money {
                amount: 9.into(),
                currency: Some("EUR".into()),
            }),
            condition: Some(condition.into()),
            ..Listing::default()
        };
        let mut prices = Prices::default();
        note_price(&mut prices, &kettle("UsedCondition"));
        assert!(prices.is_empty());
        note_price(&mut prices, &kettle("NewCondition"));
        assert_eq!(prices.len(), 1);
    }
}
