//! What authorities and brand owners published: recalls, certificates, brands, usual prices, the catalogue.

use rhai::{Array, Dynamic, Engine, NativeCallContext};

use super::{Doc, Family, Kind, item_of, maybe, words};
use crate::{
    model::{Proof, ReferenceRow},
    reference::{self, Certificate, RecallQuery, Tier},
    rules::{
        lookalike::{looks_like, one_slip},
        trace::path,
        view::{Answer, Item, SellerOf},
    },
    text::fold::fold,
};

pub(super) const FAMILY: Family = Family {
    name: "reference",
    docs: DOCS,
    kinds: &[
        Kind {
            name: "Recall",
            fields: &[
                "tier", "by", "matched", "source", "id", "date", "title", "hazard", "remedy", "url",
            ],
        },
        Kind {
            name: "Certificate",
            fields: &[
                "scheme",
                "value",
                "holder",
                "product",
                "class",
                "status",
                "valid_from",
                "valid_until",
            ],
        },
        Kind {
            name: "Goods",
            fields: &["id", "en", "zh", "ccc", "ccc_required", "licences"],
        },
    ],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "recalls",
        signature: "recalls(item: Listing) -> list of Recall",
        doc: "recall notices that fit, the surest first; a recall has `tier` (`hard`, `strong`, `candidate`), `by`, `matched`, `source`, `id`, `date`, `title`, `hazard`, `remedy`, `url`",
        example: "recalls(item).is_empty()",
    },
    Doc {
        name: "certificate",
        signature: "certificate(scheme: text, value: text?) -> Certificate?",
        doc: "the register's entry for a number, with `status` (`valid`, `suspended`, `revoked`, `expired`, `withdrawn`), `holder`, `product`, `class`, `valid_from`, `valid_until`; `()` where the copy here has none, which proves nothing",
        example: r#"certificate("ccc", "0000000000000000") == ()"#,
    },
    Doc {
        name: "usual_price",
        signature: "usual_price(brand: text?, class: text?) -> number?",
        doc: "the usual price in the listing's currency: the median of what is stored, else the brand owner's; `()` where neither is known",
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
    Doc {
        name: "goods",
        signature: "goods(class: text?) -> Goods?",
        doc: "the catalogue's entry for a class, as in force on the day of the capture: `en`, `zh`, `ccc` (four-digit CCC classes), `ccc_required`, `licences`",
        example: r#"goods("no/such-class") == ()"#,
    },
];

/// A recall that fits, as scripts see it.
#[derive(Clone, Debug)]
struct Recall {
    tier: &'static str,
    by: &'static str,
    matched: String,
    title: String,
    hazard: Option<String>,
    remedy: Option<String>,
    url: Option<String>,
    row: ReferenceRow,
}

fn register(engine: &mut Engine) {
    recall_kind(engine);
    certificate_kind(engine);
    goods_kind(engine);
    engine.register_fn("recalls", |item: &mut Item| recalls(item));
    engine.register_fn("certificate", certificate);
    engine.register_fn("usual_price", usual_price);
    engine.register_fn("authorised", authorised);
    engine.register_fn("brand_known", brand_known);
    engine.register_fn("brands_in", brands_in);
    engine.register_fn("brand_like", brand_like);
    engine.register_fn("goods", goods);
}

fn recall_kind(engine: &mut Engine) {
    engine.register_type_with_name::<Recall>("Recall");
    engine.register_get("tier", |r: &mut Recall| r.tier);
    engine.register_get("by", |r: &mut Recall| r.by);
    engine.register_get("matched", |r: &mut Recall| r.matched.clone());
    engine.register_get("source", |r: &mut Recall| r.row.source.clone());
    engine.register_get("id", |r: &mut Recall| r.row.id.clone());
    engine.register_get("date", |r: &mut Recall| maybe(r.row.date.clone()));
    engine.register_get("title", |r: &mut Recall| r.title.clone());
    engine.register_get("hazard", |r: &mut Recall| maybe(r.hazard.clone()));
    engine.register_get("remedy", |r: &mut Recall| maybe(r.remedy.clone()));
    engine.register_get("url", |r: &mut Recall| maybe(r.url.clone()));
}

