//! What hosts are still owed by the conduct log: a program that runs for one page only knows no other memory.

use std::{collections::BTreeMap, fs, io, path::Path, time::Duration};

use jiff::ToSpan;

use super::{Said, read};
use crate::{
    fetch::{HostState, pace::later},
    model::Time,
};

/// Of the last two days so much is looked at, the newest first.
const LOOK_BACK: u64 = 64 << 20;

/// The hosts to which something is owed at `now`.
pub(super) fn standing(dir: &Path, now: Time) -> io::Result<Vec<HostState>> {
    let yesterday = now.checked_sub(24.hours()).unwrap_or(now);
    let since = yesterday.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut left = LOOK_BACK;
    let mut parts = Vec::new();
    for (_, path) in read::files(dir, Some(since))?.into_iter().rev() {
        let length = fs::metadata(&path)?.len();
        parts.push((path, length.saturating_sub(left)));
        left = left.saturating_sub(length);
    }
    let mut hosts = BTreeMap::new();
    for (path, begin) in parts.into_iter().rev() {
        read::from(&path, begin, &mut |line| {
            if let Ok(line) = line {
                note(&mut hosts, line.at, line.said, now);
            }
        })?;
    }
    Ok(hosts.into_values().collect())
}

fn note(hosts: &mut BTreeMap<String, HostState>, at: Time, said: Said, now: Time) {
    let (host, due, pause) = match said {
        Said::Asked(asked) => {
            let owed = Duration::try_from_secs_f64(asked.owed).unwrap_or_default();
            (asked.host, Some(later(at, owed)), None)
        }
        Said::Answered(answered) => (answered.host, None, answered.pause_until),
        _ => return,
    };
    let (due, pause) = (
        due.filter(|due| *due > now),
        pause.filter(|until| *until > now),
    );
    if due.is_none() && pause.is_none() {
        return;
    }
    let state = hosts
        .entry(host.clone())
        .or_insert_with(|| HostState::new(host));
    state.next_due = state.next_due.max(due);
    if pause > state.blocked_until {
        state.blocked_until = pause;
        state.blocked_cause = Some("a pause of an earlier run".to_owned());
    }
}
