//! What people see on a page without any vocabulary: heading, breadcrumb, shop, stock, rating, description.

use super::{
    found::{Found, Place},
    marks::{CRUMBS, DESCRIPTION, GALLERY, RATING, REVIEWS, SHOP, SHOP_NAME},
    page::Holds,
    shown_name, shown_price, shown_stock,
    zones::{self, Zone},
};

/// Offers what the page shows.
pub(super) fn read(found: &mut Found<'_, '_>, zones: &[Zone], heads: &[usize]) {
    let heading = title(found, zones, heads);
    shown_price::read(found, zones, heading);
    crumbs(found);
    let mut stock = shown_stock::Sight::default();
    for element in found.page.all() {
        let zone = zones[element];
        if !zone.is_main() || found.page.hidden(element) || found.page.raw(element).len() > 40_000 {
            continue;
        }
        description(found, element);
        if found.page.raw(element).len() <= 200 {
            shop(found, element);
            stock.look(found.page, element, heading);
            rating(found, element);
            shown_name::number(found, element, heading);
            shown_name::brand(found, element);
        }
        images(found, element, heading);
    }
    stock.offer(found, heading);
    if let Some(heading) = heading {
        shown_name::brand_by_heading(found, heading);
    }
}

/// A heading that the page's title repeats is cleaner than what is written for those who share the page.
const TWICE_SAID: i32 = 16;

/// The heading that the page's title repeats, else the first; else the title itself.
fn title(found: &mut Found<'_, '_>, zones: &[Zone], heads: &[usize]) -> Option<usize> {
    let page = found.page;
    let whole = page.title.as_deref().unwrap_or_default();
    let usable = |e: &usize| {
        !zones[*e].others
            && !zones[*e].furniture
            && (2..400).contains(&page.words(*e).chars().count())
    };
    let heads: Vec<usize> = heads.iter().copied().filter(usable).take(10).collect();
    let repeated = |e: &usize| whole.contains(page.words(*e).as_ref());
    // A heading inside a link is that of a neighbour.
    let own = |e: &usize| {
        !page
            .ancestors(*e)
            .take(4)
            .any(|a| matches!(page.tag(a), "a" | "li"))
    };
    let heading = heads
        .iter()
        .copied()
        .find(repeated)
        .or_else(|| heads.iter().copied().find(own))
        .or_else(|| unmarked(found, zones, whole));
    if let Some(e) = heading {
        let lean = if repeated(&e) { TWICE_SAID } else { 0 };
        found.lean("title", &page.words(e), Place::Element(e), lean);
    }
    if !whole.is_empty() {
        found.lean(
            "title",
            without_shop(whole),
            Place::Path("title".to_owned()),
            -25,
        );
    }
    heading
}

/// The heading of a page without `h1`: the longest text that its title repeats, of those at least a third as long.
fn unmarked(found: &Found<'_, '_>, zones: &[Zone], title: &str) -> Option<usize> {
    let page = found.page;
    let least = (title.len() / 3).max(9);
    let usable = |e: &usize| {
        let length = page.raw(*e).trim().len();
        (least..=title.len()).contains(&length)
            && !zones[*e].others
            && !zones[*e].furniture
            && !page.hidden(*e)
            && title.contains(&page.line(*e))
    };
    // A breadcrumb ends with the goods' name too; the price stands near the other one.
    let rank = |e: &usize| {
        let crumb = page
            .ancestors(*e)
            .take(4)
            .any(|a| zones::has_word(page, a, CRUMBS));
        (page.raw(*e).trim().len(), !crumb, std::cmp::Reverse(*e))
    };
    page.all().filter(usable).max_by_key(rank)
}

/// What stands between the goods' name and the shop's, save `_`.
const SEPARATORS: [&str; 5] = [" | ", " - ", " – ", " — ", " : "];

/// A page title without the shop's name behind the last separator.
pub(super) fn without_shop(title: &str) -> &str {
    let bytes = title.as_bytes();
    let parts = |at: &usize| match bytes[*at] {
        b' ' => SEPARATORS.iter().any(|s| title[*at..].starts_with(s)),
        byte => byte == b'_',
    };
    // What is left is more than half of it.
    let cut = (title.len() / 2 + 1..title.len()).rev().find(parts);
    cut.map_or(title, |at| title[..at].trim())
}

/// The links of the first block called a breadcrumb.
fn crumbs(found: &mut Found<'_, '_>) {
    let page = found.page;
    for block in page
        .all()
        .filter(|e| zones::has_word(page, *e, CRUMBS) && page.raw(*e).len() < 1_500)
    {
        let links: Vec<usize> = page
            .inside(block)
            .filter(|e| page.tag(*e) == "a")
            .take(15)
            .collect();
        let mut names: Vec<String> = links
            .iter()
            .map(|e| page.line(*e))
            .filter(|n| !n.is_empty())
            .collect();
        names.dedup();
        if !names.is_empty() {
            found.beside(
                "category",
                &names.join(" > "),
                "breadcrumb",
                Place::Element(block),
                0,
            );
            return;
        }
    }
}

