//! config.toml: composes the sections that the rooms define, and says of every fault where it stands and what would be right.

mod parse;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use parse::Fault;

use crate::{
    crawl::CampaignConfig, fetch::FetchConfig, judge::RulesConfig, platform::PlatformConfig,
    store::StoreConfig,
};

/// Everything that is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where things are kept.
    pub store: StoreConfig,
    /// How the crawler behaves.
    pub crawl: FetchConfig,
    /// What is asked of rules.
    pub rules: RulesConfig,
    /// What is watched.
    pub platform: Vec<PlatformConfig>,
    /// What is looked for there.
    pub campaign: Vec<CampaignConfig>,
}

/// The file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be read.
    #[error("could not read {}: {source}; `listwarden init` makes a workspace with one", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It has faults, each with its place.
    #[error("{} has {} fault{}", path.display(), faults.len(), if faults.len() == 1 { "" } else { "s" })]
    Faults {
        /// The file.
        path: PathBuf,
        /// In the order of the file.
        faults: Vec<Fault>,
    },
}

impl Config {
    /// Reads and checks the file at `path`.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        parse::config(&text, &path.display().to_string()).map_err(|faults| Error::Faults {
            path: path.to_owned(),
            faults,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<Fault> {
        parse::config(text, "config.toml").unwrap_err()
    }

    #[test]
    fn every_fault_is_named_with_its_place_and_what_would_be_right() {
        let found = faults(
            "[crawl]\nrat = \"1/s\"\ntimeout = \"soon\"\n\n[[platform]]\nid = \"a\"\nstart = [\"nowhere\"]\n",
        );
        let said: Vec<_> = found
            .iter()
            .map(|f| (f.line, f.column, f.message.as_str()))
            .collect();
        assert_eq!(said[0].0, 2, "{said:?}");
        assert!(
            found[0].help.as_deref().unwrap_or("").contains("`rate`"),
            "{:?}",
            found[0]
        );
        assert_eq!((said[1].0, said[1].1), (3, 11), "{said:?}");
        assert!(said[1].2.contains("'soon' is no duration"), "{said:?}");
        assert_eq!(said[2].0, 7, "{said:?}");
        assert_eq!(found.len(), 3, "{said:?}");
    }

    #[test]
    fn each_fault_of_a_recipe_is_named_with_its_column() {
        let found = faults(concat!(
            "[[platform]]\nid = \"a\"\nstart = [\"https://a.example/\"]\n[platform.select]\n",
            "titel = \"h1\"\n",
            "price = [\".now\", '.was | aftr \":\"']\n",
            "brand = \"div[\"\n",
            "sku = 5\n",
            "gtin = \"b | match '(\\\\d'\"\n",
            "seller.name = \"/seller//name\"\n",
            "attributes.\"净含量\" = 'td | nth 0'\n",
            "\"seller.id\" = 'b@'\n",
        ));
        let said: Vec<_> = found
            .iter()
            .map(|f| (f.line, f.column, f.help.as_deref().unwrap_or_default()))
            .collect();
        let places: Vec<_> = said.iter().map(|said| (said.0, said.1)).collect();
        let wanted = [
            (5, 1),
            (6, 26),
            (7, 10),
            (8, 7),
            (9, 8),
            (10, 16),
            (11, 30),
            (12, 16),
        ];
        assert_eq!(places, wanted, "{said:#?}");
        assert_eq!(said[0].2, "did you mean `title`?");
        assert_eq!(said[1].2, "did you mean `after`?");
        assert!(
            found[3].message.contains("a selector in quotes"),
            "{found:?}"
        );
        assert!(found[6].message.starts_with("select.attributes.净含量: "));
    }

    #[test]
    fn a_key_of_crawl_that_cannot_be_meant_is_named() {
        let found = faults("[crawl]\nrobots = \"ignore\"\nrevisit_latest = \"1h\"\n");
        assert_eq!((found[0].line, found.len()), (1, 2), "{found:?}");
        assert_eq!((found[1].line, found[1].column), (2, 10), "{found:?}");
        assert!(found[1].message.contains("\"obey\""), "{found:?}");
    }

    #[test]
    fn broken_toml_is_named_with_its_place() {
        let found = faults("[crawl]\nrate = \n");
        assert_eq!(found[0].line, 2, "{found:?}");
    }

    #[test]
    fn a_campaign_names_platforms_that_exist() {
        let found = faults("[[campaign]]\nid = \"toys\"\nplatforms = [\"a\"]\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("no platform 'a'"), "{found:?}");
        assert_eq!(found[0].line, 3);
    }

    #[test]
    fn two_platforms_may_not_share_an_id() {
        let one = "[[platform]]\nid = \"a\"\nstart = [\"http://a.example/\"]\n";
        let found = faults(&format!("{one}{one}"));
        assert!(
            found[0].message.contains("'a' is already taken"),
            "{found:?}"
        );
        assert_eq!(found[0].line, 5);
    }

    #[test]
    fn no_faults_in_the_bundled_file_and_every_key_at_its_default() {
        let text = include_str!("../../config.toml");
        assert_eq!(parse::config(text, "config.toml"), Ok(Config::default()));
    }
}
