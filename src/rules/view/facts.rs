//! What a test says the store knows, as the model's values.

use std::sync::Arc;

use rhai::{Array, Dynamic, Map};

use super::{
    sample::{self, Problem},
    values::{day, number, string},
};
use crate::{
    model::{
        CodeBook, Facts, Holder, Listing, Money, Offer, OfferBook, PriceBook, SellerBook,
        SellerFacts, Usual,
    },
    rules::{native::history::seller_key, picture::did_you_mean, relisted::shelf},
    text::fold::fold,
};

/// The keys that `facts` of a test takes.
const FACTS: &[&str] = &[
    "was",
    "usual_price",
    "price_was",
    "relisted_from",
    "title_was",
    "first_seen",
    "seller_since",
    "seller_listings",
    "seller_confirmed",
    "holders",
];

/// What a test says the store knows about its listing.
pub(in crate::rules) fn facts(map: &Map, listing: &Listing) -> (Facts, Vec<Problem>) {
    let mut facts = Facts::default();
    let mut problems = Vec::new();
    for (key, value) in map {
        let taken = match key.as_str() {
            "usual_price" => usual_price(&mut facts, value, listing),
            "price_was" => price_was(&mut facts, value, listing),
            "title_was" => {
                let past = past(&mut facts);
                past.title = string(value);
                past.title.is_some()
            }
            "was" => was(&mut facts, value, listing, &mut problems),
            "seller_since" => {
                let since = string(value).and_then(|text| day(&text));
                let book: &mut SellerBook = Arc::make_mut(&mut facts.sellers);
                let seller = book.sellers.entry(seller_key(listing)).or_default();
                seller.first_seen = since;
                since.is_some()
            }
            "relisted_from" => relisted_from(&mut facts, value, listing),
            "first_seen" => {
                facts.first_seen = string(value).and_then(|text| day(&text));
                facts.first_seen.is_some()
            }
            "seller_listings" | "seller_confirmed" => seller_book(&mut facts, key, value, listing),
            "holders" => holders(&mut facts, value, listing),
            unknown => {
                problems.push((
                    unknown.to_owned(),
                    format!("`facts` has no key `{unknown}`"),
                    did_you_mean(unknown, FACTS.iter().copied()),
                ));
                true
            }
        };
        if !taken {
            problems.push((
                key.to_string(),
                format!("`{key}` holds the wrong kind of value"),
                Some("see docs/rules.md, Tests".to_owned()),
            ));
        }
    }
    (facts, problems)
}

fn usual_price(facts: &mut Facts, value: &Dynamic, listing: &Listing) -> bool {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let Some(amount) = number(value) else {
        return false;
    };
    let key = (
        fold(listing.brand.as_deref().unwrap_or_default()),
        text(listing.class.as_ref().map(|class| class.id.as_str())),
        text(currency(listing)),
    );
    let usual = [(key, Usual { amount, sellers: 3 })].into();
    facts.prices = Arc::new(PriceBook { usual });
    true
}

fn currency(listing: &Listing) -> Option<&str> {
    listing.price.as_ref().and_then(|p| p.currency.as_deref())
}

fn price_was(facts: &mut Facts, value: &Dynamic, listing: &Listing) -> bool {
    let amount = number(value).and_then(|amount| amount.try_into().ok());
    let price = amount.map(|amount| Money {
        amount,
        currency: currency(listing).map(str::to_owned),
    });
    let past = past(facts);
    past.price = price;
    past.price.is_some()
}

fn past(facts: &mut Facts) -> &mut Listing {
    Arc::make_mut(facts.past.get_or_insert_default())
}

/// `was: #{ title: "…", seller: #{ name: "…" } }`: the version before, in the form of `item`; its prices in the currency of
/// the listing where nothing else is said.
fn was(facts: &mut Facts, value: &Dynamic, listing: &Listing, problems: &mut Vec<Problem>) -> bool {
    let Some(given) = value.read_lock::<Map>() else {
        return false;
    };
    let mut given = given.clone();
    if let Some(currency) = currency(listing) {
        let entry = given.entry("currency".into());
        entry.or_insert_with(|| currency.to_owned().into());
    }
    let (mut made, wrong) = sample::listing(&given);
    problems.extend(wrong);
    // `price_was` and `title_was` stand before `was` in a map.
    if let Some(known) = facts.past.take() {
        made.title = made.title.or_else(|| known.title.clone());
        made.price = made.price.or_else(|| known.price.clone());
    }
    facts.past = Some(Arc::new(made));
    true
}

/// The id of a listing that the shop had before.
fn relisted_from(facts: &mut Facts, value: &Dynamic, listing: &Listing) -> bool {
    let Some(id) = string(value) else {
        return false;
    };
    let offer = Offer {
        id: id.into(),
        first_seen: i64::MIN,
        last_seen: i64::MIN,
        over: true,
    };
    let shelves = shelf(listing).map(|shelf| (shelf, vec![offer]));
    facts.offers = Arc::new(OfferBook {
        shelves: shelves.into_iter().collect(),
    });
    true
}

fn seller_book(facts: &mut Facts, key: &str, value: &Dynamic, listing: &Listing) -> bool {
    let Some(count) = value.as_int().ok().and_then(|n| u32::try_from(n).ok()) else {
        return false;
    };
    let book: &mut SellerBook = Arc::make_mut(&mut facts.sellers);
    let seller: &mut SellerFacts = book.sellers.entry(seller_key(listing)).or_default();
    match key {
        "seller_listings" => seller.listings = count,
        _ => seller.confirmed = count,
    }
    true
}

/// `holders: [#{ brand: "…", maker: "…" }]`: who else uses the listing's certificate numbers.
fn holders(facts: &mut Facts, value: &Dynamic, listing: &Listing) -> bool {
    let Some(given) = value.read_lock::<Array>() else {
        return false;
    };
    let mut holders = Vec::new();
    for holder in given.iter() {
        let Some(map) = holder.read_lock::<Map>() else {
            return false;
        };
        let text = |key: &str| map.get(key).and_then(string).unwrap_or_default();
        holders.push(Holder {
            brand: fold(&text("brand")),
            maker: fold(&text("maker")),
            class: text("class"),
        });
    }
    holders.sort();
    let book: &mut CodeBook = Arc::make_mut(&mut facts.codes);
    for code in &listing.codes {
        if let Some(number) = &code.value {
            let key = (code.scheme.clone(), number.clone());
            book.holders.insert(key, holders.clone());
        }
    }
    true
}
