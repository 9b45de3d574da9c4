//! Numbered files in one folder that only ever grow: one write and one fsync per group, rotation by size,
//! repair of a torn tail. The journal appends frames through it, the archive gzip members.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::Place;

/// What went wrong with which file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused; a full disk also shows here.
    #[error("could not {action} {path}")]
    Io {
        /// What was tried: `write`, `fsync`, `open`, …
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's own answer.
        #[source]
        source: io::Error,
    },
    /// A failed write could not be taken back, so the file's end is unknown until it is opened again.
    #[error("{path} takes no more writes after a failed one; open it again to repair its end")]
    Broken {
        /// The file whose end is unknown.
        path: PathBuf,
    },
}

/// How the files of one folder are called: `prefix`, six digits or more, `suffix`. Numbers begin at 1.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// Before the number, such as `listwarden-`.
    pub prefix: &'static str,
    /// After the number, such as `.warc.gz`.
    pub suffix: &'static str,
}

impl Names {
    /// The name of file `number`.
    pub fn name(self, number: u32) -> String {
        format!("{}{number:06}{}", self.prefix, self.suffix)
    }

    /// The number in a file's name; none where the name is not of this form.
    pub fn number(self, name: &str) -> Option<u32> {
        let digits = name.strip_prefix(self.prefix)?.strip_suffix(self.suffix)?;
        digits.parse().ok().filter(|&n| self.name(n) == name)
    }

    /// The numbers of the files in `dir`, ascending. A missing folder holds none.
    pub fn list(self, dir: &Path) -> Result<Vec<u32>, Error> {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed("read", dir)(e)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed("read", dir))?;
            numbers.extend(entry.file_name().to_str().and_then(|n| self.number(n)));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}

/// The writing end of a folder of numbered files. Its owner sees to it that there is only one.
#[derive(Debug)]
pub struct Appender {
    dir: PathBuf,
    names: Names,
    max_file: u64,
    /// The file being written and its length; none before the first write.
    tail: Option<Tail>,
    /// Number and length of the last file as of the last fsync: what a failed write returns to.
    safe: Option<(u32, u64)>,
    torn: u64,
    broken: bool,
}

#[derive(Debug)]
struct Tail {
    number: u32,
    file: File,
    len: u64,
}

impl Appender {
    /// Opens or makes the folder `dir`. A file that has reached `max_file` bytes is followed by the next one.
    ///
    /// `whole` is asked, from the start of the last file on, how many bytes the whole record (or file header)
    /// has that begins at a place: it gets a reader standing there and the number of bytes left in the file,
    /// and may leave the reader anywhere. Where it answers `None` the rest of the file is a torn write and is
    /// cut off; a file of which nothing remains is removed. Its error ends the opening and nothing is cut.
    pub fn open<E: From<Error>>(
        dir: &Path,
        names: Names,
        max_file: u64,
        mut whole: impl FnMut(&mut BufReader<File>, Place, u64) -> Result<Option<u64>, E>,
    ) -> Result<Self, E> {
        make_dir(dir)?;
        let mut appender = Self {
            dir: dir.to_owned(),
            names,
            max_file,
            tail: None,
            safe: None,
            torn: 0,
            broken: false,
        };
        for &number in names.list(dir)?.iter().rev() {
            if appender.repair(number, &mut whole)? {
                break;
            }
        }
        Ok(appender)
    }

    /// Bytes of torn writes that opening cut off.
    pub fn torn(&self) -> u64 {
        self.torn
    }

    /// Where the next write begins; offset 0 where it begins a new file, whose header then comes first.
    pub fn next(&self) -> Place {
        match self.tail.as_ref() {
            None => Place {
                segment: 1,
                offset: 0,
            },
            Some(tail) if tail.len >= self.max_file => Place {
                segment: tail.number + 1,
                offset: 0,
            },
            Some(tail) => Place {
                segment: tail.number,
                offset: tail.len,
            },
        }
    }

    /// Where the last file ends; none where there is no file yet.
    pub fn end(&self) -> Option<Place> {
        self.tail.as_ref().map(|tail| Place {
            segment: tail.number,
            offset: tail.len,
        })
    }

    /// Writes `bytes` behind what is there and fsyncs; says where they begin.
    /// A new file starts with `header(its number)`; one append never spans two files.
    /// After an error nothing of `bytes` is there, or the appender takes no more writes.
    pub fn append(
        &mut self,
        bytes: &[u8],
        header: impl FnOnce(u32) -> Vec<u8>,
    ) -> Result<Place, Error> {
        let place = self.write(bytes, header)?;
        self.sync()?;
        Ok(place)
    }

