//! What rules cost: `cargo bench --bench judge_rules [-- LISTINGS]`.
//!
//! A made market (benches/made): a hundred broad rules of ten kinds on 2,000 listings, then a thousand and five thousand
//! rules with 31,500 recall notices and 100,000 terms. CPU time of this thread, medians of rounds. "beyond text" is what
//! judging costs when the listing's text is folded and searched already.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

mod made;
mod peer;

/// As the program has it.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

use std::{error::Error, hint::black_box, path::Path, sync::Arc};

use listwarden::{
    model::{Facts, Listing},
    reference::Reference,
    rules::{Prepared, RuleSet},
};
use made::{
    LISTS, Market,
    clock::{cpu, median},
};

const ROUNDS: usize = 7;
/// Recall notices of the larger sets.
const NOTICES: usize = 31_500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let most = arguments.next().map_or(Ok(2_000), |n| n.parse())?;
    let dir = tempfile::tempdir()?;
    let (small, large) = (dir.path().join("small"), dir.path().join("large"));
    made::reference(&small, 500, 0)?;
    made::reference(&large, NOTICES, LISTS)?;
    hundred(&small, dir.path(), most)?;
    thousands(&large, most)
}

fn loaded(dir: &Path) -> Result<Arc<Reference>, Box<dyn Error>> {
    let (reference, faults) = Reference::load(dir);
    match faults.first() {
        Some(fault) => Err(fault.to_string().into()),
        None => Ok(Arc::new(reference)),
    }
}

fn compiled(count: usize, reference: &Arc<Reference>) -> Result<RuleSet, Box<dyn Error>> {
    let (set, faults) = RuleSet::load(&made::sources(count), Arc::clone(reference));
    match faults.iter().find(|fault| fault.level == "error") {
        Some(fault) => Err(fault.picture.clone().into()),
        None => Ok(set),
    }
}

/// A hundred rules, every one of which is held against every listing; beside them the same in plain CPython.
fn hundred(dir: &Path, scratch: &Path, most: usize) -> Result<(), Box<dyn Error>> {
    let reference = loaded(dir)?;
    let market = Market::of(&reference, 0);
    let listings: Vec<Listing> = (0..most).map(|n| market.listing(n)).collect();
    let bytes: usize = listings.iter().map(text_bytes).sum();
    println!(
        "100 rules, {most} listings of {} bytes of text",
        bytes / most.max(1)
    );
    let set = compiled(100, &reference)?;
    let Cost { text, judging, ran } = cost(&set, &listings);
    println!(
        "  {:.0} evaluations/s where check ran ({ran} of {}), {:.0} rule × listing pairs/s; text {:.1} µs, judging {:.1} µs a listing",
        ran as f64 / judging,
        100 * most,
        100.0 * most as f64 / judging,
        text * 1e6 / most as f64,
        judging * 1e6 / most as f64,
    );
    let told = peer::run(
        &set,
        &reference,
        &listings,
        &dir.join("recalls/made.jsonl"),
        scratch,
    )?;
    println!(
        "  CPython, text made ready as well: {} ran, {:.1} µs a listing, {:.1} times what it takes here",
        told.ran,
        told.seconds * 1e6 / most as f64,
        told.seconds / judging
    );
    for (what, ours, theirs) in told.said {
        println!("    {what}: {ours} here, {theirs} there");
    }
    Ok(())
}

fn thousands(dir: &Path, most: usize) -> Result<(), Box<dyn Error>> {
    let reference = loaded(dir)?;
    let market = Market::of(&reference, LISTS);
    let listings: Vec<Listing> = (0..most).map(|n| market.listing(n)).collect();
    println!("{NOTICES} notices, {} terms", LISTS * made::WORDS_IN_A_LIST);
    let mut first = None;
    for count in [100, 1_000, 5_000] {
        let set = compiled(count, &reference)?;
        let Cost { text, judging, ran } = cost(&set, &listings);
        let each = judging * 1e6 / most as f64;
        let base = *first.get_or_insert(each);
        println!(
            "  {count} rules: {each:.1} µs a listing beyond text (×{:.2}), {:.1} gates open; text {:.1} µs",
            each / base,
            ran as f64 / most as f64,
            text * 1e6 / most as f64
        );
    }
    Ok(())
}

fn text_bytes(listing: &Listing) -> usize {
    let texts = listing.title.iter().chain(&listing.description);
    let rows = listing.attributes.iter().map(|(k, v)| k.len() + v.len());
    texts.map(String::len).sum::<usize>() + rows.sum::<usize>()
}

/// Listings are judged so many at a time, right after their text was made ready, as a scan does it.
const AT_ONCE: usize = 20;

/// Seconds that the text of all listings and judging them take, and how many gates opened.
fn cost(set: &RuleSet, listings: &[Listing]) -> Cost {
    let facts = Facts::default();
    let (mut texts, mut judging, mut ran) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let mut sums = [0.0, 0.0];
        ran = 0;
        for some in listings.chunks(AT_ONCE) {
            let prepared: Vec<Prepared> = some.iter().map(|l| set.prepare(l.clone())).collect();
            sums[0] += timed(|| prepared.iter().for_each(Prepared::search));
            sums[1] += timed(|| {
                for item in &prepared {
                    let verdict = black_box(set.evaluate(item, &facts));
                    ran += verdict.ran;
                }
            });
        }
        texts.push(sums[0]);
        judging.push(sums[1]);
    }
    Cost {
        text: median(texts),
        judging: median(judging),
        ran,
    }
}

/// Of all listings.
struct Cost {
    text: f64,
    judging: f64,
    ran: usize,
}

fn timed(mut work: impl FnMut()) -> f64 {
    let start = cpu();
    work();
    (cpu() - start).as_secs_f64()
}
