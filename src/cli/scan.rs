//! `scan`: judge what is stored, offline.

use jiff::Timestamp;

use super::{
    Context, Exit, Failure, counted::counted, filters::moment, progress::Progress, stop_on_ctrl_c,
};
use crate::{scan, workspace};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these rules, by glob such as 'recall/*'
    #[arg(long, value_delimiter = ',', value_name = "GLOB")]
    rules: Vec<String>,
    /// Also what has not changed since it was last judged
    #[arg(long)]
    all: bool,
    /// Only listings seen since: a date, a time, or an age such as 7d
    #[arg(long, value_name = "T")]
    since: Option<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let since = args
        .since
        .as_deref()
        .map(|t| moment(t, Timestamp::now()))
        .transpose()?;
    let order = scan::Order {
        all: args.all,
        since,
        partial: false,
    };
    let progress = Progress::new(context.printer, "scan");
    let (summary, faults) = workspace::scan(
        &workspace,
        &args.rules,
        &order,
        progress.report(),
        &stop_on_ctrl_c(),
    )?;
    drop(progress);
    for fault in faults {
        context.printer.say(&format!("not used: {fault}"));
    }
    if context.printer.json {
        context.printer.document(&summary)?;
    } else {
        if summary.notices > 0 {
            context.printer.line(&format!(
                "{} are new or changed; {} fit one",
                counted(summary.notices, "recall notice"),
                counted(summary.touched, "listing")
            ))?;
        }
        context.printer.line(&format!(
            "{} listings, {} judged: {} flags raised, {} resolved, {} suppressed by exceptions; {} times a rule could not say, {} times one failed",
            summary.listings, summary.judged, summary.flags, summary.resolved, summary.suppressed, summary.unsure, summary.faults
        ))?;
    }
    Ok(Exit::Done)
}
