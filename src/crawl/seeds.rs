//! Where a run begins: the platforms' seeds for each campaign, single URLs, and every listing known from before.

use std::collections::BTreeSet;

use url::Url;

use super::{CampaignConfig, Crawl, Error, Order};
use crate::{
    fetch::host_of,
    model::ListingStatus,
    platform::Platform,
    store::{Group, Queued, Run, Work},
};

/// Listings enqueued in one commit.
const AT_ONCE: usize = 1000;

/// Puts the seeds into the queue. What is queued already stays as it is, so a resumed run is not seeded twice.
pub(super) fn plant<F>(crawl: &Crawl<F>, order: &Order, run: &Run) -> Result<(), Error> {
    let mut work: Vec<Work> = Vec::new();
    for campaign in &order.campaigns {
        for platform in platforms_of(crawl, campaign) {
            for url in platform.seeds(&campaign.keywords) {
                work.push(enqueue(&url, platform, &campaign.id, run));
            }
        }
    }
    for url in &order.urls {
        if let Some(platform) = crawl
            .platforms
            .values()
            .find(|p| p.role(url) != crate::platform::Role::Ignore)
        {
            work.push(enqueue(url, platform, "", run));
        }
    }
    // A single page was asked for: nothing else is visited again.
    if !order.campaigns.is_empty() {
        known(crawl, order, run, &mut work)?;
    }
    crawl.store.commit(Group {
        work,
        ..Group::default()
    })?;
    Ok(())
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

/// A listing that nobody links to any more is only found gone by asking for it.
fn known<F>(crawl: &Crawl<F>, order: &Order, run: &Run, work: &mut Vec<Work>) -> Result<(), Error> {
    let wanted: BTreeSet<&str> = order.campaigns.iter().map(|c| c.id.as_str()).collect();
    for listing in crawl.store.listings() {
        let listing = listing?;
        let campaign = listing
            .campaigns
            .iter()
            .find(|c| wanted.contains(c.as_str()));
        let (Some(campaign), Some(platform)) = (campaign, crawl.platforms.get(&listing.platform))
        else {
            continue;
        };
        if matches!(listing.status, ListingStatus::Gone | ListingStatus::Removed) {
            continue;
        }
        if let Ok(url) = Url::parse(&listing.url) {
            work.push(enqueue(&url, platform, campaign, run));
        }
        if work.len() >= AT_ONCE {
            crawl.store.commit(Group {
                work: std::mem::take(work),
                ..Group::default()
            })?;
        }
    }
    Ok(())
}

fn enqueue(url: &Url, platform: &Platform, campaign: &str, run: &Run) -> Work {
    Work::Enqueue(Queued {
        url: url.to_string(),
        host: host_of(url),
        platform: platform.id().to_owned(),
        campaigns: Some(campaign.to_owned())
            .filter(|c| !c.is_empty())
            .into_iter()
            .collect(),
        depth: 0,
        listing: platform.role(url) == crate::platform::Role::Listing,
        attempt: 0,
        due: run.started,
        list: 0,
    })
}
