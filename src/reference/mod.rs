//! What authorities and brand owners published, in memory, looked up by name.

use std::path::{Path, PathBuf};

use crate::model::{Listing, ReferenceRow};

/// A row or file of reference data that could not be used; the others are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {message}", path.display())]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// How sure a recall match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Brand and product words.
    Candidate,
    /// Brand and model.
    Strong,
    /// Platform item id, or a valid GTIN with the brand.
    Hard,
}

/// Everything under `rules/reference`.
#[derive(Debug, Default)]
pub struct Reference {}

impl Reference {
    /// Reads a folder; what cannot be read is a fault beside the rest.
    pub fn load(dir: &Path) -> (Self, Vec<Fault>) {
        let _ = dir;
        todo!()
    }

    /// Hex BLAKE3 over everything loaded.
    pub fn hash(&self) -> String {
        todo!()
    }

    /// The catalogue's class for a listing (title, breadcrumb, attributes), where it is clear enough.
    pub fn class_of(&self, listing: &Listing) -> Option<crate::model::Class> {
        let _ = listing;
        todo!()
    }
}

/// A list in the folder, as `reference list` shows it.
#[derive(Clone, Debug, serde::Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct ListInfo {
    pub path: String,
    pub kind: String,
    pub source: String,
    pub date: Option<String>,
    pub rows: usize,
    pub hash: String,
}

/// Where the row of a match came from.
pub type Row = ReferenceRow;
