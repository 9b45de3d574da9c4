//! Listings meet rules: reads the rules folder, fills what rules may know, and turns verdicts into entries for the store.

mod books;
mod exceptions;
mod floor;
mod in_force;
mod mark;
mod merge;
mod noted;
mod offers;
mod packs;
mod paper;
mod reload;
mod row;
mod shares;
mod sources;
mod weigh;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, OnceLock},
};

pub use books::Books;
pub use exceptions::{Exceptions, idle};
pub use floor::{Bar, Floor, RulesConfig};
pub use mark::{Again, Head, Since};
pub use merge::Judgement;
pub use packs::Pack;
pub use reload::{Office, Reload, Reloaded};
pub use row::{Glance, Row, note};
pub use sources::{candidates, id_of, prints};
pub use weigh::Weighed;

use crate::{
    model::{Facts, Flag, Listing},
    reference::{self, Reference},
    rules::{self, Answers, Prepared, RuleSet, RuleSource, Verdict},
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
    /// The books as the last scan kept them, where they are those.
    thawed: Option<Vec<u8>>,
    /// What rules would be answered now, in books and reference data; made when first asked for.
    answers: OnceLock<Answers>,
    /// What each campaign is about, by glob; a flag carries the campaigns that are about its rule.
    about: BTreeMap<String, Vec<String>>,
    /// Rules that have a file, also those that do not compile: their flags are not resolved for want of a rule.
    filed: BTreeSet<String>,
    /// What is not to be raised.
    exceptions: Exceptions,
    /// What is asked of rules that do not say themselves.
    floor: Floor,
    /// Which program judges; see [`mark::PROGRAM`].
    program: &'static str,
    /// BLAKE3 over what all verdicts rest on as a whole beside the rules and the books, and what flags are merged by.
    setting: [u8; 32],
    /// The same with the program, the rules and all notices.
    standard: [u8; 32],
    /// BLAKE3 over the files that were loaded, where all of them were.
    sources: Option<[u8; 32]>,
    /// What was wrong with them, in words.
    faults: Vec<String>,
}

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// With the rules that compiled and the rows that could be read.
    pub judge: Judge,
    /// The folders of rules that say what they are.
    pub packs: Vec<Pack>,
    /// What is wrong with what the others say.
    pub papers: Vec<rules::Fault>,
    /// What is wrong with the other rules, and with exceptions.
    pub rules: Vec<rules::Fault>,
    /// What is wrong with the other rows.
    pub reference: Vec<reference::Fault>,
}

impl Loaded {
    /// What is wrong with rules and rows, in words.
    pub fn told(&self) -> impl Iterator<Item = String> {
        let rules = self.rules.iter().map(ToString::to_string);
        rules.chain(self.reference.iter().map(ToString::to_string))
    }
}

impl Judge {
    /// Reads `rules/` and `rules/reference/` below `dir`. What is broken stops nothing else.
    pub fn load(dir: &Path, globs: &[String]) -> Result<Loaded, Error> {
        Self::load_with(dir, Vec::new(), globs)
    }

    /// The same with `candidates` beside the rules of the folder, each in the place of the one that has its id.
    pub fn load_with(
        dir: &Path,
        candidates: Vec<RuleSource>,
        globs: &[String],
    ) -> Result<Loaded, Error> {
        let whole = candidates.is_empty() && globs.is_empty();
        // Before they are read: what is written meanwhile is then taken for something new.
        let print = sources::folder(dir).filter(|_| whole);
        let sources = sources::replaced(sources::read(dir)?, candidates);
        let mut loaded = Self::of(dir, sources, globs);
        loaded.judge.sources = print;
        loaded.judge.faults = loaded.told().collect();
        Ok(loaded)
    }

    /// Rules given by hand, with the reference data and the exceptions below `dir`.
    pub fn of(dir: &Path, sources: Vec<RuleSource>, globs: &[String]) -> Loaded {
        let (reference, reference_faults) = Reference::load(&dir.join("reference"));
        let reference = Arc::new(reference);
        let (packs, papers) = packs::read(dir, &sources);
        let (exceptions, excepted) = exceptions::read(dir);
        let (rules, mut faults) = RuleSet::load(&sources, Arc::clone(&reference));
        let mut judge = Self {
            rules: rules.only(globs),
            reference,
            books: Books::default(),
            thawed: None,
            answers: OnceLock::new(),
            about: BTreeMap::new(),
            exceptions,
            floor: Floor::default(),
            filed: sources.into_iter().map(|s| s.id).collect(),
            program: mark::PROGRAM,
            setting: [0; 32],
            standard: [0; 32],
            sources: None,
            faults: Vec::new(),
        };
        judge.settle();
        faults.extend(excepted);
        Loaded {
            judge,
            packs,
            papers,
            rules: faults,
            reference: reference_faults,
        }
    }

