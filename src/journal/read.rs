//! Reading the journal, by place and in order, while it is being written.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Error, Fault, Frame, NAMES, Place,
    append::failed,
    damaged,
    frame::{self, Grouped, HEADER},
    newer, segment_path,
};

/// Enough for most frames, so that one system call reads one.
const GLANCE: usize = 4096;
/// Segments kept open for reading: a process may have 1,024 files, and the crawl needs its sockets.
const KEPT_OPEN: usize = 64;

/// Reads the journal of one workspace; cheap to clone, usable from any thread.
#[derive(Clone, Debug)]
pub struct Reader {
    dir: Arc<Path>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    end: Mutex<Place>,
    files: Mutex<BTreeMap<u32, Arc<File>>>,
}

impl Reader {
    /// A reader of what is on disk in `dir` now, for a process that does not write there.
    /// A group that is just being written, or was torn, may lie at its end: `frames` names it as damage.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let Some(&segment) = NAMES.list(dir)?.last() else {
            return Ok(Self::until(dir, Place::default()));
        };
        let path = segment_path(dir, segment);
        let offset = path.metadata().map_err(failed("read", &path))?.len();
        Ok(Self::until(dir, Place { segment, offset }))
    }

    /// A reader up to `end`, such as `verify` found it, for a process that does not write there.
    pub fn until(dir: &Path, end: Place) -> Self {
        let reader = Self {
            dir: dir.into(),
            shared: Arc::default(),
        };
        reader.set_end(end);
        reader
    }

    pub(super) fn set_end(&self, end: Place) {
        *self
            .shared
            .end
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = end;
    }

    /// The file in which a place of the journal in `dir` lies.
    pub fn segment(dir: &Path, place: Place) -> PathBuf {
        segment_path(dir, place.segment)
    }

    /// The end of what is durable.
    pub fn end(&self) -> Place {
        *self
            .shared
            .end
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Kind and payload of the frame at `place`, its checksum checked.
    pub fn read(&self, place: Place) -> Result<(u8, Vec<u8>), Error> {
        let path = || segment_path(&self.dir, place.segment);
        let file = self.file(place.segment)?;
        let read = |bytes: &mut [u8], offset| {
            read_at(&file, bytes, offset).map_err(|e| failed("read", &path())(e))
        };
        let mut bytes = vec![0; GLANCE];
        let got = read(&mut bytes, place.offset)?;
        bytes.truncate(got);
        let length = frame::length(&bytes).ok_or_else(|| damaged(path(), place, Fault::Mark))?;
        if length > got && got == GLANCE {
            bytes.resize(length, 0);
            let more = read(&mut bytes[got..], place.offset + got as u64)?;
            bytes.truncate(got + more);
        }
        frame::record(&bytes, place).map_err(|fault| damaged(path(), place, fault))
    }

    /// Every frame from `from` (a frame's place or `next`; the default is the beginning) to the end as it is now,
    /// the chain checked. Ends after the first error.
    pub fn frames(&self, from: Place) -> Frames {
        Frames {
            dir: self.dir.clone(),
            at: from,
            end: self.end(),
            chain: None,
            open: None,
        }
    }

    /// The same behind a frame whose `next` is `from` and whose hash is `head`: a journal that goes on
    /// otherwise is damaged from there.
    pub fn frames_after(&self, from: Place, head: [u8; 32]) -> Frames {
        Frames {
            chain: (from > Place::default()).then_some(head),
            ..self.frames(from)
        }
    }

    fn file(&self, segment: u32) -> Result<Arc<File>, Error> {
        let mut files = self
            .shared
            .files
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&segment) {
            return Ok(Arc::clone(file));
        }
        let path = segment_path(&self.dir, segment);
        let file = Arc::new(File::open(&path).map_err(failed("open", &path))?);
        if files.len() >= KEPT_OPEN {
            files.clear();
        }
        files.insert(segment, Arc::clone(&file));
        Ok(file)
    }
}

/// Frames in order.
#[derive(Debug)]
pub struct Frames {
    dir: Arc<Path>,
    at: Place,
    end: Place,
    /// The hash of the frame before, where one was read.
    chain: Option<[u8; 32]>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    segment: u32,
    reader: BufReader<File>,
    len: u64,
}

impl Frames {
    /// The next frame with its part in its group.
    pub(super) fn grouped(&mut self) -> Result<Option<Grouped>, Error> {
        loop {
            if self.at >= self.end {
                return Ok(None);
            }
            let mut open = self.opened()?;
            if self.at.offset >= open.len {
                self.at = Place {
                    segment: self.at.segment + 1,
                    offset: 0,
                };
                continue;
            }
            if self.at.offset == 0 {
                self.chain = Some(self.header(&mut open)?);
                self.at.offset = HEADER;
                self.open = Some(open);
                continue;
            }
            let read = self.frame(&mut open)?;
            (self.chain, self.at) = (Some(read.frame.hash), read.frame.next);
            self.open = Some(open);
            return Ok(Some(read));
        }
    }

    /// The segment that `at` lies in, the reader standing at `at`.
    fn opened(&mut self) -> Result<Open, Error> {
        self.at.segment = self.at.segment.max(1);
        let segment = self.at.segment;
        if let Some(open) = self.open.take().filter(|open| open.segment == segment) {
            return Ok(open);
        }
        let path = segment_path(&self.dir, segment);
        let mut file = match File::open(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(damaged(path, self.at, Fault::Missing));
            }
            file => file.map_err(failed("open", &path))?,
        };
        let len = file.metadata().map_err(failed("read", &path))?.len();
        let len = if segment == self.end.segment {
            self.end.offset
        } else {
            len
        };
        file.seek(SeekFrom::Start(self.at.offset))
            .map_err(failed("read", &path))?;
        Ok(Open {
            segment,
            reader: BufReader::with_capacity(1 << 16, file),
            len,
        })
    }

    fn header(&self, open: &mut Open) -> Result<[u8; 32], Error> {
        let path = segment_path(&self.dir, open.segment);
        let mut bytes = vec![0; open.len.min(HEADER) as usize];
        open.reader
            .read_exact(&mut bytes)
            .map_err(failed("read", &path))?;
        match frame::read_header(&bytes, open.segment) {
            Ok((found, _)) if found > frame::FORMAT => Err(newer(path, found)),
            Ok((_, prev)) if self.chain.is_none_or(|chain| chain == prev) => Ok(prev),
            Ok(_) => Err(damaged(path, self.at, Fault::Chain)),
            Err(fault) => Err(damaged(path, self.at, fault)),
        }
    }

    fn frame(&self, open: &mut Open) -> Result<Grouped, Error> {
        let path = || segment_path(&self.dir, open.segment);
        let left = open.len - self.at.offset;
        let read = frame::read(&mut open.reader, self.at, left);
        match read.map_err(|e| failed("read", &path())(e))? {
            Ok(read) if self.chain.is_none_or(|chain| chain == read.prev) => Ok(read),
            Ok(_) => Err(damaged(path(), self.at, Fault::Chain)),
            Err(fault) => Err(damaged(path(), self.at, fault)),
        }
    }
}

impl Iterator for Frames {
    type Item = Result<Frame, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.grouped().transpose();
        if let Some(Err(_)) = next {
            self.at = self.end;
        }
        next.map(|read| read.map(|read| read.frame))
    }
}

/// Fills `bytes` from `offset` on as far as the file goes.
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < bytes.len() {
        match read_some_at(file, &mut bytes[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

#[cfg(unix)]
fn read_some_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_some_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, offset)
}
