//! What other rules would mean for those who look at flags: how many more or fewer, and how long these take.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::tally::Counts;
use crate::{
    model::{Listing, Time},
    store::{self, Store},
};

/// The pace is that of so many days before now.
const DAYS: i64 = 28;
/// Two verdicts of one person further apart than this are not one sitting.
const SITTING: SignedDuration = SignedDuration::from_mins(30);
/// Fewer verdicts than this say nothing of how long one takes.
const ENOUGH: u64 = 10;

/// What it would mean. Where only some listings were looked at, what they would come to over all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Work {
    /// Flags to be looked at more, once: gained, or opened again.
    pub more_at_once: u64,
    /// Flags to be looked at fewer, once: lost before anybody decided.
    pub fewer_at_once: u64,
    /// Listings that came in each day.
    pub listings_a_day: f64,
    /// Over so many days, the last four weeks or as long as there are any listings.
    pub days: f64,
    /// Flags to be looked at more from then on, each day.
    pub more_a_day: f64,
    /// Flags to be looked at fewer from then on, each day.
    pub fewer_a_day: f64,
    /// How long people took.
    #[serde(flatten)]
    pub effort: Effort,
}

/// How long people took over the last four weeks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Effort {
    /// Minutes from one verdict of a person to the next in one sitting; none where there are too few to say.
    pub minutes_each: Option<f64>,
    /// Hours from the raising of a flag to its first verdict, of half of the flags less; none where there are too few.
    pub hours_waited: Option<f64>,
}

impl Work {
    /// `judged` listings of `offered` gave these counts.
    pub(super) fn of(
        counts: &Counts,
        judged: u64,
        offered: u64,
        pace: &Pace,
        effort: Effort,
    ) -> Self {
        let more = (counts.gained + counts.opened) as f64;
        let fewer = counts.lost as f64;
        let undecided = counts.lost - counts.lost_confirmed - counts.lost_dismissed;
        let of_each = |flags: f64| flags / (judged.max(1)) as f64;
        let listings_a_day = pace.a_day();
        Self {
            more_at_once: (of_each(more) * offered as f64).round() as u64,
            fewer_at_once: (of_each(undecided as f64) * offered as f64).round() as u64,
            listings_a_day,
            days: pace.days(),
            more_a_day: of_each(more) * listings_a_day,
            fewer_a_day: of_each(fewer) * listings_a_day,
            effort,
        }
    }
}

/// When listings came in.
#[derive(Debug)]
pub(super) struct Pace {
    now: Time,
    first: Option<Time>,
    lately: u64,
}

impl Pace {
    pub(super) fn until(now: Time) -> Self {
        Self {
            now,
            first: None,
            lately: 0,
        }
    }

    pub(super) fn note(&mut self, listing: &Listing) {
        let Some(came) = listing.first_seen.filter(|came| *came <= self.now) else {
            return;
        };
        self.first = Some(self.first.map_or(came, |first| first.min(came)));
        self.lately += u64::from(lately(came, self.now));
    }

    /// Listings a day. A store that is younger than four weeks has had fewer days, at least one.
    fn a_day(&self) -> f64 {
        self.lately as f64 / self.days()
    }

    fn days(&self) -> f64 {
        let age = self.first.map(|first| self.now.duration_since(first));
        let days = age.map_or(0.0, |age| age.as_secs_f64() / 86_400.0);
        days.clamp(1.0, DAYS as f64)
    }
}

fn lately(at: Time, now: Time) -> bool {
    let age = now.duration_since(at);
    !age.is_negative() && age < SignedDuration::from_hours(24 * DAYS)
}

