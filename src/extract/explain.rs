//! Why each field got its value: everything that was offered, with its points, and a sentence on what won.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    found::Offered,
    page::PageModel,
    settle::{self, Weighed},
    values,
};
use crate::model::Listing;

/// One value that a reader offered for a field.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Candidate {
    pub field: String,
    pub value: String,
    /// `select`, `json-ld`, `microdata`, `rdfa`, `open-graph`, `table`, `text`, `address`.
    pub reader: String,
    pub path: String,
    pub chosen: bool,
    /// The points of the value, where this offer speaks for it; none where another offer of the same value does, or it
    /// means nothing.
    pub points: Option<i32>,
    /// What the points are made of.
    pub parts: Vec<Points>,
    /// Why it has no points.
    pub note: Option<String>,
}

/// Points for a value, or against it, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Points {
    pub points: i32,
    pub why: String,
}

/// What won for a field.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Choice {
    pub field: String,
    /// None where nothing that was offered means anything.
    pub value: Option<String>,
    /// A sentence without its stop.
    pub why: String,
}

/// Fields of which every value may count, so that there is no winner to explain.
const MANY: &[&str] = &["attributes", "images"];

/// Everything offered, in the order offered, and for each field what won.
pub(super) fn explained(
    page: &PageModel<'_>,
    offered: &[Offered],
    hint: Option<&str>,
    listing: &Listing,
) -> (Vec<Candidate>, Vec<Choice>) {
    let weighed = settle::weighed(offered, hint);
    let mut ranked: BTreeMap<&str, Vec<&Weighed>> = BTreeMap::new();
    for value in &weighed {
        ranked.entry(value.field).or_default().push(value);
    }
    for values in ranked.values_mut() {
        values.sort_by_key(|value| (-value.weight.total(), value.best));
    }
    let kept = kept(offered, &ranked);
    let mut candidates: Vec<Candidate> = offered
        .iter()
        .enumerate()
        .map(|(at, offer)| candidate(page, offer, kept.contains(&at)))
        .collect();
    for value in &weighed {
        for at in &value.members {
            if *at == value.best {
                candidates[*at].points = Some(value.weight.total());
                candidates[*at].parts = parts(offered, value);
                candidates[*at].note = None;
            } else {
                let by = offered[value.best].reader;
                candidates[*at].note = Some(match by == offered[*at].reader {
                    true => "the same value again".to_owned(),
                    false => format!("the same value as that of {by}"),
                });
            }
        }
    }
    let fields: BTreeSet<&str> = offered.iter().map(|offer| offer.field).collect();
    let choices = fields
        .into_iter()
        .filter(|field| !MANY.contains(field))
        .map(|field| {
            let values = ranked.get(field).map_or(&[][..], Vec::as_slice);
            choice(field, values, offered, listing)
        })
        .collect();
    (candidates, choices)
}

/// The offers that went into the listing.
fn kept(offered: &[Offered], ranked: &BTreeMap<&str, Vec<&Weighed>>) -> BTreeSet<usize> {
    let first = |values: &Vec<&Weighed>| values.first().map(|value| value.best);
    let mut kept: BTreeSet<usize> = ranked
        .iter()
        .filter(|(field, _)| !MANY.contains(field))
        .filter_map(|(_, values)| first(values))
        .collect();
    let pictured = ranked.get("images").and_then(first);
    let mut labels = BTreeSet::new();
    for (at, offer) in offered.iter().enumerate() {
        let own = match offer.field {
            "images" => pictured.is_some_and(|best| offered[best].reader == offer.reader),
            "attributes" => offer
                .beside
                .as_deref()
                .is_some_and(|name| labels.insert(values::label(name))),
            _ => false,
        };
        if own {
            kept.insert(at);
        }
    }
    kept
}

fn candidate(page: &PageModel<'_>, offer: &Offered, chosen: bool) -> Candidate {
    Candidate {
        field: match &offer.beside {
            Some(name) if offer.field == "attributes" => format!("attributes.{name}"),
            _ => offer.field.to_owned(),
        },
        value: shown(offer),
        reader: offer.reader.to_owned(),
        path: page.place(&offer.place),
        chosen,
        points: None,
        parts: Vec::new(),
        note: Some(format!("means nothing as {}", named(offer.field))),
    }
}

/// A value as it was offered, a price with the currency beside it.
fn shown(offer: &Offered) -> String {
    match &offer.beside {
        Some(currency) if offer.field.ends_with("price") => format!("{} {currency}", offer.value),
        _ => offer.value.clone(),
    }
}

fn named(field: &str) -> String {
    field.replace(['_', '.'], " ")
}

fn parts(offered: &[Offered], value: &Weighed) -> Vec<Points> {
    let best = &offered[value.best];
    let weight = value.weight;
    let leans = if weight.lean < 0 {
        format!("{} itself is less sure of it", best.reader)
    } else {
        format!("{} itself is surer of it", best.reader)
    };
    let all = [
        (weight.trust, format!("trust in {}", best.reader)),
        (weight.lean, leans),
        (weight.agreement, agree(offered, value)),
        (weight.crossed_out, "the page crosses it out".to_owned()),
        (weight.unseen, "it stands nowhere in sight".to_owned()),
        (
            weight.contradicted,
            "the page shows a way to buy".to_owned(),
        ),
    ];
    all.into_iter()
        .filter(|(points, _)| *points != 0)
        .map(|(points, why)| Points { points, why })
        .collect()
}

