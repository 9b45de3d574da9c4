//! What the language itself says of values of the kinds that rules hold.

use rhai::{Array, Dynamic, INT, ImmutableString, Map};

use super::{Left, Word, operators};
use crate::rules::engine::{ELEMENTS, TEXT};

/// What a function of the language says; none where it has to say it itself.
pub(super) fn said(word: Word, first: &Dynamic, second: Option<&Dynamic>) -> Option<Dynamic> {
    if let Some(list) = first.read_lock::<Array>() {
        return Some(match word {
            Word::IsEmpty => list.is_empty().into(),
            Word::Len => INT::try_from(list.len()).ok()?.into(),
            Word::Contains => operators::holds(&list, second?)?.into(),
            Word::StartsWith | Word::EndsWith => return None,
        });
    }
    let text = first.read_lock::<ImmutableString>()?;
    match word {
        Word::IsEmpty => return Some(text.is_empty().into()),
        Word::Len => return Some(INT::try_from(text.chars().count()).ok()?.into()),
        _ => {}
    }
    let part = second?.read_lock::<ImmutableString>()?;
    Some(match word {
        Word::StartsWith => text.starts_with(part.as_str()).into(),
        Word::EndsWith => text.ends_with(part.as_str()).into(),
        _ => text.contains(part.as_str()).into(),
    })
}

/// What a map holds under a name.
pub(super) fn key(map: &Dynamic, name: &str) -> Option<Dynamic> {
    map.read_lock::<Map>()?.get(name).cloned()
}

/// An element of a list, from 0.
pub(super) fn at(list: &Dynamic, index: &Dynamic) -> Option<Dynamic> {
    let list = list.read_lock::<Array>()?;
    let index = usize::try_from(index.as_int().ok()?).ok()?;
    list.get(index).cloned()
}

/// The value, where a script may hold one so large.
pub(super) fn held(value: Dynamic) -> Result<Dynamic, Left> {
    let fits = if let Some(text) = value.read_lock::<ImmutableString>() {
        text.len() <= TEXT
    } else if let Some(list) = value.read_lock::<Array>() {
        let length = |one: &Dynamic| match one.read_lock::<ImmutableString>() {
            Some(text) => text.len(),
            // Lists within lists are the language's to measure.
            None if one.is_array() || one.is_map() => TEXT,
            None => 0,
        };
        list.len() <= ELEMENTS && list.iter().map(length).sum::<usize>() <= TEXT
    } else {
        !value.is_map()
    };
    match fits {
        true => Ok(value),
        false => Err(Left::Unready),
    }
}
