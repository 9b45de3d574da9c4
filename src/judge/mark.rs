//! What a verdict rested on, kept for every listing: while it stands, judging the listing again would say the same again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Judge;
use crate::{
    journal::Place,
    model::{Listing, ListingId},
    reference::{Notice, RecallQuery, Reference},
    rules::{Rest, Verdict},
    text::glob::fits,
};

/// The form of heads and rows; another one is none.
const FORM: u8 = 1;

/// The version, and what stands for everything that the program is made of: an engine that judges otherwise is another one
/// also where nobody has raised the version.
pub(super) const PROGRAM: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("LISTWARDEN_PRINT"));

/// The name of the note that keeps what was judged on arrival until the next scan takes it over.
pub fn note(id: &ListingId) -> String {
    format!("judged/{id}")
}

/// What all rows were judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    form: u8,
    /// Engine and readers change with the program; see [`PROGRAM`].
    program: String,
    /// BLAKE3 over everything that verdicts rest on beside listings, rules and books.
    setting: [u8; 32],
    /// Rules in force, with the hash of what each says and looks for.
    rules: BTreeMap<String, String>,
    /// BLAKE3 over the names of all rules that have a file.
    files: [u8; 32],
    /// Recall notices, each by what stands for its number and for what it says, sorted.
    notices: Vec<(u64, u64)>,
    /// Up to where the journal was judged, and its hash there.
    pub upto: Place,
    /// The journal's hash there.
    pub head: [u8; 32],
    /// How many rows there are.
    pub listings: u64,
    /// Every listing was judged, none passed over.
    pub whole: bool,
}

/// One listing, as it was judged last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The listing.
    pub id: ListingId,
    /// Stands for the listing's version and state, and for the campaigns that its flags carry.
    ground: [u8; 16],
    class: Option<String>,
    language: Option<String>,
    rests: Vec<Rest>,
    /// It was passed over when a scan was stopped.
    stale: bool,
}

/// What a verdict on a listing's arrival rested on, until the next scan.
#[derive(Serialize, Deserialize)]
struct Arrival {
    /// What it was judged by.
    standard: [u8; 32],
    row: Row,
}

/// What must be judged again of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// Nothing has changed that the verdict rested on.
    Nothing,
    /// These rules; each of the others would say the same.
    Rules,
    /// All of it.
    Everything,
}

/// How a judge stands to what was judged before.
#[derive(Debug, Default)]
pub struct Since {
    everything: bool,
    /// Rules that are new or say something else.
    pub edited: BTreeSet<String>,
    /// Files of rules came or went.
    pub files: bool,
    /// Recall notices that are new or say something else.
    news: Option<Reference>,
}

