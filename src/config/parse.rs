//! From TOML to `Config`, gathering every fault instead of stopping at the first.

use std::{collections::BTreeSet, ops::Range};

use serde::{Serialize, de::DeserializeOwned};
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

use super::Config;
use crate::{
    platform::{self, Part, Platform},
    text::snippet,
};

/// One fault of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// The line with a caret under the place.
    pub picture: String,
}

/// The file's text, its name in pictures, and the faults found so far.
struct Reader<'a> {
    text: &'a str,
    path: &'a str,
    faults: Vec<(Range<usize>, Fault)>,
}

/// Reads the whole file; faults come in the file's order.
pub(super) fn config(text: &str, path: &str) -> Result<Config, Vec<Fault>> {
    let mut reader = Reader {
        text,
        path,
        faults: Vec::new(),
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        reader.say(
            error.span().unwrap_or(0..0),
            error.message().to_owned(),
            None,
        );
    }
    let mut config = Config::default();
    if reader.faults.is_empty() {
        reader.sections(root.get_ref(), &mut config);
        reader.crawl(root.get_ref(), &config);
        reader.platforms(root.get_ref(), &config);
        reader.campaigns(root.get_ref(), &config);
    }
    if reader.faults.is_empty() {
        return Ok(config);
    }
    reader.faults.sort_by_key(|(span, _)| span.start);
    Err(reader.faults.into_iter().map(|(_, fault)| fault).collect())
}

impl Reader<'_> {
    fn say(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        let (line, column) = snippet::position(self.text, span.start);
        let picture = snippet::draw(
            "error",
            "",
            &message,
            self.path,
            self.text,
            span.clone(),
            help.as_deref(),
        );
        self.faults.push((
            span,
            Fault {
                line,
                column,
                message,
                help,
                picture,
            },
        ));
    }

    fn sections(&mut self, root: &DeTable<'_>, config: &mut Config) {
        for (key, value) in root {
            match key.get_ref().as_ref() {
                "store" => config.store = self.section(value),
                "crawl" => config.crawl = self.section(value),
                "rules" => config.rules = self.section(value),
                "platform" => config.platform = self.list(value, "platform"),
                "campaign" => config.campaign = self.list(value, "campaign"),
                other => self.unknown(
                    key.span(),
                    other,
                    &["store", "crawl", "rules", "platform", "campaign"],
                ),
            }
        }
    }

    fn list<T: DeserializeOwned + Default>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        name: &str,
    ) -> Vec<T> {
        match value.get_ref() {
            DeValue::Array(entries) => entries.iter().map(|entry| self.section(entry)).collect(),
            _ => {
                self.say(
                    value.span(),
                    format!("`{name}` is a list"),
                    Some(format!("begin each one with [[{name}]]")),
                );
                Vec::new()
            }
        }
    }

    /// Reads a table; a key that is wrong is named, taken out, and the rest read again.
    fn section<T: DeserializeOwned + Default>(&mut self, value: &Spanned<DeValue<'_>>) -> T {
        let mut value = value.clone();
        loop {
            let error = match T::deserialize(ValueDeserializer::from(value.clone())) {
                Ok(section) => return section,
                Err(error) => error,
            };
            let span = error.span().unwrap_or_else(|| value.span());
            match unknown_field(error.message()) {
                Some((field, known)) => self.unknown(
                    span.clone(),
                    &field,
                    &known.iter().map(String::as_str).collect::<Vec<_>>(),
                ),
                None => self.say(span.clone(), error.message().trim().to_owned(), None),
            }
            if !remove_at(&mut value, &span) {
                return T::default();
            }
        }
    }

    fn unknown(&mut self, span: Range<usize>, key: &str, known: &[&str]) {
        let help = match snippet::nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", known.join(", ")),
        };
        self.say(span, format!("there is no key `{key}` here"), Some(help));
    }

    fn crawl(&mut self, root: &DeTable<'_>, config: &Config) {
        for (key, message) in config.crawl.faults() {
            let section = root.iter().find(|(name, _)| name.get_ref() == "crawl");
            let span = section.map_or(0..0, |(name, section)| {
                let table = section.get_ref().as_table();
                let value = table.and_then(|table| table.get(key));
                value.map_or(name.span(), Spanned::span)
            });
            self.say(span, format!("{key}: {message}"), None);
        }
    }

    fn platforms(&mut self, root: &DeTable<'_>, config: &Config) {
        let mut taken = BTreeSet::new();
        for (index, platform) in config.platform.iter().enumerate() {
            if let Err(faults) = Platform::new(platform) {
                for fault in faults {
                    let span = part(self.text, root, index, &fault);
                    self.say(
                        span,
                        format!("{}: {}", fault.key, fault.message),
                        fault.help,
                    );
                }
            }
            self.taken("platform", root, index, &platform.id, &mut taken);
        }
    }

    fn campaigns(&mut self, root: &DeTable<'_>, config: &Config) {
        let mut taken = BTreeSet::new();
        for (index, campaign) in config.campaign.iter().enumerate() {
            for platform in &campaign.platforms {
                if !config.platform.iter().any(|p| p.id == *platform) {
                    let span = place(root, "campaign", index, "platforms");
                    let known = config
                        .platform
                        .iter()
                        .map(|p| p.id.as_str())
                        .collect::<Vec<_>>()
                        .join(", ");
                    let help = if known.is_empty() {
                        "add a [[platform]] with that id".to_owned()
                    } else {
                        format!("use some of {known}")
                    };
                    self.say(
                        span,
                        format!("there is no platform '{platform}'"),
                        Some(help),
                    );
                }
            }
            if campaign.id.is_empty() {
                let span = place(root, "campaign", index, "id");
                self.say(
                    span,
                    "a campaign needs an id".to_owned(),
                    Some("such as id = \"spring-toys\"".to_owned()),
                );
            }
            self.taken("campaign", root, index, &campaign.id, &mut taken);
        }
    }

    fn taken(
        &mut self,
        list: &str,
        root: &DeTable<'_>,
        index: usize,
        id: &str,
        taken: &mut BTreeSet<String>,
    ) {
        if !id.is_empty() && !taken.insert(id.to_owned()) {
            self.say(
                place(root, list, index, "id"),
                format!("the id '{id}' is already taken by another {list}"),
                None,
            );
        }
    }
}

