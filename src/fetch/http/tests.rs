//! The client against a server of our own on a loopback address.

mod hostile;
mod manners;
mod shop;

use std::sync::atomic::Ordering;

use shop::{Answer, Shop, answer, zipped};
use tokio::sync::Barrier;

use super::*;

#[tokio::test]
async fn a_page_is_kept_as_it_was_on_the_wire() {
    let body = zipped("a fine kettle");
    let html = answer(
        "200 OK",
        "Content-Type: text/html\r\nContent-Encoding: gzip\r\n",
        &body,
    );
    let shop = Shop::open([("/kettle?size=2", html)]).await;
    let client = shop.client(1);
    let page = client
        .fetch(&Wanted::new(shop.url("/kettle?size=2#top")))
        .await
        .unwrap();
    assert_eq!((page.status, page.truncated), (200, false));
    assert_eq!(page.body, body);
    assert_eq!(page.url, shop.url("/kettle?size=2"));
    assert_eq!(page.remote, Some(shop.address));
    assert_eq!(
        String::from_utf8(page.head.clone()).unwrap(),
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
    );
    assert_eq!(page.header("content-encoding"), Some("gzip"));
    let asked = shop.asked.lock().unwrap().clone();
    assert_eq!(asked[1].as_bytes(), page.request);
    assert!(asked[0].starts_with("GET /robots.txt HTTP/1.1\r\n"));
    let agent = format!(
        "user-agent: listwarden/{} (+https://example.org/crawler)\r\n",
        env!("CARGO_PKG_VERSION")
    );
    assert!(asked.iter().all(|head| head.contains(&agent)), "{asked:?}");
}

#[tokio::test]
async fn robots_txt_is_read_once_and_obeyed_at_every_hop() {
    let robots = answer("200 OK", "", b"User-agent: *\nDisallow: /private\n");
    let shop = Shop::open([
        ("/robots.txt", robots),
        (
            "/old",
            answer("301 Moved Permanently", "Location: new#part\r\n", b""),
        ),
        ("/new", answer("200 OK", "", b"here")),
        (
            "/trap",
            answer("302 Found", "Location: /private/list\r\n", b""),
        ),
    ])
    .await;
    let client = shop.client(1);
    assert_eq!(
        client
            .fetch(&Wanted::new(shop.url("/old")))
            .await
            .unwrap()
            .url,
        shop.url("/new")
    );
    for path in ["/private/1", "/trap"] {
        let refused = client.fetch(&Wanted::new(shop.url(path))).await;
        assert!(
            matches!(&refused, Err(Error::Refused { line, .. }) if line == "line 2: Disallow: /private"),
            "{refused:?}"
        );
    }
    assert_eq!(shop.paths(), ["/robots.txt", "/old", "/new", "/trap"]);
}

#[tokio::test]
async fn a_robots_txt_that_comes_packed_is_unpacked_and_a_damaged_one_is_out_of_reach() {
    let packed = answer(
        "200 OK",
        "Content-Encoding: gzip\r\n",
        &zipped("User-agent: *\nDisallow: /private\n"),
    );
    let shop = Shop::open([("/robots.txt", packed)]).await;
    let refused = shop
        .client(1)
        .fetch(&Wanted::new(shop.url("/private/1")))
        .await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    let damaged = answer("200 OK", "Content-Encoding: gzip\r\n", b"no gzip");
    let shop = Shop::open([("/robots.txt", damaged)]).await;
    let later = shop.client(1).fetch(&Wanted::new(shop.url("/"))).await;
    assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
}

#[tokio::test]
async fn without_its_robots_txt_a_host_is_not_asked() {
    let broken = answer("500 Internal Server Error", "", b"");
    let shop = Shop::open([("/robots.txt", broken), ("/", answer("200 OK", "", b""))]).await;
    let client = shop.client(1);
    for _ in 0..2 {
        let later = client.fetch(&Wanted::new(shop.url("/"))).await;
        assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
    }
    assert_eq!(shop.paths(), ["/robots.txt"]);
    assert!(
        client
            .waiting(&shop.address.to_string(), Time::now())
            .is_some()
    );
}

