//! The crawl's working state: runs, the queue, what hosts are owed. No evidence; lost by a rebuild.
//!
//! `q` host 0 (listings first) (depth) (due) (hash of URL) → the URL to be fetched, in the order of fetching;
//! `s` run, hash of URL → where it stands in the queue, empty when it is done; `h` host → opaque bytes.

use std::collections::HashSet;

use super::{
    Error, Queued, Run, Store, Work,
    index::{self, Changes, short_hash},
    record::{Counts, Fault, QueuedForm, RunRow, Spot},
};
use crate::{model::Time, text::address};

const RUN: &[u8] = b"m/run";
const COUNTS: &[u8] = b"m/counts";
const QUEUE: u8 = b'q';
const SEEN: u8 = b's';
const HOST: u8 = b'h';
const NOTE: u8 = b'n';
/// Rows removed in one batch when a run is over.
const PURGE: usize = 10_000;
/// URLs remembered at most, about 20 MB.
const KNOWN: usize = 1 << 19;
/// Length of a queue key behind its host and zero: listing, depth, due, hash.
const TAIL: usize = 1 + 4 + 8 + 16;

impl Store {
    /// The unfinished run, or a new one. `fresh` drops what was queued.
    pub fn begin_run(&self, fresh: bool, now: Time) -> Result<Run, Error> {
        let mut writer = self.writer()?;
        writer.settled = true;
        let last: Option<RunRow> = index::get(&self.tree, RUN)?;
        if let Some(row) = last.as_ref().filter(|row| !row.over && !fresh) {
            let started = row.started.time();
            return Ok(Run {
                number: row.number,
                started: started.map_err(|f| f.of("the run"))?,
                resumed: true,
            });
        }
        let number = last.as_ref().map_or(1, |row| row.number + 1);
        if let Some(row) = last {
            self.drop_run(row)?;
        }
        writer.known.clear();
        let mut changes = Changes::to(&self.tree);
        let row = RunRow {
            number,
            over: false,
            started: now.into(),
        };
        changes.put(RUN.to_vec(), &row)?;
        changes.put(COUNTS.to_vec(), &Counts::default())?;
        changes.write()?;
        self.flush()?;
        Ok(Run {
            number,
            started: now,
            resumed: false,
        })
    }

    /// The run is over: its queue and its list of seen URLs are dropped.
    pub fn end_run(&self) -> Result<(), Error> {
        let mut writer = self.writer()?;
        writer.known.clear();
        let Some(row) = index::get::<RunRow>(&self.tree, RUN)? else {
            return Ok(());
        };
        self.drop_run(row)?;
        self.flush()
    }

    /// Hosts with queued URLs.
    pub fn hosts_queued(&self) -> Result<Vec<String>, Error> {
        let (mut hosts, mut from) = (Vec::new(), vec![QUEUE]);
        while let Some(row) = self.tree.range(from..vec![QUEUE + 1]).next() {
            let (key, _) = row.map_err(Error::index)?;
            let host = key[1..].split(|&b| b == 0).next().unwrap_or_default();
            hosts.push(String::from_utf8_lossy(host).into_owned());
            from = [&[QUEUE], host, &[1]].concat();
        }
        Ok(hosts)
    }

    /// Up to `limit` URLs of `host` that are due at `now`, listings first, then by depth; those for which `taken` holds are skipped.
    pub fn next_queued(
        &self,
        host: &str,
        now: Time,
        limit: usize,
        taken: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Queued>, Error> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        self.walk(host, |due, row| {
            if due > now.as_microsecond() {
                return Ok(Step::NextDepth);
            }
            let queued = row.map_err(|fault| fault.of(format!("queue of {host}")))?;
            if !taken(&queued.url) {
                found.push(queued);
            }
            Ok(if found.len() < limit {
                Step::On
            } else {
                Step::Stop
            })
        })?;
        Ok(found)
    }

    /// When the earliest queued URL of `host` is due.
    pub fn earliest_due(&self, host: &str) -> Result<Option<Time>, Error> {
        let mut earliest: Option<Time> = None;
        self.walk(host, |_, row| {
            let due = row
                .map_err(|fault| fault.of(format!("queue of {host}")))?
                .due;
            earliest = Some(earliest.map_or(due, |e| e.min(due)));
            Ok(Step::NextDepth)
        })?;
        Ok(earliest)
    }

