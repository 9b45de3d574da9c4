//! schema.org's Product in any notation: which thing on the page is the product, and what it says.

use super::{
    found::{Found, Place},
    graph::{Graph, Property, Thing, Value},
    offer, variant,
};

/// Types that mean goods on offer.
const PRODUCT: &[&str] = &[
    "product",
    "productgroup",
    "individualproduct",
    "productmodel",
    "someproducts",
    "vehicle",
    "car",
    "book",
    "softwareapplication",
    "videogame",
    "movie",
    "musicalbum",
    "event",
    "musicevent",
    "theaterevent",
    "service",
];

/// Properties that lead to other goods than those of the page.
const OTHERS: &[&str] = &[
    "isRelatedTo",
    "isSimilarTo",
    "isAccessoryOrSparePartFor",
    "isConsumableFor",
    "itemListElement",
    "hasVariant",
    "item",
    "related",
    "makesOffer",
    "hasOfferCatalog",
    "model",
    "itemOffered",
];

/// The other reading of an element is shown, and counts only where the first one means nothing.
pub(super) const OTHER_READING: i32 = super::settle::RUNNER_UP - 5;

/// What the page itself says about which product it shows.
#[derive(Debug, Default)]
pub(super) struct Subject {
    /// Folded: headings and titles.
    pub(super) titles: Vec<String>,
}

impl Subject {
    fn names(&self, name: &str) -> bool {
        let name = crate::text::fold::fold(name);
        name.chars().count() > 3
            && self
                .titles
                .iter()
                .any(|title| title.contains(&name) || name.contains(title.as_str()))
    }
}

/// The page's product, where the graph states one.
pub(super) fn product(
    graph: &Graph<'_>,
    subject: &Subject,
    found: &Found<'_, '_>,
) -> Option<usize> {
    let rated = |at: usize| (rate(graph, at, subject, found), at);
    let mut all: Vec<(i32, usize)> = (0..graph.things.len())
        .filter(|at| graph.things[*at].is(PRODUCT))
        .take(500)
        .map(rated)
        .collect();
    // Best first; of equals the first on the page.
    all.sort_by_key(|(rate, at)| (-rate, *at));
    let (rate, at) = *all.first()?;
    // Many goods alike, none of which the page is named after, are a list.
    let other =
        |(r, o): &(i32, usize)| *r == rate && graph.text(*o, "name") != graph.text(at, "name");
    let listed = all.len() > 2 && all.iter().any(other);
    let named = graph
        .text(at, "name")
        .is_some_and(|name| subject.names(name));
    (rate > 0 && (named || !listed)).then_some(at)
}

fn rate(graph: &Graph<'_>, at: usize, subject: &Subject, found: &Found<'_, '_>) -> i32 {
    let thing = &graph.things[at];
    let mut rate = 1;
    if thing.is(&["product", "productgroup", "individualproduct"]) {
        rate += 3;
    }
    if graph
        .text(at, "name")
        .is_some_and(|name| subject.names(name))
    {
        rate += 6;
    }
    if thing.all("offers").next().is_some() || thing.all("hasVariant").next().is_some() {
        rate += 4;
    }
    let own = |address: &str| {
        found
            .page
            .resolve(address)
            .is_some_and(|url| same_page(&url, found.page.url))
    };
    let url = graph.text(at, "url");
    let exact = url.is_some_and(|url| found.is_home(url));
    if exact || url.is_some_and(own) || thing.id.as_deref().is_some_and(own) {
        rate += 4;
    }
    if exact {
        rate += 2;
    }
    let elsewhere =
        |(owner, role): (usize, &str)| OTHERS.contains(&role) || graph.things[owner].is(PRODUCT);
    if offer::offering(graph, at).is_some() {
        rate += 4;
    } else if graph.owners(at).any(elsewhere) {
        rate -= 9;
    }
    rate
}

pub(super) fn same_page(a: &url::Url, b: &url::Url) -> bool {
    a.host_str() == b.host_str() && a.path().trim_end_matches('/') == b.path().trim_end_matches('/')
}

