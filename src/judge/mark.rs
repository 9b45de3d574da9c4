//! What all verdicts of a scan rested on, and what has changed of it since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Judge, row::number_of, sources};
use crate::{
    journal::Place,
    model::Listing,
    reference::{Notice, RecallQuery, Reference},
    store::Tail,
};

/// The form of heads and rows; another one is none.
const FORM: u8 = 2;

/// The version, and what stands for everything that the program is made of: an engine that judges otherwise is another one
/// also where nobody has raised the version.
pub(super) const PROGRAM: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("LISTWARDEN_PRINT"));

/// What all rows were judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    form: u8,
    /// Engine and readers change with the program; see [`PROGRAM`].
    program: String,
    /// BLAKE3 over everything that verdicts rest on beside listings, rules and books.
    setting: [u8; 32],
    /// BLAKE3 over everything that was loaded, where that was all there is.
    sources: Option<[u8; 32]>,
    /// What was wrong with it, in words.
    pub faults: Vec<String>,
    /// Hex BLAKE3 over all reference data.
    reference: String,
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
    /// How it ended there, where that is still its end.
    pub tail: Option<Tail>,
    /// How many rows there are.
    pub listings: u64,
    /// Every listing was judged, none passed over.
    pub whole: bool,
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
    pub(super) everything: bool,
    /// Rules that are new or say something else.
    pub edited: BTreeSet<String>,
    /// The same, by what stands for them in rows.
    pub(super) edited_numbers: BTreeSet<u64>,
    /// All rules that have a file, where files came or went.
    pub(super) filed: Option<BTreeSet<u64>>,
    /// Whatever a verdict can have asked for is answered as it was then.
    pub(super) same_answers: bool,
    /// Recall notices that are new or say something else.
    news: Option<Reference>,
}

/// Stands for a notice's publisher and number.
fn number(notice: &Notice) -> u64 {
    let name = format!("{}\0{}", notice.source, notice.id);
    let hash = blake3::hash(name.as_bytes());
    u64::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

impl Since {
    /// Whether no more than edited rules and new notices can bring a listing back that has not changed.
    pub fn is_little(&self) -> bool {
        !self.everything && self.same_answers
    }
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

    /// Whether nothing has changed by the look of the files: a judge would be made from these `sources` ([`super::prints`]),
    /// and the journal ends so.
    pub fn is_from(&self, sources: [u8; 32], tail: &Tail) -> bool {
        let program = self.is_by(PROGRAM);
        let same = self.tail.as_ref() == Some(tail) && self.sources == Some(sources);
        program && same && self.whole
    }

    /// Whether nothing at all has changed since.
    pub fn is_of(&self, now: &Self) -> bool {
        *self
            == Self {
                listings: self.listings,
                tail: self.tail.clone(),
                faults: self.faults.clone(),
                ..now.clone()
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
            sources: self
                .sources
                .map(|sources| sources::print(sources, &self.about)),
            faults: self.faults.clone(),
            reference: self.reference.hash(),
            rules: self.rules.prints().collect(),
            files: blake3::hash(format!("{:?}", self.filed).as_bytes()).into(),
            notices: self.notices(),
            upto,
            head,
            tail: None,
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
        let edited: BTreeSet<String> = edited.map(|(id, _)| id.clone()).collect();
        let known = |notice: &Notice| {
            let entry = (number(notice), notice.print);
            head.notices.binary_search(&entry).is_ok()
        };
        let news = self.reference.notices().iter().any(|notice| !known(notice));
        let filed = || self.filed.iter().map(|rule| number_of(rule)).collect();
        Since {
            everything: false,
            edited_numbers: edited.iter().map(|rule| number_of(rule)).collect(),
            edited,
            filed: (head.files != now.files).then(filed),
            same_answers: self.thawed.is_some() && head.reference == now.reference,
            news: news.then(|| self.reference.notices_alone(|notice| !known(notice))),
        }
    }

    fn notices(&self) -> Vec<(u64, u64)> {
        let all = self.reference.notices().iter();
        let mut all: Vec<_> = all.map(|notice| (number(notice), notice.print)).collect();
        all.sort_unstable();
        all
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
