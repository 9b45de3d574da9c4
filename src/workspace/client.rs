//! The polite client, as the configuration has it: every host's limits, and the conduct log.

use std::collections::BTreeMap;

use url::Url;

use super::{Error, Workspace};
use crate::{
    config::Config,
    fetch::{Client, Policy, host_of},
    platform::PlatformConfig,
};

/// The client that everything asked for in this workspace goes through.
///
/// # Errors
/// Where it cannot be set up, and where the conduct log cannot be written.
pub fn client(workspace: &Workspace) -> Result<Client, Error> {
    let client = Client::new(&workspace.config.crawl, policies(&workspace.config))?;
    Ok(client.with_conduct(&workspace.conduct())?)
}

/// What each host of a platform may be asked: as the platform says, else as `[crawl]` does.
fn policies(config: &Config) -> BTreeMap<String, Policy> {
    let crawl = &config.crawl;
    let policy = |platform: &PlatformConfig| Policy {
        rate: platform.rate.unwrap_or(crawl.rate),
        concurrency: platform.concurrency.unwrap_or(crawl.concurrency),
        loopback: platform.loopback,
        quiet: platform
            .quiet_hours
            .clone()
            .unwrap_or_else(|| crawl.quiet_hours.clone()),
        cookies: platform.cookies,
    };
    let hosts = config.platform.iter().flat_map(|platform| {
        let hosts = hosts_of(platform).into_iter();
        hosts.map(move |host| (host, policy(platform)))
    });
    hosts.collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_of_a_platform_gets_what_the_platform_says_and_else_what_all_get() {
        let text = r#"
            [crawl]
            rate = "1/s"
            concurrency = 3
            quiet_hours = "12:00-13:00 UTC"

            [[platform]]
            id = "own"
            start = ["https://own.example/", "http://own.example:8080/"]
            search = "https://find.example/?q={keyword}"
            sitemaps = ["https://maps.example/sitemap.xml"]
            rate = "2/s"
            concurrency = 1
            quiet_hours = "22:00-06:00 UTC"
            cookies = true
            loopback = true

            [[platform]]
            id = "plain"
            start = ["https://plain.example/"]
        "#;
        let policies = policies(&toml::from_str(text).unwrap());
        let own = Policy {
            rate: "2/s".parse().unwrap(),
            concurrency: 1,
            loopback: true,
            quiet: "22:00-06:00 UTC".parse().unwrap(),
            cookies: true,
        };
        let plain = Policy {
            rate: "1/s".parse().unwrap(),
            concurrency: 3,
            loopback: false,
            quiet: "12:00-13:00 UTC".parse().unwrap(),
            cookies: false,
        };
        let hosts = [
            ("find.example:443", &own),
            ("maps.example:443", &own),
            ("own.example:443", &own),
            ("own.example:8080", &own),
            ("plain.example:443", &plain),
        ];
        let expected = hosts.map(|(host, policy)| (host.to_owned(), policy.clone()));
        assert_eq!(policies, expected.into());
    }
}
