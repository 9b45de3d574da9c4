//! The columns of each table: one line each, from which every format makes its own.

use std::fmt::Display;

use crate::model::{
    Availability, Block, Capture, Code, Flag, Listing, ListingStatus, Money, Proof, Review,
    UnitPrice,
};

use super::Row;

/// What stands in one cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing is known.
    Empty,
    /// Words, possibly a stranger's. Several values stand on a line each.
    Text(String),
    /// A number, as it is written; never a stranger's words.
    Number(String),
}

/// A column: its name, and what it shows of a row.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    shows: Shows,
}

#[derive(Debug)]
enum Shows {
    Flag(fn(&Flag) -> Cell),
    Listing(fn(&Listing) -> Cell),
    Capture(fn(&Capture) -> Cell),
}

impl Column {
    /// The cell of a row; empty where the row lacks that part.
    pub(super) fn cell(&self, row: &Row) -> Cell {
        let listing = row.listing();
        let cell = match self.shows {
            Shows::Flag(cell) => row.flag().map(cell),
            Shows::Listing(cell) => listing.map(cell),
            Shows::Capture(cell) => listing.and_then(|l| l.capture.as_ref()).map(cell),
        };
        cell.unwrap_or(Cell::Empty)
    }
}

const fn flag(name: &'static str, cell: fn(&Flag) -> Cell) -> Column {
    Column {
        name,
        shows: Shows::Flag(cell),
    }
}

const fn listing(name: &'static str, cell: fn(&Listing) -> Cell) -> Column {
    Column {
        name,
        shows: Shows::Listing(cell),
    }
}

const fn capture(name: &'static str, cell: fn(&Capture) -> Cell) -> Column {
    Column {
        name,
        shows: Shows::Capture(cell),
    }
}

/// Every table and its columns.
pub(super) const TABLES: &[(&str, &[Column])] = &[("flags", FLAGS), ("listings", LISTINGS)];

const FLAGS: &[Column] = &[
    flag("id", |f| word(&f.id)),
    flag("rule", |f| word(&f.rule)),
    flag("severity", |f| word(f.severity)),
    flag("score", |f| number(f.score)),
    flag("kind", |f| word(&f.kind)),
    flag("reason", |f| word(&f.reason)),
    flag("reason_zh", |f| word(&f.reason_zh)),
    flag("status", |f| word(f.status)),
    flag("raised_at", |f| word(f.raised_at)),
    flag("campaigns", |f| list(&f.campaigns)),
    flag("listing", |f| word(&f.listing)),
    flag("listing_version", |f| number(f.listing_version)),
    listing("title", |l| some(l.title.as_ref())),
    listing("url", |l| word(&l.url)),
    listing("price", |l| amount(&l.price)),
    listing("currency", |l| currency(&l.price)),
    listing("brand", |l| some(l.brand.as_ref())),
    listing("model", |l| some(l.model.as_ref())),
    listing("gtin", |l| some(l.gtin.as_ref())),
    listing("manufacturer", |l| some(l.manufacturer.as_ref())),
    listing("seller", |l| some(l.seller.name.as_ref())),
    listing("seller_id", |l| some(l.seller.id.as_ref())),
    listing("seller_location", |l| some(l.seller.location.as_ref())),
    flag("platform", |f| word(f.listing.platform())),
    listing("region", |l| some(l.region.as_ref())),
    flag("basis", |f| list(&f.basis)),
    flag("proofs", |f| lines(f.proofs.iter().map(readable))),
    flag("verdict", |f| last(f, |v| word(v.verdict))),
    flag("verdict_by", |f| last(f, |v| word(&v.by))),
    flag("verdict_at", |f| last(f, |v| word(v.at))),
    flag("verdict_note", |f| last(f, |v| some(v.note.as_ref()))),
    capture("captured_at", |c| word(c.fetched_at)),
    capture("sha256", |c| word(&c.sha256)),
    capture("warc", |c| word(&c.warc)),
    capture("warc_offset", |c| number(c.offset)),
    flag("rule_hash", |f| word(&f.rule_hash)),
    flag("reference_hash", |f| word(&f.reference_hash)),
    flag("facts_hash", |f| word(&f.facts_hash)),
];

