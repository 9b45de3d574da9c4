//! Where a wanted value stands among the elements and attributes of a page, as lines that a recipe could have.

use std::collections::BTreeMap;

use super::{
    Asked, css, steps,
    wanted::{Answer, Wanted},
};
use crate::extract::{select::Value, stock};

/// Elements of a page that are looked at.
const MOST_ELEMENTS: usize = 20_000;
/// Places of one value that are kept: those with the least text around it.
const MOST_PLACES: usize = 40;
/// Bytes of text around a value in which it is still looked for.
const AROUND: usize = 160;
/// Bytes of a text that is about a number: a description that names a price is none.
pub(super) const MOST_NUMBER: usize = 100;
/// What each step of a line costs, and a value that is not shown.
const STEP: u32 = 8;
const HIDDEN: u32 = 10;
/// Each byte of text beside the value costs one, up to so many: it may change, and bring other values.
const BESIDE: u32 = 60;

/// One place of the value.
struct Place<'p> {
    element: usize,
    attribute: Option<&'p str>,
    /// Bytes beside the value itself.
    excess: usize,
    /// What cuts the value out, one way or another; an empty one leaves the text as it is.
    steps: Vec<String>,
}

/// Lines that may give the value, by what they cost.
pub(super) fn lines(asked: &Asked<'_, '_, '_>, lines: &mut BTreeMap<String, u32>) {
    let mut places = shown(asked);
    places.append(&mut attributed(asked));
    places.sort_by_key(|place| (place.excess, place.element));
    places.truncate(MOST_PLACES);
    let page = asked.sheet.page;
    for place in &places {
        let hidden = if page.hidden(place.element) {
            HIDDEN
        } else {
            0
        };
        let (suffix, extra) = match place.attribute {
            None => (String::new(), hidden),
            Some("content") if page.tag(place.element) == "meta" => (String::new(), 2),
            Some(name) => (format!("@{name}"), attribute_cost(name)),
        };
        let ways: Vec<(&String, u32)> = place
            .steps
            .iter()
            .map(|steps| (steps, extra + steps_cost(asked, place, steps, &places)))
            .collect();
        for (selector, cost) in css::selectors(page, place.element) {
            for (steps, more) in &ways {
                let known = lines
                    .entry(format!("{selector}{suffix}{steps}"))
                    .or_insert(u32::MAX);
                *known = (cost + more).min(*known);
            }
        }
    }
}

/// What the steps cost, and the text beside the value. Where no step cuts it away, text around an element that has the
/// value for itself counts for more.
fn steps_cost(
    asked: &Asked<'_, '_, '_>,
    place: &Place<'_>,
    steps: &str,
    places: &[Place<'_>],
) -> u32 {
    let page = asked.sheet.page;
    let inside = |other: &&Place<'_>| {
        place.attribute.is_none()
            && other.attribute.is_none()
            && page.inside(place.element).contains(&other.element)
    };
    let least = places.iter().filter(inside).map(|other| other.excess).min();
    let around = place.excess - least.unwrap_or(place.excess).min(place.excess);
    let beside = match around > 0 && steps.is_empty() {
        true => 10 + place.excess + around,
        false => place.excess,
    };
    let cuts = u32::try_from(steps.matches(" | ").count()).unwrap_or(9);
    // What stands on both sides belongs to neighbours more often than not.
    STEP * cuts * cuts + u32::try_from(beside).unwrap_or(BESIDE).min(BESIDE)
}

fn attribute_cost(name: &str) -> u32 {
    match name {
        "content" | "value" | "datetime" => 2,
        "href" | "src" => 6,
        _ if name.starts_with("data-") => 2,
        _ => 8,
    }
}

