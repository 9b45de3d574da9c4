//! Notices in an index: brand names and model numbers without separators, identifiers, and what the goods are called.

use std::{
    collections::{BTreeSet, HashMap},
    hash::BuildHasher,
};

use super::{
    Notice,
    models::{Worth, worth},
    starts::Starts,
    words::{self, Units, stem, unmarked},
};
use crate::text::fold::fold;

/// Everything that a listing can share with a notice. The maps are only looked up, never walked.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) grams: HashMap<String, Vec<Hit>, foldhash::fast::RandomState>,
    pub(super) starts: Starts,
    pub(super) items: HashMap<String, Vec<(String, usize)>>,
    pub(super) gtins: HashMap<String, Vec<usize>>,
    pub(super) goods: Vec<Goods>,
    /// The heads of each of the goods.
    pub(super) heads: Vec<Bits>,
    /// Units of the longest name or number.
    pub(super) longest: usize,
}

/// A name or number of the notice at that place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Hit {
    /// A brand; of several words perhaps only the first.
    Brand { notice: usize, units: usize },
    /// A model number.
    Model { notice: usize, worth: Worth },
}

/// Words as bits: sets that share a word share a bit, and those that share none seldom do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bits(u64);

impl Bits {
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w String>) -> Self {
        let state = foldhash::fast::FixedState::default();
        let bit = |word: &String| 1u64 << (state.hash_one(word) >> 58);
        Self(words.into_iter().map(bit).fold(0, |all, bit| all | bit))
    }

    pub(super) fn may_share(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The goods of one notice, by their words.
#[derive(Clone, Debug, Default)]
pub(super) struct Goods {
    /// Nouns that say what the goods are: helmet, 水壶.
    pub(super) heads: BTreeSet<String>,
    /// Ordinary words of the product's name, heads among them.
    pub(super) plain: BTreeSet<String>,
    /// Names of their own within the product's name: a series, a second brand.
    pub(super) proper: BTreeSet<String>,
    /// The brand is also a word of the language.
    pub(super) ordinary_brand: bool,
}

impl Index {
    /// Indexes the notices in their order.
    pub(super) fn of(notices: &[Notice]) -> Self {
        Self::among(notices, notices)
    }

    /// Indexes notices, the words of which are understood by what `all` notices say.
    pub(super) fn among(notices: &[Notice], all: &[Notice]) -> Self {
        let lower = lower_case_words(all);
        let mut index = Self::default();
        for (place, notice) in notices.iter().enumerate() {
            index.names(place, notice);
            for (platform, item) in &notice.item_ids {
                let entry = (fold(platform), place);
                index.items.entry(item.clone()).or_default().push(entry);
            }
            for gtin in &notice.gtins {
                index.gtins.entry(gtin.clone()).or_default().push(place);
            }
            let goods = goods(notice, &lower);
            index.heads.push(Bits::of(&goods.heads));
            index.goods.push(goods);
        }
        index
    }

    fn names(&mut self, notice: usize, of: &Notice) {
        for brand in &of.brands {
            let folded = fold(&unmarked(brand));
            let units = Units::of(&folded);
            let count = units.all.len();
            // The rest of a maker's name is often left out: "Ritchey" for "Ritchey Design".
            let firsts =
                (count > 1 && !units.all[0].dense && stands_alone(units.word(0))).then_some(1);
            for units_taken in firsts.into_iter().chain([count]) {
                if let Some(gram) = units.gram(0, units_taken).filter(|g| g.chars().count() > 1) {
                    self.put(
                        gram,
                        units_taken,
                        Hit::Brand {
                            notice,
                            units: units_taken,
                        },
                    );
                }
            }
        }
        for model in &of.models {
            let worth = worth(model);
            let folded = fold(model);
            let units = Units::of(&folded);
            if let Some(gram) = units
                .gram(0, units.all.len())
                .filter(|_| worth > Worth::Nothing)
            {
                // The listing may part the number where the notice does not.
                self.put(gram, units.all.len() + 2, Hit::Model { notice, worth });
            }
        }
    }

    fn put(&mut self, gram: &str, units: usize, hit: Hit) {
        self.longest = self.longest.max(units.min(8));
        self.starts.put(gram);
        let hits = self.grams.entry(gram.to_owned()).or_default();
        if !hits.contains(&hit) {
            hits.push(hit);
        }
    }
}

/// What stands for a notice and what its goods are called.
pub(super) fn print(notice: &Notice, goods: &Goods) -> u64 {
    let told = format!("{} {goods:?}", notice.row.hash);
    let hash = blake3::hash(told.as_bytes());
    let first = hash.as_bytes().first_chunk().copied().unwrap_or_default();
    u64::from_le_bytes(first)
}

/// Whether the first word of a brand may stand for the whole.
fn stands_alone(word: &str) -> bool {
    word.chars().count() > 2
        && !words::ordinary(word)
        && !words::is_platform(word)
        && !words::empty(word)
        && !word.chars().all(|c| c.is_ascii_digit())
}

/// Words that notices write in lower case: words of the language, whatever brand is called so too.
fn lower_case_words(notices: &[Notice]) -> BTreeSet<String> {
    notices
        .iter()
        .flat_map(|notice| {
            let texts = notice
                .products
                .iter()
                .chain(&notice.hazard)
                .chain(&notice.remedy);
            texts.flat_map(|text| text.split_whitespace())
        })
        // An address is no word: brands stand in it in lower case.
        .filter(|word| !word.contains(['@', '/', ':']) && !word.trim_end_matches('.').contains('.'))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()))
        .map(stem)
        .collect()
}

