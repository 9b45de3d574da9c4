//! What the engine can be asked, read once from its own list of functions.

use std::collections::{BTreeMap, BTreeSet};

use rhai::Engine;

use super::kinds::{Kind, Known};
use crate::rules::native::{self, Doc};

/// Every function that the engine knows, with the numbers of values each takes, and what it gives.
#[derive(Debug)]
pub(in crate::rules) struct Vocabulary {
    functions: BTreeMap<String, BTreeSet<usize>>,
    gives: BTreeMap<String, Known>,
    /// Of a listing; `seller.name` is one of its seller.
    fields: BTreeMap<&'static str, Known>,
}

impl Vocabulary {
    pub(in crate::rules) fn of(engine: &Engine) -> Self {
        let mut functions: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut gives = BTreeMap::new();
        let metadata = engine.gen_fn_metadata_to_json(true).unwrap_or_default();
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap_or_default();
        for function in metadata["functions"].as_array().into_iter().flatten() {
            let name = function["name"].as_str().unwrap_or_default();
            let count = function["numParams"].as_u64().unwrap_or_default();
            let count = usize::try_from(count).unwrap_or_default();
            functions.entry(name.to_owned()).or_default().insert(count);
            let kind = Kind::of_language(function["returnType"].as_str().unwrap_or("()"));
            let known = gives
                .entry(name.to_owned())
                .or_insert_with(|| Known::sure(kind.clone()));
            if known.kind != kind {
                *known = Known::default();
            }
        }
        // What this host says of its own functions is exact.
        for doc in docs() {
            gives.insert(doc.name.to_owned(), Known::of_signature(doc.signature));
        }
        Self {
            functions,
            gives,
            fields: super::kinds::fields(),
        }
    }

    /// What a field of a listing gives; nothing is certain of one that does not exist.
    pub(super) fn field(&self, name: &str) -> Known {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    /// How many values a function takes; none where there is no such function.
    pub(super) fn counts(&self, name: &str) -> Option<&BTreeSet<usize>> {
        self.functions.get(name)
    }

    /// What a function gives, as far as that is certain.
    pub(super) fn gives(&self, name: &str) -> Known {
        self.gives.get(name).cloned().unwrap_or_default()
    }

    /// Names that an author can write.
    pub(in crate::rules) fn names(&self) -> impl Iterator<Item = &str> {
        self.functions
            .keys()
            .map(String::as_str)
            .filter(|name| spoken(name))
    }
}

/// Whether a name is a word rather than a sign or something that the language made.
pub(super) fn spoken(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && !name.contains('$')
}

/// The documented functions of this host.
pub(super) fn docs() -> impl Iterator<Item = &'static Doc> {
    native::FAMILIES.iter().flat_map(|family| family.docs)
}

/// The documented function of that name.
pub(super) fn doc(name: &str) -> Option<&'static Doc> {
    docs().find(|doc| doc.name == name)
}
