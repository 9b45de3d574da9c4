//! Whether a page shows people that the goods can be bought: notices, buttons that buy, buttons that do not.
//!
//! All is gathered first and weighed together: a notice "sold out" beside a button that buys is that of a size.

use super::{
    found::{Found, Place},
    marks::STOCK,
    page::PageModel,
    settle,
    shown_buy::{self, Control, Does},
    stock::{self, Says},
    zones,
};
use crate::model::Availability;

/// What the classes of the block around the goods say, without hyphens: `product outofstock`.
const GONE: &[&str] = &[
    "outofstock",
    "soldout",
    "notinstock",
    "noinstock",
    "nostock",
];
const THERE: &str = "instock";

/// Elements behind the heading in which a notice is that of the goods.
const NEAR: isize = 600;
/// Characters of a notice.
const LONGEST: usize = 80;
/// Ancestors of the heading whose classes may speak of the goods.
const AROUND: usize = 12;
/// Notices of one page that are kept.
const MOST: usize = 40;

/// A plain notice by the heading that the goods are gone, and nothing that buys: outweighs every statement.
const GONE_FOR_ALL: i32 = 60;
/// The same where something may still buy, or told less plainly: outweighs what a template states for search engines.
const SEEN_SOLD_OUT: i32 = 38;

/// What a page shows of stock.
#[derive(Debug, Default)]
pub(super) struct Sight {
    notices: Vec<Notice>,
    controls: Vec<Control>,
    /// Sizes or colours are to be chosen first.
    choice: bool,
}

#[derive(Debug)]
struct Notice {
    at: usize,
    text: String,
    means: Availability,
    /// It says this and nothing more.
    alone: bool,
    /// It is called by its class what it is.
    named: bool,
    near: bool,
    /// In words that are known, not by its names alone.
    told: bool,
}

impl Sight {
    /// Notes what `element` shows.
    pub(super) fn look(&mut self, page: &PageModel<'_>, element: usize, heading: Option<usize>) {
        let after = heading.map(|h| page.steps(h, element));
        let near = after.is_some_and(|n| (0..NEAR).contains(&n));
        self.choice |= near && shown_buy::is_choice(page, element);
        if let Some(control) = shown_buy::control(page, element, after) {
            self.controls.push(control);
            return;
        }
        let named = zones::has_word(page, element, STOCK);
        if (named || near) && self.notices.len() < MOST {
            self.notices.extend(notice(page, element, named, near));
        }
    }

    /// Offers what all of it together says.
    pub(super) fn offer(self, found: &mut Found<'_, '_>, heading: Option<usize>) {
        let buying = Buying::new(&self);
        for notice in &self.notices {
            let lean = buying.lean(notice);
            let place = Place::Element(notice.at);
            // Names say it where words are not known.
            let known = stock::read(&notice.text) == Some(notice.means);
            let value = if known {
                &notice.text
            } else {
                notice.means.as_str()
            };
            found.lean("availability", value, place, lean);
        }
        for control in &self.controls {
            if let Some((value, lean)) = buying.control(control) {
                found.lean("availability", value, Place::Element(control.at), lean);
            }
        }
        around(found, heading, &buying);
    }
}

fn notice(page: &PageModel<'_>, element: usize, named: bool, near: bool) -> Option<Notice> {
    let raw = page.raw(element);
    if raw.is_empty() || raw.len() > LONGEST * 4 {
        return None;
    }
    if !named && !stock::may_say_alone(raw) {
        return None;
    }
    // A size or colour that is sold out is not the goods; a cell may speak of anything.
    let mut line = page.ancestors(element).take(3).chain([element]);
    let variant = line.any(|e| match page.tag(e) {
        "li" | "option" | "label" | "select" => true,
        "td" | "dd" | "th" => !named,
        _ => false,
    });
    if variant && !named {
        return None;
    }
    let text = page.line(element);
    if text.is_empty() || text.chars().count() > LONGEST {
        return None;
    }
    let alone = stock::says_alone(&text);
    let says = alone.or_else(|| named.then(|| stock::says(&text)).flatten());
    let means = match says {
        // What buttons say is a word of the shop's elsewhere: "buy now and save".
        Some(Says::Buy | Says::Notify) => return None,
        Some(says) => says.means(),
        None if named && near && !variant => by_names(page, element)?,
        None => return None,
    };
    if shown_buy::is_put_away(page, element) {
        return None;
    }
    Some(Notice {
        at: element,
        text,
        means,
        alone: alone.is_some() && !variant,
        named,
        near,
        told: says.is_some(),
    })
}

