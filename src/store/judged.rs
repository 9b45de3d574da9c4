//! What was judged, a row for each listing in the order of their ids, in a file that is written anew as a whole. It is no
//! truth: where it is missing or damaged, everything is judged again.
//!
//! `LWJUDGE2`, then rows of a length (u32, little-endian) and so many bytes; then the length 0, the books by which they were
//! judged, what the rows are to be understood by, the lengths of both (u64), and the CRC-32 (u32) of everything before it.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{Error, Store};
use crate::journal::append::{self, failed};

const NAME: &str = "judged";
const NEW: &str = "judged.new";
const MAGIC: &[u8; 8] = b"LWJUDGE2";
/// No row is longer.
const LONGEST: usize = 64 << 20;

/// The rows of the last scan.
#[derive(Debug)]
pub struct Judged {
    head: Vec<u8>,
    /// Where the books stand, and how long they are.
    books: (u64, u64),
    file: BufReader<File>,
}

/// The rows of a scan that is under way; the file takes the place of the old one when it is finished.
#[derive(Debug)]
pub struct JudgedWriter {
    path: PathBuf,
    target: PathBuf,
    file: BufWriter<File>,
    crc: crc32fast::Hasher,
}

impl Store {
    /// What the last scan left; none where there is none, or not the whole of it.
    pub fn judged(&self) -> Option<Judged> {
        let path = self.dir.join(NAME);
        if !is_whole(&path).unwrap_or(false) {
            return None;
        }
        Judged::open(&path).ok()
    }

    /// Begins the file anew.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn judge_anew(&self) -> Result<JudgedWriter, Error> {
        let path = self.dir.join(NEW);
        let file = File::create(&path).map_err(failed("write", &path))?;
        let mut writer = JudgedWriter {
            target: self.dir.join(NAME),
            path,
            file: BufWriter::with_capacity(1 << 20, file),
            crc: crc32fast::Hasher::new(),
        };
        writer.put(MAGIC)?;
        Ok(writer)
    }
}

impl Judged {
    /// What its rows are to be understood by.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The books by which the rows were judged; nothing where they are not those of the whole store any more.
    pub fn books(&mut self) -> Vec<u8> {
        let (at, length) = self.books;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        let read = self.file.seek(SeekFrom::Start(at));
        let read = read.and_then(|_| self.file.read_exact(&mut bytes));
        let back = self.file.seek(SeekFrom::Start(MAGIC.len() as u64));
        match (read, back) {
            (Ok(()), Ok(_)) => bytes,
            _ => Vec::new(),
        }
    }

    /// The next row.
    pub fn row(&mut self) -> Option<Vec<u8>> {
        // The whole file was checked before.
        row(&mut self.file).ok()?
    }

    fn open(path: &Path) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
        let end = file.seek(SeekFrom::End(-20))?;
        let mut length = || -> io::Result<u64> {
            let mut length = [0; 8];
            file.read_exact(&mut length)?;
            Ok(u64::from_le_bytes(length))
        };
        let (books, head) = (length()?, length()?);
        let at_head = end.saturating_sub(head);
        file.seek(SeekFrom::Start(at_head))?;
        let mut bytes = vec![0; usize::try_from(head).unwrap_or(0)];
        file.read_exact(&mut bytes)?;
        file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
        Ok(Self {
            head: bytes,
            books: (at_head.saturating_sub(books), books),
            file,
        })
    }
}

impl JudgedWriter {
    /// Adds a row.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn row(&mut self, row: &[u8]) -> Result<(), Error> {
        let length = u32::try_from(row.len()).unwrap_or(u32::MAX);
        self.put(&length.to_le_bytes())?;
        self.put(row)
    }

    /// Adds the books and what the rows are to be understood by, and puts the file in the place of the old one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self, books: &[u8], head: &[u8]) -> Result<(), Error> {
        self.put(&[0; 4])?;
        for part in [books, head] {
            self.put(part)?;
        }
        for part in [books, head] {
            self.put(&(part.len() as u64).to_le_bytes())?;
        }
        let crc = self.crc.clone().finalize().to_le_bytes();
        self.put(&crc)?;
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error);
        let synced = file.and_then(|file| file.sync_all());
        synced.map_err(failed("write", &self.path))?;
        fs::rename(&self.path, &self.target).map_err(failed("rename", &self.path))?;
        let dir = self.target.parent();
        Ok(dir.map_or(Ok(()), append::sync_dir)?)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.crc.update(bytes);
        let written = self.file.write_all(bytes);
        Ok(written.map_err(failed("write", &self.path))?)
    }
}

/// The next row; none at the end.
fn row(file: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length == 0 || length > LONGEST {
        return Ok(None);
    }
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// Whether a file is what was once written.
fn is_whole(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let Some(mut left) = file.metadata()?.len().checked_sub(4) else {
        return Ok(false);
    };
    let mut crc = crc32fast::Hasher::new();
    let mut bytes = vec![0; 1 << 20];
    while left > 0 {
        let take = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        file.read_exact(&mut bytes[..take])?;
        crc.update(&bytes[..take]);
        left -= take as u64;
    }
    let mut kept = [0; 4];
    file.read_exact(&mut kept)?;
    Ok(u32::from_le_bytes(kept) == crc.finalize())
}
