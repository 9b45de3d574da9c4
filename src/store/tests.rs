//! Opening, closing, locking, mending.

use super::*;
use crate::model::{
    Capture, Decision, Flag, FlagId, FlagStatus, Listing, ListingId, ListingStatus, Review,
    Severity, Time,
};

fn at(second: i64) -> Time {
    Time::from_second(second).unwrap()
}

fn open(dir: &Path) -> (Store, Opened) {
    Store::open(dir).unwrap()
}

fn commit(store: &Store, entries: Vec<Entry>) {
    let work = Vec::new();
    store.commit(Group { entries, work }).unwrap();
}

fn capture(second: i64) -> Capture {
    Capture {
        warc: "w".into(),
        offset: second as u64,
        sha256: "s".into(),
        fetched_at: at(second),
    }
}

fn version(id: &str, title: &str, second: i64) -> Entry {
    Entry::Version(Box::new(Listing {
        id: id.into(),
        url: format!("https://shop.example/{id}"),
        title: Some(title.into()),
        capture: Some(capture(second)),
        ..Listing::default()
    }))
}

fn seen(id: &str, second: i64) -> Entry {
    Entry::Seen {
        id: id.into(),
        capture: capture(second),
        campaigns: vec!["toys".into()],
    }
}

fn flag(listing: &str, reason: &str, status: FlagStatus) -> Flag {
    let id = ListingId::from(listing);
    Flag {
        id: FlagId::of("a/b", &id),
        rule: "a/b".into(),
        rule_hash: String::new(),
        reference_hash: String::new(),
        facts_hash: String::new(),
        listing: id,
        listing_version: 1,
        severity: Severity::Low,
        score: 1,
        kind: "recall".into(),
        reason: reason.into(),
        reason_zh: String::new(),
        basis: Vec::new(),
        proofs: Vec::new(),
        status,
        raised_at: at(1),
        campaigns: Vec::new(),
        verdicts: Vec::new(),
    }
}

#[test]
fn a_listing_is_its_last_version_with_what_was_seen_since() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    commit(
        &store,
        vec![version("p:1", "old", 10), version("p:10", "other", 11)],
    );
    commit(
        &store,
        vec![seen("p:1", 20), version("p:1", "new", 30), seen("p:1", 40)],
    );
    let id = ListingId::from("p:1");
    let listing = store.listing(&id).unwrap().unwrap();
    assert_eq!(
        (listing.title.as_deref(), listing.version),
        (Some("new"), 2)
    );
    assert_eq!(
        (listing.first_seen, listing.last_seen),
        (Some(at(10)), Some(at(40)))
    );
    assert_eq!(
        (listing.capture, listing.campaigns),
        (Some(capture(40)), vec!["toys".into()])
    );
    let (status, at_time) = (ListingStatus::Gone, at(50));
    commit(
        &store,
        vec![
            Entry::Status {
                id: id.clone(),
                status,
                at: at_time,
            },
            seen("p:?", 50),
        ],
    );
    let listing = store.listing(&id).unwrap().unwrap();
    assert_eq!((listing.status, listing.last_seen), (status, Some(at(40))));
    let active = Entry::Status {
        id: id.clone(),
        status: ListingStatus::Active,
        at: at(60),
    };
    let unknown = Entry::Status {
        id: "p:?".into(),
        status,
        at: at(60),
    };
    commit(&store, vec![active, unknown]);
    let turns = [(status, at(50)), (ListingStatus::Active, at(60))];
    assert_eq!(store.turns(&id).unwrap(), turns);
    assert_eq!(store.turns(&"p:?".into()).unwrap(), [], "never kept");
    let titles: Vec<_> = store
        .versions(&id)
        .unwrap()
        .into_iter()
        .map(|l| l.title)
        .collect();
    assert_eq!(titles, [Some("old".into()), Some("new".into())]);
    let all: Vec<_> = store.listings().map(|l| l.unwrap().id).collect();
    assert_eq!(all, [id.clone(), "p:10".into()]);
    assert_eq!(
        store.listing_at("https://shop.example/p:1").unwrap(),
        Some(id)
    );
    assert_eq!(store.listing(&"p:2".into()).unwrap(), None);
    assert_eq!(store.entries().count(), 9);
}

#[test]
fn what_was_read_again_is_a_version_but_no_change_of_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let id = ListingId::from("p:1");
    let reread = |store: &Store, title: &str, second| {
        let listing = Listing {
            title: Some(title.into()),
            ..store.listing(&id).unwrap().unwrap()
        };
        let listing = Box::new(listing);
        let at = at(second);
        commit(store, vec![Entry::Reread { listing, at }]);
    };
    let past = |store: &Store| store.past(&id).unwrap().and_then(|past| past.title);
    commit(&store, vec![version("p:1", "a", 10), seen("p:1", 20)]);
    assert_eq!(past(&store), None);
    reread(&store, "A", 25);
    assert_eq!(past(&store), None);
    let gone = Entry::Status {
        id: id.clone(),
        status: ListingStatus::Gone,
        at: at(30),
    };
    commit(&store, vec![version("p:1", "b", 28), gone]);
    assert_eq!(past(&store).as_deref(), Some("A"));
    reread(&store, "B", 40);
    reread(&store, "B!", 50);
    assert_eq!(
        past(&store).as_deref(),
        Some("A"),
        "the page was changed once"
    );
    let readings = store.readings(&id).unwrap().into_iter();
    let readings: Vec<_> = readings
        .map(|(listing, reread)| (listing.version, reread))
        .collect();
    let expected = [
        (1, None),
        (2, Some(at(25))),
        (3, None),
        (4, Some(at(40))),
        (5, Some(at(50))),
    ];
    assert_eq!(readings, expected);
    let listing = store.listing(&id).unwrap().unwrap();
    assert_eq!(
        (
            listing.first_seen,
            listing.last_seen,
            listing.status,
            listing.capture
        ),
        (
            Some(at(10)),
            Some(at(28)),
            ListingStatus::Gone,
            Some(capture(28))
        ),
        "what a visit says stays"
    );
}

