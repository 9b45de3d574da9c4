//! `rules`: the rule author's bench.

mod account;
mod adopt;
mod backtest;
mod check;
mod definitions;
mod diff;
mod docs;
mod explain;
mod interview;
mod list;
mod new;
mod profile;
mod questions;
mod subject;
mod test;
mod watch;

use jiff::Timestamp;

use super::{Context, Exit, Failure};
use crate::{
    desk::Experience,
    judge::Loaded,
    review,
    rules::Fault,
    text::{causes, glob},
    workspace::{Workspace, remarks},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every rule with its title, kind and severity, and how often people found it right
    List {
        /// The folders of rules: what they are, who keeps them, which version
        #[arg(long)]
        packs: bool,
    },
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
    /// Write a first rule: asks in plain words, or takes the answers as options
    New(new::Args),
    /// Run the tests that the rules carry
    Test(test::Args),
    /// Why a rule says what it says of a listing
    Explain(explain::Args),
    /// What rules would flag of everything stored, beside the flags that stand; nothing is written
    Backtest(backtest::Args),
    /// What differs between two versions of rules, and which stored listings they would answer otherwise
    Diff(diff::Args),
    /// What each rule costs on what is stored: time, runs, gates that stayed shut, flags, faults; the dearest first
    Profile(profile::Args),
    /// A page per rule and an index per pack, as Markdown
    Docs(docs::Args),
    /// Every function and field a rule may use, as editors read it (.d.rhai)
    Definitions(definitions::Args),
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
        Command::List { packs: true } => list::packs(&workspace.judge(&[])?, context),
        Command::List { packs: false } => list::list(&workspace, &workspace.judge(&[])?, context),
        Command::Check { rules, strict, .. } => {
            let mut loaded = workspace.judge(&[])?;
            let known = experience(&workspace, context);
            list::tell(
                &review::doubts(&known.verdicts, &loaded.judge.bars()),
                context,
            )?;
            loaded
                .rules
                .extend(remarks(&loaded, &known, Timestamp::now()));
            let dear = loaded.judge.rules().over_budget();
            loaded.rules.extend(dear);
            check::check(&loaded, &rules, strict, context)
        }
        Command::Backtest(args) => backtest::backtest(&workspace, args, context),
        Command::Diff(args) => diff::diff(&workspace, args, context),
        Command::Profile(args) => profile::profile(&workspace, &args, context),
        Command::New(args) => new::new(&args, &workspace, context),
        Command::Test(args) => test::test(&args, &workspace, context),
        Command::Explain(args) => explain::explain(&args, &workspace, context),
        Command::Docs(args) => docs::docs(&args, &workspace, context),
        Command::Definitions(args) => definitions::definitions(&args, context),
    }
}

/// What came of the rules so far. A scan that has the store answers nobody, and is no reason to say nothing of the rules.
fn experience(workspace: &Workspace, context: &Context) -> Experience {
    workspace.experience().unwrap_or_else(|error| {
        let why = causes(&error);
        context.printer.say(&format!(
            "remark: what people and scans say of the rules is not known here: {why}"
        ));
        Experience::default()
    })
}

/// Whether a rule is among those that globs name; without any, every rule is.
fn asked(globs: &[String], rule: &str) -> bool {
    globs.is_empty() || globs.iter().any(|one| glob::fits(one, rule))
}

/// Globs that name nothing are a slip: nobody asks about no rules.
fn some_fit(loaded: &Loaded, globs: &[String]) -> Result<(), Failure> {
    let fits = |id: &str| asked(globs, id);
    let compiled = loaded.judge.rules().rules().any(|rule| fits(&rule.id));
    if compiled || globs.is_empty() || loaded.rules.iter().any(|fault| fits(&fault.rule)) {
        return Ok(());
    }
    Err(Failure::Message(format!(
        "no rule fits {}; `rules list` names them",
        globs.join(", ")
    )))
}

/// Rules that are not in force are named wherever rules are looked at.
fn broken(faults: &[Fault], context: &Context) {
    for fault in faults.iter().filter(|fault| fault.level == "error") {
        context.printer.say(&format!("not in force: {fault}"));
    }
}
