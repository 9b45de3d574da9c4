//! JSON-LD blocks to things (JSON-LD 1.1, as schema.org uses it), with the faults that shops make.
//!
//! A path is a JSON pointer into one array of all blocks of the page, in page order: `/0/offers/price`.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value as Json;

use super::{
    found::Place,
    graph::{Graph, Property, Thing, Value, bare},
    json::{self, Node},
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
/// Values for each thing on most pages.
const USUAL_FIELDS: usize = 4;

/// The JSON-LD blocks of a page, one after the other.
#[derive(Debug, Default)]
pub(super) struct Blocks<'t> {
    nodes: Vec<Node<'t>>,
    /// The outermost value of each, in rising order.
    first: Vec<usize>,
}

impl<'t> Blocks<'t> {
    /// Adds what stands in one block, parsed as far as it can be; gives what is wrong with it where it is no JSON.
    fn add(&mut self, text: &'t str) -> Option<String> {
        let first = self.nodes.len();
        let strict = text.trim().trim_start_matches('\u{feff}');
        if json::read(strict, &mut self.nodes).is_some() {
            self.first.push(first);
            return None;
        }
        match mend::parse(text) {
            Ok(values) => {
                self.extend(values);
                None
            }
            Err(error) => {
                self.extend(mend::salvage(text));
                Some(format!("a block that is no JSON: {error}"))
            }
        }
    }

    /// The blocks as trees.
    pub(super) fn json(&self) -> Vec<Json> {
        let trees = self.first.iter().map(|at| json::tree(&self.nodes, *at));
        trees.collect()
    }

    /// The pointer to a value (RFC 6901). One that is too long to be shown lacks steps.
    pub(super) fn pointer(&self, value: usize) -> String {
        let mut way = Vec::with_capacity(8);
        let mut at = value;
        while self.nodes[at].parent != at {
            way.push(at);
            at = self.nodes[at].parent;
        }
        let mut path = String::with_capacity(16 * way.len() + 4);
        path.push('/');
        push_number(self.first.partition_point(|first| *first < at), &mut path);
        while let Some(inner) = way.pop() {
            let parent = std::mem::replace(&mut at, inner);
            if path.len() > MAX_PATH {
                break;
            }
            path.push('/');
            if matches!(self.nodes[parent].value, json::Value::Array) {
                let before = json::children(&self.nodes, parent).take_while(|c| *c < inner);
                push_number(before.count(), &mut path);
                continue;
            }
            for c in self.nodes[inner].key.chars() {
                match c {
                    '~' => path.push_str("~0"),
                    '/' => path.push_str("~1"),
                    c => path.push(c),
                }
            }
        }
        path
    }
}

fn push_number(number: usize, path: &mut String) {
    if number < 10 {
        path.extend(char::from_digit(number as u32, 10));
    } else {
        path.push_str(&number.to_string());
    }
}

impl Extend<Json> for Blocks<'_> {
    fn extend<I: IntoIterator<Item = Json>>(&mut self, values: I) {
        for value in values {
            self.first.push(self.nodes.len());
            json::flatten(value, String::new(), None, &mut self.nodes);
        }
    }
}

/// The page's JSON-LD, and what was wrong with blocks that are no JSON.
pub(super) fn blocks<'t>(page: &PageModel<'t>) -> (Blocks<'t>, Vec<String>) {
    let (mut blocks, mut faults) = (Blocks::default(), Vec::new());
    let (mut bytes, mut values) = (MAX_BYTES, MAX_VALUES);
    let own = |(element, _): &&(usize, &str)| {
        let kind = page.attribute(*element, "type");
        kind.is_some_and(is_json_ld)
    };
    let texts: Vec<&'t str> = page.scripts.iter().filter(own).map(|(_, t)| *t).collect();
    // A value takes a byte or more, so that short blocks need no counting.
    let short = texts.iter().map(|text| text.len()).sum::<usize>() <= MAX_VALUES;
    for text in texts {
        let begins = |b: &u8| matches!(b, b',' | b'[' | b'{');
        let own = match short {
            true => 0,
            false => text.bytes().filter(begins).count(),
        };
        if text.len() > bytes || own > values {
            faults.push(format!(
                "a block is not read: the page has more than {MAX_BYTES} bytes or {MAX_VALUES} values of JSON-LD"
            ));
            continue;
        }
        (bytes, values) = (bytes - text.len(), values - own);
        faults.extend(blocks.add(text));
    }
    (blocks, faults)
}