#[test]
fn a_flag_carries_its_verdicts_and_stands_where_the_last_word_put_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let (raised, id) = (
        flag("p:1", "one", FlagStatus::Open),
        flag("p:1", "", FlagStatus::Open).id,
    );
    let review = |verdict| {
        let (by, note, assign, unit, due) = ("someone".into(), None, None, None, None);
        let review = Review {
            verdict,
            note,
            by,
            assign,
            unit,
            due,
            at: at(2),
        };
        Entry::Reviewed {
            flag: id.clone(),
            review,
        }
    };
    let raised = |reason, status| {
        Entry::Flagged(Box::new(Flag {
            reason,
            status,
            ..raised.clone()
        }))
    };
    commit(
        &store,
        vec![
            raised("one".into(), FlagStatus::Open),
            review(Decision::Dismissed),
        ],
    );
    assert_eq!(
        store.flag(&id).unwrap().unwrap().status,
        FlagStatus::Dismissed
    );
    commit(&store, vec![raised("two".into(), FlagStatus::Open)]);
    commit(&store, vec![review(Decision::Takedown)]);
    let [flag] = &store.flags_of(&"p:1".into()).unwrap()[..] else {
        panic!()
    };
    assert_eq!((&*flag.reason, flag.status), ("two", FlagStatus::Confirmed));
    let verdicts: Vec<_> = flag.verdicts.iter().map(|r| r.verdict).collect();
    assert_eq!(verdicts, [Decision::Dismissed, Decision::Takedown]);
    assert_eq!(
        store.flags().map(Result::unwrap).collect::<Vec<_>>(),
        std::slice::from_ref(flag)
    );
    assert!(store.flags_of(&"p:10".into()).unwrap().is_empty());
}

#[test]
fn one_process_has_the_store_and_others_learn_who() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let busy = Store::open(dir.path()).unwrap_err();
    assert!(
        busy.is_busy() && busy.to_string().contains("lock"),
        "{busy}"
    );
    assert!(rebuild(dir.path()).unwrap_err().is_busy());
    drop(store);
    open(dir.path());
}

#[test]
fn an_unclean_stop_is_remembered_until_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let (store, opened) = open(dir.path());
    assert!(opened.clean, "nothing was there");
    drop(store);
    for _ in 0..2 {
        let (store, opened) = open(dir.path());
        assert!(!opened.clean, "somebody only looked in between");
        store.close().unwrap();
    }
    let (store, _) = open(dir.path());
    store.begin_run(false, at(0)).unwrap();
    store.close().unwrap();
    assert!(open(dir.path()).1.clean);
}

fn stands(data: &Path) -> Standing {
    let journal = journal::verify(&data.join(JOURNAL)).unwrap();
    standing(data, &journal).unwrap()
}

#[test]
fn an_index_that_is_ruined_or_anothers_is_named_and_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let (store, _) = open(&data);
    commit(&store, vec![version("p:1", "kept", 10)]);
    let before: Vec<_> = store.dump().map(Result::unwrap).collect();
    drop(store);
    let conf = data.join("index/conf");
    let mut bytes = fs::read(&conf).unwrap();
    bytes[9] ^= 1;
    fs::write(&conf, bytes).unwrap();
    let error = Store::open(&data).unwrap_err();
    assert!(matches!(error, Error::Unopenable { .. }), "{error:?}");
    assert!(error.to_string().contains("listwarden rebuild"), "{error}");
    assert_eq!(rebuild(&data).unwrap(), 1);
    let (store, _) = open(&data);
    assert_eq!(store.dump().map(Result::unwrap).collect::<Vec<_>>(), before);
    drop(store);

    // A journal that is shorter than what the index followed, as from an older backup.
    fs::remove_dir_all(data.join(JOURNAL)).unwrap();
    assert!(matches!(
        Store::open(&data),
        Err(Error::Foreign { source: None })
    ));
    // Another one that is longer.
    let mut journal = Journal::open(&data.join(JOURNAL)).unwrap();
    for _ in 0..30 {
        journal
            .append(&[record::encode(&seen("p:1", 1)).unwrap()])
            .unwrap();
    }
    drop(journal);
    assert!(matches!(
        Store::open(&data),
        Err(Error::Foreign { source: Some(_) })
    ));
    assert_eq!(stands(&data), Standing::Foreign);
    assert_eq!(rebuild(&data).unwrap(), 30);
    assert_eq!(open(&data).1.replayed, 0);
    assert_eq!(stands(&data), Standing::Current);
}

#[test]
fn a_rebuild_cut_off_anywhere_leaves_a_store_that_opens() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    commit(&store, vec![version("p:1", "kept", 10)]);
    drop(store);
    let at = |name: &str| dir.path().join(name);
    // Cut off while the new index is made, and between the two renames.
    for (from, to) in [("nothing", "nothing"), (INDEX, "index.old")] {
        fs::create_dir(at("index.new")).unwrap();
        fs::write(at("index.new/conf"), "half").unwrap();
        let _ = fs::rename(at(from), at(to));
        let (store, _) = open(dir.path());
        assert!(store.listing(&"p:1".into()).unwrap().is_some());
        assert!(!at("index.new").exists() && !at("index.old").exists());
    }
}
