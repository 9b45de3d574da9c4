//! Tags and text of a page in one pass over its bytes: the states of the HTML tokenizer (HTML, 13.2.5) that matter for reading.
//!
//! Every byte is looked at a bounded number of times, whatever the page: no state goes back.

mod bytes;
mod dull;
mod name;
mod wanted;

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memmem};

use super::{
    entity,
    shelves::Shelves,
    tags::{RAW, Tag, UNKNOWN, tags},
};
use bytes::{BETWEEN, CLASS, ENDS_NAME, ENDS_TAG, UPPER, ends_name, is_space, quoted, short_name};
use name::lower;
use wanted::is_of_few;

pub(super) use dull::states;
pub(super) use name::Name;
pub(super) use wanted::Wanted;

/// An attribute: lower-case name, value with its character references resolved.
pub(super) type Attribute<'a> = (Cow<'a, str>, Cow<'a, str>);

/// One piece of a page.
#[derive(Debug)]
pub(super) enum Token<'a> {
    /// Text, its character references not yet resolved.
    Text(&'a str),
    /// What stands inside script, style, title, textarea and their like.
    Raw(&'a str),
    /// A start tag; its attributes were appended to the caller's list.
    Open(Name<'a>),
    /// A start tag that stands beside the goods and of which nothing is to be told but its address. Its attributes are
    /// told by `again`.
    Dull(Name<'a>, Option<&'a str>),
    /// An end tag.
    Close(Name<'a>),
}

/// Attributes of one tag beyond this number are passed over.
const MAX_ATTRIBUTES: usize = 100;

/// Bytes of one attribute's value.
const MAX_VALUE: usize = 1 << 16;

/// Walks over a page's text.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// The tag whose contents come next, where they are not markup.
    raw: Option<&'a str>,
    tags: &'static Shelves<Tag>,
    wanted: Wanted,
    tells_text: bool,
    few: bool,
    /// Where the attributes of the last dull tag begin.
    dull: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self::telling(text, Wanted::ALL)
    }

    /// As `new`, but not everything is told.
    pub(super) fn telling(text: &'a str, wanted: Wanted) -> Self {
        Self {
            text,
            at: 0,
            raw: None,
            tags: tags(),
            wanted,
            tells_text: true,
            few: false,
            dull: 0,
        }
    }

    /// Whether from here on only those attributes are told that say where a page leads, what a vocabulary states, and
    /// how an element is called.
    pub(super) fn tell_few(&mut self, few: bool) {
        self.few = few;
    }

    /// Whether text is told from here on. What stands inside script and its like always is.
    pub(super) fn tell_text(&mut self, tell: bool) {
        self.tells_text = tell;
    }

    /// Passes over the end tag of an element, if that comes next just as it should.
    #[inline]
    pub(super) fn ends(&mut self, tag: &Tag) -> bool {
        let length = usize::from(tag.length);
        let Some([b'<', b'/', name @ ..]) = self.text.as_bytes().get(self.at..) else {
            return false;
        };
        if length == 0 || self.raw.is_some() {
            return false;
        }
        let same = name.first_chunk::<8>().is_some_and(|head| {
            u64::from_le_bytes(*head) & !(u64::MAX << (8 * length)) == tag.name
        });
        let ends = same && name.get(length) == Some(&b'>');
        self.at += if ends { length + 3 } else { 0 };
        ends
    }

    /// The next token; the attributes of a start tag are appended to `attributes`.
    #[inline]
    pub(super) fn next(&mut self, attributes: &mut Vec<Attribute<'a>>) -> Option<Token<'a>> {
        if self.raw.is_some()
            && let Some(tag) = self.raw.take()
            && let Some(text) = self.raw_text(tag)
        {
            return Some(Token::Raw(text));
        }
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            let token = match (byte, bytes.get(self.at + 1)) {
                (b'<', Some(b'a'..=b'z' | b'A'..=b'Z')) => self.start_tag(attributes),
                (b'<', Some(b'/')) => self.end_tag(),
                (b'<', Some(b'!' | b'?')) => self.skip_declaration(),
                (b'<', _) => self.plain(1),
                _ => self.plain(0),
            };
            if token.is_some() {
                return token;
            }
        }
        None
    }

    /// Text up to the next `<` that is at least `from` bytes away.
    #[inline]
    fn plain(&mut self, from: usize) -> Option<Token<'a>> {
        let start = self.at;
        let from = start + from;
        self.at = memchr(b'<', &self.text.as_bytes()[from..]).map_or(self.text.len(), |n| n + from);
        self.tells_text
            .then(|| Token::Text(&self.text[start..self.at]))
    }

    /// The contents of a raw element, up to its end tag or the end of the page; none when empty.
    fn raw_text(&mut self, tag: &str) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let bytes = rest.as_bytes();
        let mut from = 0;
        let end = loop {
            // A single byte is looked for faster than two, and it is rare in what is no markup.
            let Some(found) = memchr(b'<', &bytes[from..]) else {
                break bytes.len();
            };
            let Some(name) = bytes[from + found + 1..].strip_prefix(b"/") else {
                from += found + 1;
                continue;
            };
            let ends = matches!(
                name.get(tag.len()),
                None | Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
            );
            if ends
                && name.len() >= tag.len()
                && name[..tag.len()].eq_ignore_ascii_case(tag.as_bytes())
            {
                break from + found;
            }
            from += found + 2;
        };
        self.at += end;
        (end > 0).then(|| &rest[..end])
    }

    #[inline]
    fn end_tag(&mut self) -> Option<Token<'a>> {
        self.at += 2;
        if !matches!(self.text.as_bytes().get(self.at), Some(b) if b.is_ascii_alphabetic()) {
            self.skip_past(b">");
            return None;
        }
        let name = self.name();
        self.pass_attributes();
        (self.wanted.tag)(&name).then_some(Token::Close(name))
    }

    #[inline]
    fn start_tag(&mut self, attributes: &mut Vec<Attribute<'a>>) -> Option<Token<'a>> {
        self.at += 1;
        let name = self.name();
        if self.few
            && let Some(href) = self.dull(name.tag)
        {
            return Some(Token::Dull(name, href));
        }
        // A tag that the page's end cuts off is none.
        let whole = if (self.wanted.attributes_of)(&name) {
            self.attributes(attributes)
        } else {
            self.pass_attributes()
        };
        if !whole {
            return None;
        }
        let raw = name.tag.traits & RAW != 0;
        if raw {
            self.raw = Some(name.written);
        }
        (raw || (self.wanted.tag)(&name)).then_some(Token::Open(name))
    }

    /// The name of a tag that begins here.
    #[inline(always)]
    fn name(&mut self) -> Name<'a> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        // Nearly all are short, and in small letters.
        if let Some(head) = bytes.get(start..).and_then(|rest| rest.first_chunk::<8>())
            && let Some(length) = short_name(*head)
        {
            self.at = start + length;
            return Name {
                written: &self.text[start..start + length],
                tag: self.tags.short(head, length).unwrap_or(&UNKNOWN),
            };
        }
        let ends = |byte: &u8| CLASS[usize::from(*byte)] & ENDS_TAG != 0;
        let length = bytes[start..].iter().position(ends);
        self.at = length.map_or(bytes.len(), |length| start + length);
        let written = &self.text[start..self.at];
        let tag = self.tags.get(lower(written, true).as_bytes());
        Name {
            written,
            tag: tag.unwrap_or(&UNKNOWN),
        }
    }

    /// Reads to the `>` that ends the tag, appending attributes. False when there is none.
    #[inline]
    fn attributes(&mut self, into: &mut Vec<Attribute<'a>>) -> bool {
        let bytes = self.text.as_bytes();
        let (mut at, mut seen) = (self.at, 0);
        loop {
            while matches!(bytes.get(at), Some(b) if CLASS[usize::from(*b)] & BETWEEN != 0) {
                at += 1;
            }
            let Some(first) = bytes.get(at).filter(|byte| **byte != b'>') else {
                let whole = at < bytes.len();
                self.at = at + usize::from(whole);
                return whole;
            };
            // What stands where a name begins belongs to it, whatever it is.
            let start = at;
            let mut upper = CLASS[usize::from(*first)];
            at += 1;
            while let Some(byte) = bytes.get(at) {
                let class = CLASS[usize::from(*byte)];
                if class & ENDS_NAME != 0 {
                    break;
                }
                upper |= class;
                at += 1;
            }
            let name = lower(&self.text[start..at], upper & UPPER != 0);
            let (value, refers, end) = self.value(at);
            at = end;
            let told = !self.few || is_of_few(&name);
            if told && seen < MAX_ATTRIBUTES && (self.wanted.attribute)(&name) {
                into.push((name, decoded(&self.text[value], refers)));
            }
            seen += 1;
        }
    }

    /// Passes over attributes to the `>` that ends the tag. False when there is none.
    fn pass_attributes(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        if bytes.get(at) == Some(&b'>') {
            self.at = at + 1;
            return true;
        }
        // Whether a name came before, whose value a `=` begins; else the `=` begins a name.
        let mut named = false;
        loop {
            let start = at;
            while matches!(bytes.get(at), Some(b) if !ends_name(*b)) {
                at += 1;
            }
            named |= at > start;
            let Some(byte) = bytes.get(at) else {
                self.at = at;
                return false;
            };
            at += 1;
            if *byte == b'=' && named {
                at = self.value_at(at).2;
                named = false;
            } else if *byte == b'>' {
                self.at = at;
                return true;
            } else if !is_space(*byte) {
                named = *byte == b'=';
            }
        }
    }

    /// The value after an attribute's name that ends at `at`, empty where there is none; whether a `&` stands in it; where
    /// it is over.
    #[inline]
    fn value(&self, at: usize) -> (Range<usize>, bool, usize) {
        let bytes = self.text.as_bytes();
        if bytes.get(at) == Some(&b'=') {
            return self.value_at(at + 1);
        }
        let mut sign = at;
        while matches!(bytes.get(sign), Some(b) if is_space(*b)) {
            sign += 1;
        }
        if bytes.get(sign) == Some(&b'=') {
            self.value_at(sign + 1)
        } else {
            (at..at, false, at)
        }
    }

    /// As `value`, for what a `=` before `at` begins.
    #[inline]
    fn value_at(&self, mut at: usize) -> (Range<usize>, bool, usize) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(at), Some(b) if is_space(*b)) {
            at += 1;
        }
        if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
            let start = at + 1;
            let (end, refers) = quoted(bytes, start, *quote);
            return (start..end, refers, (end + 1).min(bytes.len()));
        }
        let (mut end, mut refers) = (at, false);
        while matches!(bytes.get(end), Some(b) if !is_space(*b) && *b != b'>') {
            refers |= bytes[end] == b'&';
            end += 1;
        }
        (at..end, refers, end)
    }

    /// Comments, doctype and processing instructions.
    fn skip_declaration(&mut self) -> Option<Token<'a>> {
        let rest = &self.text[self.at..];
        if rest.starts_with("<!-->") || rest.starts_with("<!--->") {
            self.skip_past(b">");
        } else if rest.starts_with("<!--") {
            self.at += 4;
            self.skip_past(b"-->");
        } else {
            self.skip_past(b">");
        }
        None
    }

    fn skip_past(&mut self, mark: &[u8]) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += memmem::find(rest, mark).map_or(rest.len(), |n| n + mark.len());
    }
}