fn description(found: &mut Found<'_, '_>, element: usize) {
    let page = found.page;
    let block = matches!(
        page.tag(element),
        "div" | "section" | "p" | "td" | "article"
    );
    if !block || !zones::has_word(page, element, DESCRIPTION) {
        return;
    }
    let text = page.raw(element).trim();
    if text.len() > 60 {
        found.lean("description", text, Place::Element(element), -5);
    }
}

/// The shop's name: an element called so, or a link inside a block called so.
fn shop(found: &mut Found<'_, '_>, element: usize) {
    let page = found.page;
    let named = zones::has_word(page, element, SHOP) && zones::has_word(page, element, SHOP_NAME);
    let parent = page.elements[element].parent;
    let linked = || {
        page.tag(element) == "a"
            && zones::has_word(page, parent, SHOP)
            && page.raw(parent).len() <= 200
            && page.attribute(element, "href").is_some_and(shop_address)
    };
    if !named && !linked() {
        return;
    }
    let text = page.words(element);
    if (2..=60).contains(&text.chars().count()) {
        let lean = if named { -5 } else { -10 };
        found.lean("seller.name", &text, Place::Element(element), lean);
        let href = page.attribute(element, "href");
        if let Some(url) = href.and_then(|href| found.address(href)) {
            found.lean("seller.url", &url, Place::Element(element), lean);
        }
    }
}

fn shop_address(href: &str) -> bool {
    [
        "/shop",
        "/store",
        "/seller",
        "/merchant",
        "/vendor",
        "shop.",
    ]
    .iter()
    .any(|part| href.contains(part))
}

/// A rating of the goods, and how many gave one.
fn rating(found: &mut Found<'_, '_>, element: usize) {
    let page = found.page;
    let parent = page.elements[element].parent;
    let counted = zones::has_word(page, element, REVIEWS) || zones::has_word(page, parent, REVIEWS);
    let rated = zones::has_word(page, element, RATING);
    if !(rated || counted) || !page.elements[element].holds.any(Holds::DIGIT) {
        return;
    }
    let text = page.line(element);
    if text.is_empty() || text.chars().count() > 40 {
        return;
    }
    if rated {
        let number: String = text
            .chars()
            .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
            .collect();
        let shown = number
            .replace(',', ".")
            .parse::<f64>()
            .is_ok_and(|n| (0.0..=5.0).contains(&n));
        if shown && number.contains(['.', ',']) {
            found.lean("rating", &number, Place::Element(element), -5);
        }
    }
    if counted && counts(page.raw(parent)) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let only = text
            .chars()
            .all(|c| c.is_ascii_digit() || ",. ()（）".contains(c));
        if only && !digits.is_empty() && !text.contains('.') {
            found.lean("review_count", &digits, Place::Element(element), -5);
        }
    }
}

/// Whether a short text speaks of how many rated.
fn counts(raw: &str) -> bool {
    const LONGEST: usize = 80;
    if raw.len() > 5 * LONGEST {
        return false;
    }
    let text = raw.trim().to_lowercase();
    text.chars().count() < LONGEST
        && [
            "条",
            "评",
            "review",
            "rating",
            "bewertung",
            "avis",
            "opini",
            "отзыв",
            "件",
            "후기",
            "리뷰",
            "レビュー",
            "valora",
            "recens",
        ]
        .iter()
        .any(|word| text.contains(word))
}

fn images(found: &mut Found<'_, '_>, element: usize, heading: Option<usize>) {
    let page = found.page;
    if page.tag(element) != "img" || heading.is_some_and(|h| page.steps(h, element).abs() > 400) {
        return;
    }
    let source = page
        .either(
            element,
            &[
                "data-zoom-image",
                "data-large",
                "data-src",
                "data-original",
                "src",
            ],
        )
        .filter(|src| !src.starts_with("data:"));
    let shown = page
        .ancestors(element)
        .take(4)
        .any(|e| zones::has_word(page, e, GALLERY));
    let source = source.filter(|_| shown);
    if let Some(url) = source.and_then(|src| found.address(src)) {
        found.lean("images", &url, Place::Element(element), -5);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_title_is_cut_at_its_last_separator(title in "( \\| | - |–|—| |_| : |水|a|bc){0,9}") {
            let places = [" | ", " - ", " – ", " — ", "_", " : "];
            let last = places.iter().filter_map(|s| title.rfind(s)).max();
            let cut = last.filter(|at| at * 2 > title.len());
            let rest = cut.map_or(title.as_str(), |at| title[..at].trim());
            prop_assert_eq!(without_shop(&title), rest, "{}", title);
        }
    }
}
