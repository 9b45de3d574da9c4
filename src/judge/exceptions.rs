//! `rules/exceptions.toml`: findings that are known and not to be raised, by whom, why, and until when.

use std::{
    collections::BTreeSet,
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use jiff::{civil::Date, tz::TimeZone};
use toml::de::DeValue;

use super::{
    Judge,
    paper::{Key, Paper},
};
use crate::{
    model::{Flag, Listing},
    rules::{Fault, Verdict},
    store::{self, Store, Work},
    text::{fold::fold, glob::fits},
};

const FILE: &str = "exceptions.toml";
/// Stands in faults where those of rules have a code.
const CODE: &str = "exception";
/// The note in the store that names the exceptions which met nothing in the last scan of everything.
const NOTE: &str = "judge/idle exceptions";

/// What an exception may say.
const KEYS: &[Key] = &[
    needed("rule", "\"counterfeit/price-far-below\", or a glob"),
    needed("who", "\"your name\""),
    needed("why", "\"what was found out\""),
    needed("until", "2027-03-31"),
    may("listing"),
    may("seller"),
    may("brand"),
    may("platform"),
    may("class"),
    may("title"),
];

const fn needed(name: &'static str, needed: &'static str) -> Key {
    Key { name, needed }
}

const fn may(name: &'static str) -> Key {
    Key { name, needed: "" }
}

/// The texts of a part of a listing.
type Texts = fn(&Listing) -> Vec<&str>;

/// The parts of a listing by which an exception names it; each holds where one of the texts fits.
const FIELDS: &[(&str, Texts)] = &[
    ("listing", |listing| vec![listing.id.as_str()]),
    ("seller", |listing| {
        let seller = &listing.seller;
        [&seller.name, &seller.id]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect()
    }),
    ("brand", |listing| {
        listing.brand.as_deref().into_iter().collect()
    }),
    ("platform", |listing| vec![listing.platform.as_str()]),
    ("class", |listing| {
        listing
            .class
            .iter()
            .map(|class| class.id.as_str())
            .collect()
    }),
    ("title", |listing| {
        listing.title.as_deref().into_iter().collect()
    }),
];

/// The exceptions that could be read.
#[derive(Debug, Default)]
pub struct Exceptions {
    path: PathBuf,
    text: String,
    list: Vec<Exception>,
}

#[derive(Debug)]
struct Exception {
    /// A rule's id or a glob.
    rule: String,
    /// Number in the table of fields, and the folded pattern; all must hold.
    fields: Vec<(usize, String)>,
    /// The last day on which it holds.
    until: Date,
    /// Where it stands in the file.
    place: Range<usize>,
    /// It has suppressed something since it was loaded.
    met: AtomicBool,
}

/// Reads the file below `dir`; where there is none, nothing is excepted.
pub(super) fn read(dir: &Path) -> (Exceptions, Vec<Fault>) {
    let path = dir.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let mut paper = Paper::new(&path, "", CODE);
            paper.say(
                "error",
                0..0,
                format!("it could not be read: {error}"),
                None,
            );
            return (Exceptions::default(), paper.faults());
        }
    };
    let (list, faults) = parse(&path, &text);
    (Exceptions { path, text, list }, faults)
}

fn parse(path: &Path, text: &str) -> (Vec<Exception>, Vec<Fault>) {
    let mut paper = Paper::new(path, text, CODE);
    let mut list = Vec::new();
    let root = paper.root();
    for (name, value) in root.iter().flat_map(|root| root.get_ref()) {
        let entries = value
            .get_ref()
            .as_array()
            .filter(|_| name.get_ref() == "exception");
        let Some(entries) = entries else {
            let message = format!("`{}` means nothing here", name.get_ref());
            let help = Some("begin each exception with [[exception]]".to_owned());
            paper.say("error", name.span(), message, help);
            continue;
        };
        for entry in entries.iter() {
            list.extend(exception(&mut paper, entry.get_ref(), entry.span()));
        }
    }
    (list, paper.faults())
}

fn exception(paper: &mut Paper<'_>, entry: &DeValue<'_>, place: Range<usize>) -> Option<Exception> {
    let Some(table) = entry.as_table() else {
        let help = Some("begin each exception with [[exception]]".to_owned());
        paper.say("error", place, "an exception is a table".to_owned(), help);
        return None;
    };
    let texts = paper.texts(table, place.clone(), KEYS)?;
    let (until, at) = texts.get("until")?;
    let Some(until) = date(until) else {
        let help = Some("write the last day on which it holds, such as 2027-03-31".to_owned());
        paper.say("error", at.clone(), format!("'{until}' is no day"), help);
        return None;
    };
    let field = |(number, (name, _)): (usize, &(&str, _))| {
        texts.get(name).map(|(text, _)| (number, fold(text)))
    };
    let fields: Vec<_> = FIELDS.iter().enumerate().filter_map(field).collect();
    if fields.is_empty() {
        let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        let help = format!("add one or more of {}", names.join(", "));
        let message = "the exception names no listings, and would switch the rule off".to_owned();
        paper.say("error", place, message, Some(help));
        return None;
    }
    Some(Exception {
        rule: texts.get("rule")?.0.clone(),
        fields,
        until,
        place,
        met: AtomicBool::new(false),
    })
}

/// A day alone: an hour would be ignored in silence.
fn date(text: &str) -> Option<Date> {
    text.parse()
        .ok()
        .filter(|_| text.len() == "2027-03-31".len())
}

