//! What a rule may spend: each excess is a fault of that rule alone, after a bounded number of steps.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    RuleSet, Word,
    engine::{OPERATIONS, host},
    tests::{listing, rule, source},
    view::Item,
};
use crate::{model::Facts, reference::Reference};

const LONG: &str = "let s = \"a\"; s.pad(120000, 'x');";

/// Rules that take all they can get, and what they are told.
fn greedy() -> Vec<(&'static str, String, &'static str)> {
    let long = |rest: &str| format!("{LONG} {rest} pass()");
    vec![
        ("endless", "loop { }".to_owned(), "20000 steps"),
        (
            "caught",
            "loop { try { loop { } } catch { } }".to_owned(),
            "20000 steps",
        ),
        (
            "while",
            "let n = 0; while n >= 0 { n += 1; } pass()".to_owned(),
            "20000 steps",
        ),
        (
            "range",
            "let n = 0; for i in 0..1000000000000 { n += i; } pass()".to_owned(),
            "20000 steps",
        ),
        (
            "doubling",
            "let s = \"abcdefgh\"; loop { s += s; }".to_owned(),
            "string",
        ),
        (
            "interpolated",
            "let s = \"abcdefgh\"; loop { s = `${s}${s}`; }".to_owned(),
            "string",
        ),
        (
            "padded",
            "let s = \"\"; s.pad(1000000000, 'x'); pass()".to_owned(),
            "string",
        ),
        (
            "list",
            "let a = []; loop { a.push(1); }".to_owned(),
            "steps",
        ),
        (
            "list padded",
            "let a = []; a.pad(1000000000, 1); pass()".to_owned(),
            "array",
        ),
        (
            "nested",
            "let a = [1]; loop { a = [a, a]; }".to_owned(),
            "array",
        ),
        (
            "appended",
            "let a = [1]; loop { a.append(a); }".to_owned(),
            "array",
        ),
        (
            "pushed",
            "let a = [1]; loop { a.push(a); }".to_owned(),
            "array",
        ),
        (
            "map",
            "let m = #{}; let i = 0; loop { i += 1; m[`k${i}`] = i; m.len(); }".to_owned(),
            "map",
        ),
        (
            "texts of a list",
            long("let a = []; while a.len() < 4000 { a.push(s + \"y\"); }"),
            "string",
        ),
        (
            "replaced",
            long("let x = s; x.replace(\"x\", s);"),
            "larger",
        ),
        (
            "replaced by a letter",
            long("s.replace(\"\", 'y');"),
            "larger",
        ),
        (
            "mapped to texts",
            long("let a = []; a.pad(4000, 0); let b = a.map(|x| s + \"y\");"),
            "larger",
        ),
        (
            "mapped to lists",
            "let a = []; a.pad(4000, 0); let c = a; let b = a.map(|x| c); pass()".to_owned(),
            "larger",
        ),
        (
            "mapped to maps",
            "let a = []; a.pad(4000, 0); let b = a.map(|x| #{ k: x }); pass()".to_owned(),
            "larger",
        ),
        (
            "zipped",
            long("let a = []; a.pad(4000, 0); let b = a.zip(a, |x, y| s);"),
            "larger",
        ),
        ("split", long("s.split(\"\");"), "array"),
        (
            "deep",
            "down(0)\n}\nfn down(n) { down(n + 1)".to_owned(),
            "stack",
        ),
        (
            "to and fro",
            "there(0)\n}\nfn there(n) { back(n) }\nfn back(n) { there(n)".to_owned(),
            "stack",
        ),
        (
            "closures",
            "let f = |g| g.call(g); f.call(f)".to_owned(),
            "stack",
        ),
        (
            "sorted for ever",
            "let a = []; a.pad(4000, 0); loop { a.sort(|x, y| 1); }".to_owned(),
            "steps",
        ),
        (
            "variables",
            (0..70)
                .map(|n| format!("let v{n} = {n};"))
                .collect::<String>()
                + " pass()",
            "variables",
        ),
    ]
}

