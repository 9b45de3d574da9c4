//! Path patterns of robots.txt, compared with paths octet by octet (RFC 9309, 2.2.2 and 2.2.3).

use memchr::memmem;

/// A path as a rule gives it: `*` stands for anything, `$` at the end for the end.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    octets: Octets,
    anchored: bool,
}

/// The path and query of a URL.
#[derive(Clone, Debug)]
pub(super) struct Target(Octets);

/// The two forms in which octets are compared.
#[derive(Clone, Debug)]
struct Octets {
    /// As written, percent-encoded where a URL would be.
    written: Vec<u8>,
    /// The same with the escapes of unreserved characters undone.
    plain: Vec<u8>,
}

impl Pattern {
    pub(super) fn new(value: &str) -> Self {
        let (value, anchored) = match value.strip_suffix('$') {
            Some(value) => (value, true),
            None => (value, false),
        };
        Self {
            octets: Octets::new(value, true),
            anchored,
        }
    }

    /// Octets, by which the most specific rule is found.
    pub(super) fn length(&self) -> usize {
        self.octets.written.len() + usize::from(self.anchored)
    }

    pub(super) fn matches_as_written(&self, target: &Target) -> bool {
        matches(&self.octets.written, self.anchored, &target.0.written)
    }

    pub(super) fn matches_unescaped(&self, target: &Target) -> bool {
        matches(&self.octets.plain, self.anchored, &target.0.plain)
    }
}

impl Target {
    pub(super) fn new(path: &str) -> Self {
        Self(Octets::new(path, false))
    }

    pub(super) fn is(&self, path: &str) -> bool {
        self.0.plain == path.as_bytes()
    }
}

impl Octets {
    fn new(text: &str, pattern: bool) -> Self {
        let written = encoded(text.as_bytes(), pattern);
        Self {
            plain: unescaped(&written),
            written,
        }
    }
}

/// Percent-encodes what cannot stand in a URL and writes escapes in capitals, so that octets can be compared.
/// `*` and `$` are kept in a pattern, where `*` is a wildcard; elsewhere they are plain characters.
fn encoded(text: &[u8], pattern: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (*first, escape(text_of_escape(*first, tail))) {
            (_, Some(octet)) => {
                push_escape(&mut out, octet);
                rest = &tail[2..];
            }
            (b'*', _) if pattern => out.push(b'*'),
            (b'*' | b'$', _) => push_escape(&mut out, *first),
            (octet, _) if octet.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&octet) => {
                out.push(octet);
            }
            (octet, _) => push_escape(&mut out, octet),
        }
    }
    out
}

/// Undoes the escapes of letters, digits and `-._~`, which mean the same escaped or not (RFC 3986, 2.3).
fn unescaped(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match escape(text_of_escape(*first, tail)) {
            Some(octet) if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) => {
                out.push(octet);
                rest = &tail[2..];
            }
            _ => out.push(*first),
        }
    }
    out
}

/// The two characters after a `%`.
fn text_of_escape(first: u8, tail: &[u8]) -> Option<&str> {
    let digits = tail.get(..2).filter(|_| first == b'%')?;
    std::str::from_utf8(digits).ok()
}

fn escape(digits: Option<&str>) -> Option<u8> {
    let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

fn push_escape(out: &mut Vec<u8>, octet: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend([
        b'%',
        DIGITS[usize::from(octet >> 4)],
        DIGITS[usize::from(octet & 15)],
    ]);
}

/// Does `path` begin with `pattern`, `*` standing for anything? Anchored: does it match to its end?
fn matches(pattern: &[u8], anchored: bool, path: &[u8]) -> bool {
    let mut pieces = pattern.split(|b| *b == b'*').peekable();
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    if pieces.peek().is_none() {
        return !anchored || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if anchored && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = memmem::find(rest, piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    true
}
