//! What listings say for the books, noted one by one: texts once each, and everything else by their numbers.

use std::{collections::HashMap, sync::Arc};

use super::offers::Place;
use crate::{
    model::{CodeBook, Holder, Listing, ListingStatus, PriceBook, SellerFacts, Usual},
    rules::shop,
    text::fold::{fold, with_folded},
};

/// A usual price rests on at least this many sellers; fewer say nothing about what is usual.
const SELLERS_FOR_A_PRICE: usize = 3;

/// Quick to note in; what is made of it is sorted.
type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A shop: the numbers of its platform and of its id or folded name.
type Shop = (u32, u32);

/// What some of the listings say.
#[derive(Default)]
pub(super) struct Noted {
    texts: Texts,
    prices: Vec<Price>,
    shops: Map<Shop, SellerFacts>,
    codes: Map<(String, String), Vec<Holder>>,
    pub offers: Vec<Place>,
}

/// A price that somebody asks, with the numbers of its texts.
#[derive(Clone, Copy, Debug)]
struct Price {
    brand: u32,
    class: u32,
    currency: u32,
    shop: Shop,
    amount: f64,
}

/// Texts, each under a number.
#[derive(Default)]
struct Texts {
    all: Vec<Arc<str>>,
    numbers: Map<Arc<str>, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // The memory ends long before the numbers do.
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.all.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    fn text(&self, number: u32) -> String {
        let text = self.all.get(number as usize);
        text.map(ToString::to_string).unwrap_or_default()
    }
}

impl Noted {
    pub(super) fn note(&mut self, listing: &Listing) {
        self.note_code(listing);
        let shop = self.shop(listing);
        if listing.status == ListingStatus::Active {
            self.note_price(shop, listing);
        }
        self.note_shop(shop, listing);
        self.offers.extend(Place::of(listing));
    }

    fn shop(&mut self, listing: &Listing) -> Shop {
        let platform = self.texts.number(&listing.platform);
        let shop = self.texts.number(&shop(listing));
        (platform, shop)
    }

    fn note_price(&mut self, shop: Shop, listing: &Listing) {
        // What used goods cost says nothing about new ones.
        let new = |condition: &str| condition == "NewCondition";
        if !listing.condition.as_deref().is_none_or(new) {
            return;
        }
        let (Some(brand), Some(class), Some(price)) =
            (&listing.brand, &listing.class, &listing.price)
        else {
            return;
        };
        let (Some(currency), Ok(amount)) = (&price.currency, f64::try_from(price.amount)) else {
            return;
        };
        let price = Price {
            brand: with_folded(brand, |brand| self.texts.number(brand)),
            class: self.texts.number(&class.id),
            currency: self.texts.number(currency),
            shop,
            amount,
        };
        self.prices.push(price);
    }

    fn note_shop(&mut self, shop: Shop, listing: &Listing) {
        let seller = self.shops.entry(shop).or_default();
        seller.listings += 1;
        let seen = seller.first_seen.into_iter().chain(listing.first_seen);
        seller.first_seen = seen.min();
    }

    fn note_code(&mut self, listing: &Listing) {
        let folded = |text: &Option<String>| text.as_deref().map(fold).unwrap_or_default();
        let codes = listing.codes.iter();
        for code in codes.filter(|code| code.valid && code.scheme != "gtin") {
            let Some(value) = &code.value else { continue };
            let class = listing.class.as_ref().map(|class| class.id.clone());
            let holder = Holder {
                brand: folded(&listing.brand),
                maker: folded(&listing.manufacturer),
                class: class.unwrap_or_default(),
            };
            let key = (code.scheme.clone(), value.clone());
            self.codes.entry(key).or_default().push(holder);
        }
    }

    /// Both together, in whatever order: what is made of them does not depend on it.
    pub(super) fn and(mut self, other: Self) -> Self {
        let texts = other.texts.all.iter();
        let ours: Vec<u32> = texts.map(|text| self.texts.number(text)).collect();
        let our = |number: u32| ours.get(number as usize).copied().unwrap_or(number);
        let shop = |(platform, shop)| (our(platform), our(shop));
        self.prices.extend(other.prices.iter().map(|price| Price {
            brand: our(price.brand),
            class: our(price.class),
            currency: our(price.currency),
            shop: shop(price.shop),
            amount: price.amount,
        }));
        other.shops.into_iter().for_each(|(key, seller)| {
            let known = self.shops.entry(shop(key)).or_default();
            known.listings += seller.listings;
            let seen = known.first_seen.into_iter().chain(seller.first_seen);
            known.first_seen = seen.min();
        });
        other.codes.into_iter().for_each(|(key, mut holders)| {
            self.codes.entry(key).or_default().append(&mut holders);
        });
        self.offers.extend(other.offers);
        self
    }

    /// Every shop by platform and id or folded name; who shows neither is none.
    pub(super) fn sellers(&self) -> impl Iterator<Item = ((String, String), SellerFacts)> {
        let shops = self.shops.iter().map(|((platform, shop), seller)| {
            let key = (self.texts.text(*platform), self.texts.text(*shop));
            (key, seller.clone())
        });
        shops.filter(|((_, shop), _)| !shop.is_empty())
    }

