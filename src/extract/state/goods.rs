//! Which object in a page's state is about the page's own goods: it is named like the page, or its number stands in the
//! page's address.

use super::{
    Origin, State,
    keys::{self, Key},
};
use crate::{
    extract::{literal::Kind, page::PageModel, schema::Subject, variant::stands_in},
    text::fold::fold,
};

/// Objects of one page that are rated.
const MOST_RATED: usize = 400;
/// Objects of one page that are read.
const MOST_CHOSEN: usize = 4;
/// What is said of an object that the page's address leads to, and of one that is named exactly like the page.
const ADDRESSED: i32 = 8;
const NAMED: i32 = 8;
/// What makes an object the page's own.
const ENOUGH: i32 = 6;

/// An object about the page's goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Goods {
    pub(super) node: usize,
    /// What makes it the page's own.
    pub(super) rate: i32,
}

/// The objects about the page's goods, the surest first.
pub(super) fn choose(
    state: &State<'_>,
    keys: &[Option<Key>],
    page: &PageModel<'_>,
    subject: &Subject,
) -> Vec<Goods> {
    let address = page.url.as_str().to_ascii_lowercase();
    let mut others: Vec<Option<bool>> = vec![None; state.nodes.len()];
    let rated = (0..state.nodes.len())
        .filter(|at| state.nodes[*at].kind == Kind::Object)
        .filter_map(|at| Some((at, Told::of(state, keys, at)?)))
        .take(MOST_RATED);
    let mut all: Vec<Goods> = rated
        .filter_map(|(node, told)| {
            let rate = told.rate(state, node, &address, subject)?;
            (!stands_with_others(state, node, &mut others)).then_some(Goods { node, rate })
        })
        .collect();
    all.extend(alone(state, keys));
    all.sort_by_key(|goods| (-goods.rate, goods.node));
    let mut lists = Vec::new();
    all.retain(|goods| {
        let parent = state.nodes[goods.node].parent;
        // Of a list only one object can be the page's.
        let place = match state.nodes[parent].kind {
            Kind::Array => parent,
            _ => goods.node,
        };
        let first = !lists.contains(&place);
        lists.push(place);
        first
    });
    all.truncate(MOST_CHOSEN);
    all
}

/// What an object says directly: the values with a meaning that decide whether it is about goods, and which.
#[derive(Debug, Default)]
struct Told {
    name: Option<usize>,
    numbers: Vec<usize>,
    url: Option<usize>,
    priced: bool,
    /// It comes in several kinds.
    varied: bool,
    /// How many further kinds of value it has.
    further: i32,
}

impl Told {
    /// None for an object that cannot be goods.
    fn of(state: &State<'_>, keys: &[Option<Key>], at: usize) -> Option<Self> {
        let mut told = Self::default();
        let mut sku = false;
        for child in state.children(at).take(300) {
            let Some(key) = keys[child] else { continue };
            let kind = state.nodes[child].kind;
            let scalar = matches!(kind, Kind::Text | Kind::Number);
            match key {
                Key::Name if kind == Kind::Text => told.name = told.name.or(Some(child)),
                Key::Sku | Key::Gtin | Key::Mpn | Key::Id if scalar => {
                    told.numbers.push(child);
                    sku |= key != Key::Id;
                }
                Key::Url if kind == Kind::Text => told.url = told.url.or(Some(child)),
                Key::Price | Key::Sale | Key::Prices if kind != Kind::Code => told.priced = true,
                Key::Variants => told.varied |= kind == Kind::Array,
                Key::Brand | Key::Stock | Key::Buyable | Key::Image => told.further += 1,
                _ => {}
            }
        }
        let numbered = !told.numbers.is_empty();
        let known = told.priced || sku || told.varied || numbered && told.further > 1;
        let goods = told.name.is_some() && known || numbered && told.priced;
        goods.then_some(told)
    }

    fn rate(
        &self,
        state: &State<'_>,
        node: usize,
        address: &str,
        subject: &Subject,
    ) -> Option<i32> {
        let text = |at: usize| state.nodes[at].text();
        let name = self.name.and_then(text);
        let named = name.map_or(0, |name| likeness(&name, subject));
        let numbers = self.numbers.iter().filter_map(|at| text(*at));
        let mut addressed = numbers.take(8).any(|number| stands_in(&number, address));
        addressed |= self.url.and_then(text).is_some_and(|url| {
            let path = |url: &str| {
                let path = url.split(['?', '#']).next().unwrap_or_default();
                path.trim_end_matches('/').to_ascii_lowercase()
            };
            let own = path(&url);
            own.len() > 8 && path(address).ends_with(&own)
        });
        let sure = named + if addressed { ADDRESSED } else { 0 };
        let parent = state.nodes[node].parent;
        let own = keys::is_own(state.nodes[node].key);
        let listed = !addressed
            && state.nodes[parent].kind == Kind::Array
            && state.children(parent).take(2).count() > 1;
        let own = i32::from(own) * 2;
        let listed = if listed { 3 } else { 0 };
        let worth = i32::from(self.priced) * 2 + self.further.min(3);
        (sure + own - listed >= ENOUGH).then_some(sure + own - listed + worth)
    }
}

/// How well a name agrees with what the page calls itself.
fn likeness(name: &str, subject: &Subject) -> i32 {
    let name = fold(name);
    if name.chars().count() <= 3 {
        return 0;
    }
    let one = |title: &String| {
        if *title == name {
            NAMED
        } else if title.contains(&name) {
            // The page's title says more than the name of the goods; a word of it is no name.
            if name.len() * 2 >= title.len() { 6 } else { 4 }
        } else if name.contains(title.as_str()) && title.len() * 2 >= name.len() {
            6
        } else {
            0
        }
    };
    subject.titles.iter().map(one).max().unwrap_or(0)
}

/// Whether an object stands in a part of the state that is about other goods.
fn stands_with_others(state: &State<'_>, node: usize, known: &mut [Option<bool>]) -> bool {
    let mut way = Vec::new();
    let mut others = false;
    for at in state.outwards(node) {
        if let Some(told) = known[at] {
            others = told;
            break;
        }
        way.push(at);
        if keys::is_others(state.nodes[at].key) {
            others = true;
            break;
        }
    }
    if way
        .last()
        .is_some_and(|last| state.nodes[*last].parent == *last)
    {
        others |=
            matches!(state.origin(node), Some(Origin::Script(_, name)) if keys::is_others(name));
    }
    for at in way {
        known[at] = Some(others);
    }
    others
}

/// The one element of the page whose attributes give goods a number, where there is no second number.
fn alone(state: &State<'_>, keys: &[Option<Key>]) -> Option<Goods> {
    let mut found: Option<(usize, &str)> = None;
    for (root, origin) in &state.pieces {
        if !matches!(origin, Origin::Element(_)) {
            continue;
        }
        for child in state.children(*root).filter(|c| keys[*c] == Some(Key::Sku)) {
            let number = state.nodes[child].raw.trim();
            match found {
                Some((_, other)) if other != number => return None,
                None if !number.is_empty() => found = Some((*root, number)),
                _ => {}
            }
        }
    }
    found.map(|(node, _)| Goods { node, rate: 1 })
}
