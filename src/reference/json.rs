//! JSON of publishers: the records of a file one by one, so that a broken one stops no other, and forgiving look-ups.

use serde_json::Value;

use super::words::unmarked;

/// The records of a file with the line on which each begins: the entries of its array, however deep that lies.
pub(super) fn records(text: &str) -> Result<Vec<(usize, &str)>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let begin = text.trim_start();
    let shown: String = begin.chars().take(120).collect();
    if begin.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if begin.starts_with('<') {
        return Err(format!(
            "the file is a page or XML, not JSON; it begins with {shown}"
        ));
    }
    let Some(array) = array(text) else {
        return Err(match serde_json::from_str::<Value>(text) {
            Ok(_) => format!("there are no recalls in the file; the publisher answered {shown}"),
            Err(error) => format!("the file is no JSON: {error}"),
        });
    };
    Ok(entries(text, array))
}

/// Where the first array of objects (or an empty one) begins.
fn array(text: &str) -> Option<usize> {
    let mut inside = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            '[' if !inside && text[at + 1..].trim_start().starts_with(['{', ']']) => {
                return Some(at);
            }
            _ => {}
        }
    }
    None
}

/// Cuts an array into its entries by counting brackets outside of strings; a torn end gives a torn last entry.
fn entries(text: &str, array: usize) -> Vec<(usize, &str)> {
    let mut cut = Cut {
        text,
        line: 1,
        counted: 0,
        entries: Vec::new(),
    };
    let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
    let mut from = array + 1;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at <= array) {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ if inside => {}
            '{' | '[' => depth += 1,
            ',' if depth == 0 => {
                cut.push(from, at);
                from = at + 1;
            }
            ']' if depth == 0 => {
                cut.push(from, at);
                return cut.entries;
            }
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    cut.push(from, text.len());
    cut.entries
}

/// Entries so far, and how far lines were counted.
struct Cut<'t> {
    text: &'t str,
    line: usize,
    counted: usize,
    entries: Vec<(usize, &'t str)>,
}

impl Cut<'_> {
    fn push(&mut self, from: usize, to: usize) {
        let entry = &self.text[from..to];
        let begin = to - entry.trim_start().len();
        if begin < to {
            self.line += self.text[self.counted..begin].matches('\n').count();
            self.counted = begin;
            self.entries
                .push((self.line, self.text[begin..to].trim_end()));
        }
    }
}

/// The value under a key, whatever its case and underscores.
fn get<'v>(record: &'v Value, key: &str) -> Option<&'v Value> {
    let same = |name: &str| {
        let letters = name
            .bytes()
            .filter(|b| *b != b'_')
            .map(|b| b.to_ascii_lowercase());
        letters.eq(key.bytes())
    };
    record
        .as_object()?
        .iter()
        .find(|(name, _)| same(name))
        .map(|(_, value)| value)
}

/// The entries of a list under a key.
pub(super) fn list<'v>(record: &'v Value, key: &str) -> &'v [Value] {
    get(record, key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts under a key: a text or number, a list of them, or a list of objects with a name each. Empty ones are left out, ™ and its like too.
pub(super) fn texts(record: &Value, key: &str) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(_) => ["name", "upc", "option"]
            .iter()
            .find_map(|key| get(value, key)?.as_str().map(str::to_owned)),
        _ => None,
    };
    let found = match get(record, key) {
        Some(Value::Array(values)) => values.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect::<Vec<_>>(),
        None => Vec::new(),
    };
    found
        .into_iter()
        .map(|text| unmarked(&text).trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut_with_their_lines_whatever_strings_hold() {
        let text = "{\"a\": [1], \"recalls\":\n[{\"t\":\"],{\\\"\"},\n\n {\"u\":[{}]}, {\"torn";
        let cut = records(text).unwrap();
        assert_eq!(
            cut,
            [
                (2, "{\"t\":\"],{\\\"\"}"),
                (4, "{\"u\":[{}]}"),
                (4, "{\"torn")
            ]
        );
        assert_eq!(records("{\"results\": []}"), Ok(Vec::new()));
    }

    #[test]
    fn texts_are_found_in_every_shape() {
        let record: Value = serde_json::from_str(r#"{"Hazards":[{"Name":"a"},{"Name":""}],"recall_number":14014,"upcs":null,"makers":["b"]}"#).unwrap();
        assert_eq!(texts(&record, "hazards"), ["a"]);
        assert_eq!(texts(&record, "recallnumber"), ["14014"]);
        assert_eq!(texts(&record, "makers"), ["b"]);
        assert!(texts(&record, "upcs").is_empty());
    }
}
