//! A platform's own selectors: CSS on the page, JSON pointers into its JSON-LD. What they find wins over every reader.

use std::collections::BTreeMap;

use scraper::{Html, Selector, error::SelectorErrorKind};
use serde_json::Value as Json;

use super::{
    BadSelector,
    found::{Found, Place},
};

/// Fields that a selector may fill.
pub(super) const FIELDS: &[&str] = &[
    "availability",
    "brand",
    "category",
    "condition",
    "description",
    "gtin",
    "images",
    "importer",
    "language",
    "list_price",
    "manufacturer",
    "manufacturer_address",
    "model",
    "mpn",
    "price",
    "rating",
    "review_count",
    "sales",
    "seller.id",
    "seller.licence",
    "seller.location",
    "seller.name",
    "seller.rating",
    "seller.url",
    "sku",
    "title",
];
/// Fields of which every match counts, not only the first.
const MANY: &[&str] = &["category", "images"];
/// Matches of one selector that are taken.
const MOST: usize = 100;

/// Bytes of one match.
const MOST_BYTES: usize = 1 << 16;

/// One compiled selector.
#[derive(Debug)]
enum Way {
    Css {
        selector: Selector,
        attribute: Option<String>,
    },
    Pointer(String),
}

/// CSS selectors and JSON pointers of one platform, by field.
#[derive(Debug, Default)]
pub struct Selectors {
    ways: Vec<(&'static str, String, Way)>,
}

impl Selectors {
    /// Compiles what config.toml's `[platform.select]` says: field name to CSS selector (`css@attr` for an attribute)
    /// or JSON pointer (RFC 6901, begins with `/`; tried on each product of the page's JSON-LD, then on the array of all
    /// its blocks). `seller` means `seller.name`. All faults at once.
    pub fn compile(fields: &BTreeMap<String, String>) -> Result<Self, Vec<BadSelector>> {
        let (mut ways, mut faults) = (Vec::new(), Vec::new());
        for (field, selector) in fields {
            let bad = |message: String| BadSelector {
                field: field.clone(),
                selector: selector.clone(),
                message,
            };
            let wanted = if field == "seller" {
                "seller.name"
            } else {
                field.as_str()
            };
            let Some(known) = FIELDS.iter().copied().find(|f| *f == wanted) else {
                faults.push(bad(format!(
                    "no such field; use one of {}",
                    FIELDS.join(", ")
                )));
                continue;
            };
            match way(selector) {
                Ok(way) => ways.push((known, selector.clone(), way)),
                Err(message) => faults.push(bad(message)),
            }
        }
        if faults.is_empty() {
            Ok(Self { ways })
        } else {
            Err(faults)
        }
    }
}

impl Selectors {
    /// Whether some of them look at the tree of a page, so that nothing of it may be passed over.
    pub(super) fn need_tree(&self) -> bool {
        self.ways
            .iter()
            .any(|(_, _, way)| matches!(way, Way::Css { .. }))
    }
}

fn way(selector: &str) -> Result<Way, String> {
    let selector = selector.trim();
    if selector.is_empty() {
        return Err("it is empty; write a CSS selector or a JSON pointer".to_owned());
    }
    if selector.starts_with('/') {
        return Ok(Way::Pointer(selector.to_owned()));
    }
    let (css, attribute) = match selector.rsplit_once('@') {
        // An `@` inside brackets or quotes belongs to the selector.
        Some((css, name)) if !name.contains([']', '"', '\'', ')']) => {
            (css, Some(name.trim().to_ascii_lowercase()))
        }
        _ => (selector, None),
    };
    if attribute.as_deref() == Some("") {
        return Err("no attribute after '@'; write it like img.main@src".to_owned());
    }
    match Selector::parse(css.trim()) {
        Ok(selector) => Ok(Way::Css {
            selector,
            attribute,
        }),
        Err(error) => Err(in_words(&error)),
    }
}

/// What is wrong with a selector. The parser's own words are meant for its developers where it met what it did not expect.
fn in_words(error: &SelectorErrorKind) -> String {
    let words = error.to_string();
    let kind = match error {
        SelectorErrorKind::UnexpectedSelectorParseError(kind) => format!("{kind:?}"),
        _ => words.lines().next().unwrap_or_default().to_owned(),
    };
    let what = match kind.split(['(', '{', ' ']).next().unwrap_or_default() {
        "DanglingCombinator" => {
            "a combinator (a space, >, + or ~) needs a selector on both sides".to_owned()
        }
        "EmptySelector" => "a selector is missing".to_owned(),
        _ => kind,
    };
    format!("{what}; write it like \"div.price > b\" or \"img.main@src\"")
}

/// Offers what the selectors find; names the fields whose selector found nothing.
pub(super) fn read(
    selectors: &Selectors,
    blocks: &[Json],
    found: &mut Found<'_, '_>,
) -> Vec<(&'static str, String)> {
    let css = selectors
        .ways
        .iter()
        .any(|(_, _, way)| matches!(way, Way::Css { .. }));
    // Built from the page model, not from the page: so deep nesting and misnested formatting stay harmless.
    let html = css.then(|| Html::parse_document(&found.page.tidy()));
    let mut missed = Vec::new();
    for (field, written, way) in &selectors.ways {
        let values = match (way, &html) {
            (
                Way::Css {
                    selector,
                    attribute,
                },
                Some(html),
            ) => matches(html, selector, attribute.as_deref()),
            (Way::Pointer(pointer), _) => pointed(blocks, pointer),
            _ => Vec::new(),
        };
        let path = |own: Option<String>| Place::Path(own.unwrap_or_else(|| written.clone()));
        let values: Vec<_> = values
            .into_iter()
            .filter(|(v, _)| !v.trim().is_empty())
            .collect();
        if values.is_empty() {
            missed.push((*field, written.clone()));
        }
        if *field == "category" && values.len() > 1 {
            let steps: Vec<String> = values.into_iter().map(|(v, _)| v).collect();
            found.beside(field, &steps.join(" > "), "breadcrumb", path(None), 0);
            continue;
        }
        let take = if MANY.contains(field) { MOST } else { 1 };
        for (value, own) in values.into_iter().take(take) {
            let address = matches!(*field, "images" | "seller.url");
            let value = match found.page.resolve(&value) {
                Some(url) if address => url.to_string(),
                _ => value,
            };
            found.add(field, &value, path(own));
        }
    }
    missed
}

fn matches(
    html: &Html,
    selector: &Selector,
    attribute: Option<&str>,
) -> Vec<(String, Option<String>)> {
    let value = |e: scraper::ElementRef<'_>| match attribute {
        Some(name) => e.attr(name).unwrap_or_default().to_owned(),
        None if e.value().name() == "meta" => e.attr("content").unwrap_or_default().to_owned(),
        None => super::page::one_line(&e.text().collect::<String>()),
    };
    html.select(selector)
        .take(MOST)
        .map(|e| {
            let mut value = value(e);
            value.truncate(value.floor_char_boundary(MOST_BYTES));
            value.shrink_to_fit();
            (value, None)
        })
        .collect()
}

