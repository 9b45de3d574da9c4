//! What every format promises, and the golden files.

use std::{fs, path::Path};

use super::*;
use crate::model::{
    Capture, Decision, FlagStatus, ListingId, Money, Proof, ReferenceRow, Review, Severity, Span,
    UnitPrice,
};

/// Texts that strangers have tried on spreadsheets, terminals and parsers.
const HOSTILE: &[&str] = &[
    "=HYPERLINK(\"http://x\",\"y\")",
    "＝cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "a,b;c\t\"d\"",
    "one\ntwo\r\nthree",
    "\u{202e}fdp.exe\u{2028}",
    "高\u{200b}仿 'A货'",
    "nul \u{0} esc \u{1b}[31m",
];

fn listing(title: &str) -> Listing {
    Listing {
        id: ListingId::new("laojie", "77"),
        platform: "laojie".into(),
        url: "http://laojie.test/show.php?id=77".into(),
        title: Some(title.into()),
        price: Some(Money {
            amount: "1280.00".parse().unwrap(),
            currency: Some("CNY".into()),
        }),
        unit_price: Some(UnitPrice {
            amount: "12.50".parse().unwrap(),
            currency: Some("CNY".into()),
            quantity: "100".parse().unwrap(),
            unit: "g".into(),
        }),
        manufacturer_region: Some("330100".into()),
        brand: Some("阔凡璃".into()),
        category: vec!["服饰箱包".into(), "箱包".into()],
        capture: Some(Capture {
            warc: "0001.warc.gz".into(),
            offset: 512,
            sha256: "ab".repeat(32),
            fetched_at: "2026-03-01T08:00:00Z".parse().unwrap(),
        }),
        version: 2,
        ..Listing::default()
    }
}

fn flag(reason: &str) -> Flag {
    let listing = ListingId::new("laojie", "77");
    Flag {
        id: crate::model::FlagId::of("fake/wording", &listing),
        rule: "fake/wording".into(),
        rule_hash: "r".into(),
        reference_hash: "f".into(),
        facts_hash: "a".into(),
        listing,
        listing_version: 2,
        severity: Severity::High,
        score: 90,
        kind: "counterfeit".into(),
        reason: reason.into(),
        reason_zh: "标题含仿冒用语".into(),
        basis: vec!["商标法 第五十七条".into(), "产品质量法 第三十条".into()],
        proofs: vec![Proof {
            field: "title".into(),
            span: Some(Span { start: 4, end: 7 }),
            text: "高\u{200b}仿".into(),
            normalised: Some("高仿".into()),
            path: Some("h1".into()),
            note: Some("term list replica".into()),
            reference: Some(ReferenceRow {
                source: "terms".into(),
                id: "replica".into(),
                date: Some("2026-01-01".into()),
                hash: "h".into(),
            }),
        }],
        status: FlagStatus::Check,
        raised_at: "2026-03-01T08:00:01Z".parse().unwrap(),
        campaigns: vec!["bags".into()],
        verdicts: vec![Review {
            verdict: Decision::Check,
            note: Some("-1 of 3 seen".into()),
            by: "inspector".into(),
            assign: None,
            unit: None,
            due: None,
            at: "2026-03-02T09:00:00Z".parse().unwrap(),
        }],
    }
}

fn row(text: &str) -> Row {
    Row::Flag(Box::new(flag(text)), Some(Box::new(listing(text))))
}

