//! The queue over a store of its own.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::store::{Group, Work};

fn at(second: i64) -> Time {
    Time::from_second(second).unwrap()
}

fn queued(n: u8, due: i64) -> Queued {
    Queued {
        url: format!("https://shop.example/{n}"),
        host: format!("shop{}.example:443", n % 3),
        depth: u32::from(n % 4),
        listing: n.is_multiple_of(5),
        due: at(due),
        ..Queued::default()
    }
}

fn work(store: &Store, work: Vec<Work>) {
    let entries = Vec::new();
    store.commit(Group { entries, work }).unwrap();
}

fn urls(store: &Store, host: &str, now: i64) -> Vec<String> {
    let next = store.next_queued(host, at(now), 100, &|_| false).unwrap();
    next.into_iter().map(|q| q.url).collect()
}

#[test]
fn listings_go_first_then_depth_then_due_and_what_is_not_due_waits() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    store.begin_run(false, at(0)).unwrap();
    let row = |url: &str, listing, depth, due| {
        let (url, host, due) = (url.to_owned(), "a:443".to_owned(), at(due));
        Work::Enqueue(Queued {
            url,
            host,
            listing,
            depth,
            due,
            ..Queued::default()
        })
    };
    let rows = vec![
        row("deep", false, 2, 1),
        row("late", true, 0, 90),
        row("later listing", true, 0, 95),
        row("second", false, 1, 4),
        row("first", false, 1, -3),
        row("listing", true, 7, 5),
    ];
    work(&store, rows);
    assert_eq!(
        urls(&store, "a:443", 10),
        ["listing", "first", "second", "deep"]
    );
    assert_eq!(store.earliest_due("a:443").unwrap(), Some(at(-3)));
    assert_eq!(store.earliest_due("a:44").unwrap(), None);
    let taken = |url: &str| url == "listing";
    let next = store.next_queued("a:443", at(100), 2, &taken).unwrap();
    assert_eq!(
        next.iter().map(|q| &*q.url).collect::<Vec<_>>(),
        ["late", "later listing"]
    );
    assert_eq!(store.hosts_queued().unwrap(), ["a:443"]);
}

#[test]
fn what_is_queued_alike_goes_in_the_order_of_queueing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    store.begin_run(false, at(0)).unwrap();
    let row = |n: u64| Queued {
        url: format!("https://a/{n}"),
        host: "a:443".to_owned(),
        list: n,
        attempt: 1,
        platform: "shop".to_owned(),
        campaigns: vec!["toys".to_owned(), "all".to_owned()],
        due: at(3),
        ..Queued::default()
    };
    for first in [0, 150] {
        let rows = first..first + 150;
        work(&store, rows.map(|n| Work::Enqueue(row(n))).collect());
    }
    let next = store.next_queued("a:443", at(9), 999, &|_| false).unwrap();
    assert_eq!(next, (0..300).map(row).collect::<Vec<_>>());
    work(&store, vec![Work::Again(row(0))]);
    let next = store.next_queued("a:443", at(9), 999, &|_| false).unwrap();
    assert_eq!(
        (&next[0], &next[299]),
        (&row(1), &row(0)),
        "put back means behind"
    );
}

#[test]
fn a_row_of_another_form_is_an_error_that_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    let run = store.begin_run(false, at(0)).unwrap();
    let next = || store.next_queued("a:443", at(9), 1, &|_| false);
    let prefix = queue_prefix(run.number, "a:443");
    for (tail, row) in [
        (vec![0; TAIL + 8], vec![1, 0, 0, 0, 0, 0]),
        (vec![0; TAIL], vec![1, 9]),
    ] {
        let key = [&prefix[..], &tail].concat();
        store.tree.insert(key.clone(), row).unwrap();
        let why = next().unwrap_err().to_string();
        assert!(
            why.contains("queue of a:443 (`listwarden rebuild` drops it)"),
            "{why}"
        );
        assert!(store.earliest_due("a:443").is_err());
        store.tree.remove(key).unwrap();
    }
    assert_eq!(next().unwrap(), []);
}

