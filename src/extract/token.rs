//! Tags and text of a page in one pass over its bytes: the states of the HTML tokenizer (HTML, 13.2.5) that matter for reading.
//!
//! Every byte is looked at a bounded number of times, whatever the page: no state goes back.

use std::borrow::Cow;

use memchr::{memchr, memchr3, memmem};

use super::entity;

/// An attribute: lower-case name, value with its character references resolved.
pub(super) type Attribute<'a> = (Cow<'a, str>, Cow<'a, str>);

/// One piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text, its character references not yet resolved.
    Text(&'a str),
    /// What stands inside script, style, title, textarea and their like.
    Raw(&'a str),
    /// A start tag, lower case; its attributes were appended to the caller's list.
    Open(Cow<'a, str>),
    /// An end tag, lower case.
    Close(Cow<'a, str>),
}

/// Attributes of one tag beyond this number are passed over.
const MAX_ATTRIBUTES: usize = 100;

/// Bytes of one attribute's value.
const MAX_VALUE: usize = 1 << 16;

/// Elements whose contents are not markup.
const RAW: &[&str] = &[
    "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes",
];

/// Walks over a page's text.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    raw: Option<&'static str>,
    /// Of which tags the attributes are kept; the name is in lower case.
    keep: fn(&str) -> bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            raw: None,
            keep: |_| true,
        }
    }

    /// As `new`, but only attributes of tags for which `keep` holds are read: what the others hold is passed over.
    pub(super) fn keeping(text: &'a str, keep: fn(&str) -> bool) -> Self {
        Self {
            keep,
            ..Self::new(text)
        }
    }

    /// The next token; the attributes of a start tag are appended to `attributes`.
    pub(super) fn next(&mut self, attributes: &mut Vec<Attribute<'a>>) -> Option<Token<'a>> {
        if let Some(tag) = self.raw.take()
            && let Some(text) = self.raw_text(tag)
        {
            return Some(Token::Raw(text));
        }
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let Some(markup) = rest.strip_prefix('<') else {
                return Some(Token::Text(self.plain(0)));
            };
            match markup.bytes().next() {
                Some(b'a'..=b'z' | b'A'..=b'Z') => {
                    if let Some(token) = self.start_tag(attributes) {
                        return Some(token);
                    }
                }
                Some(b'/') => {
                    if let Some(token) = self.end_tag() {
                        return Some(token);
                    }
                }
                Some(b'!' | b'?') => self.skip_declaration(),
                _ => return Some(Token::Text(self.plain(1))),
            }
        }
        None
    }

    /// Text up to the next `<` that is at least `from` bytes away.
    fn plain(&mut self, from: usize) -> &'a str {
        let rest = &self.text[self.at..];
        let end = memchr(b'<', &rest.as_bytes()[from..]).map_or(rest.len(), |n| n + from);
        self.at += end;
        &rest[..end]
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

    fn end_tag(&mut self) -> Option<Token<'a>> {
        let rest = &self.text[self.at + 2..];
        let name = tag_name(rest);
        self.at += 2 + name.len();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.skip_past(b">");
            return None;
        }
        self.pass_attributes();
        Some(Token::Close(lower(name)))
    }

    fn start_tag(&mut self, attributes: &mut Vec<Attribute<'a>>) -> Option<Token<'a>> {
        let name = tag_name(&self.text[self.at + 1..]);
        self.at += 1 + name.len();
        let limit = attributes.len() + MAX_ATTRIBUTES;
        let name = lower(name);
        // A tag that the page's end cuts off is none.
        let whole = if (self.keep)(&name) {
            self.attributes(attributes, limit)
        } else {
            self.pass_attributes()
        };
        if !whole {
            return None;
        }
        self.raw = RAW.iter().copied().find(|tag| *tag == name);
        Some(Token::Open(name))
    }

    /// Reads to the `>` that ends the tag, keeping attributes up to `limit`. False when there is none.
    fn attributes(&mut self, into: &mut Vec<Attribute<'a>>, limit: usize) -> bool {
        let bytes = self.text.as_bytes();
        loop {
            while matches!(bytes.get(self.at), Some(b) if is_space(*b) || *b == b'/') {
                self.at += 1;
            }
            match bytes.get(self.at) {
                None => return false,
                Some(b'>') => {
                    self.at += 1;
                    return true;
                }
                Some(_) => {}
            }
            let start = self.at;
            self.at += 1;
            while matches!(bytes.get(self.at), Some(b) if !is_space(*b) && !matches!(b, b'/' | b'>' | b'='))
            {
                self.at += 1;
            }
            let name = &self.text[start..self.at];
            let value = self.value();
            if into.len() < limit {
                let value = &value[..value.floor_char_boundary(MAX_VALUE)];
                into.push((lower(name), entity::decode(value)));
            }
        }
    }

    /// Passes over attributes to the `>` that ends the tag. False when there is none.
    fn pass_attributes(&mut self) -> bool {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start;
        while let Some(found) = memchr3(b'>', b'"', b'\'', &bytes[at..]) {
            at += found;
            if bytes[at] == b'>' {
                self.at = at + 1;
                return true;
            }
            if !begins_value(&bytes[start..at]) {
                break;
            }
            let Some(end) = memchr(bytes[at], &bytes[at + 1..]) else {
                break;
            };
            at += end + 2;
        }
        // Unusual: as for attributes that are kept.
        self.attributes(&mut Vec::new(), 0)
    }

    /// The value after an attribute's name, empty where there is none.
    fn value(&mut self) -> &'a str {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while matches!(bytes.get(at), Some(b) if is_space(*b)) {
            at += 1;
        }
        if bytes.get(at) != Some(&b'=') {
            return "";
        }
        at += 1;
        while matches!(bytes.get(at), Some(b) if is_space(*b)) {
            at += 1;
        }
        let (start, end) = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let start = at + 1;
                let end = memchr(*quote, &bytes[start..]).map_or(bytes.len(), |n| start + n);
                self.at = (end + 1).min(bytes.len());
                return &self.text[start..end];
            }
            _ => {
                let mut end = at;
                while matches!(bytes.get(end), Some(b) if !is_space(*b) && *b != b'>') {
                    end += 1;
                }
                (at, end)
            }
        };
        self.at = end;
        &self.text[start..end]
    }

    /// Comments, doctype and processing instructions.
    fn skip_declaration(&mut self) {
        let rest = &self.text[self.at..];
        if rest.starts_with("<!-->") || rest.starts_with("<!--->") {
            self.skip_past(b">");
        } else if rest.starts_with("<!--") {
            self.at += 4;
            self.skip_past(b"-->");
        } else {
            self.skip_past(b">");
        }
    }

    fn skip_past(&mut self, mark: &[u8]) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += memmem::find(rest, mark).map_or(rest.len(), |n| n + mark.len());
    }
}

