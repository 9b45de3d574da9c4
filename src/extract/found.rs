//! What the readers offer: values for fields, each with its reader and its place on the page.

use super::page::PageModel;

/// Where on the page a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An element of the page model.
    Element(usize),
    /// A value of the page's JSON-LD.
    Block(usize),
    /// Already a path: a JSON pointer, a meta name.
    Path(String),
}

/// One value for one field.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    /// As `model::Listing` names it; `seller.name` for what lies deeper.
    pub(super) field: &'static str,
    pub(super) value: String,
    /// The currency beside a price, the name of an attribute.
    pub(super) beside: Option<String>,
    pub(super) reader: &'static str,
    pub(super) place: Place,
    /// How much a reader trusts this one among its own: 0 is usual.
    pub(super) lean: i32,
}

/// Values of one field beyond this number are not kept.
const MOST: usize = 300;
/// Descriptions are long.
const MOST_TEXTS: usize = 8;

/// Bytes of one value, and of a description.
const MOST_BYTES: usize = 1 << 12;
const MOST_DESCRIPTION: usize = 1 << 16;

/// What one reader finds.
#[derive(Debug)]
pub(super) struct Found<'p, 't> {
    pub(super) page: &'p PageModel<'t>,
    reader: &'static str,
    pub(super) offered: Vec<Offered>,
}

impl<'p, 't> Found<'p, 't> {
    pub(super) fn new(page: &'p PageModel<'t>, reader: &'static str) -> Self {
        Self {
            page,
            reader,
            offered: Vec::new(),
        }
    }

    /// Offers a value; one that says nothing is passed over.
    pub(super) fn add(&mut self, field: &'static str, value: &str, place: Place) {
        self.push(field, value, None, place, 0);
    }

    /// Offers a value that this reader itself is less (or more) sure of than usual.
    pub(super) fn lean(&mut self, field: &'static str, value: &str, place: Place, lean: i32) {
        self.push(field, value, None, place, lean);
    }

    /// Offers a price with the currency beside it, or an attribute with its name.
    pub(super) fn beside(
        &mut self,
        field: &'static str,
        value: &str,
        beside: &str,
        place: Place,
        lean: i32,
    ) {
        self.push(field, value, Some(beside), place, lean);
    }

    fn push(
        &mut self,
        field: &'static str,
        value: &str,
        beside: Option<&str>,
        place: Place,
        lean: i32,
    ) {
        let value = value.trim();
        if value.is_empty() || unfilled(value) {
            return;
        }
        let (most, bytes) = if field == "description" {
            (MOST_TEXTS, MOST_DESCRIPTION)
        } else {
            (MOST, MOST_BYTES)
        };
        let value = value[..value.floor_char_boundary(bytes)].trim_end();
        let same = || self.offered.iter().filter(|o| o.field == field).count();
        if self.offered.len() < most || same() < most {
            self.offered.push(Offered {
                field,
                value: value.to_owned(),
                beside: beside
                    .map(str::trim)
                    .filter(|b| !b.is_empty())
                    .map(str::to_owned),
                reader: self.reader,
                place,
                lean,
            });
        }
    }
}

/// What templates print where there is no value.
fn unfilled(value: &str) -> bool {
    let one = |word: &&str| value.eq_ignore_ascii_case(word);
    let words = ["null", "undefined", "nan", "[object object]"];
    words.iter().any(one) || value.starts_with("{{") || value.starts_with("${")
}
