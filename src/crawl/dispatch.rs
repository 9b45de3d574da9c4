//! Hands out queued URLs, as many at once as conduct allows, and says how the hosts stand meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::Instant,
};
use tracing::Instrument;

use super::{
    Clock, Error, LeftHost, Report, Summary,
    ask::Asker,
    budget::Budget,
    commit::{self, Acknowledged},
    lanes::{Lanes, Next, Stuck},
    read::Arrivals,
    standing::Pulse,
    tally,
    work::Finished,
};
use crate::{
    fetch::Fetch,
    model::{Event, Time},
    store::{Queued, Run, Store},
    watch::{Lesson, Watch},
};

/// How often a stop is looked for: Ctrl-C never waits for a slow host's turn.
const LOOK: Duration = Duration::from_millis(200);
/// And how soon at most: a turn that is due is never looked for without end.
const SOONEST: Duration = Duration::from_micros(100);
/// How long requests under way have to end after a stop.
const GRACE: Duration = Duration::from_secs(1);
/// Bytes of pages that wait to be read, from which on no more are asked for.
const UNREAD: usize = 32 << 20;

pub(super) type FinishedPages = std::sync::mpsc::Sender<Finished>;
pub(super) type Acknowledgements = mpsc::UnboundedReceiver<Acknowledged>;

pub(super) struct Dispatcher<F> {
    pub(super) store: Arc<Store>,
    pub(super) asker: Arc<Asker<F>>,
    pub(super) arrivals: Arc<Arrivals>,
    pub(super) report: Report,
    pub(super) clock: Clock,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) budget: Budget,
    /// Requests under way at the same time.
    pub(super) at_once: usize,
    pub(super) patience: Option<Duration>,
    pub(super) watch: Watch,
    pub(super) summary: Summary,
    pub(super) lanes: Lanes,
    pub(super) pulse: Pulse,
    /// Requests under way, each of which gives its host.
    pub(super) tasks: JoinSet<String>,
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
                Some(ended) = self.tasks.join_next() => self.came(ended)?,
                () = tokio::time::sleep(nap) => {}
            }
            while let Some(ended) = self.tasks.try_join_next() {
                self.came(ended)?;
            }
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
        self.summary.alarms = self.watch.close(&self.store, Lesson::Visits, now)?;
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
        while self.has_room() && !self.stopping() {
            let now = (self.clock)();
            let budget = &self.budget;
            let wanted = |queued: &Queued| budget.wants(queued);
            match self
                .lanes
                .next(&self.store, &*self.asker.fetcher, &wanted, now)?
            {
                Next::Url(queued) => self.start(queued),
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

    /// Whether one more may be asked for. What is not committed yet would be asked for again after a kill: no more than
    /// the requests under way and one group.
    fn has_room(&self) -> bool {
        self.tasks.len() < self.at_once
            && self.lanes.in_flight() < self.at_once + commit::GROUP
            && self.arrivals.bytes() < UNREAD
    }

    fn start(&mut self, queued: Queued) {
        self.budget.take(&queued);
        let (asker, arrivals) = (Arc::clone(&self.asker), Arc::clone(&self.arrivals));
        let host = queued.host.clone();
        let span = tracing::info_span!("host", host);
        let work = async move {
            arrivals.push(asker.ask(queued).await);
            host
        };
        self.tasks.spawn(work.instrument(span));
    }

    /// A request ended: what had to wait for it may now be due.
    fn came(&mut self, ended: Result<String, JoinError>) -> Result<(), Error> {
        // A URL whose task is gone would be waited for for ever.
        let host = ended.map_err(|e| Error::Stopped(e.to_string()))?;
        self.lanes.free(host, (self.clock)());
        Ok(())
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
        if let Some(hosts) = self.pulse.beat(&self.store, &*self.asker.fetcher, at)? {
            (self.report)(Event::Hosts { at, hosts });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
