//! Brands: which are known, who may sell them, what their goods usually cost, and who imitates them.

use rhai::{Array, Dynamic, ImmutableString, NativeCallContext};

use super::{Doc, Family, Host, item_of, words};
use crate::{
    model::{Proof, ReferenceRow},
    reference,
    rules::{
        rest::Asked,
        trace::path,
        view::{Answer, Item, Look, SellerOf},
    },
    text::fold::fold,
};

pub(super) const FAMILY: Family = Family {
    name: "brands",
    docs: DOCS,
    kinds: &[],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "usual_price",
        signature: "usual_price(brand: text?, class: text?) -> number?",
        doc: "the usual price in the listing's currency: the brand owner's, else the median of what is stored; `()` where neither is known",
        example: r#"usual_price("nobody", "appliance/kettle") == ()"#,
    },
    Doc {
        name: "authorised",
        signature: "authorised(brand: text?, seller: text? or Seller) -> true, false or ()",
        doc: "whether the seller is on the brand owner's list; `()` where there is no list or no seller",
        example: r#"authorised("nobody", item.seller) == ()"#,
    },
    Doc {
        name: "brand_known",
        signature: "brand_known(name: text?) -> text?",
        doc: "the reference name of a brand, by that name or an alias",
        example: r#"brand_known("nobody at all") == ()"#,
    },
    Doc {
        name: "brands_in",
        signature: "brands_in(text: text?) -> list of texts",
        doc: "reference names of the brands that a text names",
        example: r#"brands_in("nothing of note").is_empty()"#,
    },
    Doc {
        name: "brand_like",
        signature: "brand_like(name: text?) -> text?",
        doc: "the known brand that a different name imitates: look-alike letters or characters, or one slip in a name of five letters or more",
        example: r#"brand_like("nobody at all") == ()"#,
    },
];

fn register(engine: &mut Host) {
    engine.register_fn("usual_price", usual_price);
    engine.register_fn("authorised", authorised);
    engine.register_fn("brand_known", brand_known);
    engine.register_fn("brands_in", brands_in);
    engine.register_fn("brand_like", brand_like);
}

/// The brand owner's price before the store's median: where most offers are fakes, the median is the price of a fake.
fn usual_price(context: NativeCallContext, brand: Dynamic, class: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let (brand, class) = (words(&brand, "a brand")?, words(&class, "a class")?);
    let price = item.sheet().listing.price.as_ref();
    let currency = price.and_then(|price| price.currency.clone());
    let (Some(brand), Some(class), Some(currency)) = (brand, class, currency) else {
        return Ok(Dynamic::UNIT);
    };
    let key = (
        item.sheet().folded_name(&brand).into_owned(),
        class.to_string(),
        currency,
    );
    let amount = owners_price(&item, &key).or_else(|| median(&item, &key));
    Ok(amount.map_or(Dynamic::UNIT, Dynamic::from_float))
}

/// What the brand owner says; the key is folded brand, class, currency.
fn owners_price(item: &Item, key: &(String, String, String)) -> Option<f64> {
    let brand = known(item, &key.0)?;
    let mut usual = brand.usual.iter();
    let usual = usual.find(|usual| usual.class == key.1 && usual.currency == key.2)?;
    let note = format!("the list price of {}, {}", brand.name, key.2);
    say_usual(item, usual.amount, note, Some(brand.row.clone()));
    Some(usual.amount)
}

/// What the store's sellers ask.
fn median(item: &Item, key: &(String, String, String)) -> Option<f64> {
    item.asked_store(Asked::Usual(key));
    let usual = item.look().facts().prices.usual.get(key);
    if usual.is_none() {
        let asked = || format!("usual price of {} in {} {}", key.0, key.1, key.2);
        item.trace(|trace| trace.vain(asked()));
    }
    let usual = usual?;
    let note = format!("median of {} sellers, {}", usual.sellers, key.2);
    say_usual(item, usual.amount, note, None);
    Some(usual.amount)
}