/// Elements whose text is the value or holds it.
fn shown<'p>(asked: &Asked<'p, '_, '_>) -> Vec<Place<'p>> {
    let page = asked.sheet.page;
    let longest = match asked.wanted {
        Wanted::Begins(_) => usize::MAX,
        _ => asked.written.len() * 2 + AROUND,
    };
    let all = page.all().take(MOST_ELEMENTS);
    let near = all.filter(|e| {
        let text = page.elements[*e].text.clone();
        !text.is_empty() && text.len() <= longest && likely(asked, page.raw(*e))
    });
    // A page's title is no part of its text.
    let title = page.all().find(|e| page.tag(*e) == "title");
    let titled = title.zip(page.title.clone());
    let lines = near.map(|element| (element, page.line(element)));
    lines
        .chain(titled)
        .filter_map(|(element, text)| {
            let steps = ways(asked, &text)?;
            Some(Place {
                element,
                attribute: None,
                excess: text.len().saturating_sub(asked.written.len()),
                steps,
            })
        })
        .collect()
}

fn attributed<'p>(asked: &Asked<'p, '_, '_>) -> Vec<Place<'p>> {
    let page = asked.sheet.page;
    let mut places = Vec::new();
    for element in page.all().take(MOST_ELEMENTS) {
        for (name, text) in page.attributes_of(element) {
            if !tells(asked, name)
                || text.len() > asked.written.len() * 2 + AROUND
                || !likely(asked, text)
            {
                continue;
            }
            // `1` and `true` say of many things that they are there.
            let told = !matches!(asked.wanted, Wanted::Stock(_))
                || stock::says_alone(text).is_some()
                || text.contains("schema.org/");
            if let Some(steps) = ways(asked, text).filter(|_| told) {
                places.push(Place {
                    element,
                    attribute: Some(name.as_ref()),
                    excess: text.len().saturating_sub(asked.written.len()),
                    steps,
                });
            }
        }
    }
    places
}

/// Whether an attribute may hold a value: a width is no price, a class no title.
fn tells(asked: &Asked<'_, '_, '_>, name: &str) -> bool {
    let linked = matches!(name, "href" | "src" | "action");
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    plain
        && (name.starts_with("data-")
            || matches!(
                name,
                "content" | "value" | "datetime" | "title" | "alt" | "aria-label"
            )
            || linked
                && (asked.wanted.is_text()
                    || matches!(asked.wanted, Wanted::All(_) | Wanted::Gtin(_)))
            || name == "href" && matches!(asked.wanted, Wanted::Stock(_)))
}

/// A test that costs little, before the text is read for what it means.
fn likely(asked: &Asked<'_, '_, '_>, text: &str) -> bool {
    match asked.wanted {
        Wanted::Money(_) | Wanted::Gtin(_) | Wanted::Decimal(_) | Wanted::Whole(_) => {
            text.len() <= MOST_NUMBER && text.chars().any(char::is_numeric)
        }
        _ => true,
    }
}

/// The steps that make the value of a text; none where none do.
fn ways(asked: &Asked<'_, '_, '_>, text: &str) -> Option<Vec<String>> {
    let value = Value::new(text);
    if asked
        .wanted
        .is(asked.field, &value, asked.sheet.page, asked.hint)
        || whole(asked, &value)
    {
        let mut all = vec![String::new()];
        if matches!(
            asked.wanted,
            Wanted::Money(_) | Wanted::Gtin(_) | Wanted::Decimal(_) | Wanted::Whole(_)
        ) {
            all.extend(steps::labelled(text));
        }
        return Some(all);
    }
    let texts = asked.wanted.is_text() || matches!(asked.wanted, Wanted::Gtin(_));
    Some(steps::cutting(text, asked.written)).filter(|all| texts && !all.is_empty())
}

/// Whether one text says the whole breadcrumb.
fn whole(asked: &Asked<'_, '_, '_>, value: &Value) -> bool {
    let one = std::slice::from_ref(value);
    matches!(asked.wanted, Wanted::All(_))
        && asked
            .wanted
            .answer(asked.field, one, asked.sheet.page, asked.hint)
            == Answer::Right
}
