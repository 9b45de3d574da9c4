//! `rules check`: what is wrong with the rules, all of it at once.

use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure, counted::counted},
    judge::Loaded,
};

pub(super) fn check(loaded: &Loaded, strict: bool, context: &Context) -> Result<Exit, Failure> {
    for fault in &loaded.rules {
        if context.printer.json {
            context.printer.document(fault)?;
        } else {
            context.printer.line(&fault.picture)?;
        }
    }
    for fault in &loaded.reference {
        if context.printer.json {
            context.printer.document(&json!({
                "level": "error", "path": fault.path, "line": fault.line, "message": fault.message
            }))?;
        } else {
            context.printer.line(&format!("error: {fault}"))?;
        }
    }
    let errors =
        loaded.rules.iter().filter(|f| f.level == "error").count() + loaded.reference.len();
    let warnings = loaded.rules.len() + loaded.reference.len() - errors;
    context.printer.say(&format!(
        "{}, {}, {}",
        counted(loaded.judge.rules().len(), "rule"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    Ok(if errors == 0 && !(strict && warnings > 0) {
        Exit::Done
    } else {
        Exit::No
    })
}
