//! The bundled market and its guided run: the whole job on three small platforms served on loopback.

pub mod market;
mod score;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use serde::Serialize;
use url::Url;

pub use score::{Kind, Score};

use crate::{
    config::Config,
    crawl::Report,
    desk::{self, Ask, Filter},
    model::{Flag, Listing},
    workspace::{self, CrawlJob, Crawled, Workspace},
};
use market::Market;

/// Why the demo could not be run.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error(transparent)]
    Market(#[from] market::Broken),
    #[error(transparent)]
    Serve(#[from] market::Unservable),
    #[error(transparent)]
    Workspace(#[from] workspace::Error),
    #[error("could not write {}: {source}", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "{} is a workspace that watches something else than the bundled market; give an empty directory",
        path.display()
    )]
    Taken { path: PathBuf },
    #[error("could not start the runtime: {0}")]
    Runtime(std::io::Error),
}

/// How it is to be run.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "plain names")]
pub struct Order {
    /// The first of three ports; none lets the system choose.
    pub port: Option<u16>,
    /// The workspace; none makes one in the folder for temporary files.
    pub keep: Option<PathBuf>,
}

/// What came of it. `listings` and `flags` are what the store holds at the end.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Outcome {
    pub listings: u64,
    pub flags: u64,
    pub pages: u64,
    /// Planted and flagged.
    pub found: u64,
    /// Planted and not flagged.
    pub missed: u64,
    /// Flagged, though honest.
    pub wrong: u64,
    pub kinds: Vec<Kind>,
    pub changed: u64,
    pub gone: u64,
    /// Requests that the market counted, and those to its forbidden area among them.
    pub requests: u64,
    pub forbidden: u64,
    pub seconds: f64,
    pub workspace: PathBuf,
    pub exports: Vec<PathBuf>,
    /// Worst first.
    #[serde(skip)]
    pub queue: Queue,
}

/// Flags with their listings, where the store still has them.
pub type Queue = Vec<(Flag, Option<Listing>)>;

/// Serves the market, crawls it twice (a day lies between), judges, compares with the market's own truth, exports.
pub fn run(order: &Order, report: Report, stop: Arc<AtomicBool>) -> Result<Outcome, Error> {
    let began = Instant::now();
    let market = Arc::new(Market::bundled()?);
    let dir = order.keep.clone().unwrap_or_else(temporary);
    let kept = kept(&dir)?;
    let asked = order
        .port
        .map(|p| [p, p.saturating_add(1), p.saturating_add(2)]);
    let ports = asked.or(kept).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let serving = runtime.block_on(Arc::clone(&market).serve(ports))?;
    let moved = kept != Some(serving.addrs.map(|addr| addr.port()));
    let platforms = moved.then(|| market.platforms_toml(&serving.addrs));
    let workspace = furnish(&dir, &market, platforms)?;
    let crawls = visits(&workspace, &market, &report, &stop)?;
    let (listings, queue) = collected(&workspace)?;
    let score = Score::of(&market.truth(), &queue);
    let exports = exported(&workspace)?;
    let log = market.log();
    Ok(Outcome {
        listings,
        flags: queue.len() as u64,
        pages: crawls.iter().map(|c| c.crawl.pages).sum(),
        found: score.found(),
        missed: score.missed(),
        wrong: score.wrong(),
        kinds: score.kinds,
        changed: crawls.iter().map(|c| c.crawl.changed).sum(),
        gone: crawls.iter().map(|c| c.crawl.gone).sum(),
        requests: log.len() as u64,
        forbidden: market.trespasses() as u64,
        seconds: began.elapsed().as_secs_f64(),
        workspace: dir,
        exports,
        queue,
    })
}

/// Twice on the first run; a kept workspace has seen the first day already.
fn visits(
    workspace: &Workspace,
    market: &Market,
    report: &Report,
    stop: &Arc<AtomicBool>,
) -> Result<Vec<Crawled>, Error> {
    let job = CrawlJob::default();
    let visit = || workspace::crawl(workspace, &job, Arc::clone(report), Arc::clone(stop));
    let mut crawls = Vec::new();
    if !workspace.data().join("journal").exists() {
        crawls.push(visit()?);
    }
    market.turn();
    if !stop.load(Ordering::Relaxed) {
        crawls.push(visit()?);
    }
    Ok(crawls)
}

fn temporary() -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S");
    std::env::temp_dir().join(format!("listwarden-demo-{now}-{}", std::process::id()))
}

/// The ports of the market that the workspace in `dir` watches, so that it comes back on the same ones; none where there
/// is no workspace yet. One that watches anything else is somebody's own, and not to be written over.
fn kept(dir: &Path) -> Result<Option<[u16; 3]>, Error> {
    let path = dir.join("config.toml");
    if !path.exists() {
        return Ok(None);
    }
    let platforms = Config::load(&path)
        .map_err(workspace::Error::from)?
        .platform;
    let ports = platforms.iter().map(|platform| {
        let known = market::PLATFORMS.contains(&platform.id.as_str());
        let start = platform.start.first().filter(|_| known)?;
        Url::parse(start).ok()?.port()
    });
    let ports: Option<Vec<u16>> = ports.collect();
    let ports = ports.and_then(|ports| ports.try_into().ok());
    ports.map(Some).ok_or(Error::Taken {
        path: dir.to_owned(),
    })
}

/// A workspace with the starter rules, the market's own reference data, and its platforms where they are new.
fn furnish(dir: &Path, market: &Market, platforms: Option<String>) -> Result<Workspace, Error> {
    let write = |path: PathBuf, content: &[u8]| {
        let made = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, content));
        made.map_err(|source| Error::Write { path, source })
    };
    if let Some(platforms) = platforms {
        let head = "# The bundled market. Everything else stands at its default.\n\n[crawl]\ncontact = \"demo@market.example\"\n\n";
        write(
            dir.join("config.toml"),
            format!("{head}{platforms}").as_bytes(),
        )?;
    }
    workspace::create(dir)?;
    for (name, content) in market.reference_files() {
        write(dir.join("rules/reference").join(name), &content)?;
    }
    Ok(Workspace::open(dir, None)?)
}

/// How many listings the store holds, and every flag that stands, worst first.
fn collected(workspace: &Workspace) -> Result<(u64, Queue), Error> {
    let mut listings = 0;
    workspace.ask(Ask::Listings(Filter::default()), &mut |_| {
        listings += 1;
        Ok(())
    })?;
    let mut queue = Vec::new();
    workspace.ask(
        Ask::Flags {
            filter: Filter::default(),
            with_listing: true,
        },
        &mut |mut value| {
            let unreadable = |e: serde_json::Error| desk::Error::Refused(e.to_string());
            let flag = serde_json::from_value(value["flag"].take()).map_err(unreadable)?;
            let listing = serde_json::from_value(value["listing"].take()).map_err(unreadable)?;
            queue.push((flag, listing));
            Ok(())
        },
    )?;
    Ok((listings, queue))
}

fn exported(workspace: &Workspace) -> Result<Vec<PathBuf>, Error> {
    ["csv", "jsonl"]
        .iter()
        .map(|format| {
            let path = workspace
                .data()
                .join("exports")
                .join(format!("flags.{format}"));
            workspace::export(workspace, "flags", format, &[], Filter::default(), &path)?;
            Ok(path)
        })
        .collect()
}
