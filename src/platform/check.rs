//! A `[[platform]]` checked: everything that is wrong with it at once, by key.

use std::collections::BTreeSet;

use url::Url;

use super::{
    Fault, Part, Platform, PlatformConfig, pager,
    pattern::Pattern,
    search::{self, Search},
};
use crate::{extract::Selectors, text::address};

/// Result pages of a search that are asked for where config.toml does not say.
const SEARCH_PAGES: u32 = 3;
/// Links from a start page that are followed where config.toml does not say.
const MAX_DEPTH: u32 = 20;
/// What a search template is filled with to see whether it is an address.
const SAMPLE: &str = "a";

/// Compiles a platform.
pub(super) fn compile(config: &PlatformConfig) -> Result<Platform, Vec<Fault>> {
    let mut check = Check {
        config,
        faults: Vec::new(),
    };
    check.id();
    check.render();
    let clean = |urls: Vec<Url>| -> Vec<Url> {
        let clean = urls.iter().map(|url| address::clean(url, &config.drop));
        clean.collect()
    };
    let start = clean(check.urls("start", &config.start));
    let sitemaps = clean(check.urls("sitemaps", &config.sitemaps));
    let (search, sample) = check.search();
    check.pages();
    check.drop();
    let region = check.region();
    let listing = check.patterns("listing", &config.listing);
    let follow = check.patterns("follow", &config.follow);
    let ignore = check.patterns("ignore", &config.ignore);
    let selectors = check.selectors();
    let named = start
        .iter()
        .chain(&sitemaps)
        .chain(&sample)
        .filter_map(|u| u.host_str().map(str::to_owned));
    let hosts: BTreeSet<String> = named
        .chain(listing.iter().filter_map(Pattern::host))
        .collect();
    if hosts.is_empty() && check.faults.is_empty() {
        check.fault("start", "nothing says where this platform is; give start, search, sitemaps or a listing pattern with its host");
    }
    if !check.faults.is_empty() {
        return Err(check.faults);
    }
    Ok(Platform {
        id: config.id.clone(),
        region,
        start,
        sitemaps,
        search,
        listing,
        follow,
        ignore,
        hosts,
        drop: config.drop.clone(),
        pages: config.pages.clone(),
        max_depth: config.max_depth.unwrap_or(MAX_DEPTH),
        selectors,
    })
}

struct Check<'a> {
    config: &'a PlatformConfig,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, key: &str, message: &str) {
        self.faults.push(Fault {
            platform: self.config.id.clone(),
            key: key.to_owned(),
            message: message.to_owned(),
            help: None,
            part: Part::Value,
        });
    }

    fn id(&mut self) {
        let id = &self.config.id;
        let plain = !id.is_empty()
            && id.len() <= 40
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain {
            self.fault(
                "id",
                &format!("'{id}' is no id; use up to 40 letters, digits and '-'"),
            );
        }
    }

    fn render(&mut self) {
        if let Some(render) = self.config.render.as_deref().filter(|r| *r != "http") {
            self.fault("render", &format!("'{render}' is not known; use \"http\""));
        }
        if self.config.concurrency == Some(0) {
            self.fault(
                "concurrency",
                "0 requests at once fetch nothing; use 1 or more",
            );
        }
    }

    fn urls(&mut self, key: &str, written: &[String]) -> Vec<Url> {
        let mut urls = Vec::new();
        for text in written {
            match web_address(text) {
                Ok(url) => urls.push(url),
                Err(why) => self.fault(key, &why),
            }
        }
        urls
    }

    /// The searches, and one for a sample.
    fn search(&mut self) -> (Option<Search>, Option<Url>) {
        let Some(template) = self.config.search.as_deref() else {
            return (None, None);
        };
        if !template.contains(search::KEYWORD) {
            self.fault("search", &format!("'{template}' has no {{keyword}}; write it like https://shop.example/s?q={{keyword}}&page={{page}}"));
            return (None, None);
        }
        match web_address(&search::filled(template, SAMPLE, 1)) {
            Ok(url) => {
                let pages = self.config.search_pages.unwrap_or(SEARCH_PAGES);
                (Search::new(template, pages, &self.config.drop), Some(url))
            }
            Err(why) => {
                self.fault("search", &why);
                (None, None)
            }
        }
    }

    /// The template of a list's further pages must give an address beside the list, and another one for each page.
    fn pages(&mut self) {
        let Some(template) = self.config.pages.as_deref() else {
            return;
        };
        let list = Url::parse("http://shop.example/list/");
        let second = list
            .as_ref()
            .ok()
            .and_then(|list| pager::next(template, list));
        if template.matches(pager::PAGE).count() != 1 || second.is_none() {
            self.fault("pages", &format!("'{template}' does not say where the number of the page goes; write it like \"?page={{page}}\" or \"page/{{page}}/\""));
        } else if second.is_some_and(|url| url.host_str() != Some("shop.example")) {
            self.fault("pages", &format!("'{template}' names a host of its own; it is read against each list's address, so write only what follows it, like \"?page={{page}}\""));
        } else if self.config.listing.is_empty() {
            self.fault("pages", "a list is known by its links to listings, and no pattern says which these are; give 'listing'");
        }
    }

    fn drop(&mut self) {
        for name in &self.config.drop {
            if name.is_empty() || name == "*" || name.contains(['=', '&', '?']) {
                self.fault(
                    "drop",
                    &format!(
                        "'{name}' is no name of a parameter; write it like \"ref\" or \"track_*\""
                    ),
                );
            }
        }
    }

    fn region(&mut self) -> Option<String> {
        let region = self.config.region.as_deref()?;
        if region.len() == 2 && region.chars().all(|c| c.is_ascii_alphabetic()) {
            return Some(region.to_ascii_uppercase());
        }
        self.fault(
            "region",
            &format!("'{region}' is no country; use two letters of ISO 3166-1, such as CN"),
        );
        None
    }

    fn patterns(&mut self, key: &str, written: &[String]) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for text in written {
            match Pattern::new(text) {
                Ok(pattern) => patterns.push(pattern),
                Err(why) => self.fault(key, &why),
            }
        }
        patterns
    }

    fn selectors(&mut self) -> Selectors {
        match Selectors::compile(&self.config.select) {
            Ok(selectors) => selectors,
            Err(bad) => {
                self.faults.extend(bad.into_iter().map(|bad| {
                    Fault {
                        platform: self.config.id.clone(),
                        key: format!("select.{}", bad.field),
                        message: bad.message,
                        help: bad.help,
                        part: bad
                            .place
                            .map_or(Part::Key, |(entry, bytes)| Part::Text { entry, bytes }),
                    }
                }));
                Selectors::default()
            }
        }
    }
}

fn web_address(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        Ok(_) => Err(format!(
            "'{text}' is no web address; it begins with http:// or https://"
        )),
        Err(error) => Err(format!(
            "'{text}' is no address ({error}); write it whole, like \"https://shop.example/\""
        )),
    }
}