/// The value of an attribute, which `refers` where a `&` stands in it.
#[inline]
fn decoded(value: &str, refers: bool) -> Cow<'_, str> {
    if !refers && value.len() <= MAX_VALUE {
        return Cow::Borrowed(value);
    }
    entity::decode(&value[..value.floor_char_boundary(MAX_VALUE)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(token: Token<'_>) -> String {
        match token {
            Token::Text(t) => t.to_owned(),
            Token::Raw(t) => format!("[{t}]"),
            Token::Open(t) | Token::Dull(t, _) => format!("<{}>", t.text()),
            Token::Close(t) => format!("</{}>", t.text()),
        }
    }

    fn tokens(text: &str) -> (Vec<String>, Vec<(String, String)>) {
        let (mut walk, mut attributes, mut seen) = (Tokens::new(text), Vec::new(), Vec::new());
        while let Some(token) = walk.next(&mut attributes) {
            seen.push(written(token));
        }
        let owned = attributes
            .iter()
            .map(|(n, v)| (n.to_string(), v.to_string()));
        (seen, owned.collect())
    }

    #[test]
    fn markup_in_the_wild() {
        let (seen, attributes) = tokens(
            "<!DOCTYPE html><TD CLASS=a href='x?a=1&amp;b' data-j=\"{'>'}\" checked/>5 < 6<!-- <b> --></td x=y>",
        );
        assert_eq!(seen, ["<td>", "5 ", "< 6", "</td>"]);
        let pairs = [
            ("class", "a"),
            ("href", "x?a=1&b"),
            ("data-j", "{'>'}"),
            ("checked", ""),
        ];
        assert_eq!(attributes, pairs.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    #[test]
    fn scripts_are_not_markup() {
        let (seen, _) = tokens("<script>if(a<b){'</p></scripty>'}</SCRIPT ><p>x");
        assert_eq!(
            seen,
            [
                "<script>",
                "[if(a<b){'</p></scripty>'}]",
                "</script>",
                "<p>",
                "x"
            ]
        );
        assert_eq!(tokens("<style></style>a").0, ["<style>", "</style>", "a"]);
        assert_eq!(tokens("<title>a &amp; b").0, ["<title>", "[a &amp; b]"]);
    }

    proptest! {
        #[test]
        fn passing_over_is_reading_without_telling(tag in "(a|=| |\"|'|/|>|b=|b='|b=\"|<){0,14}") {
            let text = format!("<p {tag}x</p {tag}>y<i>");
            let (all, _) = tokens(&text);
            let told = |wanted, tell| {
                let (mut walk, mut attributes, mut seen) = (Tokens::telling(&text, wanted), Vec::new(), Vec::new());
                walk.tell_text(tell);
                while let Some(token) = walk.next(&mut attributes) {
                    seen.push(written(token));
                }
                assert!(attributes.is_empty());
                seen
            };
            let names = Wanted { attributes_of: |_| false, ..Wanted::ALL };
            prop_assert_eq!(told(names, true), all.clone());
            let some = Wanted { tag: |name| name.text() == "i", ..names };
            let is_text = |token: &&String| !token.starts_with('<') || !token[1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
            let kept = all.iter().filter(|token| is_text(token) || *token == "<i>").cloned();
            prop_assert_eq!(told(some, true), kept.collect::<Vec<_>>());
            let silent = all.iter().filter(|token| *token == "<i>").cloned();
            prop_assert_eq!(told(some, false), silent.collect::<Vec<_>>());
        }
    }

    #[test]
    fn rubbish_ends() {
        for text in [
            "<",
            "</",
            "<!",
            "<!--",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "</>",
            "<?",
            "<a\u{0}é=ü",
            "a<",
        ] {
            tokens(text);
        }
    }
}