    /// The first half of `append`: one write, not yet durable.
    pub fn write(
        &mut self,
        bytes: &[u8],
        header: impl FnOnce(u32) -> Vec<u8>,
    ) -> Result<Place, Error> {
        if self.broken {
            let path = self.path(self.tail.as_ref().map_or(1, |t| t.number));
            return Err(Error::Broken { path });
        }
        let written = self.try_write(bytes, header);
        if written.is_err() {
            self.take_back();
        }
        written
    }

    /// The second half of `append`: what was written is durable when this returns.
    pub fn sync(&mut self) -> Result<(), Error> {
        let synced = self.try_sync();
        if synced.is_err() {
            self.take_back();
        }
        synced
    }

    fn path(&self, number: u32) -> PathBuf {
        self.dir.join(self.names.name(number))
    }

    fn try_write(
        &mut self,
        bytes: &[u8],
        header: impl FnOnce(u32) -> Vec<u8>,
    ) -> Result<Place, Error> {
        let next = self.next();
        if next.offset == 0 {
            self.begin_file(next.segment, header)?;
        }
        let dir = &self.dir;
        let Some(tail) = self.tail.as_mut() else {
            return Err(Error::Broken { path: dir.clone() });
        };
        let path = || dir.join(self.names.name(tail.number));
        tail.file
            .write_all(bytes)
            .map_err(|e| failed("write", &path())(e))?;
        let offset = tail.len;
        tail.len += bytes.len() as u64;
        Ok(Place {
            segment: tail.number,
            offset,
        })
    }

    fn begin_file(
        &mut self,
        number: u32,
        header: impl FnOnce(u32) -> Vec<u8>,
    ) -> Result<(), Error> {
        let path = self.path(number);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(failed("make", &path))?;
        let header = header(number);
        let tail = self.tail.insert(Tail {
            number,
            file,
            len: header.len() as u64,
        });
        tail.file.write_all(&header).map_err(failed("write", &path))
    }

    fn try_sync(&mut self) -> Result<(), Error> {
        let Some(tail) = self.tail.as_ref() else {
            return Ok(());
        };
        let path = self.path(tail.number);
        tail.file.sync_data().map_err(failed("fsync", &path))?;
        if self.safe.is_none_or(|(number, _)| number != tail.number) {
            sync_dir(&self.dir)?;
        }
        self.safe = Some((tail.number, tail.len));
        Ok(())
    }

    /// Returns to the last fsynced end; where even that fails, no more is written.
    fn take_back(&mut self) {
        self.broken = self.try_take_back().is_err();
    }

    fn try_take_back(&mut self) -> Result<(), Error> {
        let begun = self.tail.take().map(|tail| tail.number);
        if let Some(number) = begun.filter(|&n| self.safe.is_none_or(|(safe, _)| safe != n)) {
            let path = self.path(number);
            fs::remove_file(&path).map_err(failed("remove", &path))?;
            sync_dir(&self.dir)?;
        }
        let Some((number, len)) = self.safe else {
            return Ok(());
        };
        let (file, path) = self.open_file(number)?;
        self.tail = Some(cut(file, number, len, &path)?);
        Ok(())
    }

    fn open_file(&self, number: u32) -> Result<(File, PathBuf), Error> {
        let path = self.path(number);
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let file = file.map_err(failed("open", &path))?;
        Ok((file, path))
    }

    /// Cuts what is torn off file `number` and makes it the tail; false where nothing of it was whole.
    fn repair<E: From<Error>>(
        &mut self,
        number: u32,
        whole: &mut impl FnMut(&mut BufReader<File>, Place, u64) -> Result<Option<u64>, E>,
    ) -> Result<bool, E> {
        let (file, path) = self.open_file(number)?;
        let size = file.metadata().map_err(failed("read", &path))?.len();
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let mut len = 0;
        while len < size {
            let at = reader.stream_position().map_err(failed("read", &path))?;
            reader
                .seek_relative(len.wrapping_sub(at) as i64)
                .map_err(failed("read", &path))?;
            let place = Place {
                segment: number,
                offset: len,
            };
            match whole(&mut reader, place, size - len)? {
                Some(record) if record > 0 && record <= size - len => len += record,
                _ => break,
            }
        }
        self.torn += size - len;
        if len == 0 {
            fs::remove_file(&path).map_err(failed("remove", &path))?;
            sync_dir(&self.dir)?;
            return Ok(false);
        }
        // Also what is whole may not have been fsynced before the crash.
        self.tail = Some(cut(reader.into_inner(), number, len, &path)?);
        sync_dir(&self.dir)?;
        self.safe = Some((number, len));
        Ok(true)
    }
}

