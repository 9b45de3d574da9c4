//! What is particular to one platform: where its searches lie, which links matter, how its pages are read.

mod check;
mod harvest;
mod pattern;
mod sitemap;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    extract::{Reading, Selectors},
    model::{Harvest, Page},
    text::{hours::Hours, measure::Rate},
};

use pattern::Pattern;

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
    /// CSS selectors or JSON pointers, by field.
    pub select: BTreeMap<String, String>,
}

/// A fault in a `[[platform]]`, by key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("platform '{platform}': {key}: {message}")]
#[allow(missing_docs, reason = "plain names")]
pub struct Fault {
    pub platform: String,
    pub key: String,
    pub message: String,
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

/// A platform that config.toml alone describes.
#[derive(Debug)]
pub struct Platform {
    id: String,
    region: Option<String>,
    start: Vec<Url>,
    sitemaps: Vec<Url>,
    search: Option<String>,
    search_pages: u32,
    listing: Vec<Pattern>,
    follow: Vec<Pattern>,
    ignore: Vec<Pattern>,
    hosts: BTreeSet<String>,
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

    /// Where a crawl for `keywords` begins: start pages, site maps, and `search_pages` result pages per keyword.
    pub fn seeds(&self, keywords: &[String]) -> Vec<Url> {
        let mut seeds: Vec<Url> = self.start.iter().chain(&self.sitemaps).cloned().collect();
        if let Some(template) = &self.search {
            // A template without {page} has one page.
            let pages = if template.contains("{page}") {
                self.search_pages.max(1)
            } else {
                1
            };
            for keyword in keywords {
                seeds.extend(
                    (1..=pages).filter_map(|n| Url::parse(&filled(template, keyword, n)).ok()),
                );
            }
        }
        let mut seen = BTreeSet::new();
        seeds.retain(|url| seen.insert(url.clone()));
        seeds
    }

    /// What `url` is to this platform. In this order:
    /// - another host than those of its start pages, searches, site maps and listing patterns: ignored;
    /// - it matches `ignore`: ignored;
    /// - it matches `listing`: a listing;
    /// - it is a start page, site map or search, matches `follow`, or is a further page of one of them: followed;
    /// - otherwise followed only where neither `listing` nor `follow` says anything, for then the whole site is meant.
    pub fn role(&self, url: &Url) -> Role {
        let known = url.host_str().is_some_and(|host| self.hosts.contains(host));
        let any = |patterns: &[Pattern]| patterns.iter().any(|p| p.matches(url));
        if !known || any(&self.ignore) {
            Role::Ignore
        } else if any(&self.listing) {
            Role::Listing
        } else if any(&self.follow)
            || self.is_seed(url)
            || self.listing.is_empty() && self.follow.is_empty()
        {
            Role::Follow
        } else {
            Role::Ignore
        }
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
        let search = || {
            let template = self
                .search
                .as_deref()
                .and_then(|t| Url::parse(&filled(t, "", 1)).ok());
            template.is_some_and(|seed| seed.path() != "/" && same(&seed) && same_names(&seed, url))
        };
        self.start.iter().any(paged) || map && !self.sitemaps.is_empty() || search()
    }
}

/// Parameters that number the pages of a list.
const PAGES: &[&str] = &[
    "page",
    "p",
    "pg",
    "pn",
    "pageno",
    "pagenum",
    "page_no",
    "paged",
    "offset",
    "start",
    "currentpage",
];

/// Whether two addresses of one path differ in nothing but the number of the page.
fn only_pages_differ(a: &Url, b: &Url) -> bool {
    let rest = |url: &Url| -> Vec<(String, String)> {
        let pairs = url.query_pairs().into_owned();
        pairs
            .filter(|(name, _)| !PAGES.contains(&name.to_ascii_lowercase().as_str()))
            .collect()
    };
    rest(a) == rest(b)
}

/// Whether every parameter of a search is asked for.
fn same_names(search: &Url, url: &Url) -> bool {
    let asked: BTreeSet<String> = url
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    search
        .query_pairs()
        .filter(|(name, _)| !PAGES.contains(&name.to_ascii_lowercase().as_str()))
        .all(|(name, _)| asked.contains(name.as_ref()))
}

/// A search template filled in, the keyword percent-encoded.
fn filled(template: &str, keyword: &str, page: u32) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(keyword.as_bytes()).collect();
    template
        .replace("{keyword}", &encoded)
        .replace("{page}", &page.to_string())
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