/// What a pointer leads to: in the products of the JSON-LD, else in the array of its blocks.
fn pointed(blocks: &[Json], pointer: &str) -> Vec<(String, Option<String>)> {
    let whole = Json::Array(blocks.to_vec());
    let products = super::json_ld::products(blocks);
    let within = products.into_iter().filter_map(|(at, product)| {
        Some((texts(product.pointer(pointer)?), format!("{at}{pointer}")))
    });
    let all = within.chain(
        whole
            .pointer(pointer)
            .map(|json| (texts(json), pointer.to_owned())),
    );
    all.flat_map(|(texts, path)| texts.into_iter().map(move |t| (t, Some(path.clone()))))
        .collect()
}

fn texts(json: &Json) -> Vec<String> {
    match json {
        Json::String(text) => vec![text.clone()],
        Json::Number(number) => vec![number.to_string()],
        Json::Bool(yes) => vec![yes.to_string()],
        Json::Array(all) => all
            .iter()
            .filter(|j| !j.is_array())
            .flat_map(texts)
            .collect(),
        Json::Object(fields) => fields
            .get("name")
            .and_then(Json::as_str)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        Json::Null => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_come_at_once() {
        let fields = [
            ("price", "div["),
            ("titel", "h1"),
            ("brand", ".b"),
            ("sku", "b@"),
        ];
        let fields = fields.map(|(f, s)| (f.to_owned(), s.to_owned())).into();
        let faults = Selectors::compile(&fields).unwrap_err();
        let named: Vec<&str> = faults.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(named, ["price", "sku", "titel"]);
        assert!(
            faults[2]
                .to_string()
                .starts_with("selector 'h1' for titel: no such field; use one of availability")
        );
    }
}