#[test]
fn the_order_of_parameters_makes_no_other_page() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    store.begin_run(false, at(0)).unwrap();
    let row = |url: &str| Queued {
        url: url.to_owned(),
        host: "a:443".to_owned(),
        ..Queued::default()
    };
    let urls = [
        "https://a/?x=1&y=2",
        "https://a/?y=2&x=1",
        "https://a/?x=2&y=1",
    ];
    work(&store, urls.map(|url| Work::Enqueue(row(url))).into());
    assert_eq!(store.queue_size().unwrap(), (2, 0));
}

#[test]
fn an_unfinished_run_is_resumed_and_a_fresh_one_starts_empty() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path()).unwrap().0;
    let store = open();
    let orphan = Group {
        entries: Vec::new(),
        work: vec![Work::Enqueue(queued(1, 0))],
    };
    assert!(matches!(store.commit(orphan), Err(Error::NoRun)));
    assert_eq!(store.begin_run(false, at(5)).unwrap().number, 1);
    let host = Work::Host {
        host: "h".into(),
        state: vec![1, 2],
    };
    work(
        &store,
        vec![
            Work::Enqueue(queued(1, 0)),
            Work::Enqueue(queued(2, 0)),
            host,
        ],
    );
    drop(store);
    let store = open();
    let resumed = Run {
        number: 1,
        started: at(5),
        resumed: true,
    };
    assert_eq!(store.begin_run(false, at(9)).unwrap(), resumed);
    assert_eq!(store.queue_size().unwrap(), (2, 0));
    let fresh = Run {
        number: 2,
        started: at(9),
        resumed: false,
    };
    assert_eq!(store.begin_run(true, at(9)).unwrap(), fresh);
    assert_eq!(
        (store.queue_size().unwrap(), store.hosts_queued().unwrap()),
        ((0, 0), vec![])
    );
    work(&store, vec![Work::Enqueue(queued(1, 0))]);
    store.end_run().unwrap();
    assert_eq!(store.begin_run(false, at(9)).unwrap().number, 3);
    work(&store, vec![Work::Enqueue(queued(1, 0))]);
    assert_eq!(store.queue_size().unwrap(), (1, 0));
    assert_eq!(store.hosts().unwrap(), [("h".to_owned(), vec![1, 2])]);
}

#[test]
fn rows_of_an_earlier_run_are_never_met_and_go_little_by_little() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    store.begin_run(false, at(0)).unwrap();
    let many = |from: usize, to: usize| {
        let row = |n| Queued {
            url: format!("https://shop.example/many/{n}"),
            host: "shop.example:443".to_owned(),
            ..Queued::default()
        };
        (from..to).map(|n| Work::Enqueue(row(n))).collect()
    };
    work(&store, many(0, 3 * SWEEP));
    store.begin_run(true, at(1)).unwrap();
    let rows = |tag: u8| store.tree.scan_prefix([tag]).count();
    assert_eq!(rows(QUEUE), 3 * SWEEP, "nobody waited for the cleaning");
    assert_eq!(store.hosts_queued().unwrap(), Vec::<String>::new());
    assert_eq!(store.host_counts().unwrap(), vec![]);
    work(&store, many(0, 1));
    assert_eq!(urls(&store, "shop.example:443", 9).len(), 1);
    assert_eq!(rows(QUEUE), 2 * SWEEP + 1);
    for n in 1..3 {
        work(&store, many(n, n + 1));
    }
    assert_eq!((rows(QUEUE), rows(SEEN), rows(COUNTED)), (3, 3, 1));
    assert_eq!(store.queue_size().unwrap(), (3, 0));
    store.end_run().unwrap();
    assert_eq!(store.queue_size().unwrap(), (0, 0));
    assert_eq!(store.host_counts().unwrap()[0].waiting, 0);
    assert!(urls(&store, "shop.example:443", 9).is_empty());
}

