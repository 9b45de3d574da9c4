//! What a rule asked of a listing, and the answer in a form that can be compared: enough to know a run again by its course.

use std::collections::BTreeSet;

use rhai::Dynamic;
use serde::{Deserialize, Serialize};

use super::{
    native::{brands, codes, history, mentions},
    rows::{self, Names},
    terms::Word,
    view::{
        Look,
        fields::{DAY, FIELDS},
    },
};
use crate::model::Block;

/// A longer text or list is not kept for comparing: hardly any two listings share it.
const LONGEST_TEXT: usize = 200;
const LONGEST_LIST: usize = 16;

/// One question with everything that its answer depends on beside the listing, the facts and the reference data.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    /// The value of a field, by its number in the table.
    Field(usize),
    /// Whether there is a hit.
    Mentions(Sought, mentions::Place),
    /// What was hit.
    Matches(Sought),
    Disguises,
    /// How many there are of a scheme, and where.
    Codes(String),
    /// A field of a code, both by number.
    Code(usize, usize),
    Observed(Block),
    Row(Names),
    LeftEmpty(Names),
    /// Whether the rows that ask for a number of that scheme are empty.
    NumberLeftEmpty(String),
    /// Whether the shop of the listing is on the list of that brand.
    Authorised(String),
    /// The currency of the price.
    Currency,
    Recalls,
    FirstSeen,
    Beside(Consulted),
}

/// What is looked for in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sought {
    /// The number of a term list.
    List(usize),
    Words(Vec<Word>),
}

/// Something beside the version of a listing that a rule asked for: its answer can change while the listing, the rules and
/// the reference data stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Consulted {
    /// The day of the newest capture.
    Day,
    /// The catalogue's entry for a class, on the day of the newest capture.
    Goods(String),
    /// The median of what sellers ask, by folded brand, class and currency.
    UsualPrice((String, String, String)),
    /// The price of the version before.
    PriceWas,
    /// How many listings the shop has.
    SellerListings,
    /// How many flags on the shop's listings were confirmed.
    SellerConfirmed,
    /// Who uses a certificate number, by scheme and number.
    Holders((String, String)),
    /// When the shop's first listing was seen.
    SellerSince,
    /// Whether a field differs from the version before.
    Changed(String),
}

/// An answer as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reply {
    Absent,
    Truth(bool),
    Whole(i64),
    /// The bits of a float: equal bits, equal course.
    Number(u64),
    Text(String),
    Texts(Vec<String>),
    Places(Vec<usize>),
    /// Too large or too rich to be compared: such a run is not kept.
    Rich,
}

impl Reply {
    fn nothing_or_rich(nothing: bool) -> Self {
        if nothing { Self::Absent } else { Self::Rich }
    }

    fn text(text: &str) -> Self {
        match text.len() {
            ..=LONGEST_TEXT => Self::Text(text.to_owned()),
            _ => Self::Rich,
        }
    }

    fn or_rich(self) -> Self {
        match &self {
            Self::Places(places) if places.len() > LONGEST_LIST => Self::Rich,
            _ => self,
        }
    }

    fn optional(text: Option<&str>) -> Self {
        text.map_or(Self::Absent, Self::text)
    }

    /// A script's value.
    pub(super) fn of(value: &Dynamic) -> Self {
        if value.is_unit() {
            return Self::Absent;
        }
        if let Ok(truth) = value.as_bool() {
            return Self::Truth(truth);
        }
        if let Ok(number) = value.as_float() {
            return Self::Number(number.to_bits());
        }
        if let Ok(whole) = value.as_int() {
            return Self::Whole(whole);
        }
        if let Some(text) = value.read_lock::<rhai::ImmutableString>() {
            return Self::text(&text);
        }
        match value.read_lock::<rhai::Array>() {
            Some(list) if list.len() <= LONGEST_LIST => {
                let texts = list.iter().map(|item| match Self::of(item) {
                    Self::Text(text) => Some(text),
                    _ => None,
                });
                texts.collect::<Option<_>>().map_or(Self::Rich, Self::Texts)
            }
            _ => Self::Rich,
        }
    }
}

