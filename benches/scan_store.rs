//! What a scan of everything stored costs: `cargo bench --bench scan_store -- DIR [LISTINGS] [RULES]`.
//!
//! DIR is made where it is not there: a store with so many made listings (benches/made; a million takes minutes and about
//! 2 GB), rules, 31,500 recall notices and 100,000 terms. Then, on all cores and each in a process of its own, as the command is:
//! a scan of everything, a scan with nothing changed, scans after one rule was edited (one that asks for a class and one that
//! asks for words), and one after 50 notices came in. Seconds on the clock, which other work on the machine makes longer;
//! the ratios are of one run.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

mod made;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Instant,
};

use listwarden::{
    judge::Judge,
    rules::RuleSource,
    scan::{self, Order, Summary},
    store::{Entry, Group, Store},
};
use made::Market;
use serde::{Deserialize, Serialize};

/// As the program has it.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const NOTICES: usize = 31_500;
/// Listings in one commit of the generator.
const COMMIT: usize = 5_000;

/// Stand for a part of the work in a process of its own, which finds the memory as it is given and leaves nothing behind.
const MAKE: &str = "make";
const SCAN_ALL: &str = "scan-all";
const SCAN_CHANGED: &str = "scan-changed";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments = arguments.iter().map(String::as_str);
    let arguments: Vec<&str> = arguments.filter(|a| !a.starts_with("--")).collect();
    let Some((dir, rest)) = arguments.split_first() else {
        println!(
            "scan_store: give a folder for the store (see the head of benches/scan_store.rs); nothing measured"
        );
        return Ok(());
    };
    let bench = Bench { dir: dir.into() };
    match rest {
        [MAKE, listings, rules] => bench.make(listings.parse()?, rules.parse()?),
        [part @ (SCAN_ALL | SCAN_CHANGED)] => {
            let scanned = bench.scan(*part == SCAN_ALL)?;
            println!("{}", serde_json::to_string(&scanned)?);
            Ok(())
        }
        _ => {
            let listings = rest.first().unwrap_or(&"1000000");
            let rules = rest.get(1).unwrap_or(&"1000");
            bench.apart(&[MAKE, listings, rules])?;
            bench.measure(rules)
        }
    }
}

/// What a scan did, and how long it took in seconds.
#[derive(Serialize, Deserialize)]
struct Scanned {
    listings: u64,
    judged: u64,
    flags: u64,
    /// Loading rules and reference data and opening the store meanwhile.
    loading: f64,
    /// Making or reading the books, of the rest.
    books: f64,
    /// The rest.
    whole: f64,
}

struct Bench {
    dir: PathBuf,
}

impl Bench {
    fn rules(&self) -> PathBuf {
        self.dir.join("rules")
    }

    fn reference(&self) -> PathBuf {
        self.rules().join("reference")
    }

    fn make(&self, listings: usize, rules: usize) -> Result<(), Box<dyn Error>> {
        let finished = self.dir.join("made");
        let wanted = format!("{listings} {rules}");
        if fs::read_to_string(&finished).is_ok_and(|made| made == wanted) {
            return Ok(());
        }
        fs::create_dir_all(&self.dir)?;
        made::reference(&self.reference(), NOTICES, made::LISTS)?;
        for source in made::sources(rules) {
            self.write(&source)?;
        }
        let judge = self.judge()?;
        let market = Market::of(judge.reference(), made::LISTS);
        let (store, _) = Store::open(&self.dir)?;
        let mut group = Group::default();
        for number in 0..listings {
            let version = Entry::Version(Box::new(market.listing(number)));
            group.entries.push(version);
            if group.entries.len() == COMMIT || number + 1 == listings {
                store.commit(std::mem::take(&mut group))?;
            }
        }
        store.close()?;
        Ok(fs::write(finished, wanted)?)
    }

    fn write(&self, source: &RuleSource) -> Result<(), Box<dyn Error>> {
        let path = self.rules().join(format!("{}.rhai", source.id));
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        Ok(fs::write(path, &source.text)?)
    }

    fn judge(&self) -> Result<Judge, Box<dyn Error>> {
        let loaded = Judge::load(&self.rules(), &[])?;
        match loaded.rules.iter().find(|fault| fault.level == "error") {
            Some(fault) => Err(fault.picture.clone().into()),
            None => Ok(loaded.judge),
        }
    }

