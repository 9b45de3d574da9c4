//! What share of a rule's flags people should find right: by the rule itself, else by the `[rules]` section of config.toml.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Judge;

/// The `[rules]` section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesConfig {
    /// The share of a rule's flags that people should find right, where the rule does not say.
    pub floor: Floor,
}

/// A share between 0 and 1; one half unless it is set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Floor(pub f64);

impl Default for Floor {
    fn default() -> Self {
        Self(0.5)
    }
}

impl TryFrom<f64> for Floor {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        match share {
            0.0..=1.0 => Ok(Self(share)),
            other => Err(format!(
                "{other} is no share; write a number from 0 to 1, such as 0.6"
            )),
        }
    }
}

/// What is asked of the version of a rule that is in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Hex BLAKE3 of its source.
    pub hash: String,
    /// The share of its flags that should be right, 0 to 1.
    pub floor: f64,
}

impl Judge {
    /// Says what is asked of rules that do not say themselves.
    pub fn set_floor(&mut self, floor: Floor) {
        self.floor = floor;
    }

    /// What is asked of each rule, by its id.
    pub fn bars(&self) -> BTreeMap<String, Bar> {
        let bar = |rule: crate::rules::RuleInfo| {
            let floor = rule.floor.unwrap_or(self.floor.0);
            let hash = rule.hash;
            (rule.id, Bar { hash, floor })
        };
        self.rules.rules().map(bar).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::rules::{Fault, RuleSource};

    fn loaded(floor: &str) -> (Judge, Vec<Fault>) {
        let text = format!(
            "//! Any.\nconst RULE = #{{ title: \"t\", title_zh: \"题\", kind: \"counterfeit\", severity: \"high\", basis: [\"b\"]{floor} }};\nfn check(item) {{ pass() }}\n"
        );
        let rule = RuleSource {
            id: "a/b".to_owned(),
            path: PathBuf::from("a/b.rhai"),
            text,
        };
        let loaded = Judge::of(Path::new("/nowhere"), vec![rule], &[]);
        (loaded.judge, loaded.rules)
    }

    #[test]
    fn a_rules_own_floor_goes_before_that_of_the_house() {
        let floor = |own: &str| {
            let mut judge = loaded(own).0;
            judge.set_floor(Floor(0.25));
            judge.bars()["a/b"].floor
        };
        assert_eq!(
            (floor(""), floor(", floor: 0.75"), floor(", floor: 1")),
            (0.25, 0.75, 1.0)
        );
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for own in [", floor: 1.5", ", floor: -0.1", ", floor: \"all\""] {
            let (judge, faults) = loaded(own);
            assert!(judge.bars().is_empty(), "{own}");
            let said = faults.iter().find(|fault| fault.level == "error");
            let said = said.map(|fault| fault.message.as_str());
            assert_eq!(said, Some("`floor` is not a number from 0 to 1"));
        }
        assert!(Floor::try_from(f64::NAN).is_err() && Floor::try_from(0.0).is_ok());
    }
}
