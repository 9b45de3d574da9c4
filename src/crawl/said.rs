//! What an answer says of the page that was asked for.

use super::work::Answer;
use crate::{
    model::{ListingStatus, PageKind},
    store::Queued,
};

/// What an answer says of the page that was asked for.
pub(super) enum Said {
    Read,
    /// A known listing took this turn; the page says so, in these words where its status does not.
    Absent(ListingStatus, Option<&'static str>),
    /// Nothing was learned of the page: what became of a known listing, the kind of trouble, and why.
    Nothing(ListingStatus, &'static str, String),
}

pub(super) fn said(queued: &Queued, answer: &Answer) -> Said {
    let harvest = &answer.harvest;
    let http = || format!("the server answered {}", answer.status);
    match answer.status {
        404 | 410 => return Said::Absent(ListingStatus::Gone, None),
        // Unavailable for legal reasons (RFC 7725).
        451 => return Said::Absent(ListingStatus::Removed, None),
        // A wall may say so by its status too.
        400.. if let PageKind::Wall(wall) = harvest.kind => {
            let why = format!("{}: {}", http(), wall.words()[0]);
            return Said::Nothing(ListingStatus::Unread, wall.as_str(), why);
        }
        500.. => return Said::Nothing(ListingStatus::Unreachable, "http", http()),
        400.. => return Said::Nothing(ListingStatus::Unread, "http", http()),
        304 if !answer.known => return Said::Nothing(ListingStatus::Unread, "http", http()),
        _ => {}
    }
    let why = || {
        let first = harvest.gaps.first().map(|gap| gap.why.clone());
        first.unwrap_or_else(|| "no listing could be read".to_owned())
    };
    let soft = Some(harvest.kind.as_str());
    match harvest.kind {
        PageKind::Wall(_) | PageKind::Ruined => {
            Said::Nothing(ListingStatus::Unread, harvest.kind.as_str(), why())
        }
        _ if !harvest.listings.is_empty() => Said::Read,
        PageKind::Missing => Said::Absent(ListingStatus::Gone, soft),
        PageKind::Removed => Said::Absent(ListingStatus::Removed, soft),
        // Sent to the shop's first page, or to a search.
        _ if queued.listing && answer.elsewhere => {
            Said::Absent(ListingStatus::Gone, Some("elsewhere"))
        }
        _ if queued.listing => Said::Nothing(ListingStatus::Unread, "unread", why()),
        PageKind::Listing | PageKind::Index => Said::Read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fetch::Validators,
        model::{Gap, Harvest, Listing, Wall},
    };

    fn asked(listing: bool) -> Queued {
        Queued {
            url: "https://shop.example/item/1".to_owned(),
            campaigns: vec!["toys".to_owned()],
            listing,
            ..Queued::default()
        }
    }

    fn answer(kind: PageKind, path: &str) -> Answer {
        let url: url::Url = format!("https://shop.example/{path}").parse().unwrap();
        Answer {
            elsewhere: !url.path().starts_with("/item/"),
            url,
            status: 200,
            bytes: 0,
            packed: None,
            harvest: Harvest {
                kind,
                gaps: vec![Gap {
                    field: "page".to_owned(),
                    why: "a reason".to_owned(),
                }],
                ..Harvest::default()
            },
            known: false,
            truncated: false,
            whole: true,
            validators: Validators::default(),
            print: 1,
        }
    }

    fn in_short(queued: &Queued, answer: &Answer) -> String {
        match said(queued, answer) {
            Said::Read => "read".to_owned(),
            Said::Absent(status, how) => format!("{status:?} {}", how.unwrap_or_default())
                .trim_end()
                .to_owned(),
            Said::Nothing(status, kind, why) => format!("{status:?} {kind}: {why}"),
        }
    }

    #[test]
    fn a_page_says_what_became_of_the_listing() {
        let listing = asked(true);
        for (kind, path, expected) in [
            (PageKind::Missing, "item/1", "Gone missing"),
            (PageKind::Removed, "item/1", "Removed removed"),
            (PageKind::Index, "", "Gone elsewhere"),
            (PageKind::Index, "item/1", "Unread unread: a reason"),
            (
                PageKind::Wall(Wall::Login),
                "login",
                "Unread login: a reason",
            ),
            (
                PageKind::Wall(Wall::Captcha),
                "item/1",
                "Unread captcha: a reason",
            ),
            (PageKind::Ruined, "item/1", "Unread ruined: a reason"),
        ] {
            assert_eq!(
                in_short(&listing, &answer(kind, path)),
                expected,
                "{kind:?}"
            );
        }
        for (status, kind, expected) in [
            (404, PageKind::Index, "Gone"),
            (451, PageKind::Index, "Removed"),
            (403, PageKind::Index, "Unread http: the server answered 403"),
            (
                403,
                PageKind::Wall(Wall::Captcha),
                "Unread captcha: the server answered 403: a captcha instead of the page",
            ),
            (
                500,
                PageKind::Index,
                "Unreachable http: the server answered 500",
            ),
        ] {
            let mut answered = answer(kind, "item/1");
            answered.status = status;
            assert_eq!(in_short(&listing, &answered), expected, "{status}");
        }
        let list = answer(PageKind::Index, "");
        assert_eq!(in_short(&asked(false), &list), "read");
        let mut unasked = list;
        unasked.status = 304;
        assert_eq!(
            in_short(&asked(false), &unasked),
            "Unread http: the server answered 304"
        );
        unasked.known = true;
        assert_eq!(in_short(&asked(false), &unasked), "read");
        let mut read = answer(PageKind::Missing, "item/1");
        read.harvest.listings.push(Listing::default());
        assert_eq!(in_short(&listing, &read), "read", "it shows one after all");
    }
}
