//! Object literals as scripts hold them, JSON or JavaScript, as one flat list of values: no tree, one pass, no going back.
//!
//! Read as data: strings in any quotes, bare keys, trailing commas, comments, `!0`. Passed over: what would have to be
//! run (`new Date()`, functions, sums), each as one value that says nothing.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};
use serde_json::Value as Json;

use super::entity;

/// Values nested deeper are passed over.
const MAX_DEPTH: usize = 48;
/// Bytes of one value that are taken.
const LONGEST: usize = 1 << 16;

/// What kind of value stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    /// A string, its escapes not yet resolved.
    Text,
    Number,
    /// `true`, `false`, `null` or a name.
    Word,
    /// Something that would have to be run.
    Code,
}

/// One value. Those inside it are the values after it up to its `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t> {
    /// As it is written; empty in an array.
    pub(super) key: &'t str,
    pub(super) raw: &'t str,
    pub(super) kind: Kind,
    pub(super) parent: usize,
    pub(super) end: usize,
}

impl<'t> Node<'t> {
    pub(super) fn new(key: &'t str, raw: &'t str, kind: Kind, parent: usize) -> Self {
        Self {
            key,
            raw,
            kind,
            parent,
            end: 0,
        }
    }

    /// The text, number or word that it is; none for what holds others, for `null` and for code.
    pub(super) fn text(&self) -> Option<Cow<'t, str>> {
        let raw = &self.raw[..self.raw.floor_char_boundary(LONGEST)];
        match self.kind {
            Kind::Text => Some(unescaped(raw)),
            Kind::Number => Some(Cow::Borrowed(raw)),
            Kind::Word if matches!(raw, "true" | "false") => Some(Cow::Borrowed(raw)),
            _ => None,
        }
    }
}

/// How much of one page is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) bytes: usize,
    pub(super) values: usize,
}

/// Reads the literal that begins at byte `at` of `text` with `{` or `[`, and gives where it is over: at its end, or where
/// it is no literal any more. What was read until there stays in `nodes`; its first value is its own parent.
pub(super) fn read<'t>(
    text: &'t str,
    at: usize,
    room: &mut Room,
    nodes: &mut Vec<Node<'t>>,
) -> usize {
    let text = &text[..text.floor_char_boundary(at.saturating_add(room.bytes))];
    let first = nodes.len();
    let mut reader = Reader {
        text,
        at,
        nodes,
        open: Vec::new(),
        most: first + room.values,
    };
    reader.run();
    let over = reader.at.min(text.len()).max(at + 1);
    room.bytes = room.bytes.saturating_sub(over - at);
    room.values = room.values.saturating_sub(nodes.len() - first);
    over
}

