//! Reading the conduct log, line by line, oldest first.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::Line;

/// No line is longer: the longest hold a robots.txt.
const LONGEST: u64 = 32 << 20;

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {number}: {why}", path.display())]
pub struct Broken {
    /// The file.
    pub path: PathBuf,
    /// From 1; from the place where reading began, where that was not the file's beginning.
    pub number: u64,
    /// What is wrong.
    pub why: String,
}

/// Gives every line of the files in `dir` from the day `since` on to `each`, in the order of the files. A line that a
/// power cut tore is `Broken`, and the next one is read.
///
/// # Errors
/// Where a file cannot be read; no folder at all is no lines.
pub fn read(
    dir: &Path,
    since: Option<Date>,
    each: &mut dyn FnMut(Result<Line, Broken>),
) -> io::Result<()> {
    for (_, path) in files(dir, since)? {
        from(&path, 0, each)?;
    }
    Ok(())
}

/// The files from the day `since` on, oldest first.
pub(super) fn files(dir: &Path, since: Option<Date>) -> io::Result<Vec<(Date, PathBuf)>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let date = name
            .and_then(|name| name.strip_suffix(".jsonl"))
            .and_then(|date| date.parse::<Date>().ok());
        files.extend(
            date.filter(|date| since.is_none_or(|since| *date >= since))
                .map(|date| (date, path)),
        );
    }
    files.sort();
    Ok(files)
}

/// Reads one file from the byte `begin` on; what stands there of a line begun before is passed over.
pub(super) fn from(
    path: &Path,
    begin: u64,
    each: &mut dyn FnMut(Result<Line, Broken>),
) -> io::Result<()> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut bytes = Vec::new();
    if begin > 0 {
        file.seek(SeekFrom::Start(begin - 1))?;
        pass_over(&mut file)?;
    }
    for number in 1.. {
        bytes.clear();
        if file.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        let broken = |why: &str| Broken {
            path: path.to_owned(),
            number,
            why: why.to_owned(),
        };
        match bytes.split_last() {
            Some((b'\n', [])) => {}
            Some((b'\n', line)) => each(
                serde_json::from_slice(line)
                    .map_err(|e| broken(&format!("no line of the log: {e}"))),
            ),
            // Being written just now, or torn by a power cut.
            _ if (bytes.len() as u64) < LONGEST => each(Err(broken("it has no end"))),
            _ => {
                each(Err(broken("it is too long")));
                pass_over(&mut file)?;
            }
        }
    }
    Ok(())
}

/// Reads on behind the end of the line, in steps, so that a line of any length takes no memory.
fn pass_over(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        let seen = file.fill_buf()?;
        let end = memchr::memchr(b'\n', seen);
        let used = end.map_or(seen.len(), |at| at + 1);
        let done = end.is_some() || seen.is_empty();
        file.consume(used);
        if done {
            return Ok(());
        }
    }
}
