//! Durations, rates and sizes as people write them: "30s", "2/s", "1 per 5s", "8 MiB".

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A measure that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is no {what}; write it like {example}")]
pub struct Unreadable {
    found: String,
    what: &'static str,
    example: &'static str,
}

/// A length of time: `500ms`, `30s`, `5m`, `2h`, `1d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(pub Duration);

/// So many requests in a length of time: `2/s`, `1 per 5s`, `30/m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many, at least 1.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

/// A number of bytes: `512 KiB`, `8 MiB`, `1 GiB`, or a bare number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Rate {
    /// The time from one request to the next.
    pub fn interval(self) -> Duration {
        self.per / self.count
    }
}

/// Splits `30s` into 30 and `s`; a missing number is `None`.
fn split(text: &str) -> (Option<f64>, &str) {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    (text[..end].parse().ok(), text[end..].trim())
}

fn unit(word: &str) -> Option<Duration> {
    Some(match word {
        "ms" => Duration::from_millis(1),
        "s" | "sec" | "second" | "seconds" => Duration::from_secs(1),
        "m" | "min" | "minute" | "minutes" => Duration::from_secs(60),
        "h" | "hour" | "hours" => Duration::from_secs(3600),
        "d" | "day" | "days" => Duration::from_secs(86_400),
        _ => return None,
    })
}

impl FromStr for Period {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let read = || {
            let (number, word) = split(text);
            let length = unit(word)?.as_secs_f64() * number?;
            Duration::try_from_secs_f64(length).ok()
        };
        read().map(Self).ok_or_else(|| Unreadable {
            found: text.to_owned(),
            what: "duration",
            example: "\"500ms\", \"30s\", \"5m\" or \"2h\"",
        })
    }
}

impl FromStr for Rate {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let read = || {
            let (count, per) = text.split_once('/').or_else(|| text.split_once(" per "))?;
            let count: u32 = count.trim().parse().ok().filter(|n| *n > 0)?;
            let (number, word) = split(per);
            let per = unit(word)?.mul_f64(number.unwrap_or(1.0));
            (per > Duration::ZERO).then_some(Self { count, per })
        };
        read().ok_or_else(|| Unreadable {
            found: text.to_owned(),
            what: "rate",
            example: "\"2/s\", \"30/m\" or \"1 per 5s\"",
        })
    }
}

impl FromStr for Size {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let read = || {
            let (number, word) = split(text);
            let scale = match word {
                "" | "B" => 1.0,
                "KiB" | "KB" | "kB" => 1024.0,
                "MiB" | "MB" => 1024.0 * 1024.0,
                "GiB" | "GB" => 1024.0 * 1024.0 * 1024.0,
                _ => return None,
            };
            Some((number? * scale) as u64)
        };
        read()
            .filter(|n| *n > 0)
            .map(Self)
            .ok_or_else(|| Unreadable {
                found: text.to_owned(),
                what: "size",
                example: "\"512 KiB\" or \"8 MiB\"",
            })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        for (word, length) in [
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1000),
        ] {
            if ms >= length && ms.is_multiple_of(length) {
                return write!(f, "{}{word}", ms / length);
            }
        }
        write!(f, "{ms}ms")
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = Period(self.per).to_string();
        match per
            .strip_prefix('1')
            .filter(|word| word.chars().all(char::is_alphabetic))
        {
            Some(word) => write!(f, "{}/{word}", self.count),
            None => write!(f, "{} per {per}", self.count),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, length) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1u64 << 10)] {
            if self.0 >= length && self.0.is_multiple_of(length) {
                return write!(f, "{} {word}", self.0 / length);
            }
        }
        write!(f, "{}", self.0)
    }
}

macro_rules! as_text {
    ($($name:ty),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    )+};
}
as_text!(Period, Rate, Size, super::hours::Hours);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_and_written_back() {
        for text in ["500ms", "30s", "5m", "2h", "1d"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in ["2/s", "30/m", "1 per 5s"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for text in ["512 KiB", "8 MiB", "1 GiB", "77"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        assert_eq!(
            "1 per 5s".parse::<Rate>().unwrap().interval(),
            Duration::from_secs(5)
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_an_example() {
        for text in ["", "fast", "0/s", "2/0s", "-1/s", "2/fortnight"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert_eq!(
            "soon".parse::<Period>().unwrap_err().to_string(),
            "'soon' is no duration; write it like \"500ms\", \"30s\", \"5m\" or \"2h\""
        );
        assert!("1e999s".parse::<Period>().is_err());
        assert!("0".parse::<Size>().is_err());
    }
}
