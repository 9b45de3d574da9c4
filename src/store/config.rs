//! The `[store]` section of config.toml.

use serde::{Deserialize, Serialize};

use crate::text::measure::Size;

/// The `[store]` section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// The folder that the program keeps everything in, below the workspace.
    pub path: String,
    /// An archive file is closed and the next one begun at this size.
    pub archive_file: Size,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            path: "data".to_owned(),
            archive_file: Size(1 << 30),
        }
    }
}
