//! A process that is ended between any two steps of a commit, or whose disk is full, loses nothing it acknowledged.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
};

use listwarden::{
    model::{
        Capture, Decision, Flag, FlagId, FlagStatus, Listing, ListingId, ListingStatus, Review,
        Severity, Time,
    },
    store::{Entry, Error, Group, Queued, Step, Store, Work, rebuild},
};

/// What the child is to do: `FOLDER STEP COUNT`, or `FOLDER full SIZE`.
const TASK: &str = "LISTWARDEN_TEST_COMMIT";
const HOST: &str = "shop.example:443";
const STEPS: [Step; 4] = [Step::Written, Step::Synced, Step::Indexed, Step::Flushed];

fn capture(n: u64) -> Capture {
    Capture {
        warc: "w".into(),
        offset: n,
        sha256: String::new(),
        fetched_at: Time::from_second(n as i64).unwrap(),
    }
}

fn queued(n: u64) -> Queued {
    Queued {
        url: format!("https://shop.example/{n}"),
        host: HOST.into(),
        ..Queued::default()
    }
}

/// Group `n`, of which every entry carries the number. `filler` bytes make it larger.
fn group(n: u64, filler: usize) -> Group {
    let id = ListingId::new("shop", &(n % 4).to_string());
    // Does not compress, so that sizes are what they say.
    let mut seed = n;
    let noise: String = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(33 + ((seed >> 33) % 90) as u8)
    })
    .take(filler)
    .collect();
    let flag = Flag {
        id: FlagId::of("a/b", &id),
        rule: "a/b".into(),
        rule_hash: String::new(),
        reference_hash: String::new(),
        facts_hash: String::new(),
        listing: id.clone(),
        listing_version: n,
        severity: Severity::High,
        score: 1,
        kind: "recall".into(),
        reason: n.to_string(),
        reason_zh: String::new(),
        basis: Vec::new(),
        proofs: Vec::new(),
        status: FlagStatus::Open,
        raised_at: Time::default(),
        campaigns: Vec::new(),
        verdicts: Vec::new(),
    };
    let review = Review {
        verdict: Decision::Confirmed,
        note: Some(n.to_string()),
        by: "someone".into(),
        assign: None,
        unit: None,
        due: None,
        at: Time::default(),
    };
    let listing = Listing {
        id: id.clone(),
        url: queued(n).url,
        title: Some(n.to_string()),
        description: Some(noise),
        capture: Some(capture(n)),
        ..Listing::default()
    };
    let flag_id = flag.id.clone();
    Group {
        entries: vec![
            Entry::Captured {
                url: queued(n).url,
                status: 200,
                capture: capture(n),
            },
            Entry::Version(Box::new(listing)),
            Entry::Flagged(Box::new(flag)),
            Entry::Reviewed {
                flag: flag_id,
                review,
            },
            Entry::Seen {
                id: id.clone(),
                capture: capture(n),
                campaigns: Vec::new(),
            },
            Entry::Status {
                id,
                status: ListingStatus::Gone,
                at: capture(n).fetched_at,
            },
        ],
        work: vec![
            Work::Done {
                url: queued(n).url,
                host: HOST.into(),
            },
            Work::Enqueue(queued(n + 1)),
            Work::Host {
                host: HOST.into(),
                state: n.to_be_bytes().into(),
            },
        ],
    }
}

fn number(entry: &Entry) -> u64 {
    match entry {
        Entry::Captured { capture, .. } | Entry::Seen { capture, .. } => capture.offset,
        Entry::Version(listing) => listing.capture.as_ref().unwrap().offset,
        Entry::Flagged(flag) => flag.listing_version,
        Entry::Reviewed { review, .. } => review.note.as_ref().unwrap().parse().unwrap(),
        Entry::Status { at, .. } => at.as_second() as u64,
        other => panic!("{other:?} was never committed"),
    }
}

/// Not a test of its own: the process that commits and is ended.
#[test]
fn child() {
    let Ok(task) = env::var(TASK) else { return };
    let [dir, step, count] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{task}")
    };
    let (dir, count): (&Path, u64) = (dir.as_ref(), count.parse().unwrap());
    let (mut store, _) = Store::open(&dir.join("data")).unwrap();
    store.begin_run(false, Time::default()).unwrap();
    if let Some(step) = STEPS.into_iter().find(|s| format!("{s:?}") == step) {
        let calls = AtomicU64::new(0);
        store.set_on_step(Box::new(move |at| {
            if at == step && calls.fetch_add(1, Ordering::Relaxed) + 1 == count {
                std::process::abort();
            }
        }));
    }
    let acknowledged = dir.join("acknowledged");
    let mut acknowledged = OpenOptions::new()
        .create(true)
        .append(true)
        .open(acknowledged)
        .unwrap();
    let first = store
        .entries()
        .map(|e| number(&e.unwrap()))
        .max()
        .unwrap_or(0)
        + 1;
    let filler = if step == "full" { count as usize } else { 200 };
    for n in first.. {
        if let Err(e) = store.commit(group(n, filler)) {
            let chain = format!("{n} {e:?}");
            fs::write(dir.join("refused"), chain).unwrap();
            // What was there before can still be read, and the store knows what it may take.
            let id = ListingId::new("shop", &((n - 1) % 4).to_string());
            let newest = store.listing(&id).unwrap().unwrap().capture.unwrap().offset;
            assert_eq!(newest, n - 1);
            let again = store.commit(group(n, 0));
            match e {
                Error::Journal(_) => again.unwrap(),
                _ => assert!(matches!(again, Err(Error::Halted)), "{again:?}"),
            }
            return;
        }
        writeln!(acknowledged, "{n}").unwrap();
    }
}

