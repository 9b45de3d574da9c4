//! Fifty hosts with limits and moods of their own, crawled at once; the servers' own logs and clocks are the judges.
//!
//! `cargo run --release --example polite_market [-- SECONDS]`, 45 seconds if nothing is said. The exit is 1 where one
//! request came that should not have come, or less than 95 % of the requests that the limits allow.
//!
//! The hosts answer 429 and 503 (with Retry-After in seconds, as a date, or without), 500, or not at all; robots.txt forbids
//! pages, asks for delays, is elsewhere, or is not there at first. How the share is reckoned: from the first page on, the time
//! to the next request divided by the delay that is owed, summed over all requests and hosts, is what could have been asked.
//! Pauses after trouble are not time in which one may ask (up to Retry-After where one was given). "To spare" is what was
//! waited over what was owed, where that was least.
//!
//! When a request came is what the kernel notes at its last packet (on Linux; elsewhere, when it was read). Gaps are told to
//! 1 ms, as servers log them.
//! Where the host of a virtual machine stops it between the turn of a request and its writing, the server sees it late; how
//! much time was stolen so is printed beside the result.
#![allow(clippy::print_stdout, reason = "it is a measurement to be read")]

mod arrival;
mod judge;
mod script;
mod server;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use listwarden::{
    archive::Archive,
    crawl::{CampaignConfig, Crawl, Order, run},
    fetch::{
        Client, Error as Unfetched, Fetch, FetchConfig, HostState, HostView, Policy, Wanted,
        host_of,
    },
    model::{Page, Time, Waiting},
    platform::{Platform, PlatformConfig},
    store::Store,
    text::measure::{Period, Rate},
};

use arrival::{Moment, now};
use judge::{Verdict, judge};
use server::Host;

const CONTACT: &str = "crawl@authority.example";
const ENOUGH: f64 = 0.95;
const ALL: &str = "all";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let seconds = env::args().nth(1).map_or(Ok(45), |text| text.parse())?;
    let hosts = serve(seconds)?;
    let notes = Notes::default();
    let dir = env::temp_dir().join(format!("polite-market-{}", std::process::id()));
    let begun = now();
    let stolen = stolen();
    let pages = crawl(&hosts, &notes, &dir, Duration::from_secs(seconds));
    std::fs::remove_dir_all(&dir)?;
    println!("{} pages in {:.1} s", pages?, (now() - begun).as_secs_f64());
    println!(
        "{:.1} s of all processors went to other machines",
        self::stolen() - stolen
    );
    let end = begun + Duration::from_secs(seconds);
    Ok(report(&hosts, &notes, end))
}

/// Seconds in which this machine wanted to work and its host let others: `steal` in /proc/stat, in hundredths.
fn stolen() -> f64 {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let steal = stat.split_whitespace().nth(8);
    steal.and_then(|s| s.parse::<f64>().ok()).unwrap_or(0.0) / 100.0
}

/// Opens the hosts on a thread of their own, so that the crawl does not hold up their clocks.
fn serve(seconds: u64) -> Result<Vec<Arc<Host>>, Box<dyn Error>> {
    let (opened, hosts) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            for script in script::hosts() {
                let pages = u64::from(script.rate) * (seconds + 5);
                let _ = opened.send(Host::open(script, pages).await);
            }
            drop(opened);
            std::future::pending::<()>().await;
        });
    });
    Ok(hosts.iter().collect::<Result<_, _>>()?)
}

