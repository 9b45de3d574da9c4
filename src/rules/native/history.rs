//! What the store knew before: an earlier price, the first sight, the shop, others who use a number.

use std::collections::BTreeSet;

use rhai::{Array, Dynamic, Map, NativeCallContext};

use super::{Doc, Family, Host, item_of, maybe, words, wrong};
use crate::{
    model::{Holder, Listing, ListingId, Proof, SellerFacts, Time},
    rules::{
        picture::did_you_mean,
        prepared::spoken,
        relisted::{shelf, shop},
        rest::Asked,
        view::{
            Answer, Item, Look,
            fields::{DAY, FIELDS, Field},
            values::day_text,
        },
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
        name: "relisted_from",
        signature: "relisted_from(item: Listing) -> text?",
        doc: "the id of a listing of the same shop under the same title (folded) that this one took the place of: it was seen first, and is gone or removed, or was last seen before this one came; of several the one seen last, `()` where there is none",
        example: "relisted_from(item) == ()",
    },
    Doc {
        name: "changed",
        signature: "changed(item: Listing, field: text) -> true, false or ()",
        doc: "whether a field, named as in `item.seller.name` without `item`, differs from the version before this one: prices with their currency, texts folded, lists in whatever order; `()` where there is no such version, or where either page does not show it. `captured_on` cannot be asked about, for it moves with every visit",
        example: r#"changed(item, "title") == () && changed(item, "seller.name") == ()"#,
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
    engine.register_fn("relisted_from", |item: &mut Item| {
        if let Some((shelf, id, _)) = place(item.look()) {
            item.asked_store(Asked::Relisted(shelf, id.as_str()));
        }
        let from = relisted_from(item.look()).map(|id| id.as_str().to_owned());
        known(item, "relisted_from", maybe(from))
    });
    engine.register_fn("changed", changed);
    engine.register_fn("holders", holders);
}

fn changed(item: &mut Item, name: &str) -> Answer<Dynamic> {
    let Some(field) = watched().find(|field| field.name == name) else {
        let help = did_you_mean(name, watched().map(|field| field.name)).unwrap_or_default();
        return Err(wrong(format!(
            "nothing is known of an earlier `{name}`; {help}"
        )));
    };
    item.asked_store(Asked::Changed(field.name));
    let answer = is_changed(item.look(), field.name);
    Ok(known(item, &format!("changed.{name}"), maybe(answer)))
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
    Some(day_text(time))
}

/// Where a listing stands among the offers of its shop, and since when.
fn place(look: &Look) -> Option<(u64, &ListingId, i64)> {
    let listing = &look.sheet().listing;
    let since = look.facts().first_seen.map_or(i64::MAX, Time::as_second);
    Some((shelf(listing)?, &listing.id, since))
}

/// The listing that this one took the place of.
pub(in crate::rules) fn relisted_from(look: &Look) -> Option<&ListingId> {
    let (shelf, id, since) = place(look)?;
    look.facts().offers.before(shelf, id, since)
}

pub(in crate::rules) fn seller(look: &Look) -> Option<&SellerFacts> {
    let key = seller_key(&look.sheet().listing);
    look.facts().sellers.sellers.get(&key)
}

/// The fields that [`changed`] can be asked about.
pub(in crate::rules) fn watched() -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(|field| field.name != DAY)
}

/// Whether a field differs from the version before; none where one of the two has none.
pub(in crate::rules) fn is_changed(look: &Look, name: &str) -> Option<bool> {
    let field = watched().find(|field| field.name == name)?;
    let (now, past) = (&look.sheet().listing, look.facts().past.as_deref()?);
    let before = match (name, &past.class) {
        ("class", None) => [class_was(look, past)?].into(),
        _ => shown(field, past)?,
    };
    Some(shown(field, now)? != before)
}

/// The class of the version before, by the catalogue of now.
pub(in crate::rules) fn class_was(look: &Look, past: &Listing) -> Option<String> {
    Some(look.reference().class_of(past)?.id)
}

/// What a page shows in a field, so that two can be compared.
fn shown(field: &Field, listing: &Listing) -> Option<BTreeSet<String>> {
    let value = (field.read)(listing);
    if value.is_unit() {
        return None;
    }
    if let Some(list) = value.read_lock::<Array>() {
        let all: BTreeSet<String> = list.iter().map(|one| fold(&spoken(one))).collect();
        return Some(all).filter(|all| !all.is_empty());
    }
    let currency = match field.name {
        "price" => listing.price.as_ref().map(|price| &price.currency),
        "list_price" => listing.list_price.as_ref().map(|price| &price.currency),
        "unit_price" => listing.unit_price.as_ref().map(|price| &price.currency),
        _ => None,
    };
    let currency = currency.cloned().flatten();
    Some(
        currency
            .into_iter()
            .chain([fold(&spoken(&value))])
            .collect(),
    )
}

/// The day on which the shop's first listing was seen.
pub(in crate::rules) fn seller_since(look: &Look) -> Option<String> {
    let first = seller(look)?.first_seen?;
    Some(day_text(first))
}

