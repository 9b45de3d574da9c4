//! A list page in one pass over its tags, without the page model: where it leads, and whether it may be no list at all.

use url::Url;

use super::{
    absent, entity, kind,
    links::{Leads, Links},
    tags::{Kind, LEADS},
    token::{Token, Tokens, Wanted},
    wall,
};

/// What one pass over a page's tags tells.
#[derive(Debug)]
pub struct Outline {
    /// Where it leads, as `Reading::links`, but for hosts that were not wanted.
    pub links: Links,
    /// It may be a wall, or say that something is missing: only the whole reading can tell.
    pub doubtful: bool,
}

/// The outline of a page's text. Links to hosts that are not `wanted` are left out.
///
/// A page that is not doubtful is no wall, and says neither in its title nor in its headings that something is missing.
pub fn outline(text: &str, url: &Url, wanted: &dyn Fn(&str) -> bool) -> Outline {
    let mut pass = Pass::new();
    let mut tokens = Tokens::telling(text, WANTED);
    let mut attributes = Vec::new();
    while let Some(token) = tokens.next(&mut attributes) {
        match token {
            Token::Text(text) => pass.text(text),
            Token::Raw(text) => pass.raw(text),
            Token::Open(name) if name.tag.traits & LEADS != 0 => {
                pass.leads.see(name.tag.text, &attributes);
                attributes.clear();
            }
            Token::Open(name) | Token::Dull(name, _) => pass.open(name.tag.text),
            Token::Close(name) => pass.close(name.tag.text),
        }
        tokens.tell_text(pass.listens());
    }
    Outline {
        doubtful: pass.letters <= wall::MOST_TEXT || pass.doubtful || wall::asks_to_log_in(url),
        links: pass.leads.resolved(url, wanted),
    }
}

/// The tags that `Pass` and `Leads` look at.
const WANTED: Wanted = Wanted {
    tag: |name| {
        name.tag.traits & LEADS != 0 || name.tag.kind == Kind::Heading || name.tag.text == "svg"
    },
    attributes_of: |name| name.tag.traits & LEADS != 0,
    attribute: Leads::reads,
};

struct Pass<'a> {
    leads: Leads<'a>,
    /// Characters of text that are no white space, counted no further than it takes to know that there are many.
    letters: usize,
    titled: bool,
    /// Whose contents come next, where they are not markup.
    inside: Inside,
    /// Inside a drawing, whose titles are not the page's.
    drawing: bool,
    headings: usize,
    /// The text of the heading that is open.
    heading: Option<String>,
    doubtful: bool,
}

#[derive(PartialEq, Eq)]
enum Inside {
    Other,
    Title,
    TextArea,
}

impl<'a> Pass<'a> {
    fn new() -> Self {
        Self {
            leads: Leads::new(),
            letters: 0,
            titled: false,
            inside: Inside::Other,
            drawing: false,
            headings: 0,
            heading: None,
            doubtful: false,
        }
    }

    /// Whether text still tells anything.
    fn listens(&self) -> bool {
        self.letters <= wall::MOST_TEXT || self.heading.is_some()
    }

    fn text(&mut self, text: &'a str) {
        if self.letters <= wall::MOST_TEXT {
            self.letters += letters(&entity::decode(text));
        }
        if let Some(heading) = &mut self.heading
            && heading.len() < absent::LONGEST * 4
        {
            heading.push_str(&entity::decode(text));
        }
    }

    fn raw(&mut self, text: &'a str) {
        match self.inside {
            Inside::Title if !self.titled && !text.trim().is_empty() => {
                self.doubtful |= kind::doubtful_title(&entity::decode(text));
                self.titled = true;
            }
            Inside::TextArea => self.text(text),
            _ => {}
        }
    }

    fn open(&mut self, tag: &str) {
        self.inside = Inside::Other;
        match tag {
            "title" if !self.drawing => self.inside = Inside::Title,
            "textarea" => self.inside = Inside::TextArea,
            "svg" => self.drawing = true,
            "h1" | "h2" if self.headings < absent::HEADINGS => {
                self.end_heading();
                self.headings += 1;
                self.heading = Some(String::new());
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: &str) {
        match tag {
            "svg" => self.drawing = false,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.end_heading(),
            _ => {}
        }
    }

    fn end_heading(&mut self) {
        if let Some(heading) = self.heading.take() {
            self.doubtful |= absent::says(heading.trim()).is_some();
        }
    }
}

/// Characters of a text that are surely no white space, told by their first bytes, for a page has many: what begins as
/// white space beyond ASCII does counts for nothing.
fn letters(text: &str) -> usize {
    let shows = |b: &u8| matches!(b, b'!'..=b'~' | 0xc3..=0xe0 | 0xe4..);
    text.as_bytes().iter().filter(|b| shows(b)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        extract::{Selectors, read, tests::pages},
        model::PageKind,
    };

    /// What the whole reading says must be what the outline says, where it is sure.
    fn compare(text: &str, name: &str) -> bool {
        let url = Url::parse("http://shop.example/cat/1?page=2").unwrap();
        let (whole, short) = (
            read(text, &url, &Selectors::default()),
            outline(text, &url, &|_| true),
        );
        assert_eq!(whole.links, short.links, "{name}");
        let list = matches!(whole.kind, PageKind::Index | PageKind::Listing);
        assert!(list || short.doubtful, "{name}: {:?}", whole.kind);
        short.doubtful
    }

    #[test]
    fn the_outline_of_every_page_is_that_of_its_whole_reading() {
        let pages = pages();
        assert!(pages.len() >= 7);
        let mut doubtful = 0;
        for (name, text) in &pages {
            let unsure = compare(text, name);
            doubtful += usize::from(unsure && name.ends_with(".gz"));
        }
        // Else the outline would save nothing.
        assert!(doubtful < 20, "{doubtful}");
    }

    #[test]
    fn what_may_be_no_list_is_doubtful() {
        let goods = "<li><a href=/item/7.html>A kettle of steel, two litres</a>".repeat(200);
        let url = Url::parse("http://shop.example/cat/1").unwrap();
        let doubtful = |text: &str| outline(&format!("{text}{goods}"), &url, &|_| true).doubtful;
        assert!(!doubtful(
            "<title>Kettles</title><h1>Kettles</h1><svg><title>Login</title></svg>"
        ));
        for text in [
            "<title>Page not found</title>",
            "<title></title><title>Log in to go on</title>",
            "<h1>Kettles</h1><h2>该商品<b>已下架</b></h2>",
        ] {
            assert!(doubtful(text), "{text}");
        }
        assert!(outline("<a href=/>home", &url, &|_| true).doubtful);
        let login = Url::parse("http://shop.example/user/login?back=1").unwrap();
        assert!(outline(&goods, &login, &|_| true).doubtful);
    }

    #[test]
    fn no_white_space_is_a_letter_and_what_shops_write_is() {
        for c in (char::MIN..=char::MAX).filter(|c| c.is_whitespace()) {
            assert_eq!(letters(&format!("a{c}")), 1, "{c:?}");
        }
        assert_eq!(letters("儿童 玩具,\u{3000}é 19.90 한국 ไทย"), 16);
    }

    proptest! {
        #[test]
        fn links_of_any_soup_are_the_same(text in "(<a |<A |<p |<base |<link |href=|rel=|next|'|\"|x|/y|#|>|</a>|<script>|</script>|<title>|<textarea>|</textarea>|&amp;|<!--|-->| |=){0,40}") {
            compare(&text, &text);
        }
    }
}
