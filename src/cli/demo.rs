//! `demo`: the whole job on a bundled market.

use std::path::PathBuf;

use super::{
    Context, Exit, Failure,
    flags::{HEAD, cells},
    progress::Progress,
    stop_on_ctrl_c,
};
use crate::demo::{self, Outcome};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Serve the market on this port and the two after it; otherwise on free ones
    #[arg(long)]
    port: Option<u16>,
    /// End when the job is done (nothing stays up afterwards yet, so it always does)
    #[arg(long)]
    no_serve: bool,
    /// Work in this directory; run again on it, and it goes on
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let Args {
        port,
        no_serve: _,
        keep,
    } = args;
    let progress = Progress::new(context.printer, "demo");
    let outcome = demo::run(
        &demo::Order { port, keep },
        progress.report(),
        stop_on_ctrl_c(),
    )?;
    drop(progress);
    if context.printer.json {
        context.printer.document(&outcome)?;
    } else {
        account(&outcome, context)?;
    }
    Ok(Exit::Done)
}

fn account(outcome: &Outcome, context: &Context) -> Result<(), Failure> {
    let say = |text: &str| context.printer.line(text);
    let rows = outcome
        .queue
        .iter()
        .map(|(flag, listing)| cells(flag, listing.as_ref()));
    context.printer.table(&HEAD, rows.collect())?;
    say("")?;
    let kinds = outcome.kinds.iter().map(|kind| {
        let counts = [kind.planted, kind.found, kind.missed, kind.wrong].map(|n| n.to_string());
        std::iter::once(kind.kind.clone()).chain(counts).collect()
    });
    context.printer.table(
        &[
            "against the market's own truth",
            "planted",
            "found",
            "missed",
            "wrongly flagged",
        ],
        kinds.collect(),
    )?;
    let strays: Vec<&str> = outcome
        .kinds
        .iter()
        .flat_map(|kind| &kind.listings)
        .map(String::as_str)
        .collect();
    if !strays.is_empty() {
        say(&format!("\nnot as planted: {}", strays.join(", ")))?;
    }
    say(&format!(
        "\n{} listings from {} pages of three platforms in {:.1} s; on the second visit {} had changed and {} gone",
        outcome.listings, outcome.pages, outcome.seconds, outcome.changed, outcome.gone
    ))?;
    say(&format!(
        "the market counted {} requests, {} of them to its forbidden area",
        outcome.requests, outcome.forbidden
    ))?;
    for export in &outcome.exports {
        say(&format!("export    {}", export.display()))?;
    }
    say(&format!("workspace {}", outcome.workspace.display()))?;
    // As it was called: whoever tries it from the repository has not installed it.
    let program = std::env::args()
        .next()
        .unwrap_or_else(|| "listwarden".to_owned());
    let workspace = outcome.workspace.display();
    say("\ngo on with")?;
    if let Some((flag, _)) = outcome.queue.first() {
        say(&format!(
            "  {program} --workspace {workspace} flags show {}",
            flag.id
        ))?;
        say(&format!(
            "  {program} --workspace {workspace} review {} --verdict confirmed --by YOU",
            flag.id
        ))?;
    }
    say(&format!(
        "  {program} --workspace {workspace} flags --rule 'recall/*'"
    ))
}
