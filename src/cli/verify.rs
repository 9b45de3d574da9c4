//! `verify`: the journal's chain, the index's place, the archive's digests. Also while another process owns the store.

use super::{Context, Exit, Failure, counted::counted};
use crate::{
    text::harmless,
    upkeep::{self, Report},
    workspace,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let report = upkeep::verify(&workspace.data()).map_err(workspace::Error::from)?;
    if context.printer.json {
        context.printer.document(&report)?;
    } else {
        account(&report)
            .iter()
            .try_for_each(|line| context.printer.line(&harmless::line(line)))?;
    }
    Ok(if report.broken.is_empty() {
        Exit::Done
    } else {
        Exit::No
    })
}

fn account(report: &Report) -> Vec<String> {
    if !report.broken.is_empty() {
        let first = |broken: &upkeep::Broken| {
            format!(
                "the {} is broken: {}",
                format!("{:?}", broken.part).to_lowercase(),
                broken.what
            )
        };
        return report.broken.iter().map(first).collect();
    }
    let mut lines = vec![format!(
        "the chain holds: {}, {} as archived",
        counted(report.records, "record"),
        counted(report.captures, "capture")
    )];
    if report.unfinished > 0 {
        lines.push(format!(
            "{} behind the last whole record: being written now, or torn by a crash and cut off at the next start",
            counted(report.unfinished, "byte")
        ));
    }
    lines.push(format!("head {}", report.head));
    lines
}