    /// Says which rules each campaign is about; one that names none is about all of them.
    pub fn set_campaigns(&mut self, about: BTreeMap<String, Vec<String>>) {
        self.about = about;
        self.settle();
    }

    /// Freezes the price, seller and code books as the store stands now. Verdicts use these until the next freeze.
    pub fn freeze(&mut self, store: &Store) -> Result<(), Error> {
        self.take(Books::of(store)?, None);
        Ok(())
    }

    /// Takes the books that the last scan froze, where they are still those of the store; says whether they are.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn thaw(&mut self, store: &Store) -> Result<bool, Error> {
        let Some(mut kept) = store.judged() else {
            return Ok(false);
        };
        let head = Head::read(kept.head()).filter(|head| head.is_by(self.program));
        let upto = head.map(|head| (head.upto, head.head));
        if upto != Some((store.end(), store.head()?)) {
            return Ok(false);
        }
        let books = kept
            .books()
            .and_then(|bytes| Some((Books::kept(&bytes)?, bytes)));
        let there = books.is_some();
        if let Some((books, bytes)) = books {
            self.take(books, Some(bytes));
        }
        Ok(there)
    }

    /// The books, for [`Self::thaw`].
    pub fn frozen(&self) -> Cow<'_, [u8]> {
        match &self.thawed {
            Some(bytes) => bytes.into(),
            None => self.books.bytes().into(),
        }
    }

    /// The books that another judge has frozen.
    pub fn freeze_like(&mut self, other: &Self) {
        self.take(other.books.clone(), None);
    }

    fn take(&mut self, books: Books, thawed: Option<Vec<u8>>) {
        self.books = books;
        self.thawed = thawed;
        self.answers = OnceLock::new();
    }

    /// What rules would be answered now.
    fn answers(&self) -> &Answers {
        self.answers
            .get_or_init(|| self.rules.answers(&self.facts(&Listing::default(), None)))
    }

    /// The rules that compiled.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The reference data.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    fn settle(&mut self) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.reference.hash_of_wholes());
        hasher.update(self.exceptions.hash().as_bytes());
        // Names and globs: their `Debug` form tells any two apart.
        hasher.update(format!("{:?}", self.about).as_bytes());
        self.setting = hasher.finalize().into();
        hasher.update(self.program.as_bytes());
        hasher.update(format!("{:?}", self.filed).as_bytes());
        hasher.update(self.rules.hash().as_bytes());
        for notice in self.reference.notices() {
            hasher.update(&notice.print.to_le_bytes());
        }
        self.standard = hasher.finalize().into();
    }

    /// The ids of the rules that have a file, also of those that do not compile.
    pub fn filed(&self) -> &BTreeSet<String> {
        &self.filed
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
            offers: Arc::clone(&self.books.offers),
            // Its class is that of a catalogue of then.
            past: past.cloned().map(|past| {
                Arc::new(Listing {
                    class: None,
                    ..past
                })
            }),
            first_seen: listing.first_seen,
        }
    }

    /// Judges one version of a listing. `past` is the version before it, `flags` what stands on it already.
    pub fn judge(&self, listing: Listing, past: Option<&Listing>, flags: &[Flag]) -> Judgement {
        let facts = self.facts(&listing, past);
        let item = self.rules.prepare(listing);
        let verdict = self.rules.evaluate(&item, &facts);
        let loaded = |rule: &str| self.rules.contains(rule) || self.is_gone(rule);
        self.merged(&item, verdict, flags, loaded)
    }

    /// Judges by some rules again; the flags of the others stay as they are.
    pub fn judge_by(
        &self,
        listing: Listing,
        past: Option<&Listing>,
        flags: &[Flag],
        rules: &BTreeSet<String>,
    ) -> Judgement {
        let facts = self.facts(&listing, past);
        let item = self.rules.prepare(listing);
        let verdict = self
            .rules
            .evaluate_some(&item, &facts, |rule| rules.contains(rule));
        let asked = |rule: &str| self.is_gone(rule) || rules.contains(rule);
        self.merged(&item, verdict, flags, asked)
    }

    fn merged(
        &self,
        item: &Prepared,
        mut verdict: Verdict,
        flags: &[Flag],
        judged: impl Fn(&str) -> bool,
    ) -> Judgement {
        let listing = item.listing();
        let asks = |campaign: &str, rule: &str| self.is_about(campaign, rule);
        let (row, ran) = (self.row(item, &verdict, flags), verdict.ran);
        let suppressed = self.suppress(listing, &mut verdict).len() as u64;
        Judgement {
            row: Some(row),
            ran,
            suppressed,
            ..merge::merge(listing, verdict, flags, judged, asks)
        }
    }

    /// Whether a campaign is about a rule.
    fn is_about(&self, campaign: &str, rule: &str) -> bool {
        match self.about.get(campaign) {
            Some(globs) if !globs.is_empty() => globs.iter().any(|glob| fits(glob, rule)),
            _ => true,
        }
    }
}
