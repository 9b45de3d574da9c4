//! What a page calls its goods beside the heading: the shop's own number, and the brand.

use super::{
    found::{Found, Place},
    labels,
    marks::{BRAND, CRUMBS, SKU},
    page::{Holds, PageModel},
    shown,
    token::Attribute,
    zones,
};

/// Elements behind the heading in which a number with its label is that of the goods.
const NEAR: isize = 600;
/// Bytes of a label with its number.
const LABELLED: std::ops::RangeInclusive<usize> = 5..=70;
/// Elements before the heading that are looked at for a brand.
const ABOVE: usize = 6;
/// Bytes of the heading with which a title must go on behind a brand.
const START: usize = 12;
/// Characters of a brand.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=40;

/// The shop's own number: an element called `sku`, or a label with a number behind it.
pub(super) fn number(found: &mut Found<'_, '_>, element: usize, heading: Option<usize>) {
    let page = found.page;
    let data = |(name, _): &Attribute<'_>| name.starts_with("data-");
    let told = page.attributes_of(element).iter().any(data);
    if told && let Some(sku) = page.either(element, &["data-sku", "data-product-sku"]) {
        found.lean("sku", sku, Place::Element(element), -10);
    }
    if zones::has_word(page, element, SKU) {
        let text = page.words(element);
        let last = text.rsplit([':', '：']).next().unwrap_or(&text).trim();
        if is_number(last) && !last.contains(' ') {
            found.lean("sku", last, Place::Element(element), -5);
        }
    }
    let after = heading.map(|h| page.steps(h, element));
    if page.elements[element].holds.any(Holds::DIGIT)
        && after.is_some_and(|n| (0..NEAR).contains(&n))
        && let Some(sku) = labelled(page.raw(element))
    {
        found.add("sku", sku, Place::Element(element));
    }
}

fn is_number(text: &str) -> bool {
    (3..=40).contains(&text.len()) && text.contains(|c: char| c.is_ascii_digit())
}

/// The number in "Product code 545642356": a known label and a number, with no more than a space between them.
fn labelled(raw: &str) -> Option<&str> {
    let raw = raw.trim();
    if !LABELLED.contains(&raw.len()) || !raw.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let (label, number) = raw.rsplit_once([' ', '\u{a0}', ':', '#'])?;
    let known = is_number(number)
        && label.contains(char::is_alphabetic)
        && labels::field(label) == Some("sku");
    known.then_some(number)
}

/// Parts of the addresses of brands' own pages.
const BRAND_PAGES: &[&str] = &[
    "/brand/",
    "/brands/",
    "/marke/",
    "/marken/",
    "/marque/",
    "/marques/",
    "/marca/",
    "/marcas/",
    "/marchi/",
    "/znacka/",
    "/znacky/",
    "/merk/",
    "/merken/",
    "/brend/",
    "/brands-",
    "/producent/",
    "/manufacturer/",
    "/manufacturers/",
    "?brand=",
    "&brand=",
    "/b/brand",
];

/// Whether one of these is part of an address.
fn is_brand_page(href: &str) -> bool {
    let bytes = href.as_bytes();
    let begins = |at: usize| {
        // What all of them begin with.
        let may = matches!(
            bytes.get(at..at + 2),
            Some([b'/', b'b' | b'm' | b'z' | b'p'] | [b'?' | b'&', b'b'])
        );
        may && BRAND_PAGES.iter().any(|part| href[at..].starts_with(part))
    };
    (0..bytes.len()).any(begins)
}

/// A brand's name in an element called so, its link or its logo.
pub(super) fn brand(found: &mut Found<'_, '_>, element: usize) {
    let page = found.page;
    let linked =
        page.tag(element) == "a" && page.attribute(element, "href").is_some_and(is_brand_page);
    let named = zones::has_word(page, element, BRAND);
    if !named && !linked {
        return;
    }
    let text = page.words(element);
    let titled = || {
        let mut all = std::iter::once(element).chain(page.inside(element));
        all.find_map(|e| page.either(e, &["title"]))
    };
    let text = match text.as_ref() {
        "" => page.pictured(element).or_else(titled).unwrap_or_default(),
        text => text,
    };
    let value = text.split_once([':', '：']);
    let value = value.map_or(text, |(_, value)| value.trim());
    if (1..=50).contains(&value.chars().count()) {
        let lean = if named { -8 } else { -12 };
        found.lean("brand", value, Place::Element(element), lean);
    }
}

