//! `crawl`: collect listings politely, resume what was cut off.

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use url::Url;

use super::{
    Context, Exit, Failure,
    counted::counted,
    progress::Progress,
    standing::{clock, waits},
    stop_on_ctrl_c,
};
use crate::{
    crawl::Summary,
    model::Wall,
    text::harmless,
    workspace::{self, CrawlJob, Crawled},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Campaigns of config.toml; none means all of them
    campaigns: Vec<String>,
    /// Single pages to collect
    #[arg(long, value_name = "URL")]
    url: Vec<Url>,
    /// Fetch so many pages at most, and leave the rest queued
    #[arg(long)]
    limit: Option<u64>,
    /// Begin anew: forget what an interrupted run left in the queue
    #[arg(long)]
    fresh: bool,
    /// Visit again only what is due: what changes often sooner, what does not later
    #[arg(long)]
    due: bool,
    /// Collect only; judge later with `scan`
    #[arg(long)]
    no_scan: bool,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    if workspace.config.crawl.contact.is_empty() {
        context.printer.say(
            "remark: [crawl] contact is empty; say there where a site's operator can reach you",
        );
    }
    let job = CrawlJob {
        campaigns: args.campaigns,
        urls: args.url,
        limit: args.limit,
        fresh: args.fresh,
        due: args.due,
        no_scan: args.no_scan,
    };
    let progress = Progress::new(context.printer, "crawl");
    let crawled = workspace::crawl(&workspace, &job, progress.report(), stop_on_ctrl_c())?;
    drop(progress);
    for fault in &crawled.faults_loading {
        context.printer.say(&format!("not used: {fault}"));
    }
    if context.printer.json {
        context.printer.document(&crawled)?;
    } else {
        account(&crawled, context)?;
    }
    Ok(Exit::Done)
}

/// What a person wants to know when it is over.
pub(super) fn account(crawled: &Crawled, context: &Context) -> Result<(), Failure> {
    let crawl = &crawled.crawl;
    let flags = crawl.flags + crawled.scan.as_ref().map_or(0, |scan| scan.flags);
    context.printer.line(&format!(
        "{} pages, {} listings ({} new, {} changed, {} gone, {} removed, {} relisted), {flags} flags raised",
        crawl.pages,
        crawl.listings,
        crawl.new,
        crawl.changed,
        crawl.gone,
        crawl.removed,
        crawl.relisted
    ))?;
    for (kind, count) in &crawl.errors {
        context
            .printer
            .line(&format!("  {count} × {}", in_words(kind)))?;
    }
    for alarm in &crawl.alarms {
        context
            .printer
            .line(&format!("  alarm: {}: {}", alarm.platform, alarm.message))?;
    }
    left(crawl, context)?;
    if !crawl.finished {
        context.printer.say(&format!(
            "stopped with {} queued; the same command goes on",
            counted(crawl.left, "page")
        ));
    }
    Ok(())
}

/// The hosts that kept something back, and until when.
fn left(crawl: &Summary, context: &Context) -> Result<(), Failure> {
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    for host in &crawl.left_hosts {
        let why = match &host.waiting {
            Some(why) => waits(why, now, &zone),
            None => format!("not before {}", clock(host.until, now, &zone)),
        };
        let name = harmless::line(&host.host);
        context
            .printer
            .line(&format!("  left: {name}, {} queued: {why}", host.queued))?;
    }
    Ok(())
}

fn in_words(kind: &str) -> Cow<'_, str> {
    if let Some(wall) = Wall::ALL.iter().find(|wall| wall.as_str() == kind) {
        return wall.words().join(" · ").into();
    }
    Cow::Borrowed(match kind {
        "http" => "the server answered with an error",
        "ruined" => "a page whose text was ruined before it reached us",
        "unread" => "a listing page from which no listing could be read",
        "failed" => "no answer",
        "robots" => "forbidden by robots.txt",
        "cut" => "left out: max_pages of the campaign or platform was reached",
        other => other,
    })
}
