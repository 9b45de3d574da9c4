//! `rules profile`: what each rule costs on what is stored.

use std::time::Duration;

use crate::{
    cli::{Context, Exit, Failure, counted::counted, stop_on_ctrl_c},
    rules::Spent,
    workspace::{self, Profiled, Workspace},
};

const HEAD: [&str; 10] = [
    "rule",
    "CPU ms",
    "µs a run",
    "runs",
    "gated out",
    "flags",
    "unsure",
    "faults",
    "steps",
    "budget",
];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these rules, by glob such as 'recall/*'
    #[arg(value_name = "GLOB")]
    rules: Vec<String>,
    /// Only so many listings, the first by id
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(super) fn profile(
    workspace: &Workspace,
    args: &Args,
    context: &Context,
) -> Result<Exit, Failure> {
    let done = workspace::profile(
        workspace,
        &args.rules,
        args.limit,
        &spent_so_far,
        &stop_on_ctrl_c(),
    )?;
    if context.printer.json {
        context.printer.document(&done)?;
        return Ok(Exit::Done);
    }
    let Profiled {
        listings,
        rules,
        faults,
        stopped,
    } = &done;
    super::broken(faults, context);
    context.printer.line(&format!(
        "{} held against {}; time of this thread's CPU, native functions among it, text made ready before",
        counted(rules.len(), "rule"),
        counted(*listings, "listing")
    ))?;
    context
        .printer
        .table(&HEAD, rules.iter().map(row).collect())?;
    for spent in rules.iter().filter(|spent| spent.most_steps > spent.budget) {
        context.printer.line(&format!(
            "{} took {} steps in one run; its budget is {}",
            spent.rule, spent.most_steps, spent.budget
        ))?;
    }
    if *stopped {
        context
            .printer
            .say("stopped before the end; the figures are of what was looked at");
    }
    Ok(Exit::Done)
}

fn row(spent: &Spent) -> Vec<String> {
    let each = match spent.calls {
        0 => String::new(),
        calls => format!("{:.1}", spent.seconds * 1e6 / calls as f64),
    };
    vec![
        spent.rule.clone(),
        format!("{:.1}", spent.seconds * 1e3),
        each,
        spent.calls.to_string(),
        spent.gated_out.to_string(),
        spent.flags.to_string(),
        spent.unsure.to_string(),
        spent.faults.to_string(),
        spent.most_steps.to_string(),
        spent.budget.to_string(),
    ]
}

/// CPU time of this thread.
#[cfg(target_os = "linux")]
fn spent_so_far() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(time.tv_sec.unsigned_abs(), nanos)
}

/// Elsewhere the clock on the wall must do.
#[cfg(not(target_os = "linux"))]
fn spent_so_far() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
