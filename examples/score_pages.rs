//! How well pages are read: `score_pages FOLDER [--half a|b] [--misses] [--json]` reads every page that
//! FOLDER/truth.jsonl names and compares.
//!
//! `--half` keeps the shops of one half only, so that what was tuned on one half can be measured on the other. All pages
//! of a shop are in the same half, whatever country's address they have; `--misses` names what was not right.
//!
//! How a value counts as right:
//! - price: equal as decimals;
//! - currency: the ISO code, or a sign or word that means it or is shared by it (`$` is right for USD and ARS alike);
//! - availability: equal as InStock or OutOfStock (pre-order can be bought: InStock; discontinued cannot);
//! - gtin: equal as 14 digits;
//! - everything else: equal as folded text without spaces;
//! - a list of expected values: any of them is right; a null says nothing.
//!
//! Precision is right / (right + wrong), recall is right / n, F1 their harmonic mean.
//! A page of kind product that is not read as one counts as missing in every field.
//! The rows `= InStock` and `= OutOfStock` take each of the two as a class of its own: precision is over the pages for
//! which it was found, recall over those for which it is expected.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{
    collections::BTreeMap,
    error::Error,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use listwarden::{
    extract::Reading,
    model::{Availability, Listing, Page, PageKind, Time},
    platform::{Platform, PlatformConfig},
    text::{codes, fold, price},
};
use serde_json::{Value, json};

const FIELDS: [&str; 8] = [
    "price",
    "currency",
    "brand",
    "sku",
    "mpn",
    "gtin",
    "availability",
    "title",
];

const CLASSES: [&str; 2] = ["InStock", "OutOfStock"];

#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    missing: u32,
}

#[derive(Default)]
struct Scores {
    fields: BTreeMap<&'static str, Tally>,
    /// By the class of availability.
    classes: BTreeMap<&'static str, Tally>,
    /// By the kind that is true, how many pages were read as which kind.
    kinds: BTreeMap<String, BTreeMap<String, u32>>,
    pages: u32,
    broken: Vec<String>,
}

struct Asked {
    folder: String,
    half: Option<Half>,
    misses: bool,
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    A,
    B,
}

const USAGE: &str = "usage: score_pages FOLDER [--half a|b] [--misses] [--json]";

fn main() -> Result<(), Box<dyn Error>> {
    let asked = asked()?;
    let folder = Path::new(&asked.folder);
    let mut scores = Scores::default();
    for line in std::fs::read_to_string(folder.join("truth.jsonl"))?.lines() {
        let truth: Value = serde_json::from_str(line)?;
        if asked.half.is_none_or(|half| half == half_of(&truth)) {
            scores.pages += 1;
            score(folder, &truth, &mut scores, asked.misses);
        }
    }
    if asked.json {
        println!("{}", in_json(&scores));
    } else {
        report(&scores);
    }
    Ok(())
}

fn asked() -> Result<Asked, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut folder, mut half, mut misses, mut json) = (None, None, false, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--misses" => misses = true,
            "--json" => json = true,
            "--half" => {
                half = match arguments.next().as_deref() {
                    Some("a") => Some(Half::A),
                    Some("b") => Some(Half::B),
                    _ => return Err(USAGE.into()),
                }
            }
            _ => folder = Some(argument),
        }
    }
    Ok(Asked {
        folder: folder.ok_or(USAGE)?,
        half,
        misses,
        json,
    })
}

/// The half that a page's shop is in: by a checksum of the shop's name in the address, or of the file's name up to `--`.
fn half_of(truth: &Value) -> Half {
    let url: Option<url::Url> = truth["url"].as_str().and_then(|url| url.parse().ok());
    let shop = url.as_ref().and_then(|url| registered(url.host_str()?));
    let file = truth["file"].as_str().unwrap_or_default();
    let shop = shop.unwrap_or_else(|| file.split("--").next().unwrap_or_default());
    match crc32fast::hash(shop.as_bytes()) & 1 {
        0 => Half::A,
        _ => Half::B,
    }
}

