//! Chosen values to the typed fields of a listing, each with its path; and which blocks of the page were read.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashSet;

use super::{
    found::{Offered, Place},
    guess,
    page::{Holds, PageModel, one_line},
    settle, stock, unit_price, values,
};
use crate::{
    model::{Block, Code, Listing, Money, Seller, UnitPrice},
    text::{codes, fold, region},
};

/// Attribute rows from which on a page is said to have an attribute table that was read.
const ENOUGH_ROWS: usize = 3;
/// Pictures that are kept.
const MOST_IMAGES: usize = 20;

/// What the listing is made from.
pub(super) struct Chosen<'a, 't> {
    pub(super) page: &'a PageModel<'t>,
    pub(super) offered: &'a [Offered],
    pub(super) chosen: &'a BTreeMap<&'static str, usize>,
    pub(super) hint: Option<&'a str>,
}

/// The listing; id, platform and region stay empty.
pub(super) fn listing(from: &Chosen<'_, '_>) -> Listing {
    let mut paths = BTreeMap::new();
    let mut listing = stated(from, &mut paths);
    listing.seller = seller(from, &mut paths);
    region::place(&mut listing);
    listing.condition = from
        .value("condition", &mut paths)
        .and_then(|words| values::condition(&words))
        .or_else(|| values::used(listing.title.as_deref()?));
    let crossed = |list: &Money| {
        listing
            .price
            .as_ref()
            .is_none_or(|now| list.amount > now.amount)
    };
    listing.list_price = from.money("list_price", &mut paths).filter(crossed);
    if listing.list_price.is_none() {
        paths.remove("list_price");
    }
    listing.unit_price = from.unit_price(&mut paths);
    listing.images = from.images();
    listing.attributes = from.attributes();
    let stated = from
        .page
        .language()
        .map(str::to_owned)
        .or_else(|| from.value("language", &mut paths));
    listing.language = stated
        .and_then(|tag| values::primary(&tag))
        .or_else(|| guess(&listing));
    listing.paths = paths;
    let numbered = from.is_numbered(&listing);
    listing.codes = from.codes(&listing, numbered);
    let valid = |c: &&Code| matches!(c.scheme.as_str(), "gtin" | "isbn") && c.valid;
    let gtin = listing.codes.iter().find(valid);
    let gtin = gtin.and_then(|c| Some((codes::gtin(c.value.as_deref()?)?, c.path.clone())));
    if let Some((gtin, path)) = gtin {
        listing.gtin = Some(gtin);
        listing.paths.insert("gtin".to_owned(), path);
    }
    listing.standards = standards(&listing, numbered);
    listing.observed = observed(from, &listing);
    listing
}

/// What is one value of the page each.
fn stated(from: &Chosen<'_, '_>, paths: &mut BTreeMap<String, String>) -> Listing {
    let mut field = |name: &'static str| from.value(name, paths);
    Listing {
        title: field("title").map(|t| one_line(&t)),
        description: field("description").map(|t| values::plain(&t, from.page.url)),
        brand: field("brand").map(|b| one_line(&b)),
        manufacturer: field("manufacturer"),
        manufacturer_address: field("manufacturer_address"),
        importer: field("importer"),
        model: field("model"),
        mpn: field("mpn"),
        sku: field("sku"),
        availability: field("availability").and_then(|words| stock::read(&words)),
        rating: field("rating").and_then(|r| values::decimal(&r)),
        review_count: field("review_count").and_then(|n| values::whole(&n)),
        sales: field("sales").and_then(|n| values::whole(&n)),
        category: field("category")
            .map(|c| values::steps(&c))
            .unwrap_or_default(),
        price: from.money("price", paths),
        ..Listing::default()
    }
}

fn seller(from: &Chosen<'_, '_>, paths: &mut BTreeMap<String, String>) -> Seller {
    let mut field = |name: &'static str| from.value(name, paths);
    Seller {
        id: field("seller.id"),
        name: field("seller.name").map(|n| one_line(&n)),
        url: field("seller.url"),
        location: field("seller.location"),
        region: None,
        licence: field("seller.licence"),
        rating: field("seller.rating").and_then(|r| values::decimal(&r)),
    }
}

impl Chosen<'_, '_> {
    fn value(&self, field: &'static str, paths: &mut BTreeMap<String, String>) -> Option<String> {
        let offer = &self.offered[*self.chosen.get(field)?];
        paths.insert(field.to_owned(), self.page.place(&offer.place));
        Some(offer.value.clone())
    }

    fn money(&self, field: &'static str, paths: &mut BTreeMap<String, String>) -> Option<Money> {
        let offer = &self.offered[*self.chosen.get(field)?];
        let money = settle::money(offer, self.hint)?;
        paths.insert(field.to_owned(), self.page.place(&offer.place));
        Some(money)
    }

    fn unit_price(&self, paths: &mut BTreeMap<String, String>) -> Option<UnitPrice> {
        let offer = &self.offered[*self.chosen.get("unit_price")?];
        let price = unit_price::read(offer, self.hint)?;
        paths.insert("unit_price".to_owned(), self.page.place(&offer.place));
        Some(price)
    }

    /// Whether nothing on the page says it: no value that was seen.
    fn guessed(&self, field: &'static str) -> bool {
        let chosen = self.chosen.get(field).map(|at| &self.offered[*at]);
        chosen.is_some_and(|offer| offer.reader == guess::READER)
    }

    fn all(&self, field: &'static str) -> impl Iterator<Item = &Offered> {
        self.offered.iter().filter(move |o| o.field == field)
    }

