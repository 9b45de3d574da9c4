//! The handlers: each takes a question and gives rows of JSON, one at a time.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde_json::{Value, json};

use super::{Ask, Error, Experience, Filter, Sort, filter, history};
use crate::{
    crawl, judge,
    model::{Flag, FlagId, FlagStatus, HostStanding, Listing, ListingId, Time},
    review::{self, Doubt, Records},
    store::{self, Entry, Group, Store},
    watch,
};

/// How the hosts of a crawl stand.
pub type Hosts = Arc<dyn Fn(Time) -> Result<Vec<HostStanding>, Error> + Send + Sync>;

/// Answers for one open store.
#[derive(Clone)]
pub struct Desk {
    store: Arc<Store>,
    data: PathBuf,
    hosts: Option<Hosts>,
    crawling: bool,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// Takes one row; an error means that nobody reads on.
pub(super) type Row<'a> = dyn FnMut(Value) -> Result<(), Error> + 'a;

impl Desk {
    /// Answers from `store`, which lies in `data`.
    pub fn new(store: Arc<Store>, data: PathBuf) -> Self {
        Self {
            store,
            data,
            hosts: None,
            crawling: false,
        }
    }

    /// The same, able to say how hosts stand; `crawling` says whether a crawl is under way.
    pub fn with_hosts(self, hosts: Hosts, crawling: bool) -> Self {
        Self {
            hosts: Some(hosts),
            crawling,
            ..self
        }
    }

    /// Answers one question, row by row.
    pub fn answer(&self, ask: Ask, row: &mut Row<'_>) -> Result<(), Error> {
        match ask {
            Ask::Listings(filter) => self.listings(&filter, row),
            Ask::Listing { id } => row(document(&self.listing(&id)?)),
            Ask::History { id } => self.history(&id, row),
            Ask::Flags {
                filter,
                with_listing,
            } => self.flags(&filter, with_listing, row),
            Ask::Flag { id } => self.flag(&id, row),
            Ask::Review { flags, review } => review::decide(&self.store, &flags, &review)?
                .iter()
                .try_for_each(|flag| row(document(flag))),
            Ask::Note {
                action,
                path,
                sha256,
                rows,
                at,
            } => {
                let entries = vec![Entry::File {
                    action,
                    path,
                    sha256,
                    rows,
                    at,
                }];
                Ok(self.store.commit(Group {
                    entries,
                    ..Group::default()
                })?)
            }
            Ask::Experience => row(document(&self.experience()?)),
            Ask::Status { now } => row(self.status(now)?),
        }
    }

    fn listing(&self, id: &str) -> Result<Listing, Error> {
        self.store
            .listing(&ListingId::from(id))?
            .ok_or_else(|| Error::Unknown {
                what: "listing",
                id: id.to_owned(),
            })
    }

    fn history(&self, id: &str, row: &mut Row<'_>) -> Result<(), Error> {
        let id = self.listing(id)?.id;
        let (versions, turns) = (self.store.readings(&id)?, self.store.turns(&id)?);
        history::lines(&id, &versions, &turns)
            .into_iter()
            .try_for_each(row)
    }

    fn listings(&self, filter: &Filter, row: &mut Row<'_>) -> Result<(), Error> {
        let limit = filter.limit.unwrap_or(usize::MAX);
        let meant = |listing: &Result<Listing, store::Error>| match listing {
            Ok(listing) => filter.listing(listing),
            Err(_) => true,
        };
        let found = self.store.listings().filter(meant);
        // The store's own order needs no memory.
        let Some(sort) = filter.sort.filter(|sort| *sort != Sort::Name) else {
            return found
                .take(limit)
                .try_for_each(|listing| row(document(&listing?)));
        };
        let mut found: Vec<Listing> = found.collect::<Result<_, _>>()?;
        match sort {
            Sort::Oldest => found.sort_by_key(|listing| listing.first_seen),
            _ => found.sort_by_key(|listing| std::cmp::Reverse(listing.last_seen)),
        }
        found
            .iter()
            .take(limit)
            .try_for_each(|listing| row(document(listing)))
    }