/// A value with all that is in it, as JSON; a number as `number` makes it of what is written.
pub(super) fn json(nodes: &[Node<'_>], at: usize, number: fn(&str) -> Json) -> Json {
    let node = &nodes[at];
    let after = |at: &usize| nodes.get(*at).map(|inner| inner.end.max(at + 1));
    let inner = std::iter::successors(Some(at + 1), after).take_while(|at| *at < node.end);
    match node.kind {
        Kind::Object => inner
            .map(|at| {
                (
                    unescaped(nodes[at].key).into_owned(),
                    json(nodes, at, number),
                )
            })
            .collect(),
        Kind::Array => inner.map(|at| json(nodes, at, number)).collect(),
        Kind::Word if matches!(node.raw, "true" | "false") => Json::Bool(node.raw == "true"),
        Kind::Number => number(node.raw),
        _ => node
            .text()
            .map_or(Json::Null, |text| text.into_owned().into()),
    }
}

struct Reader<'t, 'n> {
    text: &'t str,
    at: usize,
    nodes: &'n mut Vec<Node<'t>>,
    open: Vec<usize>,
    most: usize,
}

impl<'t> Reader<'t, '_> {
    fn run(&mut self) {
        let whole = self.value("").is_some();
        while whole && self.nodes.len() < self.most {
            let Some(top) = self.open.last().copied() else {
                break;
            };
            if self.step(top).is_none() {
                break;
            }
        }
        let end = self.nodes.len();
        for at in self.open.drain(..) {
            self.nodes[at].end = end;
        }
    }

    /// One value of what is open, or its end. None where this is no literal.
    fn step(&mut self, top: usize) -> Option<()> {
        self.blank();
        match self.peek()? {
            b'}' | b']' => {
                self.at += 1;
                self.nodes[top].end = self.nodes.len();
                self.open.pop();
                Some(())
            }
            b',' => {
                self.at += 1;
                Some(())
            }
            _ if self.nodes[top].kind == Kind::Array => self.value(""),
            _ => {
                let key = self.key()?;
                self.blank();
                match self.peek()? {
                    b':' => {
                        self.at += 1;
                        self.blank();
                        self.value(key)
                    }
                    // `{name, get() {…}}`: a name of its own value, a function.
                    b',' | b'}' => Some(()),
                    b'(' => self.code(key, self.at),
                    _ => None,
                }
            }
        }
    }

    fn key(&mut self) -> Option<&'t str> {
        match self.peek()? {
            quote @ (b'"' | b'\'') => self.string(quote),
            _ => {
                let word = self.word();
                (!word.is_empty()).then_some(word)
            }
        }
    }

    fn value(&mut self, key: &'t str) -> Option<()> {
        let start = self.at;
        match self.peek()? {
            open @ (b'{' | b'[') if self.open.len() < MAX_DEPTH => {
                let kind = if open == b'{' {
                    Kind::Object
                } else {
                    Kind::Array
                };
                self.at += 1;
                self.push(key, "", kind);
                self.open.push(self.nodes.len() - 1);
                Some(())
            }
            b'{' | b'[' => self.code(key, start),
            quote @ (b'"' | b'\'' | b'`') => {
                let text = self.string(quote)?;
                self.close(key, text, Kind::Text, start)
            }
            b'0'..=b'9' | b'-' | b'.' => {
                self.at += 1;
                let rest = &self.text.as_bytes()[self.at..];
                let digits = |b: &&u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E');
                self.at += rest.iter().take_while(digits).count();
                self.close(key, &self.text[start..self.at], Kind::Number, start)
            }
            b'!' => {
                self.at += 1;
                let word = match self.word() {
                    "0" => "true",
                    "1" => "false",
                    _ => return self.code(key, start),
                };
                self.close(key, word, Kind::Word, start)
            }
            _ => {
                let word = self.word();
                self.close(key, word, Kind::Word, start)
            }
        }
    }

    /// Keeps a value where nothing but the next one follows it; else it is part of something that would have to be run.
    fn close(&mut self, key: &'t str, raw: &'t str, kind: Kind, start: usize) -> Option<()> {
        self.blank();
        match self.peek() {
            Some(b',' | b'}' | b']') if !raw.is_empty() || kind == Kind::Text => {
                self.push(key, raw, kind);
                Some(())
            }
            _ => self.code(key, start),
        }
    }

    /// Passes over what would have to be run: to the comma or bracket after it.
    fn code(&mut self, key: &'t str, start: usize) -> Option<()> {
        self.at = start;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                quote @ (b'"' | b'\'' | b'`') => {
                    self.string(quote)?;
                    continue;
                }
                b'/' if self.comment() => continue,
                b'{' | b'[' | b'(' => depth += 1,
                b',' | b'}' | b']' | b')' if depth == 0 => break,
                b'}' | b']' | b')' => depth -= 1,
                b';' if depth == 0 => return None,
                _ => {}
            }
            self.at += 1;
        }
        if self.peek() == Some(b')') {
            return None;
        }
        self.push(key, "", Kind::Code);
        Some(())
    }

    fn push(&mut self, key: &'t str, raw: &'t str, kind: Kind) {
        let at = self.nodes.len();
        let parent = self.open.last().copied().unwrap_or(at);
        let mut node = Node::new(key, raw, kind, parent);
        node.end = at + 1;
        self.nodes.push(node);
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The contents of the string at this place.
    fn string(&mut self, quote: u8) -> Option<&'t str> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = start;
        loop {
            at += memchr2(quote, b'\\', bytes.get(at..)?)?;
            if bytes[at] == quote {
                break;
            }
            at += 2;
        }
        self.at = at + 1;
        self.text.get(start..at)
    }

    /// A name, a number or nothing.
    fn word(&mut self) -> &'t str {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.' | 0x80..);
        self.at += rest.iter().take_while(part).count();
        &self.text[start..self.at]
    }

    fn blank(&mut self) {
        while let Some(byte) = self.peek() {
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if byte != b'/' || !self.comment() {
                break;
            }
        }
    }

    /// Passes over a comment, where one begins here.
    fn comment(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest.get(1) {
            Some(b'/') => memchr(b'\n', rest).unwrap_or(rest.len()),
            Some(b'*') => memmem::find(&rest[2..], b"*/").map_or(rest.len(), |n| n + 4),
            _ => return false,
        };
        self.at += length;
        true
    }
}

