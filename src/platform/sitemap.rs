//! Site maps (sitemaps.org 0.9): `urlset` and `sitemapindex`, read piece by piece, so that a huge one costs no more than a small one.

use std::io::{ErrorKind, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};
use memchr::{memchr, memmem};
use url::Url;

/// Addresses of one map, and bytes of it once unpacked, that the protocol allows.
const MOST: usize = 50_000;
const MOST_BYTES: usize = 50 << 20;
/// Bytes read at once.
const PIECE: usize = 1 << 16;
/// Bytes of an element with an address, at most.
const LONGEST: usize = 1 << 13;
/// What stands before text that is not markup.
const DATA: &str = "<![CDATA[";

/// What a site map turned out to be.
#[derive(Debug, Default)]
pub(super) struct Map {
    /// How many addresses it named.
    pub(super) found: usize,
    /// Why it is not whole.
    pub(super) fault: Option<String>,
}

/// Whether what `text` is the beginning of is a site map; then the name of its root element.
pub(super) fn root(text: &str) -> Option<&str> {
    let mut head = text.trim_start_matches('\u{feff}').trim_start();
    // The root element comes after the declaration, comments and processing instructions.
    while let Some(rest) = head.strip_prefix("<?").or_else(|| head.strip_prefix("<!")) {
        let end = if rest.starts_with("--") { "-->" } else { ">" };
        head = rest[rest.find(end)? + end.len()..].trim_start();
    }
    let name = head
        .strip_prefix('<')?
        .split(|c: char| c.is_whitespace() || c == '>')
        .next()?;
    matches!(name.rsplit(':').next(), Some("urlset" | "sitemapindex")).then_some(name)
}

/// Shows `each` the web addresses of a map in its order. `root` is the name of its root element, `charset` what it is
/// written in. What is broken or too much gives a fault beside the addresses before it.
pub(super) fn read(from: impl Read, root: &str, charset: &str, each: impl FnMut(Url)) -> Map {
    read_within(MOST_BYTES, from, root, charset, each)
}

fn read_within(
    limit: usize,
    from: impl Read,
    root: &str,
    charset: &str,
    mut each: impl FnMut(Url),
) -> Map {
    let prefix = root.rsplit_once(':').map_or("", |(prefix, _)| prefix);
    let mut map = Map::default();
    let decoder = Encoding::for_label(charset.as_bytes())
        .unwrap_or(UTF_8)
        .new_decoder();
    let mut text = Text::new(from, decoder);
    let mut elements = Elements::new(root, prefix);
    loop {
        let more = text.fill();
        let (used, over) = elements.walk(&text.buffer, &mut |address| {
            if map.found == MOST {
                return false;
            }
            map.found += 1;
            if let Some(url) = web_address(address) {
                each(url);
            }
            true
        });
        text.buffer.drain(..used);
        let fault = match (more, over) {
            (_, Some(Over::Root)) => return map,
            (_, Some(Over::Enough)) => {
                format!("more than {MOST} addresses, the most that a map may have")
            }
            (Ok(true), None) if text.read > limit => {
                format!(
                    "more than {} MiB, the most that a map may have",
                    limit >> 20
                )
            }
            (Ok(true), None) => continue,
            (Ok(false), None) => format!("it ends before </{root}>"),
            (Err(error), None) => format!("it is damaged: {error}"),
        };
        map.fault = Some(format!(
            "{fault}; what comes after address {} is missing",
            map.found
        ));
        return map;
    }
}

/// Bytes to text, a piece at a time.
struct Text<R> {
    from: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    buffer: String,
    read: usize,
}

impl<R: Read> Text<R> {
    fn new(from: R, decoder: Decoder) -> Self {
        Self {
            from,
            decoder,
            bytes: vec![0; PIECE],
            buffer: String::new(),
            read: 0,
        }
    }

    /// Appends a piece to the buffer; false when there is none any more.
    fn fill(&mut self) -> std::io::Result<bool> {
        let length = loop {
            match self.from.read(&mut self.bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.read += length;
        let room = self
            .decoder
            .max_utf8_buffer_length(length)
            .unwrap_or(PIECE * 3);
        self.buffer.reserve(room);
        let _ = self
            .decoder
            .decode_to_string(&self.bytes[..length], &mut self.buffer, length == 0);
        Ok(length > 0)
    }
}

/// Why the walk over a map is over.
enum Over {
    Root,
    Enough,
}

/// What is looked for in a map, and where the walk over it stands.
struct Elements {
    open: String,
    close: String,
    end: String,
    comment: bool,
}

/// What begins at a `<`.
enum Element<'a> {
    /// So many bytes of no interest.
    Other(usize),
    Comment,
    Loc {
        length: usize,
        address: &'a str,
    },
    /// Its end is not here yet.
    Open,
}

impl Elements {
    fn new(root: &str, prefix: &str) -> Self {
        // `image:loc` and its like are not pages: only the map's own namespace counts.
        let loc = if prefix.is_empty() {
            "loc".to_owned()
        } else {
            format!("{prefix}:loc")
        };
        Self {
            open: format!("<{loc}"),
            close: format!("</{loc}"),
            end: format!("</{root}"),
            comment: false,
        }
    }

