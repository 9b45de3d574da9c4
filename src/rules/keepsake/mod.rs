//! What a test keeps of a listing that a rule looked at, in the form in which tests are written.

mod rows;

use std::collections::BTreeSet;

use rhai::{Array, Dynamic, Map};
use serde_json::json;

use super::{
    adopt::as_map,
    native::history::class_was,
    run::{self, Answer},
    trace::Trace,
    view::{
        Look,
        fields::{DAY, FIELDS},
        sample,
    },
    written::{Entries, of_json},
};
use crate::model::{Block, Listing, Proof};

/// Fields that a test has though the rule did not look at them: a reader wants to know what it is about.
const ALWAYS: [&str; 4] = ["title", "brand", "class", "price"];
/// Characters of a description that stay on each side of a match.
const BESIDE: usize = 40;

/// How much of the listing a test keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Breadth {
    /// What the rule looked at, of the description the matches alone.
    Cut,
    /// What the rule looked at.
    Looked,
    /// All attributes, the whole description and every observed block.
    Whole,
}

/// What one run of a rule asked for.
pub(super) struct Asked<'a> {
    look: &'a Look,
    proofs: Vec<Proof>,
    rows: BTreeSet<String>,
}

/// The parts of a test beside its name.
pub(super) struct Kept {
    item: Entries,
    pub facts: Map,
    pub reference: Option<Dynamic>,
}

impl Kept {
    pub(super) fn item(&self) -> Map {
        as_map(&self.item)
    }

    /// As they are written: what the rule knew, then the listing.
    pub(super) fn entries(&self) -> Entries {
        let facts = Some(&self.facts).filter(|facts| !facts.is_empty());
        let facts = facts.map(|facts| ("facts".to_owned(), Dynamic::from_map(facts.clone())));
        let reference = self.reference.clone();
        let reference = reference.map(|rows| ("reference".to_owned(), rows));
        let item = ("item".to_owned(), Dynamic::from_map(self.item()));
        facts.into_iter().chain(reference).chain([item]).collect()
    }
}

impl<'a> Asked<'a> {
    pub(super) fn of(look: &'a Look, answer: &Answer) -> Self {
        let none = Trace::default();
        let (proofs, trace) = match answer {
            Answer::Said(outcome, trace) => (run::proofs(outcome, trace, look.sheet()), trace),
            Answer::Skip | Answer::Fault(_) => (Vec::new(), &none),
        };
        Self {
            proofs,
            rows: trace.rows().map(str::to_owned).collect(),
            look,
        }
    }

    pub(super) fn keep(&self, breadth: Breadth) -> Kept {
        let facts = self.facts();
        Kept {
            item: self.item(breadth, &facts),
            facts,
            reference: self.reference(),
        }
    }

    fn listing(&self) -> &Listing {
        &self.look.sheet().listing
    }

    fn item(&self, breadth: Breadth, facts: &Map) -> Entries {
        let mut item = self.fields(breadth);
        let seller = self.seller(facts);
        if !seller.is_empty() {
            item.push(("seller".to_owned(), Dynamic::from_map(seller)));
        }
        let attributes = self.attributes(breadth);
        if !attributes.is_empty() {
            item.push(("attributes".to_owned(), Dynamic::from_map(attributes)));
        }
        let codes = self.codes(&item);
        if !codes.is_empty() {
            item.push(("codes".to_owned(), Dynamic::from_map(codes)));
        }
        let observed = self.observed(breadth);
        if !observed.is_empty() {
            item.push(("observed".to_owned(), Dynamic::from_array(observed)));
        }
        item
    }

    /// The fields in the order of the manual.
    fn fields(&self, breadth: Breadth) -> Entries {
        let plain = FIELDS.iter().filter(|field| !field.name.contains('.'));
        let kept = plain.filter(|field| self.keeps(field.name, breadth));
        let values = kept.map(|field| {
            let value = match field.name {
                "description" if breadth == Breadth::Cut => self.matches_of("description"),
                _ => None,
            };
            let value = value.unwrap_or_else(|| (field.read)(self.listing()));
            (field.name.to_owned(), value)
        });
        let there = |value: &Dynamic| {
            !value.is_unit()
                && value
                    .read_lock::<Array>()
                    .is_none_or(|list| !list.is_empty())
        };
        values.filter(|(_, value)| there(value)).collect()
    }

