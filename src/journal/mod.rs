//! The append-only, hash-chained truth; the same fsynced append path serves the archive.

pub mod append;

use std::path::Path;

/// Where a frame lies: ordered as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "plain names")]
pub struct Place {
    pub segment: u32,
    pub offset: u64,
}

/// One record of the journal.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Where it lies.
    pub place: Place,
    /// Where the next one begins.
    pub next: Place,
    /// What kind of record; the meaning is `store::record`'s.
    pub kind: u8,
    /// The bytes given to `append`.
    pub payload: Vec<u8>,
    /// The chain up to and including this frame.
    pub hash: [u8; 32],
}

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// The journal of one workspace, open for appending by one process.
#[derive(Debug)]
pub struct Journal {}

impl Journal {
    /// Opens or makes the journal in `dir`; a torn tail is cut off.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let _ = dir;
        todo!()
    }
}
