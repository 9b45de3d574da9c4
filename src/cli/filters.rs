//! The filters that `flags`, `listings` and `export` share.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::exit::Failure;
use crate::{
    desk::{Filter, Sort},
    model::{FlagStatus, ListingStatus, Severity},
    text::measure::Period,
};

/// Which flags or listings are meant; every one given must hold.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Filters {
    /// open, check, confirmed, dismissed, resolved or all (listings: active, gone, removed, unreachable, unread)
    #[arg(long, value_delimiter = ',')]
    status: Vec<String>,
    /// low, medium, high, critical
    #[arg(long, value_delimiter = ',')]
    severity: Vec<Severity>,
    /// A rule's id, or a glob such as 'recall/*'
    #[arg(long)]
    rule: Option<String>,
    /// A platform's id
    #[arg(long)]
    platform: Option<String>,
    /// A campaign's id
    #[arg(long)]
    campaign: Option<String>,
    /// A seller's id, or part of its name
    #[arg(long)]
    seller: Option<String>,
    /// A class such as children/toy or 'children/*', or part of the breadcrumb
    #[arg(long)]
    category: Option<String>,
    /// Raised or last seen since: 2026-03-31, 2026-03-31T08:00:00Z, or an age such as 7d
    #[arg(long)]
    since: Option<String>,
    /// Raised or last seen before
    #[arg(long)]
    until: Option<String>,
    /// Words of the title, the description or the reason, in any order; the last may be a beginning
    #[arg(long)]
    text: Option<String>,
    /// At most so many
    #[arg(long)]
    limit: Option<usize>,
    /// worst, newest, oldest, name
    #[arg(long)]
    sort: Option<Sort>,
}

impl Filters {
    pub(super) fn filter(&self) -> Result<Filter, Failure> {
        self.known_statuses()?;
        let now = Timestamp::now();
        Ok(Filter {
            status: self.status.clone(),
            severity: self.severity.clone(),
            rule: self.rule.clone(),
            platform: self.platform.clone(),
            campaign: self.campaign.clone(),
            seller: self.seller.clone(),
            category: self.category.clone(),
            since: self.since.as_deref().map(|t| moment(t, now)).transpose()?,
            until: self.until.as_deref().map(|t| moment(t, now)).transpose()?,
            text: self.text.clone(),
            limit: self.limit,
            sort: self.sort,
        })
    }

    fn known_statuses(&self) -> Result<(), Failure> {
        let of_flags = FlagStatus::ALL.iter().map(|s| s.as_str());
        let of_listings = [
            ListingStatus::Active,
            ListingStatus::Gone,
            ListingStatus::Removed,
            ListingStatus::Unreachable,
            ListingStatus::Unread,
        ];
        let of_listings = of_listings.map(|s| format!("{s:?}").to_lowercase());
        let known: Vec<&str> = of_flags
            .chain(of_listings.iter().map(String::as_str))
            .chain(["all"])
            .collect();
        match self.status.iter().find(|s| !known.contains(&s.as_str())) {
            Some(unknown) => Err(Failure::Message(format!(
                "'{unknown}' is no status; use one of {}",
                known.join(", ")
            ))),
            None => Ok(()),
        }
    }
}

/// A date (midnight UTC), a time, or an age.
pub(super) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Some(midnight) = text
        .parse::<Date>()
        .ok()
        .and_then(|d| d.to_zoned(TimeZone::UTC).ok())
    {
        return Ok(midnight.timestamp());
    }
    let age = text
        .parse::<Period>()
        .ok()
        .and_then(|age| now.checked_sub(age.0).ok());
    age.ok_or_else(|| {
        Failure::Message(format!(
            "'{text}' is no time; write 2026-03-31, 2026-03-31T08:00:00Z, or an age such as 7d"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_ages_are_read() {
        let now: Timestamp = "2026-03-31T12:00:00Z".parse().unwrap();
        assert_eq!(
            moment("2026-03-30", now).unwrap().to_string(),
            "2026-03-30T00:00:00Z"
        );
        assert_eq!(
            moment("1d", now).unwrap().to_string(),
            "2026-03-30T12:00:00Z"
        );
        assert!(moment("yesterday", now).is_err());
    }
}
