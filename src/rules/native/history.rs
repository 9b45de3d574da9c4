//! What the store knew before: an earlier price, the first sight, the shop, others who use a number.

use rhai::{Array, Dynamic, Map, NativeCallContext};

use super::{Doc, Family, Host, item_of, maybe, words, wrong};
use crate::{
    model::{Holder, Listing, Proof, SellerFacts},
    rules::{
        prepared::spoken,
        rest::Asked,
        view::{Answer, Item, Look},
    },
    text::fold::fold,
};

pub(super) const FAMILY: Family = Family {
    name: "history",
    docs: DOCS,
    kinds: &[],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "price_was",
        signature: "price_was(item: Listing) -> number?",
        doc: "the price of the version before this one, in the same currency",
        example: "price_was(item) == ()",
    },
    Doc {
        name: "first_seen",
        signature: "first_seen(item: Listing) -> text?",
        doc: "the day on which this listing was first seen",
        example: "first_seen(item) == ()",
    },
    Doc {
        name: "seller_listings",
        signature: "seller_listings(item: Listing) -> whole number?",
        doc: "how many listings of this shop are stored",
        example: "seller_listings(item) == ()",
    },
    Doc {
        name: "seller_confirmed",
        signature: "seller_confirmed(item: Listing) -> whole number?",
        doc: "how many flags on this shop's listings inspectors confirmed",
        example: "seller_confirmed(item) == ()",
    },
    Doc {
        name: "seller_since",
        signature: "seller_since(item: Listing) -> text?",
        doc: "the day on which the first listing of this shop was seen",
        example: "seller_since(item) == ()",
    },
    Doc {
        name: "changed",
        signature: "changed(item: Listing, field: text) -> true, false or ()",
        doc: "whether `title` or `price` differs from the version before this one; `()` where there is none, or where either page does not show it",
        example: r#"changed(item, "title") == ()"#,
    },
    Doc {
        name: "holders",
        signature: "holders(scheme: text, value: text?) -> list of #{ brand, maker, class }",
        doc: "brands and makers (folded) on whose listings this certificate number stands",
        example: r#"holders("ccc", "2016010706840003").is_empty()"#,
    },
];

fn register(engine: &mut Host) {
    engine.register_fn("price_was", |item: &mut Item| {
        item.asked_store(Asked::PriceWas);
        known(item, "price_was", maybe(price_was(item.look())))
    });
    engine.register_fn("first_seen", |item: &mut Item| {
        item.asked_store(Asked::FirstSeen);
        known(item, "first_seen", maybe(first_seen(item.look())))
    });
    engine.register_fn("seller_listings", |item: &mut Item| {
        item.asked_store(Asked::Listings(&seller_key(&item.sheet().listing)));
        let count = seller(item.look()).map(|seller| i64::from(seller.listings));
        known(item, "seller_listings", maybe(count))
    });
    engine.register_fn("seller_confirmed", |item: &mut Item| {
        item.asked_store(Asked::Confirmed(&seller_key(&item.sheet().listing)));
        let count = seller(item.look()).map(|seller| i64::from(seller.confirmed));
        known(item, "seller_confirmed", maybe(count))
    });
    engine.register_fn("seller_since", |item: &mut Item| {
        item.asked_store(Asked::Since(&seller_key(&item.sheet().listing)));
        known(item, "seller_since", maybe(seller_since(item.look())))
    });
    engine.register_fn("changed", changed);
    engine.register_fn("holders", holders);
}

fn changed(item: &mut Item, field: &str) -> Answer<Dynamic> {
    if !WATCHED.contains(&field) {
        let watched = WATCHED.join(", ");
        return Err(wrong(format!(
            "nothing is known of an earlier `{field}`; ask about {watched}"
        )));
    }
    item.asked_store(Asked::Changed(field));
    let answer = is_changed(item.look(), field);
    Ok(known(item, &format!("changed.{field}"), maybe(answer)))
}

/// Writes down that the rule asked for a fact.
fn known(item: &Item, name: &str, value: Dynamic) -> Dynamic {
    let text = spoken(&value);
    if value.is_unit() {
        item.trace(|trace| trace.vain(name.to_owned()));
    } else {
        item.say(|| Proof {
            field: name.to_owned(),
            text,
            note: Some("from the store".to_owned()),
            ..Proof::default()
        });
    }
    value
}

/// The price of the version before, in the currency of this one.
pub(in crate::rules) fn price_was(look: &Look) -> Option<f64> {
    let now = look.sheet().listing.price.as_ref()?;
    let past = look.facts().past.as_ref()?.price.as_ref()?;
    let same = now.currency == past.currency;
    f64::try_from(past.amount).ok().filter(|_| same)
}

pub(in crate::rules) fn first_seen(look: &Look) -> Option<String> {
    let time = look.facts().first_seen?;
    Some(time.strftime("%Y-%m-%d").to_string())
}

pub(in crate::rules) fn seller(look: &Look) -> Option<&SellerFacts> {
    let key = seller_key(&look.sheet().listing);
    look.facts().sellers.sellers.get(&key)
}

/// The fields that are kept of the version before.
const WATCHED: [&str; 2] = ["title", "price"];

/// Whether a field differs from the version before; none where one of the two has none.
pub(in crate::rules) fn is_changed(look: &Look, field: &str) -> Option<bool> {
    let (now, past) = (&look.sheet().listing, look.facts().past.as_ref()?);
    match field {
        "price" => Some(now.price.as_ref()? != past.price.as_ref()?),
        _ => Some(fold(now.title.as_deref()?) != fold(past.title.as_deref()?)),
    }
}

/// The day on which the shop's first listing was seen.
pub(in crate::rules) fn seller_since(look: &Look) -> Option<String> {
    let first = seller(look)?.first_seen?;
    Some(first.strftime("%Y-%m-%d").to_string())
}

/// Holders in words.
pub(in crate::rules) fn named(holders: &[Holder]) -> Vec<String> {
    let words = |h: &Holder| format!("{} / {} / {}", h.brand, h.maker, h.class);
    holders.iter().map(words).collect()
}

/// A shop's key in the seller book: the platform, and the shop's id or folded name.
pub(in crate::rules) fn seller_key(listing: &Listing) -> (String, String) {
    let seller = &listing.seller;
    let key = match (&seller.id, &seller.name) {
        (Some(id), _) => id.clone(),
        (None, Some(name)) => fold(name),
        (None, None) => String::new(),
    };
    (listing.platform.clone(), key)
}

fn holders(context: NativeCallContext, scheme: &str, value: Dynamic) -> Answer<Array> {
    let item = item_of(&context)?;
    let Some(value) = words(&value, "a number")? else {
        return Ok(Array::new());
    };
    let key = (scheme.to_owned(), value);
    item.asked_store(Asked::Holders(&key));
    let found = item.look().facts().codes.holders.get(&key);
    let found = found.map_or(&[] as &[_], Vec::as_slice);
    let names = named(found);
    if found.is_empty() {
        let asked = format!("holders of {} {}", key.0, key.1);
        item.trace(|trace| trace.vain(asked));
    } else {
        item.say(|| Proof {
            field: format!("holders of {} {}", key.0, key.1),
            text: names.join("; "),
            note: Some("from the store".to_owned()),
            ..Proof::default()
        });
    }
    Ok(found
        .iter()
        .map(|holder| {
            let mut map = Map::new();
            map.insert("brand".into(), holder.brand.clone().into());
            map.insert("maker".into(), holder.maker.clone().into());
            map.insert("class".into(), holder.class.clone().into());
            Dynamic::from_map(map)
        })
        .collect())
}
