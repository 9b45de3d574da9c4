//! What was judged, a row for each listing in the order of their ids, in a file that is written anew as a whole. It is no
//! truth: where it is missing or damaged, everything is judged again, and so nobody waits until it is on the disk.
//!
//! `LWJUDGE3`, then rows, each a length (u32, little-endian) and so many bytes; then the books by which they were judged,
//! what the rows are to be understood by, the CRC-32 (u32) of everything before the books, where the books begin and how
//! long both are (u64), and the CRC-32 (u32) of everything behind the rows. So it can be told without reading the rows
//! what they were judged by.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{Error, Store};
use crate::journal::append::failed;

const NAME: &str = "judged";
const NEW: &str = "judged.new";
const MAGIC: &[u8; 8] = b"LWJUDGE3";
/// Bytes of the last part: two checksums and three numbers.
const TAIL: u64 = 4 + 3 * 8 + 4;
/// Bytes of a row's length.
const LENGTH: usize = 4;

/// What the last scan left in the store in `dir`, for a process that does not own it.
pub fn judged(dir: &Path) -> Option<Judged> {
    Judged::open(&dir.join(NAME)).ok()?
}

/// The rows of the last scan.
#[derive(Debug)]
pub struct Judged {
    head: Vec<u8>,
    /// Bytes of the books, which stand behind the rows.
    books: u64,
    /// Where the rows end, and their checksum with what stands before them.
    rows: (u64, u32),
    /// Where the one behind the row that is held stands.
    at: u64,
    /// The row that was asked for last, until it is passed.
    row: Vec<u8>,
    held: bool,
    file: BufReader<File>,
}

/// The rows of a scan that is under way; the file takes the place of the old one when it is finished.
#[derive(Debug)]
pub struct JudgedWriter {
    path: PathBuf,
    target: PathBuf,
    file: BufWriter<File>,
    crc: crc32fast::Hasher,
    length: u64,
}

impl Store {
    /// What the last scan left; none where there is none, or where it cannot be told what its rows were judged by.
    pub fn judged(&self) -> Option<Judged> {
        judged(&self.dir)
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
            length: 0,
        };
        writer.rows(MAGIC)?;
        Ok(writer)
    }
}

impl Judged {
    /// What its rows are to be understood by.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The books by which the rows were judged, none of them where they are not those of the whole store any more; none where
    /// they cannot be read.
    pub fn books(&mut self) -> Option<Vec<u8>> {
        let mut books = vec![0; usize::try_from(self.books).ok()?];
        self.file.seek(SeekFrom::Start(self.rows.0)).ok()?;
        let read = self.file.read_exact(&mut books);
        self.file.seek(SeekFrom::Start(self.at)).ok()?;
        read.ok().map(|()| books)
    }

    /// Whether the rows are what was once written.
    pub fn is_whole(&mut self) -> bool {
        self.check().unwrap_or(false)
    }

    /// The next row, the same until [`Self::pass`]; none at the end.
    pub fn row(&mut self) -> Option<&[u8]> {
        if !self.held {
            self.read()?;
            self.held = true;
        }
        Some(&self.row)
    }

    /// Goes on to the row behind.
    pub fn pass(&mut self) {
        self.held = false;
    }

    fn read(&mut self) -> Option<()> {
        let mut length = [0; LENGTH];
        let left = self.rows.0.checked_sub(self.at + LENGTH as u64)?;
        self.file.read_exact(&mut length).ok()?;
        let length = u32::from_le_bytes(length);
        if u64::from(length) > left {
            return None;
        }
        self.row.resize(usize::try_from(length).ok()?, 0);
        self.file.read_exact(&mut self.row).ok()?;
        self.at += LENGTH as u64 + u64::from(length);
        Some(())
    }

