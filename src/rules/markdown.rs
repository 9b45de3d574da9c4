//! Text of rules on pages of Markdown: whatever it says, it stays text.

use crate::text::harmless;

/// One line inside a paragraph, a heading or a cell of a table (CommonMark 0.31, section 2.4, and the tables, links and
/// formulas of GitHub).
pub(super) fn inline(text: &str) -> String {
    let line = harmless::line(text.trim());
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        if matches!(
            c,
            '\\' | '`'
                | '*'
                | '_'
                | '{'
                | '}'
                | '['
                | ']'
                | '<'
                | '>'
                | '#'
                | '|'
                | '~'
                | '&'
                | '$'
                | '@'
                | ':'
        ) {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

/// Lines as paragraphs: an empty line parts two of them.
pub(super) fn paragraphs(text: &str) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        let line = inline(line);
        // What would begin a list, a rule or a heading begins a line of text.
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (before, after) = line.split_at(digits);
        let begins = match digits {
            0 => after.starts_with(['-', '+', '=']),
            _ => after.starts_with(['.', ')']),
        };
        shown.push_str(before);
        if begins {
            shown.push('\\');
        }
        shown.push_str(after);
        shown.push('\n');
    }
    shown
}

/// A row of a table.
pub(super) fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.into_iter().map(inline).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The head of a table.
pub(super) fn head(cells: &[&str]) -> String {
    format!(
        "{}|{}\n",
        row(cells.iter().copied()),
        "---|".repeat(cells.len())
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_ends_its_cell_or_becomes_a_tag(text in "[-`*_<>|\\[\\]!#&~$\\\\\n\r ()a儿1.]{0,24}|.{0,12}") {
            let row = row([text.as_str(), "x"]);
            prop_assert_eq!(row.matches('\n').count(), 1);
            let mut bars = 0;
            let mut escaped = false;
            for c in row.chars() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '|' => bars += 1,
                    c => prop_assert!(!matches!(c, '<' | '`' | '[' | '*' | '&'), "{}", row),
                }
            }
            prop_assert_eq!(bars, 3);
            for line in paragraphs(&text).lines() {
                prop_assert!(!line.starts_with(['-', '+', '=', '#', '>', '`', '~', '|', ' ']), "{}", line);
            }
        }
    }

    #[test]
    fn a_numbered_line_stays_a_line() {
        assert_eq!(
            paragraphs("1. a\n2) b\n2014 c\n- d"),
            "1\\. a\n2\\) b\n2014 c\n\\- d\n"
        );
    }
}
