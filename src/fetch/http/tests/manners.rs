//! What is sent along, and what is written down.

use std::{fs, path::Path, sync::atomic::AtomicU64};

use super::*;
use crate::fetch::{
    conduct::{Said, read},
    pace::later,
};

fn conditional(shop: &Shop, path: &str) -> Wanted {
    Wanted {
        known: Validators {
            etag: Some("W/\"7\"".to_owned()),
            last_modified: Some("Tue, 03 Feb 2026 10:00:00 GMT".to_owned()),
        },
        ..Wanted::new(shop.url(path))
    }
}

#[tokio::test]
async fn a_page_that_is_known_is_asked_for_on_condition_and_may_be_unchanged() {
    let same = answer("304 Not Modified", "ETag: W/\"7\"\r\n", b"");
    let shop = Shop::open([
        ("/same", same),
        ("/moved", answer("302 Found", "Location: /new\r\n", b"")),
        (
            "/new",
            answer(
                "200 OK",
                "ETag: \"8\"\r\nLast-Modified: Wed, 04 Feb 2026 10:00:00 GMT\r\n",
                b"new",
            ),
        ),
    ])
    .await;
    let client = shop.client(1);
    let page = client.fetch(&conditional(&shop, "/same")).await.unwrap();
    assert_eq!((page.status, page.body.len()), (304, 0));
    let request = String::from_utf8(page.request).unwrap();
    assert!(request.contains("if-none-match: W/\"7\"\r\n"), "{request}");
    assert!(
        request.contains("if-modified-since: Tue, 03 Feb 2026 10:00:00 GMT\r\n"),
        "{request}"
    );

    let page = client.fetch(&conditional(&shop, "/moved")).await.unwrap();
    assert_eq!(page.body, b"new");
    let of = Validators::of(&page);
    assert_eq!(of.etag.as_deref(), Some("\"8\""));
    assert_eq!(
        of.last_modified.as_deref(),
        Some("Wed, 04 Feb 2026 10:00:00 GMT")
    );
    let asked = shop.asked.lock().unwrap().clone();
    let conditions = asked.iter().filter(|head| head.contains("if-none-match"));
    assert_eq!(
        conditions.count(),
        2,
        "where it led, nothing is known: {asked:?}"
    );
    assert!(!asked[0].contains("if-"), "nor of robots.txt");
}

#[tokio::test]
async fn validators_that_are_none_are_not_taken_and_not_sent() {
    let long = format!("ETag: \"{}\"\r\nLast-Modified: \r\n", "x".repeat(600));
    let shop = Shop::open([("/", answer("200 OK", &long, b""))]).await;
    let client = shop.client(1);
    let page = client.fetch(&Wanted::new(shop.url("/"))).await.unwrap();
    assert!(Validators::of(&page).is_empty());
    let wanted = Wanted {
        known: Validators {
            etag: Some("7\r\nX-Evil: 1".to_owned()),
            last_modified: None,
        },
        ..Wanted::new(shop.url("/"))
    };
    client.fetch(&wanted).await.unwrap();
    assert!(
        shop.asked
            .lock()
            .unwrap()
            .iter()
            .all(|head| !head.to_lowercase().contains("evil"))
    );
}

#[tokio::test]
async fn cookies_go_back_where_a_platform_needs_them_and_stand_in_the_request_that_is_kept() {
    let paths = || {
        [
            (
                "/enter",
                answer(
                    "302 Found",
                    "Set-Cookie: basket=7; Path=/\r\nLocation: /shelf\r\n",
                    b"",
                ),
            ),
            ("/shelf", answer("200 OK", "", b"")),
        ]
    };
    for (cookies, sent) in [(true, Some("cookie: basket=7\r\n")), (false, None)] {
        let shop = Shop::open(paths()).await;
        let policy = Policy {
            cookies,
            ..Shop::policy()
        };
        let client = shop.client_with(policy, Duration::from_secs(30));
        let page = client
            .fetch(&Wanted::new(shop.url("/enter")))
            .await
            .unwrap();
        let asked = shop.asked.lock().unwrap().clone();
        assert_eq!(asked[2].as_bytes(), page.request);
        match sent {
            Some(header) => assert!(asked[2].contains(header), "{asked:?}"),
            None => assert!(!asked[2].contains("cookie"), "{asked:?}"),
        }
        assert!(!asked[1].contains("cookie"), "{asked:?}");
    }
}

