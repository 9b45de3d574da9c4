//! What a group's work means for the queue and for what the run counts.

use std::collections::BTreeMap;

use super::{
    COUNTS, HOST, NOTE, QUEUED, RUN, SPENT, host_key, named, page_hash, queue_key, seen::SeenRows,
    sweep_earlier,
};
use crate::store::{
    Error, Queued, Work,
    index::Changes,
    record::{Counts, HostRow, QueuedForm, RunRow, Seen, SpentRow, Spot},
    visit,
};

/// Adds to `changes` what `work` means.
pub(in crate::store) fn apply(changes: &mut Changes<'_>, work: Vec<Work>) -> Result<(), Error> {
    let mut queue: Option<Queue> = None;
    for work in work {
        let work = match work {
            Work::Host { host, state } => {
                changes.put_bytes(named(HOST, &host), state);
                continue;
            }
            Work::Note { key, value } => {
                changes.put_bytes(named(NOTE, &key), value);
                continue;
            }
            Work::Forget { key } => {
                changes.remove(named(NOTE, &key));
                continue;
            }
            Work::Visited { url, visit } => {
                visit::put(changes, &url, visit)?;
                continue;
            }
            work => work,
        };
        let queue = match &mut queue {
            Some(queue) => queue,
            None => queue.insert(Queue::open(changes)?),
        };
        queue.steps += 1;
        match work {
            Work::Enqueue(queued) => queue.enqueue(changes, &queued)?,
            Work::Again(queued) => queue.again(changes, &queued)?,
            Work::Done { url, host } => queue.done(changes, &url, &host)?,
            Work::Failed { host, kind } => {
                let errors = &mut queue.host(changes, &host)?.errors;
                *errors.entry(kind.to_owned()).or_default() += 1;
            }
            Work::Spent {
                platform,
                campaigns,
            } => queue.spend(changes, platform, campaigns)?,
            Work::Host { .. } | Work::Note { .. } | Work::Forget { .. } | Work::Visited { .. } => {}
        }
    }
    match queue {
        Some(queue) => queue.close(changes),
        None => Ok(()),
    }
}

/// The queue of the run while a group is applied.
struct Queue {
    run: u64,
    /// The number in the keys of its rows.
    number: u64,
    counts: Counts,
    hosts: BTreeMap<String, HostRow>,
    seen: SeenRows,
    spent: Option<SpentRow>,
    steps: usize,
}

impl Queue {
    fn open(changes: &Changes<'_>) -> Result<Self, Error> {
        let run: Option<RunRow> = changes.get(RUN)?;
        let run = run.filter(|row| !row.over).ok_or(Error::NoRun)?;
        let number = changes.get(QUEUED)?.unwrap_or(run.number);
        Ok(Self {
            run: run.number,
            number,
            counts: changes.get(COUNTS)?.unwrap_or_default(),
            hosts: BTreeMap::new(),
            seen: SeenRows::of(number),
            spent: None,
            steps: 0,
        })
    }

    fn close(self, changes: &mut Changes<'_>) -> Result<(), Error> {
        changes.put(COUNTS.to_vec(), &self.counts)?;
        for (host, row) in &self.hosts {
            changes.put(host_key(self.number, host), row)?;
        }
        if let Some(spent) = &self.spent {
            changes.put(SPENT.to_vec(), spent)?;
        }
        self.seen.write(changes)?;
        sweep_earlier(changes, self.number, self.steps)
    }

    fn enqueue(&mut self, changes: &mut Changes<'_>, queued: &Queued) -> Result<(), Error> {
        let short = page_hash(&queued.url);
        match self.spot(changes, &short)? {
            None => self.place(changes, queued, &short),
            Some(_) => Ok(()),
        }
    }

    fn again(&mut self, changes: &mut Changes<'_>, queued: &Queued) -> Result<(), Error> {
        let short = page_hash(&queued.url);
        match self.spot(changes, &short)? {
            Some(None) => return Ok(()),
            Some(Some(old)) => self.take_out(changes, &queued.host, &old)?,
            None => {}
        }
        self.place(changes, queued, &short)
    }

    fn done(&mut self, changes: &mut Changes<'_>, url: &str, host: &str) -> Result<(), Error> {
        let short = page_hash(url);
        match self.spot(changes, &short)? {
            Some(None) => return Ok(()),
            Some(Some(old)) => self.take_out(changes, host, &old)?,
            None => {}
        }
        self.counts.done += 1;
        self.host(changes, host)?.done += 1;
        self.seen.put(changes, &short, Seen::Done(self.run))
    }

    fn spend(
        &mut self,
        changes: &Changes<'_>,
        platform: String,
        campaigns: Vec<String>,
    ) -> Result<(), Error> {
        if self.spent.is_none() {
            let row: Option<SpentRow> = changes.get(SPENT)?;
            self.spent = row.filter(|row| row.run == self.run);
        }
        let spent = self.spent.get_or_insert_with(|| SpentRow {
            run: self.run,
            ..SpentRow::default()
        });
        *spent.platforms.entry(platform).or_default() += 1;
        for campaign in campaigns {
            *spent.campaigns.entry(campaign).or_default() += 1;
        }
        Ok(())
    }

    /// None: never queued in this run; `Some(None)`: done.
    fn spot(
        &mut self,
        changes: &Changes<'_>,
        short: &[u8; 16],
    ) -> Result<Option<Option<Spot>>, Error> {
        Ok(match self.seen.get(changes, short)? {
            Some(Seen::At(spot)) => Some(Some(spot)),
            Some(Seen::Done(run)) if run == self.run => Some(None),
            _ => None,
        })
    }

    fn host(&mut self, changes: &Changes<'_>, host: &str) -> Result<&mut HostRow, Error> {
        if !self.hosts.contains_key(host) {
            let row: Option<HostRow> = changes.get(&host_key(self.number, host))?;
            let row = row.unwrap_or_default().in_run(self.run);
            self.hosts.insert(host.to_owned(), row);
        }
        Ok(self.hosts.entry(host.to_owned()).or_default())
    }

    fn place(
        &mut self,
        changes: &mut Changes<'_>,
        queued: &Queued,
        short: &[u8; 16],
    ) -> Result<(), Error> {
        self.counts.placed += 1;
        let spot = Spot {
            listing: queued.listing,
            depth: queued.depth,
            due: queued.due.as_microsecond(),
            nth: self.counts.placed,
        };
        let key = queue_key(self.number, &queued.host, &spot);
        changes.put(key, &QueuedForm::of(queued))?;
        self.seen.put(changes, short, Seen::At(spot))?;
        self.counts.waiting += 1;
        self.host(changes, &queued.host)?.waiting += 1;
        Ok(())
    }

    /// A URL has the host that is part of it, so that whoever names the URL has the host too.
    fn take_out(
        &mut self,
        changes: &mut Changes<'_>,
        host: &str,
        spot: &Spot,
    ) -> Result<(), Error> {
        changes.remove(queue_key(self.number, host, spot));
        self.counts.waiting = self.counts.waiting.saturating_sub(1);
        let row = self.host(changes, host)?;
        row.waiting = row.waiting.saturating_sub(1);
        Ok(())
    }
}
