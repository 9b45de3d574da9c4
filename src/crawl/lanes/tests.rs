//! Lanes over a store of their own, hosts that keep a pace, and a clock that stands where it is put.

use std::sync::Mutex;

use super::*;
use crate::{
    fetch::{Error as FetchError, Wanted},
    model::Page,
    store::{Group, Work},
};

fn at(millis: i64) -> Time {
    Time::from_millisecond(1_800_000_000_000 + millis).unwrap()
}

/// Each host may be asked once in `pace`, and some are in a pause; counts how often it is asked about that.
#[derive(Default)]
struct Paced {
    pace: Duration,
    next: Mutex<BTreeMap<String, Time>>,
    pauses: BTreeMap<String, Waiting>,
    looks: Mutex<u64>,
}

impl Fetch for Paced {
    async fn fetch(&self, wanted: &Wanted) -> Result<Page, FetchError> {
        Err(FetchError::Setup(wanted.url.to_string()))
    }

    fn waiting(&self, host: &str, now: Time) -> Option<Waiting> {
        *self.looks.lock().unwrap() += 1;
        let pause = self.pauses.get(host).filter(|why| why.until() > now);
        let next = self.next.lock().unwrap().get(host).copied();
        let pace = next.filter(|next| *next > now);
        pause.cloned().or(pace.map(|until| Waiting::Pace { until }))
    }

    fn turn(&self, host: &str, now: Time) -> Result<(), Waiting> {
        self.waiting(host, now).map_or(Ok(()), Err)?;
        let next = now.checked_add(self.pace).unwrap();
        self.next.lock().unwrap().insert(host.to_owned(), next);
        Ok(())
    }
}

struct Street {
    _dir: tempfile::TempDir,
    store: Store,
    lanes: Lanes,
}

fn row(host: usize, n: usize, due: Time) -> Queued {
    Queued {
        url: format!("http://h{host}/{n}"),
        host: format!("h{host}:80"),
        due,
        ..Queued::default()
    }
}

impl Street {
    fn of(rows: impl Iterator<Item = Queued>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        store.begin_run(false, at(0)).unwrap();
        let mut street = Self {
            _dir: dir,
            store,
            lanes: Lanes::default(),
        };
        street.commit(rows.map(Work::Enqueue).collect());
        let hosts = street.store.hosts_queued().unwrap();
        street.lanes.open(hosts, at(0));
        street
    }

    fn commit(&mut self, work: Vec<Work>) {
        let group = Group {
            work,
            ..Group::default()
        };
        self.store.commit(group).unwrap();
    }

    fn next(&mut self, fetcher: &Paced, now: Time) -> Next {
        let wanted = |_: &Queued| true;
        self.lanes.next(&self.store, fetcher, &wanted, now).unwrap()
    }

    fn done(&mut self, queued: &Queued, now: Time) {
        let (url, host) = (queued.url.clone(), queued.host.clone());
        self.commit(vec![Work::Done { url, host }]);
        let was = self.lanes.done(&queued.url, &queued.host, vec![], now);
        assert_eq!(was.as_ref(), Some(queued));
    }
}

#[test]
fn every_host_is_asked_as_fast_as_it_may_be_and_nobody_is_asked_about_in_vain() {
    const HOSTS: usize = 30;
    const EACH: usize = 12;
    let rows = (0..HOSTS * EACH).map(|n| row(n % HOSTS, n, at(0)));
    let mut street = Street::of(rows);
    let fetcher = Paced {
        pace: Duration::from_secs(1),
        ..Paced::default()
    };
    let (mut now, mut left) = (at(0), BTreeMap::<String, Vec<Time>>::new());
    let mut ends: Vec<(Time, Queued)> = Vec::new();
    loop {
        let wake = match street.next(&fetcher, now) {
            Next::Url(queued) => {
                left.entry(queued.host.clone()).or_default().push(now);
                // An answer takes 300 ms, and is committed alone.
                ends.push((now.checked_add(Duration::from_millis(300)).unwrap(), queued));
                continue;
            }
            Next::Wait(until) => Some(until),
            _ => None,
        };
        let first = ends.iter().map(|(end, _)| *end).min();
        let Some(then) = first.into_iter().chain(wake).min() else {
            break;
        };
        now = then;
        for (_, queued) in ends.extract_if(.., |(end, _)| *end <= now) {
            street.done(&queued, now);
        }
    }
    assert_eq!(left.len(), HOSTS);
    for (host, times) in left {
        let due: Vec<Time> = (0..EACH as i64).map(|n| at(1000 * n)).collect();
        assert_eq!(times, due, "{host}");
    }
    let looks = *fetcher.looks.lock().unwrap();
    let requests = (HOSTS * EACH) as u64;
    assert!(
        looks <= 6 * requests,
        "{looks} looks for {requests} requests"
    );
}

