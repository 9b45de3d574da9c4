//! Hours of the day as people write them: "09:00-18:00", "22:00-06:00 Asia/Shanghai".

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp, Zoned,
    civil::{DateTime, Time},
    tz::TimeZone,
};

/// Spans of the day, in one time zone (this machine's where none is named). Empty: no hour at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    written: String,
    /// From, to; one that ends before it begins runs over midnight.
    spans: Vec<(Time, Time)>,
    zone: Option<TimeZone>,
}

/// Hours that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{found}' is no span of hours: {why}; write it like \"09:00-18:00\" or \"22:00-06:00, 12:00-13:00 Asia/Shanghai\""
)]
pub struct Unreadable {
    found: String,
    why: String,
}

impl Hours {
    /// When the span that `now` lies in ends, spans that follow on at once taken together; none where it lies in none.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let zone = self.zone.clone().unwrap_or_else(TimeZone::system);
        let mut at = now.to_zoned(zone);
        let mut end = None;
        // Each span is left once at most: the day's spans never cover the whole day.
        for _ in 0..=self.spans.len() {
            let Some(next) = self.spans.iter().filter_map(|span| leave(*span, &at)).max() else {
                break;
            };
            end = Some(next.timestamp());
            at = next;
        }
        end
    }

    /// No hour at all.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    fn covers_the_day(&self) -> bool {
        // Only where one ends can the day have a gap.
        self.spans
            .iter()
            .all(|(_, end)| self.spans.iter().any(|span| within(*span, *end)))
    }
}

fn within((from, to): (Time, Time), now: Time) -> bool {
    if from < to {
        from <= now && now < to
    } else {
        now >= from || now < to
    }
}

/// The end of `span` as seen from `at`, if it lies in it. A clock change may move it, never skip it.
fn leave(span: (Time, Time), at: &Zoned) -> Option<Zoned> {
    let (from, to) = span;
    if !within(span, at.time()) {
        return None;
    }
    let today = at.date();
    let day = if from >= to && at.time() >= from {
        today.tomorrow().ok()?
    } else {
        today
    };
    let end = DateTime::from_parts(day, to).to_zoned(at.time_zone().clone());
    end.ok().filter(|end| end > at)
}

impl FromStr for Hours {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let fault = |why: &str| Unreadable {
            found: text.to_owned(),
            why: why.to_owned(),
        };
        let written = text.trim();
        if written.is_empty() {
            return Ok(Self::default());
        }
        let named = written
            .rsplit_once(' ')
            .filter(|(_, last)| last.starts_with(|c: char| c.is_ascii_alphabetic()));
        let (spans, zone) = match named {
            Some((spans, zone)) => {
                let known = TimeZone::get(zone)
                    .map_err(|_| fault(&format!("there is no time zone '{zone}'")))?;
                (spans, Some(known))
            }
            None => (written, None),
        };
        let spans = spans
            .split(',')
            .map(|one| span(one).map_err(|why| fault(&why)))
            .collect::<Result<_, _>>()?;
        let hours = Self {
            written: written.to_owned(),
            spans,
            zone,
        };
        if hours.covers_the_day() {
            return Err(fault("it leaves no hour of the day"));
        }
        Ok(hours)
    }
}

fn span(text: &str) -> Result<(Time, Time), String> {
    let text = text.trim();
    let (from, to) = text
        .split_once('-')
        .ok_or_else(|| format!("'{text}' has no '-' between two times"))?;
    let (from, to) = (time(from)?, time(to)?);
    if from == to {
        return Err(format!("'{text}' ends when it begins"));
    }
    Ok((from, to))
}

fn time(text: &str) -> Result<Time, String> {
    let text = text.trim();
    let read = || {
        let (hour, minute) = text.split_once(':')?;
        match (hour.parse().ok()?, minute.parse().ok()?) {
            (24, 0) => Some(Time::midnight()),
            (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
        }
    };
    read().ok_or_else(|| format!("'{text}' is no time of day"))
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(hours: &str, now: &str) -> Option<String> {
        let hours: Hours = hours.parse().unwrap();
        hours.until(now.parse().unwrap()).map(|t| t.to_string())
    }

    #[test]
    fn a_moment_within_the_hours_is_told_their_end() {
        let day = "09:00-18:00 UTC";
        assert_eq!(until(day, "2026-02-03T08:59:59Z"), None);
        assert_eq!(
            until(day, "2026-02-03T09:00:00Z").as_deref(),
            Some("2026-02-03T18:00:00Z")
        );
        assert_eq!(until(day, "2026-02-03T18:00:00Z"), None);
        let night = "22:00-06:00 Asia/Shanghai";
        assert_eq!(
            until(night, "2026-02-03T15:00:00Z").as_deref(),
            Some("2026-02-03T22:00:00Z"),
            "23:00 there"
        );
        assert_eq!(
            until(night, "2026-02-03T21:59:00Z").as_deref(),
            Some("2026-02-03T22:00:00Z"),
            "5:59 there"
        );
        assert_eq!(until(night, "2026-02-03T22:00:00Z"), None);
        assert_eq!(until("", "2026-02-03T22:00:00Z"), None);
    }

    #[test]
    fn spans_that_follow_on_are_left_together() {
        let both = "22:00-24:00, 00:00-06:00 UTC";
        assert_eq!(
            until(both, "2026-02-03T23:00:00Z").as_deref(),
            Some("2026-02-04T06:00:00Z")
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in [
            "9-18",
            "09:00",
            "09:00-09:00",
            "00:00-12:00,12:00-24:00",
            "25:00-26:00",
            "09:00-18:00 Moon/Base",
        ] {
            assert!(text.parse::<Hours>().is_err(), "{text}");
        }
        let written = "22:00-06:00 Asia/Shanghai";
        assert_eq!(written.parse::<Hours>().unwrap().to_string(), written);
    }
}
