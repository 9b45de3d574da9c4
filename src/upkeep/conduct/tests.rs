//! Logs of our own writing, each with one thing wrong.

mod log;

use std::fs;

use log::{Log, ROBOTS, SHOP, at};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn proved(text: &str, since: Option<Time>) -> Conduct {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("2026-02-03.jsonl"), text).unwrap();
    conduct(dir.path(), since).unwrap()
}

fn only(broken: Vec<(Rule, String)>, rule: Rule, words: &str) {
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert_eq!(broken[0].0, rule, "{broken:?}");
    assert!(broken[0].1.contains(words), "{broken:?}");
}

#[test]
fn a_log_that_keeps_to_everything_proves_it() {
    let mut log = Log::ready(ROBOTS);
    log.visit(5.1, "/a");
    log.visit(10.4, "/b");
    let report = log.proved(None);
    assert_eq!(report.breaches, []);
    assert_eq!((report.requests, report.unreadable), (3, 0));
    assert_eq!((report.from, report.until), (Some(at(0.0)), Some(at(10.4))));
    let shop = &report.hosts[0];
    assert_eq!(
        (shop.host.as_str(), shop.requests, shop.robots),
        (SHOP, 3, 1)
    );
    assert_eq!((shop.limit, shop.most, shop.concurrency), (5.0, 1, 1));
    assert!((shop.shortest.unwrap() - 5.1).abs() < 1e-6, "{shop:?}");
}

#[test]
fn no_log_at_all_is_no_request() {
    let dir = tempfile::tempdir().unwrap();
    let report = conduct(&dir.path().join("none"), None).unwrap();
    assert_eq!(report, Conduct::default());
}

#[test]
fn the_delay_is_reckoned_from_limits_and_robots_txt_not_from_what_is_said_to_be_owed() {
    let mut log = Log::ready("");
    log.visit(1.9, "/a");
    only(
        log.broken(),
        Rule::Interval,
        "1.900 s after the request before",
    );
    let mut log = Log::ready(ROBOTS);
    log.visit(4.0, "/a");
    only(
        log.broken(),
        Rule::Interval,
        "4.000 s after the request before",
    );
}

#[test]
fn more_under_way_than_allowed_is_a_breach_and_what_died_with_its_process_is_not_under_way() {
    let mut log = Log::ready("");
    log.ask(3.0, SHOP, "/a", "page");
    log.ask(6.0, SHOP, "/b", "page");
    only(
        log.broken(),
        Rule::Concurrency,
        "2 requests under way together",
    );

    for (alone, breaches) in [(true, 0), (false, 1)] {
        let mut log = Log::ready("");
        log.ask(3.0, SHOP, "/a", "page");
        log.process = 8;
        log.say(4.0, json!({"what": "began", "alone": alone}));
        log.limits(SHOP, "");
        log.robots(SHOP, 0.1, "");
        log.ask(6.0, SHOP, "/b", "page");
        assert_eq!(log.broken().len(), breaches, "alone: {alone}");
    }

    let mut log = Log::ready("");
    log.ask(3.0, SHOP, "/a", "page");
    log.ask(33.1, SHOP, "/b", "page");
    assert_eq!(log.broken(), [], "the first has long run out of time");
}

#[test]
fn a_pause_that_was_asked_for_is_reckoned_from_the_answer() {
    for (status, seconds, breaches) in [
        (429, 60.0, 1),
        (429, 101.0, 0),
        (503, 60.0, 1),
        (200, 60.0, 0),
    ] {
        let mut log = Log::ready("");
        log.ask(3.0, SHOP, "/a", "page");
        // What the line says about the end of the pause does not count.
        let until = at(4.0).to_string();
        log.answer(
            4.0,
            json!({"status": status, "retry_after": 100.0, "pause_until": until}),
        );
        log.visit(seconds + 4.0, "/b");
        let broken = log.broken();
        assert_eq!(broken.len(), breaches, "{status} {seconds} {broken:?}");
        assert!(broken.iter().all(|(rule, _)| *rule == Rule::Pause));
    }
}

#[test]
fn quiet_hours_are_quiet_for_robots_txt_too() {
    let mut log = Log::begun();
    log.limits(SHOP, "10:00-11:00 UTC");
    log.ask(5.0, SHOP, "/robots.txt", "robots");
    log.answer(5.1, json!({"status": 404}));
    only(log.broken(), Rule::Quiet, "10:00-11:00 UTC");
}

#[test]
fn what_robots_txt_forbids_is_decided_anew() {
    let mut log = Log::ready(ROBOTS);
    log.visit(6.0, "/cart/1");
    only(log.broken(), Rule::Robots, "line 2: Disallow: /cart");

    let mut log = Log::begun();
    log.visit(6.0, "/a");
    only(log.broken(), Rule::Robots, "was not read");

    let mut log = Log::ready("");
    log.visit(86_405.0, "/a");
    only(log.broken(), Rule::Robots, "robots.txt was 86405 s old");

    let mut log = Log::begun();
    let until = at(60.0).to_string();
    log.say(
        0.0,
        json!({"what": "robots", "host": SHOP, "until": until, "unreachable": "answered 500"}),
    );
    log.visit(6.0, "/a");
    only(log.broken(), Rule::Robots, "out of reach");

    let mut log = Log::ready(ROBOTS);
    let robots = log.lines.last_mut().unwrap();
    robots["text"] = json!("User-agent: *\nAllow: /\n");
    log.visit(6.0, "/cart/1");
    only(log.broken(), Rule::Robots, "not the one read");

    let mut log = Log::begun();
    let none = at(86_400.0).to_string();
    log.say(0.0, json!({"what": "robots", "host": SHOP, "until": none}));
    log.visit(6.0, "/cart/1");
    assert_eq!(
        log.broken(),
        [],
        "a site without a robots.txt forbids nothing"
    );
}

