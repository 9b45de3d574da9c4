//! What a rule that takes all it can get holds at once, at the worst.

use std::sync::Arc;

use listwarden::{
    model::{Facts, Listing, ListingId},
    rules::{RuleSet, RuleSource},
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const LONG: &str = "let s = \"a\"; s.pad(130000, 'x');";

fn rule(id: &str, body: &str) -> RuleSource {
    RuleSource {
        id: id.to_owned(),
        path: format!("rules/{id}.rhai").into(),
        text: format!(
            "//! Greedy. 贪婪。\nconst RULE = #{{ title: \"t\", title_zh: \"题\", kind: \"safety\", severity: \"low\", basis: [\"b\"] }};\nfn check(item) {{\n{body}\n}}\n"
        ),
    }
}

/// MiB at the peak of one rule on one listing, above what stood before.
fn peak(id: &str, body: &str) -> f32 {
    let (set, faults) = RuleSet::load(&[rule(id, body)], Arc::default());
    assert_eq!(set.len(), 1, "{faults:?}");
    let item = set.prepare(Listing {
        id: ListingId::new("shop", "1"),
        title: Some("t".into()),
        ..Listing::default()
    });
    let before = MEMORY.current_usage_as_mb();
    MEMORY.reset_peak_usage();
    let verdict = set.evaluate(&item, &Facts::default());
    let peak = MEMORY.peak_usage_as_mb() - before;
    assert_eq!(
        verdict.faults.len() + verdict.passes.len(),
        1,
        "{verdict:?}"
    );
    peak
}

#[test]
fn what_the_limits_measure_stays_small() {
    let lets: String = (0..60)
        .map(|n| format!("let v{n} = s + \"{n}\";"))
        .collect();
    let long = |rest: &str| format!("{LONG} {rest} pass()");
    let one_value = [
        (
            "doubling",
            "let s = \"abcdefgh\"; loop { s += s; }".to_owned(),
        ),
        ("nested", "let a = [1]; loop { a = [a, a]; }".to_owned()),
        (
            "pushed",
            long("let a = []; while a.len() < 4000 { a.push(s + \"y\"); }"),
        ),
        ("replaced", long("let x = s; x.replace(\"x\", s);")),
        (
            "mapped",
            long("let a = []; a.pad(4000, 0); let b = a.map(|x| s + \"y\");"),
        ),
        (
            "mapped to lists",
            "let a = []; a.pad(4000, 0); let c = a; let b = a.map(|x| c); pass()".to_owned(),
        ),
        ("split", long("s.split(\"\");")),
    ];
    for (id, body) in one_value {
        assert!(peak(id, &body) < 20.0, "{id}");
    }
    // Sixteen calls within calls, each with sixty texts of its own.
    let deep = format!(
        "{LONG} down(s, 0)\n}}\nfn down(s, n) {{ {lets} if n < 14 {{ down(s, n + 1) }} else {{ pass() }}"
    );
    assert!(peak("deep", &deep) < 200.0);
}
