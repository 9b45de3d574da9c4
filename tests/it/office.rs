//! Rules in office: tried on history, measured by verdicts, held back by exceptions.

use std::{fs, path::Path};

use listwarden::{
    model::{Capture, Decision, FlagStatus, Listing, ListingId, Money, Review},
    store::{Entry, Group, Store},
};
use serde_json::Value;

use crate::command::{lines, run, said, workspace};

/// A rule that flags what `when` says.
fn rule(when: &str, score: u8) -> String {
    format!(
        r#"//! A rule of the office. 办公室规则。
const RULE = #{{ title: "t", title_zh: "题", kind: "counterfeit", severity: "high", when: #{{ has: ["title", "price"] }}, basis: ["b"], floor: 0.6 }};
fn check(item) {{
    if !({when}) {{ return pass(); }}
    flag("found", "发现").score({score})
}}
const TESTS = [ #{{ pass: "dear", item: #{{ title: "kettle", price: 99.0 }} }} ];
"#
    )
}

/// A workspace with two rules alone: `office/cheap` and `office/odd`.
fn office() -> (tempfile::TempDir, std::path::PathBuf) {
    let (dir, path) = workspace();
    for entry in fs::read_dir(path.join("rules")).unwrap().flatten() {
        if entry.path().is_dir() && entry.file_name() != "reference" {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let folder = path.join("rules/office");
    fs::create_dir(&folder).unwrap();
    let pack = "title = \"Office\"\ntitle_zh = \"办公室\"\nkeeper = \"Li\"\nversion = \"1.0.0\"\n";
    fs::write(folder.join("pack.toml"), pack).unwrap();
    fs::write(folder.join("cheap.rhai"), rule("item.price < 5.0", 70)).unwrap();
    fs::write(folder.join("odd.rhai"), rule("item.title == \"odd\"", 10)).unwrap();
    (dir, path)
}

/// So many cheap offers and one that is odd.
fn stocked(path: &Path, cheap: usize) {
    let (store, _) = Store::open(&path.join("data")).unwrap();
    let offers = (0..cheap).map(|item| offer(item, "kettle", 1));
    let entries = offers.chain([offer(900, "odd", 50)]);
    let entries = entries.map(|offer| Entry::Version(Box::new(offer)));
    commit(&store, entries.collect());
    store.close().unwrap();
}

fn offer(item: usize, title: &str, price: i64) -> Listing {
    let at = "2026-11-20T08:00:00Z".parse().unwrap();
    Listing {
        id: ListingId::new("shop", &format!("{item:03}")),
        platform: "shop".to_owned(),
        url: format!("https://shop.example/{item}"),
        title: Some(title.to_owned()),
        price: Some(Money {
            amount: price.into(),
            currency: Some("CNY".to_owned()),
        }),
        first_seen: Some(at),
        last_seen: Some(at),
        capture: Some(Capture {
            warc: "a".to_owned(),
            offset: 0,
            sha256: String::new(),
            fetched_at: at,
        }),
        ..Listing::default()
    }
}

fn commit(store: &Store, entries: Vec<Entry>) {
    let work = Vec::new();
    store.commit(Group { entries, work }).unwrap();
}

/// People dismiss the first flags of a rule.
fn dismissed(path: &Path, rule: &str, count: usize) {
    let (store, _) = Store::open(&path.join("data")).unwrap();
    let flags = store.flags().map(Result::unwrap);
    let flags = flags.filter(|flag| flag.rule == rule && flag.status == FlagStatus::Open);
    let reviews = flags.take(count).map(|flag| Entry::Reviewed {
        flag: flag.id,
        review: Review {
            verdict: Decision::Dismissed,
            note: Some("genuine".to_owned()),
            by: "li".to_owned(),
            assign: None,
            unit: None,
            due: None,
            at: "2026-11-21T08:00:00Z".parse().unwrap(),
        },
    });
    let reviews = reviews.collect();
    commit(&store, reviews);
    store.close().unwrap();
}

fn rules_first(path: &Path) -> Vec<String> {
    let flags = lines(&run(path, &["flags", "--json"]));
    let rules = flags
        .iter()
        .map(|flag| flag["rule"].as_str().unwrap().to_owned());
    rules.collect()
}

#[test]
fn a_rule_that_people_found_wrong_stands_lower_and_is_named() {
    let (_dir, path) = office();
    stocked(&path, 24);
    assert!(run(&path, &["scan"]).status.success());
    assert_eq!(rules_first(&path)[0], "office/cheap", "the higher score");
    dismissed(&path, "office/cheap", 22);
    assert_eq!(
        rules_first(&path),
        ["office/odd", "office/cheap", "office/cheap"]
    );
    let flags = lines(&run(&path, &["flags", "--json"]));
    assert_eq!(
        (flags[0]["doubt"].is_null(), &flags[1]["doubt"]["wrong"]),
        (true, &Value::from(22))
    );
    let table = said(&run(&path, &["flags"])).1;
    assert!(
        table.contains("high ↓") && table.contains("lower in the queue"),
        "{table}"
    );
    let list = lines(&run(&path, &["rules", "list", "--json"]));
    assert_eq!(list[0]["verdicts"]["precision"], 0.0);
    assert_eq!(list[0]["verdicts"]["wrong"], 22);
    assert!(
        list[0]["doubt"]["floor"] == 0.6 && list[1]["doubt"].is_null(),
        "{list:?}"
    );
    let told = "office/cheap: people found 0 % of 22 flags right";
    for command in [
        vec!["status"],
        vec!["rules", "check"],
        vec!["rules", "list"],
    ] {
        let (_, words) = said(&run(&path, &command));
        assert!(words.contains(told), "{command:?}: {words}");
    }
    // Another version begins anew, and what people said of the old one is shown apart.
    fs::write(
        path.join("rules/office/cheap.rhai"),
        rule("item.price < 0.5", 70),
    )
    .unwrap();
    let list = lines(&run(&path, &["rules", "list", "--json"]));
    assert_eq!(
        (
            &list[0]["verdicts"]["wrong"],
            &list[0]["older_verdicts"]["wrong"]
        ),
        (&Value::from(0), &Value::from(22))
    );
    assert!(list[0]["doubt"].is_null());
    // One that raises the same flags takes over what people said of them. Without a floor of its own it has that of the house.
    let plain = rule("item.price < 5.0", 70).replace(", floor: 0.6", "");
    fs::write(path.join("rules/office/cheap.rhai"), plain).unwrap();
    assert!(run(&path, &["scan"]).status.success());
    let doubt = || lines(&run(&path, &["rules", "list", "--json"]))[0]["doubt"].clone();
    assert_eq!(
        (&doubt()["wrong"], &doubt()["floor"]),
        (&Value::from(22), &Value::from(0.5))
    );
    let config = fs::read_to_string(path.join("config.toml")).unwrap();
    fs::write(
        path.join("config.toml"),
        config.replace("floor = 0.5", "floor = 0"),
    )
    .unwrap();
    assert!(doubt().is_null());
}

#[test]
fn a_candidate_is_tried_beside_what_stands_and_a_broken_one_stops_no_other() {
    let (_dir, path) = office();
    stocked(&path, 6);
    assert!(run(&path, &["scan"]).status.success());
    let drafts = path.join("drafts/office");
    fs::create_dir_all(&drafts).unwrap();
    fs::write(drafts.join("cheap.rhai"), rule("item.price < 0.5", 70)).unwrap();
    fs::write(drafts.join("new.rhai"), rule("item.price > 9.0", 70)).unwrap();
    fs::write(drafts.join("broken.rhai"), "fn check(").unwrap();
    let target = path.join("drafts").display().to_string();
    let tried = run(&path, &["--json", "rules", "backtest", &target]);
    assert_eq!(tried.status.code(), Some(1), "one is broken");
    let done: Value = serde_json::from_slice(&tried.stdout).unwrap();
    assert_eq!(
        (
            &done["rules"]["office/cheap"]["lost"],
            &done["rules"]["office/new"]["gained"]
        ),
        (&Value::from(6), &Value::from(1))
    );
    assert_eq!(done["faults"][0]["rule"], "office/broken");
    // A file alone takes the place of the rule of its name in the folder of its name, or of the one that is named.
    let file = drafts.join("cheap.rhai").display().to_string();
    let done = lines(&run(&path, &["--json", "rules", "backtest", &file]));
    assert_eq!(done[0]["all"]["lost"], 6);
    let done = lines(&run(
        &path,
        &["--json", "rules", "backtest", &file, "--as", "office/odd"],
    ));
    assert_eq!(done[0]["rules"]["office/odd"]["lost"], 1);
    let own = path.join("rules/office").display().to_string();
    let done = lines(&run(
        &path,
        &["--json", "rules", "backtest", &own, "--sample", "3"],
    ));
    assert_eq!(
        (&done[0]["judged"], &done[0]["all"]["gained"]),
        (&Value::from(3), &Value::from(0))
    );
    let (code, words) = said(&run(&path, &["rules", "backtest", "office/chaep"]));
    assert!(
        code == 2 && words.contains("did you mean 'office/cheap'?"),
        "{words}"
    );
    let (_, words) = said(&run(&path, &["rules", "backtest", &target]));
    for part in [
        "7 of 7 listings stored were looked at",
        "error[R001]",
        "lost    shop:000  kettle: found",
        "work: 1 flag to look at once, 6 fewer",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    assert_eq!(rules_first(&path).len(), 7, "nothing was written");
}

#[test]
fn an_exception_holds_flags_back_counts_them_and_is_named_when_it_ends_or_meets_nothing() {
    let (_dir, path) = office();
    stocked(&path, 6);
    let entry = |rule: &str, title: &str, until: &str| {
        format!(
            "[[exception]]\nrule = \"{rule}\"\ntitle = \"{title}\"\nwho = \"Li\"\nwhy = \"seen\"\nuntil = {until}\n"
        )
    };
    let file = path.join("rules/exceptions.toml");
    let write = |entries: &[String]| fs::write(&file, entries.concat()).unwrap();
    let scan = || lines(&run(&path, &["scan", "--json"])).remove(0);
    assert_eq!(scan()["flags"], 7);
    write(&[
        entry("office/*", "kettle", "2026-11-20"),
        entry("office/odd", "nothing", "2030-01-01"),
    ]);
    let summary = scan();
    assert_eq!(
        (&summary["suppressed"], &summary["resolved"]),
        (&Value::from(6), &Value::from(6))
    );
    let (_, words) = said(&run(&path, &["rules", "check"]));
    assert!(
        words.contains("this has expired: it held until 2026-11-20"),
        "{words}"
    );
    assert!(
        words.contains("this suppressed nothing when everything was judged last"),
        "{words}"
    );
    let done = lines(&run(&path, &["--json", "rules", "backtest", "*"]));
    assert_eq!(
        (&done[0]["all"]["suppressed"], &done[0]["all"]["gained"]),
        (&Value::from(6), &Value::from(0))
    );
    assert_eq!(
        done[0]["faults"][0]["message"],
        "this would suppress nothing"
    );
    // The page's day counts, not today's: one day less, and the flags are there again.
    write(&[
        entry("office/*", "kettle", "2026-11-19"),
        entry("gone/rule", "x", "2030-01-01"),
        "[[exception]]\nrule = \"office/odd\"\n".to_owned(),
    ]);
    let summary = scan();
    assert_eq!(
        (&summary["suppressed"], &summary["flags"]),
        (&Value::from(0), &Value::from(6))
    );
    let (code, words) = said(&run(&path, &["check"]));
    assert_eq!(code, 1, "{words}");
    for part in [
        "there is no rule 'gone/rule'",
        "`who` is missing",
        "exceptions.toml:13:1",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
}

#[test]
fn a_folder_says_what_it_is() {
    let (_dir, path) = office();
    let packs = lines(&run(&path, &["--json", "rules", "list", "--packs"]));
    assert_eq!(
        (&packs[0]["id"], &packs[0]["keeper"], &packs[0]["rules"]),
        (&"office".into(), &"Li".into(), &Value::from(2))
    );
    assert_eq!(
        run(&path, &["rules", "check", "--strict"]).status.code(),
        Some(0)
    );
    fs::remove_file(path.join("rules/office/pack.toml")).unwrap();
    let (code, words) = said(&run(&path, &["rules", "check", "--strict"]));
    assert!(
        code == 1 && words.contains("'office' has no pack.toml"),
        "{words}"
    );
    assert_eq!(
        run(&path, &["rules", "check"]).status.code(),
        Some(0),
        "a warning"
    );
}

#[test]
fn two_versions_are_told_apart_by_their_texts_and_by_what_they_say_of_the_store() {
    let (_dir, path) = office();
    let drafts = path.join("drafts");
    fs::create_dir_all(&drafts).unwrap();
    let draft = drafts.join("stricter.rhai");
    fs::write(
        &draft,
        rule("item.price < 90.0", 70).replace("\"high\"", "\"low\""),
    )
    .unwrap();
    let file = path.join("rules/office/cheap.rhai").display().to_string();
    let draft = draft.display().to_string();
    let (code, words) = said(&run(&path, &["rules", "diff", &file, &draft]));
    assert_eq!(code, 0, "{words}");
    for part in [
        "changed office/cheap",
        "severity: high → low",
        "- if !(item.price < 5.0) { return pass(); }",
        "+ if !(item.price < 90.0)",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    assert!(
        !path.join("data").exists(),
        "nothing is written where nothing is stored"
    );
    stocked(&path, 6);
    let done = lines(&run(&path, &["--json", "rules", "diff", &file, &draft]));
    let stored = &done[0]["stored"]["rules"]["office/cheap"];
    assert_eq!(
        (&stored["gained"], &stored["changed"]),
        (&Value::from(1), &Value::from(6))
    );
    let (store, _) = Store::open(&path.join("data")).unwrap();
    let (code, words) = said(&run(&path, &["rules", "diff", &file, &draft]));
    assert!(
        code == 0 && words.contains("another listwarden has the store"),
        "{words}"
    );
    store.close().unwrap();
    let folder = path.join("rules").display().to_string();
    let done = lines(&run(
        &path,
        &[
            "--json",
            "rules",
            "diff",
            &folder,
            &drafts.display().to_string(),
            "--no-store",
        ],
    ));
    let changes: Vec<_> = done[0]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["rule"].as_str().unwrap(), c["change"].as_str().unwrap()))
        .collect();
    assert_eq!(
        changes,
        [
            ("office/cheap", "gone"),
            ("office/odd", "gone"),
            ("stricter", "new")
        ]
    );
    assert!(done[0]["stored"].is_null());
}
