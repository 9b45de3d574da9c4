//! The index follows the journal: what it missed at an opening, everything at a rebuild.

use std::{fs, io, path::Path};

use serde::Serialize;

use super::{
    Error, INDEX, JOURNAL, hold,
    index::{self, APPLIED, Changes},
    open_index,
    read::entry_of,
    record::Applied,
    sync_index,
};
use crate::journal::{Journal, Reader, Verified, append};

/// Frames that go into the index as one batch.
const BATCH: u64 = 1_000;
/// Where a rebuild works, and where it puts what it replaces.
const NEW: &str = "index.new";
const OLD: &str = "index.old";

/// Throws the index away and makes it anew from the journal; says from how many records.
/// The queue is lost; a crawl seeds it again. Cut off in the middle, the old index is still there,
/// or none is and the next opening makes it.
pub fn rebuild(dir: &Path) -> Result<u64, Error> {
    let _lock = hold(dir)?;
    let journal = Journal::open(&dir.join(JOURNAL))?;
    sweep(dir)?;
    let new = dir.join(NEW);
    let tree = open_index(&new)?;
    let followed = follow(&tree, &journal)?;
    sync_index(&tree, &new)?;
    drop(tree);
    let index = dir.join(INDEX);
    if index.exists() {
        rename(&index, &dir.join(OLD))?;
    }
    rename(&new, &index)?;
    append::sync_dir(dir)?;
    sweep(dir)?;
    Ok(followed)
}

/// How the index stands to the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It has followed the journal to its end.
    Current,
    /// The next opening has something to apply.
    Behind,
    /// Another process has the store, and keeps the index current.
    Busy,
    /// There is none; the next opening makes it.
    Absent,
    /// It followed another journal, or a longer one: records were taken away, or an older journal was put back.
    Foreign,
    /// sled cannot open it.
    Unopenable,
}

/// How the index in `dir` stands to the journal there, of which `verify` found this; nothing is repaired or applied.
pub fn standing(dir: &Path, journal: &Verified) -> Result<Standing, Error> {
    let _lock = match hold(dir) {
        Err(e) if e.is_busy() => return Ok(Standing::Busy),
        lock => lock?,
    };
    let path = dir.join(INDEX);
    if !path.exists() {
        return Ok(Standing::Absent);
    }
    let Ok(tree) = open_index(&path) else {
        return Ok(Standing::Unopenable);
    };
    let applied: Applied = index::get(&tree, APPLIED)?.unwrap_or_default();
    let reader = Reader::until(&dir.join(JOURNAL), journal.end);
    Ok(if applied.next > journal.end {
        Standing::Foreign
    } else if applied.next == journal.end {
        let same = applied.head == journal.head;
        if same {
            Standing::Current
        } else {
            Standing::Foreign
        }
    } else {
        match reader.frames_after(applied.next, applied.head).next() {
            Some(Err(_)) => Standing::Foreign,
            _ => Standing::Behind,
        }
    })
}

/// Applies what lies behind `applied`; says how many records that were.
pub(super) fn follow(tree: &sled::Tree, journal: &Journal) -> Result<u64, Error> {
    let applied: Applied = index::get(tree, APPLIED)?.unwrap_or_default();
    let ahead = applied.next > journal.end();
    if ahead || (applied.next == journal.end() && applied.head != journal.head()) {
        return Err(Error::Foreign { source: None });
    }
    let mut followed = 0;
    let mut changes = Changes::to(tree);
    for frame in journal.reader().frames_after(applied.next, applied.head) {
        let frame = match frame {
            Ok(frame) => frame,
            Err(e) if followed == 0 && applied != Applied::default() => {
                let source = Some(e);
                return Err(Error::Foreign { source });
            }
            Err(e) => return Err(e.into()),
        };
        changes.apply(&entry_of(&frame)?, frame.place)?;
        changes.applied(frame.next, frame.hash)?;
        followed += 1;
        if followed % BATCH == 0 {
            std::mem::replace(&mut changes, Changes::to(tree)).write()?;
        }
    }
    changes.write()?;
    Ok(followed)
}

/// Removes what a rebuild left that was cut off.
pub(super) fn sweep(dir: &Path) -> Result<(), Error> {
    for name in [NEW, OLD] {
        let path = dir.join(name);
        // What stood in the index's place need not have been a folder.
        let remove = if path.is_file() {
            fs::remove_file
        } else {
            fs::remove_dir_all::<&Path>
        };
        match remove(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            removed => removed.map_err(append::failed("remove", &path))?,
        }
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    Ok(fs::rename(from, to).map_err(append::failed("rename", from))?)
}
