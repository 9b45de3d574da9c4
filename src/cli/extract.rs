//! `extract`: the listing that a page gives, and where each value came from; a recipe for pages. Touches no store.

mod explain;
mod suggest;
mod wanted;

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use url::Url;

use super::{Context, Exit, Failure, listings::pretty, printer::Printer};
use crate::{
    extract::Reading,
    fetch::{Fetch, Wanted},
    model::Page,
    platform::{Platform, PlatformConfig},
};

#[derive(Debug, clap::Args)]
#[command(after_long_help = wanted::HELP)]
pub(super) struct Args {
    /// A saved page, a URL to fetch (politely), or - for standard input; with --suggest several saved pages
    #[arg(value_name = "PAGE", required_unless_present = "wanted")]
    pages: Vec<String>,
    /// Where a saved page came from: links and prices are read against it
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// Read it as this platform of config.toml would
    #[arg(long, value_name = "P", conflicts_with = "suggest")]
    platform: Option<String>,
    /// Show every value that was offered for each field with its points, and why one won
    #[arg(long, conflicts_with = "suggest")]
    explain: bool,
    /// Propose [platform.select] lines that give the values wanted of saved pages; three or more are best
    #[arg(long)]
    suggest: bool,
    /// A value wanted of the pages, given once for each page in their order; empty where a page has none
    #[arg(long, value_name = "FIELD=VALUE", requires = "suggest")]
    want: Vec<String>,
    /// A TOML or JSON file that names pages and the values wanted of them
    #[arg(long, value_name = "FILE", requires = "suggest")]
    wanted: Option<PathBuf>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    if args.suggest {
        return suggest::run(&args, context);
    }
    let [given] = &args.pages[..] else {
        return Err(Failure::new(
            "one page is read at a time; give several with --suggest",
        ));
    };
    let page = match Url::parse(given) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => fetched(&url, context)?,
        _ => saved(given, args.url.as_ref())?,
    };
    let reading = platform(args.platform.as_deref(), &page.url, context)?.explain(&page);
    show(&args, &reading, context)?;
    Ok(if reading.listing.title.is_some() {
        Exit::Done
    } else {
        Exit::No
    })
}

/// Bytes of a saved page that are read: as many as a crawl takes of one.
const MOST_SAVED: u64 = 8 << 20;

/// A page from disk or standard input, as if its server had sent it.
pub(super) fn saved(given: &str, url: Option<&Url>) -> Result<Page, Failure> {
    let (body, name): (Box<dyn Read>, _) = if given == "-" {
        (
            Box::new(std::io::stdin().lock()),
            "standard input".to_owned(),
        )
    } else {
        let file = std::fs::File::open(Path::new(given));
        let unread = |e| Failure::Message(format!("could not read {given}: {e}"));
        (Box::new(file.map_err(unread)?), given.to_owned())
    };
    let mut bytes = Vec::new();
    body.take(MOST_SAVED + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::Message(format!("could not read {name}: {e}")))?;
    let truncated = bytes.len() as u64 > MOST_SAVED;
    bytes.truncate(usize::try_from(MOST_SAVED).unwrap_or(usize::MAX));
    let url = url
        .cloned()
        .or_else(|| Url::parse("http://page.invalid/").ok());
    let url = url.ok_or_else(|| Failure::new("give the page's address with --url"))?;
    // A saved page may itself be compressed, as archives keep them.
    let gzip = bytes.starts_with(&[0x1f, 0x8b]);
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
        body: bytes,
        truncated,
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
pub(super) fn platform(
    id: Option<&str>,
    url: &Url,
    context: &Context,
) -> Result<Platform, Failure> {
    let workspace = context.workspace();
    let Some(id) = id else {
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
    if args.explain {
        return explain::show(reading, context.printer);
    }
    let document = serde_json::to_value(&reading.listing).map_err(Failure::new)?;
    if context.printer.json {
        return context.printer.document(&document);
    }
    context.printer.line(&pretty(&document))?;
    gaps(reading, context.printer);
    Ok(())
}

fn gaps(reading: &Reading, printer: Printer) {
    for gap in &reading.gaps {
        let why = crate::text::harmless::line(&gap.why);
        printer.say(&format!("{}: {why}", gap.field));
    }
}
