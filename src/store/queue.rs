//! The crawl's working state: runs, the queue, what hosts are owed. No evidence; lost by a rebuild.
//!
//! `q` queue, host 0 (listings first) (depth) (due) (number) → the URL to be fetched, in the order of fetching;
//! `s` queue, beginning of the URL's hash → where it stands there, or in which run it was done, and others with it;
//! `c` queue, host → what is counted of it; `h` host → opaque bytes. Numbers are given in the order of queueing. A queue has the number of the run that began it. Rows of earlier queues mean nothing;
//! each commit removes a few of them, so that no run begins or ends with a long cleaning.

mod apply;
mod seen;

use super::{
    Error, HostCounts, Queued, Run, Spent, Store,
    index::{self, Changes, short_hash},
    record::{self, Counts, Fault, HostRow, QueuedForm, RunRow, SpentRow, Spot},
};
use crate::{model::Time, text::address};

pub(super) use apply::apply;

const RUN: &[u8] = b"m/run";
const COUNTS: &[u8] = b"m/counts";
const QUEUED: &[u8] = b"m/queue";
const SPENT: &[u8] = b"m/spent";
const QUEUE: u8 = b'q';
const SEEN: u8 = b's';
const COUNTED: u8 = b'c';
const HOST: u8 = b'h';
const NOTE: u8 = b'n';
/// Rows of earlier queues that a commit removes at least, of each kind, while there are any.
const SWEEP: usize = 256;
/// Length of a queue key behind its host and zero: listing, depth, due, number.
const TAIL: usize = 1 + 4 + 8 + 8;

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
        let number = last.map_or(1, |row| row.number + 1);
        let mut changes = Changes::to(&self.tree);
        changes.put(QUEUED.to_vec(), &number)?;
        self.new_run(changes, number, Counts::default(), now)
    }

    /// A new run that goes on with what the last one left queued. What that one has done may be queued again.
    pub fn renew_run(&self, now: Time) -> Result<Run, Error> {
        let _writer = self.writer()?;
        let Standing { row, .. } = self.under_way()?.ok_or(Error::NoRun)?;
        let counts: Counts = index::get(&self.tree, COUNTS)?.unwrap_or_default();
        let counts = Counts { done: 0, ..counts };
        let changes = Changes::to(&self.tree);
        self.new_run(changes, row.number + 1, counts, now)
    }

    /// Adds the rows of a new run to `changes`, and makes them durable.
    fn new_run(
        &self,
        mut changes: Changes<'_>,
        number: u64,
        counts: Counts,
        now: Time,
    ) -> Result<Run, Error> {
        let row = RunRow {
            number,
            over: false,
            started: now.into(),
        };
        changes.put(RUN.to_vec(), &row)?;
        changes.put(COUNTS.to_vec(), &counts)?;
        changes.write()?;
        self.flush()?;
        Ok(Run {
            number,
            started: now,
            resumed: false,
        })
    }

    /// The run is over: nothing of it is queued any more.
    pub fn end_run(&self) -> Result<(), Error> {
        let _writer = self.writer()?;
        let Some(row) = index::get::<RunRow>(&self.tree, RUN)? else {
            return Ok(());
        };
        let counts: Counts = index::get(&self.tree, COUNTS)?.unwrap_or_default();
        let mut changes = Changes::to(&self.tree);
        changes.put(RUN.to_vec(), &RunRow { over: true, ..row })?;
        changes.put(
            COUNTS.to_vec(),
            &Counts {
                waiting: 0,
                ..counts
            },
        )?;
        changes.write()?;
        self.flush()
    }

    /// Hosts with queued URLs.
    pub fn hosts_queued(&self) -> Result<Vec<String>, Error> {
        let Some(run) = self.under_way()? else {
            return Ok(Vec::new());
        };
        let start = numbered(QUEUE, run.queue);
        let (mut hosts, mut from, end) = (Vec::new(), start.clone(), after(&start));
        while let Some(row) = self.tree.range(from..end.clone()).next() {
            let (key, _) = row.map_err(Error::index)?;
            let host = key[start.len()..].split(|&b| b == 0).next();
            let host = host.unwrap_or_default();
            hosts.push(String::from_utf8_lossy(host).into_owned());
            from = [&start[..], host, &[1]].concat();
        }
        Ok(hosts)
    }

    /// How far the last run is with each of its hosts, by name.
    pub fn host_counts(&self) -> Result<Vec<HostCounts>, Error> {
        let Some(run) = self.last_run()? else {
            return Ok(Vec::new());
        };
        let start = numbered(COUNTED, run.queue);
        let rows = self.tree.scan_prefix(&start);
        rows.map(|row| {
            let (key, bytes) = row.map_err(Error::index)?;
            let row: HostRow = index::read_row(&key, &bytes)?;
            let row = row.in_run(run.row.number);
            Ok(HostCounts {
                host: String::from_utf8_lossy(&key[start.len()..]).into_owned(),
                waiting: if run.row.over { 0 } else { row.waiting },
                done: row.done,
                errors: row.errors,
            })
        })
        .collect()
    }

    /// Pages that the last run has spent so far.
    pub fn spent(&self) -> Result<Spent, Error> {
        let run = self.last_run()?.map(|run| run.row.number);
        let row: Option<SpentRow> = index::get(&self.tree, SPENT)?;
        let row = row.filter(|row| Some(row.run) == run).unwrap_or_default();
        Ok(Spent {
            platforms: row.platforms,
            campaigns: row.campaigns,
        })
    }

    fn last_run(&self) -> Result<Option<Standing>, Error> {
        let Some(row) = index::get::<RunRow>(&self.tree, RUN)? else {
            return Ok(None);
        };
        let queue = index::get(&self.tree, QUEUED)?.unwrap_or(row.number);
        Ok(Some(Standing { row, queue }))
    }

    fn under_way(&self) -> Result<Option<Standing>, Error> {
        Ok(self.last_run()?.filter(|run| !run.row.over))
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
            let queued = row.map_err(|fault| fault.of(waiting(host)))?;
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
            let due = row.map_err(|fault| fault.of(waiting(host)))?.due;
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
        let row = self.tree.get(note_key(key)).map_err(Error::index)?;
        Ok(row.map(|value| value.to_vec()))
    }

    /// Sets a small named value; durable when this returns.
    pub fn set_note(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        let _writer = self.writer()?;
        let set = self.tree.insert(note_key(key), value);
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
        let Some(run) = self.under_way()? else {
            return Ok(());
        };
        let prefix = queue_prefix(run.queue, host);
        let end = [&prefix[..prefix.len() - 1], &[1]].concat();
        let mut from = prefix.clone();
        'depth: loop {
            for row in self.tree.range(from.clone()..end.clone()) {
                let (key, value) = row.map_err(Error::index)?;
                let spot =
                    spot_of(&key[prefix.len()..]).map_err(|fault| fault.of(waiting(host)))?;
                let queued = || {
                    let form: QueuedForm = record::unpack(&value)?;
                    form.queued(host, spot)
                };
                match see(spot.due, queued())? {
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
}

/// A run, and the number in the keys of its queue.
struct Standing {
    row: RunRow,
    queue: u64,
}

enum Step {
    On,
    NextDepth,
    Stop,
}

/// Removes some rows of queues before `queue`: at least as many as the group has brought, so that they come to an end.
fn sweep_earlier(changes: &mut Changes<'_>, queue: u64, steps: usize) -> Result<(), Error> {
    for tag in [QUEUE, SEEN, COUNTED] {
        let earlier = vec![tag]..numbered(tag, queue);
        let rows = changes.tree().range(earlier).keys();
        for key in rows.take(SWEEP.max(steps)) {
            changes.remove(key.map_err(Error::index)?.to_vec());
        }
    }
    Ok(())
}

fn numbered(tag: u8, queue: u64) -> Vec<u8> {
    [&[tag], &queue.to_be_bytes()[..]].concat()
}

/// A key behind all that begin with `prefix` and go on with text, in which no byte is 0xff.
fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    end.extend([0xff; 2]);
    end
}

fn queue_prefix(queue: u64, host: &str) -> Vec<u8> {
    // A zero ends the host, so none may stand in it; no real host has one.
    let host = host.replace('\0', "\u{fffd}");
    [&numbered(QUEUE, queue)[..], host.as_bytes(), &[0]].concat()
}

fn queue_key(queue: u64, host: &str, spot: &Spot) -> Vec<u8> {
    let mut key = queue_prefix(queue, host);
    key.push(u8::from(!spot.listing));
    key.extend(spot.depth.to_be_bytes());
    // With the sign turned, byte order is the order of time.
    key.extend((spot.due ^ i64::MIN).to_be_bytes());
    key.extend(spot.nth.to_be_bytes());
    key
}

/// What `queue_key` says behind the prefix.
fn spot_of(tail: &[u8]) -> Result<Spot, Fault> {
    let tail: &[u8; TAIL] = tail
        .try_into()
        .map_err(|_| Fault::Broken(format!("its key ends in {} bytes, not {TAIL}", tail.len())))?;
    let number = |from: usize| {
        tail[from..from + 8]
            .iter()
            .fold(0, |n, &b| n << 8 | u64::from(b))
    };
    Ok(Spot {
        listing: tail[0] == 0,
        depth: tail[1..5].iter().fold(0, |n, &b| n << 8 | u32::from(b)),
        due: number(5).cast_signed() ^ i64::MIN,
        nth: number(13),
    })
}

/// What an error calls a row of the queue of `host`.
fn waiting(host: &str) -> String {
    format!("queue of {host} (`listwarden rebuild` drops it)")
}

/// The same for two addresses of one page.
fn page_hash(url: &str) -> [u8; 16] {
    short_hash(&address::key(url))
}

fn host_key(queue: u64, host: &str) -> Vec<u8> {
    [&numbered(COUNTED, queue)[..], host.as_bytes()].concat()
}

/// The key of a small named value.
pub(super) fn note_key(name: &str) -> Vec<u8> {
    named(NOTE, name)
}

fn named(tag: u8, name: &str) -> Vec<u8> {
    [&[tag], name.as_bytes()].concat()
}

#[cfg(test)]
mod tests;
