//! When a page is worth another visit: sooner where the last ones found something new, later where they did not.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    model::{Harvest, Time},
    store::Visit,
};

/// From the first visit to the second.
const START: Duration = Duration::from_secs(86_400);
/// A due time lies this share of the interval around it, so that what was visited together does not come due together.
const JITTER: f64 = 0.1;

/// The bounds of the time from one visit of a page to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revisit {
    /// Not sooner than this after a visit.
    pub soonest: Duration,
    /// And not later than this.
    pub latest: Duration,
}

impl Default for Revisit {
    fn default() -> Self {
        Self {
            soonest: Duration::from_secs(6 * 3600),
            latest: Duration::from_secs(30 * 86_400),
        }
    }
}

/// What a visit found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The page; the number stands for what was read from it, see `print`.
    Page(u64),
    /// The page is not there any more.
    Absent,
    /// Nothing was learned: no answer, a wall, nothing that could be read.
    Nothing,
}

impl Revisit {
    /// What is known after a visit at `now` to `url` that found this; validators and captures are as they were before.
    pub(super) fn after(self, url: &str, before: Option<&Visit>, found: Found, now: Time) -> Visit {
        let old = before.map_or(START, |visit| Duration::from_secs(visit.interval.into()));
        let interval = self.bounded(match (before, found) {
            (None, _) | (_, Found::Nothing) => old,
            (Some(visit), Found::Page(print)) if visit.print != print => old / 2,
            (Some(_), Found::Page(_) | Found::Absent) => old * 3 / 2,
        });
        let visits = before.map_or(0, |visit| visit.visits).saturating_add(1);
        let wait = match found {
            // Nothing was learned, so there is no reason to wait as long as if nothing had changed.
            Found::Nothing => self.soonest,
            Found::Page(_) | Found::Absent => interval,
        };
        let wait = self.bounded(wait.mul_f64(jitter(url, visits)));
        Visit {
            print: match found {
                Found::Page(print) => print,
                Found::Absent => 0,
                Found::Nothing => before.map_or(0, |visit| visit.print),
            },
            interval: u32::try_from(interval.as_secs()).unwrap_or(u32::MAX),
            due: now.checked_add(wait).unwrap_or(Time::MAX),
            visits,
            ..before.cloned().unwrap_or_default()
        }
    }

    fn bounded(self, wait: Duration) -> Duration {
        // Not `clamp`, which panics where a config has them the wrong way round.
        wait.min(self.latest).max(self.soonest)
    }
}

/// A factor around 1 that depends on nothing but the page and the number of the visit.
fn jitter(url: &str, visits: u32) -> f64 {
    let mut hash = blake3::Hasher::new();
    hash.update(&visits.to_be_bytes()).update(url.as_bytes());
    let share = f64::from(u16::from_be_bytes(first(&hash))) / f64::from(u16::MAX);
    1.0 - JITTER + 2.0 * JITTER * share
}

/// Stands for what was read from a page: the content of its listings; where there are none, which listings it leads to; where
/// it leads to none, which pages. What else moves on a page (tokens, advertisements, times) does not count. Never 0.
pub(super) fn print(harvest: &Harvest) -> u64 {
    let mut hash = blake3::Hasher::new();
    for listing in &harvest.listings {
        // Our own type, into memory: neither fails. One text is hashed faster than the pieces that it is written in.
        hash.update(&serde_json::to_vec(&listing.content()).unwrap_or_default());
    }
    if harvest.listings.is_empty() {
        let any = harvest.links.iter().any(|link| link.listing);
        let links = harvest.links.iter().filter(|link| link.listing == any);
        let links: BTreeSet<&str> = links.map(|link| link.url.as_str()).collect();
        for link in links {
            hash.update(link.as_bytes()).update(b"\n");
        }
    }
    u64::from_be_bytes(first(&hash)).max(1)
}

