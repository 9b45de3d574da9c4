//! Walking the whole chain, and telling a torn write from damage.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use memchr::memmem;

use super::{
    Error, Fault, Place, Reader,
    append::failed,
    damaged,
    frame::{self, HEADER, MARK},
    segment_path,
};

/// A journal whose every frame is as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many frames there are.
    pub frames: u64,
    /// The hash of the last one; whoever noted it elsewhere can tell later that nothing was taken away.
    pub head: [u8; 32],
    /// Where the next frame goes.
    pub end: Place,
    /// Bytes behind the end: a group just being written by another process, or torn by a crash.
    pub unfinished: u64,
}

/// Walks the journal in `dir` without changing anything. The error names the first broken frame.
/// Needs no lock; a group being written at the same time counts as unfinished.
pub fn verify(dir: &Path) -> Result<Verified, Error> {
    let reader = Reader::open(dir)?;
    let (mut frames, mut group) = (reader.frames(Place::default()), 0);
    let mut verified = Verified {
        frames: 0,
        head: [0; 32],
        end: Place::default(),
        unfinished: 0,
    };
    loop {
        match frames.grouped() {
            Ok(Some(read)) => {
                group += 1;
                if read.last {
                    verified.frames += group;
                    (verified.head, verified.end) = (read.frame.hash, read.frame.next);
                    group = 0;
                }
            }
            Ok(None) => break,
            Err(Error::Damaged { place, fault, .. })
                if place.segment == reader.end().segment && fault != Fault::Chain =>
            {
                let path = segment_path(dir, place.segment);
                torn(&path, group_start(verified.end, place), place, fault)?;
                break;
            }
            Err(e) => return Err(e),
        }
    }
    let end = reader.end();
    let whole = if verified.end.segment == end.segment {
        verified.end.offset
    } else {
        0
    };
    verified.unfinished = end.offset - whole;
    Ok(verified)
}

/// Whether what is broken at `place` is only a torn write, in a group that began at `group`:
/// then no later group follows, because the next one is written only after this one was fsynced.
/// Otherwise the error is the damage.
pub(super) fn torn(path: &Path, group: Place, place: Place, fault: Fault) -> Result<(), Error> {
    let from = group.offset + 1;
    let mut rest = Vec::new();
    File::open(path)
        .and_then(|mut file| {
            file.seek(SeekFrom::Start(from))?;
            file.read_to_end(&mut rest)
        })
        .map_err(failed("read", path))?;
    let later = memmem::find_iter(&rest, &MARK).any(|i| {
        let at = Place {
            offset: from + i as u64,
            ..group
        };
        frame::decode(&rest[i..], at).is_ok_and(|read| read.first)
    });
    match later {
        true => Err(damaged(path.to_owned(), place, fault)),
        false => Ok(()),
    }
}

/// Where the group around `place` begins, `end` being the end of the last whole one.
fn group_start(end: Place, place: Place) -> Place {
    let offset = if end.segment == place.segment {
        end.offset
    } else {
        HEADER
    };
    Place { offset, ..place }
}