/// Stands for a notice's publisher and number.
fn number(notice: &Notice) -> u64 {
    let name = format!("{}\0{}", notice.source, notice.id);
    let hash = blake3::hash(name.as_bytes());
    u64::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

impl Head {
    /// Reads what [`Self::bytes`] wrote; of another form there is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let head: Self = postcard::from_bytes(bytes).ok()?;
        (head.form == FORM).then_some(head)
    }

    /// As the file keeps it.
    pub fn bytes(&self) -> Vec<u8> {
        // Plain strings and numbers: encoding them cannot fail, and no head only costs verdicts.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Whether that program wrote it.
    pub(super) fn is_by(&self, program: &str) -> bool {
        self.program == program
    }

    /// Whether nothing at all has changed since.
    pub fn is_of(&self, now: &Self) -> bool {
        let listings = self.listings;
        *self
            == Self {
                listings,
                ..now.clone()
            }
    }
}

impl Row {
    /// Reads what [`Self::bytes`] wrote.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// As the file keeps it.
    pub fn bytes(&self) -> Vec<u8> {
        // As above.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The row of a listing that is still to be judged.
    pub fn unjudged(id: ListingId) -> Self {
        Self {
            id,
            ground: [0; 16],
            class: None,
            language: None,
            rests: Vec::new(),
            stale: true,
        }
    }

    /// The row of a verdict of some rules, where this one was that of all of them.
    pub fn joined(mut self, newer: Self) -> Self {
        self.rests.extend(newer.rests);
        self.rests.sort_unstable();
        self.rests.dedup();
        Self {
            rests: self.rests,
            ..newer
        }
    }
}

impl Since {
    /// Whether what was judged before says nothing any more.
    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// How many recall notices are new or say something else.
    pub fn news(&self) -> usize {
        self.news.as_ref().map_or(0, |news| news.notices().len())
    }

    /// Whether one of the new notices fits a listing.
    pub fn touches(&self, listing: &Listing) -> bool {
        let query = RecallQuery::of(listing);
        self.news
            .as_ref()
            .is_some_and(|news| !news.recalls(&query).is_empty())
    }

    /// Everything is to be judged.
    pub fn all() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }
}

impl Judge {
    /// What rows are judged by now.
    pub fn head(&self, upto: Place, head: [u8; 32]) -> Head {
        Head {
            form: FORM,
            program: self.program.to_owned(),
            setting: self.setting,
            rules: self.rules.prints().collect(),
            files: blake3::hash(format!("{:?}", self.filed).as_bytes()).into(),
            notices: self.notices(),
            upto,
            head,
            listings: 0,
            whole: true,
        }
    }

    /// What has changed in the rules since rows were judged by `head`, or everything where more than rules has.
    pub fn since(&self, head: &Head) -> Since {
        let now = self.head(head.upto, head.head);
        if head.setting != now.setting || head.program != now.program {
            return Since::all();
        }
        let edited = now
            .rules
            .iter()
            .filter(|(id, hash)| head.rules.get(*id) != Some(hash));
        let known = |notice: &Notice| {
            let entry = (number(notice), notice.print);
            head.notices.binary_search(&entry).is_ok()
        };
        let news = self.reference.notices().iter().any(|notice| !known(notice));
        Since {
            everything: false,
            edited: edited.map(|(id, _)| id.clone()).collect(),
            files: head.files != now.files,
            news: news.then(|| self.reference.notices_alone(|notice| !known(notice))),
        }
    }

    fn notices(&self) -> Vec<(u64, u64)> {
        let all = self.reference.notices().iter();
        let mut all: Vec<_> = all.map(|notice| (number(notice), notice.print)).collect();
        all.sort_unstable();
        all
    }

    /// What must be judged again of a listing that has not changed since its row was written.
    pub fn again(&self, row: &Row, since: &Since) -> Again {
        if since.everything || row.stale || !self.answers.stand_unseen(&row.rests) {
            return Again::Everything;
        }
        let (class, language) = (row.class.as_deref(), row.language.as_deref());
        let may = |rule: &String| {
            self.rules
                .may_look(rule, class, row.id.platform(), language)
        };
        match since.edited.iter().any(may) {
            true => Again::Rules,
            false => Again::Nothing,
        }
    }

    /// Whether a rule has no file any more: its flags are taken back.
    pub fn is_gone(&self, rule: &str) -> bool {
        !self.rules.contains(rule) && !self.filed.contains(rule)
    }

    /// The row of a verdict.
    pub(super) fn row(&self, listing: &Listing, verdict: &Verdict) -> Row {
        Row {
            id: listing.id.clone(),
            ground: self.ground(listing),
            class: listing.class.as_ref().map(|class| class.id.clone()),
            language: listing.language.clone(),
            rests: verdict.rests.clone(),
            stale: false,
        }
    }

    /// The row of a listing that is not judged, because it is no longer offered.
    pub fn row_unasked(&self, listing: &Listing) -> Row {
        self.row(listing, &Verdict::default())
    }

    /// What keeps a verdict on arrival until the next scan.
    pub fn arrival(&self, row: Row) -> Vec<u8> {
        let standard = self.standard;
        // As above.
        postcard::to_stdvec(&Arrival { standard, row }).unwrap_or_default()
    }

    /// The row of a listing that was judged on arrival, where it would be judged so again.
    pub fn arrived(&self, listing: &Listing, note: &[u8]) -> Option<Row> {
        let arrival: Arrival = postcard::from_bytes(note).ok()?;
        let same = arrival.standard == self.standard && self.stands(listing, &arrival.row);
        same.then_some(arrival.row)
    }

    /// Whether a listing is as it was when it was judged, and what its verdict rested on too, the rules and notices aside.
    pub fn stands(&self, listing: &Listing, row: &Row) -> bool {
        let same = !row.stale && row.ground == self.ground(listing);
        same && self.answers.stand(&row.rests, listing)
    }

    /// Whether a campaign is about a rule.
    pub(super) fn is_about(&self, campaign: &str, rule: &str) -> bool {
        match self.about.get(campaign) {
            Some(globs) if !globs.is_empty() => globs.iter().any(|glob| fits(glob, rule)),
            _ => true,
        }
    }

    /// BLAKE3 over a listing's version and state, over the campaigns that its flags carry, and over how many exceptions no
    /// longer hold for it.
    fn ground(&self, listing: &Listing) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&listing.version.to_le_bytes());
        hasher.update(&[listing.status as u8]);
        let expired = self.exceptions.expired_for(listing) as u64;
        hasher.update(&expired.to_le_bytes());
        for campaign in &listing.campaigns {
            hasher.update(campaign.as_bytes()).update(b"\0");
        }
        let mut ground = [0; 16];
        ground.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        ground
    }
}