/// What the log says, in order, in a word or two each.
fn said(dir: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    read(dir, None, &mut |line| {
        lines.push(match line.unwrap().said {
            Said::Began { .. } => "began".to_owned(),
            Said::Limits(_) => "limits".to_owned(),
            Said::Robots(site) => format!("robots {:?}", site.text.unwrap_or_default()),
            Said::Asked(a) => format!(
                "{:?} {} {:?}",
                a.why,
                a.url.path(),
                a.allowed_by.unwrap_or_default()
            ),
            Said::Answered(a) => match a.status {
                Some(status) => format!("{status} {}", a.url.path()),
                None => a.failure.unwrap_or_default(),
            },
        });
    })
    .unwrap();
    lines
}

#[tokio::test]
async fn every_hop_is_written_down_before_it_leaves_and_when_it_has_ended() {
    let robots = answer("200 OK", "", b"User-agent: *\nAllow: /\nDisallow: /no\n");
    let shop = Shop::open([
        ("/robots.txt", robots),
        ("/old", answer("302 Found", "Location: /new\r\n", b"")),
        ("/new", answer("200 OK", "", b"here")),
        ("/reset", Answer::Reset),
    ])
    .await;
    let dir = tempfile::tempdir().unwrap();
    let client = shop.client(1).with_conduct(dir.path()).unwrap();
    client.fetch(&Wanted::new(shop.url("/old"))).await.unwrap();
    assert!(client.fetch(&Wanted::new(shop.url("/no"))).await.is_err());
    let again = Wanted {
        attempt: 1,
        ..Wanted::new(shop.url("/reset"))
    };
    assert!(client.fetch(&again).await.is_err());
    let lines = said(dir.path());
    assert_eq!(
        lines[..10],
        [
            "began",
            "limits",
            "Robots /robots.txt \"\"",
            "200 /robots.txt",
            "robots \"User-agent: *\\nAllow: /\\nDisallow: /no\\n\"",
            "Page /old \"line 2: Allow: /\"",
            "302 /old",
            "Redirect /new \"line 2: Allow: /\"",
            "200 /new",
            "Again /reset \"line 2: Allow: /\"",
        ]
    );
    assert_eq!(lines.len(), 11, "{lines:?}");
}

#[tokio::test]
async fn a_pause_that_one_process_was_asked_for_the_next_one_keeps() {
    let tired = answer("429 Too Many Requests", "Retry-After: 3600\r\n", b"");
    let shop = Shop::open([("/", tired), ("/other", answer("200 OK", "", b""))]).await;
    let dir = tempfile::tempdir().unwrap();
    let client = || shop.client(1).with_conduct(dir.path()).unwrap();
    assert!(client().fetch(&Wanted::new(shop.url("/"))).await.is_err());
    let next = client();
    // What a store kept of an earlier run does not make it forget.
    next.restore(Vec::new(), true);
    let later = next.fetch(&Wanted::new(shop.url("/other"))).await;
    assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
    assert_eq!(shop.paths(), ["/robots.txt", "/"]);
}

#[tokio::test]
async fn without_a_conduct_log_nothing_leaves_and_nothing_is_lost() {
    let shop = Shop::open([("/", answer("200 OK", "", b""))]).await;
    let dir = tempfile::tempdir().unwrap();
    let morning: Time = "2026-02-03T10:00:00Z".parse().unwrap();
    let now = Arc::new(AtomicU64::new(0));
    let passed = now.clone();
    // A clock that stood still would let nothing pass.
    let clock = move || {
        let passed = passed.fetch_add(1, Ordering::SeqCst);
        later(morning, Duration::from_millis(passed))
    };
    let hosts = BTreeMap::from([(shop.address.to_string(), Shop::policy())]);
    let client = Client::with_clock(&FetchConfig::default(), hosts, clock).unwrap();
    let client = client.with_conduct(dir.path()).unwrap();
    let fetch = || async { client.fetch(&Wanted::new(shop.url("/"))).await };
    assert!(fetch().await.is_ok());
    // The file of the next day cannot be made.
    let next = dir.path().join("2026-02-04.jsonl");
    fs::create_dir(&next).unwrap();
    now.store(14 * 3_600_000, Ordering::SeqCst);
    let refused = fetch().await;
    assert!(
        matches!(&refused, Err(Error::Later { cause, .. }) if cause.contains("2026-02-04.jsonl cannot be written")),
        "{refused:?}"
    );
    assert_eq!(shop.paths(), ["/robots.txt", "/"]);
    fs::remove_dir(&next).unwrap();
    assert!(fetch().await.is_ok());
}
