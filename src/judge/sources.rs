//! The rules folder: every `.rhai` below it, a rule's id being its path.

use std::{fs, io, path::Path};

use super::Error;
use crate::rules::RuleSource;

/// Every rule below `dir`, sorted by id; `dir/reference` holds data, not rules.
/// A file that is not UTF-8 becomes a source that the compiler refuses at its first ruined character.
pub(super) fn read(dir: &Path) -> Result<Vec<RuleSource>, Error> {
    let mut found = Vec::new();
    let failed = |path: &Path, source: io::Error| Error::Folder {
        path: path.to_owned(),
        source,
    };
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| failed(&folder, e))? {
            let path = entry.map_err(|e| failed(&folder, e))?.path();
            if path.is_dir() && path != dir.join("reference") {
                folders.push(path);
            } else if path.extension().is_some_and(|x| x == "rhai") {
                let bytes = fs::read(&path).map_err(|e| failed(&path, e))?;
                found.push(RuleSource {
                    id: id_of(dir, &path),
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                    path,
                });
            }
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

fn id_of(dir: &Path, path: &Path) -> String {
    let below = path.strip_prefix(dir).unwrap_or(path).with_extension("");
    let parts: Vec<_> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rules_id_is_its_path_and_data_is_no_rule() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "fake/price.rhai",
            "recall/hard.rhai",
            "reference/x.rhai",
            "fake/pack.toml",
        ] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let ids: Vec<_> = read(dir.path())
            .unwrap()
            .into_iter()
            .map(|s| s.id)
            .collect();
        assert_eq!(ids, ["fake/price", "recall/hard"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = read(Path::new("/nowhere/rules")).unwrap_err().to_string();
        assert!(
            error.starts_with("could not read /nowhere/rules:"),
            "{error}"
        );
    }
}
