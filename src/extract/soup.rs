//! Tag soup to the page model: which element closes which (HTML, 13.2.6), without a tree and in bounded time.
//!
//! Kept from the standard: implied end tags (`p`, `li`, `dt`, `dd`, `tr`, `td`, …), the scopes in which an end tag counts,
//! misnested formatting. Left out: foster parenting and the re-opening of formatting elements, which are how short
//! hostile pages become gigabytes of tree.

use std::borrow::Cow;

use url::Url;

use super::{
    entity,
    links::Leads,
    marks::{self, Marker, Marks},
    page::{Element, Holds, PageModel},
    shelves::Shelves,
    tags::{
        BLOCK, CLOSES_P, FORMATTING, KEPT, Kind, LEADS, LOOSE, NUMBERS, PARAGRAPH, SCOPE, Tag,
        UNSEEN, VOID, tags,
    },
    token::{Attribute, Token, Tokens},
    zones::Zone,
};

/// Elements nested deeper are read as if they stood side by side.
const MAX_DEPTH: usize = 256;
/// What comes after so many elements is not read.
const MAX_ELEMENTS: usize = 80_000;
/// What comes after so many tags is not read.
const MAX_TAGS: usize = 500_000;
/// What comes after so many attributes, or so many bytes of text, is not read.
const MAX_ATTRIBUTES: usize = 150_000;
const MAX_TEXT: usize = 2 << 20;
/// Bytes for each element of a usual page: as much room is made at once.
const USUAL_BYTES: usize = 60;
/// Bytes of a title.
const MAX_TITLE: usize = 4_000;

/// Reads a page. Not `whole`, what stands beside the goods is passed over: menus, neighbours, reviews. Of them only their
/// text is kept, where they lead, what a vocabulary states in them, breadcrumbs, and the tags of `KEPT`.
pub(super) fn build<'a>(text: &'a str, url: &'a Url, whole: bool) -> PageModel<'a> {
    let mut soup = Soup::new(text, url, whole);
    let mut tokens = Tokens::new(text);
    let mut tags = 0;
    while let Some(token) = tokens.next(&mut soup.page.attributes) {
        match token {
            Token::Text(text) => soup.text(text),
            Token::Raw(text) => soup.raw(text),
            Token::Open(tag) => soup.open(tag),
            Token::Close(tag) => soup.close(&tag),
        }
        tokens.tell_few(soup.beside());
        tags += 1;
        let page = &soup.page;
        if tags > MAX_TAGS
            || page.elements.len() > MAX_ELEMENTS
            || page.attributes.len() > MAX_ATTRIBUTES
            || page.text.len() >= MAX_TEXT
        {
            soup.page.cut = true;
            break;
        }
    }
    soup.pop_to(0);
    soup.page
}

/// An element that is open.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Its element; of one that has none, that of the element around it.
    element: usize,
    tag: Tag,
    part: Part,
    own: bool,
}

/// What an element is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// What is read.
    Page,
    /// What stands beside the goods and is passed over.
    Beside,
    /// A breadcrumb in it, which is read.
    Crumbs,
}

impl Open {
    fn has(self, traits: u16) -> bool {
        self.tag.traits & traits != 0
    }
}

struct Soup<'a> {
    page: PageModel<'a>,
    /// Outermost first; the first is the page itself.
    stack: Vec<Open>,
    /// Start tags below `MAX_DEPTH` whose end tags are to be passed over.
    deeper: usize,
    /// How many elements are open of each tag: an end tag of which none is open need not be sought.
    open: [u16; NUMBERS],
    tags: &'static Shelves<Tag>,
    marker: Marker<'a>,
    /// Whether `html` and `body` were met, by number of their tag.
    wholes: [u8; 2],
    whole: bool,
    /// Start tags so far.
    order: usize,
}

impl<'a> Soup<'a> {
    fn new(text: &str, url: &'a Url, whole: bool) -> Self {
        let all = Element {
            tag: "".into(),
            parent: 0,
            end: 0,
            text: 0..0,
            attributes: 0..0,
            hidden: false,
            marks: Marks::default(),
            holds: Holds::default(),
            zone: Zone::default(),
            order: 0,
        };
        let mut elements = Vec::with_capacity((text.len() / USUAL_BYTES).clamp(16, MAX_ELEMENTS));
        elements.push(all);
        let page = Tag {
            traits: BLOCK | SCOPE,
            ..Tag::default()
        };
        Self {
            page: PageModel {
                url,
                attributes: Vec::with_capacity(elements.capacity()),
                elements,
                text: String::with_capacity(text.len().min(MAX_TEXT) / 2),
                scripts: Vec::new(),
                title: None,
                base: None,
                leads: Leads::new(),
                items: false,
                typed: false,
                cut: false,
            },
            stack: vec![Open {
                element: 0,
                tag: page,
                part: Part::Page,
                own: true,
            }],
            deeper: 0,
            open: [0; NUMBERS],
            tags: tags(),
            marker: Marker::new(),
            wholes: [0; 2],
            whole,
            order: 0,
        }
    }

