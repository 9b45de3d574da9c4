//! From a page's text to the fields of a listing, each with where it came from; what is missing is said.

mod entity;
mod page;
mod soup;
mod token;

use std::collections::BTreeMap;

use url::Url;

use crate::model::{Gap, Listing, PageKind};

/// A selector that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("selector '{selector}' for {field}: {message}")]
#[allow(missing_docs, reason = "plain names")]
pub struct BadSelector {
    pub field: String,
    pub selector: String,
    pub message: String,
}

/// CSS selectors and JSON pointers of one platform, by field.
#[derive(Debug, Default)]
pub struct Selectors {}

impl Selectors {
    /// Compiles what config.toml's `[platform.select]` says: field name to CSS selector (`css@attr` for an attribute)
    /// or JSON pointer (begins with `/`). All faults at once.
    pub fn compile(fields: &BTreeMap<String, String>) -> Result<Self, Vec<BadSelector>> {
        let _ = fields;
        todo!()
    }
}

/// One value that a reader offered for a field.
#[derive(Clone, Debug, serde::Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Candidate {
    pub field: String,
    pub value: String,
    /// `select`, `json-ld`, `microdata`, `open-graph`, `table`, `text`, …
    pub reader: String,
    pub path: String,
    pub chosen: bool,
}

/// What was read from one page.
#[derive(Debug, Default)]
pub struct Reading {
    /// What the page turned out to be.
    pub kind: PageKind,
    /// The listing, id and platform still empty; fields not found are none.
    pub listing: Listing,
    /// Every `href` that leads to http or https, absolute, without fragment, in page order, each once.
    pub links: Vec<Url>,
    /// What was offered for each field, and which won.
    pub candidates: Vec<Candidate>,
    /// What was looked for and not found.
    pub gaps: Vec<Gap>,
}

/// Reads a page's text. Never fails: a bad page gives gaps.
pub fn read(text: &str, url: &Url, selectors: &Selectors) -> Reading {
    let _ = (text, url, selectors);
    todo!()
}
