//! What rules can call. One file per family; each family's table is its documentation and its test.

pub(super) mod bounds;
pub(super) mod brands;
pub(super) mod codes;
mod counting;
pub(super) mod history;
pub(super) mod mentions;
mod money;
pub(super) mod numbers;
pub(super) mod outcome;
pub(super) mod reference;
mod standards;
mod text;
mod units;

use rhai::{Dynamic, EvalAltResult, ImmutableString, NativeCallContext, Position};

use super::{
    host::Host,
    view::{Answer, Item},
};

/// One function as the manual shows it.
pub(super) struct Doc {
    pub name: &'static str,
    /// As an author reads it; `?` behind a kind means that `()` may stand there.
    pub signature: &'static str,
    /// One line.
    pub doc: &'static str,
    /// An expression that is true for the sample listing of the tests.
    pub example: &'static str,
}

/// A kind of value that functions give, beside a listing: its name and the fields it has.
pub(super) struct Kind {
    pub name: &'static str,
    pub fields: &'static [&'static str],
    /// Those of the fields where `()` may stand.
    pub maybe: &'static [&'static str],
}

/// One file of this folder.
pub(super) struct Family {
    pub name: &'static str,
    pub docs: &'static [Doc],
    pub kinds: &'static [Kind],
    pub register: fn(&mut Host),
}

/// Everything a rule can call beside the language itself.
pub(super) const FAMILIES: &[Family] = &[
    outcome::FAMILY,
    mentions::FAMILY,
    counting::FAMILY,
    text::FAMILY,
    codes::FAMILY,
    numbers::FAMILY,
    units::FAMILY,
    money::FAMILY,
    reference::FAMILY,
    standards::FAMILY,
    brands::FAMILY,
    history::FAMILY,
];

/// Registers every family.
pub(super) fn register(engine: &mut Host) {
    for family in FAMILIES {
        (family.register)(engine);
    }
}

/// The listing that the rule is looking at.
fn item_of(context: &NativeCallContext) -> Answer<Item> {
    context
        .tag()
        .and_then(|tag| tag.read_lock::<Item>().map(|item| item.clone()))
        .ok_or_else(|| wrong("no listing is being looked at".to_owned()))
}

/// The words of a `text?` value: none for `()`.
fn words(value: &Dynamic, what: &str) -> Answer<Option<ImmutableString>> {
    if value.is_unit() {
        return Ok(None);
    }
    match value.read_lock::<ImmutableString>() {
        Some(text) => Ok(Some(text.clone())),
        None => Err(wrong(format!(
            "{what} is a text or (), not {}",
            value.type_name()
        ))),
    }
}

/// A script called a function wrongly: the rule fails on this listing, the others go on.
fn wrong(message: String) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into()
}

/// `()` where there is nothing.
fn maybe(value: Option<impl Into<Dynamic>>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Into::into)
}
