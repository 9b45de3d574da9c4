//! JSON as its standard has it (RFC 8259), as one flat list of values: texts are borrowed, no tree, one pass.
//!
//! What it takes, serde_json takes too and makes the same of; what it does not take may still be JSON: more than
//! `MAX_DEPTH` levels, a name given twice.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::{Number, Value as Json};

/// Levels of one text.
const MAX_DEPTH: usize = 100;
/// Bytes of a text for each value in it, and values for which room is made at once.
const USUAL_BYTES: usize = 20;
const MOST_RESERVED: usize = 1_000;
/// Names of one object that are compared one by one.
const FEW: usize = 64;
/// Digits of a whole number of any sign that a machine's word holds.
const SAFE_DIGITS: usize = 18;

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'t> {
    Object,
    Array,
    Text(Cow<'t, str>),
    Number(Number),
    Bool(bool),
    Null,
}

/// One value. Those inside it are the values after it up to its `end`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'t> {
    /// Empty in an array.
    pub(super) key: Cow<'t, str>,
    pub(super) value: Value<'t>,
    /// Its own place for the outermost one.
    pub(super) parent: usize,
    pub(super) end: usize,
}

/// Reads one text, which is one value, behind what `nodes` has already. None, and nothing read, where this is not taken.
pub(super) fn read<'t>(text: &'t str, nodes: &mut Vec<Node<'t>>) -> Option<()> {
    let first = nodes.len();
    nodes.reserve((text.len() / USUAL_BYTES).min(MOST_RESERVED));
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        key: Cow::Borrowed(""),
        nodes,
        open: Vec::new(),
    };
    let whole = reader.whole();
    if whole.is_none() {
        nodes.truncate(first);
    }
    whole
}

/// The same of a value that is a tree already. serde_json reads no more than 128 levels, so this may recurse.
pub(super) fn flatten(json: Json, key: String, parent: Option<usize>, nodes: &mut Vec<Node<'_>>) {
    let at = nodes.len();
    let (mut items, mut fields) = (Vec::new(), serde_json::Map::new());
    let value = match json {
        Json::Object(inner) => {
            fields = inner;
            Value::Object
        }
        Json::Array(inner) => {
            items = inner;
            Value::Array
        }
        Json::String(text) => Value::Text(Cow::Owned(text)),
        Json::Number(number) => Value::Number(number),
        Json::Bool(yes) => Value::Bool(yes),
        Json::Null => Value::Null,
    };
    nodes.push(Node {
        key: Cow::Owned(key),
        value,
        parent: parent.unwrap_or(at),
        end: at + 1,
    });
    for (key, inner) in fields {
        flatten(inner, key, Some(at), nodes);
    }
    for inner in items {
        flatten(inner, String::new(), Some(at), nodes);
    }
    nodes[at].end = nodes.len();
}

