//! Tag soup to the page model: which element closes which (HTML, 13.2.6), without a tree and in bounded time.
//!
//! Kept from the standard: implied end tags (`p`, `li`, `dt`, `dd`, `tr`, `td`, …), the scopes in which an end tag counts,
//! misnested formatting. Left out: foster parenting and the re-opening of formatting elements, which are how short
//! hostile pages become gigabytes of tree.

use url::Url;

use super::{
    entity,
    page::{Element, PageModel},
    token::{Token, Tokens},
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
/// Bytes of a title.
const MAX_TITLE: usize = 4_000;

/// Reads a page.
pub(super) fn build<'a>(text: &'a str, url: &'a Url) -> PageModel<'a> {
    let mut soup = Soup::new(text, url);
    let mut tokens = Tokens::new(text);
    let mut tags = 0;
    while let Some(token) = tokens.next(&mut soup.page.attributes) {
        match token {
            Token::Text(text) => soup.text(text),
            Token::Raw(text) => soup.raw(text),
            Token::Open(tag) => soup.open(tag),
            Token::Close(tag) => soup.close(&tag),
        }
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

pub(super) const VOID: u8 = 1;
/// "Special" in the standard: the end tag of an inline element does not reach through it.
const BLOCK: u8 = 2;
const FORMATTING: u8 = 4;
/// End tags of other elements do not reach through it.
const SCOPE: u8 = 8;
const CLOSES_P: u8 = 16;
const UNSEEN: u8 = 32;
const PARAGRAPH: u8 = 64;

pub(super) fn traits(tag: &str) -> u8 {
    match tag {
        "area" | "base" | "br" | "col" | "embed" | "img" | "input" | "link" | "meta" | "param"
        | "source" | "track" | "wbr" => VOID,
        "hr" => VOID | BLOCK | CLOSES_P,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike"
        | "strong" | "tt" | "u" => FORMATTING,
        "address" | "article" | "aside" | "blockquote" | "center" | "details" | "dialog"
        | "dir" | "div" | "dl" | "fieldset" | "figcaption" | "figure" | "footer" | "form"
        | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup" | "main" | "menu"
        | "nav" | "ol" | "pre" | "search" | "section" | "summary" | "ul" => BLOCK | CLOSES_P,
        "p" => BLOCK | CLOSES_P | PARAGRAPH,
        "table" => BLOCK | SCOPE | CLOSES_P,
        "li" | "dt" | "dd" => BLOCK | CLOSES_P,
        "tr" | "tbody" | "thead" | "tfoot" | "body" | "html" | "head" | "option" | "optgroup"
        | "select" | "textarea" | "title" => BLOCK,
        "td" | "th" | "caption" | "button" | "object" => BLOCK | SCOPE,
        "script" | "style" | "noscript" => BLOCK | UNSEEN,
        "template" => BLOCK | SCOPE | UNSEEN,
        "svg" => UNSEEN,
        _ => 0,
    }
}

struct Soup<'a> {
    page: PageModel<'a>,
    /// Open elements with their traits, outermost first.
    stack: Vec<(usize, u8)>,
    /// Start tags below `MAX_DEPTH` whose end tags are to be passed over.
    deeper: usize,
    /// How many elements are open of those whose tags share a slot: an end tag of which none is open need not be sought.
    open: [u16; 64],
}

fn slot(tag: &str) -> usize {
    tag.bytes()
        .fold(0, |sum, b| (sum * 5 + usize::from(b)) % 64)
}

impl<'a> Soup<'a> {
    fn new(text: &str, url: &'a Url) -> Self {
        let whole = Element {
            tag: "".into(),
            parent: 0,
            end: 0,
            text: 0..0,
            attributes: 0..0,
            hidden: false,
        };
        Self {
            page: PageModel {
                url,
                elements: vec![whole],
                attributes: Vec::new(),
                text: String::with_capacity(text.len().min(MAX_TEXT) / 4),
                scripts: Vec::new(),
                title: None,
                cut: false,
            },
            stack: vec![(0, BLOCK | SCOPE)],
            deeper: 0,
            open: [0; 64],
        }
    }

    fn top(&self) -> usize {
        self.stack.last().map_or(0, |(element, _)| *element)
    }

    fn tag_of(&self, element: usize) -> &str {
        &self.page.elements[element].tag
    }

    /// Appends text, each run of white space as one space.
    fn text(&mut self, raw: &str) {
        let out = &mut self.page.text;
        let room = MAX_TEXT.saturating_sub(out.len());
        let decoded = entity::decode(&raw[..raw.floor_char_boundary(room)]);
        for piece in decoded.split_inclusive(|c: char| c.is_ascii_whitespace() || c == '\u{a0}') {
            let word = piece.trim_end_matches(|c: char| c.is_ascii_whitespace() || c == '\u{a0}');
            out.push_str(word);
            if word.len() < piece.len() && !out.is_empty() && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
        }
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
        if !self.page.text.ends_with('\n') && !self.page.text.is_empty() {
            self.page.text.push('\n');
        }
    }

    fn open(&mut self, tag: std::borrow::Cow<'a, str>) {
        let kept = self.page.elements.last().map_or(0, |e| e.attributes.end);
        let attributes = kept..self.page.attributes.len();
        let traits = traits(&tag);
        if matches!(&*tag, "html" | "body")
            && self.page.elements.iter().take(200).any(|e| e.tag == tag)
        {
            self.page.attributes.truncate(kept);
            return;
        }
        self.imply_ends(&tag, traits);
        self.imply_starts(&tag, kept);
        if traits & BLOCK != 0 || tag == "br" {
            self.new_line();
        }
        let parent = self.top();
        let mut element = Element {
            tag,
            parent,
            end: self.page.elements.len() + 1,
            text: self.page.text.len()..self.page.text.len(),
            attributes,
            hidden: false,
        };
        element.hidden = self.page.elements[parent].hidden
            || traits & UNSEEN != 0
            || self.page.attributes[element.attributes.clone()]
                .iter()
                .any(|(name, value)| hides(name, value));
        let index = self.page.elements.len();
        self.page.elements.push(element);
        if traits & VOID != 0 {
            return;
        }
        if self.stack.len() < MAX_DEPTH {
            self.push(index, traits);
        } else {
            self.deeper += 1;
        }
    }

    /// Ends what this start tag ends.
    fn imply_ends(&mut self, tag: &str, traits: u8) {
        match tag {
            "li" => self.end_item(&["li"]),
            "dt" | "dd" => self.end_item(&["dt", "dd"]),
            "option" | "optgroup" => self.end_near(&["option"], &["select"]),
            "tr" => self.end_near(&["tr"], &["table"]),
            "td" | "th" => self.end_near(&["td", "th"], &["tr", "table"]),
            "tbody" | "thead" | "tfoot" => {
                self.end_near(&["tbody", "thead", "tfoot", "caption"], &["table"]);
            }
            "a" => self.end_near(&["a"], &["table", "td", "th", "button"]),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                if matches!(
                    self.tag_of(self.top()),
                    "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
                ) {
                    self.pop_to(self.stack.len() - 1);
                }
            }
            _ => {}
        }
        if traits & CLOSES_P != 0 {
            let p = self
                .stack
                .iter()
                .rposition(|(_, t)| t & (SCOPE | PARAGRAPH) != 0)
                .filter(|at| self.stack[*at].1 & PARAGRAPH != 0);
            if let Some(at) = p {
                self.pop_to(at);
            }
        }
    }

    /// The `tbody` that a row needs, as browsers add it.
    fn imply_starts(&mut self, tag: &str, kept: usize) {
        if tag == "tr" && self.tag_of(self.top()) == "table" && self.stack.len() < MAX_DEPTH {
            let at = self.page.text.len();
            let index = self.page.elements.len();
            self.page.elements.push(Element {
                tag: "tbody".into(),
                parent: self.top(),
                end: index + 1,
                text: at..at,
                attributes: kept..kept,
                hidden: self.page.elements[self.top()].hidden,
            });
            self.push(index, BLOCK);
        }
    }

    /// Ends the innermost of `tags`, unless a list or another block begins in between.
    fn end_item(&mut self, tags: &[&str]) {
        for at in (1..self.stack.len()).rev() {
            let (element, traits) = self.stack[at];
            let tag = self.tag_of(element);
            if tags.contains(&tag) {
                return self.pop_to(at);
            }
            if traits & BLOCK != 0 && !matches!(tag, "div" | "p" | "address") {
                return;
            }
        }
    }

    /// Ends the innermost of `tags`, unless one of `stops` begins in between.
    fn end_near(&mut self, tags: &[&str], stops: &[&str]) {
        let at = self.stack.iter().rposition(|(element, _)| {
            let tag = self.tag_of(*element);
            tags.contains(&tag) || stops.contains(&tag)
        });
        if let Some(at) = at
            && tags.contains(&self.tag_of(self.stack[at].0))
        {
            self.pop_to(at);
        }
    }

    fn close(&mut self, tag: &str) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let own = traits(tag);
        let heading = matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        if self.open[slot(tag)] == 0 && !heading {
            return;
        }
        for at in (1..self.stack.len()).rev() {
            let (element, traits) = self.stack[at];
            let open = self.tag_of(element);
            if open == tag || heading && matches!(open, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
                return self.end(at, own);
            }
            let stops = match tag {
                "table" | "body" | "html" | "template" => open == "template",
                "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" | "caption" => open == "table",
                _ if own & (BLOCK | FORMATTING) != 0 => traits & SCOPE != 0,
                _ => traits & BLOCK != 0,
            };
            if stops {
                return;
            }
        }
    }

    /// Ends the open element at `at`. A formatting element ends alone where blocks inside it go on.
    fn end(&mut self, at: usize, own: u8) {
        let blocks = self.stack[at + 1..].iter().any(|(_, t)| t & BLOCK != 0);
        if own & FORMATTING != 0 && blocks {
            let (element, _) = self.stack.remove(at);
            self.finish(element);
        } else {
            self.pop_to(at);
        }
        if own & BLOCK != 0 {
            self.new_line();
        }
    }

    fn pop_to(&mut self, length: usize) {
        while self.stack.len() > length {
            if let Some((element, _)) = self.stack.pop() {
                self.finish(element);
            }
        }
    }

    fn push(&mut self, element: usize, traits: u8) {
        self.open[slot(&self.page.elements[element].tag)] += 1;
        self.stack.push((element, traits));
    }

    fn finish(&mut self, element: usize) {
        let open = &mut self.open[slot(&self.page.elements[element].tag)];
        *open = open.saturating_sub(1);
        let (end, text) = (self.page.elements.len(), self.page.text.len());
        self.page.elements[element].end = end;
        self.page.elements[element].text.end = text;
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
