//! Microdata (HTML, 5.2) to things: `itemscope`, `itemtype`, `itemprop`, `itemref`, by one walk.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    found::{Place, trimmed},
    graph::{Graph, Property, Thing, Value, bare},
    page::{PageModel, breaks},
};

/// Things beyond this number are not read, and properties.
const MOST: usize = 20_000;
/// Things that one element can belong to by `itemref`.
const MOST_OWNERS: usize = 20;
/// Bytes of a text beside a `content` that is kept too.
const LONGEST_OTHER: usize = 200;

/// What microdata states.
pub(super) fn graph<'p>(page: &'p PageModel<'_>) -> Graph<'p> {
    let mut graph = Graph::default();
    if !page.items {
        return graph;
    }
    let marked: Vec<Marked<'p>> = page.all().filter_map(|e| Marked::at(page, e)).collect();
    // All things first: one may refer to elements further up.
    let mut scopes = Scopes::default();
    for mark in marked.iter().filter(|mark| mark.scope).take(MOST) {
        scopes.add(mark, graph.things.len());
        graph.things.push(thing(page, mark));
    }
    let named = marked.iter().filter_map(|mark| Some((mark, mark.names?)));
    for (mark, names) in named.take(MOST) {
        let own = scopes.thing_at(mark.element);
        let nearest = scopes.around(page, mark.element);
        let several;
        let owners = if scopes.referred.is_empty() {
            nearest.as_slice()
        } else {
            several = scopes.owners(page, mark.element);
            &several
        };
        if let (Some(own), Some(owner)) = (own, owners.first()) {
            graph.things[own].parent = Some(*owner);
        }
        for name in names.split_ascii_whitespace().map(bare) {
            for owner in owners {
                let (value, other) = match own {
                    Some(own) => (Value::Thing(own), None),
                    None => value(page, mark.element, name),
                };
                graph.things[*owner].properties.push(Property {
                    name: Cow::Borrowed(name),
                    value,
                    other,
                    place: Place::Element(mark.element),
                });
            }
        }
    }
    graph
}

/// An element with microdata, and what its attributes say.
struct Marked<'p> {
    element: usize,
    scope: bool,
    names: Option<&'p str>,
    types: Option<&'p str>,
    refers: Option<&'p str>,
}

impl<'p> Marked<'p> {
    /// None for an element without microdata.
    fn at(page: &'p PageModel<'_>, element: usize) -> Option<Self> {
        let attributes = page.attributes_of(element);
        if !attributes.iter().any(|(name, _)| name.starts_with("item")) {
            return None;
        }
        let attribute = |name: &str| page.attribute(element, name);
        let (scope, names) = (attribute("itemscope").is_some(), attribute("itemprop"));
        (scope || names.is_some()).then(|| Self {
            element,
            scope,
            names,
            types: attribute("itemtype"),
            refers: attribute("itemref"),
        })
    }
}

fn thing<'p>(page: &'p PageModel<'_>, mark: &Marked<'p>) -> Thing<'p> {
    let names = mark.names.unwrap_or_default();
    let first = names.split_ascii_whitespace().next().unwrap_or_default();
    // `<meta itemprop=brand itemscope content="Acme">`: the content is the thing's name.
    let name = page.either(mark.element, &["content"]);
    let name = name.map(|name| Property {
        name: Cow::Borrowed("name"),
        value: Value::Text(Cow::Borrowed(name)),
        other: None,
        place: Place::Element(mark.element),
    });
    Thing {
        types: types(mark.types),
        properties: name.into_iter().collect(),
        parent: None,
        role: Cow::Borrowed(bare(first)),
        id: page.either(mark.element, &["itemid"]).map(Cow::Borrowed),
    }
}

/// The elements that are things, and those that things refer to.
#[derive(Debug, Default)]
struct Scopes<'p> {
    /// Each with its thing, in page order.
    things: Vec<(usize, usize)>,
    /// The things whose `itemref` names an id.
    referred: BTreeMap<&'p str, Vec<usize>>,
}

impl<'p> Scopes<'p> {
    fn add(&mut self, mark: &Marked<'p>, thing: usize) {
        self.things.push((mark.element, thing));
        let ids = mark.refers.unwrap_or_default();
        for id in ids.split_ascii_whitespace() {
            let by = self.referred.entry(id).or_default();
            if by.len() < MOST_OWNERS {
                by.push(thing);
            }
        }
    }