fn cut(mut file: File, number: u32, len: u64, path: &Path) -> Result<Tail, Error> {
    file.set_len(len).map_err(failed("shorten", path))?;
    file.sync_all().map_err(failed("fsync", path))?;
    file.seek(SeekFrom::Start(len))
        .map_err(failed("write", path))?;
    Ok(Tail { number, file, len })
}

/// Makes `dir` and what leads to it, so that it is still there after a power cut.
pub fn make_dir(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir).map_err(failed("make", dir))?;
    match dir.parent().filter(|p| !p.as_os_str().is_empty()) {
        Some(parent) => sync_dir(parent),
        None => Ok(()),
    }
}

/// Makes the names in `dir` durable. Windows has no such call and does it by itself.
pub fn sync_dir(dir: &Path) -> Result<(), Error> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(dir)
        .and_then(|d| d.sync_all())
        .map_err(failed("fsync", dir))
}

/// For `map_err`: the same failure with what was tried and where.
pub(crate) fn failed<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error::Io {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    const NAMES: Names = Names {
        prefix: "part-",
        suffix: ".bin",
    };

    /// Records of the tests: a length byte, then as many bytes of that value.
    fn whole(reader: &mut BufReader<File>, _: Place, left: u64) -> Result<Option<u64>, Error> {
        let mut record = vec![0; left.min(256) as usize];
        reader.read_exact(&mut record).unwrap();
        let len = usize::from(record[0]);
        let right =
            len > 0 && len < record.len() && record[1..=len].iter().all(|b| b == &record[0]);
        Ok(right.then_some(len as u64 + 1))
    }

    fn open(dir: &Path) -> Appender {
        Appender::open(dir, NAMES, 20, whole).unwrap()
    }

    fn record(len: u8) -> Vec<u8> {
        vec![len; usize::from(len) + 1]
    }

    #[test]
    fn rotates_and_goes_on_where_it_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let mut places = Vec::new();
        for len in [9, 12, 3] {
            // The header is a record itself, so that repair can pass it.
            places.push(
                open(dir.path())
                    .append(&record(len), |n| record(n as u8))
                    .unwrap(),
            );
        }
        let at = |segment, offset| Place { segment, offset };
        assert_eq!(places, [at(1, 2), at(1, 12), at(2, 3)]);
        assert_eq!(NAMES.list(dir.path()).unwrap(), [1, 2]);
        assert_eq!(open(dir.path()).end(), Some(at(2, 7)));
    }

    #[test]
    fn cuts_a_write_torn_at_any_byte() {
        let dir = tempfile::tempdir().unwrap();
        let mut appender = open(dir.path());
        appender.append(&record(9), |_| Vec::new()).unwrap();
        appender.append(&record(7), |_| Vec::new()).unwrap();
        let path = dir.path().join(NAMES.name(1));
        let bytes = fs::read(&path).unwrap();
        for len in 10..bytes.len() {
            fs::write(&path, &bytes[..len]).unwrap();
            let again = open(dir.path());
            assert_eq!(
                (again.torn(), fs::metadata(&path).unwrap().len()),
                (len as u64 - 10, 10)
            );
        }
    }

    #[test]
    fn a_new_file_of_which_nothing_is_whole_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).append(&record(9), |_| Vec::new()).unwrap();
        fs::write(dir.path().join(NAMES.name(2)), [5, 5]).unwrap();
        assert_eq!(
            open(dir.path()).end(),
            Some(Place {
                segment: 1,
                offset: 10
            })
        );
        assert_eq!(NAMES.list(dir.path()).unwrap(), [1]);
    }

    #[test]
    fn a_write_taken_back_leaves_the_fsynced_end() {
        let dir = tempfile::tempdir().unwrap();
        let mut appender = open(dir.path());
        appender.append(&record(30), |_| Vec::new()).unwrap();
        appender.write(&record(5), |_| Vec::new()).unwrap();
        appender.take_back();
        let place = appender.append(&record(4), |_| Vec::new()).unwrap();
        assert_eq!(
            place,
            Place {
                segment: 2,
                offset: 0
            }
        );
        assert_eq!(fs::read(dir.path().join(NAMES.name(2))).unwrap(), record(4));
    }
}
