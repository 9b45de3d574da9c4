//! What a rule looked at while it ran; it becomes the proofs of its flag.

use std::collections::BTreeSet;

use super::{prepared::Sheet, rest::Rest, terms::Hit, view::fields::FIELDS};
use crate::model::{Proof, ReferenceRow, Span};

/// How many characters of a long text a proof quotes.
const QUOTED: usize = 160;

/// One thing that the rule looked at. Proofs are made of them only where there is a flag: most runs pass.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Note {
    /// A field of the view, by its number in the table.
    Read(usize),
    /// A match in the text, and what was looked for.
    Match {
        hit: Hit,
        note: String,
        reference: Option<ReferenceRow>,
    },
    /// Anything that a helper says itself.
    Said(Proof),
}

/// The notes of one run, in the order of looking, each once; and what else the run consulted.
#[derive(Debug, Default)]
pub(super) struct Trace {
    notes: Vec<Note>,
    rows: BTreeSet<String>,
    facts: BTreeSet<Rest>,
    vain: BTreeSet<String>,
}

impl Trace {
    pub(super) fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A row of reference data that was consulted: its hash, or what was asked where there is none.
    pub(super) fn row(&mut self, row: String) {
        self.rows.insert(row);
    }

    /// A fact that was consulted, with the answer.
    pub(super) fn fact(&mut self, fact: Rest) {
        self.facts.insert(fact);
    }

    /// The rows of reference data that were consulted.
    pub(super) fn rows(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(String::as_str)
    }

    /// Something that the store was asked for and does not know.
    pub(super) fn vain(&mut self, asked: String) {
        self.vain.insert(asked);
    }

    /// What was asked for and nobody knows.
    pub(super) fn in_vain(&self) -> Vec<String> {
        let rows = self.rows().filter_map(|row| row.strip_suffix(": none"));
        let asked = rows.chain(self.vain.iter().map(String::as_str));
        asked.map(str::to_owned).collect()
    }

    /// Hex BLAKE3 over the reference rows consulted.
    pub(super) fn reference_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for row in &self.rows {
            hasher.update(row.as_bytes()).update(b"\n");
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Hex BLAKE3 over the facts consulted.
    pub(super) fn facts_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for fact in &self.facts {
            hasher.update(&fact.bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The notes as proofs that quote the page.
    pub(super) fn proofs(&self, sheet: &Sheet) -> Vec<Proof> {
        let mut proofs: Vec<Proof> = Vec::new();
        for note in &self.notes {
            let proof = match note {
                Note::Read(field) => read(sheet, *field),
                Note::Match {
                    hit,
                    note,
                    reference,
                } => matched(sheet, *hit, note, reference.clone()),
                Note::Said(proof) => proof.clone(),
            };
            if !proofs.contains(&proof) {
                proofs.push(proof);
            }
        }
        proofs
    }
}

/// A field that was read: its beginning, or that it is not there.
fn read(sheet: &Sheet, number: usize) -> Proof {
    let Some(field) = FIELDS.get(number) else {
        return Proof::default();
    };
    let whole = sheet.quoted(number);
    let seen = field
        .block
        .is_none_or(|block| sheet.listing.observed(block));
    let text: String = whole.chars().take(QUOTED).collect();
    Proof {
        field: field.name.to_owned(),
        span: (text.len() < whole.len()).then_some(Span {
            start: 0,
            end: QUOTED,
        }),
        note: whole.is_empty().then(|| {
            if seen {
                "absent".to_owned()
            } else {
                "not observed".to_owned()
            }
        }),
        text,
        path: path(sheet, field.name),
        ..Proof::default()
    }
}

fn matched(sheet: &Sheet, hit: Hit, note: &str, reference: Option<ReferenceRow>) -> Proof {
    let Some(passage) = sheet.passages().get(hit.passage) else {
        return Proof::default();
    };
    let (span, text) = passage.quote(hit);
    let folded = passage.folded.text.get(hit.start..hit.end).unwrap_or("");
    Proof {
        field: passage.field.clone(),
        span: Some(span),
        normalised: (folded != text).then(|| folded.to_owned()),
        text,
        path: path(sheet, &passage.field),
        note: Some(note.to_owned()),
        reference,
    }
}

/// Where on the page a field came from; an attribute without a place of its own has that of the table.
pub(super) fn path(sheet: &Sheet, field: &str) -> Option<String> {
    let paths = &sheet.listing.paths;
    paths
        .get(field)
        .or_else(|| paths.get(field.split_once('.')?.0))
        .cloned()
}
