//! Open Graph, its `product:` names and Twitter's cards: what `<meta>` says for those who share a page.

use std::{borrow::Cow, collections::BTreeMap};

use super::found::{Found, Place};

/// Meta names and the fields that they fill.
const NAMES: &[(&str, &str)] = &[
    ("og:title", "title"),
    ("twitter:title", "title"),
    ("og:description", "description"),
    ("description", "description"),
    ("og:image", "images"),
    ("og:image:url", "images"),
    ("og:image:secure_url", "images"),
    ("twitter:image", "images"),
    ("product:brand", "brand"),
    ("og:brand", "brand"),
    ("product:availability", "availability"),
    ("og:availability", "availability"),
    ("product:condition", "condition"),
    ("og:condition", "condition"),
    ("product:retailer_item_id", "sku"),
    ("product:mfr_part_no", "mpn"),
    ("product:retailer_part_no", "mpn"),
    ("product:ean", "gtin"),
    ("product:upc", "gtin"),
    ("product:isbn", "gtin"),
    ("product:gtin", "gtin"),
    ("og:upc", "gtin"),
    ("og:ean", "gtin"),
    ("book:isbn", "gtin"),
    ("product:category", "category"),
    ("og:locale", "language"),
    ("content-language", "language"),
];

// All names are in lower case, as those of `Metas` are.
const PRICES: &[&str] = &[
    "product:price:amount",
    "og:price:amount",
    "product:price",
    "og:price",
    "price",
];
const SALE: &[&str] = &[
    "product:sale_price:amount",
    "og:sale_price:amount",
    "product:sale_price",
];
const BEFORE: &[&str] = &[
    "product:original_price:amount",
    "og:standard_amount",
    "product:pretax_price:amount",
];
const CURRENCIES: &[&str] = &[
    "product:price:currency",
    "og:price:currency",
    "product:sale_price:currency",
    "product:currency",
    "product:original_price:currency",
    "pricecurrency",
    "currency",
];

/// Elements and their contents by lower-case name.
type Metas<'p> = BTreeMap<Cow<'p, str>, Vec<(usize, &'p str)>>;

/// The metas of a page; the first of a name counts.
pub(super) fn metas<'p>(page: &'p super::page::PageModel<'_>, elements: &[usize]) -> Metas<'p> {
    let mut metas = Metas::new();
    for element in elements.iter().copied() {
        let Some(name) = page.either(element, &["property", "name", "http-equiv"]) else {
            continue;
        };
        if let Some(content) = page.either(element, &["content", "value"]) {
            metas
                .entry(lower(name))
                .or_default()
                .push((element, content));
        }
    }
    metas
}

/// Offers what the metas say.
pub(super) fn read(found: &mut Found<'_, '_>, elements: &[usize]) {
    let metas = metas(found.page, elements);
    let first = |names: &[&'static str]| {
        names.iter().find_map(|n| {
            let all = metas.get(*n)?;
            all.first().map(|(_, content)| (*n, *content))
        })
    };
    for (name, field) in NAMES {
        for (_, content) in metas.get(*name).into_iter().flatten().take(20) {
            offer(found, name, field, content);
        }
    }
    let currency = first(CURRENCIES).map_or("", |(_, code)| code);
    let (price, sale, before) = (first(PRICES), first(SALE), first(BEFORE));
    let (price, before) = match sale {
        Some(sale) => (Some(sale), price.or(before)),
        None => (price, before),
    };
    if let Some((name, amount)) = price {
        found.beside("price", amount, currency, meta(name), 0);
    }
    if let Some((name, amount)) = before {
        found.beside("list_price", amount, currency, meta(name), 0);
    }
    cards(&metas, found);
}

fn offer(found: &mut Found<'_, '_>, name: &'static str, field: &'static str, content: &str) {
    match field {
        "images" => {
            if let Some(url) = found.address(content) {
                found.add(field, &url, meta(name));
            }
        }
        // Written for search engines: often about the shop, not the goods.
        "description" if name == "description" => found.lean(field, content, meta(name), -10),
        _ => found.add(field, content, meta(name)),
    }
}

/// Twitter's product card: `label1` "Price", `data1` "$5".
fn cards(metas: &Metas<'_>, found: &mut Found<'_, '_>) {
    for (label, data) in [
        ("twitter:label1", "twitter:data1"),
        ("twitter:label2", "twitter:data2"),
    ] {
        let text = |name: &str| {
            metas
                .get(name)
                .and_then(|all| all.first())
                .map(|(_, text)| *text)
        };
        let (Some(named), Some(value)) = (text(label), text(data)) else {
            continue;
        };
        if let Some(field) = super::labels::field(named) {
            found.lean(field, value, meta(data), -5);
        }
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

fn meta(name: &str) -> Place {
    Place::Path(format!("meta[{name}]"))
}
