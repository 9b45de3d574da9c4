//! `rules`: the rule author's bench.

mod account;
mod adopt;
mod check;
mod definitions;
mod docs;
mod explain;
mod interview;
mod list;
mod new;
mod questions;
mod subject;
mod test;
mod watch;

use super::{Context, Exit, Failure};
use crate::rules::Fault;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every rule with its title, kind and severity
    List,
    /// What is wrong with the rules: all of it at once
    Check {
        /// Warnings count as faults
        #[arg(long)]
        strict: bool,
    },
    /// Write a first rule: asks in plain words, or takes the answers as options
    New(new::Args),
    /// Run the tests that the rules carry
    Test(test::Args),
    /// Why a rule says what it says of a listing
    Explain(explain::Args),
    /// A page per rule and an index per pack, as Markdown
    Docs(docs::Args),
    /// Every function and field a rule may use, as editors read it (.d.rhai)
    Definitions(definitions::Args),
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    match args.command {
        Command::List => list::list(&workspace.judge(&[])?, context),
        Command::Check { strict } => check::check(&workspace.judge(&[])?, strict, context),
        Command::New(args) => new::new(&args, &workspace, context),
        Command::Test(args) => test::test(&args, &workspace, context),
        Command::Explain(args) => explain::explain(&args, &workspace, context),
        Command::Docs(args) => docs::docs(&args, &workspace, context),
        Command::Definitions(args) => definitions::definitions(&args, context),
    }
}

/// Rules that are not in force are named wherever rules are looked at.
fn broken(faults: &[Fault], context: &Context) {
    for fault in faults.iter().filter(|fault| fault.level == "error") {
        context.printer.say(&format!("not in force: {fault}"));
    }
}
