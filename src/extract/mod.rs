//! From a page's text to the fields of a listing, each with where it came from; what is missing is said.
//!
//! A page becomes a `page::PageModel`; each reader in `READERS` offers values from it; `settle` chooses per field;
//! `fill` makes the listing. A further vocabulary is a file beside this one and a line in `READERS`.

mod absent;
mod address;
mod dublin_core;
mod entity;
mod explain;
mod fill;
mod found;
mod graph;
mod guess;
mod json;
mod json_ld;
mod kind;
mod labels;
mod links;
mod literal;
mod market;
mod marks;
mod mend;
mod microdata;
mod offer;
mod open_graph;
mod outline;
mod page;
mod prose;
mod rdfa;
#[cfg(test)]
mod samples;
mod schema;
mod select;
mod settle;
mod shelves;
mod shown;
mod shown_buy;
mod shown_name;
mod shown_price;
mod shown_stock;
mod soup;
mod state;
mod stock;
mod suggest;
mod table;
mod tags;
mod tidy;
mod token;
mod unit_price;
mod values;
mod variant;
mod wall;
mod zones;

use std::{borrow::Cow, ops::Range};

use url::Url;

use crate::{
    model::{Block, Gap, Listing, PageKind},
    text::fold,
};

use found::{Found, Offered};
use page::PageModel;
use schema::Subject;
use zones::Zone;

pub use explain::{Candidate, Choice, Points};
pub use links::Links;
pub use outline::{Outline, outline};
pub use select::{Recipe, Selectors};
pub use suggest::{BadWish, MOST_PAGES, Missed, Proposal, Sample, suggest};

/// A line of a recipe that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("selector '{selector}' for {field}: {message}")]
#[allow(missing_docs, reason = "plain names")]
pub struct BadSelector {
    pub field: String,
    pub selector: String,
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Which of the field's lines, and which bytes of it; none where it is the field's name.
    pub place: Option<(usize, Range<usize>)>,
}

/// What was read from one page.
#[derive(Debug, Default)]
pub struct Reading {
    /// What the page turned out to be.
    pub kind: PageKind,
    /// The listing, id and platform still empty; fields not found are none.
    pub listing: Listing,
    /// Where it leads.
    pub links: Links,
    /// What was offered for each field and which won, where that was asked for.
    pub candidates: Vec<Candidate>,
    /// Why it won, by field; as `candidates`.
    pub choices: Vec<Choice>,
    /// What was looked for and not found.
    pub gaps: Vec<Gap>,
}

/// What every reader may look at.
struct Sources<'a> {
    subject: &'a Subject,
    zones: &'a [Zone],
    tagged: &'a Tagged,
}

/// The elements of tags that several readers ask for, in page order.
#[derive(Debug, Default)]
struct Tagged {
    /// `h1`
    heads: Vec<usize>,
    /// `meta`
    metas: Vec<usize>,
}

impl Tagged {
    fn of(page: &PageModel<'_>) -> Self {
        let mut tagged = Self::default();
        for element in page.all() {
            match page.tag(element) {
                "h1" => tagged.heads.push(element),
                "meta" => tagged.metas.push(element),
                _ => {}
            }
        }
        tagged
    }
}

