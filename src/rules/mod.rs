//! Rules in Rhai: compiled once, then asked about one listing at a time. No file, no store, no network, no clock.

mod adopt;
mod compiled;
mod coverage;
mod definitions;
mod dispatch;
pub mod draft;
mod engine;
mod explain;
mod fault;
mod gate;
#[cfg(test)]
mod gate_property;
mod host;
mod insert;
mod keepsake;
#[cfg(test)]
mod limits;
mod lint;
mod literal;
mod lookalike;
mod markdown;
mod meta;
mod native;
#[cfg(test)]
mod outside;
mod pages;
#[cfg(test)]
mod papers;
mod picture;
mod prepared;
mod profile;
mod relisted;
mod rest;
#[cfg(test)]
mod rest_property;
mod rows;
mod rule;
mod run;
mod set;
mod steps;
mod terms;
#[cfg(test)]
mod tests;
mod trace;
mod tree;
mod trial;
mod turns;
mod versions;
mod view;
mod written;

use std::{path::PathBuf, sync::Arc};

pub use adopt::{Adopted, Refused};
pub use coverage::{Coverage, Ending};
pub use dispatch::{Gates, list_number};
pub use explain::{Context, Explanation, GateTold, Looked};
pub use gate::Gate;
pub use pages::{PackNote, Page};
pub use prepared::Prepared;
pub use profile::{Profile, Spent};
pub use relisted::{shelf, shop};
pub use rest::{Answers, Rest};
pub use set::RuleSet;
pub use turns::Turn;
pub use versions::{PartChange, RuleChange, changes};

use crate::model::{Flag, Severity};

/// A rule's file.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// How many characters of the line are meant.
    pub width: usize,
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// The page that tells more, such as `docs/faults/R101.md`.
    pub page: &'static str,
    /// The whole report as rustc draws it: level, code, message, place, and the line with a caret under it.
    pub picture: String,
}

/// A rule's id, and what it said: most rules say the same of many listings, and it is theirs to keep.
pub type Word = (Arc<str>, Arc<str>);

/// What one listing gave.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Raised, status open, `raised_at` the capture's time.
    pub flags: Vec<Flag>,
    /// (rule, reason) of every pass.
    pub passes: Vec<Word>,
    /// (rule, reason) of every unsure.
    pub unsure: Vec<Word>,
    /// Rules whose gate was open; all others of the set were skipped.
    pub ran: usize,
    /// (rule, message) of every rule that failed.
    pub faults: Vec<Word>,
    /// What the rules asked for beside the version of the listing and the term lists, sorted.
    pub rests: Vec<Rest>,
}

/// A rule as `rules list` shows it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct RuleInfo {
    pub id: String,
    pub title: String,
    pub title_zh: String,
    pub kind: String,
    pub severity: Severity,
    /// Articles of law and standards.
    pub basis: Vec<String>,
    pub path: PathBuf,
    /// Hex BLAKE3 of the source.
    pub hash: String,
    /// The `//!` comment at the head of the file.
    pub doc: String,
    /// How many tests it carries.
    pub tests: usize,
    /// The share of its flags that people should find right, 0 to 1, where it says so.
    pub floor: Option<f64>,
}

/// What one test of a rule gave.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TestOutcome {
    /// The rule's id.
    pub rule: String,
    /// What the test shows, in its author's words.
    pub name: String,
    /// `flag`, `pass`, `unsure` or `skip`.
    pub expected: &'static str,
    /// The same, or `fault`.
    pub got: &'static str,
    /// Whether outcome and score are as expected.
    pub ok: bool,
    /// What the rule said.
    pub detail: String,
    /// Line of the test in the rule's text, from 1.
    pub line: usize,
    /// Steps that it took, as the limit of operations counts them.
    pub steps: u64,
    /// Line and column of the place that answered, from 1; none where the gate or a fault did.
    pub ended: Option<(usize, usize)>,
}
