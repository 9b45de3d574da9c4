//! A recipe's line taken apart: `SOURCE | step | step 'argument'`, each part with its place in the line.

use std::ops::Range;

/// A piece of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// Bytes of the line.
    pub(super) at: Range<usize>,
}

/// What is wrong with a line, where in it, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) struct Wrong {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Wrong {
    pub(super) fn new(part: &Part<'_>, message: &str, help: &str) -> Self {
        Self {
            at: part.at.clone(),
            message: message.to_owned(),
            help: (!help.is_empty()).then(|| help.to_owned()),
        }
    }
}

/// The line at its bars: the source, then the steps. A bar has white space on both sides (`svg|a` is CSS) and stands
/// outside quotes and brackets.
pub(super) fn parts(line: &str) -> Result<Vec<Part<'_>>, Wrong> {
    let bytes = line.as_bytes();
    let (mut parts, mut start, mut deep) = (Vec::new(), 0, 0_usize);
    let mut quoted: Option<(u8, usize)> = None;
    for (at, byte) in bytes.iter().copied().enumerate() {
        match (byte, quoted) {
            (_, Some((mark, _))) if byte == mark => quoted = None,
            (_, Some(_)) => {}
            (b'\'' | b'"', None) => quoted = Some((byte, at)),
            (b'(' | b'[', None) => deep += 1,
            (b')' | b']', None) => deep = deep.saturating_sub(1),
            (b'|', None) if deep == 0 && is_bar(bytes, at) => {
                parts.push(trimmed(line, start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    if let Some((_, from)) = quoted {
        let part = trimmed(line, from..line.len());
        return Err(Wrong::new(
            &part,
            "a quote is opened here and not closed",
            "end it with the same mark; inside '…' the other one, \", may stand",
        ));
    }
    parts.push(trimmed(line, start..line.len()));
    Ok(parts)
}

fn is_bar(bytes: &[u8], at: usize) -> bool {
    let blank = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_none_or(u8::is_ascii_whitespace)
    };
    blank(at.checked_sub(1)) && blank(Some(at + 1))
}

fn trimmed(line: &str, at: Range<usize>) -> Part<'_> {
    let whole = &line[at.clone()];
    let text = whole.trim();
    let start = at.start + (whole.len() - whole.trim_start().len());
    Part {
        text,
        at: start..start + text.len(),
    }
}

/// The words of a step: its name, then arguments, quoted or bare. `=` and `,` between arguments are for the reader's eye.
pub(super) fn words<'a>(step: &Part<'a>) -> Vec<Part<'a>> {
    let text = step.text;
    let (mut words, mut at) = (Vec::new(), 0);
    let push = |from: usize, to: usize, words: &mut Vec<Part<'a>>| {
        words.push(Part {
            text: &text[from..to],
            at: step.at.start + from..step.at.start + to,
        });
    };
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() || (matches!(c, ',' | '=') && !words.is_empty()) {
            at += c.len_utf8();
        } else if matches!(c, '\'' | '"') {
            let length = text[at + 1..].find(c).unwrap_or(text.len() - at - 1);
            push(at + 1, at + 1 + length, &mut words);
            at = (at + length + 2).min(text.len());
        } else {
            let end = |c: char| c.is_whitespace() || matches!(c, ',' | '=' | '\'' | '"');
            let length = text[at..].find(end).unwrap_or(text.len() - at).max(1);
            push(at, at + length, &mut words);
            at += length;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(line: &str) -> Vec<&str> {
        parts(line).unwrap().iter().map(|p| p.text).collect()
    }

    #[test]
    fn a_line_is_cut_at_its_bars_alone() {
        assert_eq!(
            texts(".price b | after '：' | number"),
            [".price b", "after '：'", "number"]
        );
        assert_eq!(
            texts("svg|a[x=' | '] | split ' | '"),
            ["svg|a[x=' | ']", "split ' | '"]
        );
        assert_eq!(texts("a:is(b | c)"), ["a:is(b | c)"]);
        assert_eq!(texts("a |"), ["a", ""]);
        let wrong = parts("h1 | after 'x").unwrap_err();
        assert_eq!(wrong.at, 11..13);
    }

    #[test]
    fn words_know_their_places() {
        let line = "b | map '有货' = InStock, \"no\" = OutOfStock";
        let step = &parts(line).unwrap()[1];
        let words = words(step);
        let texts: Vec<&str> = words.iter().map(|w| w.text).collect();
        assert_eq!(texts, ["map", "有货", "InStock", "no", "OutOfStock"]);
        assert!(words.iter().all(|w| &line[w.at.clone()] == w.text));
    }

    proptest! {
        #[test]
        fn any_line_is_taken_apart_and_each_part_stands_where_it_says(line in "[ |'\"=,a-c()\\[\\]é]{0,30}") {
            for part in parts(&line).unwrap_or_default() {
                prop_assert_eq!(&line[part.at.clone()], part.text);
                for word in words(&part) {
                    prop_assert_eq!(&line[word.at.clone()], word.text);
                }
            }
        }
    }
}
