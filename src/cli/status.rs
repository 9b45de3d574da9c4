//! `status`: how things stand, also while another process crawls.

use jiff::Timestamp;
use serde_json::Value;

use super::{Context, Exit, Failure};
use crate::{desk::Ask, text::measure::Size};

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    context.ask(
        &workspace,
        Ask::Status {
            now: Timestamp::now(),
        },
        &mut |value| {
            if context.printer.json {
                return context.printer.document(&value);
            }
            in_words(&value)
                .iter()
                .try_for_each(|line| context.printer.line(line))
        },
    )?;
    Ok(Exit::Done)
}

fn in_words(status: &Value) -> Vec<String> {
    let queue = &status["queue"];
    let mut lines = vec![
        format!(
            "crawl     {}",
            if status["crawling"] == true {
                "under way"
            } else {
                "none under way"
            }
        ),
        format!(
            "queue     {} waiting, {} done",
            queue["waiting"], queue["done"]
        ),
        format!("listings  {}", counts(&status["listings"])),
        format!("flags     {}", counts(&status["flags"])),
    ];
    let disk = status["disk"].as_object().into_iter().flatten();
    let disk: Vec<String> = disk
        .map(|(folder, bytes)| format!("{folder} {}", about(bytes.as_u64().unwrap_or(0))))
        .collect();
    lines.push(format!("disk      {}", disk.join(", ")));
    for host in status["hosts"].as_array().into_iter().flatten() {
        lines.push(format!(
            "host      {} {}",
            host["host"].as_str().unwrap_or(""),
            why(&host["waiting"])
        ));
    }
    lines
}

fn counts(counts: &Value) -> String {
    let counts: Vec<String> = counts
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    if counts.is_empty() {
        "none".to_owned()
    } else {
        counts.join(", ")
    }
}

fn why(waiting: &Value) -> String {
    let until = waiting["until"].as_str().unwrap_or("");
    match waiting["why"].as_str() {
        Some("pace") => format!("waits for its turn until {until}"),
        Some("backoff") => format!(
            "is left alone until {until}: {}",
            waiting["cause"].as_str().unwrap_or("")
        ),
        Some("robots") => format!("has a robots.txt out of reach; asked again at {until}"),
        Some("shared") => format!(
            "waits until {until}: another name of the server {} was asked just now",
            waiting["address"].as_str().unwrap_or("")
        ),
        Some("probe") => {
            "failed often; one request goes ahead to see whether it is back".to_owned()
        }
        Some("quiet") => format!("has its quiet hours until {until}"),
        _ => "may be asked now".to_owned(),
    }
}

fn about(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => Size(bytes / 1024 * 1024).to_string(),
        _ => Size(bytes / 1_048_576 * 1_048_576).to_string(),
    }
}
