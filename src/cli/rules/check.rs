//! `rules check`: what is wrong with the rules, all of it at once.

use serde_json::json;

use super::{asked, some_fit};
use crate::{
    cli::{Context, Exit, Failure, counted::counted},
    judge::Loaded,
    rules::{Fault, RuleSet},
    text::harmless,
};

pub(super) fn check(
    loaded: &Loaded,
    globs: &[String],
    strict: bool,
    context: &Context,
) -> Result<Exit, Failure> {
    some_fit(loaded, globs)?;
    let asked = |id: &str| asked(globs, id);
    let faults: Vec<&Fault> = loaded.rules.iter().filter(|f| asked(&f.rule)).collect();
    let rules = loaded.judge.rules().rules();
    let compiled = rules.filter(|rule| asked(&rule.id)).count();
    for fault in &faults {
        show(fault, context)?;
    }
    // A broken row concerns every rule that looks at its list.
    for fault in &loaded.reference {
        if context.printer.json {
            context.printer.document(&json!({
                "level": "error", "path": fault.path, "line": fault.line, "message": fault.message
            }))?;
        } else {
            context.printer.line(&format!("error: {fault}"))?;
        }
    }
    if !context.printer.json
        && let Some(first) = faults.iter().find(|f| RuleSet::page_of(f.code).is_some())
    {
        context.printer.say(&format!(
            "`listwarden rules check --explain {}` tells more",
            first.code
        ));
    }
    let errors = faults.iter().filter(|f| f.level == "error").count() + loaded.reference.len();
    let warnings = faults.len() + loaded.reference.len() - errors;
    context.printer.say(&format!(
        "{}, {}, {}",
        counted(compiled, "rule"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    Ok(if errors == 0 && !(strict && warnings > 0) {
        Exit::Done
    } else {
        Exit::No
    })
}

fn show(fault: &Fault, context: &Context) -> Result<(), Failure> {
    if context.printer.json {
        context.printer.document(fault)?;
    } else {
        for line in fault.picture.lines() {
            context.printer.line(&harmless::line(line))?;
        }
    }
    Ok(())
}

/// `--explain R201`: the page of one code.
pub(super) fn explain(code: &str, context: &Context) -> Result<Exit, Failure> {
    let page = RuleSet::page_of(code).ok_or_else(|| {
        Failure::Message(format!(
            "there is no fault '{code}'; codes look like R201, as `rules check` prints them"
        ))
    })?;
    if context.printer.json {
        let document = json!({ "code": code, "page": page });
        context.printer.document(&document)?;
    } else {
        context.printer.line(page.trim_end())?;
    }
    Ok(Exit::Done)
}
