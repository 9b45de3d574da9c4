//! What a site asks of us: its robots.txt, read at most once at a time and once a day.

use std::sync::Arc;

use url::Url;

use super::{Client, Errand, leads, too_many};
use crate::{
    fetch::{Error, Robots, Validators, conduct::Why, host::Site, host_of, robots},
    model::{Page, Time},
    text::decode::unpack,
};

/// Redirects followed for one robots.txt (RFC 9309, 2.3.1.2).
const HOPS: u32 = 5;

/// A page that may be asked for.
#[derive(Debug)]
pub(super) struct Allowed {
    /// By this line; none where no line speaks of it.
    pub(super) line: Option<String>,
    /// The robots.txt holds until then.
    pub(super) until: Time,
}

impl Client {
    /// The robots.txt of the host of `url`; it is fetched where it is not known.
    ///
    /// # Errors
    /// `Later` where it is out of reach, so that nothing may be asked; `Guarded` where its host may not be asked.
    pub async fn robots(&self, url: &Url) -> Result<Arc<Robots>, Error> {
        self.check(url)?;
        self.rules(url).await.map(|(rules, _)| rules)
    }

    pub(super) async fn obey(&self, url: &Url) -> Result<Allowed, Error> {
        self.check(url)?;
        let (rules, until) = self.rules(url).await?;
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let decision = rules.allowed(&self.agent, path);
        let line = |(number, text)| format!("line {number}: {text}");
        if decision.allowed {
            let line = decision.line.map(line);
            return Ok(Allowed { line, until });
        }
        Err(Error::Refused {
            url: url.clone(),
            line: line(decision.line.unwrap_or_default()),
        })
    }

    /// The rules of the host, and until when they hold.
    async fn rules(&self, url: &Url) -> Result<(Arc<Robots>, Time), Error> {
        let host = host_of(url);
        let site = self.site(&host, url).await?;
        if let Some(conduct) = &self.conduct {
            let noted = conduct.robots(&host, &site);
            noted.map_err(|error| self.unrecorded(url, &error))?;
        }
        match site {
            Site::Read { rules, until, .. } => Ok((rules, until)),
            Site::OutOfReach { until, cause } => Err(Error::Later {
                url: url.clone(),
                until,
                cause,
            }),
            Site::Unread => Ok((Arc::default(), Time::MAX)),
        }
    }

    /// What is known of the host's robots.txt, once it was read.
    async fn site(&self, host: &str, url: &Url) -> Result<Site, Error> {
        let (site, reading) = self.hosts.site(host);
        if !matches!(site, Site::Unread) {
            return Ok(site);
        }
        let _alone = reading.lock().await;
        let (site, _) = self.hosts.site(host);
        if !matches!(site, Site::Unread) {
            return Ok(site);
        }
        Ok(self.hosts.read_site(host, self.robots_txt(url).await?))
    }

    /// The text of the host's robots.txt, none where there is none; the inner error says why it is out of reach.
    async fn robots_txt(&self, url: &Url) -> Result<Result<Option<String>, String>, Error> {
        let mut place = url.clone();
        place.set_path("/robots.txt");
        place.set_query(None);
        place.set_fragment(None);
        match self.follow_robots(place).await {
            Ok(page) if (200..300).contains(&page.status) => Ok(plain_text(&page).map(Some)),
            Ok(page) if page.status < 500 => Ok(Ok(None)),
            Ok(page) => Ok(Err(format!("robots.txt: answered {}", page.status))),
            Err(Error::Failed { why, .. }) => Ok(Err(format!("robots.txt: {why}"))),
            Err(error) => Err(error),
        }
    }

    async fn follow_robots(&self, mut url: Url) -> Result<Page, Error> {
        let unknown = Validators::default();
        for _ in 0..=HOPS {
            self.check(&url)?;
            let turn = self.hosts.admit(&url).await?;
            let errand = Errand {
                url: &url,
                why: Why::Robots,
                attempt: 0,
                known: &unknown,
                bounds: self.robots,
                allowed_by: None,
            };
            let page = self.ask(&errand, turn).await?;
            match leads(&page, &unknown)? {
                None => return Ok(page),
                Some(next) => url = next,
            }
        }
        Err(too_many(url, HOPS))
    }
}

/// What a robots.txt says once its content coding is undone. What cannot be read may forbid anything.
fn plain_text(page: &Page) -> Result<String, String> {
    // Once unpacked it may be larger than what is parsed of it, but not by far.
    let limit = 8 * robots::LIMIT as u64;
    let bytes = unpack(&page.body, page.header("content-encoding"), limit);
    let bytes = bytes.map_err(|error| format!("robots.txt: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