const LISTINGS: &[Column] = &[
    listing("id", |l| word(&l.id)),
    listing("platform", |l| word(&l.platform)),
    listing("url", |l| word(&l.url)),
    listing("title", |l| some(l.title.as_ref())),
    listing("price", |l| amount(&l.price)),
    listing("currency", |l| currency(&l.price)),
    listing("list_price", |l| amount(&l.list_price)),
    listing("unit_price", |l| {
        figure(l.unit_price.as_ref().map(|price| price.amount))
    }),
    listing("unit_price_for", |l| {
        some(l.unit_price.as_ref().map(measure))
    }),
    listing("brand", |l| some(l.brand.as_ref())),
    listing("manufacturer", |l| some(l.manufacturer.as_ref())),
    listing("manufacturer_address", |l| {
        some(l.manufacturer_address.as_ref())
    }),
    listing("manufacturer_region", |l| {
        some(l.manufacturer_region.as_ref())
    }),
    listing("importer", |l| some(l.importer.as_ref())),
    listing("importer_region", |l| some(l.importer_region.as_ref())),
    listing("model", |l| some(l.model.as_ref())),
    listing("mpn", |l| some(l.mpn.as_ref())),
    listing("sku", |l| some(l.sku.as_ref())),
    listing("gtin", |l| some(l.gtin.as_ref())),
    listing("codes", |l| lines(l.codes.iter().map(code))),
    listing("category", |l| path(&l.category)),
    listing("class", |l| some(l.class.as_ref().map(|class| &class.id))),
    listing("condition", |l| some(l.condition.as_ref())),
    listing("availability", |l| {
        some(l.availability.map(Availability::as_str))
    }),
    listing("seller", |l| some(l.seller.name.as_ref())),
    listing("seller_id", |l| some(l.seller.id.as_ref())),
    listing("seller_url", |l| some(l.seller.url.as_ref())),
    listing("seller_location", |l| some(l.seller.location.as_ref())),
    listing("seller_region", |l| some(l.seller.region.as_ref())),
    listing("seller_licence", |l| some(l.seller.licence.as_ref())),
    listing("seller_rating", |l| figure(l.seller.rating)),
    listing("standards", |l| list(&l.standards)),
    listing("attributes", |l| {
        lines(l.attributes.iter().map(|(k, v)| format!("{k}: {v}")))
    }),
    listing("rating", |l| figure(l.rating)),
    listing("review_count", |l| figure(l.review_count)),
    listing("sales", |l| figure(l.sales)),
    listing("region", |l| some(l.region.as_ref())),
    listing("language", |l| some(l.language.as_ref())),
    listing("observed", observed),
    listing("first_seen", |l| some(l.first_seen)),
    listing("last_seen", |l| some(l.last_seen)),
    listing("status", |l| word(status(l.status))),
    listing("version", |l| number(l.version)),
    listing("images", |l| lines(l.images.iter().cloned())),
    listing("description", |l| some(l.description.as_ref())),
    capture("captured_at", |c| word(c.fetched_at)),
    capture("sha256", |c| word(&c.sha256)),
    capture("warc", |c| word(&c.warc)),
    capture("warc_offset", |c| number(c.offset)),
];

fn word(value: impl Display) -> Cell {
    Cell::Text(value.to_string())
}

fn some(value: Option<impl Display>) -> Cell {
    value.map_or(Cell::Empty, word)
}

fn number(value: impl Display) -> Cell {
    Cell::Number(value.to_string())
}

fn figure(value: Option<impl Display>) -> Cell {
    value.map_or(Cell::Empty, number)
}

fn amount(price: &Option<Money>) -> Cell {
    figure(price.as_ref().map(|price| price.amount))
}

/// `100 g`.
fn measure(price: &UnitPrice) -> String {
    format!("{} {}", price.quantity, price.unit)
}

fn currency(price: &Option<Money>) -> Cell {
    some(price.as_ref().and_then(|price| price.currency.as_ref()))
}

fn lines(values: impl Iterator<Item = String>) -> Cell {
    let text = values.collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text)
    }
}

fn list(values: &[String]) -> Cell {
    lines(values.iter().cloned())
}

fn path(steps: &[String]) -> Cell {
    some(Some(steps.join(" > ")).filter(|path| !path.is_empty()))
}

fn last(flag: &Flag, cell: fn(&Review) -> Cell) -> Cell {
    flag.verdicts.last().map_or(Cell::Empty, cell)
}

fn observed(listing: &Listing) -> Cell {
    let blocks = listing.observed.iter().copied().map(Block::as_str);
    lines(blocks.map(str::to_owned))
}

fn status(status: ListingStatus) -> &'static str {
    match status {
        ListingStatus::Active => "active",
        ListingStatus::Gone => "gone",
        ListingStatus::Removed => "removed",
        ListingStatus::Unreachable => "unreachable",
        ListingStatus::Unread => "unread",
    }
}

/// `ccc 2020010717916592 (fails its check)`.
fn code(code: &Code) -> String {
    let doubt = if code.valid { "" } else { " (fails its check)" };
    format!("{} {}{doubt}", code.scheme, code.raw)
}

/// `title: "…" (read as "…"; note; cpsc 24-001 of 2024-05-01)`.
fn readable(proof: &Proof) -> String {
    let normalised = proof
        .normalised
        .as_ref()
        .map(|form| format!("read as \"{form}\""));
    let reference = proof.reference.as_ref().map(|row| match &row.date {
        Some(date) => format!("{} {} of {date}", row.source, row.id),
        None => format!("{} {}", row.source, row.id),
    });
    let more = [normalised, proof.note.clone(), reference];
    let more = more.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let more = if more.is_empty() {
        more
    } else {
        format!(" ({more})")
    };
    format!("{}: \"{}\"{more}", proof.field, proof.text)
}
