//! The fields of a listing as scripts name them: how each is read, and how a test sets it.

use rhai::Dynamic;

use super::values::{
    amount, count, day_of, list, number, optional, set, set_amount, set_availability, set_captured,
    set_currency, set_list, set_status, set_unit, set_unit_price, status, string, unit, unit_price,
    whole,
};
use crate::{
    model::{Availability, Block, Class, Listing, ListingId},
    text::blank::says_nothing,
};

/// One field: its name in scripts, its kind, what it is, and both directions.
pub(in crate::rules) struct Field {
    /// As written behind `item.`; a dot leads into `item.seller`.
    pub name: &'static str,
    /// `text`, `number`, `whole number`, `list`.
    pub kind: &'static str,
    /// One line for the manual.
    pub doc: &'static str,
    /// The block of the page that shows it.
    pub block: Option<Block>,
    /// The value in scripts; `()` where it is absent.
    pub read: fn(&Listing) -> Dynamic,
    /// Sets it from a test's value; false where the value is of the wrong kind.
    pub write: fn(&mut Listing, &Dynamic) -> bool,
}

/// A line of the table whose field is an `Option<String>`; a word for "none" is none.
macro_rules! text {
    ($name:literal, $block:expr, $doc:literal, $($path:ident).+) => {
        Field {
            name: $name, kind: "text", doc: $doc, block: $block,
            read: |l| optional(l.$($path).+.as_deref().filter(|text| !says_nothing(text))),
            write: |l, v| set(&mut l.$($path).+, string(v)),
        }
    };
}

/// The field that moves with every visit, though the page stays as it is.
pub(in crate::rules) const DAY: &str = "captured_on";