/// What the goods of a notice are called, sorted into heads, ordinary words and names of their own.
fn goods(notice: &Notice, lower: &BTreeSet<String>) -> Goods {
    let brands: Vec<String> = notice
        .brands
        .iter()
        .map(|brand| fold(&unmarked(brand)))
        .collect();
    let firsts: BTreeSet<String> = brands.iter().map(|b| stem(Units::of(b).word(0))).collect();
    let models: BTreeSet<String> = notice.models.iter().map(|m| words::squash(m)).collect();
    let mut goods = Goods {
        ordinary_brand: brands.iter().any(|b| {
            let first = Units::of(b).word(0).to_owned();
            words::ordinary(&first) || lower.contains(&stem(&first)) || first.chars().count() < 3
        }),
        ..Goods::default()
    };
    for product in &notice.products {
        let folded = fold(&unmarked(product));
        goods.heads.extend(heads(&folded, &firsts));
        for word in Units::of(&folded).stems() {
            if skip(&word, &models) {
                continue;
            }
            let ordinary = word.chars().any(words::dense)
                || words::ordinary(&word)
                || lower.contains(&word)
                || goods.heads.contains(&word);
            if ordinary {
                goods.plain.insert(word);
            } else if !firsts.contains(&word) {
                goods.proper.insert(word);
            }
        }
    }
    goods.plain.extend(goods.heads.iter().cloned());
    goods
}

/// Numbers, empty words and model numbers say nothing about what the goods are.
fn skip(word: &str, models: &BTreeSet<String>) -> bool {
    words::empty(word)
        || word.chars().count() < 2
        || word.chars().any(|c| c.is_ascii_digit())
        || models.contains(word)
}

/// The nouns at the end of each part of a product's name, up to the first preposition.
fn heads(folded: &str, names: &BTreeSet<String>) -> BTreeSet<String> {
    const ENDS: &[&str] = &[
        " with ",
        " equipped ",
        " sold ",
        " used ",
        " for ",
        " by ",
        " in ",
        " on ",
        " installed ",
        " (",
        " including ",
    ];
    let end = ENDS
        .iter()
        .filter_map(|mark| folded.find(mark))
        .filter(|at| *at > 0)
        .min();
    let name = &folded[..end.unwrap_or(folded.len())];
    let parts: Vec<&str> = name
        .split([',', '/', '&', ';', '、'])
        .flat_map(|part| part.split(" and "))
        .filter(|part| !part.trim().is_empty())
        .collect();
    let last = parts.len().saturating_sub(1);
    parts
        .iter()
        .enumerate()
        .filter_map(|(at, part)| {
            head(part, names).filter(|head| at == last || words::ordinary(head))
        })
        .collect()
}

