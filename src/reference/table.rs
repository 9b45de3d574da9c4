//! Lists in TOML: keys at the head say where the list comes from, then a table for each row.

use std::ops::Range;

use serde::{Serialize, de::DeserializeOwned};
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

use super::{list::Complaint, list::Row};
use crate::text::snippet;

/// Reads the head and the rows under `[[array]]`. What cannot be read is a complaint; the rest is given.
pub(super) fn read<H, R>(
    text: &str,
    array: Option<&str>,
    complaints: &mut Vec<Complaint>,
) -> Option<(H, Vec<Row<R>>)>
where
    H: DeserializeOwned,
    R: DeserializeOwned + Serialize,
{
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        complaints.push((line(text, at), error.message().trim().to_owned()));
    }
    if !errors.is_empty() {
        return None;
    }
    let (mut head, mut rows) = (DeTable::new(), Vec::new());
    for (key, value) in root.get_ref() {
        if Some(key.get_ref().as_ref()) == array {
            rows = entries(text, value, complaints);
        } else {
            head.insert(key.clone(), value.clone());
        }
    }
    let head = Spanned::new(0..0, DeValue::Table(head));
    let head = whole(text, head, array, complaints)?;
    Some((head, rows))
}

fn entries<R: DeserializeOwned + Serialize>(
    text: &str,
    value: &Spanned<DeValue<'_>>,
    complaints: &mut Vec<Complaint>,
) -> Vec<Row<R>> {
    let DeValue::Array(entries) = value.get_ref() else {
        complaints.push((
            line(text, value.span().start),
            "begin each row with a table in [[double]] brackets".to_owned(),
        ));
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|entry| {
            let at = line(text, entry.span().start);
            whole::<R>(text, entry.clone(), None, complaints).map(|value| Row::new(at, value))
        })
        .collect()
}

/// Reads a table; a key that it does not have is complained of and left out, anything else refuses the table.
fn whole<T: DeserializeOwned>(
    text: &str,
    mut value: Spanned<DeValue<'_>>,
    array: Option<&str>,
    complaints: &mut Vec<Complaint>,
) -> Option<T> {
    loop {
        let error = match T::deserialize(ValueDeserializer::from(value.clone())) {
            Ok(read) => return Some(read),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_else(|| value.span());
        let at = line(text, span.start);
        let message = error.message().trim();
        let Some((key, known)) = unknown_key(message) else {
            complaints.push((at, message.to_owned()));
            return None;
        };
        let known = known.into_iter().chain(array);
        let meant = snippet::nearest(&key, known.clone());
        complaints.push((
            at,
            match meant {
                Some(near) => format!("there is no key `{key}` here; did you mean `{near}`?"),
                None => format!(
                    "there is no key `{key}` here; use one of {}",
                    known.collect::<Vec<_>>().join(", ")
                ),
            },
        ));
        if !remove(&mut value, &key, &span) {
            return None;
        }
    }
}

/// serde's message about an unknown field, taken apart into the key and the keys that there are.
fn unknown_key(message: &str) -> Option<(String, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field ")?;
    let (key, known) = rest.split_once(',')?;
    let known = known.split('`').skip(1).step_by(2).collect();
    Some((key.trim_matches('`').to_owned(), known))
}

/// Takes the key out, at the place that the error named or anywhere below; whether it was there.
fn remove(value: &mut Spanned<DeValue<'_>>, key: &str, at: &Range<usize>) -> bool {
    match value.get_mut() {
        DeValue::Table(table) => {
            let found = table
                .keys()
                .find(|k| k.get_ref() == key && k.span().start == at.start)
                .or_else(|| table.keys().find(|k| k.get_ref() == key))
                .cloned();
            match found {
                Some(found) => table.remove(&found).is_some(),
                None => table.iter_mut().any(|(_, inner)| remove(inner, key, at)),
            }
        }
        DeValue::Array(array) => array.iter_mut().any(|inner| remove(inner, key, at)),
        _ => false,
    }
}

fn line(text: &str, at: usize) -> usize {
    snippet::position(text, at).0
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Head {
        source: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Goods {
        id: String,
        #[serde(default)]
        words: Vec<String>,
    }

    #[test]
    fn a_bad_row_is_named_and_the_rest_is_used() {
        let text = "source = \"x\"\n[[goods]]\nid = \"a\"\nword = [\"b\"]\n[[goods]]\nid = 7\n[[goods]]\nid = \"c\"\n";
        let mut complaints = Vec::new();
        let (head, rows) = read::<Head, Goods>(text, Some("goods"), &mut complaints).unwrap();
        assert_eq!(head.source, "x");
        let ids: Vec<_> = rows.iter().map(|row| row.value.id.as_str()).collect();
        assert_eq!(ids, ["a", "c"]);
        assert_eq!(
            complaints[0],
            (
                4,
                "there is no key `word` here; did you mean `words`?".to_owned()
            )
        );
        assert_eq!(complaints[1].0, 6, "{complaints:?}");
        assert_eq!(complaints.len(), 2);
    }

    #[test]
    fn a_file_that_is_no_toml_names_its_line() {
        let mut complaints = Vec::new();
        assert!(
            read::<Head, Goods>("source = \"x\"\nwhat is this\n", None, &mut complaints).is_none()
        );
        assert_eq!(complaints[0].0, 2);
    }
}