    /// Whether what comes next is passed over.
    fn beside(&self) -> bool {
        self.stack.last().is_some_and(|o| o.part == Part::Beside)
    }

    fn top(&self) -> usize {
        self.stack.last().map_or(0, |open| open.element)
    }

    fn tag_of(&self, element: usize) -> &str {
        &self.page.elements[element].tag
    }

    /// Appends text, each run of white space as one space.
    fn text(&mut self, raw: &str) {
        let room = MAX_TEXT.saturating_sub(self.page.text.len());
        let holds = append(&mut self.page.text, &raw[..raw.floor_char_boundary(room)]);
        let top = self.top();
        self.page.elements[top].holds.add(holds);
    }

    fn raw(&mut self, text: &'a str) {
        let top = self.top();
        match self.tag_of(top) {
            "script" => self.page.scripts.push((top, text)),
            "title" if self.page.title.is_none() && !self.page.elements[top].hidden => {
                let text = &text[..text.floor_char_boundary(MAX_TITLE)];
                let title = super::page::one_line(&entity::decode(text));
                self.page.title = Some(title).filter(|t| !t.is_empty());
            }
            "textarea" => self.text(text),
            _ => {}
        }
    }

    fn new_line(&mut self) {
        if !matches!(self.page.text.as_bytes().last(), None | Some(b'\n')) {
            self.page.text.push('\n');
        }
    }

    fn open(&mut self, name: Cow<'a, str>) {
        let kept = self.page.elements.last().map_or(0, |e| e.attributes.end);
        let tag = self.tags.get(name.as_bytes()).copied().unwrap_or_default();
        if tag.kind == Kind::Whole && !self.first(tag) {
            self.page.attributes.truncate(kept);
            return;
        }
        self.imply_ends(tag);
        self.imply_starts(tag, kept);
        if tag.traits & BLOCK != 0 || tag.kind == Kind::Break {
            self.new_line();
        }
        self.order += 1;
        if tag.traits & LEADS != 0 {
            let own = &self.page.attributes[kept..];
            self.page.leads.see(&name, own);
        }
        if self.beside() && self.passed(tag, kept) {
            self.page.attributes.truncate(kept);
            if tag.traits & VOID == 0 {
                self.push(self.top(), tag, Part::Beside, false);
            }
            return;
        }
        let (index, at) = (self.page.elements.len(), self.page.text.len());
        let parent = self.top();
        let mut element = Element {
            tag: name,
            parent,
            end: index + 1,
            text: at..at,
            attributes: kept..self.page.attributes.len(),
            hidden: self.page.elements[parent].hidden || tag.traits & UNSEEN != 0,
            marks: Marks::default(),
            holds: Holds::default(),
            zone: self.page.elements[parent].zone,
            order: self.order,
        };
        self.note(&mut element);
        element.zone = element.zone.within(&element.tag, element.marks);
        let part = self.part(&element);
        self.page.elements.push(element);
        if tag.kind == Kind::Base && self.page.base.is_none() {
            let href = self.page.attribute(index, "href");
            self.page.base = href.and_then(|href| self.page.url.join(href.trim()).ok());
        }
        if tag.traits & VOID == 0 {
            self.push(index, tag, part, true);
        }
    }

