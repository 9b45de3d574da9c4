//! CSS selectors for an element that may hold on the platform's other pages, each with how fragile it is.

use std::collections::BTreeMap;

use crate::extract::page::PageModel;

/// Ancestors that a selector may name.
const ANCESTORS: usize = 8;
/// Selectors of one element.
const MOST: usize = 160;
/// Attributes whose value names what an element is.
const NAMING: &[&str] = &[
    "itemprop",
    "property",
    "name",
    "data-testid",
    "data-test",
    "data-qa",
    "data-role",
    "data-hook",
    "data-cy",
    "data-field",
    "rel",
    "itemtype",
];
/// Attributes that say nothing of what an element is.
const IDLE: &[&str] = &[
    "class",
    "id",
    "style",
    "href",
    "src",
    "srcset",
    "alt",
    "title",
    "content",
    "value",
    "lang",
    "dir",
    "width",
    "height",
    "type",
    "target",
    "loading",
    "tabindex",
    "hidden",
    "itemscope",
    "for",
    "colspan",
    "rowspan",
];
/// Classes that come and go with what a visitor does.
const PASSING: &[&str] = &[
    "active",
    "selected",
    "first",
    "last",
    "odd",
    "even",
    "open",
    "current",
    "show",
    "hidden",
    "visible",
    "clearfix",
    "row",
    "container",
    "ng-scope",
    "ng-binding",
    "lazy",
    "loaded",
];

/// What names an element, and how little it can be relied upon.
type Anchor = (String, u32);

const GENERATED: u32 = 35;
const BY_PLACE: u32 = 30;
const BARE: u32 = 25;

/// Selectors that fit `element`, with their cost: an id or what names the element before a class, a class before a tag,
/// its place among its siblings last.
pub(super) fn selectors(page: &PageModel<'_>, element: usize) -> Vec<(String, u32)> {
    let own = anchors(page, element);
    let tag = page.tag(element).to_owned();
    let mut all: BTreeMap<String, u32> = BTreeMap::new();
    let mut add = |text: String, cost: u32| {
        let known = all.entry(text).or_insert(cost);
        *known = cost.min(*known);
    };
    let nth = place(page, element);
    let mut steps: Vec<Anchor> = own.clone();
    steps.push((tag.clone(), tag_cost(&tag)));
    steps.extend(nth.clone());
    for (text, cost) in &steps {
        // A tag alone means every element of its kind.
        let bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && !own.iter().any(|(own, _)| own == text);
        add(text.clone(), if bare { *cost + BARE } else { *cost });
    }
    // The way down from an ancestor, by tags and places.
    let mut down = nth.map_or(tag, |(text, _)| text);
    let mut down_cost = BY_PLACE;
    for (depth, ancestor) in page.ancestors(element).take(ANCESTORS).enumerate() {
        let far = u32::try_from(depth).unwrap_or(0) * 2;
        let above = anchors(page, ancestor);
        for (anchor, cost) in above.iter().take(3) {
            for (text, own) in &steps {
                add(format!("{anchor} {text}"), cost + own + 3 + far);
                if depth == 0 {
                    add(format!("{anchor} > {text}"), cost + own + 4);
                }
            }
            add(format!("{anchor} > {down}"), cost + down_cost + 5);
        }
        let (step, cost) =
            place(page, ancestor).unwrap_or_else(|| (page.tag(ancestor).to_owned(), 4));
        down = format!("{step} > {down}");
        down_cost += cost / 2;
    }
    let mut all: Vec<(String, u32)> = all.into_iter().collect();
    all.sort_by(|a, b| (a.1, a.0.len(), &a.0).cmp(&(b.1, b.0.len(), &b.0)));
    all.truncate(MOST);
    all
}