fn first<const N: usize>(hash: &blake3::Hasher) -> [u8; N] {
    let mut bytes = [0; N];
    hash.finalize_xof().fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Link, Listing};

    const DAY: u64 = 86_400;

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap()
    }

    fn waits(visit: &Visit, now: Time) -> u64 {
        visit.due.duration_since(now).as_secs().unsigned_abs()
    }

    #[test]
    fn intervals_shrink_where_something_changes_and_grow_where_nothing_does() {
        let revisit = Revisit::default();
        let now = at(1_000_000);
        let next = |before: Option<&Visit>, found| revisit.after("u", before, found, now);
        let first = next(None, Found::Page(7));
        assert_eq!((first.interval, first.visits, first.print), (86_400, 1, 7));
        assert!((DAY * 9 / 10..=DAY * 11 / 10).contains(&waits(&first, now)));
        let same = next(Some(&first), Found::Page(7));
        assert_eq!(same.interval, 129_600);
        let changed = next(Some(&same), Found::Page(8));
        assert_eq!(changed.interval, 64_800);
        let gone = next(Some(&changed), Found::Absent);
        assert_eq!((gone.interval, gone.print), (97_200, 0));
        let back = next(Some(&gone), Found::Page(8));
        assert_eq!(back.interval, 48_600, "that it is back is a change");
        let silent = next(Some(&back), Found::Nothing);
        assert_eq!((silent.interval, silent.print), (48_600, 8));
        assert!(waits(&silent, now) < 25_000, "soon");
    }

    #[test]
    fn what_was_visited_together_comes_due_apart_and_always_at_the_same_time() {
        let revisit = Revisit::default();
        let dues: BTreeSet<Time> = (0..50)
            .map(|n| {
                let url = format!("https://shop.example/{n}");
                let one = revisit.after(&url, None, Found::Page(1), at(0));
                assert_eq!(one, revisit.after(&url, None, Found::Page(1), at(0)));
                one.due
            })
            .collect();
        assert!(dues.len() > 45, "{}", dues.len());
    }

    #[test]
    fn a_print_is_that_of_what_is_read_and_not_of_the_page() {
        let link = |path: &str, listing| Link {
            url: format!("https://shop.example/{path}").parse().unwrap(),
            listing,
            guessed: false,
        };
        let list = |links: &[(&str, bool)]| {
            let links = links.iter().map(|(path, l)| link(path, *l)).collect();
            print(&Harvest {
                links,
                ..Harvest::default()
            })
        };
        let usual = list(&[("1", true), ("2", true), ("help", false)]);
        let moved = list(&[("2", true), ("1", true), ("1", true), ("news", false)]);
        assert_eq!(usual, moved);
        assert_ne!(usual, list(&[("1", true), ("3", true)]));
        assert_ne!(list(&[("a", false)]), list(&[("b", false)]), "categories");
        let one = |listing: Listing, path| {
            print(&Harvest {
                listings: vec![listing],
                links: vec![link(path, true)],
                ..Harvest::default()
            })
        };
        let listing = Listing::default();
        let titled = Listing {
            title: Some("Kettle".to_owned()),
            ..Listing::default()
        };
        assert_eq!(one(listing.clone(), "1"), one(listing.clone(), "2"));
        assert_ne!(one(listing, "1"), one(titled, "1"));
    }

    proptest! {
        #[test]
        fn a_page_is_never_due_outside_the_bounds(
            soonest in 0u64..10_000_000, longer in 0u64..10_000_000, url in ".{0,20}",
            found in prop::collection::vec(prop_oneof![
                (1u64..3).prop_map(Found::Page), Just(Found::Absent), Just(Found::Nothing)
            ], 1..30),
        ) {
            let [soonest, latest] = [soonest, soonest + longer].map(Duration::from_secs);
            let revisit = Revisit { soonest, latest };
            let mut visit: Option<Visit> = None;
            for found in found {
                let next = revisit.after(&url, visit.as_ref(), found, at(0));
                let wait = Duration::try_from(next.due.duration_since(at(0))).unwrap();
                prop_assert!(soonest <= wait && wait <= latest, "{wait:?}");
                visit = Some(next);
            }
        }
    }
}
