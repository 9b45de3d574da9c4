//! The log as it is written, by one process and by several.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use super::*;
use crate::{
    fetch::{Error, Robots, host, hosts::Clock},
    text::measure::Rate,
};

/// 2026-02-03, ten minutes before midnight.
const EVENING: i64 = 1_770_162_600;

struct Bench {
    dir: tempfile::TempDir,
    now: Arc<AtomicI64>,
}

impl Bench {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            now: Arc::new(AtomicI64::new(EVENING)),
        }
    }

    fn at(&self, seconds: i64) -> Time {
        self.now.store(EVENING + seconds, Ordering::SeqCst);
        Time::from_second(EVENING + seconds).unwrap()
    }

    fn open(&self) -> Conduct {
        let now = self.now.clone();
        let clock = Clock(Arc::new(move || {
            Time::from_second(now.load(Ordering::SeqCst)).unwrap()
        }));
        Conduct::open(self.dir.path(), clock).unwrap()
    }

    fn lines(&self) -> Vec<Result<Said, String>> {
        let mut lines = Vec::new();
        read(self.dir.path(), None, &mut |line| {
            lines.push(line.map(|l| l.said).map_err(|e| e.why));
        })
        .unwrap();
        lines
    }

    fn text(&self, day: &str) -> String {
        fs::read_to_string(self.dir.path().join(day)).unwrap()
    }
}

fn limits(host: &str) -> Limits {
    let policy = Policy {
        rate: Rate {
            count: 1,
            per: std::time::Duration::from_secs(2),
        },
        concurrency: 1,
        loopback: false,
        quiet: "22:00-06:00 UTC".parse().unwrap(),
        cookies: false,
    };
    let who = Who {
        agent: "listwarden/1 (+crawl@lab.test)".to_owned(),
        contact: "crawl@lab.test".to_owned(),
        timeout: 30.0,
    };
    Limits::new(host, &policy, &who)
}

fn asked(path: &str) -> Asked {
    Asked {
        host: "shop.test:443".to_owned(),
        url: format!("https://shop.test{path}").parse().unwrap(),
        request: 0,
        why: Why::Page,
        attempt: 0,
        owed: 2.0,
        because: "rate".to_owned(),
        kept: None,
        allowed_by: None,
    }
}

fn site(text: &str, until: Time) -> host::Site {
    host::Site::Read {
        text: Some(text.into()),
        rules: Arc::new(Robots::parse(text)),
        until,
    }
}

#[test]
fn a_line_is_there_before_the_request_leaves_and_every_one_is_answered() {
    let bench = Bench::new();
    let log = bench.open();
    let open = log.asked(bench.at(0), asked("/a")).unwrap();
    assert!(
        matches!(&bench.lines()[..], [Ok(Said::Began { alone: true }), Ok(Said::Asked(a))] if a.request == 1)
    );
    open.answered(bench.at(1), |line| line.status = Some(200));
    // Given up: whoever waited for it went away.
    drop(log.asked(bench.at(2), asked("/b")).unwrap());
    let lines = bench.lines();
    assert!(matches!(&lines[2], Ok(Said::Answered(a)) if a.status == Some(200) && a.request == 1));
    assert!(
        matches!(&lines[4], Ok(Said::Answered(a)) if a.failure.as_deref() == Some("given up") && a.request == 2)
    );
    let text = bench.text("2026-02-03.jsonl");
    assert!(
        text.contains("\"at\":\"2026-02-03T23:50:01.000000Z\""),
        "{text}"
    );
}

#[test]
fn what_holds_is_said_once_a_day_and_when_it_changes() {
    let bench = Bench::new();
    let log = bench.open();
    let tomorrow = bench.at(86_400);
    bench.at(0);
    for _ in 0..2 {
        log.limits(limits("shop.test:443")).unwrap();
        log.robots("shop.test:443", &site("Disallow:", tomorrow))
            .unwrap();
    }
    assert_eq!(bench.lines().len(), 3);
    let slower = Limits {
        interval: 5.0,
        ..limits("shop.test:443")
    };
    log.limits(slower.clone()).unwrap();
    assert_eq!(bench.lines()[3], Ok(Said::Limits(slower.clone())));
    let gone = host::Site::OutOfReach {
        until: tomorrow,
        cause: "answered 500".to_owned(),
    };
    log.robots("shop.test:443", &gone).unwrap();
    assert_eq!(bench.lines().len(), 5);
    bench.at(601);
    log.limits(slower).unwrap();
    log.robots("shop.test:443", &gone).unwrap();
    let next = bench.text("2026-02-04.jsonl");
    assert_eq!(
        next.lines().count(),
        2,
        "the next day's file says it anew: {next}"
    );
}

