//! `rules explain`: why a rule says what it says of a listing.

use std::path::Path;

use crate::{
    cli::{Context, Exit, Failure},
    desk::Ask,
    model::{Listing, Proof},
    rules::Explanation,
    store::Store,
    text::harmless,
    workspace::{self, Workspace},
};

pub(super) fn explain(
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
