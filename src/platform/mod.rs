//! What is particular to one platform: where its searches lie, which links matter, how its pages are read.

mod check;
mod harvest;
mod lead;
mod pager;
mod pattern;
mod search;
mod sitemap;

use std::{collections::BTreeSet, ops::Range};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    extract::{Reading, Recipe, Selectors},
    model::{Harvest, Page},
    text::{address, hours::Hours, measure::Rate},
};

pub use pager::{MOST_PAGES, of_one_list, page_of};

use pattern::Pattern;
use search::Search;

/// A `[[platform]]` of config.toml.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlatformConfig {
    /// Short name, used in listing ids: letters, digits, `-`.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Where a crawl begins.
    pub start: Vec<String>,
    /// Template with `{keyword}` and `{page}`, filled from campaigns.
    pub search: Option<String>,
    /// How many result pages of a search are asked for.
    pub search_pages: Option<u32>,
    /// Site maps.
    pub sitemaps: Vec<String>,
    /// URL patterns (`*` stands for anything) of listing pages; `{id}` marks the item id.
    pub listing: Vec<String>,
    /// URL patterns of pages whose links are followed.
    pub follow: Vec<String>,
    /// URL patterns never fetched.
    pub ignore: Vec<String>,
    /// How often its hosts may be asked; none means `[crawl] rate`.
    pub rate: Option<Rate>,
    /// How many requests at once to one host; none means `[crawl] concurrency`.
    pub concurrency: Option<u32>,
    /// Hours in which its hosts are not asked; none means `[crawl] quiet_hours`.
    pub quiet_hours: Option<Hours>,
    /// Pages of one run at most; none means no limit.
    pub max_pages: Option<u64>,
    /// Links from a start page at most; none means 20.
    pub max_depth: Option<u32>,
    /// Template with `{page}` of the further pages of a list whose pager is script only, read against the list's address.
    pub pages: Option<String>,
    /// Parameters of its addresses that mean nothing, beside those that never do.
    pub drop: Vec<String>,
    /// Whether cookies that it sets are sent back to it while a crawl runs.
    pub cookies: bool,
    /// `http`.
    pub render: Option<String>,
    /// ISO 3166-1 alpha-2 of the market it serves.
    pub region: Option<String>,
    /// May its hosts be loopback addresses? For test markets only.
    pub loopback: bool,
    /// CSS selectors, JSON pointers and what is made of what they find, by field.
    pub select: Recipe,
}

/// A fault in a `[[platform]]`, by key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("platform '{platform}': {key}: {message}")]
#[allow(missing_docs, reason = "plain names")]
pub struct Fault {
    pub platform: String,
    pub key: String,
    pub message: String,
    /// What would be right, where the message does not say it.
    pub help: Option<String>,
    pub part: Part,
}

/// Which part of what stands at a key a fault is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The key itself.
    Key,
    /// The whole value.
    #[default]
    Value,
    /// Bytes of a text: of the value, or of one entry of its list.
    Text {
        /// From 0.
        entry: usize,
        /// Within the text as it is meant, quotes and escapes gone.
        bytes: Range<usize>,
    },
}

/// What a URL is to a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A listing page.
    Listing,
    /// A page whose links are followed.
    Follow,
    /// Not fetched.
    Ignore,
}

/// The text of a page, unpacked and decoded; else why it cannot be read, as a sentence without its stop.
pub fn text(page: &Page) -> Result<String, String> {
    harvest::readable(page)
}

/// A platform that config.toml alone describes.
#[derive(Debug)]
pub struct Platform {
    id: String,
    region: Option<String>,
    start: Vec<Url>,
    sitemaps: Vec<Url>,
    search: Option<Search>,
    listing: Vec<Pattern>,
    follow: Vec<Pattern>,
    ignore: Vec<Pattern>,
    hosts: BTreeSet<String>,
    /// Parameters that mean nothing here.
    drop: Vec<String>,
    /// The further pages of a list, as their template.
    pages: Option<String>,
    max_depth: u32,
    selectors: Selectors,
}