    fn open(path: &Path) -> io::Result<Option<Self>> {
        let mut file = File::open(path)?;
        let whole = file.metadata()?.len();
        let Some(end) = whole.checked_sub(TAIL) else {
            return Ok(None);
        };
        let mut tail = [0; TAIL as usize];
        file.seek(SeekFrom::Start(end))?;
        file.read_exact(&mut tail)?;
        let number = |at: usize| {
            tail[at..]
                .first_chunk()
                .map_or(0, |n| u64::from_le_bytes(*n))
        };
        let crc = |at: usize| {
            tail[at..]
                .first_chunk()
                .map_or(0, |n| u32::from_le_bytes(*n))
        };
        let (begin, books, head) = (number(4), number(12), number(20));
        let fits = begin.checked_add(books).and_then(|at| at.checked_add(head));
        if fits != Some(end) || begin < MAGIC.len() as u64 {
            return Ok(None);
        }
        let mut file = BufReader::with_capacity(1 << 20, file);
        file.seek(SeekFrom::Start(begin))?;
        let mut hasher = crc32fast::Hasher::new();
        add(&mut hasher, &mut file, books)?;
        let mut head = vec![0; usize::try_from(head).unwrap_or(0)];
        file.read_exact(&mut head)?;
        hasher.update(&head);
        hasher.update(&tail[..TAIL as usize - 4]);
        if hasher.finalize() != crc(TAIL as usize - 4) {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
        Ok(Some(Self {
            head,
            books,
            rows: (begin, crc(0)),
            at: MAGIC.len() as u64,
            row: Vec::new(),
            held: false,
            file,
        }))
    }

    fn check(&mut self) -> io::Result<bool> {
        let (length, wanted) = self.rows;
        self.file.seek(SeekFrom::Start(0))?;
        let mut magic = [0; MAGIC.len()];
        self.file.read_exact(&mut magic)?;
        let mut crc = crc32fast::Hasher::new();
        crc.update(&magic);
        self.at = MAGIC.len() as u64;
        add(&mut crc, &mut self.file, length - self.at)?;
        self.file.seek(SeekFrom::Start(self.at))?;
        Ok(magic == *MAGIC && crc.finalize() == wanted)
    }
}

/// Adds so many bytes to a checksum as they are read.
fn add(crc: &mut crc32fast::Hasher, from: &mut impl BufRead, mut left: u64) -> io::Result<()> {
    while left > 0 {
        let bytes = from.fill_buf()?;
        let take = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if take == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        crc.update(&bytes[..take]);
        from.consume(take);
        left -= take as u64;
    }
    Ok(())
}

impl JudgedWriter {
    /// Adds rows, each as [`put_row`] made it.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn rows(&mut self, rows: &[u8]) -> Result<(), Error> {
        self.length += rows.len() as u64;
        self.put(rows)
    }

    /// Adds the books and what the rows are to be understood by, and puts the file in the place of the old one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self, books: &[u8], head: &[u8]) -> Result<(), Error> {
        let rows = std::mem::take(&mut self.crc).finalize();
        self.put(books)?;
        self.put(head)?;
        self.put(&rows.to_le_bytes())?;
        for number in [self.length, books.len() as u64, head.len() as u64] {
            self.put(&number.to_le_bytes())?;
        }
        let crc = self.crc.clone().finalize().to_le_bytes();
        self.put(&crc)?;
        self.file.flush().map_err(failed("write", &self.path))?;
        let renamed = fs::rename(&self.path, &self.target);
        Ok(renamed.map_err(failed("rename", &self.path))?)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.crc.update(bytes);
        let written = self.file.write_all(bytes);
        Ok(written.map_err(failed("write", &self.path))?)
    }
}

/// Puts a row behind others, as the file has them.
pub fn put_row(rows: &mut Vec<u8>, row: &[u8]) {
    // No row comes near the limit: it would take a verdict that rests on 200 million answers.
    let length = u32::try_from(row.len()).unwrap_or(u32::MAX);
    rows.extend_from_slice(&length.to_le_bytes());
    rows.extend_from_slice(row);
}
