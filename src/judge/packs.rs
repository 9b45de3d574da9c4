//! Packs: each folder of rules, and what its `pack.toml` says it is, who keeps it, and which version.

use std::{collections::BTreeSet, fs, io, path::Path};

use serde::Serialize;

use super::paper::{Key, Paper};
use crate::rules::{Fault, RuleSource};

const FILE: &str = "pack.toml";
/// Stands in faults where those of rules have a code.
const CODE: &str = "pack";

/// What a pack may say of itself.
const KEYS: &[Key] = &[
    key("title", "\"Recalled goods\""),
    key("title_zh", "\"召回产品\""),
    key("keeper", "\"who answers for the rules\""),
    key("version", "\"1.0.0\""),
    key("about", ""),
    key("licence", ""),
];

const fn key(name: &'static str, needed: &'static str) -> Key {
    Key { name, needed }
}

/// A folder of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pack {
    /// The folder's name: what the ids of its rules begin with.
    pub id: String,
    /// In English.
    pub title: String,
    /// In Chinese.
    pub title_zh: String,
    /// Who answers for its rules.
    pub keeper: String,
    /// Three numbers, by Semantic Versioning 2.0.0.
    pub version: String,
    /// What its rules are about.
    pub about: Option<String>,
    /// On which terms others may use it.
    pub licence: Option<String>,
    /// How many rules it holds, also those that are broken.
    pub rules: usize,
}

/// The packs of the rules below `dir`, and what is wrong with their papers. Rules that lie in no folder are in no pack.
pub(super) fn read(dir: &Path, rules: &[RuleSource]) -> (Vec<Pack>, Vec<Fault>) {
    let folder = |rule: &RuleSource| Some(rule.id.split_once('/')?.0.to_owned());
    let folders: BTreeSet<String> = rules.iter().filter_map(folder).collect();
    let (mut packs, mut faults) = (Vec::new(), Vec::new());
    for id in folders {
        let path = dir.join(&id).join(FILE);
        let held = rules
            .iter()
            .filter(|rule| folder(rule).as_ref() == Some(&id))
            .count();
        let (pack, found) = pack(id, &path, held);
        packs.extend(pack);
        faults.extend(found);
    }
    (packs, faults)
}

fn pack(id: String, path: &Path, rules: usize) -> (Option<Pack>, Vec<Fault>) {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let mut paper = Paper::new(path, "", CODE);
            let (level, message, help) = unread(&id, &error);
            paper.say(level, 0..0, message, help);
            return (None, paper.faults());
        }
    };
    let mut paper = Paper::new(path, &text, CODE);
    let root = paper.root();
    let texts = root.and_then(|root| paper.texts(root.get_ref(), 0..0, KEYS));
    let mut pack = None;
    if let Some(mut texts) = texts {
        let version = texts.get("version").cloned().unwrap_or_default();
        if !is_version(&version.0) {
            let message = format!("'{}' is no version", version.0);
            let help = Some("write three numbers, such as 1.0.0".to_owned());
            paper.say("error", version.1, message, help);
        }
        let mut text = |name: &str| texts.remove(name).map(|(text, _)| text);
        pack = Some(Pack {
            about: text("about"),
            licence: text("licence"),
            title: text("title").unwrap_or_default(),
            title_zh: text("title_zh").unwrap_or_default(),
            keeper: text("keeper").unwrap_or_default(),
            version: version.0,
            rules,
            id,
        });
    }
    let faults = paper.faults();
    (pack.filter(|_| faults.is_empty()), faults)
}

fn unread(id: &str, error: &io::Error) -> (&'static str, String, Option<String>) {
    if error.kind() != io::ErrorKind::NotFound {
        return ("error", format!("it could not be read: {error}"), None);
    }
    let keys = KEYS.iter().filter(|key| !key.needed.is_empty());
    let keys: Vec<&str> = keys.map(|key| key.name).collect();
    let help = format!("write one that says {}", keys.join(", "));
    let message = format!("the folder '{id}' has no {FILE} to say what these rules are");
    ("warning", message, Some(help))
}

/// Three numbers, with what Semantic Versioning allows behind them.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<_> = core.split('.').map(str::parse::<u32>).collect();
    numbers.len() == 3 && numbers.iter().all(Result::is_ok)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const WHOLE: &str =
        "title = \"Recalls\"\ntitle_zh = \"召回\"\nkeeper = \"Office 3\"\nversion = \"1.2.0\"\n";

    fn read_with(paper: Option<&str>) -> (Vec<Pack>, Vec<Fault>) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("recall")).unwrap();
        if let Some(paper) = paper {
            fs::write(dir.path().join("recall/pack.toml"), paper).unwrap();
        }
        let rule = |id: &str| RuleSource {
            id: id.to_owned(),
            path: PathBuf::new(),
            text: String::new(),
        };
        read(
            dir.path(),
            &[rule("recall/a"), rule("recall/deep/b"), rule("alone")],
        )
    }

    #[test]
    fn a_pack_says_who_keeps_it_and_a_folder_without_paper_is_a_warning() {
        let (packs, faults) = read_with(Some(WHOLE));
        assert!(faults.is_empty(), "{faults:?}");
        let pack = &packs[0];
        assert_eq!(
            (pack.id.as_str(), pack.keeper.as_str(), pack.rules),
            ("recall", "Office 3", 2)
        );
        let (packs, faults) = read_with(None);
        assert!(packs.is_empty());
        assert_eq!((faults.len(), faults[0].level), (1, "warning"));
        assert!(faults[0].message.contains("'recall' has no pack.toml"));
    }

    #[test]
    fn whatever_is_wrong_with_a_paper_is_named_with_its_place() {
        let said = |text: &str| -> Vec<_> {
            let faults = read_with(Some(text)).1.into_iter();
            faults
                .map(|fault| (fault.line, fault.column, fault.message))
                .collect()
        };
        assert_eq!(
            said(&WHOLE.replace("keeper", "keper")),
            [
                (1, 1, "`keeper` is missing".to_owned()),
                (3, 1, "there is no key `keper` here".to_owned()),
            ]
        );
        assert_eq!(
            said(&WHOLE.replace("1.2.0", "soon")),
            [(4, 11, "'soon' is no version".to_owned())]
        );
        assert_eq!(
            said(&WHOLE.replace("\"Recalls\"", "7")),
            [(1, 9, "`title` is not a text".to_owned())]
        );
    }
}
