//! The stage that collects: queue → fetch → archive → read → judge → commit, politely, and so that a kill loses nothing.
//!
//! The dispatcher hands out URLs host by host; a page is packed and read on a worker thread; one committer writes
//! finished pages in groups (archive, then journal, then index) and only then is a URL done.

mod campaign;
mod commit;
mod lanes;
mod seeds;
mod tally;
#[cfg(test)]
mod tests;
mod traps;
mod work;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use tokio::sync::mpsc;
use tracing::Instrument;
use url::Url;

pub use campaign::CampaignConfig;

use crate::{
    archive::{self, Archive},
    fetch::Fetch,
    judge::Judge,
    model::{Event, Time},
    platform::Platform,
    store::{self, Queued, Store},
};
use commit::{Acknowledged, Committer};
use lanes::{Lanes, Next};
use traps::Traps;
use work::Finished;

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
    /// None: collect only.
    pub judge: Option<Arc<Judge>>,
    pub report: Report,
    pub clock: Clock,
    /// Set it, and the crawl stops after what is in flight.
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
    /// How often a page that failed is tried again.
    pub retries: u32,
    /// Requests under way at once, over all hosts.
    pub at_once: usize,
}

/// What a crawl did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Summary {
    /// Answers that were archived.
    pub pages: u64,
    /// Listings read.
    pub listings: u64,
    pub new: u64,
    pub changed: u64,
    pub gone: u64,
    /// Flags raised or opened again.
    pub flags: u64,
    /// Rules that failed on a listing.
    pub faults: u64,
    /// Pages that did not come or could not be read, by kind.
    pub errors: BTreeMap<String, u64>,
    /// The queue is empty: the run is complete.
    pub finished: bool,
    /// URLs still queued.
    pub left: u64,
}

/// Collects until the queue is empty, the limit is reached or `stop` is set.
pub async fn run<F: Fetch + 'static>(crawl: Crawl<F>, order: Order) -> Result<Summary, Error> {
    let run = crawl.store.begin_run(order.fresh, (crawl.clock)())?;
    let owed = crawl.store.hosts()?;
    let owed = owed
        .iter()
        .filter_map(|(_, state)| serde_json::from_slice(state).ok());
    crawl.fetcher.restore(owed.collect(), crawl.clean);
    seeds::plant(&crawl, &order, &run)?;
    let (finished, acknowledged, committer) = spawn_committer(
        crawl.archive,
        &crawl.store,
        &crawl.judge,
        &crawl.report,
        &crawl.clock,
        Traps::new(&crawl.platforms),
    );
    let mut dispatcher = Dispatcher {
        store: crawl.store,
        fetcher: crawl.fetcher,
        platforms: crawl.platforms,
        report: crawl.report,
        clock: crawl.clock,
        stop: crawl.stop,
        budget: Budget::of(&order),
        retries: order.retries,
        at_once: order.at_once.max(1),
        lanes: Lanes::default(),
        summary: Summary::default(),
    };
    let span = tracing::info_span!("crawl", run = run.number);
    let outcome = dispatcher
        .work(&finished, acknowledged)
        .instrument(span)
        .await;
    drop(finished);
    let committed = committer.await.map_err(|e| Error::Stopped(e.to_string()))?;
    outcome?;
    committed?;
    dispatcher.close()
}

type FinishedPages = std::sync::mpsc::Sender<Finished>;
type Acknowledgements = mpsc::UnboundedReceiver<Acknowledged>;

fn spawn_committer(
    archive: Archive,
    store: &Arc<Store>,
    judge: &Option<Arc<Judge>>,
    report: &Report,
    clock: &Clock,
    traps: Traps,
) -> (
    FinishedPages,
    Acknowledgements,
    tokio::task::JoinHandle<Result<(), Error>>,
) {
    let (finished, incoming) = std::sync::mpsc::channel();
    let (acknowledge, acknowledged) = mpsc::unbounded_channel();
    let mut committer = Committer {
        archive,
        store: Arc::clone(store),
        judge: judge.clone(),
        report: Arc::clone(report),
        clock: Arc::clone(clock),
        traps,
    };
    let task = tokio::task::spawn_blocking(move || committer.work(&incoming, &acknowledge));
    (finished, acknowledged, task)
}

