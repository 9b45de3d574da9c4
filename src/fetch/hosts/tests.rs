//! Turns of hosts on tokio's paused clock, and by moments of the test's own.

mod leaving;
mod servers;

use tokio::time::Instant;

use super::{
    super::{address::tests::knowing, pace::later},
    *,
};
use crate::text::{hours::Hours, measure::Rate};

const HOST: &str = "shop.test:80";

pub(in crate::fetch) fn url(host: &str) -> Url {
    Url::parse(&format!("http://{host}/")).unwrap()
}

fn shop() -> Url {
    url("shop.test")
}

fn start() -> Time {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

pub(in crate::fetch) fn at(seconds: f64) -> Time {
    later(start(), Duration::from_secs_f64(seconds))
}

fn policy(concurrency: u32) -> Policy {
    Policy {
        rate: Rate {
            count: 1,
            per: Duration::from_secs(2),
        },
        concurrency,
        loopback: false,
        quiet: Hours::default(),
        cookies: false,
    }
}

/// Hosts on tokio's paused clock, asked once in two seconds. `shop.test` has a server of its own, `one.test` to
/// `four.test` share one, and `five.test` has that one beside another.
fn hosts_under(policy: Policy, latency_factor: f64) -> Hosts {
    let begun = Instant::now();
    let clock = Clock(Arc::new(move || later(start(), begun.elapsed())));
    hosts_by(clock, policy, latency_factor)
}

fn hosts_by(clock: Clock, policy: Policy, latency_factor: f64) -> Hosts {
    let lookup = knowing(&[
        ("shop.test", &["93.184.216.1"]),
        ("one.test", &["93.184.216.2"]),
        ("two.test", &["93.184.216.2"]),
        ("three.test", &["93.184.216.2"]),
        ("four.test", &["93.184.216.2"]),
        ("five.test", &["93.184.216.3", "93.184.216.2"]),
    ]);
    let guard = Guard::new([], lookup, clock.clone());
    let policies = Policies {
        usual: policy,
        named: BTreeMap::new(),
        latency_factor,
    };
    Hosts::new(policies, "listwarden".to_owned(), guard, clock)
}

/// As `hosts_under`, all names looked up already.
pub(in crate::fetch) async fn hosts(concurrency: u32) -> Hosts {
    looked_up(hosts_under(policy(concurrency), 2.0)).await
}

async fn looked_up(hosts: Hosts) -> Hosts {
    for name in ["shop", "one", "two", "three", "four", "five"] {
        let place = url(&format!("{name}.test"));
        hosts.guard.addresses(&place).await.unwrap();
    }
    hosts
}

fn failed() -> Outcome {
    Outcome::Failed("timeout".to_owned())
}

fn pace(seconds: f64) -> Result<(), Waiting> {
    Err(Waiting::Pace { until: at(seconds) })
}

fn shared(seconds: f64) -> Result<(), Waiting> {
    Err(Waiting::Shared {
        until: at(seconds),
        address: "93.184.216.2".to_owned(),
    })
}

/// A request that has left as soon as it might.
async fn under_way(hosts: &Hosts, url: &Url) -> Place {
    let turn = hosts.admit(url).await.unwrap();
    turn.place
}

async fn pass_time(seconds: f64) {
    tokio::time::advance(Duration::from_secs_f64(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn every_request_waits_its_turn_and_says_what_it_kept() {
    let hosts = hosts(3).await;
    let mut last: Option<Time> = None;
    for n in 0..4 {
        let turn = hosts.admit(&shop()).await.unwrap();
        let kept = last.map(|last| Duration::try_from(turn.at - last).unwrap());
        assert_eq!(turn.kept, kept);
        assert_eq!(
            (turn.owed, turn.because),
            (Duration::from_secs(2), "rate"),
            "request {n}"
        );
        if let Some(kept) = kept {
            assert!(kept >= Duration::from_millis(2040), "request {n}: {kept:?}");
            assert!(kept < Duration::from_secs(3), "request {n}: {kept:?}");
        }
        last = Some(turn.at);
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_than_slots_are_under_way() {
    let hosts = hosts(2).await;
    let first = under_way(&hosts, &shop()).await;
    let _second = under_way(&hosts, &shop()).await;
    assert_eq!(hosts.view(HOST, at(5.0)).unwrap().under_way, 2);
    let long = Duration::from_secs(3600);
    assert!(timeout(long, hosts.admit(&shop())).await.is_err());
    assert!(matches!(
        hosts.turn(HOST, hosts.clock.now()),
        Err(Waiting::Pace { .. })
    ));
    drop(first);
    assert_eq!(hosts.turn(HOST, hosts.clock.now()), Ok(()));
    assert!(hosts.admit(&shop()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_turn_is_given_away_once_and_whoever_never_comes_is_not_waited_for() {
    let hosts = hosts(1).await;
    assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
    assert_eq!(hosts.turn(HOST, at(0.5)), pace(2.0));
    let first = under_way(&hosts, &shop()).await;
    assert_eq!(hosts.turn(HOST, at(1.0)), pace(2.04));
    assert_eq!(hosts.turn(HOST, at(3.0)), pace(4.0), "its slot is taken");
    drop(first);
    assert_eq!(hosts.turn(HOST, at(4.0)), Ok(()));
    assert_eq!(hosts.turn(HOST, at(5.0)), pace(6.0), "promised");
    assert_eq!(hosts.turn(HOST, at(6.1)), Ok(()), "nobody came");
}

#[tokio::test(start_paused = true)]
async fn a_turn_forgone_is_given_again_at_once_and_a_look_takes_none() {
    let hosts = hosts(1).await;
    assert_eq!(hosts.waiting(HOST, at(0.0)), None);
    assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
    assert!(hosts.turn(HOST, at(0.0)).is_err());
    hosts.forgo(HOST);
    assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_when_a_pause_begins_is_told_to_come_later() {
    let hosts = hosts(2).await;
    let _first = under_way(&hosts, &shop()).await;
    let place = shop();
    let (second, _) = tokio::join!(hosts.admit(&place), async {
        let asked = Some(Duration::from_secs(300));
        hosts.settle(HOST, Outcome::Pause { status: 429, asked }, None)
    });
    assert!(matches!(second, Err(Error::Later { until, .. }) if until == at(300.0)));
    assert!(matches!(
        hosts.turn(HOST, at(299.0)),
        Err(Waiting::Backoff { until, .. }) if until == at(300.0)
    ));
    assert_eq!(hosts.turn(HOST, at(300.0)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_crawl_delay_longer_than_the_rate_holds_and_is_kept() {
    let hosts = hosts(1).await;
    drop(hosts.admit(&shop()).await.unwrap());
    let robots = "User-agent: *\nCrawl-delay: 20\n".to_owned();
    hosts.read_site(HOST, Ok(Some(robots)));
    assert_eq!(hosts.turn(HOST, at(3.0)), pace(20.05));
    let view = hosts.view(HOST, at(3.0)).unwrap();
    assert_eq!((view.delay, view.because.as_str()), (20.0, "crawl-delay"));
    let again = self::hosts(1).await;
    again.restore(vec![hosts.state(HOST).unwrap()], true);
    assert_eq!(again.state(HOST), hosts.state(HOST));
    assert_eq!(again.turn(HOST, at(3.0)), pace(20.05));
    assert!(matches!(again.site(HOST).0, Site::Read { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_robots_file_out_of_reach_is_asked_for_again_after_a_while() {
    let hosts = hosts(1).await;
    hosts.read_site(HOST, Err("robots.txt: answered 500".to_owned()));
    assert_eq!(
        hosts.turn(HOST, at(1.0)),
        Err(Waiting::Robots { until: at(60.0) })
    );
    let kept = hosts.state(HOST).unwrap();
    assert_eq!(kept.blocked_until, Some(at(60.0)));
    pass_time(61.0).await;
    assert!(matches!(hosts.site(HOST).0, Site::Unread));
}

#[tokio::test(start_paused = true)]
async fn after_an_unclean_stop_every_host_waits_its_whole_delay() {
    let hosts = hosts(1).await;
    hosts.restore(Vec::new(), false);
    assert_eq!(hosts.turn(HOST, at(0.0)), pace(2.04));
    let unknown = hosts.admit(&shop()).await.unwrap();
    assert!(unknown.at >= at(2.04));
    hosts.restore(Vec::new(), true);
    assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_costs_one_delay_not_the_difference() {
    let now = Arc::new(Mutex::new(at(86_400.0)));
    let shown = Arc::clone(&now);
    let clock = Clock(Arc::new(move || *shown.lock().unwrap()));
    let hosts = looked_up(hosts_by(clock, policy(1), 2.0)).await;
    drop(hosts.admit(&url("one.test")).await.unwrap());
    *now.lock().unwrap() = at(0.0);
    assert_eq!(hosts.turn("one.test:80", at(0.0)), pace(2.04));
    assert_eq!(hosts.turn("two.test:80", at(0.0)), shared(2.04));
    assert_eq!(hosts.turn("two.test:80", at(2.04)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn after_five_failures_one_request_goes_ahead_and_decides() {
    let hosts = hosts(3).await;
    let mut now = 0.0;
    for _ in 0..5 {
        hosts.settle(HOST, failed(), None);
        pass_time(3600.0).await;
        now += 3600.0;
    }
    assert_eq!(hosts.view(HOST, at(now)).unwrap().failures, 5);
    assert_eq!(hosts.turn(HOST, at(now)), Ok(()));
    assert!(matches!(
        hosts.turn(HOST, at(now)),
        Err(Waiting::Probe { .. })
    ));
    let probe = under_way(&hosts, &shop()).await;
    now += 1000.0;
    pass_time(1000.0).await;
    assert!(matches!(
        hosts.turn(HOST, at(now)),
        Err(Waiting::Probe { .. })
    ));
    assert!(matches!(
        hosts.waiting(HOST, at(now)),
        Some(Waiting::Probe { .. })
    ));
    let place = shop();
    let other = hosts.admit(&place);
    tokio::pin!(other);
    let long = Duration::from_secs(60);
    assert!(
        timeout(long, &mut other).await.is_err(),
        "the try goes alone"
    );
    hosts.settle(HOST, Outcome::Answered, None);
    drop(probe);
    assert!(timeout(long, other).await.unwrap().is_ok());
    let view = hosts.view(HOST, hosts.clock.now()).unwrap();
    assert_eq!((view.failures, view.because.as_str()), (0, "trouble"));
}

#[tokio::test(start_paused = true)]
async fn a_try_that_fails_opens_the_breaker_for_twice_as_long_also_after_a_restart() {
    let hosts = hosts(1).await;
    let mut pause = Duration::ZERO;
    for _ in 0..6 {
        let (until, _) = hosts.settle(HOST, failed(), None).unwrap();
        pause = length(hosts.clock.now(), until);
        tokio::time::advance(pause).await;
    }
    assert_eq!(pause, Duration::from_secs(64), "2 s, doubled five times");
    let state = hosts.state(HOST).unwrap();
    hosts.restore(vec![state], false);
    let (until, _) = hosts.settle(HOST, failed(), None).unwrap();
    assert_eq!(length(hosts.clock.now(), until), 2 * pause);
    let state = hosts.state(HOST).unwrap();
    hosts.restore(vec![state], true);
    let open = hosts.turn(HOST, hosts.clock.now());
    assert_eq!(open.unwrap_err().until(), until, "open, and still open");
}

#[tokio::test(start_paused = true)]
async fn a_try_that_is_given_up_makes_room_for_the_next() {
    let hosts = hosts(2).await;
    for _ in 0..5 {
        hosts.settle(HOST, failed(), None);
        pass_time(3600.0).await;
    }
    let probe = hosts.admit(&shop()).await.unwrap();
    drop(probe);
    pass_time(3600.0).await;
    assert!(hosts.admit(&shop()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_an_older_version_kept_still_holds() {
    let hosts = hosts(1).await;
    let kept = r#"{
        "host": "shop.test:80", "next_due": "2026-01-01T00:00:05.5Z", "blocked_until": "2026-01-01T00:00:05Z",
        "blocked_cause": "timeout", "failures": 1, "robots": null, "robots_until": null
    }"#;
    hosts.restore(vec![serde_json::from_str(kept).unwrap()], true);
    assert!(matches!(
        hosts.turn(HOST, at(4.0)),
        Err(Waiting::Backoff { until, .. }) if until == at(5.0)
    ));
    assert_eq!(hosts.turn(HOST, at(5.0)), pace(5.5));
    assert_eq!(hosts.view(HOST, at(5.0)).unwrap().because, "rate");
}

#[tokio::test(start_paused = true)]
async fn nothing_leaves_in_quiet_hours_and_whoever_waits_then_comes_later() {
    let quiet = Policy {
        quiet: "00:00-06:00 UTC".parse().unwrap(),
        ..policy(1)
    };
    let hosts = hosts_under(quiet, 2.0);
    let morning = at(6.0 * 3600.0);
    assert_eq!(
        hosts.turn(HOST, at(0.0)),
        Err(Waiting::Quiet { until: morning })
    );
    let later = hosts.admit(&shop()).await;
    assert!(
        matches!(&later, Err(Error::Later { until, cause, .. }) if *until == morning && cause == "quiet hours"),
        "{later:?}"
    );
    // A second before midnight one leaves; the next one's turn comes when the hours have begun.
    pass_time(86_400.0 - 1.0).await;
    drop(hosts.admit(&shop()).await.unwrap());
    let next = hosts.admit(&shop()).await;
    assert!(
        matches!(&next, Err(Error::Later { cause, .. }) if cause == "quiet hours"),
        "{next:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn of_a_pause_and_quiet_hours_the_longer_is_told() {
    let quiet = Policy {
        quiet: "00:00-06:00 UTC".parse().unwrap(),
        ..policy(1)
    };
    let hosts = hosts_under(quiet, 2.0);
    for (asked, until) in [(60, 6 * 3600), (80_000, 80_000)] {
        let asked = Some(Duration::from_secs(asked));
        hosts.settle(HOST, Outcome::Pause { status: 503, asked }, None);
        let waiting = hosts.turn(HOST, at(0.0)).unwrap_err();
        assert_eq!(waiting.until(), at(f64::from(until)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_is_asked_less_when_it_answers_slowly() {
    let hosts = hosts(2).await;
    drop(hosts.admit(&shop()).await.unwrap());
    hosts.settle(HOST, Outcome::Answered, Some(Duration::from_secs(10)));
    let view = hosts.view(HOST, at(1.0)).unwrap();
    assert_eq!(
        (view.delay, view.because.as_str()),
        (10.0, "latency"),
        "twice as long, for two at once"
    );
    drop(hosts.admit(&shop()).await.unwrap());
    assert!(hosts.clock.now() >= at(10.0));
}
