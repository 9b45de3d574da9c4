//! The catalogue: kinds of goods, what they are called, and which certificates they must carry.

use serde::{Deserialize, Serialize};

use super::{
    list::{Complaint, Head},
    table,
};
use crate::model::ReferenceRow;

/// A kind of goods.
#[derive(Clone, Debug)]
pub struct Kind {
    /// `group/kind`, such as `children/toy`.
    pub id: String,
    /// English name.
    pub en: String,
    /// Chinese name.
    pub zh: String,
    /// Four-digit product classes of the CCC catalogue that the kind falls under.
    pub ccc: Vec<String>,
    /// Whether every product of the kind must carry a CCC certificate.
    pub ccc_required: bool,
    /// Other licences that the kind needs: `sc`, `xk`.
    pub licences: Vec<String>,
    /// Words that name the goods, Chinese and English.
    pub words: Vec<String>,
    /// Words that show that something else is meant.
    pub not_words: Vec<String>,
    /// From when the entry is in force, ISO 8601; none: always.
    pub valid_from: Option<String>,
    /// What in this entry is to be confirmed.
    pub note: Option<String>,
    /// The row it came from.
    pub row: ReferenceRow,
}

/// An entry as its file writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    en: String,
    zh: String,
    #[serde(default)]
    ccc: Vec<String>,
    #[serde(default)]
    ccc_required: bool,
    #[serde(default)]
    licences: Vec<String>,
    words: Vec<String>,
    #[serde(default)]
    not_words: Vec<String>,
    #[serde(default)]
    note: Option<String>,
}

/// Reads a catalogue; each kind with its line.
pub(super) fn read(
    text: &str,
    complaints: &mut Vec<Complaint>,
) -> Option<(Head, Vec<(usize, Kind)>)> {
    let (head, rows) = table::read::<Head, Entry>(text, Some("kind"), complaints)?;
    head.check(complaints);
    let mut kinds = Vec::new();
    for row in rows {
        if let Some(wrong) = wrong(&row.value) {
            complaints.push((row.line, wrong));
            continue;
        }
        let published = head.row(&row.value.id, &row.hash);
        kinds.push((
            row.line,
            row.value.into_kind(head.valid_from.clone(), published),
        ));
    }
    Some((head, kinds))
}

fn wrong(entry: &Entry) -> Option<String> {
    let slug =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let id = &entry.id;
    if !id
        .split_once('/')
        .is_some_and(|(group, kind)| slug(group) && slug(kind))
    {
        return Some(format!(
            "the id '{id}' is no class; write it like children/toy"
        ));
    }
    if let Some(class) = entry
        .ccc
        .iter()
        .find(|c| c.len() != 4 || !c.chars().all(|d| d.is_ascii_digit()))
    {
        return Some(format!(
            "'{class}' is no class of the CCC catalogue; they have four digits, like 2202"
        ));
    }
    if entry.ccc_required && entry.ccc.is_empty() {
        return Some(format!(
            "{id} must carry a CCC certificate, but `ccc` names no class for it"
        ));
    }
    entry
        .words
        .is_empty()
        .then(|| format!("{id} has no `words` by which its goods are known"))
}

impl Entry {
    fn into_kind(self, valid_from: Option<String>, row: ReferenceRow) -> Kind {
        Kind {
            id: self.id,
            en: self.en,
            zh: self.zh,
            ccc: self.ccc,
            ccc_required: self.ccc_required,
            licences: self.licences,
            words: self.words,
            not_words: self.not_words,
            valid_from,
            note: self.note,
            row,
        }
    }
}
