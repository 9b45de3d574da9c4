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
/// Bytes and values of all blocks of a page; a block that goes beyond them is not read.
const MAX_BYTES: usize = 4 << 20;
const MAX_VALUES: usize = 50_000;
/// Bytes of a path, and of a name in it: hostile ones would be repeated in each value below them.
const MAX_PATH: usize = 300;
const MAX_NAME: usize = 100;

/// The page's JSON-LD blocks, each parsed as far as it can be; and what was wrong with those that could not.
pub(super) fn blocks(page: &PageModel<'_>) -> (Vec<Json>, Vec<String>) {
    let (mut blocks, mut faults) = (Vec::new(), Vec::new());
    let (mut bytes, mut values) = (MAX_BYTES, MAX_VALUES);
    for (element, text) in &page.scripts {
        let kind = page.attribute(*element, "type").unwrap_or_default();
        if !kind.to_ascii_lowercase().contains("ld+json") {
            continue;
        }
        let own = text
            .bytes()
            .filter(|b| matches!(b, b',' | b'[' | b'{'))
            .count();
        if text.len() > bytes || own > values {
            faults.push(format!(
                "a block is not read: the page has more than {MAX_BYTES} bytes or {MAX_VALUES} values of JSON-LD"
            ));
            continue;
        }
        (bytes, values) = (bytes - text.len(), values - own);
        match mend::parse(text) {
            Ok(values) => blocks.extend(values),
            Err(error) => {
                faults.push(format!("a block that is no JSON: {error}"));
                blocks.extend(mend::salvage(text));
            }
        }
    }
    (blocks, faults)
}

/// The things that the blocks state.
pub(super) fn graph(blocks: &[Json]) -> Graph {
    let mut build = Build::default();
    for (n, block) in blocks.iter().enumerate() {
        build.inner(&n.to_string(), block, None, "");
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
    /// The pointer to the value that is looked at.
    path: String,
}

impl Build {
    /// As `value`, of what stands at `step` of the value that is looked at. A path that is too long to be shown stays as
    /// it is.
    fn inner(&mut self, step: &str, json: &Json, owner: Option<usize>, name: &str) {
        let length = self.path.len();
        if length <= MAX_PATH {
            self.path.push('/');
            // As a step of a JSON pointer (RFC 6901).
            if step.contains(['~', '/']) {
                self.path
                    .push_str(&step.replace('~', "~0").replace('/', "~1"));
            } else {
                self.path.push_str(step);
            }
        }
        self.value(json, owner, name);
        self.path.truncate(length);
    }

    /// Adds what a JSON value states about `owner`. serde_json refuses more than 128 levels, so this may recurse.
    fn value(&mut self, json: &Json, owner: Option<usize>, name: &str) {
        let value = match json {
            Json::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.inner(&n.to_string(), item, owner, name);
                }
                return;
            }
            Json::Object(fields) => match wrapped(fields) {
                Some((key, inner)) => return self.inner(key, inner, owner, name),
                None => match self.thing(fields, owner, name) {
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
                other: None,
                place: Place::Path(self.path.clone()),
            });
        }
    }

    fn thing(
        &mut self,
        fields: &serde_json::Map<String, Json>,
        parent: Option<usize>,
        role: &str,
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
        for (key, inner) in fields.iter().filter(|(key, _)| key.len() <= MAX_NAME) {
            if key == "@graph" {
                // The members of a graph stand on their own.
                self.inner("@graph", inner, None, "");
            } else if !matches!(key.as_str(), "@type" | "@context") {
                self.inner(key, inner, Some(at), bare(key));
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

/// What stands in a value object, a list or a set (JSON-LD 1.1, 4.2 and 4.3).
fn wrapped(fields: &serde_json::Map<String, Json>) -> Option<(&'static str, &Json)> {
    ["@value", "@list", "@set"]
        .into_iter()
        .find_map(|key| Some((key, fields.get(key)?)))
}

fn types(json: Option<&Json>) -> Vec<String> {
    let one = |json: &Json| json.as_str().map(|name| bare(name).to_ascii_lowercase());
    match json {
        Some(Json::Array(all)) => all.iter().filter_map(one).collect(),
        Some(json) => one(json).into_iter().collect(),
        None => Vec::new(),
    }
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