#[test]
fn every_excess_is_a_fault_of_its_own_rule() {
    let mut sources = vec![source("z/good", &rule("flag(\"a\", \"b\")"))];
    for (name, body, _) in greedy() {
        sources.push(source(&format!("x/{name}"), &rule(&body)));
    }
    let (set, faults) = RuleSet::load(&sources, Arc::new(Reference::default()));
    super::tests::sound(&faults);
    let verdict = set.evaluate(&set.prepare(listing()), &Facts::default());
    assert_eq!(verdict.flags.len(), 1, "the good rule flags");
    for (name, _, told) in greedy() {
        let id = format!("x/{name}");
        let fault = verdict.faults.iter().find(|(rule, _)| **rule == *id);
        let said = fault.map_or("no fault", |(_, said)| said);
        assert!(said.to_lowercase().contains(told), "{name}: {said}");
    }
}

#[test]
fn steps_within_closures_count_as_all_others() {
    let called = Arc::new(AtomicU64::new(0));
    let (mut engine, count) = (host(), Arc::clone(&called));
    engine.register_fn("tick", move || {
        count.fetch_add(1, Ordering::Relaxed);
        0_i64
    });
    let long = "let a = []; a.pad(4000, 0);";
    let bodies = [
        "loop { a.sort(|x, y| tick()); }",
        "loop { a.map(|x| tick()); }",
        "loop { a.filter(|x| tick() == 1); }",
        "loop { a.reduce(|sum, x| tick()); }",
        "loop { a.map(|x| { for i in 0..4000 { tick(); } }); }",
    ];
    let sources: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| source(&format!("x/{n}"), &rule(&format!("{long} {body}"))))
        .collect();
    let (set, faults) = RuleSet::compile(engine, &sources, Arc::default());
    super::tests::sound(&faults);
    let verdict = set.evaluate(&set.prepare(listing()), &Facts::default());
    assert_eq!(verdict.faults.len(), bodies.len());
    let stopped = |(_, said): &Word| said.contains("20000 steps");
    assert!(verdict.faults.iter().all(stopped), "{:?}", verdict.faults);
    let most = OPERATIONS * u64::try_from(bodies.len()).unwrap_or(0);
    assert!(called.load(Ordering::Relaxed) <= most);
}

#[test]
fn what_is_too_large_to_be_read_is_a_fault_before_it_runs() {
    let cases = (0..3_000)
        .map(|n| format!("{n} => pass(),"))
        .collect::<String>();
    let sources = [
        (
            "switch",
            format!("switch 3 {{ {cases} _ => flag(\"a\", \"b\") }}"),
        ),
        (
            "list",
            format!("let a = [{}]; flag(\"a\", \"b\")", "1,".repeat(5_000)),
        ),
        ("text", format!("flag(\"{}\", \"b\")", "x".repeat(200_000))),
        (
            "deep",
            format!(
                "let a = {}1{}; flag(\"a\", \"b\")",
                "(".repeat(100),
                ")".repeat(100)
            ),
        ),
        (
            "blocks",
            format!(
                "{}{} flag(\"a\", \"b\")",
                "if true { ".repeat(100),
                "}".repeat(100)
            ),
        ),
    ];
    let sources: Vec<_> = sources
        .map(|(name, body)| source(name, &rule(&body)))
        .into();
    let (set, faults) = RuleSet::load(&sources, Arc::new(Reference::default()));
    let refused = |name: &str| faults.iter().any(|f| f.rule == name && f.level == "error");
    assert!(
        ["list", "text", "deep", "blocks"]
            .iter()
            .all(|name| refused(name))
    );
    // Many cases are read once and cost one step.
    let verdict = set.evaluate(&set.prepare(listing()), &Facts::default());
    assert_eq!(verdict.passes.len(), 1, "{faults:?} {verdict:?}");
}

#[test]
fn a_function_that_panics_is_a_fault_of_the_rule_that_called_it() {
    let mut engine = host();
    engine.register_fn("haunted", |_: &mut Item| -> i64 {
        panic!("a test's panic")
    });
    let sources = [
        source(
            "a/runs",
            &rule("let t = item.haunted(); flag(\"a\", \"b\")"),
        ),
        source("b/good", &rule("flag(\"a\", \"b\")")),
    ];
    let (set, _) = RuleSet::compile(engine, &sources, Arc::default());
    let verdict = set.evaluate(&set.prepare(listing()), &Facts::default());
    let faulty: Vec<&str> = verdict.faults.iter().map(|(id, _)| &**id).collect();
    assert_eq!((faulty, verdict.flags.len()), (vec!["a/runs"], 1));
}
