//! What an answer means: for the listings known, for those read from it, for the queue and for the next visit.

use std::collections::BTreeSet;

use super::{
    Error,
    commit::{Committer, Part},
    revisit::Found,
    traps::Onward,
    work::Answer,
};
use crate::{
    fetch::host_of,
    judge,
    model::{Capture, Event, Harvest, Link, Listing, ListingId, ListingStatus, PageKind},
    store::{Entry, Group, ListPage, Queued, Visit, Work},
    watch::Reading,
};

/// Links committed at once at most: a site map may have 50,000.
const LINKS: usize = if cfg!(test) { 100 } else { 20_000 };

/// What an answer says of the page that was asked for.
enum Said {
    Read,
    /// A known listing took this turn; the page says so.
    Absent(ListingStatus),
    /// Nothing was learned of the page: what became of a known listing, the kind of trouble, and why.
    Nothing(ListingStatus, &'static str, String),
}

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
        });
        part.group.entries.push(Entry::Captured {
            url: answer.url.to_string(),
            status: answer.status,
            capture: capture.clone(),
        });
        let found = match said(queued, &answer) {
            Said::Read => Found::Page(answer.print),
            Said::Absent(status) => {
                self.turn(part, queued, status)?;
                Found::Absent
            }
            Said::Nothing(status, kind, why) => {
                self.turn(part, queued, status)?;
                part.failed(kind, queued, why, false);
                Found::Nothing
            }
        };
        self.visited(part, queued, before, found, Some((&answer, capture)));
        let absent = matches!(found, Found::Absent);
        if answer.status < 400 {
            let listings = &answer.harvest.listings;
            if !absent && (queued.listing || !listings.is_empty()) {
                let reading = Reading::of(&queued.platform, queued.listing, listings);
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
        let id = listing.id.clone();
        let old = before.as_ref().map(Listing::content);
        let (new, changed) = (
            old.is_none(),
            old.is_some_and(|old| old != listing.content()),
        );
        part.tally.new += u64::from(new);
        part.tally.changed += u64::from(changed);
        let event = Event::Listing {
            id: id.clone(),
            new,
            changed,
        };
        part.events.push(event);
        if new || changed {
            date(&mut listing, before.as_ref(), queued, capture);
            let entry = Entry::Version(Box::new(listing.clone()));
            part.group.entries.push(entry);
            self.judge(part, listing, before.as_ref())?;
        } else {
            part.group.entries.push(Entry::Seen {
                id: id.clone(),
                capture: capture.clone(),
                campaigns: campaigns(before.as_ref(), queued),
            });
        }
        let status = before.map_or(ListingStatus::Active, |before| before.status);
        if status != ListingStatus::Active {
            returned(part, id, status, capture);
        }
        Ok(())
    }

    fn judge(
        &self,
        part: &mut Part,
        listing: Listing,
        before: Option<&Listing>,
    ) -> Result<(), Error> {
        let Some(judge) = self.judge.as_ref().filter(|_| self.judging) else {
            return Ok(());
        };
        let standing = self.store.flags_of(&listing.id)?;
        let key = judge::note(&listing.id);
        let mut judgement = judge.judge(listing, before, &standing);
        part.group.work.push(Work::Note {
            key,
            value: judgement.mark,
        });
        part.group.entries.append(&mut judgement.entries);
        part.events.append(&mut judgement.events);
        part.tally.flags += judgement.raised;
        part.tally.faults += judgement.faults;
        Ok(())
    }

    /// A known listing's page did not come as a listing.
    pub(super) fn turn(
        &self,
        part: &mut Part,
        queued: &Queued,
        status: ListingStatus,
    ) -> Result<(), Error> {
        let Some(id) = self.store.listing_at(&queued.url)? else {
            return Ok(());
        };
        let Some(listing) = self.store.listing(&id)? else {
            return Ok(());
        };
        // A listing that was gone is no less gone because its page could not be had.
        if listing.status == status || (absent(listing.status) && !absent(status)) {
            return Ok(());
        }
        if absent(status) {
            part.tally.gone += u64::from(status == ListingStatus::Gone);
            part.tally.removed += u64::from(status == ListingStatus::Removed);
            part.events.push(Event::Gone { id: id.clone() });
        }
        part.group.entries.push(Entry::Status {
            id,
            status,
            at: (self.clock)(),
        });
        Ok(())
    }
}

