//! What each platform says about the goods: its shops and offers, read from its file and checked.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Deserialize;

use super::goods::{Goods, Language, by_name, known};

/// The kinds of flag that an offer can deserve.
const KINDS: [&str; 5] = [
    "counterfeit",
    "certification",
    "recall",
    "disclosure",
    "prohibited",
];
/// The rows that an offer can hide.
const ROWS: [&str; 4] = ["certificate", "maker", "address", "standard"];

/// A shop on a platform.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shop {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) location: String,
    pub(super) licence: Option<String>,
    pub(super) rating: f64,
}

/// The names that a platform gives to the rows of its tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    pub(super) brand: String,
    pub(super) model: String,
    pub(super) gtin: String,
    pub(super) maker: String,
    pub(super) address: String,
    pub(super) standard: String,
    pub(super) certificate: String,
    pub(super) licence: String,
}

/// Where a platform's pages lie; `{id}` stands for the item, the shelf, the shop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paths {
    pub(super) item: String,
    pub(super) category: String,
    pub(super) shop: String,
    pub(super) search: String,
}

/// What an offer is on the second day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondDay {
    pub(super) price: Option<Decimal>,
    /// Answered instead of the page: 404 or 410.
    pub(super) status: Option<u16>,
}

/// One listing of a platform: a product, and where the page says otherwise than the product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Offer {
    pub(super) item: String,
    pub(super) product: String,
    pub(super) seller: String,
    pub(super) price: Decimal,
    pub(super) list_price: Option<Decimal>,
    pub(super) currency: Option<String>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) brand: Option<String>,
    pub(super) model: Option<String>,
    pub(super) gtin: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) maker: Option<String>,
    pub(super) address: Option<String>,
    pub(super) standard: Option<String>,
    pub(super) availability: Option<String>,
    pub(super) condition: Option<String>,
    #[serde(default)]
    pub(super) hide: BTreeSet<String>,
    #[serde(default)]
    pub(super) second_day: SecondDay,
    /// The first request of the page is answered with 429.
    #[serde(default)]
    pub(super) busy_once: bool,
    /// Reference data knows it by its number, so that it cannot have copies.
    #[serde(default)]
    pub(super) unique: bool,
    /// The kinds of flag that this offer deserves.
    #[serde(default)]
    pub(super) expects: BTreeSet<String>,
    #[serde(default)]
    pub(super) note: String,
    /// Lies behind robots.txt.
    #[serde(skip)]
    pub(super) private: bool,
    /// What tells a copy in a larger market from its original.
    #[serde(skip)]
    pub(super) colour: Option<&'static str>,
}

/// A platform's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteFile {
    pub(super) language: Language,
    pub(super) name: String,
    pub(super) currency: String,
    /// The sign before prices in CNY: GBK has only the full-width one.
    #[serde(default)]
    pub(super) yuan: String,
    pub(super) charset: String,
    #[serde(default)]
    pub(super) gzip: bool,
    pub(super) paths: Paths,
    /// What stands in a row with nothing in it.
    pub(super) empty: String,
    pub(super) labels: Labels,
    pub(super) seller: Vec<Shop>,
    honest: Vec<Offer>,
    private: Vec<Offer>,
    lookalike: Vec<Offer>,
    planted: Vec<Offer>,
}

impl SiteFile {
    /// Reads a platform's file and takes its offers out of it, by item.
    pub(super) fn read(
        text: &str,
        goods: &Goods,
    ) -> Result<(Self, BTreeMap<String, Offer>), String> {
        let mut file: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        for offer in &mut file.private {
            offer.private = true;
        }
        let shops = by_name(file.seller.clone(), |shop| &shop.id);
        let mut offers = BTreeMap::new();
        let lists = [&mut file.honest, &mut file.private, &mut file.lookalike];
        for list in lists.iter().map(|list| list.as_slice()) {
            if let Some(offer) = list.iter().find(|offer| !offer.expects.is_empty()) {
                return Err(format!(
                    "offer {}: only planted offers have 'expects'",
                    offer.item
                ));
            }
        }
        let all = lists
            .into_iter()
            .chain([&mut file.planted])
            .flat_map(std::mem::take);
        for offer in all {
            offer.check(goods, &shops)?;
            if let Some(twice) = offers.insert(offer.item.clone(), offer) {
                return Err(format!("offer {} stands there twice", twice.item));
            }
        }
        Ok((file, offers))
    }

    /// The shop of that id.
    pub(super) fn shop(&self, id: &str) -> Option<&Shop> {
        self.seller.iter().find(|shop| shop.id == id)
    }
}

impl Offer {
    fn check(&self, goods: &Goods, shops: &BTreeMap<String, Shop>) -> Result<(), String> {
        known(
            "offer",
            &self.item,
            "product",
            &self.product,
            &goods.products,
        )?;
        known("offer", &self.item, "seller", &self.seller, shops)?;
        let words = [
            ("expects", &self.expects, &KINDS[..]),
            ("hide", &self.hide, &ROWS[..]),
        ];
        for (key, given, allowed) in words {
            if let Some(word) = given.iter().find(|word| !allowed.contains(&word.as_str())) {
                let allowed = allowed.join(", ");
                return Err(format!(
                    "offer {}: {key}: '{word}' is none of {allowed}",
                    self.item
                ));
            }
        }
        Ok(())
    }

    /// The price on that day, counted from 1.
    pub(super) fn price_on(&self, day: u32) -> Decimal {
        self.second_day
            .price
            .filter(|_| day > 1)
            .unwrap_or(self.price)
    }

    /// The status that the page is answered with on that day: 200, or why it is gone.
    pub(super) fn status_on(&self, day: u32) -> u16 {
        self.second_day.status.filter(|_| day > 1).unwrap_or(200)
    }
}
