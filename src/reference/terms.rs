//! Term lists: words whose occurrence says something, and the phrases in which they say nothing.

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