    fn thing_at(&self, element: usize) -> Option<usize> {
        let at = self.things.binary_search_by_key(&element, |(e, _)| *e);
        at.ok().map(|at| self.things[at].1)
    }

    /// The nearest thing around an element.
    fn around(&self, page: &PageModel<'_>, element: usize) -> Option<usize> {
        let before = self.things.partition_point(|(e, _)| *e < element);
        let open = |(e, _): &&(usize, usize)| element < page.elements[*e].end;
        // Most stand in the thing right before them; those that follow a closed thing look further by their ancestors.
        match self.things[..before].last().filter(open) {
            Some((_, thing)) => Some(*thing),
            None => page.ancestors(element).find_map(|e| self.thing_at(e)),
        }
    }

    /// The things that a property at `element` belongs to: the nearest one around it, and those that refer to it or to
    /// something around it.
    fn owners(&self, page: &PageModel<'_>, element: usize) -> Vec<usize> {
        let mut owners = Vec::new();
        for e in std::iter::once(element).chain(page.ancestors(element)) {
            let around = self.thing_at(e).filter(|_| e != element);
            owners.extend(around);
            // What stands in a thing that is itself a property belongs to that thing alone.
            if around.is_none() || page.attribute(e, "itemprop").is_none() {
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
        owners
    }
}

fn types(kind: Option<&str>) -> Vec<Cow<'_, str>> {
    kind.unwrap_or_default()
        .split_ascii_whitespace()
        .map(|name| bare(name).to_ascii_lowercase().into())
        .collect()
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

/// Whether a property's value is an address, so that a link's target is meant and not its text.
pub(super) fn is_address(name: &str) -> bool {
    ADDRESSES.contains(&name)
}

/// The value of a property by HTML's rules, save that a link whose address is no value gives its text; and the other
/// reading of the same element, where there are two.
fn value<'p>(page: &'p PageModel<'_>, element: usize, name: &str) -> (Value<'p>, Option<String>) {
    let (tag, raw) = (page.tag(element), page.raw(element).trim());
    let text = || {
        let line = match breaks(raw) {
            true => Cow::Owned(page.line(element)),
            false => Cow::Borrowed(raw),
        };
        Some(line).filter(|t| !t.is_empty())
    };
    let (value, other): (Option<Cow<'p, str>>, Option<Cow<'p, str>>) =
        match (page.attribute(element, "content"), tag) {
            (Some(content), "meta") => (Some(content.into()), None),
            (Some(content), _) => {
                let beside = text().filter(|t| t.len() <= LONGEST_OTHER);
                (Some(content.into()), beside)
            }
            (None, "a" | "area") if !is_address(name) && !raw.is_empty() => {
                let address = page.either(element, &["href"]);
                (text(), address.map(Cow::Borrowed))
            }
            (None, "img") => {
                let lazy = page.either(element, &["data-src", "data-original"]);
                let source = page.attribute(element, "src").map(|s| s.trim().into());
                match lazy {
                    Some(lazy) => (Some(lazy.into()), source),
                    None => (source, None),
                }
            }
            // What an action asks for, in schema.org's short form.
            (None, "input") if name.ends_with("-input") => {
                let required = page.attribute(element, "required").map(|_| "required ");
                let asked = page.attribute(element, "name").unwrap_or_default();
                (
                    Some(format!("{}name={asked}", required.unwrap_or_default()).into()),
                    None,
                )
            }
            (None, "input") if raw.is_empty() => {
                (page.attribute(element, "value").map(Cow::Borrowed), None)
            }
            (None, tag) => {
                let stated = holds(tag).and_then(|name| page.attribute(element, name));
                (stated.map(Cow::Borrowed).or_else(text), None)
            }
        };
    let value = match value.unwrap_or_default() {
        Cow::Borrowed(text) => Cow::Borrowed(trimmed(text)),
        Cow::Owned(text) if trimmed(&text).len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    let other = other.filter(|o| *o != value);
    (Value::Text(value), other.map(Cow::into_owned))
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
                "#0 product: name=A B, brand=Acme, url=/p, image=i.jpg, offers=#1, sku=7, mpn=7",
                "#1 offer: price=5.00, availability=http://schema.org/InStock",
            ]
        );
    }

    #[test]
    fn itemref_reaches_elsewhere() {
        let text =
            "<div itemscope itemref=x itemtype=Product></div><p id=x><b itemprop=sku>7</b></p>";
        assert_eq!(stated(text), ["#0 product: sku=7"]);
    }
}
