//! The stage over a small archive made by hand: one profile read it, another reads it again.

mod shop;

use std::sync::atomic::Ordering;

use super::*;
use crate::{
    archive::{self, Original},
    watch,
};
use shop::{BARE, Shop, at, branded, kettle, page, plain, profile};

#[test]
fn what_is_read_otherwise_becomes_a_version_on_the_same_capture_and_nothing_else_changes() {
    let mut shop = Shop::with(9);
    let seen = shop.visit(&page("/item/2", 200, 50, &kettle("Sanchen")));
    shop.turn("shop:3", ListingStatus::Gone, 60);
    let before = shop.listing("shop:3");
    let summary = shop.read(branded());
    assert_eq!(
        (
            summary.pages,
            summary.changed,
            summary.unchanged,
            summary.vanished
        ),
        (9, 9, 0, 0),
        "{summary:?}"
    );
    let brand = &summary.fields["brand"];
    assert_eq!((brand.gained, brand.lost, brand.changed), (9, 0, 0));
    assert_eq!(brand.examples.len(), 3);
    let two = shop.listing("shop:2");
    assert_eq!(
        (two.brand.as_deref(), two.version, two.capture),
        (Some("Sanchen"), 2, Some(seen))
    );
    assert_eq!((two.first_seen, two.last_seen), (Some(at(2)), Some(at(50))));
    assert_eq!(two.campaigns, ["toys"]);
    let three = shop.listing("shop:3");
    assert_eq!(three.status, ListingStatus::Gone, "nobody visited it");
    assert_eq!(
        (three.last_seen, three.capture),
        (before.last_seen, before.capture)
    );
    let readings = shop.store.readings(&"shop:3".into()).unwrap();
    assert_eq!(readings[1].1, Some(at(1_000_000)), "when it was read again");
    let events = shop.events.lock().unwrap();
    let Some(Event::Reread {
        done, of, changed, ..
    }) = events.last()
    else {
        panic!("{events:?}")
    };
    assert_eq!((*done, *of, *changed), (9, 9, 9));
}

#[test]
fn what_is_read_as_before_gets_no_version_and_a_second_run_changes_nothing() {
    let shop = Shop::with(9);
    let end = shop.store.end();
    let same = shop.read(plain());
    assert_eq!((same.unchanged, same.versions()), (9, 0), "{same:?}");
    let dry = Order {
        dry_run: true,
        ..Order::default()
    };
    let tried = shop.again(branded(), &dry);
    assert_eq!((tried.changed, tried.dry_run), (9, true));
    assert_eq!(shop.store.end(), end, "nothing was written");
    assert_eq!(
        watch::rates(&shop.store).unwrap()[0].trend.len(),
        1,
        "to try it is no run"
    );
    let done = shop.read(branded());
    assert_eq!((done.changed, &done.fields), (9, &tried.fields));
    let end = shop.store.end();
    assert_eq!(shop.read(branded()).unchanged, 9);
    assert_eq!(shop.store.end(), end);
}

#[test]
fn a_damaged_record_is_named_with_file_and_offset_and_stops_no_other() {
    let mut shop = Shop::with(2);
    let broken = shop.visit(&page("/item/3", 200, 3, &kettle("Sanchen")));
    shop.visit(&page("/item/4", 200, 4, &kettle("Sanchen")));
    let path = shop.archive.dir().join(&broken.warc);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[broken.offset as usize + 60] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let summary = shop.read(branded());
    assert_eq!(
        (summary.pages, summary.changed, summary.unreadable),
        (3, 3, 1)
    );
    let fault = &summary.faults[0];
    assert_eq!(
        (fault.warc.as_str(), fault.offset, fault.listing.as_ref()),
        (broken.warc.as_str(), broken.offset, Some(&"shop:3".into()))
    );
    let place = format!("{}: the record at byte {}", path.display(), broken.offset);
    assert!(fault.message.starts_with(&place), "{}", fault.message);
    assert_eq!(shop.listing("shop:3").version, 1, "it stays as it is");
    std::fs::remove_file(&path).unwrap();
    let summary = shop.read(plain());
    assert_eq!((summary.pages, summary.unreadable), (0, 4));
    assert!(summary.faults[0].message.contains(&broken.warc));
}

#[test]
fn a_page_met_unchanged_is_read_through_its_original() {
    let mut shop = Shop::with(1);
    let first = page("/item/1", 200, 1, &kettle("Sanchen"));
    let original = Original {
        url: first.url.to_string(),
        capture: shop.listing("shop:1").capture.unwrap(),
    };
    let mut unmodified = page("/item/1", 304, 70, "");
    let packed = archive::pack_again(&unmodified, &original);
    assert!(!packed.whole);
    unmodified.status = 200;
    unmodified.body.clone_from(&first.body);
    let capture = shop.keep(&unmodified, packed, 304);
    assert_eq!(shop.listing("shop:1").capture, Some(capture.clone()));
    let summary = shop.read(branded());
    assert_eq!((summary.pages, summary.changed), (1, 1), "{summary:?}");
    let listing = shop.listing("shop:1");
    assert_eq!(
        (listing.brand.as_deref(), listing.capture),
        (Some("Sanchen"), Some(capture))
    );
}

