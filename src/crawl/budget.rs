//! How many pages may still be fetched: now, of a platform, for a campaign. What a run has spent outlives a kill.

use std::collections::BTreeMap;

use super::Order;
use crate::store::{Queued, Spent};

#[derive(Debug)]
pub(super) struct Budget {
    now: Option<Share>,
    platforms: BTreeMap<String, Share>,
    campaigns: BTreeMap<String, Share>,
}

#[derive(Debug)]
struct Share {
    pages: u64,
    spent: u64,
}

impl Share {
    fn open(&self) -> bool {
        self.spent < self.pages
    }
}

impl Budget {
    /// What `order` allows, of which the run has `spent` some already.
    pub(super) fn new(order: &Order, spent: &Spent) -> Self {
        let share = |spent: &BTreeMap<String, u64>, id: &str, pages| {
            let spent = spent.get(id).copied().unwrap_or(0);
            (id.to_owned(), Share { pages, spent })
        };
        let platforms = order.platform_pages.iter();
        let campaigns = order.campaigns.iter();
        Self {
            now: order.limit.map(|pages| Share { pages, spent: 0 }),
            platforms: platforms
                .map(|(id, pages)| share(&spent.platforms, id, *pages))
                .collect(),
            campaigns: campaigns
                .filter_map(|c| Some(share(&spent.campaigns, &c.id, c.max_pages?)))
                .collect(),
        }
    }

    /// Nothing more may be fetched now.
    pub(super) fn spent(&self) -> bool {
        self.now.as_ref().is_some_and(|share| !share.open())
    }

    /// Whether its platform and one of its campaigns have a page left for it.
    pub(super) fn wants(&self, queued: &Queued) -> bool {
        let open =
            |shares: &BTreeMap<String, Share>, id: &str| shares.get(id).is_none_or(Share::open);
        let campaigns = &queued.campaigns;
        open(&self.platforms, &queued.platform)
            && (campaigns.is_empty() || campaigns.iter().any(|c| open(&self.campaigns, c)))
    }

    /// A page is asked for.
    pub(super) fn take(&mut self, queued: &Queued) {
        self.shares(queued).for_each(|share| share.spent += 1);
    }

    /// It did not come, and is asked for again or never.
    pub(super) fn give_back(&mut self, queued: &Queued) {
        self.shares(queued)
            .for_each(|share| share.spent = share.spent.saturating_sub(1));
    }

    fn shares<'a>(&'a mut self, queued: &'a Queued) -> impl Iterator<Item = &'a mut Share> {
        let platform = self.platforms.get_mut(&queued.platform);
        let campaigns = self.campaigns.iter_mut();
        let campaigns = campaigns.filter(|(id, _)| queued.campaigns.contains(id));
        let all = self.now.iter_mut().chain(platform);
        all.chain(campaigns.map(|(_, share)| share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crawl::CampaignConfig;

    fn queued(platform: &str, campaigns: &[&str]) -> Queued {
        Queued {
            platform: platform.to_owned(),
            campaigns: campaigns.iter().map(|&c| c.to_owned()).collect(),
            ..Queued::default()
        }
    }

    #[test]
    fn what_was_spent_before_a_kill_counts_and_what_did_not_come_does_not() {
        let order = Order {
            campaigns: vec![CampaignConfig {
                id: "toys".to_owned(),
                max_pages: Some(5),
                ..CampaignConfig::default()
            }],
            platform_pages: [("shop".to_owned(), 3)].into(),
            ..Order::default()
        };
        let spent = Spent {
            platforms: [("shop".to_owned(), 2)].into(),
            campaigns: [("toys".to_owned(), 4)].into(),
        };
        let mut budget = Budget::new(&order, &spent);
        let toy = queued("shop", &["toys"]);
        assert!(budget.wants(&toy) && !budget.spent());
        budget.take(&toy);
        assert!(!budget.wants(&toy));
        assert!(
            !budget.wants(&queued("shop", &[])),
            "the platform has had its share"
        );
        assert!(
            !budget.wants(&queued("other", &["toys"])),
            "so has the campaign"
        );
        assert!(
            budget.wants(&queued("other", &["toys", "tools"])),
            "another still wants it"
        );
        budget.give_back(&toy);
        assert!(budget.wants(&toy));
    }

    #[test]
    fn a_limit_is_for_now() {
        let order = Order {
            limit: Some(1),
            ..Order::default()
        };
        let mut budget = Budget::new(&order, &Spent::default());
        budget.take(&queued("shop", &[]));
        assert!(budget.spent());
        budget.give_back(&queued("shop", &[]));
        assert!(!budget.spent());
    }
}
