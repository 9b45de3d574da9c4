//! `rules docs`: a page per rule and an index per pack.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure, counted::counted},
    rules::PackNote,
    workspace::Workspace,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these rules, by glob such as 'recall/*'
    #[arg(value_name = "GLOB")]
    rules: Vec<String>,
    /// Where the pages go; otherwise docs/rules in the workspace
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn docs(args: &Args, workspace: &Workspace, context: &Context) -> Result<Exit, Failure> {
    let loaded = workspace.judge(&args.rules)?;
    let pages = loaded.judge.rules().pages(&notes(workspace, context));
    let folder = args.output.clone();
    let folder = folder.unwrap_or_else(|| workspace.root.join("docs/rules"));
    for page in &pages {
        let path = folder.join(&page.path);
        write(&path, &page.text)
            .map_err(|e| Failure::Message(format!("could not write {}: {e}", path.display())))?;
    }
    if context.printer.json {
        let paths: Vec<_> = pages.iter().map(|page| folder.join(&page.path)).collect();
        context.printer.document(&json!({ "pages": paths }))?;
    } else {
        let count = counted(pages.len(), "page");
        context
            .printer
            .line(&format!("{count} in {}", folder.display()))?;
    }
    super::broken(&loaded.rules, context);
    Ok(Exit::Done)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// What each pack says of itself; one whose file cannot be read is told of, and says nothing.
fn notes(workspace: &Workspace, context: &Context) -> BTreeMap<String, PackNote> {
    let mut notes = BTreeMap::new();
    for entry in fs::read_dir(workspace.rules())
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = entry.path().join("pack.toml");
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        match toml::from_str(&text) {
            Ok(note) => {
                notes.insert(entry.file_name().to_string_lossy().into_owned(), note);
            }
            Err(e) => context.printer.say(&format!("{}: {e}", path.display())),
        }
    }
    notes
}
