//! Which part of the page an element stands in: the goods themselves, other goods, what people said, page furniture.

use super::page::PageModel;

/// A part of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Zone {
    /// Recommendations, neighbours, a cart.
    pub(super) others: bool,
    /// Reviews and questions.
    pub(super) reviews: bool,
    /// Menus, footer, dialogs.
    pub(super) furniture: bool,
}

impl Zone {
    /// None of them: where the goods of the page are shown.
    pub(super) fn is_main(self) -> bool {
        self == Self::default()
    }
}

const OTHERS: &[&str] = &[
    "related",
    "similar",
    "recommend",
    "recommended",
    "recommendation",
    "recommendations",
    "recommends",
    "rec",
    "recs",
    "upsell",
    "upsells",
    "crosssell",
    "cross",
    "also",
    "recently",
    "viewed",
    "bestsellers",
    "bestseller",
    "sponsored",
    "suggestions",
    "suggested",
    "suggest",
    "accessories",
    "minicart",
    "mini",
    "wishlist",
    "compare",
    "history",
    "guess",
    "alsobought",
    "recent",
    "tipps",
    "crossselling",
    "teaser",
    "teasers",
];
const REVIEWS: &[&str] = &[
    "reviews",
    "comments",
    "comment",
    "cmt",
    "testimonials",
    "testimonial",
    "questions",
    "faq",
    "qa",
    "rv",
    "bewertungen",
    "avis",
    "otzyvy",
];
const FURNITURE: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "footer",
    "foot",
    "login",
    "newsletter",
    "cookie",
    "cookies",
    "modal",
    "popup",
    "subscribe",
    "toolbar",
    "megamenu",
    "signin",
    "topbar",
];

/// The zone of every element.
pub(super) fn zones(page: &PageModel<'_>) -> Vec<Zone> {
    let around = around_heading(page);
    let mut zones: Vec<Zone> = Vec::with_capacity(page.elements.len());
    zones.push(Zone::default());
    for element in page.all() {
        let mut zone = zones
            .get(page.elements[element].parent)
            .copied()
            .unwrap_or_default();
        match page.tag(element) {
            "nav" | "footer" => zone.furniture = true,
            "body" | "html" | "main" => {}
            _ if around.binary_search(&element).is_ok() => {}
            _ => {
                words(page, element, |word| {
                    zone.others |= OTHERS.contains(&word);
                    zone.reviews |= REVIEWS.contains(&word);
                    zone.furniture |= FURNITURE.contains(&word);
                });
            }
        }
        zones.push(zone);
    }
    zones
}

/// What the heading that the page's title repeats stands in: a block with a name like `compare258685` is still that of
/// the goods. In page order.
fn around_heading(page: &PageModel<'_>) -> Vec<usize> {
    let title = page.title.as_deref().unwrap_or_default();
    let is_heading = |e: &usize| {
        if page.tag(*e) != "h1" {
            return false;
        }
        let line = page.line(*e);
        let start = &line[..line.floor_char_boundary(24)];
        start.len() >= 9 && title.contains(start)
    };
    let heading = page.all().find(is_heading);
    let mut around: Vec<usize> = heading
        .into_iter()
        .flat_map(|h| page.ancestors(h))
        .collect();
    around.reverse();
    around
}

/// Whether one of an element's class and id words is among `wanted`.
pub(super) fn has_word(page: &PageModel<'_>, element: usize, wanted: &[&str]) -> bool {
    let mut found = false;
    words(page, element, |word| found |= wanted.contains(&word));
    found
}

/// The lower-case words of an element's class, id and test names: `productPrice-old` has product, price, old.
pub(super) fn words(page: &PageModel<'_>, element: usize, mut each: impl FnMut(&str)) {
    for name in [
        "class",
        "id",
        "data-testid",
        "data-test",
        "data-qa",
        "data-role",
        "data-hook",
    ] {
        let Some(text) = page.attribute(element, name) else {
            continue;
        };
        let mut word = String::new();
        let mut lower = false;
        for c in text.chars().take(400) {
            let upper = c.is_ascii_uppercase();
            if (!c.is_alphabetic() || upper && lower) && !word.is_empty() {
                each(&word);
                word.clear();
            }
            lower = c.is_lowercase();
            if c.is_alphabetic() {
                word.extend(c.to_lowercase());
            }
        }
        if !word.is_empty() {
            each(&word);
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn class_names_are_words() {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new("<div class='productPrice-old p_2'><b id=x>", &url);
        let mut seen = Vec::new();
        words(&page, 1, |word| seen.push(word.to_owned()));
        assert_eq!(seen, ["product", "price", "old", "p"]);
    }

    #[test]
    fn a_zone_is_inherited() {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new("<div class=rec><p><b>5</b></p></div><footer><i>", &url);
        let zones = zones(&page);
        assert!(zones[3].others && !zones[3].furniture && zones[5].furniture && !zones[5].others);
    }
}