    /// (waiting, done) URLs of this run.
    pub fn queue_size(&self) -> Result<(u64, u64), Error> {
        let counts: Counts = index::get(&self.tree, COUNTS)?.unwrap_or_default();
        Ok((counts.waiting, counts.done))
    }

    /// What was kept of every host.
    pub fn hosts(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let rows = self.tree.scan_prefix([HOST]);
        rows.map(|row| {
            let (key, state) = row.map_err(Error::index)?;
            Ok((
                String::from_utf8_lossy(&key[1..]).into_owned(),
                state.to_vec(),
            ))
        })
        .collect()
    }

    /// A small named value of the working state (such as what was last scanned).
    pub fn note(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = self.tree.get(named(NOTE, key)).map_err(Error::index)?;
        Ok(row.map(|value| value.to_vec()))
    }

    /// Sets a small named value; durable when this returns.
    pub fn set_note(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        let _writer = self.writer()?;
        let set = self.tree.insert(named(NOTE, key), value);
        set.map_err(Error::index)?;
        self.flush()
    }

    /// Shows `see` the queue of `host` in order, each with its due time in microseconds.
    /// Within one depth URLs stand by due time, so that one not yet due ends its depth.
    fn walk(
        &self,
        host: &str,
        mut see: impl FnMut(i64, Result<Queued, Fault>) -> Result<Step, Error>,
    ) -> Result<(), Error> {
        let prefix = queue_prefix(host);
        let end = [&prefix[..prefix.len() - 1], &[1]].concat();
        let mut from = prefix.clone();
        'depth: loop {
            for row in self.tree.range(from.clone()..end.clone()) {
                let (key, value) = row.map_err(Error::index)?;
                let Some(due) = due_of(&key[prefix.len()..]) else {
                    return Err(Fault::Broken("its key is too short".into()).of("a queue row"));
                };
                match see(due, QueuedForm::unpack(&value))? {
                    Step::On => {}
                    Step::Stop => return Ok(()),
                    Step::NextDepth => {
                        from = [&key[..prefix.len() + 5], &[0xff; TAIL - 5]].concat();
                        continue 'depth;
                    }
                }
            }
            return Ok(());
        }
    }

    /// Ends a run and drops its queue and seen URLs. It is marked first, so that a run whose queue was dropped
    /// by half is never resumed: cut off in the middle, the next run goes on with the dropping.
    fn drop_run(&self, row: RunRow) -> Result<(), Error> {
        let mut changes = Changes::to(&self.tree);
        changes.put(RUN.to_vec(), &RunRow { over: true, ..row })?;
        changes.write()?;
        for tag in [QUEUE, SEEN] {
            loop {
                let mut batch = sled::Batch::default();
                let mut any = false;
                for key in self.tree.scan_prefix([tag]).keys().take(PURGE) {
                    batch.remove(key.map_err(Error::index)?);
                    any = true;
                }
                if !any {
                    break;
                }
                self.tree.apply_batch(batch).map_err(Error::index)?;
            }
        }
        Ok(())
    }
}

enum Step {
    On,
    NextDepth,
    Stop,
}

/// Short hashes of URLs that were queued in this run: most links of a page are old acquaintances, and asking
/// sled for each costs more than all the rest. Never more than a memory; the rows are what counts.
pub(super) type Known = HashSet<[u8; 16]>;

/// Adds what a group that is now in the index has queued.
pub(super) fn remember(known: &mut Known, met: Vec<[u8; 16]>) {
    if known.len() + met.len() > KNOWN {
        known.clear();
    }
    known.extend(met);
}

/// What `work` means for the working state; gives the URLs that are known from then on.
pub(super) fn apply(
    changes: &mut Changes<'_>,
    work: Vec<Work>,
    known: &Known,
) -> Result<Vec<[u8; 16]>, Error> {
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
            work => work,
        };
        let queue = match &mut queue {
            Some(queue) => queue,
            None => queue.insert(Queue::open(changes)?),
        };
        match work {
            Work::Enqueue(queued) => queue.enqueue(changes, &queued, known)?,
            Work::Again(queued) => queue.again(changes, &queued)?,
            Work::Done { url, .. } => queue.done(changes, &url)?,
            Work::Host { .. } | Work::Note { .. } => {}
        }
    }
    let Some(queue) = queue else {
        return Ok(Vec::new());
    };
    changes.put(COUNTS.to_vec(), &queue.counts)?;
    Ok(queue.met)
}

