//! The one committer. What is finished is written in groups: archive fsynced, journal fsynced, index; then acknowledged.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, mpsc::Receiver},
};

use tokio::sync::mpsc::UnboundedSender;

use super::{
    Clock, Error, Report,
    tally::Tally,
    traps::{Onward, Traps},
    work::{Answer, Finished, Outcome},
};
use crate::{
    archive::{Archive, Packed},
    fetch::{HostState, host_of},
    judge::Judge,
    model::{Capture, Event, Harvest, Listing, ListingId, ListingStatus, PageKind},
    store::{Entry, Group, Queued, Store, Work},
};

/// Pages in one group at most: a kill repeats no more than these.
const GROUP: usize = 128;

pub(super) struct Committer {
    pub(super) archive: Archive,
    pub(super) store: Arc<Store>,
    pub(super) judge: Option<Arc<Judge>>,
    pub(super) report: Report,
    pub(super) clock: Clock,
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
}

/// What one URL adds to the group.
#[derive(Default)]
struct Part {
    group: Group,
    events: Vec<Event>,
    tally: Tally,
    touched: Vec<String>,
}

impl Part {
    fn failed(&mut self, kind: &'static str, queued: &Queued, message: String, again: bool) {
        if !again {
            *self.tally.errors.entry(kind).or_default() += 1;
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

    fn done(&mut self, queued: &Queued) {
        self.group.work.push(Work::Done {
            url: queued.url.clone(),
            host: queued.host.clone(),
        });
    }
}

impl Committer {
    /// Until the dispatcher hangs up. An error ends it, and with it the crawl; what was acknowledged stays.
    pub(super) fn work(
        &mut self,
        incoming: &Receiver<Finished>,
        acknowledge: &UnboundedSender<Acknowledged>,
    ) -> Result<(), Error> {
        while let Ok(first) = incoming.recv() {
            let mut finished = vec![first];
            while finished.len() < GROUP
                && let Ok(next) = incoming.try_recv()
            {
                finished.push(next);
            }
            for answer in self.commit(finished)? {
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
        let (mut read, mut owed) = (BTreeSet::new(), BTreeMap::new());
        for Finished {
            queued,
            outcome,
            host,
        } in finished
        {
            let mut part = Part::default();
            owed.extend(host.map(|state| (state.host.clone(), state)));
            match outcome {
                Outcome::Answer(answer) => {
                    if let Some(capture) = captures.next() {
                        self.answered(&mut part, &queued, *answer, &capture, &mut read)?;
                    }
                }
                other => self.unanswered(&mut part, &queued, other)?,
            }
            group.entries.append(&mut part.group.entries);
            group.work.append(&mut part.group.work);
            events.append(&mut part.events);
            answers.push(Acknowledged {
                url: queued.url,
                host: queued.host,
                touched: part.touched,
                tally: part.tally,
            });
        }
        group.work.extend(owed.values().filter_map(keep));
        self.store.commit(group)?;
        for event in events {
            (self.report)(event);
        }
        Ok(answers)
    }

    fn answered(
        &self,
        part: &mut Part,
        queued: &Queued,
        answer: Answer,
        capture: &Capture,
        read: &mut BTreeSet<ListingId>,
    ) -> Result<(), Error> {
        part.tally.pages = 1;
        part.events.push(Event::Page {
            url: answer.url.clone(),
            status: answer.status,
            bytes: answer.bytes,
        });
        part.group.entries.push(Entry::Captured {
            url: answer.url.to_string(),
            status: answer.status,
            capture: capture.clone(),
        });
        match answer.status {
            404 | 410 => self.turn(part, queued, ListingStatus::Gone)?,
            status if status >= 400 => {
                self.turn(part, queued, ListingStatus::Unreachable)?;
                part.failed(
                    "http",
                    queued,
                    format!("the server answered {status}"),
                    false,
                );
            }
            _ => self.harvested(part, queued, answer.harvest, capture, read)?,
        }
        part.done(queued);
        Ok(())
    }

    fn harvested(
        &self,
        part: &mut Part,
        queued: &Queued,
        harvest: Harvest,
        capture: &Capture,
        read: &mut BTreeSet<ListingId>,
    ) -> Result<(), Error> {
        let walled = matches!(harvest.kind, PageKind::Wall | PageKind::Ruined);
        if walled || (queued.listing && harvest.listings.is_empty()) {
            let kind = if walled { "wall" } else { "unread" };
            let why = harvest.gaps.first().map_or_else(
                || "no listing could be read".to_owned(),
                |gap| gap.why.clone(),
            );
            self.turn(part, queued, ListingStatus::Unread)?;
            part.failed(kind, queued, why, false);
        }
        for listing in harvest.listings {
            // The same listing under two addresses in one group: the first reading stands.
            if !read.insert(listing.id.clone()) {
                continue;
            }
            self.ingest(part, queued, listing, capture)?;
        }
        // A single page was asked for, by nobody's campaign: where it leads is not asked for.
        let wanted = !queued.campaigns.is_empty();
        let mut cut = |kind, event| {
            *part.tally.errors.entry(kind).or_default() += 1;
            part.events.extend(event);
        };
        let links = if wanted { &harvest.links[..] } else { &[] };
        let onward = self.traps.sift(queued, links, capture.fetched_at, &mut cut);
        for Onward { link, depth, list } in onward {
            let host = host_of(&link.url);
            part.touched.push(host.clone());
            part.group.work.push(Work::Enqueue(Queued {
                url: link.url.to_string(),
                host,
                platform: queued.platform.clone(),
                campaigns: queued.campaigns.clone(),
                depth,
                listing: link.listing,
                attempt: 0,
                due: capture.fetched_at,
                list,
            }));
        }
        part.touched.sort();
        part.touched.dedup();
        Ok(())
    }

    /// One listing as read now against what the store has: new, changed or seen again; judged where it is new or changed.
    fn ingest(
        &self,
        part: &mut Part,
        queued: &Queued,
        mut listing: Listing,
        capture: &Capture,
    ) -> Result<(), Error> {
        let before = self.store.listing(&listing.id)?;
        if let Some(judge) = &self.judge {
            judge.classify(&mut listing);
        }
        part.tally.listings += 1;
        let same = before
            .as_ref()
            .is_some_and(|before| before.content() == listing.content());
        if same {
            let campaigns = campaigns(before.as_ref(), queued);
            part.group.entries.push(Entry::Seen {
                id: listing.id.clone(),
                capture: capture.clone(),
                campaigns,
            });
            part.events.push(Event::Listing {
                id: listing.id,
                new: false,
                changed: false,
            });
            return Ok(());
        }
        date(&mut listing, before.as_ref(), queued, capture);
        part.tally.new += u64::from(before.is_none());
        part.tally.changed += u64::from(before.is_some());
        part.events.push(Event::Listing {
            id: listing.id.clone(),
            new: before.is_none(),
            changed: before.is_some(),
        });
        let standing = self.store.flags_of(&listing.id)?;
        part.group
            .entries
            .push(Entry::Version(Box::new(listing.clone())));
        if let Some(judge) = &self.judge {
            let mut judgement = judge.judge(&listing, before.as_ref(), &standing);
            part.group.entries.append(&mut judgement.entries);
            part.events.append(&mut judgement.events);
            part.tally.flags += judgement.raised;
            part.tally.faults += judgement.faults;
        }
        Ok(())
    }

    /// A known listing's page did not come as a listing.
    fn turn(&self, part: &mut Part, queued: &Queued, status: ListingStatus) -> Result<(), Error> {
        let Some(id) = self.store.listing_at(&queued.url)? else {
            return Ok(());
        };
        if self
            .store
            .listing(&id)?
            .is_some_and(|listing| listing.status == status)
        {
            return Ok(());
        }
        if status == ListingStatus::Gone {
            part.tally.gone += 1;
            part.events.push(Event::Gone { id: id.clone() });
        }
        part.group.entries.push(Entry::Status {
            id,
            status,
            at: (self.clock)(),
        });
        Ok(())
    }

    fn unanswered(&self, part: &mut Part, queued: &Queued, outcome: Outcome) -> Result<(), Error> {
        let again = |due| Queued {
            attempt: queued.attempt + 1,
            due,
            ..queued.clone()
        };
        match outcome {
            Outcome::Later { until, cause } => {
                part.group.work.push(Work::Again(again(until)));
                part.touched.push(queued.host.clone());
                part.failed(
                    "later",
                    queued,
                    format!("{cause}; again after {until}"),
                    true,
                );
            }
            Outcome::Again { why } => {
                part.group.work.push(Work::Again(again((self.clock)())));
                part.touched.push(queued.host.clone());
                part.failed("again", queued, why, true);
            }
            Outcome::Refused { line } => {
                *part.tally.errors.entry("robots").or_default() += 1;
                if let Ok(url) = queued.url.parse() {
                    part.events.push(Event::Refused { url, line });
                }
                part.done(queued);
            }
            Outcome::Failed { why } => {
                self.turn(part, queued, ListingStatus::Unreachable)?;
                part.failed("failed", queued, why, false);
                part.done(queued);
            }
            Outcome::Cut => {
                *part.tally.errors.entry("cut").or_default() += 1;
                part.done(queued);
            }
            Outcome::Answer(_) => {}
        }
        Ok(())
    }
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

/// Gives a version its number, its times and its capture.
fn date(listing: &mut Listing, before: Option<&Listing>, queued: &Queued, capture: &Capture) {
    listing.version = before.map_or(1, |before| before.version + 1);
    listing.first_seen = before.map_or(Some(capture.fetched_at), |before| before.first_seen);
    listing.last_seen = Some(capture.fetched_at);
    listing.capture = Some(capture.clone());
    listing.campaigns = campaigns(before, queued);
}

/// Every campaign that has found the listing so far.
fn campaigns(before: Option<&Listing>, queued: &Queued) -> Vec<String> {
    let known = before
        .map(|before| before.campaigns.clone())
        .unwrap_or_default();
    let mut all: Vec<String> = known.into_iter().chain(queued.campaigns.clone()).collect();
    all.sort();
    all.dedup();
    all
}
