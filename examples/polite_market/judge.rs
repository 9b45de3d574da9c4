//! Was the crawler polite, and was it as quick as it might have been? Both from the server's log alone.

use std::time::Duration;

use crate::{
    arrival::Moment,
    script::{Robots, Trouble},
    server::{Host, Seen},
};

/// After trouble without a Retry-After the crawler pauses as it sees fit; more than this counts as time lost.
const OWN_PAUSE: Duration = Duration::from_secs(60);

/// The grain of a server's log.
const GRAIN: Duration = Duration::from_millis(1);

/// What is said of one host.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) violations: Vec<String>,
    /// Requests made after robots.txt was read.
    pub(crate) made: f64,
    /// Requests that the limits would have allowed meanwhile.
    pub(crate) allowed: f64,
    /// What was waited over what was owed, in seconds, where that was least.
    pub(crate) spare: Option<f64>,
}

impl Verdict {
    pub(crate) fn add(&mut self, other: &Self) {
        self.made += other.made;
        self.allowed += other.allowed;
        self.spare(other.spare);
        self.violations.extend(other.violations.iter().cloned());
    }

    fn spare(&mut self, seconds: Option<f64>) {
        let both = self.spare.into_iter().chain(seconds);
        self.spare = both.min_by(f64::total_cmp);
    }

    fn wrong(&mut self, host: &Host, seen: &Seen, what: &str) {
        self.violations.push(format!(
            "{} ({}) {}: {what}",
            host.addr, host.script.kind, seen.path
        ));
    }
}

/// `slowed` says how long the crawler meant to wait between requests at a time: after trouble it may be more than the limits
/// ask, and that is no fault. It is not asked where the host makes no trouble.
pub(crate) fn judge(
    host: &Host,
    contact: &str,
    end: Moment,
    slowed: &dyn Fn(Moment) -> Duration,
) -> Verdict {
    let log = host.log();
    let mut verdict = violations(host, &log, contact);
    let troubled = host.script.trouble != Trouble::None;
    // Only the first page tells where the others are: what comes before the second is not reckoned.
    let first = log
        .iter()
        .position(|seen| !seen.robots() && seen.path != "/");
    let pages = first.map_or(&[][..], |at| &log[at..]);
    for (n, seen) in pages.iter().enumerate().filter(|(_, s)| s.came < end) {
        let until = pages.get(n + 1).map_or(end, |next| next.came.min(end));
        let pause = if seen.trouble() {
            let answered = seen.answered.unwrap_or(end).clamp(seen.came, until);
            let longest = seen.retry_after.unwrap_or(OWN_PAUSE);
            // The time that it took to answer, and the pause.
            (answered - seen.came) + (until - answered).min(longest)
        } else {
            Duration::ZERO
        };
        let delay = host.script.interval();
        let delay = if troubled {
            delay.max(slowed(seen.came))
        } else {
            delay
        };
        verdict.made += 1.0;
        // A pause stands for one turn.
        verdict.allowed += if pause.is_zero() {
            (until - seen.came).as_secs_f64() / delay.as_secs_f64()
        } else {
            1.0 + (until - seen.came)
                .saturating_sub(pause)
                .saturating_sub(delay)
                .as_secs_f64()
                / delay.as_secs_f64()
        };
    }
    verdict
}

fn violations(host: &Host, log: &[Seen], contact: &str) -> Verdict {
    let mut verdict = Verdict::default();
    let mut wrong = |seen: &Seen, what: String| verdict.wrong(host, seen, &what);
    let mut spare = None;
    let mut read = false;
    for (n, seen) in log.iter().enumerate() {
        let before = &log[..n];
        if let Some(last) = before.last() {
            let gap = seen.came - last.came;
            // A crawl-delay binds from when it has been read.
            let limit = if read {
                host.script.interval()
            } else {
                Duration::from_secs(1) / host.script.rate
            };
            let left = gap.as_secs_f64() - limit.as_secs_f64();
            spare = Some(spare.map_or(left, |least: f64| least.min(left)));
            if gap + GRAIN < limit {
                wrong(
                    seen,
                    format!("{gap:?} after the last request, where {limit:?} are owed"),
                );
            }
        }
        let open = before
            .iter()
            .filter(|b| b.answered.is_none_or(|at| at > seen.came))
            .count();
        if open >= host.script.concurrency as usize {
            wrong(
                seen,
                format!(
                    "{} at once, where {} may be",
                    open + 1,
                    host.script.concurrency
                ),
            );
        }
        if let Some((asked, left)) = asked_to_wait(before, seen) {
            wrong(
                seen,
                format!("{left:?} before the end of a pause of {asked:?}"),
            );
        }
        if seen.path.starts_with("/private/") && host.script.robots != Robots::None {
            wrong(seen, "robots.txt forbids it".to_owned());
        }
        if !seen.robots() && !read {
            wrong(seen, "robots.txt was not read".to_owned());
        }
        if !seen.agent.contains(contact) {
            wrong(seen, format!("the agent '{}' names no contact", seen.agent));
        }
        read |= seen.robots() && matches!(seen.status, 200 | 404);
    }
    verdict.spare = spare;
    verdict
}

/// The longest pause asked for before, if it is not over yet; and how much of it is left.
fn asked_to_wait(before: &[Seen], seen: &Seen) -> Option<(Duration, Duration)> {
    let pauses = before
        .iter()
        .filter_map(|b| Some((b.retry_after?, b.answered?)));
    let left = pauses.map(|(asked, at)| (asked, (at + asked).saturating_sub(seen.came)));
    left.filter(|(_, left)| !left.is_zero())
        .max_by_key(|(_, left)| *left)
}
