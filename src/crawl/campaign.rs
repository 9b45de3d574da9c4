//! What an inspector watches for: a `[[campaign]]` of config.toml.

use serde::{Deserialize, Serialize};

/// A `[[campaign]]`: keywords and rules over some platforms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignConfig {
    /// Short name: letters, digits, `-`.
    pub id: String,
    /// As people call it.
    pub title: String,
    /// Ids of platforms; empty means all.
    pub platforms: Vec<String>,
    /// Filled into the platforms' search templates; empty means their start pages alone.
    pub keywords: Vec<String>,
    /// The rules that it is about, by glob such as `children/*`: only their flags carry it. Empty means all.
    pub rules: Vec<String>,
    /// Pages fetched in one run at most; none means no limit.
    pub max_pages: Option<u64>,
}
