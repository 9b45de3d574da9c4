//! CSV by RFC 4180, UTF-8 with a byte order mark so that spreadsheets show Chinese.
//!
//! A record may run over several lines: a cell with several values has a line for each, inside quotes. Text is made safe
//! to open in a spreadsheet (OWASP, "CSV injection"): a cell that could be taken for a formula gets an apostrophe before
//! it, and characters that are not seen are written out, as `\u{202e}`. JSON Lines has the text untouched.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use ::csv::{QuoteStyle, Terminator, WriterBuilder};

use super::{Format, Layout, Row, columns::Cell, hidden::is_hidden};

#[derive(Debug)]
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn write(
        &self,
        layout: &Layout,
        rows: &mut dyn Iterator<Item = Row>,
        out: &mut dyn Write,
    ) -> io::Result<u64> {
        out.write_all("\u{feff}".as_bytes())?;
        // Every text is quoted, so that a semicolon does not begin a cell where the list separator is one.
        let mut writer = WriterBuilder::new()
            .quote_style(QuoteStyle::NonNumeric)
            .terminator(Terminator::CRLF)
            .from_writer(out);
        writer.write_record(layout.columns.iter().map(|column| column.name))?;
        let mut count = 0;
        for row in rows {
            writer.write_record(
                layout
                    .columns
                    .iter()
                    .map(|column| written(column.cell(&row))),
            )?;
            count += 1;
        }
        writer.flush()?;
        Ok(count)
    }
}

fn written(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Number(text) => text,
        Cell::Text(text) => safe(&text),
    }
}

/// Text that a spreadsheet takes for text.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    if begins_formula(text) {
        out.push('\'');
    }
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if is_hidden(c) => {
                let _ = write!(out, "{}", c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out
}

/// Spreadsheets trim what stands before a formula, and read full-width signs as the plain ones.
fn begins_formula(text: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || is_hidden(c);
    let sign = text.trim_start_matches(blank).chars().next();
    let tab_or_break = text.starts_with(['\t', '\r', '\n']);
    tab_or_break || sign.is_some_and(|sign| "=+-@＝＋－＠".contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_formula_is_made_text() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\nx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "\u{200b}=1",
        ] {
            assert!(safe(text).starts_with('\''), "{text:?}");
        }
        for text in ["a=1", "1-2", "it's", "高仿", ""] {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn what_is_not_seen_is_written_out() {
        assert_eq!(
            safe("a\u{202e}b\rc\u{0}高\u{200b}仿"),
            "a\\u{202e}b\\u{d}c\\u{0}高\\u{200b}仿"
        );
    }

    #[test]
    fn a_number_stays_a_number() {
        assert_eq!(written(Cell::Number("-5".to_owned())), "-5");
        assert_eq!(written(Cell::Text("-5".to_owned())), "'-5");
    }
}
