//! Slips of the pen that keep a rule from being parsed, found in its text: brackets, quotes, Chinese signs.

use super::brackets::Open;
use crate::rules::picture::Place;

/// One slip: where, what it is, what would be right.
pub(super) struct Slip {
    pub place: Place,
    pub message: String,
    pub help: String,
}

/// Signs of a Chinese keyboard, and what Rhai reads in their place.
const SIGNS: &[(char, &str)] = &[
    ('；', ";"),
    ('（', "("),
    ('）', ")"),
    ('，', ","),
    ('、', ","),
    ('：', ":"),
    ('。', "."),
    ('！', "!"),
    ('？', "?"),
    ('【', "["),
    ('】', "]"),
    ('｛', "{"),
    ('｝', "}"),
    ('《', "<"),
    ('》', ">"),
    ('＜', "<"),
    ('＞', ">"),
    ('＝', "="),
    ('＋', "+"),
    ('－', "-"),
    ('×', "*"),
    ('÷', "/"),
    ('\u{3000}', " "),
];

/// All slips in the order of the text; of the brackets only the first, for the others follow from it.
pub(super) fn find(text: &str) -> Vec<Slip> {
    let mut scan = Scan {
        text: text.chars().collect(),
        at: 0,
        line: 1,
        column: 1,
        open: Vec::new(),
        suspect: None,
        slips: Vec::new(),
        bracket: None,
        before: ' ',
    };
    scan.run();
    // Where a quote or a sign is wrong, brackets are counted wrongly.
    if scan.slips.is_empty() {
        scan.slips.extend(scan.bracket);
    }
    scan.slips
}

pub(super) struct Scan {
    pub text: Vec<char>,
    pub at: usize,
    pub line: usize,
    pub column: usize,
    pub open: Vec<Open>,
    /// An opening bracket whose closing one stands at another depth of the text.
    pub suspect: Option<Place>,
    slips: Vec<Slip>,
    pub bracket: Option<Slip>,
    /// The last sign that is no space.
    pub before: char,
}

