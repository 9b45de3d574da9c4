//! `export`: tables out.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;

use super::{Context, Exit, Failure, filters::Filters};
use crate::workspace;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// flags or listings
    #[arg(value_parser = ["flags", "listings"])]
    what: String,
    /// csv or jsonl; otherwise by the name given with -o
    #[arg(long)]
    format: Option<String>,
    /// Where to; otherwise a dated file in data/exports
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Only these columns, in this order
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,
    #[command(flatten)]
    filters: Filters,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let named = args
        .output
        .as_deref()
        .and_then(Path::extension)
        .map(|x| x.to_string_lossy().into_owned());
    let format = args.format.or(named).unwrap_or_else(|| "csv".to_owned());
    let path = args.output.unwrap_or_else(|| {
        let day = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
        workspace
            .data()
            .join("exports")
            .join(format!("{}-{day}.{format}", args.what))
    });
    let rows = workspace::export(
        &workspace,
        &args.what,
        &format,
        &args.columns,
        args.filters.filter()?,
        &path,
    )?;
    if context.printer.json {
        context.printer.document(
            &json!({ "what": args.what, "format": format, "path": path, "rows": rows }),
        )?;
    } else {
        context
            .printer
            .line(&format!("{rows} {} in {}", args.what, path.display()))?;
    }
    Ok(Exit::Done)
}
