//! `review`: a decision, kept with its author.

use jiff::Timestamp;

use super::{Context, Exit, Failure};
use crate::{
    desk::Ask,
    model::{Decision, Flag, FlagId, Review},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Flags by id
    #[arg(required = true)]
    flags: Vec<String>,
    /// confirmed, dismissed, check, reopen, takedown, removed
    #[arg(long)]
    verdict: Decision,
    /// Why; needed to dismiss
    #[arg(long)]
    note: Option<String>,
    /// Who decides; otherwise the name of the user
    #[arg(long)]
    by: Option<String>,
    /// Who is to act next
    #[arg(long)]
    assign: Option<String>,
    /// The office that is to act
    #[arg(long)]
    unit: Option<String>,
    /// By when, such as 2026-03-31
    #[arg(long)]
    due: Option<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let by = args
        .by
        .or_else(|| std::env::var("USER").ok().filter(|user| !user.is_empty()));
    let by = by.ok_or_else(|| Failure::new("nobody is named who decides: add --by WHO"))?;
    let review = Review {
        verdict: args.verdict,
        note: args.note,
        by,
        assign: args.assign,
        unit: args.unit,
        due: args.due,
        at: Timestamp::now(),
    };
    let flags = args.flags.into_iter().map(FlagId::from).collect();
    context.ask(&workspace, Ask::Review { flags, review }, &mut |value| {
        if context.printer.json {
            return context.printer.document(&value);
        }
        let flag: Flag = serde_json::from_value(value).map_err(Failure::new)?;
        context
            .printer
            .line(&format!("{} is now {}", flag.id, flag.status))
    })?;
    Ok(Exit::Done)
}
