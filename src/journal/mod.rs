//! The append-only, hash-chained truth; the same fsynced append path serves the archive.
//!
//! Records are written in groups: one write, one fsync. A group that was cut off by a crash is taken away
//! whole at the next opening; anything else that is not as it was written is damage, and is named, never cut.

pub mod append;
mod frame;
mod read;
mod verify;

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use append::{Appender, Names};
pub use frame::Fault;
use frame::{HEADER, MAX_PAYLOAD, Packer, Part};
pub use read::{Frames, Reader};
pub use verify::{Verified, verify};

/// Segments are followed by the next one at this size in bytes. Opening reads the last one: a tenth of a second.
const MAX_SEGMENT: u64 = 16 << 20;
const NAMES: Names = Names {
    prefix: "",
    suffix: ".journal",
};

/// Where a frame lies: ordered as written.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
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
pub enum Error {
    /// A file could not be written or read.
    #[error(transparent)]
    File(#[from] append::Error),
    /// Bytes are not as they were written.
    #[error("{path} is damaged at byte {}: {fault}", place.offset)]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where the first broken frame begins.
        place: Place,
        /// What is wrong there.
        fault: Fault,
    },
    /// A later version of listwarden made this journal.
    #[error(
        "{path} has format {found}, and this listwarden reads formats up to {known}; use a newer one"
    )]
    Newer {
        /// The segment.
        path: PathBuf,
        /// Its format.
        found: u16,
        /// The highest format known here.
        known: u16,
    },
    /// A record is too large to be kept.
    #[error("a record of {size} bytes is too large for the journal, which takes {MAX_PAYLOAD}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
}

/// The journal of one workspace, open for appending by one process.
#[derive(Debug)]
pub struct Journal {
    appender: Appender,
    packer: Packer,
    reader: Reader,
    head: [u8; 32],
    /// Chain and end of a group that is written but not yet fsynced.
    pending: Option<([u8; 32], Place)>,
}

impl Journal {
    /// Opens or makes the journal in `dir`; a torn tail is cut off.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::with_segments(dir, MAX_SEGMENT)
    }

    /// The same with another size for segments, in bytes.
    pub fn with_segments(dir: &Path, max_segment: u64) -> Result<Self, Error> {
        let mut head = [0; 32];
        let appender = Appender::open(dir, NAMES, max_segment, |reader, place, left| {
            let (length, hash) = match place.offset {
                0 => whole_header(dir, reader, place, left)?,
                _ => whole_group(dir, reader, (place, left), head)?,
            };
            head = hash;
            Ok::<_, Error>(length)
        })?;
        let packer = Packer::new().map_err(append::failed("prepare compression for", dir))?;
        let reader = Reader::until(dir, appender.end().unwrap_or_default());
        Ok(Self {
            appender,
            packer,
            reader,
            head,
            pending: None,
        })
    }

    /// Appends frames as one group, with one write and one fsync; says where each lies.
    /// After an error none of them is there.
    pub fn append(&mut self, frames: &[(u8, Vec<u8>)]) -> Result<Vec<Place>, Error> {
        let places = self.write(frames)?;
        self.sync()?;
        Ok(places)
    }

    /// The first half of `append`: the group is written, but not yet durable and not yet to be read.
    pub fn write(&mut self, frames: &[(u8, Vec<u8>)]) -> Result<Vec<Place>, Error> {
        let mut at = self.appender.next();
        at.offset = at.offset.max(HEADER);
        let (mut bytes, mut places, mut chain) = (Vec::new(), Vec::new(), self.head);
        for (i, (kind, payload)) in frames.iter().enumerate() {
            let size = payload.len();
            if size > MAX_PAYLOAD {
                return Err(Error::TooLarge { size });
            }
            let place = Place {
                offset: at.offset + bytes.len() as u64,
                ..at
            };
            let part = Part {
                first: i == 0,
                last: i + 1 == frames.len(),
            };
            chain = self
                .packer
                .pack(&mut bytes, place, part, &chain, (*kind, payload));
            places.push(place);
        }
        if !places.is_empty() {
            at.offset += bytes.len() as u64;
            let prev = self.head;
            self.appender
                .write(&bytes, |segment| frame::header(segment, &prev))?;
            self.pending = Some((chain, at));
        }
        Ok(places)
    }

    /// The second half of `append`.
    pub fn sync(&mut self) -> Result<(), Error> {
        if let Some((head, end)) = self.pending.take() {
            self.appender.sync()?;
            self.head = head;
            self.reader.set_end(end);
        }
        Ok(())
    }

    /// The hash of the last frame; zeros where there is none.
    pub fn head(&self) -> [u8; 32] {
        self.head
    }

    /// Where the next frame goes unless a new segment is begun.
    pub fn end(&self) -> Place {
        self.reader.end()
    }

    /// Bytes of a torn group that opening cut off.
    pub fn torn(&self) -> u64 {
        self.appender.torn()
    }

    /// A reader for any thread; it sees what is durable.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }
}

