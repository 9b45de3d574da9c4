//! What all lists have: where they come from, rows with a hash each, and complaints about lines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ListInfo;
use crate::model::ReferenceRow;

/// A line, counted from 1, and what is wrong there.
pub(super) type Complaint = (usize, String);

/// The head of a list: who published it, when, under which terms.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) source: String,
    #[serde(default)]
    pub(super) date: Option<String>,
    #[serde(default)]
    pub(super) licence: Option<String>,
    #[serde(default)]
    pub(super) note: Option<String>,
    /// From when a catalogue is in force.
    #[serde(default)]
    pub(super) valid_from: Option<String>,
}

/// A row as read, the line that it begins on, and its hash.
#[derive(Clone, Debug)]
pub(super) struct Row<T> {
    pub(super) line: usize,
    pub(super) value: T,
    pub(super) hash: String,
}

impl<T: Serialize> Row<T> {
    /// The hash is taken over the values, so that comments and layout do not change it.
    pub(super) fn new(line: usize, value: T) -> Self {
        let bytes = serde_json::to_vec(&value).unwrap_or_default();
        Self {
            line,
            value,
            hash: blake3::hash(&bytes).to_hex().to_string(),
        }
    }
}

impl Head {
    /// From `# key: value` lines at the top of a sheet.
    pub(super) fn of_comments(comments: &BTreeMap<String, String>) -> Self {
        let get = |key: &str| comments.get(key).cloned();
        Self {
            source: get("source").unwrap_or_default(),
            date: get("date"),
            licence: get("licence"),
            note: get("note"),
            valid_from: None,
        }
    }

    /// Complains about what a head must have and has not.
    pub(super) fn check(&self, complaints: &mut Vec<Complaint>) {
        if self.source.trim().is_empty() {
            complaints.push((
                1,
                "the list does not say who published it; add `source`".to_owned(),
            ));
        }
        if self.licence.is_none() {
            complaints.push((
                1,
                "the list does not say how it may be used; add `licence`".to_owned(),
            ));
        }
        for (key, date) in [("date", &self.date), ("valid_from", &self.valid_from)] {
            if let Some(date) = date.as_deref().filter(|date| !is_date(date)) {
                complaints.push((1, format!("`{key}` is '{date}'; write it like 2026-01-31")));
            }
        }
    }

    /// What a proof names when it rests on a row of this list.
    pub(super) fn row(&self, id: &str, hash: &str) -> ReferenceRow {
        ReferenceRow {
            source: self.source.clone(),
            id: id.to_owned(),
            date: self.date.clone(),
            hash: hash.to_owned(),
        }
    }

    /// The line of `reference list`. The hash does not depend on the order of rows.
    pub(super) fn info(&self, path: &str, kind: &str, mut hashes: Vec<String>) -> ListInfo {
        let rows = hashes.len();
        hashes.sort();
        let head = serde_json::to_vec(self).unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(kind.as_bytes()).update(&head);
        for hash in &hashes {
            hasher.update(hash.as_bytes());
        }
        ListInfo {
            path: path.to_owned(),
            kind: kind.to_owned(),
            source: self.source.clone(),
            date: self.date.clone(),
            rows,
            hash: hasher.finalize().to_hex().to_string(),
        }
    }
}

/// Whether `text` is a day as ISO 8601 writes it.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}
