//! Whole crawls over hosts that answer as a script says, on tokio's paused clock.

mod town;

use std::sync::Mutex;

use url::Url;

use super::*;
use crate::{
    crawl::{CampaignConfig, Order, last_run, tests::kettle},
    model::Waiting,
    watch::alarms,
};
use town::{Answer, Town, later};

fn order(platforms: &[&str]) -> Order {
    Order {
        campaigns: vec![CampaignConfig {
            id: "kettles".to_owned(),
            platforms: platforms.iter().map(|&p| p.to_owned()).collect(),
            ..CampaignConfig::default()
        }],
        at_once: 8,
        retries: 2,
        patience: Some(Duration::from_secs(1800)),
        ..Order::default()
    }
}

fn home(listings: usize) -> String {
    (0..listings)
        .map(|n| format!(r#"<a href="/item/{n}">{n}</a>"#))
        .collect()
}

/// A start page with so many listings, each of which reads.
fn shop(url: &Url, listings: usize) -> String {
    match url.path() {
        "/" => home(listings),
        path => kettle("20.00").replace(
            "\"1\"",
            &format!("\"{}\"", path.trim_start_matches("/item/")),
        ),
    }
}

#[tokio::test(start_paused = true)]
async fn ctrl_c_waits_a_second_for_an_answer_and_loses_nothing() {
    let town = Town::new();
    let stop = Arc::clone(&town.stop);
    // The start page comes, the listings never do.
    let answer: Answer = Box::new(|url, _| (url.path() == "/").then(|| Ok(home(3))));
    let asked = Arc::clone(&town.asked);
    let stopped = Arc::new(Mutex::new(None));
    let (note, clock) = (Arc::clone(&stopped), town.clock());
    tokio::spawn(async move {
        while asked.lock().unwrap().len() < 4 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        *note.lock().unwrap() = Some(clock());
        stop.store(true, Ordering::Relaxed);
    });
    let (summary, asked) = town.crawl(answer, order(&["a"])).await;
    let took = (town.clock())().duration_since(stopped.lock().unwrap().unwrap());
    assert!(took.as_secs_f64() <= 1.5, "{took}");
    assert_eq!(
        (summary.pages, summary.left, summary.finished),
        (1, 3, false)
    );
    assert_eq!(asked.len(), 4);
    town.stop.store(false, Ordering::Relaxed);
    let good: Answer = Box::new(|url, _| Some(Ok(shop(url, 3))));
    let (rest, _) = town.crawl(good, order(&["a"])).await;
    assert_eq!(
        (rest.pages, rest.new, rest.finished),
        (3, 3, true),
        "{rest:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_out_of_reach_for_too_long_is_left_and_the_next_crawl_goes_on() {
    let town = Town::new();
    let far = later(30.0 * 86_400.0);
    let answer: Answer = Box::new(move |url, _| {
        let down = url.host_str() == Some("b.example");
        let cause = "answered 503".to_owned();
        Some(if down {
            Err(Waiting::Backoff { until: far, cause })
        } else {
            Ok(shop(url, 3))
        })
    });
    let (summary, asked) = town.crawl(answer, order(&[])).await;
    assert_eq!(
        (summary.pages, summary.finished, summary.left),
        (4, false, 1)
    );
    let [left] = &summary.left_hosts[..] else {
        panic!("{summary:?}");
    };
    assert_eq!(
        (left.host.as_str(), left.queued, left.until),
        ("b.example:80", 1, far)
    );
    assert!(
        matches!(&left.waiting, Some(Waiting::Backoff { cause, .. }) if cause == "answered 503")
    );
    assert_eq!(asked.len(), 5, "the one that is down was asked once");
    let last = last_run(&town.store()).unwrap().unwrap();
    assert_eq!((last.number, &last.summary), (1, &summary));
    // Months later it is back.
    tokio::time::advance(Duration::from_secs(60 * 86_400)).await;
    let back: Answer = Box::new(|url, _| Some(Ok(shop(url, 2))));
    let (rest, asked) = town.crawl(back, order(&[])).await;
    assert!(rest.finished && rest.left_hosts.is_empty(), "{rest:?}");
    assert!(
        asked.iter().all(|url| url.host_str() == Some("b.example")),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_stays_down_keeps_the_others_from_no_visit() {
    let town = Town::new();
    let answer = || -> Answer {
        Box::new(|url, now| {
            let until = now.checked_add(Duration::from_secs(86_400)).unwrap();
            let down = url.host_str() == Some("b.example") && url.path() != "/";
            Some(if down {
                Err(Waiting::Robots { until })
            } else {
                Ok(shop(url, 3))
            })
        })
    };
    let order = || Order {
        renew_after: Some(Duration::from_secs(6 * 3600)),
        ..order(&[])
    };
    let (first, _) = town.crawl(answer(), order()).await;
    assert_eq!((first.pages, first.left, first.left_hosts.len()), (5, 3, 1));
    let (soon, _) = town.crawl(answer(), order()).await;
    assert_eq!((soon.pages, soon.left), (0, 3), "the same run goes on");
    tokio::time::advance(Duration::from_secs(2 * 86_400)).await;
    let (next, _) = town.crawl(answer(), order()).await;
    assert_eq!((next.pages, next.left), (5, 3), "{next:?}");
    assert_eq!(last_run(&town.store()).unwrap().unwrap().number, 2);
}

#[tokio::test(start_paused = true)]
async fn short_pauses_and_quiet_hours_are_waited_out_and_use_up_no_attempt() {
    let town = Town::new();
    let pauses = Mutex::new(0);
    let answer: Answer = Box::new(move |url, now| {
        let mut pauses = pauses.lock().unwrap();
        *pauses += 1;
        let after = |seconds| now.checked_add(Duration::from_secs(seconds)).unwrap();
        let cause = "answered 429".to_owned();
        Some(match *pauses {
            1..=9 => Err(Waiting::Backoff {
                until: after(60),
                cause,
            }),
            10 => Err(Waiting::Quiet {
                until: after(2 * 3600),
            }),
            _ => Ok(shop(url, 1)),
        })
    });
    let (summary, _) = town.crawl(answer, order(&["a"])).await;
    assert_eq!(
        (summary.pages, summary.new, summary.finished),
        (2, 1, true),
        "{summary:?}"
    );
    assert!((town.clock())() >= later(2.0 * 3600.0 + 9.0 * 60.0));
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_not_begun_anew_by_whoever_goes_on() {
    let town = Town::new();
    let good = || -> Answer { Box::new(|url, _| Some(Ok(shop(url, 9)))) };
    let first = Order {
        limit: Some(2),
        ..order(&[])
    };
    let budget = |limit: Option<u64>| Order {
        limit,
        platform_pages: [("a".to_owned(), 3)].into(),
        ..first.clone()
    };
    let (first, _) = town.crawl(good(), budget(Some(2))).await;
    assert_eq!(first.pages, 2);
    let (rest, asked) = town.crawl(good(), budget(None)).await;
    assert!(rest.finished, "{rest:?}");
    let a = |url: &&Url| url.host_str() == Some("a.example");
    assert_eq!(first.pages + rest.pages, 3 + 10);
    assert!(asked.iter().filter(a).count() < 3);
    assert_eq!(rest.errors["cut"], 7, "{rest:?}");
    let counts = town.store().host_counts().unwrap();
    assert_eq!((counts[0].done, counts[0].errors["cut"]), (10, 7));
}

#[tokio::test(start_paused = true)]
async fn a_platform_read_worse_than_usual_raises_an_alarm_until_it_is_read_again() {
    let town = Town::new();
    let good = || -> Answer { Box::new(|url, _| Some(Ok(shop(url, 24)))) };
    let order = || Order {
        fresh: true,
        ..order(&["a"])
    };
    let (usual, _) = town.crawl(good(), order()).await;
    assert_eq!(usual.alarms, [], "that it names no seller is its way");
    assert_eq!(town.crawl(good(), order()).await.0.alarms, []);
    let priceless = || -> Answer {
        Box::new(|url, _| {
            Some(Ok(
                shop(url, 24).replace(r#""price":"20.00""#, r#""price":"""#)
            ))
        })
    };
    for _ in 0..2 {
        let (odd, _) = town.crawl(priceless(), order()).await;
        assert_eq!(odd.alarms.len(), 1, "{odd:?}");
        let alarm = &odd.alarms[0];
        assert_eq!(
            (alarm.platform.as_str(), alarm.what.as_str()),
            ("a", "price")
        );
        assert!(
            alarm.message.contains("only 0 of 24 listings had a price"),
            "{alarm:?}"
        );
    }
    let raised =
        |event: &&Event| matches!(event, Event::Alarm { message, .. } if message.contains("price"));
    assert_eq!(town.events.lock().unwrap().iter().filter(raised).count(), 2);
    assert_eq!(alarms(&town.store()).unwrap().len(), 1);
    let blank: Answer = Box::new(|url, _| {
        let blank = url.path() != "/";
        Some(Ok(if blank {
            "<p>moved</p>".to_owned()
        } else {
            home(24)
        }))
    });
    let (blank, _) = town.crawl(blank, order()).await;
    assert!(
        blank.alarms.iter().any(|a| a.what == "listing"),
        "{blank:?}"
    );
    assert_eq!(alarms(&town.store()).unwrap().len(), 2);
    assert_eq!(town.crawl(good(), order()).await.0.alarms, []);
    assert_eq!(alarms(&town.store()).unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn how_the_hosts_stand_is_said_not_oftener_than_once_a_second() {
    let town = Town::new();
    let asked = Mutex::new(0);
    let answer: Answer = Box::new(move |url, now| {
        let again = now.checked_add(Duration::from_secs(5)).unwrap();
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        Some(if (2..20).contains(&*asked) {
            Err(Waiting::Robots { until: again })
        } else {
            Ok(shop(url, 2))
        })
    });
    town.crawl(answer, order(&["a"])).await;
    let events = town.events.lock().unwrap();
    let said: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Hosts { at, hosts } => Some((*at, hosts)),
            _ => None,
        })
        .collect();
    assert!(said.len() > 10, "{}", said.len());
    assert!(
        said.windows(2)
            .all(|w| w[1].0.duration_since(w[0].0).as_secs() >= 1)
    );
    let stood = |host: &crate::model::HostStanding| {
        host.host == "a.example:80"
            && host.queued == 2
            && matches!(host.waiting, Some(Waiting::Robots { .. }))
    };
    assert!(said.iter().any(|(_, hosts)| hosts.iter().any(stood)));
}
