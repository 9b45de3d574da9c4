//! How a host stands, in short words: for the lines that move during a crawl, and for `status`.

use jiff::tz::TimeZone;

use crate::{
    model::{HostStanding, Time, Waiting},
    text::harmless,
};

/// The hosts that a person wants to see first: those that stand still, then the busiest.
pub(super) fn foremost(hosts: &[HostStanding]) -> Vec<&HostStanding> {
    let mut hosts: Vec<_> = hosts.iter().collect();
    hosts.sort_by(|a, b| {
        let stands = |host: &HostStanding| host.queued > 0 && stands_still(host);
        let rate = |host: &HostStanding| host.per_minute.unwrap_or(0.0);
        stands(b)
            .cmp(&stands(a))
            .then(rate(b).total_cmp(&rate(a)))
            .then(b.queued.cmp(&a.queued))
            .then_with(|| a.host.cmp(&b.host))
    });
    hosts
}

/// A wait that is more than the time between two requests.
fn stands_still(host: &HostStanding) -> bool {
    !matches!(
        host.waiting,
        None | Some(Waiting::Pace { .. } | Waiting::Shared { .. })
    )
}

/// What of a host is said in one line, without its name.
pub(super) fn line(host: &HostStanding, now: Time, zone: &TimeZone) -> String {
    let mut parts = vec![
        format!("{} done", host.done),
        format!("{} queued", host.queued),
    ];
    let errors = host.errors.iter();
    parts.extend(errors.map(|(kind, count)| format!("{count} × {kind}")));
    if let Some(rate) = host.per_minute {
        parts.push(format!("{rate:.0}/min"));
    }
    if let Some(delay) = host.delay {
        let because = host.because.as_deref().unwrap_or("rate");
        parts.push(format!("every {} ({because})", seconds(delay)));
    }
    if stands_still(host) {
        parts.extend(host.waiting.as_ref().map(|why| waits(why, now, zone)));
    }
    if host.queued > 0 {
        parts.extend(host.estimate_seconds.map(about));
    }
    parts.join(" · ")
}

/// Why a host stands still, and until when.
pub(super) fn waits(why: &Waiting, now: Time, zone: &TimeZone) -> String {
    let until = clock(why.until(), now, zone);
    match why {
        Waiting::Pace { .. } => format!("waits for its turn until {until}"),
        Waiting::Backoff { cause, .. } => {
            format!("left alone until {until}: {}", harmless::line(cause))
        }
        Waiting::Robots { .. } => format!("robots.txt out of reach, asked again at {until}"),
        Waiting::Shared { address, .. } => {
            format!("waits until {until}: another name of the server {address} was asked just now")
        }
        Waiting::Probe { .. } => "failed often, one request sees whether it is back".to_owned(),
        Waiting::Quiet { .. } => format!("quiet hours until {until}"),
    }
}

/// A length of time as people say it, from seconds.
pub(super) fn about(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match minutes {
        0 | 1 => "about 1 min".to_owned(),
        2..60 => format!("about {minutes} min"),
        60..2880 => {
            // Nobody knows it to the minute.
            let tens = (minutes + 5) / 10 * 10;
            match (tens / 60, tens % 60) {
                (hours, 0) => format!("about {hours} h"),
                (hours, rest) => format!("about {hours} h {rest} min"),
            }
        }
        _ => format!("about {} days", (minutes + 720) / 1440),
    }
}

/// The time of day, with the date where it is not within a day.
pub(super) fn clock(time: Time, now: Time, zone: &TimeZone) -> String {
    let far = time.duration_since(now).unsigned_abs().as_secs() >= 20 * 3600;
    let form = if far { "%Y-%m-%d %H:%M" } else { "%H:%M:%S" };
    time.to_zoned(zone.clone()).strftime(form).to_string()
}

fn seconds(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1000.0)
    } else {
        let text = format!("{seconds:.1}");
        format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn host(name: &str, queued: u64, per_minute: f64, waiting: Option<Waiting>) -> HostStanding {
        HostStanding {
            host: name.to_owned(),
            queued,
            per_minute: Some(per_minute),
            waiting,
            ..HostStanding::default()
        }
    }

    #[test]
    fn lengths_are_said_as_people_say_them() {
        let said: Vec<_> = [0, 90, 3599, 7_740, 7_200, 300_000]
            .map(about)
            .into_iter()
            .collect();
        assert_eq!(
            said,
            [
                "about 1 min",
                "about 2 min",
                "about 1 h",
                "about 2 h 10 min",
                "about 2 h",
                "about 3 days"
            ]
        );
    }

    #[test]
    fn a_line_says_what_is_done_and_why_it_stands_still() {
        let now = at("2026-02-03T10:00:00Z");
        let cause = "answered 429, asking\x1b[2J for 300 s".to_owned();
        let until = at("2026-02-03T10:05:00Z");
        let mut shop = host("shop:80", 30, 12.0, Some(Waiting::Backoff { until, cause }));
        shop.done = 7;
        shop.delay = Some(20.0);
        shop.because = Some("crawl-delay".to_owned());
        shop.errors = [("http".to_owned(), 2)].into();
        shop.estimate_seconds = Some(900);
        let said = line(&shop, now, &TimeZone::UTC);
        assert!(!said.contains('\x1b'), "{said:?}");
        assert!(
            said.starts_with(
                "7 done · 30 queued · 2 × http · 12/min · every 20 s (crawl-delay) · left alone until 10:05:00: answered 429"
            ),
            "{said}"
        );
        assert!(said.ends_with("about 15 min"), "{said}");
        let day = at("2026-02-05T10:05:00Z");
        assert_eq!(clock(day, now, &TimeZone::UTC), "2026-02-05 10:05");
    }

    #[test]
    fn those_that_stand_still_come_first_then_the_busiest() {
        let until = at("2026-02-03T10:05:00Z");
        let hosts = [
            host("slow", 900, 1.0, Some(Waiting::Pace { until })),
            host("busy", 5, 60.0, None),
            host("done", 0, 0.0, Some(Waiting::Robots { until })),
            host("quiet", 5, 0.0, Some(Waiting::Quiet { until })),
        ];
        let names: Vec<_> = foremost(&hosts).iter().map(|h| h.host.as_str()).collect();
        assert_eq!(names, ["quiet", "busy", "slow", "done"]);
    }
}
