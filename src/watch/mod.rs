//! How well each platform's pages are read, run after run: a shop that changes its pages is noticed in the same run.
//!
//! Of every listing page it is counted whether it gave a listing, and of every listing which fields it has. A share that
//! fell far below its usual one raises an alarm, which stands until a later run finds it as usual again.

mod alarm;
mod field;
mod history;
mod share;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use alarm::{Alarm, alarms};
pub use history::{Rate, rates};

use crate::{
    model::{Listing, Time},
    store::{self, Group, Store, Work},
};
use alarm::{ALARMS, message};
use field::FIELDS;
use history::Point;
use share::Share;

/// How much of the usual share one visit makes.
const WEIGHT: f64 = 0.3;
/// Note of the store: the usual shares of a platform.
const USUAL: &str = "crawl/usual/";
/// Not a field: whether a listing page gave a listing.
const LISTING: &str = "listing";

/// Pages that say that a listing is not there any more: it is none of the reader's faults.
const ABSENT: [&str; 3] = ["missing", "removed", "elsewhere"];

/// What the pages of one platform gave in this run.
#[derive(Debug, Default)]
struct Met {
    shares: BTreeMap<&'static str, Share>,
    /// What stood where listings were expected, and how often.
    instead: BTreeMap<&'static str, u64>,
}

/// What one page gave.
#[derive(Debug)]
pub struct Reading {
    platform: String,
    shares: Vec<(&'static str, Share)>,
    /// What stood where a listing was expected.
    instead: Option<&'static str>,
}

impl Reading {
    /// Counts what a page of `platform` gave. `expected`: by its address it should give a listing; `instead`: what it
    /// was where it gave none, such as `captcha`. A page that says that its listing is not there (`ABSENT`) is named, and
    /// no part of any share.
    pub fn of(
        platform: &str,
        expected: bool,
        listings: &[Listing],
        instead: Option<&'static str>,
    ) -> Self {
        let instead = instead.filter(|_| expected && listings.is_empty());
        let absent = instead.is_some_and(|kind| ABSENT.contains(&kind));
        let page = Share {
            of: u64::from(expected && !absent),
            there: u64::from(expected && !listings.is_empty()),
        };
        let fields = FIELDS.iter().map(|field| {
            let mut share = Share::default();
            for there in listings.iter().filter_map(field.has) {
                share.add(1, u64::from(there));
            }
            (field.name, share)
        });
        Self {
            platform: platform.to_owned(),
            shares: [(LISTING, page)].into_iter().chain(fields).collect(),
            instead,
        }
    }
}

/// What a run says of the runs to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// It visited pages: what is usual moves a little.
    Visits,
    /// It read all known pages again: what did not fall is from now on as usual as it was found.
    Reread,
    /// The same, and whoever ordered it says that what fell is as it should be: no alarm, and usual from now on.
    Accepted,
}

/// The shares of this run beside the usual ones.
#[derive(Debug, Default)]
pub struct Watch {
    usual: BTreeMap<String, BTreeMap<String, f64>>,
    met: BTreeMap<String, Met>,
    raised: BTreeSet<(String, &'static str)>,
}

impl Watch {
    /// Begins to watch a run over `platforms`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn open<'a>(
        store: &Store,
        platforms: impl Iterator<Item = &'a String>,
    ) -> Result<Self, store::Error> {
        let mut watch = Self::default();
        for platform in platforms {
            let usual = usual_of(store, platform)?;
            watch.usual.insert(platform.clone(), usual);
        }
        Ok(watch)
    }

    /// Counts a page; gives the alarms that it raises, each once a run.
    pub fn add(&mut self, reading: &Reading, now: Time) -> Vec<Alarm> {
        let met = self.met.entry(reading.platform.clone()).or_default();
        for (what, Share { of, there }) in &reading.shares {
            met.shares.entry(what).or_default().add(*of, *there);
        }
        if let Some(kind) = reading.instead {
            *met.instead.entry(kind).or_default() += 1;
        }
        let mut raised = self.standing(&reading.platform, now);
        raised.retain(|(what, _)| self.raised.insert((reading.platform.clone(), what)));
        raised.into_iter().map(|(_, alarm)| alarm).collect()
    }

