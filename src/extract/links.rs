//! Where a page leads: its addresses as written, and as what they mean.

use std::borrow::Cow;

use foldhash::{HashSet, HashSetExt};
use url::Url;

use super::token::Attribute;

/// Links of one page beyond this number are not kept.
const MOST: usize = 20_000;

/// Where a page leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Every address of `a`, `area` and `link rel=next|prev`, absolute, http or https, without fragment, in page order,
    /// each once; but not the page itself.
    pub all: Vec<Url>,
    /// The first of them that is called the next page (`rel=next`).
    pub next: Option<Url>,
}

/// Links that a page of a shop has, mostly: as much room is made at once.
const USUAL: usize = 200;

/// Addresses as they are written on a page, each once, while its tags pass by.
#[derive(Debug, Default)]
pub(super) struct Leads<'a> {
    base: Option<Cow<'a, str>>,
    hrefs: Vec<Cow<'a, str>>,
    seen: HashSet<Cow<'a, str>>,
    next: Option<Cow<'a, str>>,
}

impl<'a> Leads<'a> {
    pub(super) fn new() -> Self {
        Self {
            base: None,
            hrefs: Vec::with_capacity(USUAL),
            seen: HashSet::with_capacity(USUAL),
            next: None,
        }
    }

    /// Whether such an attribute says where a page leads.
    pub(super) fn reads(name: &str) -> bool {
        matches!(name, "href" | "rel")
    }

    /// Takes in one tag that is wanted.
    pub(super) fn see(&mut self, tag: &str, attributes: &[Attribute<'a>]) {
        let value = |name: &str| {
            attributes
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, value)| value)
        };
        let Some(href) = value("href") else {
            return;
        };
        let rel = value("rel").map_or("", |rel| rel);
        let says = |word: &str| {
            rel.split_ascii_whitespace()
                .any(|r| r.eq_ignore_ascii_case(word))
        };
        let next = says("next");
        if tag == "base" {
            self.base.get_or_insert_with(|| href.clone());
        } else if self.hrefs.len() < MOST && (tag != "link" || next || says("prev")) {
            if next {
                self.next.get_or_insert_with(|| href.clone());
            }
            self.lead(href.clone());
        }
    }

    /// Takes in the address of a tag that has no `rel` and is neither `base` nor `link`.
    pub(super) fn plain(&mut self, href: &'a str) {
        if self.hrefs.len() < MOST {
            self.lead(Cow::Borrowed(href));
        }
    }

    fn lead(&mut self, href: Cow<'a, str>) {
        if !leads_nowhere(&href) && self.seen.insert(href.clone()) {
            self.hrefs.push(href);
        }
    }

    /// What the addresses mean on the page at `url`; those at hosts that are not `wanted` are left out.
    pub(super) fn resolved(self, url: &Url, wanted: &dyn Fn(&str) -> bool) -> Links {
        let base = self.base.and_then(|href| url.join(href.trim()).ok());
        let base = base.as_ref().unwrap_or(url);
        let whole = |href: &str| {
            let mut url = base.join(href.trim()).ok()?;
            if url.fragment().is_some() {
                url.set_fragment(None);
            }
            let web = matches!(url.scheme(), "http" | "https");
            url.host_str()
                .is_some_and(|host| web && wanted(host))
                .then_some(url)
        };
        let mut own = url.clone();
        own.set_fragment(None);
        let mut all: Vec<Url> = self.hrefs.iter().filter_map(|href| whole(href)).collect();
        let mut seen: HashSet<&str> = HashSet::with_capacity(all.len() + 1);
        seen.insert(own.as_str());
        let first: Vec<bool> = all.iter().map(|url| seen.insert(url.as_str())).collect();
        let mut first = first.into_iter();
        all.retain(|_| first.next().unwrap_or(false));
        Links {
            all,
            next: self
                .next
                .and_then(|href| whole(&href))
                .filter(|next| next != url),
        }
    }
}

/// A place on the same page, or a scheme that is not of the web: the most common links that are none.
fn leads_nowhere(href: &str) -> bool {
    if href.starts_with('/') {
        return false;
    }
    let href = href.trim_start();
    if href.is_empty() || href.starts_with('#') {
        return true;
    }
    let scheme = href
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    !scheme.is_empty()
        && href[scheme.len()..].starts_with(':')
        && !scheme.eq_ignore_ascii_case("http")
        && !scheme.eq_ignore_ascii_case("https")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::page::PageModel;

    fn links(text: &str) -> (Vec<String>, Option<String>) {
        let url = Url::parse("http://shop.example/a/").unwrap();
        let links = PageModel::new(text, &url).leads.resolved(&url, &|_| true);
        (
            links.all.iter().map(Url::to_string).collect(),
            links.next.map(Into::into),
        )
    }

    #[test]
    fn links_are_absolute_and_once() {
        let (all, next) = links(
            "<base href=/b/><a href=x#1>1</a><a href=x>2</a><a href='javascript:y()'>3</a><a href=//other.example/>4</a>
            <a href='mailto:a@b'>5</a><link rel=next href='?page=2'><link rel=stylesheet href=s.css><a href='#top'>6</a><a href='/a/'>7</a>",
        );
        assert_eq!(
            all,
            [
                "http://shop.example/b/x",
                "http://other.example/",
                "http://shop.example/b/?page=2"
            ]
        );
        assert_eq!(next.as_deref(), Some("http://shop.example/b/?page=2"));
    }

    #[test]
    fn a_relative_base_counts_once_and_the_first_next_page_is_the_next() {
        let (all, next) = links(
            "<base href=b/><base href=/c/><a REL='nofollow Next' href=2>2</a><a rel=next href=3>3</a>",
        );
        assert_eq!(
            all,
            ["http://shop.example/a/b/2", "http://shop.example/a/b/3"]
        );
        assert_eq!(next.as_deref(), Some("http://shop.example/a/b/2"));
        assert_eq!(links("<a rel=next href='#'>next</a>"), (vec![], None));
    }
}
