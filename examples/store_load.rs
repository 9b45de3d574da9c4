//! How dear the store is: groups of listings of about 1 KB committed, opened again without a close, read, rebuilt.
//!
//! `cargo run --release --example store_load -- FOLDER [LISTINGS] [PER_GROUP]`; FOLDER must not exist.
#![allow(clippy::print_stdout, reason = "it is a measurement to be read")]

use std::{env, error::Error, fs, path::Path, time::Instant};

use listwarden::{
    model::{Capture, Listing, ListingId, Money, Time},
    store::{Entry, Group, Queued, Store, Work, rebuild},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let dir = args.next().ok_or("which folder?")?;
    let dir: &Path = dir.as_ref();
    let listings: u64 = args.next().map_or(Ok(20_000), |n| n.parse())?;
    let per_group: u64 = args.next().map_or(Ok(50), |n| n.parse())?;
    fs::create_dir(dir)?;

    let (store, _) = Store::open(dir)?;
    store.begin_run(true, Time::default())?;
    measured("commit", listings, || {
        for first in (0..listings).step_by(per_group as usize) {
            store.commit(group(first..(first + per_group).min(listings)))?;
        }
        Ok(())
    })?;
    println!(
        "disk: {} KiB journal, {} KiB index",
        size(&dir.join("journal"))? / 1024,
        size(&dir.join("index"))? / 1024
    );
    drop(store);

    let mut store = None;
    measured("open after a crash", 1, || {
        store = Some(Store::open(dir)?.0);
        Ok(())
    })?;
    let store = store.ok_or("no store")?;
    measured("read by id", listings, || {
        for n in 0..listings {
            store
                .listing(&id(n * 7919 % listings))?
                .ok_or("a listing is lost")?;
        }
        Ok(())
    })?;
    measured("read all", listings, || {
        let read = store
            .listings()
            .map(|listing| listing.map(|_| 1))
            .sum::<Result<u64, _>>()?;
        (read == listings)
            .then_some(())
            .ok_or_else(|| "listings are lost".into())
    })?;
    measured("next queued", 1_000, || {
        for _ in 0..1_000 {
            store.next_queued("shop.example:443", Time::default(), 8, &|_| false)?;
        }
        Ok(())
    })?;
    measured("a link known already", 150_000, || {
        for page in 0..20 {
            let links = (0..7_500).map(|n| Work::Enqueue(queued(page * 200 + n % listings)));
            store.commit(Group {
                entries: Vec::new(),
                work: links.collect(),
            })?;
        }
        Ok(())
    })?;
    measured("seen again", listings, || {
        for first in (0..listings).step_by(per_group as usize) {
            let range = first..(first + per_group).min(listings);
            let entries = range
                .map(|n| Entry::Seen {
                    id: id(n),
                    capture: capture(n),
                    campaigns: Vec::new(),
                })
                .collect();
            store.commit(Group {
                entries,
                work: Vec::new(),
            })?;
        }
        Ok(())
    })?;
    measured("close", 1, || Ok(store.close()?))?;
    measured("open after a close", 1, || {
        Ok(Store::open(dir)?.0.close()?)
    })?;
    measured("verify the chain", 2 * listings, || {
        listwarden::journal::verify(&dir.join("journal"))?;
        Ok(())
    })?;
    measured("rebuild", 2 * listings, || {
        rebuild(dir)?;
        Ok(())
    })?;
    println!(
        "disk: {} KiB journal, {} KiB index",
        size(&dir.join("journal"))? / 1024,
        size(&dir.join("index"))? / 1024
    );
    Ok(())
}

fn measured(
    what: &str,
    items: u64,
    work: impl FnOnce() -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (cpu, start) = (cpu_ms()?, Instant::now());
    work()?;
    let wall = start.elapsed().as_secs_f64() * 1e3;
    let cpu = cpu_ms()? - cpu;
    let each = |ms: f64| ms * 1e3 / items as f64;
    println!(
        "{what:20} {wall:9.1} ms wall, {cpu:8.0} ms CPU; of {items}: {:8.1} µs wall, {:7.1} µs CPU each",
        each(wall),
        each(cpu)
    );
    Ok(())
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

fn size(dir: &Path) -> Result<u64, Box<dyn Error>> {
    let mut sum = 0;
    for entry in fs::read_dir(dir)? {
        let meta = entry?.metadata()?;
        sum += if meta.is_file() { meta.len() } else { 0 };
    }
    Ok(sum)
}

fn id(n: u64) -> ListingId {
    ListingId::new("shop", &(100_000 + n).to_string())
}

fn capture(n: u64) -> Capture {
    Capture {
        warc: "listwarden-000001.warc.gz".to_owned(),
        offset: n * 15_000,
        sha256: digest(n),
        fetched_at: Time::default(),
    }
}

fn digest(n: u64) -> String {
    let byte = |i: u64| {
        ((n + 1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(i as u32 * 7)
            >> 3) as u8
    };
    (0..32).map(|i| format!("{:02x}", byte(i))).collect()
}

/// What a crawl commits for each page: the capture, the listing, the URL done and two new ones.
fn group(range: std::ops::Range<u64>) -> Group {
    let mut group = Group::default();
    for n in range {
        let url = format!("https://shop.example/item/{n}");
        let host = "shop.example:443".to_owned();
        let (status, capture) = (200, capture(n));
        group.entries.push(Entry::Captured {
            url: url.clone(),
            status,
            capture,
        });
        group
            .entries
            .push(Entry::Version(Box::new(listing(n, url.clone()))));
        group.work.push(Work::Done {
            url,
            host: host.clone(),
        });
        for link in [n + 1, n + 100_000] {
            group.work.push(Work::Enqueue(queued(link)));
        }
    }
    group
}

fn queued(n: u64) -> Queued {
    Queued {
        url: format!("https://shop.example/item/{n}"),
        host: "shop.example:443".to_owned(),
        platform: "shop".to_owned(),
        campaigns: vec!["toys".to_owned()],
        listing: true,
        ..Queued::default()
    }
}

fn listing(n: u64, url: String) -> Listing {
    let word = |i: u64| {
        [
            "kettle", "steel", "child", "safe", "red", "lamp", "battery", "wood",
        ][((n * 31 + i * i * 17) >> (i % 3)) as usize % 8]
    };
    let text: Vec<String> = (0..60)
        .map(|i| format!("{}{}", word(i), (n + i) % 13))
        .collect();
    Listing {
        id: id(n),
        platform: "shop".to_owned(),
        url,
        title: Some(text[..8].join(" ")),
        description: Some(text.join(" ")),
        price: Some(Money {
            amount: (n % 9000).into(),
            currency: Some("CNY".to_owned()),
        }),
        brand: Some(word(3).to_owned()),
        images: vec![format!("https://img.shop.example/{}.jpg", &digest(n)[..12])],
        attributes: (0..6)
            .map(|i| (format!("attribute {i}"), word(i).to_owned()))
            .collect(),
        paths: ["title", "price", "brand"]
            .map(|f| (f.to_owned(), format!("/0/{f}")))
            .into(),
        capture: Some(capture(n)),
        ..Listing::default()
    }
}
