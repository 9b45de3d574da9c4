//! A verdict meets the flags that stand: raised, changed, opened again, resolved. Nothing is deleted.

use super::Row;
use crate::{
    model::{Event, Flag, FlagStatus, Listing},
    rules::Verdict,
    store::Entry,
};

/// What judging one listing changed.
#[derive(Debug, Default)]
pub struct Judgement {
    /// For the store.
    pub entries: Vec<Entry>,
    /// For whoever watches.
    pub events: Vec<Event>,
    /// Flags raised anew or opened again.
    pub raised: u64,
    /// Flags no longer raised.
    pub resolved: u64,
    /// Those among them that people had confirmed.
    pub released: u64,
    /// Findings that an exception kept from being raised.
    pub suppressed: u64,
    /// Rules that could not say.
    pub unsure: u64,
    /// Rules that failed.
    pub faults: u64,
    /// Rules whose gate was open.
    pub ran: usize,
    /// What the verdict rested on.
    pub row: Option<Row>,
}

/// `judged` says whether a rule was asked, or has no file any more; `asks` whether a campaign is about a rule.
pub(super) fn merge(
    listing: &Listing,
    verdict: Verdict,
    standing: &[Flag],
    judged: impl Fn(&str) -> bool,
    asks: impl Fn(&str, &str) -> bool,
) -> Judgement {
    let mut judgement = Judgement {
        unsure: verdict.unsure.len() as u64,
        faults: verdict.faults.len() as u64,
        ..Judgement::default()
    };
    for (rule, message) in &verdict.faults {
        judgement.events.push(Event::Fault {
            rule: rule.to_string(),
            listing: listing.id.clone(),
            message: message.to_string(),
        });
    }
    // A rule that failed or could not say has not taken its word back.
    let silent = |rule: &str| {
        verdict
            .faults
            .iter()
            .chain(&verdict.unsure)
            .any(|(r, _)| **r == *rule)
    };
    for flag in standing {
        let raised = verdict.flags.iter().any(|f| f.id == flag.id);
        if !raised
            && flag.status != FlagStatus::Resolved
            && judged(&flag.rule)
            && !silent(&flag.rule)
        {
            judgement.resolved += 1;
            judgement.released += u64::from(flag.status == FlagStatus::Confirmed);
            judgement.entries.push(entry(Flag {
                status: FlagStatus::Resolved,
                ..flag.clone()
            }));
        }
    }
    for mut flag in verdict.flags {
        flag.campaigns.clone_from(&listing.campaigns);
        flag.campaigns.retain(|campaign| asks(campaign, &flag.rule));
        let before = standing.iter().find(|f| f.id == flag.id);
        let opened = match before {
            Some(before) => carry_over(&mut flag, before),
            None => true,
        };
        if opened {
            judgement.raised += 1;
            judgement.events.push(Event::Flag {
                id: flag.id.clone(),
                rule: flag.rule.clone(),
                listing: flag.listing.clone(),
                severity: flag.severity,
                reason: flag.reason.clone(),
            });
        }
        if before.is_none_or(|before| unlike(&flag, before)) {
            judgement.entries.push(entry(flag));
        }
    }
    judgement
}

/// The journal keeps verdicts as entries of their own.
fn entry(flag: Flag) -> Entry {
    Entry::Flagged(Box::new(Flag {
        verdicts: Vec::new(),
        ..flag
    }))
}

/// Takes over what outlives a new verdict; says whether the flag opens (again).
fn carry_over(flag: &mut Flag, before: &Flag) -> bool {
    flag.raised_at = before.raised_at;
    let again = match before.status {
        FlagStatus::Resolved => true,
        FlagStatus::Dismissed => flag.proofs != before.proofs,
        FlagStatus::Open | FlagStatus::Confirmed | FlagStatus::Check => false,
    };
    flag.status = if again {
        FlagStatus::Open
    } else {
        before.status
    };
    again
}

