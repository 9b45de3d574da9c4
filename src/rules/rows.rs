//! The attribute table as rules look into it: rows by the names that a rule gives, exact or folded.

use std::sync::OnceLock;

use super::prepared::{Passage, Sheet};
use crate::{
    reference::FoldedRow,
    text::{blank::says_nothing, codes, fold::fold},
};

/// The names that a rule gives for one row, the first one preferred.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Names {
    given: Vec<String>,
    folded: Vec<String>,
}

impl Names {
    pub(super) fn new(given: Vec<String>) -> Self {
        let folded = given.iter().map(|name| fold(name)).collect();
        Self { given, folded }
    }

    /// The first of the names.
    pub(super) fn first(&self) -> &str {
        self.given.first().map_or("", String::as_str)
    }
}

/// What is made of a row once for all rules.
#[derive(Debug)]
pub(super) struct Prints {
    /// Its number among the passages.
    passage: usize,
    folded: String,
    /// It holds nothing, or a word for nothing.
    blank: bool,
    /// The scheme of the number that its name asks for; looked up when a rule wants to know.
    asks: OnceLock<Option<&'static str>>,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'s> {
    pub name: &'s str,
    pub value: &'s str,
    pub blank: bool,
}

/// The prints of every row, in the order of the passages.
pub(super) fn prints(passages: &[Passage]) -> Vec<Prints> {
    let rows = passages.iter().enumerate();
    rows.filter_map(|(passage, row)| {
        let name = row.attribute()?;
        Some(Prints {
            passage,
            folded: fold(name),
            blank: says_nothing(&row.original),
            asks: OnceLock::new(),
        })
    })
    .collect()
}

/// The rows of these names: first those that have one of them to the letter, in the order of the names.
pub(super) fn named<'s>(sheet: &'s Sheet, names: &Names) -> Vec<Row<'s>> {
    let alike: Vec<Row<'s>> = sheet
        .prints()
        .iter()
        .filter(|prints| names.folded.contains(&prints.folded))
        .filter_map(|prints| row(sheet, prints))
        .collect();
    if alike.is_empty() {
        return alike;
    }
    let exact = names
        .given
        .iter()
        .flat_map(|name| alike.iter().filter(move |row| row.name == name));
    let others = alike
        .iter()
        .filter(|row| !names.given.iter().any(|name| name == row.name));
    exact.chain(others).copied().collect()
}

/// The rows whose name asks for a number of that scheme.
pub(super) fn asking<'s>(sheet: &'s Sheet, scheme: &str) -> Vec<Row<'s>> {
    let rows = sheet.prints().iter().filter_map(|prints| {
        let row = row(sheet, prints)?;
        let asks = prints.asks.get_or_init(|| codes::asked_for(row.name));
        (*asks == Some(scheme)).then_some(row)
    });
    rows.collect()
}

/// The first of the rows of these names that tells something.
pub(super) fn telling<'s>(sheet: &'s Sheet, names: &Names) -> Option<Row<'s>> {
    named(sheet, names).into_iter().find(|row| !row.blank)
}

/// Whether there are rows, and nothing in any of them.
pub(super) fn all_blank(rows: &[Row<'_>]) -> bool {
    !rows.is_empty() && rows.iter().all(|row| row.blank)
}

/// All rows as notices are looked for in them.
pub(super) fn folded(sheet: &Sheet) -> impl Iterator<Item = FoldedRow<'_>> {
    sheet.prints().iter().filter_map(|prints| {
        let passage = sheet.passages().get(prints.passage)?;
        Some(FoldedRow {
            name: &prints.folded,
            value: &passage.original,
            folded: &passage.folded,
        })
    })
}

fn row<'s>(sheet: &'s Sheet, prints: &Prints) -> Option<Row<'s>> {
    let passage = sheet.passages().get(prints.passage)?;
    Some(Row {
        name: passage.attribute()?,
        value: &passage.original,
        blank: prints.blank,
    })
}