/// Holders in words.
pub(in crate::rules) fn named(holders: &[Holder]) -> Vec<String> {
    let words = |h: &Holder| format!("{} / {} / {}", h.brand, h.maker, h.class);
    holders.iter().map(words).collect()
}

/// A shop's key in the seller book: the platform, and what [`shop`] gives.
pub(in crate::rules) fn seller_key(listing: &Listing) -> (String, String) {
    (listing.platform.clone(), shop(listing).into_owned())
}

fn holders(context: NativeCallContext, scheme: &str, value: Dynamic) -> Answer<Array> {
    let item = item_of(&context)?;
    let Some(value) = words(&value, "a number")? else {
        return Ok(Array::new());
    };
    let key = (scheme.to_owned(), value.to_string());
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

#[cfg(test)]
mod tests {
    use crate::rules::{RuleSet, tests::source};

    #[test]
    fn an_offer_that_was_there_before_under_another_number_is_told() {
        let text = r#"//! A rule of the tests. 测试用规则。
const RULE = #{ title: "There again", title_zh: "重新上架", kind: "relisting", severity: "low", basis: ["b"] };
fn check(item) {
    let before = relisted_from(item);
    if before == () { return pass("new"); }
    flag("{before}", "{before}").because("before", before)
}
const TESTS = [
    #{ flag: "there before", facts: #{ relisted_from: "test:0" }, item: #{ title: "水壶", seller: #{ name: "甲" } } },
    #{ pass: "not there before", item: #{ title: "水壶", seller: #{ name: "甲" } } },
    #{ pass: "the shop is not known", facts: #{ relisted_from: "test:0" }, item: #{ title: "水壶" } },
];
"#;
        let (set, faults) = RuleSet::load(&[source("a/b", text)], Default::default());
        crate::rules::tests::sound(&faults);
        let tests = set.test();
        assert_eq!(tests.len(), 3);
        assert!(tests.iter().all(|test| test.ok), "{tests:#?}");
        assert_eq!(tests[0].detail, "test:0");
    }

    #[test]
    fn every_field_of_the_version_before_can_be_asked_about() {
        let text = r#"//! A rule of the tests. 测试用规则。
const RULE = #{ title: "Turned over", title_zh: "改换", kind: "seller", severity: "low", basis: ["b"] };
fn check(item) {
    let turned = ["title", "price", "list_price", "class", "images", "seller.name", "review_count", "status"]
        .filter(|field| changed(item, field) == true);
    if turned.is_empty() { return if changed(item, "title") == () { unsure("none before") } else { pass() }; }
    flag("{turned}", "{turned}").because("turned", turned.reduce(|all, one| if all == () { one } else { `${all} ${one}` }))
}
const TESTS = [
    #{ flag: "all of it", facts: #{ was: #{ title: "手机壳", price: 5.0, list_price: 9.0, images: ["a", "b"], review_count: 3, seller: #{ name: "甲" } } },
       item: #{ title: "电热水壶", class: "appliance/kettle", price: 6.0, list_price: 9.5, images: ["a", "c"], review_count: 4, seller: #{ name: "乙" } } },
    #{ flag: "the same number in another currency", facts: #{ was: #{ title: "水壶", price: 5.0, currency: "USD" } },
       item: #{ title: "水壶", price: 5.0 } },
    #{ flag: "by the older keys", facts: #{ title_was: "水瓶", price_was: 4.0, was: #{ brand: "a" } }, item: #{ title: "水壶", price: 5.0 } },
    #{ pass: "in another order and another size of letters", facts: #{ was: #{ title: "KETTLE", price: 5.0, images: ["b", "a"] } },
       item: #{ title: "Kettle", price: 5.0, images: ["a", "b"] } },
    #{ pass: "in the listing's own currency", facts: #{ was: #{ title: "水壶", price: 5.0 } }, item: #{ title: "水壶", price: 5.0, currency: "USD" } },
    #{ pass: "what one of the two does not show has not changed", facts: #{ was: #{ title: "水壶", seller: #{ name: "甲" } } }, item: #{ title: "水壶", list_price: 5.0, images: ["a"] } },
    #{ unsure: "no version before", item: #{ title: "水壶", price: 5.0 } },
];
"#;
        let (set, faults) = RuleSet::load(&[source("a/b", text)], Default::default());
        crate::rules::tests::sound(&faults);
        let tests = set.test();
        let failed: Vec<_> = tests.iter().filter(|test| !test.ok).collect();
        assert!(failed.is_empty(), "{failed:#?}");
        assert_eq!(tests.len(), 7);
    }

    #[test]
    fn a_field_that_is_not_kept_is_named_before_the_rule_runs() {
        for (field, help) in [
            ("titel", "did you mean `title`?"),
            ("captured_on", "which moves with every visit"),
        ] {
            let body = format!("if changed(item, \"{field}\") == true {{ return pass(); }} pass()");
            let rule = source("a/b", &crate::rules::tests::rule(&body));
            let (_, faults) = RuleSet::load(&[rule], Default::default());
            let pictures: String = faults.iter().map(|fault| fault.picture.as_str()).collect();
            let named = format!("error[R104]: there is no field to compare `{field}`");
            assert!(
                pictures.contains(&named) && pictures.contains(help),
                "{pictures}"
            );
        }
    }
}
