//! Which captures are to be read again: the newest of each listing, and those that gave none though they might have.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::{
    journal::Place,
    model::{Capture, ListingId},
    platform::Platform,
    store::{self, Entry, Store},
};

/// What is to be done, in the order in which the captures lie in the archive. About 100 bytes for each listing.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) tasks: Vec<Task>,
    /// Listings that no platform of config.toml reads any more.
    pub(super) unwatched: u64,
}

/// One capture to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// The one that this listing stands on.
    Listing(ListingId),
    /// A newer visit to a listing page that no listing stands on; where the journal speaks of it.
    Page(Place),
}

/// Where a capture lies: the number of its file among those met, and the byte.
type Spot = (u32, u64);

/// Follows the journal to its end.
///
/// # Errors
/// Where the journal cannot be read.
pub(super) fn plan(
    store: &Store,
    platforms: &BTreeMap<String, Platform>,
    only: Option<&str>,
) -> Result<Plan, store::Error> {
    let mut met = Met::default();
    let mut place = Place::default();
    for entry in store.entries_from(place) {
        let (next, entry) = entry?;
        match entry {
            Entry::Version(listing) | Entry::Reread { listing, .. } => {
                if let Some(capture) = &listing.capture {
                    met.stands(&listing.id, capture, only);
                }
            }
            Entry::Seen { id, capture, .. } => met.stands(&id, &capture, only),
            Entry::Captured {
                url,
                status,
                capture,
            } => {
                if platform_of(platforms, &url, only).is_some() {
                    met.captured(&url, status, &capture, place);
                }
            }
            Entry::Status { .. }
            | Entry::Flagged(_)
            | Entry::Reviewed { .. }
            | Entry::InForce { .. }
            | Entry::File { .. } => {}
        }
        place = next;
    }
    Ok(met.in_order(platforms))
}

/// The platform that may read the page at `url` as a listing.
pub(super) fn platform_of<'a>(
    platforms: &'a BTreeMap<String, Platform>,
    url: &str,
    only: Option<&str>,
) -> Option<&'a Platform> {
    let url = Url::parse(url).ok()?;
    let mut asked = platforms
        .values()
        .filter(|platform| only.is_none_or(|only| platform.id() == only));
    asked.find(|platform| platform.lists(&url))
}

/// What the journal said so far.
#[derive(Debug, Default)]
struct Met {
    files: BTreeMap<String, u32>,
    listings: BTreeMap<ListingId, Spot>,
    /// By hash of the URL: the newest capture that shows a page.
    pages: BTreeMap<[u8; 8], (Spot, Place)>,
}

impl Met {
    fn stands(&mut self, id: &ListingId, capture: &Capture, only: Option<&str>) {
        if only.is_none_or(|only| id.platform() == only) {
            let spot = self.spot(capture);
            self.listings.insert(id.clone(), spot);
        }
    }

    fn captured(&mut self, url: &str, status: u16, capture: &Capture, place: Place) {
        let mut short = [0; 8];
        short.copy_from_slice(&blake3::hash(url.as_bytes()).as_bytes()[..8]);
        match status {
            // Later than what it showed before, the platform says that it is not there.
            404 | 410 | 451 => {
                self.pages.remove(&short);
            }
            200..400 => {
                let spot = self.spot(capture);
                self.pages.insert(short, (spot, place));
            }
            _ => {}
        }
    }

    fn spot(&mut self, capture: &Capture) -> Spot {
        let new = self.files.len() as u32;
        let file = match self.files.get(&capture.warc) {
            Some(&file) => file,
            None => *self.files.entry(capture.warc.clone()).or_insert(new),
        };
        (file, capture.offset)
    }

    fn in_order(self, platforms: &BTreeMap<String, Platform>) -> Plan {
        let owned: BTreeSet<Spot> = self.listings.values().copied().collect();
        // Files are met in the order in which they were begun, which is that of their names.
        let mut tasks: Vec<(Spot, Task)> = Vec::with_capacity(self.listings.len());
        let mut unwatched = 0;
        for (id, spot) in self.listings {
            if platforms.contains_key(id.platform()) {
                tasks.push((spot, Task::Listing(id)));
            } else {
                unwatched += 1;
            }
        }
        let pages = self.pages.into_values();
        let alone = pages.filter(|(spot, _)| !owned.contains(spot));
        tasks.extend(alone.map(|(spot, place)| (spot, Task::Page(place))));
        tasks.sort_by_key(|(spot, _)| *spot);
        let tasks = tasks.into_iter().map(|(_, task)| task).collect();
        Plan { tasks, unwatched }
    }
}
