//! A small store with flags and verdicts, and rules tried on it.

use std::{fs, path::Path};

use super::*;
use crate::{
    model::{Decision, Flag, FlagId, ListingId, Money, Review},
    store::{Entry, Group},
};

/// A rule that flags prices under `limit`.
fn under(limit: &str, sentence: &str) -> String {
    format!(
        "//! Cheap. 便宜。\nconst RULE = #{{ title: \"t\", title_zh: \"题\", kind: \"counterfeit\", severity: \"high\", basis: [\"b\"], when: #{{ has: [\"price\"] }} }};\nfn check(item) {{\n    if item.price >= {limit} {{ return pass(); }}\n    flag(\"{sentence}\", \"便宜\")\n}}\nconst TESTS = [ #{{ flag: \"f\", item: #{{ title: \"t\", price: 1.0 }} }} ];\n"
    )
}

struct Office {
    store: Store,
    dir: tempfile::TempDir,
}

fn at(minutes: i64) -> Time {
    Time::from_second(1_800_000_000 + 60 * minutes).unwrap()
}

fn offer(item: usize, price: i64) -> Listing {
    Listing {
        id: ListingId::new("shop", &format!("{item:03}")),
        platform: "shop".to_owned(),
        title: Some(format!("kettle {item}")),
        price: Some(Money {
            amount: price.into(),
            currency: Some("CNY".to_owned()),
        }),
        first_seen: Some(at(-60 * 24)),
        last_seen: Some(at(-60 * 24)),
        ..Listing::default()
    }
}

