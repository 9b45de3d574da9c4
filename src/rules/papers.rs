//! The manual and the shipped packs, held against the code.

use std::{fs, path::Path, sync::Arc};

use super::{
    RuleSet, RuleSource,
    native::FAMILIES,
    tests::{rule, source},
};
use crate::{
    model::{Code, Facts},
    reference::Reference,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn reference() -> Arc<Reference> {
    Arc::new(Reference::load(&root().join("rules/reference")).0)
}

fn manual() -> String {
    fs::read_to_string(root().join("docs/rules.md")).unwrap()
}

/// Every test of every rule must hold, without a fault or a warning.
fn hold(sources: &[RuleSource]) -> RuleSet {
    let (set, faults) = RuleSet::load(sources, reference());
    let pictures: Vec<_> = faults.iter().map(|fault| fault.picture.as_str()).collect();
    assert!(faults.is_empty(), "{}", pictures.join("\n\n"));
    let wrong: Vec<_> = set.test().into_iter().filter(|test| !test.ok).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    set
}

#[test]
fn the_manuals_rules_load_and_hold() {
    let manual = manual();
    let sources: Vec<_> = manual
        .split("```rhai\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .enumerate()
        .map(|(number, (text, _))| source(&format!("manual/{number}"), text))
        .collect();
    assert_eq!(hold(&sources).len(), 2);
}

#[test]
fn the_manuals_tables_are_those_of_the_code() {
    let path = root().join("docs/rules.md");
    let mut made = manual();
    for (name, table) in RuleSet::tables() {
        let (head, foot) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = made.find(&head).unwrap() + head.len();
        let end = made.find(&foot).unwrap();
        made.replace_range(start..end, &table);
    }
    if std::env::var_os("LISTWARDEN_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert!(
        made == manual(),
        "docs/rules.md is old: run this test with LISTWARDEN_BLESS=1"
    );
    assert!(made.lines().count() < 300);
}

#[test]
fn the_page_of_functions_is_that_of_the_code() {
    let path = root().join("docs/functions.md");
    let made = RuleSet::functions();
    if std::env::var_os("LISTWARDEN_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|page| page == made),
        "docs/functions.md is old: run this test with LISTWARDEN_BLESS=1"
    );
}

#[test]
fn every_documented_example_is_true() {
    let docs = FAMILIES.iter().flat_map(|family| family.docs);
    let sources: Vec<_> = docs
        .map(|doc| {
            let body = format!(
                "if {} {{ return pass(); }} unsure(\"not true\")",
                doc.example
            );
            source(&format!("example/{}", doc.name), &rule(&body))
        })
        .collect();
    let (set, faults) = RuleSet::load(&sources, reference());
    super::tests::sound(&faults);
    let mut listing = super::tests::listing();
    listing.title = Some("电水壶 不锈钢".into());
    listing.observed = vec![crate::model::Block::Title];
    listing.attributes.insert("功率".into(), "1500W".into());
    listing.attributes.insert("产地".into(), "暂无".into());
    listing.codes = vec![Code {
        scheme: "ccc".into(),
        raw: "2016010706840003".into(),
        value: Some("2016010706840003".into()),
        valid: true,
        path: "attributes.证书编号".into(),
    }];
    let verdict = set.evaluate(&set.prepare(listing), &Facts::default());
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    assert!(verdict.unsure.is_empty(), "{:?}", verdict.unsure);
    assert_eq!(verdict.passes.len(), sources.len());
}

#[test]
fn every_function_is_documented_and_every_documented_one_exists() {
    let mut host = super::host::Host::of(rhai::Engine::new_raw());
    super::native::register(&mut host);
    let metadata = host.engine.gen_fn_metadata_to_json(false).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let functions = metadata["functions"].as_array().unwrap().iter();
    let mut there: Vec<&str> = functions
        .filter_map(|function| function["name"].as_str())
        .filter(|name| !name.contains('$'))
        .collect();
    let docs = FAMILIES.iter().flat_map(|family| family.docs);
    let mut told: Vec<&str> = docs.map(|doc| doc.name).collect();
    there.sort_unstable();
    there.dedup();
    told.sort_unstable();
    assert_eq!(there, told);
}

pub(super) fn packs() -> Vec<RuleSource> {
    let mut sources = Vec::new();
    for pack in fs::read_dir(root().join("rules")).unwrap().flatten() {
        if !pack.path().is_dir() || pack.file_name() == "reference" {
            continue;
        }
        assert!(
            pack.path().join("pack.toml").is_file(),
            "{:?} has no pack.toml",
            pack.path()
        );
        for file in fs::read_dir(pack.path()).unwrap().flatten() {
            if file.path().extension().is_some_and(|ext| ext == "rhai") {
                let path = file.path();
                let id = path
                    .strip_prefix(root().join("rules"))
                    .unwrap()
                    .with_extension("");
                sources.push(RuleSource {
                    id: id.to_string_lossy().into_owned(),
                    text: fs::read_to_string(&path).unwrap(),
                    path,
                });
            }
        }
    }
    sources
}

#[test]
fn the_shipped_packs_hold_with_two_tests_of_each_outcome() {
    let set = hold(&packs());
    assert!(set.len() >= 12);
    let mut few = Vec::new();
    for rule in set.rules() {
        let all: Vec<_> = set
            .test()
            .into_iter()
            .filter(|test| test.rule == rule.id)
            .collect();
        let text = packs()
            .into_iter()
            .find(|source| source.id == rule.id)
            .unwrap()
            .text;
        for (outcome, written) in [("flag", "flag("), ("pass", "pass("), ("unsure", "unsure(")] {
            let count = all.iter().filter(|test| test.expected == outcome).count();
            if text.contains(written) && count < 2 {
                few.push(format!("{}: {count} of {outcome}", rule.id));
            }
        }
    }
    assert!(few.is_empty(), "{few:#?}");
}

#[test]
fn the_tests_of_the_shipped_packs_reach_every_answer() {
    let set = hold(&packs());
    let told = set.coverage(&set.test());
    assert_eq!(told.len(), set.len());
    let missed: Vec<_> = told
        .iter()
        .filter(|rule| !rule.unreached.is_empty())
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
