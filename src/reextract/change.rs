//! What differs between two readings of one page, field by field, counted over all listings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{Listing, ListingId};

/// Examples kept of each field.
const EXAMPLES: usize = 3;
/// Characters of a text in an example.
const LONGEST: usize = 120;
/// Fields whose parts are counted one by one.
const PARTED: &str = "seller";
/// Where values came from is no value.
const PATHS: &str = "paths";

/// How a field changed over all listings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Listings that have it now and had none.
    pub gained: u64,
    /// Listings that had it and have none now.
    pub lost: u64,
    /// Listings that have another value now.
    pub changed: u64,
    /// A few of them, in the order of the archive.
    pub examples: Vec<Example>,
}

/// One listing's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Which listing.
    pub listing: ListingId,
    /// What was read before; of a list or table only what differs, of a long text the beginning.
    pub old: Value,
    /// What is read now.
    pub new: Value,
}

/// Adds what differs between two readings of a listing; says whether any value does. Else only where values were found.
pub(super) fn count(
    fields: &mut BTreeMap<String, FieldChange>,
    before: &Listing,
    after: &Listing,
) -> bool {
    let (old, new) = (document(before), document(after));
    let mut differs = false;
    for field in keys(&old, &new) {
        if field == PATHS {
            continue;
        }
        let (old, new) = (old.get(field), new.get(field));
        if field == PARTED {
            let empty = Map::new();
            let part = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
            let (old, new) = (part(old), part(new));
            let (old, new) = (
                old.as_ref().unwrap_or(&empty),
                new.as_ref().unwrap_or(&empty),
            );
            for part in keys(old, new) {
                let name = format!("{field}.{part}");
                differs |= note(fields, name, &before.id, (old.get(part), new.get(part)));
            }
        } else {
            differs |= note(fields, field.to_owned(), &before.id, (old, new));
        }
    }
    differs
}

fn note(
    fields: &mut BTreeMap<String, FieldChange>,
    field: String,
    listing: &ListingId,
    (old, new): (Option<&Value>, Option<&Value>),
) -> bool {
    let (old, new) = (old.unwrap_or(&Value::Null), new.unwrap_or(&Value::Null));
    if old == new {
        return false;
    }
    let change = fields.entry(field).or_default();
    match (is_there(old), is_there(new)) {
        (false, _) => change.gained += 1,
        (true, false) => change.lost += 1,
        (true, true) => change.changed += 1,
    }
    if change.examples.len() < EXAMPLES {
        change.examples.push(Example {
            listing: listing.clone(),
            old: shortened(old, new),
            new: shortened(new, old),
        });
    }
    true
}

fn document(listing: &Listing) -> Map<String, Value> {
    // Our own type, with string keys throughout: it always has a JSON form.
    match serde_json::to_value(listing.content()) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn keys<'a>(old: &'a Map<String, Value>, new: &'a Map<String, Value>) -> BTreeSet<&'a str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(parts) => !parts.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// A value as an example shows it: of a list or a table only what `other` has not.
fn shortened(value: &Value, other: &Value) -> Value {
    match (value, other) {
        (Value::String(text), _) if text.chars().count() > LONGEST => {
            let beginning: String = text.chars().take(LONGEST).collect();
            Value::String(format!("{beginning}…"))
        }
        (Value::Array(items), other) => {
            let others = other.as_array();
            let own = items
                .iter()
                .filter(|item| others.is_none_or(|others| !others.contains(item)));
            own.map(|item| shortened(item, &Value::Null)).collect()
        }
        (Value::Object(parts), Value::Object(others)) if !is_money(parts) => {
            let own = parts
                .iter()
                .filter(|(name, part)| others.get(name.as_str()) != Some(part));
            own.map(|(name, part)| (name.clone(), shortened(part, &Value::Null)))
                .collect()
        }
        (value, _) => value.clone(),
    }
}

/// An amount says little without its currency.
fn is_money(parts: &Map<String, Value>) -> bool {
    parts.contains_key("amount") && parts.contains_key("currency")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Money, Seller};

    fn listing(price: Option<&str>, seller: Option<&str>, table: &[(&str, &str)]) -> Listing {
        let table = table
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Listing {
            id: "shop:1".into(),
            price: price.map(|amount| Money {
                amount: amount.parse().unwrap(),
                currency: None,
            }),
            seller: Seller {
                name: seller.map(str::to_owned),
                ..Seller::default()
            },
            attributes: table.collect(),
            ..Listing::default()
        }
    }

    #[test]
    fn each_field_counts_what_was_gained_lost_and_changed() {
        let mut fields = BTreeMap::new();
        let full = listing(Some("2"), Some("A"), &[("Power", "1 W"), ("Colour", "red")]);
        let other = listing(Some("3"), None, &[("Power", "2 W"), ("Colour", "red")]);
        let bare = listing(None, None, &[]);
        assert!(count(&mut fields, &bare, &full));
        assert!(count(&mut fields, &full, &other));
        assert!(count(&mut fields, &other, &bare));
        let told: Vec<_> = fields
            .iter()
            .map(|(name, f)| (name.as_str(), f.gained, f.lost, f.changed))
            .collect();
        let expected = [
            ("attributes", 1, 1, 1),
            ("price", 1, 1, 1),
            ("seller.name", 1, 1, 0),
        ];
        assert_eq!(told, expected);
        let example = &fields["attributes"].examples[1];
        assert_eq!(
            (&example.old, &example.new),
            (&json!({ "Power": "1 W" }), &json!({ "Power": "2 W" }))
        );
        assert_eq!(example.listing.as_str(), "shop:1");
        let money = json!({ "amount": "3", "currency": null });
        assert_eq!(fields["price"].examples[1].new, money);
    }

    #[test]
    fn where_a_value_was_found_is_no_value_and_examples_stay_few_and_short() {
        let mut fields = BTreeMap::new();
        let mut before = listing(Some("2"), None, &[]);
        let mut after = before.clone();
        after.paths.insert("price".to_owned(), "/x".to_owned());
        assert!(!count(&mut fields, &before, &after));
        assert!(fields.is_empty());
        before.description = Some("x".repeat(5_000));
        for _ in 0..10 {
            count(&mut fields, &before, &after);
        }
        let lost = &fields["description"];
        assert_eq!((lost.lost, lost.examples.len()), (10, EXAMPLES));
        let shown = lost.examples[0].old.as_str().unwrap();
        assert_eq!(shown.chars().count(), LONGEST + 1);
    }
}
