//! Sample pages of the four vocabularies, each with what another reader found on it: the same things, properties and
//! values must be found here. The samples lie beside the repository; where they are not, the test says so.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde_json::Value as Json;

use super::{
    graph::{Graph, Value, bare},
    page::{PageModel, one_line},
    *,
};

/// A thing as both sides are compared: its types, and its properties with every reading of each value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    types: BTreeSet<String>,
    properties: BTreeMap<String, Vec<Reading>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reading {
    Text(Vec<String>),
    Item(Item),
}

const BASE: &str = "http://www.example.com/microdata/x.html";
/// Pages whose expected addresses begin elsewhere.
const BASES: &[(&str, &str)] = &[
    ("microdata.7.1", "http://blog.example.com/progress-report"),
    ("Portfolio", "http://nielslubberman.nl/drupal/"),
];

fn base(name: &str) -> Url {
    let own = BASES.iter().find(|(part, _)| name.contains(part));
    Url::parse(own.map_or(BASE, |(_, base)| base)).unwrap()
}

fn folder() -> Option<PathBuf> {
    crate::text::shared_path("structured")
}

/// Pages of the samples with one file of what is expected of each.
fn samples(folder: &Path, ending: &str) -> Vec<(String, String, Json)> {
    let mut samples = Vec::new();
    for inner in std::fs::read_dir(folder).unwrap().flatten() {
        let Ok(files) = std::fs::read_dir(inner.path()) else {
            continue;
        };
        for file in files.flatten().map(|f| f.path()) {
            let name = file.to_str().unwrap().to_owned();
            let Some(stem) = name.strip_suffix(ending) else {
                continue;
            };
            let page = [stem, stem.trim_end_matches(".unclean")]
                .iter()
                .find_map(|s| std::fs::read(format!("{s}.html")).ok());
            let Some(page) = page else { continue };
            let expected = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            samples.push((name, String::from_utf8_lossy(&page).into_owned(), expected));
        }
    }
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    samples
}

fn absolute(text: &str, base: &Url) -> String {
    let text = one_line(text);
    let local = !text.contains(' ') && !text.contains(':');
    match base.join(&text) {
        Ok(url) if local && !text.is_empty() => url.to_string(),
        _ => text,
    }
}

fn ours(graph: &Graph<'_>, at: usize, depth: usize, base: &Url) -> Item {
    let thing = &graph.things[at];
    let mut item = Item {
        types: thing.types.iter().map(|t| t.to_ascii_lowercase()).collect(),
        ..Item::default()
    };
    for property in thing.properties.iter().filter(|p| p.name != "@id") {
        let reading = match &property.value {
            Value::Thing(inner) if depth < 20 => {
                Reading::Item(ours(graph, *inner, depth + 1, base))
            }
            Value::Thing(_) => continue,
            Value::Text(text) => {
                let both = [Some(text.as_ref()), property.other.as_deref()];
                let both = both.into_iter().flatten();
                Reading::Text(both.map(|t| absolute(t, base)).collect())
            }
        };
        item.properties
            .entry(bare(&property.name).to_owned())
            .or_default()
            .push(reading);
    }
    item
}

fn top(graph: &Graph<'_>, base: &Url) -> Vec<Item> {
    (0..graph.things.len())
        .filter(|at| graph.things[*at].parent.is_none())
        .map(|at| ours(graph, at, 0, base))
        .filter(|item| !item.properties.is_empty())
        .collect()
}

/// The other reader's notation: `{type, properties}` of microdata, or JSON-LD itself.
fn theirs(json: &Json, base: &Url) -> Item {
    let fields = json.as_object().unwrap();
    let types = ["type", "@type"].iter().find_map(|t| fields.get(*t));
    let names = match types {
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(one)) => vec![one.as_str()],
        _ => Vec::new(),
    };
    let mut item = Item {
        types: names.iter().map(|t| bare(t).to_ascii_lowercase()).collect(),
        ..Item::default()
    };
    let properties = fields.get("properties").and_then(Json::as_object);
    for (name, value) in properties.unwrap_or(fields) {
        if matches!(name.as_str(), "@type" | "@context" | "@id") {
            continue;
        }
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            let reading = match value {
                Json::Array(all) => {
                    open.extend(all.iter().rev());
                    continue;
                }
                // schema.org's short form of such a thing.
                Json::Object(o) if o.contains_key("valueName") => {
                    let name = o["valueName"].as_str().unwrap();
                    Reading::Text(vec![format!("required name={name}")])
                }
                Json::Object(_) => Reading::Item(theirs(value, base)),
                Json::String(text) => Reading::Text(vec![absolute(text, base)]),
                Json::Null => continue,
                other => Reading::Text(vec![absolute(&other.to_string(), base)]),
            };
            let all = item.properties.entry(bare(name).to_owned()).or_default();
            all.push(reading);
        }
    }
    item
}

/// Whether a thing of ours says all that another says, and nothing more.
fn same(own: &Item, other: &Item) -> bool {
    let value = |own: &Reading, other: &Reading| match (own, other) {
        (Reading::Item(own), Reading::Item(other)) => same(own, other),
        (Reading::Text(own), Reading::Text(other)) => other.iter().all(|t| own.contains(t)),
        _ => false,
    };
    let values = |own: &[Reading], other: &[Reading]| {
        own.len() == other.len() && other.iter().all(|o| own.iter().any(|own| value(own, o)))
    };
    own.types == other.types
        && own.properties.len() == other.properties.len()
        && other
            .properties
            .iter()
            .all(|(name, all)| own.properties.get(name).is_some_and(|own| values(own, all)))
}

