//! Text as it is compared: NFKC, case, width, traditional to simplified, without invisible characters; with a map back.

use crate::model::Span;

/// Folded text, and where each of its characters stood in the original.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The text as it is compared.
    pub text: String,
}

impl Folded {
    /// The characters of the original behind bytes `start..end` of the folded text.
    pub fn original(&self, _start: usize, _end: usize) -> Span {
        todo!()
    }
}

/// Folds `text` for comparison. Idempotent.
pub fn fold(text: &str) -> String {
    let _ = text;
    todo!()
}

/// Folds `text` and keeps the way back to it.
pub fn fold_mapped(text: &str) -> Folded {
    let _ = text;
    todo!()
}