impl Exception {
    fn fits(&self, rule: &str, listing: &Listing) -> bool {
        let holds = |(number, pattern): &(usize, String)| {
            let texts = FIELDS.get(*number).map(|(_, texts)| texts(listing));
            texts
                .into_iter()
                .flatten()
                .any(|text| fits(pattern, &fold(text)))
        };
        fits(&self.rule, rule) && self.fields.iter().all(holds)
    }

    /// Stands for what it says, whoever said it.
    fn key(&self) -> String {
        let said = format!("{:?} {:?} {}", self.rule, self.fields, self.until);
        blake3::hash(said.as_bytes()).to_hex()[..16].to_owned()
    }
}

/// The day of a listing's page, UTC.
fn day_of(listing: &Listing) -> Option<Date> {
    let captured = listing.capture.as_ref().map(|capture| capture.fetched_at);
    let at = captured.or(listing.last_seen).or(listing.first_seen)?;
    Some(at.to_zoned(TimeZone::UTC).date())
}

impl Exceptions {
    /// Whether a finding is suppressed, on the day of the listing's page: the same on any day that it is asked.
    fn cover(&self, rule: &str, listing: &Listing) -> bool {
        let day = day_of(listing);
        let holds = |exception: &&Exception| {
            day.is_none_or(|day| day <= exception.until) && exception.fits(rule, listing)
        };
        // All of them have met it, though one would be enough.
        let covering = self.list.iter().filter(holds);
        covering
            .map(|exception| exception.met.store(true, Ordering::Relaxed))
            .count()
            > 0
    }

    /// How many have expired by the day of a listing's page: when it grows, the listing is judged anew.
    pub(super) fn expired_for(&self, listing: &Listing) -> usize {
        let Some(day) = day_of(listing).filter(|_| !self.list.is_empty()) else {
            return 0;
        };
        self.list
            .iter()
            .filter(|exception| exception.until < day)
            .count()
    }

    /// What verdicts rest on.
    pub(super) fn hash(&self) -> String {
        let keys: BTreeSet<String> = self.list.iter().map(Exception::key).collect();
        Vec::from_iter(keys).join(" ")
    }

    /// What somebody should look at: exceptions that have expired by `today`, that are of no rule among `rules`, or that
    /// are among `idle`.
    pub fn remarks(
        &self,
        today: Date,
        rules: &BTreeSet<String>,
        idle: &BTreeSet<String>,
    ) -> Vec<Fault> {
        let remark = |exception: &Exception| {
            let rule = &exception.rule;
            Some(if !rules.iter().any(|id| fits(rule, id)) {
                format!("there is no rule '{rule}', so this suppresses nothing")
            } else if exception.until < today {
                format!("this has expired: it held until {}", exception.until)
            } else if idle.contains(&exception.key()) {
                "this suppressed nothing when everything was judged last".to_owned()
            } else {
                return None;
            })
        };
        self.say(remark)
    }

    /// Exceptions for a rule that `asked` names, which have met nothing since they were loaded.
    pub fn idle(&self, asked: impl Fn(&str) -> bool) -> Vec<Fault> {
        self.say(|exception| {
            let idle = asked(&exception.rule) && !exception.met.load(Ordering::Relaxed);
            idle.then(|| "this would suppress nothing".to_owned())
        })
    }

    fn say(&self, remark: impl Fn(&Exception) -> Option<String>) -> Vec<Fault> {
        let mut paper = Paper::new(&self.path, &self.text, CODE);
        for exception in &self.list {
            if let Some(message) = remark(exception) {
                let help = Some("take it out, or write a later day".to_owned());
                let help = help.filter(|_| message.contains("expired"));
                paper.say("warning", exception.place.clone(), message, help);
            }
        }
        paper.faults()
    }

    /// Names for good those that met nothing, after a scan. Where it did not look at `everything`, those that it met are
    /// taken off the list.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn note_idle(&self, store: &Store, everything: bool) -> Result<Option<Work>, store::Error> {
        let before = idle(store)?;
        let unmet = self
            .list
            .iter()
            .filter(|exception| !exception.met.load(Ordering::Relaxed));
        let mut now: BTreeSet<String> = unmet.map(Exception::key).collect();
        if !everything {
            now.retain(|key| before.contains(key));
        }
        if now == before {
            return Ok(None);
        }
        let key = NOTE.to_owned();
        // Texts: they always have a JSON form.
        let value = serde_json::to_vec(&now).unwrap_or_default();
        Ok(Some(Work::Note { key, value }))
    }
}

/// The exceptions that met nothing when everything was judged last.
///
/// # Errors
/// Where the store cannot be read.
pub fn idle(store: &Store) -> Result<BTreeSet<String>, store::Error> {
    let note = store.note(NOTE)?;
    let idle = note.and_then(|note| serde_json::from_slice(&note).ok());
    Ok(idle.unwrap_or_default())
}

impl Judge {
    /// The exceptions in force.
    pub fn exceptions(&self) -> &Exceptions {
        &self.exceptions
    }

    /// Takes out of a verdict what is not to be raised.
    pub(super) fn suppress(&self, listing: &Listing, verdict: &mut Verdict) -> Vec<Flag> {
        let covered = |flag: &mut Flag| self.exceptions.cover(&flag.rule, listing);
        verdict.flags.extract_if(.., covered).collect()
    }
}

#[cfg(test)]
mod tests;