    /// Shows `each` what stands in every whole element of `text` until it says false; gives how much was used up.
    /// Every byte is looked at a bounded number of times, however the text comes.
    fn walk(&mut self, text: &str, each: &mut impl FnMut(&str) -> bool) -> (usize, Option<Over>) {
        let mut at = 0;
        loop {
            if self.comment {
                let Some(end) = text[at..].find("-->") else {
                    let dashes = text[at..]
                        .bytes()
                        .rev()
                        .take(2)
                        .take_while(|b| *b == b'-')
                        .count();
                    return (text.len() - dashes, None);
                };
                self.comment = false;
                at += end + 3;
            }
            let Some(found) = text[at..].find('<') else {
                return (text.len(), None);
            };
            let start = at + found;
            let rest = &text[start..];
            // A tag is looked at when all of its name is here.
            if rest.len() <= self.close.len().max(self.end.len()) && !rest.contains('>') {
                return (start, None);
            }
            if rest.starts_with(&self.end) {
                return (text.len(), Some(Over::Root));
            }
            at = match self.element(rest) {
                Element::Other(length) => start + length,
                Element::Comment => {
                    self.comment = true;
                    start + 4
                }
                Element::Loc { length, address } => {
                    if !each(address) {
                        return (text.len(), Some(Over::Enough));
                    }
                    start + length
                }
                Element::Open => return (start, None),
            };
        }
    }

    /// What begins at the `<` with which `rest` begins.
    fn element<'a>(&self, rest: &'a str) -> Element<'a> {
        if rest.starts_with("<!--") {
            return Element::Comment;
        }
        let named = rest.strip_prefix(&self.open);
        if !named.is_some_and(|rest| rest.starts_with(['>', ' ', '\t', '\n', '\r'])) {
            return Element::Other(1);
        }
        // No tag and no address is that long: what does not end within it is no element.
        let window = &rest.as_bytes()[..rest.len().min(LONGEST)];
        let unended = || {
            if window.len() < LONGEST {
                Element::Open
            } else {
                Element::Other(1)
            }
        };
        let Some(start) = memchr(b'>', window).map(|at| at + 1) else {
            return unended();
        };
        let data = rest[start..].trim_start().starts_with(DATA);
        let end = match data {
            true => memmem::find(&window[start..], b"]]>").map(|at| start + at + 3),
            false => Some(start),
        };
        // Only the element's own end may stand behind its text.
        match end.and_then(|from| memchr(b'<', &window[from..]).map(|at| from + at)) {
            Some(end) if rest[end..].starts_with(&self.close) => Element::Loc {
                length: end,
                address: &rest[start..end],
            },
            // What it is cannot be seen yet.
            Some(end) if rest.len() - end < self.close.len().max(DATA.len()) => unended(),
            None => unended(),
            Some(_) => Element::Other(start),
        }
    }
}

