//! How well pages are read: `score_pages FOLDER [--misses]` reads every page that FOLDER/truth.jsonl names and compares.
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
use serde_json::Value;

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

#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    missing: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut folder = None;
    let mut misses = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--misses" => misses = true,
            _ => folder = Some(argument),
        }
    }
    let folder = folder.ok_or("usage: score_pages FOLDER [--misses]")?;
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut kinds: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    let mut broken = Vec::new();
    for line in std::fs::read_to_string(Path::new(&folder).join("truth.jsonl"))?.lines() {
        let truth: Value = serde_json::from_str(line)?;
        let file = truth["file"].as_str().unwrap_or_default();
        let reading = page(&Path::new(&folder).join(file), &truth).and_then(|page| read(&page));
        let reading = match reading {
            Ok(reading) => reading,
            Err(why) => {
                broken.push(format!("{file}: {why}"));
                continue;
            }
        };
        let kind = truth["kind"].as_str().unwrap_or("product").to_owned();
        *kinds
            .entry(kind)
            .or_default()
            .entry(format!("{:?}", reading.kind))
            .or_default() += 1;
        for field in FIELDS {
            compare(
                field,
                &truth["expected"][field],
                &reading,
                tallies.entry(field).or_default(),
                misses.then_some(file),
            );
        }
    }
    report(&tallies, &kinds, &broken);
    Ok(())
}

fn report(
    tallies: &BTreeMap<&str, Tally>,
    kinds: &BTreeMap<String, BTreeMap<String, u32>>,
    broken: &[String],
) {
    println!(
        "{:14}{:>5}{:>7}{:>7}{:>9}{:>11}{:>8}{:>8}",
        "field", "n", "right", "wrong", "missing", "precision", "recall", "F1"
    );
    for field in FIELDS {
        let Some(t) = tallies.get(field) else {
            continue;
        };
        let n = t.right + t.wrong + t.missing;
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        let (precision, recall) = (share(t.right, t.right + t.wrong), share(t.right, n));
        let f1 = if t.right == 0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        };
        println!(
            "{field:14}{n:>5}{:>7}{:>7}{:>9}{precision:>11.3}{recall:>8.3}{f1:>8.3}",
            t.right, t.wrong, t.missing
        );
    }
    for (kind, seen) in kinds {
        let seen: Vec<String> = seen.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        println!("{kind} pages were read as: {}", seen.join(", "));
    }
    println!("pages that could not be read: {}", broken.len());
    for why in broken {
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
    let wanted: Vec<&str> = match expected {
        Value::String(one) => vec![one],
        Value::Array(any) => any.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let found = (reading.kind == PageKind::Listing)
        .then(|| value(field, &reading.listing))
        .flatten();
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
