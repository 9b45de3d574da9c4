//! The listing as scripts see it. Only this folder knows that form; `model::Listing` may change behind it.

pub(super) mod facts;
pub(super) mod fields;
pub(super) mod sample;
pub(super) mod values;

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, Engine, EvalAltResult};

use super::{
    lookalike::BrandNames,
    prepared::Sheet,
    trace::{Note, Trace},
};
use crate::{
    model::{Facts, Proof},
    reference::Reference,
};
use fields::FIELDS;

/// `item`, while one rule looks at one listing.
#[derive(Clone, Debug)]
pub(super) struct Item(Arc<Run>);

/// `item.seller`.
#[derive(Clone, Debug)]
pub(super) struct SellerOf(pub(super) Item);

/// The reference data, and what is made of it once for all rules.
#[derive(Debug)]
pub(super) struct Library {
    pub reference: Arc<Reference>,
    brand_names: BrandNames,
}

impl Library {
    pub(super) fn new(reference: Arc<Reference>) -> Arc<Self> {
        let brand_names = BrandNames::of(&reference);
        Arc::new(Self {
            reference,
            brand_names,
        })
    }
}

#[derive(Debug)]
struct Run {
    sheet: Arc<Sheet>,
    facts: Arc<Facts>,
    library: Arc<Library>,
    trace: Mutex<Trace>,
}

/// What a native function gives back where a script may have called it wrongly.
pub(super) type Answer<T> = Result<T, Box<EvalAltResult>>;

impl Item {
    pub(super) fn new(sheet: &Arc<Sheet>, facts: &Arc<Facts>, library: &Arc<Library>) -> Self {
        Self(Arc::new(Run {
            sheet: sheet.clone(),
            facts: facts.clone(),
            library: library.clone(),
            trace: Mutex::default(),
        }))
    }

    pub(super) fn sheet(&self) -> &Sheet {
        &self.0.sheet
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.0.facts
    }

    pub(super) fn reference(&self) -> &Reference {
        &self.0.library.reference
    }

    pub(super) fn brand_names(&self) -> &BrandNames {
        &self.0.library.brand_names
    }

    /// Writes down what the rule looked at.
    pub(super) fn trace(&self, write: impl FnOnce(&mut Trace)) {
        let mut trace = match self.0.trace.lock() {
            Ok(trace) => trace,
            // A helper panicked in mid-note; the run is a fault, and what was noted still stands.
            Err(poisoned) => poisoned.into_inner(),
        };
        write(&mut trace);
    }

    pub(super) fn note(&self, note: Note) {
        self.trace(|trace| trace.note(note));
    }

    pub(super) fn say(&self, proof: Proof) {
        self.note(Note::Said(proof));
    }

    /// Takes the notes out when the run is over.
    pub(super) fn finish(&self) -> Trace {
        let mut taken = Trace::default();
        self.trace(|trace| taken = std::mem::take(trace));
        taken
    }

    /// A field's value, which the rule has now read.
    fn read(&self, field: usize) -> Dynamic {
        self.note(Note::Read(field));
        self.value(field)
    }

    /// A field's value, unnoticed.
    pub(super) fn value(&self, field: usize) -> Dynamic {
        self.sheet().values.get(field).cloned().unwrap_or_default()
    }
}

/// The number of a field in the table.
pub(super) fn field(name: &str) -> Option<usize> {
    FIELDS.iter().position(|field| field.name == name)
}

/// Registers `item`, `item.seller` and their fields.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Item>("Listing");
    engine.register_type_with_name::<SellerOf>("Seller");
    engine.register_get("seller", |item: &mut Item| SellerOf(item.clone()));
    for (number, field) in FIELDS.iter().enumerate() {
        match field.name.strip_prefix("seller.") {
            Some(name) => {
                engine.register_get(name, move |seller: &mut SellerOf| seller.0.read(number))
            }
            None => engine.register_get(field.name, move |item: &mut Item| item.read(number)),
        };
    }
}
