//! Microdata (HTML, 5.2) and RDFa Lite to things: `itemscope`/`itemprop`, `typeof`/`property`, by one walk.

use std::collections::BTreeMap;

use super::{
    found::Place,
    graph::{Graph, Property, Thing, Value, bare},
    page::PageModel,
};

/// The attributes that a notation uses.
#[derive(Debug)]
struct Notation {
    /// Marks an element as a thing.
    scope: &'static str,
    kind: &'static str,
    property: &'static str,
    id: &'static str,
}

const MICRODATA: Notation = Notation {
    scope: "itemscope",
    kind: "itemtype",
    property: "itemprop",
    id: "itemid",
};
const RDFA: Notation = Notation {
    scope: "typeof",
    kind: "typeof",
    property: "property",
    id: "resource",
};

/// What microdata states.
pub(super) fn graph(page: &PageModel<'_>) -> Graph {
    read(page, &MICRODATA)
}

/// What RDFa states.
pub(super) fn rdfa(page: &PageModel<'_>) -> Graph {
    read(page, &RDFA)
}

fn read(page: &PageModel<'_>, notation: &Notation) -> Graph {
    let mut graph = Graph::default();
    let stated = if notation.scope == "itemscope" {
        page.items
    } else {
        page.typed
    };
    if !stated {
        return graph;
    }
    let mut thing_of: BTreeMap<usize, usize> = BTreeMap::new();
    let referred = referred(page, notation);
    for element in page.all() {
        let is_thing = page.attribute(element, notation.scope).is_some();
        let names = page.attribute(element, notation.property);
        if !is_thing && names.is_none() {
            continue;
        }
        let owner = owner(page, element, &thing_of, &referred);
        let own = is_thing.then(|| {
            let at = graph.things.len();
            graph.things.push(Thing {
                types: types(page.attribute(element, notation.kind)),
                properties: Vec::new(),
                parent: owner.filter(|_| names.is_some()),
                role: names.map(first_name).unwrap_or_default().to_owned(),
                id: page.either(element, &[notation.id]).map(str::to_owned),
            });
            thing_of.insert(element, at);
            // `<meta itemprop=brand itemscope content="Acme">`: the content is the thing's name.
            if let Some(name) = page.either(element, &["content"]) {
                graph.things[at].properties.push(Property {
                    name: "name".to_owned(),
                    value: Value::Text(name.to_owned()),
                    place: Place::Element(element),
                });
            }
            at
        });
        let (Some(names), Some(owner)) = (names, owner) else {
            continue;
        };
        for name in names.split_ascii_whitespace() {
            let value = own.map_or_else(
                || Value::Text(value(page, element, bare(name))),
                Value::Thing,
            );
            graph.things[owner].properties.push(Property {
                name: bare(name).to_owned(),
                value,
                place: Place::Element(element),
            });
        }
    }
    graph
}

fn first_name(names: &str) -> &str {
    bare(names.split_ascii_whitespace().next().unwrap_or_default())
}

/// Elements that an `itemref` names, with the element of the thing that they belong to.
fn referred(page: &PageModel<'_>, notation: &Notation) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for element in page.all() {
        if page.attribute(element, notation.scope).is_some()
            && let Some(ids) = page.attribute(element, "itemref")
        {
            for id in ids.split_ascii_whitespace() {
                found.entry(id.to_owned()).or_insert(element);
            }
        }
    }
    found
}

/// The thing that a property at `element` belongs to: the nearest one around it, or the one that refers to it.
fn owner(
    page: &PageModel<'_>,
    element: usize,
    thing_of: &BTreeMap<usize, usize>,
    referred: &BTreeMap<String, usize>,
) -> Option<usize> {
    for e in std::iter::once(element).chain(page.ancestors(element)) {
        if e != element
            && let Some(thing) = thing_of.get(&e)
        {
            return Some(*thing);
        }
        let by = page.attribute(e, "id").and_then(|id| referred.get(id));
        if let Some(thing) = by.filter(|by| **by != e).and_then(|by| thing_of.get(by)) {
            return Some(*thing);
        }
    }
    None
}

fn types(kind: Option<&str>) -> Vec<String> {
    kind.unwrap_or_default()
        .split_ascii_whitespace()
        .map(|name| bare(name).to_ascii_lowercase())
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

/// The value of a property by HTML's rules, save that a link whose address is no value gives its text.
fn value(page: &PageModel<'_>, element: usize, name: &str) -> String {
    if let Some(content) = page.attribute(element, "content") {
        return content.trim().to_owned();
    }
    let attribute = match page.tag(element) {
        "a" | "area" if !ADDRESSES.contains(&name) && !page.raw(element).trim().is_empty() => None,
        "a" | "area" | "link" => page.either(element, &["href"]),
        "img" => page
            .either(element, &["data-src", "data-original", "src"])
            .filter(|src| !src.starts_with("data:"))
            .or_else(|| page.attribute(element, "src")),
        "audio" | "embed" | "iframe" | "source" | "track" | "video" => {
            page.attribute(element, "src")
        }
        "object" => page.attribute(element, "data"),
        "data" | "meter" => page.attribute(element, "value"),
        "input" if page.raw(element).trim().is_empty() => page.attribute(element, "value"),
        "time" => page.attribute(element, "datetime"),
        _ => None,
    };
    attribute.map_or_else(|| page.line(element), |value| value.trim().to_owned())
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
