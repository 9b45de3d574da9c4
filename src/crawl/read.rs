//! The threads that read: what came waits here for one of them, and goes on, packed and read, to the committer.

use std::{
    collections::{BTreeMap, VecDeque},
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc::Sender},
    thread,
};

use super::{
    revisit::print,
    work::{Answer, Arrived, Finished, Outcome},
};
use crate::{
    archive::{self, Original},
    fetch::Validators,
    model::Page,
    platform::{Platform, Role},
    store::Queued,
};

/// What came and is not read yet, oldest first.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    line: Mutex<Line>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Arrived>,
    /// Bytes of the pages that wait.
    bytes: usize,
    closed: bool,
}

impl Arrivals {
    pub(super) fn push(&self, arrived: Arrived) {
        let mut line = self.line();
        line.bytes += size(&arrived);
        line.waiting.push_back(arrived);
        self.changed.notify_one();
    }

    /// Whether anything waits to be read: it will come to the committer.
    pub(super) fn any(&self) -> bool {
        !self.line().waiting.is_empty()
    }

    /// Bytes of the pages that wait.
    pub(super) fn bytes(&self) -> usize {
        self.line().bytes
    }

    /// Ends the reading.
    fn close(&self) {
        let mut line = self.line();
        line.closed = true;
        line.waiting.clear();
        self.changed.notify_all();
    }

    /// The next to be read, once there is one; none after the end.
    fn next(&self) -> Option<Arrived> {
        let open = |line: &mut Line| line.waiting.is_empty() && !line.closed;
        let mut line = self
            .changed
            .wait_while(self.line(), open)
            .unwrap_or_else(PoisonError::into_inner);
        let next = line.waiting.pop_front()?;
        line.bytes -= size(&next);
        Some(next)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(arrived: &Arrived) -> usize {
    arrived.page.as_ref().map_or(0, |page| page.body.len())
}

/// What pages are read with.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) platforms: Arc<BTreeMap<String, Platform>>,
    /// The folder of the archive.
    pub(super) archive: PathBuf,
    /// How often a page that failed is tried again.
    pub(super) retries: u32,
}

/// The threads that read. Dropped, they end with the page that they are at; what still waits is read no more, and so
/// stays queued.
#[derive(Debug)]
pub(super) struct Readers(Arc<Arrivals>);

impl Drop for Readers {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Starts as many threads as can work at the same time: more pages read at once would only be more memory.
pub(super) fn start(
    reader: Reader,
    arrivals: Arc<Arrivals>,
    finished: &Sender<Finished>,
) -> std::io::Result<Readers> {
    let readers = Readers(arrivals);
    let reader = Arc::new(reader);
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for _ in 0..cores {
        let (reader, arrivals) = (Arc::clone(&reader), Arc::clone(&readers.0));
        let finished = finished.clone();
        let work = move || {
            stand_back();
            while let Some(arrived) = arrivals.next() {
                // The committer is gone only when the crawl has failed already.
                let _ = finished.send(reader.read(arrived));
            }
        };
        thread::Builder::new().name("read".to_owned()).spawn(work)?;
    }
    Ok(readers)
}

/// From now on the threads that ask come before this one, so that requests leave when they should.
fn stand_back() {
    #[cfg(target_os = "linux")]
    // Here, against POSIX, it is the thread's own.
    let _ = rustix::process::nice(5);
}

impl Reader {
    fn read(&self, arrived: Arrived) -> Finished {
        let Arrived {
            queued,
            visit,
            original,
            page,
        } = arrived;
        let outcome = page.map_or_else(
            |outcome| outcome,
            |page| self.outcome(page, original.as_ref(), &queued),
        );
        Finished {
            queued,
            visit,
            outcome,
        }
    }