    pub(super) fn codes(&mut self) -> CodeBook {
        let codes = std::mem::take(&mut self.codes);
        let holders = codes.into_iter().map(|(key, mut holders)| {
            holders.sort();
            holders.dedup();
            (key, holders)
        });
        CodeBook {
            holders: holders.collect(),
        }
    }

    /// The middle of what shops ask, where enough of them do; a shop's own is the middle of its prices.
    pub(super) fn usual(&mut self) -> PriceBook {
        let mut prices = std::mem::take(&mut self.prices);
        let goods = |price: &Price| (price.brand, price.class, price.currency);
        prices.sort_unstable_by(|a, b| {
            let shops = (goods(a), a.shop).cmp(&(goods(b), b.shop));
            shops.then_with(|| a.amount.total_cmp(&b.amount))
        });
        let mut book = PriceBook::default();
        for alike in prices.chunk_by(|a, b| goods(a) == goods(b)) {
            let shops = alike.chunk_by(|a, b| a.shop == b.shop);
            let mut each: Vec<f64> = shops.filter_map(middle).map(|price| price.amount).collect();
            each.sort_by(f64::total_cmp);
            let (Some(first), Some(amount)) = (alike.first(), middle(&each)) else {
                continue;
            };
            if each.len() < SELLERS_FOR_A_PRICE {
                continue;
            }
            let (brand, class, currency) = goods(first);
            let key = [brand, class, currency].map(|number| self.texts.text(number));
            let usual = Usual {
                amount: *amount,
                sellers: each.len() as u32,
            };
            book.usual.insert(key.into(), usual);
        }
        book
    }
}

/// The middle of sorted values; of two middles the lower, so that it is a price that somebody asks.
fn middle<T>(sorted: &[T]) -> Option<&T> {
    sorted.get(sorted.len().checked_sub(1)? / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Class, Money};

    fn kettle(shop: &str, amount: i64) -> Listing {
        let mut listing = Listing {
            platform: "market".into(),
            brand: Some("Acme".into()),
            class: Some(Class {
                id: "appliance/kettle".into(),
                score: 1.0,
            }),
            price: Some(Money {
                amount: amount.into(),
                currency: Some("EUR".into()),
            }),
            ..Listing::default()
        };
        listing.seller.name = Some(shop.to_owned());
        listing
    }

    fn usual(listings: &[Listing]) -> Vec<Usual> {
        let mut noted = Noted::default();
        listings.iter().for_each(|listing| noted.note(listing));
        noted.usual().usual.into_values().collect()
    }

    #[test]
    fn one_shop_with_many_listings_does_not_make_a_price_usual() {
        let mut listings = vec![kettle("flood", 5); 50];
        listings.push(kettle("b", 40));
        assert!(usual(&listings).is_empty(), "two sellers are too few");
        listings.extend([kettle("c", 47), kettle("Ｃ", 44), kettle("c", 45)]);
        let [amount, sellers] = [40.0, 3.0];
        let found = usual(&listings);
        let found: Vec<_> = found
            .iter()
            .map(|u| (u.amount, f64::from(u.sellers)))
            .collect();
        assert_eq!(found, [(amount, sellers)]);
    }

    #[test]
    fn used_goods_and_ended_offers_do_not_make_a_price_usual() {
        let new: Vec<Listing> = ["a", "b", "c"].map(|shop| kettle(shop, 9)).into();
        assert_eq!(usual(&new).len(), 1);
        let mut used = new.clone();
        used[0].condition = Some("UsedCondition".into());
        let mut over = new;
        over[0].status = ListingStatus::Gone;
        assert!(usual(&used).is_empty() && usual(&over).is_empty());
    }

    #[test]
    fn what_is_noted_in_parts_is_the_same_in_any_order() {
        let listings: Vec<Listing> = (0..60)
            .map(|n| {
                let mut listing = kettle(&format!("shop {}", n % 7), 10 + n * n % 31);
                listing.brand = Some(format!("Brand {}", n % 3));
                listing.first_seen = crate::model::Time::from_second(1_000 - n % 13).ok();
                listing.codes = vec![crate::model::Code {
                    scheme: "ccc".into(),
                    raw: String::new(),
                    value: Some(format!("number {}", n % 5)),
                    valid: true,
                    path: String::new(),
                }];
                listing
            })
            .collect();
        let books = |parts: &[&[Listing]]| {
            let noted = parts.iter().map(|part| {
                let mut noted = Noted::default();
                part.iter().for_each(|listing| noted.note(listing));
                noted
            });
            let mut noted = noted.reduce(Noted::and).unwrap();
            let mut sellers: Vec<_> = noted.sellers().collect();
            sellers.sort_by(|a, b| a.0.cmp(&b.0));
            (noted.usual(), noted.codes(), sellers)
        };
        let whole = books(&[&listings]);
        assert_eq!(whole.0.usual.len(), 3);
        let (one, two) = listings.split_at(17);
        assert_eq!(books(&[one, two]), whole);
        assert_eq!(books(&[two, one]), whole);
    }
}