impl Office {
    /// Ten offers for 1 to 10 yuan, judged by a rule that flags those under 5.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let office = Self {
            store: Store::open(&dir.path().join("data")).unwrap().0,
            dir,
        };
        let judge = office.judge("old", &[("fake/cheap", &under("5.0", "cheap"))]);
        for item in 1..=10 {
            office.arrive(offer(item, item as i64), &judge);
        }
        office
    }

    fn arrive(&self, mut listing: Listing, judge: &Judge) {
        listing.version = 1;
        let mut entries = vec![Entry::Version(Box::new(listing.clone()))];
        entries.extend(judge.judge(listing, None, &[]).entries);
        self.commit(entries);
    }

    fn commit(&self, entries: Vec<Entry>) {
        let work = Vec::new();
        self.store.commit(Group { entries, work }).unwrap();
    }

    fn decide(&self, item: usize, verdict: Decision) {
        let id = ListingId::new("shop", &format!("{item:03}"));
        let review = Review {
            verdict,
            note: None,
            by: "li".to_owned(),
            assign: None,
            unit: None,
            due: None,
            at: at(0),
        };
        let flag = FlagId::of("fake/cheap", &id);
        self.commit(vec![Entry::Reviewed { flag, review }]);
    }

    fn judge(&self, name: &str, rules: &[(&str, &str)]) -> Judge {
        let folder = self.dir.path().join(name);
        for (id, text) in rules {
            write(&folder.join(format!("{id}.rhai")), text);
        }
        let loaded = Judge::load(&folder, &[]).unwrap();
        assert!(
            loaded.rules.iter().all(|fault| fault.level != "error"),
            "{:?}",
            loaded.rules
        );
        loaded.judge
    }

    fn tried(&self, judge: &Judge, against: Against<'_>, sample: Option<Sample>) -> Summary {
        let stop = AtomicBool::new(false);
        let tried = Backtest {
            store: &self.store,
            judge,
            against,
            stop: &stop,
        };
        let order = Order {
            examples: 2,
            sample,
            now: at(0),
        };
        let (head, flags) = (self.store.head().unwrap(), self.flags());
        let summary = run(tried, &order).unwrap();
        assert_eq!(
            (self.store.head().unwrap(), self.flags()),
            (head, flags),
            "it wrote something"
        );
        summary
    }

    fn flags(&self) -> Vec<Flag> {
        self.store.flags().map(Result::unwrap).collect()
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn names(summary: &Summary, change: Change) -> Vec<String> {
    let examples = summary.rules["fake/cheap"].examples.iter();
    let of_it = examples.filter(|example| example.change == change);
    of_it.map(|example| example.listing.to_string()).collect()
}

#[test]
fn a_stricter_rule_gains_a_laxer_one_loses_and_both_say_which() {
    let office = Office::new();
    office.decide(3, Decision::Confirmed);
    office.decide(4, Decision::Dismissed);
    let strict = office.judge("strict", &[("fake/cheap", &under("8.0", "cheap"))]);
    let summary = office.tried(&strict, Against::Flags, None);
    let counts = summary.all;
    assert_eq!(
        (counts.gained, counts.lost, counts.unchanged, counts.changed),
        (3, 0, 4, 0)
    );
    assert_eq!(
        names(&summary, Change::Gained),
        ["shop:005", "shop:006"],
        "the first two"
    );
    assert_eq!(
        (summary.listings, summary.judged, summary.left_out),
        (10, 10, 0)
    );
    let lax = office.judge("lax", &[("fake/cheap", &under("2.0", "cheap"))]);
    let summary = office.tried(&lax, Against::Flags, None);
    let counts = summary.all;
    assert_eq!((counts.gained, counts.lost, counts.unchanged), (0, 3, 1));
    assert_eq!((counts.lost_confirmed, counts.lost_dismissed), (1, 1));
    assert_eq!(
        summary.work.fewer_at_once, 1,
        "nobody has to look at what was decided"
    );
}

#[test]
fn another_score_or_sentence_is_a_change_and_the_same_rule_changes_nothing() {
    let office = Office::new();
    let same = office.judge("same", &[("fake/cheap", &under("5.0", "cheap"))]);
    let counts = office.tried(&same, Against::Flags, None).all;
    assert_eq!(
        counts,
        Counts {
            unchanged: 4,
            ..Counts::default()
        }
    );
    let dear = under("5.0", "cheap").replace("\"便宜\")", "\"便宜\").score(95)");
    let dear = office.judge("dear", &[("fake/cheap", &dear)]);
    let summary = office.tried(&dear, Against::Flags, None);
    assert_eq!((summary.all.changed, summary.all.unchanged), (4, 0));
    let example = &summary.rules["fake/cheap"].examples[0];
    assert_eq!((example.before, example.after), (Some(70), Some(95)));
    assert_eq!(example.otherwise, ["score 70 → 95"]);
    let other = office.judge("other", &[("fake/cheap", &under("5.0", "very cheap"))]);
    let summary = office.tried(&other, Against::Flags, None);
    assert_eq!(
        summary.rules["fake/cheap"].examples[0].otherwise,
        ["sentence"]
    );
}

#[test]
fn a_rule_that_cannot_say_or_fails_takes_no_word_back() {
    let office = Office::new();
    let unsure = under("5.0", "x").replace("    if", "    if item.price < 3.0 { return unsure(\"why\"); }\n    if item.price == 3.0 { throw \"ruined\"; }\n    if");
    let judge = office.judge("unsure", &[("fake/cheap", &unsure)]);
    let summary = office.tried(&judge, Against::Flags, None);
    let counts = summary.all;
    assert_eq!(
        (counts.unsure, counts.faults, counts.lost, counts.unchanged),
        (2, 1, 0, 3)
    );
    assert_eq!(names(&summary, Change::Fault), ["shop:003"]);
}

#[test]
fn what_is_no_longer_offered_is_left_out_as_in_a_scan() {
    let office = Office::new();
    let status = ListingStatus::Gone;
    let id = ListingId::new("shop", "001");
    office.commit(vec![Entry::Status {
        id,
        status,
        at: at(0),
    }]);
    let none = office.judge("none", &[("fake/cheap", &under("0.0", "cheap"))]);
    let summary = office.tried(&none, Against::Flags, None);
    assert_eq!(
        (summary.judged, summary.left_out, summary.all.lost),
        (9, 1, 3)
    );
}

#[test]
fn a_sample_is_the_same_for_a_seed_and_the_work_is_that_of_all() {
    let office = Office::new();
    let strict = office.judge(
        "strict",
        &[
            ("fake/cheap", &under("11.0", "cheap")),
            ("fake/other", &under("99.0", "o")),
        ],
    );
    let sample = |seed| Some(Sample { listings: 5, seed });
    let one = office.tried(&strict, Against::Flags, sample(1));
    assert_eq!((one.listings, one.judged), (10, 5));
    assert_eq!(one, office.tried(&strict, Against::Flags, sample(1)));
    let other = one.rules["fake/other"].counts;
    assert_eq!(other.gained, 5);
    let more = one.all.gained;
    assert_eq!(one.work.more_at_once, 2 * more);
    assert_eq!(
        one.work.more_a_day,
        2.0 * more as f64,
        "ten listings came in on the one day"
    );
}

#[test]
fn two_versions_are_held_against_each_other_without_the_flags_that_stand() {
    let office = Office::new();
    let old = office.judge(
        "a",
        &[
            ("fake/cheap", &under("9.0", "cheap")),
            ("fake/gone", &under("3.0", "g")),
        ],
    );
    let new = office.judge("b", &[("fake/cheap", &under("10.0", "cheap"))]);
    let summary = office.tried(&new, Against::Rules(&old), None);
    let cheap = summary.rules["fake/cheap"].counts;
    assert_eq!((cheap.gained, cheap.lost, cheap.unchanged), (1, 0, 8));
    assert_eq!(summary.rules["fake/gone"].counts.lost, 2);
}

#[test]
fn whoever_is_stopped_says_so() {
    let office = Office::new();
    let judge = office.judge("j", &[("fake/cheap", &under("5.0", "cheap"))]);
    let tried = Backtest {
        store: &office.store,
        judge: &judge,
        against: Against::Flags,
        stop: &AtomicBool::new(true),
    };
    let order = Order {
        examples: 1,
        sample: None,
        now: at(0),
    };
    let summary = run(tried, &order).unwrap();
    assert!(summary.stopped && summary.judged == 0, "{summary:?}");
}
