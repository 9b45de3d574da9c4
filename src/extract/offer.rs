//! schema.org's Offer: the price that a buyer pays, whether there is stock, who sells.

use super::{
    found::{Found, Place},
    graph::{Graph, Value},
    schema,
    unit_price::{self, For},
    variant,
};

/// Offers of one product beyond this number are not looked at.
const MOST: usize = 200;

/// Reads the offers of the product at `at`.
pub(super) fn read(graph: &Graph<'_>, at: usize, found: &mut Found<'_, '_>) {
    let offers = offers(graph, at, found);
    let Some(first) = chosen(graph, &offers, found) else {
        // Some shops put price and availability on the product itself.
        prices(graph, at, found);
        state(graph, at, "availability", "availability", found);
        return;
    };
    prices(graph, first, found);
    availability(graph, &offers, first, found);
    state(graph, first, "itemCondition", "condition", found);
    seller(graph, first, found);
    for property in &graph.things[first].properties {
        let field = match property.name.as_ref() {
            "sku" => "sku",
            "mpn" => "mpn",
            "gtin" | "gtin8" | "gtin12" | "gtin13" | "gtin14" => "gtin",
            _ => continue,
        };
        if let Some(words) = graph.words(&property.value) {
            found.lean(field, words, property.place.clone(), -3);
        }
    }
}

/// The offers of a product: those of its chosen kind first, its own, those of every kind, those inside an
/// AggregateOffer (which comes before them), and the one that it is the goods of.
fn offers(graph: &Graph<'_>, product: usize, found: &Found<'_, '_>) -> Vec<usize> {
    let kind = variant::chosen(graph, product, found);
    let mut all: Vec<usize> = kind
        .into_iter()
        .chain([product])
        .flat_map(|at| graph.things(at, "offers"))
        .take(MOST)
        .collect();
    if kind.is_none() {
        let kinds = graph.things(product, "hasVariant").take(MOST);
        let of_kinds = kinds.flat_map(|kind| graph.things(kind, "offers"));
        all.extend(of_kinds.take(MOST));
    }
    let inner: Vec<usize> = all
        .iter()
        .flat_map(|o| graph.things(*o, "offers"))
        .take(MOST)
        .collect();
    all.extend(inner);
    all.extend(offering(graph, product));
    all.truncate(MOST);
    all
}

/// The offer that says what it offers: `{"@type": "Offer", "itemOffered": {"@type": "Product"}}`.
pub(super) fn offering(graph: &Graph<'_>, product: usize) -> Option<usize> {
    let thing = &graph.things[product];
    let offer = thing.parent.filter(|_| thing.role == "itemOffered")?;
    let alone = graph.things[offer].parent.is_none();
    (alone && graph.things[offer].is(&["offer", "aggregateoffer"])).then_some(offer)
}

/// The offer whose price is shown: one at the page's own address, one in stock, the first with a price.
fn chosen(graph: &Graph<'_>, offers: &[usize], found: &Found<'_, '_>) -> Option<usize> {
    let variants = offers
        .iter()
        .filter(|o| variant::is_at_home(graph, **o, found))
        .count();
    let rate = |offer: usize| {
        let priced = ["price", "lowPrice", "priceSpecification"]
            .iter()
            .any(|name| graph.things[offer].all(name).next().is_some());
        let stocked = graph
            .text(offer, "availability")
            .is_none_or(|a| !a.to_ascii_lowercase().contains("out"));
        let here = variants < offers.len() && variant::is_at_home(graph, offer, found);
        (priced, here, stocked)
    };
    // Of equals the first: `max_by_key` would take the last.
    offers.iter().copied().rev().max_by_key(|o| rate(*o))
}

