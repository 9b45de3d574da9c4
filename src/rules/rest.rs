//! What a verdict rests on beside the version of its listing, the rules and the term lists: each as two numbers, one for what
//! was asked for and one for the answer. As long as the answers are the same, the verdict is.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, Hash},
    sync::LazyLock,
};

use serde::{Deserialize, Serialize};

use super::{
    native::history,
    terms::Map,
    view::{Library, Look, values::day_of},
};
use crate::{
    model::{Facts, Holder, Listing, Offer, SellerFacts, Usual},
    reference::{Reference, Standard},
};

/// One thing that was asked for, and the answer, as hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rest {
    #[serde(with = "postcard::fixint::le")]
    asked: u64,
    #[serde(with = "postcard::fixint::le")]
    answer: u64,
}

/// A shop's key in the seller book, or a certificate number's in the code book.
type Pair = (String, String);

/// What stands for a notice, which is an answer and no part of what is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Print(pub(super) u64);

impl Hash for Print {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// Something outside the version of a listing that a rule can ask for.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Asked<'a> {
    /// The day of the newest capture: it moves with every visit, though the page stays as it is.
    Day,
    /// The price of the version before.
    PriceWas,
    /// When the listing was first seen.
    FirstSeen,
    /// The catalogue's entries for a class, of all days.
    Goods(&'a str),
    /// A brand by its folded name or alias, with its sellers and prices.
    Brand(&'a str),
    /// The names of all brands.
    Brands,
    /// A certificate in the register, by scheme and number.
    Certificate(&'a str, &'a str),
    /// The editions of a standard, by its name without year.
    Standard(&'a str),
    /// A recall notice that fits, by its publisher and number, as it stands in the list.
    Notice(&'a str, &'a str, Print),
    /// The median of what sellers ask, by folded brand, class and currency.
    Usual(&'a (String, String, String)),
    /// How many listings a shop has.
    Listings(&'a Pair),
    /// When the first listing of a shop was seen.
    Since(&'a Pair),
    /// The listing that one took the place of, by its shelf and its id.
    Relisted(u64, &'a str),
    /// Whether a field differs from the version before.
    Changed(&'a str),
    /// How many flags on a shop's listings were confirmed.
    Confirmed(&'a Pair),
    /// Who uses a certificate number.
    Holders(&'a Pair),
}

/// Numbers that are the same in every process of one version of the program.
pub(super) fn hash(value: &impl Hash) -> u64 {
    foldhash::quality::FixedState::with_seed(0x6c69_7374).hash_one(value)
}

impl Rest {
    pub(super) fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.asked.to_le_bytes());
        bytes[8..].copy_from_slice(&self.answer.to_le_bytes());
        bytes
    }
}

impl Asked<'_> {
    fn with(self, answer: u64) -> Rest {
        let asked = hash(&self);
        Rest { asked, answer }
    }
}

/// What a listing answers itself: it changes with its version.
static OWN: LazyLock<HashSet<u64, foldhash::fast::FixedState>> = LazyLock::new(|| {
    let changed = history::watched().map(|field| Asked::Changed(field.name));
    let all = changed.chain([Asked::PriceWas, Asked::FirstSeen]);
    all.map(|asked| asked.with(NOTHING).asked).collect()
});

/// And what it answers itself and changes with every visit.
static DAY: LazyLock<u64> = LazyLock::new(|| Asked::Day.with(NOTHING).asked);

/// The answer where there is nothing.
const NOTHING: u64 = 0;

fn day(day: Option<&str>) -> u64 {
    hash(&day)
}

fn known<T>(found: Option<&T>, told: impl Fn(&T) -> u64) -> u64 {
    found.map_or(NOTHING, told)
}

fn usual(usual: &Usual) -> u64 {
    hash(&(usual.amount.to_bits(), usual.sellers))
}

fn holders(all: &[Holder]) -> u64 {
    let parts = all.iter().map(|h| (&h.brand, &h.maker, &h.class));
    hash(&parts.collect::<Vec<_>>())
}

fn listings(seller: &SellerFacts) -> u64 {
    hash(&("listings", seller.listings))
}

fn since(seller: &SellerFacts) -> u64 {
    hash(&seller.first_seen.map(|time| time.as_second()))
}

fn confirmed(seller: &SellerFacts) -> u64 {
    hash(&("confirmed", seller.confirmed))
}

/// Stands for all brands.
pub(super) fn brands(reference: &Reference) -> u64 {
    hash(
        &reference
            .brands()
            .map(|brand| &brand.row.hash)
            .collect::<Vec<_>>(),
    )
}

fn editions(editions: &[Standard]) -> u64 {
    match editions.is_empty() {
        true => NOTHING,
        false => hash(&editions.iter().map(|e| &e.row.hash).collect::<Vec<_>>()),
    }
}

/// What stands for the entries of each class of the catalogue.
pub(super) fn kinds(reference: &Reference) -> Map<String, u64> {
    let kinds = reference.kinds();
    kinds
        .map(|kind| (kind.id.clone(), goods(reference, &kind.id)))
        .collect()
}

fn goods(reference: &Reference, class: &str) -> u64 {
    let versions = reference.kind_versions(class);
    match versions.is_empty() {
        true => NOTHING,
        false => hash(
            &versions
                .iter()
                .map(|kind| &kind.row.hash)
                .collect::<Vec<_>>(),
        ),
    }
}

impl Look {
    /// Notes what is asked for, and what the answer rests on.
    pub(super) fn asked(&self, asked: Asked<'_>) -> Rest {
        let key = hash(&asked);
        // A notice's answer is its own: the same question may come with another.
        let known = match asked {
            Asked::Notice(..) => None,
            _ => self.rest(|rest| rest.asked == key),
        };
        known.unwrap_or_else(|| {
            let answer = self.answer(asked);
            let rest = Rest { asked: key, answer };
            self.note_rest(rest);
            rest
        })
    }

    fn answer(&self, asked: Asked<'_>) -> u64 {
        let (reference, facts) = (self.reference(), self.facts());
        match asked {
            Asked::Day => day(self.day()),
            Asked::PriceWas => hash(&history::price_was(self).map(f64::to_bits)),
            Asked::FirstSeen => hash(&history::first_seen(self)),
            Asked::Goods(class) => self.library().goods.get(class).copied().unwrap_or(NOTHING),
            Asked::Brand(name) => known(reference.brand_folded(name), |brand| {
                hash(&brand.row.hash.as_str())
            }),
            Asked::Brands => self.library().brands,
            Asked::Certificate(scheme, value) => {
                known(reference.certificate(scheme, value), |one| {
                    hash(&one.row.hash.as_str())
                })
            }
            Asked::Standard(name) => editions(reference.editions(name)),
            Asked::Notice(.., print) => print.0,
            Asked::Usual(key) => known(facts.prices.usual.get(key), usual),
            Asked::Since(shop) => known(facts.sellers.sellers.get(shop), since),
            Asked::Relisted(..) => {
                history::relisted_from(self).map_or(NOTHING, |id| hash(&id.as_str()))
            }
            Asked::Changed(field) => hash(&history::is_changed(self, field)),
            Asked::Listings(shop) => known(facts.sellers.sellers.get(shop), listings),
            Asked::Confirmed(shop) => known(facts.sellers.sellers.get(shop), confirmed),
            Asked::Holders(key) => known(facts.codes.holders.get(key), |all| holders(all)),
        }
    }
}

/// What everything that can be asked for would now answer; what is not there answers with nothing.
#[derive(Debug, Default)]
pub struct Answers(HashMap<u64, u64, foldhash::fast::FixedState>);

impl Answers {
    /// Of the reference data and the frozen books.
    pub(super) fn of(library: &Library, facts: &Facts) -> Self {
        let reference = &library.reference;
        let mut answers = Self::default();
        let mut put = |asked: Asked<'_>, answer| {
            let Rest { asked, answer } = asked.with(answer);
            answers.0.insert(asked, answer);
        };
        put(Asked::Brands, library.brands);
        for kind in reference.kinds() {
            put(Asked::Goods(&kind.id), goods(reference, &kind.id));
        }
        for (name, brand) in reference.brand_names() {
            put(Asked::Brand(name), hash(&brand.row.hash.as_str()));
        }
        for one in reference.certificates() {
            put(
                Asked::Certificate(&one.scheme, &one.value),
                hash(&one.row.hash.as_str()),
            );
        }
        for (name, all) in reference.standards() {
            put(Asked::Standard(name), editions(all));
        }
        for notice in reference.notices() {
            let print = Print(notice.print);
            put(
                Asked::Notice(&notice.source, &notice.id, print),
                notice.print,
            );
        }
        for (key, value) in &facts.prices.usual {
            put(Asked::Usual(key), usual(value));
        }
        for (shop, seller) in &facts.sellers.sellers {
            put(Asked::Listings(shop), listings(seller));
            put(Asked::Confirmed(shop), confirmed(seller));
            put(Asked::Since(shop), since(seller));
        }
        for (shelf, offers) in &facts.offers.shelves {
            for Offer { id, first_seen, .. } in offers {
                if let Some(before) = facts.offers.before(*shelf, id, *first_seen) {
                    let asked = Asked::Relisted(*shelf, id.as_str());
                    put(asked, hash(&before.as_str()));
                }
            }
        }
        for (key, all) in &facts.codes.holders {
            put(Asked::Holders(key), holders(all));
        }
        answers
    }

    /// [`Self::stand`] for a listing that was not seen since.
    pub fn stand_unseen(&self, rests: &[Rest]) -> bool {
        self.all_stand(rests, |then| then)
    }

    /// Whether everything that a verdict on a version of `listing` rested on would now be answered as it was then.
    pub fn stand(&self, rests: &[Rest], listing: &Listing) -> bool {
        self.all_stand(rests, |_| day(day_of(listing).as_deref()))
    }

    /// `today` is given the day that a verdict rested on, and says which it would be now.
    fn all_stand(&self, rests: &[Rest], today: impl Fn(u64) -> u64) -> bool {
        let now = |rest: &Rest| match self.0.get(&rest.asked) {
            Some(answer) => *answer,
            None if rest.asked == *DAY => today(rest.answer),
            // What was before a version, and when the listing was first seen, is the same as long as the version is.
            None if OWN.contains(&rest.asked) => rest.answer,
            None => NOTHING,
        };
        rests.iter().all(|rest| now(rest) == rest.answer)
    }
}
