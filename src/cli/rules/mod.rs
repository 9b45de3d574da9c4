//! `rules`: the rule author's bench.

mod account;
mod adopt;
mod check;
mod explain;
mod list;
mod subject;
mod test;
mod watch;

use serde_json::json;

use super::{Context, Exit, Failure};
use crate::rules::{Fault, RuleSet};

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
    /// Run the tests that the rules carry
    Test(test::Args),
    /// Why a rule says what it says of a listing
    Explain(explain::Args),
    /// Every function and field a rule may use, as editors read it (.d.rhai)
    Definitions,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    match args.command {
        Command::List => list::list(&workspace.judge(&[])?, context),
        Command::Check { strict } => check::check(&workspace.judge(&[])?, strict, context),
        Command::Test(args) => test::test(&args, &workspace, context),
        Command::Explain(args) => explain::explain(&args, &workspace, context),
        Command::Definitions => {
            let definitions = RuleSet::definitions();
            if context.printer.json {
                context
                    .printer
                    .document(&json!({ "definitions": definitions }))?;
            } else {
                context.printer.line(definitions.trim_end())?;
            }
            Ok(Exit::Done)
        }
    }
}

/// Rules that are not in force are named wherever rules are looked at.
fn broken(faults: &[Fault], context: &Context) {
    for fault in faults.iter().filter(|fault| fault.level == "error") {
        context.printer.say(&format!("not in force: {fault}"));
    }
}
