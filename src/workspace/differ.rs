//! The job of holding two versions of rules against each other: their texts, and what they say of everything stored.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use serde::Serialize;

use super::{Error, Workspace};
use crate::{
    backtest::{self, Against, Backtest},
    judge::{self, Judge},
    rules::{self, Fault, RuleChange, RuleSource},
    store::{JOURNAL, Store},
};

/// What to compare.
#[derive(Clone, Debug)]
pub struct DiffJob {
    /// A file or folder with rules as they were.
    pub before: PathBuf,
    /// A file or folder with rules as they are to be.
    pub after: PathBuf,
    /// How much of the store is asked, and how much is told; none: only the texts are compared.
    pub order: Option<backtest::Order>,
}

/// What differs.
#[derive(Clone, Debug, Serialize)]
pub struct Differed {
    /// Rule by rule; those that are the same are left out.
    pub changes: Vec<RuleChange>,
    /// What is wrong with the rules, of both versions.
    pub faults: Vec<Fault>,
    /// How the stored listings would be answered otherwise; none where they were not asked, or there are none.
    pub stored: Option<backtest::Summary>,
    /// Another process has the store, which is why they were not asked.
    pub busy: bool,
}

/// Compares two versions of rules; nothing is written.
///
/// # Errors
/// Where one of them cannot be read, or the store.
pub fn diff(workspace: &Workspace, job: &DiffJob, stop: &AtomicBool) -> Result<Differed, Error> {
    let mut before = judge::candidates(&job.before)?;
    let mut after = judge::candidates(&job.after)?;
    if job.before.is_file() && job.after.is_file() {
        let id = common_id(workspace, [&job.after, &job.before]);
        before
            .iter_mut()
            .chain(&mut after)
            .for_each(|rule| rule.id.clone_from(&id));
    }
    let changes = rules::changes(&before, &after);
    let touched = |rule: &RuleSource| changes.iter().any(|change| change.rule == rule.id);
    before.retain(touched);
    after.retain(touched);
    let (mut old, mut faults) = loaded(workspace, before)?;
    let (mut new, found) = loaded(workspace, after)?;
    faults.extend(found);
    let there = workspace.data().join(JOURNAL).exists() && !changes.is_empty();
    let order = job.order.as_ref().filter(|_| there);
    let opened = order.map(|_| Store::open(&workspace.data()));
    let busy = matches!(&opened, Some(Err(error)) if error.is_busy());
    let opened = opened.filter(|_| !busy).transpose()?;
    let stored = match (order, opened) {
        (Some(order), Some((store, _))) => {
            old.freeze(&store)?;
            new.freeze_like(&old);
            let tried = Backtest {
                store: &store,
                judge: &new,
                against: Against::Rules(&old),
                stop,
            };
            let summary = backtest::run(tried, order)?;
            store.close()?;
            Some(summary)
        }
        _ => None,
    };
    Ok(Differed {
        changes,
        faults,
        stored,
        busy,
    })
}

fn loaded(workspace: &Workspace, rules: Vec<RuleSource>) -> Result<(Judge, Vec<Fault>), Error> {
    let loaded = Judge::of(&workspace.rules(), rules, &[]);
    let errors = loaded
        .rules
        .into_iter()
        .filter(|fault| fault.level == "error");
    Ok((loaded.judge, errors.collect()))
}

/// Two files are versions of one rule: of the one in force that one of them is named after, else of the name of the first.
fn common_id(workspace: &Workspace, paths: [&Path; 2]) -> String {
    let named_after = |path: &&Path| {
        let whole = fs::canonicalize(path).ok()?;
        let id = judge::id_of(whole.parent()?.parent()?, &whole);
        workspace
            .rules()
            .join(format!("{id}.rhai"))
            .is_file()
            .then_some(id)
    };
    let alone = |path: &Path| judge::id_of(path.parent().unwrap_or(Path::new("")), path);
    paths
        .iter()
        .find_map(named_after)
        .unwrap_or_else(|| alone(paths[0]))
}