    /// Keeps what was learned; gives the alarms of this run that stand at its end.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub fn close(
        &self,
        store: &Store,
        lesson: Lesson,
        now: Time,
    ) -> Result<Vec<Alarm>, store::Error> {
        let mut alarms = alarms(store)?;
        let (mut raised, mut work) = (Vec::new(), Vec::new());
        for (platform, met) in &self.met {
            let mut fallen = self.standing(platform, now);
            if lesson == Lesson::Accepted {
                fallen.clear();
            }
            let fell = |what: &str| fallen.iter().any(|(f, _)| *f == what);
            let shares = &met.shares;
            let judged = |what: &str| shares.get(what).is_some_and(|share| share.counts());
            alarms.retain(|alarm| alarm.platform != *platform || !judged(&alarm.what));
            let mut usual = self.usual.get(platform).cloned().unwrap_or_default();
            for (what, share) in shares.iter().filter(|(what, _)| judged(what)) {
                learn(&mut usual, what, *share, lesson, fell(what));
            }
            let point = Point {
                at: now,
                reread: lesson != Lesson::Visits,
                shares: shares
                    .iter()
                    .map(|(what, s)| ((*what).to_owned(), *s))
                    .collect(),
                instead: met
                    .instead
                    .iter()
                    .map(|(kind, n)| ((*kind).to_owned(), *n))
                    .collect(),
                fell: fallen.iter().map(|(what, _)| (*what).to_owned()).collect(),
            };
            work.push(note(format!("{USUAL}{platform}"), &usual));
            work.extend(history::keep(store, platform, point)?);
            raised.extend(fallen.into_iter().map(|(_, alarm)| alarm));
        }
        alarms.extend(raised.iter().cloned());
        work.push(note(ALARMS.to_owned(), &alarms));
        let entries = Vec::new();
        store.commit(Group { entries, work })?;
        Ok(raised)
    }

    fn standing(&self, platform: &str, now: Time) -> Vec<(&'static str, Alarm)> {
        let met = self.met.get(platform).into_iter();
        let usual = |what: &str| self.usual.get(platform)?.get(what).copied();
        let instead = |what: &str| match self.met.get(platform) {
            Some(met) if what == LISTING => alarm::instead(&met.instead),
            _ => String::new(),
        };
        met.flat_map(|met| &met.shares)
            .filter(|(what, share)| share.fell(usual(what), sure(what)))
            .map(|(&what, share)| {
                let alarm = Alarm {
                    platform: platform.to_owned(),
                    what: what.to_owned(),
                    message: message(what, *share, usual(what), &instead(what)),
                    at: now,
                };
                (what, alarm)
            })
            .collect()
    }
}

/// Every listing page should give a listing, and every listing have these.
fn sure(what: &str) -> bool {
    what == LISTING || FIELDS.iter().any(|field| field.name == what && field.sure)
}

/// A share that fell teaches nothing, or the alarm would make itself silent. Only a field that was never there is
/// taken as it is: some platforms show no title.
fn learn(usual: &mut BTreeMap<String, f64>, what: &str, share: Share, lesson: Lesson, fell: bool) {
    let weight = match lesson {
        Lesson::Visits => WEIGHT,
        Lesson::Reread | Lesson::Accepted => 1.0,
    };
    match usual.get_mut(what) {
        Some(usual) if !fell => *usual += weight * (share.is() - *usual),
        Some(_) => {}
        None if fell && what == LISTING => {}
        None => {
            usual.insert(what.to_owned(), share.is());
        }
    }
}

fn usual_of(store: &Store, platform: &str) -> Result<BTreeMap<String, f64>, store::Error> {
    Ok(noted(store, &format!("{USUAL}{platform}"))?.unwrap_or_default())
}

fn noted<T: serde::de::DeserializeOwned>(
    store: &Store,
    key: &str,
) -> Result<Option<T>, store::Error> {
    // A note in another form is as good as none: it is learned anew.
    Ok(store
        .note(key)?
        .and_then(|note| serde_json::from_slice(&note).ok()))
}

fn note<T: Serialize>(key: String, value: &T) -> Work {
    // Plain strings, numbers and times: they always have a JSON form.
    let value = serde_json::to_vec(value).unwrap_or_default();
    Work::Note { key, value }
}

#[cfg(test)]
mod tests;
