//! JSON-LD blocks to things (JSON-LD 1.1, as schema.org uses it), with the faults that shops make.
//!
//! A path is a JSON pointer into one array of all blocks of the page, in page order: `/0/offers/price`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    found::Place,
    graph::{Graph, Property, Thing, Value, bare},
    mend,
    page::PageModel,
};

/// Things beyond this number are not read.
const MAX_THINGS: usize = 20_000;

/// The page's JSON-LD blocks, each parsed as far as it can be; and what was wrong with those that could not.
pub(super) fn blocks(page: &PageModel<'_>) -> (Vec<Json>, Vec<String>) {
    let (mut blocks, mut faults) = (Vec::new(), Vec::new());
    for (element, text) in &page.scripts {
        let kind = page.attribute(*element, "type").unwrap_or_default();
        if !kind.to_ascii_lowercase().contains("ld+json") {
            continue;
        }
        match mend::parse(text) {
            Ok(values) => blocks.extend(values),
            Err(error) => faults.push(error.to_string()),
        }
    }
    (blocks, faults)
}

/// The things that the blocks state.
pub(super) fn graph(blocks: &[Json]) -> Graph {
    let mut build = Build::default();
    for (n, block) in blocks.iter().enumerate() {
        build.value(block, None, "", &format!("/{n}"));
    }
    build.link();
    build.graph
}

/// The products among the blocks and their graphs, each with its pointer.
pub(super) fn products(blocks: &[Json]) -> Vec<(String, &Json)> {
    let mut products = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        let mut open = vec![(format!("/{n}"), block)];
        while let Some((path, json)) = open.pop() {
            if let Json::Array(items) = json {
                let items = items.iter().enumerate().rev();
                open.extend(items.map(|(n, item)| (format!("{path}/{n}"), item)));
            } else if let Some(members) = json.get("@graph") {
                open.push((format!("{path}/@graph"), members));
            } else if let Some(main) = json.get("mainEntity") {
                open.push((format!("{path}/mainEntity"), main));
            } else if types(json.get("@type"))
                .iter()
                .any(|t| t.starts_with("product"))
            {
                products.push((path, json));
            }
        }
    }
    products
}

#[derive(Default)]
struct Build {
    graph: Graph,
}

impl Build {
    /// Adds what a JSON value states about `owner`. serde_json refuses more than 128 levels, so this may recurse.
    fn value(&mut self, json: &Json, owner: Option<usize>, name: &str, path: &str) {
        let value = match json {
            Json::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.value(item, owner, name, &format!("{path}/{n}"));
                }
                return;
            }
            Json::Object(fields) => match fields.get("@value") {
                Some(inner) => return self.value(inner, owner, name, &format!("{path}/@value")),
                None => match self.thing(fields, owner, name, path) {
                    Some(thing) => Value::Thing(thing),
                    None => return,
                },
            },
            Json::String(text) => Value::Text(text.clone()),
            Json::Number(number) => Value::Text(number.to_string()),
            Json::Bool(yes) => Value::Text(yes.to_string()),
            Json::Null => return,
        };
        if let Some(owner) = owner {
            self.graph.things[owner].properties.push(Property {
                name: name.to_owned(),
                value,
                place: Place::Path(path.to_owned()),
            });
        }
    }

    fn thing(
        &mut self,
        fields: &serde_json::Map<String, Json>,
        parent: Option<usize>,
        role: &str,
        path: &str,
    ) -> Option<usize> {
        if self.graph.things.len() >= MAX_THINGS {
            return None;
        }
        let at = self.graph.things.len();
        let text = |key: &str| fields.get(key).and_then(Json::as_str).map(str::to_owned);
        self.graph.things.push(Thing {
            types: types(fields.get("@type").or_else(|| fields.get("type"))),
            properties: Vec::new(),
            parent,
            role: role.to_owned(),
            id: text("@id"),
        });
        for (key, inner) in fields {
            if key == "@graph" {
                // The members of a graph stand on their own.
                self.value(inner, None, "", &format!("{path}/@graph"));
            } else if !matches!(key.as_str(), "@type" | "@context") {
                self.value(
                    inner,
                    Some(at),
                    bare(key),
                    &format!("{path}/{}", escaped(key)),
                );
            }
        }
        Some(at)
    }

    /// Replaces a thing that says nothing but its `@id` by the thing of that id that says more.
    fn link(&mut self) {
        let things = &self.graph.things;
        let says = |t: &Thing| t.properties.iter().filter(|p| p.name != "@id").count();
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, thing) in things.iter().enumerate() {
            if let Some(id) = thing.id.as_deref().filter(|_| says(thing) > 0) {
                told.entry(id).or_insert(at);
            }
        }
        let target: Vec<usize> = things
            .iter()
            .enumerate()
            .map(
                |(at, thing)| match thing.id.as_deref().filter(|_| says(thing) == 0) {
                    Some(id) => told.get(id).copied().unwrap_or(at),
                    None => at,
                },
            )
            .collect();
        for thing in &mut self.graph.things {
            for property in &mut thing.properties {
                if let Value::Thing(at) = &mut property.value {
                    *at = target[*at];
                }
            }
        }
    }
}

fn types(json: Option<&Json>) -> Vec<String> {
    let one = |json: &Json| json.as_str().map(|name| bare(name).to_ascii_lowercase());
    match json {
        Some(Json::Array(all)) => all.iter().filter_map(one).collect(),
        Some(json) => one(json).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A key as a step of a JSON pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_to_what_they_name() {
        let blocks = [serde_json::json!({"@graph": [
            {"@id": "#p", "@type": ["http://schema.org/Product"], "brand": {"@id": "#b"}},
            {"@id": "#b", "@type": "Brand", "schema:name": {"@value": "Acme"}},
        ]})];
        let graph = graph(&blocks);
        let product = graph
            .things
            .iter()
            .position(|t| t.is(&["product"]))
            .unwrap();
        assert_eq!(graph.text(product, "brand"), Some("Acme"));
        assert_eq!(
            graph.things[product].properties[1].place,
            Place::Path("/0/@graph/0/brand".to_owned())
        );
    }
}
