//! `reextract`: read archived pages again, offline, and show what changed.

use serde_json::Value;

use super::{
    Context, Exit, Failure, counted::counted, listings::money, progress::Progress, stop_on_ctrl_c,
};
use crate::{
    reextract::{Example, Summary},
    text::harmless,
    workspace::{self, ReextractJob, Reextracted},
};

/// Characters of a value in a table.
const LONGEST: usize = 40;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only the listings of this platform
    #[arg(long, value_name = "ID")]
    platform: Option<String>,
    /// Show what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not judge what changed; later `scan` does
    #[arg(long)]
    no_scan: bool,
    /// What is read now is how it should be: end the alarms about it, and raise none
    #[arg(long, conflicts_with = "dry_run")]
    usual: bool,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let job = ReextractJob {
        platform: args.platform,
        dry_run: args.dry_run,
        no_scan: args.no_scan,
        usual: args.usual,
    };
    let progress = Progress::new(context.printer, "reextract");
    let done = workspace::reextract(&workspace, &job, &progress.report(), &stop_on_ctrl_c())?;
    drop(progress);
    for fault in &done.faults_loading {
        context.printer.say(&format!("not used: {fault}"));
    }
    if context.printer.json {
        context.printer.document(&done)?;
    } else {
        account(&done, context)?;
    }
    Ok(Exit::Done)
}

fn account(done: &Reextracted, context: &Context) -> Result<(), Failure> {
    let summary = &done.reextract;
    context.printer.line(&first(summary))?;
    if !summary.fields.is_empty() {
        let head = ["field", "gained", "lost", "changed", "for instance"];
        context.printer.table(&head, rows(summary))?;
    }
    for line in named(summary) {
        context.printer.line(&line)?;
    }
    if let Some(scan) = &done.scan {
        context.printer.line(&format!(
            "{} judged: {} raised, {} resolved",
            counted(scan.judged, "listing"),
            counted(scan.flags, "flag"),
            scan.resolved
        ))?;
    }
    if summary.stopped {
        context
            .printer
            .say("stopped; what changed so far is kept, and the same command goes on");
    } else if done.scan.is_none() && !summary.dry_run && summary.versions() > 0 {
        context
            .printer
            .say("not judged yet; `listwarden scan` does it");
    }
    Ok(())
}

fn first(summary: &Summary) -> String {
    let Summary {
        unchanged,
        changed,
        moved,
        appeared,
        recovered,
        vanished,
        ..
    } = summary;
    let nothing = if summary.dry_run {
        " (nothing was written)"
    } else {
        ""
    };
    format!(
        "{} read again: {unchanged} listings as before, {changed} changed, {moved} with other places only, {appeared} new, {recovered} readable after all, {vanished} not readable any more{nothing}",
        counted(summary.pages, "page"),
    )
}

/// A row for each field, the first with its example.
fn rows(summary: &Summary) -> Vec<Vec<String>> {
    let row = |(field, change): (&String, &crate::reextract::FieldChange)| {
        let example = change.examples.first().map(told).unwrap_or_default();
        let counts = [change.gained, change.lost, change.changed];
        let [gained, lost, changed] = counts.map(|count| count.to_string());
        vec![field.clone(), gained, lost, changed, example]
    };
    summary.fields.iter().map(row).collect()
}

fn told(example: &Example) -> String {
    let Example { listing, old, new } = example;
    format!("{listing}: {} → {}", short(old), short(new))
}

/// A value in a few words.
fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(parts) if parts.contains_key("amount") => {
            serde_json::from_value(value.clone())
                .map_or_else(|_| value.to_string(), |price| money(&price))
        }
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    let beginning: String = text.chars().take(LONGEST).collect();
    format!("{beginning}…")
}

/// Listings and records that a person wants to know by name.
fn named(summary: &Summary) -> Vec<String> {
    let new = summary.new.iter().map(|new| {
        let title = new.title.as_deref().unwrap_or_default();
        format!("  new: {} {}", new.listing, short(&Value::from(title)))
    });
    let missing = summary
        .missing
        .iter()
        .map(|gone| format!("  not readable: {}: {}", gone.listing, gone.why));
    let faults = summary
        .faults
        .iter()
        .map(|fault| format!("  not read: {}", fault.message));
    let more = |count: u64, named: usize, what: &str| {
        let more = count.saturating_sub(named as u64);
        (more > 0).then(|| format!("  {what}: and {more} more"))
    };
    let came = summary.appeared + summary.recovered;
    let unwatched = (summary.unwatched > 0).then(|| {
        let left = counted(summary.unwatched, "listing");
        format!("  left out: {left} of platforms that config.toml does not have")
    });
    let alarms = summary
        .alarms
        .iter()
        .map(|alarm| format!("  alarm: {}: {}", alarm.platform, alarm.message));
    let lines = new
        .chain(more(came, summary.new.len(), "new"))
        .chain(missing)
        .chain(more(
            summary.vanished,
            summary.missing.len(),
            "not readable",
        ))
        .chain(faults)
        .chain(more(summary.unreadable, summary.faults.len(), "not read"))
        .chain(unwatched)
        .chain(alarms);
    lines
        .map(|line| harmless::line(&line).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reextract::{FieldChange, Missing};

    #[test]
    fn what_changed_is_told_by_field_with_an_example() {
        let example = Example {
            listing: "shop:1".into(),
            old: json!({ "amount": "20.00", "currency": "CNY" }),
            new: Value::Null,
        };
        let change = FieldChange {
            lost: 3,
            examples: vec![example],
            ..FieldChange::default()
        };
        let summary = Summary {
            pages: 9,
            unchanged: 5,
            changed: 3,
            vanished: 2,
            fields: [("price".to_owned(), change)].into(),
            missing: vec![Missing {
                listing: "shop:7".into(),
                why: "a wall\u{1b}[2J".to_owned(),
            }],
            dry_run: true,
            ..Summary::default()
        };
        assert_eq!(
            first(&summary),
            "9 pages read again: 5 listings as before, 3 changed, 0 with other places only, 0 new, 0 readable after all, 2 not readable any more (nothing was written)"
        );
        let row = ["price", "0", "3", "0", "shop:1: 20.00 CNY → none"];
        assert_eq!(rows(&summary), [row]);
        assert_eq!(
            named(&summary),
            [
                "  not readable: shop:7: a wall\\u{1b}[2J",
                "  not readable: and 1 more"
            ]
        );
        assert_eq!(short(&json!("x".repeat(90))).chars().count(), LONGEST + 1);
    }
}
