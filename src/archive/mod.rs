//! Every answer of a server as a WARC 1.1 record: the evidence. Written once, never rewritten.

use std::path::Path;

use crate::model::{Capture, Page};

/// Why the archive could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// A page packed for the archive: gzip members ready to be appended. Made off the committing thread.
#[derive(Clone, Debug)]
pub struct Packed {
    /// Response record, then request record, a gzip member each.
    pub bytes: Vec<u8>,
    /// Hex SHA-256 of the payload as received.
    pub sha256: String,
    /// When the response arrived.
    pub fetched_at: crate::model::Time,
}

/// Packs a page into a response and a request record.
pub fn pack(page: &Page) -> Packed {
    let _ = page;
    todo!()
}

/// The archive of one workspace.
#[derive(Debug)]
pub struct Archive {}

impl Archive {
    /// Opens or makes the archive in `dir` for appending. Files are rotated at `max_file` bytes;
    /// a torn tail after a crash is cut off.
    pub fn open(dir: &Path, max_file: u64) -> Result<Self, Error> {
        let _ = (dir, max_file);
        todo!()
    }

    /// Appends records in order and fsyncs once; says where each lies.
    pub fn append(&mut self, records: &[Packed]) -> Result<Vec<Capture>, Error> {
        let _ = records;
        todo!()
    }
}

/// The page behind a capture, its digest checked. Needs no open `Archive`.
pub fn read(dir: &Path, capture: &Capture) -> Result<Page, Error> {
    let _ = (dir, capture);
    todo!()
}