/// The registered name of a host without what its country adds: `shop` of `www.shop.com` and `m.shop.co.uk`.
fn registered(host: &str) -> Option<&str> {
    let mut labels = host.rsplit('.');
    let (top, second) = (labels.next()?, labels.next()?);
    let shared = top.len() == 2 && matches!(second, "co" | "com" | "net" | "org" | "or" | "ne");
    if shared { labels.next() } else { Some(second) }
}

/// Reads one page and compares every field.
fn score(folder: &Path, truth: &Value, scores: &mut Scores, misses: bool) {
    let file = truth["file"].as_str().unwrap_or_default();
    let reading = page(&folder.join(file), truth).and_then(|page| read(&page));
    let reading = match reading {
        Ok(reading) => reading,
        Err(why) => return scores.broken.push(format!("{file}: {why}")),
    };
    let kind = truth["kind"].as_str().unwrap_or("product").to_owned();
    let read_as = scores.kinds.entry(kind).or_default();
    *read_as.entry(reading.kind.as_str().to_owned()).or_default() += 1;
    for field in FIELDS {
        let tally = scores.fields.entry(field).or_default();
        let tell = misses.then_some(file);
        compare(field, &truth["expected"][field], &reading, tally, tell);
    }
    classes(&truth["expected"]["availability"], &reading, scores);
}

/// Counts what is expected and what was found for each class of availability.
fn classes(expected: &Value, reading: &Reading, scores: &mut Scores) {
    let wanted = wanted(expected);
    if wanted.is_empty() {
        return;
    }
    let found = found("availability", reading);
    for class in CLASSES {
        let tally = scores.classes.entry(class).or_default();
        match (wanted.contains(&class), found.as_deref() == Some(class)) {
            (true, true) => tally.right += 1,
            (true, false) => tally.missing += 1,
            (false, true) => tally.wrong += 1,
            (false, false) => {}
        }
    }
}

impl Tally {
    /// Pages for which a value is expected. A wrong value of a class stands on a page that expects another.
    fn n(&self, class: bool) -> u32 {
        self.right + self.missing + if class { 0 } else { self.wrong }
    }

    /// Precision, recall, F1.
    fn figures(&self, class: bool) -> [f64; 3] {
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        let precision = share(self.right, self.right + self.wrong);
        let recall = share(self.right, self.n(class));
        let f1 = match self.right {
            0 => 0.0,
            _ => 2.0 * precision * recall / (precision + recall),
        };
        [precision, recall, f1]
    }
}

impl Scores {
    /// The rows of the report: name, whether it is a class of availability, tally.
    fn rows(&self) -> impl Iterator<Item = (String, bool, &Tally)> {
        let fields = FIELDS.iter().filter_map(|field| {
            let tally = self.fields.get(field)?;
            Some(((*field).to_owned(), false, tally))
        });
        let classes = CLASSES.iter().filter_map(|class| {
            let tally = self.classes.get(class)?;
            Some((format!("= {class}"), true, tally))
        });
        fields.chain(classes)
    }
}

fn in_json(scores: &Scores) -> Value {
    let row = |(name, class, tally): (String, bool, &Tally)| {
        let [precision, recall, f1] = tally.figures(class);
        json!({
            "name": name, "n": tally.n(class), "right": tally.right, "wrong": tally.wrong,
            "missing": tally.missing, "precision": precision, "recall": recall, "f1": f1,
        })
    };
    json!({
        "pages": scores.pages,
        "rows": scores.rows().map(row).collect::<Vec<_>>(),
        "kinds": scores.kinds,
        "broken": scores.broken,
    })
}

fn report(scores: &Scores) {
    println!(
        "{:14}{:>5}{:>7}{:>7}{:>9}{:>11}{:>8}{:>8}",
        "field", "n", "right", "wrong", "missing", "precision", "recall", "F1"
    );
    for (name, class, t) in scores.rows() {
        let [precision, recall, f1] = t.figures(class);
        println!(
            "{name:14}{:>5}{:>7}{:>7}{:>9}{precision:>11.3}{recall:>8.3}{f1:>8.3}",
            t.n(class),
            t.right,
            t.wrong,
            t.missing
        );
    }
    for (kind, seen) in &scores.kinds {
        let seen: Vec<String> = seen.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        println!("{kind} pages were read as: {}", seen.join(", "));
    }
    println!(
        "{} pages; those that could not be read: {}",
        scores.pages,
        scores.broken.len()
    );
    for why in &scores.broken {
        println!("  {why}");
    }
}