/// Whether a script of this type holds JSON-LD: `application/ld+json`, also with what shops write around it.
pub(super) fn is_json_ld(kind: &str) -> bool {
    let mark = b"ld+json";
    let mut windows = kind.as_bytes().windows(mark.len());
    windows.any(|part| part.eq_ignore_ascii_case(mark))
}

/// The things that the blocks state.
#[cfg(test)]
pub(super) fn graph<'b>(blocks: &'b Blocks<'_>) -> Graph<'b> {
    built(blocks, &[])
}

/// The things that the blocks state, but what buyers write of goods, which on many pages is most of them.
pub(super) fn goods<'b>(blocks: &'b Blocks<'_>) -> Graph<'b> {
    built(blocks, &["review", "reviews"])
}

fn built<'b>(blocks: &'b Blocks<'_>, without: &'static [&'static str]) -> Graph<'b> {
    let mut build = Build {
        nodes: &blocks.nodes,
        without,
        graph: Graph::default(),
    };
    let usual = blocks.nodes.len() / USUAL_FIELDS;
    build.graph.things.reserve(usual.min(MAX_THINGS));
    for first in &blocks.first {
        build.value(*first, None, "");
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
            } else if tree_types(json.get("@type"))
                .iter()
                .any(|t| t.starts_with("product"))
            {
                products.push((path, json));
            }
        }
    }
    products
}

struct Build<'b> {
    nodes: &'b [Node<'b>],
    /// Properties that are passed over.
    without: &'static [&'static str],
    graph: Graph<'b>,
}

impl<'b> Build<'b> {
    /// Adds what a value states about `owner`. No text has more than 128 levels, so this may recurse.
    fn value(&mut self, at: usize, owner: Option<usize>, name: &'b str) {
        let value = match &self.nodes[at].value {
            json::Value::Array => {
                for item in json::children(self.nodes, at) {
                    self.value(item, owner, name);
                }
                return;
            }
            json::Value::Object => {
                let said = Said::by(self.nodes, at);
                if let Some(inner) = said.wrapped() {
                    return self.value(inner, owner, name);
                }
                match self.thing(at, &said, owner, name) {
                    Some(thing) => Value::Thing(thing),
                    None => return,
                }
            }
            json::Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            json::Value::Number(number) => Value::Text(Cow::Owned(number.to_string())),
            json::Value::Bool(yes) => {
                Value::Text(Cow::Borrowed(if *yes { "true" } else { "false" }))
            }
            json::Value::Null => return,
        };
        if let Some(owner) = owner {
            self.graph.things[owner].properties.push(Property {
                name: Cow::Borrowed(name),
                value,
                other: None,
                place: Place::Block(at),
            });
        }
    }

    fn thing(
        &mut self,
        object: usize,
        said: &Said,
        parent: Option<usize>,
        role: &'b str,
    ) -> Option<usize> {
        if self.graph.things.len() >= MAX_THINGS {
            return None;
        }
        let at = self.graph.things.len();
        let id = said.id.and_then(|id| text(&self.nodes[id]));
        self.graph.things.push(Thing {
            types: said.types.map_or(Vec::new(), |at| types(self.nodes, at)),
            properties: Vec::with_capacity(said.fields),
            parent,
            role: Cow::Borrowed(role),
            id: id.map(Cow::Borrowed),
        });
        for inner in json::children(self.nodes, object) {
            let key = self.nodes[inner].key.as_ref();
            if key.len() > MAX_NAME {
                continue;
            }
            match key {
                // The members of a graph stand on their own.
                "@graph" => self.value(inner, None, ""),
                "@type" | "@context" => {}
                _ if self.without.contains(&key) => {}
                _ => self.value(inner, Some(at), bare(key)),
            }
        }
        Some(at)
    }

