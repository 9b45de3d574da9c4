//! One capture read again: what its page shows now beside what the store has.

use std::{
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
    path::Path,
};

use super::{
    Fault,
    plan::{Task, platform_of},
};
use crate::{
    archive,
    judge::Judge,
    model::{Capture, Harvest, Listing, ListingId, ListingStatus, Page, PageKind},
    platform::{Platform, Role},
    store::{self, Entry, Store},
    text::causes,
    watch::Reading,
};

/// What pages are read with.
pub(super) struct Reader<'a> {
    pub(super) store: &'a Store,
    pub(super) archive: &'a Path,
    pub(super) platforms: &'a BTreeMap<String, Platform>,
    /// Gives listings their class.
    pub(super) judge: &'a Judge,
    pub(super) only: Option<&'a str>,
}

/// What came of one capture.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// For the watch over the platform.
    pub(super) reading: Option<Reading>,
    pub(super) found: Vec<Found>,
    pub(super) fault: Option<Fault>,
}

/// What one capture says of a listing now.
#[derive(Debug)]
pub(super) enum Found {
    /// What it said.
    Same,
    /// Something else: the listing as it stood, and as it is now.
    Changed(Box<(Listing, Listing)>),
    /// Nothing any more.
    Vanished { id: ListingId, why: String },
    /// A listing that the store does not have.
    Appeared(Box<Listing>),
    /// A visit after which the listing counted as unread can be read after all.
    Recovered(Box<(Listing, Listing)>),
}

impl Reader<'_> {
    /// Reads one capture. A record or page that cannot be read is a fault of its own and stops no other.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub(super) fn read(&self, task: &Task) -> Result<Outcome, store::Error> {
        match task {
            Task::Listing(id) => self.listing(id),
            Task::Page(place) => match self.store.entries_from(*place).next() {
                Some(entry) => match entry?.1 {
                    Entry::Captured { url, capture, .. } => self.page(&url, &capture),
                    _ => Ok(Outcome::default()),
                },
                None => Ok(Outcome::default()),
            },
        }
    }

    fn listing(&self, id: &ListingId) -> Result<Outcome, store::Error> {
        let Some(before) = self.store.listing(id)? else {
            return Ok(Outcome::default());
        };
        let (Some(capture), Some(platform)) =
            (before.capture.clone(), self.platforms.get(id.platform()))
        else {
            return Ok(Outcome::default());
        };
        let (page, mut harvest) = match self.harvest(platform, &capture, Some(id)) {
            Ok(read) => read,
            Err(fault) => return Ok(fault.into()),
        };
        let reading = Some(reading(platform, &page, &harvest));
        let now = harvest.listings.pop();
        let found = match now {
            Some(now) if now.id == before.id => vec![self.compared(before, now)],
            Some(now) => self.renamed(before, now)?,
            None => vec![Found::Vanished {
                id: before.id,
                why: why(&harvest),
            }],
        };
        Ok(Outcome {
            reading,
            found,
            fault: None,
        })
    }

    fn compared(&self, before: Listing, now: Listing) -> Found {
        if before.content() == now.content() {
            return Found::Same;
        }
        let now = self.kept(&before, now);
        Found::Changed(Box::new((before, now)))
    }

    /// The page of one listing shows another now: its number is found elsewhere on the page, or in its address.
    fn renamed(&self, before: Listing, now: Listing) -> Result<Vec<Found>, store::Error> {
        let why = format!("its page is now read as {}", now.id);
        let known = self.store.listing(&now.id)?.is_some();
        let appeared = (!known).then(|| Found::Appeared(Box::new(self.kept(&before, now))));
        let vanished = Found::Vanished { id: before.id, why };
        Ok([vanished].into_iter().chain(appeared).collect())
    }

    /// The listing as read now, with all that visits say of it.
    fn kept(&self, before: &Listing, now: Listing) -> Listing {
        let mut now = Listing {
            campaigns: before.campaigns.clone(),
            first_seen: before.first_seen,
            last_seen: before.last_seen,
            status: before.status,
            capture: before.capture.clone(),
            ..now
        };
        self.judge.classify(&mut now);
        now
    }

    /// A page that no listing stands on: it may show a new one, or one of which this visit could not read anything.
    fn page(&self, url: &str, capture: &Capture) -> Result<Outcome, store::Error> {
        let Some(platform) = platform_of(self.platforms, url, self.only) else {
            return Ok(Outcome::default());
        };
        let (page, mut harvest) = match self.harvest(platform, capture, None) {
            Ok(read) => read,
            Err(fault) => return Ok(fault.into()),
        };
        let absent = matches!(harvest.kind, PageKind::Missing | PageKind::Removed);
        let reading = (!absent).then(|| reading(platform, &page, &harvest));
        let mut found = Vec::new();
        if let Some(now) = harvest.listings.pop() {
            let before = self.store.listing(&now.id)?;
            found.extend(self.met(before, now, capture));
        }
        Ok(Outcome {
            reading,
            found,
            fault: None,
        })
    }

    fn met(&self, before: Option<Listing>, now: Listing, capture: &Capture) -> Option<Found> {
        let at = Some(capture.fetched_at);
        let mut now = Listing {
            first_seen: before.as_ref().map_or(at, |before| before.first_seen),
            last_seen: at,
            capture: Some(capture.clone()),
            campaigns: before
                .as_ref()
                .map_or_else(Vec::new, |b| b.campaigns.clone()),
            ..now
        };
        self.judge.classify(&mut now);
        match before {
            None => Some(Found::Appeared(Box::new(now))),
            // The same listing under another address stands on what the crawl chose.
            Some(before) if before.status != ListingStatus::Unread || before.last_seen >= at => {
                None
            }
            Some(before) => Some(Found::Recovered(Box::new((before, now)))),
        }
    }

    fn harvest(
        &self,
        platform: &Platform,
        capture: &Capture,
        listing: Option<&ListingId>,
    ) -> Result<(Page, Harvest), Fault> {
        let fault = |message| Fault {
            warc: capture.warc.clone(),
            offset: capture.offset,
            listing: listing.cloned(),
            message,
        };
        let page = archive::read(self.archive, capture).map_err(|e| fault(causes(&e)))?;
        let read = panic::catch_unwind(AssertUnwindSafe(|| platform.read(&page)));
        match read {
            Ok(harvest) => Ok((page, harvest)),
            Err(_) => Err(fault(format!(
                "{}: reading the page failed; the others are read all the same",
                page.url
            ))),
        }
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }
}

fn reading(platform: &Platform, page: &Page, harvest: &Harvest) -> Reading {
    let expected = platform.role(&platform.clean(&page.url)) == Role::Listing;
    let instead = match harvest.kind {
        PageKind::Index | PageKind::Listing => "unread",
        kind => kind.as_str(),
    };
    Reading::of(platform.id(), expected, &harvest.listings, Some(instead))
}

fn why(harvest: &Harvest) -> String {
    let first = harvest.gaps.first().map(|gap| gap.why.clone());
    first.unwrap_or_else(|| {
        match harvest.kind {
            PageKind::Missing => "the page is read as one that says that it is not there",
            PageKind::Removed => "the page is read as one that says that it was taken down",
            PageKind::Wall(wall) => wall.words()[0],
            PageKind::Index | PageKind::Listing | PageKind::Ruined => {
                "no listing could be read from the page, or its address is no listing's any more"
            }
        }
        .to_owned()
    })
}
