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
