//! `init`: a new workspace.

use std::path::PathBuf;

use super::{Context, Exit, Failure, counted::counted};
use crate::workspace;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where; made if it is not there
    dir: PathBuf,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let created = workspace::create(&args.dir)?;
    if context.printer.json {
        context.printer.document(&created)?;
    } else {
        context.printer.line(&format!(
            "{}: {} written, {} kept",
            created.workspace,
            counted(created.written, "file"),
            created.kept
        ))?;
        context.printer.say("next: say in config.toml what is to be watched, then `listwarden check` and `listwarden crawl`");
    }
    Ok(Exit::Done)
}