/// Offers everything that a graph says about the page's product, and its breadcrumb.
pub(super) fn read(graph: &Graph<'_>, subject: &Subject, found: &mut Found<'_, '_>) {
    crumbs(graph, found);
    let Some(main) = product(graph, subject, found) else {
        return;
    };
    for at in same_goods(graph, main, found) {
        plain(graph, at, found);
        identifiers(graph, at, found);
        makers(graph, at, found);
        attributes(graph, at, found);
        reviews(graph, at, found);
        offer::read(graph, at, found);
    }
}

/// The product, then the things that say more about it: its group, its chosen variant, a second block of the same name.
fn same_goods(graph: &Graph<'_>, main: usize, found: &Found<'_, '_>) -> Vec<usize> {
    let mut all = vec![main];
    all.extend(variant::chosen(graph, main, found));
    all.extend(graph.things(main, "isVariantOf"));
    let name = graph.text(main, "name");
    let twin = |at: &usize| {
        let thing: &Thing<'_> = &graph.things[*at];
        thing.is(&["product", "productgroup"])
            && thing.parent.is_none()
            && name.is_some()
            && graph.text(*at, "name") == name
    };
    let twins: Vec<usize> = (0..graph.things.len()).filter(twin).take(20).collect();
    all.extend(twins);
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|at| seen.insert(*at));
    all
}

/// Fields that are one text of the product.
const PLAIN: &[(&str, &str)] = &[
    ("name", "title"),
    ("description", "description"),
    ("sku", "sku"),
    ("mpn", "mpn"),
    ("model", "model"),
    ("brand", "brand"),
    ("itemCondition", "condition"),
    ("category", "category"),
    ("inLanguage", "language"),
];

fn plain(graph: &Graph<'_>, at: usize, found: &mut Found<'_, '_>) {
    for property in &graph.things[at].properties {
        let Some((_, field)) = PLAIN
            .iter()
            .find(|(name, _)| *name == property.name.as_ref())
        else {
            if property.name == "image" {
                image(graph, property, found);
            }
            continue;
        };
        if let Some(words) =
            graph.words_by(&property.value, &["name", "legalName", "value", "brand"])
        {
            // The shop's own number given twice says nothing of the maker's.
            if *field == "mpn" && is_number(words) && graph.text(at, "sku") == Some(words) {
                continue;
            }
            found.add(field, words, property.place.clone());
        }
        if let Some(other) = &property.other {
            found.lean(field, other, property.place.clone(), OTHER_READING);
        }
    }
}

fn is_number(words: &str) -> bool {
    words.bytes().all(|b| b.is_ascii_digit())
}

fn image(graph: &Graph<'_>, property: &Property<'_>, found: &mut Found<'_, '_>) {
    let address = graph.words_by(
        &property.value,
        &["contentUrl", "url", "image", "@id", "thumbnailUrl"],
    );
    if let Some(url) = address.and_then(|a| found.address(a)) {
        found.add("images", &url, property.place.clone());
    }
}

fn identifiers(graph: &Graph<'_>, at: usize, found: &mut Found<'_, '_>) {
    for property in &graph.things[at].properties {
        let is = |name: &&str| property.name.eq_ignore_ascii_case(name);
        let (gtin, own) = (GTINS.iter().any(is), is(&"productid"));
        let words = graph.words_by(&property.value, &["value", "name"]);
        let Some(words) = words.filter(|_| gtin || own) else {
            continue;
        };
        if gtin {
            found.add("gtin", words, property.place.clone());
            continue;
        }
        match words.split_once(':') {
            Some((scheme, number)) if !scheme.eq_ignore_ascii_case("sku") => {
                found.add("gtin", number, property.place.clone());
            }
            Some((_, number)) => found.add("sku", number, property.place.clone()),
            None => found.lean("sku", number_of(words), property.place.clone(), -5),
        }
    }
}

/// Properties that number goods for the trade, in any case.
const GTINS: [&str; 9] = [
    "gtin", "gtin8", "gtin12", "gtin13", "gtin14", "ean", "ean13", "upc", "isbn",
];

/// The number in "TE50-12 Chair cover": its first word, where the others hold no digit.
pub(super) fn number_of(words: &str) -> &str {
    let digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    match words.trim().split_once(' ') {
        Some((first, rest)) if digit(first) && !digit(rest) => first,
        _ => words,
    }
}