/// What names an element: its id, attributes that name it, classes; best first.
fn anchors(page: &PageModel<'_>, element: usize) -> Vec<Anchor> {
    let tag = page.tag(element);
    let mut all = Vec::new();
    for (name, value) in page.attributes_of(element).iter().take(30) {
        let value = value.as_ref();
        match name.as_ref() {
            "id" if is_name(value) => all.push((format!("#{value}"), 8 + generated(value))),
            "class" => {
                let classes = value
                    .split_ascii_whitespace()
                    .filter(|class| is_name(class));
                for class in classes.take(6) {
                    let passing = if PASSING.contains(&class) { 15 } else { 0 };
                    all.push((format!(".{class}"), 14 + passing + generated(class)));
                }
            }
            name if NAMING.contains(&name) && is_value(value) => {
                all.push((format!("[{name}='{value}']"), 9));
            }
            name if name.starts_with("data-") && is_name(name) && !NAMING.contains(&name) => {
                all.push((format!("[{name}]"), 12 + generated(name)));
            }
            name if !IDLE.contains(&name) && !name.starts_with("on") && is_name(name) => {
                all.push((format!("[{name}]"), 18 + generated(name)));
            }
            _ => {}
        }
    }
    if matches!(tag, "h1" | "title" | "address" | "main" | "article") {
        all.push((tag.to_owned(), 13));
    }
    all.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    all.dedup();
    all.truncate(8);
    all
}

fn tag_cost(tag: &str) -> u32 {
    match tag {
        "h1" | "title" => 13,
        "div" | "span" => 30,
        _ => 24,
    }
}

/// Its tag with its place among its siblings; none where it is the only one of its tag.
fn place(page: &PageModel<'_>, element: usize) -> Option<Anchor> {
    let parent = page.ancestors(element).next()?;
    let alike: Vec<usize> = page
        .children(parent)
        .take(300)
        .filter(|e| page.tag(*e) == page.tag(element))
        .collect();
    let at = alike.iter().position(|e| *e == element)?;
    (alike.len() > 1).then(|| {
        (
            format!("{}:nth-of-type({})", page.tag(element), at + 1),
            24 + BY_PLACE,
        )
    })
}

/// A word that needs no escape in CSS.
fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    word.len() <= 60
        && chars
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// A value that may stand in single quotes.
fn is_value(value: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/' | ' ');
    !value.is_empty() && value.len() <= 50 && value.chars().all(plain)
}

/// What a name costs that a program made, because the next version of the page has another: `css-1q2w3e`, `item-48213`,
/// `uMhVZi`.
fn generated(name: &str) -> u32 {
    let count = |part: &str, is: fn(&u8) -> bool| part.bytes().filter(is).count();
    let prefix = ["css-", "sc-", "jsx-", "_ngcontent-"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    let hashed = name.split(['-', '_']).any(|part| {
        let capitals = count(part.get(1..).unwrap_or_default(), u8::is_ascii_uppercase);
        // A number at the end counts what stands on the page: `main2`.
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
        part.len() >= 5 && count(word, u8::is_ascii_digit) > 0 || part.len() <= 8 && capitals > 1
    });
    let mixed = name.len() <= 10
        && count(name, u8::is_ascii_digit) > 0
        && count(name, u8::is_ascii_uppercase) > 0;
    if prefix || hashed || mixed || count(name, u8::is_ascii_digit) >= 3 {
        GENERATED
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};
    use url::Url;

    use super::*;

    #[test]
    fn names_that_programs_make_are_known() {
        for name in [
            "css-1q2w3e",
            "item-48213",
            "uMhVZi",
            "_5Yd-hZ",
            "Price_price__3fKzq",
        ] {
            assert_eq!(generated(name), GENERATED, "{name}");
        }
        for name in [
            "price",
            "prodName",
            "product-title",
            "col-md-6",
            "h1",
            "main2",
            "buyBox",
        ] {
            assert_eq!(generated(name), 0, "{name}");
        }
    }

    #[test]
    fn names_come_before_places_and_every_selector_finds_its_element() {
        let url = Url::parse("http://shop.example/").unwrap();
        let text = "<div id=main><ul class='css-1x2y3z spec'><li>a<li data-testid=price class=now>5<li>c</ul></div>";
        let page = PageModel::new(text, &url);
        let li = page
            .all()
            .find(|e| page.attribute(*e, "data-testid").is_some())
            .unwrap();
        let all = selectors(&page, li);
        assert_eq!(all[0].0, "[data-testid='price']");
        assert_eq!(all[1].0, ".now");
        let cost = |text: &str| all.iter().find(|(own, _)| own == text).unwrap().1;
        assert!(cost("#main .now") < cost("#main li:nth-of-type(2)"));
        assert!(cost(".spec li") < cost(".css-1x2y3z li"));
        let html = Html::parse_document(&page.tidy());
        for (text, _) in &all {
            let selector = Selector::parse(text).unwrap();
            let found = html
                .select(&selector)
                .any(|e| e.attr("data-testid").is_some());
            assert!(found, "{text}");
        }
    }
}