/// The saved page as it would have come over the wire.
fn page(path: &Path, truth: &Value) -> Result<Page, Box<dyn Error>> {
    let raw = std::fs::read(path)?;
    let mut body = Vec::new();
    if raw.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(&raw[..]).read_to_end(&mut body)?;
    } else {
        body = raw;
    }
    let url = truth["url"].as_str().unwrap_or_default();
    let url = url.parse().or_else(|_| "http://unknown.example/".parse())?;
    Ok(Page {
        url,
        status: 200,
        head: Vec::new(),
        request: Vec::new(),
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body,
        truncated: false,
        fetched_at: Time::UNIX_EPOCH,
        remote: None,
    })
}

/// What a platform without any settings of its own reads.
fn read(page: &Page) -> Result<Reading, Box<dyn Error>> {
    let config = PlatformConfig {
        id: "any".to_owned(),
        start: vec![page.url.to_string()],
        ..PlatformConfig::default()
    };
    let platform = Platform::new(&config).map_err(|faults| format!("{faults:?}"))?;
    catch_unwind(AssertUnwindSafe(|| platform.explain(page))).map_err(|_| "it panicked".into())
}

fn compare(
    field: &str,
    expected: &Value,
    reading: &Reading,
    tally: &mut Tally,
    tell: Option<&str>,
) {
    let wanted = wanted(expected);
    if wanted.is_empty() {
        return;
    }
    let found = found(field, reading);
    let say = |what: &str| {
        if let Some(file) = tell {
            println!("{what:8}{field:13}{file}: expected {wanted:?}, found {found:?}");
        }
    };
    match &found {
        None => {
            tally.missing += 1;
            say("missing");
        }
        Some(found) if wanted.iter().any(|w| same(field, w, found)) => tally.right += 1,
        Some(_) => {
            tally.wrong += 1;
            say("wrong");
        }
    }
}

/// The values that are right; none where the truth says nothing.
fn wanted(expected: &Value) -> Vec<&str> {
    match expected {
        Value::String(one) => vec![one],
        Value::Array(any) => any.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What was read for a field of a page that was taken for a listing.
fn found(field: &str, reading: &Reading) -> Option<String> {
    (reading.kind == PageKind::Listing)
        .then(|| value(field, &reading.listing))
        .flatten()
}

fn value(field: &str, listing: &Listing) -> Option<String> {
    match field {
        "price" => listing.price.as_ref().map(|p| p.amount.to_string()),
        "currency" => listing.price.as_ref().and_then(|p| p.currency.clone()),
        "brand" => listing.brand.clone(),
        "sku" => listing.sku.clone(),
        "mpn" => listing.mpn.clone().or_else(|| listing.model.clone()),
        "gtin" => listing.gtin.clone(),
        "title" => listing.title.clone(),
        _ => listing.availability.map(|a| match a {
            Availability::InStock | Availability::PreOrder => "InStock".to_owned(),
            Availability::OutOfStock | Availability::Discontinued => "OutOfStock".to_owned(),
        }),
    }
}

fn same(field: &str, wanted: &str, found: &str) -> bool {
    let plain = |text: &str| fold::fold(text).replace(' ', "");
    match field {
        "price" => {
            let amount = |text: &str| text.trim().parse::<rust_decimal::Decimal>().ok();
            amount(wanted).is_some() && amount(wanted) == amount(found)
        }
        "currency" => {
            wanted == found
                || price::currency(wanted) == Some(found)
                || price::parse(&format!("1 {wanted}"), Some(found))
                    .and_then(|m| m.currency)
                    .as_deref()
                    == Some(found)
        }
        "gtin" => codes::gtin(wanted).is_some_and(|gtin| gtin == found),
        _ => plain(wanted) == plain(found),
    }
}
