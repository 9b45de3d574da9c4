//! The price that a page shows to people, where no vocabulary states it: every price in sight is rated.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    found::{Found, Place},
    marks::{BEFORE, BEFORE_BESIDE, NOW, PART, PRICE},
    page::{Holds, PageModel},
    settle,
    zones::{self, Zone},
};
use crate::text::price::{self, PerMeasure};

/// In a price's own text.
#[rustfmt::skip]
const PRICE_WORDS: &[&str] = &[
    "价", "價", "価格", "판매가", "가격", "Price", "price", "Preis", "Prix", "Цена", "Cena", "Precio",
];

const SIGNS: &[char] = &[
    '$', '€', '£', '¥', '￥', '₽', '₩', '₹', '₪', '₺', '₴', '₸', '฿', '₫', '₱', '₦', '﷼', '₾', '₼',
    '₡', '₲',
];

/// Different amounts that are offered; all but the first as what this reader would not choose itself.
const MOST: usize = 12;
/// The lean of a price in a heading.
const IN_HEADING: i32 = settle::SHOWN;
/// What the lower of two prices side by side gains.
const LOWER: i32 = 12;
/// Fewer points are no offer.
const ENOUGH: i32 = 25;
/// Prices in sight beyond this number are not looked at.
const MOST_SEEN: usize = 400;
/// Elements between a price and what it comes to for a kilo, at most.
const BESIDE: isize = 60;

/// A price in sight.
struct Seen {
    at: usize,
    amount: Decimal,
    /// A number and its sign, without words.
    bare: bool,
    points: i32,
    /// Called an old price by its class.
    before: bool,
    /// Crossed out for the eye.
    crossed: bool,
    signature: (String, String),
}

/// Offers the best-rated prices in sight.
pub(super) fn read(found: &mut Found<'_, '_>, zones: &[Zone], heading: Option<usize>) {
    let (mut seen, measured) = in_sight(found, zones, heading);
    repeat_costs(&mut seen);
    couples(found.page, &mut seen);
    seen.sort_by_key(|s| (-s.points, s.at));
    let best = |before: bool| {
        seen.iter()
            .find(|s| s.before == before && !s.crossed)
            .map_or(i32::MIN, |s| s.points)
    };
    // "price-old" alone, near the heading, is a class name that outlived a sale.
    let misnamed = best(true) > best(false).saturating_add(10);
    let now = |s: &&Seen| !s.crossed && (!s.before || misnamed);
    let mut amounts: Vec<Decimal> = Vec::new();
    for price in seen.iter().filter(now) {
        if amounts.len() == MOST || amounts.contains(&price.amount) {
            continue;
        }
        if amounts.is_empty() && price.points < ENOUGH {
            break;
        }
        let text = found.page.line(price.at);
        let own = ((price.points - 70) / 4).clamp(-20, 10);
        let lean = if amounts.is_empty() {
            own
        } else {
            settle::RUNNER_UP
        };
        found.lean("price", &text, Place::Element(price.at), lean);
        amounts.push(price.amount);
    }
    if amounts.is_empty() {
        in_heading(found, heading);
    }
    let paid = seen.iter().find(now).map(|price| price.at);
    offer_measured(found, &measured, paid.or(heading));
    let now = amounts.first().copied().unwrap_or_default();
    let past =
        |s: &&Seen| s.points >= ENOUGH && s.amount > now && (s.crossed || s.before && !misnamed);
    if let Some(price) = seen.iter().find(past) {
        let text = found.page.line(price.at);
        found.add("list_price", &text, Place::Element(price.at));
    }
}

/// The prices in sight, rated, and the elements that show one for a measure of goods.
fn in_sight(
    found: &Found<'_, '_>,
    zones: &[Zone],
    heading: Option<usize>,
) -> (Vec<Seen>, Vec<usize>) {
    let (mut seen, mut measured) = (Vec::new(), Vec::new());
    // Where what only shows a price for a measure ends: no part of it is a price.
    let mut until = 0;
    for at in found.page.all() {
        if at < until || !zones[at].is_main() || found.page.hidden(at) || seen.len() == MOST_SEEN {
            continue;
        }
        let Some(price) = rate(found, at, heading) else {
            continue;
        };
        let per = price::per_measure(found.page.raw(at));
        if per != PerMeasure::None {
            measured.push(at);
        }
        if per == PerMeasure::Only {
            until = found.page.elements[at].end;
        } else {
            seen.push(price);
        }
    }
    (seen, measured)
}