/// What `Appender::open` wants to know of the bytes at the start of a segment, and the chain up to there.
fn whole_header(
    dir: &Path,
    reader: &mut BufReader<File>,
    place: Place,
    left: u64,
) -> Result<(Option<u64>, [u8; 32]), Error> {
    let mut bytes = vec![0; left.min(HEADER) as usize];
    let path = segment_path(dir, place.segment);
    reader
        .read_exact(&mut bytes)
        .map_err(append::failed("read", &path))?;
    match frame::read_header(&bytes, place.segment) {
        Ok((found, _)) if found > frame::FORMAT => Err(newer(path, found)),
        Ok((_, prev)) => Ok((Some(HEADER), prev)),
        // The header and the first group behind it are one write.
        Err(fault) => {
            let first = Place {
                offset: HEADER,
                ..place
            };
            verify::torn(&path, first, place, fault)?;
            Ok((None, [0; 32]))
        }
    }
}

/// The same for a group that begins at `place`; `head` is the chain before it.
fn whole_group(
    dir: &Path,
    reader: &mut BufReader<File>,
    (place, left): (Place, u64),
    head: [u8; 32],
) -> Result<(Option<u64>, [u8; 32]), Error> {
    let path = segment_path(dir, place.segment);
    let (mut chain, mut at) = (head, place);
    loop {
        let left = left - (at.offset - place.offset);
        match frame::read(reader, at, left).map_err(append::failed("read", &path))? {
            Ok(read) if read.prev != chain || read.first != (at == place) => {
                return Err(damaged(path, at, Fault::Chain));
            }
            Ok(read) if read.last => {
                let length = read.frame.next.offset - place.offset;
                return Ok((Some(length), read.frame.hash));
            }
            Ok(read) => (chain, at) = (read.frame.hash, read.frame.next),
            Err(fault) => {
                verify::torn(&path, place, at, fault)?;
                return Ok((None, head));
            }
        }
    }
}

fn damaged(path: PathBuf, place: Place, fault: Fault) -> Error {
    Error::Damaged { path, place, fault }
}

fn newer(path: PathBuf, found: u16) -> Error {
    let known = frame::FORMAT;
    Error::Newer { path, found, known }
}

