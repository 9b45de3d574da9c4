//! Which rules may open their gate for a listing: of thousands only those are looked at that ask for something it has.

use super::{gate::When, prepared::Sheet, terms::Map};

/// The gates of some rules, for telling what may be for them by little more than a class. Made by [`super::RuleSet::gates_of`].
#[derive(Debug)]
pub struct Gates<'r>(Vec<Gate<'r>>);

/// A gate, and what stands for the term lists that it asks for.
#[derive(Debug)]
struct Gate<'r> {
    when: &'r When,
    lists: Vec<u32>,
}

/// Stands for a term list, whatever other lists there are; two may share a number.
pub fn list_number(name: &str) -> u32 {
    let hash = blake3::hash(name.as_bytes());
    u32::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

impl<'r> Gates<'r> {
    pub(super) fn of(gates: impl Iterator<Item = &'r When>) -> Self {
        let gate = |when: &'r When| Gate {
            when,
            lists: when.mentions.iter().map(|name| list_number(name)).collect(),
        };
        Self(gates.map(gate).collect())
    }

    /// Whether one of them may be open for a listing of which only this is known; `lists` by [`list_number`], where it is
    /// known of which term lists a word stands in its text.
    pub fn may_open(
        &self,
        class: Option<&str>,
        platform: &str,
        language: Option<&str>,
        lists: Option<&[u32]>,
    ) -> bool {
        let found = |gate: &Gate<'_>| {
            let one = |found: &[u32]| gate.lists.iter().any(|list| found.contains(list));
            gate.lists.is_empty() || lists.is_none_or(one)
        };
        let may = |gate: &Gate<'_>| gate.when.may_open(class, platform, language) && found(gate);
        self.0.iter().any(may)
    }
}

/// Rules by the narrowest thing that their gates ask for; each stands in one place. The maps are only looked up, never walked.
#[derive(Debug, Default)]
pub(super) struct Dispatch {
    /// Rules that any listing may open.
    open: Vec<u32>,
    /// By the number of a term list.
    lists: Map<usize, Vec<u32>>,
    /// By class id.
    classes: Map<String, Vec<u32>>,
    /// By platform.
    platforms: Map<String, Vec<u32>>,
    /// By language.
    languages: Map<String, Vec<u32>>,
    /// Rules that ask for a class: those that a listing meets whose class the catalogue does not have.
    of_a_class: Vec<u32>,
}

impl Dispatch {
    /// For rules in their order; `kinds` are the ids of the catalogue.
    pub(super) fn of<'r>(rules: impl Iterator<Item = &'r When>, kinds: &[&str]) -> Self {
        let mut dispatch = Self::default();
        for (when, number) in rules.zip(0..) {
            dispatch.put(number, when, kinds);
        }
        dispatch
    }

    fn put(&mut self, number: u32, when: &When, kinds: &[&str]) {
        if !when.lists().is_empty() {
            for list in when.lists() {
                self.lists.entry(*list).or_default().push(number);
            }
        } else if when.asks_for_class() {
            self.of_a_class.push(number);
            for kind in kinds.iter().filter(|kind| when.takes_class(kind)) {
                self.classes
                    .entry((*kind).to_owned())
                    .or_default()
                    .push(number);
            }
        } else if !when.platform.is_empty() {
            for platform in &when.platform {
                self.platforms
                    .entry(platform.clone())
                    .or_default()
                    .push(number);
            }
        } else if !when.language.is_empty() {
            for language in &when.language {
                self.languages
                    .entry(language.clone())
                    .or_default()
                    .push(number);
            }
        } else {
            self.open.push(number);
        }
    }

    /// The numbers of the rules whose gates may be open, in order.
    pub(super) fn candidates(&self, sheet: &Sheet) -> Vec<u32> {
        let listing = &sheet.listing;
        let mut found = self.open.clone();
        if let Some(class) = &listing.class {
            found.extend(self.classes.get(&class.id).unwrap_or(&self.of_a_class));
        }
        found.extend(self.platforms.get(&listing.platform).into_iter().flatten());
        let language = listing.language.as_ref();
        found.extend(
            language
                .and_then(|language| self.languages.get(language))
                .into_iter()
                .flatten(),
        );
        if !self.lists.is_empty() {
            for list in sheet.found().lists() {
                found.extend(self.lists.get(&list).into_iter().flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