impl Look {
    /// The answer, computed without a script. What a native function gives a script is a function of it, unless it is
    /// [`Reply::Rich`].
    pub(super) fn reply(&self, question: &Question) -> Reply {
        let sheet = self.sheet();
        match question {
            Question::Field(field) => {
                if FIELDS.get(*field).is_some_and(|field| field.name == DAY) {
                    self.consult(&Consulted::Day);
                }
                sheet.value(*field).map_or(Reply::Absent, Reply::of)
            }
            Question::Mentions(sought, place) => Reply::Truth(mentions::any(sheet, sought, *place)),
            Question::Matches(sought) => {
                let any = mentions::any(sheet, sought, mentions::Place::Anywhere);
                Reply::nothing_or_rich(!any)
            }
            Question::Disguises => Reply::nothing_or_rich(sheet.disguises().is_empty()),
            Question::Codes(scheme) => {
                let places = codes::places(sheet, scheme).take(LONGEST_LIST + 1);
                Reply::Places(places.collect()).or_rich()
            }
            Question::Code(number, field) => Reply::of(&codes::told(sheet, *number, *field)),
            Question::Observed(block) => Reply::Truth(sheet.listing.observed(*block)),
            Question::Row(names) => {
                Reply::optional(rows::telling(sheet, names).map(|row| row.value))
            }
            Question::LeftEmpty(names) => Reply::Truth(rows::all_blank(&rows::named(sheet, names))),
            Question::NumberLeftEmpty(scheme) => {
                Reply::Truth(rows::all_blank(&rows::asking(sheet, scheme)))
            }
            Question::Authorised(brand) => {
                brands::shop_listed(self, brand).map_or(Reply::Absent, Reply::Truth)
            }
            Question::Currency => {
                let price = sheet.listing.price.as_ref();
                Reply::optional(price.and_then(|price| price.currency.as_deref()))
            }
            Question::Recalls => Reply::nothing_or_rich(self.recalls().is_empty()),
            Question::FirstSeen => Reply::optional(history::first_seen(self).as_deref()),
            Question::Beside(consulted) => {
                self.consult(consulted);
                self.beside(consulted)
            }
        }
    }

    /// What stands beside the version of the listing.
    pub(super) fn beside(&self, consulted: &Consulted) -> Reply {
        match consulted {
            Consulted::Day => Reply::optional(self.day()),
            Consulted::Goods(class) => {
                let kind = self.goods(class);
                kind.map_or(Reply::Absent, |kind| Reply::Text(kind.row.hash.clone()))
            }
            Consulted::UsualPrice(key) => {
                let usual = self.facts().prices.usual.get(key);
                usual.map_or(Reply::Absent, |usual| {
                    Reply::Text(format!("{} {}", usual.amount, usual.sellers))
                })
            }
            Consulted::PriceWas => {
                history::price_was(self).map_or(Reply::Absent, |n| Reply::Number(n.to_bits()))
            }
            Consulted::SellerListings => whole(history::seller(self).map(|s| s.listings)),
            Consulted::SellerConfirmed => whole(history::seller(self).map(|s| s.confirmed)),
            Consulted::Holders(key) => {
                let holders = self.facts().codes.holders.get(key);
                holders.map_or(Reply::Absent, |all| Reply::Texts(history::named(all)))
            }
            Consulted::SellerSince => Reply::optional(history::seller_since(self).as_deref()),
            Consulted::Changed(field) => {
                history::is_changed(self, field).map_or(Reply::Absent, Reply::Truth)
            }
        }
    }

    /// BLAKE3 over the answers to what was consulted.
    pub(super) fn answers(&self, consulted: &BTreeSet<Consulted>) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for one in consulted {
            hasher.update(format!("{:?}\n", self.beside(one)).as_bytes());
        }
        hasher.finalize().into()
    }
}

fn whole(count: Option<u32>) -> Reply {
    count.map_or(Reply::Absent, |count| Reply::Whole(i64::from(count)))
}
