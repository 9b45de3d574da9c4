//! The job of trying rules on everything stored: rules of the workspace, or candidates beside them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use serde::Serialize;

use super::{Error, Workspace};
use crate::{
    backtest::{self, Against, Backtest},
    judge,
    rules::{Fault, RuleSource},
    store::Store,
    text::{glob::fits, snippet},
};

/// What to try.
#[derive(Clone, Debug)]
pub struct BacktestJob {
    /// A rule's id or a glob, or a file or folder with candidate rules.
    pub targets: Vec<String>,
    /// The rule in whose place a candidate that is a single file is tried.
    pub replaces: Option<String>,
    /// How much of the store, and how much is told.
    pub order: backtest::Order,
}

/// What trying rules came to.
#[derive(Clone, Debug, Serialize)]
pub struct Backtested {
    /// Counts, examples and the work.
    #[serde(flatten)]
    pub summary: backtest::Summary,
    /// What is wrong with the rules that were to be tried, and exceptions that suppressed none of their findings.
    pub faults: Vec<Fault>,
}

/// Tries rules on everything stored; nothing is written.
///
/// # Errors
/// Where a target is neither a rule nor a file, or the store cannot be read.
pub fn backtest(
    workspace: &Workspace,
    job: &BacktestJob,
    stop: &AtomicBool,
) -> Result<Backtested, Error> {
    let (globs, candidates) = chosen(workspace, job)?;
    let mut loaded = workspace.judge_with(candidates, &globs)?;
    let meant = |fault: &Fault| {
        fault.code == "exception" || globs.iter().any(|glob| fits(glob, &fault.rule))
    };
    loaded.rules.retain(meant);
    let (store, _) = Store::open(&workspace.data())?;
    loaded.judge.freeze(&store)?;
    let tried = Backtest {
        store: &store,
        judge: &loaded.judge,
        against: Against::Flags,
        stop,
    };
    let summary = backtest::run(tried, &job.order)?;
    store.close()?;
    let mut faults = loaded.rules;
    if job.order.sample.is_none() && !summary.stopped {
        let tried = |rule: &str| summary.rules.keys().any(|id| fits(rule, id));
        faults.extend(loaded.judge.exceptions().idle(tried));
    }
    Ok(Backtested { summary, faults })
}

/// The ids and globs of the rules to be tried, and those of them that are not in the workspace.
fn chosen(
    workspace: &Workspace,
    job: &BacktestJob,
) -> Result<(Vec<String>, Vec<RuleSource>), Error> {
    if job.replaces.is_some() && job.targets.len() != 1 {
        let message = "`--as` names the rule for one file; give one";
        return Err(Error::Order(message.to_owned()));
    }
    let rules = judge::candidates(&workspace.rules())?;
    let known: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let (mut globs, mut candidates) = (Vec::new(), Vec::new());
    for target in &job.targets {
        let path = Path::new(target);
        if !path.exists() {
            globs.push(in_force(target, &known)?);
            continue;
        }
        if let Some(own) = below(&workspace.rules(), path) {
            globs.push(own);
            continue;
        }
        let mut found = candidates_at(path, job, &known)?;
        globs.extend(found.iter().map(|candidate| candidate.id.clone()));
        candidates.append(&mut found);
    }
    Ok((globs, candidates))
}

/// The glob of the workspace's own rules at `path`; none where that lies elsewhere.
fn below(rules: &Path, path: &Path) -> Option<String> {
    let whole = |path: &Path| -> Option<PathBuf> { fs::canonicalize(path).ok() };
    let (rules, path) = (whole(rules)?, whole(path)?);
    if !path.starts_with(&rules) {
        return None;
    }
    let id = judge::id_of(&rules, &path);
    Some(match (path.is_dir(), id.as_str()) {
        (false, _) => id,
        (true, "") => "*".to_owned(),
        (true, _) => format!("{id}/*"),
    })
}

/// A file's id is that of the rule in force with its name in the folder of its name, else its name alone.
fn candidates_at(path: &Path, job: &BacktestJob, known: &[&str]) -> Result<Vec<RuleSource>, Error> {
    let mut found = judge::candidates(path)?;
    if found.is_empty() {
        return Err(Error::Order(format!(
            "{} holds no rules; a folder with files that end in .rhai would",
            path.display()
        )));
    }
    if path.is_dir() {
        return Ok(found);
    }
    if let Some(id) = &job.replaces {
        found[0].id = in_force(id, known)?;
        return Ok(found);
    }
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let pack = whole
        .parent()
        .and_then(Path::parent)
        .map(|above| judge::id_of(above, &whole));
    if let Some(id) = pack.filter(|id| known.contains(&id.as_str())) {
        found[0].id = id;
    }
    Ok(found)
}

/// A glob that some rule has.
fn in_force(glob: &str, known: &[&str]) -> Result<String, Error> {
    if known.iter().any(|id| fits(glob, id)) {
        return Ok(glob.to_owned());
    }
    let help = match snippet::nearest(glob, known.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => "`listwarden rules list` names them".to_owned(),
    };
    Err(Error::Order(format!(
        "'{glob}' is no rule here, and no file or folder; {help}"
    )))
}