    fn keeps(&self, name: &str, breadth: Breadth) -> bool {
        let price = self.listing().price.as_ref();
        match name {
            "currency" => price.is_some_and(|price| price.currency.as_deref() != Some("CNY")),
            "unit" => self.looked_at("unit_price"),
            DAY => self.looked_at(DAY) || breadth == Breadth::Whole,
            "platform" => self.by_item_id(),
            _ => ALWAYS.contains(&name) || self.looked_at(name) || self.compared(name),
        }
    }

    fn looked_at(&self, field: &str) -> bool {
        self.proofs.iter().any(|proof| proof.field == field)
    }

    /// Whether the rule held the field against the version before.
    fn compared(&self, field: &str) -> bool {
        self.looked_at(&format!("changed.{field}"))
    }

    /// The places of a text that were matched, with what stands beside them; none where the text itself was read.
    fn matches_of(&self, field: &str) -> Option<Dynamic> {
        let mut passages = self.look.sheet().passages().iter();
        let text: Vec<char> = passages
            .find(|p| p.field == field)?
            .original
            .chars()
            .collect();
        let proofs = self.proofs.iter().filter(|proof| proof.field == field);
        let spans: Option<Vec<_>> = proofs
            .map(|proof| proof.span.filter(|_| proof.note.is_some()))
            .collect();
        let cuts = spans?.into_iter().map(|span| {
            let from = span.start.saturating_sub(BESIDE);
            let to = (span.end + BESIDE).min(text.len());
            text.get(from..to)
                .map(String::from_iter)
                .unwrap_or_default()
        });
        let cuts: BTreeSet<String> = cuts.collect();
        (!cuts.is_empty()).then(|| Vec::from_iter(cuts).join(" … ").into())
    }

    fn seller(&self, facts: &Map) -> Map {
        let about = |key: &str| key.starts_with("seller_") || key == "relisted_from";
        let about_shop = facts.keys().any(|key| about(key));
        let named = about_shop || self.looked_at("seller");
        let fields = FIELDS.iter().filter_map(|field| {
            let name = field.name.strip_prefix("seller.")?;
            let looked = self.looked_at(field.name) || self.compared(field.name);
            let kept = looked || named && ["name", "id"].contains(&name);
            let value = kept.then(|| (field.read)(self.listing()))?;
            (!value.is_unit()).then(|| (name.into(), value))
        });
        fields.collect()
    }

    fn attributes(&self, breadth: Breadth) -> Map {
        let rows = self.listing().attributes.iter();
        let rows = rows.filter(|(name, _)| {
            breadth == Breadth::Whole || self.looked_at(&format!("attributes.{name}"))
        });
        rows.map(|(name, value)| (name.as_str().into(), value.clone().into()))
            .collect()
    }

    /// The codes of the schemes asked for that would not be found in the texts.
    fn codes(&self, item: &Entries) -> Map {
        let (found, _) = sample::listing(&as_map(item));
        let mut codes = Map::new();
        for code in &self.listing().codes {
            let there = found
                .codes
                .iter()
                .any(|known| (&known.scheme, &known.value) == (&code.scheme, &code.value));
            if there || !self.looked_at(&format!("codes.{}", code.scheme)) {
                continue;
            }
            let scheme = codes.entry(code.scheme.as_str().into());
            let list = scheme.or_insert_with(|| Dynamic::from_array(Array::new()));
            if let Some(mut list) = list.write_lock::<Array>() {
                list.push(code.raw.clone().into());
            }
        }
        codes
    }