#[tokio::test]
async fn no_redirect_leads_to_another_machine_than_a_public_one() {
    let shop = Shop::open([
        (
            "/a",
            answer("302 Found", "Location: http://10.0.0.1/\r\n", b""),
        ),
        (
            "/b",
            answer("302 Found", "Location: http://2130706433:9/\r\n", b""),
        ),
        (
            "/c",
            answer("302 Found", "Location: http://localhost:9/\r\n", b""),
        ),
        (
            "/d",
            answer("302 Found", "Location: file:///etc/passwd\r\n", b""),
        ),
        ("/e", answer("302 Found", "Location: /e\r\n", b"")),
        ("/f", answer("304 Not Modified", "", b"")),
    ])
    .await;
    let client = shop.client(1);
    for path in ["/a", "/b", "/c", "/d"] {
        let refused = client.fetch(&Wanted::new(shop.url(path))).await;
        assert!(
            matches!(refused, Err(Error::Guarded { .. })),
            "{path}: {refused:?}"
        );
    }
    for path in ["/e", "/f"] {
        let failed = client.fetch(&Wanted::new(shop.url(path))).await;
        assert!(
            matches!(failed, Err(Error::Failed { again: false, .. })),
            "{path}: {failed:?}"
        );
    }
    assert_eq!(shop.paths().iter().filter(|path| *path == "/e").count(), 11);
}

#[tokio::test]
async fn a_body_without_end_is_cut() {
    let shop = Shop::open([("/", Answer::Endless)]).await;
    let page = shop
        .client(1)
        .fetch(&Wanted::new(shop.url("/")))
        .await
        .unwrap();
    assert!(page.truncated);
    assert_eq!(page.body.len(), 100_000);
}

#[tokio::test]
async fn a_dripping_body_runs_out_of_time_and_the_host_gets_a_pause() {
    let shop = Shop::open([("/", Answer::Drip)]).await;
    let client = shop.impatient_client(1, Duration::from_secs(1));
    let failed = client.fetch(&Wanted::new(shop.url("/"))).await;
    assert!(
        matches!(&failed, Err(Error::Failed { why, again: true, .. }) if why == "not complete within 1s"),
        "{failed:?}"
    );
    let later = client.fetch(&Wanted::new(shop.url("/"))).await;
    assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
}

#[tokio::test]
async fn a_429_is_heeded_and_nothing_is_asked_meanwhile() {
    let tired = answer("429 Too Many Requests", "Retry-After: 3600\r\n", b"");
    let shop = Shop::open([("/", tired), ("/other", answer("200 OK", "", b""))]).await;
    let client = shop.client(1);
    let before = Time::now();
    for path in ["/", "/other"] {
        let later = client.fetch(&Wanted::new(shop.url(path))).await;
        assert!(
            matches!(&later, Err(Error::Later { until, .. }) if until.duration_since(before).as_secs() >= 3600),
            "{later:?}"
        );
    }
    assert_eq!(shop.paths(), ["/robots.txt", "/"]);
}

#[tokio::test]
async fn an_error_page_is_a_page_and_a_server_error_a_pause() {
    let shop = Shop::open([("/broken", answer("502 Bad Gateway", "", b"sorry"))]).await;
    let client = shop.client(1);
    assert_eq!(
        client
            .fetch(&Wanted::new(shop.url("/gone")))
            .await
            .unwrap()
            .status,
        404
    );
    assert_eq!(
        client
            .fetch(&Wanted::new(shop.url("/broken")))
            .await
            .unwrap()
            .body,
        b"sorry"
    );
    assert!(matches!(
        client.waiting(&shop.address.to_string(), Time::now()),
        Some(Waiting::Backoff { .. })
    ));
}

#[tokio::test]
async fn requests_to_one_host_go_side_by_side_up_to_its_limit() {
    let pair = Answer::Together(Arc::new(Barrier::new(2)));
    let shop = Shop::open([("/", pair)]).await;
    let client = Arc::new(shop.client(2));
    let asking: Vec<_> = (0..6)
        .map(|_| {
            let (client, url) = (Arc::clone(&client), shop.url("/"));
            tokio::spawn(async move {
                client
                    .fetch(&Wanted::new(url))
                    .await
                    .map(|page| page.status)
            })
        })
        .collect();
    for page in asking {
        assert_eq!(page.await.unwrap().unwrap(), 200);
    }
    assert_eq!(shop.most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_name_that_leads_home_is_refused_by_the_resolver() {
    let shop = Shop::open([("/", answer("200 OK", "", b""))]).await;
    let url = Url::parse(&format!("http://localhost:{}/", shop.address.port())).unwrap();
    let refused = shop.client(1).fetch(&Wanted::new(url)).await;
    assert!(matches!(refused, Err(Error::Guarded { .. })), "{refused:?}");
    assert_eq!(shop.paths().len(), 0);
}
