//! The price that a page shows to people, where no vocabulary states it: every price in sight is rated.

use super::{
    found::{Found, Place},
    marks::{BEFORE, NOW, PART, PRICE},
    page::Holds,
    settle,
    zones::{self, Zone},
};
use crate::text::price;

/// In a price's own text.
const PRICE_WORDS: &[&str] = &[
    "价",
    "價",
    "価格",
    "판매가",
    "가격",
    "Price",
    "price",
    "Preis",
    "Prix",
    "Цена",
    "Cena",
    "Precio",
];

/// Fewer points are no offer.
const ENOUGH: i32 = 25;

/// A price in sight.
struct Seen {
    at: usize,
    points: i32,
    /// Called an old price by its class.
    before: bool,
    /// Crossed out for the eye.
    crossed: bool,
    signature: (String, String),
}

/// Offers the best-rated prices in sight.
pub(super) fn read(found: &mut Found<'_, '_>, zones: &[Zone], heading: Option<usize>) {
    let mut seen: Vec<Seen> = found
        .page
        .all()
        .filter(|e| zones[*e].is_main() && !found.page.hidden(*e))
        .filter_map(|e| rate(found, e, heading))
        .take(400)
        .collect();
    repeat_costs(&mut seen);
    seen.sort_by_key(|s| (-s.points, s.at));
    let best = |before: bool| {
        seen.iter()
            .find(|s| s.before == before && !s.crossed)
            .map_or(i32::MIN, |s| s.points)
    };
    // "price-old" alone, near the heading, is a class name that outlived a sale.
    let misnamed = best(true) > best(false).saturating_add(10);
    let now = |s: &&Seen| s.points >= ENOUGH && !s.crossed && (!s.before || misnamed);
    for (n, price) in seen.iter().filter(now).take(3).enumerate() {
        let text = found.page.line(price.at);
        let own = ((price.points - 70) / 4).clamp(-20, 10);
        let lean = if n == 0 { own } else { settle::RUNNER_UP };
        found.lean("price", &text, Place::Element(price.at), lean);
    }
    let past = |s: &&Seen| s.points >= ENOUGH && (s.crossed || s.before && !misnamed);
    if let Some(price) = seen.iter().find(past) {
        let text = found.page.line(price.at);
        found.add("list_price", &text, Place::Element(price.at));
    }
}

/// A price set like many others is one of a list of goods.
fn repeat_costs(seen: &mut [Seen]) {
    let mut counts = std::collections::BTreeMap::new();
    for one in seen.iter() {
        *counts.entry(one.signature.clone()).or_insert(0) += 1;
    }
    for one in seen {
        let others = counts.get(&one.signature).copied().unwrap_or(1) - 1;
        one.points -= (others * 8).min(40);
    }
}

fn rate(found: &Found<'_, '_>, element: usize, heading: Option<usize>) -> Option<Seen> {
    let page = found.page;
    if !page.elements[element].holds.any(Holds::DIGIT) {
        return None;
    }
    let raw = page.raw(element);
    if raw.len() > 160 || !raw.contains(|c: char| c.is_numeric()) || raw.chars().count() > 60 {
        return None;
    }
    let named = zones::has_word(page, element, PRICE);
    let signs = signs(raw);
    if !named && signs == 0 {
        return None;
    }
    let money = price::parse(raw, None).filter(|m| !m.amount.is_zero())?;
    let mut points = if named { 30 } else { 0 } + if signs > 0 { 12 } else { 0 };
    // "was 20 € now 15 €": one of its parts says which is which.
    points -= if signs > 1 { 40 } else { 0 };
    points -= if raw.chars().filter(|c| c.is_alphabetic()).count() > 14 {
        10
    } else {
        0
    };
    points += if money.amount.fract().is_zero() { 0 } else { 2 };
    let (mut before, mut crossed) = (false, false);
    points += if PRICE_WORDS.iter().any(|w| raw.contains(w)) {
        10
    } else {
        0
    };
    for (n, e) in std::iter::once(element)
        .chain(page.ancestors(element))
        .take(5)
        .enumerate()
    {
        let near = n < 3;
        points += if n > 0 && near && zones::has_word(page, e, PRICE) {
            8
        } else {
            0
        };
        points += if near && zones::has_word(page, e, NOW) {
            8
        } else {
            0
        };
        points -= if near && zones::has_word(page, e, PART) {
            22
        } else {
            0
        };
        crossed |= near && matches!(page.tag(e), "del" | "s" | "strike");
        before |= near && zones::has_word(page, e, BEFORE);
        points -= if page.tag(e) == "a" { 25 } else { 0 };
        points -= if matches!(page.tag(e), "option" | "select" | "label") {
            25
        } else {
            0
        };
    }
    points += nearness(heading.map(|h| page.steps(h, element)));
    Some(Seen {
        at: element,
        points,
        before: before || crossed,
        crossed,
        signature: (
            look(found, element),
            look(found, page.elements[element].parent),
        ),
    })
}

/// A price soon after the heading is that of the goods.
fn nearness(after: Option<isize>) -> i32 {
    match after {
        None => 0,
        Some(0..150) => 30,
        Some(after @ 150..) => 30 - i32::try_from(after / 20).unwrap_or(60).min(60),
        Some(-79..0) => 5,
        Some(_) => -15,
    }
}

fn look(found: &Found<'_, '_>, element: usize) -> String {
    let class = found.page.attribute(element, "class").unwrap_or_default();
    format!("{}.{}", found.page.tag(element), class)
}

/// How many currency signs or words stand in a text.
fn signs(text: &str) -> usize {
    let signs = text.chars().filter(|c| is_sign(*c)).count();
    // Words are looked up only where a text is short enough to be a price and little else.
    if signs > 0 || text.chars().count() > 24 {
        return signs;
    }
    let words = text
        .split(|c: char| {
            c.is_whitespace() || c.is_numeric() || matches!(c, ',' | ':' | '：' | '~' | '-')
        })
        .filter(|w| !w.is_empty() && w.chars().count() <= 6);
    words.filter(|w| price::names_currency(w)).count()
}

fn is_sign(c: char) -> bool {
    c == '$' || !c.is_ascii() && "€£¥￥₽₩₹₪₺₴₸฿₫₱₦﷼₾₼₡₲".contains(c)
}