#[test]
fn a_run_may_go_on_with_what_another_left_and_visit_the_rest_again() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path()).unwrap().0;
    let store = open();
    assert!(matches!(store.renew_run(at(0)), Err(Error::NoRun)));
    store.begin_run(false, at(0)).unwrap();
    let failed = Work::Failed {
        host: "shop1.example:443".into(),
        kind: "http",
    };
    let (url, host) = (queued(1, 0).url, queued(1, 0).host);
    let rows = [1, 4, 2].map(|n| Work::Enqueue(queued(n, 0)));
    work(&store, rows.into());
    work(&store, vec![Work::Done { url, host }, failed]);
    let run = store.renew_run(at(50)).unwrap();
    assert_eq!((run.number, run.started), (2, at(50)));
    let one = |waiting, done| (waiting, done, 0);
    let counts = |store: &Store| {
        let counts = store.host_counts().unwrap();
        let first = counts
            .iter()
            .find(|c| c.host == "shop1.example:443")
            .unwrap();
        (first.waiting, first.done, first.errors.len())
    };
    assert_eq!(counts(&store), one(1, 0));
    assert_eq!(store.queue_size().unwrap(), (2, 0));
    work(&store, [1, 4].map(|n| Work::Enqueue(queued(n, 0))).into());
    assert_eq!(
        counts(&store),
        one(2, 0),
        "the one that was done, and the one that waits"
    );
    drop(store);
    let store = open();
    assert_eq!(store.begin_run(false, at(60)).unwrap().number, 2);
    assert_eq!(urls(&store, "shop1.example:443", 9).len(), 2);
    let (url, host) = (queued(1, 0).url, queued(1, 0).host);
    work(&store, vec![Work::Done { url, host }]);
    work(&store, vec![Work::Enqueue(queued(1, 0))]);
    assert_eq!(counts(&store), one(1, 1));
}

#[test]
fn what_a_run_spends_and_fails_is_kept_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path()).unwrap().0;
    let store = open();
    store.begin_run(false, at(0)).unwrap();
    let spent = |campaigns: &[&str]| Work::Spent {
        platform: "shop".into(),
        campaigns: campaigns.iter().map(|&c| c.to_owned()).collect(),
    };
    let failed = |kind| Work::Failed {
        host: "h:80".into(),
        kind,
    };
    work(&store, vec![spent(&["toys"]), failed("http")]);
    work(&store, vec![spent(&["toys", "all"]), failed("wall")]);
    work(&store, vec![failed("http")]);
    drop(store);
    let store = open();
    assert!(store.begin_run(false, at(0)).unwrap().resumed);
    let kept = store.spent().unwrap();
    assert_eq!(kept.platforms, [("shop".to_owned(), 2)].into());
    assert_eq!(
        kept.campaigns,
        [("all".to_owned(), 1), ("toys".to_owned(), 2)].into()
    );
    let errors = store.host_counts().unwrap()[0].errors.clone();
    assert_eq!(
        errors,
        [("http".to_owned(), 2), ("wall".to_owned(), 1)].into()
    );
    store.begin_run(true, at(0)).unwrap();
    assert_eq!(store.spent().unwrap(), Spent::default());
    work(&store, vec![spent(&[])]);
    assert_eq!(store.spent().unwrap().platforms["shop"], 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_url_is_yielded_again_once_it_is_done(
        steps in prop::collection::vec((0u8..3, 0u8..12, 0i64..40), 1..60)
    ) {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        store.begin_run(false, at(0)).unwrap();
        let (mut waiting, mut done) = (BTreeSet::new(), BTreeSet::new());
        for (what, n, due) in steps {
            let queued = queued(n, due);
            let (url, host) = (queued.url.clone(), queued.host.clone());
            if !done.contains(&url) {
                waiting.insert(url.clone());
            }
            work(&store, vec![match what {
                0 => Work::Enqueue(queued),
                1 => Work::Again(queued),
                _ => {
                    waiting.remove(&url);
                    done.insert(url.clone());
                    Work::Done { url, host }
                }
            }]);
            let hosts = store.hosts_queued().unwrap();
            let next: Vec<_> = hosts.iter().flat_map(|h| urls(&store, h, 40)).collect();
            prop_assert_eq!(next.len(), waiting.len());
            prop_assert_eq!(&next.into_iter().collect::<BTreeSet<_>>(), &waiting);
            let size = (waiting.len() as u64, done.len() as u64);
            prop_assert_eq!(store.queue_size().unwrap(), size);
            let counts = store.host_counts().unwrap();
            let sums = counts.iter().fold((0, 0), |(w, d), c| (w + c.waiting, d + c.done));
            prop_assert_eq!(sums, size);
            for host in hosts {
                let queued = urls(&store, &host, 40).len() as u64;
                prop_assert!(counts.iter().any(|c| c.host == host && c.waiting == queued));
            }
        }
    }
}
