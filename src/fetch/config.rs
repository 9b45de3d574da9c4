//! The `[crawl]` section of config.toml.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::text::{
    hours::Hours,
    measure::{Period, Rate, Size},
};

/// The `[crawl]` keys that concern requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchConfig {
    /// Who asks; sent as User-Agent together with `contact`.
    pub user_agent: String,
    /// Where a site's operator can reach you: a mail address or a page.
    pub contact: String,
    /// Requests to one host.
    pub rate: Rate,
    /// Requests to one host at the same time.
    pub concurrency: u32,
    /// For one request, from connecting to the last byte.
    pub timeout: Period,
    /// Bytes of one answer, as received and once unpacked.
    pub max_body: Size,
    /// How often a failed request is tried again.
    pub retries: u32,
    /// Hours of the day in which nothing is asked.
    pub quiet_hours: Hours,
    /// A host that answers slowly is asked less: with one request at a time, the next one starts not sooner than so many
    /// times its usual time to answer after the last one.
    pub latency_factor: f64,
    /// A host out of reach for longer than this is left for the next crawl.
    pub patience: Period,
    /// A known page is due again not sooner than this after a visit.
    pub revisit_soonest: Period,
    /// And not later than this.
    pub revisit_latest: Period,
    /// `obey`; there is no other choice.
    pub robots: String,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            user_agent: format!("listwarden/{}", env!("CARGO_PKG_VERSION")),
            contact: String::new(),
            rate: Rate {
                count: 1,
                per: Duration::from_secs(2),
            },
            concurrency: 1,
            timeout: Period(Duration::from_secs(30)),
            max_body: Size(8 << 20),
            retries: 2,
            quiet_hours: Hours::default(),
            latency_factor: 2.0,
            patience: Period(Duration::from_secs(30 * 60)),
            revisit_soonest: Period(Duration::from_secs(6 * 3600)),
            revisit_latest: Period(Duration::from_secs(30 * 86_400)),
            robots: "obey".to_owned(),
        }
    }
}

impl FetchConfig {
    /// What is wrong with it: the key, and what would be right.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        if self.robots != "obey" {
            let message = format!(
                "'{}' is not known; robots.txt is obeyed: \"obey\"",
                self.robots
            );
            faults.push(("robots", message));
        }
        if self.concurrency == 0 {
            let message = "0 requests at once fetch nothing; use 1 or more".to_owned();
            faults.push(("concurrency", message));
        }
        if !self.latency_factor.is_finite() || self.latency_factor < 0.0 {
            let message = format!(
                "{} is no factor; use 0 or more, such as 2.0",
                self.latency_factor
            );
            faults.push(("latency_factor", message));
        }
        if self.revisit_soonest > self.revisit_latest {
            let message = format!(
                "{} is later than revisit_latest, {}; use at most that",
                self.revisit_soonest, self.revisit_latest
            );
            faults.push(("revisit_soonest", message));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_meant_is_named_by_its_key() {
        assert_eq!(FetchConfig::default().faults(), []);
        let config = FetchConfig {
            robots: "ignore".to_owned(),
            concurrency: 0,
            latency_factor: f64::NAN,
            revisit_soonest: Period(Duration::from_secs(60 * 86_400)),
            ..FetchConfig::default()
        };
        let keys: Vec<&str> = config.faults().into_iter().map(|(key, _)| key).collect();
        let all = ["robots", "concurrency", "latency_factor", "revisit_soonest"];
        assert_eq!(keys, all);
    }
}