    fn flags(&self, filter: &Filter, with_listing: bool, row: &mut Row<'_>) -> Result<(), Error> {
        let mut filter = filter.clone();
        if filter.status.is_empty() {
            filter.status = filter::waiting();
        } else if filter.status == ["all"] {
            filter.status.clear();
        }
        let mut found: Vec<Flag> = Vec::new();
        let mut records = Records::default();
        for flag in self.store.flags() {
            let flag = flag?;
            records.note(&flag);
            let listing = if filter.needs_listing() {
                self.store.listing(&flag.listing)?
            } else {
                None
            };
            if filter.flag(&flag, listing.as_ref()) {
                found.push(flag);
            }
        }
        let doubts = review::doubts(&records, &review::bars(&self.store)?);
        sort(&mut found, filter.sort.unwrap_or(Sort::Worst), &doubts);
        for flag in found.iter().take(filter.limit.unwrap_or(usize::MAX)) {
            let mut value = document(flag);
            if with_listing {
                let listing = document(&self.store.listing(&flag.listing)?);
                value = json!({ "flag": value, "listing": listing });
            }
            if let Some(doubt) = doubts.get(&flag.rule) {
                value["doubt"] = document(doubt);
            }
            row(value)?;
        }
        Ok(())
    }

    fn flag(&self, id: &str, row: &mut Row<'_>) -> Result<(), Error> {
        let unknown = || Error::Unknown {
            what: "flag",
            id: id.to_owned(),
        };
        let flag = self.store.flag(&FlagId::from(id))?.ok_or_else(unknown)?;
        row(
            json!({ "flag": document(&flag), "listing": document(&self.store.listing(&flag.listing)?) }),
        )
    }

    fn experience(&self) -> Result<Experience, Error> {
        let mut verdicts = Records::default();
        for flag in self.store.flags() {
            verdicts.note(&flag?);
        }
        let idle = judge::idle(&self.store)?;
        Ok(Experience { verdicts, idle })
    }

    fn status(&self, now: Time) -> Result<Value, Error> {
        let mut listings = serde_json::Map::new();
        for listing in self.store.listings() {
            count(
                &mut listings,
                &format!("{:?}", listing?.status).to_lowercase(),
            );
        }
        let mut flags = serde_json::Map::new();
        let mut records = Records::default();
        for flag in self.store.flags() {
            let flag = flag?;
            records.note(&flag);
            count(&mut flags, flag.status.as_str());
        }
        let doubts = review::doubts(&records, &review::bars(&self.store)?);
        let (waiting, done) = self.store.queue_size()?;
        let hosts = self.hosts.as_ref().map(|hosts| hosts(now)).transpose()?;
        Ok(json!({
            "crawling": self.crawling,
            "listings": listings,
            "flags": flags,
            "open": flags.get(FlagStatus::Open.as_str()).cloned().unwrap_or(json!(0)),
            "queue": { "waiting": waiting, "done": done, "hosts": self.store.hosts_queued()? },
            "hosts": hosts.unwrap_or_default(),
            "doubts": doubts.values().collect::<Vec<_>>(),
            "alarms": watch::alarms(&self.store)?,
            "rates": watch::rates(&self.store)?,
            "last_run": crawl::last_run(&self.store)?,
            "disk": disk(&self.data),
        }))
    }
}

pub(super) fn document<T: serde::Serialize>(value: &T) -> Value {
    // Our own types, with string keys throughout: they always have a JSON form.
    serde_json::to_value(value).unwrap_or(Value::Null)
}

fn count(counts: &mut serde_json::Map<String, Value>, key: &str) {
    let before = counts.get(key).and_then(Value::as_u64).unwrap_or(0);
    counts.insert(key.to_owned(), json!(before + 1));
}

fn sort(flags: &mut [Flag], by: Sort, doubts: &BTreeMap<String, Doubt>) {
    let doubted = |flag: &Flag| doubts.contains_key(&flag.rule);
    flags.sort_by(|a, b| {
        let order = match by {
            Sort::Worst => b
                .severity
                .cmp(&a.severity)
                .then(doubted(a).cmp(&doubted(b)))
                .then(b.score.cmp(&a.score)),
            Sort::Newest => b.raised_at.cmp(&a.raised_at),
            Sort::Oldest => a.raised_at.cmp(&b.raised_at),
            Sort::Name => a.rule.cmp(&b.rule),
        };
        order
            .then_with(|| a.raised_at.cmp(&b.raised_at))
            .then_with(|| a.listing.cmp(&b.listing))
            .then_with(|| a.id.cmp(&b.id))
    });
}

/// Bytes in each folder of `data`.
fn disk(data: &std::path::Path) -> Value {
    let mut sizes = serde_json::Map::new();
    for folder in ["archive", "journal", "index", "exports"] {
        sizes.insert(folder.to_owned(), json!(size(&data.join(folder))));
    }
    Value::Object(sizes)
}

fn size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}
