//! A listing made ready for rules: values as scripts see them, text folded, words found.

use std::sync::Arc;

use rhai::Dynamic;

use super::{
    terms::{Found, Hit, Terms},
    view::fields::FIELDS,
};
use crate::{
    model::{Listing, Money, Span},
    text::fold::{Folded, fold_mapped},
};

/// A listing with its text folded and its terms found: made once, shown to every rule.
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
    /// The characters on the page behind a hit.
    pub(super) fn quote(&self, hit: Hit) -> (Span, String) {
        let span = self.folded.original(hit.start, hit.end);
        let length = span.end.saturating_sub(span.start);
        let text = self.original.chars().skip(span.start).take(length);
        (span, text.collect())
    }
}

/// What a rule's run looks at.
#[derive(Debug)]
pub(super) struct Sheet {
    pub listing: Listing,
    /// In the order of [`FIELDS`].
    pub values: Vec<Dynamic>,
    pub passages: Vec<Passage>,
    pub found: Found,
    /// The words that were looked for.
    pub terms: Arc<Terms>,
}

impl Prepared {
    /// The listing itself.
    pub fn listing(&self) -> &Listing {
        &self.0.listing
    }

    pub(super) fn new(listing: Listing, terms: &Arc<Terms>) -> Self {
        let passages = passages(&listing);
        let found = terms.search(passages.iter().map(|passage| &passage.folded));
        Self(Arc::new(Sheet {
            values: FIELDS.iter().map(|field| (field.read)(&listing)).collect(),
            passages,
            found,
            terms: terms.clone(),
            listing,
        }))
    }
}

impl Sheet {
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
            _ => self.values.get(field).map_or_else(String::new, spoken),
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