    /// Whether a tag that stands beside the goods gets no element: its attributes begin at `kept`.
    fn passed(&mut self, tag: Tag, kept: usize) -> bool {
        if tag.number == 0 || tag.traits & KEPT != 0 {
            return false;
        }
        let own = &self.page.attributes[kept..];
        let stated = own
            .iter()
            .any(|(name, _)| matches!(&**name, "itemprop" | "itemscope" | "typeof" | "property"));
        // Only a block can be a breadcrumb.
        let crumbs = |(name, value): &Attribute<'a>| {
            tag.traits & BLOCK != 0
                && marks::names(name)
                && self.marker.marks(value).any(marks::CRUMBS)
        };
        !stated && !own.iter().any(crumbs)
    }

    fn part(&self, element: &Element<'a>) -> Part {
        let around = self.stack.last().map_or(Part::Page, |o| o.part);
        if self.whole || element.zone.is_main() {
            Part::Page
        } else if around == Part::Crumbs || element.marks.any(marks::CRUMBS) {
            Part::Crumbs
        } else {
            Part::Beside
        }
    }

    /// Whether this is the first `html` or the first `body`.
    fn first(&mut self, tag: Tag) -> bool {
        let slot = self
            .wholes
            .iter_mut()
            .find(|met| matches!(**met, 0) || **met == tag.number);
        slot.is_some_and(|met| std::mem::replace(met, tag.number) == 0)
    }

    /// Takes note of what the attributes of a new element tell.
    fn note(&mut self, element: &mut Element<'a>) {
        for (name, value) in &self.page.attributes[element.attributes.clone()] {
            match &**name {
                "itemprop" | "itemscope" => self.page.items = true,
                "typeof" => self.page.typed = true,
                name if marks::names(name) => {
                    element.marks = element.marks.with(self.marker.marks(value));
                }
                name => element.hidden = element.hidden || hides(name, value),
            }
        }
    }

    /// Ends what this start tag ends.
    fn imply_ends(&mut self, tag: Tag) {
        match tag.kind {
            Kind::Item | Kind::Term => self.end_item(tag.kind),
            Kind::Option | Kind::OptionGroup => self.end_near(&[Kind::Option], &[Kind::Select]),
            Kind::Row => self.end_near(&[Kind::Row], &[Kind::Table]),
            Kind::Cell => self.end_near(&[Kind::Cell], &[Kind::Row, Kind::Table]),
            Kind::Rows => self.end_near(&[Kind::Rows, Kind::Caption], &[Kind::Table]),
            Kind::Anchor if self.open[usize::from(tag.number)] > 0 => {
                self.end_near(&[Kind::Anchor], &[Kind::Table, Kind::Cell, Kind::Button]);
            }
            Kind::Heading
                if self
                    .stack
                    .last()
                    .is_some_and(|o| o.tag.kind == Kind::Heading) =>
            {
                self.pop_to(self.stack.len() - 1);
            }
            _ => {}
        }
        if tag.traits & CLOSES_P != 0 {
            let p = self.stack.iter().rposition(|o| o.has(SCOPE | PARAGRAPH));
            if let Some(at) = p.filter(|at| self.stack[*at].has(PARAGRAPH)) {
                self.pop_to(at);
            }
        }
    }

    /// The `tbody` that a row needs, as browsers add it.
    fn imply_starts(&mut self, tag: Tag, kept: usize) {
        let in_table = |o: &Open| o.tag.kind == Kind::Table;
        if tag.kind == Kind::Row
            && self.stack.last().is_some_and(in_table)
            && self.stack.len() < MAX_DEPTH
        {
            let at = self.page.text.len();
            let rows = self.tags.get(b"tbody").copied().unwrap_or_default();
            self.order += 1;
            if self.beside() {
                return self.push(self.top(), rows, Part::Beside, false);
            }
            let index = self.page.elements.len();
            let around = &self.page.elements[self.top()];
            self.page.elements.push(Element {
                tag: "tbody".into(),
                parent: self.top(),
                end: index + 1,
                text: at..at,
                attributes: kept..kept,
                hidden: around.hidden,
                marks: Marks::default(),
                holds: Holds::default(),
                zone: around.zone,
                order: self.order,
            });
            let part = self.stack.last().map_or(Part::Page, |o| o.part);
            self.push(index, rows, part, true);
        }
    }

    /// Ends the innermost of a kind, unless a list or another block begins in between.
    fn end_item(&mut self, kind: Kind) {
        for at in (1..self.stack.len()).rev() {
            let open = self.stack[at];
            if open.tag.kind == kind {
                return self.pop_to(at);
            }
            if open.has(BLOCK) && !open.has(LOOSE) {
                return;
            }
        }
    }

    /// Ends the innermost of these kinds, unless one of `stops` begins in between.
    fn end_near(&mut self, kinds: &[Kind], stops: &[Kind]) {
        let met = |o: &Open| kinds.contains(&o.tag.kind) || stops.contains(&o.tag.kind);
        if let Some(at) = self.stack.iter().rposition(met)
            && kinds.contains(&self.stack[at].tag.kind)
        {
            self.pop_to(at);
        }
    }

    fn close(&mut self, name: &str) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let tag = self.tags.get(name.as_bytes()).copied().unwrap_or_default();
        let heading = tag.kind == Kind::Heading;
        if self.open[usize::from(tag.number)] == 0 && !heading {
            return;
        }
        for at in (1..self.stack.len()).rev() {
            let open = self.stack[at];
            let same = open.tag.number == tag.number
                && (tag.number > 0 || self.tag_of(open.element) == name);
            if same || heading && open.tag.kind == Kind::Heading {
                return self.end(at, tag.traits);
            }
            let stops = match tag.kind {
                Kind::Table | Kind::Whole | Kind::Template => open.tag.kind == Kind::Template,
                Kind::Row | Kind::Cell | Kind::Rows | Kind::Caption => open.tag.kind == Kind::Table,
                _ if tag.traits & (BLOCK | FORMATTING) != 0 => open.has(SCOPE),
                _ => open.has(BLOCK),
            };
            if stops {
                return;
            }
        }
    }

    /// Ends the open element at `at`. A formatting element ends alone where blocks inside it go on.
    fn end(&mut self, at: usize, own: u16) {
        let blocks = || self.stack[at + 1..].iter().any(|o| o.has(BLOCK));
        if own & FORMATTING != 0 && blocks() {
            let open = self.stack.remove(at);
            self.finish(open, at);
        } else {
            self.pop_to(at);
        }
        if own & BLOCK != 0 {
            self.new_line();
        }
    }

    fn pop_to(&mut self, length: usize) {
        while self.stack.len() > length {
            if let Some(open) = self.stack.pop() {
                self.finish(open, self.stack.len());
            }
        }
    }

    /// Opens an element; below `MAX_DEPTH` it counts as closed at once.
    fn push(&mut self, element: usize, tag: Tag, part: Part, own: bool) {
        if self.stack.len() >= MAX_DEPTH {
            self.deeper += 1;
            return;
        }
        self.open[usize::from(tag.number)] += 1;
        self.stack.push(Open {
            element,
            tag,
            part,
            own,
        });
    }

    /// Closes the element that stood at `at` of the stack.
    fn finish(&mut self, open: Open, at: usize) {
        let count = &mut self.open[usize::from(open.tag.number)];
        *count = count.saturating_sub(1);
        if !open.own {
            return;
        }
        let (end, text) = (self.page.elements.len(), self.page.text.len());
        let closed = &mut self.page.elements[open.element];
        closed.end = end;
        closed.text.end = text;
        let holds = closed.holds;
        // Not to its parent: that may be closed already, where end tags cross.
        if let Some(below) = at.checked_sub(1).and_then(|at| self.stack.get(at)) {
            self.page.elements[below.element].holds.add(holds);
        }
    }
}

