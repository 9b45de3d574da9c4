//! The rule author at the terminal: questions and answers, a rule that changes while its tests are watched, reasons.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    process::Stdio,
};

use serde_json::json;

use crate::command::{lines, listwarden, run, said, workspace};

#[test]
fn answers_to_plain_questions_become_a_rule_that_passes() {
    let (_dir, workspace) = workspace();
    let mut asked = listwarden(&workspace)
        .args(["rules", "new"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let answers = "recall/matched\nmine lamps\nmine/lamps\nLamps that say nothing\n无信息灯具\n9\n4\nlow\n\nelectrical/lmap\nelectrical/lamp\n4\n厂址，生产厂家\n";
    asked
        .stdin
        .take()
        .unwrap()
        .write_all(answers.as_bytes())
        .unwrap();
    let (code, told) = said(&asked.wait_with_output().unwrap());
    assert_eq!(code, 0, "{told}");
    for line in [
        "What does it find, in a few Chinese words?",
        "它发现什么？（中文）",
        "there is a rule 'recall/matched' already",
        "'mine lamps' is no name for a rule",
        "   4 disclosure     what the page should show · 信息公示",
        "a number from 1 to 8 or a word would be right",
        "did you mean electrical/lamp?",
        "rules/mine/lamps.rhai",
        "rules/mine/pack.toml",
        "listwarden rules test 'mine/lamps' --watch",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let checked = said(&run(&workspace, &["rules", "check", "--strict"]));
    assert_eq!(checked.0, 0, "{}", checked.1);
    let tested = said(&run(&workspace, &["rules", "test", "mine/*", "--coverage"]));
    assert_eq!(tested.0, 0, "{}", tested.1);
    assert!(
        tested
            .1
            .contains("8 tests, 0 failed\n3 of 3 answers of 1 rule are reached by tests"),
        "{}",
        tested.1
    );
}

#[test]
fn a_rule_is_never_written_over_and_a_missing_answer_names_its_option() {
    let (_dir, workspace) = workspace();
    let free = |id: &str| {
        let args = [
            "rules",
            "new",
            id,
            "--title",
            "t",
            "--title-zh",
            "题",
            "--kind",
            "safety",
            "--severity",
            "low",
            "--free",
        ];
        said(
            &listwarden(&workspace)
                .args(args)
                .stdin(Stdio::null())
                .output()
                .unwrap(),
        )
    };
    assert_eq!(free("mine/first").0, 0);
    let file = workspace.join("rules/mine/first.rhai");
    fs::write(&file, "// mine\n").unwrap();
    let (code, told) = free("mine/first");
    assert_eq!(
        (code, told.contains("there is a rule 'mine/first' already")),
        (2, true),
        "{told}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "// mine\n");
    let (code, told) = free("../first");
    assert_eq!(
        (code, told.contains("pack/name would be right")),
        (2, true),
        "{told}"
    );
    let half = listwarden(&workspace)
        .args(["rules", "new", "mine/second", "--title", "t"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (code, told) = said(&half);
    assert_eq!(
        (code, told.contains("give it with --title-zh")),
        (2, true),
        "{told}"
    );
}

/// The next line with something in it.
fn told(lines: &mut impl Iterator<Item = io::Result<String>>) -> String {
    let line = lines.find(|line| !line.as_ref().unwrap().is_empty());
    line.unwrap().unwrap()
}

#[test]
fn what_changes_is_tested_again_while_somebody_watches() {
    let (_dir, workspace) = workspace();
    let mut watching = listwarden(&workspace)
        .args(["rules", "test", "recall/*", "--watch", "--every", "0.02"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answers = BufReader::new(watching.stdout.take().unwrap()).lines();
    let mut remarks = BufReader::new(watching.stderr.take().unwrap()).lines();
    let all = answers.next().unwrap().unwrap();
    assert!(all.ends_with(" tests, 0 failed"), "{all}");
    while !remarks
        .next()
        .unwrap()
        .unwrap()
        .starts_with("watching rules/")
    {}
    let file = workspace.join("rules/recall/candidate.rhai");
    let text = fs::read_to_string(&file).unwrap();
    let count = text.matches("item: #{").count();
    fs::write(&file, text.replace("skip: ", "pass: ")).unwrap();
    assert_eq!(told(&mut remarks), "changed: recall/candidate.rhai");
    let failed = answers
        .find(|line| !line.as_ref().unwrap().starts_with("       "))
        .unwrap()
        .unwrap();
    assert!(failed.starts_with("FAILED recall/candidate:"), "{failed}");
    let sum = answers
        .find(|line| line.as_ref().unwrap().ends_with(" failed"))
        .unwrap()
        .unwrap();
    assert!(
        sum.starts_with(&format!("{count} tests, ")),
        "that rule alone: {sum}"
    );
    fs::write(&file, text.replace("fn check(item)", "fn check(item")).unwrap();
    assert_eq!(told(&mut remarks), "changed: recall/candidate.rhai");
    let why = remarks.find(|line| line.as_ref().unwrap().ends_with("did not run"));
    let why = why.unwrap().unwrap();
    assert_eq!(why, "1 rule cannot be loaded: its tests did not run");
    watching.kill().unwrap();
    watching.wait().unwrap();
}

#[test]
fn rules_that_do_not_exist_are_not_tested_in_silence() {
    let (_dir, workspace) = workspace();
    for args in [
        &["rules", "test", "recal/*"][..],
        &["rules", "test", "recal/*", "--watch"],
    ] {
        let told = said(&run(&workspace, args));
        let why = "listwarden: no rule fits recal/*; `rules list` names them\n";
        assert_eq!(told, (2, why.to_owned()));
    }
}

#[test]
fn a_listing_from_a_file_or_a_page_is_explained_in_words_and_as_json() {
    let (_dir, workspace) = workspace();
    let file = workspace.join("listing.json");
    let listing = json!({
        "id": "shop:1", "platform": "shop", "url": "https://shop.example/1",
        "title": "Alder 高仿 \u{202e}shoes", "observed": ["title"],
    });
    let nowhere = said(&run(&workspace, &["rules", "explain", "--all", "shop:9"]));
    assert_eq!(
        nowhere,
        (2, "listwarden: there is no listing 'shop:9'\n".to_owned())
    );
    fs::write(&file, listing.to_string()).unwrap();
    let path = file.to_str().unwrap();
    let (code, told) = said(&run(
        &workspace,
        &["rules", "explain", "counterfeit/replica-wording", path],
    ));
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("»高仿«") && told.contains("the way it took") && !told.contains('\u{202e}'),
        "{told}"
    );
    let all = lines(&run(
        &workspace,
        &["rules", "explain", "--all", path, "--json"],
    ));
    let ranks: Vec<&str> = all
        .iter()
        .map(|one| one["outcome"].as_str().unwrap())
        .collect();
    let rank = |word: &&str| {
        ["flag", "fault", "unsure", "pass", "skip"]
            .iter()
            .position(|known| known == word)
    };
    assert!(ranks.is_sorted_by_key(rank), "worst first: {ranks:?}");
    let flagged = all
        .iter()
        .find(|one| one["rule"] == "counterfeit/replica-wording")
        .unwrap();
    let hit = flagged["looked"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| !one["context"].is_null())
        .unwrap();
    assert_eq!(hit["context"]["before"], "Alder ");
    assert_eq!(hit["span"], json!({ "start": 6, "end": 8 }));
    assert!(flagged["turns"][0]["line"].is_u64() && flagged["gates"][0]["open"].is_boolean());
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/recipe/a.html");
    let (code, told) = said(&run(
        &workspace,
        &[
            "rules",
            "explain",
            "disclosure/*",
            page,
            "--url",
            "https://spielhof.example/1",
        ],
    ));
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("disclosure/no-maker") && told.contains("│"),
        "{told}"
    );
    let (code, told) = said(&run(&workspace, &["rules", "explain", "recall/matched"]));
    assert_eq!(
        (code, told.contains("explain which listing?")),
        (2, true),
        "{told}"
    );
}

#[test]
fn pages_are_written_for_every_rule_and_pack() {
    let (_dir, workspace) = workspace();
    let pages = workspace.join("pages");
    let (code, told) = said(&run(
        &workspace,
        &["rules", "docs", "-o", pages.to_str().unwrap()],
    ));
    assert_eq!(code, 0, "{told}");
    let rules = lines(&run(&workspace, &["rules", "list", "--json"]));
    let index = fs::read_to_string(pages.join("index.md")).unwrap();
    for rule in &rules {
        let id = rule["id"].as_str().unwrap();
        let page = fs::read_to_string(pages.join(format!("{id}.md"))).unwrap();
        assert!(page.contains(rule["title_zh"].as_str().unwrap()), "{id}");
        assert!(index.contains(id.split('/').next().unwrap()), "{id}");
    }
    assert!(
        fs::read_to_string(pages.join("recall/index.md"))
            .unwrap()
            .contains("召回产品")
    );
}