#[test]
fn a_line_that_a_power_cut_tore_is_ended_and_passed_over() {
    let bench = Bench::new();
    drop(bench.open());
    let path = bench.dir.path().join("2026-02-03.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{whole}{}", &whole[..20])).unwrap();
    drop(bench.open());
    let lines = bench.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].is_err() && lines[2].is_ok(), "{lines:?}");
}

#[test]
fn who_is_not_alone_says_so_and_lines_of_both_stay_whole() {
    let bench = Bench::new();
    let (one, other) = (bench.open(), bench.open());
    let at = bench.at(0);
    std::thread::scope(|threads| {
        for log in [&one, &other] {
            threads.spawn(move || {
                for n in 0..200 {
                    drop(log.asked(at, asked(&format!("/{n}"))).unwrap());
                }
            });
        }
    });
    let lines = bench.lines();
    assert_eq!(lines.len(), 802);
    assert!(lines.iter().all(Result::is_ok));
    assert_eq!(lines[1], Ok(Said::Began { alone: false }));
    drop((one, other));
    drop(bench.open());
    assert_eq!(bench.lines()[802], Ok(Said::Began { alone: true }));
}

#[test]
fn where_nothing_can_be_written_nothing_is_asked() {
    let bench = Bench::new();
    fs::write(bench.dir.path().join("file"), "").unwrap();
    let clock = Clock(Arc::new(|| Time::UNIX_EPOCH));
    let failed = Conduct::open(&bench.dir.path().join("file"), clock).unwrap_err();
    assert!(
        failed.to_string().ends_with("without it nothing is asked"),
        "{failed}"
    );
    let log = bench.open();
    // The next day's file cannot be made.
    fs::create_dir(bench.dir.path().join("2026-02-04.jsonl")).unwrap();
    let refused = log.asked(bench.at(601), asked("/a"));
    assert!(matches!(refused, Err(Error::Conduct { .. })), "{refused:?}");
    fs::remove_dir(bench.dir.path().join("2026-02-04.jsonl")).unwrap();
    assert!(log.asked(bench.at(602), asked("/a")).is_ok());
}

#[test]
fn a_full_disk_tears_no_line_of_others() {
    let bench = Bench::new();
    let log = bench.open();
    let day = bench.dir.path().join("2026-02-04.jsonl");
    // Takes everything and keeps nothing: each write fails for want of room.
    if std::os::unix::fs::symlink("/dev/full", &day).is_err()
        || !std::path::Path::new("/dev/full").exists()
    {
        return;
    }
    let refused = log.asked(bench.at(601), asked("/a")).unwrap_err();
    assert!(refused.to_string().contains("No space left"), "{refused}");
}

#[test]
fn what_is_owed_by_the_log_is_known_to_the_next_process() {
    let bench = Bench::new();
    let log = bench.open();
    let left = bench.at(0);
    log.asked(left, asked("/a"))
        .unwrap()
        .answered(left, |line| {
            line.status = Some(429);
            line.pause_until = Some(Time::from_second(EVENING + 900).unwrap());
        });
    // Another file by then, and other lines in between.
    bench.at(601);
    log.limits(limits("else.test:443")).unwrap();
    let after = |seconds| {
        bench.at(seconds);
        bench.open().standing().unwrap()
    };
    let owed = after(1);
    assert_eq!(owed.len(), 1);
    assert_eq!(owed[0].host, "shop.test:443");
    assert_eq!(owed[0].next_due, Time::from_second(EVENING + 2).ok());
    assert_eq!(owed[0].blocked_until, Time::from_second(EVENING + 900).ok());
    let later = after(700);
    assert_eq!((later[0].next_due, later.len()), (None, 1));
    assert_eq!(after(901), []);
}