impl Scan {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    pub(super) fn here(&self, width: usize) -> Place {
        Place {
            line: self.line,
            column: self.column,
            width,
        }
    }

    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            if self.peek(0) == '\n' {
                self.line += 1;
                self.column = 0;
            }
            self.at += 1;
            self.column += 1;
        }
    }

    pub(super) fn slip(
        &mut self,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.slips.push(Slip {
            place,
            message: message.into(),
            help: help.into(),
        });
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            let sign = self.peek(0);
            match (sign, self.peek(1)) {
                ('/', '/') => self.rest_of_line(),
                ('/', '*') => self.comment(),
                ('"', _) => self.quoted(),
                ('`', _) => self.interpolated(),
                ('\'', _) => self.single(),
                ('#', '"' | '#') => self.raw(),
                ('#', '{') => {
                    self.skip(1);
                    self.before = '#';
                    continue;
                }
                ('#', _) => {
                    let place = self.here(1);
                    self.slip(place, "`#` begins no comment", "comments begin with `//`");
                    self.rest_of_line();
                }
                _ => self.sign(sign),
            }
            if !sign.is_whitespace() {
                self.before = sign;
            }
        }
        self.end();
    }

    fn sign(&mut self, sign: char) {
        let place = self.here(1);
        if let Some((_, right)) = SIGNS.iter().find(|(wrong, _)| *wrong == sign) {
            let help = match *right {
                " " => "write an ordinary space".to_owned(),
                right => format!("write `{right}`"),
            };
            self.slip(
                place,
                format!("`{sign}` is a sign of the Chinese keyboard"),
                help,
            );
        } else if let '“' | '”' | '‘' | '’' = sign {
            return self.curly();
        }
        match sign {
            '(' | '[' | '{' => self.opens(sign),
            ')' | ']' | '}' => return self.closes(sign),
            ';' => self.statement_ends(),
            _ => {}
        }
        let three: String = self.text.iter().skip(self.at).take(3).collect();
        let (wrong, right) = match three.as_str() {
            "===" => ("===", "=="),
            "!==" => ("!==", "!="),
            two if two.starts_with("<>") => ("<>", "!="),
            two if two.starts_with("++") => ("++", "+= 1"),
            two if two.starts_with("--") => ("--", "-= 1"),
            _ => return self.skip(1),
        };
        let width = wrong.len();
        let place = self.here(width);
        self.slip(
            place,
            format!("there is no `{wrong}`"),
            format!("write `{right}`"),
        );
        self.skip(width);
    }

    fn rest_of_line(&mut self) {
        while self.at < self.text.len() && self.peek(0) != '\n' {
            self.skip(1);
        }
    }

    fn comment(&mut self) {
        let start = self.here(2);
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.skip(1);
                    continue;
                }
            }
            self.skip(2);
            if depth == 0 {
                return;
            }
        }
        self.slip(
            start,
            "the comment that begins here never ends",
            "close it with `*/`",
        );
    }

    fn quoted(&mut self) {
        let start = self.here(1);
        self.skip(1);
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                ('\\', _) => self.skip(2),
                ('"', _) => return self.skip(1),
                ('\n', _) => break,
                _ => self.skip(1),
            }
        }
        let help = "close it with `\"` on the same line";
        self.slip(start, "the text that begins here is never closed", help);
    }

    /// The text between back-quotes, up to its end or to `${`, where code begins.
    pub(super) fn interpolated(&mut self) {
        let start = self.here(1);
        self.skip(1);
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                ('\\', _) => self.skip(2),
                ('`', _) => return self.skip(1),
                ('$', '{') => {
                    self.open.push(Open {
                        sign: '`',
                        place: self.here(2),
                        indent: self.indent(),
                    });
                    return self.skip(2);
                }
                _ => self.skip(1),
            }
        }
        self.slip(
            start,
            "the text that begins here is never closed",
            "close it with a back-quote",
        );
    }

    fn raw(&mut self) {
        let hashes = self
            .text
            .iter()
            .skip(self.at)
            .take_while(|c| **c == '#')
            .count();
        if self.peek(hashes) != '"' {
            return self.skip(hashes);
        }
        self.skip(hashes + 1);
        while self.at < self.text.len() {
            let closed = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            if closed {
                return self.skip(hashes + 1);
            }
            self.skip(1);
        }
    }

    /// A character, or a text that should stand in double quotes.
    fn single(&mut self) {
        if self.peek(1) == '\\' || self.peek(2) == '\'' {
            let rest = self.text.iter().skip(self.at + 2);
            let end = rest.take_while(|c| **c != '\n').position(|c| *c == '\'');
            return self.skip(end.map_or(1, |end| end + 3));
        }
        let rest = self.text.iter().skip(self.at + 1);
        let end = rest.take_while(|c| **c != '\n').position(|c| *c == '\'');
        let width = end.map_or(1, |end| end + 2);
        let place = self.here(width);
        self.slip(
            place,
            "single quotes hold one character",
            "texts stand in `\"…\"`",
        );
        self.skip(width);
    }

    fn curly(&mut self) {
        let rest = self.text.iter().skip(self.at + 1);
        let end = rest
            .take_while(|c| **c != '\n')
            .position(|c| matches!(c, '“' | '”' | '‘' | '’'));
        let width = end.map_or(1, |end| end + 2);
        let place = self.here(width);
        self.slip(
            place,
            "these quotes are those of the Chinese keyboard",
            "texts stand in `\"…\"`",
        );
        self.skip(width);
    }

    pub(super) fn indent(&self) -> usize {
        let start = self.at.saturating_sub(self.column - 1);
        let line = self.text.iter().skip(start);
        line.take_while(|c| **c == ' ' || **c == '\t').count()
    }
}
