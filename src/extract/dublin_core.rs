//! Dublin Core in `<meta>` (DC-HTML): `DC.title`, `dcterms.identifier`. Libraries and bookshops use it, and some shop
//! software; it speaks of the page, so it is trusted little.

use super::{
    found::{Found, Place},
    page::PageModel,
};

/// Terms and the fields that they fill.
const TERMS: &[(&str, &str)] = &[
    ("title", "title"),
    ("description", "description"),
    ("abstract", "description"),
    ("language", "language"),
    ("subject", "category"),
];
/// Terms of one page that are read.
const MOST: usize = 50;

/// Offers what the terms say.
pub(super) fn read(found: &mut Found<'_, '_>, metas: &[usize]) {
    let terms = terms(found.page, metas);
    let mut is_book = false;
    for (term, name, content) in &terms {
        let place = Place::Path(format!("meta[{name}]"));
        if *term == "identifier" {
            is_book |= identifier(found, content, place);
        } else if let Some((_, field)) = TERMS.iter().find(|(own, _)| own == term) {
            found.add(field, content, place);
        }
    }
    // Who publishes a book makes it; who publishes any other page is the shop.
    for (_, name, content) in terms
        .iter()
        .filter(|(term, ..)| is_book && *term == "publisher")
    {
        let place = Place::Path(format!("meta[{name}]"));
        found.add("manufacturer", content, place);
    }
}

/// The terms of a page with their whole names and contents, in page order.
fn terms<'p>(page: &'p PageModel<'_>, metas: &[usize]) -> Vec<(String, &'p str, &'p str)> {
    let one = |element: usize| {
        let name = page.either(element, &["name", "property"])?;
        let term = term(name)?;
        Some((term, name, page.either(element, &["content"])?))
    };
    let metas = metas.iter().copied();
    metas.filter_map(one).take(MOST).collect()
}

/// The term of a meta name, in lower case: `DC.title`, `dcterms:title`, `DC.title.main`.
fn term(name: &str) -> Option<String> {
    if !name.get(..2)?.eq_ignore_ascii_case("dc") {
        return None;
    }
    let (prefix, rest) = name.split_once(['.', ':'])?;
    let known = ["dc", "dcterms"]
        .iter()
        .any(|p| prefix.eq_ignore_ascii_case(p));
    known.then(|| rest.split('.').next().unwrap_or(rest).to_ascii_lowercase())
}

/// An identifier is a number of the goods where it is no address: `ISBN:9780306406157`, `urn:isbn:…`, `4711-A`.
/// Whether it is that of a book.
fn identifier(found: &mut Found<'_, '_>, content: &str, place: Place) -> bool {
    let words = content.trim();
    let words = words.strip_prefix("urn:").unwrap_or(words);
    if words.contains("//") {
        return false;
    }
    match words.split_once([':', ' ']) {
        Some((scheme, number)) => {
            let scheme = scheme.to_ascii_lowercase();
            if matches!(scheme.as_str(), "isbn" | "ean" | "gtin" | "upc") {
                found.add("gtin", number, place);
            } else if scheme == "sku" {
                found.add("sku", number, place);
            }
            return scheme == "isbn";
        }
        None if words.contains(|c: char| c.is_ascii_digit()) => found.add("sku", words, place),
        None => {}
    }
    false
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::extract::page::PageModel;

    #[test]
    fn terms_fill_fields() {
        let url = Url::parse("http://books.example/").unwrap();
        let text = "<meta name=DC.title content='On Kettles'><meta name='dcterms.identifier' content='urn:isbn:9780306406157'>
            <meta name=DC.identifier content='http://books.example/1'><meta name=DC.Identifier.sku content=K-17>
            <meta name=DCTERMS.publisher content='Pots Press'><meta name=dc.creator content=Nobody><meta name=dct content=x>";
        let page = PageModel::new(text, &url);
        let mut found = Found::new(&page, "dublin-core");
        read(&mut found, &crate::extract::Tagged::of(&page).metas);
        let all: Vec<(&str, &str)> = found
            .offered
            .iter()
            .map(|o| (o.field, o.value.as_str()))
            .collect();
        assert_eq!(
            all,
            [
                ("title", "On Kettles"),
                ("gtin", "9780306406157"),
                ("sku", "K-17"),
                ("manufacturer", "Pots Press"),
            ]
        );
    }
}
