//! The stage that collects: queue → fetch → archive → read → judge → commit, politely, and so that a kill loses nothing.
//!
//! The dispatcher hands out URLs host by host; a page that came is packed and read on a thread of its own kind, one for
//! each core; one committer writes finished pages in groups (archive, then journal, then index) and only then is a URL done.

mod ask;
mod budget;
mod campaign;
mod commit;
mod dispatch;
mod ingest;
mod lanes;
mod listed;
mod met;
mod read;
mod revisit;
#[cfg(test)]
mod revisit_tests;
mod said;
mod seeds;
mod standing;
mod tally;
#[cfg(test)]
mod tests;
mod traps;
mod work;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};
use tracing::Instrument;
use url::Url;

pub use campaign::CampaignConfig;
pub use revisit::Revisit;
pub use standing::standings;
pub use tally::{LastRun, LeftHost, Summary, last_run};

use crate::{
    archive::{self, Archive},
    fetch::Fetch,
    judge::Office,
    model::{Event, Time},
    platform::Platform,
    store::{self, Run, Store},
    watch::Watch,
};
use ask::Asker;
use budget::Budget;
use commit::Committer;
use dispatch::{Acknowledgements, Dispatcher, FinishedPages};
use lanes::Lanes;
use met::Met;
use read::{Arrivals, Reader};
use standing::Pulse;
use traps::Traps;

/// Where a stage's events go.
pub type Report = Arc<dyn Fn(Event) + Send + Sync>;
/// What time it is; a test brings its own.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// The crawl cannot go on.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Archive(#[from] archive::Error),
    #[error("a part of the crawl stopped: {0}")]
    Stopped(String),
}

/// Everything a crawl works with.
#[allow(missing_docs, reason = "plain names")]
pub struct Crawl<F> {
    pub store: Arc<Store>,
    pub archive: Archive,
    pub fetcher: Arc<F>,
    pub platforms: Arc<BTreeMap<String, Platform>>,
    /// Gives listings their class, and judges them where `judging` says so.
    pub judge: Option<Arc<Office>>,
    pub judging: bool,
    pub report: Report,
    pub clock: Clock,
    /// Set it, and the crawl stops; what is under way has a second to end.
    pub stop: Arc<AtomicBool>,
    /// The last process closed the store; otherwise every host waits its whole delay.
    pub clean: bool,
}

impl<F> std::fmt::Debug for Crawl<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crawl")
            .field("platforms", &self.platforms.keys())
            .finish_non_exhaustive()
    }
}

/// What this crawl is to do.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Campaigns; their platforms and keywords give the seeds.
    pub campaigns: Vec<CampaignConfig>,
    /// Single pages beside them.
    pub urls: Vec<Url>,
    /// Pages to fetch now at most; the rest stays queued.
    pub limit: Option<u64>,
    /// Forget what an interrupted run left in the queue.
    pub fresh: bool,
    /// Visit again only what is due.
    pub due: bool,
    /// When a page is due again.
    pub revisit: Revisit,
    /// How often a page that failed is tried again.
    pub retries: u32,
    /// Requests under way at once, over all hosts.
    pub at_once: usize,
    /// Pages of one run at most, by platform.
    pub platform_pages: BTreeMap<String, u64>,
    /// Hosts out of reach for longer than this keep no crawl open; none: each is waited for.
    pub patience: Option<Duration>,
    /// A run that left hosts and began longer ago than this makes room for the next one; none: it goes on.
    pub renew_after: Option<Duration>,
}

