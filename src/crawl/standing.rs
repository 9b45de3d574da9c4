//! How the hosts of a crawl stand: what the store counts beside what conduct allows, and how long it may still take.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::{
    fetch::Fetch,
    model::{HostStanding, Time},
    store::{self, Store},
};

/// Over what time pages a minute are measured, and what is too short to say.
const WINDOW: Duration = Duration::from_secs(60);
const TOO_SHORT: Duration = Duration::from_secs(10);
/// Between two looks at the hosts; a million of them are looked at less often.
const BEAT: Duration = Duration::from_secs(1);
const PER_HOST: Duration = Duration::from_millis(1);

/// How every host of the last run stands at `now`, by name.
///
/// # Errors
/// Where the store cannot be read.
pub fn standings<F: Fetch>(
    store: &Store,
    fetcher: &F,
    now: Time,
) -> Result<Vec<HostStanding>, store::Error> {
    let hosts = store.host_counts()?.into_iter().map(|counts| {
        let view = fetcher.view(&counts.host, now);
        let waiting = match &view {
            Some(view) => view.waiting.clone(),
            None => fetcher.waiting(&counts.host, now),
        };
        let mut standing = HostStanding {
            done: counts.done,
            queued: counts.waiting,
            waiting: waiting.filter(|why| why.until() > now),
            delay: view.as_ref().map(|view| view.delay),
            because: view.as_ref().map(|view| view.because.clone()),
            under_way: view.as_ref().map_or(0, |view| view.under_way),
            failures: view.as_ref().map_or(0, |view| view.failures),
            errors: counts.errors,
            host: counts.host,
            ..HostStanding::default()
        };
        standing.estimate_seconds = estimate(&standing, now);
        standing
    });
    Ok(hosts.collect())
}

/// Seconds until what is queued is done: its wait, then a delay or what a page really takes, for each page.
fn estimate(standing: &HostStanding, now: Time) -> Option<u64> {
    if standing.queued == 0 {
        return Some(0);
    }
    let measured = standing
        .per_minute
        .filter(|rate| *rate > 0.0)
        .map(|rate| 60.0 / rate);
    let each = standing
        .delay
        .into_iter()
        .chain(measured)
        .reduce(f64::max)?;
    let waits = standing.waiting.as_ref().map_or(0.0, |why| {
        why.until().duration_since(now).as_secs_f64().max(0.0)
    });
    Some((waits + each * standing.queued as f64).ceil() as u64)
}

/// Looks at the hosts now and then, and measures how fast they go.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    next: Option<Time>,
    done: BTreeMap<String, VecDeque<(Time, u64)>>,
}

impl Pulse {
    /// How the hosts stand, where it is time to look again.
    pub(super) fn beat<F: Fetch>(
        &mut self,
        store: &Store,
        fetcher: &F,
        now: Time,
    ) -> Result<Option<Vec<HostStanding>>, store::Error> {
        let far = now.checked_add(2 * WINDOW).unwrap_or(Time::MAX);
        // Further away than that only where the clock was set back.
        if self.next.is_some_and(|next| next > now && next < far) {
            return Ok(None);
        }
        let mut hosts = standings(store, fetcher, now)?;
        let rest = BEAT
            .max(PER_HOST.saturating_mul(hosts.len() as u32))
            .min(WINDOW);
        self.next = now.checked_add(rest).ok();
        for host in &mut hosts {
            host.per_minute = self.measure(host, now);
            host.estimate_seconds = estimate(host, now);
        }
        Ok(Some(hosts))
    }

    fn measure(&mut self, host: &HostStanding, now: Time) -> Option<f64> {
        let seen = self.done.entry(host.host.clone()).or_default();
        let old = |(at, _): &(Time, u64)| {
            let age = now.duration_since(*at);
            age.is_negative() || age.unsigned_abs() > WINDOW
        };
        while seen.front().is_some_and(old) {
            seen.pop_front();
        }
        seen.push_back((now, host.done));
        let (from, done) = *seen.front()?;
        let span = now.duration_since(from).unsigned_abs();
        (span >= TOO_SHORT)
            .then(|| host.done.saturating_sub(done) as f64 * 60.0 / span.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Waiting;

    fn at(seconds: i64) -> Time {
        Time::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn an_estimate_is_the_wait_and_then_the_slower_of_delay_and_measure() {
        let mut host = HostStanding {
            queued: 100,
            delay: Some(2.0),
            ..HostStanding::default()
        };
        assert_eq!(estimate(&host, at(0)), Some(200));
        host.per_minute = Some(12.0);
        assert_eq!(estimate(&host, at(0)), Some(500));
        host.per_minute = Some(60.0);
        host.waiting = Some(Waiting::Quiet { until: at(3600) });
        assert_eq!(estimate(&host, at(0)), Some(3800));
        host.queued = 0;
        assert_eq!(estimate(&host, at(0)), Some(0));
        let unknown = HostStanding {
            queued: 1,
            ..HostStanding::default()
        };
        assert_eq!(estimate(&unknown, at(0)), None);
    }

    #[test]
    fn pages_a_minute_are_those_of_the_last_minute() {
        let mut pulse = Pulse::default();
        let mut measure = |seconds, done| {
            let host = HostStanding {
                done,
                ..HostStanding::default()
            };
            pulse.measure(&host, at(seconds))
        };
        assert_eq!(measure(0, 0), None);
        assert_eq!(measure(5, 10), None, "too early to say");
        assert_eq!(measure(30, 15), Some(30.0));
        assert_eq!(
            measure(90, 75),
            Some(60.0),
            "the first half minute is forgotten"
        );
    }
}
