//! Statements by what they are about: each subject a thing with its types and properties.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{Object, Statement, TYPE};
use crate::extract::{
    found::Place,
    graph::{Graph, Property, Thing, Value, bare},
};

/// The things that statements are about, in the order in which they are first told of.
pub(super) fn things(told: Vec<Statement>) -> Graph<'static> {
    let mut at: BTreeMap<Rc<str>, usize> = BTreeMap::new();
    let mut graph = Graph::default();
    for statement in &told {
        at.entry(statement.subject.clone()).or_insert_with(|| {
            graph.things.push(Thing {
                id: Some(statement.subject.to_string().into())
                    .filter(|id: &Cow<'_, str>| !id.starts_with("_:")),
                ..Thing::default()
            });
            graph.things.len() - 1
        });
    }
    let mut seen = BTreeSet::new();
    for statement in told {
        let Some(owner) = at.get(&statement.subject).copied() else {
            continue;
        };
        let name = bare(&statement.predicate);
        let value = match statement.object {
            Object::Node(node) if statement.predicate == TYPE => {
                let kind = bare(&node).to_owned().into();
                graph.things[owner].types.push(kind);
                continue;
            }
            Object::Node(node) => match at.get(&node) {
                Some(inner) if seen.insert((owner, name.to_owned(), *inner)) => {
                    adopt(&mut graph, owner, name, *inner);
                    Value::Thing(*inner)
                }
                None if !node.starts_with("_:") => Value::Text(node.to_string().into()),
                _ => continue,
            },
            Object::Text(text) => Value::Text(text.into()),
        };
        graph.things[owner].properties.push(Property {
            name: name.to_owned().into(),
            value,
            other: statement.other,
            place: Place::Element(statement.element),
        });
    }
    graph
}

/// The first thing that names another as its property is the one that it belongs to.
fn adopt(graph: &mut Graph<'_>, owner: usize, name: &str, inner: usize) {
    let typed = !graph.things[owner].types.is_empty();
    let thing = &mut graph.things[inner];
    if typed && thing.parent.is_none() && owner != inner {
        thing.parent = Some(owner);
        thing.role = name.to_owned().into();
    }
}
