//! Flags and listings to a file that another office can open. Listing text is hostile here.

use std::io::Write;

use crate::model::{Flag, Listing};

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error("there is no format '{0}'; use one of {1}")]
    UnknownFormat(String, String),
    #[error("there is no column '{0}'; use some of {1}")]
    UnknownColumn(String, String),
    #[error("could not write the table: {0}")]
    Write(#[from] std::io::Error),
}

/// One row of a table.
#[derive(Clone, Debug)]
pub enum Row {
    /// A flag with its listing, where the store still has it.
    Flag(Box<Flag>, Option<Box<Listing>>),
    /// A listing.
    Listing(Box<Listing>),
}

/// Writes rows of `what` (`flags` or `listings`) in `format` (`csv`, `jsonl`); `columns` empty means all. Returns the number of rows.
pub fn write(
    what: &str,
    format: &str,
    columns: &[String],
    rows: &mut dyn Iterator<Item = Row>,
    out: &mut dyn Write,
) -> Result<u64, Error> {
    let _ = (what, format, columns, rows, out);
    todo!()
}
