//! `rules definitions`: what a rule can use, for editors and as pages for people.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure},
    rules::RuleSet,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Every function with its example as Markdown, instead of definitions for editors
    #[arg(long)]
    markdown: bool,
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn definitions(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (name, text) = match args.markdown {
        true => ("functions", RuleSet::functions()),
        false => ("definitions", RuleSet::definitions()),
    };
    if let Some(path) = &args.output {
        fs::write(path, &text)
            .map_err(|e| Failure::Message(format!("could not write {}: {e}", path.display())))?;
        context
            .printer
            .line(&format!("written: {}", path.display()))?;
    } else if context.printer.json {
        context.printer.document(&json!({ name: text }))?;
    } else {
        context.printer.line(text.trim_end())?;
    }
    Ok(Exit::Done)
}