fn certificate_kind(engine: &mut Engine) {
    engine.register_type_with_name::<Certificate>("Certificate");
    engine.register_get("scheme", |c: &mut Certificate| c.scheme.clone());
    engine.register_get("value", |c: &mut Certificate| c.value.clone());
    engine.register_get("holder", |c: &mut Certificate| maybe(c.holder.clone()));
    engine.register_get("product", |c: &mut Certificate| maybe(c.product.clone()));
    engine.register_get("class", |c: &mut Certificate| maybe(c.class.clone()));
    engine.register_get("status", |c: &mut Certificate| c.status.to_string());
    engine.register_get("valid_from", |c: &mut Certificate| maybe(c.from.clone()));
    engine.register_get("valid_until", |c: &mut Certificate| maybe(c.until.clone()));
}

fn goods_kind(engine: &mut Engine) {
    let list = |items: &[String]| -> Array { items.iter().cloned().map(Dynamic::from).collect() };
    engine.register_type_with_name::<reference::Kind>("Goods");
    engine.register_get("id", |k: &mut reference::Kind| k.id.clone());
    engine.register_get("en", |k: &mut reference::Kind| k.en.clone());
    engine.register_get("zh", |k: &mut reference::Kind| k.zh.clone());
    engine.register_get("ccc", move |k: &mut reference::Kind| list(&k.ccc));
    engine.register_get("ccc_required", |k: &mut reference::Kind| k.ccc_required);
    engine.register_get("licences", move |k: &mut reference::Kind| list(&k.licences));
}

fn recalls(item: &Item) -> Array {
    let listing = &item.sheet().listing;
    let found = item.reference().recalls(&RecallQuery::of(listing));
    if found.is_empty() {
        item.trace(|trace| trace.row("recalls: none".to_owned()));
    }
    let mut recalls = Array::new();
    for hit in found {
        let row = hit.notice.row.clone();
        item.trace(|trace| trace.row(row.hash.clone()));
        item.say(Proof {
            field: hit.field.to_owned(),
            text: hit.matched.clone(),
            path: path(item.sheet(), hit.field),
            note: Some(format!(
                "{} recall by {}: {}",
                tier(hit.tier),
                hit.by,
                hit.notice.title
            )),
            reference: Some(row.clone()),
            ..Proof::default()
        });
        recalls.push(Dynamic::from(Recall {
            tier: tier(hit.tier),
            by: hit.by,
            matched: hit.matched,
            title: hit.notice.title.clone(),
            hazard: hit.notice.hazard.clone(),
            remedy: hit.notice.remedy.clone(),
            url: hit.notice.url.clone(),
            row,
        }));
    }
    recalls
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Hard => "hard",
        Tier::Strong => "strong",
        Tier::Candidate => "candidate",
    }
}

fn certificate(context: NativeCallContext, scheme: &str, value: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let Some(value) = words(&value, "a number")? else {
        return Ok(Dynamic::UNIT);
    };
    let Some(found) = item.reference().certificate(scheme, &value).cloned() else {
        item.trace(|trace| trace.row(format!("certificate {scheme} {value}: none")));
        return Ok(Dynamic::UNIT);
    };
    item.trace(|trace| trace.row(found.row.hash.clone()));
    item.say(Proof {
        field: format!("register.{scheme}"),
        text: value,
        note: Some(format!("{} in the register", found.status)),
        reference: Some(found.row.clone()),
        ..Proof::default()
    });
    Ok(Dynamic::from(found))
}

