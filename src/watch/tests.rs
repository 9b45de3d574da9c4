//! Runs over made-up listings: what is learned, what is missed, what is remembered.

use super::{history::RUNS, *};
use crate::model::{Money, Seller};

fn at(second: i64) -> Time {
    Time::from_second(1_800_000_000 + second).unwrap()
}

fn listing(change: impl Fn(&mut Listing)) -> Listing {
    let mut listing = Listing {
        title: Some("Kettle".to_owned()),
        price: Some(Money {
            amount: "20".parse().unwrap(),
            currency: Some("EUR".to_owned()),
        }),
        gtin: Some("04012345123456".to_owned()),
        ..Listing::default()
    };
    change(&mut listing);
    listing
}

/// A run in which `pages` pages gave such a listing; the names of what fell.
fn run(
    store: &Store,
    pages: usize,
    lesson: Lesson,
    second: i64,
    change: impl Fn(&mut Listing),
) -> Vec<String> {
    let platform = "shop".to_owned();
    let mut watch = Watch::open(store, [&platform].into_iter()).unwrap();
    for _ in 0..pages {
        watch.add(
            &Reading::of("shop", true, &[listing(&change)], None),
            at(second),
        );
    }
    let raised = watch.close(store, lesson, at(second)).unwrap();
    raised.into_iter().map(|alarm| alarm.what).collect()
}

fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap().0;
    (dir, store)
}

fn rate(store: &Store, what: &str) -> Rate {
    let rates = rates(store).unwrap();
    rates.into_iter().find(|rate| rate.what == what).unwrap()
}

const NONE: [String; 0] = [];

#[test]
fn any_field_that_a_platform_used_to_show_is_missed_and_one_it_never_showed_is_not() {
    let (_dir, store) = store();
    assert_eq!(run(&store, 30, Lesson::Visits, 0, |_| ()), NONE);
    let bare = run(&store, 30, Lesson::Visits, 1, |l| l.gtin = None);
    assert_eq!(bare, ["gtin"], "nor brand, nor seller: never there");
    let codeless = |l: &mut Listing| {
        let price = l.price.as_mut().unwrap();
        price.currency = None;
    };
    assert_eq!(run(&store, 30, Lesson::Visits, 2, codeless), ["currency"]);
    let free = run(&store, 30, Lesson::Visits, 3, |l| l.price = None);
    assert_eq!(free, ["price"], "without a price no currency is missed");
    let standing: Vec<_> = alarms(&store)
        .unwrap()
        .into_iter()
        .map(|a| a.what)
        .collect();
    assert_eq!(
        standing,
        ["currency", "price"],
        "what was not judged stands"
    );
    assert_eq!(run(&store, 19, Lesson::Visits, 4, |l| l.gtin = None), NONE);
    assert_eq!(run(&store, 30, Lesson::Visits, 5, |_| ()), NONE);
    assert_eq!(alarms(&store).unwrap(), []);
}

#[test]
fn a_page_that_was_not_expected_to_be_a_listing_says_nothing_of_those_that_were() {
    let (_dir, store) = store();
    let platform = "shop".to_owned();
    let mut watch = Watch::open(&store, [&platform].into_iter()).unwrap();
    for n in 0..30 {
        watch.add(&Reading::of("shop", false, &[listing(|_| ())], None), at(n));
        watch.add(&Reading::of("shop", false, &[], None), at(n));
    }
    assert_eq!(watch.close(&store, Lesson::Visits, at(30)).unwrap(), []);
    let rates = rates(&store).unwrap();
    assert!(rates.iter().all(|rate| rate.what != LISTING), "{rates:?}");
    assert_eq!(
        (rate(&store, "title").of, rate(&store, "title").there),
        (30, 30)
    );
}

#[test]
fn every_run_is_a_point_and_the_oldest_are_forgotten() {
    let (_dir, store) = store();
    for second in 0..RUNS as i64 + 5 {
        run(&store, 2, Lesson::Visits, second, |_| ());
    }
    run(&store, 40, Lesson::Visits, 200, |l| l.title = None);
    let points = history::points(&store, "shop").unwrap();
    assert_eq!((points.len(), points[0].at), (RUNS, at(6)));
    let title = rate(&store, "title");
    assert_eq!(
        (title.of, title.there, title.share, title.usual, title.fell),
        (40, 0, 0.0, Some(0.0), true)
    );
    assert_eq!(title.trend, [[1.0].repeat(9), vec![0.0]].concat());
    assert_eq!((title.at, title.reread), (at(200), false));
    let names: Vec<_> = rates(&store).unwrap().into_iter().map(|r| r.what).collect();
    assert_eq!(names[..3], ["listing", "title", "price"]);
}

#[test]
fn reading_again_makes_the_new_reading_usual_at_once_but_hides_no_fall() {
    let (_dir, store) = store();
    run(&store, 30, Lesson::Visits, 0, |_| ());
    let branded = |l: &mut Listing| {
        l.brand = Some("Sanchen".to_owned());
        l.gtin = None;
    };
    assert_eq!(run(&store, 30, Lesson::Reread, 1, branded), ["gtin"]);
    let brand = rate(&store, "brand");
    assert_eq!(
        (brand.usual, brand.reread),
        (Some(1.0), true),
        "not a third"
    );
    assert_eq!(
        rate(&store, "gtin").usual,
        Some(1.0),
        "what fell teaches nothing"
    );
    assert_eq!(run(&store, 30, Lesson::Accepted, 2, branded), NONE);
    assert_eq!(alarms(&store).unwrap(), []);
    assert_eq!(rate(&store, "gtin").usual, Some(0.0));
    assert_eq!(run(&store, 30, Lesson::Visits, 3, branded), NONE);
    let seller = |l: &mut Listing| {
        branded(l);
        l.seller = Seller {
            id: Some("7".to_owned()),
            ..Seller::default()
        };
    };
    assert_eq!(run(&store, 30, Lesson::Visits, 4, seller), NONE);
    assert!(
        rate(&store, "seller").usual < Some(0.5),
        "a visit moves it a little"
    );
}

#[test]
fn what_stood_where_listings_were_expected_is_named() {
    let (_dir, store) = store();
    assert_eq!(run(&store, 30, Lesson::Visits, 0, |_| ()), NONE);
    let platform = "shop".to_owned();
    let mut watch = Watch::open(&store, [&platform].into_iter()).unwrap();
    let kinds = [
        ("captcha", 20),
        ("shell", 5),
        ("missing", 7),
        ("elsewhere", 1),
    ];
    for (kind, pages) in kinds {
        for _ in 0..pages {
            watch.add(&Reading::of("shop", true, &[], Some(kind)), at(60));
        }
    }
    // A list that shows a captcha gave no listing and was not to give one.
    watch.add(&Reading::of("shop", false, &[], Some("captcha")), at(60));
    watch.close(&store, Lesson::Visits, at(60)).unwrap();
    let rate = rate(&store, LISTING);
    assert_eq!((rate.there, rate.of), (0, 25), "what is gone is no fault");
    let instead: Vec<_> = rate
        .instead
        .iter()
        .map(|(kind, n)| (kind.as_str(), *n))
        .collect();
    assert_eq!(
        instead,
        [
            ("captcha", 20),
            ("elsewhere", 1),
            ("missing", 7),
            ("shell", 5)
        ]
    );
    let alarm = alarms(&store).unwrap().remove(0);
    assert_eq!(
        alarm.message,
        "only 0 of 25 listing pages gave a listing (0 %, usually 100 %), 20 × captcha, 7 × missing, 5 × shell, 1 × elsewhere instead; look at one with `listwarden extract`"
    );
}
