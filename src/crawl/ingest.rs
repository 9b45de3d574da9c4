//! What an answer means for the listings, for the queue and for the next visit.

use std::collections::BTreeSet;

use super::{
    Error,
    commit::{Committer, Part},
    listed::joined,
    revisit::Found,
    said::{Said, said},
    traps::Onward,
    work::Answer,
};
use crate::{
    fetch::host_of,
    model::{Capture, Event, Harvest, Link, ListingId, ListingStatus},
    store::{Entry, Group, ListPage, Queued, Visit, Work},
    watch::Reading,
};

/// Links committed at once at most: a site map may have 50,000.
const LINKS: usize = if cfg!(test) { 100 } else { 20_000 };

impl Committer {
    pub(super) fn answered(
        &self,
        part: &mut Part,
        queued: &Queued,
        before: Option<&Visit>,
        answer: Answer,
        capture: &Capture,
        read: &mut BTreeSet<ListingId>,
    ) -> Result<(), Error> {
        part.tally.pages = 1;
        part.spend(queued);
        part.events.push(Event::Page {
            url: answer.url.clone(),
            status: answer.status,
            bytes: answer.bytes,
            read_as: answer.harvest.kind,
        });
        part.group.entries.push(Entry::Captured {
            url: answer.url.to_string(),
            status: answer.status,
            capture: capture.clone(),
        });
        let (found, instead) = match said(queued, &answer) {
            Said::Read => (Found::Page(answer.print), None),
            Said::Absent(status, how) => {
                self.turn(part, queued, status)?;
                (Found::Absent, how)
            }
            Said::Nothing(status, kind, why) => {
                self.turn(part, queued, status)?;
                part.failed(kind, queued, why, false);
                (Found::Nothing, Some(kind))
            }
        };
        self.visited(part, queued, before, found, Some((&answer, capture)));
        if answer.status < 400 {
            let listings = &answer.harvest.listings;
            if queued.listing || !listings.is_empty() {
                let reading = Reading::of(&queued.platform, queued.listing, listings, instead);
                part.tally.reading = Some(reading);
            }
            let elsewhere = answer.url.as_str() != queued.url;
            self.harvested(part, queued, elsewhere, answer.harvest, capture, read)?;
        }
        part.done(queued);
        Ok(())
    }

    /// Notes what this visit says for the next one.
    pub(super) fn visited(
        &self,
        part: &mut Part,
        queued: &Queued,
        before: Option<&Visit>,
        found: Found,
        came: Option<(&Answer, &Capture)>,
    ) {
        let now = came.map_or_else(|| (self.clock)(), |(_, capture)| capture.fetched_at);
        let mut visit = self.revisit.after(&queued.url, before, found, now);
        visit.status = came.map_or(0, |(answer, _)| answer.status);
        if let Some((answer, capture)) = came {
            remember(&mut visit, &queued.url, found, answer, capture);
        }
        if !queued.listing && !queued.campaigns.is_empty() {
            let known = visit.list.take().map(|list| list.campaigns);
            visit.list = Some(ListPage {
                url: queued.url.clone(),
                platform: queued.platform.clone(),
                campaigns: joined(known.unwrap_or_default(), &queued.campaigns),
                depth: queued.depth,
            });
        }
        part.group.work.push(Work::Visited {
            url: queued.url.clone(),
            visit,
        });
    }

    fn harvested(
        &self,
        part: &mut Part,
        queued: &Queued,
        elsewhere: bool,
        harvest: Harvest,
        capture: &Capture,
        read: &mut BTreeSet<ListingId>,
    ) -> Result<(), Error> {
        // Another listing stands where a known one stood.
        if elsewhere
            && !harvest.listings.is_empty()
            && let Some(id) = self.store.listing_at(&queued.url)?
            && harvest.listings.iter().all(|listing| listing.id != id)
        {
            self.turn(part, queued, ListingStatus::Gone)?;
        }
        for listing in harvest.listings {
            // The same listing under two addresses in one group: the first reading stands.
            if !read.insert(listing.id.clone()) {
                continue;
            }
            self.ingest(part, queued, listing, capture)?;
        }
        // A single page was asked for, by nobody's campaign: where it leads is not asked for.
        if !queued.campaigns.is_empty() {
            self.follow(part, queued, &harvest.links, capture)?;
        }
        Ok(())
    }

