//! The parse rates of the last runs: one point for each run that came to an end, per platform.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{LISTING, field::FIELDS, noted, share::Share, usual_of};
use crate::{
    model::Time,
    store::{self, Store, Work},
};

/// Runs that are remembered.
pub(super) const RUNS: usize = 100;
/// Runs whose shares are shown as the trend.
const TREND: usize = 10;
/// Notes of the store: the runs of a platform, and which platforms have any.
const POINTS: &str = "crawl/rates/";
const PLATFORMS: &str = "crawl/rated";

/// How one platform was read in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Point {
    /// When the run ended.
    pub(super) at: Time,
    /// It read archived pages again and visited none.
    pub(super) reread: bool,
    pub(super) shares: BTreeMap<String, Share>,
    /// What had fallen.
    pub(super) fell: BTreeSet<String>,
    /// What stood where listings were expected, and how often.
    #[serde(default)]
    pub(super) instead: BTreeMap<String, u64>,
}

/// How often a field of a platform's listings was read in the last run, and before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Whose.
    pub platform: String,
    /// `listing` (of listing pages), or a field (of listings).
    pub what: String,
    /// When the last run ended that counted it.
    pub at: Time,
    /// That run read archived pages again and visited none.
    pub reread: bool,
    /// Pages or listings.
    pub of: u64,
    /// With a listing, or with the field.
    pub there: u64,
    /// `there` as a part of `of`, 0 to 1.
    pub share: f64,
    /// The usual share, 0 to 1; none where too little was read to say.
    pub usual: Option<f64>,
    /// It fell so far below the usual share that somebody should look.
    pub fell: bool,
    /// Of `listing`: what stood in that run where listings were expected (`captcha`, `login`, `blocked`, `shell`, `ruined`,
    /// `unread`; `missing`, `removed` and `elsewhere` beside those that `of` counts), and how often.
    #[serde(default)]
    pub instead: BTreeMap<String, u64>,
    /// The shares of up to ten runs, oldest first, the last one included.
    pub trend: Vec<f64>,
}

/// The parse rates of every platform: `listing` first, then its fields.
///
/// # Errors
/// Where the store cannot be read.
pub fn rates(store: &Store) -> Result<Vec<Rate>, store::Error> {
    let mut rates = Vec::new();
    for platform in platforms(store)? {
        let (points, usual) = (points(store, &platform)?, usual_of(store, &platform)?);
        let fields = FIELDS.iter().map(|field| field.name);
        for what in [LISTING].into_iter().chain(fields) {
            rates.extend(rate(&platform, what, &points, usual.get(what).copied()));
        }
    }
    Ok(rates)
}

fn rate(platform: &str, what: &str, points: &[Point], usual: Option<f64>) -> Option<Rate> {
    let counted = points
        .iter()
        .filter_map(|point| Some((point, point.shares.get(what)?)));
    let counted: Vec<_> = counted.filter(|(_, share)| share.of > 0).collect();
    let (last, share) = counted.last()?;
    let trend = counted.iter().map(|(_, share)| share.is());
    Some(Rate {
        platform: platform.to_owned(),
        what: what.to_owned(),
        at: last.at,
        reread: last.reread,
        of: share.of,
        there: share.there,
        share: share.is(),
        usual,
        fell: last.fell.contains(what),
        instead: match what {
            LISTING => last.instead.clone(),
            _ => BTreeMap::new(),
        },
        trend: trend.skip(counted.len().saturating_sub(TREND)).collect(),
    })
}

/// Adds a run to those of its platform, and forgets the oldest where there are too many.
pub(super) fn keep(store: &Store, platform: &str, point: Point) -> Result<Vec<Work>, store::Error> {
    let (mut points, mut known) = (points(store, platform)?, platforms(store)?);
    points.push(point);
    points.drain(..points.len().saturating_sub(RUNS));
    let mut work = vec![super::note(format!("{POINTS}{platform}"), &points)];
    if known.insert(platform.to_owned()) {
        work.push(super::note(PLATFORMS.to_owned(), &known));
    }
    Ok(work)
}

pub(super) fn points(store: &Store, platform: &str) -> Result<Vec<Point>, store::Error> {
    Ok(noted(store, &format!("{POINTS}{platform}"))?.unwrap_or_default())
}

fn platforms(store: &Store) -> Result<BTreeSet<String>, store::Error> {
    Ok(noted(store, PLATFORMS)?.unwrap_or_default())
}
