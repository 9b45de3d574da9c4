//! The job of measuring what rules cost on what is stored.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde::Serialize;

use super::{Error, Workspace};
use crate::{
    rules::{Fault, Profile, Spent},
    store::Store,
};

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Profiled {
    /// Listings that the rules were held against.
    pub listings: u64,
    /// Rule by rule, the dearest first.
    pub rules: Vec<Spent>,
    /// What is wrong with the rules that could not be measured.
    pub faults: Vec<Fault>,
    /// It was stopped before the end.
    pub stopped: bool,
}

/// Holds the rules of `globs` against what is stored, at most `limit` listings of it, and measures by `clock`.
///
/// # Errors
/// Where the store cannot be read.
pub fn profile(
    workspace: &Workspace,
    globs: &[String],
    limit: Option<usize>,
    clock: &dyn Fn() -> Duration,
    stop: &AtomicBool,
) -> Result<Profiled, Error> {
    let mut loaded = workspace.judge(globs)?;
    let (store, _) = Store::open(&workspace.data())?;
    loaded.judge.freeze(&store)?;
    let judge = &loaded.judge;
    let mut profile = Profile::of(judge.rules(), clock);
    let mut listings = 0;
    let mut stopped = false;
    for listing in store.listings().take(limit.unwrap_or(usize::MAX)) {
        let mut listing = listing?;
        judge.classify(&mut listing);
        let past = store.past(&listing.id)?;
        let facts = judge.facts(&listing, past.as_ref());
        profile.add(&judge.rules().prepare(listing), &facts);
        listings += 1;
        stopped = stop.load(Ordering::Relaxed);
        if stopped {
            break;
        }
    }
    let rules = profile.finish();
    store.close()?;
    Ok(Profiled {
        listings,
        rules,
        faults: loaded.rules,
        stopped,
    })
}