fn prices(graph: &Graph<'_>, offer: usize, found: &mut Found<'_, '_>) {
    let currency = graph.text(offer, "priceCurrency").unwrap_or_default();
    let aggregate = graph.things[offer].all("price").next().is_none();
    for property in &graph.things[offer].properties {
        match (property.name.as_ref(), &property.value) {
            ("price", Value::Text(price)) => {
                let place = &property.place;
                found.beside("price", price, currency, place.clone(), 0);
                if let Some(other) = &property.other {
                    let lean = schema::OTHER_READING;
                    found.beside("price", other, currency, place.clone(), lean);
                }
            }
            ("lowPrice", Value::Text(price)) if aggregate => {
                found.beside("price", price, currency, property.place.clone(), -2);
            }
            ("priceSpecification" | "price", Value::Thing(specification)) => {
                let paid = graph.text(offer, "price");
                specified(graph, *specification, paid, currency, found);
            }
            _ => {}
        }
    }
}

/// A UnitPriceSpecification: a price to pay, one crossed out, or one for a measure of the goods.
fn specified(
    graph: &Graph<'_>,
    at: usize,
    paid: Option<&str>,
    currency: &str,
    found: &mut Found<'_, '_>,
) {
    let own = ["priceCurrency", "currency"]
        .iter()
        .find_map(|name| graph.text(at, name))
        .unwrap_or(currency);
    let kind = graph
        .text(at, "priceType")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let crossed = ["list", "strike", "srp", "msrp", "regular", "rrp"]
        .iter()
        .any(|w| kind.contains(w));
    let meant = unit_price::meant(graph, at, paid);
    for property in &graph.things[at].properties {
        if let ("price" | "minPrice" | "value" | "amount", Value::Text(price)) =
            (property.name.as_ref(), &property.value)
        {
            let place = property.place.clone();
            match &meant {
                For::Measure(_) if crossed => continue,
                For::Measure(measure) => {
                    let price = unit_price::stated(price, *measure);
                    found.beside("unit_price", &price, own, place, 0);
                    continue;
                }
                For::GoodsOf(times, base) if !crossed => {
                    if let Some(price) = unit_price::divided(price, *times, *base) {
                        found.beside("unit_price", &price, own, place.clone(), 0);
                    }
                }
                _ => {}
            }
            if crossed {
                found.beside("list_price", price, own, place, 0);
            } else {
                found.beside("price", price, own, place, -1);
            }
        }
    }
}

/// In stock if any of the offers is.
fn availability(graph: &Graph<'_>, offers: &[usize], first: usize, found: &mut Found<'_, '_>) {
    let stated = |offer: usize| {
        let all = graph.things[offer].all("availability");
        let words = all.filter_map(|p| Some((graph.words(&p.value)?, p.place.clone())));
        let words: Vec<(&str, Place)> = words.take(5).collect();
        let known = words
            .iter()
            .find(|(words, _)| super::stock::read(words).is_some());
        known.or(words.first()).cloned()
    };
    let in_stock = |(words, _): &(&str, Place)| {
        super::stock::read(words) == Some(crate::model::Availability::InStock)
    };
    let any = offers.iter().filter_map(|o| stated(*o)).find(in_stock);
    if let Some((words, place)) = any.or_else(|| stated(first)) {
        found.add("availability", words, place);
    }
}

fn state(graph: &Graph<'_>, at: usize, name: &str, field: &'static str, found: &mut Found<'_, '_>) {
    for property in graph.things[at].all(name) {
        if let Some(words) = graph.words(&property.value) {
            found.add(field, words, property.place.clone());
        }
    }
}

fn seller(graph: &Graph<'_>, offer: usize, found: &mut Found<'_, '_>) {
    let Some(property) = ["seller", "offeredBy"]
        .iter()
        .find_map(|n| graph.things[offer].all(n).next())
    else {
        return;
    };
    if let Some(name) = graph.words_by(&property.value, &["name", "legalName"]) {
        found.add("seller.name", name, property.place.clone());
    }
    let Value::Thing(seller) = property.value else {
        return;
    };
    if let Some(url) = graph.text(seller, "url").and_then(|url| found.address(url)) {
        found.add("seller.url", &url, property.place.clone());
    }
    for (name, field) in [
        ("identifier", "seller.id"),
        ("taxID", "seller.licence"),
        ("vatID", "seller.licence"),
    ] {
        if let Some(text) = graph.text(seller, name) {
            found.add(field, text, property.place.clone());
        }
    }
    if let Some(address) = schema::address(graph, seller) {
        found.add("seller.location", &address, property.place.clone());
    }
}