/// Hands out URLs, as many at once as conduct allows.
struct Dispatcher<F> {
    store: Arc<Store>,
    fetcher: Arc<F>,
    platforms: Arc<BTreeMap<String, Platform>>,
    report: Report,
    clock: Clock,
    stop: Arc<AtomicBool>,
    budget: Budget,
    retries: u32,
    at_once: usize,
    lanes: Lanes,
    summary: Summary,
}

impl<F: Fetch + 'static> Dispatcher<F> {
    async fn work(
        &mut self,
        finished: &FinishedPages,
        mut acknowledged: Acknowledgements,
    ) -> Result<(), Error> {
        self.lanes.open(self.store.hosts_queued()?);
        loop {
            let wake = self.hand_out(finished)?;
            if self.lanes.in_flight() == 0 && (wake.is_none() || self.stopping()) {
                return Ok(());
            }
            // A stop is looked for often, so that Ctrl-C never waits for a slow host's turn.
            let nap = wake
                .unwrap_or(Duration::from_millis(200))
                .clamp(Duration::from_millis(1), Duration::from_millis(200));
            tokio::select! {
                answer = acknowledged.recv() => match answer {
                    Some(answer) => self.settle(answer),
                    None => return Ok(()),
                },
                () = tokio::time::sleep(nap) => {}
            }
            while let Ok(answer) = acknowledged.try_recv() {
                self.settle(answer);
            }
        }
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.budget.spent()
    }

    /// Starts every request that may start now; says how long until the next may, none when nothing is queued.
    fn hand_out(&mut self, finished: &FinishedPages) -> Result<Option<Duration>, Error> {
        let mut wake: Option<Duration> = None;
        while self.lanes.in_flight() < self.at_once && !self.stopping() {
            let now = (self.clock)();
            match self.lanes.next(&self.store, &*self.fetcher, now)? {
                Next::Url(queued) => self.start(queued, finished),
                Next::Wait(until) => {
                    wake = Some(
                        Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO),
                    );
                    break;
                }
                Next::Empty => break,
            }
        }
        if wake.is_none() && self.lanes.in_flight() > 0 {
            wake = Some(Duration::from_secs(1));
        }
        Ok(wake)
    }

    fn start(&mut self, queued: Queued, finished: &FinishedPages) {
        if !self.budget.take(&queued) {
            let _ = finished.send(Finished::cut(queued));
            return;
        }
        let fetcher = Arc::clone(&self.fetcher);
        let platforms = Arc::clone(&self.platforms);
        let (finished, retries) = (finished.clone(), self.retries);
        let span = tracing::info_span!("host", host = queued.host);
        let work = async move {
            let done = work::fetch_and_read(fetcher, platforms, queued, retries).await;
            // The committer is gone only when the crawl has failed already.
            let _ = finished.send(done);
        };
        tokio::spawn(work.instrument(span));
    }

    fn settle(&mut self, answer: Acknowledged) {
        self.lanes.done(&answer.url, &answer.host, answer.touched);
        answer.tally.add_to(&mut self.summary);
        if let Ok((waiting, done)) = self.store.queue_size() {
            (self.report)(Event::Queue { waiting, done });
        }
    }

    fn close(mut self) -> Result<Summary, Error> {
        let (left, _) = self.store.queue_size()?;
        self.summary.left = left;
        self.summary.finished = left == 0;
        if self.summary.finished {
            self.store.end_run()?;
        }
        Ok(self.summary)
    }
}

/// How many pages may still be fetched, over all and by campaign.
#[derive(Debug)]
struct Budget {
    pages: Option<u64>,
    campaigns: BTreeMap<String, u64>,
}

impl Budget {
    fn of(order: &Order) -> Self {
        let capped = order
            .campaigns
            .iter()
            .filter_map(|c| Some((c.id.clone(), c.max_pages?)));
        Self {
            pages: order.limit,
            campaigns: capped.collect(),
        }
    }

    fn spent(&self) -> bool {
        self.pages == Some(0)
    }

    /// Takes one page; false where every campaign that wants it has had its share.
    fn take(&mut self, queued: &Queued) -> bool {
        let wanted = queued.campaigns.is_empty()
            || queued
                .campaigns
                .iter()
                .any(|c| self.campaigns.get(c) != Some(&0));
        if !wanted {
            return false;
        }
        self.pages = self.pages.map(|n| n.saturating_sub(1));
        for campaign in &queued.campaigns {
            if let Some(left) = self.campaigns.get_mut(campaign) {
                *left = left.saturating_sub(1);
            }
        }
        true
    }
}
