//! Where a run begins: the platforms' seeds for each campaign, single URLs, and every page known from before that is to be
//! visited again.

use std::collections::BTreeSet;

use url::Url;

use super::{CampaignConfig, Crawl, Error, Order, ingest::absent};
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
    let now = (crawl.clock)();
    let mut work: Vec<Work> = Vec::new();
    for campaign in &order.campaigns {
        for platform in platforms_of(crawl, campaign) {
            for url in platform.seeds(&campaign.keywords) {
                if !order.due || crawl.store.is_due(url.as_str(), now)? {
                    work.push(enqueue(&url, platform, &[&campaign.id], 0, run));
                }
            }
        }
    }
    for url in &order.urls {
        if let Some(platform) = crawl
            .platforms
            .values()
            .find(|p| p.role(url) != Role::Ignore)
        {
            work.push(enqueue(url, platform, &[] as &[&str], 0, run));
        }
    }
    // A single page was asked for: nothing else is visited again.
    if !order.campaigns.is_empty() {
        listings(crawl, order, run, now, &mut work)?;
        if order.due {
            lists(crawl, order, run, now, &mut work)?;
        }
    }
    commit(crawl, &mut work)
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

/// A listing that nobody links to any more is only found gone by asking for it. One that is gone is asked for now and then:
/// it may come back.
fn listings<F>(
    crawl: &Crawl<F>,
    order: &Order,
    run: &Run,
    now: Time,
    work: &mut Vec<Work>,
) -> Result<(), Error> {
    let wanted = wanted(order);
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
        let when_due = order.due || absent(listing.status);
        if when_due && !crawl.store.is_due(&listing.url, now)? {
            continue;
        }
        if let Ok(url) = Url::parse(&listing.url) {
            work.push(enqueue(&url, platform, &[campaign], 0, run));
        }
        if work.len() >= AT_ONCE {
            commit(crawl, work)?;
        }
    }
    Ok(())
}

/// The lists that are due: where only what is due is visited, the pages that lead to one may not be.
fn lists<F>(
    crawl: &Crawl<F>,
    order: &Order,
    run: &Run,
    now: Time,
    work: &mut Vec<Work>,
) -> Result<(), Error> {
    let wanted = wanted(order);
    for visit in crawl.store.lists_visited() {
        let visit = visit?;
        let Some(list) = visit.list.filter(|_| visit.due <= now) else {
            continue;
        };
        let campaigns = list.campaigns.iter().map(String::as_str);
        let campaigns: Vec<&str> = campaigns.filter(|c| wanted.contains(c)).collect();
        let (Some(platform), Ok(url)) =
            (crawl.platforms.get(&list.platform), Url::parse(&list.url))
        else {
            continue;
        };
        // The configuration may have changed since.
        if !campaigns.is_empty() && platform.role(&url) != Role::Ignore {
            work.push(enqueue(&url, platform, &campaigns, list.depth, run));
        }
        if work.len() >= AT_ONCE {
            commit(crawl, work)?;
        }
    }
    Ok(())
}

fn wanted(order: &Order) -> BTreeSet<&str> {
    order.campaigns.iter().map(|c| c.id.as_str()).collect()
}

fn commit<F>(crawl: &Crawl<F>, work: &mut Vec<Work>) -> Result<(), Error> {
    let (entries, work) = (Vec::new(), std::mem::take(work));
    Ok(crawl.store.commit(Group { entries, work })?)
}

fn enqueue<C: AsRef<str>>(
    url: &Url,
    platform: &Platform,
    campaigns: &[C],
    depth: u32,
    run: &Run,
) -> Work {
    Work::Enqueue(Queued {
        url: url.to_string(),
        host: host_of(url),
        platform: platform.id().to_owned(),
        campaigns: campaigns.iter().map(|c| c.as_ref().to_owned()).collect(),
        depth,
        listing: platform.role(url) == Role::Listing,
        attempt: 0,
        due: run.started,
        list: 0,
    })
}