fn crawl(
    hosts: &[Arc<Host>],
    notes: &Notes,
    dir: &std::path::Path,
    length: Duration,
) -> Result<u64, Box<dyn Error>> {
    let (store, opened) = Store::open(&dir.join("data"))?;
    let stop = Arc::new(AtomicBool::new(false));
    let crawl = Crawl {
        store: Arc::new(store),
        archive: Archive::open(&dir.join("data/archive"), 1 << 30)?,
        fetcher: Arc::new(Watched {
            client: client(hosts)?,
            notes: notes.clone(),
        }),
        platforms: Arc::new(BTreeMap::from([("hosts".to_owned(), platform(hosts)?)])),
        judge: None,
        judging: false,
        report: Arc::new(|_| {}),
        clock: Arc::new(Time::now),
        stop: Arc::clone(&stop),
        clean: opened.clean,
    };
    let order = Order {
        campaigns: vec![CampaignConfig {
            id: "all".to_owned(),
            ..CampaignConfig::default()
        }],
        retries: 3,
        at_once: 256,
        patience: None,
        ..Order::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.spawn(async move {
        tokio::time::sleep(length).await;
        stop.store(true, Ordering::Relaxed);
    });
    Ok(runtime.block_on(run(crawl, order))?.pages)
}

fn client(hosts: &[Arc<Host>]) -> Result<Client, Box<dyn Error>> {
    let config = FetchConfig {
        contact: CONTACT.to_owned(),
        timeout: Period(Duration::from_secs(2)),
        ..FetchConfig::default()
    };
    let policy = |host: &Arc<Host>| Policy {
        rate: Rate {
            count: host.script.rate,
            per: Duration::from_secs(1),
        },
        concurrency: host.script.concurrency,
        loopback: true,
        quiet: config.quiet_hours.clone(),
        cookies: false,
    };
    let policies = hosts.iter().map(|host| (host.name(), policy(host)));
    Ok(Client::new(&config, policies.collect())?)
}

fn platform(hosts: &[Arc<Host>]) -> Result<Platform, Box<dyn Error>> {
    let config = PlatformConfig {
        id: "hosts".to_owned(),
        start: hosts
            .iter()
            .map(|h| format!("http://{}/", h.addr))
            .collect(),
        listing: vec!["*/item/{id}".to_owned()],
        follow: vec!["*".to_owned()],
        loopback: true,
        ..PlatformConfig::default()
    };
    Platform::new(&config).map_err(|faults| format!("{faults:?}").into())
}

fn report(hosts: &[Arc<Host>], notes: &Notes, end: Moment) -> ExitCode {
    let mut lines: BTreeMap<String, (u32, Verdict)> = BTreeMap::new();
    for host in hosts {
        let slowed = |at| notes.delay(&host.name(), at);
        let verdict = judge(host, CONTACT, end, &slowed);
        let kind = host.script.kind.to_owned();
        let rate = format!("{:3}/s", host.script.rate);
        for name in [kind, rate, ALL.to_owned()] {
            let (count, sum) = lines.entry(name).or_default();
            *count += 1;
            sum.add(&verdict);
        }
    }
    println!(
        "{:22} {:>5} {:>9} {:>9} {:>7} {:>9} {:>10}",
        "hosts", "", "requests", "allowed", "share", "to spare", "violations"
    );
    for (name, (count, sum)) in &lines {
        line(name, *count, sum);
    }
    let Some((_, all)) = lines.get(ALL) else {
        return ExitCode::FAILURE;
    };
    for violation in all.violations.iter().take(20) {
        println!("{violation}");
    }
    if all.violations.is_empty() && all.made >= ENOUGH * all.allowed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn line(kind: &str, count: u32, sum: &Verdict) {
    let share = 100.0 * sum.made / sum.allowed.max(f64::MIN_POSITIVE);
    let share = if sum.allowed > 0.0 {
        format!("{share:.1} %")
    } else {
        "–".to_owned()
    };
    let spare = sum.spare.map(|spare| format!("{:.2} ms", spare * 1e3));
    let spare = spare.unwrap_or_default();
    println!(
        "{kind:22} {count:5} {:9.0} {:9.0} {share:>7} {spare:>9} {:10}",
        sum.made,
        sum.allowed,
        sum.violations.len()
    );
}

/// What the client said of each host's delay, and when.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<BTreeMap<String, Vec<Note>>>>);

/// When, and the delay that was then in force.
type Note = (Moment, Duration);

impl Notes {
    fn note(&self, host: String, view: &HostView) {
        let delay = Duration::try_from_secs_f64(view.delay).unwrap_or_default();
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(host).or_default().push((now(), delay));
    }

    /// What was said last before `at`, or first after it.
    fn delay(&self, host: &str, at: Moment) -> Duration {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let said = notes.get(host).map_or(&[][..], Vec::as_slice);
        let next = said.partition_point(|(then, _)| *then <= at);
        said.get(next)
            .or(said.last())
            .map_or(Duration::ZERO, |(_, delay)| *delay)
    }
}

/// The client, noting after each page how it sees the host.
#[derive(Debug)]
struct Watched {
    client: Client,
    notes: Notes,
}

impl Fetch for Watched {
    async fn fetch(&self, wanted: &Wanted) -> Result<Page, Unfetched> {
        let answer = self.client.fetch(wanted).await;
        let host = host_of(&wanted.url);
        if let Some(view) = self.client.view(&host, Time::now()) {
            self.notes.note(host, &view);
        }
        answer
    }

    fn turn(&self, host: &str, now: Time) -> Result<(), Waiting> {
        self.client.turn(host, now)
    }

    fn waiting(&self, host: &str, now: Time) -> Option<Waiting> {
        self.client.waiting(host, now)
    }

    fn view(&self, host: &str, now: Time) -> Option<HostView> {
        self.client.view(host, now)
    }

    fn state(&self, host: &str) -> Option<HostState> {
        self.client.state(host)
    }

    fn restore(&self, states: Vec<HostState>, clean: bool) {
        self.client.restore(states, clean);
    }
}
