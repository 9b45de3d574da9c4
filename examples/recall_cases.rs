//! Puts short texts through the recall rules and says how many verdicts are right:
//! `cargo run --release --example recall_cases -- WORKSPACE CASES.json`.
//!
//! Each text becomes the title of a listing with nothing else. `recall/matched` (hard or strong) is red,
//! `recall/candidate` is amber. CASES.json: `pairs` [{text, min_verdict}], `non_matches` [text],
//! `must_not_be_red` [{text}].

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use listwarden::{
    judge::Judge,
    model::{Facts, Listing, ListingId},
};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Light {
    None,
    Amber,
    Red,
}

fn light(judge: &Judge, text: &str) -> Light {
    let listing = Listing {
        id: ListingId::new("case", text),
        title: Some(text.to_owned()),
        ..Listing::default()
    };
    let item = judge.rules().prepare(listing);
    let verdict = judge.rules().evaluate(&item, &Facts::default());
    let lights = verdict.flags.iter().map(|flag| match flag.rule.as_str() {
        "recall/matched" => Light::Red,
        _ => Light::Amber,
    });
    lights.max().unwrap_or(Light::None)
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [workspace, cases] = args.as_slice() else {
        return Err("give a workspace and a file of cases".into());
    };
    let judge = Judge::load(
        &Path::new(workspace).join("rules"),
        &["recall/*".to_owned()],
    )?
    .judge;
    let cases: Value = serde_json::from_str(&fs::read_to_string(cases)?)?;
    let list = |key: &str| cases[key].as_array().cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    let mut all = 0;
    let mut expect = |case: &Value, right: &dyn Fn(Light) -> bool| {
        let text = case["text"].as_str().or(case.as_str()).unwrap_or_default();
        let light = light(&judge, text);
        all += 1;
        if !right(light) {
            wrong.push(format!("{light:?}: {text}"));
        }
    };
    for case in list("pairs") {
        let least = if case["min_verdict"] == "red" {
            Light::Red
        } else {
            Light::Amber
        };
        expect(&case, &|light| light >= least);
    }
    for case in list("non_matches") {
        expect(&case, &|light| light == Light::None);
    }
    for case in list("must_not_be_red") {
        expect(&case, &|light| light < Light::Red);
    }
    let mut out = io::stdout().lock();
    for line in &wrong {
        writeln!(out, "wrong  {line}")?;
    }
    writeln!(out, "{} of {all} verdicts right", all - wrong.len())?;
    Ok(if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}
