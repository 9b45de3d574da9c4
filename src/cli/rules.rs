//! `rules`: the rule author's bench.

use std::path::Path;

use serde_json::json;

use super::{Context, Exit, Failure, counted::counted};
use crate::{
    desk::Ask,
    judge::Loaded,
    model::{Listing, Proof},
    rules::{Explanation, Fault, RuleInfo, RuleSet},
    store::Store,
    text::harmless,
    workspace::{self, Workspace},
};

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
    let workspace = context.workspace()?;
    match args.command {
        Command::List => list(&workspace.judge(&[])?, context),
        Command::Check { strict } => check(&workspace.judge(&[])?, strict, context),
        Command::Test { rules } => test(&workspace.judge(&rules)?, context),
        Command::Explain { rule, listing } => explain(&workspace, &rule, &listing, context),
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

fn list(loaded: &Loaded, context: &Context) -> Result<Exit, Failure> {
    let rules: Vec<RuleInfo> = loaded.judge.rules().rules().collect();
    if context.printer.json {
        rules
            .iter()
            .try_for_each(|rule| context.printer.document(rule))?;
    } else {
        let rows = rules.iter().map(|rule| {
            vec![
                rule.id.clone(),
                rule.title.clone(),
                rule.title_zh.clone(),
                rule.kind.clone(),
                rule.severity.to_string(),
                rule.tests.to_string(),
            ]
        });
        context.printer.table(
            &["rule", "title", "标题", "kind", "severity", "tests"],
            rows.collect(),
        )?;
    }
    broken(&loaded.rules, context);
    Ok(Exit::Done)
}

/// Rules that are not in force are named wherever rules are looked at.
fn broken(faults: &[Fault], context: &Context) {
    for fault in faults.iter().filter(|fault| fault.level == "error") {
        context.printer.say(&format!("not in force: {fault}"));
    }
}

fn check(loaded: &Loaded, strict: bool, context: &Context) -> Result<Exit, Failure> {
    for fault in &loaded.rules {
        if context.printer.json {
            context.printer.document(fault)?;
        } else {
            context.printer.line(&fault.picture)?;
        }
    }
    for fault in &loaded.reference {
        if context.printer.json {
            context.printer.document(&json!({
                "level": "error", "path": fault.path, "line": fault.line, "message": fault.message
            }))?;
        } else {
            context.printer.line(&format!("error: {fault}"))?;
        }
    }
    let errors =
        loaded.rules.iter().filter(|f| f.level == "error").count() + loaded.reference.len();
    let warnings = loaded.rules.len() + loaded.reference.len() - errors;
    context.printer.say(&format!(
        "{}, {}, {}",
        counted(loaded.judge.rules().len(), "rule"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    Ok(if errors == 0 && !(strict && warnings > 0) {
        Exit::Done
    } else {
        Exit::No
    })
}

fn test(loaded: &Loaded, context: &Context) -> Result<Exit, Failure> {
    let outcomes = loaded.judge.rules().test();
    for outcome in &outcomes {
        if context.printer.json {
            context.printer.document(outcome)?;
        } else if !outcome.ok {
            let name = harmless::line(&outcome.name);
            context.printer.line(&format!(
                "FAILED {}:{} expected {}, got {}: {name}",
                outcome.rule, outcome.line, outcome.expected, outcome.got
            ))?;
            context
                .printer
                .line(&format!("       {}", harmless::line(&outcome.detail)))?;
        }
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.ok).count();
    if !context.printer.json {
        context.printer.line(&format!(
            "{}, {failed} failed",
            counted(outcomes.len(), "test")
        ))?;
    }
    broken(&loaded.rules, context);
    let all_compiled = loaded.rules.iter().all(|fault| fault.level != "error");
    Ok(if failed == 0 && all_compiled {
        Exit::Done
    } else {
        Exit::No
    })
}

fn explain(
    workspace: &Workspace,
    rule: &str,
    listing: &str,
    context: &Context,
) -> Result<Exit, Failure> {
    let mut judge = workspace.judge(&[])?.judge;
    let (mut listing, past) = found(workspace, listing, context)?;
    match Store::open(&workspace.data()) {
        Ok((store, _)) => {
            judge
                .freeze(&store)
                .and_then(|()| Ok(store.close()?))
                .map_err(workspace::Error::from)?;
        }
        Err(error) if error.is_busy() => {
            context.printer.say("remark: a crawl is under way, so what the store as a whole says is usual is not known here");
        }
        Err(error) => return Err(workspace::Error::from(error).into()),
    }
    judge.classify(&mut listing);
    let facts = judge.facts(&listing, past.as_ref());
    let item = judge.rules().prepare(listing);
    let explanation = judge.rules().explain(rule, &item, &facts);
    let explanation = explanation.ok_or_else(|| {
        let known: Vec<String> = judge.rules().rules().map(|r| r.id).collect();
        Failure::Message(format!(
            "there is no rule '{rule}' in force; there are: {}",
            known.join(", ")
        ))
    })?;
    if context.printer.json {
        context.printer.document(&explanation)?;
    } else {
        account(&explanation)
            .iter()
            .try_for_each(|line| context.printer.line(&harmless::line(line)))?;
    }
    Ok(Exit::Done)
}

/// A listing from a file, or from the store with the version before it.
fn found(
    workspace: &Workspace,
    listing: &str,
    context: &Context,
) -> Result<(Listing, Option<Listing>), Failure> {
    if Path::new(listing).is_file() {
        let text = std::fs::read_to_string(listing)
            .map_err(|e| Failure::Message(format!("could not read {listing}: {e}")))?;
        let read = serde_json::from_str(&text);
        return Ok((
            read.map_err(|e| {
                Failure::Message(format!(
                    "{listing}: {e}; a listing as `listings show --json` prints it would be right"
                ))
            })?,
            None,
        ));
    }
    let mut versions: Vec<(Listing, bool)> = Vec::new();
    context.ask(
        workspace,
        Ask::History {
            id: listing.to_owned(),
        },
        &mut |value| {
            // Between the versions stand the turns of its status.
            if !value["version"].is_null() {
                let reread = !value["reread"].is_null();
                versions.push((serde_json::from_value(value).map_err(Failure::new)?, reread));
            }
            Ok(())
        },
    )?;
    let latest = versions
        .last()
        .map(|(latest, _)| latest.clone())
        .ok_or_else(|| Failure::Message(format!("there is no listing '{listing}'")))?;
    // As the store has it: reading the same page otherwise is no change of it.
    let mut older = versions.into_iter().rev();
    let _visited = older.find(|(_, reread)| !reread);
    Ok((latest, older.next().map(|(past, _)| past)))
}

/// An explanation as a person would tell it.
fn account(told: &Explanation) -> Vec<String> {
    let mut lines = vec![format!(
        "{} on {}: {}",
        told.rule, told.listing, told.outcome
    )];
    for gate in &told.gates {
        let state = if gate.open { "open" } else { "shut" };
        lines.push(format!(
            "  gate {} is {state}: wants {}; the listing has {}",
            gate.gate, gate.wants, gate.found
        ));
    }
    for proof in &told.proofs {
        lines.push(format!("  {}", read(proof)));
    }
    if let Some(line) = told.line {
        lines.push(format!("  ended at line {line}: {}", told.source));
    }
    lines.push(format!("  {}", told.reason));
    if !told.reason_zh.is_empty() {
        lines.push(format!("  {}", told.reason_zh));
    }
    if let Some(score) = told.score {
        lines.push(format!("  score {score}"));
    }
    lines
}

fn read(proof: &Proof) -> String {
    let note = proof
        .note
        .as_ref()
        .map(|note| format!(" — {note}"))
        .unwrap_or_default();
    format!("{}: “{}”{note}", proof.field, proof.text)
}
