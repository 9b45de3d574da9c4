//! What a long queue costs: the frontier with 10,000 to 1,000,000 queued URLs, from handing out to commit.
//!
//! `cargo run --release --example queue_load -- [QUEUED]...`. Every size gets a store of its own and two processes: one
//! queues the URLs (100 hosts), the other opens the store and collects 2,000 pages from a fetcher that answers at once
//! with a small page of twelve links, two of them new. CPU time and memory are the second process's, counted by Linux.
#![allow(clippy::print_stdout, reason = "it is a measurement to be read")]

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    path::Path,
    process::Command,
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

use listwarden::{
    archive::Archive,
    crawl::{CampaignConfig, Crawl, Order, run},
    fetch::{Error as Unfetched, Fetch, Wanted, host_of},
    model::{Page, Time},
    platform::{Platform, PlatformConfig},
    store::{Group, Queued, Store, Work},
};
use url::Url;

const HOSTS: u64 = 100;
const PAGES: u64 = 2_000;
/// Links of a page to pages near it, which are queued already; and to new ones.
const KNOWN: u64 = 10;
const NEW: u64 = 2;
const AT_ONCE: usize = 64;
const CAMPAIGN: &str = "load";

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fill", dir, queued] => fill(dir.as_ref(), queued.parse()?),
        ["collect", dir, queued] => collect(dir.as_ref(), queued.parse()?),
        _ => table(&args),
    }
}

fn table(sizes: &[String]) -> Outcome {
    let usual = ["10000", "100000", "1000000"].map(str::to_owned);
    let sizes = if sizes.is_empty() { &usual } else { sizes };
    println!(
        "{:>9} {:>14} {:>14} {:>10} {:>10} {:>10} {:>12} {:>10}",
        "queued",
        "queueing µs/URL",
        "µs/page CPU",
        "open ms",
        "RSS MiB",
        "peak MiB",
        "its peak MiB",
        "index MiB"
    );
    for size in sizes {
        let dir = env::temp_dir().join(format!("queue-load-{}-{size}", std::process::id()));
        fs::create_dir(&dir)?;
        let filled = part("fill", &dir, size)?;
        let collected = part("collect", &dir, size)?;
        fs::remove_dir_all(&dir)?;
        let (queueing, fill_peak) = filled.split_once(' ').ok_or("fill said nothing")?;
        let [cpu, open, rss, peak, index] = collected.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("collect said {collected}").into());
        };
        println!(
            "{size:>9} {queueing:>15} {cpu:>14} {open:>10} {rss:>10} {peak:>10} {fill_peak:>12} {index:>10}"
        );
    }
    Ok(())
}

/// Runs a part in a process of its own, so that its memory is its own.
fn part(which: &str, dir: &Path, size: &str) -> Result<String, Box<dyn Error>> {
    let done = Command::new(env::current_exe()?)
        .args([which.as_ref(), dir.as_os_str(), size.as_ref()])
        .output()?;
    if !done.status.success() {
        let why = String::from_utf8_lossy(&done.stderr).into_owned();
        return Err(format!("{which}: {why}").into());
    }
    Ok(String::from_utf8(done.stdout)?.trim().to_owned())
}

fn fill(dir: &Path, queued: u64) -> Outcome {
    let (store, _) = Store::open(&dir.join("data"))?;
    store.begin_run(true, Time::now())?;
    let before = cpu_ms()?;
    for first in (0..queued).step_by(1_000) {
        let urls = first..(first + 1_000).min(queued);
        store.commit(Group {
            work: urls.map(|n| Work::Enqueue(waiting(n))).collect(),
            ..Group::default()
        })?;
    }
    let each = (cpu_ms()? - before) * 1e3 / queued as f64;
    println!("{each:.1} {:.0}", memory("VmHWM")?);
    Ok(store.close()?)
}

