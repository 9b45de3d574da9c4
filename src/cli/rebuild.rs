//! `rebuild`: the index made anew from the journal.

use serde_json::json;

use super::{Context, Exit, Failure, counted::counted};
use crate::{store, workspace};

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let frames = store::rebuild(&workspace.data()).map_err(workspace::Error::from)?;
    if context.printer.json {
        context.printer.document(&json!({ "frames": frames }))?;
    } else {
        context.printer.line(&format!(
            "the index was made anew from {} of the journal",
            counted(frames, "frame")
        ))?;
        context.printer.say("the queue of an interrupted crawl is not in the journal; the next crawl begins from its seeds");
    }
    Ok(Exit::Done)
}
