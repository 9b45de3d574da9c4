//! `extract --explain`: every value offered for each field with its points, and why one won.

use serde_json::json;

use super::super::{Failure, listings::pretty, printer::Printer};
use crate::extract::{Candidate, Reading};

/// Columns of a value, an attribute's name and a path that are shown, so that a table is no wider than 100. All of them
/// stand in `--json`.
const VALUE: usize = 26;
const NAME: usize = 28;
const PATH: usize = 20;

pub(super) fn show(reading: &Reading, printer: Printer) -> Result<(), Failure> {
    let blocks = reading.listing.observed.iter();
    let observed: Vec<&str> = blocks.map(|block| block.as_str()).collect();
    let kind = reading.kind.as_str();
    let listing = serde_json::to_value(&reading.listing).map_err(Failure::new)?;
    if printer.json {
        return printer.document(&json!({
            "listing": listing,
            "kind": kind,
            "observed": observed,
            "choices": reading.choices,
            "candidates": reading.candidates,
            "gaps": reading.gaps,
        }));
    }
    printer.line(&pretty(&listing))?;
    tables(reading, printer)?;
    for choice in &reading.choices {
        let told = format!("{}: {}", choice.field, choice.why);
        printer.line(&crate::text::harmless::line(&told))?;
    }
    printer.line(&format!("kind: {kind}"))?;
    printer.line(&format!("observed: {}", observed.join(", ")))?;
    super::gaps(reading, printer);
    Ok(())
}

/// Fields of which one value wins, best first; then the attributes, of which each name has its own.
fn tables(reading: &Reading, printer: Printer) -> Result<(), Failure> {
    let (mut contested, mut attributes) = (Vec::new(), Vec::new());
    for candidate in &reading.candidates {
        match candidate.field.strip_prefix("attributes.") {
            Some(name) => attributes.push((name, candidate)),
            None => contested.push(candidate),
        }
    }
    contested.sort_by_key(|c| (&c.field, !c.chosen, std::cmp::Reverse(c.points)));
    attributes.sort_by_key(|(name, candidate)| (*name, !candidate.chosen));
    let rows = contested.into_iter().map(|c| {
        let points = match (c.points, &c.note) {
            (Some(points), _) => points.to_string(),
            (None, Some(note)) if note.starts_with("the same") => "again".to_owned(),
            (None, _) => "nothing".to_owned(),
        };
        let mut row = row(c, &c.field);
        row.insert(2, points);
        row
    });
    let head = ["field", "value", "points", "reader", "where"];
    printer.table(&head, rows.collect())?;
    if attributes.is_empty() {
        return Ok(());
    }
    let rows = attributes
        .into_iter()
        .map(|(name, c)| row(c, &start(name, NAME)));
    printer.table(&["attribute", "value", "reader", "where"], rows.collect())
}

/// A candidate under its name; what went into the listing is marked.
fn row(candidate: &Candidate, name: &str) -> Vec<String> {
    let mark = if candidate.chosen { "✓" } else { " " };
    vec![
        format!("{mark} {name}"),
        start(&candidate.value, VALUE),
        candidate.reader.clone(),
        end(&candidate.path, PATH),
    ]
}

/// Columns that a character takes in a terminal, near enough to cut a cell.
fn columns(c: char) -> usize {
    if c < '\u{1100}' { 1 } else { 2 }
}

/// As much of the beginning of a text as fits.
fn start(text: &str, most: usize) -> String {
    if text.chars().map(columns).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut left = most - 1;
    let fits = text.chars().take_while(|c| {
        let fits = columns(*c) <= left;
        left = left.saturating_sub(columns(*c));
        fits
    });
    fits.chain(['…']).collect()
}

/// As much of the end of a path as fits: it tells more than its beginning.
fn end(path: &str, most: usize) -> String {
    let back: String = path.chars().rev().collect();
    start(&back, most).chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_by_the_columns_that_they_take() {
        assert_eq!(start("abcdef", 6), "abcdef");
        assert_eq!(start("abcdefg", 6), "abcde…");
        assert_eq!(start("电水壶电水壶", 6), "电水…");
        assert_eq!(end("div#main > b", 8), "…ain > b");
    }
}