#[test]
fn hosts_have_their_turns_one_after_the_other() {
    let rows = (0..9).map(|n| row(n / 3, n, at(0)));
    let mut street = Street::of(rows);
    let fetcher = Paced::default();
    let mut hosts = Vec::new();
    while let Next::Url(queued) = street.next(&fetcher, at(5)) {
        hosts.push(queued.host);
    }
    let round = ["h0:80", "h1:80", "h2:80"];
    assert_eq!(hosts, [round, round, round].concat());
    assert_eq!(street.lanes.in_flight(), 9);
}

#[test]
fn what_is_due_later_is_waited_for_also_when_it_was_looked_for_too_early() {
    let mut street = Street::of([row(0, 1, at(0)), row(0, 2, at(60_000))].into_iter());
    let fetcher = Paced::default();
    let Next::Url(first) = street.next(&fetcher, at(0)) else {
        panic!("nothing to ask for");
    };
    assert!(matches!(
        street.next(&fetcher, at(0)),
        Next::Empty | Next::Wait(_)
    ));
    street.done(&first, at(10));
    assert!(matches!(street.next(&fetcher, at(10)), Next::Wait(until) if until == at(60_000)));
    assert!(matches!(street.next(&fetcher, at(60_000)), Next::Url(_)));
}

#[test]
fn a_clock_set_back_makes_nobody_wait_for_the_time_it_showed() {
    let mut street = Street::of([row(0, 1, at(0))].into_iter());
    let until = at(90_000);
    let paused = Paced {
        pauses: [("h0:80".to_owned(), Waiting::Robots { until })].into(),
        ..Paced::default()
    };
    assert!(matches!(street.next(&paused, at(80_000)), Next::Wait(_)));
    let free = Paced::default();
    assert!(matches!(street.next(&free, at(80_001)), Next::Wait(_)));
    assert!(matches!(street.next(&free, at(10)), Next::Url(_)));
}

#[test]
fn memory_is_flat_over_hosts_and_a_host_in_a_pause_holds_nothing() {
    const HOSTS: usize = 600;
    let rows = (0..HOSTS * 30).map(|n| row(n % HOSTS, n, at(0)));
    let mut street = Street::of(rows);
    let until = at(1_000_000);
    let cause = "answered 503".to_owned();
    let fetcher = Paced {
        pace: Duration::from_secs(1),
        pauses: [("h7:80".to_owned(), Waiting::Backoff { until, cause })].into(),
        ..Paced::default()
    };
    let mut handed = 0;
    while let Next::Url(_) = street.next(&fetcher, at(0)) {
        handed += 1;
    }
    assert_eq!(handed, HOSTS - 1);
    let held: usize = street.lanes.lanes.values().map(|l| l.ahead.len()).sum();
    assert!(held <= ALL_AHEAD, "{held} URLs read ahead");
    assert!(street.lanes.lanes["h7:80"].ahead.is_empty());
}

#[test]
fn only_hosts_out_of_reach_for_too_long_are_given_up_and_only_together() {
    let pauses = |second: Waiting| Paced {
        pauses: [
            ("h0:80".to_owned(), Waiting::Robots { until: at(9_000) }),
            ("h1:80".to_owned(), second),
        ]
        .into(),
        ..Paced::default()
    };
    let stuck = |second: Waiting, patience| {
        let mut street = Street::of((0..2).map(|n| row(n, n, at(0))));
        street.next(&pauses(second), at(0));
        let stuck = street.lanes.stuck(at(patience));
        stuck.map(|stuck| {
            stuck
                .into_iter()
                .map(|s| (s.host, s.until))
                .collect::<Vec<_>>()
        })
    };
    let probe = Waiting::Probe { until: at(8_000) };
    let both = vec![
        ("h0:80".to_owned(), at(9_000)),
        ("h1:80".to_owned(), at(8_000)),
    ];
    assert_eq!(stuck(probe.clone(), 7_000), Some(both));
    assert_eq!(stuck(probe, 8_500), None, "one is back in time");
    let quiet = Waiting::Quiet { until: at(99_000) };
    assert_eq!(stuck(quiet, 7_000), None, "quiet hours are waited out");
    let pace = Waiting::Pace { until: at(99_000) };
    assert_eq!(stuck(pace, 7_000), None, "so is a slow pace");
}