/// The value at `at` as a tree.
pub(super) fn tree(nodes: &[Node<'_>], at: usize) -> Json {
    match &nodes[at].value {
        Value::Object => children(nodes, at)
            .map(|inner| (nodes[inner].key.to_string(), tree(nodes, inner)))
            .collect(),
        Value::Array => children(nodes, at)
            .map(|inner| tree(nodes, inner))
            .collect(),
        Value::Text(text) => Json::String(text.to_string()),
        Value::Number(number) => Json::Number(number.clone()),
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Null => Json::Null,
    }
}

/// The values directly inside the one at `at`.
pub(super) fn children(nodes: &[Node<'_>], at: usize) -> impl Iterator<Item = usize> {
    let end = nodes[at].end;
    let mut next = at + 1;
    std::iter::from_fn(move || {
        let child = (next < end).then_some(next)?;
        next = nodes[child].end;
        Some(child)
    })
}

struct Reader<'t, 'n> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// The name of the value that comes next.
    key: Cow<'t, str>,
    nodes: &'n mut Vec<Node<'t>>,
    open: Vec<usize>,
}

impl<'t> Reader<'t, '_> {
    fn whole(&mut self) -> Option<()> {
        loop {
            self.blank();
            if self.value()? {
                continue;
            }
            while !self.goes_on()? {
                if self.open.is_empty() {
                    return (self.at == self.bytes.len()).then_some(());
                }
            }
        }
    }

    /// Reads a value, of an object or list only its beginning. Whether another value must follow at once.
    fn value(&mut self) -> Option<bool> {
        let value = match self.peek()? {
            b'"' => Value::Text(self.string()?),
            open @ (b'{' | b'[') => return self.opened(open),
            b'0'..=b'9' | b'-' => Value::Number(self.number()?),
            b't' => self.word("true", Value::Bool(true))?,
            b'f' => self.word("false", Value::Bool(false))?,
            b'n' => self.word("null", Value::Null)?,
            _ => return None,
        };
        self.push(value);
        Some(false)
    }

    fn opened(&mut self, open: u8) -> Option<bool> {
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        self.at += 1;
        self.blank();
        let (value, close) = match open {
            b'{' => (Value::Object, b'}'),
            _ => (Value::Array, b']'),
        };
        self.push(value);
        if self.peek()? == close {
            self.at += 1;
            return Some(false);
        }
        self.open.push(self.nodes.len() - 1);
        if open == b'{' {
            self.name()?;
        }
        Some(true)
    }

    /// After a value: whether another one follows in what is open. At the end of that it is closed.
    fn goes_on(&mut self) -> Option<bool> {
        self.blank();
        let Some(top) = self.open.last().copied() else {
            return Some(false);
        };
        let object = matches!(self.nodes[top].value, Value::Object);
        match self.peek()? {
            b',' => {
                self.at += 1;
                if object {
                    self.blank();
                    self.name()?;
                }
                return Some(true);
            }
            b'}' if object && !self.repeats(top) => {}
            b']' if !object => {}
            _ => return None,
        }
        self.at += 1;
        self.nodes[top].end = self.nodes.len();
        self.open.pop();
        if self.open.is_empty() {
            self.blank();
        }
        Some(false)
    }

    /// Whether an object has a name twice.
    fn repeats(&mut self, object: usize) -> bool {
        let nodes = &mut *self.nodes;
        nodes[object].end = nodes.len();
        let names = || children(nodes, object).map(|at| nodes[at].key.as_ref());
        if names().nth(FEW).is_some() {
            let mut seen = BTreeSet::new();
            return !names().all(|name| seen.insert(name));
        }
        let mut marks = 0_u64;
        names().enumerate().any(|(n, name)| {
            let mark = 1 << (mark(name) % 64);
            let before = marks & mark != 0;
            marks |= mark;
            before && names().take(n).any(|other| other == name)
        })
    }

    /// The name of the next value, and the colon after it.
    fn name(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.key = self.string()?;
        self.blank();
        (self.peek()? == b':').then(|| self.at += 1)
    }

    fn push(&mut self, value: Value<'t>) {
        let at = self.nodes.len();
        self.nodes.push(Node {
            key: std::mem::take(&mut self.key),
            value,
            parent: self.open.last().copied().unwrap_or(at),
            end: at + 1,
        });
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Value<'t>) -> Option<Value<'t>> {
        let there = self.bytes[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        there.then_some(value)
    }

    fn number(&mut self) -> Option<Number> {
        let part = |b: &u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let rest = &self.bytes[self.at..];
        let digits = &rest[..rest.iter().take_while(|b| part(b)).count()];
        self.at += digits.len();
        let whole = digits.len() <= SAFE_DIGITS && digits.iter().all(u8::is_ascii_digit);
        if whole && (digits[0] != b'0' || digits.len() == 1) {
            let value = |sum: u64, b: &u8| sum * 10 + u64::from(b - b'0');
            return Some(digits.iter().fold(0, value).into());
        }
        serde_json::from_slice(digits).ok()
    }

    /// The string that begins here, without its escapes.
    fn string(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..)?;
        let length = unmarked(rest);
        match rest.get(length)? {
            b'"' => {
                self.at = start + length + 1;
                self.text.get(start..start + length).map(Cow::Borrowed)
            }
            b'\\' => self.escaped(start + length),
            // Control characters must be escaped.
            _ => None,
        }
    }

    /// The string that begins here and has its first escape at `at`.
    #[cold]
    fn escaped(&mut self, mut at: usize) -> Option<Cow<'t, str>> {
        loop {
            match self.bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => return None,
            }
            at += unmarked(self.bytes.get(at..)?);
        }
        let text = self.text.get(self.at..=at)?;
        self.at = at + 1;
        serde_json::from_str(text).ok().map(Cow::Owned)
    }
}

/// A number by which two names mostly differ.
fn mark(name: &str) -> usize {
    let part = |b: Option<&u8>| b.map_or(0, |b| usize::from(*b));
    let bytes = name.as_bytes();
    name.len() * 7 + part(bytes.first()) + part(bytes.last()) * 5 + part(bytes.get(2)) * 3
}

