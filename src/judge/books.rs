//! What the store as a whole says: usual prices, sellers, certificate numbers in use. Frozen, never live.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use super::{noted::Noted, offers, shares::Shares};
use crate::{
    model::{
        CodeBook, FlagStatus, Holder, Offer, OfferBook, PriceBook, SellerBook, SellerFacts, Usual,
    },
    rules::shop,
    store::{self, Store, Stretch},
};

/// The frozen tables that rules may consult.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "plain names")]
pub struct Books {
    pub prices: Arc<PriceBook>,
    pub sellers: Arc<SellerBook>,
    pub codes: Arc<CodeBook>,
    pub offers: Arc<OfferBook>,
}

/// The books as they are kept: sorted, so that their maps are made at once.
#[derive(Deserialize)]
struct Tables {
    prices: Vec<((String, String, String), Usual)>,
    sellers: Vec<((String, String), SellerFacts)>,
    codes: Vec<((String, String), Vec<Holder>)>,
    offers: Vec<(u64, Vec<Offer>)>,
}

impl From<Tables> for Books {
    fn from(tables: Tables) -> Self {
        let usual = tables.prices.into_iter().collect();
        let sellers = tables.sellers.into_iter().collect();
        let holders = tables.codes.into_iter().collect();
        let shelves = tables.offers.into_iter().collect();
        Self {
            prices: Arc::new(PriceBook { usual }),
            sellers: Arc::new(SellerBook { sellers }),
            codes: Arc::new(CodeBook { holders }),
            offers: Arc::new(OfferBook { shelves }),
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

/// Listings that a thread reads of a stretch before it leaves half of the rest to others.
const AT_ONCE: usize = 4_096;

/// Notes listings until there are none left.
fn noted(store: &Store, shares: &Shares) -> Result<Noted, store::Error> {
    let mut noted = Noted::default();
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

impl Books {
    /// Reads the whole store once, on all cores.
    pub fn of(store: &Store) -> Result<Self, store::Error> {
        let shares = Shares::of(Stretch::all());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let parts: Vec<_> = std::thread::scope(|scope| {
            let read = || noted(store, &shares);
            let others: Vec<_> = (1..cores).map(|_| scope.spawn(read)).collect();
            let own = read();
            let others = others.into_iter().map(|other| match other.join() {
                Ok(read) => read,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            others.chain([own]).collect()
        });
        let parts: Vec<Noted> = parts.into_iter().collect::<Result<_, _>>()?;
        let mut noted = parts.into_iter().reduce(Noted::and).unwrap_or_default();
        let mut sellers: BTreeMap<_, _> = noted.sellers().collect();
        for flag in store.flags() {
            let flag = flag?;
            if flag.status != FlagStatus::Confirmed {
                continue;
            }
            if let Some(listing) = store.listing(&flag.listing)? {
                let key = (listing.platform.clone(), shop(&listing).into_owned());
                if let Some(seller) = sellers.get_mut(&key) {
                    seller.confirmed += 1;
                }
            }
        }
        let offers = std::mem::take(&mut noted.offers);
        let (offers, prices, codes) = std::thread::scope(|scope| {
            let tables = scope.spawn(|| (noted.usual(), noted.codes()));
            let offers = offers::book(offers, |id| {
                let listing = store.listing(id)?;
                Ok(offers::second(
                    listing.and_then(|listing| listing.last_seen),
                ))
            });
            match tables.join() {
                Ok((prices, codes)) => (offers, prices, codes),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        Ok(Self {
            prices: Arc::new(prices),
            sellers: Arc::new(SellerBook { sellers }),
            codes: Arc::new(codes),
            offers: Arc::new(offers?),
        })
    }
}