    /// Replaces a thing that says nothing but its `@id` by the thing of that id that says more.
    fn link(&mut self) {
        let things = &self.graph.things;
        if things.iter().all(|thing| thing.id.is_none()) {
            return;
        }
        let says = |t: &Thing<'_>| t.properties.iter().filter(|p| p.name != "@id").count();
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

/// What an object says of itself: the places of what its own words of JSON-LD name.
#[derive(Default)]
struct Said {
    fields: usize,
    types: Option<usize>,
    id: Option<usize>,
    /// `@value`, `@list`, `@set`: a value object, a list or a set (JSON-LD 1.1, 4.2 and 4.3).
    wraps: [Option<usize>; 3],
}

impl Said {
    fn by(nodes: &[Node<'_>], object: usize) -> Self {
        let mut said = Self::default();
        let mut typed = None;
        for at in json::children(nodes, object) {
            said.fields += 1;
            let key = nodes[at].key.as_ref();
            if !key.starts_with(['@', 't']) {
                continue;
            }
            match key {
                "@type" => said.types = Some(at),
                "type" => typed = Some(at),
                "@id" => said.id = Some(at),
                "@value" => said.wraps[0] = Some(at),
                "@list" => said.wraps[1] = Some(at),
                "@set" => said.wraps[2] = Some(at),
                _ => {}
            }
        }
        said.types = said.types.or(typed);
        said
    }

    fn wrapped(&self) -> Option<usize> {
        self.wraps.into_iter().flatten().next()
    }
}

fn text<'b>(node: &'b Node<'_>) -> Option<&'b str> {
    match &node.value {
        json::Value::Text(text) => Some(text),
        _ => None,
    }
}

fn types<'b>(nodes: &'b [Node<'_>], at: usize) -> Vec<Cow<'b, str>> {
    let one = |at: usize| text(&nodes[at]).map(|name| Cow::Borrowed(bare(name)));
    match &nodes[at].value {
        json::Value::Array => json::children(nodes, at).filter_map(one).collect(),
        _ => one(at).into_iter().collect(),
    }
}

/// As `types`, of a tree, and in lower case.
fn tree_types(json: Option<&Json>) -> Vec<String> {
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
        let mut blocks = Blocks::default();
        blocks.extend([serde_json::json!({"@graph": [
            {"@id": "#p", "@type": ["http://schema.org/Product"], "brand": {"@id": "#b"}},
            {"@id": "#b", "@type": "Brand", "schema:name": {"@value": "Acme"}},
        ]})]);
        let graph = graph(&blocks);
        let product = graph
            .things
            .iter()
            .position(|t| t.is(&["product"]))
            .unwrap();
        assert_eq!(graph.text(product, "brand"), Some("Acme"));
        let Place::Block(value) = graph.things[product].properties[1].place else {
            panic!("{graph:?}");
        };
        assert_eq!(blocks.pointer(value), "/0/@graph/0/brand");
    }

    #[test]
    fn what_buyers_write_is_passed_over() {
        let mut blocks = Blocks::default();
        blocks.extend([serde_json::json!({"@type": "Product", "brand": {"name": "Acme"}, "review": [{"name": "good"}]})]);
        let count = |graph: Graph<'_>| graph.things.len();
        assert_eq!((count(graph(&blocks)), count(goods(&blocks))), (3, 2));
    }

    #[test]
    fn a_pointer_is_written_by_its_standard_and_ends_where_it_is_too_long() {
        let text = format!(
            r#"[{{"a/b": {{"c~d": [0, {{"{}": {{"e": 5}}}}]}}}}]"#,
            "x".repeat(400)
        );
        let mut blocks = Blocks::default();
        assert_eq!((blocks.add("{}"), blocks.add(&text)), (None, None));
        let pointers: Vec<String> = (1..blocks.nodes.len())
            .map(|at| blocks.pointer(at))
            .collect();
        assert_eq!(pointers[..4], ["/1", "/1/0", "/1/0/a~1b", "/1/0/a~1b/c~0d"]);
        assert_eq!(pointers[4..6], ["/1/0/a~1b/c~0d/0", "/1/0/a~1b/c~0d/1"]);
        assert_eq!(pointers[6], pointers[7]);
    }
}
