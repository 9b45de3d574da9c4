//! `status`: how things stand, also while another process crawls.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::{
    Context, Exit, Failure,
    counted::counted,
    rates,
    standing::{self, clock, foremost},
};
use crate::{
    crawl::LastRun,
    desk::Ask,
    model::{HostStanding, Time},
    review::Doubt,
    text::{harmless, measure::Size},
    watch::Alarm,
};

/// Hosts shown at most.
const SHOWN: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How often each field of each platform was read in the last run, and usually
    #[arg(long)]
    rates: bool,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let now = Timestamp::now();
    context.ask(&workspace, Ask::Status { now }, &mut |value| {
        if context.printer.json {
            return context.printer.document(&value);
        }
        if args.rates {
            let rows = rates::rows(&read(&value["rates"]));
            return context.printer.table(&rates::HEAD, rows);
        }
        in_words(&value, now, &TimeZone::system())
            .iter()
            .try_for_each(|line| context.printer.line(line))
    })?;
    Ok(Exit::Done)
}

fn in_words(status: &Value, now: Time, zone: &TimeZone) -> Vec<String> {
    let queue = &status["queue"];
    let crawl = if status["crawling"] == true {
        "under way"
    } else {
        "none under way"
    };
    let disk = status["disk"].as_object().into_iter().flatten();
    let disk: Vec<String> = disk
        .map(|(folder, bytes)| format!("{folder} {}", size(bytes.as_u64().unwrap_or(0))))
        .collect();
    let mut lines = vec![
        format!("crawl     {crawl}"),
        format!(
            "queue     {} waiting, {} done",
            queue["waiting"], queue["done"]
        ),
    ];
    lines.extend(last_run(&status["last_run"], now, zone));
    lines.extend([
        format!("listings  {}", counts(&status["listings"])),
        format!("flags     {}", counts(&status["flags"])),
        format!("disk      {}", disk.join(", ")),
    ]);
    let alarms: Vec<Alarm> = read(&status["alarms"]);
    lines.extend(alarms.iter().map(|alarm| {
        let Alarm {
            platform, message, ..
        } = alarm;
        format!("alarm     {platform}: {}", harmless::line(message))
    }));
    let doubts: Vec<Doubt> = read(&status["doubts"]);
    lines.extend(doubts.iter().map(|doubt| format!("doubt     {doubt}")));
    lines.extend(rates::in_short(&read(&status["rates"])));
    lines.extend(hosts(&read(&status["hosts"]), now, zone));
    lines
}

fn last_run(last: &Value, now: Time, zone: &TimeZone) -> Option<String> {
    let last: LastRun = serde_json::from_value(last.clone()).ok()?;
    let ended = clock(last.ended, now, zone);
    let how = if last.summary.finished {
        format!("finished at {ended}")
    } else {
        format!("stopped at {ended} with {} queued", last.summary.left)
    };
    Some(format!(
        "last run  {how}: {}, {}",
        counted(last.summary.pages, "page"),
        counted(last.summary.listings, "listing")
    ))
}

fn hosts(hosts: &[HostStanding], now: Time, zone: &TimeZone) -> Vec<String> {
    let mut lines: Vec<String> = foremost(hosts)
        .into_iter()
        .take(SHOWN)
        .map(|host| {
            let name = harmless::line(&host.host).into_owned();
            format!("host      {name}  {}", standing::line(host, now, zone))
        })
        .collect();
    if hosts.len() > SHOWN {
        let more = hosts.len() - SHOWN;
        lines.push(format!("host      and {more} more; --json has them all"));
    }
    lines
}

/// What a desk of another version says differently is left out.
fn read<T: serde::de::DeserializeOwned>(rows: &Value) -> Vec<T> {
    let rows = rows.as_array().into_iter().flatten();
    rows.filter_map(|row| serde_json::from_value(row.clone()).ok())
        .collect()
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

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => Size(bytes / 1024 * 1024).to_string(),
        _ => Size(bytes / 1_048_576 * 1_048_576).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_host_that_stands_still_is_explained_and_alarms_are_told() {
        let status = json!({
            "crawling": false,
            "queue": { "waiting": 9, "done": 3 },
            "hosts": [{
                "host": "shop.example:443", "done": 3, "queued": 9, "delay": 2.0, "because": "rate",
                "under_way": 0, "failures": 4, "errors": { "captcha": 1 }, "per_minute": null,
                "waiting": { "why": "backoff", "until": "2026-02-03T12:00:00Z", "cause": "answered 503" },
                "estimate_seconds": 7218,
            }],
            "alarms": [{
                "platform": "shop", "what": "price", "message": "only 3 of 30 listings had a price",
                "at": "2026-02-03T09:00:00Z",
            }],
            "doubts": [{ "rule": "a/b", "floor": 0.5, "right": 2, "wrong": 38, "interval": [0.01, 0.17] }],
            "last_run": null,
            "rates": [{
                "platform": "shop", "what": "price", "at": "2026-02-03T09:00:00Z", "reread": false, "of": 30,
                "there": 3, "share": 0.1, "usual": 1.0, "fell": true, "trend": [1.0, 0.1],
            }],
        });
        let now = "2026-02-03T10:00:00Z".parse().unwrap();
        let lines = in_words(&status, now, &TimeZone::UTC).join("\n");
        for part in [
            "queue     9 waiting, 3 done",
            "alarm     shop: only 3 of 30 listings had a price",
            "doubt     a/b: people found 5 % of 40 flags right",
            "read      shop  price 10 % ↓ (usually 100 %)",
            "host      shop.example:443  3 done · 9 queued · 1 × captcha · every 2 s (rate) · left alone until 12:00:00: answered 503 · about 2 h",
        ] {
            assert!(lines.contains(part), "{part} in {lines}");
        }
    }
}