    /// Queues the links of a page. Those of a page that has very many do not wait for its group: queued twice is queued once.
    fn follow(
        &self,
        part: &mut Part,
        queued: &Queued,
        links: &[Link],
        capture: &Capture,
    ) -> Result<(), Error> {
        let mut work = Vec::new();
        let mut cut = |kind, event: Option<Event>| {
            *part.tally.errors.entry(kind).or_default() += 1;
            part.events.extend(event);
        };
        self.met.first(&queued.url);
        let (now, met) = (capture.fetched_at, &self.met);
        let onward = self.traps.sift(queued, links, now, met, &mut cut);
        for Onward { link, depth, list } in onward {
            let url = link.url.to_string();
            if !self.met.first(&url)
                || self.due_only && !self.store.is_due(&url, capture.fetched_at)?
            {
                continue;
            }
            if work.len() == LINKS {
                let work = std::mem::take(&mut work);
                let entries = Vec::new();
                self.store.commit(Group { entries, work })?;
            }
            let host = host_of(&link.url);
            part.touched.insert(host.clone());
            work.push(Work::Enqueue(Queued {
                url,
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
        part.group.work.append(&mut work);
        Ok(())
    }
}

/// Notes where the page lies whole, and by what it can be recognised. A page of which nothing was learned is not what the
/// next visit is to be compared with; nor are the conditions kept of one that is not there: should it come back, it must come whole.
fn remember(visit: &mut Visit, url: &str, found: Found, answer: &Answer, capture: &Capture) {
    let came = answer.status == 200 && !answer.truncated;
    if found == Found::Nothing {
        return;
    }
    if came && answer.whole {
        visit.whole = Some(capture.clone());
        visit.answered = Some(answer.url.to_string()).filter(|answered| answered != url);
    }
    let sent = &answer.validators;
    match found {
        Found::Page(_) if answer.known => {
            // A 304 may give new ones (RFC 9110, 15.4.5).
            visit.etag = sent.etag.clone().or(visit.etag.take());
            visit.last_modified = sent.last_modified.clone().or(visit.last_modified.take());
        }
        _ => {
            let kept = matches!(found, Found::Page(_)) && came;
            visit.etag = sent.etag.clone().filter(|_| kept);
            visit.last_modified = sent.last_modified.clone().filter(|_| kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{archive::Archive, crawl::Revisit, model::Time, store::Store};

    #[test]
    fn the_links_of_a_page_that_has_very_many_do_not_wait_for_its_group() {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(dir.path()).unwrap().0);
        store.begin_run(false, Time::default()).unwrap();
        let committer = Committer {
            archive: Archive::open(&dir.path().join("archive"), 1 << 20).unwrap(),
            store: Arc::clone(&store),
            arrivals: Arc::default(),
            owed: Arc::new(|_| None),
            judge: None,
            judging: false,
            report: Arc::new(|_| {}),
            clock: Arc::new(Time::default),
            due_only: false,
            revisit: Revisit::default(),
            met: crate::crawl::met::Met::default(),
            traps: crate::crawl::traps::Traps::new(&std::collections::BTreeMap::new()),
        };
        let capture = Capture {
            warc: String::new(),
            offset: 0,
            sha256: String::new(),
            fetched_at: Time::default(),
        };
        let links: Vec<Link> = (2..LINKS + 7)
            .map(|n| Link {
                url: format!("https://shop.example/item/{n}").parse().unwrap(),
                listing: true,
                guessed: false,
            })
            .collect();
        let mut part = Part::default();
        committer
            .follow(
                &mut part,
                &Queued {
                    url: "https://shop.example/item/1".to_owned(),
                    campaigns: vec!["toys".to_owned()],
                    ..Queued::default()
                },
                &links,
                &capture,
            )
            .unwrap();
        assert_eq!(part.group.work.len(), 5);
        assert_eq!(store.queue_size().unwrap(), (LINKS as u64, 0));
        assert_eq!(part.touched.len(), 1);
    }
}