/// A shop changed its pages, a crawl could not read them, and now the profile fits.
#[test]
fn a_visit_after_which_nothing_could_be_read_is_read_after_all() {
    let mut shop = Shop::with(2);
    let newer = shop.visit(&page("/item/1", 200, 80, BARE));
    shop.turn("shop:1", ListingStatus::Unread, 80);
    // This one was taken away afterwards: what it showed before that is no news.
    shop.visit(&page("/item/5", 200, 81, BARE));
    shop.visit(&page("/item/5", 404, 90, "gone"));
    let fitting = || {
        profile(
            &[("title", ".x1"), ("brand", ".x9"), ("price", ".none")],
            "*/item/{id}",
        )
    };
    let summary = shop.read(fitting());
    assert_eq!(
        (summary.recovered, summary.appeared, summary.changed),
        (1, 0, 2),
        "{summary:?}"
    );
    let listing = shop.listing("shop:1");
    assert_eq!(
        (listing.status, listing.capture, listing.last_seen),
        (ListingStatus::Active, Some(newer), Some(at(80)))
    );
    assert_eq!(listing.first_seen, Some(at(1)));
    let turns = shop.store.turns(&"shop:1".into()).unwrap();
    assert_eq!(turns.last(), Some(&(ListingStatus::Active, at(80))));
    let end = shop.store.end();
    let again = shop.read(fitting());
    assert_eq!((again.recovered, again.unchanged), (0, 2));
    assert_eq!(shop.store.end(), end);
}

#[test]
fn listings_that_appear_are_kept_and_those_that_vanish_stay_and_are_named() {
    let mut shop = Shop::with(1);
    shop.visit(&page("/item/7-red", 200, 7, &kettle("Sanchen")));
    shop.visit(&page("/item/7-blue", 200, 8, &kettle("Sanchen")));
    let goods = shop.visit(&page("/goods/9-new", 200, 9, &kettle("Sanchen")));
    assert!(shop.store.listing(&"shop:9".into()).unwrap().is_none());
    let summary = shop.read(profile(&[], "*/{id}-*"));
    assert_eq!(
        (summary.appeared, summary.vanished, summary.unchanged),
        (2, 3, 0),
        "{summary:?}"
    );
    let new: Vec<_> = summary.new.iter().map(|new| new.listing.as_str()).collect();
    assert_eq!(new, ["shop:7", "shop:9"]);
    assert_eq!(
        summary.missing[1].why, "its page is now read as shop:7",
        "{:?}",
        summary.missing
    );
    let (seven, nine) = (shop.listing("shop:7"), shop.listing("shop:9"));
    assert_eq!((seven.version, seven.first_seen), (1, Some(at(7))));
    assert_eq!(
        seven.campaigns,
        ["toys"],
        "what found it is what found the page"
    );
    assert_eq!(
        (nine.capture, nine.first_seen, nine.status),
        (Some(goods), Some(at(9)), ListingStatus::Active)
    );
    for id in ["shop:1", "shop:7-red"] {
        let old = shop.listing(id);
        assert_eq!((old.version, old.status), (1, ListingStatus::Active));
    }
    let again = shop.read(profile(&[], "*/{id}-*"));
    assert_eq!((again.appeared, again.vanished, again.unchanged), (0, 3, 2));
}

#[test]
fn whoever_is_stopped_keeps_what_was_committed_and_the_next_run_ends_the_same() {
    let (shop, whole) = (Shop::with(11), Shop::with(11));
    whole.read(branded());
    shop.stop.store(true, Ordering::Relaxed);
    let summary = shop.read(branded());
    assert!(
        summary.stopped && summary.changed <= GROUP as u64,
        "{summary:?}"
    );
    assert!(summary.changed > 0);
    assert!(
        watch::rates(&shop.store).unwrap().is_empty(),
        "half a run says nothing of the platform"
    );
    shop.stop.store(false, Ordering::Relaxed);
    let rest = shop.read(branded());
    assert_eq!(
        (rest.unchanged, rest.changed, rest.stopped),
        (summary.changed, 11 - summary.changed, false)
    );
    let content = |shop: &Shop| -> Vec<_> {
        let listings = shop.store.listings().map(Result::unwrap);
        listings.map(|l| (l.version, l.content())).collect()
    };
    assert_eq!(content(&shop), content(&whole));
    assert!(content(&shop).iter().all(|(version, _)| *version == 2));
}

#[test]
fn listings_of_other_platforms_are_left_alone() {
    let shop = Shop::with(2);
    let mut other = shop.listing("shop:1");
    other.id = "old-shop:1".into();
    other.platform = "old-shop".to_owned();
    shop.commit(vec![Entry::Version(Box::new(other))]);
    assert_eq!(shop.read(plain()).unwatched, 1);
    let order = Order {
        platform: Some("another".to_owned()),
        ..Order::default()
    };
    assert_eq!(shop.again(branded(), &order).pages, 0);
    assert_eq!(shop.listing("shop:1").brand, None);
}

#[test]
fn a_reading_counts_for_the_watch_as_a_run_that_visited_nothing() {
    let shop = Shop::with(25);
    shop.read(branded());
    let rates = watch::rates(&shop.store).unwrap();
    let brand = rates.iter().find(|rate| rate.what == "brand").unwrap();
    assert_eq!(
        (brand.there, brand.usual, brand.reread),
        (25, Some(1.0), true)
    );
    let lost = shop.read(plain());
    assert_eq!(lost.alarms.len(), 1, "{:?}", lost.alarms);
    assert!(
        lost.alarms[0]
            .message
            .contains("0 of 25 listings had a brand")
    );
    assert_eq!(watch::alarms(&shop.store).unwrap(), lost.alarms);
    let accepted = Order {
        usual: true,
        ..Order::default()
    };
    assert_eq!(shop.again(plain(), &accepted).alarms, []);
    assert_eq!(watch::alarms(&shop.store).unwrap(), []);
}
