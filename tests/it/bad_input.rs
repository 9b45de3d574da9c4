//! Whatever is wrong is named with its place and what would be right; the rest goes on.

use std::fs;

use crate::command::{run, said, workspace};

#[test]
fn an_unknown_key_is_named_with_line_and_suggestion() {
    let (_dir, workspace) = workspace();
    fs::write(
        workspace.join("config.toml"),
        "[crawl]\ncontact = \"a@b.example\"\nratee = \"1/s\"\n",
    )
    .unwrap();
    let (code, words) = said(&run(&workspace, &["crawl"]));
    assert_eq!(code, 2);
    assert!(
        words.contains("config.toml:3:1") && words.contains("did you mean `rate`?"),
        "{words}"
    );
    let (code, words) = said(&run(&workspace, &["check"]));
    assert_eq!(code, 1);
    assert!(words.contains("config.toml:3:1"), "{words}");
}

#[test]
fn a_workspace_that_is_none_says_how_to_make_one() {
    let dir = tempfile::tempdir().unwrap();
    let (code, words) = said(&run(dir.path(), &["flags"]));
    assert_eq!(code, 2);
    assert!(
        words.contains("could not read") && words.contains("listwarden init"),
        "{words}"
    );
}

#[test]
fn a_broken_rule_is_named_and_stops_no_other() {
    let (_dir, workspace) = workspace();
    fs::write(
        workspace.join("rules/recall/broken.rhai"),
        "const RULE = #{ title: \"x\"\nfn check(item) {",
    )
    .unwrap();
    let (code, words) = said(&run(&workspace, &["rules", "check"]));
    assert_eq!(code, 1);
    assert!(words.contains("broken.rhai:2"), "{words}");
    let (code, words) = said(&run(&workspace, &["rules", "test"]));
    assert_eq!(code, 1, "a rule that is not in force is no success");
    assert!(
        words.contains(" 0 failed") && words.contains("not in force"),
        "{words}"
    );
}

#[test]
fn a_broken_list_row_is_named_and_the_others_count() {
    let (_dir, workspace) = workspace();
    let list = workspace.join("rules/reference/recalls/mine.jsonl");
    fs::create_dir_all(list.parent().unwrap()).unwrap();
    fs::write(&list, "{\"id\": 7\n").unwrap();
    let (code, words) = said(&run(&workspace, &["check"]));
    assert_eq!(code, 1);
    assert!(words.contains("mine.jsonl:1"), "{words}");
    assert!(words.contains("\n1 error, 0 warnings\n"), "{words}");
    assert_eq!(
        said(&run(&workspace, &["rules", "test", "-q"])).0,
        0,
        "the rules still stand"
    );
}

#[test]
fn a_page_of_rubbish_gives_gaps_and_no_listing() {
    let (_dir, workspace) = workspace();
    let page = workspace.join("rubbish.html");
    let rubbish: Vec<u8> = (0..100_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    fs::write(&page, rubbish).unwrap();
    let output = run(&workspace, &["extract", page.to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1), "{:?}", said(&output));
    let (code, words) = said(&run(&workspace, &["extract", "nowhere.html"]));
    assert_eq!(code, 2);
    assert!(words.contains("could not read nowhere.html"), "{words}");
}

#[test]
fn an_unreadable_index_names_the_command_that_mends_it_and_loses_nothing() {
    let (_dir, workspace) = workspace();
    assert_eq!(run(&workspace, &["listings"]).status.code(), Some(0));
    let index = workspace.join("data/index");
    fs::remove_dir_all(&index).unwrap();
    fs::write(&index, "rubbish where a folder should be").unwrap();
    let (code, words) = said(&run(&workspace, &["listings"]));
    assert_eq!(code, 2, "{words}");
    assert!(words.contains("listwarden rebuild"), "{words}");
    assert_eq!(said(&run(&workspace, &["rebuild"])).0, 0);
    assert_eq!(said(&run(&workspace, &["listings"])).0, 0);
}

#[test]
fn a_platform_without_which_nothing_can_be_watched_is_asked_for() {
    let (_dir, workspace) = workspace();
    let (code, words) = said(&run(&workspace, &["crawl"]));
    assert_eq!(code, 2);
    assert!(words.contains("[[platform]]"), "{words}");
}

#[test]
fn hostile_text_reaches_a_terminal_as_text() {
    let (_dir, workspace) = workspace();
    let page = workspace.join("hostile.html");
    fs::write(
        &page,
        "<title>x</title><h1>Kettle \u{202e}exe\u{9b}31m</h1><p>Price: 5 EUR</p>",
    )
    .unwrap();
    let output = run(
        &workspace,
        &[
            "extract",
            page.to_str().unwrap(),
            "--url",
            "https://shop.example/1",
            "--explain",
        ],
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !text.contains('\u{202e}') && !text.contains('\u{9b}'),
        "{text:?}"
    );
}

#[test]
fn a_page_of_no_platform_is_refused_with_what_would_be_right() {
    let (_dir, workspace) = workspace();
    let watched = "[[platform]]\nid = \"shop\"\nstart = [\"https://shop.example/\"]\n";
    fs::write(workspace.join("config.toml"), watched).unwrap();
    let (code, words) = said(&run(
        &workspace,
        &["crawl", "--url", "https://other.example/1"],
    ));
    assert_eq!(code, 2);
    assert!(
        words.contains("https://other.example/1 is no page of any [[platform]]"),
        "{words}"
    );
}
