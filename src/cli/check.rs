//! `check`: everything that is wrong, before anything runs.

use jiff::Timestamp;
use serde::Serialize;

use super::{Context, Exit, Failure, counted::counted};
use crate::{
    config,
    store::Store,
    workspace::{self, Workspace},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// One thing that is wrong.
#[derive(Debug, Serialize)]
struct Diagnostic {
    what: &'static str,
    level: &'static str,
    path: String,
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
    #[serde(skip)]
    picture: String,
}

pub(super) fn run(_: Args, context: &Context) -> Result<Exit, Failure> {
    let mut found = Vec::new();
    let workspace = match Workspace::open(&context.root, context.config.as_deref()) {
        Ok(workspace) => Some(workspace),
        Err(workspace::Error::Config(config::Error::Faults { path, faults })) => {
            let path = path.display().to_string();
            found.extend(faults.into_iter().map(|fault| of_config(&path, fault)));
            None
        }
        Err(error) => return Err(error.into()),
    };
    // Rules can be looked at whatever config.toml says.
    let workspace = workspace.unwrap_or_else(|| Workspace {
        root: context.root.clone(),
        config: config::Config::default(),
    });
    rules_and_reference(&workspace, &mut found);
    store(&workspace, &mut found);
    for diagnostic in &found {
        if context.printer.json {
            context.printer.document(diagnostic)?;
        } else {
            context.printer.line(&diagnostic.picture)?;
        }
    }
    let errors = found.iter().filter(|d| d.level == "error").count();
    context.printer.say(&format!(
        "{}, {}",
        counted(errors, "error"),
        counted(found.len() - errors, "warning")
    ));
    Ok(if errors == 0 { Exit::Done } else { Exit::No })
}

fn of_config(path: &str, fault: config::Fault) -> Diagnostic {
    Diagnostic {
        what: "config",
        level: "error",
        path: path.to_owned(),
        line: fault.line,
        column: fault.column,
        message: fault.message,
        help: fault.help,
        picture: fault.picture,
    }
}

fn rules_and_reference(workspace: &Workspace, found: &mut Vec<Diagnostic>) {
    let mut loaded = match workspace.judge(&[]) {
        Ok(loaded) => loaded,
        Err(error) => {
            return found.push(plain(
                "rules",
                workspace.rules().display().to_string(),
                0,
                error.to_string(),
            ));
        }
    };
    // What is wrong with the store is told by itself.
    let known = workspace.experience().unwrap_or_default();
    let remarks = workspace::remarks(&loaded, &known, Timestamp::now());
    loaded.rules.extend(remarks);
    found.extend(loaded.rules.into_iter().map(|fault| Diagnostic {
        what: "rules",
        level: fault.level,
        path: fault.path.display().to_string(),
        line: fault.line,
        column: fault.column,
        message: fault.message,
        help: fault.help,
        picture: fault.picture,
    }));
    let rows = loaded.reference.into_iter();
    found.extend(rows.map(|fault| {
        plain(
            "reference",
            fault.path.display().to_string(),
            fault.line,
            fault.message,
        )
    }));
}

fn store(workspace: &Workspace, found: &mut Vec<Diagnostic>) {
    let data = workspace.data();
    if !data.join("journal").exists() {
        return;
    }
    match Store::open(&data) {
        Ok((store, _)) => {
            if let Err(error) = store.close() {
                found.push(plain(
                    "store",
                    data.display().to_string(),
                    0,
                    error.to_string(),
                ));
            }
        }
        Err(error) if error.is_busy() => {}
        Err(error) => found.push(plain(
            "store",
            data.display().to_string(),
            0,
            error.to_string(),
        )),
    }
}

fn plain(what: &'static str, path: String, line: usize, message: String) -> Diagnostic {
    let place = if line == 0 {
        path.clone()
    } else {
        format!("{path}:{line}")
    };
    let picture = format!("error: {message}\n --> {place}");
    Diagnostic {
        what,
        level: "error",
        path,
        line,
        column: 0,
        message,
        help: None,
        picture,
    }
}
