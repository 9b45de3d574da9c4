//! What the readers see of a page: its elements in a flat list, in page order, and its text in one string.
//!
//! An element's descendants are the elements after it up to its `end`; its text is a range of the page's text.
//! So nothing here is recursive, and a page costs what its bytes cost.

use std::{borrow::Cow, ops::Range};

use url::Url;

use super::{
    found::Place, json_ld::Blocks, links::Leads, marks::Marks, soup, token::Attribute, zones::Zone,
};

/// One element.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// Lower case; empty for the page itself, which is element 0.
    pub(super) tag: Cow<'a, str>,
    pub(super) parent: usize,
    /// One past its last descendant.
    pub(super) end: usize,
    pub(super) text: Range<usize>,
    pub(super) attributes: Range<usize>,
    /// Neither it nor what is in it is shown: `hidden`, `display: none`, `template`, `noscript`.
    pub(super) hidden: bool,
    /// What its class, id and test names tell.
    pub(super) marks: Marks,
    /// What its text may hold.
    pub(super) holds: Holds,
    /// What it is a part of.
    pub(super) zone: Zone,
    /// Its place among all start tags of the page.
    pub(super) order: usize,
}

/// Which signs a text may hold: what is not among them is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holds(u8);

impl Holds {
    /// A digit of any script, or another character that stands for a number.
    pub(super) const DIGIT: Self = Self(1);
    /// A colon, also a wide one.
    pub(super) const COLON: Self = Self(2);

    /// What a character that begins with these bytes may be.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [b'0'..=b'9', ..] => Self::DIGIT,
            [b':', ..] => Self::COLON,
            [..0xc2, ..] => Self(0),
            // Full width.
            [0xef, 0xbc, 0x90..=0x99, ..] => Self::DIGIT,
            [0xef, 0xbc, 0x9a, ..] => Self::COLON,
            // Blocks with raised digits, fractions, enclosed numbers, the digits of other scripts.
            [0xc2, 0xb2..=0xbe, ..]
            | [
                0xe2,
                0x81..=0x82 | 0x85..=0x86 | 0x91..=0x93 | 0x9d..=0x9e,
                ..,
            ] => Self::DIGIT,
            [0xd9 | 0xdb | 0xdf..=0xe1 | 0xea | 0xf0, ..] => Self::DIGIT,
            _ => Self(0),
        }
    }

    /// What may be in a text.
    pub(super) fn in_text(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut holds = Self::default();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if TELLS[usize::from(*byte)] {
                holds.add(Self::of(&bytes[at..]));
            }
            // Most Chinese characters tell nothing, and have three bytes.
            at += if matches!(byte, 0xe3..=0xe9) { 3 } else { 1 };
        }
        holds
    }

    pub(super) fn add(&mut self, more: Self) {
        self.0 |= more.0;
    }

    /// Whether any of these may be in it.
    pub(super) fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }
}

/// The bytes of which `Holds::of` says anything.
const TELLS: [bool; 256] = {
    let mut tells = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        tells[byte] = matches!(
            byte as u8,
            b'0'..=b':' | 0xc2 | 0xd9 | 0xdb | 0xdf..=0xe2 | 0xea | 0xef | 0xf0
        );
        byte += 1;
    }
    tells
};

/// A page as the readers see it.
#[derive(Debug)]
pub(super) struct PageModel<'a> {
    pub(super) url: &'a Url,
    pub(super) elements: Vec<Element<'a>>,
    pub(super) attributes: Vec<Attribute<'a>>,
    /// All text but that of scripts and styles. White space is one space, a block begins on a new line.
    pub(super) text: String,
    /// Contents of scripts, by element.
    pub(super) scripts: Vec<(usize, &'a str)>,
    /// Its JSON-LD, once that is read.
    pub(super) blocks: Blocks<'a>,
    /// Contents of the first `<title>`.
    pub(super) title: Option<String>,
    /// Where it leads.
    pub(super) leads: Leads<'a>,
    /// What addresses are read against, where the page says so.
    pub(super) base: Option<Url>,
    /// The elements that have microdata.
    pub(super) items: Vec<usize>,
    /// Some element has a `typeof`, as RDFa.
    pub(super) typed: bool,
    /// The page was longer than what is read of a page.
    pub(super) cut: bool,
}

