//! Exceptions that hold, that have ended, and that could not be read.

use proptest::prelude::*;

use super::*;
use crate::{
    judge::Judge,
    model::{Capture, Class, ListingId, Money, Seller},
    rules::RuleSource,
};

const WHOLE: &str = "[[exception]]\nrule = \"fake/*\"\nseller = \"诺德豪斯*\"\nbrand = \"NORDHAUS\"\nwho = \"Li\"\nwhy = \"licence seen\"\nuntil = 2027-03-31\n";

fn said(text: &str) -> Vec<(usize, usize, String)> {
    let faults = parse(Path::new("rules/exceptions.toml"), text).1;
    assert!(faults.iter().all(|fault| fault.level == "error"));
    faults
        .into_iter()
        .map(|fault| (fault.line, fault.column, fault.message))
        .collect()
}

fn exceptions(text: &str) -> Exceptions {
    let path = PathBuf::from("rules/exceptions.toml");
    let (list, faults) = parse(&path, text);
    assert!(faults.is_empty(), "{faults:?}");
    let text = text.to_owned();
    Exceptions { path, text, list }
}

fn listing(day: &str) -> Listing {
    Listing {
        id: ListingId::new("shop", "1"),
        platform: "shop".to_owned(),
        title: Some("Shoe".to_owned()),
        brand: Some("Ｎordhaus".to_owned()),
        class: Some(Class {
            id: "shoes/sport".to_owned(),
            score: 1.0,
        }),
        seller: Seller {
            name: Some("諾德豪斯旗舰店".to_owned()),
            id: Some("77".to_owned()),
            ..Seller::default()
        },
        capture: Some(Capture {
            warc: String::new(),
            offset: 0,
            sha256: String::new(),
            fetched_at: format!("{day}T23:59:59Z").parse().unwrap(),
        }),
        ..Listing::default()
    }
}

#[test]
fn every_field_must_hold_on_the_day_of_the_page_and_texts_are_compared_folded() {
    let exceptions = exceptions(WHOLE);
    let in_time = listing("2027-03-31");
    assert!(exceptions.cover("fake/price", &in_time));
    assert!(
        !exceptions.cover("fake/price", &listing("2027-04-01")),
        "it has ended"
    );
    assert!(!exceptions.cover("recall/hard", &in_time));
    let mut other = in_time.clone();
    other.brand = Some("Other".to_owned());
    assert!(!exceptions.cover("fake/price", &other));
    other.brand = None;
    assert!(!exceptions.cover("fake/price", &other));
    assert_eq!(exceptions.expired_for(&in_time), 0);
    assert_eq!(exceptions.expired_for(&listing("2027-04-01")), 1);
}

#[test]
fn each_field_is_one_of_the_listing() {
    let day = listing("2027-01-01");
    for (field, fitting, other) in [
        ("listing", "shop:1", "shop:2"),
        ("seller", "77", "78"),
        ("platform", "sh*", "mall"),
        ("class", "shoes/*", "bags/*"),
        ("title", "SHOE", "sho"),
    ] {
        let holds = |pattern: &str| {
            let text = WHOLE.replace("brand = \"NORDHAUS\"", "").replace(
                "seller = \"诺德豪斯*\"",
                &format!("{field} = \"{pattern}\""),
            );
            exceptions(&text).cover("fake/x", &day)
        };
        assert!(holds(fitting) && !holds(other), "{field}");
    }
}

#[test]
fn whatever_is_wrong_is_named_with_its_place_and_holds_nothing_back() {
    let line = |text: &str, wrong: &str| said(&WHOLE.replace(text, wrong));
    assert_eq!(
        line("who =", "whom ="),
        [
            (1, 1, "`who` is missing".to_owned()),
            (5, 1, "there is no key `whom` here".to_owned()),
        ]
    );
    assert_eq!(
        line("until = 2027-03-31\n", ""),
        [(1, 1, "`until` is missing".to_owned())]
    );
    assert_eq!(
        line("2027-03-31", "\"next spring\""),
        [(7, 9, "'next spring' is no day".to_owned())]
    );
    assert_eq!(
        line("2027-03-31", "2027-03-31T08:00:00Z"),
        [(7, 9, "'2027-03-31T08:00:00Z' is no day".to_owned())]
    );
    assert_eq!(
        line("\"licence seen\"", "\" \""),
        [(6, 7, "`why` is not a text".to_owned())]
    );
    let none = WHOLE
        .replace("brand = \"NORDHAUS\"\n", "")
        .replace("seller = \"诺德豪斯*\"\n", "");
    assert!(said(&none)[0].2.contains("would switch the rule off"));
    assert_eq!(
        said("[[exceptions]]\nrule = \"x\"\n"),
        [(1, 3, "`exceptions` means nothing here".to_owned())]
    );
    assert_eq!(said("[[exception]]\nrule = \n").len(), 1, "no TOML");
    let two = format!("{}{WHOLE}", WHOLE.replace("why", "wy"));
    let (list, faults) = parse(Path::new("x"), &two);
    assert_eq!((list.len(), faults.len()), (1, 2), "the other one holds");
    assert!(
        faults[0]
            .picture
            .contains("error[exception]: `why` is missing\n --> x:1:1"),
        "{}",
        faults[0].picture
    );
}

