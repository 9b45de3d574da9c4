//! The rules folder: every `.rhai` below it, a rule's id being its path.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{Error, reload};
use crate::rules::RuleSource;

/// Every rule below `dir`, sorted by id; `dir/reference` holds data, not rules.
/// A file that is not UTF-8 becomes a source that the compiler refuses at its first ruined character.
pub(super) fn read(dir: &Path) -> Result<Vec<RuleSource>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| failed(&folder, e))? {
            let entry = entry.map_err(|e| failed(&folder, e))?;
            let path = entry.path();
            // Editors leave files of such names while they write.
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() && path != dir.join("reference") {
                folders.push(path);
            } else if path.extension().is_some_and(|x| x == "rhai") {
                found.push(source(dir, path)?);
            }
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

/// Stands for everything that a judge is made from: the files below the rules folder, and which rules each campaign is
/// about. None where a file cannot be read.
pub fn prints(dir: &Path, about: &BTreeMap<String, Vec<String>>) -> Option<[u8; 32]> {
    folder(dir).map(|folder| print(folder, about))
}

pub(super) fn print(folder: [u8; 32], about: &BTreeMap<String, Vec<String>>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    // Names and globs: their `Debug` form tells any two apart.
    hasher
        .update(&folder)
        .update(format!("{about:?}").as_bytes());
    hasher.finalize().into()
}

/// BLAKE3 over the names and contents of the files below a folder.
pub(super) fn folder(dir: &Path) -> Option<[u8; 32]> {
    let files = reload::files(dir).ok()?;
    reload::content(&files).ok()
}

fn source(dir: &Path, path: PathBuf) -> Result<RuleSource, Error> {
    let bytes = fs::read(&path).map_err(|e| failed(&path, e))?;
    Ok(RuleSource {
        id: id_of(dir, &path),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        path,
    })
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Folder {
        path: path.to_owned(),
        source,
    }
}

/// Rules that are not in force yet: a file, or every `.rhai` below a folder, with their ids below that folder.
///
/// # Errors
/// Where the path cannot be read.
pub fn candidates(path: &Path) -> Result<Vec<RuleSource>, Error> {
    if path.is_dir() {
        return read(path);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(vec![source(folder, path.to_owned())?])
}

/// `rules` with `candidates` among them, each in the place of the one that has its id.
pub(super) fn replaced(mut rules: Vec<RuleSource>, candidates: Vec<RuleSource>) -> Vec<RuleSource> {
    rules.retain(|rule| candidates.iter().all(|candidate| candidate.id != rule.id));
    rules.extend(candidates);
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

/// The id of the rule at `path`: the way to it from `dir`, without `.rhai`.
pub fn id_of(dir: &Path, path: &Path) -> String {
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
            "fake/.#price.rhai",
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