fn say_usual(item: &Item, amount: f64, note: String, reference: Option<ReferenceRow>) {
    item.say(|| Proof {
        field: "usual_price".to_owned(),
        text: crate::rules::prepared::spoken(&amount.into()),
        note: Some(note),
        reference,
        ..Proof::default()
    });
}

fn authorised(context: NativeCallContext, brand: Dynamic, seller: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let names: Vec<String> = match seller.is::<SellerOf>() {
        true => shop(item.look()),
        false => {
            let name = words(&seller, "a seller")?;
            name.iter().map(ToString::to_string).collect()
        }
    };
    let Some(name) = words(&brand, "a brand")?.filter(|_| !names.is_empty()) else {
        return Ok(Dynamic::UNIT);
    };
    let Some(brand) = known(&item, &item.sheet().folded_name(&name)) else {
        return Ok(Dynamic::UNIT);
    };
    let Some((listed, names)) = listed(brand, &names) else {
        return Ok(Dynamic::UNIT);
    };
    item.say(|| Proof {
        field: "seller".to_owned(),
        text: names.join(" / "),
        path: path(item.sheet(), "seller.name"),
        note: Some(format!(
            "{} the {} authorised sellers of {}",
            if listed {
                "on the list of"
            } else {
                "not among"
            },
            brand.authorised.len(),
            brand.name
        )),
        reference: Some(brand.row.clone()),
        ..Proof::default()
    });
    Ok(listed.into())
}

/// The shop of the page as lists name it: id and name.
fn shop(look: &Look) -> Vec<String> {
    let seller = &look.sheet().listing.seller;
    let names = [&seller.id, &seller.name].into_iter().flatten();
    names.cloned().collect()
}

/// Whether one of the names is on the list, and the names folded; none where there is no list or no name.
fn listed(brand: &reference::Brand, names: &[String]) -> Option<(bool, Vec<String>)> {
    if brand.authorised.is_empty() || names.is_empty() {
        return None;
    }
    let names: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let mut known = brand.authorised.iter().map(|known| fold(known));
    Some((known.any(|known| names.contains(&known)), names))
}

/// The brand of a folded name, which the rule has now asked for.
fn known<'i>(item: &'i Item, folded: &str) -> Option<&'i reference::Brand> {
    item.asked(Asked::Brand(folded));
    let brand = item.reference().brand_folded(folded);
    item.trace(|trace| {
        trace.row(match brand {
            Some(brand) => brand.row.hash.clone(),
            None => format!("brand {folded}: none"),
        });
    });
    brand
}

/// Writes down that a brand of the reference data was met.
fn met(item: &Item, brand: &reference::Brand) -> Dynamic {
    item.trace(|trace| trace.row(brand.row.hash.clone()));
    item.say(|| Proof {
        field: "known brand".to_owned(),
        text: brand.name.clone(),
        note: brand
            .owner
            .as_ref()
            .map(|owner| format!("a brand of {owner}")),
        reference: Some(brand.row.clone()),
        ..Proof::default()
    });
    brand.name.clone().into()
}

fn brand_known(context: NativeCallContext, name: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let name = words(&name, "a brand")?;
    let known = name.and_then(|name| known(&item, &fold(&name)));
    Ok(known.map_or(Dynamic::UNIT, |brand| met(&item, brand)))
}

fn brands_in(context: NativeCallContext, text: Dynamic) -> Answer<Array> {
    let item = item_of(&context)?;
    let text = fold(&words(&text, "the text")?.unwrap_or_default());
    item.asked(Asked::Brands);
    let found = item.reference().brands_in(&text);
    Ok(found.into_iter().map(|brand| met(&item, brand)).collect())
}

fn brand_like(context: NativeCallContext, name: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    item.asked(Asked::Brands);
    let known = |name: &ImmutableString| item.reference().brand(name).is_some();
    let name = words(&name, "a brand")?.filter(|name| !known(name));
    let imitated = name.and_then(|name| item.brand_names().imitated(&name).map(str::to_owned));
    let brand = imitated.and_then(|imitated| item.reference().brand(&imitated));
    Ok(brand.map_or(Dynamic::UNIT, |brand| met(&item, brand)))
}
