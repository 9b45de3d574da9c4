//! The one committer. What is finished is written in groups: archive fsynced, journal fsynced, index; then acknowledged.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        mpsc::{Receiver, TryRecvError},
    },
};

use tokio::sync::mpsc::UnboundedSender;

use super::{
    Clock, Error, Report,
    met::Met,
    read::Arrivals,
    revisit::{Found, Revisit},
    tally::Tally,
    traps::Traps,
    work::{Finished, Outcome},
};
use crate::{
    archive::{Archive, Packed},
    fetch::HostState,
    judge::Office,
    model::{Event, ListingStatus},
    store::{Group, Queued, Store, Visit, Work},
};

/// Pages in one group at most: a kill repeats no more than these.
pub(super) const GROUP: usize = 128;
/// No more pages are added to a group that has so many bytes for the archive, or links for the queue.
const GROUP_BYTES: usize = 64 << 20;
const GROUP_LINKS: usize = 20_000;

/// What a host is owed, as of now.
pub(super) type Owed = Arc<dyn Fn(&str) -> Option<HostState> + Send + Sync>;

pub(super) struct Committer {
    pub(super) archive: Archive,
    pub(super) store: Arc<Store>,
    pub(super) arrivals: Arc<Arrivals>,
    pub(super) owed: Owed,
    pub(super) judge: Option<Arc<Office>>,
    pub(super) judging: bool,
    pub(super) report: Report,
    pub(super) clock: Clock,
    /// Links to pages that are not due are not followed.
    pub(super) due_only: bool,
    pub(super) revisit: Revisit,
    /// Links queued before are not queued again.
    pub(super) met: Met,
    pub(super) traps: Traps,
}

/// A URL is committed; the dispatcher may forget it.
#[derive(Debug)]
pub(super) struct Acknowledged {
    pub(super) url: String,
    pub(super) host: String,
    /// Hosts that got new URLs.
    pub(super) touched: Vec<String>,
    pub(super) tally: Tally,
    /// It counts as a page of its platform and campaigns.
    pub(super) spent: bool,
}

/// What one URL adds to the group.
#[derive(Default)]
pub(super) struct Part {
    pub(super) group: Group,
    pub(super) events: Vec<Event>,
    pub(super) tally: Tally,
    /// Hosts that got new URLs.
    pub(super) touched: BTreeSet<String>,
    /// It counts against the budgets.
    pub(super) spent: bool,
}

impl Part {
    pub(super) fn failed(
        &mut self,
        kind: &'static str,
        queued: &Queued,
        message: String,
        again: bool,
    ) {
        if !again {
            self.count(kind, queued);
        }
        if let Ok(url) = queued.url.parse() {
            self.events.push(Event::Failed {
                url,
                kind,
                message,
                again,
            });
        }
    }

    /// A page that did not come or could not be read.
    fn count(&mut self, kind: &'static str, queued: &Queued) {
        *self.tally.errors.entry(kind).or_default() += 1;
        self.group.work.push(Work::Failed {
            host: queued.host.clone(),
            kind,
        });
    }

    /// It counts against the budgets.
    pub(super) fn spend(&mut self, queued: &Queued) {
        self.spent = true;
        self.group.work.push(Work::Spent {
            platform: queued.platform.clone(),
            campaigns: queued.campaigns.clone(),
        });
    }

    pub(super) fn done(&mut self, queued: &Queued) {
        self.group.work.push(Work::Done {
            url: queued.url.clone(),
            host: queued.host.clone(),
        });
    }
}

impl Committer {
    /// Rules that were edited while the crawl runs are used from the next group on.
    fn renew(&self) -> Result<(), Error> {
        let now = (self.clock)();
        let Some(office) = self.judge.as_ref().filter(|_| self.judging) else {
            return Ok(());
        };
        if let Some(event) = office.renew(now) {
            let in_force = office.judge().in_force(&self.store, now)?;
            self.store.commit(in_force)?;
            (self.report)(event);
        }
        Ok(())
    }

