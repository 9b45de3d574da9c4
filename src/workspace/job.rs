//! The jobs that the command line and the demo share: collect and judge.

use std::{
    collections::BTreeMap,
    future::Future,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::{Error, Workspace, client::client, close};
use crate::{
    crawl::{self, CampaignConfig, Crawl, Order, Report, Revisit},
    desk::{Desk, Owner},
    fetch::{Client, Fetch},
    judge::{Judge, Office},
    platform::{Platform, Role},
    review, scan,
    store::{Group, Opened, Store},
};

/// Requests under way at once, over all hosts; each host has its own, smaller number.
const AT_ONCE: usize = 64;
/// How long what a stage left behind is waited for.
const LEFT_BEHIND: Duration = Duration::from_millis(200);

/// What to collect.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "plain names")]
pub struct CrawlJob {
    /// Campaigns by id; none means all of them, or every platform where no campaign is configured.
    pub campaigns: Vec<String>,
    pub urls: Vec<Url>,
    pub limit: Option<u64>,
    pub fresh: bool,
    pub due: bool,
    pub no_scan: bool,
}

/// What a crawl and the scan after it did.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Crawled {
    #[serde(flatten)]
    pub crawl: crawl::Summary,
    /// The scan with books made from everything collected; none with `--no-scan`.
    pub scan: Option<scan::Summary>,
    /// Rules and rows that could not be used, in words.
    pub faults_loading: Vec<String>,
}

/// Collects, answering other processes meanwhile; then judges everything by what the store now says is usual.
pub fn crawl(
    workspace: &Workspace,
    job: &CrawlJob,
    report: Report,
    stop: Arc<AtomicBool>,
) -> Result<Crawled, Error> {
    let campaigns = chosen(workspace, job)?;
    let platforms = workspace.platforms()?;
    watched(&job.urls, &platforms)?;
    let loaded = workspace.judge(&[])?;
    let mut crawled = Crawled {
        faults_loading: loaded.told().collect(),
        ..Crawled::default()
    };
    let (store, opened) = workspace.store()?;
    let mut judge = loaded.judge;
    if !job.no_scan {
        judge.freeze(&store)?;
        note_in_force(&store, &judge)?;
    }
    let judge = Arc::new(Office::new(judge, &workspace.rules(), Timestamp::now()));
    let fetcher = Arc::new(client(workspace)?);
    let owner = Owner::open(live_desk(workspace, &store, &fetcher), &workspace.data())?;
    let work = Crawl {
        store: Arc::clone(&store),
        archive: workspace.archive_writer()?,
        fetcher,
        platforms: Arc::new(platforms),
        judge: Some(Arc::clone(&judge)),
        judging: !job.no_scan,
        report: Arc::clone(&report),
        clock: Arc::new(Timestamp::now),
        stop: Arc::clone(&stop),
        clean: opened.clean,
    };
    let order = Order {
        campaigns,
        urls: job.urls.clone(),
        limit: job.limit,
        fresh: job.fresh,
        due: job.due,
        revisit: Revisit {
            soonest: workspace.config.crawl.revisit_soonest.0,
            latest: workspace.config.crawl.revisit_latest.0,
        },
        retries: workspace.config.crawl.retries,
        at_once: AT_ONCE,
        platform_pages: page_budgets(workspace),
        patience: Some(workspace.config.crawl.patience.0),
        renew_after: Some(workspace.config.crawl.revisit_soonest.0),
    };
    crawled.crawl = in_runtime(crawl::run(work, order))??;
    // Whoever wants it to stop does not want everything judged again first.
    if !job.no_scan && !stop.load(Ordering::Relaxed) {
        if let Some(event) = judge.renew_now(Timestamp::now()) {
            report(event);
        }
        let judge = Arc::into_inner(judge)
            .and_then(Office::into_judge)
            .ok_or_else(|| Error::Order("the crawl still holds the rules".to_owned()))?;
        crawled.scan = Some(judged(
            &store,
            judge,
            &scan::Order::default(),
            &report,
            &stop,
        )?);
    }
    drop(owner);
    close(store)?;
    Ok(crawled)
}

/// Judges what is stored, with books frozen now.
pub fn scan(
    workspace: &Workspace,
    globs: &[String],
    order: &scan::Order,
    report: Report,
    stop: &Arc<AtomicBool>,
) -> Result<(scan::Summary, Vec<String>), Error> {
    let order = scan::Order {
        partial: !globs.is_empty(),
        ..order.clone()
    };
    let (data, rules) = (workspace.data(), workspace.rules());
    if let Some(told) = scan::untouched(&data, &rules, &workspace.about(), &order) {
        return Ok(told);
    }
    // Either takes a while, and neither needs the other.
    let (opened, loaded) = thread::scope(|scope| {
        let opening = scope.spawn(|| workspace.store());
        let loaded = workspace.judge(globs);
        let opened = opening.join();
        (opened.unwrap_or_else(|panic| resume_unwind(panic)), loaded)
    });
    let (store, _) = opened?;
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            close(store)?;
            return Err(error);
        }
    };
    let faults = loaded.told().collect();
    let summary = judged(&store, loaded.judge, &order, &report, stop)?;
    close(store)?;
    Ok((summary, faults))
}

