//! What HTML says of each tag, as far as reading a page needs it (HTML, 13.1.2 and 13.2.4.2).

use std::sync::LazyLock;

use super::shelves::Shelves;

/// It has no contents and no end tag.
pub(super) const VOID: u16 = 1;
/// "Special" in the standard: the end tag of an inline element does not reach through it.
pub(super) const BLOCK: u16 = 2;
pub(super) const FORMATTING: u16 = 4;
/// End tags of other elements do not reach through it.
pub(super) const SCOPE: u16 = 8;
pub(super) const CLOSES_P: u16 = 16;
/// Neither it nor what is in it is shown.
pub(super) const UNSEEN: u16 = 32;
pub(super) const PARAGRAPH: u16 = 64;
/// A block through which the start tag of a list item reaches.
pub(super) const LOOSE: u16 = 128;
/// It gets an element wherever it stands.
pub(super) const KEPT: u16 = 256;
/// Its address says where the page leads.
pub(super) const LEADS: u16 = 512;
/// Its contents are not markup.
pub(super) const RAW: u16 = 1024;

/// Tags that end each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Other,
    /// `html`, `body`: there is one of each.
    Whole,
    Anchor,
    Base,
    Break,
    Button,
    Caption,
    Cell,
    Heading,
    Item,
    Option,
    OptionGroup,
    Row,
    Rows,
    Select,
    Table,
    Template,
    Term,
}

/// What is known of a tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    /// Its own number; 0 for a tag that is not among them.
    pub(super) number: u8,
    pub(super) kind: Kind,
    pub(super) traits: u16,
    /// Its name in lower case; empty for a tag that is not known.
    pub(super) text: &'static str,
    /// The same, where that has fewer than 8 bytes: the first one lowest.
    pub(super) name: u64,
    /// Bytes of it; 0 where it is longer.
    pub(super) length: u8,
}

/// How many numbers there are.
pub(super) const NUMBERS: usize = 128;

const ANY: &[(&str, Kind, u16)] = &[
    ("col embed img param source track wbr", Kind::Other, VOID),
    ("input meta", Kind::Other, VOID | KEPT),
    ("area", Kind::Other, VOID | LEADS),
    ("link", Kind::Other, VOID | KEPT | LEADS),
    ("base", Kind::Base, VOID | KEPT | LEADS),
    ("br", Kind::Break, VOID),
    ("hr", Kind::Other, VOID | BLOCK | CLOSES_P),
    ("a", Kind::Anchor, FORMATTING | LEADS),
    (
        "b big code em font i nobr s small strike strong tt u",
        Kind::Other,
        FORMATTING,
    ),
    (
        "article aside blockquote center details dialog dir dl fieldset figcaption figure footer form header hgroup \
         main menu nav ol pre search section summary ul",
        Kind::Other,
        BLOCK | CLOSES_P,
    ),
    ("h1", Kind::Heading, BLOCK | CLOSES_P | KEPT),
    ("h2 h3 h4 h5 h6", Kind::Heading, BLOCK | CLOSES_P),
    ("address div", Kind::Other, BLOCK | CLOSES_P | LOOSE),
    ("p", Kind::Other, BLOCK | CLOSES_P | PARAGRAPH | LOOSE),
    ("table", Kind::Table, BLOCK | SCOPE | CLOSES_P),
    ("li", Kind::Item, BLOCK | CLOSES_P),
    ("dt dd", Kind::Term, BLOCK | CLOSES_P),
    ("tr", Kind::Row, BLOCK),
    ("tbody thead tfoot", Kind::Rows, BLOCK),
    ("html body", Kind::Whole, BLOCK),
    ("head", Kind::Other, BLOCK),
    // Of their contents the page takes note by their element.
    ("textarea title", Kind::Other, BLOCK | KEPT | RAW),
    ("option", Kind::Option, BLOCK),
    ("optgroup", Kind::OptionGroup, BLOCK),
    ("select", Kind::Select, BLOCK),
    ("td th", Kind::Cell, BLOCK | SCOPE),
    ("caption", Kind::Caption, BLOCK | SCOPE),
    ("button", Kind::Button, BLOCK | SCOPE),
    ("object", Kind::Other, BLOCK | SCOPE),
    ("script style", Kind::Other, BLOCK | UNSEEN | KEPT | RAW),
    ("noscript", Kind::Other, BLOCK | UNSEEN | KEPT),
    ("template", Kind::Template, BLOCK | SCOPE | UNSEEN | KEPT),
    ("svg", Kind::Other, UNSEEN | KEPT),
    ("iframe", Kind::Other, KEPT | RAW),
    ("noembed noframes xmp", Kind::Other, RAW),
    // What shops use beside them; only their number tells them from each other.
    (
        "span time label video audio picture canvas path use ins del sub sup abbr cite q mark data meter \
         progress output bdi bdo kbd samp var dfn ruby rt rp map math",
        Kind::Other,
        0,
    ),
];

static TAGS: LazyLock<Shelves<Tag>> = LazyLock::new(|| {
    let names = ANY
        .iter()
        .flat_map(|(names, kind, traits)| names.split(' ').map(move |name| (name, *kind, *traits)));
    let numbered = names.zip(1..).map(|((name, kind, traits), number)| {
        let short = name.len() < 8;
        let bytes = name.bytes().rev().filter(|_| short);
        let tag = Tag {
            number,
            kind,
            traits,
            text: name,
            name: bytes.fold(0, |all, byte| all << 8 | u64::from(byte)),
            length: if short { name.len() as u8 } else { 0 },
        };
        (name, tag)
    });
    Shelves::new(numbered)
});

/// A tag that HTML does not know.
pub(super) static UNKNOWN: Tag = Tag {
    number: 0,
    kind: Kind::Other,
    traits: 0,
    text: "",
    name: 0,
    length: 0,
};
/// The page itself.
pub(super) static PAGE: Tag = Tag {
    traits: BLOCK | SCOPE,
    ..UNKNOWN
};

/// What is known of the tags.
pub(super) fn tags() -> &'static Shelves<Tag> {
    &TAGS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_has_its_own_number() {
        let names: Vec<&str> = ANY
            .iter()
            .flat_map(|(names, ..)| names.split(' '))
            .collect();
        assert!(names.len() < NUMBERS);
        let mut numbers: Vec<u8> = names
            .iter()
            .map(|name| tags().get(name.as_bytes()).unwrap().number)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), names.len());
    }
}
