//! The listing as scripts see it. Only this folder knows that form; `model::Listing` may change behind it.

pub(super) mod facts;
pub(super) mod fields;
pub(super) mod sample;
pub(super) mod values;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use rhai::{Dynamic, Engine, EvalAltResult};

use super::{
    lookalike::BrandNames,
    memory::Course,
    native::{self, reference::Recall},
    prepared::Sheet,
    question::{Consulted, Question},
    trace::{Note, Trace},
};
use crate::{
    model::{Facts, Proof},
    reference::{Kind, Reference},
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

/// What every rule that looks at one listing shares.
#[derive(Debug)]
pub(super) struct Look {
    sheet: Arc<Sheet>,
    facts: Arc<Facts>,
    library: Arc<Library>,
    recalls: OnceLock<Vec<Recall>>,
    day: OnceLock<Option<String>>,
    /// What the rules asked for beside the version of the listing.
    consulted: Mutex<BTreeSet<Consulted>>,
}

impl Look {
    pub(super) fn new(sheet: &Arc<Sheet>, facts: &Arc<Facts>, library: &Arc<Library>) -> Arc<Self> {
        Arc::new(Self {
            sheet: sheet.clone(),
            facts: facts.clone(),
            library: library.clone(),
            recalls: OnceLock::new(),
            day: OnceLock::new(),
            consulted: Mutex::default(),
        })
    }

    pub(super) fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn reference(&self) -> &Reference {
        &self.library.reference
    }

    /// The notices that fit the listing: found once, for more than one rule asks.
    pub(super) fn recalls(&self) -> &[Recall] {
        self.recalls
            .get_or_init(|| native::reference::fitting(self.reference(), &self.sheet))
    }

    /// The day of the capture.
    pub(super) fn day(&self) -> Option<&str> {
        self.day
            .get_or_init(|| values::day_of(&self.sheet.listing))
            .as_deref()
    }

    /// The catalogue's entry for a class, as in force on the day of the capture.
    pub(super) fn goods(&self, class: &str) -> Option<&Kind> {
        match self.day() {
            Some(day) => self.reference().kind_on(class, day),
            None => self.reference().kind(class),
        }
    }

    pub(super) fn consult(&self, one: &Consulted) {
        let mut consulted = entered(&self.consulted);
        if !consulted.contains(one) {
            consulted.insert(one.clone());
        }
    }

    /// Takes out what was consulted.
    pub(super) fn consulted(&self) -> BTreeSet<Consulted> {
        std::mem::take(&mut entered(&self.consulted))
    }
}

#[derive(Debug)]
struct Run {
    look: Arc<Look>,
    trace: Mutex<Trace>,
    course: Mutex<Course>,
}

/// A helper that panicked in mid-note made its run a fault, and what was noted still stands.
fn entered<T>(notes: &Mutex<T>) -> MutexGuard<'_, T> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a native function gives back where a script may have called it wrongly.
pub(super) type Answer<T> = Result<T, Box<EvalAltResult>>;

impl Item {
    pub(super) fn new(look: &Arc<Look>) -> Self {
        Self(Arc::new(Run {
            look: look.clone(),
            trace: Mutex::default(),
            course: Mutex::default(),
        }))
    }

    pub(super) fn look(&self) -> &Look {
        &self.0.look
    }

    pub(super) fn sheet(&self) -> &Sheet {
        self.0.look.sheet()
    }

    pub(super) fn reference(&self) -> &Reference {
        self.0.look.reference()
    }

    pub(super) fn brand_names(&self) -> &BrandNames {
        &self.0.look.library.brand_names
    }

    /// Every native function whose answer depends on the listing or on the facts says here what was asked, before it answers:
    /// the course of a run is known by it.
    pub(super) fn asked(&self, question: Question) {
        entered(&self.0.course).note(self.look(), question);
    }

    /// Writes down what the rule looked at.
    pub(super) fn trace(&self, write: impl FnOnce(&mut Trace)) {
        write(&mut entered(&self.0.trace));
    }

    pub(super) fn note(&self, note: Note) {
        self.trace(|trace| trace.note(note));
    }

    pub(super) fn say(&self, proof: Proof) {
        self.note(Note::Said(proof));
    }

    /// Takes the notes out when the run is over.
    pub(super) fn finish(&self) -> (Trace, Course) {
        let trace = std::mem::take(&mut *entered(&self.0.trace));
        (trace, std::mem::take(&mut *entered(&self.0.course)))
    }

    /// A field's value, which the rule has now read.
    fn read(&self, field: usize) -> Dynamic {
        self.asked(Question::Field(field));
        self.note(Note::Read(field));
        self.sheet().value(field).cloned().unwrap_or_default()
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