pub(super) fn judged(
    store: &Store,
    mut judge: Judge,
    order: &scan::Order,
    report: &Report,
    stop: &Arc<AtomicBool>,
) -> Result<scan::Summary, Error> {
    if let Some(summary) = scan::unchanged(store, &judge, order)? {
        return Ok(summary);
    }
    if !judge.thaw(store)? {
        judge.freeze(store)?;
    }
    note_in_force(store, &judge)?;
    let summary = scan::run(store, &judge, order, &**report, stop)?;
    let everything = !order.partial && !summary.stopped && summary.judged == summary.listings;
    let idle = judge.exceptions().note_idle(store, everything)?;
    store.commit(Group {
        work: idle.into_iter().collect(),
        ..Group::default()
    })?;
    Ok(summary)
}

/// The journal says from when on which rules and reference data were in force.
fn note_in_force(store: &Store, judge: &Judge) -> Result<(), Error> {
    let mut group = judge.in_force(store, Timestamp::now())?;
    group.work.extend(review::note_bars(store, judge.bars())?);
    Ok(store.commit(group)?)
}

/// Runs a stage to its end. What it left behind (the look-up of a name that nobody waits for any more) is not waited for.
fn in_runtime<T>(stage: impl Future<Output = T>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::Order(format!("could not start the runtime: {e}")))?;
    let outcome = runtime.block_on(stage);
    runtime.shutdown_timeout(LEFT_BEHIND);
    Ok(outcome)
}

fn page_budgets(workspace: &Workspace) -> BTreeMap<String, u64> {
    let platforms = workspace.config.platform.iter();
    platforms
        .filter_map(|platform| Some((platform.id.clone(), platform.max_pages?)))
        .collect()
}

fn live_desk(workspace: &Workspace, store: &Arc<Store>, fetcher: &Arc<Client>) -> Desk {
    let (queue, fetcher) = (Arc::clone(store), Arc::clone(fetcher));
    let hosts = move |now| Ok(crawl::standings(&queue, &*fetcher, now)?);
    Desk::new(Arc::clone(store), workspace.data()).with_hosts(Arc::new(hosts), true)
}

/// A desk that no crawl stands behind: hosts stand as they were left.
pub(super) fn quiet_desk(
    workspace: &Workspace,
    store: &Arc<Store>,
    opened: &Opened,
) -> Result<Desk, Error> {
    let (queue, clean) = (Arc::clone(store), opened.clean);
    let fetcher = client(workspace)?;
    let hosts = move |now| {
        let kept = queue.hosts()?;
        let kept = kept
            .iter()
            .filter_map(|(_, state)| serde_json::from_slice(state).ok());
        fetcher.restore(kept.collect(), clean);
        Ok(crawl::standings(&queue, &fetcher, now)?)
    };
    Ok(Desk::new(Arc::clone(store), workspace.data()).with_hosts(Arc::new(hosts), false))
}

/// A page can only be read as some platform's.
fn watched(urls: &[Url], platforms: &BTreeMap<String, Platform>) -> Result<(), Error> {
    let stray = urls
        .iter()
        .find(|url| platforms.values().all(|p| p.role(url) == Role::Ignore));
    match stray {
        Some(url) => Err(Error::Order(format!(
            "{url} is no page of any [[platform]] in config.toml: add one with its `start` and `listing`, or look at the page with `listwarden extract`"
        ))),
        None => Ok(()),
    }
}

/// The campaigns to run: those named, or all, or one without a name over every platform.
fn chosen(workspace: &Workspace, job: &CrawlJob) -> Result<Vec<CampaignConfig>, Error> {
    let all = &workspace.config.campaign;
    if workspace.config.platform.is_empty() {
        return Err(Error::Order(
            "config.toml has no [[platform]]: add one to say what is to be watched".to_owned(),
        ));
    }
    if !job.campaigns.is_empty() {
        return job.campaigns.iter().map(|id| named(all, id)).collect();
    }
    if !job.urls.is_empty() {
        return Ok(Vec::new());
    }
    if all.is_empty() {
        return Ok(vec![CampaignConfig {
            id: "all".to_owned(),
            title: "Every platform".to_owned(),
            ..CampaignConfig::default()
        }]);
    }
    Ok(all.clone())
}

fn named(all: &[CampaignConfig], id: &str) -> Result<CampaignConfig, Error> {
    all.iter().find(|c| c.id == *id).cloned().ok_or_else(|| {
        let known = all
            .iter()
            .map(|c| c.id.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Error::Order(format!(
            "there is no campaign '{id}' in config.toml; it has: {}",
            if known.is_empty() { "none" } else { &known }
        ))
    })
}
