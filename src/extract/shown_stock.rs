//! Whether a page shows people that the goods can be bought.

use super::{
    found::{Found, Place},
    marks::{BUY, STOCK},
    page::PageModel,
    stock, zones,
};
use crate::model::Availability;

/// Offers what `element` says about stock: a notice by its class, a button by its words, a phrase that stands alone.
pub(super) fn read(found: &mut Found<'_, '_>, element: usize, heading: Option<usize>) {
    let page = found.page;
    let named = zones::has_word(page, element, STOCK);
    let button = is_button(page, element);
    let after = heading.map(|h| page.steps(h, element));
    let within = |steps: isize| after.is_some_and(|n| (0..steps).contains(&n));
    if !named && !within(if button { 1_500 } else { 600 }) {
        return;
    }
    let text = match page.tag(element) {
        "input" => page
            .attribute(element, "value")
            .unwrap_or_default()
            .to_owned(),
        _ => page.line(element),
    };
    if text.is_empty() || text.chars().count() > 80 {
        return;
    }
    let exact = stock::exactly(&text);
    // A size or colour that is sold out is not the goods.
    let variant = page
        .ancestors(element)
        .take(3)
        .chain([element])
        .any(|e| matches!(page.tag(e), "li" | "option" | "label" | "select"));
    let lean = match (named, exact) {
        (true, Some(Availability::OutOfStock)) if within(600) && !variant => SEEN_SOLD_OUT,
        (true, _) if within(600) => 0,
        (true, _) => -15,
        (false, Some(_)) if button => -18,
        (false, Some(_)) if !variant => -8,
        (false, None) if button && within(600) && text.chars().count() < 40 => -20,
        _ => return,
    };
    if stock::read(&text).or(exact).is_some() {
        found.lean("availability", &text, Place::Element(element), lean);
    }
}

/// A button, or something that is called like one.
fn is_button(page: &PageModel<'_>, element: usize) -> bool {
    match page.tag(element) {
        "button" | "a" => true,
        "input" => matches!(page.attribute(element, "type"), Some("submit" | "button")),
        _ => zones::has_word(page, element, BUY),
    }
}

/// A notice by the heading that goods are sold out outweighs what a template states for search engines.
const SEEN_SOLD_OUT: i32 = 38;
