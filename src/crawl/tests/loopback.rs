//! The stage with the polite client, against a shop on a loopback address: quiet hours and cookies.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

use super::*;
use crate::{
    fetch::{Client, FetchConfig, Policy},
    model::Waiting,
    text::{hours::Hours, measure::Rate},
};

/// The time of day in a test: each look at it takes a millisecond, for in a time that stands still nothing is ever due.
struct Day(Mutex<Time>);

impl Day {
    fn at(begin: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(begin.parse().unwrap())))
    }

    fn now(&self) -> Time {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(Duration::from_millis(1)).unwrap();
        *now
    }

    fn turn_to(&self, time: Time) {
        let mut now = self.0.lock().unwrap();
        *now = time.max(*now);
    }
}

/// Serves each request, given by its head, with what `answer` makes of it: headers and a body.
fn open(answer: impl Fn(&str) -> (&'static str, String) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (headers, body) = answer(&head(&mut stream));
            let length = body.len();
            let text = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(text.as_bytes());
        }
    });
    address
}

fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn path(head: &str) -> String {
    head.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// As fast as it goes, at any hour, without cookies.
fn policy() -> Policy {
    Policy {
        rate: Rate {
            count: 100_000,
            per: Duration::from_secs(1),
        },
        concurrency: 1,
        loopback: true,
        quiet: Hours::default(),
        cookies: false,
    }
}

fn crawl(fixture: &Fixture, shop: SocketAddr, policy: Policy) -> Summary {
    let config = FetchConfig {
        latency_factor: 0.0,
        ..FetchConfig::default()
    };
    let clock = Arc::clone(&fixture.clock);
    let hosts = BTreeMap::from([(shop.to_string(), policy)]);
    let client = Client::with_clock(&config, hosts, move || clock()).unwrap();
    let platform = PlatformConfig {
        start: vec![format!("http://{shop}/")],
        loopback: true,
        ..platform()
    };
    fixture.crawl_with(client, &[platform], watch(None))
}

#[test]
fn in_its_quiet_hours_a_host_is_asked_nothing_and_after_them_for_all_that_is_left() {
    let evening: Time = "2026-02-03T22:00:00Z".parse().unwrap();
    let morning: Time = "2026-02-04T06:00:00Z".parse().unwrap();
    // They begin when the start page has just come, or before anything was asked.
    for (begin, before) in [("2026-02-03T21:59:00Z", 2), ("2026-02-03T23:00:00Z", 0)] {
        let day = Day::at(begin);
        let asked = Arc::<Mutex<Vec<(Time, String)>>>::default();
        let (time, log) = (Arc::clone(&day), Arc::clone(&asked));
        let shop = open(move |head| {
            let path = path(head);
            log.lock().unwrap().push((time.now(), path.clone()));
            let body = match path.as_str() {
                "/robots.txt" => String::new(),
                "/" => {
                    time.turn_to(evening);
                    r#"<a href="/item/1">one</a> <a href="/item/2">two</a>"#.to_owned()
                }
                _ => kettle("20.00"),
            };
            ("", body)
        });
        let mut fixture = Fixture::new();
        let time = Arc::clone(&day);
        fixture.clock = Arc::new(move || time.now());
        // The night passes as soon as it is told that the host waits for its end.
        let told = Arc::new(Mutex::new(0));
        let (night, count) = (Arc::clone(&day), Arc::clone(&told));
        fixture.report = Arc::new(move |event| {
            let Event::Hosts { hosts, .. } = event else {
                return;
            };
            for host in hosts {
                if let Some(Waiting::Quiet { until }) = host.waiting {
                    assert_eq!(until, morning);
                    *count.lock().unwrap() += 1;
                    night.turn_to(until);
                }
            }
        });
        let policy = Policy {
            quiet: "22:00-06:00 UTC".parse().unwrap(),
            ..policy()
        };
        let summary = crawl(&fixture, shop, policy);
        assert_eq!(
            (summary.pages, summary.new, summary.finished),
            (3, 2, true),
            "{summary:?}"
        );
        let asked = asked.lock().unwrap();
        let early = asked.iter().filter(|(at, _)| *at < evening).count();
        let late = asked.iter().filter(|(at, _)| *at >= morning).count();
        assert_eq!((early, late), (before, 4 - before), "{asked:?}");
        assert_eq!(*told.lock().unwrap(), 1, "told while it waits, not after");
    }
}

#[test]
fn a_shop_that_wants_its_cookie_back_is_read_where_cookies_are_wanted_and_gets_none_elsewhere() {
    for (cookies, new) in [(true, 2), (false, 0)] {
        let sent = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&sent);
        let shop = open(move |head| {
            let cookie = head.lines().find_map(|line| line.strip_prefix("cookie: "));
            let path = path(head);
            let seen = format!("{path} {}", cookie.unwrap_or("none"));
            log.lock().unwrap().push(seen);
            match path.as_str() {
                "/robots.txt" => ("", String::new()),
                "/" => (
                    "Set-Cookie: visitor=7; Path=/\r\n",
                    r#"<a href="/item/1">one</a> <a href="/item/2">two</a>"#.to_owned(),
                ),
                _ if cookie == Some("visitor=7") => ("", kettle("20.00")),
                _ => (
                    "",
                    "<title>Welcome</title><h1>Come in by the door</h1>".to_owned(),
                ),
            }
        });
        let mut fixture = Fixture::new();
        let day = Day::at("2026-02-03T10:00:00Z");
        fixture.clock = Arc::new(move || day.now());
        let summary = crawl(
            &fixture,
            shop,
            Policy {
                cookies,
                ..policy()
            },
        );
        let unread = summary.errors.get("unread").copied().unwrap_or(0);
        assert_eq!(
            (summary.new, unread, summary.finished),
            (new, 2 - new, true),
            "{summary:?}"
        );
        let mut sent = sent.lock().unwrap().clone();
        sent.sort();
        let item = if cookies { "visitor=7" } else { "none" };
        let items = [format!("/item/1 {item}"), format!("/item/2 {item}")];
        assert_eq!(sent[..2], ["/ none", &items[0]]);
        assert_eq!(sent[2..], [&items[1], "/robots.txt none"]);
    }
}