/// A brand by the place where it stands: a link at the start of the heading, a line above it that the page's title sets
/// before the heading's words, "by Acme" below it.
pub(super) fn brand_by_heading(found: &mut Found<'_, '_>, heading: usize) {
    let page = found.page;
    let name = page.words(heading);
    let inside = page.inside(heading).find(|e| page.tag(*e) == "a");
    let inside = inside.filter(|e| {
        let text = page.words(*e);
        text.len() < name.len() && name.starts_with(text.as_ref())
    });
    let above = || {
        let title = shown::without_shop(page.title.as_deref().unwrap_or_default());
        let first = heading.saturating_sub(ABOVE).max(1);
        (first..heading)
            .rev()
            .find(|e| is_above(page, *e, title, &name))
    };
    if let Some(at) = inside.or_else(above) {
        let text = page.words(at);
        if LENGTH.contains(&text.chars().count()) {
            found.lean("brand", &text, Place::Element(at), -14);
        }
    }
    by_line(found, heading);
}

/// Whether `element`, before the heading, is what the page's title puts before the heading's words.
fn is_above(page: &PageModel<'_>, element: usize, title: &str, name: &str) -> bool {
    let raw = page.raw(element).trim();
    if raw.is_empty() || raw.len() > 80 || page.hidden(element) {
        return false;
    }
    let text = page.words(element);
    let start = &name[..name.floor_char_boundary(START)];
    let Some(rest) = title.strip_prefix(text.as_ref()) else {
        return false;
    };
    let follows = rest
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .starts_with(start);
    let listed = page
        .ancestors(element)
        .chain([element])
        .take(5)
        .any(|e| matches!(page.tag(e), "li" | "nav") || zones::has_word(page, e, CRUMBS));
    follows && !listed && text.contains(char::is_alphabetic)
}

/// Words before a maker's name in the line below a heading.
const BY: &[&str] = &["by ", "By ", "von ", "Von ", "par ", "Par ", "от ", "door "];

fn by_line(found: &mut Found<'_, '_>, heading: usize) {
    let page = found.page;
    let end = page.elements[heading].end;
    for element in end..(end + ABOVE).min(page.elements.len()) {
        let raw = page.raw(element).trim();
        if raw.len() > 50 || page.hidden(element) {
            continue;
        }
        let Some(name) = BY.iter().find_map(|by| raw.strip_prefix(by)) else {
            continue;
        };
        let name = name.trim().to_owned();
        // "by 5 pm", "by Friday delivery" are no makers: a name begins with a capital and has few words.
        if name.starts_with(char::is_uppercase) && name.split(' ').count() <= 4 {
            found.lean("brand", &name, Place::Element(element), -20);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use proptest::prelude::*;

    use super::*;
    use crate::extract::{Selectors, read};

    proptest! {
        #[test]
        fn a_brands_page_is_known_by_its_parts(href in "([/?&]|brands?|marken?|marques?|marca|s|marchi|znack[ay]|merk|en|brend|-|producent|manufacturer|=|b|水){0,6}") {
            let any = BRAND_PAGES.iter().any(|part| href.contains(part));
            prop_assert_eq!(is_brand_page(&href), any, "{}", href);
        }
    }

    #[test]
    fn a_label_and_a_number_need_no_colon() {
        for (text, number) in [
            ("Produkta kods 545642356", Some("545642356")),
            ("Item #AB-1204", Some("AB-1204")),
            ("Size 42 or 43", None),
            ("Product code", None),
        ] {
            assert_eq!(labelled(text), number, "{text}");
        }
    }

    #[test]
    fn a_brand_stands_in_above_or_below_the_heading() {
        let brand = |text: &str| {
            let url = Url::parse("http://shop.example/item/1").unwrap();
            let text = format!("{text}<b class=price>€ 89,00</b>");
            read(&text, &url, &Selectors::default()).listing.brand
        };
        for text in [
            "<title>Hearthline Copper kettle | Shop</title><h3>Hearthline</h3><h1>Copper kettle</h1>",
            "<title>Hearthline Copper kettle</title><h1><a href=/hearthline>Hearthline</a> Copper kettle</h1>",
            "<title>Copper kettle</title><h1>Copper kettle</h1><p>by Hearthline</p>",
            "<title>Copper kettle</title><h1>Copper kettle</h1><a href=/x class=vendor><img alt=Hearthline></a>",
        ] {
            assert_eq!(brand(text).as_deref(), Some("Hearthline"), "{text}");
        }
        for text in [
            "<title>Kettles Copper kettle | Shop</title><ul class=breadcrumb><li><a href=/k>Kettles</a></ul><h1>Copper kettle</h1>",
            "<title>Copper kettle</title><h1>Copper kettle</h1><p>by friday</p>",
        ] {
            assert_eq!(brand(text), None, "{text}");
        }
    }
}
