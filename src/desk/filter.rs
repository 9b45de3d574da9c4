//! Which flags or listings are meant: the same filters on the command line and over the socket.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Flag, FlagStatus, Listing, Severity, Time},
    text::{fold::fold, glob::fits, tokens},
};

/// Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "plain names")]
pub struct Filter {
    pub status: Vec<String>,
    pub severity: Vec<Severity>,
    /// A rule's id, or a glob such as `recall/*`.
    pub rule: Option<String>,
    pub platform: Option<String>,
    pub campaign: Option<String>,
    /// Part of the seller's name or its id.
    pub seller: Option<String>,
    /// Class id or part of the breadcrumb; `children/*` is all of a group.
    pub category: Option<String>,
    /// Raised (flags) or last seen (listings) at or after.
    pub since: Option<Time>,
    /// Raised or last seen before.
    pub until: Option<Time>,
    /// Words of title, description or reason, in any order; the last may be a beginning.
    pub text: Option<String>,
    pub limit: Option<usize>,
    pub sort: Option<Sort>,
}

/// The order of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// Severity, then whether verdicts put the rule in doubt, then score.
    Worst,
    /// Raised or seen last.
    Newest,
    /// Raised or seen first.
    Oldest,
    /// Rule or id.
    Name,
}

impl std::str::FromStr for Sort {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "worst" => Ok(Self::Worst),
            "newest" => Ok(Self::Newest),
            "oldest" => Ok(Self::Oldest),
            "name" => Ok(Self::Name),
            other => Err(format!(
                "'{other}' is no order; use one of worst, newest, oldest, name"
            )),
        }
    }
}

impl Filter {
    /// Whether a flag is meant; `listing` is what it stands on, where the store still has it.
    pub fn flag(&self, flag: &Flag, listing: Option<&Listing>) -> bool {
        let within = self.since.is_none_or(|t| flag.raised_at >= t)
            && self.until.is_none_or(|t| flag.raised_at < t);
        within
            && self.status_is(flag.status.as_str())
            && (self.severity.is_empty() || self.severity.contains(&flag.severity))
            && self
                .rule
                .as_deref()
                .is_none_or(|glob| fits(glob, &flag.rule))
            && self
                .platform
                .as_deref()
                .is_none_or(|p| flag.listing.platform() == p)
            && self
                .campaign
                .as_ref()
                .is_none_or(|c| flag.campaigns.contains(c))
            && self.of_listing(listing, &[&flag.reason, &flag.reason_zh])
    }

    /// Whether a listing is meant.
    pub fn listing(&self, listing: &Listing) -> bool {
        let seen = listing.last_seen;
        let within = self.since.is_none_or(|t| seen.is_some_and(|s| s >= t))
            && self.until.is_none_or(|t| seen.is_some_and(|s| s < t));
        within
            && self.status_is(&format!("{:?}", listing.status).to_lowercase())
            && self
                .platform
                .as_deref()
                .is_none_or(|p| listing.platform == p)
            && self
                .campaign
                .as_ref()
                .is_none_or(|c| listing.campaigns.contains(c))
            && self.of_listing(Some(listing), &[])
    }

    /// Whether a flag can only be told from its listing.
    pub fn needs_listing(&self) -> bool {
        self.seller.is_some() || self.category.is_some() || self.text.is_some()
    }

    fn status_is(&self, status: &str) -> bool {
        self.status.is_empty() || self.status.iter().any(|s| s == status)
    }

    fn of_listing(&self, listing: Option<&Listing>, also: &[&str]) -> bool {
        let seller = |wanted: &str| {
            listing.is_some_and(|l| {
                l.seller.id.as_deref() == Some(wanted) || contains(&l.seller.name, wanted)
            })
        };
        let category = |wanted: &str| {
            listing.is_some_and(|l| {
                l.class.as_ref().is_some_and(|c| fits(wanted, &c.id))
                    || l.category.iter().any(|c| fold(c).contains(&fold(wanted)))
            })
        };
        let text = |wanted: &str| {
            let own = listing.map(|l| [l.title.as_deref(), l.description.as_deref()]);
            let texts = own.into_iter().flatten().flatten();
            says(texts.chain(also.iter().copied()), wanted)
        };
        self.seller.as_deref().is_none_or(seller)
            && self.category.as_deref().is_none_or(category)
            && self.text.as_deref().is_none_or(text)
    }
}

fn contains(field: &Option<String>, wanted: &str) -> bool {
    field
        .as_deref()
        .is_some_and(|text| fold(text).contains(&fold(wanted)))
}

/// Whether every word wanted stands in one of the texts. Of the last one its beginning is enough.
fn says<'a>(texts: impl Iterator<Item = &'a str>, wanted: &str) -> bool {
    let wanted = fold(wanted);
    let texts: Vec<String> = texts.map(fold).collect();
    let mut words: Vec<&str> = tokens(&wanted).collect();
    let last = words.pop();
    let found = |fits: &dyn Fn(&str) -> bool| texts.iter().any(|text| tokens(text).any(fits));
    // One character of a script without capitals may be a whole word, and the last of a run.
    let alone = |last: &str| last.chars().count() == 1 && !last.contains(char::is_lowercase);
    words.iter().all(|word| found(&|token| token == *word))
        && last.is_none_or(|last| {
            found(&|token| token.starts_with(last) || alone(last) && token.ends_with(last))
        })
}

/// The statuses that the queue shows when none is asked for: what waits for somebody.
pub(super) fn waiting() -> Vec<String> {
    [FlagStatus::Open, FlagStatus::Check, FlagStatus::Confirmed]
        .iter()
        .map(|s| s.as_str().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_parts_of_words_are_not() {
        let listing = Listing {
            title: Some("Wasserkocher, Edelstahl 1,7 L".to_owned()),
            description: Some("儿童電熱水壺，304不锈钢。Spring sale".to_owned()),
            ..Listing::default()
        };
        for (text, found) in [
            ("edelstahl wasserkocher", true),
            ("edelstahl wasser", true),
            ("wasser edelstahl", false),
            ("ＥＤＥＬＳＴＡＨＬ", true),
            ("ring", false),
            ("g", false),
            ("电热水壶", true),
            ("不锈钢 儿童", true),
            ("水电", false),
            ("壶", true),
            ("1,7", true),
            ("", true),
        ] {
            let text = Some(text.to_owned());
            let filter = Filter {
                text,
                ..Filter::default()
            };
            assert_eq!(filter.listing(&listing), found, "{:?}", filter.text);
        }
    }
}
