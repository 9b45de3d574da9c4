//! A new workspace: the commented configuration, starter rules and reference data, as bundled with the program.

use std::{fs, io, path::Path};

use rust_embed::RustEmbed;
use serde::Serialize;

use super::Error;

#[derive(RustEmbed)]
#[folder = "rules/"]
struct Rules;

const CONFIG: &str = include_str!("../../config.toml");

/// What was written and what was there already.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Created {
    pub workspace: String,
    pub written: u64,
    pub kept: u64,
}

/// Makes a workspace in `dir`. A file that is there already is kept as it is.
pub fn create(dir: &Path) -> Result<Created, Error> {
    let mut created = Created {
        workspace: dir.display().to_string(),
        ..Created::default()
    };
    place(&dir.join("config.toml"), CONFIG.as_bytes(), &mut created)?;
    for name in Rules::iter() {
        if let Some(file) = Rules::get(&name) {
            place(
                &dir.join("rules").join(name.as_ref()),
                &file.data,
                &mut created,
            )?;
        }
    }
    Ok(created)
}

fn place(path: &Path, content: &[u8], created: &mut Created) -> Result<(), Error> {
    let failed = |source: io::Error| Error::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if path.exists() {
        created.kept += 1;
        return Ok(());
    }
    fs::write(path, content).map_err(failed)?;
    created.written += 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_workspace_is_whole_and_a_second_init_keeps_what_was_changed() {
        let dir = tempfile::tempdir().unwrap();
        let first = create(dir.path()).unwrap();
        assert!(first.written > 10 && first.kept == 0, "{first:?}");
        fs::write(dir.path().join("config.toml"), "# mine\n").unwrap();
        let second = create(dir.path()).unwrap();
        assert_eq!((second.written, second.kept), (0, first.written));
        assert_eq!(
            fs::read_to_string(dir.path().join("config.toml")).unwrap(),
            "# mine\n"
        );
    }
}
