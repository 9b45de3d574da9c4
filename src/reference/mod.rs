//! What authorities and brand owners published, in memory, looked up by name.
//!
//! A folder of dated, sourced files becomes a [`Reference`]; rules ask it about classes, terms, brands,
//! certificates and recalls. New notices come in through [`import()`], by way of the [`SOURCES`] table.

mod accessory;
mod brands;
mod catalogue;
mod certificates;
mod classes;
mod cpsc;
mod csv_certificates;
mod csv_notices;
mod field;
mod given;
mod import;
mod json;
mod list;
mod load;
mod matching;
mod merge;
mod models;
mod notice;
mod prose;
mod query;
mod rates;
mod recalls;
mod sheet;
mod standards;
mod starts;
mod table;
mod terms;
mod words;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use brands::{Brand, UsualPrice};
pub use catalogue::Kind;
pub use certificates::Certificate;
pub use import::{Error, Imported, SOURCES, Source, Summary, import};
pub use notice::{Notice, PriceRange};
pub use query::{FoldedRow, RecallMatch, RecallQuery};
pub use rates::Rates;
pub use standards::{Standard, Standing};
pub use terms::TermList;

pub use crate::model::ReferenceRow as Row;
use crate::{
    model::{Class, Listing},
    text::{codes::Edition, fold::fold},
};

/// A row or file of reference data that could not be used; the others are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {message}", path.display())]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// How sure a recall match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Brand and product words.
    Candidate,
    /// Brand and model.
    Strong,
    /// Platform item id, or a valid GTIN with the brand.
    Hard,
}

/// A list in the folder, as `reference list` shows it.
#[derive(Clone, Debug, serde::Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct ListInfo {
    pub path: String,
    pub kind: String,
    pub source: String,
    pub date: Option<String>,
    pub rows: usize,
    pub hash: String,
}

/// Everything under `rules/reference`.
#[derive(Debug, Default)]
pub struct Reference {
    lists: Vec<ListInfo>,
    /// By id, the one longest in force first.
    kinds: BTreeMap<String, Vec<Arc<Kind>>>,
    terms: BTreeMap<String, TermList>,
    brands: Vec<Brand>,
    names: brands::Names,
    certificates: BTreeMap<(String, String), Certificate>,
    notices: Vec<Notice>,
    /// The oldest first.
    rates: Vec<Rates>,
    standards: standards::Standards,
    recalls: recalls::Index,
    accessories: accessory::Phrases,
    classes: classes::Classes,
}

impl Reference {
    /// Reads a folder; what cannot be read is a fault beside the rest. A missing folder is empty.
    pub fn load(dir: &Path) -> (Self, Vec<Fault>) {
        load::folder(dir)
    }

    /// Puts what was read in order and makes it findable.
    fn index(&mut self) {
        for versions in self.kinds.values_mut() {
            versions.sort_by(|a, b| a.valid_from.cmp(&b.valid_from));
        }
        self.lists.sort_by(|a, b| a.path.cmp(&b.path));
        self.brands.sort_by(|a, b| a.name.cmp(&b.name));
        self.rates.sort_by(|a, b| a.on.cmp(&b.on));
        self.standards.sort();
        self.names = brands::Names::of(&self.brands);
        self.notices
            .sort_by(|a, b| (&a.source, &a.id).cmp(&(&b.source, &b.id)));
        self.recalls = recalls::Index::of(&self.notices);
        for (notice, goods) in self.notices.iter_mut().zip(&self.recalls.goods) {
            notice.print = recalls::print(notice, goods);
        }
        let accessories = self.terms.get("accessory").into_iter();
        let phrases = accessories
            .flat_map(|list| &list.terms)
            .map(|term| accessory::phrase(&fold(term)));
        self.accessories = phrases.collect::<Vec<_>>().into();
        self.classes = classes::Classes::of(self.kinds(), self.accessories.clone());
    }