    /// Until the dispatcher hangs up. An error ends it, and with it the crawl; what was acknowledged stays.
    pub(super) fn work(
        &mut self,
        incoming: &Receiver<Finished>,
        acknowledge: &UnboundedSender<Acknowledged>,
    ) -> Result<(), Error> {
        while let Ok(first) = incoming.recv() {
            self.renew()?;
            for answer in self.commit(grouped(first, incoming, &self.arrivals))? {
                // The dispatcher is gone only when the crawl has ended.
                let _ = acknowledge.send(answer);
            }
        }
        Ok(())
    }

    fn commit(&mut self, mut finished: Vec<Finished>) -> Result<Vec<Acknowledged>, Error> {
        let captures = self.archive.append(&take_packed(&mut finished))?;
        let store = Arc::clone(&self.store);
        let _changing = store.changing();
        let mut captures = captures.into_iter();
        let mut group = Group::default();
        let (mut events, mut answers) = (Vec::new(), Vec::new());
        let (mut read, mut asked) = (BTreeSet::new(), BTreeSet::new());
        for Finished {
            queued,
            visit,
            outcome,
        } in finished
        {
            let mut part = Part::default();
            asked.insert(queued.host.clone());
            match outcome {
                Outcome::Answer(answer) => {
                    if let Some(capture) = captures.next() {
                        let before = visit.as_ref();
                        self.answered(&mut part, &queued, before, *answer, &capture, &mut read)?;
                    }
                }
                other => self.unanswered(&mut part, &queued, visit.as_ref(), other)?,
            }
            group.entries.append(&mut part.group.entries);
            group.work.append(&mut part.group.work);
            events.append(&mut part.events);
            answers.push(Acknowledged {
                url: queued.url,
                host: queued.host,
                touched: part.touched.into_iter().collect(),
                tally: part.tally,
                spent: part.spent,
            });
        }
        let owed = asked.iter().filter_map(|host| (self.owed)(host));
        group.work.extend(owed.filter_map(|state| keep(&state)));
        self.store.commit(group)?;
        for event in events {
            (self.report)(event);
        }
        Ok(answers)
    }

    fn unanswered(
        &self,
        part: &mut Part,
        queued: &Queued,
        before: Option<&Visit>,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let again = |failed, due| Queued {
            attempt: queued.attempt + failed,
            due,
            ..queued.clone()
        };
        match outcome {
            Outcome::Later { until, cause } => {
                part.group.work.push(Work::Again(again(0, until)));
                part.touched.insert(queued.host.clone());
                part.failed(
                    "later",
                    queued,
                    format!("{cause}; again after {until}"),
                    true,
                );
            }
            Outcome::Again { why } => {
                part.group.work.push(Work::Again(again(1, (self.clock)())));
                part.touched.insert(queued.host.clone());
                part.failed("again", queued, why, true);
            }
            Outcome::Whole { why } => {
                // Without a copy nothing is asked for on conditions, so this cannot come twice.
                let visit = Visit {
                    whole: None,
                    ..before.cloned().unwrap_or_default()
                };
                part.group.work.push(Work::Visited {
                    url: queued.url.clone(),
                    visit,
                });
                part.group.work.push(Work::Again(Queued {
                    due: (self.clock)(),
                    ..queued.clone()
                }));
                part.touched.insert(queued.host.clone());
                part.failed("again", queued, why, true);
            }
            Outcome::Refused { line } => {
                part.count("robots", queued);
                if let Ok(url) = queued.url.parse() {
                    part.events.push(Event::Refused { url, line });
                }
                part.done(queued);
            }
            Outcome::Failed { why } => {
                self.turn(part, queued, ListingStatus::Unreachable)?;
                self.visited(part, queued, before, Found::Nothing, None);
                part.spend(queued);
                part.failed("failed", queued, why, false);
                part.done(queued);
            }
            Outcome::Cut => {
                part.count("cut", queued);
                part.done(queued);
            }
            Outcome::Answer(_) => {}
        }
        Ok(())
    }
}

