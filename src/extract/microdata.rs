//! Microdata (HTML, 5.2) to things: `itemscope`, `itemtype`, `itemprop`, `itemref`, by one walk.

use std::{borrow::Cow, collections::BTreeMap, num::NonZeroU32};

use super::{
    found::{Place, trimmed},
    graph::{Graph, Property, Thing, Value, bare},
    page::PageModel,
};

/// Things beyond this number are not read, and properties.
const MOST: usize = 20_000;
/// Things that one element can belong to by `itemref`.
const MOST_OWNERS: usize = 20;
/// Bytes of a text beside a `content` that is kept too.
const LONGEST_OTHER: usize = 200;

/// Types of what stands in a review that is about no goods; all lower case.
const IN_REVIEWS: [&str; 4] = ["review", "rating", "person", "organization"];

/// What an element says of itself in microdata.
#[derive(Clone, Copy, Debug, Default)]
struct Item<'p> {
    element: usize,
    /// It is a thing.
    scope: bool,
    kind: Option<&'p str>,
    /// The names of the properties whose value it is.
    names: Option<&'p str>,
    /// It refers to elements that stand elsewhere.
    refers: bool,
}

impl<'p> Item<'p> {
    fn of(page: &'p PageModel<'_>, element: usize) -> Self {
        let mut item = Self {
            element,
            ..Self::default()
        };
        // The first of a name counts.
        for (name, value) in page.attributes_of(element).iter().rev() {
            match name.strip_prefix("item") {
                Some("scope") => item.scope = true,
                Some("prop") => item.names = Some(value),
                Some("type") => item.kind = Some(value),
                Some("ref") => item.refers = true,
                _ => {}
            }
        }
        item
    }

    fn is_review(&self) -> bool {
        self.scope && matches!(self.names, Some("review" | "reviews")) && self.is(&IN_REVIEWS[..1])
    }

    fn is(&self, types: &[&str]) -> bool {
        let own = bare(self.kind.unwrap_or_default());
        types.iter().any(|kind| own.eq_ignore_ascii_case(kind))
    }
}

/// What microdata states.
pub(super) fn graph<'p>(page: &'p PageModel<'_>) -> Graph<'p> {
    let items = page.items.iter().map(|e| Item::of(page, *e));
    built(page, &items.collect::<Vec<_>>())
}

/// What microdata states, but what buyers write of goods, which on many pages is most of it.
pub(super) fn goods<'p>(page: &'p PageModel<'_>) -> Graph<'p> {
    let mut items = Vec::with_capacity(page.items.len());
    let (mut until, mut kept) = (0, 0);
    for (at, element) in page.items.iter().copied().enumerate() {
        if element < until {
            continue;
        }
        let item = Item::of(page, element);
        if item.refers {
            return graph(page);
        }
        // Those in a review that is kept are kept too, so that no item is looked at again for each one around it.
        if element >= kept && item.is_review() {
            let end = page.elements[element].end;
            if is_about_none(page, element, &page.items[at + 1..]) {
                until = end;
                continue;
            }
            kept = end;
        }
        items.push(item);
    }
    built(page, &items)
}

/// Whether none of those of the items that stand in a review is goods, or refers to what stands elsewhere.
fn is_about_none(page: &PageModel<'_>, review: usize, items: &[usize]) -> bool {
    let end = page.elements[review].end;
    let inside = items.iter().take_while(|e| **e < end);
    inside
        .map(|e| Item::of(page, *e))
        .all(|item| !item.refers && (!item.scope || item.is(&IN_REVIEWS)))
}

fn built<'p>(page: &'p PageModel<'_>, items: &[Item<'p>]) -> Graph<'p> {
    let mut graph = Graph::default();
    if items.is_empty() {
        return graph;
    }
    // All things first: one may refer to elements further up.
    let mut scopes = Scopes::new(page);
    for item in items {
        if graph.things.len() < MOST && item.scope {
            scopes.add(page, item.element, graph.things.len());
            graph.things.push(thing(page, item));
        }
    }
    let mut properties = 0;
    let mut owners = Vec::new();
    for Item { element, names, .. } in items.iter().copied() {
        let Some(names) = names else {
            continue;
        };
        properties += 1;
        if properties > MOST {
            break;
        }
        scopes.owners(page, element, &mut owners);
        let own = scopes.thing_at(element);
        if let (Some(own), Some(owner)) = (own, owners.first()) {
            graph.things[own].parent = Some(*owner);
        }
        for name in names.split_ascii_whitespace().map(bare) {
            for owner in &owners {
                let (value, other) = match own {
                    Some(own) => (Value::Thing(own), None),
                    None => value(page, element, name),
                };
                graph.things[*owner].properties.push(Property {
                    name: name.into(),
                    value,
                    other,
                    place: Place::Element(element),
                });
            }
        }
    }
    graph
}