impl Platform {
    /// Checks and compiles a `[[platform]]`; all faults at once.
    pub fn new(config: &PlatformConfig) -> Result<Self, Vec<Fault>> {
        check::compile(config)
    }

    /// Its short name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How many links away from a start page it is followed.
    pub fn max_depth(&self) -> u32 {
        self.max_depth
    }

    /// Where a crawl for `keywords` begins: start pages, site maps, and `search_pages` result pages per keyword.
    pub fn seeds(&self, keywords: &[String]) -> Vec<Url> {
        let named = self.start.iter().chain(&self.sitemaps).cloned();
        let searched = self.search.iter().flat_map(|search| search.pages(keywords));
        let mut seen = BTreeSet::new();
        named
            .chain(searched)
            .map(|url| self.clean(&url))
            .filter(|url| seen.insert(url.clone()))
            .collect()
    }

    /// An address as this platform means it: see `text::address::clean`.
    pub fn clean(&self, url: &Url) -> Url {
        self.cleaned(url.clone())
    }

    fn cleaned(&self, url: Url) -> Url {
        address::cleaned(url, &self.drop)
    }

    /// What `url` is to this platform. In this order:
    /// - another host than those of its start pages, searches, site maps and listing patterns: ignored;
    /// - it matches `ignore`: ignored;
    /// - it matches `listing`: a listing;
    /// - it is a start page, site map or search, matches `follow`, or is a further page of one of them: followed;
    /// - otherwise followed only where neither `listing` nor `follow` says anything, for then the whole site is meant.
    pub fn role(&self, url: &Url) -> Role {
        if !self.admits(url) {
            Role::Ignore
        } else if any(&self.listing, url) {
            Role::Listing
        } else if any(&self.follow, url)
            || self.is_seed(url)
            || self.listing.is_empty() && self.follow.is_empty()
        {
            Role::Follow
        } else {
            Role::Ignore
        }
    }

    /// Whether the page at `url` may be read as a listing: it is one of its listing pages, or nothing says which pages are.
    pub fn lists(&self, url: &Url) -> bool {
        let role = self.role(&self.clean(url));
        role == Role::Listing || self.listing.is_empty() && role == Role::Follow
    }

    /// Whether `url` is at one of its hosts and not to be ignored.
    fn admits(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| self.has_host(host)) && !any(&self.ignore, url)
    }

    fn has_host(&self, host: &str) -> bool {
        self.hosts.contains(host)
    }

    /// The platform's own number for the listing at `url`.
    pub fn item(&self, url: &Url) -> Option<String> {
        self.listing.iter().find_map(|pattern| pattern.item(url))
    }

    /// Reads a page: pure, so a replayed page gives the same harvest as a live one.
    pub fn read(&self, page: &Page) -> Harvest {
        harvest::read(self, page)
    }

    /// As `read`, with every candidate of every field.
    pub fn explain(&self, page: &Page) -> Reading {
        harvest::explain(self, page)
    }

    /// A start page, a site map, a search; or one of them with another page number.
    fn is_seed(&self, url: &Url) -> bool {
        let path = url.path();
        let same = |seed: &Url| seed.host_str() == url.host_str() && seed.path() == path;
        let paged = |seed: &Url| {
            same(seed) && (seed.query() == url.query() || only_pages_differ(seed, url))
        };
        let map = path.ends_with(".xml") || path.ends_with(".xml.gz");
        let searched = || self.search.as_ref().is_some_and(|search| search.finds(url));
        self.start.iter().any(paged) || map && !self.sitemaps.is_empty() || searched()
    }
}

fn any(patterns: &[Pattern], url: &Url) -> bool {
    patterns.iter().any(|pattern| pattern.matches(url))
}

/// Whether two addresses of one path differ in nothing but the number of the page.
fn only_pages_differ(a: &Url, b: &Url) -> bool {
    let rest = |url: &Url| -> Vec<(String, String)> {
        let pairs = url.query_pairs().into_owned();
        pairs.filter(|(name, _)| !pager::is_page(name)).collect()
    };
    rest(a) == rest(b)
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
