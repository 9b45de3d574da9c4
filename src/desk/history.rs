//! The life of a listing in one line of JSON per event: its versions, with what changed, and the turns of its status.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::answer::document;
use crate::model::{Listing, ListingId, ListingStatus, Time};

/// Fields whose parts change one by one.
const PARTED: [&str; 3] = ["attributes", "paths", "seller"];

/// Versions and turns in the order of time. A version is the whole document with `at`, when it was read, and `changed`: what
/// differs from the version before, `{field: [old, new]}`, parts of a field as `seller.name`; and, where no visit gave it,
/// `reread`, when the capture was read again. A turn is `{id, status, at}`.
pub(super) fn lines(
    id: &ListingId,
    versions: &[(Listing, Option<Time>)],
    turns: &[(ListingStatus, Time)],
) -> Vec<Value> {
    let mut lines: Vec<(Option<Time>, Value)> = Vec::new();
    let mut before: Option<Value> = None;
    for (version, reread) in versions {
        let content = document(&version.content());
        let changed = before
            .as_ref()
            .map_or_else(Map::new, |before| changed(before, &content));
        before = Some(content);
        let captured = version.capture.as_ref().map(|capture| capture.fetched_at);
        let at = captured.or(version.last_seen);
        let mut line = document(version);
        line["at"] = json!(at);
        line["changed"] = Value::Object(changed);
        if let Some(reread) = reread {
            line["reread"] = json!(reread);
        }
        lines.push((at, line));
    }
    for (status, at) in turns {
        let line = json!({ "id": id, "status": status, "at": at });
        lines.push((Some(*at), line));
    }
    // Stable: what was read comes before what was concluded from it.
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn changed(old: &Value, new: &Value) -> Map<String, Value> {
    let mut changed = Map::new();
    for field in keys(old, new) {
        let (old, new) = (&old[field], &new[field]);
        if PARTED.contains(&field) {
            for part in keys(old, new) {
                note(
                    &mut changed,
                    format!("{field}.{part}"),
                    &old[part],
                    &new[part],
                );
            }
        } else {
            note(&mut changed, field.to_owned(), old, new);
        }
    }
    changed
}

fn note(changed: &mut Map<String, Value>, field: String, old: &Value, new: &Value) {
    if old != new {
        changed.insert(field, json!([old, new]));
    }
}

fn keys<'a>(old: &'a Value, new: &'a Value) -> BTreeSet<&'a str> {
    let both = [old, new].into_iter().filter_map(Value::as_object);
    both.flat_map(|fields| fields.keys().map(String::as_str))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Money, Seller};

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap()
    }

    fn version(number: u64, price: &str, seller: &str, second: i64) -> Listing {
        Listing {
            id: "shop:1".into(),
            title: Some("Kettle".to_owned()),
            price: Some(Money {
                amount: price.parse().unwrap(),
                currency: Some("EUR".to_owned()),
            }),
            seller: Seller {
                name: Some(seller.to_owned()),
                location: Some("here".to_owned()),
                ..Seller::default()
            },
            attributes: [("Power".to_owned(), price.to_owned())].into(),
            last_seen: Some(at(second)),
            version: number,
            ..Listing::default()
        }
    }

    #[test]
    fn versions_and_turns_stand_in_the_order_of_time_with_what_changed() {
        let reread = Some(at(400));
        let versions = [
            (version(1, "20.00", "A", 100), None),
            (version(2, "19.00", "B", 300), reread),
        ];
        let turns = [
            (ListingStatus::Gone, at(200)),
            (ListingStatus::Active, at(300)),
        ];
        let lines = lines(&"shop:1".into(), &versions, &turns);
        let short: Vec<_> = lines
            .iter()
            .map(|line| {
                (
                    line["at"].as_str().unwrap(),
                    line["status"].as_str(),
                    line["version"].as_u64(),
                )
            })
            .collect();
        assert_eq!(
            short,
            [
                ("1970-01-01T00:01:40Z", Some("active"), Some(1)),
                ("1970-01-01T00:03:20Z", Some("gone"), None),
                ("1970-01-01T00:05:00Z", Some("active"), Some(2)),
                ("1970-01-01T00:05:00Z", Some("active"), None),
            ]
        );
        assert_eq!(lines[0]["changed"], json!({}));
        assert_eq!(
            lines[2]["changed"],
            json!({
                "price": [{"amount": "20.00", "currency": "EUR"}, {"amount": "19.00", "currency": "EUR"}],
                "seller.name": ["A", "B"],
                "attributes.Power": ["20.00", "19.00"],
            })
        );
        let whole: Listing = serde_json::from_value(lines[2].clone()).unwrap();
        assert_eq!(whole, versions[1].0, "the document of the version, whole");
        assert_eq!(
            (&lines[0]["reread"], &lines[2]["reread"]),
            (&Value::Null, &json!("1970-01-01T00:06:40Z"))
        );
    }
}
