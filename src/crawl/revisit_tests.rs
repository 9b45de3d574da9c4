//! Crawling again.

mod shop;

use std::{fs, path::Path};

use super::*;
use crate::{
    model::{Capture, ListingStatus},
    store::Entry,
};
use shop::{Answer, Fixture, SHOP, html, id, kettle, paths, shop};

const HOUR: i64 = 3600;

fn captures(store: &Store, path: &str) -> Vec<(u16, Capture)> {
    let url = format!("{SHOP}{path}");
    let entries = store.entries().map(Result::unwrap);
    entries
        .filter_map(|entry| match entry {
            Entry::Captured {
                url: captured,
                status,
                capture,
            } if captured == url => Some((status, capture)),
            _ => None,
        })
        .collect()
}

fn size(archive: &Path) -> u64 {
    let file = archive.join("listwarden-000001.warc.gz");
    fs::metadata(file).unwrap().len()
}

#[test]
fn what_has_not_changed_is_not_sent_again_and_still_leads_on() {
    let fixture = shop();
    fixture.crawl(false);
    fixture.later(HOUR);
    let (again, asked) = fixture.crawl(false);
    let tags: Vec<_> = asked.iter().map(|(_, tag)| tag.as_deref()).collect();
    assert_eq!(paths(&asked), ["/", "/c/kettles", "/item/1", "/item/2"]);
    assert_eq!(tags, [Some("h1"), Some("c1"), Some("k1"), None]);
    assert_eq!(
        (again.pages, again.listings, again.new, again.changed),
        (4, 2, 0, 0),
        "{again:?}"
    );
    let store = fixture.store();
    let listing = store.listing(&id("1")).unwrap().unwrap();
    assert_eq!(listing.last_seen, Some(*fixture.shop.now.lock().unwrap()));
    let capture = listing.capture.unwrap();
    assert_eq!(captures(&store, "/item/1")[1], (304, capture.clone()));
    let page = archive::read(&fixture.archive(), &capture).unwrap();
    assert!(page.body.ends_with(b"</script>") && page.status == 200);
    assert!(archive::verify(&fixture.archive()).is_ok());
    drop(store);
    // The same price under a new tag is no change, another price is.
    fixture.answers(&[("/item/1", kettle("k2", "20.00", ""))]);
    let (same, _) = fixture.crawl(false);
    assert_eq!(same.changed, 0, "{same:?}");
    fixture.answers(&[("/item/1", kettle("k3", "19.00", ""))]);
    let (changed, asked) = fixture.crawl(false);
    assert_eq!(asked[2].1.as_deref(), Some("k2"));
    assert_eq!(changed.changed, 1, "{changed:?}");
}

#[test]
fn a_page_whose_token_changes_has_not_changed_and_is_kept_all_the_same() {
    let fixture = shop();
    fixture.crawl(false);
    fixture.answers(&[("/item/2", kettle("", "30.00", "token 2"))]);
    let (again, _) = fixture.crawl(false);
    assert_eq!((again.listings, again.changed), (2, 0), "{again:?}");
    let store = fixture.store();
    assert_eq!(store.versions(&id("2")).unwrap().len(), 1);
    let kept = captures(&store, "/item/2");
    let bodies = kept.iter().map(|(_, capture)| {
        let page = archive::read(&fixture.archive(), capture).unwrap();
        String::from_utf8(page.body).unwrap()
    });
    let tokens: Vec<bool> = bodies
        .zip(["token 1", "token 2"])
        .map(|(body, token)| body.contains(token))
        .collect();
    assert_eq!(tokens, [true, true]);
    let visit = store.visit(&format!("{SHOP}/item/2")).unwrap().unwrap();
    assert_eq!(visit.interval, 129_600, "longer: nothing changed");
}

#[test]
fn the_same_payload_again_takes_hardly_any_room() {
    let noise: String = (0..20_000u32)
        .map(|n| char::from(33 + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 27))
        .collect();
    let fixture = Fixture::new(&[("/", html("", &format!("<p>{noise}")))]);
    fixture.crawl(false);
    let once = size(&fixture.archive());
    for _ in 0..3 {
        fixture.crawl(false);
    }
    let more = size(&fixture.archive()) - once;
    assert!(once > 8_000 && more < 4_000, "{once} and {more} more");
    let store = fixture.store();
    for (status, capture) in captures(&store, "/") {
        let page = archive::read(&fixture.archive(), &capture).unwrap();
        assert_eq!((status, page.body.len()), (200, 20_003));
    }
}

#[test]
fn a_copy_that_cannot_be_read_is_asked_for_again_whole() {
    let fixture = shop();
    fixture.crawl(false);
    let file = fixture.archive().join("listwarden-000001.warc.gz");
    let place = captures(&fixture.store(), "/item/1")[0].1.offset as usize;
    let mut bytes = fs::read(&file).unwrap();
    bytes[place + 100] ^= 1;
    fs::write(&file, bytes).unwrap();
    let (again, asked) = fixture.crawl(false);
    let item: Vec<_> = asked.iter().filter(|(path, _)| path == "/item/1").collect();
    let tags: Vec<_> = item.iter().map(|(_, tag)| tag.as_deref()).collect();
    assert_eq!(tags, [None, Some("k1")], "both were asked, sorted");
    assert_eq!((again.listings, again.changed), (2, 0), "{again:?}");
    // Where the whole file is gone, the first page is not even asked for on conditions.
    fs::remove_file(&file).unwrap();
    let (after, asked) = fixture.crawl(false);
    assert_eq!(asked[0], ("/".to_owned(), None));
    assert_eq!((after.listings, after.changed), (2, 0), "{after:?}");
}