/// Offers the price for a measure that stands nearest to the price to pay, in the smallest element that shows it.
fn offer_measured(found: &mut Found<'_, '_>, measured: &[usize], paid: Option<usize>) {
    let Some(paid) = paid else {
        return;
    };
    let away = |at: usize| found.page.steps(paid, at).abs();
    let nearest = measured.iter().copied().filter(|at| away(*at) <= BESIDE);
    // Of those that are as near, the last is the innermost.
    if let Some(at) = nearest.rev().min_by_key(|at| away(*at)) {
        let text = found.page.line(at);
        found.add("unit_price", &text, Place::Element(at));
    }
}

/// The price that small ads put into their heading: "£45 · Garden bench".
fn in_heading(found: &mut Found<'_, '_>, heading: Option<usize>) {
    let Some(heading) = heading else {
        return;
    };
    let line = found.page.line(heading);
    let parts = line.split(['·', '|', '–', '—', '•', ',']);
    let mut signed = parts.filter_map(|part| part.find(SIGNS).map(|at| (part, at)));
    let (Some((part, at)), None) = (signed.next(), signed.next()) else {
        return;
    };
    // The number by the sign, and no other: "Lamp 40 W €15".
    let start = part[..at].rfind(char::is_alphabetic);
    let start = start.map_or(0, |a| part.ceil_char_boundary(a + 1));
    let end = part[at..].find(char::is_alphabetic);
    let piece = part[start..end.map_or(part.len(), |a| at + a)].trim();
    if price::parse(piece, None).is_some_and(|m| !m.amount.is_zero()) {
        found.lean("price", piece, Place::Element(heading), IN_HEADING);
    }
}

/// Two bare prices side by side in one block: the lower is to be paid, and a higher one before it is crossed out by a
/// style sheet.
fn couples(page: &PageModel<'_>, seen: &mut [Seen]) {
    for n in 1..seen.len() {
        let (before, after) = seen.split_at_mut(n);
        let (Some(first), Some(second)) = (before.last_mut(), after.first_mut()) else {
            continue;
        };
        let parent = |s: &Seen| page.elements[s.at].parent;
        let side_by_side = first.bare
            && second.bare
            && parent(first) == parent(second)
            && page.elements[first.at].end == second.at;
        let (low, high) = (
            first.amount.min(second.amount),
            first.amount.max(second.amount),
        );
        // What is a small part of the other is an instalment or the price of a piece.
        if !side_by_side
            || first.before
            || second.before
            || low == high
            || low * Decimal::from(4) < high
        {
            continue;
        }
        if first.amount == high {
            first.before = true;
            second.points += LOWER;
        } else {
            first.points += LOWER;
        }
    }
}

/// A price set like others of other amounts is one of a list of goods.
fn repeat_costs(seen: &mut [Seen]) {
    let mut sets: BTreeMap<(String, String), BTreeMap<Decimal, i32>> = BTreeMap::new();
    for one in seen.iter().filter(|s| !s.crossed) {
        let set = sets.entry(one.signature.clone()).or_default();
        *set.entry(one.amount).or_insert(0) += 1;
    }
    for one in seen.iter_mut().filter(|s| !s.crossed) {
        let others = sets.get(&one.signature).map_or(0, |set| {
            let same = set.get(&one.amount).copied().unwrap_or(0);
            set.values().sum::<i32>() - same
        });
        one.points -= (others * 8).min(40);
    }
}

fn rate(found: &Found<'_, '_>, element: usize, heading: Option<usize>) -> Option<Seen> {
    let page = found.page;
    if !page.elements[element].holds.any(Holds::DIGIT) {
        return None;
    }
    let raw = page.raw(element);
    if raw.len() > 160 || raw.len() > 60 && raw.chars().count() > 60 {
        return None;
    }
    let named = zones::has_word(page, element, PRICE);
    let signs = signs(raw);
    if !named && signs == 0 || !counts(raw) {
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
    let (mut before, mut crossed, mut partial) = (false, false, false);
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
        let part = near && zones::has_word(page, e, PART);
        partial |= part && n == 0;
        points -= if part { 22 } else { 0 };
        crossed |= near
            && (matches!(page.tag(e), "del" | "s" | "strike")
                || page
                    .attribute(e, "style")
                    .is_some_and(|style| style.contains("line-through")));
        before |= near && is_called_old(page, e);
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
        amount: money.amount,
        bare: !partial && is_bare(raw),
        points,
        before: before || crossed,
        crossed,
        signature: (
            look(found, element),
            look(found, page.elements[element].parent),
        ),
    })
}

