//! Buttons: whether one buys the goods, refuses to, or promises a message once they are back.

use super::{
    marks::{ADD, BUY, CART, CHOICE, DISABLED, ELSE},
    page::PageModel,
    stock::{self, Says},
    zones,
};

/// What pressing it would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Buy,
    PreOrder,
    /// It would buy, and cannot be pressed.
    Dead,
    /// It says that the goods are gone.
    Refuse,
    Notify,
}

/// A button, or what is called like one.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) at: usize,
    pub(super) text: String,
    pub(super) does: Does,
    /// It stands by the heading.
    pub(super) near: bool,
    /// By the heading, and it says so in words.
    pub(super) sure: bool,
}

/// Elements behind the heading in which a button is that of the goods.
const NEAR: isize = 600;
/// Further behind, a button still tells that the shop sells.
const FAR: isize = 1_500;
/// Characters on a button.
const LONGEST: usize = 60;

/// Whole class names that hide.
const PUT_AWAY: &[&str] = &[
    "hidden",
    "hide",
    "d-none",
    "is-hidden",
    "u-hidden",
    "ng-hide",
    "js-hide",
    "invisible",
    "visually-hidden",
    "visuallyhidden",
    "display-none",
    "no-display",
    "displaynone",
];
/// Blocks around an element whose names may hide it.
const AROUND: usize = 4;
/// Whether sizes or colours are chosen with `element`.
pub(super) fn is_choice(page: &PageModel<'_>, element: usize) -> bool {
    match page.tag(element) {
        "select" => true,
        "input" => page.attribute(element, "type") == Some("radio"),
        "div" | "ul" | "fieldset" => zones::has_word(page, element, CHOICE),
        _ => false,
    }
}

/// What `element` is as a button; `after` is how many elements behind the heading it stands.
pub(super) fn control(
    page: &PageModel<'_>,
    element: usize,
    after: Option<isize>,
) -> Option<Control> {
    let after = after.filter(|n| (0..FAR).contains(n))?;
    let tag = page.tag(element);
    let pressed = match tag {
        "button" => true,
        "input" => matches!(
            page.attribute(element, "type"),
            Some("submit" | "button" | "image")
        ),
        "a" => false,
        "div" | "span" | "p" => {
            if !(page.attribute(element, "role") == Some("button") || is_called(page, element)) {
                return None;
            }
            false
        }
        _ => return None,
    };
    let text = words_on(page, element)?;
    let near = after < NEAR;
    let does = does(page, element, &text, pressed)?;
    if is_put_away(page, element) {
        return None;
    }
    let worded = near && stock::says(&text) == Some(Says::Buy);
    let sure = worded && (tag != "a" || is_called(page, element) || leads_to_cart(page, element));
    Some(Control {
        at: element,
        text,
        does,
        near,
        sure,
    })
}

/// What stands on a button; empty where that is a picture without words.
fn words_on(page: &PageModel<'_>, element: usize) -> Option<String> {
    if page.raw(element).len() > LONGEST * 4 {
        return None;
    }
    let mut text = page.line(element);
    if text.is_empty() {
        let told = page.either(element, &["aria-label", "value", "title", "alt"]);
        text = told.unwrap_or_default().to_owned();
    }
    (text.chars().count() <= LONGEST).then_some(text)
}

fn does(page: &PageModel<'_>, element: usize, text: &str, pressed: bool) -> Option<Does> {
    let alone = stock::says_alone(text);
    let called = is_called(page, element);
    let says = alone.or_else(|| {
        (pressed || called && page.tag(element) == "a")
            .then(|| stock::says(text))
            .flatten()
    });
    let buys = || {
        if is_disabled(page, element) {
            Does::Dead
        } else {
            Does::Buy
        }
    };
    match says {
        Some(Says::Notify) => Some(Does::Notify),
        // "XL: sold out" on a button is that of a size.
        Some(Says::OutOfStock | Says::Discontinued) if called || pressed && alone.is_some() => {
            Some(Does::Refuse)
        }
        Some(Says::PreOrder) => Some(Does::PreOrder),
        Some(Says::Buy) => Some(buys()),
        Some(_) => None,
        None => {
            let button = pressed || page.tag(element) == "a";
            (button && called && !zones::has_word(page, element, ELSE)).then(buys)
        }
    }
}

/// Whether its names are those of a button that buys.
fn is_called(page: &PageModel<'_>, element: usize) -> bool {
    zones::has_word(page, element, BUY)
        || zones::has_word(page, element, CART) && zones::has_word(page, element, ADD)
        || page.attribute(element, "name").is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            name.contains("add") && (name.contains("cart") || name.contains("basket"))
        })
}

fn is_disabled(page: &PageModel<'_>, element: usize) -> bool {
    page.attribute(element, "disabled").is_some()
        || page.attribute(element, "aria-disabled") == Some("true")
        || zones::has_word(page, element, DISABLED)
}

/// Whether a link puts goods into a cart: "buy", not "how to buy".
fn leads_to_cart(page: &PageModel<'_>, element: usize) -> bool {
    let href = page.attribute(element, "href").unwrap_or_default();
    let script = href.is_empty() || href.starts_with('#') || href.starts_with("javascript:");
    let href = href.to_ascii_lowercase();
    script
        || ["cart", "basket", "checkout", "buy", "add", "order"]
            .iter()
            .any(|part| href.contains(part))
}

/// Whether style sheets hide `element` by one of the class names that shop systems use for that, its own or of the
/// blocks around it. For the few elements that say something: notices wait hidden in templates.
pub(super) fn is_put_away(page: &PageModel<'_>, element: usize) -> bool {
    std::iter::once(element)
        .chain(page.ancestors(element).take(AROUND))
        .filter_map(|e| page.attribute(e, "class"))
        .any(|class| {
            let mut names = class.split_ascii_whitespace();
            // "d-none d-md-block" is hidden on small screens only.
            names.any(|name| PUT_AWAY.contains(&name))
                && !class.contains("-block")
                && !class.contains("-flex")
        })
}
