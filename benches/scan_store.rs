//! What a scan of everything stored costs: `cargo bench --bench scan_store -- DIR [LISTINGS] [RULES]`.
//!
//! DIR is made where it is not there: a store with so many made listings (benches/made; a million takes minutes and about
//! 2 GB), rules, 31,500 recall notices and 100,000 terms. Then, on all cores and with the store closed and opened between:
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
    process::Command,
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

/// As the program has it.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const NOTICES: usize = 31_500;
/// Listings in one commit of the generator.
const COMMIT: usize = 5_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1).filter(|a| !a.starts_with("--"));
    let Some(dir) = arguments.next().map(PathBuf::from) else {
        println!(
            "scan_store: give a folder for the store (see the head of benches/scan_store.rs); nothing measured"
        );
        return Ok(());
    };
    let listings = arguments.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let rules = arguments.next().map_or(Ok(1_000), |n| n.parse())?;
    let bench = Bench { dir };
    if bench.make(listings, rules)? {
        // A scan is a process of its own, and finds the memory as it is given.
        let status = Command::new(env::current_exe()?)
            .args(env::args_os().skip(1))
            .status()?;
        return if status.success() {
            Ok(())
        } else {
            Err(status.to_string().into())
        };
    }
    bench.measure(rules)
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

    /// Whether it was not there before.
    fn make(&self, listings: usize, rules: usize) -> Result<bool, Box<dyn Error>> {
        let finished = self.dir.join("made");
        let wanted = format!("{listings} {rules}");
        if fs::read_to_string(&finished).is_ok_and(|made| made == wanted) {
            return Ok(false);
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
        fs::write(finished, wanted)?;
        Ok(true)
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

    /// A scan as the command does it; seconds to load rules and reference data and open the store meanwhile, and seconds
    /// for the rest.
    fn scan(&self, all: bool) -> Result<(Summary, f64, f64), Box<dyn Error>> {
        let order = Order {
            all,
            ..Order::default()
        };
        let start = Instant::now();
        let untouched = scan::untouched(&self.dir, &self.rules(), &BTreeMap::new(), &order);
        if let Some((summary, _)) = untouched {
            return Ok((summary, 0.0, start.elapsed().as_secs_f64()));
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
        let summary = match scan::unchanged(&store, &judge, &order)? {
            Some(summary) => summary,
            None => {
                if !judge.thaw(&store)? {
                    judge.freeze(&store)?;
                }
                println!("    books after {:.2} s", start.elapsed().as_secs_f64());
                scan::run(
                    &store,
                    &judge,
                    &order,
                    &|_| (),
                    &Arc::new(AtomicBool::new(false)),
                )?
            }
        };
        store.close()?;
        Ok((summary, loading, start.elapsed().as_secs_f64()))
    }

    fn measure(&self, rules: usize) -> Result<(), Box<dyn Error>> {
        let (summary, loading, whole) = self.scan(true)?;
        println!(
            "{} listings × {rules} rules: loaded and opened in {loading:.2} s, scanned in {whole:.2} s, {:.0} listings/s, {} flags",
            summary.listings,
            summary.listings as f64 / whole,
            summary.flags
        );
        let told = |what: &str, (summary, loading, seconds): (Summary, f64, f64)| {
            println!(
                "{what}: loaded and opened in {loading:.2} s, scanned in {seconds:.3} s, {:.2} % of the whole scan (1/{:.0}), {} judged",
                100.0 * seconds / whole,
                whole / seconds,
                summary.judged
            );
        };
        told("nothing changed", self.scan(false)?);
        let edited = |mut source: RuleSource| {
            source.text = source.text.replace("points: ", "points: 1");
            source
        };
        let class = edited(RuleSource {
            text: made::narrow(0)
                .text
                .replace("mentions: [\"made-0\"]", "class: [\"appliance/kettle\"]"),
            ..made::narrow(0)
        });
        self.write(&class)?;
        told("a rule for one class edited", self.scan(false)?);
        self.write(&made::narrow(0))?;
        told("a rule with a text gate edited", self.scan(false)?);
        let notices: String = (0..50).map(|n| made::notice(NOTICES + n) + "\n").collect();
        let head = "{\"source\": \"made\", \"licence\": \"CC0-1.0\"}\n";
        fs::write(
            self.reference().join("recalls/more.jsonl"),
            format!("{head}{notices}"),
        )?;
        told("50 notices more", self.scan(false)?);
        fs::remove_file(self.reference().join("recalls/more.jsonl"))?;
        Ok(())
    }
}
