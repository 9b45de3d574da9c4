//! What each virtual host is like: its limits, its robots.txt, and the trouble it makes.

use std::time::Duration;

/// The limits and the manners of one host.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) kind: &'static str,
    /// Requests a second by config.
    pub(crate) rate: u32,
    /// Requests at the same time by config.
    pub(crate) concurrency: u32,
    /// How long a page takes.
    pub(crate) latency: Duration,
    pub(crate) robots: Robots,
    pub(crate) trouble: Trouble,
}

/// What is answered to /robots.txt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Robots {
    /// 404: everything is allowed.
    None,
    /// A file that forbids `/private/`.
    Plain,
    /// The same, with a delay in milliseconds.
    Delay(u64),
    /// A redirect to the file, in three hops.
    Moved,
    /// 503 to the first request.
    Late,
}

/// What goes wrong, at every `EVERY`th page of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    None,
    /// This status; with Retry-After in seconds.
    Seconds(u16, u64),
    /// This status; with Retry-After as a date so many seconds ahead.
    Date(u16, u64),
    /// This status and no more.
    Bare(u16),
    /// No answer at all.
    Silence,
}

/// A troublesome host makes trouble at its 10th page, and then every so many.
pub(crate) const EVERY: u64 = 60;
const FIRST: u64 = 10;

impl Script {
    /// From one request to the next, as config and robots.txt have it.
    pub(crate) fn interval(&self) -> Duration {
        let config = Duration::from_secs(1) / self.rate;
        match self.robots {
            Robots::Delay(ms) => config.max(Duration::from_millis(ms)),
            _ => config,
        }
    }

    /// Whether the host's `nth` page (from 1) meets with trouble.
    pub(crate) fn troubles(&self, nth: u64) -> bool {
        self.trouble != Trouble::None && nth >= FIRST && (nth - FIRST).is_multiple_of(EVERY)
    }
}

/// Fifty hosts.
pub(crate) fn hosts() -> Vec<Script> {
    use Robots as R;
    use Trouble as T;
    let quick = [
        (8, "plain", R::None, T::None),
        (8, "plain", R::Plain, T::None),
        (4, "crawl-delay", R::Delay(300), T::None),
        (3, "crawl-delay", R::Delay(1000), T::None),
        (4, "robots.txt moved", R::Moved, T::None),
        (3, "robots.txt 503 first", R::Late, T::None),
        (4, "429, seconds", R::Plain, T::Seconds(429, 2)),
        (3, "429, date", R::Plain, T::Date(429, 3)),
        (2, "429, bare", R::None, T::Bare(429)),
        (3, "503, seconds", R::Plain, T::Seconds(503, 3)),
        (2, "503, bare", R::None, T::Bare(503)),
        (3, "500", R::Plain, T::Bare(500)),
        (3, "silence", R::Plain, T::Silence),
    ];
    let rates = [2, 10, 5, 20, 10, 50, 5, 10];
    let mut scripts = Vec::new();
    for (count, kind, robots, trouble) in quick {
        for _ in 0..count {
            let rate = rates[scripts.len() % rates.len()];
            // Where a host is asked one by one, no request can be on its way while trouble is answered.
            let alone = trouble != T::None;
            let concurrency = if alone {
                1
            } else {
                1 + scripts.len() as u32 % 4
            };
            let share = [0, 5, 10, 20][scripts.len() % 4];
            let latency = Duration::from_secs(1) * concurrency * share / 100 / rate;
            scripts.push(Script {
                kind,
                rate,
                concurrency,
                latency,
                robots,
                trouble,
            });
        }
    }
    scripts
}