fn compare(name: &str, graph: &Graph<'_>, expected: &Json, faults: &mut Vec<String>) {
    let base = base(name);
    let own = top(graph, &base);
    let mut open = vec![expected.get("items").unwrap_or(expected)];
    let mut expected = Vec::new();
    while let Some(json) = open.pop() {
        match json {
            Json::Array(all) => open.extend(all),
            Json::Object(_) => expected.push(theirs(json, &base)),
            _ => {}
        }
    }
    let missing: Vec<&Item> = expected
        .iter()
        .filter(|item| !own.iter().any(|own| same(own, item)))
        .collect();
    if own.len() != expected.len() || !missing.is_empty() {
        faults.push(format!(
            "{name}: {} of {} things; not found: {missing:#?}\nfound: {own:#?}",
            own.len(),
            expected.len()
        ));
    }
}

#[test]
fn microdata_says_the_same() {
    let Some(folder) = folder() else { return };
    let (mut faults, mut seen) = (Vec::new(), 0);
    for (name, text, expected) in samples(&folder, ".json") {
        let all = match &expected {
            Json::Array(all) => all,
            _ => continue,
        };
        // Flattened forms say the same again by numbers.
        if !all
            .iter()
            .all(|j| j.get("properties").is_some_and(Json::is_object))
            || all.iter().any(|j| j.get("iid").is_some())
            || name.contains("microformat")
        {
            continue;
        }
        let url = base(&name);
        let page = PageModel::new(&text, &url);
        compare(&name, &microdata::graph(&page), &expected, &mut faults);
        seen += 1;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen >= 15, "{seen} samples");
}

#[test]
fn json_ld_says_the_same() {
    let Some(folder) = folder() else { return };
    let (mut faults, mut seen) = (Vec::new(), 0);
    let nested = samples(&folder, ".json")
        .into_iter()
        .filter_map(|(n, t, mut j)| Some((n, t, j.get_mut("json-ld")?.take())));
    for (name, text, expected) in samples(&folder, ".jsonld").into_iter().chain(nested) {
        if name.contains("_flat") {
            continue;
        }
        let url = base(&name);
        let page = PageModel::new(&text, &url);
        let (blocks, _) = json_ld::blocks(&page);
        compare(&name, &json_ld::graph(&blocks), &expected, &mut faults);
        seen += 1;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen >= 15, "{seen} samples");
}

/// Subject, predicate, object; nameless ones by one name, white space on one line.
type Said = BTreeSet<(String, String, String)>;

fn plain(name: &str) -> String {
    if name.starts_with("_:") {
        return "_:".to_owned();
    }
    // A text that is expected with its markup.
    if name.starts_with("<p") {
        let url = base("");
        return one_line(&PageModel::new(name, &url).text);
    }
    one_line(name)
}

fn expanded(json: &Json) -> Said {
    let mut said = Said::new();
    for thing in json.as_array().into_iter().flatten() {
        let subject = plain(thing["@id"].as_str().unwrap());
        for (predicate, values) in thing.as_object().unwrap() {
            for value in values.as_array().into_iter().flatten() {
                let object = ["@id", "@value"].iter().find_map(|k| value.get(*k));
                let object = object.unwrap_or(value).as_str().unwrap();
                // Links that a page of XHTML+RDFa 1.0 has to its feed and its icon are no data.
                if predicate.contains("xhtml/vocab#") && !predicate.ends_with("#license") {
                    continue;
                }
                said.insert((subject.clone(), predicate.clone(), plain(object)));
            }
        }
    }
    said
}

#[test]
fn rdfa_says_the_same() {
    let Some(folder) = folder() else { return };
    let (mut faults, mut seen) = (Vec::new(), 0);
    let metas = samples(&folder, ".json")
        .into_iter()
        .filter(|(name, _, json)| {
            name.contains("expanded_OG") || name.contains("Portfolio") && json.is_array()
        });
    for (name, text, expected) in samples(&folder, ".expanded.json").into_iter().chain(metas) {
        let url = match name.contains("Portfolio") {
            true => base(&name),
            false => Url::parse("http://www.example.com/index.html").unwrap(),
        };
        let page = PageModel::new(&text, &url);
        let own: Said = rdfa::statements(&page, true)
            .into_iter()
            .map(|s| {
                let object = match &s.object {
                    rdfa::Object::Node(node) => plain(node),
                    rdfa::Object::Text(text) => plain(text),
                };
                let typed = s.predicate.ends_with("rdf-syntax-ns#type");
                let predicate = if typed { "@type" } else { &s.predicate };
                (plain(&s.subject), predicate.to_owned(), object)
            })
            .collect();
        let expected = expanded(&expected);
        let missing: Vec<_> = expected.difference(&own).collect();
        let further: Vec<_> = own.difference(&expected).collect();
        if !missing.is_empty() || !further.is_empty() {
            faults.push(format!(
                "{name}: missing {missing:#?}, further {further:#?}"
            ));
        }
        seen += 1;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen >= 12, "{seen} samples");
}

#[test]
fn open_graph_says_the_same() {
    let Some(folder) = folder() else { return };
    let mut seen = 0;
    for (name, text, expected) in samples(&folder, ".json") {
        let first = expected.get(0).and_then(|e| e.get("properties"));
        let Some(pairs) = first.and_then(Json::as_array) else {
            continue;
        };
        let url = Url::parse(BASE).unwrap();
        let page = PageModel::new(&text, &url);
        let metas = open_graph::metas(&page, &super::Tagged::of(&page).metas);
        for pair in pairs {
            let (key, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            let own = metas
                .get(key.to_ascii_lowercase().as_str())
                .into_iter()
                .flatten();
            let mut own = own.map(|(_, content)| one_line(content));
            assert!(own.any(|v| v == one_line(value)), "{name}: {key}");
        }
        seen += 1;
    }
    assert!(seen >= 2, "{seen} samples");
}