/// Appends `more` to `text`, its character references resolved and each run of white space as one space; tells what is
/// in it.
fn append(text: &mut String, more: &str) -> Holds {
    let bytes = more.as_bytes();
    let mut holds = Holds::default();
    // What was looked at and is still to be copied begins at `from`.
    let (mut from, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match TELLS[usize::from(*byte)] {
            Tells::Nothing => at += 1,
            // Of Chinese and Korean three bytes make a character, and none of it tells anything.
            Tells::Three => at += 3,
            Tells::Blank => {
                let Some(space) = white(&bytes[at..]) else {
                    holds.add(Holds::of(&bytes[at..]));
                    at += 1;
                    continue;
                };
                let single = bytes[at] == b' ' && at > from;
                if single
                    && !bytes
                        .get(at + 1)
                        .is_none_or(|b| TELLS[usize::from(*b)] == Tells::Blank)
                {
                    at += 1;
                    continue;
                }
                text.push_str(&more[from..at]);
                at += space;
                from = at;
                blank(text);
            }
            Tells::Holds => {
                holds.add(Holds::of(&bytes[at..]));
                at += 1;
            }
            Tells::Reference => {
                let Some((found, length)) = entity::reference(&more[at + 1..]) else {
                    at += 1;
                    continue;
                };
                text.push_str(&more[from..at]);
                at += 1 + length;
                from = at;
                let mut buffer = [0; 4];
                let found = found.encode_utf8(&mut buffer);
                if white(found.as_bytes()).is_some() {
                    blank(text);
                } else {
                    holds.add(Holds::of(found.as_bytes()));
                    text.push_str(found);
                }
            }
        }
    }
    text.push_str(more.get(from..).unwrap_or_default());
    holds
}