fn written(what: &str, format: &str, columns: &[&str], rows: Vec<Row>) -> String {
    let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let mut out = Vec::new();
    write(what, format, &columns, &mut rows.into_iter(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The cells of the columns `reason` and `title`, read back by a reader that is not ours.
fn read_back(format: &str, text: &str) -> Vec<[String; 2]> {
    match format {
        "csv" => {
            let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            reader
                .deserialize()
                .map(|cells: Result<(String, String), _>| cells.unwrap().into())
                .collect()
        }
        "jsonl" => {
            let lines = text
                .lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            lines
                .map(|cells| {
                    ["reason", "title"].map(|name| cells[name].as_str().unwrap().to_owned())
                })
                .collect()
        }
        other => panic!("say here how {other} is read back"),
    }
}

/// What the head of csv.rs says is done to text: undone.
fn undone(format: &str, cell: &str) -> String {
    if format != "csv" {
        return cell.to_owned();
    }
    let mut out = cell.strip_prefix('\'').unwrap_or(cell).to_owned();
    for c in ['\u{202e}', '\u{2028}', '\u{200b}', '\u{0}', '\u{1b}', '\r'] {
        out = out.replace(&c.escape_unicode().to_string(), &c.to_string());
    }
    out
}

#[test]
fn every_format_gives_hostile_text_back_and_shows_nothing_hidden() {
    for format in FORMATS.iter().map(|format| format.name()) {
        let rows = HOSTILE.iter().map(|text| row(text)).collect();
        let text = written("flags", format, &["reason", "title"], rows);
        let hidden = |c: char| hidden::is_hidden(c) && !"\n\r\t\u{feff}".contains(c);
        assert!(!text.contains(hidden), "{format}");
        let cells = read_back(format, &text);
        let cells: Vec<_> = cells
            .iter()
            .map(|row| row.clone().map(|cell| undone(format, &cell)))
            .collect();
        assert_eq!(
            cells,
            HOSTILE
                .iter()
                .map(|text| [text, text].map(|t| t.to_string()))
                .collect::<Vec<_>>(),
            "{format}"
        );
    }
}

#[test]
fn every_format_counts_its_rows_and_takes_a_flag_without_its_listing() {
    for format in FORMATS.iter().map(|format| format.name()) {
        let rows = vec![Row::Flag(Box::new(flag("x")), None), row("y")];
        let count = write("flags", format, &[], &mut rows.into_iter(), &mut Vec::new());
        assert_eq!(count.unwrap(), 2, "{format}");
    }
}

#[test]
fn what_is_not_known_is_named_with_what_is() {
    let error = |what: &str, format: &str, column: &str| {
        let columns = [column.to_owned()];
        write(
            what,
            format,
            &columns,
            &mut std::iter::empty(),
            &mut Vec::new(),
        )
        .unwrap_err()
        .to_string()
    };
    assert_eq!(
        error("flags", "doc", "id"),
        "there is no format 'doc'; use one of csv, jsonl"
    );
    assert_eq!(
        error("shops", "csv", "id"),
        "there is no table 'shops'; use one of flags, listings"
    );
    assert!(
        error("flags", "csv", "titel")
            .starts_with("there is no column 'titel'; use some of id, rule,")
    );
}

#[test]
fn json_lines_are_the_documents_themselves() {
    let text = written("flags", "jsonl", &[], vec![row("\u{202e}x")]);
    assert_eq!(
        serde_json::from_str::<Flag>(&text).unwrap(),
        flag("\u{202e}x")
    );
    let text = written(
        "listings",
        "jsonl",
        &[],
        vec![Row::Listing(Box::new(listing("x")))],
    );
    assert_eq!(
        serde_json::from_str::<Listing>(&text).unwrap(),
        listing("x")
    );
}

/// Set `LISTWARDEN_BLESS` to write the golden files anew, then read the difference.
#[test]
fn golden_files_hold() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/export");
    for format in FORMATS.iter().map(|format| format.name()) {
        let flags = vec![row("replica wording in the title"), row("=1+1")];
        let listings = vec![Row::Listing(Box::new(listing("阔凡璃 \"托芙\" 单肩包")))];
        for (what, rows) in [("flags", flags), ("listings", listings)] {
            let text = written(what, format, &[], rows);
            let path = golden.join(format!("{what}.{format}"));
            if std::env::var_os("LISTWARDEN_BLESS").is_some() {
                fs::create_dir_all(&golden).unwrap();
                fs::write(&path, &text).unwrap();
            }
            assert_eq!(
                text,
                fs::read_to_string(&path).unwrap(),
                "{}",
                path.display()
            );
        }
    }
}