/// The queue of the run while a group is applied.
struct Queue {
    run: u64,
    counts: Counts,
    met: Vec<[u8; 16]>,
}

impl Queue {
    fn open(changes: &Changes<'_>) -> Result<Self, Error> {
        let run: Option<RunRow> = changes.get(RUN)?;
        let run = run.filter(|row| !row.over).ok_or(Error::NoRun)?;
        Ok(Self {
            run: run.number,
            counts: changes.get(COUNTS)?.unwrap_or_default(),
            met: Vec::new(),
        })
    }

    fn enqueue(
        &mut self,
        changes: &mut Changes<'_>,
        queued: &Queued,
        known: &Known,
    ) -> Result<(), Error> {
        let short = page_hash(&queued.url);
        if known.contains(&short) {
            return Ok(());
        }
        self.met.push(short);
        match self.spot(changes, &queued.url)? {
            None => self.place(changes, queued),
            Some(_) => Ok(()),
        }
    }

    fn again(&mut self, changes: &mut Changes<'_>, queued: &Queued) -> Result<(), Error> {
        match self.spot(changes, &queued.url)? {
            Some(None) => Ok(()),
            Some(Some(old)) => {
                self.take_out(changes, &old, &queued.url);
                self.place(changes, queued)
            }
            None => self.place(changes, queued),
        }
    }

    fn done(&mut self, changes: &mut Changes<'_>, url: &str) -> Result<(), Error> {
        match self.spot(changes, url)? {
            Some(None) => return Ok(()),
            Some(Some(old)) => self.take_out(changes, &old, url),
            None => {}
        }
        self.counts.done += 1;
        changes.put(seen_key(self.run, url), &None::<Spot>)
    }

    /// None: never queued in this run; `Some(None)`: done.
    fn spot(&self, changes: &Changes<'_>, url: &str) -> Result<Option<Option<Spot>>, Error> {
        changes.get(&seen_key(self.run, url))
    }

    fn place(&mut self, changes: &mut Changes<'_>, queued: &Queued) -> Result<(), Error> {
        let spot = Spot {
            host: queued.host.clone(),
            listing: queued.listing,
            depth: queued.depth,
            due: queued.due.as_microsecond(),
        };
        changes.put_bytes(queue_key(&spot, &queued.url), QueuedForm::pack(queued)?);
        changes.put(seen_key(self.run, &queued.url), &Some(spot))?;
        self.counts.waiting += 1;
        Ok(())
    }

    fn take_out(&mut self, changes: &mut Changes<'_>, spot: &Spot, url: &str) {
        changes.remove(queue_key(spot, url));
        self.counts.waiting = self.counts.waiting.saturating_sub(1);
    }
}

fn queue_prefix(host: &str) -> Vec<u8> {
    // A zero ends the host, so none may stand in it; no real host has one.
    let host = host.replace('\0', "\u{fffd}");
    [&[QUEUE], host.as_bytes(), &[0]].concat()
}

fn queue_key(spot: &Spot, url: &str) -> Vec<u8> {
    let mut key = queue_prefix(&spot.host);
    key.push(u8::from(!spot.listing));
    key.extend(spot.depth.to_be_bytes());
    // With the sign turned, byte order is the order of time.
    key.extend((spot.due ^ i64::MIN).to_be_bytes());
    key.extend(page_hash(url));
    key
}

fn due_of(tail: &[u8]) -> Option<i64> {
    let due = tail.get(5..13)?.try_into().ok()?;
    Some(i64::from_be_bytes(due) ^ i64::MIN)
}

fn seen_key(run: u64, url: &str) -> Vec<u8> {
    [&[SEEN], &run.to_be_bytes()[..], &page_hash(url)].concat()
}

/// The same for two addresses of one page.
fn page_hash(url: &str) -> [u8; 16] {
    short_hash(&address::key(url))
}

fn named(tag: u8, name: &str) -> Vec<u8> {
    [&[tag], name.as_bytes()].concat()
}

#[cfg(test)]
mod tests;
