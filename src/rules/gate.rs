//! `when`: what must hold of a listing before any of a rule's script runs.

use rhai::Position;

use super::{
    fault::Code,
    literal::Literal,
    meta::{plain_map, unknown_key},
    native::mentions::{self, note_list},
    picture::{Findings, Place, did_you_mean},
    prepared::Sheet,
    terms::{Names, Terms},
    trace::Note,
    view::{self, Item, fields::FIELDS},
};

const KEYS: &[&str] = &["class", "has", "mentions", "platform", "language"];

/// The gates of a rule; an empty one stands open.
#[derive(Clone, Debug, Default)]
pub(super) struct When {
    /// As written: exact, `group/*`, or `@list`.
    class: Vec<String>,
    /// What `class` comes to: ids and prefixes.
    classes: Vec<ClassPattern>,
    /// Numbers in the table of fields.
    has: Vec<usize>,
    /// Names of term lists.
    pub mentions: Vec<String>,
    /// Their numbers, once the terms of all rules are known.
    lists: Vec<usize>,
    pub platform: Vec<String>,
    pub language: Vec<String>,
}

#[derive(Clone, Debug)]
enum ClassPattern {
    Exact(String),
    Below(String),
}

/// One gate as `explain` shows it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Gate {
    /// `class`, `has`, `mentions`, `platform` or `language`.
    pub gate: &'static str,
    /// What the rule asks for.
    pub wants: String,
    /// What the listing has.
    pub found: String,
    /// Whether the rule may look.
    pub open: bool,
}

/// Reads `when`; every value must be known.
pub(super) fn read(when: Literal<'_>, names: &Names<'_>, findings: &mut Findings<'_>) -> When {
    let mut read = When::default();
    for (key, at, value) in plain_map(when, "when", findings).unwrap_or_default() {
        if !KEYS.contains(&key) {
            unknown_key(findings, "when", key, at, KEYS);
            continue;
        }
        let Some(texts) = value.texts() else {
            let message = format!("`{key}` is not a text or a list of texts");
            findings.add(Code::Metadata, Place::at(at, key.len()), message, None);
            continue;
        };
        for (text, at) in texts {
            read.take(key, text, at, names, findings);
        }
    }
    read
}

impl When {
    fn take(
        &mut self,
        key: &str,
        text: String,
        at: Position,
        names: &Names<'_>,
        findings: &mut Findings<'_>,
    ) {
        let place = Place::at(at, text.chars().count() + 2);
        match key {
            "class" => self.take_class(text, place, names, findings),
            "has" => match view::field(&text) {
                Some(field) => self.has.push(field),
                None => findings.add(
                    Code::UnknownField,
                    place,
                    format!("a listing has no field `{text}`"),
                    did_you_mean(&text, FIELDS.iter().map(|field| field.name)),
                ),
            },
            "mentions" if !names.lists.contains(&text.as_str()) => findings.add(
                Code::UnknownList,
                place,
                format!("there is no term list `{text}`"),
                did_you_mean(&text, names.lists.iter().copied()),
            ),
            "mentions" => self.mentions.push(text),
            "platform" => self.platform.push(text),
            _ => self.language.push(text),
        }
    }

    fn take_class(
        &mut self,
        text: String,
        place: Place,
        names: &Names<'_>,
        findings: &mut Findings<'_>,
    ) {
        let patterns = names.classes(&text);
        if patterns.is_empty() && !names.kinds.is_empty() {
            findings.add(
                Code::UnknownList,
                place,
                format!("the catalogue has no class `{text}`"),
                names.nearest_class(&text),
            );
        }
        self.classes.extend(patterns);
        self.class.push(text);
    }

    /// The numbers of the term lists, one of which must occur.
    pub(super) fn lists(&self) -> &[usize] {
        &self.lists
    }

    /// Whether a listing without a class is none for it.
    pub(super) fn asks_for_class(&self) -> bool {
        !self.class.is_empty()
    }

    /// Whether goods of that class are for it.
    pub(super) fn takes_class(&self, class: &str) -> bool {
        self.classes.iter().any(|pattern| match pattern {
            ClassPattern::Exact(id) => id == class,
            ClassPattern::Below(prefix) => class.starts_with(prefix.as_str()),
        })
    }

    /// Looks up the numbers of the lists.
    pub(super) fn find_lists(&mut self, terms: &Terms) {
        let numbers = self.mentions.iter().filter_map(|name| terms.list(name));
        self.lists = numbers.collect();
    }

    /// Whether the rule may look at the listing: no script runs, nothing is allocated.
    pub(super) fn open(&self, sheet: &Sheet) -> bool {
        self.class_fits(sheet)
            && self.has_all(sheet)
            && self.term_found(sheet)
            && one_of(&self.platform, Some(&sheet.listing.platform))
            && one_of(&self.language, sheet.listing.language.as_deref())
    }

    /// Whether it may be open, the term lists aside, for a listing of which only this is known.
    pub(super) fn may_open(
        &self,
        class: Option<&str>,
        platform: &str,
        language: Option<&str>,
    ) -> bool {
        (self.class.is_empty() || class.is_some_and(|class| self.takes_class(class)))
            && one_of(&self.platform, Some(platform))
            && one_of(&self.language, language)
    }