fn makers(graph: &Graph<'_>, at: usize, found: &mut Found<'_, '_>) {
    for property in graph.things[at].all("manufacturer") {
        if let Some(name) = graph.words_by(&property.value, &["name", "legalName"]) {
            found.add("manufacturer", name, property.place.clone());
        }
        if let Value::Thing(maker) = property.value
            && let Some(address) = address(graph, maker)
        {
            found.add("manufacturer_address", &address, property.place.clone());
        }
    }
}

/// A PostalAddress in one line, or the text that stands in its place.
pub(super) fn address(graph: &Graph<'_>, thing: usize) -> Option<String> {
    let property = graph.things[thing].all("address").next()?;
    match &property.value {
        Value::Text(text) => Some(text.to_string()),
        Value::Thing(postal) => {
            let parts = [
                "streetAddress",
                "addressLocality",
                "addressRegion",
                "postalCode",
                "addressCountry",
            ];
            let parts: Vec<&str> = parts
                .iter()
                .filter_map(|p| graph.text(*postal, p))
                .collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        }
    }
}

fn attributes(graph: &Graph<'_>, at: usize, found: &mut Found<'_, '_>) {
    for property in graph.things[at].all("additionalProperty") {
        let Value::Thing(pair) = property.value else {
            continue;
        };
        if let (Some(name), Some(value)) = (graph.text(pair, "name"), graph.text(pair, "value")) {
            let place = graph.things[pair]
                .all("value")
                .next()
                .map(|p| p.place.clone());
            let place = place.unwrap_or_else(|| property.place.clone());
            found.beside("attributes", value, name, place, 0);
        }
    }
    for name in ["color", "material", "size", "weight", "countryOfOrigin"] {
        if let Some(property) = graph.things[at].all(name).next()
            && let Some(words) = graph.words(&property.value)
        {
            found.beside("attributes", words, name, property.place.clone(), -10);
        }
    }
}

fn reviews(graph: &Graph<'_>, at: usize, found: &mut Found<'_, '_>) {
    for rating in graph.things(at, "aggregateRating") {
        for property in &graph.things[rating].properties {
            let field = match property.name.as_ref() {
                "ratingValue" => "rating",
                "reviewCount" => "review_count",
                "ratingCount" => {
                    // A rating without words is no review; it counts where nothing else does.
                    if let Some(words) = graph.words(&property.value) {
                        found.lean("review_count", words, property.place.clone(), -10);
                    }
                    continue;
                }
                _ => continue,
            };
            if let Some(words) = graph.words(&property.value) {
                found.add(field, words, property.place.clone());
            }
        }
    }
}

/// The names of a BreadcrumbList by position; of several the longest.
fn crumbs(graph: &Graph<'_>, found: &mut Found<'_, '_>) {
    let lists = (0..graph.things.len()).filter(|at| graph.things[*at].is(&["breadcrumblist"]));
    let mut best: Option<(Vec<String>, Place)> = None;
    for list in lists.take(20) {
        let mut steps: Vec<(i64, String)> = Vec::new();
        for (n, step) in graph.things(list, "itemListElement").take(30).enumerate() {
            let position = graph
                .text(step, "position")
                .and_then(|p| p.trim().parse().ok());
            let inner = || {
                graph
                    .things(step, "item")
                    .find_map(|item| graph.text(item, "name"))
            };
            if let Some(name) = graph.text(step, "name").or_else(inner) {
                steps.push((position.unwrap_or(n as i64 + 1), name.trim().to_owned()));
            }
        }
        steps.sort_by_key(|(position, _)| *position);
        let names: Vec<String> = steps.into_iter().map(|(_, name)| name).collect();
        let longer = best
            .as_ref()
            .is_none_or(|(other, _)| names.len() > other.len());
        if let (true, Some(first)) = (
            longer && !names.is_empty(),
            graph.things[list].properties.first(),
        ) {
            best = Some((names, first.place.clone()));
        }
    }
    if let Some((names, place)) = best {
        found.beside("category", &names.join(" > "), "breadcrumb", place, 10);
    }
}
