//! Functions of the language that could make more of a text or a list than a rule may hold: the same, within the limits.
//!
//! The language measures a value when a function has given it. A text of 120,000 characters, each replaced by as many, is 14 GB
//! by then: these measure before, or while they go along.

use rhai::{Array, Dynamic, Engine, FnPtr, INT, ImmutableString, Map, NativeCallContext};

use super::wrong;
use crate::rules::{
    engine::{ELEMENTS, KEYS, TEXT},
    view::Answer,
};

/// Takes the place of what the language registers under the same names.
pub(in crate::rules) fn register(engine: &mut Engine) {
    engine.register_fn(
        "replace",
        |text: &mut ImmutableString, from: &str, to: &str| replace(text, from, to),
    );
    engine.register_fn(
        "replace",
        |text: &mut ImmutableString, from: &str, to: char| replace(text, from, &to.to_string()),
    );
    engine.register_fn(
        "replace",
        |text: &mut ImmutableString, from: char, to: &str| replace(text, &from.to_string(), to),
    );
    engine.register_fn(
        "replace",
        |text: &mut ImmutableString, from: char, to: char| {
            replace(text, &from.to_string(), &to.to_string())
        },
    );
    engine.register_fn("map", map_list);
    engine.register_fn("zip", zip);
}

fn replace(text: &mut ImmutableString, from: &str, to: &str) -> Answer<()> {
    // The language takes an empty `from` to stand between all characters.
    let times = text.matches(from).count();
    let grown = times.saturating_mul(to.len().saturating_sub(from.len()));
    if text.len().saturating_add(grown) > TEXT {
        return Err(too_large());
    }
    *text = text.replace(from, to).into();
    Ok(())
}

fn map_list(context: NativeCallContext, list: &mut Array, with: FnPtr) -> Answer<Array> {
    let mut made = Array::with_capacity(list.len());
    let mut room = Room::default();
    for (number, item) in list.iter_mut().enumerate() {
        let number = [INT::try_from(number).unwrap_or(INT::MAX).into()];
        let value =
            with.call_raw_with_extra_args("map", &context, Some(item), [], number, Some(0))?;
        room.take(&value)?;
        made.push(value);
    }
    Ok(made)
}

fn zip(context: NativeCallContext, one: &mut Array, other: Array, with: FnPtr) -> Answer<Array> {
    let mut made = Array::with_capacity(one.len().min(other.len()));
    let mut room = Room::default();
    for (number, (a, b)) in one.iter_mut().zip(other).enumerate() {
        let number = [INT::try_from(number).unwrap_or(INT::MAX).into()];
        let value =
            with.call_raw_with_extra_args("zip", &context, Some(a), [b], number, Some(0))?;
        room.take(&value)?;
        made.push(value);
    }
    Ok(made)
}

/// What a value that is being made holds so far.
#[derive(Default)]
struct Room {
    text: usize,
    elements: usize,
    keys: usize,
}

impl Room {
    fn take(&mut self, value: &Dynamic) -> Answer<()> {
        self.elements += 1;
        self.weigh(value);
        if self.text > TEXT || self.elements > ELEMENTS || self.keys > KEYS {
            return Err(too_large());
        }
        Ok(())
    }

    fn weigh(&mut self, value: &Dynamic) {
        if let Some(text) = value.read_lock::<ImmutableString>() {
            self.text += text.len();
        } else if let Some(list) = value.read_lock::<Array>() {
            self.elements += list.len();
            list.iter().for_each(|inner| self.weigh(inner));
        } else if let Some(map) = value.read_lock::<Map>() {
            self.keys += map.len();
            map.values().for_each(|inner| self.weigh(inner));
        }
    }
}

fn too_large() -> Box<rhai::EvalAltResult> {
    wrong("this would be larger than a rule may hold".to_owned())
}