    /// The pictures of the reader whose picture was chosen.
    fn images(&self) -> Vec<String> {
        let reader = self.chosen.get("images").map(|at| self.offered[*at].reader);
        let mut seen = BTreeSet::new();
        self.all("images")
            .filter(|o| Some(o.reader) == reader && seen.insert(o.value.as_str()))
            .take(MOST_IMAGES)
            .map(|o| o.value.clone())
            .collect()
    }

    /// The first value of each name; readers offer in the order of their trust.
    fn attributes(&self) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::new();
        for offer in self.all("attributes") {
            if let Some(name) = &offer.beside {
                let name = values::label(name);
                if !attributes.contains_key(name.as_ref()) {
                    attributes.insert(name.into_owned(), values::line(&offer.value).into_owned());
                }
            }
        }
        attributes
    }

    /// Whether the description may have a number.
    fn is_numbered(&self, listing: &Listing) -> bool {
        let offer = self.chosen.get("description").map(|at| &self.offered[*at]);
        match (offer, &listing.description) {
            // What is shown is the element's own text, of which that is known.
            (Some(offer), Some(text)) => match offer.place {
                Place::Element(element) if offer.reader == "text" => {
                    self.page.elements[element].holds.any(Holds::DIGIT)
                }
                _ => has_digit(text),
            },
            _ => false,
        }
    }

    /// Every identifier on the page, also those that fail their check, each once. `numbered` is whether the description
    /// may have any.
    fn codes(&self, listing: &Listing, numbered: bool) -> Vec<Code> {
        let mut found: Vec<Code> = Vec::new();
        let mut add = |label: &str, text: &str, path: &dyn Fn() -> String| {
            for code in codes::find(label, text) {
                let same = |c: &Code| {
                    c.scheme == code.scheme
                        && (c.raw == code.raw || c.value.is_some() && c.value == code.value)
                };
                if !found.iter().any(same) && found.len() < 100 {
                    found.push(Code {
                        scheme: code.scheme.to_owned(),
                        raw: code.raw,
                        value: code.value,
                        valid: code.valid,
                        path: path(),
                    });
                }
            }
        };
        for offer in self.all("gtin").filter(|o| has_digit(&o.value)) {
            add("GTIN", &offer.value, &|| self.page.place(&offer.place));
        }
        // Several readers offer the same rows.
        let mut read = HashSet::default();
        for offer in self.all("attributes").filter(|o| has_digit(&o.value)) {
            let label = offer.beside.as_deref().unwrap_or_default();
            if read.insert((label, offer.value.as_str())) {
                add(label, &offer.value, &|| self.page.place(&offer.place));
            }
        }
        let path = |field| listing.paths.get(field).cloned().unwrap_or_default();
        if let Some(title) = listing.title.as_deref().filter(|t| has_digit(t)) {
            add("", title, &|| path("title"));
        }
        if let Some(text) = listing.description.as_deref().filter(|_| numbered) {
            add("", text, &|| path("description"));
        }
        found
    }
}

fn guess(listing: &Listing) -> Option<String> {
    let texts: Vec<&str> = [&listing.title, &listing.description]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let text = texts.join(" ");
    fold::language(&text).map(str::to_owned)
}

fn standards(listing: &Listing, numbered: bool) -> Vec<String> {
    let short = listing.attributes.values().chain(&listing.title);
    let short = short.map(String::as_str).filter(|text| has_digit(text));
    let long = listing.description.as_deref().filter(|_| numbered);
    codes::standards_of(short.chain(long))
}

/// Whether a text may hold a number.
fn has_digit(text: &str) -> bool {
    Holds::in_text(text).any(Holds::DIGIT)
}

/// The blocks that were seen and read:
/// a block is listed when a value of it was read, or a row for it that says that there is nothing (`3C证书编号：无`);
/// `attributes` when at least three rows were read. A table without such a row says nothing: another shop of the platform
/// may show the maker in a picture, and a template may have changed.
fn observed(from: &Chosen<'_, '_>, listing: &Listing) -> Vec<Block> {
    let table = listing.attributes.len() >= ENOUGH_ROWS;
    let certificate = listing
        .codes
        .iter()
        .any(|c| !matches!(c.scheme.as_str(), "gtin" | "isbn" | "uscc" | "energy"));
    let asked = || {
        listing.attributes.keys().any(|label| {
            codes::asked_for(label)
                .is_some_and(|scheme| !matches!(scheme, "gtin" | "isbn" | "uscc" | "energy"))
        })
    };
    let row = |field: &'static str| from.all(field).next().is_some();
    let seen = |block: &Block| match block {
        Block::Title => listing.title.is_some(),
        Block::Price => listing.price.is_some(),
        Block::Availability => listing.availability.is_some() && !from.guessed("availability"),
        Block::Brand => listing.brand.is_some() || row("brand"),
        Block::Seller => listing.seller.name.is_some() || listing.seller.licence.is_some(),
        Block::Maker => {
            listing.manufacturer.is_some()
                || listing.importer.is_some()
                || row("manufacturer")
                || row("importer")
        }
        Block::Attributes => table,
        Block::Certificates => certificate || asked(),
        Block::Description => listing.description.is_some(),
        Block::Images => !listing.images.is_empty(),
        Block::Breadcrumbs => {
            from.all("category").any(|o| o.beside.is_some()) || listing.category.len() > 1
        }
        Block::Reviews => listing.rating.is_some() || listing.review_count.is_some(),
    };
    Block::ALL.into_iter().filter(seen).collect()
}