impl Effort {
    /// Reads every flag's verdicts; those of the last four weeks are kept for as long as it takes.
    pub(super) fn of(store: &Store, now: Time) -> Result<Self, store::Error> {
        let mut verdicts: BTreeMap<String, Vec<Time>> = BTreeMap::new();
        let mut waits = Vec::new();
        for flag in store.flags() {
            let flag = flag?;
            let recent = |at: &Time| lately(*at, now);
            let first = flag.verdicts.first().map(|review| review.at);
            waits.extend(
                first
                    .filter(recent)
                    .map(|at| at.duration_since(flag.raised_at)),
            );
            for review in flag.verdicts.iter().filter(|review| recent(&review.at)) {
                verdicts
                    .entry(review.by.clone())
                    .or_default()
                    .push(review.at);
            }
        }
        Ok(Self {
            minutes_each: minutes_each(verdicts),
            hours_waited: median(waits).map(|wait| wait.as_secs_f64() / 3600.0),
        })
    }
}

/// Flags that are decided together count as many verdicts that took no time.
fn minutes_each(verdicts: BTreeMap<String, Vec<Time>>) -> Option<f64> {
    let (mut minutes, mut counted) = (0.0, 0);
    for mut times in verdicts.into_values() {
        times.sort();
        for pair in times.windows(2) {
            let between = pair[1].duration_since(pair[0]);
            if between <= SITTING {
                minutes += between.as_secs_f64() / 60.0;
                counted += 1;
            }
        }
    }
    (counted >= ENOUGH).then(|| minutes / counted as f64)
}

/// A flag may be raised by a page that arrived after the clock of who decided: that is no wait.
fn median(mut waits: Vec<SignedDuration>) -> Option<SignedDuration> {
    waits.sort();
    let middle = waits.get(waits.len() / 2).copied();
    middle
        .filter(|_| waits.len() as u64 >= ENOUGH)
        .map(|wait| wait.max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Time {
        Time::from_second(1_800_000_000 + 60 * minutes).unwrap()
    }

    fn came(days: i64) -> Listing {
        Listing {
            first_seen: Some(at(-days * 24 * 60)),
            ..Listing::default()
        }
    }

    #[test]
    fn a_young_store_has_had_fewer_days() {
        let mut pace = Pace::until(at(0));
        assert_eq!(pace.a_day(), 0.0);
        (0..4).for_each(|_| pace.note(&came(2)));
        assert_eq!(pace.a_day(), 2.0);
        (0..24).for_each(|_| pace.note(&came(7)));
        assert_eq!(pace.a_day(), 4.0);
        pace.note(&came(100));
        assert_eq!(
            pace.a_day(),
            1.0,
            "28 in 28 days; what came before counts for no day"
        );
    }

    #[test]
    fn time_between_sittings_is_no_work() {
        let one: Vec<_> = (0..6).map(|n| at(n * 4)).collect();
        let two: Vec<_> = (0..6).map(|n| at(3000 + n * 2)).collect();
        let by = |name: &str, times: &[Time]| (name.to_owned(), times.to_vec());
        let together = [one.as_slice(), &two].concat();
        assert_eq!(minutes_each([by("li", &together)].into()), Some(3.0));
        assert_eq!(minutes_each([by("li", &one)].into()), None, "too few");
        assert_eq!(minutes_each([by("li", &[at(5); 11])].into()), Some(0.0));
    }

    #[test]
    fn a_day_s_work_follows_from_the_share_of_listings_and_the_pace() {
        let counts = Counts {
            gained: 6,
            opened: 4,
            lost: 5,
            lost_dismissed: 2,
            ..Counts::default()
        };
        let mut pace = Pace::until(at(0));
        (0..40).for_each(|_| pace.note(&came(4)));
        let work = Work::of(&counts, 100, 1000, &pace, Effort::default());
        assert_eq!((work.more_at_once, work.fewer_at_once), (100, 30));
        assert_eq!((work.more_a_day, work.fewer_a_day), (1.0, 0.5));
        let nothing = Work::of(&Counts::default(), 0, 0, &pace, Effort::default());
        assert_eq!((nothing.more_a_day, nothing.more_at_once), (0.0, 0));
    }
}