fn segment_path(dir: &Path, segment: u32) -> PathBuf {
    dir.join(NAMES.name(segment))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SMALL: u64 = 300;

    fn group(n: u8, frames: u8) -> Vec<(u8, Vec<u8>)> {
        (0..frames).map(|i| (n, vec![i; 20])).collect()
    }

    fn open(dir: &Path) -> Journal {
        Journal::with_segments(dir, SMALL).unwrap()
    }

    fn kinds(journal: &Journal) -> Vec<u8> {
        let frames = journal.reader().frames(Place::default());
        frames.map(|f| f.unwrap().kind).collect()
    }

    #[test]
    fn what_was_appended_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut head = [0; 32];
        for n in 1..=6 {
            let mut journal = open(dir.path());
            assert_eq!(journal.head(), head);
            let places = journal.append(&group(n, 2)).unwrap();
            let read = journal.reader().read(places[1]).unwrap();
            assert_eq!(read, (n, vec![1; 20]));
            let last = journal.reader().frames(places[1]).next().unwrap().unwrap();
            (head, _) = (journal.head(), assert_eq!(last.hash, journal.head()));
        }
        let journal = open(dir.path());
        assert_eq!(kinds(&journal), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
        assert!(journal.end().segment > 1, "small segments are rotated");
        let verified = verify(dir.path()).unwrap();
        assert_eq!((verified.frames, verified.head), (12, head));
    }

    #[test]
    fn a_group_torn_at_any_byte_is_absent_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = open(dir.path());
        journal.append(&group(1, 1)).unwrap();
        let before = journal.end();
        journal.append(&group(2, 2)).unwrap();
        let path = segment_path(dir.path(), 1);
        let bytes = fs::read(&path).unwrap();
        for len in before.offset as usize..bytes.len() {
            let mut torn = bytes[..len].to_vec();
            // A file may grow before its bytes arrive: they are zeros after a power cut.
            torn.resize(bytes.len(), 0);
            for torn in [&bytes[..len], &torn] {
                fs::write(&path, torn).unwrap();
                assert_eq!(verify(dir.path()).unwrap().frames, 1);
                let journal = open(dir.path());
                assert_eq!(journal.torn(), (torn.len() as u64) - before.offset);
                assert_eq!((kinds(&journal), journal.end()), (vec![1], before));
            }
        }
        open(dir.path()).append(&group(3, 1)).unwrap();
        assert_eq!(kinds(&open(dir.path())), [1, 3]);
    }

    #[test]
    fn damage_before_a_later_group_is_named_and_never_cut() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = open(dir.path());
        let places: Vec<_> = (1..=3)
            .map(|n| journal.append(&group(n, 1)).unwrap()[0])
            .collect();
        drop(journal);
        let path = segment_path(dir.path(), 1);
        let right = fs::read(&path).unwrap();
        for at in [10, places[0].offset, places[1].offset + 60] {
            let mut bytes = right.clone();
            bytes[at as usize] ^= 4;
            fs::write(&path, &bytes).unwrap();
            let opened = Journal::open(dir.path()).unwrap_err().to_string();
            let verified = verify(dir.path()).unwrap_err().to_string();
            let start = places.iter().rfind(|p| p.offset <= at);
            let named = format!(
                "000001.journal is damaged at byte {}",
                start.map_or(0, |p| p.offset)
            );
            assert!(opened.contains(&named), "{opened}, but {named}");
            assert_eq!(opened, verified);
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }

    #[test]
    fn an_exchanged_segment_breaks_the_chain() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (dir, kind) in [(&one, 1), (&two, 2)] {
            for _ in 0..2 {
                open(dir.path()).append(&group(kind, 5)).unwrap();
            }
        }
        fs::copy(segment_path(one.path(), 1), segment_path(two.path(), 1)).unwrap();
        let error = verify(two.path()).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "000002.journal is damaged at byte 0: the record does not follow the one before it"
            ),
            "{error}"
        );
        fs::remove_file(segment_path(two.path(), 1)).unwrap();
        let error = verify(two.path()).unwrap_err().to_string();
        assert!(
            error.contains("000001.journal") && error.contains("missing"),
            "{error}"
        );
    }

    #[test]
    fn a_later_format_is_not_taken_for_damage() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).append(&group(1, 1)).unwrap();
        let path = segment_path(dir.path(), 1);
        let mut bytes = fs::read(&path).unwrap();
        bytes[8] = 9;
        let crc = crc32fast::hash(&bytes[..46]).to_le_bytes();
        bytes[46..50].copy_from_slice(&crc);
        fs::write(&path, bytes).unwrap();
        assert!(matches!(
            Journal::open(dir.path()),
            Err(Error::Newer { found: 9, .. })
        ));
        assert!(matches!(
            verify(dir.path()),
            Err(Error::Newer { found: 9, .. })
        ));
    }

    #[test]
    fn readers_follow_the_writer() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = open(dir.path());
        let reader = journal.reader();
        std::thread::scope(|scope| {
            let watch = scope.spawn(move || {
                let mut seen = 0;
                while seen < 40 {
                    let now = reader.frames(Place::default()).map(|f| f.unwrap().kind);
                    let kinds: Vec<u8> = now.collect();
                    assert!(kinds.is_sorted() && kinds.len() >= seen);
                    seen = kinds.len();
                }
            });
            for n in 0..20 {
                journal.append(&group(n, 2)).unwrap();
            }
            watch.join().unwrap();
        });
    }
}
