//! The embedded store: the journal is the truth, sled the index over it and the crawl's working state.

mod commit;
mod config;
mod entry;
mod follow;
mod index;
mod judged;
mod queue;
mod read;
mod record;
mod stock;
mod tail;
mod turns;
mod visit;

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use crate::journal::{self, Journal, Reader, append};
pub use commit::{OnStep, Step};
pub use config::StoreConfig;
pub use entry::{Entry, Group, HostCounts, ListPage, Opened, Queued, Run, Spent, Visit, Work};
pub use follow::{Standing, rebuild, standing};
pub use judged::{Judged, JudgedWriter, judged, put_row};
pub use read::ledger;
pub use stock::{Flagged, Outline, Stocked, Stretch};
pub use tail::{Tail, tail};
pub use turns::Changing;
use turns::Turns;

/// The folder of the journal in the store's folder.
pub const JOURNAL: &str = "journal";
const INDEX: &str = "index";
const LOCK: &str = "lock";
/// A file that is there while nobody has the store open and the last one to have it closed it.
const CLOSED: &str = "closed";
/// sled's cache in bytes as sled counts them; in memory a page takes a few times as much. A crawl works at the front of
/// the queue, and with more than this it gets no cheaper.
const CACHE: u64 = 16 << 20;

/// Why the store could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process owns the store; it can be asked.
    #[error("{path} is held by another listwarden; ask that one, or stop it first")]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// sled cannot open the index. Nothing is lost.
    #[error(
        "could not open the index {path}; the journal beside it is the truth, and `listwarden rebuild` makes the index anew"
    )]
    Unopenable {
        /// Its folder.
        path: PathBuf,
        /// sled's own answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// sled failed while reading or writing; a full disk also shows here.
    #[error("could not read or write the index")]
    Index(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The index followed another journal than the one that is there, or a longer one.
    #[error(
        "the index does not fit the journal; if the journal is the right one, `listwarden rebuild` makes the index anew"
    )]
    Foreign {
        /// Where they part, if the journal does not just end too early.
        #[source]
        source: Option<journal::Error>,
    },
    /// The journal is damaged or could not be read or written.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A file beside journal and index could not be read or written.
    #[error(transparent)]
    File(#[from] append::Error),
    /// A record is not in a form that can be read.
    #[error("{key} is not in a form that can be read: {why}")]
    Decode {
        /// Which record.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// A later version of listwarden wrote a record.
    #[error(
        "{key} has form {found}, and this listwarden knows forms up to {known}; use a newer one"
    )]
    Newer {
        /// Which record.
        key: String,
        /// Its form.
        found: u8,
        /// The newest form known here.
        known: u8,
    },
    /// An earlier change reached the journal but not the index.
    #[error("the store takes no more changes since one failed; open it again, which repairs it")]
    Halted,
    /// URLs were queued outside of a run.
    #[error("no run has begun, so nothing can be queued")]
    NoRun,
}

impl Error {
    /// Another process owns the store; ask it.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    fn index(source: sled::Error) -> Self {
        Self::Index(source.into())
    }
}

/// The store of one workspace. One process owns it; threads share it.
pub struct Store {
    dir: PathBuf,
    tree: sled::Db,
    reader: Reader,
    writer: Mutex<Writer>,
    turns: Turns,
    on_step: Option<OnStep>,
    /// Held for as long as the store is open; the last to be dropped.
    _lock: Lock,
}

/// The lock on a store's folder.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone leaves it locked for as long as a process that is just being started has a copy.
        // Where unlocking fails closing follows at once, so that nothing is left to be done about it.
        let _ = self.0.unlock();
    }
}

#[derive(Debug)]
struct Writer {
    journal: Journal,
    /// A change did not reach the index, so the next one must not be put on top of it.
    halted: bool,
    /// The last crawl ended as it should, or a crawl has begun since that knows that it did not.
    settled: bool,
}

impl Store {
    /// Opens or makes the store in `dir`, replaying what the index missed.
    pub fn open(dir: &Path) -> Result<(Self, Opened), Error> {
        let new = !dir.join(LOCK).exists();
        let lock = hold(dir)?;
        let closed = take_mark(dir)?;
        let journal = Journal::open(&dir.join(JOURNAL))?;
        follow::sweep(dir)?;
        let tree = open_index(&dir.join(INDEX))?;
        let replayed = follow::follow(&tree, &journal)?;
        let settled = closed || new;
        let opened = Opened {
            clean: settled,
            replayed,
            torn: journal.torn(),
        };
        let store = Self {
            dir: dir.to_owned(),
            tree,
            reader: journal.reader(),
            writer: Mutex::new(Writer {
                journal,
                halted: false,
                settled,
            }),
            turns: Turns::default(),
            on_step: None,
            _lock: lock,
        };
        store.flush()?;
        Ok((store, opened))
    }

