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
            while let Some(arrived) = arrivals.next() {
                // The committer is gone only when the crawl has failed already.
                let _ = finished.send(reader.read(arrived));
            }
        };
        thread::Builder::new().name("read".to_owned()).spawn(work)?;
    }
    Ok(readers)
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

    /// Whatever a page does to its reading, the crawl goes on.
    fn outcome(&self, page: Page, original: Option<&Original>, queued: &Queued) -> Outcome {
        let platform = self.platforms.get(&queued.platform);
        let read = || answer(page, original, &queued.url, platform, &self.archive);
        match panic::catch_unwind(AssertUnwindSafe(read)) {
            Ok(Ok(answer)) => settled(answer, queued, self.retries),
            Ok(Err(fault)) => Outcome::Whole {
                why: format!("the copy of the last visit is not what it was: {fault}"),
            },
            Err(_) => Outcome::Failed {
                why: format!("{}: reading it failed", queued.url),
            },
        }
    }
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