/// One space, unless white space stands there already.
fn blank(text: &mut String) {
    if !matches!(text.as_bytes().last(), None | Some(b' ' | b'\n')) {
        text.push(' ');
    }
}

/// The length of the white space with which `bytes` begin.
fn white(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b' ' | b'\t' | b'\n' | b'\r' | b'\x0c', ..] => Some(1),
        // A no-break space.
        [0xc2, 0xa0, ..] => Some(2),
        _ => None,
    }
}

/// What a first byte tells of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    Nothing,
    /// It begins a character of three bytes that tells nothing.
    Three,
    /// It may begin white space.
    Blank,
    /// It may begin something that `Holds` tells.
    Holds,
    /// It may begin a character reference.
    Reference,
}

const TELLS: [Tells; 256] = {
    let mut tells = [Tells::Nothing; 256];
    let mut byte = 0;
    while byte < 256 {
        tells[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | 0xc2 => Tells::Blank,
            b'0'..=b':' | 0xd9 | 0xdb | 0xdf..=0xe2 | 0xea | 0xef | 0xf0 => Tells::Holds,
            0xe3..=0xe9 | 0xeb..=0xed => Tells::Three,
            b'&' => Tells::Reference,
            _ => Tells::Nothing,
        };
        byte += 1;
    }
    tells
};

fn hides(name: &str, value: &str) -> bool {
    match name {
        "hidden" => true,
        "style" => {
            value.len() < 500 && {
                let value = value.to_ascii_lowercase().replace(' ', "");
                value.contains("display:none") || value.contains("visibility:hidden")
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn shape(text: &str) -> String {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new(text, &url);
        let line = |e: usize| {
            let depth = page.ancestors(e).count();
            format!("{}{}={}", ".".repeat(depth), page.tag(e), page.line(e))
        };
        page.all().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_shops_leave_open_is_closed() {
        assert_eq!(
            shape("<table><tr><td>a<td>b<tr><th>c<td>d</table>e"),
            "table=a b c d .tbody=a b c d ..tr=a b ...td=a ...td=b ..tr=c d ...th=c ...td=d"
        );
        assert_eq!(
            shape("<ul><li>a<li>b<ul><li>c</ul></ul>"),
            "ul=a b c .li=a .li=b c ..ul=c ...li=c"
        );
        assert_eq!(
            shape("<dl><div><dt>a<dd>b</div></dl>"),
            "dl=a b .div=a b ..dt=a ..dd=b"
        );
        assert_eq!(shape("<p>a<div>b</div>"), "p=a div=b");
        assert_eq!(
            shape("<select><option>a<option>b</select>"),
            "select=a b .option=a .option=b"
        );
    }

    #[test]
    fn end_tags_reach_only_so_far() {
        assert_eq!(
            shape("<div><table><tr><td></div>a</td></tr></table>b</div>"),
            "div=a b .table=a ..tbody=a ...tr=a ....td=a"
        );
        assert_eq!(shape("<span><div></span>a</div>"), "span=a .div=a");
        assert_eq!(shape("<b><p>a</b>b</p>c"), "b=a .p=ab");
        assert_eq!(shape("<a>x<a>y</a>"), "a=x a=y");
    }

    #[test]
    fn text_is_one_line_per_block() {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new(
            "<h1> A \n B&nbsp;</h1>c<b>d</b><script>x</script><p>&yen;<i>5</i>",
            &url,
        );
        assert_eq!(page.text, "A B \ncd\n¥5");
    }

    #[test]
    fn hostile_pages_are_read_to_a_limit() {
        let many = |s: &str, bytes: usize| s.repeat(bytes / s.len());
        let formatting: String = (0..400).map(|n| format!("<b id={n}>")).collect();
        let pages = [
            many("<div>", 500_000),
            many("<a><b><p><table>", 8 << 20),
            many("</div><p></b>", 8 << 20),
            format!("{}{}", many("<i>", 3000), many("</b></p>", 4 << 20)),
            format!("<p>{formatting}{}", many("<p>x", 4 << 20)),
            format!("<a {}>", many("b ", 8 << 20)),
            many("<!--<", 4 << 20),
            many("<script></scrip", 4 << 20),
            many("&amp", 4 << 20),
            many("\u{fffd}<\u{0}", 8 << 20),
        ];
        let url = Url::parse("http://shop.example/").unwrap();
        for page in pages {
            // Quadratic work would show: such a page would take minutes.
            let read = PageModel::new(&page, &url);
            assert!(read.elements.len() <= MAX_ELEMENTS + 2, "{}", &page[..60]);
        }
    }
}
