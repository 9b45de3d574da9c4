//! The polite client, as the configuration has it: every host's limits, and the conduct log.

use std::collections::BTreeMap;

use url::Url;

use super::{Error, Workspace};
use crate::{
    fetch::{Client, Policy, host_of},
    platform::PlatformConfig,
};

/// The client that everything asked for in this workspace goes through.
///
/// # Errors
/// Where it cannot be set up, and where the conduct log cannot be written.
pub fn client(workspace: &Workspace) -> Result<Client, Error> {
    let crawl = &workspace.config.crawl;
    let mut hosts = BTreeMap::new();
    for platform in &workspace.config.platform {
        for host in hosts_of(platform) {
            let policy = Policy {
                rate: platform.rate.unwrap_or(crawl.rate),
                concurrency: platform.concurrency.unwrap_or(crawl.concurrency),
                loopback: platform.loopback,
                quiet: platform
                    .quiet_hours
                    .clone()
                    .unwrap_or_else(|| crawl.quiet_hours.clone()),
                cookies: platform.cookies,
            };
            hosts.insert(host, policy);
        }
    }
    let client = Client::new(crawl, hosts)?;
    Ok(client.with_conduct(&workspace.conduct())?)
}

fn hosts_of(platform: &PlatformConfig) -> Vec<String> {
    let urls = platform
        .start
        .iter()
        .chain(&platform.search)
        .chain(&platform.sitemaps);
    urls.filter_map(|url| Url::parse(url).ok())
        .map(|url| host_of(&url))
        .collect()
}
