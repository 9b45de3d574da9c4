//! `rules diff`: what differs between two versions of rules, and which stored listings they would answer otherwise.

use std::path::PathBuf;

use super::backtest::{Shown, shown};
use crate::{
    cli::{Context, Exit, Failure, stop_on_ctrl_c},
    rules::{PartChange, RuleChange},
    text::harmless,
    workspace::{self, DiffJob, Workspace},
};

/// Characters of a value.
const LONGEST: usize = 60;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A rule's file, or a folder of rules, as they were
    before: PathBuf,
    /// The same as they are to be
    after: PathBuf,
    /// Compare the texts alone
    #[arg(long)]
    no_store: bool,
    #[command(flatten)]
    shown: Shown,
}

pub(super) fn diff(workspace: &Workspace, args: Args, context: &Context) -> Result<Exit, Failure> {
    let job = DiffJob {
        order: (!args.no_store).then(|| args.shown.order()),
        before: args.before,
        after: args.after,
    };
    let done = workspace::diff(workspace, &job, &stop_on_ctrl_c())?;
    if context.printer.json {
        context.printer.document(&done)?;
    } else {
        for fault in &done.faults {
            context.printer.line(&fault.picture)?;
        }
        for line in told(&done.changes) {
            context.printer.line(&harmless::line(&line))?;
        }
        if let Some(summary) = &done.stored {
            shown(summary, context)?;
        }
    }
    if done.busy {
        context
            .printer
            .say("remark: another listwarden has the store, so what is stored was not asked");
    }
    Ok(if done.faults.is_empty() {
        Exit::Done
    } else {
        Exit::No
    })
}

fn told(changes: &[RuleChange]) -> Vec<String> {
    if changes.is_empty() {
        return vec!["the rules are the same".to_owned()];
    }
    let of = |change: &RuleChange| {
        let mut lines = vec![format!("{:7} {}", change.change, change.rule)];
        if change.parts.is_empty() && change.change == "changed" {
            lines.push("  only its comments or its layout".to_owned());
        }
        lines.extend(change.parts.iter().flat_map(part));
        lines
    };
    changes.iter().flat_map(of).collect()
}

fn part(change: &PartChange) -> Vec<String> {
    let PartChange {
        part,
        before,
        after,
    } = change;
    if part == "fn" {
        let lines = |text: &Option<String>, sign: char| -> Vec<String> {
            let lines = text.iter().flat_map(|text| text.lines());
            lines.map(|line| format!("  {sign} {line}")).collect()
        };
        return [lines(before, '-'), lines(after, '+')].concat();
    }
    vec![match (before, after) {
        (Some(before), Some(after)) => format!("  {part}: {} → {}", short(before), short(after)),
        (Some(_), None) if part.starts_with("test ") => format!("  gone: {part}"),
        (None, Some(_)) if part.starts_with("test ") => format!("  new: {part}"),
        (Some(before), None) => format!("  gone: {part} {}", short(before)),
        (_, after) => format!(
            "  new: {part} {}",
            short(after.as_deref().unwrap_or_default())
        ),
    }]
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_part_by_part() {
        let part = |part: &str, before: Option<&str>, after: Option<&str>| PartChange {
            part: part.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let changed = |parts| RuleChange {
            rule: "a/b".to_owned(),
            change: "changed",
            parts,
        };
        let change = changed(vec![
            part("severity", Some("low"), Some("high")),
            part("test pass: dear", None, Some("item: #{}")),
            part("floor", Some("0.6"), None),
            part("fn", Some("old"), Some("one\ntwo")),
        ]);
        assert_eq!(
            told(&[change]),
            [
                "changed a/b",
                "  severity: low → high",
                "  new: test pass: dear",
                "  gone: floor 0.6",
                "  - old",
                "  + one",
                "  + two",
            ]
        );
        assert_eq!(
            told(&[changed(vec![])])[1],
            "  only its comments or its layout"
        );
        assert_eq!(told(&[]), ["the rules are the same"]);
    }
}
