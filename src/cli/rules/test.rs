//! `rules test`: the tests that the rules carry.

use crate::{
    cli::{Context, Exit, Failure, counted::counted},
    judge::Loaded,
    text::harmless,
};

pub(super) fn test(loaded: &Loaded, context: &Context) -> Result<Exit, Failure> {
    let outcomes = loaded.judge.rules().test();
    for outcome in &outcomes {
        if context.printer.json {
            context.printer.document(outcome)?;
        } else if !outcome.ok {
            let name = harmless::line(&outcome.name);
            context.printer.line(&format!(
                "FAILED {}:{} expected {}, got {}: {name}",
                outcome.rule, outcome.line, outcome.expected, outcome.got
            ))?;
            context
                .printer
                .line(&format!("       {}", harmless::line(&outcome.detail)))?;
        }
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.ok).count();
    if !context.printer.json {
        context.printer.line(&format!(
            "{}, {failed} failed",
            counted(outcomes.len(), "test")
        ))?;
    }
    super::broken(&loaded.rules, context);
    let all_compiled = loaded.rules.iter().all(|fault| fault.level != "error");
    Ok(if failed == 0 && all_compiled {
        Exit::Done
    } else {
        Exit::No
    })
}
