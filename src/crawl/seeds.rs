//! Where a run begins: the platforms' seeds for each campaign, single URLs, and every page known from before that is to be
//! visited again.

use std::collections::BTreeSet;

use url::Url;

use super::{CampaignConfig, Crawl, Error, Order, listed::absent};
use crate::{
    fetch::host_of,
    model::Time,
    platform::{Platform, Role},
    store::{Group, Queued, Run, Work},
};

/// Pages enqueued in one commit.
const AT_ONCE: usize = 1000;

/// Puts the seeds into the queue. What is queued already stays as it is, so a resumed run is not seeded twice.
pub(super) fn plant<F>(crawl: &Crawl<F>, order: &Order, run: &Run) -> Result<(), Error> {
    let mut bed = Bed {
        crawl,
        order,
        run,
        wanted: order.campaigns.iter().map(|c| c.id.as_str()).collect(),
        now: (crawl.clock)(),
        work: Vec::new(),
    };
    bed.starts()?;
    bed.single_pages()?;
    // A single page was asked for: nothing else is visited again.
    if !order.campaigns.is_empty() {
        bed.listings()?;
        if order.due {
            bed.lists()?;
        }
    }
    bed.commit()
}

/// Seeds on their way into the queue, and what says which are wanted.
struct Bed<'a, F> {
    crawl: &'a Crawl<F>,
    order: &'a Order,
    run: &'a Run,
    /// Campaigns.
    wanted: BTreeSet<&'a str>,
    now: Time,
    work: Vec<Work>,
}

impl<'a, F> Bed<'a, F> {
    /// Where each campaign begins.
    fn starts(&mut self) -> Result<(), Error> {
        for campaign in &self.order.campaigns {
            for platform in platforms_of(self.crawl, campaign) {
                for url in platform.seeds(&campaign.keywords) {
                    if !self.order.due || self.is_due(url.as_str())? {
                        self.add(&url, platform, &[&campaign.id], 0)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn single_pages(&mut self) -> Result<(), Error> {
        let crawl = self.crawl;
        for url in &self.order.urls {
            let mut platforms = crawl.platforms.values();
            if let Some(platform) = platforms.find(|p| p.role(url) != Role::Ignore) {
                self.add(url, platform, &[], 0)?;
            }
        }
        Ok(())
    }

    /// A listing that nobody links to any more is only found gone by asking for it. One that is gone is asked for now and
    /// then: it may come back.
    fn listings(&mut self) -> Result<(), Error> {
        let crawl = self.crawl;
        for listing in crawl.store.listings() {
            let listing = listing?;
            let mut campaigns = listing.campaigns.iter().map(String::as_str);
            let campaign = campaigns.find(|campaign| self.wanted.contains(campaign));
            let platform = crawl.platforms.get(&listing.platform);
            let (Some(campaign), Some(platform)) = (campaign, platform) else {
                continue;
            };
            let when_due = self.order.due || absent(listing.status);
            if when_due && !self.is_due(&listing.url)? {
                continue;
            }
            if let Ok(url) = Url::parse(&listing.url) {
                self.add(&url, platform, &[campaign], 0)?;
            }
        }
        Ok(())
    }

    /// The lists that are due: where only what is due is visited, the pages that lead to one may not be.
    fn lists(&mut self) -> Result<(), Error> {
        let crawl = self.crawl;
        for visit in crawl.store.lists_visited() {
            let visit = visit?;
            let Some(list) = visit.list.filter(|_| visit.due <= self.now) else {
                continue;
            };
            let campaigns = list.campaigns.iter().map(String::as_str);
            let campaigns: Vec<&str> = campaigns.filter(|c| self.wanted.contains(c)).collect();
            let platform = crawl.platforms.get(&list.platform);
            let (Some(platform), Ok(url)) = (platform, Url::parse(&list.url)) else {
                continue;
            };
            // The configuration may have changed since.
            if !campaigns.is_empty() && platform.role(&url) != Role::Ignore {
                self.add(&url, platform, &campaigns, list.depth)?;
            }
        }
        Ok(())
    }

    fn is_due(&self, url: &str) -> Result<bool, Error> {
        Ok(self.crawl.store.is_due(url, self.now)?)
    }

    fn add(
        &mut self,
        url: &Url,
        platform: &Platform,
        campaigns: &[&str],
        depth: u32,
    ) -> Result<(), Error> {
        self.work.push(Work::Enqueue(Queued {
            url: url.to_string(),
            host: host_of(url),
            platform: platform.id().to_owned(),
            campaigns: campaigns.iter().map(|&c| c.to_owned()).collect(),
            depth,
            listing: platform.role(url) == Role::Listing,
            attempt: 0,
            due: self.run.started,
            list: 0,
        }));
        if self.work.len() < AT_ONCE {
            return Ok(());
        }
        self.commit()
    }

    fn commit(&mut self) -> Result<(), Error> {
        let (entries, work) = (Vec::new(), std::mem::take(&mut self.work));
        Ok(self.crawl.store.commit(Group { entries, work })?)
    }
}

fn platforms_of<'a, F>(
    crawl: &'a Crawl<F>,
    campaign: &'a CampaignConfig,
) -> impl Iterator<Item = &'a Platform> {
    crawl
        .platforms
        .iter()
        .filter(|(id, _)| campaign.platforms.is_empty() || campaign.platforms.contains(id))
        .map(|(_, platform)| platform)
}
