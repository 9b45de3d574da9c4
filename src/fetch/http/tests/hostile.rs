//! Servers that answer what no server should.

use super::*;
use crate::text::decode::{Undecodable, unpack};

const SECOND: Duration = Duration::from_secs(1);

/// What a client that knows nothing yet gets for one page.
async fn fetched(shop: &Shop, path: &str) -> Result<Page, Error> {
    let client = shop.impatient_client(1, 20 * SECOND);
    client.fetch(&Wanted::new(shop.url(path))).await
}

fn raw(head: &str, body: &[u8]) -> Answer {
    Answer::Last([head.as_bytes(), b"\r\n\r\n", body].concat())
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure_that_says_why_and_may_be_tried_again() {
    let many = "x: y\r\n".repeat(100_000);
    let large = "x".repeat(4 << 20);
    let cases = [
        ("/empty", Answer::Last(Vec::new()), ""),
        ("/reset", Answer::Reset, ""),
        (
            "/garbage",
            Answer::Last(vec![0xff, 0, 7, b'\n', 200, 13, 10, 13, 10]),
            "HTTP",
        ),
        (
            "/no-status",
            raw("Content-Type: text/html", b"hello"),
            "HTTP",
        ),
        ("/odd-status", raw("HTTP/1.1 42 Odd", b""), "HTTP"),
        (
            "/half-head",
            Answer::Last(b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec()),
            "",
        ),
        (
            "/many",
            raw(&format!("HTTP/1.1 200 OK\r\n{many}x: y"), b""),
            "head",
        ),
        (
            "/large",
            raw(&format!("HTTP/1.1 200 OK\r\nx: {large}"), b""),
            "large",
        ),
        (
            "/longer",
            raw("HTTP/1.1 200 OK\r\nContent-Length: 100", b"hello"),
            "end of file before message length reached",
        ),
        (
            "/two-lengths",
            raw(
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3",
                b"hello",
            ),
            "length",
        ),
        (
            "/bad-length",
            raw("HTTP/1.1 200 OK\r\nContent-Length: many", b"hello"),
            "length",
        ),
        (
            "/huge-length",
            raw(
                "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551614",
                b"hello",
            ),
            "",
        ),
        (
            "/chunk-cut",
            raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"5\r\nhel"),
            "",
        ),
        (
            "/chunks-cut",
            raw(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked",
                b"5\r\nhello\r\n",
            ),
            "",
        ),
        (
            "/chunk-odd",
            raw(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked",
                b"zz\r\nhello\r\n0\r\n\r\n",
            ),
            "chunk",
        ),
        (
            "/chunk-huge",
            raw(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked",
                b"fffffffffffffffffff\r\nhello",
            ),
            "chunk",
        ),
    ];
    let shop = Shop::open(cases.clone().map(|(path, answer, _)| (path, answer))).await;
    for (path, _, words) in cases {
        match fetched(&shop, path).await {
            Err(Error::Failed {
                why, again: true, ..
            }) => {
                assert!(!why.is_empty() && why.contains(words), "{path}: {why}");
                assert!(why.len() < 300, "{path}: {why}");
            }
            other => panic!("{path}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_odd_but_an_answer_is_kept_as_it_came() {
    let shop = Shop::open([
        (
            "/shorter",
            raw("HTTP/1.1 200 OK\r\nContent-Length: 3", b"hello"),
        ),
        ("/999", answer("999 Request Denied", "", b"who are you")),
        (
            "/latin",
            Answer::Last(
                b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Length: 2\r\n\r\nhi".to_vec(),
            ),
        ),
        ("/old", raw("HTTP/1.0 200 OK", b"until the end")),
        ("/no-reason", raw("HTTP/1.1 200", b"fine")),
        (
            "/lone-feeds",
            Answer::Last(b"HTTP/1.1 200 OK\nContent-Length: 4\n\nfine".to_vec()),
        ),
        ("/cut", answer("200 OK", "", &[b'x'; 100_001])),
        ("/whole", answer("200 OK", "", &[b'x'; 100_000])),
    ])
    .await;
    for (path, status, body) in [
        ("/shorter", 200, "hel"),
        ("/999", 999, "who are you"),
        ("/latin", 200, "hi"),
        ("/old", 200, "until the end"),
        ("/no-reason", 200, "fine"),
        ("/lone-feeds", 200, "fine"),
    ] {
        let page = fetched(&shop, path).await.unwrap();
        assert_eq!(
            (page.status, &page.body[..]),
            (status, body.as_bytes()),
            "{path}"
        );
        assert!(!page.truncated, "{path}");
    }
    let latin = fetched(&shop, "/latin").await.unwrap();
    assert_eq!(latin.header("x-name"), Some("café"));
    assert!(latin.head.windows(4).any(|four| four == b"caf\xe9"));
    for (path, truncated) in [("/cut", true), ("/whole", false)] {
        let page = fetched(&shop, path).await.unwrap();
        assert_eq!(
            (page.body.len(), page.truncated),
            (100_000, truncated),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_redirect_leads_out_of_the_public_web() {
    let places = [
        "file:///etc/passwd",
        "ftp://ftp.example.org/",
        "gopher://example.org/",
        "javascript:alert(1)",
        "data:text/html,hello",
        "http://10.0.0.1/",
        "//192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://2130706433/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a00:1]/",
        "http://[fd00::1]/",
        "http://１２７.０.０.１/",
        "http://me:secret@example.org/",
    ];
    for place in places {
        let moved = answer("302 Found", &format!("Location: {place}\r\n"), b"");
        let shop = Shop::open([("/", moved)]).await;
        let refused = fetched(&shop, "/").await;
        assert!(
            matches!(refused, Err(Error::Guarded { .. })),
            "{place}: {refused:?}"
        );
        assert_eq!(shop.paths(), ["/robots.txt", "/"], "{place}");
    }
    for (place, words) in [
        ("Location: http://[\r\n", "redirect to 'http://['"),
        ("Location: http://\r\n", "redirect to 'http://'"),
        ("", "without a place"),
    ] {
        let shop = Shop::open([("/", answer("302 Found", place, b""))]).await;
        match fetched(&shop, "/").await {
            Err(Error::Failed {
                why, again: false, ..
            }) => assert!(why.contains(words), "{why}"),
            other => panic!("{place}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn redirects_without_end_end() {
    let shop = Shop::open([
        ("/self", answer("302 Found", "Location: /self\r\n", b"")),
        (
            "/ping",
            answer("307 Temporary Redirect", "Location: /pong\r\n", b""),
        ),
        (
            "/pong",
            answer("308 Permanent Redirect", "Location: /ping\r\n", b""),
        ),
    ])
    .await;
    for path in ["/self", "/ping"] {
        let failed = fetched(&shop, path).await;
        assert!(
            matches!(&failed, Err(Error::Failed { why, again: false, .. }) if why == "more than 10 redirects"),
            "{failed:?}"
        );
    }
    assert_eq!(shop.paths().len(), 2 * (1 + 11));
}

#[tokio::test]
async fn a_robots_txt_that_never_ends_or_leads_round_and_round_puts_the_site_out_of_reach() {
    let round = answer("301 Moved Permanently", "Location: /robots.txt\r\n", b"");
    let forever = answer(
        "200 OK",
        "Content-Encoding: gzip\r\n",
        &zipped(&" ".repeat(8 << 20)),
    );
    for (robots, words) in [(round, "more than 5 redirects"), (forever, "once unpacked")] {
        let shop = Shop::open([("/robots.txt", robots), ("/", answer("200 OK", "", b""))]).await;
        let later = fetched(&shop, "/").await;
        assert!(
            matches!(&later, Err(Error::Later { cause, .. }) if cause.contains(words)),
            "{later:?}"
        );
        assert!(shop.paths().iter().all(|path| path == "/robots.txt"));
    }
    // Only the first 500 KiB count, and what follows is not waited for.
    let shop = Shop::open([
        ("/robots.txt", Answer::Endless),
        ("/", answer("200 OK", "", b"")),
    ])
    .await;
    assert_eq!(fetched(&shop, "/").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_packed_bomb_is_kept_small_and_stops_at_the_limit_when_it_is_unpacked() {
    let body = zipped(&"0".repeat(8 << 20));
    let bomb = answer(
        "200 OK",
        "Content-Encoding: gzip\r\n",
        &body[..body.len() / 2],
    );
    let shop = Shop::open([("/", bomb)]).await;
    let page = fetched(&shop, "/").await.unwrap();
    assert!(page.body.len() <= 100_000);
    let unpacked = unpack(&page.body, page.header("content-encoding"), 1 << 20);
    assert_eq!(unpacked, Err(Undecodable::TooLarge { limit: 1 << 20 }));
}

#[tokio::test]
async fn a_page_that_fails_costs_its_host_a_pause_and_others_nothing() {
    let bad = Shop::open([("/", Answer::Reset)]).await;
    let good = Shop::open([("/", answer("200 OK", "", b"fine"))]).await;
    let hosts = [&bad, &good].map(|shop| (shop.address.to_string(), Shop::policy()));
    let client = Client::new(&FetchConfig::default(), BTreeMap::from(hosts)).unwrap();
    assert!(client.fetch(&Wanted::new(bad.url("/"))).await.is_err());
    let later = client.fetch(&Wanted::new(bad.url("/"))).await;
    assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
    assert_eq!(
        client
            .fetch(&Wanted::new(good.url("/")))
            .await
            .unwrap()
            .body,
        b"fine"
    );
}