fn run_child(through: &mut Command, dir: &Path, task: &str) {
    let output = through
        .args(["--exact", "commit::child", "--nocapture"])
        .env(TASK, format!("{} {task}", dir.display()))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains("panicked"), "{text}");
}

fn last_acknowledged(dir: &Path) -> u64 {
    let lines = fs::read_to_string(dir.join("acknowledged")).unwrap_or_default();
    lines.lines().last().map_or(0, |n| n.parse().unwrap())
}

fn dump(store: &Store) -> BTreeMap<Vec<u8>, Vec<u8>> {
    store.dump().map(Result::unwrap).collect()
}

/// Everything that was acknowledged is there whole, what was not is whole or absent; says up to which group.
fn check(dir: &Path) -> u64 {
    let data = dir.join("data");
    let acknowledged = last_acknowledged(dir);
    let (store, opened) = Store::open(&data).unwrap();
    assert!(!opened.clean);
    let numbers: Vec<u64> = store.entries().map(|e| number(&e.unwrap())).collect();
    let kept = numbers.len() as u64 / 6;
    let whole: Vec<u64> = (1..=kept).flat_map(|n| [n; 6]).collect();
    assert_eq!(numbers, whole, "groups are whole, in order, each once");
    assert!(
        (acknowledged..=acknowledged + 1).contains(&kept),
        "{kept} of {acknowledged}"
    );
    for n in kept.saturating_sub(3).max(1)..=kept {
        let id = ListingId::new("shop", &(n % 4).to_string());
        let listing = store.listing(&id).unwrap().unwrap();
        assert_eq!(listing.capture, Some(capture(n)));
        assert_eq!(
            listing.version,
            n.div_ceil(4),
            "every fourth group has a version of it"
        );
        let flag = store.flags_of(&id).unwrap().remove(0);
        assert_eq!(
            (flag.reason, flag.status),
            (n.to_string(), FlagStatus::Confirmed)
        );
        assert_eq!(flag.verdicts.len() as u64, listing.version);
        let turns = store.turns(&id).unwrap();
        assert_eq!(turns.len() as u64, listing.version);
        assert_eq!(turns.last().unwrap().1, capture(n).fetched_at);
        assert_eq!(listing.status, ListingStatus::Gone);
        assert_eq!(store.listing_at(&queued(n).url).unwrap(), Some(id));
    }
    // The queue may lag by what was not acknowledged, and then a page is fetched again.
    let next = store
        .next_queued(HOST, Time::default(), 9, &|_| false)
        .unwrap();
    if acknowledged > 0 {
        assert_eq!(next.len(), 1);
        let due: Vec<_> = (acknowledged + 1..=kept + 1)
            .map(|n| queued(n).url)
            .collect();
        assert!(due.contains(&next[0].url), "{} of {due:?}", next[0].url);
    }
    let before = dump(&store);
    drop(store);
    assert_eq!(rebuild(&data).unwrap(), numbers.len() as u64);
    let (store, opened) = Store::open(&data).unwrap();
    assert_eq!((opened.replayed, dump(&store)), (0, before));
    store.close().unwrap();
    kept
}

#[test]
fn a_process_ended_between_two_steps_loses_nothing_acknowledged() {
    for step in STEPS {
        let mut kept = 0;
        let dir = tempfile::tempdir().unwrap();
        for count in [1, 2, 7] {
            let exe = env::current_exe().unwrap();
            run_child(
                &mut Command::new(exe),
                dir.path(),
                &format!("{step:?} {count}"),
            );
            assert_eq!(last_acknowledged(dir.path()), kept + count - 1);
            kept = check(dir.path());
        }
    }
}

/// A limit on the size of files stands for a full disk: the same write fails in the same way.
#[cfg(unix)]
fn fill_up(dir: &Path, filler: usize) -> (String, u64) {
    let script = "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\"";
    let exe = env::current_exe().unwrap();
    let task = format!("full {filler}");
    run_child(Command::new("sh").args(["-c", script]).arg(exe), dir, &task);
    let acknowledged = last_acknowledged(dir);
    assert!(acknowledged > 10, "{acknowledged}");
    (
        fs::read_to_string(dir.join("refused")).unwrap(),
        acknowledged,
    )
}

#[cfg(unix)]
#[test]
fn a_group_for_which_the_journal_has_no_room_leaves_nothing_and_a_smaller_one_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let (refused, acknowledged) = fill_up(dir.path(), 60_000);
    assert!(
        refused.contains("write") && refused.contains("000001.journal"),
        "{refused}"
    );
    assert_eq!(check(dir.path()), acknowledged + 1);
}

#[cfg(unix)]
#[test]
fn a_group_for_which_the_index_has_no_room_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let (refused, acknowledged) = fill_up(dir.path(), 0);
    assert!(refused.contains("Index"), "{refused}");
    assert_eq!(check(dir.path()), acknowledged + 1);
}
