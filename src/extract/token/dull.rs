//! Start tags beside the goods of which nothing is told but where they lead: most of a page, so their attributes are not
//! put into the list.

use super::{
    super::{
        marks,
        tags::{BLOCK, KEPT, Kind, LEADS, RAW, Tag},
    },
    Attribute, MAX_ATTRIBUTES, MAX_VALUE, Tokens,
    bytes::{BETWEEN, CLASS, ENDS_NAME, UPPER},
};

impl<'a> Tokens<'a> {
    /// Passes over the attributes of a start tag that is surely dull, to the `>` that ends it; gives the first address in
    /// them where the tag leads somewhere. None, and nothing passed over, where more may have to be told.
    pub(super) fn dull(&mut self, tag: &Tag) -> Option<Option<&'a str>> {
        if tag.number == 0 || tag.traits & (KEPT | RAW) != 0 || tag.kind == Kind::Whole {
            return None;
        }
        self.dull = self.at;
        let bytes = self.text.as_bytes();
        let (mut at, mut seen, mut href) = (self.at, 0, None);
        loop {
            while CLASS[usize::from(*bytes.get(at)?)] & BETWEEN != 0 {
                at += 1;
            }
            if bytes[at] == b'>' {
                self.at = at + 1;
                return Some(href);
            }
            let start = at;
            let mut class = CLASS[usize::from(bytes[at])];
            at += 1;
            loop {
                let next = CLASS[usize::from(*bytes.get(at)?)];
                if next & ENDS_NAME != 0 {
                    break;
                }
                class |= next;
                at += 1;
            }
            let name = &bytes[start..at];
            let (value, refers, end) = self.value(at);
            at = end;
            seen += 1;
            if class & UPPER != 0 || seen > MAX_ATTRIBUTES || states(name) {
                return None;
            }
            if tag.traits & LEADS != 0 {
                if name == b"rel" || name == b"href" && (refers || value.len() > MAX_VALUE) {
                    return None;
                }
                if name == b"href" && href.is_none() {
                    href = Some(&self.text[value]);
                }
            } else if tag.traits & BLOCK != 0
                && marks::names(name)
                && (refers || marks::may_be_crumbs(&bytes[value]))
            {
                return None;
            }
        }
    }

    /// Tells the attributes of the last dull tag after all.
    pub(in crate::extract) fn again(&mut self, attributes: &mut Vec<Attribute<'a>>) {
        self.at = self.dull;
        self.attributes(attributes);
    }
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
