//! `conduct`: the proof from the conduct log that every host was asked as it may be, or what was not.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Context, Exit, Failure, counted::counted};
use crate::{
    model::Time,
    text::{harmless, measure::Period},
    upkeep::{self, Breach, Conduct},
};

/// So many breaches are shown in text; `--json` has more.
const SHOWN: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only requests since then: a time (2026-02-03T10:00:00Z), a day (2026-02-03, UTC), or how long ago (2h, 7d)
    #[arg(long, value_name = "T")]
    since: Option<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let since = args
        .since
        .as_deref()
        .map(|text| moment(text, Timestamp::now()));
    let since = since.transpose()?;
    let dir = context.workspace()?.conduct();
    let report = upkeep::conduct(&dir, since)
        .map_err(|e| Failure::Message(format!("could not read {}: {e}", dir.display())))?;
    if context.printer.json {
        context.printer.document(&report)?;
    } else {
        show(&report, context)?;
    }
    if let Some(first) = &report.first_unreadable {
        let count = report.unreadable;
        let remark =
            format!("lines of the log that could not be read: {count}, the first: {first}");
        context.printer.say(&harmless::line(&remark));
    }
    Ok(if report.breaches_in_all == 0 {
        Exit::Done
    } else {
        Exit::No
    })
}

/// The moment that `text` means at `now`.
fn moment(text: &str, now: Time) -> Result<Time, Failure> {
    if let Ok(time) = text.parse::<Time>() {
        return Ok(time);
    }
    let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
    if text.len() == "2026-02-03".len()
        && let Some(time) = text.parse::<Date>().ok().and_then(midnight)
    {
        return Ok(time);
    }
    let ago = text.parse::<Period>().ok();
    ago.and_then(|Period(ago)| now.checked_sub(ago).ok())
        .ok_or_else(|| {
            Failure::Message(format!(
                "--since: '{text}' is no moment; write it like 2026-02-03T10:00:00Z, 2026-02-03, 2h or 7d"
            ))
        })
}

fn show(report: &Conduct, context: &Context) -> Result<(), Failure> {
    let (Some(from), Some(until)) = (report.from, report.until) else {
        return context.printer.line("no request is in the log");
    };
    let breaches = report.breaches_in_all;
    let requests = counted(report.requests, "request");
    let hosts = counted(report.hosts.len(), "host");
    let span = format!("{requests} to {hosts} from {from:.0} to {until:.0}");
    context.printer.line(&match breaches {
        0 => format!("proved: {span} kept to limits, robots.txt, pauses and quiet hours"),
        _ => format!("{} in {span}", counted(breaches, "breach")),
    })?;
    for breach in report.breaches.iter().take(SHOWN) {
        context.printer.line(&harmless::line(&sentence(breach)))?;
    }
    if report.breaches.len() > SHOWN {
        let more = breaches - SHOWN as u64;
        context.printer.line(&format!("and {more} more"))?;
    }
    let seconds = |gap: f64| format!("{gap:.3} s");
    let rows = report.hosts.iter().map(|host| {
        vec![
            host.host.clone(),
            host.requests.to_string(),
            host.robots.to_string(),
            host.shortest.map(seconds).unwrap_or_default(),
            seconds(host.limit),
            format!("{} of {}", host.most, host.concurrency),
        ]
    });
    let head = [
        "host",
        "requests",
        "for robots.txt",
        "shortest gap",
        "at least",
        "at once",
    ];
    context.printer.table(&head, rows.collect())
}

fn sentence(breach: &Breach) -> String {
    let Breach {
        at,
        host,
        url,
        found,
        allowed,
        ..
    } = breach;
    format!("{at:.3} {host}: {found}; right would be: {allowed} ({url})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_a_day_or_how_long_ago() {
        let now: Time = "2026-02-03T10:00:00Z".parse().unwrap();
        let read = |text: &str| {
            moment(text, now)
                .map(|t| t.to_string())
                .map_err(|f| f.to_string())
        };
        for (text, means) in [
            ("2026-02-01T08:30:00+01:00", "2026-02-01T07:30:00Z"),
            ("2026-02-01", "2026-02-01T00:00:00Z"),
            ("2h", "2026-02-03T08:00:00Z"),
            ("7d", "2026-01-27T10:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(means), "{text}");
        }
        for text in [
            "yesterday",
            "2026-02-03T10:00",
            "",
            "-2h",
            "99999999999999d",
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.contains("2026-02-03, 2h or 7d"), "{fault}");
        }
    }
}
