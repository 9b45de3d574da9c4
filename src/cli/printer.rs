//! The only mouth: answers on stdout, everything else on stderr, strangers' text made harmless.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::exit::Failure;
use crate::text::harmless;

/// What the global options say about speaking.
#[derive(Clone, Copy, Debug)]
pub(super) struct Printer {
    pub(super) json: bool,
    pub(super) quiet: bool,
}

impl Printer {
    /// A line of the answer.
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        writeln!(io::stdout().lock(), "{text}").map_err(hung_up)
    }

    /// A JSON document of the answer, on one line.
    pub(super) fn document(&self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value).map_err(Failure::new)?;
        self.line(&harmless::json(&text))
    }

    /// A table of the answer. Cells may hold strangers' text.
    pub(super) fn table(&self, head: &[&str], rows: Vec<Vec<String>>) -> Result<(), Failure> {
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic);
        if !io::stdout().is_terminal() {
            table.set_width(160);
        }
        table.set_header(head);
        for row in rows {
            table.add_row(row.iter().map(|cell| harmless::line(cell).into_owned()));
        }
        self.line(&table.to_string())
    }

    /// Something for the person at the terminal, not part of the answer.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Something that must be seen even when quiet.
    pub(super) fn warn(&self, text: &str) {
        // Where stderr is closed there is nobody to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// A sign that the person at the terminal is to write something.
    pub(super) fn prompt(&self, sign: &str) {
        let mut stderr = io::stderr().lock();
        // As above.
        let _ = write!(stderr, "{sign}").and_then(|()| stderr.flush());
    }
}

fn hung_up(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::HungUp,
        _ => Failure::Message(format!("could not write the answer: {error}")),
    }
}
