//! A log of our own writing, line by line.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Conduct, Rule, proved};
use crate::{fetch::conduct::sha256, model::Time};

pub(super) const SHOP: &str = "shop.test:443";
pub(super) const ROBOTS: &str = "User-agent: *\nDisallow: /cart\nCrawl-delay: 5\n";

fn start() -> Time {
    "2026-02-03T10:00:00Z".parse().unwrap()
}

pub(super) fn at(seconds: f64) -> Time {
    start() + Duration::from_secs_f64(seconds)
}

/// A log under way: the process, and its lines so far.
pub(super) struct Log {
    pub(super) lines: Vec<Value>,
    pub(super) process: u32,
    requests: u64,
}

impl Log {
    /// A process that is alone, and knows of the shop that it may be asked once in two seconds.
    pub(super) fn begun() -> Self {
        let mut log = Self {
            lines: Vec::new(),
            process: 7,
            requests: 0,
        };
        log.say(0.0, json!({"what": "began", "alone": true}));
        log.limits(SHOP, "");
        log
    }

    /// As `begun`, with the robots.txt read at the start.
    pub(super) fn ready(robots: &str) -> Self {
        let mut log = Self::begun();
        log.ask(0.0, SHOP, "/robots.txt", "robots");
        log.answer(0.1, json!({"status": 200}));
        log.robots(SHOP, 0.1, robots);
        log
    }

    pub(super) fn say(&mut self, seconds: f64, mut said: Value) {
        said["at"] = json!(at(seconds).to_string());
        said["process"] = json!(self.process);
        self.lines.push(said);
    }

    pub(super) fn limits(&mut self, host: &str, quiet: &str) {
        self.say(
            0.0,
            json!({
                "what": "limits", "host": host, "interval": 2.0, "concurrency": 1, "quiet": quiet, "timeout": 30.0,
                "agent": "listwarden/1 (+crawl@lab.test)", "contact": "crawl@lab.test",
            }),
        );
    }

    pub(super) fn robots(&mut self, host: &str, read: f64, text: &str) {
        let sha256 = sha256(text);
        let until = at(read + 86_400.0).to_string();
        self.say(
            read,
            json!({"what": "robots", "host": host, "until": until, "sha256": sha256, "text": text}),
        );
    }

    pub(super) fn ask(&mut self, seconds: f64, host: &str, path: &str, why: &str) {
        self.requests += 1;
        let name = host.split(':').next().unwrap();
        // What is said to be owed and allowed is nothing that a proof could rest on.
        self.say(
            seconds,
            json!({
                "what": "asked", "host": host, "url": format!("https://{name}{path}"), "request": self.requests,
                "why": why, "attempt": 0, "owed": 0.0, "because": "rate", "kept": 9.0, "allowed_by": "line 1: Allow: /",
            }),
        );
    }

    /// The last request is answered.
    pub(super) fn answer(&mut self, seconds: f64, more: Value) {
        let asked = self.lines.iter().rev().find(|line| line["what"] == "asked");
        let asked = asked.unwrap();
        let mut line = json!({"what": "answered", "host": asked["host"], "url": asked["url"], "request": asked["request"]});
        for (key, value) in more.as_object().unwrap() {
            line[key] = value.clone();
        }
        self.say(seconds, line);
    }

    pub(super) fn visit(&mut self, seconds: f64, path: &str) {
        self.ask(seconds, SHOP, path, "page");
        self.answer(seconds + 0.1, json!({"status": 200}));
    }

    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    pub(super) fn proved(&self, since: Option<Time>) -> Conduct {
        proved(&self.text(), since)
    }

    pub(super) fn broken(&self) -> Vec<(Rule, String)> {
        let report = self.proved(None);
        assert_eq!(report.breaches_in_all, report.breaches.len() as u64);
        assert_eq!(report.unreadable, 0, "{report:?}");
        let breaches = report.breaches.into_iter();
        breaches.map(|b| (b.which, b.found)).collect()
    }
}