    fn class_fits(&self, sheet: &Sheet) -> bool {
        let class = sheet.listing.class.as_ref().map(|class| class.id.as_str());
        self.class.is_empty() || class.is_some_and(|class| self.takes_class(class))
    }

    fn has_all(&self, sheet: &Sheet) -> bool {
        self.has.iter().all(|field| present(sheet, *field))
    }

    fn term_found(&self, sheet: &Sheet) -> bool {
        self.mentions.is_empty()
            || self
                .lists
                .iter()
                .any(|list| !sheet.found().in_list(*list).is_empty())
    }

    /// Writes down what opened the gate: it is part of what a flag rests on.
    pub(super) fn note(&self, item: &Item) {
        if let Some(class) = view::field("class").filter(|_| !self.class.is_empty()) {
            item.note(Note::Read(class));
        }
        for list in &self.lists {
            note_list(item, *list, mentions::Place::Anywhere);
        }
    }

    /// Gate by gate, for a person.
    pub(super) fn explain(&self, sheet: &Sheet) -> Vec<Gate> {
        let class = sheet.listing.class.as_ref().map(|class| class.id.clone());
        let has: Vec<&str> = self
            .has
            .iter()
            .filter_map(|f| FIELDS.get(*f))
            .map(|f| f.name)
            .collect();
        let missing: Vec<&str> = self
            .has
            .iter()
            .filter(|field| !present(sheet, **field))
            .filter_map(|field| FIELDS.get(*field).map(|f| f.name))
            .collect();
        let hit: Vec<&str> = self
            .lists
            .iter()
            .filter(|list| !sheet.found().in_list(**list).is_empty())
            .filter_map(|list| sheet.terms.info(*list).map(|info| info.name.as_str()))
            .collect();
        let all = [
            gate(
                "class",
                &self.class,
                class.unwrap_or_default(),
                self.class_fits(sheet),
            ),
            gate(
                "has",
                &has,
                if missing.is_empty() {
                    "all of them".to_owned()
                } else {
                    format!("no {}", missing.join(", "))
                },
                self.has_all(sheet),
            ),
            gate(
                "mentions",
                &self.mentions,
                hit.join(", "),
                self.term_found(sheet),
            ),
            gate(
                "platform",
                &self.platform,
                sheet.listing.platform.clone(),
                one_of(&self.platform, Some(&sheet.listing.platform)),
            ),
            gate(
                "language",
                &self.language,
                sheet.listing.language.clone().unwrap_or_default(),
                one_of(&self.language, sheet.listing.language.as_deref()),
            ),
        ];
        all.into_iter()
            .filter(|gate| !gate.wants.is_empty())
            .collect()
    }
}

fn gate<T: AsRef<str>>(gate: &'static str, wants: &[T], found: String, open: bool) -> Gate {
    let wants: Vec<&str> = wants.iter().map(AsRef::as_ref).collect();
    Gate {
        gate,
        wants: wants.join(", "),
        found: if found.is_empty() {
            "nothing".to_owned()
        } else {
            found
        },
        open,
    }
}

/// A list that is empty counts as absent: a page without pictures has no `images`.
fn present(sheet: &Sheet, field: usize) -> bool {
    sheet.value(field).is_some_and(|value| {
        !value.is_unit()
            && value
                .read_lock::<rhai::Array>()
                .is_none_or(|list| !list.is_empty())
    })
}

fn one_of(wanted: &[String], found: Option<&str>) -> bool {
    wanted.is_empty() || found.is_some_and(|found| wanted.iter().any(|word| word == found))
}

impl Names<'_> {
    /// What a class pattern comes to; nothing where the catalogue knows none of it.
    fn classes(&self, pattern: &str) -> Vec<ClassPattern> {
        if let Some(list) = pattern.strip_prefix('@') {
            let listed = self.kinds.iter().filter(|kind| match list {
                "ccc" => !kind.ccc.is_empty(),
                licence => kind.licences.iter().any(|l| l == licence),
            });
            return listed
                .map(|kind| ClassPattern::Exact(kind.id.clone()))
                .collect();
        }
        // Without a catalogue nothing can be checked, and no listing has a class either.
        let known = |fits: &dyn Fn(&str) -> bool| {
            self.kinds.is_empty() || self.kinds.iter().any(|kind| fits(&kind.id))
        };
        let found = match pattern.strip_suffix('*') {
            Some(prefix) => (prefix.ends_with('/') && known(&|id| id.starts_with(prefix)))
                .then(|| ClassPattern::Below(prefix.to_owned())),
            None => known(&|id| id == pattern).then(|| ClassPattern::Exact(pattern.to_owned())),
        };
        found.into_iter().collect()
    }

    fn nearest_class(&self, pattern: &str) -> Option<String> {
        if pattern.starts_with('@') {
            return did_you_mean(pattern, ["@ccc", "@sc", "@xk"]);
        }
        let groups: Vec<String> = self
            .kinds
            .iter()
            .filter_map(|kind| kind.id.split_once('/'))
            .map(|(group, _)| format!("{group}/*"))
            .collect();
        let ids = self.kinds.iter().map(|kind| kind.id.as_str());
        did_you_mean(pattern, ids.chain(groups.iter().map(String::as_str)))
    }
}
