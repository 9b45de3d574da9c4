//! Term lists: words whose occurrence says something, and the phrases in which they say nothing.

use serde::{Deserialize, Serialize};

use super::{
    list::{Complaint, Head, Row},
    table,
};
use crate::model::ReferenceRow;

/// A named list of words, such as `replica`.
#[derive(Clone, Debug)]
pub struct TermList {
    /// The name that rules use.
    pub name: String,
    /// What it holds, in Chinese.
    pub zh: String,
    /// What it holds, in English.
    pub en: String,
    /// The words, as published (not folded).
    pub terms: Vec<String>,
    /// Longer phrases in which a term does not count: 非高仿, not a replica.
    pub except: Vec<String>,
    /// The row it came from.
    pub row: ReferenceRow,
}

/// A list as its file writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: String,
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    licence: Option<String>,
    #[serde(default)]
    note: Option<String>,
    name: String,
    zh: String,
    en: String,
    /// Words met in a published filter, standard or case.
    #[serde(default)]
    seen: Vec<String>,
    /// Words known to be used, for which no source is at hand yet.
    #[serde(default)]
    to_confirm: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
}

/// Reads one term list.
pub(super) fn read(
    text: &str,
    complaints: &mut Vec<Complaint>,
) -> Option<(Head, Vec<(usize, TermList)>)> {
    let (file, _) = table::read::<File, ()>(text, None, complaints)?;
    let head = Head {
        source: file.source.clone(),
        date: file.date.clone(),
        licence: file.licence.clone(),
        note: file.note.clone(),
        valid_from: None,
    };
    head.check(complaints);
    let row = Row::new(1, file);
    let published = head.row(&row.value.name, &row.hash);
    let file = row.value;
    let mut terms = file.seen;
    terms.extend(file.to_confirm);
    if terms.is_empty() {
        complaints.push((
            1,
            "the list has no words; put them under `seen` or `to_confirm`".to_owned(),
        ));
        return None;
    }
    let list = TermList {
        name: file.name,
        zh: file.zh,
        en: file.en,
        terms,
        except: file.except,
        row: published,
    };
    Some((head, vec![(1, list)]))
}
