//! `rules test`: the tests that the rules carry, and which answers no test reaches.

use std::time::Duration;

use super::{adopt, subject, watch};
use crate::{
    cli::{Context, Exit, Failure, counted::counted},
    judge::Loaded,
    rules::{Coverage, TestOutcome},
    text::harmless,
    workspace::Workspace,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these rules, by glob such as 'recall/*'
    #[arg(value_name = "GLOB")]
    rules: Vec<String>,
    /// Name the answers of each rule that no test reaches
    #[arg(long)]
    coverage: bool,
    /// Stay, and test again what changes; ends with Ctrl-C
    #[arg(long)]
    watch: bool,
    /// How often to look for changes, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "0.5", requires = "watch", value_parser = seconds)]
    every: Duration,
    /// Make a test of the listing of this flag: pass where it was dismissed, flag where it was confirmed
    #[arg(long, value_name = "FLAG", conflicts_with_all = ["rules", "watch", "coverage"])]
    adopt: Option<String>,
    /// What the adopted test shows; otherwise the note of the verdict, or the listing's title
    #[arg(long, value_name = "T", requires = "adopt")]
    name: Option<String>,
    /// What the adopted test expects, whatever was decided: pass or flag
    #[arg(long = "as", value_name = "OUTCOME", requires = "adopt", value_parser = ["pass", "flag"])]
    expected: Option<String>,
}

pub(super) fn test(args: &Args, workspace: &Workspace, context: &Context) -> Result<Exit, Failure> {
    if let Some(id) = &args.adopt {
        let flag = subject::flag(workspace, id, context)?;
        let wish = adopt::Wish {
            name: args.name.as_deref(),
            expected: args.expected.as_deref(),
        };
        return adopt::adopt(&flag, &wish, workspace, context);
    }
    if args.watch {
        return watch::watch(&args.rules, args.every, workspace, context);
    }
    let loaded = workspace.judge(&args.rules)?;
    super::some_fit(&loaded, &args.rules)?;
    let outcomes = loaded.judge.rules().test();
    let mut failed = show(&outcomes, context)?;
    if args.coverage {
        reach(&loaded.judge.rules().coverage(&outcomes), context)?;
    }
    super::broken(&loaded.rules, context);
    failed |= !all_compiled(&loaded);
    Ok(if failed { Exit::No } else { Exit::Done })
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    let sensible = seconds.filter(|seconds| (0.01..=3600.0).contains(seconds));
    let sensible = sensible.ok_or("seconds between 0.01 and 3600 would be right, such as 0.5")?;
    Ok(Duration::from_secs_f64(sensible))
}

fn all_compiled(loaded: &Loaded) -> bool {
    loaded.rules.iter().all(|fault| fault.level != "error")
}

/// Names the tests that failed; says whether any did.
pub(super) fn show(outcomes: &[TestOutcome], context: &Context) -> Result<bool, Failure> {
    let printer = context.printer;
    for outcome in outcomes {
        if printer.json {
            printer.document(outcome)?;
        } else if !outcome.ok {
            let name = harmless::line(&outcome.name);
            printer.line(&format!(
                "FAILED {}:{} expected {}, got {}: {name}",
                outcome.rule, outcome.line, outcome.expected, outcome.got
            ))?;
            let ended = outcome.ended.map(|(line, _)| format!("line {line}: "));
            let said = format!("{}{}", ended.unwrap_or_default(), outcome.detail);
            printer.line(&format!("       {}", harmless::line(&said)))?;
        }
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.ok).count();
    if !printer.json {
        printer.line(&format!(
            "{}, {failed} failed",
            counted(outcomes.len(), "test")
        ))?;
    }
    Ok(failed > 0)
}

/// Names the answers that no test reaches.
fn reach(told: &[Coverage], context: &Context) -> Result<(), Failure> {
    let printer = context.printer;
    if printer.json {
        return told.iter().try_for_each(|rule| printer.document(rule));
    }
    for rule in told.iter().filter(|rule| !rule.unreached.is_empty()) {
        let (all, missed) = (rule.places, rule.unreached.len());
        printer.line(&format!(
            "{}: {} of {all} answers reached",
            rule.rule,
            all - missed
        ))?;
        for place in &rule.unreached {
            let source = harmless::line(&place.source);
            printer.line(&format!("  no test reaches line {}: {source}", place.line))?;
        }
    }
    let all: usize = told.iter().map(|rule| rule.places).sum();
    let missed: usize = told.iter().map(|rule| rule.unreached.len()).sum();
    let rules = counted(told.len(), "rule");
    printer.line(&format!(
        "{} of {all} answers of {rules} are reached by tests",
        all - missed
    ))
}
