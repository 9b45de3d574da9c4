//! Turns a stage's events into lines that move, on a terminal; where there is none, into a line now and then.

use std::{
    io::{self, IsTerminal},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;

use super::{
    printer::Printer,
    standing::{about, foremost, line},
};
use crate::{
    crawl::Report,
    model::{Event, HostStanding, Time},
    text::harmless,
};

/// Hosts that have a line of their own.
const SHOWN: usize = 8;
/// Without a terminal: how often a line is said.
const SAY: Duration = Duration::from_secs(30);

/// What was counted so far.
#[derive(Debug, Default)]
struct Seen {
    pages: u64,
    listings: u64,
    flags: u64,
    trouble: u64,
    waiting: u64,
    /// What the hosts add: pages a second and the time left.
    hosts: String,
    /// How far reading again is, and when it began.
    again: String,
    begun: Option<Time>,
}

/// Moving lines for one job.
pub(super) struct Progress {
    screen: Arc<Screen>,
}

struct Screen {
    printer: Printer,
    /// Somebody looks at a terminal.
    live: bool,
    all: MultiProgress,
    whole: ProgressBar,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Seen,
    /// A bar for each host that has a line, by place.
    hosts: Vec<ProgressBar>,
    said: Option<Time>,
}

impl Progress {
    /// Where stderr is no terminal a line is said now and then; when quiet, nothing.
    pub(super) fn new(printer: Printer, what: &'static str) -> Self {
        let live = !printer.quiet && io::stderr().is_terminal();
        let all = MultiProgress::new();
        let whole = if live {
            all.add(ProgressBar::new_spinner())
        } else {
            ProgressBar::hidden()
        };
        whole.set_style(style("{spinner} {prefix} {wide_msg} {elapsed}"));
        whole.set_prefix(what);
        whole.enable_steady_tick(Duration::from_millis(120));
        let state = Mutex::default();
        Self {
            screen: Arc::new(Screen {
                printer,
                live,
                all,
                whole,
                state,
            }),
        }
    }

    /// Where the stage is to send its events.
    pub(super) fn report(&self) -> Report {
        let screen = Arc::clone(&self.screen);
        Arc::new(move |event| {
            // These are said on the terminal, above the lines that move.
            let said = matches!(
                event,
                Event::Failed { .. }
                    | Event::Fault { .. }
                    | Event::Alarm { .. }
                    | Event::Rules { .. }
                    | Event::Unreadable { .. }
            );
            if said && screen.live {
                screen.all.suspend(|| log(&event));
            } else {
                log(&event);
            }
            screen.take(event);
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // Where the terminal is gone there is nothing to clear.
        let _ = self.screen.all.clear();
        self.screen.whole.finish_and_clear();
    }
}

impl Screen {
    fn take(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Hosts { at, hosts } => {
                state.seen.hosts = whole(&hosts);
                if self.live {
                    self.show(&mut state, &hosts, at);
                } else if due(&mut state.said, at) {
                    self.printer.say(&state.seen.line());
                }
            }
            Event::Reread {
                at,
                done,
                of,
                changed,
            } => {
                let since = *state.seen.begun.get_or_insert(at);
                let seconds = at.duration_since(since).as_secs_f64();
                state.seen.again = again(done, of, changed, seconds);
                if !self.live && due(&mut state.said, at) {
                    self.printer.say(&state.seen.line());
                }
            }
            event => state.seen.count(&event),
        }
        self.whole.set_message(state.seen.line());
    }

    /// A line for each of the hosts that matter most.
    fn show(&self, state: &mut State, hosts: &[HostStanding], now: Time) {
        let zone = TimeZone::system();
        let shown: Vec<_> = foremost(hosts)
            .into_iter()
            .filter(|host| host.queued > 0)
            .take(SHOWN)
            .collect();
        while state.hosts.len() < shown.len() {
            let bar = self.all.add(ProgressBar::new_spinner());
            bar.set_style(style("  {prefix} {wide_msg}"));
            state.hosts.push(bar);
        }
        for bar in state.hosts.drain(shown.len()..) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        let width = shown.iter().map(|host| host.host.len()).max().unwrap_or(0);
        for (bar, host) in state.hosts.iter().zip(shown) {
            bar.set_prefix(format!("{:width$}", harmless::line(&host.host)));
            bar.set_message(line(host, now, &zone));
            bar.tick();
        }
    }
}

impl Seen {
    fn count(&mut self, event: &Event) {
        match event {
            Event::Page { .. } => self.pages += 1,
            Event::Listing { .. } => self.listings += 1,
            Event::Flag { .. } => self.flags += 1,
            Event::Failed { .. }
            | Event::Fault { .. }
            | Event::Alarm { .. }
            | Event::Unreadable { .. } => self.trouble += 1,
            Event::Queue { waiting, .. } => self.waiting = *waiting,
            Event::Rules { faults, .. } => self.trouble += u64::from(!faults.is_empty()),
            Event::Gone { .. }
            | Event::Relisted { .. }
            | Event::Cut { .. }
            | Event::Hosts { .. }
            | Event::Reread { .. }
            | Event::Refused { .. } => {}
        }
    }

    fn line(&self) -> String {
        if !self.again.is_empty() {
            let Self {
                again,
                flags,
                trouble,
                ..
            } = self;
            return format!("{again} · {flags} flags · {trouble} troubles");
        }
        format!(
            "{} pages · {} listings · {} flags · {} troubles · {} queued{}",
            self.pages, self.listings, self.flags, self.trouble, self.waiting, self.hosts
        )
    }
}

/// How far reading again is after so many seconds: what is through, pages a second, the time left.
fn again(done: u64, of: u64, changed: u64, seconds: f64) -> String {
    let told = format!("{done} of {of} pages · {changed} listings read otherwise");
    if done == 0 || seconds < 1.0 {
        return told;
    }
    let rate = done as f64 / seconds;
    let left = (of.saturating_sub(done) as f64 / rate).ceil() as u64;
    match left {
        0 => format!("{told} · {rate:.0} pages/s"),
        left => format!("{told} · {rate:.0} pages/s · {} left", about(left)),
    }
}

/// Pages a second over all hosts, and the time left: that of the host that takes longest.
fn whole(hosts: &[HostStanding]) -> String {
    let per_minute = hosts.iter().filter_map(|host| host.per_minute);
    let rate = per_minute.reduce(|a, b| a + b);
    let rate = rate.map_or(String::new(), |rate| {
        format!(" · {:.1} pages/s", rate / 60.0)
    });
    let left = hosts.iter().filter_map(|host| host.estimate_seconds).max();
    let left = left.filter(|left| *left > 0);
    let left = left.map_or(String::new(), |left| format!(" · {} left", about(left)));
    format!("{rate}{left}")
}

/// Whether a line is to be said at `now`. The first one comes after the first span, for most jobs end before.
fn due(said: &mut Option<Time>, now: Time) -> bool {
    let last = *said.get_or_insert(now);
    let age = now.duration_since(last);
    if age.is_positive() && age.unsigned_abs() < SAY || age.is_zero() {
        return false;
    }
    *said = Some(now);
    true
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// What happened, for the log.
fn log(event: &Event) {
    match event {
        Event::Page {
            url,
            status,
            bytes,
            read_as,
        } => tracing::info!(%url, status, bytes, read_as = read_as.as_str(), "page"),
        Event::Listing { id, new, changed } => tracing::debug!(%id, new, changed, "listing"),
        Event::Gone { id } => tracing::info!(%id, "gone"),
        Event::Relisted { id } => tracing::info!(%id, "relisted"),
        Event::Cut { url, why } => tracing::info!(%url, why, "not followed"),
        Event::Alarm { platform, message } => {
            tracing::warn!(platform, message = %harmless::line(message), "alarm");
        }
        Event::Flag {
            id,
            rule,
            listing,
            severity,
            reason,
        } => {
            tracing::info!(%id, rule, %listing, %severity, reason = %harmless::line(reason), "flag");
        }
        Event::Rules { rules, faults } if faults.is_empty() => {
            tracing::warn!(rules, "edited rules are in force");
        }
        Event::Rules { rules, faults } => {
            let faults = faults.join("; ");
            tracing::warn!(rules, faults = %harmless::line(&faults), "edited rules are not used, those before stay");
        }
        Event::Fault {
            rule,
            listing,
            message,
        } => {
            tracing::warn!(rule, %listing, message = %harmless::line(message), "rule failed");
        }
        Event::Failed {
            url,
            kind,
            message,
            again,
        } => {
            tracing::warn!(%url, kind, again, message = %harmless::line(message), "failed");
        }
        Event::Refused { url, line } => {
            tracing::info!(%url, line = %harmless::line(line), "robots.txt forbids it")
        }
        Event::Unreadable { message } => {
            tracing::warn!(message = %harmless::line(message), "not read");
        }
        Event::Reread {
            done, of, changed, ..
        } => tracing::debug!(done, of, changed, "read again"),
        Event::Queue { waiting, done } => tracing::trace!(waiting, done, "queue"),
        Event::Hosts { hosts, .. } => tracing::trace!(hosts = hosts.len(), "hosts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn without_a_terminal_a_line_is_said_every_half_minute() {
        let mut said = None;
        let lines: Vec<_> = (0..100).filter(|s| due(&mut said, at(*s))).collect();
        assert_eq!(lines, [30, 60, 90]);
        assert!(due(&mut said, at(10)), "the clock was set back");
    }

    #[test]
    fn reading_again_says_how_far_it_is_and_how_long_it_takes() {
        assert_eq!(
            again(0, 900, 0, 0.0),
            "0 of 900 pages · 0 listings read otherwise"
        );
        assert_eq!(
            again(300, 900, 7, 2.0),
            "300 of 900 pages · 7 listings read otherwise · 150 pages/s · about 1 min left"
        );
        assert!(again(900, 900, 7, 6.0).ends_with("· 150 pages/s"));
    }

    #[test]
    fn the_whole_takes_as_long_as_its_slowest_host() {
        let host = |per_minute, estimate_seconds| HostStanding {
            per_minute,
            estimate_seconds,
            ..HostStanding::default()
        };
        let hosts = [
            host(Some(30.0), Some(60)),
            host(Some(60.0), Some(7_800)),
            host(None, None),
        ];
        let mut seen = Seen {
            hosts: whole(&hosts),
            ..Seen::default()
        };
        seen.count(&Event::Queue {
            waiting: 5,
            done: 2,
        });
        assert_eq!(
            seen.line(),
            "0 pages · 0 listings · 0 flags · 0 troubles · 5 queued · 1.5 pages/s · about 2 h 10 min left"
        );
        assert_eq!(whole(&[]), "");
    }
}
