//! Walking every record of the archive.

use std::{
    fs::File,
    io::{BufReader, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{Error, NAMES, member, record::Record, revisit::Met};
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

/// Checks every record's digests, and that what a revisit refers to is there, without changing anything.
/// The error names the first broken record.
///
/// # Errors
/// `Damaged` or `Missing`, naming the first place; or where a file cannot be read.
pub fn verify(dir: &Path) -> Result<Verified, Error> {
    let mut verified = Verified::default();
    let mut met = Met::default();
    let numbers = NAMES.list(dir)?;
    for (expected, &number) in (1..).zip(&numbers) {
        if number != expected {
            let path = dir.join(NAMES.name(expected));
            return Err(Error::Missing { path });
        }
        let file = Walked {
            path: dir.join(NAMES.name(number)),
            number,
            last: numbers.last() == Some(&number),
        };
        verify_file(&file, &mut met, &mut verified)?;
    }
    Ok(verified)
}

/// A file of the archive.
struct Walked {
    path: PathBuf,
    number: u32,
    last: bool,
}

fn verify_file(walked: &Walked, met: &mut Met, verified: &mut Verified) -> Result<(), Error> {
    let path = &walked.path;
    let file = File::open(path).map_err(failed("open", path))?;
    let size = file.metadata().map_err(failed("read", path))?.len();
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
        let Some((bytes, length)) = member::next(&mut reader).map_err(failed("read", path))? else {
            reader
                .seek(SeekFrom::Start(offset))
                .map_err(failed("read", path))?;
            let rest =
                member::whole(&mut reader, size - offset, 0).map_err(failed("read", path))?;
            if walked.last && rest.is_none() {
                verified.unfinished = size - offset;
                return Ok(());
            }
            return Err(damaged("is no whole gzip member".to_owned()));
        };
        Record::parse(bytes)
            .and_then(|record| met.meet(walked.number, offset, &record))
            .map_err(damaged)?;
        verified.records += 1;
        offset += length;
    }
    Ok(())
}
