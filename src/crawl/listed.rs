//! One listing against what the store has of it: new, changed, seen again, gone, back.

use super::{
    Error,
    commit::{Committer, Part},
};
use crate::{
    judge,
    model::{Capture, Event, Listing, ListingId, ListingStatus},
    store::{Entry, Queued, Work},
};

impl Committer {
    /// One listing as read now against what the store has: new, changed or seen again; judged where it is new or changed.
    pub(super) fn ingest(
        &self,
        part: &mut Part,
        queued: &Queued,
        mut listing: Listing,
        capture: &Capture,
    ) -> Result<(), Error> {
        let before = self.store.listing(&listing.id)?;
        if let Some(office) = &self.judge {
            office.judge().classify(&mut listing);
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
        let Some(office) = self.judge.as_ref().filter(|_| self.judging) else {
            return Ok(());
        };
        let standing = self.store.flags_of(&listing.id)?;
        let key = judge::note(&listing.id);
        let mut judgement = office.judge().judge(listing, before, &standing);
        if let Some(row) = judgement.row {
            let value = office.judge().arrival(row);
            part.group.work.push(Work::Note { key, value });
        }
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

pub(super) fn joined(mut known: Vec<String>, more: &[String]) -> Vec<String> {
    known.extend_from_slice(more);
    known.sort();
    known.dedup();
    known
}
