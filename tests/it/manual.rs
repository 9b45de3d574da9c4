//! The manual's commands, in its order, on the market that it names; and what a person does next.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::command::{lines, run, said};

/// The command lines of a manual, as words.
fn commands(manual: &str) -> Vec<Vec<String>> {
    let blocks = manual.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|rest| Some(rest.split_once("```")?.0));
    blocks.flat_map(str::lines).map(words).collect()
}

/// A command line taken apart at spaces outside quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for c in line.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().unwrap().push(c),
        }
    }
    words
}

fn program(here: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_listwarden"));
    program.current_dir(here).env_remove("RUST_LOG");
    program
}

/// Runs a command that ends by itself; of one that stays, the first line.
fn obey(here: &Path, args: &[String]) -> String {
    if !args.iter().any(|arg| arg == "--watch") {
        let output: Output = program(here).args(args).output().unwrap();
        let (code, told) = said(&output);
        assert_eq!(code, 0, "{args:?}: {told}");
        return told;
    }
    let mut watching = program(here)
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut told = BufReader::new(watching.stdout.take().unwrap());
    told.read_line(&mut line).unwrap();
    watching.kill().unwrap();
    watching.wait().unwrap();
    line
}

#[test]
fn the_manuals_commands_do_what_it_says() {
    let manual = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut here: PathBuf = dir.path().to_owned();
    let commands = commands(&manual);
    assert!(commands.len() > 15, "{commands:?}");
    let mut told = Vec::new();
    for command in &commands {
        match &command[..] {
            [cd, folder] if cd == "cd" => here.push(folder),
            [name, rest @ ..] if name == "listwarden" => {
                told.push((rest.join(" "), obey(&here, rest)));
            }
            other => panic!("neither cd nor listwarden: {other:?}"),
        }
    }
    let answer = |start: &str| {
        let found = told.iter().find(|(command, _)| command.starts_with(start));
        found.map(|(_, told)| told.as_str()).unwrap()
    };
    assert!(
        answer("rules test my-pack/* --coverage").contains("4 of 4 answers of 1 rule are reached")
            || answer("rules test my-pack/* --coverage")
                .contains("3 of 3 answers of 1 rule are reached"),
        "{told:?}"
    );
    assert!(answer("rules explain my-pack/cheap-kettle laojie:6013").contains("it ended at line"));
    assert!(answer("rules explain my-pack/cheap-kettle harbour:1013").contains("SHUT"));
    assert!(answer("rules test --adopt").contains("flag: \"199 yuan, sold as new\""));
    assert!(here.join("pages/my-pack/cheap-kettle.md").is_file());
    what_was_dismissed_becomes_a_test_once_the_rule_passes_it(&here);
}

fn what_was_dismissed_becomes_a_test_once_the_rule_passes_it(market: &Path) {
    let flags = lines(&run(
        market,
        &["flags", "--rule", "counterfeit/replica-wording", "--json"],
    ));
    let flag = flags[0]["id"].as_str().unwrap();
    let open = said(&run(market, &["rules", "test", "--adopt", flag]));
    assert_eq!(open.0, 2);
    assert!(
        open.1.contains("is open: say what the test is to expect"),
        "{}",
        open.1
    );
    let note = "the brand's own";
    let dismissed = [
        "review",
        flag,
        "--verdict",
        "dismissed",
        "--by",
        "ana",
        "--note",
        note,
    ];
    assert_eq!(said(&run(market, &dismissed)).0, 0);
    let file = market.join("rules/counterfeit/replica-wording.rhai");
    let before = fs::read_to_string(&file).unwrap();
    let (code, words) = said(&run(market, &["rules", "test", "--adopt", flag]));
    assert_eq!(code, 2, "{words}");
    assert!(
        words.contains("says flag of this listing (line ")
            && words.contains("change the rule first"),
        "{words}"
    );
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        before,
        "nothing is written"
    );
    let listing = flags[0]["listing"].as_str().unwrap();
    let listing: Value = lines(&run(market, &["listings", "show", listing, "--json"])).remove(0);
    let brand = listing["brand"].as_str().unwrap();
    let better = before.replacen("fn check(item) {\n", &format!("fn check(item) {{\n    if item.brand == \"{brand}\" {{ return pass(\"its own wording\"); }}\n"), 1);
    assert_ne!(better, before);
    fs::write(&file, &better).unwrap();
    let adopted = lines(&run(market, &["rules", "test", "--adopt", flag, "--json"])).remove(0);
    let now = fs::read_to_string(&file).unwrap();
    let test = adopted["test"].as_str().unwrap();
    assert!(
        test.starts_with("#{ pass: \"the brand's own\",\n       item: #{ "),
        "{test}"
    );
    assert_eq!(
        now.replacen(&format!("    {test},\n"), "", 1),
        better,
        "every other byte stays"
    );
    let again = said(&run(
        market,
        &["rules", "test", "--adopt", flag, "--as", "pass"],
    ));
    assert!(again.1.contains("has a test of that name"), "{}", again.1);
}