fn thing<'p>(page: &'p PageModel<'_>, item: &Item<'p>) -> Thing<'p> {
    let element = item.element;
    let first = item.names.unwrap_or_default();
    let first = first.split_ascii_whitespace().next().unwrap_or_default();
    // `<meta itemprop=brand itemscope content="Acme">`: the content is the thing's name.
    let name = page.either(element, &["content"]).map(|name| Property {
        name: "name".into(),
        value: Value::Text(name.into()),
        other: None,
        place: Place::Element(element),
    });
    Thing {
        types: types(item.kind),
        properties: name.into_iter().collect(),
        parent: None,
        role: bare(first).into(),
        id: page.either(element, &["itemid"]).map(Cow::Borrowed),
    }
}

/// The elements that are things, and those that things refer to.
#[derive(Debug)]
struct Scopes {
    /// The number of the thing that each element is, from one on.
    things: Vec<Option<NonZeroU32>>,
    /// The things whose `itemref` names an id.
    referred: BTreeMap<String, Vec<usize>>,
}

impl Scopes {
    fn new(page: &PageModel<'_>) -> Self {
        Self {
            things: vec![None; page.elements.len()],
            referred: BTreeMap::new(),
        }
    }

    fn add(&mut self, page: &PageModel<'_>, element: usize, thing: usize) {
        self.things[element] = u32::try_from(thing + 1).ok().and_then(NonZeroU32::new);
        let ids = page.attribute(element, "itemref").unwrap_or_default();
        for id in ids.split_ascii_whitespace() {
            let by = self.referred.entry(id.to_owned()).or_default();
            if by.len() < MOST_OWNERS {
                by.push(thing);
            }
        }
    }

    /// The thing that an element is.
    fn thing_at(&self, element: usize) -> Option<usize> {
        self.things[element].map(|next| next.get() as usize - 1)
    }

    /// The things that a property at `element` belongs to: the nearest one around it, and those that refer to it or to
    /// something around it.
    fn owners(&self, page: &PageModel<'_>, element: usize, owners: &mut Vec<usize>) {
        owners.clear();
        for e in std::iter::once(element).chain(page.ancestors(element)) {
            let around = self.thing_at(e).filter(|_| e != element);
            owners.extend(around);
            // What stands in a thing that is itself a property belongs to that thing alone.
            let alone = around.is_some() && page.attribute(e, "itemprop").is_some();
            if !alone && !self.referred.is_empty() {
                let by = page.attribute(e, "id").and_then(|id| self.referred.get(id));
                let own = self.thing_at(element);
                owners.extend(by.into_iter().flatten().filter(|t| Some(**t) != own));
            }
            if around.is_some() {
                break;
            }
        }
        owners.sort_unstable();
        owners.dedup();
    }
}

fn types(kind: Option<&str>) -> Vec<Cow<'_, str>> {
    let kind = kind.unwrap_or_default();
    if !kind.is_empty() && !kind.bytes().any(|b| b.is_ascii_whitespace()) {
        return vec![bare(kind).into()];
    }
    let names = kind.split_ascii_whitespace();
    names.map(|name| bare(name).into()).collect()
}

/// Properties whose value is an address; on a link any other property means the link's text.
const ADDRESSES: &[&str] = &[
    "url",
    "image",
    "logo",
    "sameAs",
    "item",
    "availability",
    "itemCondition",
    "contentUrl",
    "thumbnailUrl",
    "mainEntityOfPage",
    "additionalType",
    "photo",
];

/// Properties whose value is a name, which a logo shows as well as letters do.
const NAMES: &[&str] = &["brand", "manufacturer", "name", "seller"];

/// Whether a property's value is an address, so that a link's target is meant and not its text.
pub(super) fn is_address(name: &str) -> bool {
    ADDRESSES.contains(&name)
}