/// Which further readers offer the same.
fn agree(offered: &[Offered], value: &Weighed) -> String {
    let best = offered[value.best].reader;
    let firm = value
        .members
        .iter()
        .map(|at| &offered[*at])
        .filter(|offer| offer.reader != best && offer.lean > settle::RUNNER_UP);
    let readers: BTreeSet<&str> = firm.map(|offer| offer.reader).collect();
    let readers: Vec<&str> = readers.into_iter().collect();
    match readers.len() {
        1 => format!("{} agrees", readers[0]),
        _ => format!("{} agree", readers.join(", ")),
    }
}

fn choice(field: &str, values: &[&Weighed], offered: &[Offered], listing: &Listing) -> Choice {
    let Some((first, others)) = values.split_first() else {
        return Choice {
            field: field.to_owned(),
            value: None,
            why: format!(
                "nothing that was offered means anything as {}",
                named(field)
            ),
        };
    };
    let made = |value: &Weighed| -> String {
        let parts = parts(offered, value).into_iter();
        let told: Vec<String> = parts
            .map(|part| format!("{:+} {}", part.points, part.why))
            .collect();
        told.join(", ")
    };
    let total = first.weight.total();
    let mut why = match others.first() {
        None => format!("nothing else was offered; {total} points: {}", made(first)),
        Some(next) => {
            let best = &offered[next.best];
            let told = format!("'{}' by {}", short(&shown(best)), best.reader);
            let ends = match next.weight.total() {
                points if points == total => format!("as many as {told}, which was offered later"),
                points => format!("the next, {told}, has {points}: {}", made(next)),
            };
            format!("{total} points: {}; {ends}", made(first))
        }
    };
    if field == "list_price" && listing.list_price.is_none() {
        why.push_str("; left out, because it is not above the price");
    }
    Choice {
        field: field.to_owned(),
        value: Some(shown(&offered[first.best])),
        why,
    }
}

/// The beginning of a value, for a sentence.
fn short(value: &str) -> String {
    let mut chars = value.chars();
    let start: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() {
        format!("{start}…")
    } else {
        start
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::extract::{Selectors, explain};

    const PAGE: &str = r#"<script type=application/ld+json>{"@type": "Product", "name": "Kettle X", "brand": "n/a",
        "offers": {"price": "199.00", "priceCurrency": "EUR", "availability": "soon"}}</script>
        <meta property=og:title content="Kettle X"><meta property=product:price:amount content=249.00>
        <meta property=product:price:currency content=EUR><h1>Kettle X</h1><img src=a.png>"#;

    #[test]
    fn each_field_says_what_won_with_what_points_and_over_what() {
        let url = Url::parse("http://shop.example/1").unwrap();
        let reading = explain(PAGE, &url, &Selectors::default());
        let why = |field: &str| {
            let choice = reading.choices.iter().find(|c| c.field == field).unwrap();
            (choice.value.clone().unwrap_or_default(), choice.why.clone())
        };
        let (value, told) = why("price");
        assert_eq!(value, "199.00 EUR");
        assert!(told.contains("trust in json-ld"), "{told}");
        assert!(
            told.contains("the next, '249.00 EUR' by open-graph, has"),
            "{told}"
        );
        assert_eq!(
            why("brand"),
            (
                String::new(),
                "nothing that was offered means anything as brand".to_owned()
            )
        );
        let (_, told) = why("title");
        assert!(
            told.contains("open-graph") && told.contains("agree"),
            "{told}"
        );
    }

    #[test]
    fn points_are_the_sum_of_their_parts_and_each_offer_has_them_or_a_note() {
        let url = Url::parse("http://shop.example/1").unwrap();
        let reading = explain(PAGE, &url, &Selectors::default());
        assert!(!reading.candidates.is_empty());
        for candidate in &reading.candidates {
            let sum: i32 = candidate.parts.iter().map(|part| part.points).sum();
            assert_eq!(candidate.points.unwrap_or(0), sum, "{candidate:?}");
            assert_ne!(candidate.points.is_some(), candidate.note.is_some());
        }
        let soon = reading
            .candidates
            .iter()
            .find(|c| c.value == "soon")
            .unwrap();
        assert_eq!(soon.note.as_deref(), Some("means nothing as availability"));
        assert!(!soon.chosen);
        for (field, value) in [("title", reading.listing.title.is_some()), ("price", true)] {
            let won = reading
                .candidates
                .iter()
                .filter(|c| c.field == field && c.chosen);
            assert_eq!(won.count(), usize::from(value), "{field}");
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_explained() {
        let url = Url::parse("http://shop.example/1").unwrap();
        let reading = crate::extract::read(PAGE, &url, &Selectors::default());
        assert!(reading.candidates.is_empty() && reading.choices.is_empty());
    }
}
