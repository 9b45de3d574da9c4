//! Prices for a measure of goods: as offers of schema.org state them, and as they are chosen from what was offered.

use rust_decimal::Decimal;

use super::{
    found::Offered,
    graph::{Graph, Value},
    settle,
};
use crate::{
    model::UnitPrice,
    text::price::{self, Measure},
};

/// What the price of a UnitPriceSpecification is for.
#[derive(Debug, PartialEq)]
pub(super) enum For {
    /// The goods as they are sold.
    Goods,
    /// The goods, which are so many times this measure: 4.5 l is 4.5 times 1 l.
    GoodsOf(Decimal, Measure),
    /// This measure, and no price that anybody pays.
    Measure(Measure),
}

/// What the specification at `at` is for, in an offer whose own price is `paid`: by schema.org a price holds for its
/// `referenceQuantity`. A `valueReference` in that makes it the content of the goods, whose base measure is the other one;
/// shops that put their base price there all the same have another price in the offer.
pub(super) fn meant(graph: &Graph, at: usize, paid: Option<&str>) -> For {
    let thing = &graph.things[at];
    if thing.all("billingDuration").next().is_some() {
        return For::Goods;
    }
    let Some(reference) = thing.all("referenceQuantity").next() else {
        return For::Goods;
    };
    let Some(content) = measure(graph, &reference.value) else {
        return For::Goods;
    };
    let other = |price: &str| {
        let number = |text: &str| text.trim().parse::<Decimal>().ok();
        paid.is_some_and(|paid| number(paid) != number(price))
    };
    let base = match &reference.value {
        Value::Thing(quantity) => graph.things[*quantity].all("valueReference").next(),
        Value::Text(_) => None,
    };
    match base.and_then(|base| measure(graph, &base.value)) {
        Some(base) if !graph.text(at, "price").is_some_and(other) => match times(content, base) {
            Some(times) => For::GoodsOf(times, base),
            None => For::Goods,
        },
        None if content.unit == "piece" && content.quantity == Decimal::ONE => For::Goods,
        _ => For::Measure(content),
    }
}

/// How many times `base` the `content` is; none where one is a weight and the other a length.
fn times(content: Measure, base: Measure) -> Option<Decimal> {
    let ((many, unit), (one, of)) = (content.in_base(), base.in_base());
    (unit == of).then(|| many.checked_div(one)).flatten()
}

/// A QuantitativeValue, or the text that stands in its place.
fn measure(graph: &Graph, value: &Value) -> Option<Measure> {
    let quantity = match value {
        Value::Text(text) => return Measure::at(text),
        Value::Thing(quantity) => *quantity,
    };
    let count = match graph.text(quantity, "value") {
        Some(value) => value.trim().parse().ok()?,
        None => Decimal::ONE,
    };
    ["unitCode", "unitText"]
        .iter()
        .find_map(|name| Measure::of(count, graph.text(quantity, name)?))
}

/// The form in which a stated price for a measure is offered, its currency beside it: `2.39/100 g`.
pub(super) fn stated(price: &str, measure: Measure) -> String {
    format!("{price}/{} {}", measure.quantity, measure.unit)
}

/// As `stated`, from the price of goods that are so many times the measure.
pub(super) fn divided(price: &str, times: Decimal, measure: Measure) -> Option<String> {
    let price: Decimal = price.trim().parse().ok()?;
    let one = price.checked_div(times)?.round_dp(4).normalize();
    Some(stated(&one.to_string(), measure))
}

/// The price for a measure that an offered value means; none where it does not say for what, or says nothing.
pub(super) fn read(offer: &Offered, hint: Option<&str>) -> Option<UnitPrice> {
    let machine = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let stated = offer.value.split_once('/');
    let read = match stated.filter(|(amount, _)| offer.beside.is_some() && machine(amount)) {
        None => price::unit_price(&offer.value, offer.beside.as_deref().or(hint)),
        Some((amount, measure)) => {
            let measure = Measure::at(measure).or_else(|| piece(measure))?;
            let amount = Offered {
                value: amount.to_owned(),
                ..offer.clone()
            };
            settle::money(&amount, hint).map(|money| UnitPrice {
                amount: money.amount,
                currency: money.currency,
                quantity: measure.quantity,
                unit: measure.unit.to_owned(),
            })
        }
    };
    read.filter(|price| price.amount > Decimal::ZERO)
}