/// The value of a property by HTML's rules, save that a link whose address is no value gives its text; and the other
/// reading of the same element, where there are two.
fn value<'p>(page: &'p PageModel<'_>, element: usize, name: &str) -> (Value<'p>, Option<String>) {
    let tag = page.tag(element);
    let stated = |name: &str| page.attribute(element, name).map(Cow::Borrowed);
    let text = || Some(page.words(element)).filter(|t| !t.is_empty());
    let alt = || {
        let name = NAMES.contains(&name).then(|| page.pictured(element));
        name.flatten().map(Cow::Borrowed)
    };
    let (value, other) = match (stated("content"), tag) {
        (Some(content), "meta") => (Some(content), None),
        (Some(content), _) => (Some(content), text().filter(|t| t.len() <= LONGEST_OTHER)),
        (None, "a" | "area") if !is_address(name) && text().is_some() => {
            (text(), page.either(element, &["href"]).map(Cow::Borrowed))
        }
        // A brand shown by its logo.
        (None, "img") if alt().is_some() => {
            (alt(), page.either(element, &["src"]).map(Cow::Borrowed))
        }
        (None, "img") => {
            let lazy = page.either(element, &["data-src", "data-original"]);
            let source = page.attribute(element, "src").map(str::trim);
            match lazy {
                Some(_) => (lazy.map(Cow::Borrowed), source.map(Cow::Borrowed)),
                None => (source.map(Cow::Borrowed), None),
            }
        }
        // What an action asks for, in schema.org's short form.
        (None, "input") if name.ends_with("-input") => {
            let required = page.attribute(element, "required").map(|_| "required ");
            let asked = page.attribute(element, "name").unwrap_or_default();
            let asked = format!("{}name={asked}", required.unwrap_or_default());
            (Some(asked.into()), None)
        }
        (None, "input") if text().is_none() => (stated("value"), None),
        (None, tag) => (holds(tag).and_then(stated).or_else(text).or_else(alt), None),
    };
    let value = match value.unwrap_or_default() {
        Cow::Borrowed(text) => Cow::Borrowed(trimmed(text)),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    let other = other.filter(|o| *o != value).map(Cow::into_owned);
    (Value::Text(value), other)
}

/// The attribute that holds the value of a property on such an element (HTML, 5.2.4).
fn holds(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "a" | "area" | "link" => "href",
        "audio" | "embed" | "iframe" | "source" | "track" | "video" => "src",
        "object" => "data",
        "data" | "meter" => "value",
        "time" => "datetime",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn stated(text: &str) -> Vec<String> {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new(text, &url);
        let graph = graph(&page);
        let say = |(at, thing): (usize, &Thing)| {
            let all = thing.properties.iter().map(|p| match &p.value {
                Value::Text(text) => format!("{}={text}", p.name),
                Value::Thing(inner) => format!("{}=#{inner}", p.name),
            });
            format!(
                "#{at} {}: {}",
                thing.types.join(" "),
                all.collect::<Vec<_>>().join(", ")
            )
        };
        graph.things.iter().enumerate().map(say).collect()
    }

    #[test]
    fn scopes_nest_and_values_follow_the_element() {
        let text = "<div itemscope itemtype='http://schema.org/Product'><h1 itemprop=name> A  B</h1>
            <a itemprop=brand href=/b>Acme</a><a itemprop=url href=/p>here</a><img itemprop=image src=i.jpg>
            <div itemprop=offers itemscope itemtype=https://schema.org/Offer><b itemprop=price content=5.00>5</b>
            <link itemprop=availability href=http://schema.org/InStock></div><meta itemprop='sku mpn' content=7></div>";
        assert_eq!(
            stated(text),
            [
                "#0 Product: name=A B, brand=Acme, url=/p, image=i.jpg, offers=#1, sku=7, mpn=7",
                "#1 Offer: price=5.00, availability=http://schema.org/InStock",
            ]
        );
    }

    #[test]
    fn what_buyers_write_is_passed_over_unless_it_may_be_goods() {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = |of: &str, before: &str| {
            format!(
                "{before}<div itemscope itemtype=Product><b itemprop=name>A</b>\
                 <div itemprop=review itemscope itemtype=https://schema.org/Review><i itemprop=author itemscope \
                 itemtype=Person><u itemprop=name>B</u></i><div itemprop={of} itemscope itemtype={of}>\
                 <u itemprop=name>C</u></div></div><b itemprop=sku>7</b></div>"
            )
        };
        for (of, before, left) in [
            ("Rating", "", 1),
            ("Product", "", 4),
            ("Rating", "<p itemscope itemref=x></p>", 5),
        ] {
            let text = page(of, before);
            let page = PageModel::new(&text, &url);
            assert!(graph(&page).things.len() >= 4);
            let goods = goods(&page);
            assert_eq!(goods.things.len(), left, "{text}");
            let numbered = |at: &usize| goods.text(*at, "sku") == Some("7");
            assert_eq!((0..left).filter(numbered).count(), 1, "{text}");
        }
    }

    #[test]
    fn itemref_reaches_elsewhere() {
        let text =
            "<div itemscope itemref=x itemtype=Product></div><p id=x><b itemprop=sku>7</b></p>";
        assert_eq!(stated(text), ["#0 Product: sku=7"]);
    }
}