/// Whether a quote after `before` (what a tag holds up to there) begins a value, told by an attribute written plainly:
/// white space, a name, `=`. Only where this is so can the quote not be part of something else.
fn begins_value(before: &[u8]) -> bool {
    let Some(rest) = before.strip_suffix(b"=") else {
        return false;
    };
    let name = rest
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'))
        .count();
    let rest = &rest[..rest.len() - name];
    let spaces = rest.iter().rev().take_while(|b| is_space(**b)).count();
    name > 0 && spaces > 0 && rest[..rest.len() - spaces].last() != Some(&b'=')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

fn tag_name(text: &str) -> &str {
    let end = text
        .bytes()
        .position(|b| is_space(b) || matches!(b, b'/' | b'>'))
        .unwrap_or(text.len());
    &text[..end]
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(token: Token<'_>) -> String {
        match token {
            Token::Text(t) => t.to_owned(),
            Token::Raw(t) => format!("[{t}]"),
            Token::Open(t) => format!("<{t}>"),
            Token::Close(t) => format!("</{t}>"),
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
        fn passing_over_is_reading_without_keeping(tag in "(a|=| |\"|'|/|>|b=|b='|b=\"|<){0,14}") {
            let text = format!("<p {tag}x</p {tag}>y<i>");
            let (all, _) = tokens(&text);
            let (mut walk, mut attributes, mut seen) = (Tokens::keeping(&text, |_| false), Vec::new(), Vec::new());
            while let Some(token) = walk.next(&mut attributes) {
                seen.push(written(token));
            }
            prop_assert_eq!(seen, all);
            prop_assert!(attributes.is_empty());
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
