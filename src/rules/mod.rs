//! Rules in Rhai: compiled once, then asked about one listing at a time. No file, no store, no network, no clock.

use std::{path::PathBuf, sync::Arc};

use crate::{
    model::{Facts, Flag, Listing},
    reference::Reference,
};

/// A rule's file.
#[derive(Clone, Debug)]
pub struct RuleSource {
    /// Its path below `rules/` without `.rhai`.
    pub id: String,
    /// For messages.
    pub path: PathBuf,
    /// The file's text.
    pub text: String,
}

/// What is wrong with a rule, or went wrong while it ran.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{}:{line}:{column}: {code}: {message}", path.display())]
#[allow(missing_docs, reason = "plain names")]
pub struct Fault {
    pub rule: String,
    pub path: PathBuf,
    /// `error` (the rule is not loaded) or `warning`.
    pub level: &'static str,
    /// Such as `R101`.
    pub code: &'static str,
    /// From 1; 0 where the fault has no place.
    pub line: usize,
    pub column: usize,
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// The line with a caret under the place, as rustc draws it.
    pub picture: String,
}

/// Rules that compiled, with everything they consult.
#[derive(Debug)]
pub struct RuleSet {}

/// A listing with its text folded and its terms found: made once, shown to every rule.
#[derive(Clone, Debug)]
pub struct Prepared {}

/// What one listing gave.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Raised, status open, `raised_at` the capture's time.
    pub flags: Vec<Flag>,
    /// (rule, reason) of every pass.
    pub passes: Vec<(String, String)>,
    /// (rule, reason) of every unsure.
    pub unsure: Vec<(String, String)>,
    /// Rules whose gate stayed shut.
    pub skipped: usize,
    /// (rule, message) of every rule that failed.
    pub faults: Vec<(String, String)>,
}

impl RuleSet {
    /// Rules that compiled, and beside them what is wrong with the ones that did not. A broken rule stops no other.
    pub fn load(sources: &[RuleSource], reference: Arc<Reference>) -> (Self, Vec<Fault>) {
        let _ = (sources, reference);
        todo!()
    }

    /// Folds a listing's text and finds every term of every rule in one pass.
    pub fn prepare(&self, listing: Listing) -> Prepared {
        let _ = listing;
        todo!()
    }

    /// Same listing, facts, rules and reference: same verdict, on any machine, on any day.
    pub fn evaluate(&self, item: &Prepared, facts: &Facts) -> Verdict {
        let _ = (item, facts);
        todo!()
    }

    /// Hex BLAKE3 over the sources.
    pub fn hash(&self) -> String {
        todo!()
    }

    /// How many rules compiled.
    pub fn len(&self) -> usize {
        todo!()
    }

    /// Whether the rule of that id compiled.
    pub fn contains(&self, id: &str) -> bool {
        let _ = id;
        todo!()
    }

    /// Whether no rule compiled.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Only the rules whose id matches one of the globs (`children/*`); all of them where there is none.
    pub fn only(self, globs: &[String]) -> Self {
        let _ = globs;
        self
    }
}