#[test]
fn a_page_does_not_pass_for_a_robots_txt_but_where_one_leads_does() {
    let mut log = Log::ready(ROBOTS);
    log.ask(6.0, SHOP, "/cart/robots", "robots");
    log.answer(6.1, json!({"status": 200}));
    only(log.broken(), Rule::Robots, "Disallow: /cart");

    let mut log = Log::begun();
    log.ask(0.0, SHOP, "/robots.txt", "robots");
    log.answer(
        0.1,
        json!({"status": 301, "to": "https://shop.test/cart/robots"}),
    );
    log.ask(3.0, SHOP, "/cart/robots", "robots");
    log.answer(3.1, json!({"status": 200}));
    assert_eq!(log.broken(), []);
}

#[test]
fn a_user_agent_without_its_contact_and_a_host_without_limits_are_named() {
    let mut log = Log::ready("");
    let limits = log.lines.iter_mut().find(|line| line["what"] == "limits");
    limits.unwrap()["agent"] = json!("listwarden/1");
    let broken = log.broken();
    assert!(
        broken.iter().all(|(rule, _)| *rule == Rule::Agent),
        "{broken:?}"
    );

    let mut log = Log::ready("");
    log.ask(5.0, "other.test:443", "/", "page");
    only(log.broken(), Rule::Limits, "no limits are written down");
}

#[test]
fn two_names_of_one_server_keep_their_distance_in_whichever_order_they_are_answered() {
    let other = "other.test:443";
    for (gap, swapped, breaches) in [
        (0.5, false, 1),
        (0.5, true, 1),
        (2.5, false, 0),
        (2.5, true, 0),
    ] {
        let mut log = Log::ready("");
        log.limits(other, "");
        log.robots(other, 0.2, "");
        log.ask(10.0, SHOP, "/a", "page");
        log.ask(10.0 + gap, other, "/b", "page");
        let answer = |log: &mut Log, place: &str| {
            log.answer(14.0, json!({"status": 200, "address": place}));
            log.lines.pop().unwrap()
        };
        let second = answer(&mut log, "93.184.216.34:80");
        let mut first = second.clone();
        first["host"] = json!(SHOP);
        first["request"] = json!(2);
        first["address"] = json!("93.184.216.34:443");
        log.lines.extend(if swapped {
            [second, first]
        } else {
            [first, second]
        });
        let broken = log.broken();
        assert_eq!(broken.len(), breaches, "{broken:?}");
        assert!(
            broken.iter().all(|(rule, found)| *rule == Rule::Shared
                && found.contains("shop.test:443, also at 93.184.216.34")),
            "{broken:?}"
        );
    }
}

#[test]
fn lines_that_are_none_are_counted_and_hide_nothing() {
    let mut log = Log::ready("");
    log.visit(1.0, "/a");
    let text = log.text();
    let torn = format!(
        "{}\n\n\u{fffd}\0\n[]\n{text}{{\"at\":\"2026-02",
        &text[..40]
    );
    let report = proved(&torn, None);
    assert_eq!((report.unreadable, report.breaches.len()), (4, 1));
    let first = report.first_unreadable.unwrap();
    assert!(first.contains("2026-02-03.jsonl, line 1: "), "{first}");
}

#[test]
fn only_what_was_asked_since_then_is_judged_by_all_that_was_before() {
    let mut log = Log::ready("");
    log.visit(1.0, "/a");
    log.ask(5.0, SHOP, "/b", "page");
    log.answer(5.1, json!({"status": 429, "retry_after": 3600.0}));
    log.visit(100.0, "/c");
    let report = log.proved(Some(at(50.0)));
    assert_eq!(report.requests, 1);
    assert_eq!(report.breaches.len(), 1, "{report:?}");
    assert_eq!(report.breaches[0].which, Rule::Pause);
    assert_eq!(log.proved(None).breaches.len(), 2);
    assert_eq!(log.proved(Some(at(101.0))).requests, 0);
}

#[test]
fn a_clock_set_back_and_lines_the_other_way_round_are_no_breach() {
    let mut log = Log::ready("");
    log.visit(4000.0, "/a");
    log.visit(10.0, "/b");
    log.visit(4000.5, "/c");
    assert_eq!(log.broken(), []);
    let mut log = Log::ready("");
    log.visit(10.0, "/b");
    log.visit(9.5, "/a");
    only(log.broken(), Rule::Interval, "0.500 s");
}

proptest! {
    #[test]
    fn every_gap_that_is_too_short_is_found_and_no_other(gaps in proptest::collection::vec(0u32..4_000_000, 1..40)) {
        let mut log = Log::ready("");
        let mut now = 0.0;
        for gap in &gaps {
            now += f64::from(*gap) / 1e6;
            log.visit(now, "/a");
        }
        // A tenth of a second under way, so that what follows sooner is also one too many.
        let short = gaps.iter().filter(|gap| **gap < 1_999_000).count();
        let found = log.proved(None).breaches;
        let intervals = found.iter().filter(|b| b.which == Rule::Interval).count();
        prop_assert_eq!(intervals, short);
    }
}