    fn outcome(&self, page: Page, original: Option<&Original>, queued: &Queued) -> Outcome {
        let platform = self.platforms.get(&queued.platform);
        let read = || answer(page, original, &queued.url, platform, &self.archive);
        match unharmed(read) {
            Some(Ok(answer)) => settled(answer, queued, self.retries),
            Some(Err(fault)) => Outcome::Whole {
                why: format!("the copy of the last visit is not what it was: {fault}"),
            },
            None => Outcome::Failed {
                why: format!("{}: reading it failed", queued.url),
            },
        }
    }
}

/// What `read` gives; none where it came to grief over a page. The others are read all the same.
fn unharmed<T>(read: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(read)).ok()
}

/// Packs and reads a page; fails only where the server speaks of an earlier answer that cannot be read.
fn answer(
    page: Page,
    original: Option<&Original>,
    asked: &str,
    platform: Option<&Platform>,
    archive: &Path,
) -> Result<Answer, archive::Error> {
    let packed = match original {
        Some(original) => archive::pack_again(&page, original),
        None => archive::pack(&page),
    };
    let (status, bytes, truncated) = (page.status, page.body.len(), page.truncated);
    let moved = page.url.as_str() != asked;
    let validators = validators(&page, moved || truncated);
    let unmodified = original.filter(|_| status == 304);
    let known = unmodified.is_some();
    let page = match unmodified {
        Some(original) => archive::met_again(archive, page, original)?,
        None => page,
    };
    let harvest = platform.map(|p| p.read(&page)).unwrap_or_default();
    Ok(Answer {
        status,
        bytes,
        whole: packed.whole,
        packed: Some(packed),
        known,
        elsewhere: moved && platform.is_some_and(|p| p.role(&page.url) != Role::Listing),
        truncated,
        validators,
        print: print(&harvest),
        harvest,
        url: page.url,
    })
}

/// Those of a page that was cut, or that another address gave, say nothing of the page asked for.
fn validators(page: &Page, foreign: bool) -> Validators {
    let header = |name| page.header(name).filter(|_| !foreign).map(str::to_owned);
    Validators {
        etag: header("etag"),
        last_modified: header("last-modified"),
    }
}

/// A server error may pass; the last try is kept as the answer.
fn settled(answer: Answer, queued: &Queued, retries: u32) -> Outcome {
    if answer.status >= 500 && queued.attempt < retries {
        return Outcome::Again {
            why: format!("the server answered {}", answer.status),
        };
    }
    Outcome::Answer(Box::new(answer))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::crawl::tests::page;

    fn arrived(path: &str) -> Arrived {
        let page = page(path, 200, "<a href=/item/1>one</a>");
        Arrived {
            queued: Queued {
                url: page.url.to_string(),
                platform: "shop".to_owned(),
                ..Queued::default()
            },
            visit: None,
            original: None,
            page: Ok(page),
        }
    }

    fn reader() -> Reader {
        Reader {
            platforms: Arc::default(),
            archive: PathBuf::new(),
            retries: 0,
        }
    }

    #[test]
    fn what_came_goes_on_and_the_readers_end_with_their_guard() {
        let arrivals = Arc::new(Arrivals::default());
        let (finished, incoming) = mpsc::channel();
        let readers = start(reader(), Arc::clone(&arrivals), &finished).unwrap();
        drop(finished);
        for n in 0..20 {
            arrivals.push(arrived(&format!("/{n}")));
        }
        let mut urls: Vec<String> = incoming.iter().take(20).map(|f| f.queued.url).collect();
        urls.sort();
        urls.dedup();
        assert_eq!(urls.len(), 20);
        assert_eq!((arrivals.any(), arrivals.bytes()), (false, 0));
        drop(readers);
        assert!(incoming.recv().is_err(), "no reader is left");
    }

    #[test]
    fn the_oldest_is_read_first_and_after_the_end_nothing() {
        let arrivals = Arrivals::default();
        for path in ["/1", "/2", "/3"] {
            arrivals.push(arrived(path));
        }
        let each = size(&arrived("/1"));
        assert_eq!(arrivals.bytes(), 3 * each);
        assert!(arrivals.next().unwrap().queued.url.ends_with("/1"));
        assert_eq!(arrivals.bytes(), 2 * each);
        arrivals.close();
        assert!(arrivals.next().is_none() && !arrivals.any());
    }

    #[test]
    fn grief_over_one_page_is_no_grief_to_the_next() {
        assert_eq!(unharmed(|| 1), Some(1));
        assert_eq!(unharmed(|| -> u8 { panic!("over a page") }), None);
        let failed = Arrived {
            page: Err(Outcome::Failed {
                why: "no answer".to_owned(),
            }),
            ..arrived("/")
        };
        let finished = reader().read(failed);
        assert!(matches!(finished.outcome, Outcome::Failed { why } if why == "no answer"));
    }
}
