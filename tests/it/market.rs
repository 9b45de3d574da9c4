//! The main job, end to end, on the bundled market.

use std::{collections::BTreeMap, fs, sync::Arc, sync::atomic::AtomicBool};

use listwarden::demo::{self, Order, Outcome};

use crate::command::{lines, run, said};

fn demo(dir: &std::path::Path) -> Outcome {
    let order = Order {
        port: None,
        keep: Some(dir.to_owned()),
    };
    demo::run(&order, Arc::new(|_| ()), Arc::new(AtomicBool::new(false))).unwrap()
}

#[test]
fn the_demo_finds_what_is_planted_and_a_second_run_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = dir.path().join("w");
    let first = demo(&workspace);
    let strays: Vec<_> = first.kinds.iter().flat_map(|kind| &kind.listings).collect();
    assert!(strays.is_empty(), "not as planted: {strays:?}");
    assert!(first.found > 20 && first.listings > 100, "{first:?}");
    assert_eq!(first.forbidden, 0, "requests to the forbidden area");
    assert!(
        first.changed >= 1 && first.gone >= 1,
        "the second day was seen"
    );
    let again = demo(&workspace);
    assert_eq!(
        (again.listings, again.flags, again.found),
        (first.listings, first.flags, first.found)
    );

    every_command_answers(&workspace, first.flags);
}

/// What a person does next, on the workspace that the demo leaves.
fn every_command_answers(workspace: &std::path::Path, flags: u64) {
    let (code, proof) = said(&run(workspace, &["conduct"]));
    assert_eq!((code, proof.starts_with("proved: ")), (0, true), "{proof}");
    let queue = lines(&run(workspace, &["flags", "--json"]));
    assert_eq!(queue.len() as u64, flags);
    let severity: Vec<&str> = queue
        .iter()
        .map(|flag| flag["severity"].as_str().unwrap())
        .collect();
    let rank = |s: &str| {
        ["critical", "high", "medium", "low"]
            .iter()
            .position(|known| *known == s)
    };
    assert!(
        severity.is_sorted_by_key(|s| rank(s)),
        "worst first: {severity:?}"
    );
    let worst = queue[0]["id"].as_str().unwrap().to_owned();
    for flag in &queue {
        assert!(
            flag["proofs"]
                .as_array()
                .is_some_and(|proofs| !proofs.is_empty()),
            "{flag}"
        );
        assert!(
            !flag["reason_zh"].as_str().unwrap().contains('{'),
            "a placeholder is left: {flag}"
        );
    }

    let decided = run(
        workspace,
        &[
            "review",
            &worst,
            "--verdict",
            "dismissed",
            "--by",
            "inspector-5",
        ],
    );
    assert_eq!(
        said(&decided),
        (
            2,
            "listwarden: a flag is dismissed with a reason: add --note\n".to_owned()
        )
    );
    let partly = [
        "review",
        &worst,
        "0000000000000000",
        "--verdict",
        "confirmed",
        "--by",
        "inspector-5",
    ];
    let (code, words) = said(&run(workspace, &partly));
    assert_eq!(code, 2);
    assert!(
        words.contains("there is no flag '0000000000000000'"),
        "{words}"
    );
    let shown = lines(&run(workspace, &["flags", "show", &worst, "--json"]));
    assert_eq!(
        shown[0]["flag"]["status"], "open",
        "none of several is decided where one is unknown"
    );
    let note = [
        "--by",
        "inspector-5",
        "--note",
        "seen with my own eyes",
        "--json",
    ];
    let decided = run(
        workspace,
        &[&["review", &worst, "--verdict", "confirmed"][..], &note].concat(),
    );
    assert_eq!(lines(&decided)[0]["status"], "confirmed");
    let shown = lines(&run(workspace, &["flags", "show", &worst, "--json"]));
    assert_eq!(shown[0]["flag"]["verdicts"][0]["by"], "inspector-5");

    let listing = queue[0]["listing"].as_str().unwrap();
    let shown = lines(&run(workspace, &["listings", "show", listing, "--json"]));
    assert_eq!(shown[0]["id"], listing);
    let explained = lines(&run(
        workspace,
        &[
            "rules",
            "explain",
            queue[0]["rule"].as_str().unwrap(),
            listing,
            "--json",
        ],
    ));
    assert_eq!(explained[0]["outcome"], "flag");

    let table = workspace.join("flags.csv");
    let exported = run(
        workspace,
        &["export", "flags", "-o", table.to_str().unwrap(), "--json"],
    );
    assert_eq!(lines(&exported)[0]["rows"], flags);
    assert!(fs::read_to_string(&table).unwrap().contains(&worst));

    let status = lines(&run(workspace, &["status", "--json"]));
    assert_eq!(status[0]["flags"]["confirmed"], 1);
    assert_eq!(run(workspace, &["verify"]).status.code(), Some(0));
    assert_eq!(
        run(workspace, &["check", "-q"]).status.code(),
        Some(0),
        "{:?}",
        said(&run(workspace, &["check"]))
    );

    let again = &lines(&run(workspace, &["reextract", "--json"]))[0];
    assert_eq!(
        again["unchanged"], again["pages"],
        "the archive gives what the pages gave: {again}"
    );

    let unchanged = lines(&run(workspace, &["scan", "--json"]));
    let before: BTreeMap<String, String> = standing(workspace);
    assert_eq!(lines(&run(workspace, &["rebuild", "--json"])).len(), 1);
    assert_eq!(
        standing(workspace),
        before,
        "a rebuilt index tells the same"
    );
    assert_eq!(unchanged[0]["flags"], 0, "nothing new without a change");
}

fn standing(workspace: &std::path::Path) -> BTreeMap<String, String> {
    let flags = lines(&run(workspace, &["flags", "--status", "all", "--json"]));
    flags
        .iter()
        .map(|flag| (flag["id"].to_string(), flag.to_string()))
        .collect()
}

#[test]
fn the_demo_writes_over_nobodys_workspace() {
    let (_dir, workspace) = crate::command::workspace();
    let mine = "[[platform]]\nid = \"shop\"\nstart = [\"https://shop.example/\"]\n";
    fs::write(workspace.join("config.toml"), mine).unwrap();
    let (code, words) = said(&run(
        &workspace,
        &["demo", "--keep", workspace.to_str().unwrap()],
    ));
    assert_eq!(code, 2);
    assert!(words.contains("give an empty directory"), "{words}");
    assert_eq!(
        fs::read_to_string(workspace.join("config.toml")).unwrap(),
        mine
    );
}
