//! What is particular to one platform: where its searches lie, which links matter, how its pages are read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    extract::Reading,
    model::{Harvest, Page},
    text::measure::Rate,
};

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
pub struct Platform {}

impl Platform {
    /// Checks and compiles a `[[platform]]`; all faults at once.
    pub fn new(config: &PlatformConfig) -> Result<Self, Vec<Fault>> {
        let _ = config;
        todo!()
    }

    /// Its short name.
    pub fn id(&self) -> &str {
        todo!()
    }

    /// Where a crawl for `keywords` begins: start pages, site maps, searches.
    pub fn seeds(&self, keywords: &[String]) -> Vec<Url> {
        let _ = keywords;
        todo!()
    }

    /// What `url` is to this platform. Other hosts than those of its start pages, searches and site maps are ignored.
    pub fn role(&self, url: &Url) -> Role {
        let _ = url;
        todo!()
    }

    /// The platform's own number for the listing at `url`.
    pub fn item(&self, url: &Url) -> Option<String> {
        let _ = url;
        todo!()
    }

    /// Reads a page: pure, so a replayed page gives the same harvest as a live one.
    pub fn read(&self, page: &Page) -> Harvest {
        let _ = page;
        todo!()
    }

    /// As `read`, with every candidate of every field.
    pub fn explain(&self, page: &Page) -> Reading {
        let _ = page;
        todo!()
    }
}