    /// Hex BLAKE3 over everything loaded, independent of how files and rows are ordered.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut hashes: Vec<&str> = self.lists.iter().map(|list| list.hash.as_str()).collect();
        hashes.sort_unstable();
        for hash in hashes {
            hasher.update(hash.as_bytes()).update(b"\0");
        }
        hasher.finalize().to_hex().to_string()
    }

    /// BLAKE3 over the lists that verdicts rest on as a whole: the catalogue, the terms and the rates. Of the others each
    /// row counts for itself.
    pub fn hash_of_wholes(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let wholes = self.lists.iter();
        for list in
            wholes.filter(|list| matches!(list.kind.as_str(), "catalogue" | "terms" | "rates"))
        {
            hasher.update(list.hash.as_bytes()).update(b"\0");
        }
        hasher.finalize().into()
    }

    /// Some of the notices, for finding what they alone touch; nothing else is in it.
    pub fn notices_alone(&self, wanted: impl Fn(&Notice) -> bool) -> Self {
        let some = self.notices.iter().filter(|notice| wanted(notice));
        let notices: Vec<Notice> = some.cloned().collect();
        Self {
            recalls: recalls::Index::among(&notices, &self.notices),
            accessories: self.accessories.clone(),
            notices,
            ..Self::default()
        }
    }

    /// The files that were read, sorted by path.
    pub fn lists(&self) -> &[ListInfo] {
        &self.lists
    }

    /// The catalogue's class for a listing (title, breadcrumb, attributes), where it is clear enough.
    pub fn class_of(&self, listing: &Listing) -> Option<Class> {
        self.classes.of_listing(listing)
    }

    /// The catalogue's newest entry for a class id such as `children/toy`.
    pub fn kind(&self, class: &str) -> Option<&Arc<Kind>> {
        self.kinds.get(class)?.last()
    }

    /// The entry in force on a day (ISO 8601): a listing is judged by the catalogue of its capture date.
    pub fn kind_on(&self, class: &str, day: &str) -> Option<&Arc<Kind>> {
        let versions = self.kinds.get(class)?;
        versions
            .iter()
            .rfind(|kind| kind.valid_from.as_deref().is_none_or(|from| from <= day))
    }

    /// All entries for a class id, the one longest in force first.
    pub fn kind_versions(&self, class: &str) -> &[Arc<Kind>] {
        self.kinds.get(class).map_or(&[], Vec::as_slice)
    }

    /// The catalogue, sorted by id.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        let newest = self.kinds.values().filter_map(|versions| versions.last());
        newest.map(|kind| &**kind)
    }

    /// The newest rates of exchange that are not after a day (ISO 8601).
    pub fn rates_on(&self, day: &str) -> Option<&Rates> {
        self.rates.iter().rfind(|rates| rates.on.as_str() <= day)
    }

    /// Every term list, sorted by name.
    pub fn term_lists(&self) -> impl Iterator<Item = &TermList> {
        self.terms.values()
    }

    /// The term list of that name.
    pub fn terms(&self, name: &str) -> Option<&TermList> {
        self.terms.get(name)
    }

    /// The brand of that name or alias, compared folded.
    pub fn brand(&self, name: &str) -> Option<&Brand> {
        self.brand_folded(&fold(name))
    }

    /// [`Self::brand`] for a name that is folded already.
    pub fn brand_folded(&self, folded: &str) -> Option<&Brand> {
        self.brands.get(self.names.get(folded)?)
    }

    /// Every folded name and alias with its brand, sorted.
    pub fn brand_names(&self) -> impl Iterator<Item = (&str, &Brand)> {
        let names = self.names.all();
        names.filter_map(|(name, place)| Some((name, self.brands.get(place)?)))
    }

    /// Every brand, sorted by name.
    pub fn brands(&self) -> impl Iterator<Item = &Brand> {
        self.brands.iter()
    }

    /// Brands named in folded text: Latin names at word boundaries, Chinese ones as substrings;
    /// names of under four Latin letters or two Han characters never match alone.
    pub fn brands_in(&self, folded: &str) -> Vec<&Brand> {
        let places = self.names.within(folded).into_iter();
        places.filter_map(|place| self.brands.get(place)).collect()
    }

    /// What a register says about a certificate, by scheme (`ccc`, `sc`, …) and normalised value.
    pub fn certificate(&self, scheme: &str, value: &str) -> Option<&Certificate> {
        self.certificates
            .get(&(scheme.to_owned(), value.to_owned()))
    }

    /// Every certificate of the register's copy, by scheme and value.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.values()
    }

    /// Every standard of the lists by its name without year, with its editions, the oldest first.
    pub fn standards(&self) -> impl Iterator<Item = (&str, &[Standard])> {
        self.standards.all()
    }

    /// The editions of a standard by its name without year, such as `GB 6675.1`.
    pub fn editions(&self, standard: &str) -> &[Standard] {
        self.standards.editions(standard)
    }

    /// The row that says how a standard stands on a day (ISO 8601): of a dated one its edition, of an undated one the newest
    /// that is then in force, else the newest. None where the lists have none, which proves nothing.
    pub fn standard_on(&self, named: &Edition, day: Option<&str>) -> Option<&Standard> {
        standards::standing(self.editions(&named.standard), named, day)
    }

    /// Every recall notice, by publisher and number.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Recall notices that the listing may fall under: best tier first, then by notice.
    pub fn recalls(&self, query: &RecallQuery<'_>) -> Vec<RecallMatch<'_>> {
        let matcher = matching::Matcher {
            notices: &self.notices,
            index: &self.recalls,
            accessories: &self.accessories,
        };
        matcher.find(query)
    }
}
