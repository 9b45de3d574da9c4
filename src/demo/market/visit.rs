//! A visit: what the market answers to one request, and what it notes about it.

use std::sync::atomic::Ordering;

use super::{
    Market, PLATFORMS, Request, lock,
    pages::{Answer, View},
    server::{self, Asked},
    site::{Site, Wanted},
};
use crate::model::Time;

impl Market {
    pub(super) fn view<'a>(&'a self, site: &'a Site, host: &'a str) -> View<'a> {
        View {
            site,
            goods: &self.goods,
            host,
            day: self.day.load(Ordering::Relaxed),
        }
    }

    /// Takes its time, where it was told to.
    pub(super) async fn dawdle(&self) {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
    }

    /// Answers and notes who asked.
    pub(super) fn answer(&self, number: usize, asked: &Asked) -> Answer {
        let answer = self.compose(number, asked);
        let request = Request {
            at: Time::now(),
            platform: PLATFORMS[number],
            path: asked.target.clone(),
            status: answer.status,
            user_agent: asked.agent.clone(),
        };
        lock(&self.log).push(request);
        answer
    }

    fn compose(&self, number: usize, asked: &Asked) -> Answer {
        let site = &self.sites[number];
        if self.is_busy(number, site, &asked.target) {
            let mut answer = Answer::plain(429, "too many requests");
            answer.headers.push(("Retry-After", "1".to_owned()));
            return answer;
        }
        let answer = self.view(site, &asked.host).answer(&asked.target);
        let mut answer = answer.unwrap_or_else(|message| Answer::plain(500, &message));
        let etag = answer
            .headers
            .iter()
            .find(|(name, _)| *name == "ETag")
            .map(|(_, value)| value);
        if etag.is_some() && etag == asked.etag.as_ref() {
            answer.status = 304;
            answer.body.clear();
        } else if self.gzip.unwrap_or(site.file.gzip)
            && asked.gzip
            && server::gzip(&mut answer).is_err()
        {
            return Answer::plain(500, "could not pack the answer");
        }
        answer
    }

    /// Whether this is the first request of a page that is answered with 429 once.
    fn is_busy(&self, number: usize, site: &Site, target: &str) -> bool {
        let Some(Wanted::Item(item)) = site.wanted(target) else {
            return false;
        };
        let marked = site.offers.get(&item).is_some_and(|offer| offer.busy_once);
        self.busy && marked && lock(&self.turned_away).insert((number, item))
    }
}