#[cfg(test)]
#[allow(dead_code, reason = "its `main` runs before the program is built")]
#[path = "../../build.rs"]
mod build;

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::*;

    fn judge(program: &'static str) -> Judge {
        let dir = tempfile::tempdir().unwrap();
        let mut judge = Judge::of(dir.path(), Vec::new(), &[]).judge;
        judge.program = program;
        judge.settle();
        judge
    }

    #[test]
    fn what_another_engine_judged_is_judged_again() {
        let (one, other) = (judge("0.1.0 a"), judge("0.1.0 b"));
        let head = one.head(Place::default(), [0; 32]);
        assert!(!one.since(&head).is_everything());
        assert!(other.since(&head).is_everything());
        let listing = Listing::default();
        let note = one.arrival(one.row_unasked(&listing));
        assert!(one.arrived(&listing, &note).is_some());
        assert!(other.arrived(&listing, &note).is_none());
    }

    #[test]
    fn an_engine_is_known_by_all_that_it_is_made_of() {
        let dir = tempfile::tempdir().unwrap();
        let print = |files: &[(&str, &str)]| -> io::Result<u64> {
            let src = dir.path().join("src");
            let _ = fs::remove_dir_all(&src);
            for (name, text) in files {
                let path = src.join(name);
                fs::create_dir_all(path.parent().unwrap_or(&src))?;
                fs::write(path, text)?;
            }
            let mut found = Vec::new();
            build::walk(&src, &mut found)?;
            found.reverse();
            build::print(found)
        };
        let print = |files| print(files).unwrap();
        let one = print(&[("a.rs", "1"), ("b/c.rs", "2")]);
        assert_eq!(one, print(&[("b/c.rs", "2"), ("a.rs", "1")]));
        for other in [
            print(&[("a.rs", "1"), ("b/c.rs", "3")]),
            print(&[("a.rs", "1"), ("b/d.rs", "2")]),
            print(&[("a.rs", "1")]),
            print(&[("a.rs", "1"), ("b/c.rs", "2"), ("e.txt", "")]),
        ] {
            assert_ne!(one, other);
        }
        let shown = format!("{} ", env!("CARGO_PKG_VERSION"));
        let print = PROGRAM.strip_prefix(&shown).unwrap();
        assert!(print.len() == 16 && u64::from_str_radix(print, 16).is_ok());
    }
}
