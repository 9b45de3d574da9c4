//! Tables that go out: streamed from the store to a file, whole or not at all, and noted in the journal.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Error, Workspace};
use crate::{
    desk::{self, Ask, Filter},
    export::{self, Row},
};

/// Writes a table of flags or listings to `path`, whole or not at all, and keeps in the journal that it went out.
pub fn export(
    workspace: &Workspace,
    what: &str,
    format: &str,
    columns: &[String],
    filter: Filter,
    path: &Path,
) -> Result<u64, Error> {
    let failed = |source: io::Error| Error::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut file = Hashed {
        inner: io::BufWriter::new(fs::File::create(&part).map_err(failed)?),
        hash: Sha256::new(),
    };
    let written = write_rows(workspace, what, format, columns, filter, &mut file);
    let rows = match written {
        Ok(rows) => rows,
        Err(error) => {
            let _ = fs::remove_file(&part);
            return Err(error);
        }
    };
    let file_written = file
        .inner
        .into_inner()
        .map_err(|e| failed(e.into_error()))?;
    file_written.sync_all().map_err(failed)?;
    fs::rename(&part, path).map_err(failed)?;
    let sha256 = file
        .hash
        .finalize()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let note = Ask::Note {
        action: format!("export {what}"),
        path: path.display().to_string(),
        sha256,
        rows,
        at: Timestamp::now(),
    };
    workspace.ask(note, &mut |_| Ok(()))?;
    Ok(rows)
}

/// Rows stream from the store to the file: memory does not grow with their number.
fn write_rows(
    workspace: &Workspace,
    what: &str,
    format: &str,
    columns: &[String],
    filter: Filter,
    out: &mut dyn Write,
) -> Result<u64, Error> {
    let question = match what {
        "flags" => Ask::Flags {
            filter,
            with_listing: true,
        },
        _ => Ask::Listings(filter),
    };
    let (send, receive) = std::sync::mpsc::sync_channel::<Row>(256);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            workspace.ask(question, &mut |value| {
                send.send(row(value)?).map_err(|_| desk::Error::HungUp)
            })
        });
        let rows = export::write(what, format, columns, &mut receive.into_iter(), out);
        let read = reader
            .join()
            .unwrap_or_else(|_| Err(Error::Order("reading the store failed".to_owned())));
        match (rows, read) {
            (Ok(rows), Ok(())) => Ok(rows),
            // A table that could not be written hangs up on the reader: its error is the cause.
            (Err(error), _) => Err(error.into()),
            (Ok(_), Err(error)) => Err(error),
        }
    })
}

fn row(mut value: Value) -> Result<Row, desk::Error> {
    let unreadable =
        |e: serde_json::Error| desk::Error::Refused(format!("a row could not be read: {e}"));
    if value.get("flag").is_none() {
        return Ok(Row::Listing(Box::new(
            serde_json::from_value(value).map_err(unreadable)?,
        )));
    }
    let flag = serde_json::from_value(value["flag"].take()).map_err(unreadable)?;
    let listing = serde_json::from_value(value["listing"].take()).map_err(unreadable)?;
    Ok(Row::Flag(Box::new(flag), listing))
}

/// Hashes everything that passes.
struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