/// Whether a price is a number and its sign, without words and without "/ kg" or "4 ×".
fn is_bare(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() <= 3
        && !text.contains(['/', '×', '*', '+', '(', '-', '–'])
}

fn is_called_old(page: &PageModel<'_>, element: usize) -> bool {
    zones::has_word(page, element, BEFORE)
        || zones::has_word(page, element, BEFORE_BESIDE)
            && zones::has_word(page, element, PRICE)
            && !matches!(page.tag(element), "ul" | "ol" | "table")
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
    if signs > 0 || text.len() > 24 && text.chars().count() > 24 {
        return signs;
    }
    let parts = |c: char| {
        let ascii = matches!(c, ' ' | '0'..='9' | ',' | ':' | '~' | '-');
        ascii || !is_han(c) && (c == '：' || c.is_whitespace() || c.is_numeric())
    };
    let words = text
        .split(parts)
        .filter(|w| !w.is_empty() && (w.len() <= 6 || w.chars().count() <= 6));
    words.filter(|w| price::names_currency(w)).count()
}

fn is_sign(c: char) -> bool {
    c == '$' || !c.is_ascii() && !is_han(c) && SIGNS.contains(&c)
}

/// Chinese characters, none of which is a sign, a number or a blank for Unicode.
fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Whether a text has a number of any script.
fn counts(text: &str) -> bool {
    let numeric = |c: char| !is_han(c) && c.is_numeric();
    text.bytes().any(|b| b.is_ascii_digit()) || text.contains(numeric)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::extract::{Selectors, read};

    fn prices(body: &str) -> (Option<String>, Option<String>) {
        let url = Url::parse("http://shop.example/item/1").unwrap();
        let listing = read(body, &url, &Selectors::default()).listing;
        let amount = |money: Option<crate::model::Money>| money.map(|m| m.amount.to_string());
        (amount(listing.price), amount(listing.list_price))
    }

    #[test]
    fn no_chinese_character_is_a_number_or_a_sign() {
        for c in '\u{4e00}'..='\u{9fff}' {
            assert!(!c.is_numeric() && !c.is_whitespace() && !super::SIGNS.contains(&c));
        }
    }

    #[test]
    fn the_price_to_pay_among_others() {
        let head = "<title>Copper kettle</title><h1>Copper kettle</h1>";
        for (body, price, list) in [
            (
                "<div class=box><span>€ 120,00</span><span>€ 89,00</span></div>",
                "89.00",
                Some("120.00"),
            ),
            (
                "<div class=price>€ 89,00</div><div>or 4 × <span>€ 22,25</span></div>",
                "89.00",
                None,
            ),
            (
                "<span class=price>€ 89,00</span><span class=unit-price>€ 52,35 / l</span>",
                "89.00",
                None,
            ),
            (
                "<p>Shipping <b class=shipping-cost>€ 4,90</b></p><b class=price>€ 89,00</b>",
                "89.00",
                None,
            ),
            (
                "<b class=price style='text-decoration:line-through'>€ 120,00</b><b class=price>€ 89,00</b>",
                "89.00",
                Some("120.00"),
            ),
            (
                "<b class=list-price>€ 120,00</b><b class=sale-price>€ 89,00</b>",
                "89.00",
                Some("120.00"),
            ),
        ] {
            let found = prices(&format!("{head}{body}"));
            assert_eq!(
                (found.0.as_deref(), found.1.as_deref()),
                (Some(price), list),
                "{body}"
            );
        }
    }

    #[test]
    fn small_ads_put_it_into_the_heading() {
        for heading in [
            "Log in $60 · 1970's fibre board, rare",
            "Washing machine, 6 kg, hardly used, from a house without pets - $60",
        ] {
            assert_eq!(
                prices(&format!("<h1>{heading}</h1>")).0.as_deref(),
                Some("60"),
                "{heading}"
            );
        }
    }
}
