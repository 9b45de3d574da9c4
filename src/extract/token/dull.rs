//! Start tags beside the goods of which nothing is told but where they lead: most of a page, so their attributes are not
//! put into the list.

use std::ops::Range;

use super::{
    super::{
        marks,
        tags::{BLOCK, KEPT, Kind, LEADS, RAW, Tag},
    },
    Attribute, MAX_ATTRIBUTES, MAX_VALUE, Tokens,
    bytes::{BETWEEN, CLASS, ENDS_NAME, UPPER, closing, closing_after, having},
};

impl<'a> Tokens<'a> {
    /// Passes over the attributes of a start tag that is surely dull, to the `>` that ends it; gives the first address in
    /// them where the tag leads somewhere. None, and nothing passed over, where more may have to be told.
    pub(super) fn dull(&mut self, tag: &Tag) -> Option<Option<&'a str>> {
        if tag.number == 0 || tag.traits & (KEPT | RAW) != 0 || tag.kind == Kind::Whole {
            return None;
        }
        self.dull = self.at;
        let (block, leads) = (tag.traits & BLOCK != 0, tag.traits & LEADS != 0);
        let bytes = self.text.as_bytes();
        let (mut at, mut seen, mut href) = (self.at, 0, None);
        loop {
            if *bytes.get(at)? == b'>' {
                self.at = at + 1;
                return Some(href);
            }
            let name = match usual(bytes, at) {
                Some(name) => name,
                None => {
                    while CLASS[usize::from(*bytes.get(at)?)] & BETWEEN != 0 {
                        at += 1;
                    }
                    if bytes[at] == b'>' {
                        continue;
                    }
                    named(bytes, at)?
                }
            };
            at += name.length;
            seen += 1;
            if seen > MAX_ATTRIBUTES {
                return None;
            }
            // What must not stand in the value.
            let sign = match name.tells {
                Tells::Vocabulary => return None,
                Tells::Class if block => marks::OF_CRUMBS,
                Tells::Address if leads => b'&',
                // Only with an `x` it says that this is the next page.
                Tells::Relation if leads => b'x',
                _ => {
                    at = self.past(at)?;
                    continue;
                }
            };
            let (value, signed, end) = self.signed(at, sign)?;
            at = end;
            if signed || value.len() > MAX_VALUE {
                return None;
            }
            if leads && name.tells == Tells::Address {
                href = href.or(self.text.get(value));
            }
        }
    }

    /// The end of the value behind a name that ends at `at`. None where the page ends before it does.
    #[inline]
    fn past(&self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        match opens(bytes, at) {
            Some(quote) => Some(closing(bytes, at + 2, quote)? + 1),
            None => Some(self.value(at).2),
        }
    }

    /// The value behind a name that ends at `at`; whether `sign`, a capital or not, or a `&` may stand in it; its end.
    #[inline]
    fn signed(&self, at: usize, sign: u8) -> Option<(Range<usize>, bool, usize)> {
        let bytes = self.text.as_bytes();
        if let Some(quote) = opens(bytes, at) {
            let (end, signed) = closing_after(bytes, at + 2, quote, sign)?;
            return Some((at + 2..end, signed, end + 1));
        }
        let (value, refers, end) = self.value(at);
        let is_sign = |byte: &u8| byte.eq_ignore_ascii_case(&sign);
        let signed = refers || bytes.get(value.clone())?.iter().any(is_sign);
        Some((value, signed, end))
    }

    /// Tells the attributes of the last dull tag after all.
    pub(in crate::extract) fn again(&mut self, attributes: &mut Vec<Attribute<'a>>) {
        self.at = self.dull;
        self.attributes(attributes);
    }
}

/// The quote that begins a value behind a name that ends at `at`, written as usual.
#[inline]
fn opens(bytes: &[u8], at: usize) -> Option<u8> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'='), Some(quote @ (b'"' | b'\''))) => Some(*quote),
        _ => None,
    }
}

/// A name of an attribute.
struct Named {
    /// Bytes of it, and of the space before it that was read with it.
    length: usize,
    tells: Tells,
}

/// What an attribute may have to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tells {
    Nothing,
    /// What an element is.
    Class,
    Address,
    Relation,
    /// What a vocabulary states.
    Vocabulary,
}

