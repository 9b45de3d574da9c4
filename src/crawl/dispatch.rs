//! Hands out queued URLs, as many at once as conduct allows, and says how the hosts stand meanwhile.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::Instant,
};
use tracing::Instrument;

use super::{
    Clock, Error, LeftHost, Report, Summary,
    alarm::Watch,
    budget::Budget,
    commit::Acknowledged,
    lanes::{Lanes, Next, Stuck},
    standing::Pulse,
    tally,
    work::{self, Finished},
};
use crate::{
    fetch::Fetch,
    model::{Event, Time},
    platform::Platform,
    store::{Queued, Run, Store},
};

/// How often a stop is looked for: Ctrl-C never waits for a slow host's turn.
const LOOK: Duration = Duration::from_millis(200);
/// And how soon at most: a turn that is due is never looked for without end.
const SOONEST: Duration = Duration::from_micros(100);
/// How long requests under way have to end after a stop.
const GRACE: Duration = Duration::from_secs(1);

pub(super) type FinishedPages = std::sync::mpsc::Sender<Finished>;
pub(super) type Acknowledgements = mpsc::UnboundedReceiver<Acknowledged>;

pub(super) struct Dispatcher<F> {
    pub(super) store: Arc<Store>,
    /// The folder of the archive.
    pub(super) archive: PathBuf,
    pub(super) fetcher: Arc<F>,
    pub(super) platforms: Arc<BTreeMap<String, Platform>>,
    pub(super) report: Report,
    pub(super) clock: Clock,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) budget: Budget,
    pub(super) retries: u32,
    pub(super) at_once: usize,
    /// As many pages are read at the same time.
    pub(super) readers: Arc<Semaphore>,
    pub(super) patience: Option<Duration>,
    pub(super) watch: Watch,
    pub(super) summary: Summary,
    pub(super) lanes: Lanes,
    pub(super) pulse: Pulse,
    /// Requests under way and pages being read.
    pub(super) tasks: JoinSet<()>,
}