#[test]
fn what_has_expired_is_of_no_rule_or_met_nothing_is_remarked() {
    let text = [
        WHOLE.to_owned(),
        WHOLE.replace("fake/*", "gone/rule"),
        WHOLE.replace("2027-03-31", "2026-01-01"),
        WHOLE.replace("NORDHAUS", "Lumora"),
    ];
    let exceptions = exceptions(&text.concat());
    let rules = BTreeSet::from(["fake/price".to_owned()]);
    let idle = BTreeSet::from([exceptions.list[3].key()]);
    let today = jiff::civil::date(2026, 11, 22);
    let remarks = exceptions.remarks(today, &rules, &idle);
    let said: Vec<_> = remarks
        .iter()
        .map(|r| (r.line, r.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                8,
                "there is no rule 'gone/rule', so this suppresses nothing"
            ),
            (15, "this has expired: it held until 2026-01-01"),
            (
                22,
                "this suppressed nothing when everything was judged last"
            ),
        ]
    );
    assert!(remarks.iter().all(|remark| remark.level == "warning"));
}

#[test]
fn what_met_nothing_in_a_whole_scan_is_kept_until_it_meets_something() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    let exceptions = exceptions(&format!("{WHOLE}{}", WHOLE.replace("NORDHAUS", "Lumora")));
    let keep = |everything| {
        let work = exceptions.note_idle(&store, everything).unwrap();
        let (entries, work) = (Vec::new(), work.into_iter().collect());
        store.commit(store::Group { entries, work }).unwrap();
        idle(&store).unwrap().len()
    };
    assert_eq!(keep(false), 0, "nothing is known yet");
    assert!(exceptions.cover("fake/x", &listing("2027-01-01")));
    assert_eq!(keep(true), 1);
    assert_eq!(exceptions.idle(|_| true)[0].line, 8);
    let mut other = listing("2027-01-01");
    other.brand = Some("Lumora".to_owned());
    assert!(exceptions.cover("fake/x", &other));
    assert_eq!(keep(false), 0);
}

#[test]
fn a_listing_that_is_seen_again_after_the_last_day_is_judged_anew() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("exceptions.toml"), WHOLE).unwrap();
    let text = "//! Any.\nconst RULE = #{ title: \"t\", title_zh: \"题\", kind: \"counterfeit\", severity: \"high\", basis: [\"b\"] };\nfn check(item) { flag(\"a\", \"b\") }\n";
    let rule = RuleSource {
        id: "fake/any".to_owned(),
        path: PathBuf::new(),
        text: text.to_owned(),
    };
    let judge = Judge::of(dir.path(), vec![rule], &[]).judge;
    let mut listing = listing("2027-03-31");
    listing.price = Some(Money {
        amount: 1.into(),
        currency: None,
    });
    let judgement = judge.judge(listing.clone(), None, &[]);
    assert_eq!((judgement.suppressed, judgement.raised), (1, 0));
    let row = judgement.row.unwrap();
    assert!(judge.stands(&listing, &row));
    let mut later = listing;
    if let Some(capture) = &mut later.capture {
        capture.fetched_at = "2027-04-01T00:00:00Z".parse().unwrap();
    }
    assert!(
        !judge.stands(&later, &row),
        "the same version, seen a day later"
    );
    let judgement = judge.judge(later, None, &[]);
    assert_eq!((judgement.suppressed, judgement.raised), (0, 1));
}

proptest! {
    #[test]
    fn whatever_stands_in_the_file_is_read_or_named(
        at in 0..WHOLE.len(), end in 0..WHOLE.len(), wild in "[\\[\\]=\"a*\n标\u{200b}.{}#2-]{0,12}",
    ) {
        let (at, end) = (WHOLE.floor_char_boundary(at.min(end)), WHOLE.ceil_char_boundary(at.max(end)));
        let text = format!("{}{wild}{}", &WHOLE[..at], &WHOLE[end..]);
        let (list, faults) = parse(Path::new("x"), &text);
        prop_assert!(list.len() <= 2);
        for fault in faults {
            prop_assert!(fault.line >= 1 && fault.column >= 1 && !fault.message.is_empty(), "{:?}", fault);
        }
    }
}
