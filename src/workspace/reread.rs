//! The job of reading archived pages again, and judging what came of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use serde::Serialize;

use super::{Error, Workspace, close, job::judged};
use crate::{
    crawl::Report,
    desk::{Desk, Owner},
    reextract::{self, Reextract},
    scan,
};

/// What to read again.
#[derive(Clone, Debug, Default)]
pub struct ReextractJob {
    /// Only this platform's listings.
    pub platform: Option<String>,
    /// Say what would change, and write nothing.
    pub dry_run: bool,
    /// Do not judge what changed.
    pub no_scan: bool,
    /// How it is read now is how it should be.
    pub usual: bool,
}

/// What reading again and the scan after it did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Reextracted {
    /// What is read otherwise now.
    #[serde(flatten)]
    pub reextract: reextract::Summary,
    /// The scan after it; none with `no_scan` or `dry_run`, or where it was stopped.
    pub scan: Option<scan::Summary>,
    /// Rules and rows that could not be used, in words.
    pub faults_loading: Vec<String>,
}

/// Reads archived pages again, answering other processes meanwhile; then judges the listings that changed.
///
/// # Errors
/// Where the platform is unknown, another process owns the store, or the store cannot be read or written.
pub fn reextract(
    workspace: &Workspace,
    job: &ReextractJob,
    report: &Report,
    stop: &Arc<AtomicBool>,
) -> Result<Reextracted, Error> {
    let platforms = workspace.platforms()?;
    known(job.platform.as_deref(), platforms.keys())?;
    let loaded = workspace.judge(&[])?;
    let rules = loaded.rules.iter().map(ToString::to_string);
    let rows = loaded.reference.iter().map(ToString::to_string);
    let faults_loading = rules.chain(rows).collect();
    let (store, _) = workspace.store()?;
    let owner = Owner::open(
        Desk::new(Arc::clone(&store), workspace.data()),
        &workspace.data(),
    )?;
    let order = reextract::Order {
        platform: job.platform.clone(),
        dry_run: job.dry_run,
        usual: job.usual,
    };
    let work = Reextract {
        store: &store,
        archive: &workspace.archive(),
        platforms: &platforms,
        judge: &loaded.judge,
        report: &**report,
        clock: &Timestamp::now,
        stop,
    };
    let summary = reextract::run(work, &order)?;
    // Also where nothing changed: an earlier run may have been cut off before it came to judging.
    let scan = if job.no_scan || job.dry_run || stop.load(Ordering::Relaxed) {
        None
    } else {
        let order = scan::Order::default();
        Some(judged(&store, loaded.judge, &order, report, stop)?)
    };
    drop(owner);
    close(store)?;
    Ok(Reextracted {
        reextract: summary,
        scan,
        faults_loading,
    })
}

fn known<'a>(
    asked: Option<&str>,
    platforms: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    let platforms: Vec<&str> = platforms.map(String::as_str).collect();
    match asked {
        Some(asked) if !platforms.contains(&asked) => Err(Error::Order(format!(
            "there is no platform '{asked}' in config.toml; it has: {}",
            if platforms.is_empty() {
                "none".to_owned()
            } else {
                platforms.join(", ")
            }
        ))),
        None if platforms.is_empty() => Err(Error::Order(
            "config.toml has no [[platform]]: without one nothing says how pages are read"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}