/// The last word that names goods; "set", "kit" and the like only count what stands before them.
fn head(part: &str, names: &BTreeSet<String>) -> Option<String> {
    const COUNTED: &[&str] = &[
        "set", "kit", "pack", "pair", "unit", "system", "seri", "assembli", "recal", "item",
        "youth", "kid", "boi", "girl", "men", "women", "adult", "toddler", "model",
    ];
    const DOING: &[&str] = &[
        "climbing", "cycling", "riding", "running", "skiing", "fishing", "camping", "hunting",
        "rolling", "swimming", "boating", "hiking", "skating", "sleeping",
    ];
    let mut stems = Units::of(part).stems();
    while let Some(word) = stems.pop() {
        let noun = word.chars().count() > 1
            && !DOING.contains(&word.as_str())
            && !words::empty(&word)
            && !COUNTED.contains(&word.as_str())
            && !names.contains(&word)
            && !word.chars().any(|c| c.is_ascii_digit());
        if noun {
            return Some(word);
        }
    }
    None
}

impl Goods {
    /// Whether the goods themselves are called by a phrase of the accessory list: a recalled charger is a charger.
    pub(super) fn called(&self, phrase: &[String]) -> bool {
        let dense = phrase.len() > 1 && phrase.iter().all(|unit| unit.chars().all(words::dense));
        match dense {
            true => phrase
                .windows(2)
                .all(|pair| self.plain.contains(&pair.concat())),
            false => phrase.iter().all(|word| self.plain.contains(word)),
        }
    }

    /// Whether one of the goods' nouns is among the words of a listing.
    pub(super) fn may_be_named_by(&self, said: &BTreeSet<String>) -> bool {
        self.heads.iter().any(|word| said.contains(word))
    }

    /// What of the goods the words of a listing ([`said`]) name, the brand's own words aside.
    pub(super) fn named_by(&self, said: &BTreeSet<String>, brand: &BTreeSet<String>) -> Agreement {
        let count = |of: &BTreeSet<String>| {
            let both = of.iter().filter(|word| said.contains(*word));
            both.filter(|word| !brand.contains(*word)).count()
        };
        let others = said.len() - said.intersection(brand).count();
        let plain = count(&self.plain);
        let named = self.proper.iter().any(|word| !brand.contains(word));
        Agreement {
            head: count(&self.heads) > 0,
            proper: named.then(|| count(&self.proper) > 0),
            of_notice: share(plain, self.plain.len()),
            of_listing: share(plain, others),
        }
    }
}

/// The words of a listing that say what it offers.
pub(super) fn said(stems: &[String]) -> BTreeSet<String> {
    let none = BTreeSet::new();
    let words = stems.iter().filter(|word| !skip(word, &none));
    words.cloned().collect()
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// How far the words of a listing and of a notice agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Agreement {
    /// The listing names the goods by their noun.
    pub(super) head: bool,
    /// The listing has a name of their own that the goods have; none where they have none beside the brand.
    pub(super) proper: Option<bool>,
    /// Share of the ordinary words in the notice's product name that the listing has.
    pub(super) of_notice: f64,
    /// Share of the listing's words that are in the notice's product name.
    pub(super) of_listing: f64,
}

impl Agreement {
    /// Whether the words agree well enough for a candidate: the noun, and a name of their own where the goods have one.
    /// A listing that says little beyond what the notice says needs no name.
    pub(super) fn enough(&self) -> bool {
        let alike = self.of_notice > 0.5 || self.of_listing >= 0.5;
        let same = self.of_notice >= 0.6 && self.of_listing >= 0.75;
        self.head && (same || self.proper.unwrap_or(alike))
    }
}