#[test]
fn gone_removed_unreachable_and_unread_are_kept_apart_and_what_comes_back_is_relisted() {
    let fixture = shop();
    fixture.crawl(false);
    let turns = [
        (Answer::Silence, ListingStatus::Unreachable),
        (html("", "<p>Loading"), ListingStatus::Unread),
        (
            Answer::Page(403, "", "no".to_owned()),
            ListingStatus::Unread,
        ),
        (
            Answer::Page(502, "", String::new()),
            ListingStatus::Unreachable,
        ),
        (Answer::Redirect("/"), ListingStatus::Gone),
        (Answer::Silence, ListingStatus::Gone),
        (Answer::Page(451, "", String::new()), ListingStatus::Removed),
        (Answer::Page(410, "", String::new()), ListingStatus::Gone),
    ];
    let mut counted = (0, 0);
    for (answer, status) in turns {
        fixture.answers(&[("/item/1", answer.clone())]);
        let (summary, _) = fixture.crawl(false);
        counted = (counted.0 + summary.gone, counted.1 + summary.removed);
        assert_eq!(fixture.status("1"), status, "{answer:?}");
    }
    assert_eq!(counted, (2, 1));
    fixture.answers(&[("/item/1", kettle("k1", "20.00", ""))]);
    let (back, _) = fixture.crawl(false);
    assert_eq!(
        (back.relisted, back.new, back.changed),
        (1, 0, 0),
        "{back:?}"
    );
    assert_eq!(fixture.status("1"), ListingStatus::Active);
    let relisted = Event::Relisted { id: id("1") };
    assert!(fixture.events.lock().unwrap().contains(&relisted));
    use ListingStatus::{Active, Gone, Removed, Unreachable, Unread};
    let turns = fixture.store().turns(&id("1")).unwrap();
    let turns: Vec<_> = turns.into_iter().map(|(status, _)| status).collect();
    let expected = [
        Unreachable,
        Unread,
        Unreachable,
        Gone,
        Removed,
        Gone,
        Active,
    ];
    assert_eq!(turns, expected);
}

#[test]
fn a_304_that_nobody_asked_for_says_nothing() {
    let fixture = shop();
    fixture.crawl(false);
    fixture.answers(&[("/item/2", Answer::Page(304, "", String::new()))]);
    let (after, _) = fixture.crawl(false);
    assert_eq!(after.errors.get("http"), Some(&1), "{after:?}");
    assert_eq!(fixture.status("2"), ListingStatus::Unread);
    fixture.answers(&[("/item/2", kettle("", "30.00", "token 1"))]);
    fixture.crawl(false);
    assert_eq!(fixture.status("2"), ListingStatus::Active);
    let store = fixture.store();
    assert_eq!(store.versions(&id("2")).unwrap().len(), 1);
}

#[test]
fn a_listing_in_whose_place_another_stands_is_gone() {
    let fixture = shop();
    fixture.crawl(false);
    fixture.answers(&[("/item/1", Answer::Redirect("/item/2"))]);
    let (after, _) = fixture.crawl(false);
    assert_eq!(after.gone, 1, "{after:?}");
    assert_eq!(fixture.status("1"), ListingStatus::Gone);
    assert_eq!(fixture.status("2"), ListingStatus::Active);
}

#[test]
fn what_is_gone_is_asked_for_only_when_due() {
    let fixture = shop();
    fixture.crawl(false);
    fixture.answers(&[
        ("/item/1", Answer::Page(404, "", String::new())),
        ("/c/kettles", html("c2", r#"<a href="/item/2">2</a>"#)),
    ]);
    fixture.crawl(false);
    fixture.later(HOUR);
    let (_, asked) = fixture.crawl(false);
    assert_eq!(paths(&asked), ["/", "/c/kettles", "/item/2"]);
    fixture.answers(&[("/item/1", kettle("k1", "20.00", ""))]);
    fixture.later(40 * HOUR);
    let (back, asked) = fixture.crawl(false);
    assert_eq!(
        paths(&asked),
        ["/", "/c/kettles", "/item/1", "/item/2"],
        "after a day and a half"
    );
    assert_eq!(back.relisted, 1, "{back:?}");
    assert_eq!(asked[2].1, None, "what comes back must come whole");
}

#[test]
fn only_what_is_due_is_visited_when_that_is_wanted() {
    let fixture = shop();
    fixture.crawl(false);
    fixture.later(HOUR);
    let (idle, asked) = fixture.crawl(true);
    assert_eq!((idle.pages, asked.len()), (0, 0));
    // A day and a tenth: all are due. The list has a new listing, so it is due sooner than the rest.
    fixture.answers(&[
        (
            "/c/kettles",
            html("c2", r#"<a href="/item/2">2</a> <a href="/item/3">3</a>"#),
        ),
        ("/item/3", kettle("k3", "5.00", "")),
    ]);
    fixture.later(26 * HOUR);
    let (all, asked) = fixture.crawl(true);
    assert_eq!(asked.len(), 5, "{asked:?}");
    assert_eq!(all.new, 1, "{all:?}");
    fixture.later(14 * HOUR);
    let (_, asked) = fixture.crawl(true);
    assert_eq!(paths(&asked), ["/c/kettles"], "nothing due leads to it");
}
