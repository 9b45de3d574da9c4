//! A `[[platform]]` checked: everything that is wrong with it at once, by key.

use std::collections::BTreeSet;

use url::Url;

use super::{Fault, Platform, PlatformConfig, pattern::Pattern};
use crate::extract::Selectors;

/// Result pages of a search that are asked for where config.toml does not say.
const SEARCH_PAGES: u32 = 3;
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
    let start = check.urls("start", &config.start);
    let sitemaps = check.urls("sitemaps", &config.sitemaps);
    let search = check.search();
    let region = check.region();
    let listing = check.patterns("listing", &config.listing);
    let follow = check.patterns("follow", &config.follow);
    let ignore = check.patterns("ignore", &config.ignore);
    let selectors = check.selectors();
    let named = start
        .iter()
        .chain(&sitemaps)
        .chain(&search)
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
        search: config.search.clone(),
        search_pages: config.search_pages.unwrap_or(SEARCH_PAGES),
        listing,
        follow,
        ignore,
        hosts,
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
            match address(text) {
                Ok(url) => urls.push(url),
                Err(why) => self.fault(key, &why),
            }
        }
        urls
    }

    /// The search template, filled with a sample.
    fn search(&mut self) -> Option<Url> {
        let template = self.config.search.as_deref()?;
        if !template.contains("{keyword}") {
            self.fault("search", &format!("'{template}' has no {{keyword}}; write it like https://shop.example/s?q={{keyword}}&page={{page}}"));
            return None;
        }
        match address(&super::filled(template, SAMPLE, 1)) {
            Ok(url) => Some(url),
            Err(why) => {
                self.fault("search", &why);
                None
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
                for one in bad {
                    self.fault(
                        &format!("select.{}", one.field),
                        &format!("'{}': {}", one.selector, one.message),
                    );
                }
                Selectors::default()
            }
        }
    }
}

fn address(text: &str) -> Result<Url, String> {
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
