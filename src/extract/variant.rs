//! Of the kinds that a product comes in (ProductGroup, `hasVariant`), the one that the page's address names.

use super::{found::Found, graph::Graph};

/// Kinds of one product that are looked at.
const MOST: usize = 200;
/// Characters of a number that can stand in an address.
const LEAST_NUMBER: usize = 4;
/// Properties that number a kind.
const NUMBERS: &[&str] = &[
    "sku",
    "productID",
    "gtin",
    "gtin13",
    "gtin12",
    "gtin14",
    "gtin8",
    "mpn",
];

/// The kind of the product at `group` that the page is about: at its address, with its number in it, or the only one.
pub(super) fn chosen(graph: &Graph<'_>, group: usize, found: &Found<'_, '_>) -> Option<usize> {
    let kinds: Vec<usize> = graph.things(group, "hasVariant").take(MOST).collect();
    if kinds.len() == 1 {
        return kinds.first().copied();
    }
    let at_home = |kind: &&usize| {
        let offered = graph.things(**kind, "offers").take(MOST);
        is_at_home(graph, **kind, found) || offered.into_iter().any(|o| is_at_home(graph, o, found))
    };
    let address = found.page.url.as_str().to_ascii_lowercase();
    let numbered = |kind: &&usize| {
        let numbers = NUMBERS.iter().filter_map(|name| graph.text(**kind, name));
        numbers
            .into_iter()
            .any(|number| stands_in(number, &address))
    };
    only(kinds.iter().filter(at_home)).or_else(|| only(kinds.iter().filter(numbered)))
}

/// The one, where there is no second.
fn only<'a>(mut all: impl Iterator<Item = &'a usize>) -> Option<usize> {
    let first = all.next()?;
    all.next().is_none().then_some(*first)
}

/// Whether a thing's own address is that of the page.
pub(super) fn is_at_home(graph: &Graph<'_>, thing: usize, found: &Found<'_, '_>) -> bool {
    graph
        .text(thing, "url")
        .or(graph.things[thing].id.as_deref())
        .is_some_and(|url| found.is_home(url))
}

/// Whether a number stands in a (lower-case) address with nothing of its kind around it but a `p` before it.
pub(super) fn stands_in(number: &str, address: &str) -> bool {
    let number = number.trim().to_ascii_lowercase();
    if number.len() < LEAST_NUMBER || !number.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    address.match_indices(&number).take(10).any(|(at, _)| {
        let before = &address[..at];
        let own = before.strip_suffix('p').unwrap_or(before);
        let after = address[at + number.len()..].chars().next();
        (ends(before.chars().next_back()) || ends(own.chars().next_back())) && ends(after)
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::extract::{Selectors, read};

    #[test]
    fn a_number_stands_alone() {
        use super::stands_in;
        assert!(stands_in("AB-123", "http://x/ab-123.html") && stands_in("4711", "http://x/p4711"));
        assert!(!stands_in("4711", "http://x/47110") && !stands_in("kettle", "http://x/kettle"));
    }

    #[test]
    fn the_address_chooses_the_kind() {
        let kind = |n: u32, colour: &str| {
            format!(
                r#"{{"@type":"Product","sku":"KX-{n}","name":"Kettle X {colour}","color":"{colour}","gtin13":"400638133393{n}",
                "offers":{{"@type":"Offer","url":"/kettle?sku=KX-{n}","price":"{n}9.00","priceCurrency":"EUR"}}}}"#
            )
        };
        let page = format!(
            r#"<h1>Kettle X</h1><script type="application/ld+json">{{"@type":"ProductGroup","name":"Kettle X","productGroupID":"KX",
            "brand":[{{"@type":"Brand","name":"Acme"}},{{"@type":"Brand","name":"Other"}}],"hasVariant":[{},{},{}]}}</script>"#,
            kind(1, "red"),
            kind(2, "blue"),
            kind(3, "green")
        );
        let listing = |url: &str| {
            let url = Url::parse(url).unwrap();
            read(&page, &url, &Selectors::default()).listing
        };
        for url in [
            "http://shop.example/kettle?sku=KX-2",
            "http://shop.example/kettle/kx-2",
        ] {
            let listing = listing(url);
            assert_eq!(listing.sku.as_deref(), Some("KX-2"), "{url}");
            assert_eq!(listing.price.unwrap().amount.to_string(), "29.00");
            assert_eq!(listing.title.as_deref(), Some("Kettle X"));
            assert_eq!(listing.brand.as_deref(), Some("Acme"));
            assert_eq!(listing.paths["sku"], "/0/hasVariant/1/sku");
        }
        // Without a choice the first kind's price stands for all, and there is no number.
        let listing = listing("http://shop.example/kettle");
        assert_eq!(listing.sku, None);
        assert_eq!(listing.price.unwrap().amount.to_string(), "19.00");
    }
}
