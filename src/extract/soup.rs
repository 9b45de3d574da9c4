//! Tag soup to the page model: which element closes which (HTML, 13.2.6), without a tree and in bounded time.
//!
//! Kept from the standard: implied end tags (`p`, `li`, `dt`, `dd`, `tr`, `td`, …), the scopes in which an end tag counts,
//! misnested formatting. Left out: foster parenting and the re-opening of formatting elements, which are how short
//! hostile pages become gigabytes of tree.

mod ends;
mod flow;

use url::Url;

use super::{
    entity,
    links::Leads,
    marks::{self, Marker, Marks},
    page::{Element, Holds, PageModel},
    tags::{BLOCK, KEPT, Kind, LEADS, NUMBERS, PAGE, Tag, UNSEEN, VOID},
    token::{Name, Token, Tokens, states},
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
/// Bytes for each element and each attribute of a usual page: as much room is made at once.
const USUAL_BYTES: [usize; 2] = [100, 60];
/// Bytes of a title.
const MAX_TITLE: usize = 4_000;

/// Reads a page. Not `whole`, what stands beside the goods is passed over: menus, neighbours, reviews. Of them only their
/// text is kept, where they lead, what a vocabulary states in them, breadcrumbs, and the tags of `KEPT`.
pub(super) fn build<'a>(text: &'a str, url: &'a Url, whole: bool) -> PageModel<'a> {
    let mut soup = Soup::new(text, url, whole);
    let mut tokens = Tokens::new(text);
    let mut tags = 0;
    loop {
        tags += 1;
        // Most end tags are those of the innermost element.
        let inner = soup.innermost();
        if inner.is_some_and(|tag| tokens.ends(tag)) {
            soup.end_innermost();
        } else {
            match tokens.next(&mut soup.page.attributes) {
                Some(Token::Text(text)) => soup.text(text),
                Some(Token::Raw(text)) => soup.raw(text),
                Some(Token::Open(name)) => soup.open(name),
                Some(Token::Dull(name, href)) => soup.dull(name, href, &mut tokens),
                Some(Token::Close(name)) => soup.close(name),
                None => break,
            }
        }
        tokens.tell_few(soup.beside());
        if tags > MAX_TAGS || soup.is_full() {
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
    tag: &'static Tag,
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
    /// How many of them are paragraphs.
    paragraphs: usize,
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
        let [usual, attributes] =
            USUAL_BYTES.map(|each| (text.len() / each).clamp(16, MAX_ELEMENTS));
        let mut elements = Vec::with_capacity(usual);
        elements.push(all);
        Self {
            page: PageModel {
                url,
                attributes: Vec::with_capacity(attributes),
                elements,
                text: String::with_capacity(text.len().min(MAX_TEXT) / 2),
                scripts: Vec::new(),
                blocks: <_>::default(),
                title: None,
                base: None,
                leads: Leads::new(),
                items: Vec::new(),
                typed: false,
                cut: false,
            },
            stack: vec![Open {
                element: 0,
                tag: &PAGE,
                part: Part::Page,
                own: true,
            }],
            deeper: 0,
            open: [0; NUMBERS],
            paragraphs: 0,
            marker: Marker::new(),
            wholes: [0; 2],
            whole,
            order: 0,
        }
    }

    fn is_full(&self) -> bool {
        let page = &self.page;
        page.elements.len() > MAX_ELEMENTS
            || page.attributes.len() > MAX_ATTRIBUTES
            || page.text.len() >= MAX_TEXT
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
        let holds = flow::append(&mut self.page.text, &raw[..raw.floor_char_boundary(room)]);
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

    fn open(&mut self, name: Name<'a>) {
        let (tag, kept) = (name.tag, self.kept());
        if tag.kind == Kind::Whole && !self.first(tag) {
            self.page.attributes.truncate(kept);
            return;
        }
        self.begin(tag, kept);
        self.follow(name.tag, kept);
        if self.beside() && self.passed(tag, kept) {
            self.page.attributes.truncate(kept);
            self.pass(tag);
        } else {
            self.element(name, kept);
        }
    }

    /// As `open`, for a tag that is passed over if it still stands beside the goods once it has ended what it ends.
    fn dull(&mut self, name: Name<'a>, href: Option<&'a str>, tokens: &mut Tokens<'a>) {
        let kept = self.kept();
        self.begin(name.tag, kept);
        if self.beside() {
            if let Some(href) = href {
                self.page.leads.plain(href);
            }
            return self.pass(name.tag);
        }
        tokens.again(&mut self.page.attributes);
        self.follow(name.tag, kept);
        self.element(name, kept);
    }

    /// Where the attributes of the next element begin.
    #[inline]
    fn kept(&self) -> usize {
        self.page.elements.last().map_or(0, |e| e.attributes.end)
    }

    /// What a start tag does whether or not it gets an element.
    fn begin(&mut self, tag: &'static Tag, kept: usize) {
        self.imply_ends(tag);
        self.imply_starts(tag, kept);
        if tag.traits & BLOCK != 0 || tag.kind == Kind::Break {
            self.new_line();
        }
        self.order += 1;
    }

    /// Takes note of where a tag leads: its attributes begin at `kept`.
    fn follow(&mut self, tag: &Tag, kept: usize) {
        if tag.traits & LEADS != 0 {
            let own = &self.page.attributes[kept..];
            self.page.leads.see(tag.text, own);
        }
    }

    /// A tag that gets no element.
    fn pass(&mut self, tag: &'static Tag) {
        if tag.traits & VOID == 0 {
            self.push(self.top(), tag, Part::Beside, false);
        }
    }

    fn element(&mut self, name: Name<'a>, kept: usize) {
        let tag = name.tag;
        let (index, at) = (self.page.elements.len(), self.page.text.len());
        let parent = self.top();
        let mut element = Element {
            tag: name.text(),
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
    fn passed(&mut self, tag: &Tag, kept: usize) -> bool {
        if tag.number == 0 || tag.traits & KEPT != 0 {
            return false;
        }
        let own = &self.page.attributes[kept..];
        let stated = own.iter().any(|(name, _)| states(name.as_bytes()));
        // Only a block can be a breadcrumb.
        let block = tag.traits & BLOCK != 0;
        let crumbs = |own| block && self.marker.marks(own).any(marks::CRUMBS);
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
    fn first(&mut self, tag: &Tag) -> bool {
        let slot = self
            .wholes
            .iter_mut()
            .find(|met| matches!(**met, 0) || **met == tag.number);
        slot.is_some_and(|met| std::mem::replace(met, tag.number) == 0)
    }

    /// Takes note of what the attributes of a new element tell.
    fn note(&mut self, element: &mut Element<'a>) {
        for own in &self.page.attributes[element.attributes.clone()] {
            match &*own.0 {
                "itemprop" | "itemscope" => {
                    let element = self.page.elements.len();
                    if self.page.items.last() != Some(&element) {
                        self.page.items.push(element);
                    }
                }
                "typeof" => self.page.typed = true,
                name => element.hidden = element.hidden || hides(name, &own.1),
            }
            element.marks = element.marks.with(self.marker.marks(own));
        }
    }
}

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