impl<'a> PageModel<'a> {
    /// The model of `text`, which came from `url`.
    pub(super) fn new(text: &'a str, url: &'a Url) -> Self {
        soup::build(text, url, true)
    }

    /// The same, but of what stands beside the goods only what `soup::build` keeps.
    pub(super) fn of_goods(text: &'a str, url: &'a Url) -> Self {
        soup::build(text, url, false)
    }

    /// How many start tags there are from one element to a later one; negative to an earlier one.
    pub(super) fn steps(&self, from: usize, to: usize) -> isize {
        let order = |e: usize| isize::try_from(self.elements[e].order).unwrap_or(isize::MAX);
        order(to) - order(from)
    }

    /// Every element but the page itself.
    pub(super) fn all(&self) -> Range<usize> {
        1..self.elements.len()
    }

    /// The descendants of an element.
    pub(super) fn inside(&self, element: usize) -> Range<usize> {
        element + 1..self.elements[element].end
    }

    pub(super) fn children(&self, element: usize) -> impl Iterator<Item = usize> {
        let end = self.elements[element].end;
        let mut at = element + 1;
        std::iter::from_fn(move || {
            while at < end {
                let child = at;
                at = self.elements[at].end.max(at + 1);
                if self.elements[child].parent == element {
                    return Some(child);
                }
            }
            None
        })
    }

    pub(super) fn tag(&self, element: usize) -> &str {
        &self.elements[element].tag
    }

    pub(super) fn hidden(&self, element: usize) -> bool {
        self.elements[element].hidden
    }

    /// From the parent up to the outermost element.
    pub(super) fn ancestors(&self, element: usize) -> impl Iterator<Item = usize> {
        let up = move |e: &usize| Some(self.elements[*e].parent).filter(|p| *p != 0);
        std::iter::successors(Some(element), up).skip(1)
    }

