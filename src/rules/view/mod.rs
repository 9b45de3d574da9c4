//! The listing as scripts see it. Only this folder knows that form; `model::Listing` may change behind it.

pub(super) mod facts;
pub(super) mod fields;
pub(super) mod sample;
pub(super) mod values;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rhai::{Dynamic, EvalAltResult, Position};

use super::{
    host::Host,
    lookalike::BrandNames,
    native::{self, reference::Recall},
    prepared::Sheet,
    rest::{self, Asked, Rest},
    terms::Map,
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
    /// Stands for all brands.
    pub(super) brands: u64,
    /// Stands for the catalogue's entries for a class.
    pub(super) goods: Map<String, u64>,
}

impl Library {
    pub(super) fn new(reference: Arc<Reference>) -> Arc<Self> {
        Arc::new(Self {
            brand_names: BrandNames::of(&reference),
            brands: rest::brands(&reference),
            goods: rest::kinds(&reference),
            reference,
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
    rests: Mutex<Vec<Rest>>,
}

impl Look {
    pub(super) fn new(sheet: &Arc<Sheet>, facts: &Arc<Facts>, library: &Arc<Library>) -> Arc<Self> {
        Arc::new(Self {
            sheet: sheet.clone(),
            facts: facts.clone(),
            library: library.clone(),
            recalls: OnceLock::new(),
            day: OnceLock::new(),
            rests: Mutex::default(),
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
    pub(super) fn goods(&self, class: &str) -> Option<&Arc<Kind>> {
        match self.day() {
            Some(day) => self.reference().kind_on(class, day),
            None => self.reference().kind(class),
        }
    }

    pub(super) fn library(&self) -> &Library {
        &self.library
    }

    /// What was asked for before.
    pub(super) fn rest(&self, is: impl Fn(&Rest) -> bool) -> Option<Rest> {
        entered(&self.rests).iter().copied().find(is)
    }

    pub(super) fn note_rest(&self, rest: Rest) {
        let mut rests = entered(&self.rests);
        if !rests.contains(&rest) {
            rests.push(rest);
        }
    }

    /// Takes out what was asked for, sorted.
    pub(super) fn rests(&self) -> Vec<Rest> {
        let mut rests = std::mem::take(&mut *entered(&self.rests));
        rests.sort_unstable();
        rests
    }
}

#[derive(Debug)]
struct Run {
    look: Arc<Look>,
    /// None while nobody wants to know what the rule looks at.
    trace: Option<Mutex<Trace>>,
}

/// A helper that panicked in mid-note made its run a fault, and what was noted still stands.
fn entered<T>(notes: &Mutex<T>) -> MutexGuard<'_, T> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a native function gives back where a script may have called it wrongly.
pub(super) type Answer<T> = Result<T, Box<EvalAltResult>>;

impl Item {
    /// For a run, or several, of which nobody wants to know what they look at: most pass, and notes take longer than looking.
    pub(super) fn quiet(look: &Arc<Look>) -> Self {
        let (look, trace) = (look.clone(), None);
        Self(Arc::new(Run { look, trace }))
    }

    /// For one run whose looking is noted.
    pub(super) fn noting(look: &Arc<Look>) -> Self {
        let (look, trace) = (look.clone(), Some(Mutex::default()));
        Self(Arc::new(Run { look, trace }))
    }

    pub(super) fn look(&self) -> &Arc<Look> {
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

    /// Every native function whose answer depends on more than the version of the listing and the term lists says here what
    /// it asks: when the answer is another one, the listing is judged again.
    pub(super) fn asked(&self, asked: Asked<'_>) -> Rest {
        self.look().asked(asked)
    }

    /// [`Self::asked`] for what the store knows: it becomes part of the flag's `facts_hash`.
    pub(super) fn asked_store(&self, asked: Asked<'_>) {
        let fact = self.asked(asked);
        self.trace(|trace| trace.fact(fact));
    }

    /// Whether anybody wants to know what the rule looks at.
    pub(super) fn notes(&self) -> bool {
        self.0.trace.is_some()
    }

    /// Writes down what the rule looked at, where somebody wants to know.
    pub(super) fn trace(&self, write: impl FnOnce(&mut Trace)) {
        if let Some(trace) = &self.0.trace {
            write(&mut entered(trace));
        }
    }

    pub(super) fn note(&self, note: Note) {
        self.trace(|trace| trace.note(note));
    }

    pub(super) fn say(&self, proof: impl FnOnce() -> Proof) {
        self.trace(|trace| trace.note(Note::Said(proof())));
    }

    /// Takes the notes out when the run is over.
    pub(super) fn finish(&self) -> Trace {
        let trace = self.0.trace.as_ref();
        trace.map_or_else(Trace::default, |trace| std::mem::take(&mut *entered(trace)))
    }

    /// A field's value, which the rule has now read.
    fn read(&self, field: usize) -> Dynamic {
        if FIELDS
            .get(field)
            .is_some_and(|field| field.name == fields::DAY)
        {
            self.asked(Asked::Day);
        }
        self.note(Note::Read(field));
        self.sheet().value(field).cloned().unwrap_or_default()
    }
}

/// The number of a field in the table.
pub(super) fn field(name: &str) -> Option<usize> {
    FIELDS.iter().position(|field| field.name == name)
}

/// `p`: the parameters of a rule, which its script cannot change.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(pub(super) Arc<rhai::Map>);

impl Params {
    fn get(&mut self, name: &str) -> Answer<Dynamic> {
        let value = self.0.get(name).cloned();
        value.ok_or_else(|| {
            let message = format!("`params` has no number `{name}`");
            EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into()
        })
    }
}

/// Registers `item`, `item.seller` and their fields, and `p`.
pub(super) fn register(host: &mut Host) {
    host.register_type_with_name::<Params>("Params");
    host.engine.register_indexer_get(Params::get);
    host.register_type_with_name::<Item>("Listing");
    host.register_type_with_name::<SellerOf>("Seller");
    host.register_get("seller", |item: &mut Item| SellerOf(item.clone()));
    for (number, field) in FIELDS.iter().enumerate() {
        match field.name.strip_prefix("seller.") {
            Some(name) => {
                host.register_get(name, move |seller: &mut SellerOf| seller.0.read(number))
            }
            None => host.register_get(field.name, move |item: &mut Item| item.read(number)),
        };
    }
}