/// The space at `at` and the name behind it, if that has up to six small letters and a `=` ends it.
#[inline]
fn usual(bytes: &[u8], at: usize) -> Option<Named> {
    const ID: u64 = word(b" id");
    const REL: u64 = word(b" rel");
    const HREF: u64 = word(b" href");
    const STYLE: u64 = word(b" class");
    const TYPEOF: u64 = word(b" typeof");
    /// The bits that every small letter has, and nothing that ends a name; none of the space.
    const SMALL: u64 = u64::from_ne_bytes([0x60; 8]) << 8;
    let head = u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
    let length = having(head, b'=').trailing_zeros() / 8;
    if !matches!(length, 2..=7) || head & 0xff != u64::from(b' ') {
        return None;
    }
    let before = !(u64::MAX << (8 * length));
    if !head & SMALL & before != 0 {
        return None;
    }
    let length = length as usize;
    let tells = match head & before {
        ID | STYLE => Tells::Class,
        HREF => Tells::Address,
        REL => Tells::Relation,
        TYPEOF => Tells::Vocabulary,
        _ => Tells::Nothing,
    };
    Some(Named { length, tells })
}

/// A name of fewer than eight bytes as a number, the first byte lowest.
const fn word(name: &[u8]) -> u64 {
    let (mut word, mut at) = (0, name.len());
    while at > 0 {
        at -= 1;
        word = word << 8 | name[at] as u64;
    }
    word
}

/// Whatever name begins at `at`. None where the page ends before it does.
fn named(bytes: &[u8], at: usize) -> Option<Named> {
    let rest = bytes.get(at..)?;
    let class = |byte: &u8| CLASS[usize::from(*byte)];
    // What stands where a name begins belongs to it, whatever it is.
    let length = 1 + rest
        .get(1..)?
        .iter()
        .position(|b| class(b) & ENDS_NAME != 0)?;
    let name = &rest[..length];
    let tells = match name {
        b"href" => Tells::Address,
        b"rel" => Tells::Relation,
        _ if states(name) || name.iter().any(|b| class(b) & UPPER != 0) => Tells::Vocabulary,
        _ if marks::names(name) => Tells::Class,
        _ => Tells::Nothing,
    };
    Some(Named { length, tells })
}

/// Whether a vocabulary states something by such an attribute.
#[inline]
pub(in crate::extract) fn states(name: &[u8]) -> bool {
    match name.len() {
        6 => name == b"typeof",
        8 => matches!(name, b"itemprop" | b"property"),
        9 => name == b"itemscope",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::{marks::Marker, tags::tags};

    proptest! {
        #[test]
        fn what_is_dull_tells_nothing_but_its_address(tag in "li|a|span|area", attributes in "( |/|class|CLASS|id|href|rel|typeof|itemprop|data-qa|title|=|=\"|\" |'|crumb|bread|next|nofollow|&amp;|x|é|>){0,14}>") {
            let text = format!("{tag}{attributes}");
            let known = tags().get(tag.as_bytes()).unwrap();
            let (mut quick, mut slow) = (Tokens::new(&text), Tokens::new(&text));
            (quick.at, slow.at) = (tag.len(), tag.len());
            let Some(href) = quick.dull(known) else {
                prop_assert_eq!(quick.at, tag.len());
                return Ok(());
            };
            let mut told = Vec::new();
            prop_assert!(slow.attributes(&mut told));
            prop_assert_eq!(quick.at, slow.at);
            prop_assert!(!told.iter().any(|(name, _)| states(name.as_bytes())));
            if known.traits & LEADS == 0 {
                let mut marker = Marker::new();
                let crumbs = told.iter().any(|own| marker.marks(own).any(marks::CRUMBS));
                prop_assert!(known.traits & BLOCK == 0 || !crumbs);
            } else {
                let value = |name: &str| told.iter().find(|(n, _)| n == name).map(|(_, value)| &**value);
                prop_assert_eq!(value("href"), href);
                prop_assert!(!value("rel").unwrap_or_default().to_ascii_lowercase().contains("next"));
            }
            let mut again = Vec::new();
            quick.again(&mut again);
            prop_assert_eq!(again, told);
        }

        #[test]
        fn a_usual_name_is_a_name(text in " (class|id|rel|href|typeof|style|alt|data-qa|CLASS|itemprop|=|>| |/|é|\"|x){1,3}=.{8}") {
            if let Some(usual) = usual(text.as_bytes(), 0) {
                let name = named(text.as_bytes(), 1).unwrap();
                prop_assert_eq!((usual.length, usual.tells), (name.length + 1, name.tells));
            }
        }
    }
}