    /// An attribute's value; the first of that name counts.
    pub(super) fn attribute(&self, element: usize, name: &str) -> Option<&str> {
        self.attributes[self.elements[element].attributes.clone()]
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_ref())
    }

    /// All attributes of an element.
    pub(super) fn attributes_of(&self, element: usize) -> &[Attribute<'a>] {
        &self.attributes[self.elements[element].attributes.clone()]
    }

    /// The first of these attributes that says something.
    pub(super) fn either(&self, element: usize, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .filter_map(|name| self.attribute(element, name))
            .map(str::trim)
            .find(|value| !value.is_empty())
    }

    /// The element's text, on one line.
    pub(super) fn line(&self, element: usize) -> String {
        self.words(element).into_owned()
    }

    /// As `line`, copied only where it has several lines.
    pub(super) fn words(&self, element: usize) -> Cow<'_, str> {
        let raw = self.raw(element);
        // Its spaces are single already.
        if breaks(raw) {
            Cow::Owned(one_line(raw))
        } else {
            Cow::Borrowed(raw.trim())
        }
    }

    /// As `words`; of an element without text what its picture is called: a logo, a tick.
    pub(super) fn said(&self, element: usize) -> Cow<'_, str> {
        let words = self.words(element);
        match self.pictured(element).filter(|_| words.is_empty()) {
            Some(name) => Cow::Owned(one_line(name)),
            None => words,
        }
    }

    /// What the first picture in an element is called that is called anything.
    pub(super) fn pictured(&self, element: usize) -> Option<&str> {
        let all = std::iter::once(element).chain(self.inside(element));
        let mut pictures = all.filter(|e| self.tag(*e) == "img");
        pictures.find_map(|e| self.either(e, &["alt"]))
    }

    /// The element's text as it stands in the page's text.
    pub(super) fn raw(&self, element: usize) -> &str {
        &self.text[self.elements[element].text.clone()]
    }

    /// What the page says in its `<html lang>`.
    pub(super) fn language(&self) -> Option<&str> {
        self.all()
            .take(3)
            .find(|e| self.tag(*e) == "html")
            .and_then(|e| self.either(e, &["lang", "xml:lang"]))
    }

    /// `reference` as an absolute address, by the page's `<base>`.
    pub(super) fn resolve(&self, reference: &str) -> Option<Url> {
        self.base
            .as_ref()
            .unwrap_or(self.url)
            .join(reference.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    /// A place on the page as a path.
    pub(super) fn place(&self, place: &Place) -> String {
        match place {
            Place::Element(element) => self.path(*element),
            Place::Block(value) => self.blocks.pointer(*value),
            Place::Path(path) => path.clone(),
        }
    }

    /// A CSS path to the element: from the nearest ancestor with an id, or the last five steps.
    pub(super) fn path(&self, element: usize) -> String {
        let up = std::iter::once(element).chain(self.ancestors(element));
        let mut steps: Vec<(usize, Option<&str>)> = Vec::with_capacity(5);
        for e in up.take(5) {
            let id = self.attribute(e, "id").filter(is_plain);
            steps.push((e, id));
            if id.is_some() {
                break;
            }
        }
        let mut path = String::with_capacity(100);
        for (e, id) in steps.into_iter().rev() {
            if !path.is_empty() {
                path.push_str(" > ");
            }
            path.push_str(self.tag(e));
            match id {
                Some(id) => path.extend(["#", id]),
                None => self.step(e, &mut path),
            }
        }
        path
    }

    /// What tells an element without an id from its siblings.
    fn step(&self, element: usize, path: &mut String) {
        let class = self
            .attribute(element, "class")
            .and_then(|all| all.split_ascii_whitespace().find(is_plain));
        if let Some(class) = class {
            path.extend([".", class]);
        }
        if let Some(nth) = self.nth(element) {
            path.extend([":nth-of-type(", &nth.to_string(), ")"]);
        }
    }

    /// Its place among its parent's children of the same tag; none for the only one, or far down a long list.
    fn nth(&self, element: usize) -> Option<usize> {
        let tag = self.tag(element);
        let (mut alike, mut nth) = (0, None);
        for sibling in self.children(self.elements[element].parent).take(500) {
            alike += usize::from(self.tag(sibling) == tag);
            if sibling == element {
                nth = Some(alike);
            }
            if nth.is_some() && alike > 1 {
                break;
            }
        }
        nth.filter(|_| alike > 1)
    }
}

/// Whether a class or id can stand in a selector as it is.
fn is_plain(word: &&str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether a text has white space other than single spaces.
pub(super) fn breaks(text: &str) -> bool {
    let bytes = text.as_bytes();
    let breaks = |(at, byte): (usize, &u8)| {
        MAY_BREAK[usize::from(*byte)]
            && text[at..].starts_with(|c: char| c != ' ' && c.is_whitespace())
    };
    bytes.iter().enumerate().any(breaks)
}

/// The first bytes of white space other than a space.
const MAY_BREAK: [bool; 256] = {
    let mut may = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        may[byte] = matches!(byte as u8, b'\t'..=b'\r' | 0xc2 | 0xe1..=0xe3);
        byte += 1;
    }
    may
};

/// Words with one space between them.
pub(super) fn one_line(text: &str) -> String {
    let spaced = text.is_empty() || text.starts_with(' ') || text.ends_with(' ');
    if !spaced && !text.contains("  ") && !breaks(text) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_back_to_its_element() {
        let url = Url::parse("http://shop.example/").unwrap();
        let text = "<div id=main><p>a</p><p class='x price'><b>5</b></p></div>";
        let page = PageModel::new(text, &url);
        let b = page.all().find(|e| page.tag(*e) == "b").unwrap();
        assert_eq!(page.path(b), "div#main > p.x:nth-of-type(2) > b");
    }

    #[test]
    fn addresses_are_absolute_by_base() {
        let url = Url::parse("http://shop.example/a/b.html").unwrap();
        let page = PageModel::new("<base href='/c/'><a href=d>", &url);
        assert_eq!(
            page.resolve("d").unwrap().as_str(),
            "http://shop.example/c/d"
        );
        assert!(page.resolve("javascript:void(0)").is_none());
    }
}