/// Every field of a listing that scripts see, in the order of the manual.
pub(in crate::rules) const FIELDS: &[Field] = &[
    text!("title", Some(Block::Title), "the title", title),
    text!(
        "description",
        Some(Block::Description),
        "the description, at most 64 KiB of it",
        description
    ),
    text!(
        "brand",
        Some(Block::Brand),
        "the brand as the page names it",
        brand
    ),
    text!("model", Some(Block::Attributes), "the maker's model", model),
    text!(
        "mpn",
        Some(Block::Attributes),
        "the maker's part number",
        mpn
    ),
    text!("sku", None, "the shop's own number for the goods", sku),
    text!(
        "gtin",
        None,
        "a GTIN that passes its check, as 14 digits",
        gtin
    ),
    Field {
        name: "price",
        kind: "number",
        doc: "what a buyer pays, in `currency`",
        block: Some(Block::Price),
        read: |l| amount(l.price.as_ref()),
        write: |l, v| set_amount(&mut l.price, v),
    },
    Field {
        name: "list_price",
        kind: "number",
        doc: "the price crossed out",
        block: Some(Block::Price),
        read: |l| amount(l.list_price.as_ref()),
        write: |l, v| set_amount(&mut l.list_price, v),
    },
    Field {
        name: "unit_price",
        kind: "number",
        doc: "the price of one `unit`, in `currency`, where the page shows a price for a measure: 125.0 for \"¥12.50/100g\"",
        block: Some(Block::Price),
        read: |l| unit_price(l.unit_price.as_ref()),
        write: |l, v| set_unit_price(l, v),
    },
    Field {
        name: "unit",
        kind: "text",
        doc: "what `unit_price` is for: `kg` (in a test that does not say), `l`, `m`, `m2`, `m3`, `kWh` or `piece`",
        block: Some(Block::Price),
        read: |l| optional(unit(l.unit_price.as_ref())),
        write: |l, v| set_unit(l, v),
    },
    Field {
        name: "currency",
        kind: "text",
        doc: "ISO 4217 code of the price (CNY in a test that does not say)",
        block: Some(Block::Price),
        read: |l| optional(l.price.as_ref().and_then(|p| p.currency.as_deref())),
        write: |l, v| set_currency(l, v),
    },
    Field {
        name: "class",
        kind: "text",
        doc: "the kind of goods by the catalogue, such as `children/toy`",
        block: None,
        read: |l| optional(l.class.as_ref().map(|c| c.id.as_str())),
        write: |l, v| set(&mut l.class, string(v).map(|id| Class { id, score: 1.0 })),
    },
    Field {
        name: "category",
        kind: "list",
        doc: "the breadcrumb, from the root",
        block: Some(Block::Breadcrumbs),
        read: |l| list(&l.category),
        write: |l, v| set_list(&mut l.category, v),
    },
    text!(
        "condition",
        None,
        "schema.org's word: `NewCondition`, `UsedCondition`, `RefurbishedCondition`",
        condition
    ),
    Field {
        name: "availability",
        kind: "text",
        doc: "`InStock`, `OutOfStock`, `PreOrder` or `Discontinued`",
        block: Some(Block::Availability),
        read: |l| optional(l.availability.map(Availability::as_str)),
        write: |l, v| set_availability(l, v),
    },
    text!(
        "seller.name",
        Some(Block::Seller),
        "the shop's name",
        seller.name
    ),
    text!(
        "seller.id",
        Some(Block::Seller),
        "the platform's own number or name for the shop",
        seller.id
    ),
    text!(
        "seller.url",
        Some(Block::Seller),
        "the shop's page",
        seller.url
    ),
    text!(
        "seller.location",
        Some(Block::Seller),
        "where the shop says it is",
        seller.location
    ),
    text!(
        "seller.region",
        Some(Block::Seller),
        "the region of that place as `place` gives it, such as `330100` or `DE`",
        seller.region
    ),
    text!(
        "seller.licence",
        Some(Block::Seller),
        "the business licence or social credit code shown",
        seller.licence
    ),
    Field {
        name: "seller.rating",
        kind: "number",
        doc: "as shown, on the platform's own scale",
        block: Some(Block::Seller),
        read: |l| l.seller.rating.map_or(Dynamic::UNIT, Dynamic::from_float),
        write: |l, v| set(&mut l.seller.rating, number(v)),
    },
    text!(
        "manufacturer",
        Some(Block::Maker),
        "the maker",
        manufacturer
    ),
    text!(
        "manufacturer_address",
        Some(Block::Maker),
        "the maker's address",
        manufacturer_address
    ),
    text!(
        "manufacturer_region",
        Some(Block::Maker),
        "the region of that address, else the one in a Chinese maker's name",
        manufacturer_region
    ),
    text!("importer", Some(Block::Maker), "the importer", importer),
    text!(
        "importer_region",
        Some(Block::Maker),
        "the region that stands with the importer",
        importer_region
    ),
    Field {
        name: "standards",
        kind: "list",
        doc: "standards named on the page, such as `GB 6675-2014`",
        block: None,
        read: |l| list(&l.standards),
        write: |l, v| set_list(&mut l.standards, v),
    },
    Field {
        name: "images",
        kind: "list",
        doc: "addresses of the pictures",
        block: Some(Block::Images),
        read: |l| list(&l.images),
        write: |l, v| set_list(&mut l.images, v),
    },
    Field {
        name: "rating",
        kind: "number",
        doc: "the goods' rating as shown",
        block: Some(Block::Reviews),
        read: |l| l.rating.map_or(Dynamic::UNIT, Dynamic::from_float),
        write: |l, v| set(&mut l.rating, number(v)),
    },
    Field {
        name: "review_count",
        kind: "whole number",
        doc: "how many reviews",
        block: Some(Block::Reviews),
        read: |l| count(l.review_count),
        write: |l, v| set(&mut l.review_count, whole(v)),
    },
    Field {
        name: "sales",
        kind: "whole number",
        doc: "pieces sold, as the platform counts them",
        block: None,
        read: |l| count(l.sales),
        write: |l, v| set(&mut l.sales, whole(v)),
    },
    text!(
        "region",
        None,
        "the platform's market, ISO 3166-1 such as `CN`",
        region
    ),
    text!(
        "language",
        None,
        "BCP 47 primary tag, such as `zh`",
        language
    ),
    Field {
        name: "platform",
        kind: "text",
        doc: "the platform's id",
        block: None,
        read: |l| optional(Some(l.platform.as_str()).filter(|p| !p.is_empty())),
        write: |l, v| {
            string(v).is_some_and(|platform| {
                l.id = ListingId::new(&platform, "1");
                l.platform = platform;
                true
            })
        },
    },
    Field {
        name: "url",
        kind: "text",
        doc: "the listing's address",
        block: None,
        read: |l| optional(Some(l.url.as_str()).filter(|u| !u.is_empty())),
        write: |l, v| string(v).map(|url| l.url = url).is_some(),
    },
    Field {
        name: "status",
        kind: "text",
        doc: "`active`, `gone`, `removed`, `unreachable` or `unread`",
        block: None,
        read: |l| optional(Some(status(l.status))),
        write: |l, v| set_status(l, v),
    },
    Field {
        name: DAY,
        kind: "text",
        doc: "the day of the capture (UTC), such as `2026-11-20`; 2026-01-01 in a test that does not say",
        block: None,
        read: |l| optional(day_of(l).as_deref()),
        write: |l, v| set_captured(l, v),
    },
];
