//! Things with properties, as JSON-LD, microdata and RDFa state them: three notations, one form for `schema` to read.

use std::borrow::Cow;

use super::found::{Place, trimmed};

/// A value of a property.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'t> {
    Text(Cow<'t, str>),
    /// The thing at this index.
    Thing(usize),
}

/// One value of a property, and where it stands on the page.
#[derive(Debug)]
pub(super) struct Property<'t> {
    /// schema.org's name, without its address.
    pub(super) name: Cow<'t, str>,
    pub(super) value: Value<'t>,
    /// How else the same element can be read: the address of a link whose text is the value, the text beside a `content`.
    pub(super) other: Option<String>,
    pub(super) place: Place,
}

/// A thing of one or more types.
#[derive(Debug, Default)]
pub(super) struct Thing<'t> {
    /// Without schema.org's address, in any case: `Product`.
    pub(super) types: Vec<Cow<'t, str>>,
    pub(super) properties: Vec<Property<'t>>,
    /// The thing whose property this is.
    pub(super) parent: Option<usize>,
    /// The name of that property.
    pub(super) role: Cow<'t, str>,
    /// `@id` or `itemid`.
    pub(super) id: Option<Cow<'t, str>>,
}

/// All things of one notation on a page, in page order.
#[derive(Debug, Default)]
pub(super) struct Graph<'t> {
    pub(super) things: Vec<Thing<'t>>,
}

impl<'t> Thing<'t> {
    /// Whether it is of one of these (lower-case) types.
    pub(super) fn is(&self, types: &[&str]) -> bool {
        let one = |own: &Cow<'t, str>| types.iter().any(|t| own.eq_ignore_ascii_case(t));
        self.types.iter().any(one)
    }

    /// The values of a property.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property<'t>> {
        self.properties.iter().filter(move |p| p.name == name)
    }
}

impl Graph<'_> {
    /// What can be said in words about a value: its text, or the name of the thing.
    pub(super) fn words<'a>(&'a self, value: &'a Value<'_>) -> Option<&'a str> {
        self.words_by(value, &["name", "legalName", "value", "url", "@id"])
    }

    /// As `words`, with the properties that stand for a thing.
    pub(super) fn words_by<'a>(&'a self, value: &'a Value<'_>, names: &[&str]) -> Option<&'a str> {
        let text = match value {
            Value::Text(text) => Some(text.as_ref()),
            Value::Thing(at) => names.iter().find_map(|name| self.text(*at, name)),
        };
        text.filter(|text| !trimmed(text).is_empty())
    }

    /// The first text of a property; of a thing's name where the value is a thing.
    pub(super) fn text(&self, thing: usize, name: &str) -> Option<&str> {
        self.things[thing]
            .properties
            .iter()
            .filter(|p| p.name == name)
            .find_map(|p| match &p.value {
                Value::Text(text) => Some(text.as_ref()).filter(|t| !trimmed(t).is_empty()),
                Value::Thing(at) if *at != thing => self.things[*at]
                    .properties
                    .iter()
                    .filter(|inner| inner.name == "name")
                    .find_map(|inner| match &inner.value {
                        Value::Text(text) => Some(text.as_ref()).filter(|t| !trimmed(t).is_empty()),
                        Value::Thing(_) => None,
                    }),
                Value::Thing(_) => None,
            })
    }

    /// The things that are values of a property.
    pub(super) fn things<'a>(
        &'a self,
        thing: usize,
        name: &'a str,
    ) -> impl Iterator<Item = usize> + 'a {
        self.things[thing].all(name).filter_map(|p| match p.value {
            Value::Thing(at) => Some(at),
            Value::Text(_) => None,
        })
    }

    /// The things that this one is a property of, innermost first, with the names of the properties.
    pub(super) fn owners(&self, thing: usize) -> impl Iterator<Item = (usize, &str)> {
        let mut at = thing;
        // A thing stands in one place, so this ends; the bound is for a graph that claims otherwise.
        (0..64).map_while(move |_| {
            let role = self.things[at].role.as_ref();
            at = self.things[at].parent?;
            Some((at, role))
        })
    }
}

/// The last word of a schema.org address, without a prefix such as `schema:`.
pub(super) fn bare(name: &str) -> &str {
    let name = trimmed(name);
    let bytes = name.as_bytes();
    // Names are short.
    let Some(colon) = bytes.iter().position(|b| *b == b':') else {
        return name;
    };
    let rest = &name[colon..];
    if rest.starts_with("://") || rest.contains("://") {
        let last = bytes.iter().rposition(|b| matches!(b, b'/' | b'#'));
        last.map_or(name, |at| &name[at + 1..])
    } else {
        &rest[1..]
    }
}
