use super::{Context, Exit, Failure};

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: Args, _: &Context) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
