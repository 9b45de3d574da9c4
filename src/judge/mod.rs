//! Listings meet rules: reads the rules folder, fills what rules may know, and turns verdicts into entries for the store.

mod books;
mod mark;
mod merge;
mod sources;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

pub use books::Books;
use mark::Mark;
pub use mark::note;
pub use merge::Judgement;

use crate::{
    model::{Facts, Flag, Listing, Past},
    reference::{self, Reference},
    rules::{self, Answers, RuleSet, Verdict},
    store::{self, Store},
    text::glob::fits,
};

/// The rules folder could not be read, or the store.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error("could not read {}: {source}", path.display())]
    Folder {
        path: std::path::PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Rules, reference data and frozen books: everything a verdict rests on, beside the listing.
#[derive(Debug)]
pub struct Judge {
    rules: RuleSet,
    reference: Arc<Reference>,
    books: Books,
    /// What rules would be answered now, in books and reference data.
    answers: Answers,
    /// What each campaign is about, by glob; a flag carries the campaigns that are about its rule.
    about: BTreeMap<String, Vec<String>>,
    /// Rules that have a file, also those that do not compile: their flags are not resolved for want of a rule.
    filed: BTreeSet<String>,
    /// BLAKE3 over all of this but the books.
    standard: [u8; 32],
}

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// With the rules that compiled and the rows that could be read.
    pub judge: Judge,
    /// What is wrong with the other rules.
    pub rules: Vec<rules::Fault>,
    /// What is wrong with the other rows.
    pub reference: Vec<reference::Fault>,
}

impl Judge {
    /// Reads `rules/` and `rules/reference/` below `dir`. What is broken stops nothing else.
    pub fn load(dir: &Path, globs: &[String]) -> Result<Loaded, Error> {
        let sources = sources::read(dir)?;
        let (reference, reference_faults) = Reference::load(&dir.join("reference"));
        let reference = Arc::new(reference);
        let (rules, faults) = RuleSet::load(&sources, Arc::clone(&reference));
        let mut judge = Self {
            rules: rules.only(globs),
            reference,
            books: Books::default(),
            answers: Answers::default(),
            about: BTreeMap::new(),
            filed: sources.into_iter().map(|s| s.id).collect(),
            standard: [0; 32],
        };
        judge.standard = judge.standard();
        Ok(Loaded {
            judge,
            rules: faults,
            reference: reference_faults,
        })
    }

    /// Says which rules each campaign is about; one that names none is about all of them.
    pub fn set_campaigns(&mut self, about: BTreeMap<String, Vec<String>>) {
        self.about = about;
        self.standard = self.standard();
    }

    /// Freezes the price, seller and code books as the store stands now. Verdicts use these until the next freeze.
    pub fn freeze(&mut self, store: &Store) -> Result<(), Error> {
        self.books = Books::of(store)?;
        self.answers = self.rules.answers(&self.facts(&Listing::default(), None));
        Ok(())
    }

    /// The rules that compiled.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The reference data.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// BLAKE3 over what verdicts rest on beside the listing and the books, and over what their flags are merged by.
    fn standard(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for part in [self.rules.hash(), self.reference.hash()] {
            hasher.update(part.as_bytes()).update(b"\0");
        }
        // Names and globs: their `Debug` form tells any two apart.
        hasher.update(format!("{:?} {:?}", self.filed, self.about).as_bytes());
        hasher.finalize().into()
    }

    /// Gives the listing its class by the catalogue.
    pub fn classify(&self, listing: &mut Listing) {
        listing.class = self.reference.class_of(listing);
    }

    /// What the rules may know about `listing` beyond itself.
    pub fn facts(&self, listing: &Listing, past: Option<&Listing>) -> Facts {
        Facts {
            prices: Arc::clone(&self.books.prices),
            sellers: Arc::clone(&self.books.sellers),
            codes: Arc::clone(&self.books.codes),
            past: past.map(|p| Past {
                price: p.price.clone(),
                title: p.title.clone(),
                seen: p.last_seen,
            }),
            first_seen: listing.first_seen,
        }
    }

    /// Judges one version of a listing. `past` is the version before it, `flags` what stands on it already.
    pub fn judge(&self, listing: Listing, past: Option<&Listing>, flags: &[Flag]) -> Judgement {
        let facts = self.facts(&listing, past);
        let item = self.rules.prepare(listing);
        let verdict = self.rules.evaluate(&item, &facts);
        let mark = self.mark(item.listing(), &verdict);
        let loaded = |rule: &str| self.rules.contains(rule) || !self.filed.contains(rule);
        self.merged(item.listing(), verdict, mark, flags, loaded)
    }

    fn merged(
        &self,
        listing: &Listing,
        verdict: Verdict,
        mark: Mark,
        flags: &[Flag],
        judged: impl Fn(&str) -> bool,
    ) -> Judgement {
        let asks = |campaign: &str, rule: &str| match self.about.get(campaign) {
            Some(globs) if !globs.is_empty() => globs.iter().any(|glob| fits(glob, rule)),
            _ => true,
        };
        Judgement {
            mark: mark.bytes(),
            ..merge::merge(listing, verdict, flags, judged, asks)
        }
    }
}