fn unlike(flag: &Flag, before: &Flag) -> bool {
    Flag {
        verdicts: Vec::new(),
        ..before.clone()
    } != *flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FlagId, ListingId, Proof, Severity};

    fn flag(rule: &str, text: &str, status: FlagStatus) -> Flag {
        let listing = ListingId::new("shop", "1");
        Flag {
            id: FlagId::of(rule, &listing),
            rule: rule.into(),
            rule_hash: String::new(),
            reference_hash: String::new(),
            facts_hash: String::new(),
            listing,
            listing_version: 1,
            severity: Severity::High,
            score: 70,
            kind: "recall".into(),
            reason: String::new(),
            reason_zh: String::new(),
            basis: Vec::new(),
            proofs: vec![Proof {
                text: text.into(),
                ..Proof::default()
            }],
            status,
            raised_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            campaigns: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    fn outcome(raised: Vec<Flag>, standing: &[Flag]) -> Vec<FlagStatus> {
        let verdict = Verdict {
            flags: raised,
            ..Verdict::default()
        };
        let judgement = merge(
            &Listing::default(),
            verdict,
            standing,
            |_| true,
            |_, _| true,
        );
        let status = |entry: &Entry| match entry {
            Entry::Flagged(flag) => flag.status,
            other => panic!("{other:?}"),
        };
        judgement.entries.iter().map(status).collect()
    }

    #[test]
    fn a_dismissed_flag_opens_again_only_when_its_proofs_change() {
        let dismissed = [flag("a/b", "model X", FlagStatus::Dismissed)];
        assert_eq!(
            outcome(vec![flag("a/b", "model X", FlagStatus::Open)], &dismissed),
            []
        );
        assert_eq!(
            outcome(vec![flag("a/b", "model Y", FlagStatus::Open)], &dismissed),
            [FlagStatus::Open]
        );
    }

    #[test]
    fn what_is_no_longer_raised_is_resolved_and_what_stands_is_not_written_twice() {
        let standing = [flag("a/b", "x", FlagStatus::Confirmed)];
        assert_eq!(outcome(vec![], &standing), [FlagStatus::Resolved]);
        assert_eq!(
            outcome(vec![flag("a/b", "x", FlagStatus::Open)], &standing),
            []
        );
    }

    #[test]
    fn a_rule_that_failed_or_was_unsure_has_not_taken_its_word_back() {
        let standing = [flag("a/b", "x", FlagStatus::Open)];
        let failed = Verdict {
            faults: vec![("a/b".into(), "too many operations".into())],
            ..Verdict::default()
        };
        assert!(
            merge(
                &Listing::default(),
                failed,
                &standing,
                |_| true,
                |_, _| true
            )
            .entries
            .is_empty()
        );
        let unsure = Verdict {
            unsure: vec![("a/b".into(), "not observed".into())],
            ..Verdict::default()
        };
        assert!(
            merge(
                &Listing::default(),
                unsure,
                &standing,
                |_| true,
                |_, _| true
            )
            .entries
            .is_empty()
        );
        let broken = Verdict::default();
        assert!(
            merge(
                &Listing::default(),
                broken,
                &standing,
                |_| false,
                |_, _| true
            )
            .entries
            .is_empty()
        );
    }

    #[test]
    fn a_flag_carries_the_campaigns_that_are_about_its_rule() {
        let listing = Listing {
            campaigns: vec!["all".into(), "toys".into()],
            ..Listing::default()
        };
        let verdict = Verdict {
            flags: vec![flag("recall/x", "x", FlagStatus::Open)],
            ..Verdict::default()
        };
        let judgement = merge(
            &listing,
            verdict,
            &[],
            |_| true,
            |campaign, rule| campaign == "all" || rule.starts_with("children/"),
        );
        let Entry::Flagged(flag) = &judgement.entries[0] else {
            panic!("{judgement:?}")
        };
        assert_eq!(flag.campaigns, ["all"]);
    }
}