fn collect(dir: &Path, queued: u64) -> Outcome {
    let opening = Instant::now();
    let (store, opened) = Store::open(&dir.join("data"))?;
    let open_ms = opening.elapsed().as_secs_f64() * 1e3;
    let store = Arc::new(store);
    let crawl = Crawl {
        store: Arc::clone(&store),
        archive: Archive::open(&dir.join("data/archive"), 1 << 30)?,
        fetcher: Arc::new(AtOnce { queued }),
        platforms: Arc::new(BTreeMap::from([("shops".to_owned(), platform()?)])),
        judge: None,
        judging: false,
        report: Arc::new(|_| {}),
        clock: Arc::new(Time::now),
        stop: Arc::new(AtomicBool::new(false)),
        clean: opened.clean,
    };
    let order = Order {
        campaigns: vec![CampaignConfig {
            id: CAMPAIGN.to_owned(),
            ..CampaignConfig::default()
        }],
        limit: Some(PAGES),
        at_once: AT_ONCE,
        ..Order::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let before = cpu_ms()?;
    let summary = runtime.block_on(run(crawl, order))?;
    let each = (cpu_ms()? - before) * 1e3 / PAGES as f64;
    if summary.pages != PAGES {
        return Err(format!("not all pages came: {summary:?}").into());
    }
    let (rss, peak) = (memory("VmRSS")?, memory("VmHWM")?);
    let index = size(&dir.join("data/index"))? as f64 / f64::from(1 << 20);
    println!("{each:.0} {open_ms:.0} {rss:.0} {peak:.0} {index:.0}");
    Ok(())
}

fn platform() -> Result<Platform, Box<dyn Error>> {
    let config = PlatformConfig {
        id: "shops".to_owned(),
        start: (0..HOSTS).map(|n| format!("{}/", shop(n))).collect(),
        listing: vec!["*/item/{id}".to_owned()],
        follow: vec!["*/list/*".to_owned()],
        ..PlatformConfig::default()
    };
    Platform::new(&config).map_err(|faults| format!("{faults:?}").into())
}

fn shop(n: u64) -> String {
    format!("http://shop-{}.example", n % HOSTS)
}

fn address(n: u64) -> String {
    format!("{}/list/{n}.html", shop(n))
}

fn waiting(n: u64) -> Queued {
    Queued {
        url: address(n),
        host: format!("shop-{}.example:80", n % HOSTS),
        platform: "shops".to_owned(),
        campaigns: vec![CAMPAIGN.to_owned()],
        depth: 1 + (n % 5) as u32,
        ..Queued::default()
    }
}

/// Answers every page at once.
#[derive(Debug)]
struct AtOnce {
    queued: u64,
}

impl Fetch for AtOnce {
    async fn fetch(&self, wanted: &Wanted) -> Result<Page, Unfetched> {
        let number = wanted
            .url
            .path()
            .trim_matches(|c: char| !c.is_ascii_digit());
        let number = number.parse().unwrap_or(0);
        let known = (1..=KNOWN).map(|n| (number + n * HOSTS) % self.queued.max(1));
        let new = (0..NEW).map(|n| (1 << 40) + (number * NEW + n) * HOSTS + number % HOSTS);
        let body: String = known
            .chain(new)
            .map(|n| format!("<a href=\"{}\">more</a>\n", address(n)))
            .collect();
        Ok(page(&wanted.url, body))
    }
}

fn page(url: &Url, body: String) -> Page {
    Page {
        url: url.clone(),
        status: 200,
        head: b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\r\n".to_vec(),
        request: format!(
            "GET {} HTTP/1.1\r\nhost: {}\r\n\r\n",
            url.path(),
            host_of(url)
        )
        .into_bytes(),
        headers: vec![(
            "content-type".to_owned(),
            "text/html; charset=utf-8".to_owned(),
        )],
        body: format!("<!doctype html><title>list</title>{body}").into_bytes(),
        truncated: false,
        fetched_at: Time::now(),
        remote: None,
    }
}

/// CPU time of this process as Linux counts it, in hundredths of a second.
fn cpu_ms() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |i: usize| fields.get(i).map_or(Ok(0.0), |t| t.parse::<f64>());
    Ok((ticks(11)? + ticks(12)?) * 10.0)
}

/// A line of /proc/self/status in MiB.
fn memory(line: &str) -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|l| {
        l.strip_prefix(line)?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()
    });
    Ok(found.map_or(0.0, |kib: f64| kib / 1024.0))
}

fn size(dir: &Path) -> Result<u64, Box<dyn Error>> {
    let mut sum = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        sum += if meta.is_dir() {
            size(&entry.path())?
        } else {
            meta.len()
        };
    }
    Ok(sum)
}
