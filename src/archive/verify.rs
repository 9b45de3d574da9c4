//! Walking every record of the archive.

use std::{
    fs::File,
    io::{BufReader, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{Error, NAMES, member, record::Record};
use crate::journal::append::failed;

/// An archive whose every record is as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many files there are.
    pub files: u64,
    /// How many records, of all types.
    pub records: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Bytes behind the last whole record: just being written by another process, or torn by a crash.
    pub unfinished: u64,
}

/// Checks every record's digests without changing anything. The error names the first broken record.
///
/// # Errors
/// `Damaged` or `Missing`, naming the first place; or where a file cannot be read.
pub fn verify(dir: &Path) -> Result<Verified, Error> {
    let mut verified = Verified::default();
    let numbers = NAMES.list(dir)?;
    for (expected, &number) in (1..).zip(&numbers) {
        if number != expected {
            let path = dir.join(NAMES.name(expected));
            return Err(Error::Missing { path });
        }
        let path = dir.join(NAMES.name(number));
        verify_file(path, numbers.last() == Some(&number), &mut verified)?;
    }
    Ok(verified)
}

fn verify_file(path: PathBuf, last: bool, verified: &mut Verified) -> Result<(), Error> {
    let file = File::open(&path).map_err(failed("open", &path))?;
    let size = file.metadata().map_err(failed("read", &path))?.len();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut offset = 0;
    verified.files += 1;
    verified.bytes += size;
    while offset < size {
        let damaged = |fault: String| Error::Damaged {
            path: path.clone(),
            offset,
            fault,
        };
        let Some((bytes, length)) = member::next(&mut reader).map_err(failed("read", &path))?
        else {
            reader
                .seek(SeekFrom::Start(offset))
                .map_err(failed("read", &path))?;
            let rest =
                member::whole(&mut reader, size - offset, 0).map_err(failed("read", &path))?;
            if last && rest.is_none() {
                verified.unfinished = size - offset;
                return Ok(());
            }
            return Err(damaged("is no whole gzip member".to_owned()));
        };
        Record::parse(bytes).map_err(damaged)?;
        verified.records += 1;
        offset += length;
    }
    Ok(())
}
