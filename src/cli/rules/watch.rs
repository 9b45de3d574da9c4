//! `rules test --watch`: what changes under rules/ is tested again, until Ctrl-C.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::{Duration, SystemTime},
};

use super::test::show;
use crate::{
    cli::{Context, Exit, Failure, stop_on_ctrl_c},
    judge::Loaded,
    rules::TestOutcome,
    workspace::Workspace,
};

/// Every file of a folder, with what tells that it was written.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

pub(super) fn watch(
    globs: &[String],
    every: Duration,
    workspace: &Workspace,
    context: &Context,
) -> Result<Exit, Failure> {
    let stop = stop_on_ctrl_c();
    let folder = workspace.rules();
    let mut seen = look(&folder);
    let first = mine(workspace.judge(globs)?, globs);
    super::some_fit(&first, globs)?;
    let mut hashes = round(&first, &BTreeMap::new(), true, context)?;
    context.printer.say("watching rules/; Ctrl-C ends it");
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(every);
        let now = look(&folder);
        let changed = changes(&seen, &now);
        seen = now;
        if changed.is_empty() {
            continue;
        }
        context.printer.say("");
        for (path, how) in &changed {
            let path = path.strip_prefix(&folder).unwrap_or(path);
            context.printer.say(&format!("{how}: {}", path.display()));
        }
        let data = folder.join("reference");
        let all = changed.iter().any(|(path, _)| path.starts_with(&data));
        match workspace.judge(globs) {
            Ok(loaded) => hashes = round(&mine(loaded, globs), &hashes, all, context)?,
            // A folder in mid-change; what is wrong may be gone with the next one.
            Err(error) => context.printer.warn(&format!("listwarden: {error}")),
        }
    }
    Ok(Exit::Done)
}

/// Without what is wrong with rules that nobody watches.
fn mine(mut loaded: Loaded, globs: &[String]) -> Loaded {
    loaded
        .rules
        .retain(|fault| super::asked(globs, &fault.rule));
    loaded
}

/// Tests the rules whose text is new, or all of them; gives the hashes of those in force.
fn round(
    loaded: &Loaded,
    before: &BTreeMap<String, String>,
    all: bool,
    context: &Context,
) -> Result<BTreeMap<String, String>, Failure> {
    let rules = loaded.judge.rules();
    let hashes: BTreeMap<_, _> = rules.rules().map(|rule| (rule.id, rule.hash)).collect();
    let new = |id: &str| all || before.get(id) != hashes.get(id);
    let outcomes = rules.test_some(new);
    for fault in loaded
        .rules
        .iter()
        .filter(|fault| fault.level == "error" || new(&fault.rule))
    {
        context.printer.say(&fault.picture);
    }
    if !outcomes.is_empty() {
        show(&outcomes, context)?;
    }
    if let Some(untested) = untested(loaded, &outcomes, all) {
        context.printer.say(&untested);
    }
    Ok(hashes)
}

/// Why no test ran, so that nobody takes that for tests that hold.
fn untested(loaded: &Loaded, outcomes: &[TestOutcome], all: bool) -> Option<String> {
    let errors = loaded.rules.iter().filter(|fault| fault.level == "error");
    let broken: BTreeSet<&str> = errors.map(|fault| fault.rule.as_str()).collect();
    match (broken.len(), outcomes.is_empty(), all) {
        (0, false, _) => None,
        (0, true, true) => Some("no rule here has a test".to_owned()),
        (0, true, false) => Some("no rule says anything else than before".to_owned()),
        (1, ..) => Some("1 rule cannot be loaded: its tests did not run".to_owned()),
        (some, ..) => Some(format!(
            "{some} rules cannot be loaded: their tests did not run"
        )),
    }
}

/// What changed between two looks, in the order of paths.
fn changes(before: &Seen, now: &Seen) -> Vec<(PathBuf, &'static str)> {
    let paths: BTreeSet<&PathBuf> = before.keys().chain(now.keys()).collect();
    let changed = paths.into_iter().filter_map(|path| {
        let how = match (before.get(path), now.get(path)) {
            (None, _) => "new",
            (_, None) => "gone",
            (old, new) if old != new => "changed",
            _ => return None,
        };
        Some((path.clone(), how))
    });
    changed.collect()
}

/// The files below a folder; what cannot be read is not there.
fn look(folder: &Path) -> Seen {
    let mut seen = Seen::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(about) = entry.metadata() else {
                continue;
            };
            let kept = path.extension().is_none_or(|end| end != "new");
            if about.is_dir() {
                folders.push(path);
            } else if kept {
                seen.insert(path, (about.modified().ok(), about.len()));
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_and_gone_files_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        fs::create_dir(dir.path().join("pack")).unwrap();
        write("pack/a.rhai", "1");
        write("pack/b.rhai", "1");
        write("pack/c.rhai", "1");
        let before = look(dir.path());
        write("pack/b.rhai", "22");
        write("d.toml", "1");
        write("pack/x.rhai.new", "half");
        fs::remove_file(dir.path().join("pack/c.rhai")).unwrap();
        let changed = changes(&before, &look(dir.path()));
        let told: Vec<_> = changed
            .iter()
            .map(|(path, how)| (path.file_name().unwrap().to_str().unwrap(), *how))
            .collect();
        assert_eq!(
            told,
            [("d.toml", "new"), ("b.rhai", "changed"), ("c.rhai", "gone")]
        );
        assert_eq!(changes(&before, &before), []);
    }
}
