//! Rules that are edited while a crawl runs.

use std::fs;

use super::*;
use crate::{judge::Judge, store::Entry};

fn rule(limit: &str) -> String {
    format!(
        "//! Cheap. 便宜。\nconst RULE = #{{ title: \"t\", title_zh: \"题\", kind: \"counterfeit\", severity: \"high\", basis: [\"b\"], when: #{{ has: [\"price\"] }} }};\nfn check(item) {{\n    if item.price >= {limit} {{ return pass(); }}\n    flag(\"cheap\", \"便宜\")\n}}\nconst TESTS = [ #{{ pass: \"p\", item: #{{ title: \"t\", price: 999.0 }} }} ];\n"
    )
}

/// Crawls a shop whose listings cost 20 and 30; the rule that is in force flags none of them, and is edited before the
/// first group.
fn crawled(edited: &str) -> (u64, u64, Vec<Event>) {
    let mut fixture = Fixture::new();
    let rules = fixture.dir.path().join("rules");
    fs::create_dir_all(rules.join("fake")).unwrap();
    let path = rules.join("fake/cheap.rhai");
    fs::write(&path, rule("1.0")).unwrap();
    let judge = Judge::load(&rules, &[]).unwrap().judge;
    let before = now() - jiff::SignedDuration::from_mins(1);
    fixture.office = Some(Arc::new(Office::new(judge, &rules, before)));
    fs::write(&path, edited).unwrap();
    fixture.crawl(shop("20.00", 200), watch(None));
    let store = fixture.store();
    let flags = store.flags().count() as u64;
    let entries = store.entries().map(Result::unwrap);
    let in_force = |entry: &Entry| matches!(entry, Entry::InForce { what, .. } if what == "rules");
    let noted = entries.filter(in_force).count() as u64;
    let events = fixture.events.lock().unwrap();
    let told = events
        .iter()
        .filter(|event| matches!(event, Event::Rules { .. }));
    (flags, noted, told.cloned().collect())
}

#[test]
fn what_was_edited_well_judges_from_the_next_group_on() {
    let (flags, noted, told) = crawled(&rule("25.0"));
    let faults = Vec::new();
    assert_eq!(noted, 1, "the journal says from when on");
    assert_eq!((flags, told), (1, vec![Event::Rules { rules: 1, faults }]));
}

#[test]
fn what_was_edited_badly_judges_nothing_and_is_told_once() {
    let (flags, _, told) = crawled(&rule("25.0").replace("fn check", "fn chek"));
    assert_eq!((flags, told.len()), (0, 1));
    assert!(
        matches!(&told[0], Event::Rules { faults, .. } if faults[0].contains("cheap.rhai")),
        "{told:?}"
    );
}
