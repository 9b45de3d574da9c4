//! `reference`: the lists that rules consult.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Context, Exit, Failure, counted::counted};
use crate::{
    desk::Ask,
    reference::{self, SOURCES},
    text::harmless,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every list with its source, its date and its number of rows
    List,
    /// Bring a publisher's file in; the same file twice changes nothing
    Import {
        /// The publisher's format: cpsc, csv-recalls, csv-certificates
        source: String,
        /// The file, gzip or not
        file: PathBuf,
    },
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        Command::List => list(context),
        Command::Import { source, file } => import(&source, &file, context),
    }
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let loaded = context.workspace()?.judge(&[])?;
    let lists = loaded.judge.reference().lists();
    if context.printer.json {
        lists
            .iter()
            .try_for_each(|list| context.printer.document(list))?;
    } else {
        let rows = lists.iter().map(|list| {
            vec![
                list.path.clone(),
                list.kind.clone(),
                list.source.clone(),
                list.date.clone().unwrap_or_default(),
                list.rows.to_string(),
            ]
        });
        context
            .printer
            .table(&["list", "kind", "source", "date", "rows"], rows.collect())?;
        for source in SOURCES {
            context
                .printer
                .say(&format!("import {:18} {}", source.name(), source.about()));
        }
    }
    for fault in &loaded.reference {
        context.printer.say(&format!("not used: {fault}"));
    }
    Ok(Exit::Done)
}

fn import(source: &str, file: &std::path::Path, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let dir = workspace.rules().join("reference");
    let summary = reference::import(source, file, &dir).map_err(Failure::new)?;
    let note = Ask::Note {
        action: format!("import {}", summary.source),
        path: file.display().to_string(),
        sha256: summary.sha256.clone(),
        rows: summary.rows as u64,
        at: Timestamp::now(),
    };
    context.ask(&workspace, note, &mut |_| Ok(()))?;
    if context.printer.json {
        context.printer.document(&summary)?;
    } else {
        context.printer.line(&format!(
            "{}: {} new, {} changed, {} as before, in {}",
            counted(summary.rows, "row"),
            summary.added,
            summary.changed,
            summary.unchanged,
            summary.list.display()
        ))?;
    }
    for (line, why) in &summary.refused {
        context.printer.say(&format!(
            "refused {}:{line}: {}",
            file.display(),
            harmless::line(why)
        ));
    }
    Ok(Exit::Done)
}