/// A reader of one vocabulary.
type Reader = fn(&Sources<'_>, &mut Found<'_, '_>);

/// Every reader, most trusted first. A platform's own selectors go before all of them.
const READERS: &[(&str, Reader)] = &[
    ("json-ld", |from, found| {
        schema::read(&json_ld::goods(&found.page.blocks), from.subject, found)
    }),
    ("microdata", |from, found| {
        schema::read(&microdata::goods(found.page), from.subject, found)
    }),
    ("rdfa", |from, found| {
        schema::read(&rdfa::graph(found.page), from.subject, found)
    }),
    ("open-graph", |from, found| {
        open_graph::read(found, &from.tagged.metas)
    }),
    ("table", |from, found| table::read(found, from.zones)),
    ("state", |from, found| {
        state::read(found, from.zones, from.subject)
    }),
    ("text", |from, found| {
        shown::read(found, from.zones, &from.tagged.heads)
    }),
    ("dublin-core", |from, found| {
        dublin_core::read(found, &from.tagged.metas)
    }),
    ("address", |_, found| address::read(found)),
];

/// Reads a page's text. Never fails: a bad page gives gaps. Candidates are not told.
pub fn read(text: &str, url: &Url, selectors: &Selectors) -> Reading {
    reading(&mut model(text, url, selectors), selectors, false)
}

/// As `read`, with everything that was offered and why what won did.
pub fn explain(text: &str, url: &Url, selectors: &Selectors) -> Reading {
    reading(&mut model(text, url, selectors), selectors, true)
}

/// What the readers look at. For CSS selectors nothing of the page may be passed over.
fn model<'a>(text: &'a str, url: &'a Url, selectors: &Selectors) -> PageModel<'a> {
    if selectors.need_tree() {
        return PageModel::new(text, url);
    }
    let page = PageModel::of_goods(text, url);
    if zones::misnamed(&page) {
        PageModel::new(text, url)
    } else {
        page
    }
}

fn reading(page: &mut PageModel<'_>, selectors: &Selectors, explained: bool) -> Reading {
    let leads = std::mem::take(&mut page.leads);
    let (blocks, faults) = json_ld::blocks(page);
    page.blocks = blocks;
    let (page, url) = (&*page, page.url);
    let zones = zones::zones(page);
    let tagged = Tagged::of(page);
    let subject = subject(page, &tagged.heads);
    let mut own = Found::new(page, "select");
    let missed = select::read(selectors, &mut own);
    let mut offered = own.offered;
    let from = Sources {
        subject: &subject,
        zones: &zones,
        tagged: &tagged,
    };
    for (name, reader) in READERS {
        let mut found = Found::new(page, name);
        reader(&from, &mut found);
        offered.append(&mut found.offered);
    }
    let mut prose = Found::new(page, "prose");
    prose::read(&offered, &mut prose);
    offered.append(&mut prose.offered);
    let hint = currency(page, &offered);
    offered.extend(guess::availability(&offered));
    let chosen = settle::choose(&offered, hint.as_deref());
    let mut listing = fill::listing(&fill::Chosen {
        page,
        offered: &offered,
        chosen: &chosen,
        hint: hint.as_deref(),
    });
    listing.url = url.to_string();
    let winners: Vec<&Offered> = chosen.values().map(|at| &offered[*at]).collect();
    let kind = kind::of(page, &zones, &listing, &winners);
    let mut gaps = gaps(page, kind, &listing);
    gaps.extend(faults.into_iter().map(|why| gap("json-ld", &why)));
    gaps.extend(
        missed
            .into_iter()
            .map(|(field, css)| gap(field, &format!("selector '{css}' found nothing"))),
    );
    let (candidates, choices) = match explained {
        true => explain::explained(page, &offered, hint.as_deref(), &listing),
        false => <_>::default(),
    };
    Reading {
        kind,
        listing,
        links: leads.resolved(url, &|_| true),
        candidates,
        choices,
        gaps,
    }
}

/// What the page says it is about: its title and headings, folded.
fn subject(page: &PageModel<'_>, heads: &[usize]) -> Subject {
    let heads = heads.iter().take(5).map(|e| page.words(*e));
    let title = page.title.as_deref().map(Cow::Borrowed);
    let titles = heads.chain(title).map(|t| fold::fold(&t));
    Subject {
        titles: titles.filter(|t| t.chars().count() > 3).collect(),
    }
}

/// The currency that the page names beside a price, else that of its market.
fn currency(page: &PageModel<'_>, offered: &[Offered]) -> Option<String> {
    let named = offered
        .iter()
        .filter(|o| o.field == "price")
        .find_map(|o| o.beside.clone());
    named.or_else(|| market::currency(page.language(), page.url).map(str::to_owned))
}

fn gap(field: &str, why: &str) -> Gap {
    Gap {
        field: field.to_owned(),
        why: why.to_owned(),
    }
}

/// What a listing should have and the page does not show.
fn gaps(page: &PageModel<'_>, kind: PageKind, listing: &Listing) -> Vec<Gap> {
    let mut gaps = Vec::new();
    if page.cut {
        gaps.push(gap(
            "page",
            "it has more tags, attributes or text than are read of one page; what comes after them is missing",
        ));
    }
    match kind {
        PageKind::Listing => {
            if listing.price.is_none() {
                gaps.push(gap(
                    "price",
                    "no price in structured data, in a table or near the heading",
                ));
            }
            for (field, missing) in [
                ("brand", listing.brand.is_none()),
                ("availability", !listing.observed(Block::Availability)),
            ] {
                if missing {
                    gaps.push(gap(field, "not stated in a form that is read"));
                }
            }
        }
        PageKind::Wall(wall) => gaps.push(gap("page", wall.words()[0])),
        PageKind::Missing => {
            gaps.push(gap("page", "it says that there is no such page or product"))
        }
        PageKind::Removed => gaps.push(gap("page", "it says that the listing was taken down")),
        PageKind::Index | PageKind::Ruined => {}
    }
    gaps
}

#[cfg(test)]
mod tests;
