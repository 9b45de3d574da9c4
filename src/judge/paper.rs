//! A TOML file of the rules folder, read key by key; every fault with its place and what would be right.

use std::{collections::BTreeMap, ops::Range, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{rules::Fault, text::snippet};

/// A key that a table may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What stands there in a table that has it, for whoever left it out; empty where it may be missing.
    pub(super) needed: &'static str,
}

/// The file's text, and the faults found so far.
#[derive(Debug)]
pub(super) struct Paper<'a> {
    path: &'a Path,
    text: &'a str,
    /// What kind of paper it is: stands in faults where rules have a code.
    code: &'static str,
    faults: Vec<(usize, Fault)>,
}

/// A text with its place.
pub(super) type Written = (String, Range<usize>);

impl<'a> Paper<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str, code: &'static str) -> Self {
        Self {
            path,
            text,
            code,
            faults: Vec::new(),
        }
    }

    /// The whole file; none where it is no TOML, for half of what was meant may mean something else.
    pub(super) fn root(&mut self) -> Option<Spanned<DeTable<'a>>> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let message = error.message().to_owned();
            self.say("error", error.span().unwrap_or(0..0), message, None);
        }
        errors.is_empty().then_some(root)
    }

    /// The texts of a table, by key; none where something is wrong with it, all of which is named.
    pub(super) fn texts(
        &mut self,
        table: &DeTable<'_>,
        whole: Range<usize>,
        keys: &[Key],
    ) -> Option<BTreeMap<&'static str, Written>> {
        let before = self.faults.len();
        let mut texts = BTreeMap::new();
        for (name, value) in table {
            match keys.iter().find(|key| key.name == name.get_ref()) {
                Some(key) => {
                    let text = self.text_of(key.name, value);
                    texts.extend(text.map(|text| (key.name, (text, value.span()))));
                }
                None => self.unknown(name, keys),
            }
        }
        for key in keys.iter().filter(|key| !key.needed.is_empty()) {
            if !table.contains_key(key.name) {
                let message = format!("`{}` is missing", key.name);
                let help = format!("add {} = {}", key.name, key.needed);
                self.say("error", whole.clone(), message, Some(help));
            }
        }
        (self.faults.len() == before).then_some(texts)
    }

    /// A text that says something; a date counts as one.
    fn text_of(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Datetime(date) => Some(date.to_string()),
            _ => None,
        };
        let text = text.filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let message = format!("`{name}` is not a text");
            let help = Some("write something between quotation marks".to_owned());
            self.say("error", value.span(), message, help);
        }
        text
    }

    pub(super) fn unknown(&mut self, name: &Spanned<impl AsRef<str>>, keys: &[Key]) {
        let word = name.get_ref().as_ref();
        let known = keys.iter().map(|key| key.name);
        let help = match snippet::nearest(word, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", Vec::from_iter(known).join(", ")),
        };
        let message = format!("there is no key `{word}` here");
        self.say("error", name.span(), message, Some(help));
    }

    pub(super) fn say(
        &mut self,
        level: &'static str,
        span: Range<usize>,
        message: String,
        help: Option<String>,
    ) {
        // Of a table that begins with its header the picture shows the header alone.
        let start = self.text.floor_char_boundary(span.start);
        let line = self.text[start..].find('\n');
        let end = line.map_or(span.end, |line| span.end.min(start + line));
        let (line, column) = snippet::position(self.text, start);
        let path = self.path.to_string_lossy();
        let picture = snippet::draw(
            level,
            self.code,
            &message,
            &path,
            self.text,
            start..end.max(start),
            help.as_deref(),
        );
        let end = end.max(start);
        let width = self.text.get(start..end).map_or(0, |t| t.chars().count());
        let fault = Fault {
            rule: self
                .path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            path: self.path.to_owned(),
            level,
            code: self.code,
            line,
            column,
            width: width.max(1),
            page: "docs/operating.md",
            message,
            help,
            picture,
        };
        self.faults.push((start, fault));
    }

    /// All of them, in the order of the text.
    pub(super) fn faults(mut self) -> Vec<Fault> {
        self.faults.sort_by_key(|(at, _)| *at);
        self.faults.into_iter().map(|(_, fault)| fault).collect()
    }
}
