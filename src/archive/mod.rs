//! Every answer of a server as a WARC 1.1 record (ISO 28500): the evidence. Written once, never rewritten.
//!
//! Files are `listwarden-000001.warc.gz` and so on: a warcinfo record, then a response and its request for
//! every page, a gzip member each, so that any WARC tool reads them. A page that is as it was has a revisit record instead.

mod member;
mod pack;
mod read;
mod record;
mod revisit;
mod verify;

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

pub use pack::pack;
pub use read::read;
pub use revisit::{Original, met_again, pack_again};
pub use verify::{Verified, verify};

use crate::{
    journal::{
        Place,
        append::{self, Appender, Names},
    },
    model::{Capture, Time},
};

const NAMES: Names = Names {
    prefix: "listwarden-",
    suffix: ".warc.gz",
};

/// Records that end this close to the end of the last file are checked whole at opening; those before
/// were fsynced long ago, and checking them is `verify`'s work.
const RECENT: u64 = 32 << 20;

/// Why the archive could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be written or read.
    #[error(transparent)]
    File(#[from] append::Error),
    /// A record is not as it was written.
    #[error("{path}: the record at byte {offset} {fault}")]
    Damaged {
        /// The WARC file.
        path: PathBuf,
        /// Where the record's gzip member begins.
        offset: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// A file between others is gone.
    #[error("{path} is missing, and later files are there")]
    Missing {
        /// The WARC file.
        path: PathBuf,
    },
}

/// A page packed for the archive: gzip members ready to be appended. Made off the committing thread.
#[derive(Clone, Debug)]
pub struct Packed {
    /// Response record, then request record, a gzip member each.
    pub bytes: Vec<u8>,
    /// Hex SHA-256 of the payload as received.
    pub sha256: String,
    /// When the response arrived.
    pub fetched_at: Time,
    /// The payload is in it; a revisit only refers to one.
    pub whole: bool,
}

/// The archive of one workspace, open for appending by one process.
#[derive(Debug)]
pub struct Archive {
    dir: PathBuf,
    files: Appender,
}

impl Archive {
    /// Opens or makes the archive in `dir` for appending. A file that has reached `max_file` bytes is
    /// followed by the next; a tail torn by a crash is cut off: a record that ends too soon and has
    /// nothing whole behind it. All else that is not right is damage, which is kept, and which `verify` names.
    ///
    /// # Errors
    /// Where the folder or its last file cannot be read or written.
    pub fn open(dir: &Path, max_file: u64) -> Result<Self, Error> {
        let whole = |reader: &mut BufReader<File>, place: Place, left: u64| {
            let path = dir.join(NAMES.name(place.segment));
            let found =
                member::whole(reader, left, RECENT).map_err(append::failed("read", &path))?;
            if let Some(member::Found::Damage(bytes)) = found {
                tracing::warn!(file = %path.display(), at = place.offset, bytes, "damaged record kept");
            }
            Ok::<_, Error>(found.map(member::Found::bytes))
        };
        let files = Appender::open(dir, NAMES, max_file, whole)?;
        if files.torn() > 0 {
            tracing::warn!(
                bytes = files.torn(),
                "a torn tail of the archive was cut off"
            );
        }
        let dir = dir.to_owned();
        Ok(Self { dir, files })
    }

    /// The folder that it lies in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Appends records in order and fsyncs once; says where each lies.
    ///
    /// # Errors
    /// Where a file cannot be written; nothing of `records` is in the archive then.
    pub fn append(&mut self, records: &[Packed]) -> Result<Vec<Capture>, Error> {
        let Some(first) = records.first() else {
            return Ok(Vec::new());
        };
        let bytes: Vec<&[u8]> = records.iter().map(|r| r.bytes.as_slice()).collect();
        let header = |number| pack::warcinfo(&NAMES.name(number), first.fetched_at);
        let place = self.files.append(&bytes.concat(), header)?;
        let warc = NAMES.name(place.segment);
        let mut offset = place.offset;
        let captures = records.iter().map(|record| {
            let capture = Capture {
                warc: warc.clone(),
                offset,
                sha256: record.sha256.clone(),
                fetched_at: record.fetched_at,
            };
            offset += record.bytes.len() as u64;
            capture
        });
        Ok(captures.collect())
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod peer {
    use std::{env, process::Command};

    use super::{NAMES, tests::visited};

    #[test]
    fn warcio_finds_every_digest_right() {
        let warcio = env::var_os("LISTWARDEN_WARCIO").unwrap_or_else(|| "warcio".into());
        let dir = tempfile::tempdir().unwrap();
        visited(dir.path());
        let file = dir.path().join(NAMES.name(1));
        let Ok(output) = Command::new(&warcio)
            .args(["check", "-v"])
            .arg(&file)
            .output()
        else {
            eprintln!("skipped: no warcio on PATH or in LISTWARDEN_WARCIO");
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.matches("digest pass").count(), 16, "{said}");
        // It follows no references: `verify` does.
        let revisits = said.matches("digest present but not checked (revisit)");
        assert_eq!(revisits.count(), 2, "{said}");
    }
}