/// The store's median before the brand owner's list: it is what buyers pay.
fn usual_price(context: NativeCallContext, brand: Dynamic, class: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let (brand, class) = (words(&brand, "a brand")?, words(&class, "a class")?);
    let currency = item
        .sheet()
        .listing
        .price
        .as_ref()
        .and_then(|p| p.currency.clone());
    let (Some(brand), Some(class), Some(currency)) = (brand, class, currency) else {
        return Ok(Dynamic::UNIT);
    };
    let key = (fold(&brand), class, currency);
    let asked = format!("usual price {} {} {}", key.0, key.1, key.2);
    if let Some(usual) = item.facts().prices.usual.get(&key) {
        let note = format!("median of {} sellers, {}", usual.sellers, key.2);
        item.trace(|trace| trace.fact(asked, format!("{} {}", usual.amount, usual.sellers)));
        say_usual(&item, usual.amount, note, None);
        return Ok(usual.amount.into());
    }
    item.trace(|trace| trace.fact(asked, String::new()));
    let known = item.reference().brand(&brand);
    item.trace(|trace| {
        trace.row(known.map_or(format!("brand {}: none", key.0), |b| b.row.hash.clone()))
    });
    let usual = known.and_then(|brand| {
        let fits = |usual: &&reference::UsualPrice| usual.class == key.1 && usual.currency == key.2;
        Some((brand, brand.usual.iter().find(fits)?))
    });
    let Some((brand, usual)) = usual else {
        return Ok(Dynamic::UNIT);
    };
    let note = format!("the list price of {}, {}", brand.name, key.2);
    say_usual(&item, usual.amount, note, Some(brand.row.clone()));
    Ok(usual.amount.into())
}

fn say_usual(item: &Item, amount: f64, note: String, reference: Option<ReferenceRow>) {
    item.say(Proof {
        field: "usual_price".to_owned(),
        text: crate::rules::prepared::spoken(&amount.into()),
        note: Some(note),
        reference,
        ..Proof::default()
    });
}

fn authorised(context: NativeCallContext, brand: Dynamic, seller: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let names: Vec<String> = if seller.is::<SellerOf>() {
        let seller = &item.sheet().listing.seller;
        [&seller.id, &seller.name]
            .into_iter()
            .flatten()
            .map(|name| fold(name))
            .collect()
    } else {
        words(&seller, "a seller")?
            .iter()
            .map(|name| fold(name))
            .collect()
    };
    let Some(name) = words(&brand, "a brand")?.filter(|_| !names.is_empty()) else {
        return Ok(Dynamic::UNIT);
    };
    let Some(brand) = item.reference().brand(&name) else {
        item.trace(|trace| trace.row(format!("brand {}: none", fold(&name))));
        return Ok(Dynamic::UNIT);
    };
    item.trace(|trace| trace.row(brand.row.hash.clone()));
    if brand.authorised.is_empty() {
        return Ok(Dynamic::UNIT);
    }
    let listed = brand
        .authorised
        .iter()
        .any(|known| names.contains(&fold(known)));
    item.say(Proof {
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

/// Writes down that a brand of the reference data was met.
fn met(item: &Item, brand: &reference::Brand) -> Dynamic {
    item.trace(|trace| trace.row(brand.row.hash.clone()));
    item.say(Proof {
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
    let known = name.and_then(|name| item.reference().brand(&name));
    Ok(known.map_or(Dynamic::UNIT, |brand| met(&item, brand)))
}

fn brands_in(context: NativeCallContext, text: Dynamic) -> Answer<Array> {
    let item = item_of(&context)?;
    let text = fold(&words(&text, "the text")?.unwrap_or_default());
    let found = item.reference().brands_in(&text);
    Ok(found.into_iter().map(|brand| met(&item, brand)).collect())
}

fn brand_like(context: NativeCallContext, name: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let Some(name) = words(&name, "a brand")?.filter(|name| item.reference().brand(name).is_none())
    else {
        return Ok(Dynamic::UNIT);
    };
    let imitated = |known: &str| looks_like(&name, known) || one_slip(&name, known);
    let brand = item.reference().brands().find(|brand| {
        std::iter::once(&brand.name)
            .chain(&brand.aliases)
            .any(|known| imitated(known))
    });
    Ok(brand.map_or(Dynamic::UNIT, |brand| met(&item, brand)))
}

fn goods(context: NativeCallContext, class: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let Some(class) = words(&class, "a class")? else {
        return Ok(Dynamic::UNIT);
    };
    let day = crate::rules::view::field("captured_on").map(|field| item.value(field));
    let day = day.as_ref().and_then(crate::rules::view::fields::string);
    let kind = match &day {
        Some(day) => item.reference().kind_on(&class, day),
        None => item.reference().kind(&class),
    };
    let row = kind.map_or(format!("class {class}: none"), |kind| kind.row.hash.clone());
    item.trace(|trace| trace.row(row));
    Ok(kind.cloned().map_or(Dynamic::UNIT, Dynamic::from))
}
