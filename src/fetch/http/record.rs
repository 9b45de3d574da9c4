//! Each request in the conduct log, before it leaves and when it has ended.

use std::{collections::BTreeMap, path::Path, time::Duration};

use url::Url;

use super::{Client, Errand, redirect};
use crate::{
    fetch::{
        Error, HostState,
        conduct::{Answered, Asked, Conduct, Limits, Open},
        exchange::Answer,
        pace::later,
        turn::Turn,
    },
    model::Time,
};

/// While the conduct log cannot be written, it is tried again after that.
const AGAIN: Duration = Duration::from_secs(60);

impl Client {
    /// Writes every request into the conduct log in the folder `dir` before it leaves, and keeps to what is still owed
    /// to hosts by what stands there.
    ///
    /// # Errors
    /// `Error::Conduct` where the log cannot be read or written.
    pub fn with_conduct(mut self, dir: &Path) -> Result<Self, Error> {
        let conduct = Conduct::open(dir, self.clock.clone())?;
        self.hosts.restore(conduct.standing()?, true);
        self.conduct = Some(conduct);
        Ok(self)
    }

    /// Writes down that a request leaves; without that it does not.
    pub(super) fn record(
        &self,
        errand: &Errand<'_>,
        host: &str,
        turn: &Turn,
    ) -> Result<Option<Open<'_>>, Error> {
        let Some(conduct) = &self.conduct else {
            return Ok(None);
        };
        let asked = Asked {
            host: host.to_owned(),
            url: errand.url.clone(),
            request: 0,
            why: errand.why,
            attempt: errand.attempt,
            owed: seconds(turn.owed),
            because: turn.because.to_owned(),
            kept: turn.kept.map(seconds),
            allowed_by: errand.allowed_by.clone(),
        };
        let limits = Limits::new(host, self.hosts.policy(host), &self.who);
        conduct
            .limits(limits)
            .and_then(|()| conduct.asked(turn.at, asked))
            .map(Some)
            .map_err(|error| self.unrecorded(errand.url, &error))
    }

    pub(super) fn unrecorded(&self, url: &Url, error: &Error) -> Error {
        Error::Later {
            url: url.clone(),
            until: later(self.clock.now(), AGAIN),
            cause: error.to_string(),
        }
    }

    /// What was kept of hosts, and what the conduct log says that they are owed: of both the later.
    pub(super) fn with_owed(&self, states: Vec<HostState>) -> Vec<HostState> {
        let Some(conduct) = &self.conduct else {
            return states;
        };
        let owed = conduct.standing().unwrap_or_else(|error| {
            tracing::warn!("{error}");
            Vec::new()
        });
        merged(states, owed)
    }
}

/// Fills the line that says how a request ended, which pause the host asked for and until when it is not asked now.
pub(super) fn describe(
    line: &mut Answered,
    answer: &Result<Answer, Error>,
    asked: Option<Duration>,
    until: Option<Time>,
) {
    line.retry_after = asked.map(seconds);
    line.pause_until = until;
    match answer {
        Ok(Answer { page, latency }) => {
            line.status = Some(page.status);
            line.to = redirect(page).ok().flatten();
            line.address = page.remote.map(|remote| remote.to_string());
            line.latency = Some(seconds(*latency));
        }
        Err(Error::Failed { why, .. } | Error::Guarded { why, .. }) => {
            line.failure = Some(why.clone());
        }
        Err(error) => line.failure = Some(error.to_string()),
    }
}

fn merged(states: Vec<HostState>, owed: Vec<HostState>) -> Vec<HostState> {
    let mut hosts: BTreeMap<_, _> = states
        .into_iter()
        .map(|state| (state.host.clone(), state))
        .collect();
    for other in owed {
        let state = hosts
            .entry(other.host.clone())
            .or_insert_with(|| HostState::new(other.host));
        state.next_due = state.next_due.max(other.next_due);
        if other.blocked_until > state.blocked_until {
            state.blocked_until = other.blocked_until;
            state.blocked_cause = other.blocked_cause;
        }
    }
    hosts.into_values().collect()
}

/// To the microsecond: what the clock shows, and no more.
fn seconds(length: Duration) -> f64 {
    (length.as_secs_f64() * 1e6).round() / 1e6
}
