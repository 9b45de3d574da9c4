//! Turns a stage's events into a line that moves, on a terminal; where there is none, into a line now and then.

use std::{
    io::{self, IsTerminal},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use super::printer::Printer;
use crate::{crawl::Report, model::Event, text::harmless};

#[derive(Default)]
struct Seen {
    pages: u64,
    listings: u64,
    flags: u64,
    trouble: u64,
    waiting: u64,
}

/// A moving line for one job.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows nothing where stderr is no terminal, or when quiet.
    pub(super) fn new(printer: Printer, what: &'static str) -> Self {
        let bar = if printer.quiet || !io::stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            ProgressBar::new_spinner()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    /// Where the stage is to send its events.
    pub(super) fn report(&self) -> Report {
        let (bar, seen) = (self.bar.clone(), Mutex::new(Seen::default()));
        Arc::new(move |event| {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            log(&event);
            match event {
                Event::Page { .. } => seen.pages += 1,
                Event::Listing { .. } => seen.listings += 1,
                Event::Flag { .. } => seen.flags += 1,
                Event::Failed { .. } | Event::Fault { .. } | Event::Alarm { .. } => {
                    seen.trouble += 1
                }
                Event::Queue { waiting, .. } => seen.waiting = waiting,
                Event::Gone { .. }
                | Event::Relisted { .. }
                | Event::Cut { .. }
                | Event::Refused { .. } => {}
            }
            bar.set_message(format!(
                "{} pages · {} listings · {} flags · {} troubles · {} waiting",
                seen.pages, seen.listings, seen.flags, seen.trouble, seen.waiting
            ));
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What happened, for the log.
fn log(event: &Event) {
    match event {
        Event::Page { url, status, bytes } => tracing::info!(%url, status, bytes, "page"),
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
        Event::Queue { waiting, done } => tracing::trace!(waiting, done, "queue"),
    }
}
