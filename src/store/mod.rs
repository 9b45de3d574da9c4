//! The embedded store: the journal is the truth, sled the index over it and the crawl's working state.

mod commit;
mod config;
mod entry;
mod follow;
mod index;
mod queue;
mod read;
mod record;

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::journal::{self, Journal, Reader, append};
pub use commit::{OnStep, Step};
pub use config::StoreConfig;
pub use entry::{Entry, Group, Opened, Queued, Run, Work};
pub use follow::{Standing, rebuild, standing};
pub use read::ledger;

/// The folder of the journal in the store's folder.
pub const JOURNAL: &str = "journal";
const INDEX: &str = "index";
const LOCK: &str = "lock";
/// A file that is there while nobody has the store open and the last one to have it closed it.
const CLOSED: &str = "closed";
/// sled's cache in bytes; its rows are small.
const CACHE: u64 = 64 << 20;

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
    changing: Mutex<()>,
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
    known: queue::Known,
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
                known: queue::Known::default(),
            }),
            changing: Mutex::default(),
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
    pub fn changing(&self) -> MutexGuard<'_, ()> {
        // It guards no value, so a holder that panicked left nothing half done.
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
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
mod tests {
    use super::*;
    use crate::model::{
        Capture, Decision, Flag, FlagId, FlagStatus, Listing, ListingId, ListingStatus, Review,
        Severity, Time,
    };

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap()
    }

    fn open(dir: &Path) -> (Store, Opened) {
        Store::open(dir).unwrap()
    }

    fn commit(store: &Store, entries: Vec<Entry>) {
        let work = Vec::new();
        store.commit(Group { entries, work }).unwrap();
    }

    fn capture(second: i64) -> Capture {
        Capture {
            warc: "w".into(),
            offset: second as u64,
            sha256: "s".into(),
            fetched_at: at(second),
        }
    }

    fn version(id: &str, title: &str, second: i64) -> Entry {
        Entry::Version(Box::new(Listing {
            id: id.into(),
            url: format!("https://shop.example/{id}"),
            title: Some(title.into()),
            capture: Some(capture(second)),
            ..Listing::default()
        }))
    }

    fn seen(id: &str, second: i64) -> Entry {
        Entry::Seen {
            id: id.into(),
            capture: capture(second),
            campaigns: vec!["toys".into()],
        }
    }

    fn flag(listing: &str, reason: &str, status: FlagStatus) -> Flag {
        let id = ListingId::from(listing);
        Flag {
            id: FlagId::of("a/b", &id),
            rule: "a/b".into(),
            rule_hash: String::new(),
            reference_hash: String::new(),
            facts_hash: String::new(),
            listing: id,
            listing_version: 1,
            severity: Severity::Low,
            score: 1,
            kind: "recall".into(),
            reason: reason.into(),
            reason_zh: String::new(),
            basis: Vec::new(),
            proofs: Vec::new(),
            status,
            raised_at: at(1),
            campaigns: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    #[test]
    fn a_listing_is_its_last_version_with_what_was_seen_since() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path());
        commit(
            &store,
            vec![version("p:1", "old", 10), version("p:10", "other", 11)],
        );
        commit(
            &store,
            vec![seen("p:1", 20), version("p:1", "new", 30), seen("p:1", 40)],
        );
        let id = ListingId::from("p:1");
        let listing = store.listing(&id).unwrap().unwrap();
        assert_eq!(
            (listing.title.as_deref(), listing.version),
            (Some("new"), 2)
        );
        assert_eq!(
            (listing.first_seen, listing.last_seen),
            (Some(at(10)), Some(at(40)))
        );
        assert_eq!(
            (listing.capture, listing.campaigns),
            (Some(capture(40)), vec!["toys".into()])
        );
        let (status, at_time) = (ListingStatus::Gone, at(50));
        commit(
            &store,
            vec![
                Entry::Status {
                    id: id.clone(),
                    status,
                    at: at_time,
                },
                seen("p:?", 50),
            ],
        );
        let listing = store.listing(&id).unwrap().unwrap();
        assert_eq!((listing.status, listing.last_seen), (status, Some(at(40))));
        let titles: Vec<_> = store
            .versions(&id)
            .unwrap()
            .into_iter()
            .map(|l| l.title)
            .collect();
        assert_eq!(titles, [Some("old".into()), Some("new".into())]);
        let all: Vec<_> = store.listings().map(|l| l.unwrap().id).collect();
        assert_eq!(all, [id.clone(), "p:10".into()]);
        assert_eq!(
            store.listing_at("https://shop.example/p:1").unwrap(),
            Some(id)
        );
        assert_eq!(store.listing(&"p:2".into()).unwrap(), None);
        assert_eq!(store.entries().count(), 7);
    }

    #[test]
    fn a_flag_carries_its_verdicts_and_stands_where_the_last_word_put_it() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path());
        let (raised, id) = (
            flag("p:1", "one", FlagStatus::Open),
            flag("p:1", "", FlagStatus::Open).id,
        );
        let review = |verdict| {
            let (by, note, assign, unit, due) = ("someone".into(), None, None, None, None);
            let review = Review {
                verdict,
                note,
                by,
                assign,
                unit,
                due,
                at: at(2),
            };
            Entry::Reviewed {
                flag: id.clone(),
                review,
            }
        };
        let raised = |reason, status| {
            Entry::Flagged(Box::new(Flag {
                reason,
                status,
                ..raised.clone()
            }))
        };
        commit(
            &store,
            vec![
                raised("one".into(), FlagStatus::Open),
                review(Decision::Dismissed),
            ],
        );
        assert_eq!(
            store.flag(&id).unwrap().unwrap().status,
            FlagStatus::Dismissed
        );
        commit(&store, vec![raised("two".into(), FlagStatus::Open)]);
        commit(&store, vec![review(Decision::Takedown)]);
        let [flag] = &store.flags_of(&"p:1".into()).unwrap()[..] else {
            panic!()
        };
        assert_eq!((&*flag.reason, flag.status), ("two", FlagStatus::Confirmed));
        let verdicts: Vec<_> = flag.verdicts.iter().map(|r| r.verdict).collect();
        assert_eq!(verdicts, [Decision::Dismissed, Decision::Takedown]);
        assert_eq!(
            store.flags().map(Result::unwrap).collect::<Vec<_>>(),
            std::slice::from_ref(flag)
        );
        assert!(store.flags_of(&"p:10".into()).unwrap().is_empty());
    }

    #[test]
    fn one_process_has_the_store_and_others_learn_who() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path());
        let busy = Store::open(dir.path()).unwrap_err();
        assert!(
            busy.is_busy() && busy.to_string().contains("lock"),
            "{busy}"
        );
        assert!(rebuild(dir.path()).unwrap_err().is_busy());
        drop(store);
        open(dir.path());
    }

    #[test]
    fn an_unclean_stop_is_remembered_until_the_next_run() {
        let dir = tempfile::tempdir().unwrap();
        let (store, opened) = open(dir.path());
        assert!(opened.clean, "nothing was there");
        drop(store);
        for _ in 0..2 {
            let (store, opened) = open(dir.path());
            assert!(!opened.clean, "somebody only looked in between");
            store.close().unwrap();
        }
        let (store, _) = open(dir.path());
        store.begin_run(false, at(0)).unwrap();
        store.close().unwrap();
        assert!(open(dir.path()).1.clean);
    }

    fn stands(data: &Path) -> Standing {
        let journal = journal::verify(&data.join(JOURNAL)).unwrap();
        standing(data, &journal).unwrap()
    }

    #[test]
    fn an_index_that_is_ruined_or_anothers_is_named_and_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let (store, _) = open(&data);
        commit(&store, vec![version("p:1", "kept", 10)]);
        let before: Vec<_> = store.dump().map(Result::unwrap).collect();
        drop(store);
        let conf = data.join("index/conf");
        let mut bytes = fs::read(&conf).unwrap();
        bytes[9] ^= 1;
        fs::write(&conf, bytes).unwrap();
        let error = Store::open(&data).unwrap_err();
        assert!(matches!(error, Error::Unopenable { .. }), "{error:?}");
        assert!(error.to_string().contains("listwarden rebuild"), "{error}");
        assert_eq!(rebuild(&data).unwrap(), 1);
        let (store, _) = open(&data);
        assert_eq!(store.dump().map(Result::unwrap).collect::<Vec<_>>(), before);
        drop(store);

        // A journal that is shorter than what the index followed, as from an older backup.
        fs::remove_dir_all(data.join(JOURNAL)).unwrap();
        assert!(matches!(
            Store::open(&data),
            Err(Error::Foreign { source: None })
        ));
        // Another one that is longer.
        let mut journal = Journal::open(&data.join(JOURNAL)).unwrap();
        for _ in 0..30 {
            journal
                .append(&[record::encode(&seen("p:1", 1)).unwrap()])
                .unwrap();
        }
        drop(journal);
        assert!(matches!(
            Store::open(&data),
            Err(Error::Foreign { source: Some(_) })
        ));
        assert_eq!(stands(&data), Standing::Foreign);
        assert_eq!(rebuild(&data).unwrap(), 30);
        assert_eq!(open(&data).1.replayed, 0);
        assert_eq!(stands(&data), Standing::Current);
    }

    #[test]
    fn a_rebuild_cut_off_anywhere_leaves_a_store_that_opens() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path());
        commit(&store, vec![version("p:1", "kept", 10)]);
        drop(store);
        let at = |name: &str| dir.path().join(name);
        // Cut off while the new index is made, and between the two renames.
        for (from, to) in [("nothing", "nothing"), (INDEX, "index.old")] {
            fs::create_dir(at("index.new")).unwrap();
            fs::write(at("index.new/conf"), "half").unwrap();
            let _ = fs::rename(at(from), at(to));
            let (store, _) = open(dir.path());
            assert!(store.listing(&"p:1".into()).unwrap().is_some());
            assert!(!at("index.new").exists() && !at("index.old").exists());
        }
    }
}