impl<F: Fetch + 'static> Dispatcher<F> {
    /// Until nothing is left to do, or everything that is left must wait too long, or it is to stop.
    pub(super) async fn work(
        &mut self,
        finished: &FinishedPages,
        acknowledged: &mut Acknowledgements,
    ) -> Result<(), Error> {
        let now = (self.clock)();
        self.lanes.open(self.store.hosts_queued()?, now);
        let mut end: Option<Instant> = None;
        loop {
            let wake = self.hand_out(finished)?;
            self.look_around()?;
            if self.lanes.in_flight() == 0 && (wake.is_none() || self.stopping()) {
                return Ok(());
            }
            if self.stop.load(Ordering::Relaxed) {
                let end = *end.get_or_insert_with(|| Instant::now() + GRACE);
                if Instant::now() >= end {
                    // What is under way stays queued.
                    return Ok(());
                }
            }
            let nap = wake.unwrap_or(LOOK).clamp(SOONEST, LOOK);
            tokio::select! {
                answer = acknowledged.recv() => match answer {
                    Some(answer) => {
                        self.settle(answer);
                        self.settle_all(acknowledged);
                    }
                    None => return Ok(()),
                },
                () = tokio::time::sleep(nap) => {}
            }
            self.reap()?;
        }
    }

    /// Breaks off what is still under way.
    pub(super) async fn hang_up(&mut self) {
        self.tasks.shutdown().await;
    }

    /// Takes in what was committed.
    pub(super) fn settle_all(&mut self, acknowledged: &mut Acknowledgements) {
        while let Ok(answer) = acknowledged.try_recv() {
            self.settle(answer);
        }
        if let Ok((waiting, done)) = self.store.queue_size() {
            (self.report)(Event::Queue { waiting, done });
        }
    }

    /// The account of it all.
    pub(super) fn close(mut self, run: &Run) -> Result<Summary, Error> {
        let now = (self.clock)();
        let (left, _) = self.store.queue_size()?;
        self.summary.left = left;
        self.summary.finished = left == 0;
        self.summary.alarms = self.watch.close(&self.store, now)?;
        if self.summary.finished {
            self.store.end_run()?;
        }
        tally::note_run(&self.store, run, &self.summary, now)?;
        Ok(self.summary)
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.budget.spent()
    }

    /// Starts every request that may start now; says how long until the next may, none when nothing is to be waited for.
    fn hand_out(&mut self, finished: &FinishedPages) -> Result<Option<Duration>, Error> {
        while self.lanes.in_flight() < self.at_once && !self.stopping() {
            let now = (self.clock)();
            let budget = &self.budget;
            let wanted = |queued: &Queued| budget.wants(queued);
            match self.lanes.next(&self.store, &*self.fetcher, &wanted, now)? {
                Next::Url(queued) => self.start(queued, finished),
                // The committer is gone only when the crawl has failed already.
                Next::Unwanted(queued) => drop(finished.send(Finished::cut(queued))),
                Next::Wait(until) => return self.nap(until, now),
                Next::Empty => break,
            }
        }
        Ok((self.lanes.in_flight() > 0).then_some(LOOK))
    }

    /// How long until a lane can go on; none where none can within patience.
    fn nap(&mut self, until: Time, now: Time) -> Result<Option<Duration>, Error> {
        let patience = self.patience.and_then(|long| now.checked_add(long).ok());
        if let Some(stuck) = self.lanes.stuck(patience.unwrap_or(Time::MAX)) {
            self.summary.left_hosts = self.left(stuck)?;
            return Ok(None);
        }
        Ok(Some(
            Duration::try_from(until.duration_since(now)).unwrap_or_default(),
        ))
    }

    fn left(&self, stuck: Vec<Stuck>) -> Result<Vec<LeftHost>, Error> {
        let counts = self.store.host_counts()?;
        let queued = |host: &str| {
            let counts = counts.iter().find(|counts| counts.host == host);
            counts.map_or(0, |counts| counts.waiting)
        };
        let left = stuck.into_iter().map(|stuck| LeftHost {
            queued: queued(&stuck.host),
            host: stuck.host,
            until: stuck.until,
            waiting: stuck.waiting,
        });
        Ok(left.collect())
    }

    fn start(&mut self, queued: Queued, finished: &FinishedPages) {
        self.budget.take(&queued);
        let tools = work::Tools {
            fetcher: Arc::clone(&self.fetcher),
            platforms: Arc::clone(&self.platforms),
            store: Arc::clone(&self.store),
            archive: self.archive.clone(),
            retries: self.retries,
            readers: Arc::clone(&self.readers),
        };
        let finished = finished.clone();
        let span = tracing::info_span!("host", host = queued.host);
        let work = async move {
            let done = work::fetch_and_read(tools, queued).await;
            // The committer is gone only when the crawl has failed already.
            let _ = finished.send(done);
        };
        self.tasks.spawn(work.instrument(span));
    }

    fn settle(&mut self, answer: Acknowledged) {
        let now = (self.clock)();
        let Acknowledged {
            url,
            host,
            touched,
            mut tally,
            spent,
        } = answer;
        let was = self.lanes.done(&url, &host, touched, now);
        // What was cut was never asked for.
        let taken = !spent && !tally.errors.contains_key("cut");
        if let Some(queued) = was.filter(|_| taken) {
            self.budget.give_back(&queued);
        }
        if let Some(reading) = tally.reading.take() {
            for alarm in self.watch.add(&reading, now) {
                (self.report)(Event::Alarm {
                    platform: alarm.platform,
                    message: alarm.message,
                });
            }
        }
        tally.add_to(&mut self.summary);
    }

    /// Says how the hosts stand, now and then.
    fn look_around(&mut self) -> Result<(), Error> {
        let at = (self.clock)();
        if let Some(hosts) = self.pulse.beat(&self.store, &*self.fetcher, at)? {
            (self.report)(Event::Hosts { at, hosts });
        }
        Ok(())
    }

    fn reap(&mut self) -> Result<(), Error> {
        while let Some(ended) = self.tasks.try_join_next() {
            // A URL whose task is gone would be waited for for ever.
            ended.map_err(|e| Error::Stopped(e.to_string()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