    /// Closes the store; the next opening finds that it was. Dropping it is like a crash, and as safe.
    /// After an unclean stop only a process that began a run makes it clean again: whoever just looked in
    /// between leaves it to the next crawl to be careful.
    pub fn close(self) -> Result<(), Error> {
        let writer = self.writer()?;
        self.flush()?;
        if !writer.settled {
            return Ok(());
        }
        drop(writer);
        let path = self.dir.join(CLOSED);
        File::create(&path)
            .and_then(|file| file.sync_all())
            .map_err(append::failed("write", &path))?;
        Ok(append::sync_dir(&self.dir)?)
    }

    /// The journal's last hash: whoever notes it elsewhere can tell later that nothing was taken away.
    pub fn head(&self) -> Result<[u8; 32], Error> {
        Ok(self.writer()?.journal.head())
    }

    /// Every row of the index that the journal gives, by key: two stores with equal journals have equal dumps.
    pub fn dump(&self) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), Error>> + '_ {
        self.tree.iter().filter_map(|row| match row {
            Ok((key, row)) => index::JOURNALLED
                .contains(key.first()?)
                .then(|| Ok((key.to_vec(), row.to_vec()))),
            Err(e) => Some(Err(Error::index(e))),
        })
    }

    /// The one who writes. After a panic in the middle of a change nothing is written on top of it.
    /// Whoever commits what rests on something read before holds this from the reading to the commit; otherwise a verdict
    /// taken between the two would be answered by a judge that had not seen it.
    pub fn changing(&self) -> Changing<'_> {
        self.turns.take()
    }

    /// Whether somebody waits for the one who holds [`Self::changing`].
    pub fn awaited(&self) -> bool {
        self.turns.awaited()
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        match self.writer.lock() {
            Ok(writer) if !writer.halted => Ok(writer),
            _ => Err(Error::Halted),
        }
    }

    fn flush(&self) -> Result<(), Error> {
        sync_index(&self.tree, &self.dir.join(INDEX))
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

/// Takes the lock in `dir`, which ends with the process at the latest.
fn hold(dir: &Path) -> Result<Lock, Error> {
    append::make_dir(dir)?;
    let path = dir.join(LOCK);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(append::failed("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::Busy { path }),
        Err(TryLockError::Error(e)) => Err(append::failed("lock", &path)(e).into()),
    }
}

/// Whether the store was closed by the one who had it last; the mark is taken away.
fn take_mark(dir: &Path) -> Result<bool, Error> {
    let path = dir.join(CLOSED);
    match fs::remove_file(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => {
            removed.map_err(append::failed("remove", &path))?;
            append::sync_dir(dir)?;
            Ok(true)
        }
    }
}

fn open_index(path: &Path) -> Result<sled::Db, Error> {
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(CACHE)
        .flush_every_ms(None);
    let failed = |source| Error::Unopenable {
        path: path.to_owned(),
        source,
    };
    await_release(&path.join("db"));
    // On some damage sled panics instead of failing.
    match panic::catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(opened) => opened.map_err(|e| failed(e.into())),
        Err(_) => Err(failed("sled could not make sense of its files".into())),
    }
}

/// Waits up to a second for sled's own lock. Ours is held, so nobody else has the index; but sled lets its file
/// go only by closing it, and a process that is just being started has a copy until it is.
fn await_release(db: &Path) {
    let Ok(file) = File::open(db) else {
        return;
    };
    for _ in 0..100 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            _ => break,
        }
    }
    // Where even this fails, so will sled, and say so.
    let _ = file.unlock();
}

/// Makes the index durable. sled's own flush leaves the last word to the system; fsync has it.
fn sync_index(tree: &sled::Db, path: &Path) -> Result<(), Error> {
    tree.flush().map_err(Error::index)?;
    let path = path.join("db");
    let opened = OpenOptions::new().write(true).open(&path);
    let synced = opened.and_then(|file| file.sync_data());
    Ok(synced.map_err(append::failed("fsync", &path))?)
}

#[cfg(test)]
mod tests;