/// What an element's classes say in themselves, for notices in words that are not known.
fn by_names(page: &PageModel<'_>, element: usize) -> Option<Availability> {
    let class = page.attribute(element, "class")?;
    let plain: String = class
        .chars()
        .take(300)
        .filter(|c| !matches!(c, '-' | '_'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let ends = |name: &&str| {
        plain
            .split_ascii_whitespace()
            .any(|word| word.ends_with(name))
    };
    if GONE.iter().any(ends) {
        Some(Availability::OutOfStock)
    } else {
        ends(&THERE).then_some(Availability::InStock)
    }
}

/// Offers what the blocks around the heading are called: shop systems mark the whole product as out of stock.
fn around(found: &mut Found<'_, '_>, heading: Option<usize>, buying: &Buying) {
    let page = found.page;
    let Some(heading) = heading else {
        return;
    };
    let blocks: Vec<usize> = page.ancestors(heading).take(AROUND).collect();
    let marked = |e: &usize| Some((*e, by_names(page, *e)?));
    if let Some((at, means)) = blocks.iter().find_map(marked) {
        let lean = match means {
            Availability::OutOfStock if !buying.surely => SEEN_SOLD_OUT - 8,
            Availability::OutOfStock => -10,
            _ => -12,
        };
        found.lean("availability", means.as_str(), Place::Element(at), lean);
    }
}

/// What the controls of a page come to.
#[derive(Debug)]
struct Buying {
    /// One by the heading says that it buys.
    surely: bool,
    /// One is called so at least.
    perhaps: bool,
    /// One would buy and cannot be pressed, though nothing is to be chosen first.
    dead: bool,
    /// One stands in its place: "sold out", "notify me".
    refused: bool,
}

impl Buying {
    fn new(sight: &Sight) -> Self {
        let first = |wanted: &dyn Fn(&Control) -> bool| {
            let place = sight.controls.iter().position(wanted);
            place.unwrap_or(usize::MAX)
        };
        // The first behind the heading is that of the goods; those of neighbours come after it.
        let buys = first(&|c| c.sure && c.does == Does::Buy);
        let refuses = first(&|c| c.near && c.does == Does::Refuse);
        let does = |wanted: Does| first(&|c| c.near && c.does == wanted) < usize::MAX;
        let surely = buys < refuses;
        let perhaps = surely || refuses == usize::MAX && does(Does::Buy);
        Self {
            surely,
            perhaps,
            dead: does(Does::Dead) && !sight.choice,
            refused: refuses < buys || !perhaps && does(Does::Notify),
        }
    }

    /// How far to trust a notice.
    fn lean(&self, notice: &Notice) -> i32 {
        let gone =
            notice.means == Availability::OutOfStock || notice.means == Availability::Discontinued;
        if !gone {
            return match (notice.named, notice.near) {
                (true, true) if notice.told => 0,
                (true, _) => -15,
                (false, _) => -8,
            };
        }
        let plain = notice.alone && notice.near;
        match (plain && notice.named, self) {
            (true, Self { surely: true, .. }) => settle::SHOWN,
            (true, Self { perhaps: true, .. }) => SEEN_SOLD_OUT,
            (true, _) => GONE_FOR_ALL,
            (false, Self { surely: true, .. }) => -25,
            (false, _) if !notice.near => -20,
            (false, Self { dead, refused, .. }) if *dead || *refused => SEEN_SOLD_OUT,
            (false, Self { perhaps: true, .. }) if !notice.told => -25,
            (false, Self { perhaps: true, .. }) => -8,
            (false, _) if !notice.told => 0,
            (false, _) => 8,
        }
    }

    /// What a control says of stock, and how far to trust it.
    fn control<'c>(&self, control: &'c Control) -> Option<(&'c str, i32)> {
        let said = |known: &'static str| match stock::read(&control.text) {
            Some(means) if means.as_str() == known => control.text.as_str(),
            _ => known,
        };
        match control.does {
            Does::Buy if control.sure => Some((said("InStock"), -5)),
            Does::Buy => Some((said("InStock"), -20)),
            Does::PreOrder => Some((said("PreOrder"), -18)),
            Does::Refuse if self.surely => Some((said("OutOfStock"), -25)),
            Does::Refuse if control.near => Some((said("OutOfStock"), SEEN_SOLD_OUT)),
            Does::Notify if control.near && self.dead => Some((said("OutOfStock"), SEEN_SOLD_OUT)),
            Does::Notify if control.near && !self.perhaps => Some((said("OutOfStock"), 15)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::extract::{Selectors, read};

    fn seen(body: &str) -> Option<Availability> {
        let url = Url::parse("http://shop.example/item/1").unwrap();
        let text = format!(
            "<title>Copper kettle</title><h1>Copper kettle</h1><b class=price>€ 89,00</b>{body}"
        );
        read(&text, &url, &Selectors::default())
            .listing
            .availability
    }

    #[test]
    fn what_a_buyer_can_do_decides() {
        const IN_LD: &str = "<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"Copper kettle\",\"offers\":{\"price\":\"89\",\"availability\":\"InStock\"}}</script>";
        let gone_ld = IN_LD.replace("InStock", "OutOfStock");
        let button = "<button>Add to cart</button>";
        for (body, means) in [
            // A notice, and nothing that buys.
            (
                format!("{IN_LD}<p class=stock>Sold out</p>"),
                Availability::OutOfStock,
            ),
            // A notice of one size beside a button that buys.
            (
                format!("{IN_LD}<ul><li class=soldout>Sold out</ul>{button}"),
                Availability::InStock,
            ),
            // A template's notice, hidden by a class.
            (
                format!("{IN_LD}<p class='stock hidden'>Sold out</p>{button}"),
                Availability::InStock,
            ),
            (format!("{gone_ld}{button}"), Availability::InStock),
            (
                format!("{gone_ld}<button disabled>Add to cart</button>"),
                Availability::OutOfStock,
            ),
            // A dead button and a word for it outweigh a template's statement.
            (
                format!(
                    "{IN_LD}<p class=availability>Diesen Kessel gibt es bald wieder, derzeit nicht lieferbar</p><button disabled>In den Warenkorb</button>"
                ),
                Availability::OutOfStock,
            ),
            (
                "<button>Notify me when available</button>".to_owned(),
                Availability::OutOfStock,
            ),
            (
                "<button>Vorbestellen</button>".to_owned(),
                Availability::PreOrder,
            ),
            // Neighbours come after the button of the goods.
            (
                format!("<button>Sold out</button><div><a href=/2>Tin kettle</a>{button}</div>"),
                Availability::OutOfStock,
            ),
        ] {
            assert_eq!(seen(&body), Some(means), "{body}");
        }
    }

    #[test]
    fn names_speak_where_words_are_not_known() {
        let gone = Some(Availability::OutOfStock);
        assert_eq!(seen("<p class='stock out-of-stock'>Bikin abis</p>"), gone);
        assert_eq!(
            seen("<a class=btn-add-to-cart href=#><img src=c.png></a>"),
            Some(Availability::InStock)
        );
        let url = Url::parse("http://shop.example/item/1").unwrap();
        let text = "<div class='product type-product outofstock'><h1>Copper kettle</h1><b class=price>€ 89,00</b></div>";
        let listing = read(text, &url, &Selectors::default()).listing;
        assert_eq!(listing.availability, gone);
    }
}