/// The contents of the string that a text begins with.
pub(super) fn string(text: &str) -> Option<&str> {
    let text = text.trim_ascii_start();
    let quote = *text.as_bytes().first()?;
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    let mut at = 1;
    loop {
        at += memchr2(quote, b'\\', text.as_bytes().get(at..)?)?;
        if text.as_bytes()[at] == quote {
            return text.get(1..at);
        }
        at += 2;
    }
}

/// A string without its escapes (ECMA-262, 12.9.4); character references that templates leave in it are resolved too.
pub(super) fn unescaped(raw: &str) -> Cow<'_, str> {
    if memchr(b'\\', raw.as_bytes()).is_none() {
        return entity::decode(raw);
    }
    let plain = plain(raw);
    match entity::decode(&plain) {
        Cow::Owned(decoded) => Cow::Owned(decoded),
        Cow::Borrowed(_) => Cow::Owned(plain),
    }
}

/// A string without its escapes.
pub(super) fn plain(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut high = None;
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut chars = rest.chars();
        let Some(escape) = chars.next() else { break };
        let digits = match escape {
            'u' => 4,
            'x' => 2,
            _ => 0,
        };
        let code = chars.as_str().get(..digits).filter(|_| digits > 0);
        if let Some(code) = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
            rest = &chars.as_str()[digits..];
            match (high.take(), code) {
                (_, 0xd800..=0xdbff) => high = Some(code),
                (Some(high), 0xdc00..=0xdfff) => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00);
                    out.extend(char::from_u32(code));
                }
                (_, code) => out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
            }
            continue;
        }
        rest = chars.as_str();
        match escape {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' | 'b' | 'f' | 'v' | '0' => out.push(' '),
            '\n' => {}
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (String, usize) {
        let mut nodes = Vec::new();
        let mut room = Room {
            bytes: 1 << 20,
            values: 1000,
        };
        let end = read(text, 0, &mut room, &mut nodes);
        let say = |node: &Node<'_>| {
            let value = match node.kind {
                Kind::Object => "{}".to_owned(),
                Kind::Array => "[]".to_owned(),
                Kind::Code => "?".to_owned(),
                _ => node.text().unwrap_or_default().into_owned(),
            };
            format!("{}={value}", node.key)
        };
        let all: Vec<String> = nodes.iter().map(say).collect();
        (all.join(" "), end)
    }

    #[test]
    fn scripts_are_read_as_data() {
        let text = r#"{"a": 'it\'s', b: [1, -2.5, !0,], 'c' : undefined, d: new Date("2020,1"), // no
            e: function (x) { return {y: "}"} }, f: "x" + y, g: null, /* } */ h: {i: "\u00e9\x41&amp;\uD83D\uDE00"}, j() { }, k} rest"#;
        let (told, end) = told(text);
        assert_eq!(
            told,
            "={} a=it's b=[] =1 =-2.5 =true c= d=? e=? f=? g= h={} i=éA&😀 j=?"
        );
        assert_eq!(&text[end..], " rest");
    }

    #[test]
    fn code_ends_a_literal() {
        let (all, end) = told("{ a: 1, if (x) { y }; }");
        assert_eq!((all.as_str(), end < 22), ("={} a=1", true));
        assert_eq!(told("{a: {b: 1").0, "={} a={}");
        assert_eq!(told("{\"a\": \"x").0, "={}");
        assert_eq!(told("[{a: 1}, {a: 2}]").0, "=[] ={} a=1 ={} a=2");
    }

    #[test]
    fn hostile_literals_cost_what_their_bytes_cost() {
        for piece in ["[", "{a:", "{a:(", "\"\\", "/*", "{a:1},", "a:'", "[[],"] {
            let text = format!("[{}", piece.repeat(300_000));
            let mut room = Room {
                bytes: 1 << 20,
                values: 10_000,
            };
            let mut nodes = Vec::new();
            let end = read(&text, 0, &mut room, &mut nodes);
            assert!(end > 0 && nodes.len() <= 10_001, "{piece}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_ends(text in "[\\[{][\\PC]{0,60}") {
            told(&text);
        }

        #[test]
        fn what_serde_writes_is_read(names in proptest::collection::vec("[\\PC]{0,9}", 0..6)) {
            let json = serde_json::to_string(&names).unwrap();
            let mut nodes = Vec::new();
            let mut room = Room { bytes: 1 << 20, values: 100 };
            read(&json, 0, &mut room, &mut nodes);
            let read: Vec<String> = nodes[1..].iter().map(|n| plain(n.raw)).collect();
            proptest::prop_assert_eq!(read, names);
        }
    }
}
