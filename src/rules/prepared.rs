//! A listing made ready for rules: values as scripts see them, text folded, words found.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use rhai::Dynamic;

use super::{
    rows::{self, Prints},
    terms::{Found, Hit, Terms},
    view::fields::FIELDS,
};
use crate::{
    model::{Listing, Money, Span},
    text::fold::{Disguise, Folded, disguises, fold, fold_mapped},
};

/// A listing with its text folded and its terms found: once, for every rule.
#[derive(Clone, Debug)]
pub struct Prepared(pub(super) Arc<Sheet>);

/// One stretch of the listing's text, as it stands and as it is compared.
#[derive(Debug)]
pub(super) struct Passage {
    /// `title`, `description`, or `attributes.` and the attribute's name.
    pub field: String,
    pub original: String,
    pub folded: Folded,
}

impl Passage {
    /// The attribute's name, where it is the value of one.
    pub(super) fn attribute(&self) -> Option<&str> {
        self.field.strip_prefix("attributes.")
    }

    /// The characters on the page behind a hit.
    pub(super) fn quote(&self, hit: Hit) -> (Span, String) {
        let span = self.folded.original(hit.start, hit.end);
        let length = span.end.saturating_sub(span.start);
        let text = self.original.chars().skip(span.start).take(length);
        (span, text.collect())
    }
}

/// What a rule's run looks at. What is made of the listing is made when the first rule asks for it.
#[derive(Debug)]
pub(super) struct Sheet {
    pub listing: Listing,
    /// In the order of [`FIELDS`]; made when asked for.
    values: [OnceLock<Dynamic>; FIELDS.len()],
    passages: OnceLock<Vec<Passage>>,
    found: OnceLock<Found>,
    prints: OnceLock<Vec<Prints>>,
    disguises: OnceLock<Vec<Disguise>>,
    brand: OnceLock<String>,
    /// The words that were looked for.
    pub terms: Arc<Terms>,
}

impl Prepared {
    /// The listing itself.
    pub fn listing(&self) -> &Listing {
        &self.0.listing
    }

    /// Folds the text and looks for the words of all rules now rather than when the first rule asks.
    pub fn search(&self) {
        self.0.search();
    }

    /// The term lists of which a word stands in the text; none where nobody has looked for them.
    pub fn lists(&self) -> Option<impl Iterator<Item = &str>> {
        let lists = self.0.found.get()?.lists();
        let info = |list| self.0.terms.info(list);
        Some(lists.filter_map(info).map(|list| list.name.as_str()))
    }

    pub(super) fn new(listing: Listing, terms: &Arc<Terms>) -> Self {
        Self(Arc::new(Sheet {
            values: [const { OnceLock::new() }; FIELDS.len()],
            passages: OnceLock::new(),
            found: OnceLock::new(),
            prints: OnceLock::new(),
            disguises: OnceLock::new(),
            brand: OnceLock::new(),
            terms: terms.clone(),
            listing,
        }))
    }
}

impl Sheet {
    /// The value of a field as scripts see it; none where there is no field of that number.
    pub(super) fn value(&self, field: usize) -> Option<&Dynamic> {
        let value = self.values.get(field)?;
        let read = FIELDS.get(field)?.read;
        Some(value.get_or_init(|| read(&self.listing)))
    }

    /// The text of the listing, folded.
    pub(super) fn passages(&self) -> &[Passage] {
        self.passages.get_or_init(|| passages(&self.listing))
    }

    /// A passage of it.
    pub(super) fn folded(&self, field: &str) -> Option<&Folded> {
        let passage = self.passages().iter().find(|p| p.field == field)?;
        Some(&passage.folded)
    }

    /// Where the terms of all rules stand in it.
    pub(super) fn found(&self) -> &Found {
        self.found.get_or_init(|| {
            let passages = self.passages().iter();
            self.terms.search(passages.map(|passage| &passage.folded))
        })
    }

    /// [`Prepared::search`]: with the names of the rows of the attribute table, which are text too.
    pub(super) fn search(&self) {
        self.found();
        self.prints();
    }

    /// What rules look for in the rows of the attribute table.
    pub(super) fn prints(&self) -> &[Prints] {
        self.prints.get_or_init(|| rows::prints(self.passages()))
    }

    /// A name folded: mostly the listing's own brand, which is folded once for all rules.
    pub(super) fn folded_name(&self, name: &str) -> Cow<'_, str> {
        match self.listing.brand.as_deref() {
            Some(own) if own == name => Cow::Borrowed(self.brand.get_or_init(|| fold(own))),
            _ => Cow::Owned(fold(name)),
        }
    }

    /// Words of the title that are written to escape a search.
    pub(super) fn disguises(&self) -> &[Disguise] {
        self.disguises
            .get_or_init(|| disguises(self.listing.title.as_deref().unwrap_or_default()))
    }

    /// The text of a field as a proof quotes it: a price as the decimal that was read.
    pub(super) fn quoted(&self, field: usize) -> String {
        let money = |money: Option<&Money>| money.map(|m| m.amount.to_string());
        match FIELDS.get(field).map(|f| f.name) {
            Some("price") => money(self.listing.price.as_ref()).unwrap_or_default(),
            Some("unit_price") => {
                let price = self.listing.unit_price.as_ref();
                price.map(ToString::to_string).unwrap_or_default()
            }
            Some("list_price") => money(self.listing.list_price.as_ref()).unwrap_or_default(),
            _ => self.value(field).map_or_else(String::new, spoken),
        }
    }
}

/// A script's value in words.
pub(super) fn spoken(value: &Dynamic) -> String {
    if value.is_unit() {
        return String::new();
    }
    if let Ok(number) = value.as_float() {
        let four = format!("{number:.4}");
        return four.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    match value.read_lock::<rhai::Array>() {
        Some(items) => items.iter().map(spoken).collect::<Vec<_>>().join(" · "),
        None => value.to_string(),
    }
}

fn passages(listing: &Listing) -> Vec<Passage> {
    let passage = |field: String, text: &str| Passage {
        field,
        folded: fold_mapped(text),
        original: text.to_owned(),
    };
    let title = listing
        .title
        .iter()
        .map(|text| passage("title".to_owned(), text));
    let description = listing
        .description
        .iter()
        .map(|text| passage("description".to_owned(), text));
    let attributes = listing
        .attributes
        .iter()
        .map(|(name, value)| passage(format!("attributes.{name}"), value));
    title.chain(description).chain(attributes).collect()
}