/// `100 piece`, as `stated` writes it.
fn piece(text: &str) -> Option<Measure> {
    let (count, unit) = text.split_once(' ')?;
    Measure::of(count.parse().ok()?, unit)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::extract::{Reading, Selectors, read};

    fn reading(text: &str) -> Reading {
        let url = Url::parse("http://shop.example/oil").unwrap();
        read(text, &url, &Selectors::default())
    }

    fn prices(text: &str) -> (Option<String>, Option<String>) {
        let listing = reading(text).listing;
        let unit = listing
            .unit_price
            .map(|p| format!("{} {p}", p.currency.as_deref().unwrap_or("-")));
        let price = listing.price.map(|p| p.amount.to_string());
        (price, unit)
    }

    fn stated(offer: &str) -> (Option<String>, Option<String>) {
        prices(&format!(
            r#"<h1>Olive oil</h1><script type=application/ld+json>{{"@type": "Product", "name": "Olive oil",
            "offers": {{"@type": "Offer", "priceCurrency": "EUR", {offer}}}}}</script>"#
        ))
    }

    fn specification(price: &str, quantity: &str) -> String {
        format!(
            r#""priceSpecification": {{"@type": "UnitPriceSpecification", "price": "{price}", "referenceQuantity": {quantity}}}"#
        )
    }

    #[test]
    fn an_offer_states_a_price_for_a_measure_beside_the_one_that_is_paid() {
        let litre = r#"{"value": "1", "unitCode": "LTR"}"#;
        for (offer, price, unit) in [
            (
                format!(r#""price": "4.50", {}"#, specification("9.00", litre)),
                Some("4.50"),
                Some("EUR 9.00/1 l"),
            ),
            (specification("9.00", litre), None, Some("EUR 9.00/1 l")),
            (
                specification("1.299", r#"{"value": 100, "unitText": "ml"}"#),
                None,
                Some("EUR 1.299/100 ml"),
            ),
            (
                specification("9.00", r#""100 g""#),
                None,
                Some("EUR 9.00/100 g"),
            ),
            // The content of the goods, and the measure that prices are compared by.
            (
                specification(
                    "9.00",
                    r#"{"value": "0.75", "unitCode": "LTR", "valueReference": {"value": "100", "unitCode": "MLT"}}"#,
                ),
                Some("9.00"),
                Some("EUR 1.2/100 ml"),
            ),
            // Said the same way by a shop that means its base price.
            (
                format!(
                    r#""price": "6.75", {}"#,
                    specification(
                        "9.00",
                        r#"{"value": "1", "unitCode": "LTR", "valueReference": {"value": "0.75", "unitCode": "LTR"}}"#
                    )
                ),
                Some("6.75"),
                Some("EUR 9.00/1 l"),
            ),
            (
                specification("9.00", r#"{"value": "1", "unitCode": "C62"}"#),
                Some("9.00"),
                None,
            ),
            (
                format!(
                    r#""price": 25, {}"#,
                    specification("0.25", r#"{"value": "10", "unitCode": "H87"}"#)
                ),
                Some("25"),
                Some("EUR 0.25/10 piece"),
            ),
            (
                specification("9.00", r#"{"value": "0", "unitCode": "KGM"}"#),
                Some("9.00"),
                None,
            ),
        ] {
            let found = stated(&offer);
            assert_eq!(
                (found.0.as_deref(), found.1.as_deref()),
                (price, unit),
                "{offer}"
            );
        }
    }

    #[test]
    fn microdata_states_it_too() {
        let page = "<div itemscope itemtype=http://schema.org/Product><h1 itemprop=name>Olive oil</h1>\
            <div itemprop=offers itemscope itemtype=http://schema.org/Offer><b itemprop=price content=4.50>4,50 €</b>\
            <meta itemprop=priceCurrency content=EUR>\
            <div itemprop=priceSpecification itemscope itemtype=http://schema.org/UnitPriceSpecification>\
            <i itemprop=price content=9.00>9,00 €</i><p itemprop=referenceQuantity itemscope \
            itemtype=http://schema.org/QuantitativeValue><meta itemprop=value content=1><meta itemprop=unitCode content=LTR>";
        let (price, unit) = prices(page);
        assert_eq!(
            (price.as_deref(), unit.as_deref()),
            (Some("4.50"), Some("EUR 9.00/1 l"))
        );
    }

    #[test]
    fn a_page_shows_one_beside_its_price() {
        for (body, price, unit) in [
            (
                "<b class=price>€ 4,50</b> <small>€ 9,00 / l</small>",
                Some("4.50"),
                Some("EUR 9.00/1 l"),
            ),
            (
                "<b class=price>4,50 €</b><div class=base>(1 l = 9,00 €)</div>",
                Some("4.50"),
                Some("EUR 9.00/1 l"),
            ),
            (
                "<b class=price>¥25.00</b><p>¥12.50/100g</p>",
                Some("25.00"),
                Some("CNY 12.50/100 g"),
            ),
            (
                "<p class=price>2,99 € (1 kg = 5,99 €)</p>",
                Some("2.99"),
                Some("EUR 5.99/1 kg"),
            ),
            // Sign and measure in elements of their own, and set larger than the price.
            (
                "<b class=price>€ 4,50</b><p class=price><b class=price>€ 9,00</b><i> / l</i></p>",
                Some("4.50"),
                Some("EUR 9.00/1 l"),
            ),
            (
                "<p class=price>€ 9,00 / kg</p>",
                None,
                Some("EUR 9.00/1 kg"),
            ),
            (
                "<b class=price>$ 45.00</b> <p>$ 45.00 / pair</p>",
                Some("45.00"),
                None,
            ),
            (
                "<b class=price>4,50 €</b><table><tr><td>Grundpreis<td>9,00 €/l<tr><td>Inhalt<td>0,5 l<tr><td>Land<td>Italien</table>",
                Some("4.50"),
                Some("EUR 9.00/1 l"),
            ),
            // The neighbour's.
            (
                "<b class=price>€ 4,50</b><div class=related-products><b>Butter</b><i class=price>€ 2,00</i><i>€ 8,00 / kg</i></div>",
                Some("4.50"),
                None,
            ),
        ] {
            let page =
                format!("<title>Olive oil</title><h1>Olive oil</h1><div class=buy>{body}</div>");
            let (found, per) = prices(&page);
            assert_eq!((found.as_deref(), per.as_deref()), (price, unit), "{body}");
            assert_eq!(
                reading(&page).listing.paths.contains_key("unit_price"),
                unit.is_some(),
                "{body}"
            );
        }
    }
}
