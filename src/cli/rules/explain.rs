//! `rules explain`: why a rule says what it says of a listing, or says nothing.

use super::{
    account::account,
    subject::{self, Page, Subject},
};
use crate::{
    cli::{Context, Exit, Failure, printer::Printer},
    judge::Judge,
    rules::Explanation,
    text::{glob, harmless},
    workspace::Workspace,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule's id such as recall/matched, or a glob such as 'recall/*'; or a flag's id alone
    #[arg(value_name = "RULE", required_unless_present = "all")]
    rule: Option<String>,
    /// A stored listing (platform:item), a file with a listing as JSON, or a saved page
    #[arg(value_name = "LISTING", conflicts_with = "all")]
    listing: Option<String>,
    /// Every rule on this listing, a line each, worst first
    #[arg(long, value_name = "LISTING", conflicts_with = "rule")]
    all: Option<String>,
    #[command(flatten)]
    page: Page,
}

pub(super) fn explain(
    args: &Args,
    workspace: &Workspace,
    context: &Context,
) -> Result<Exit, Failure> {
    let (rule, subject) = asked(args, workspace, context)?;
    let mut judge = workspace.judge(&[])?.judge;
    let rules = meant(&judge, &rule)?;
    subject::freeze(&mut judge, workspace, context)?;
    let (item, facts) = subject.prepared(&judge);
    let explain = |rule: &String| judge.rules().explain(rule, &item, &facts);
    let mut told: Vec<Explanation> = rules.iter().filter_map(explain).collect();
    told.sort_by_key(|one| (rank(one.outcome), std::cmp::Reverse(one.score)));
    let each = !rule.contains('*');
    show(&told, each, context.printer)?;
    Ok(Exit::Done)
}

/// The rule, or the glob, and the listing; of a flag the version that it is about.
fn asked(
    args: &Args,
    workspace: &Workspace,
    context: &Context,
) -> Result<(String, Subject), Failure> {
    let found = |listing: &str| Subject::find(workspace, listing, &args.page, context);
    match (&args.all, &args.rule, &args.listing) {
        (Some(listing), ..) => Ok(("*".to_owned(), found(listing)?)),
        (None, Some(rule), Some(listing)) => Ok((rule.clone(), found(listing)?)),
        (None, Some(flag), None) if is_flag(flag) => {
            let flag = subject::flag(workspace, flag, context)?;
            let subject = Subject::of_flag(workspace, &flag, context)?;
            Ok((flag.rule, subject))
        }
        _ => Err(Failure::new(
            "explain which listing? give `RULE LISTING`, a flag's id alone, or `--all LISTING`",
        )),
    }
}

fn is_flag(word: &str) -> bool {
    word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The ids that are meant, all of them in force.
fn meant(judge: &Judge, rule: &str) -> Result<Vec<String>, Failure> {
    let known: Vec<String> = judge.rules().rules().map(|rule| rule.id).collect();
    let fits = |id: &&String| glob::fits(rule, id);
    let found: Vec<String> = known.iter().filter(fits).cloned().collect();
    match found.is_empty() {
        false => Ok(found),
        true => Err(Failure::Message(format!(
            "there is no rule '{rule}' in force; there are: {}",
            known.join(", ")
        ))),
    }
}

fn show(told: &[Explanation], each: bool, printer: Printer) -> Result<(), Failure> {
    if printer.json {
        return told.iter().try_for_each(|one| printer.document(one));
    }
    if each {
        let lines = told.iter().flat_map(account);
        return lines
            .into_iter()
            .try_for_each(|line| printer.line(&harmless::line(&line)));
    }
    let rows = told.iter().map(|one| {
        vec![
            one.outcome.to_owned(),
            one.score
                .map_or_else(String::new, |score| score.to_string()),
            one.rule.clone(),
            one.line.map_or_else(String::new, |line| line.to_string()),
            one.reason.clone(),
        ]
    });
    let head = ["outcome", "score", "rule", "line", "reason"];
    printer.table(&head, rows.collect())
}

/// Worst first.
fn rank(outcome: &str) -> usize {
    let order = ["flag", "fault", "unsure", "pass", "skip"];
    let known = order.iter().position(|word| *word == outcome);
    known.unwrap_or(order.len())
}
