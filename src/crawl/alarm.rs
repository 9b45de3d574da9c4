//! Whether a platform's pages are still read as they were: a shop that changes its pages is noticed in the same run.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    model::{Harvest, Listing, Time},
    store::{self, Store},
};

/// Pages or listings that a share must rest on.
const ENOUGH: u64 = 20;
/// The part of the usual share below which something is wrong; and the share, where no usual one is known.
const FELL: f64 = 0.75;
const UNKNOWN: f64 = 0.5;
/// How much of the usual share one run makes.
const WEIGHT: f64 = 0.3;
/// Notes of the store: the standing alarms, and the usual shares of a platform.
const ALARMS: &str = "crawl/alarms";
const USUAL: &str = "crawl/usual/";

/// A listing, or a field of one.
const LISTING: &str = "listing";
type Has = fn(&Listing) -> bool;
const FIELDS: [(&str, Has); 3] = [
    ("price", |l| l.price.is_some()),
    ("title", |l| l.title.is_some()),
    ("seller", |l| {
        l.seller.name.is_some() || l.seller.id.is_some()
    }),
];

/// Something that an inspector should look into. It stands until a later run finds the platform read as usual again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Alarm {
    pub platform: String,
    /// `listing`, or the field that is missing.
    pub what: String,
    pub message: String,
    pub at: Time,
}

/// The alarms that stand.
///
/// # Errors
/// Where the store cannot be read.
pub fn alarms(store: &Store) -> Result<Vec<Alarm>, store::Error> {
    Ok(noted(store, ALARMS)?.unwrap_or_default())
}

/// What one listing page gave.
#[derive(Debug)]
pub(super) struct Reading {
    platform: String,
    listings: u64,
    fields: [u64; FIELDS.len()],
}

impl Reading {
    pub(super) fn of(platform: &str, harvest: &Harvest) -> Self {
        let count = |has: Has| harvest.listings.iter().filter(|l| has(l)).count() as u64;
        Self {
            platform: platform.to_owned(),
            listings: harvest.listings.len() as u64,
            fields: FIELDS.map(|(_, has)| count(has)),
        }
    }
}

/// How often something was there, of how many times.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    of: u64,
    there: u64,
}

impl Share {
    fn is(self) -> f64 {
        self.there as f64 / self.of.max(1) as f64
    }

    fn fell(self, usual: Option<f64>) -> bool {
        let least = usual.map_or(UNKNOWN, |usual| FELL * usual);
        self.of >= ENOUGH && self.is() < least
    }
}

/// The shares of this run beside the usual ones.
#[derive(Debug, Default)]
pub(super) struct Watch {
    usual: BTreeMap<String, BTreeMap<String, f64>>,
    met: BTreeMap<String, BTreeMap<&'static str, Share>>,
    raised: BTreeSet<(String, &'static str)>,
}

impl Watch {
    pub(super) fn open<'a>(
        store: &Store,
        platforms: impl Iterator<Item = &'a String>,
    ) -> Result<Self, store::Error> {
        let mut watch = Self::default();
        for platform in platforms {
            let usual = noted(store, &format!("{USUAL}{platform}"))?.unwrap_or_default();
            watch.usual.insert(platform.clone(), usual);
        }
        Ok(watch)
    }

    /// Counts a page; gives the alarms that it raises, each once a run.
    pub(super) fn add(&mut self, reading: &Reading, now: Time) -> Vec<Alarm> {
        let met = self.met.entry(reading.platform.clone()).or_default();
        let mut count = |what, of, there| {
            let share: &mut Share = met.entry(what).or_default();
            share.of += of;
            share.there += there;
        };
        count(LISTING, 1, reading.listings.min(1));
        for ((what, _), there) in FIELDS.iter().zip(reading.fields) {
            count(what, reading.listings, there);
        }
        let mut raised = self.standing(&reading.platform, now);
        raised.retain(|(what, _)| self.raised.insert((reading.platform.clone(), what)));
        raised.into_iter().map(|(_, alarm)| alarm).collect()
    }

    /// Keeps what was learned; gives the alarms of this run that stand at its end.
    pub(super) fn close(&mut self, store: &Store, now: Time) -> Result<Vec<Alarm>, store::Error> {
        let mut alarms = alarms(store)?;
        let mut raised = Vec::new();
        for (platform, met) in &self.met {
            let fallen = self.standing(platform, now);
            let judged = |what: &str| met.get(what).is_some_and(|share| share.of >= ENOUGH);
            alarms.retain(|alarm| alarm.platform != *platform || !judged(&alarm.what));
            let mut usual = self.usual.get(platform).cloned().unwrap_or_default();
            for (what, share) in met.iter().filter(|(what, _)| judged(what)) {
                learn(
                    &mut usual,
                    what,
                    *share,
                    fallen.iter().any(|(f, _)| f == what),
                );
            }
            set_noted(store, &format!("{USUAL}{platform}"), &usual)?;
            raised.extend(fallen.into_iter().map(|(_, alarm)| alarm));
        }
        alarms.extend(raised.iter().cloned());
        set_noted(store, ALARMS, &alarms)?;
        Ok(raised)
    }

    fn standing(&self, platform: &str, now: Time) -> Vec<(&'static str, Alarm)> {
        let met = self.met.get(platform).into_iter().flatten();
        let usual = |what: &str| self.usual.get(platform)?.get(what).copied();
        met.filter(|(what, share)| share.fell(usual(what)))
            .map(|(&what, share)| {
                let alarm = Alarm {
                    platform: platform.to_owned(),
                    what: what.to_owned(),
                    message: message(what, *share, usual(what)),
                    at: now,
                };
                (what, alarm)
            })
            .collect()
    }
}

/// A share that fell teaches nothing, or the alarm would make itself silent. Only a field that was never there is
/// taken as it is: some platforms name no seller.
fn learn(usual: &mut BTreeMap<String, f64>, what: &str, share: Share, fell: bool) {
    match usual.get_mut(what) {
        Some(usual) if !fell => *usual += WEIGHT * (share.is() - *usual),
        Some(_) => {}
        None if fell && what == LISTING => {}
        None => {
            usual.insert(what.to_owned(), share.is());
        }
    }
}

fn message(what: &str, share: Share, usual: Option<f64>) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let usual = usual.map_or("less than half".to_owned(), |usual| {
        format!("usually {}", percent(usual))
    });
    let Share { of, there } = share;
    let what = match what {
        LISTING => format!("only {there} of {of} listing pages gave a listing"),
        field => format!("only {there} of {of} listings had a {field}"),
    };
    format!(
        "{what} ({}, {usual}); look at one with `listwarden extract`",
        percent(share.is())
    )
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

fn set_noted<T: Serialize>(store: &Store, key: &str, value: &T) -> Result<(), store::Error> {
    // Plain strings and numbers: they always have a JSON form.
    let note = serde_json::to_vec(value).unwrap_or_default();
    store.set_note(key, &note)
}
