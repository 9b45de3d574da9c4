//! `rules`: the rule author's bench.

mod check;
mod explain;
mod list;
mod test;

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
        /// Only these rules, by glob such as 'recall/*'
        #[arg(value_name = "GLOB")]
        rules: Vec<String>,
        /// Warnings count as faults
        #[arg(long)]
        strict: bool,
        /// Tell all about one fault, such as R201
        #[arg(long, value_name = "CODE", conflicts_with_all = ["rules", "strict"])]
        explain: Option<String>,
    },
    /// Run the tests that the rules carry
    Test {
        /// Only these rules, by glob such as 'recall/*'
        #[arg(value_name = "GLOB")]
        rules: Vec<String>,
    },
    /// Why a rule says what it says of a listing
    Explain {
        /// The rule's id, such as recall/matched
        rule: String,
        /// A stored listing (platform:item), or a file with a listing as JSON
        listing: String,
    },
    /// Every function and field a rule may use, as editors read it (.d.rhai)
    Definitions,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    // A page of the manual needs no workspace.
    if let Command::Check {
        explain: Some(code),
        ..
    } = &args.command
    {
        return check::explain(code, context);
    }
    let workspace = context.workspace()?;
    match args.command {
        Command::List => list::list(&workspace.judge(&[])?, context),
        Command::Check {
            explain: Some(code),
            ..
        } => check::explain(&code, context),
        Command::Check { rules, strict, .. } => {
            check::check(&workspace.judge(&[])?, &rules, strict, context)
        }
        Command::Test { rules } => test::test(&workspace.judge(&rules)?, context),
        Command::Explain { rule, listing } => {
            explain::explain(&workspace, &rule, &listing, context)
        }
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