fn said(queued: &Queued, answer: &Answer) -> Said {
    let harvest = &answer.harvest;
    let http = || format!("the server answered {}", answer.status);
    match answer.status {
        404 | 410 => return Said::Absent(ListingStatus::Gone),
        // Unavailable for legal reasons (RFC 7725).
        451 => return Said::Absent(ListingStatus::Removed),
        500.. => return Said::Nothing(ListingStatus::Unreachable, "http", http()),
        400.. => return Said::Nothing(ListingStatus::Unread, "http", http()),
        304 if !answer.known => return Said::Nothing(ListingStatus::Unread, "http", http()),
        _ => {}
    }
    let why = || {
        let first = harvest.gaps.first().map(|gap| gap.why.clone());
        first.unwrap_or_else(|| "no listing could be read".to_owned())
    };
    match harvest.kind {
        PageKind::Wall | PageKind::Ruined => Said::Nothing(ListingStatus::Unread, "wall", why()),
        _ if !harvest.listings.is_empty() => Said::Read,
        PageKind::Missing => Said::Absent(ListingStatus::Gone),
        PageKind::Removed => Said::Absent(ListingStatus::Removed),
        // Sent to the shop's first page, or to a search.
        _ if queued.listing && answer.elsewhere => Said::Absent(ListingStatus::Gone),
        _ if queued.listing => Said::Nothing(ListingStatus::Unread, "unread", why()),
        PageKind::Listing | PageKind::Index => Said::Read,
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

/// No longer offered.
pub(super) fn absent(status: ListingStatus) -> bool {
    matches!(status, ListingStatus::Gone | ListingStatus::Removed)
}

/// A listing that was not active can be read again.
fn returned(part: &mut Part, id: ListingId, from: ListingStatus, capture: &Capture) {
    if absent(from) {
        part.tally.relisted += 1;
        part.events.push(Event::Relisted { id: id.clone() });
    }
    part.group.entries.push(Entry::Status {
        id,
        status: ListingStatus::Active,
        at: capture.fetched_at,
    });
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
    let known = before.map(|before| before.campaigns.clone());
    joined(known.unwrap_or_default(), &queued.campaigns)
}

fn joined(mut known: Vec<String>, more: &[String]) -> Vec<String> {
    known.extend_from_slice(more);
    known.sort();
    known.dedup();
    known
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        archive::Archive,
        crawl::Revisit,
        fetch::Validators,
        model::{Gap, Time},
        store::Store,
    };

    fn asked(listing: bool) -> Queued {
        Queued {
            url: "https://shop.example/item/1".to_owned(),
            campaigns: vec!["toys".to_owned()],
            listing,
            ..Queued::default()
        }
    }

    fn answer(kind: PageKind, path: &str) -> Answer {
        let url: url::Url = format!("https://shop.example/{path}").parse().unwrap();
        Answer {
            elsewhere: !url.path().starts_with("/item/"),
            url,
            status: 200,
            bytes: 0,
            packed: None,
            harvest: Harvest {
                kind,
                gaps: vec![Gap {
                    field: "page".to_owned(),
                    why: "a reason".to_owned(),
                }],
                ..Harvest::default()
            },
            known: false,
            truncated: false,
            whole: true,
            validators: Validators::default(),
            print: 1,
        }
    }

    fn in_short(queued: &Queued, answer: &Answer) -> String {
        match said(queued, answer) {
            Said::Read => "read".to_owned(),
            Said::Absent(status) => format!("{status:?}"),
            Said::Nothing(status, kind, why) => format!("{status:?} {kind}: {why}"),
        }
    }

    #[test]
    fn a_page_says_what_became_of_the_listing() {
        let listing = asked(true);
        for (kind, path, expected) in [
            (PageKind::Missing, "item/1", "Gone"),
            (PageKind::Removed, "item/1", "Removed"),
            (PageKind::Index, "", "Gone"),
            (PageKind::Index, "item/1", "Unread unread: a reason"),
            (PageKind::Wall, "login", "Unread wall: a reason"),
            (PageKind::Ruined, "item/1", "Unread wall: a reason"),
        ] {
            assert_eq!(
                in_short(&listing, &answer(kind, path)),
                expected,
                "{kind:?}"
            );
        }
        let list = answer(PageKind::Index, "");
        assert_eq!(in_short(&asked(false), &list), "read");
        let mut unasked = list;
        unasked.status = 304;
        assert_eq!(
            in_short(&asked(false), &unasked),
            "Unread http: the server answered 304"
        );
        unasked.known = true;
        assert_eq!(in_short(&asked(false), &unasked), "read");
        let mut read = answer(PageKind::Missing, "item/1");
        read.harvest.listings.push(Listing::default());
        assert_eq!(in_short(&listing, &read), "read", "it shows one after all");
    }

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
            .follow(&mut part, &asked(false), &links, &capture)
            .unwrap();
        assert_eq!(part.group.work.len(), 5);
        assert_eq!(store.queue_size().unwrap(), (LINKS as u64, 0));
        assert_eq!(part.touched.len(), 1);
    }
}
