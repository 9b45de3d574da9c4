//! Records come back as they were, and their form on disk does not change unnoticed.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::*;
use crate::model::{
    Availability, Block, Capture, Class, Code, Decision, Flag, FlagStatus, Listing, ListingStatus,
    Money, Proof, ReferenceRow, Review, Seller, Severity, Span, UnitPrice,
};
use crate::{
    journal::Place,
    store::{ListPage, Queued, Visit},
};

fn at(nanosecond: i128) -> Time {
    Time::from_nanosecond(nanosecond).unwrap()
}

fn capture() -> Capture {
    Capture {
        warc: "listwarden-000001.warc.gz".into(),
        offset: 70_000,
        sha256: "ab".repeat(32),
        fetched_at: at(1_700_000_000_123_456_789),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn listing() -> Listing {
    Listing {
        id: ListingId::new("shop", "42"),
        platform: "shop".into(),
        url: "https://shop.example/42".into(),
        title: some("电热水壶 1.7 L"),
        description: some("Boils water"),
        price: Some(Money {
            amount: "29.90".parse().unwrap(),
            currency: some("CNY"),
        }),
        list_price: Some(Money {
            amount: "30".parse().unwrap(),
            currency: None,
        }),
        unit_price: Some(UnitPrice {
            amount: "1.760".parse().unwrap(),
            currency: some("CNY"),
            quantity: "100".parse().unwrap(),
            unit: "ml".into(),
        }),
        brand: some("Brand"),
        manufacturer: some("Maker"),
        manufacturer_address: some("Road 1"),
        manufacturer_region: some("330100"),
        importer: some("Importer"),
        importer_region: some("DE"),
        model: some("K-1"),
        mpn: some("M1"),
        sku: some("S1"),
        gtin: some("04012345123456"),
        codes: vec![Code {
            scheme: "ccc".into(),
            raw: "20200 1".into(),
            value: some("202001"),
            valid: false,
            path: "/a/0".into(),
        }],
        category: vec!["Home".into(), "Kettles".into()],
        class: Some(Class {
            id: "appliance/kettle".into(),
            score: 0.75,
        }),
        condition: some("NewCondition"),
        availability: Some(Availability::PreOrder),
        seller: Seller {
            id: some("7"),
            name: some("Seven"),
            url: some("https://shop.example/s/7"),
            location: some("Here"),
            region: some("310000"),
            licence: some("L"),
            rating: Some(4.5),
        },
        campaigns: vec!["toys".into()],
        images: vec!["https://shop.example/i.jpg".into()],
        attributes: [("Power".to_owned(), "1500 W".to_owned())].into(),
        standards: vec!["GB 4706.1".into()],
        rating: Some(4.0),
        review_count: Some(300),
        sales: Some(9),
        region: some("CN"),
        language: some("zh"),
        observed: Block::ALL.to_vec(),
        paths: [("title".to_owned(), "h1".to_owned())].into(),
        first_seen: Some(at(-1)),
        last_seen: Some(at(1)),
        status: ListingStatus::Removed,
        version: 3,
        capture: Some(capture()),
    }
}

fn flag() -> Flag {
    let id = ListingId::new("shop", "42");
    Flag {
        id: FlagId::of("children/missing-ccc", &id),
        rule: "children/missing-ccc".into(),
        rule_hash: "r".into(),
        reference_hash: "e".into(),
        facts_hash: "f".into(),
        listing: id,
        listing_version: 3,
        severity: Severity::Critical,
        score: 100,
        kind: "certification".into(),
        reason: "No certificate".into(),
        reason_zh: "无证书".into(),
        basis: vec!["Article 1".into()],
        proofs: vec![Proof {
            field: "title".into(),
            span: Some(Span { start: 2, end: 300 }),
            text: "text".into(),
            normalised: some("n"),
            path: some("/p"),
            note: some("why"),
            reference: Some(ReferenceRow {
                source: "cpsc".into(),
                id: "1".into(),
                date: some("2024-01-01"),
                hash: "h".into(),
            }),
        }],
        status: FlagStatus::Check,
        raised_at: at(5),
        campaigns: vec!["toys".into()],
        verdicts: Vec::new(),
    }
}

/// One entry of every kind, every field filled.
fn entries() -> Vec<Entry> {
    let id = ListingId::new("shop", "42");
    let review = Review {
        verdict: Decision::Takedown,
        note: some("n"),
        by: "someone".into(),
        assign: some("a"),
        unit: some("u"),
        due: some("2024-02-01"),
        at: at(6),
    };
    vec![
        Entry::Captured {
            url: "https://shop.example/42".into(),
            status: 404,
            capture: capture(),
        },
        Entry::Version(Box::new(listing())),
        Entry::Seen {
            id: id.clone(),
            capture: capture(),
            campaigns: vec!["toys".into()],
        },
        Entry::Status {
            id,
            status: ListingStatus::Gone,
            at: at(7),
        },
        Entry::Flagged(Box::new(flag())),
        Entry::Reviewed {
            flag: flag().id,
            review,
        },
        Entry::InForce {
            what: "rules".into(),
            hash: "h".into(),
            at: at(8),
        },
        Entry::File {
            action: "export".into(),
            path: "flags.csv".into(),
            sha256: "cd".into(),
            rows: 12,
            at: at(9),
        },
        Entry::Reread {
            listing: Box::new(listing()),
            at: at(10),
        },
    ]
}

/// The listing as form 1 knew it.
fn first_form(entry: Entry) -> Entry {
    let without = |listing: &Listing| {
        let mut listing = listing.clone();
        listing.unit_price = None;
        listing.manufacturer_region = None;
        listing.importer_region = None;
        listing.seller.region = None;
        Box::new(listing)
    };
    match entry {
        Entry::Version(listing) => Entry::Version(without(&listing)),
        Entry::Reread { listing, at } => Entry::Reread {
            listing: without(&listing),
            at,
        },
        other => other,
    }
}

fn line((kind, payload): (u8, Vec<u8>)) -> String {
    let hex: String = payload.iter().map(|b| format!("{b:02x}")).collect();
    format!("{kind} {hex}")
}

fn bytes(line: &str) -> (u8, Vec<u8>) {
    let (kind, hex) = line.split_once(' ').unwrap();
    let byte = |i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap();
    (
        kind.parse().unwrap(),
        (0..hex.len()).step_by(2).map(byte).collect(),
    )
}

/// Where this fails, people's journals would no longer be read, or older versions could not read new ones:
/// give the changed record a new form beside the old one, and a golden file of its own.
#[test]
fn the_form_on_disk_is_the_golden_one() {
    let first: Vec<&str> = include_str!("form-1.golden").lines().collect();
    let second: Vec<&str> = include_str!("form-2.golden").lines().collect();
    let now: Vec<_> = entries().iter().map(|e| line(encode(e).unwrap())).collect();
    let listed = |line: &&String| ["2 02", "9 02"].iter().any(|head| line.starts_with(head));
    let (listings, others): (Vec<_>, Vec<_>) = now.iter().partition(listed);
    assert_eq!(listings, second, "\n{}\n", now.join("\n"));
    assert!(
        others.iter().all(|line| first.contains(&line.as_str())),
        "\n{}\n",
        now.join("\n")
    );
    let read = |lines: &[&str]| -> Vec<Entry> {
        let back = lines.iter().map(|line| bytes(line));
        back.map(|(kind, payload)| decode(kind, &payload).unwrap())
            .collect()
    };
    let old: Vec<Entry> = entries().into_iter().map(first_form).collect();
    assert_eq!(read(&first), old, "what form 1 has is still read");
    let listings = |entry: &Entry| matches!(entry, Entry::Version(_) | Entry::Reread { .. });
    let new: Vec<Entry> = entries().into_iter().filter(listings).collect();
    assert_eq!(read(&second), new);
}

/// Where this fails, an index on people's disks would not be understood and the queue of an interrupted crawl be lost.
/// Where that is wanted, `LISTWARDEN_BLESS` writes the golden file anew.
#[test]
fn the_rows_of_the_index_have_the_golden_form() {
    let place = |offset| Place { segment: 1, offset };
    let mut listing = ListingRow::new(3, place(50), Some(at(-1)), ListingStatus::Gone);
    listing.seen = Some(place(300));
    let flag = FlagRow::new(place(400), 2, FlagStatus::Dismissed);
    let (next, head) = (place(500), [7; 32]);
    let spot = Spot {
        listing: true,
        depth: 2,
        due: -1,
        nth: 300,
    };
    let seen: SeenRow = [([8; 14], Seen::At(spot)), ([9; 14], Seen::Done(4))].into();
    let queued = Queued {
        url: "https://shop.example/42".into(),
        host: "shop.example:443".into(),
        platform: "shop".into(),
        campaigns: vec!["toys".into()],
        depth: 2,
        listing: true,
        attempt: 1,
        due: at(-1_000),
        list: u64::MAX,
    };
    let visit = Visit {
        etag: some("\"1\""),
        last_modified: some("Tue, 03 Feb 2026 04:05:06 GMT"),
        whole: Some(capture()),
        answered: some("https://www.shop.example/42"),
        print: 5,
        interval: 86_400,
        due: at(-1_000),
        visits: 3,
        status: 304,
        list: Some(ListPage {
            url: "https://shop.example/".into(),
            platform: "shop".into(),
            campaigns: vec!["toys".into()],
            depth: 2,
        }),
    };
    let mut host = HostRow::default().in_run(5);
    (host.waiting, host.done) = (300, 6);
    host.errors = [("http".into(), 7), ("wall".into(), 8)].into();
    let spent = SpentRow {
        run: 9,
        platforms: [("shop".into(), 200)].into(),
        campaigns: [("toys".into(), 10), ("tools".into(), 11)].into(),
    };
    let (number, over, started) = (4, true, at(10).into());
    let now = [
        pack(&listing),
        pack(&flag),
        pack(&Applied { next, head }),
        pack(&RunRow {
            number,
            over,
            started,
        }),
        pack(&Counts {
            waiting: 1,
            done: 2,
            placed: 3,
        }),
        pack(&seen),
        pack(&QueuedForm::of(&queued)),
        pack(&VisitForm::from(visit.clone())),
        pack(&host),
        pack(&spent),
        pack(&OutlineRow::of(&self::listing())),
    ];
    let now: Vec<_> = now.into_iter().map(|row| line((0, row.unwrap()))).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/record/rows-1.golden");
    if std::env::var_os("LISTWARDEN_BLESS").is_some() {
        fs::write(&path, now.join("\n") + "\n").unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    let golden: Vec<&str> = golden.lines().collect();
    assert_eq!(now, golden, "\n{}\n", now.join("\n"));
    assert_eq!(unpack::<SeenRow>(&bytes(golden[5]).1).unwrap(), seen);
    let back: QueuedForm = unpack(&bytes(golden[6]).1).unwrap();
    assert_eq!(back.queued(&queued.host, spot).unwrap(), queued);
    let back: VisitForm = unpack(&bytes(golden[7]).1).unwrap();
    assert_eq!(Visit::try_from(back).unwrap(), visit);
    assert_eq!(unpack::<HostRow>(&bytes(golden[8]).1).unwrap(), host);
    assert_eq!(unpack::<SpentRow>(&bytes(golden[9]).1).unwrap(), spent);
}

#[test]
fn a_newer_form_or_kind_is_said_to_be_newer() {
    let (kind, mut payload) = encode(&entries()[0]).unwrap();
    let unknown = decode(99, &payload).unwrap_err().of("x").to_string();
    assert_eq!(
        unknown,
        "x has form 99, and this listwarden knows forms up to 9; use a newer one"
    );
    payload[0] = 2;
    let newer = decode(kind, &payload).unwrap_err().of("x").to_string();
    assert_eq!(
        newer,
        "x has form 2, and this listwarden knows forms up to 1; use a newer one"
    );
    assert!(matches!(decode(kind, &[]), Err(Fault::Broken(_))));
}

proptest! {
    #[test]
    fn a_listing_comes_back_as_it_was(
        title in prop::option::of(".*"), amount in any::<i64>(), scale in 0u32..20, currency in prop::option::of("[A-Z]{3}"),
        attributes in prop::collection::btree_map(".{0,9}", ".{0,30}", 0..8), rating in prop::option::of(0.0..5.0f64),
        observed in prop::sample::subsequence(Block::ALL.to_vec(), 0..=12),
        seen in -377_705_023_201_000_000_000i128..253_402_207_200_000_000_000, version: u64, offset: u64,
    ) {
        let listing = Listing {
            id: ListingId::new("p", title.as_deref().unwrap_or_default()),
            title,
            price: Some(Money { amount: rust_decimal::Decimal::new(amount, scale), currency }),
            attributes,
            rating,
            observed,
            first_seen: Some(at(seen)),
            version,
            capture: Some(Capture { offset, ..capture() }),
            ..Listing::default()
        };
        let entry = Entry::Version(Box::new(listing));
        let (kind, payload) = encode(&entry).unwrap();
        prop_assert_eq!(decode(kind, &payload).unwrap(), entry);
    }

    #[test]
    fn any_bytes_are_read_or_refused(kind in 0u8..12, payload: Vec<u8>, form in 0u8..3) {
        let _ = decode(kind, &payload);
        let _ = decode(kind, &[&[form], &payload[..]].concat());
    }
}
