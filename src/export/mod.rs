//! Flags and listings to a file that another office can open. Listing text is hostile here.

mod columns;
mod csv;
mod hidden;
mod jsonl;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::model::{Flag, Listing};
use columns::{Column, TABLES};

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error("there is no table '{0}'; use one of {1}")]
    UnknownTable(String, String),
    #[error("there is no format '{0}'; use one of {1}")]
    UnknownFormat(String, String),
    #[error("there is no column '{0}'; use some of {1}")]
    UnknownColumn(String, String),
    #[error("could not write the table: {0}")]
    Write(#[from] io::Error),
}

/// One row of a table.
#[derive(Clone, Debug)]
pub enum Row {
    /// A flag with its listing, where the store still has it.
    Flag(Box<Flag>, Option<Box<Listing>>),
    /// A listing.
    Listing(Box<Listing>),
}

impl Row {
    fn flag(&self) -> Option<&Flag> {
        match self {
            Self::Flag(flag, _) => Some(flag),
            Self::Listing(_) => None,
        }
    }

    fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Flag(_, listing) => listing.as_deref(),
            Self::Listing(listing) => Some(listing),
        }
    }
}

/// Which columns a file has.
#[derive(Debug)]
pub struct Layout {
    columns: Vec<&'static Column>,
    /// Somebody named them; otherwise they are all that the table has.
    chosen: bool,
}

/// A way of writing rows. A new one is a file beside this one, a line in [`FORMATS`] and a golden file.
pub trait Format: Sync {
    /// As `--format` calls it; also the file name's ending.
    fn name(&self) -> &'static str;

    /// Writes the rows as they come, holding none back; gives their number.
    fn write(
        &self,
        layout: &Layout,
        rows: &mut dyn Iterator<Item = Row>,
        out: &mut dyn Write,
    ) -> io::Result<u64>;
}

/// Every format there is.
pub const FORMATS: &[&dyn Format] = &[&csv::Csv, &jsonl::JsonLines];

/// The names of a table's columns, in order; none where there is no such table.
pub fn columns(what: &str) -> Option<impl Iterator<Item = &'static str>> {
    let (_, columns) = TABLES.iter().find(|(name, _)| *name == what)?;
    Some(columns.iter().map(|column| column.name))
}

/// Writes rows of `what` (`flags` or `listings`) in `format` (one of [`FORMATS`]); `columns` empty means all.
/// Gives the number of rows.
pub fn write(
    what: &str,
    format: &str,
    columns: &[String],
    rows: &mut dyn Iterator<Item = Row>,
    out: &mut dyn Write,
) -> Result<u64, Error> {
    let known = FORMATS.iter().find(|known| known.name() == format);
    let known = known.ok_or_else(|| {
        let names = FORMATS.iter().map(|known| known.name());
        Error::UnknownFormat(format.to_owned(), listed(names))
    })?;
    Ok(known.write(&layout(what, columns)?, rows, out)?)
}

fn layout(what: &str, names: &[String]) -> Result<Layout, Error> {
    let table = TABLES.iter().find(|(name, _)| *name == what);
    let (_, all) = table.ok_or_else(|| {
        let names = TABLES.iter().map(|(name, _)| *name);
        Error::UnknownTable(what.to_owned(), listed(names))
    })?;
    let one = |name: &String| {
        let column = all.iter().find(|column| column.name == name);
        column.ok_or_else(|| {
            let names = all.iter().map(|column| column.name);
            Error::UnknownColumn(name.clone(), listed(names))
        })
    };
    let chosen = !names.is_empty();
    let columns = match chosen {
        true => names.iter().map(one).collect::<Result<_, _>>()?,
        false => all.iter().collect(),
    };
    Ok(Layout { columns, chosen })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
