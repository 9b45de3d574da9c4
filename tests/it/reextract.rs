//! Archived pages read again by another profile, as its user orders it.

use std::{
    fs,
    fs::OpenOptions,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;

use crate::{
    command::{lines, listwarden, run, said},
    shop::{Answer, open, watching},
};

const PROFILE: &str = "region = \"CN\"\nlisting = [\"*/item/{id}\"]";
/// Words of an imitation, where only a recipe finds them.
const SELECT: &str = "\n[platform.select]\ntitle = \".x9\"\n";

fn kettle(item: u32) -> String {
    format!(
        r#"<title>Kettle</title><h1>Electric kettle 电热水壶</h1><p class="x9">Electric kettle 电热水壶 高仿</p>
        <script type="application/ld+json">{{"@type":"Product","name":"Electric kettle 电热水壶","sku":"{item}","brand":"Sanchen",
        "offers":{{"price":"20.00","priceCurrency":"CNY"}}}}</script>"#
    )
}

/// A workspace into which so many listings were crawled.
fn crawled(listings: u32) -> (tempfile::TempDir, PathBuf) {
    let home = (1..=listings).map(|n| format!("<a href='/item/{n}'>{n}</a> "));
    let home: String = home.collect();
    let shop = open(move |path, _| match path.strip_prefix("/item/") {
        Some(item) => Answer::page(kettle(item.parse().unwrap_or(0))),
        None if path == "/" => Answer::page(home.clone()),
        None => Answer::page(""),
    });
    let (dir, workspace) = watching(shop, PROFILE);
    let crawled = &lines(&run(&workspace, &["crawl", "--json", "-q"]))[0];
    assert_eq!(crawled["new"], listings, "{crawled}");
    (dir, workspace)
}

fn learn(workspace: &Path) {
    let config = workspace.join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text + SELECT).unwrap();
}

fn again(workspace: &Path, more: &[&str]) -> Value {
    let args = [&["reextract", "--json", "-q"][..], more].concat();
    lines(&run(workspace, &args)).remove(0)
}

fn listings(workspace: &Path) -> Vec<Value> {
    lines(&run(workspace, &["listings", "--json"]))
}

#[test]
fn a_changed_profile_reads_the_archive_again_and_flags_follow() {
    let (_dir, workspace) = crawled(3);
    let imitations = || {
        let flags = lines(&run(&workspace, &["flags", "--json"]));
        let of_title = |flag: &&Value| {
            let proofs = flag["proofs"].as_array().unwrap();
            proofs.iter().any(|proof| proof["text"] == "高仿")
        };
        flags.iter().filter(of_title).count()
    };
    assert_eq!(imitations(), 0);
    let before = listings(&workspace);
    learn(&workspace);
    let tried = again(&workspace, &["--dry-run"]);
    assert_eq!(
        (&tried["changed"], &tried["scan"]),
        (&Value::from(3), &Value::Null)
    );
    assert_eq!(listings(&workspace), before, "to try it writes nothing");
    let done = again(&workspace, &["--platform", "shop"]);
    let title = &done["fields"]["title"];
    assert_eq!(
        [&done["changed"], &title["changed"], &done["scan"]["judged"]],
        [3, 3, 3].map(Value::from).each_ref(),
        "{done}"
    );
    let example = &title["examples"][0];
    assert_eq!(
        [&example["old"], &example["new"]],
        ["Electric kettle 电热水壶", "Electric kettle 电热水壶 高仿"]
    );
    assert_eq!(imitations(), 3, "flags follow");
    for (old, new) in before.iter().zip(listings(&workspace)) {
        assert_eq!(new["version"], 2);
        for kept in [
            "id",
            "capture",
            "first_seen",
            "last_seen",
            "status",
            "campaigns",
        ] {
            assert_eq!(new[kept], old[kept], "{kept}");
        }
    }
    let history = lines(&run(
        &workspace,
        &["listings", "history", "shop:1", "--json"],
    ));
    assert!(history[1]["reread"].is_string(), "{history:?}");
    let second = again(&workspace, &[]);
    assert_eq!(
        [
            &second["unchanged"],
            &second["changed"],
            &second["scan"]["judged"]
        ],
        [3, 0, 0].map(Value::from).each_ref(),
        "{second}"
    );
    let visited = &lines(&run(&workspace, &["crawl", "--json", "-q"]))[0];
    assert_eq!(
        [&visited["listings"], &visited["changed"]],
        [3, 0].map(Value::from).each_ref(),
        "the next visit finds what was read: {visited}"
    );
    let third = again(&workspace, &[]);
    assert_eq!(third["unchanged"], 3, "also through revisits: {third}");
    assert_eq!(run(&workspace, &["verify"]).status.code(), Some(0));
    let kept = listings(&workspace);
    run(&workspace, &["rebuild", "-q"]);
    assert_eq!(listings(&workspace), kept, "the journal has it all");
    let (code, words) = said(&run(&workspace, &["reextract", "--platform", "shopp"]));
    assert_eq!(code, 2);
    assert!(
        words.contains("there is no platform 'shopp' in config.toml; it has: shop"),
        "{words}"
    );
}

