//! Brackets that are never closed, or close nothing: named where they were opened.

use super::slips::{Scan, Slip};
use crate::rules::picture::Place;

/// A bracket that waits to be closed; a back-quote stands for the `${` within it.
pub(super) struct Open {
    pub sign: char,
    pub place: Place,
    pub indent: usize,
}

impl Scan {
    pub(super) fn opens(&mut self, sign: char) {
        if sign == '{' && ['=', '(', ',', ':', '['].contains(&self.before) && self.key_follows() {
            let place = self.here(1);
            self.slip(place, "a map begins with `#{`", "write `#{`");
        }
        self.open.push(Open {
            sign,
            place: self.here(1),
            indent: self.indent(),
        });
    }

    /// `name:` behind the bracket.
    fn key_follows(&self) -> bool {
        let mut rest = self
            .text
            .iter()
            .skip(self.at + 1)
            .skip_while(|c| c.is_whitespace());
        let mut letters = 0;
        for c in rest.by_ref() {
            if c.is_alphanumeric() || *c == '_' {
                letters += 1;
            } else {
                return letters > 0 && *c == ':';
            }
        }
        false
    }

    pub(super) fn closes(&mut self, sign: char) {
        let wanted = |open: &Open| match open.sign {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        while let Some(top) = self.open.last() {
            if wanted(top) == sign {
                break;
            }
            if !self.open.iter().any(|open| wanted(open) == sign) {
                break;
            }
            let (place, opened) = (top.place, top.sign);
            self.unclosed(place, opened, sign);
            self.open.pop();
        }
        match self.open.pop() {
            Some(open) if wanted(&open) == sign => {
                let first = self.indent() + 1 == self.column;
                if sign == '}'
                    && first
                    && open.indent != self.indent()
                    && open.place.line != self.line
                {
                    self.suspect.get_or_insert(open.place);
                }
                if open.sign == '`' {
                    // The text between back-quotes goes on.
                    self.before = '`';
                    return self.interpolated();
                }
            }
            other => {
                self.open.extend(other);
                let place = self.here(1);
                self.bracket.get_or_insert(Slip {
                    place,
                    message: format!("this `{sign}` closes nothing"),
                    help: "remove it, or open it before".to_owned(),
                });
            }
        }
        self.skip(1);
    }

    fn unclosed(&mut self, place: Place, opened: char, before: char) {
        let close = if opened == '(' {
            ')'
        } else if opened == '[' {
            ']'
        } else {
            '}'
        };
        let place = self.suspect.filter(|_| opened == '{').unwrap_or(place);
        let line = self.line;
        self.bracket.get_or_insert(Slip {
            place,
            message: format!("this `{opened}` is never closed"),
            help: format!(
                "`{close}` is missing, at the latest before the `{before}` at line {line}"
            ),
        });
    }

    /// A statement cannot end between round or square brackets.
    pub(super) fn statement_ends(&mut self) {
        while let Some(open) = self
            .open
            .last()
            .filter(|open| ['(', '['].contains(&open.sign))
        {
            let (place, sign) = (open.place, open.sign);
            self.unclosed(place, sign, ';');
            self.open.pop();
        }
    }

    pub(super) fn end(&mut self) {
        if let Some(open) = self.open.last() {
            let place = self
                .suspect
                .filter(|_| open.sign == '{')
                .unwrap_or(open.place);
            let (sign, close) = match open.sign {
                '(' => ('(', ')'),
                '[' => ('[', ']'),
                _ => ('{', '}'),
            };
            self.bracket.get_or_insert(Slip {
                place,
                message: format!("this `{sign}` is never closed"),
                help: format!("`{close}` is missing"),
            });
        }
    }
}
