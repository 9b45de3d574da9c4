//! What a rule cannot reach: files, the network, the clock, chance, the environment, other scripts, output. Each way there is
//! named before the rule runs, and where a rule hides it until then, it is a fault of that rule alone.

use std::collections::BTreeMap;

use super::{
    Fault, RuleSet, Verdict,
    engine::engine,
    lint::Vocabulary,
    native::FAMILIES,
    tests::{listing, rule, sound, source},
};
use crate::model::Facts;

/// Words of the language itself that lead outside, each as it would be used.
const WORDS: &[(&str, &str)] = &[
    ("eval", "eval(\"1 + 1\");"),
    ("import", "import \"other\" as other;"),
    ("import", "import \"/etc/passwd\";"),
    ("export", "let a = 1; export a;"),
    ("print", "print(item.title);"),
    ("debug", "debug(item);"),
    ("spawn", "spawn(\"ls\");"),
    ("go", "go(1);"),
    ("async", "async(1);"),
    ("await", "await(1);"),
    ("sync", "sync(1);"),
    ("thread", "thread(1);"),
    ("module", "module(\"other\");"),
    ("package", "package(\"other\");"),
    ("use", "use(\"std\");"),
    ("with", "with(item);"),
    ("var", "var(\"HOME\");"),
];

/// What other languages, and other hosts of this one, call the ways outside: each takes a text.
#[rustfmt::skip]
const FUNCTIONS: &[&str] = &[
    // Files.
    "open", "open_file", "read", "read_file", "read_to_string", "read_string", "write", "write_file", "append_file", "remove_file",
    "delete_file", "create_dir", "list_dir", "glob", "path", "cwd", "exists", "file", "fs", "load_file", "save",
    // The network.
    "http", "http_get", "post", "request", "fetch", "download", "connect", "socket", "resolve", "url_open", "send", "mail",
    // The clock.
    "timestamp", "now", "today", "date", "time", "clock", "elapsed", "utc_now", "sleep", "wait", "set_timeout",
    // Chance.
    "rand", "rand_int", "rand_float", "rand_bool", "rand_decimal", "random", "shuffle", "sample", "uuid",
    // The process and what it runs on.
    "env", "envs", "getenv", "set_env", "args", "exec", "execute", "system", "shell", "command", "run", "popen", "exit", "quit",
    "abort", "pid", "hostname", "user", "home_dir",
    // Other scripts.
    "include", "require", "load", "eval_file", "run_file", "call_fn", "compile", "script", "import_module",
    // Output, and input.
    "println", "echo", "puts", "printf", "warn", "info", "error", "trace", "dump", "write_line", "console", "stdout", "input",
    "read_line",
    // The store and the other rules.
    "store", "listings", "listing", "flags", "query", "sql", "rules", "rule", "set_global", "global",
];

/// Ways of calling a function by a name that nothing tells before the rule runs, and a function that each can call.
const HIDDEN: &[(&str, &str)] = &[
    ("let f = Fn(\"NAME\".sub_string(0)); f.call(\"x\");", "fold"),
    ("let f = Fn(\"NAME\".sub_string(0)); f.call();", "pass"),
    (
        "let f = Fn(\"NAME\".sub_string(0)).curry(\"x\"); f.call();",
        "fold",
    ),
    ("[\"x\"].map(\"NAME\".sub_string(0));", "fold"),
    (
        "let f = Fn(\"NAME\".sub_string(0)); f.call(item, \"title\");",
        "changed",
    ),
];

fn verdict(set: &RuleSet) -> Verdict {
    set.evaluate(&set.prepare(listing()), &Facts::default())
}

/// Each way is named where it stands, and the good rule beside them goes on as if it were alone.
fn refused(ways: impl IntoIterator<Item = (&'static str, String)>) {
    let mut sources = vec![source("z/good", &rule("flag(\"a\", \"b\")"))];
    let mut words = BTreeMap::new();
    for (number, (word, body)) in ways.into_iter().enumerate() {
        let id = format!("x/{number}");
        sources.push(source(&id, &rule(&format!("{body} flag(\"a\", \"b\")"))));
        words.insert(id, (word, body));
    }
    let (set, faults) = RuleSet::load(&sources, Default::default());
    for (id, (word, body)) in &words {
        let named = |fault: &Fault| {
            let here = fault.rule == *id && fault.line == 4;
            let meant = body.chars().skip(fault.column.saturating_sub(1));
            let meant: String = meant.take(fault.width).collect();
            let named = fault.message.contains(word) || meant.contains(word);
            here && fault.level == "error" && named
        };
        assert!(faults.iter().any(named), "{body}: {faults:#?}");
    }
    assert_eq!(set.len(), 1, "the good rule");
    assert!(faults.iter().all(|fault| words.contains_key(&fault.rule)));
    let verdict = verdict(&set);
    assert_eq!((verdict.flags.len(), verdict.faults.len()), (1, 0));
}

#[test]
fn every_word_that_leads_outside_is_named_before_the_rule_runs() {
    refused(WORDS.iter().map(|(word, body)| (*word, (*body).to_owned())));
}

#[test]
fn every_function_that_leads_outside_is_named_before_the_rule_runs() {
    refused(FUNCTIONS.iter().flat_map(|name| {
        [
            (*name, format!("{name}(\"x\");")),
            (*name, format!("let found = {name}();")),
            (*name, format!("item.{name}(\"x\");")),
            ("module: std", format!("std::{name}(\"x\");")),
        ]
    }));
}

#[test]
fn what_is_hidden_until_the_rule_runs_is_a_fault_of_that_rule_alone() {
    let words = WORDS.iter().map(|(word, _)| *word);
    let names: Vec<&str> = words.chain(FUNCTIONS.iter().copied()).collect();
    for (hidden, known) in HIDDEN {
        let calling = |name: &str| format!("{} flag(\"a\", \"b\")", hidden.replace("NAME", name));
        let mut sources = vec![source("z/good", &rule(&calling(known)))];
        for name in &names {
            let body = calling(name);
            sources.push(source(&format!("x/{name}"), &rule(&body)));
        }
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        sources.dedup_by(|a, b| a.id == b.id);
        let (set, faults) = RuleSet::load(&sources, Default::default());
        sound(&faults);
        let verdict = verdict(&set);
        let flagged: Vec<_> = verdict
            .flags
            .iter()
            .map(|flag| flag.rule.as_str())
            .collect();
        assert_eq!(flagged, ["z/good"], "{hidden}");
        assert_eq!(verdict.faults.len(), sources.len() - 1, "{hidden}");
    }
}

/// Whoever lets the language know another one sees it here.
#[test]
fn the_language_has_these_functions_and_no_others() {
    let vocabulary = Vocabulary::of(&engine());
    let docs = || FAMILIES.iter().flat_map(|family| family.docs);
    let own = |name: &&str| docs().any(|doc| doc.name == *name);
    let mut names: Vec<&str> = vocabulary.names().filter(|name| !own(name)).collect();
    names.sort_unstable();
    insta::assert_snapshot!(names.join("\n"));
}