#[test]
fn a_damaged_record_is_named_and_the_others_are_read() {
    let (_dir, workspace) = crawled(4);
    let capture = &listings(&workspace)[1]["capture"];
    let (warc, offset) = (
        capture["warc"].as_str().unwrap(),
        capture["offset"].as_u64().unwrap(),
    );
    let path = workspace.join("data/archive").join(warc);
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(offset + 60)).unwrap();
    file.write_all(b"damage").unwrap();
    learn(&workspace);
    let done = run(&workspace, &["reextract", "--no-scan"]);
    let (code, words) = said(&done);
    assert_eq!(code, 0, "{words}");
    let place = format!("{warc}: the record at byte {offset}");
    assert!(
        words.contains("3 changed") && words.contains(&place),
        "{words}"
    );
    assert!(words.contains("listwarden scan"), "not judged yet: {words}");
    assert!(
        words.contains("shop:") && words.contains("title"),
        "{words}"
    );
}

/// Bytes of the journal.
fn written(workspace: &Path) -> u64 {
    let files = fs::read_dir(workspace.join("data/journal")).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}

#[test]
fn killed_in_the_middle_it_goes_on_and_ends_the_same() {
    const LISTINGS: u32 = 300;
    let (_dir, workspace) = crawled(LISTINGS);
    learn(&workspace);
    let before = written(&workspace);
    let mut killed = listwarden(&workspace)
        .args(["reextract", "-q", "--no-scan"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while written(&workspace) == before && killed.try_wait().unwrap().is_none() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let rest = again(&workspace, &[]);
    let (done, left) = (
        rest["unchanged"].as_u64().unwrap(),
        rest["changed"].as_u64().unwrap(),
    );
    assert_eq!(done + left, u64::from(LISTINGS), "{rest}");
    for listing in listings(&workspace) {
        assert_eq!(listing["version"], 2, "doubled or left out: {listing}");
        assert_eq!(listing["title"], "Electric kettle 电热水壶 高仿");
    }
    assert_eq!(run(&workspace, &["verify"]).status.code(), Some(0));
}

#[test]
fn while_a_crawl_runs_it_says_who_has_the_store() {
    let shop = open(|_, _| {
        // Keeps the crawl waiting for as long as the test takes.
        std::thread::park_timeout(Duration::from_secs(20));
        Answer::page("")
    });
    let (_dir, workspace) = watching(shop, PROFILE);
    let mut crawl = listwarden(&workspace)
        .args(["crawl", "-q"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let socket = workspace.join("data/owner.sock");
    while !socket.exists() && crawl.try_wait().unwrap().is_none() {
        std::thread::park_timeout(Duration::from_millis(2));
    }
    let (code, words) = said(&run(&workspace, &["reextract"]));
    crawl.kill().unwrap();
    crawl.wait().unwrap();
    assert_eq!(code, 2);
    assert!(words.contains("held by another listwarden"), "{words}");
}

#[test]
fn status_tells_how_each_field_is_read() {
    let (_dir, workspace) = crawled(21);
    learn(&workspace);
    again(&workspace, &["--no-scan"]);
    let status = lines(&run(&workspace, &["status", "--json"])).remove(0);
    let rates = status["rates"].as_array().unwrap();
    let brand = rates.iter().find(|rate| rate["what"] == "brand").unwrap();
    assert_eq!(
        [
            &brand["platform"],
            &brand["of"],
            &brand["there"],
            &brand["usual"]
        ],
        [
            &Value::from("shop"),
            &Value::from(21),
            &Value::from(21),
            &Value::from(1.0)
        ]
    );
    assert_eq!(
        brand["trend"],
        serde_json::json!([1.0, 1.0]),
        "the crawl, and the reading again"
    );
    let (_, words) = said(&run(&workspace, &["status"]));
    assert!(
        words.contains("read      shop  listings from 100 % of 21 listing pages"),
        "{words}"
    );
    let (code, table) = said(&run(&workspace, &["status", "--rates"]));
    assert_eq!(code, 0);
    assert!(table.contains("brand") && table.contains("██"), "{table}");
}
