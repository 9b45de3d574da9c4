//! A crawl is killed again and again; nothing is lost, nothing is doubled, and others are answered meanwhile.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Child, Stdio},
    sync::Arc,
    time::Duration,
};

use listwarden::{demo::market::Market, model::ListingId};
use serde_json::Value;

use crate::command::{lines, listwarden, run, said, workspace};

const LISTINGS: usize = 60;

/// A workspace that watches a market served by this process.
struct Watched {
    market: Arc<Market>,
    _runtime: tokio::runtime::Runtime,
    _serving: listwarden::demo::market::Serving,
    _dir: tempfile::TempDir,
    workspace: std::path::PathBuf,
}

fn watched(market: Market) -> Watched {
    let market = Arc::new(market);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let serving = runtime.block_on(Arc::clone(&market).serve([0; 3])).unwrap();
    let (dir, workspace) = workspace();
    let platforms = market
        .platforms_toml(&serving.addrs)
        .replace("20/s", "500/s");
    fs::write(
        workspace.join("config.toml"),
        format!("[crawl]\ncontact = \"t@t.example\"\n\n{platforms}"),
    )
    .unwrap();
    Watched {
        market,
        _runtime: runtime,
        _serving: serving,
        _dir: dir,
        workspace,
    }
}

impl Watched {
    fn crawl(&self) -> Child {
        listwarden(&self.workspace)
            .args(["crawl", "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Waits until the market has counted so many requests, or the crawl is over.
    fn until(&self, requests: usize, crawl: &mut Child) {
        while self.market.log().len() < requests && crawl.try_wait().unwrap().is_none() {
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    fn public(&self) -> BTreeSet<ListingId> {
        self.market.truth().into_keys().collect()
    }
}

fn stored(workspace: &Path) -> Vec<Value> {
    lines(&run(workspace, &["listings", "--json"]))
}

#[test]
fn a_crawl_killed_ten_times_loses_nothing_and_doubles_nothing() {
    let watched = watched(Market::scaled(LISTINGS).unwrap().never_busy());
    for _ in 0..10 {
        let mut crawl = watched.crawl();
        watched.until(watched.market.log().len() + 15, &mut crawl);
        crawl.kill().unwrap();
        crawl.wait().unwrap();
    }
    let log = watched.workspace.join("log.jsonl");
    let last = ["crawl", "--json", "-q", "--log", log.to_str().unwrap()];
    let finished = lines(&run(&watched.workspace, &last));
    assert_eq!(finished[0]["finished"], true, "{}", finished[0]);
    let logged = fs::read_to_string(&log).unwrap();
    let mut logged = logged
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let names = |line: &Value| -> Vec<String> {
        let spans = line["spans"].as_array().cloned().unwrap_or_default();
        spans
            .iter()
            .map(|span| span["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(
        logged.any(|line| names(&line) == ["crawl", "host", "page"]),
        "a line for each page, in its spans"
    );
    let listings = stored(&watched.workspace);
    let ids: BTreeSet<ListingId> = listings
        .iter()
        .map(|l| ListingId::from(l["id"].as_str().unwrap()))
        .collect();
    assert_eq!(ids, watched.public());
    assert_eq!(ids.len(), listings.len());
    for listing in &listings {
        assert_eq!(listing["version"], 1, "doubled: {listing}");
    }
    assert_eq!(watched.market.trespasses(), 0);
    assert_eq!(run(&watched.workspace, &["verify"]).status.code(), Some(0));
    let (code, proof) = said(&run(&watched.workspace, &["conduct"]));
    assert_eq!(code, 0, "polite from one process to the next: {proof}");
}

#[test]
fn while_a_crawl_runs_others_are_answered_by_it() {
    // So slow that the crawl would take many times as long as the questions.
    let market = Market::scaled(LISTINGS).unwrap().never_busy();
    let watched = watched(market.with_delay(Duration::from_millis(200)));
    let mut crawl = watched.crawl();
    watched.until(6, &mut crawl);
    let status = lines(&run(&watched.workspace, &["status", "--json"]));
    assert_eq!(status[0]["crawling"], true, "{}", status[0]);
    let flag = loop {
        let flags = lines(&run(&watched.workspace, &["flags", "--json"]));
        assert!(
            crawl.try_wait().unwrap().is_none(),
            "over before it flagged anything"
        );
        if let Some(flag) = flags.first() {
            break flag["id"].as_str().unwrap().to_owned();
        }
    };
    let verdict = ["--verdict", "confirmed", "--by", "inspector-5", "--json"];
    let decided = run(
        &watched.workspace,
        &[&["review", &flag][..], &verdict].concat(),
    );
    assert_eq!(lines(&decided)[0]["status"], "confirmed");
    let table = watched.workspace.join("listings.jsonl");
    let export = [
        "export",
        "listings",
        "-o",
        table.to_str().unwrap(),
        "--json",
    ];
    assert!(lines(&run(&watched.workspace, &export))[0]["rows"].as_u64() > Some(0));
    let other = run(&watched.workspace, &["crawl", "-q"]);
    assert_eq!(other.status.code(), Some(2), "the store has one owner");
    assert!(
        crawl.try_wait().unwrap().is_none(),
        "the crawl was to be under way all the time"
    );
    crawl.kill().unwrap();
    crawl.wait().unwrap();
    let shown = lines(&run(
        &watched.workspace,
        &["flags", "show", &flag, "--json"],
    ));
    assert_eq!(
        shown[0]["flag"]["status"], "confirmed",
        "a decision taken meanwhile outlives the kill"
    );
}