/// How many bytes there are before the first quote, backslash or control character.
fn unmarked(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    // The lowest bit that is set is right; those above it may be borrowed.
    let below = |word: u64, than: u8| word.wrapping_sub(ONES * u64::from(than)) & !word;
    let (eights, rest) = bytes.as_chunks();
    for (n, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        // With this bit turned the quote comes right after the control characters, and no other does.
        let low = below(word ^ (ONES << 1), b' ' + 1);
        let slash = below(word ^ (ONES * u64::from(b'\\')), 1);
        let marks = (low | slash) & (ONES << 7);
        if marks != 0 {
            return 8 * n + marks.trailing_zeros() as usize / 8;
        }
    }
    bytes.len() - rest.len() + unmarked_rest(rest)
}

/// The same, of the few bytes at the end of a text.
#[cold]
fn unmarked_rest(bytes: &[u8]) -> usize {
    let marked = |b: &u8| matches!(b, b'"' | b'\\' | ..b' ');
    bytes.iter().position(marked).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn as_tree(text: &str) -> Option<Json> {
        let mut nodes = Vec::new();
        read(text, &mut nodes)?;
        let last = nodes.len();
        assert_eq!(nodes[0].end, last);
        Some(tree(&nodes, 0))
    }

    #[test]
    fn values_of_all_kinds_are_read() {
        for text in [
            r#" {"a": [1, -2.5e3, "x\n\u00e9\"", {}, []], "b\\": {"c": true, "d": [null, false]}, "": 0} "#,
            "12345678901234567890",
            "\"水\"",
            "[[[]]]",
        ] {
            assert_eq!(as_tree(text), serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_or_says_a_thing_twice_is_not_taken() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "[1 2]",
            "01",
            "+1",
            "1.",
            "tru",
            "1 2",
            "\"a",
            "\"\\",
            "\"\n\"",
            "\"\\ud800\"",
            "\"\\x\"",
            "{\"a\":1,\"a\":2}",
            "{\"a\"}",
            "[}",
            "\u{feff}1",
            "1e999",
        ] {
            assert_eq!(as_tree(text), None, "{text}");
        }
        let many: Vec<String> = (0..99).map(|n| format!("\"n{}\":1", n % 98)).collect();
        assert_eq!(as_tree(&format!("{{{}}}", many.join(","))), None);
        assert_eq!(as_tree(&"[".repeat(1_000_000)), None);
    }

    #[test]
    fn a_tree_is_flattened_as_its_text_is_read() {
        let text = r#"{"a": [1, {"b": "c"}, []], "d": null}"#;
        let (mut read_nodes, mut flat) = (Vec::new(), Vec::new());
        read(text, &mut read_nodes).unwrap();
        flatten(
            serde_json::from_str(text).unwrap(),
            String::new(),
            None,
            &mut flat,
        );
        assert_eq!(read_nodes, flat);
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_serde_makes_of_it(pieces in prop::collection::vec(0..PIECES.len(), 0..24), other in "\\PC{0,12}") {
            let text: String = pieces.iter().map(|at| PIECES[*at]).chain([other.as_str()]).collect();
            for text in [text.clone(), format!("[{text}]"), format!("{{\"k\":{text}}}"), format!("\"{text}\"")] {
                if let Some(json) = as_tree(&text) {
                    prop_assert_eq!(Some(json), serde_json::from_str(&text).ok(), "{}", text);
                }
            }
        }

        #[test]
        fn marks_are_found_where_they_are(bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b'\\'), Just(b' '), Just(0x1f), any::<u8>(), b'!'..=b'['], 0..40)) {
            let found = bytes.iter().position(|b| matches!(b, b'"' | b'\\' | ..b' '));
            prop_assert_eq!(unmarked(&bytes), found.unwrap_or(bytes.len()));
        }
    }

    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        " ",
        "\n",
        "\"a\"",
        "\"b\":",
        "\"a\\n\":1,",
        "\"\\u0061\":2",
        "\"水\"",
        "\"",
        "\\",
        "1",
        "-0",
        "1.50",
        "1e5",
        "0",
        "123456789012345678",
        "1234567890123456789",
        "true",
        "false",
        "null",
        "{\"x\":1}",
        "[1,2]",
        "\"12345678",
        "\u{1f}",
    ];
}