/// `first` and what else is finished or waits to be read, as far as one group takes it: while there is still something to
/// read, a larger group costs nobody time, and the disk less.
fn grouped(first: Finished, incoming: &Receiver<Finished>, arrivals: &Arrivals) -> Vec<Finished> {
    let (mut bytes, mut links) = first.size();
    let mut finished = vec![first];
    while finished.len() < GROUP && bytes < GROUP_BYTES && links < GROUP_LINKS {
        let next = match incoming.try_recv() {
            // Whoever reads it says how it ended, or hangs up.
            Err(TryRecvError::Empty) if arrivals.any() => incoming.recv().ok(),
            next => next.ok(),
        };
        let Some(next) = next else { break };
        let (more, further) = next.size();
        (bytes, links) = (bytes + more, links + further);
        finished.push(next);
    }
    finished
}

/// What a host is owed, as the store keeps it.
fn keep(state: &HostState) -> Option<Work> {
    // Plain strings, numbers and times: encoding them cannot fail, and a host that is not kept waits its whole delay.
    let bytes = serde_json::to_vec(state).ok()?;
    Some(Work::Host {
        host: state.host.clone(),
        state: bytes,
    })
}

/// The packed answers of a group, in its order.
fn take_packed(finished: &mut [Finished]) -> Vec<Packed> {
    let answers = finished.iter_mut().filter_map(|f| match &mut f.outcome {
        Outcome::Answer(answer) => answer.packed.take(),
        _ => None,
    });
    answers.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use url::Url;

    use super::*;
    use crate::{
        archive::Packed,
        crawl::work::{Answer, Arrived},
        fetch::Validators,
        model::{Harvest, Link, Time},
    };

    fn finished(bytes: usize, links: usize) -> Finished {
        let url = Url::parse("https://shop.example/").unwrap();
        let link = Link {
            url: url.clone(),
            listing: true,
            guessed: false,
        };
        let packed = Packed {
            bytes: vec![0; bytes],
            sha256: String::new(),
            fetched_at: Time::default(),
            whole: true,
        };
        let answer = Answer {
            url,
            status: 200,
            bytes,
            packed: Some(packed),
            harvest: Harvest {
                links: vec![link; links],
                ..Harvest::default()
            },
            known: false,
            elsewhere: false,
            truncated: false,
            whole: true,
            validators: Validators::default(),
            print: 1,
        };
        Finished {
            outcome: Outcome::Answer(Box::new(answer)),
            ..Finished::cut(Queued::default())
        }
    }

    #[test]
    fn a_group_ends_at_so_many_pages_links_or_bytes() {
        for (count, bytes, links, expected) in [
            (200, 10, 1, GROUP),
            (200, 10, 1_999, 11),
            (20, 8 << 20, 1, 8),
            (3, 10, 1, 3),
        ] {
            let (sender, incoming) = mpsc::channel();
            for _ in 0..count {
                sender.send(finished(bytes, links)).unwrap();
            }
            let first = incoming.recv().unwrap();
            let group = grouped(first, &incoming, &Arrivals::default());
            assert_eq!(group.len(), expected, "{count}");
        }
    }

    #[test]
    fn a_group_waits_for_what_is_being_read_and_not_for_what_never_comes() {
        let unread = || {
            let arrivals = Arrivals::default();
            arrivals.push(Arrived {
                queued: Queued::default(),
                visit: None,
                original: None,
                page: Err(Outcome::Cut),
            });
            arrivals
        };
        let (sender, incoming) = mpsc::channel();
        let group = std::thread::scope(|scope| {
            let group = scope.spawn(move || grouped(finished(1, 1), &incoming, &unread()));
            for _ in 0..3 {
                sender.send(finished(1, 1)).unwrap();
            }
            drop(sender);
            group.join().unwrap()
        });
        assert_eq!(group.len(), 4, "all that came until the readers hung up");
        let (_open, incoming) = mpsc::channel();
        let alone = grouped(finished(1, 1), &incoming, &Arrivals::default());
        assert_eq!(alone.len(), 1);
    }
}
