//! `extract`: the listing that a page gives, and where each value came from. Touches no store.

use std::{io::Read, path::Path};

use jiff::Timestamp;
use serde_json::json;
use url::Url;

use super::{Context, Exit, Failure, listings::pretty};
use crate::{
    extract::Reading,
    fetch::{Fetch, Wanted},
    model::Page,
    platform::{Platform, PlatformConfig},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A saved page, a URL to fetch (politely), or - for standard input
    page: String,
    /// Where a saved page came from: links and prices are read against it
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// Read it as this platform of config.toml would
    #[arg(long, value_name = "P")]
    platform: Option<String>,
    /// Show every value that was offered for each field, and which won
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let page = match Url::parse(&args.page) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => fetched(&url, context)?,
        _ => saved(&args)?,
    };
    let reading = platform(&args, &page.url, context)?.explain(&page);
    show(&args, &reading, context)?;
    Ok(if reading.listing.title.is_some() {
        Exit::Done
    } else {
        Exit::No
    })
}

fn saved(args: &Args) -> Result<Page, Failure> {
    let mut body = Vec::new();
    if args.page == "-" {
        std::io::stdin()
            .lock()
            .read_to_end(&mut body)
            .map_err(|e| Failure::Message(format!("could not read standard input: {e}")))?;
    } else {
        let path = Path::new(&args.page);
        body = std::fs::read(path)
            .map_err(|e| Failure::Message(format!("could not read {}: {e}", path.display())))?;
    }
    let url = args
        .url
        .clone()
        .or_else(|| Url::parse("http://page.invalid/").ok());
    let url = url.ok_or_else(|| Failure::new("give the page's address with --url"))?;
    // A saved page may itself be compressed, as archives keep them.
    let gzip = body.starts_with(&[0x1f, 0x8b]);
    let headers = gzip
        .then(|| ("content-encoding".to_owned(), "gzip".to_owned()))
        .into_iter()
        .collect();
    Ok(Page {
        url,
        status: 200,
        head: Vec::new(),
        request: Vec::new(),
        headers,
        body,
        truncated: false,
        fetched_at: Timestamp::UNIX_EPOCH,
        remote: None,
    })
}

fn fetched(url: &Url, context: &Context) -> Result<Page, Failure> {
    let client = context.client()?;
    let wanted = Wanted::new(url.clone());
    super::runtime()?
        .block_on(client.fetch(&wanted))
        .map_err(Failure::new)
}

/// The platform asked for, the one whose listing pages look like this URL, or one that knows nothing special.
fn platform(args: &Args, url: &Url, context: &Context) -> Result<Platform, Failure> {
    let workspace = context.workspace();
    let Some(id) = &args.platform else {
        let platforms = workspace
            .ok()
            .and_then(|w| w.platforms().ok())
            .unwrap_or_default();
        let known = platforms.into_values().find(|p| p.item(url).is_some());
        return known.map_or_else(|| general(url), Ok);
    };
    let mut platforms = workspace?.platforms()?;
    platforms
        .remove(id)
        .ok_or_else(|| Failure::Message(format!("there is no platform '{id}' in config.toml")))
}

fn general(url: &Url) -> Result<Platform, Failure> {
    let config = PlatformConfig {
        id: "page".to_owned(),
        start: vec![url.to_string()],
        ..PlatformConfig::default()
    };
    Platform::new(&config).map_err(|faults| {
        Failure::new(
            faults
                .into_iter()
                .map(|f| f.to_string())
                .collect::<Vec<_>>()
                .join("; "),
        )
    })
}

fn show(args: &Args, reading: &Reading, context: &Context) -> Result<(), Failure> {
    let document = serde_json::to_value(&reading.listing).map_err(Failure::new)?;
    if context.printer.json {
        if args.explain {
            return context.printer.document(&json!({ "listing": document, "candidates": reading.candidates, "gaps": reading.gaps }));
        }
        return context.printer.document(&document);
    }
    context.printer.line(&pretty(&document))?;
    if args.explain {
        let rows = reading.candidates.iter().map(|c| {
            let won = if c.chosen { "✓" } else { "" };
            vec![
                won.to_owned(),
                c.field.clone(),
                c.value.clone(),
                c.reader.clone(),
                c.path.clone(),
            ]
        });
        context.printer.table(
            &["", "field", "value", "reader", "where on the page"],
            rows.collect(),
        )?;
    }
    for gap in &reading.gaps {
        context.printer.say(&format!(
            "{}: {}",
            gap.field,
            crate::text::harmless::line(&gap.why)
        ));
    }
    Ok(())
}
