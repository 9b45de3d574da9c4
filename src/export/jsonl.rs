//! JSON Lines: a document per line, exactly as `--json` shows it, or an object of the chosen columns.
//! What is not seen (zero-width, direction, control characters, U+2028 and U+2029) is written as `\uXXXX`: the same text, in plain sight.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use serde_json::{Map, Number, Value};

use super::{Format, Layout, Row, columns::Cell, hidden::is_hidden};

#[derive(Debug)]
pub(super) struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn write(
        &self,
        layout: &Layout,
        rows: &mut dyn Iterator<Item = Row>,
        out: &mut dyn Write,
    ) -> io::Result<u64> {
        let mut count = 0;
        for row in rows {
            let line = match &row {
                row if layout.chosen => serde_json::to_string(&chosen(layout, row)),
                Row::Flag(flag, _) => serde_json::to_string(flag),
                Row::Listing(listing) => serde_json::to_string(listing),
            };
            out.write_all(in_sight(&line?).as_bytes())?;
            out.write_all(b"\n")?;
            count += 1;
        }
        Ok(count)
    }
}

fn chosen(layout: &Layout, row: &Row) -> Map<String, Value> {
    let value = |cell| match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => Value::String(text),
        // Money stays a string here too: a JSON number would be read as a binary fraction.
        Cell::Number(text) => match text.parse::<u64>() {
            Ok(whole) => Value::Number(Number::from(whole)),
            Err(_) => Value::String(text),
        },
    };
    let columns = layout.columns.iter();
    columns
        .map(|column| (column.name.to_owned(), value(column.cell(row))))
        .collect()
}

/// Such characters can only stand inside strings, where the escape means the same.
fn in_sight(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
