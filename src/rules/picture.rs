//! Faults of one rule, each with its place drawn under the line, and the nearest right word.

use rhai::Position;

use super::{Fault, RuleSource, fault::Code};
use crate::text::snippet::{self, nearest};

/// Where in a rule's text: line and column from 1 (0 where there is none), and how many characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
    pub width: usize,
}

impl Place {
    /// `width` characters from a position of the parser.
    pub(super) fn at(position: Position, width: usize) -> Self {
        Self {
            line: position.line().unwrap_or(0),
            column: position.position().unwrap_or(0),
            width: width.max(1),
        }
    }
}

/// Collects what is wrong with one rule; nothing stops at the first fault.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    pub source: &'a RuleSource,
    faults: Vec<Fault>,
}

impl<'a> Findings<'a> {
    pub(super) fn of(source: &'a RuleSource) -> Self {
        Self {
            source,
            faults: Vec::new(),
        }
    }

    /// Adds one fault; `help` stands beside the caret.
    pub(super) fn add(&mut self, code: Code, place: Place, message: String, help: Option<String>) {
        let picture = self.draw(code, place, &message, help.as_deref());
        self.faults.push(Fault {
            rule: self.source.id.clone(),
            path: self.source.path.clone(),
            level: code.level(),
            code: code.as_str(),
            line: place.line,
            column: place.column,
            width: place.width,
            message,
            help,
            page: code.page(),
            picture,
        });
    }

    /// Whether one of them keeps the rule from being loaded.
    pub(super) fn fatal(&self) -> bool {
        self.faults.iter().any(|fault| fault.level == "error")
    }

    /// All of them, in the order of the text.
    pub(super) fn sorted(mut self) -> Vec<Fault> {
        self.faults
            .sort_by(|a, b| (a.line, a.column, a.code).cmp(&(b.line, b.column, b.code)));
        self.faults
    }

    fn draw(&self, code: Code, place: Place, message: &str, help: Option<&str>) -> String {
        let (path, text) = (self.source.path.to_string_lossy(), &self.source.text);
        // A fault of the whole file is shown at its beginning.
        let span = span(text, place).unwrap_or(0..0);
        snippet::draw(
            code.level(),
            code.as_str(),
            message,
            &path,
            text,
            span,
            help,
        )
    }
}

/// The bytes of a place; none where the text has no such place.
fn span(text: &str, place: Place) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n');
    for _ in 1..place.line.max(1) {
        at += lines.next()?.len();
    }
    let line = lines.next().filter(|_| place.line > 0)?;
    let line = line.trim_end_matches(['\r', '\n']);
    let byte = |column: usize| {
        line.char_indices()
            .nth(column)
            .map_or(line.len(), |(byte, _)| byte)
    };
    let from = byte(place.column.saturating_sub(1));
    let to = byte(place.column.saturating_sub(1) + place.width);
    Some(at + from..at + to)
}

/// `did you mean …?` with the nearest of `known`, or all of them where none is near and they are few.
pub(super) fn did_you_mean<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, known.iter().copied()) {
        Some(nearest) => Some(format!("did you mean `{nearest}`?")),
        None if (1..=14).contains(&known.len()) => Some(format!("known: {}", known.join(", "))),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, place: Place) -> String {
        let source = RuleSource {
            id: "bad".into(),
            path: "rules/bad.rhai".into(),
            text: text.into(),
        };
        let mut findings = Findings::of(&source);
        findings.add(
            Code::UnknownField,
            place,
            "a listing has no field `titel`".into(),
            did_you_mean("titel", ["title", "brand"]),
        );
        findings.sorted().remove(0).picture
    }

    #[test]
    fn the_caret_stands_under_the_place_also_behind_chinese() {
        let place = Place {
            line: 2,
            column: 17,
            width: 5,
        };
        assert_eq!(
            drawn(
                "fn check(item) {\n    \"高仿\" + item.titel\n}",
                Place {
                    column: 17,
                    ..place
                }
            ),
            "error[R101]: a listing has no field `titel`\n --> rules/bad.rhai:2:17\n  |\n2 |     \"高仿\" + item.titel\n  |                   ^^^^^ did you mean `title`?"
        );
    }

    #[test]
    fn a_place_outside_the_text_is_drawn_without_a_line() {
        for place in [
            Place::default(),
            Place {
                line: 9,
                column: 9,
                width: 9,
            },
        ] {
            assert!(drawn("x", place).contains("rules/bad.rhai"));
        }
        let end = Place {
            line: 1,
            column: 2,
            width: 1,
        };
        assert!(drawn("", end).contains("R101"));
    }

    #[test]
    fn a_swapped_letter_is_near_and_a_stranger_is_not() {
        assert_eq!(
            did_you_mean("pirce", ["price", "brand"]).unwrap(),
            "did you mean `price`?"
        );
        assert_eq!(
            did_you_mean("zzzzzz", ["price", "brand"]).unwrap(),
            "known: price, brand"
        );
    }
}