    /// A scan as the command does it.
    fn scan(&self, all: bool) -> Result<Scanned, Box<dyn Error>> {
        let order = Order {
            all,
            ..Order::default()
        };
        let scanned = |summary: Summary, [loading, books, whole]: [f64; 3]| Scanned {
            listings: summary.listings,
            judged: summary.judged,
            flags: summary.flags,
            loading,
            books,
            whole,
        };
        let start = Instant::now();
        let untouched = scan::untouched(&self.dir, &self.rules(), &BTreeMap::new(), &order);
        if let Some((summary, _)) = untouched {
            return Ok(scanned(summary, [0.0, 0.0, start.elapsed().as_secs_f64()]));
        }
        let (store, judge) = thread::scope(|scope| {
            let opening = scope.spawn(|| Store::open(&self.dir));
            let judge = self.judge();
            let store = opening.join().map_err(|_| "opening the store panicked");
            (store, judge)
        });
        let ((store, _), mut judge) = (store??, judge?);
        let loading = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let mut books = 0.0;
        let summary = match scan::unchanged(&store, &judge, &order)? {
            Some(summary) => summary,
            None => {
                if !judge.thaw(&store)? {
                    judge.freeze(&store)?;
                }
                books = start.elapsed().as_secs_f64();
                let stop = Arc::new(AtomicBool::new(false));
                scan::run(&store, &judge, &order, &|_| (), &stop)?
            }
        };
        store.close()?;
        let whole = start.elapsed().as_secs_f64();
        Ok(scanned(summary, [loading, books, whole]))
    }

    fn apart(&self, part: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(&self.dir).args(part).stderr(Stdio::inherit());
        let done = command.output()?;
        match done.status.success() {
            true => Ok(done.stdout),
            false => Err(done.status.to_string().into()),
        }
    }

    fn scan_apart(&self, part: &str) -> Result<Scanned, Box<dyn Error>> {
        // Else the disk would still be at what the scan before wrote.
        if let Ok(rows) = fs::File::open(self.dir.join("judged")) {
            rows.sync_all()?;
        }
        Ok(serde_json::from_slice(&self.apart(&[part])?)?)
    }

    fn measure(&self, rules: &str) -> Result<(), Box<dyn Error>> {
        let first = self.scan_apart(SCAN_ALL)?;
        let (listings, whole) = (first.listings, first.whole);
        println!(
            "{listings} listings × {rules} rules: loaded and opened in {:.2} s, scanned in {whole:.2} s ({:.2} s of it books), {:.0} listings/s, {} flags",
            first.loading,
            first.books,
            listings as f64 / whole,
            first.flags
        );
        let scan = |what: &str| -> Result<(), Box<dyn Error>> {
            let scanned = self.scan_apart(SCAN_CHANGED)?;
            println!(
                "{what}: loaded and opened in {:.2} s, scanned in {:.3} s ({:.2} s of it books), {:.2} % of the whole scan (1/{:.0}), {} judged",
                scanned.loading,
                scanned.whole,
                scanned.books,
                100.0 * scanned.whole / whole,
                whole / scanned.whole,
                scanned.judged
            );
            Ok(())
        };
        scan("nothing changed")?;
        let edited = |mut source: RuleSource| {
            source.text = source.text.replace("points: ", "points: 1");
            source
        };
        // For one class (1.1 % of the listings), of which it flags what names a word of its list.
        let text = made::narrow(0).text;
        let text = text.replace("mentions: [\"made-0\"]", "class: [\"appliance/kettle\"]");
        let words = "if item.matches(\"made-0\").is_empty() { return pass(\"no word\"); }";
        let class = edited(RuleSource {
            text: text.replace("    flag(", &format!("    {words}\n    flag(")),
            ..made::narrow(0)
        });
        self.write(&class)?;
        scan("a rule for one class edited")?;
        self.write(&made::narrow(0))?;
        scan("a rule with a text gate edited")?;
        let notices: String = (0..50).map(|n| made::notice(NOTICES + n) + "\n").collect();
        let head = "{\"source\": \"made\", \"licence\": \"CC0-1.0\"}\n";
        fs::write(
            self.reference().join("recalls/more.jsonl"),
            format!("{head}{notices}"),
        )?;
        scan("50 notices more")?;
        Ok(fs::remove_file(
            self.reference().join("recalls/more.jsonl"),
        )?)
    }
}