/// serde's message for an unknown field, taken apart: the field, and the known ones.
fn unknown_field(message: &str) -> Option<(String, Vec<String>)> {
    let mut words = message
        .trim()
        .strip_prefix("unknown field `")?
        .split('`')
        .step_by(2);
    Some((
        words.next()?.to_owned(),
        words.filter(|w| !w.is_empty()).map(str::to_owned).collect(),
    ))
}

/// Takes the innermost key out whose name or value holds `span`; false where there is none. A table with a header of its
/// own is not where its keys are, so each is looked into.
fn remove_at(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> bool {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    let DeValue::Table(table) = value.get_mut() else {
        return false;
    };
    let mut held = None;
    for (key, value) in table.iter_mut() {
        if remove_at(value, span) {
            return true;
        }
        if holds(key.span()) || holds(value.span()) {
            held = Some(key.get_ref().to_string());
        }
    }
    held.is_some_and(|key| table.remove(key.as_str()).is_some())
}

/// Where a key of the `index`th `[[list]]` stands; the whole entry where the key is missing.
fn place(root: &DeTable<'_>, list: &str, index: usize, key: &str) -> Range<usize> {
    let Some(entry) = entry(root, list, index) else {
        return 0..0;
    };
    let (name, value) = at(entry, key);
    value.map_or_else(|| name.unwrap_or_else(|| entry.span()), Spanned::span)
}

fn entry<'r, 'a>(
    root: &'r DeTable<'a>,
    list: &str,
    index: usize,
) -> Option<&'r Spanned<DeValue<'a>>> {
    root.get(list)?.get_ref().as_array()?.get(index)
}

/// The part of a platform's key that a fault is about.
fn part(text: &str, root: &DeTable<'_>, index: usize, fault: &platform::Fault) -> Range<usize> {
    let whole = place(root, "platform", index, &fault.key);
    let Some((name, value)) = entry(root, "platform", index).map(|entry| at(entry, &fault.key))
    else {
        return whole;
    };
    match &fault.part {
        Part::Key => name.unwrap_or(whole),
        Part::Value => whole,
        Part::Text { entry, bytes } => {
            let line = value.and_then(|value| match value.get_ref() {
                DeValue::Array(lines) => lines.get(*entry),
                _ => Some(value),
            });
            line.map_or(whole, |line| within(text, line, bytes))
        }
    }
}

/// Where `bytes` of a text stand in the file; the whole text where escapes have moved them.
fn within(text: &str, line: &Spanned<DeValue<'_>>, bytes: &Range<usize>) -> Range<usize> {
    let span = line.span();
    let meant = line.get_ref().as_str().unwrap_or_default();
    let from = text
        .get(span.clone())
        .and_then(|written| written.find(meant).filter(|from| (1..=4).contains(from)));
    match from {
        Some(from) if bytes.end <= meant.len() => {
            let start = span.start + from;
            start + bytes.start..start + bytes.end.max(bytes.start + 1).min(meant.len().max(1))
        }
        _ => span,
    }
}

/// The name's place and the value of a key below `here`: `select.title`, also where a name holds a dot itself.
fn at<'r, 'a>(
    here: &'r Spanned<DeValue<'a>>,
    key: &str,
) -> (Option<Range<usize>>, Option<&'r Spanned<DeValue<'a>>>) {
    let Some(table) = here.get_ref().as_table() else {
        return (None, None);
    };
    let dots = key.match_indices('.').map(|(at, _)| at);
    // The longest name first: `"seller.name" = …` and `seller.name = …` mean the same.
    for end in std::iter::once(key.len()).chain(dots.rev()) {
        let Some((name, value)) = table.get_key_value(&key[..end]) else {
            continue;
        };
        let Some(rest) = key.get(end + 1..) else {
            return (Some(name.span()), Some(value));
        };
        let (below, found) = at(value, rest);
        return (below.or_else(|| Some(name.span())), found);
    }
    (None, None)
}
