//! `rules docs`: a page per rule and an index per pack.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure, counted::counted},
    judge::Pack,
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
    let pages = loaded.judge.rules().pages(&notes(&loaded.packs));
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
    super::broken(&loaded.papers, context);
    Ok(Exit::Done)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// What each pack says of itself; one whose paper cannot be read says nothing.
fn notes(packs: &[Pack]) -> BTreeMap<String, PackNote> {
    let note = |pack: &Pack| PackNote {
        title: pack.title.clone(),
        title_zh: pack.title_zh.clone(),
        about: pack.about.clone().unwrap_or_default(),
        keeper: pack.keeper.clone(),
        version: pack.version.clone(),
    };
    packs
        .iter()
        .map(|pack| (pack.id.clone(), note(pack)))
        .collect()
}