/// The address that stands in an element, if it is one of the web.
fn web_address(text: &str) -> Option<Url> {
    let text = text.trim();
    let plain = match text.strip_prefix(DATA) {
        Some(data) => data.trim_end_matches("]]>").to_owned(),
        None => resolved(text),
    };
    let url = Url::parse(plain.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// `text` with the references of XML resolved (XML 1.0, 4.6): five names and numbers; others stay.
fn resolved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let reference = rest[1..].split(';').next().unwrap_or_default();
        let found = match reference {
            "amp" => Some('&'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            _ => numbered(reference),
        };
        let length = match found {
            Some(c) if rest.len() > reference.len() + 1 => {
                out.push(c);
                reference.len() + 2
            }
            _ => {
                out.push('&');
                1
            }
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn numbered(reference: &str) -> Option<char> {
    let number = reference.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    code.ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn read_text(text: &str) -> (Vec<String>, Map) {
        read_from(text.as_bytes(), text)
    }

    fn read_from(from: impl Read, text: &str) -> (Vec<String>, Map) {
        let mut found = Vec::new();
        let map = read(from, root(text).unwrap(), "UTF-8", |url| {
            found.push(url.into())
        });
        (found, map)
    }

    #[test]
    fn both_forms_give_their_addresses() {
        let (found, map) = read_text("\u{feff}<?xml version='1.0'?>\n<!-- made --><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>
            <!-- <url><loc>http://shop.example/no</loc></url> -->
            <url><loc> http://shop.example/a?x=1&amp;y=2&#38;z=&#x33; </loc><lastmod>2026-01-01</lastmod></url><url><loc><![CDATA[http://shop.example/b?x&y]]></loc>
            <image:image><image:loc>http://img.example/b.jpg</image:loc></image:image></url><url><loc
            >http://shop.example/儿童</loc></url><url><loc>ftp://shop.example/c</loc></url></urlset>");
        assert_eq!(
            found,
            [
                "http://shop.example/a?x=1&y=2&z=3",
                "http://shop.example/b?x&y",
                "http://shop.example/%E5%84%BF%E7%AB%A5"
            ]
        );
        assert!(map.fault.is_none());
        let (found, map) = read_text(
            "<sm:sitemapindex xmlns:sm='x'><sm:sitemap><sm:loc>http://shop.example/1.xml</sm:loc></sm:sitemap></sm:sitemapindex>",
        );
        assert_eq!(found, ["http://shop.example/1.xml"]);
        assert!(map.fault.is_none());
        assert!(
            root("<!doctype html><html>").is_none()
                && root("<?xml").is_none()
                && root("").is_none()
        );
    }

    #[test]
    fn a_broken_map_gives_what_it_has() {
        let (found, map) = read_text(
            "<urlset><url><loc>http://shop.example/1</loc></url><url><loc>http://shop.ex",
        );
        assert_eq!(found, ["http://shop.example/1"]);
        assert_eq!(
            map.fault.as_deref(),
            Some("it ends before </urlset>; what comes after address 1 is missing")
        );
        let text: String = (0..9000)
            .map(|n| format!("<url><loc>http://shop.example/{}</loc></url>", n * 7919))
            .collect();
        let text = format!("<urlset>{text}</urlset>");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let packed = gzip.finish().unwrap();
        let half = flate2::read::MultiGzDecoder::new(&packed[..packed.len() / 2]);
        let (found, map) = read_from(half, &text);
        assert!(found.len() > 1000 && found.len() < 9000);
        assert!(map.fault.unwrap().starts_with("it is damaged: "));
    }

    #[test]
    fn a_map_is_read_to_a_limit() {
        let endless = |piece: &str| {
            let text = format!("<urlset>{}", piece.repeat((3 << 20) / piece.len()));
            let mut found = 0;
            let each = |_| found += 1;
            let map = read_within(1 << 20, text.as_bytes(), "urlset", "UTF-8", each);
            (found, map.fault.unwrap_or_default())
        };
        let (found, fault) = endless("<url><loc>h://a</loc></url>");
        assert_eq!(found, 0);
        assert!(fault.starts_with("more than 1 MiB"), "{fault}");
        let full = format!("<urlset>{}</urlset>", "<loc>http://a</loc>".repeat(MOST));
        assert!(read_text(&full).1.fault.is_none());
        let (found, fault) = endless("<loc>http://a</loc>");
        assert_eq!(found, MOST);
        assert!(fault.starts_with("more than 50000 addresses"), "{fault}");
        for piece in [
            "<loc",
            "<loc>",
            "<loc ",
            "<loc><![CDATA[",
            "<!--",
            "<",
            "</loc>",
            "    ",
        ] {
            let (found, fault) = endless(piece);
            assert_eq!(found, 0);
            assert!(fault.starts_with("more than 1 MiB"), "{piece}: {fault}");
        }
    }

    /// Gives `step` bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let step = self.1.min(into.len());
            self.0.read(&mut into[..step])
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_bytes_come(text in "(<url>|<loc>|<loc |</loc>|http://a.x/|<!--|-->|é|&amp;|x|<|>|]]>|<!\\[CDATA\\[|</urlset>){0,30}", step in 1_usize..20) {
            let text = format!("<urlset>{text}");
            let (whole, map) = read_text(&text);
            let (slow, slow_map) = read_from(Slow(text.as_bytes(), step), &text);
            prop_assert_eq!(whole, slow);
            prop_assert_eq!(map.fault, slow_map.fault);
        }
    }
}