/// Collects until the queue is empty, the limit is reached, everything left is out of reach, or `stop` is set.
pub async fn run<F: Fetch + 'static>(crawl: Crawl<F>, order: Order) -> Result<Summary, Error> {
    let run = begin(&crawl, &order)?;
    let owed = crawl.store.hosts()?;
    let owed = owed
        .iter()
        .filter_map(|(_, state)| serde_json::from_slice(state).ok());
    crawl.fetcher.restore(owed.collect(), crawl.clean);
    seeds::plant(&crawl, &order, &run)?;
    let archive = crawl.archive.dir().to_owned();
    let arrivals = Arc::new(Arrivals::default());
    let fetcher = Arc::clone(&crawl.fetcher);
    let (finished, mut acknowledged, committer) = spawn_committer(Committer {
        archive: crawl.archive,
        store: Arc::clone(&crawl.store),
        arrivals: Arc::clone(&arrivals),
        owed: Arc::new(move |host| fetcher.state(host)),
        judge: crawl.judge,
        judging: crawl.judging,
        report: Arc::clone(&crawl.report),
        clock: Arc::clone(&crawl.clock),
        due_only: order.due,
        revisit: order.revisit,
        met: Met::default(),
        traps: Traps::new(&crawl.platforms),
    })?;
    let reader = Reader {
        platforms: Arc::clone(&crawl.platforms),
        archive: archive.clone(),
        retries: order.retries,
    };
    let readers = read::start(reader, Arc::clone(&arrivals), &finished)
        .map_err(|e| Error::Stopped(format!("no page could be read: {e}")))?;
    let mut dispatcher = Dispatcher {
        budget: Budget::new(&order, &crawl.store.spent()?),
        watch: Watch::open(&crawl.store, crawl.platforms.keys())?,
        store: Arc::clone(&crawl.store),
        asker: Arc::new(Asker {
            fetcher: crawl.fetcher,
            store: crawl.store,
            archive,
            retries: order.retries,
        }),
        arrivals,
        report: crawl.report,
        clock: crawl.clock,
        stop: crawl.stop,
        at_once: order.at_once.max(1),
        patience: order.patience,
        summary: Summary::default(),
        lanes: Lanes::default(),
        pulse: Pulse::default(),
        tasks: JoinSet::new(),
    };
    let span = tracing::info_span!("crawl", run = run.number);
    let outcome = dispatcher
        .work(&finished, &mut acknowledged)
        .instrument(span)
        .await;
    dispatcher.hang_up().await;
    drop((readers, finished));
    let committed = committer.await.map_err(|e| Error::Stopped(e.to_string()))?;
    dispatcher.settle_all(&mut acknowledged);
    outcome?;
    committed?;
    dispatcher.close(&run)
}

/// The run to work on. Where all that the last one left are hosts that were out of reach, and that was long ago, a new
/// one begins and takes over their queue: a platform that is down must not keep the others from being visited.
fn begin<F>(crawl: &Crawl<F>, order: &Order) -> Result<Run, Error> {
    let now = (crawl.clock)();
    let run = crawl.store.begin_run(order.fresh, now)?;
    let old = order.renew_after.is_some_and(|age| {
        let since = now.duration_since(run.started);
        since.is_positive() && since.unsigned_abs() >= age
    });
    let left = |last: LastRun| last.number == run.number && !last.summary.left_hosts.is_empty();
    if run.resumed && old && last_run(&crawl.store)?.is_some_and(left) {
        return Ok(crawl.store.renew_run(now)?);
    }
    Ok(run)
}

type Committed = oneshot::Receiver<Result<(), Error>>;

/// The committer works on a thread of its own: it waits for the disk all the time.
fn spawn_committer(
    mut committer: Committer,
) -> Result<(FinishedPages, Acknowledgements, Committed), Error> {
    let (finished, incoming) = std::sync::mpsc::channel();
    let (acknowledge, acknowledged) = mpsc::unbounded_channel();
    let (end, ended) = oneshot::channel();
    let work = move || {
        let outcome = committer.work(&incoming, &acknowledge);
        // Whoever waits for the end may close the store and the archive then.
        drop(committer);
        // Nobody waits for it only when the crawl itself was dropped.
        let _ = end.send(outcome);
    };
    std::thread::Builder::new()
        .name("commit".to_owned())
        .spawn(work)
        .map_err(|e| Error::Stopped(format!("the committer could not be started: {e}")))?;
    Ok((finished, acknowledged, ended))
}