    /// The blocks that were seen, of those of which it mattered.
    fn observed(&self, breadth: Breadth) -> Array {
        let mattered = |block: &&Block| {
            let asked = |proof: &Proof| match proof.note.as_deref() {
                _ if proof.field == "observed" => proof.text == block.as_str(),
                Some("absent" | "not observed") => {
                    let field = FIELDS.iter().find(|field| field.name == proof.field);
                    let row = proof.field.starts_with("attributes.");
                    field
                        .and_then(|field| field.block)
                        .or(row.then_some(Block::Attributes))
                        == Some(**block)
                }
                _ => false,
            };
            breadth == Breadth::Whole || self.proofs.iter().any(asked)
        };
        let seen = Block::ALL
            .iter()
            .filter(|block| self.listing().observed(**block));
        seen.filter(mattered)
            .map(|block| block.as_str().into())
            .collect()
    }

    /// What the store said, of what was asked.
    fn facts(&self) -> Map {
        let mut facts = Map::new();
        let computed = Some("computed by the rule");
        let told = |proof: &&Proof| proof.reference.is_none() && proof.note.as_deref() != computed;
        for proof in self.proofs.iter().filter(told) {
            let name = match proof.field.split_once(' ') {
                Some(("holders", _)) => "holders",
                _ => proof.field.as_str(),
            };
            let told = match name {
                "holders" => self.holders(&proof.field),
                "first_seen" | "relisted_from" => Some(proof.text.clone().into()),
                "seller_listings" | "seller_confirmed" => {
                    proof.text.parse().ok().map(Dynamic::from_int)
                }
                "usual_price" | "price_was" => proof.text.parse().ok().map(Dynamic::from_float),
                _ => None,
            };
            if let Some(told) = told.filter(|_| !facts.contains_key(name)) {
                facts.insert(name.into(), told);
            }
        }
        let was = self.was();
        if !was.is_empty() {
            facts.insert("was".into(), Dynamic::from_map(was));
        }
        facts
    }

    /// What the version before showed in the fields that were held against it.
    fn was(&self) -> Map {
        let mut was = Map::new();
        let Some(past) = self.look.facts().past.as_deref() else {
            return was;
        };
        for field in FIELDS.iter().filter(|field| self.compared(field.name)) {
            let value = match field.name {
                "class" if past.class.is_none() => {
                    class_was(self.look, past).map_or(Dynamic::UNIT, Into::into)
                }
                _ => (field.read)(past),
            };
            match field.name.strip_prefix("seller.") {
                None => _ = was.insert(field.name.into(), value),
                Some(name) => {
                    let seller = was.entry("seller".into());
                    let seller = seller.or_insert_with(|| Dynamic::from_map(Map::new()));
                    if let Some(mut seller) = seller.write_lock::<Map>() {
                        seller.insert(name.into(), value);
                    }
                }
            }
        }
        let money = past.price.iter().chain(&past.list_price);
        let currency = money.filter_map(|money| money.currency.as_ref()).next();
        if let Some(currency) = currency.filter(|_| {
            ["price", "list_price"]
                .iter()
                .any(|name| was.contains_key(*name))
        }) {
            was.insert("currency".into(), currency.clone().into());
        }
        was
    }

    /// Who else uses a number, by what the proof is called: `holders of ccc 2016010706840003`.
    fn holders(&self, proof: &str) -> Option<Dynamic> {
        let (scheme, number) = proof.strip_prefix("holders of ")?.split_once(' ')?;
        let key = (scheme.to_owned(), number.to_owned());
        let holders = self.look.facts().codes.holders.get(&key)?.iter();
        let holders = holders.map(|holder| {
            of_json(&json!({ "brand": holder.brand, "maker": holder.maker, "class": holder.class }))
        });
        Some(Dynamic::from_array(holders.collect()))
    }

    /// Whether a notice fits by the platform's own number.
    fn by_item_id(&self) -> bool {
        let by = |proof: &Proof| {
            proof
                .note
                .as_ref()
                .is_some_and(|note| note.contains(" by item id"))
        };
        self.looked_at("platform") || self.proofs.iter().any(by)
    }
}
