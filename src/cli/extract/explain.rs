//! `extract --explain`: every value offered for each field with its points, and why one won.

use serde_json::json;

use super::super::{Failure, listings::pretty, printer::Printer};
use crate::{
    extract::{Candidate, Reading},
    model::PageKind,
};

/// Characters of a cell that are shown.
const WIDEST: usize = 60;

pub(super) fn show(reading: &Reading, printer: Printer) -> Result<(), Failure> {
    let blocks = reading.listing.observed.iter();
    let observed: Vec<&str> = blocks.map(|block| block.as_str()).collect();
    let kind = kind(reading.kind);
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
    let mut candidates: Vec<&Candidate> = reading.candidates.iter().collect();
    candidates.sort_by_key(|c| (&c.field, !c.chosen, std::cmp::Reverse(c.points)));
    printer.table(
        &["field", "value", "points", "reader", "where on the page"],
        candidates.into_iter().map(row).collect(),
    )?;
    for choice in &reading.choices {
        let told = format!("{}: {}", choice.field, choice.why);
        printer.line(&crate::text::harmless::line(&told))?;
    }
    printer.line(&format!("kind: {kind}"))?;
    printer.line(&format!("observed: {}", observed.join(", ")))?;
    super::gaps(reading, printer);
    Ok(())
}

/// A candidate; the winner of its field is marked.
fn row(candidate: &Candidate) -> Vec<String> {
    let mark = if candidate.chosen { "✓ " } else { "  " };
    let points = match (candidate.points, &candidate.note) {
        (Some(points), _) => points.to_string(),
        (None, Some(note)) => note.clone(),
        (None, None) => String::new(),
    };
    vec![
        format!("{mark}{}", candidate.field),
        clipped(&candidate.value),
        points,
        candidate.reader.clone(),
        clipped(&candidate.path),
    ]
}

fn clipped(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(WIDEST).collect();
    match chars.next() {
        Some(_) => format!("{start}…"),
        None => start,
    }
}

fn kind(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Listing => "listing",
        PageKind::Index => "index",
        PageKind::Wall => "wall",
        PageKind::Missing => "missing",
        PageKind::Removed => "removed",
        PageKind::Ruined => "ruined",
    }
}
