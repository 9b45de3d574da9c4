//! Writing the conduct log. Several processes may write side by side: a line is one write to the end of the file.

use std::{
    collections::BTreeMap,
    fmt::Display,
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::{civil::Date, tz::TimeZone};

use super::{Answered, Asked, Limits, Line, Said, Site, sha256};
use crate::{
    fetch::{Error, HostState, host::Site as Known, hosts::Clock},
    model::Time,
};

/// Held by every process that writes, so that one that begins sees whether it is alone.
const LOCK: &str = "lock";

/// The log, as one process writes it.
#[derive(Debug)]
pub(in crate::fetch) struct Conduct {
    dir: PathBuf,
    clock: Clock,
    /// Requests so far.
    requests: AtomicU64,
    day: Mutex<Option<Day>>,
    /// As long as it is open others see that we are there; the system lets go of it, however we end.
    _here: File,
}

/// The file of one day, and what it says already.
#[derive(Debug)]
struct Day {
    date: Date,
    path: PathBuf,
    file: File,
    /// The last write was cut short: the next line begins anew.
    torn: bool,
    limits: BTreeMap<String, Limits>,
    robots: BTreeMap<String, Site>,
}

/// A request under way. Dropped without an answer, it was given up.
#[derive(Debug)]
pub(in crate::fetch) struct Open<'a> {
    log: &'a Conduct,
    asked: Option<Asked>,
}

impl Conduct {
    /// Opens the log in `dir`, which is made where there is none, and says that this process begins.
    ///
    /// # Errors
    /// `Error::Conduct` where it cannot be written.
    pub(in crate::fetch) fn open(dir: &Path, clock: Clock) -> Result<Self, Error> {
        let fault = |e: &dyn Display| unwritable(dir, e);
        fs::create_dir_all(dir).map_err(|e| fault(&e))?;
        let (here, alone) = arrive(&dir.join(LOCK)).map_err(|e| fault(&e))?;
        let log = Self {
            dir: dir.to_owned(),
            clock,
            requests: AtomicU64::default(),
            day: Mutex::default(),
            _here: here,
        };
        log.write(log.clock.now(), Said::Began { alone })?;
        Ok(log)
    }

    /// What the hosts asked of late are still owed, by whichever process.
    pub(in crate::fetch) fn standing(&self) -> Result<Vec<HostState>, Error> {
        super::standing::standing(&self.dir, self.clock.now())
            .map_err(|e| unwritable(&self.dir, &e))
    }

    /// Writes down what holds for a host, where this file does not say it yet.
    pub(in crate::fetch) fn limits(&self, limits: Limits) -> Result<(), Error> {
        let now = self.clock.now();
        self.on(now, |day| {
            if day.limits.get(&limits.host) == Some(&limits) {
                return Ok(());
            }
            self.append(day, now, Said::Limits(limits.clone()))?;
            day.limits.insert(limits.host.clone(), limits);
            Ok(())
        })
    }

    /// Writes down what is known of a host's robots.txt, where this file does not say it yet.
    pub(in crate::fetch) fn robots(&self, host: &str, known: &Known) -> Result<(), Error> {
        let now = self.clock.now();
        self.on(now, |day| {
            let Some(mut site) = news(host, known, day.robots.get(host)) else {
                return Ok(());
            };
            self.append(day, now, Said::Robots(site.clone()))?;
            site.text = None;
            day.robots.insert(host.to_owned(), site);
            Ok(())
        })
    }

    /// Writes down that a request leaves. Only then may it.
    pub(in crate::fetch) fn asked(&self, at: Time, mut asked: Asked) -> Result<Open<'_>, Error> {
        asked.request = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        self.write(at, Said::Asked(asked.clone()))?;
        Ok(Open {
            log: self,
            asked: Some(asked),
        })
    }

    fn write(&self, at: Time, said: Said) -> Result<(), Error> {
        self.on(at, |day| self.append(day, at, said))
    }

    /// Does something with the file of the day of `at`.
    fn on<T>(
        &self,
        at: Time,
        use_it: impl FnOnce(&mut Day) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let date = at.to_zoned(TimeZone::UTC).date();
        let mut held = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        let day = match held.take() {
            // A clock set back goes on in the later file: there the order of the lines stays theirs.
            Some(day) if day.date >= date => day,
            _ => {
                let path = self.dir.join(format!("{date}.jsonl"));
                Day::open(date, path.clone()).map_err(|e| unwritable(&path, &e))?
            }
        };
        use_it(held.insert(day))
    }

    fn append(&self, day: &mut Day, at: Time, said: Said) -> Result<(), Error> {
        let line = Line {
            at,
            process: std::process::id(),
            said,
        };
        let mut bytes = if day.torn { vec![b'\n'] } else { Vec::new() };
        serde_json::to_writer(&mut bytes, &line).map_err(|e| unwritable(&day.path, &e))?;
        bytes.push(b'\n');
        // One write, or lines of several processes would mix.
        match day.file.write(&bytes) {
            Ok(written) if written == bytes.len() => {
                day.torn = false;
                Ok(())
            }
            Ok(written) => {
                day.torn = day.torn || written > 0;
                Err(unwritable(
                    &day.path,
                    &"there is no room for the whole line",
                ))
            }
            Err(e) => Err(unwritable(&day.path, &e)),
        }
    }
}

impl Open<'_> {
    /// Writes down how it ended. The request has left already, so what cannot be written is only told.
    pub(in crate::fetch) fn answered(mut self, at: Time, fill: impl FnOnce(&mut Answered)) {
        self.close(at, fill);
    }

    fn close(&mut self, at: Time, fill: impl FnOnce(&mut Answered)) {
        let Some(asked) = self.asked.take() else {
            return;
        };
        let mut answered = Answered {
            host: asked.host,
            url: asked.url,
            request: asked.request,
            status: None,
            failure: None,
            to: None,
            address: None,
            latency: None,
            retry_after: None,
            pause_until: None,
        };
        fill(&mut answered);
        if let Err(error) = self.log.write(at, Said::Answered(answered)) {
            tracing::warn!("{error}");
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let now = self.log.clock.now();
        self.close(now, |answered| {
            answered.failure = Some("given up".to_owned());
        });
    }
}

impl Day {
    fn open(date: Date, path: PathBuf) -> std::io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)?;
        let mut last = [b'\n'];
        if file.metadata()?.len() > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        Ok(Self {
            date,
            path,
            file,
            torn: last != *b"\n",
            limits: BTreeMap::new(),
            robots: BTreeMap::new(),
        })
    }
}

/// Shows others that we are here; and were we the only one?
fn arrive(path: &Path) -> std::io::Result<(File, bool)> {
    let here = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let alone = here.try_lock().is_ok();
    // Whoever begins between these two has not asked anything either when we say that we are alone.
    here.unlock()?;
    here.lock_shared()?;
    Ok((here, alone))
}

/// What is to be written of a host's robots.txt; none where that was said.
fn news(host: &str, known: &Known, said: Option<&Site>) -> Option<Site> {
    let (until, text, unreachable) = match known {
        Known::Unread => return None,
        Known::Read { text, until, .. } => (*until, text.as_deref(), None),
        Known::OutOfReach { until, cause } => (*until, None, Some(cause.clone())),
    };
    if said.is_some_and(|said| {
        said.until == until && said.unreachable.is_some() == unreachable.is_some()
    }) {
        return None;
    }
    Some(Site {
        host: host.to_owned(),
        until,
        sha256: text.map(sha256),
        text: text.map(str::to_owned),
        unreachable,
    })
}

fn unwritable(path: &Path, why: &dyn Display) -> Error {
    Error::Conduct {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
