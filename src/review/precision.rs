//! How often people found a rule right: verdicts by rule and version, and what so many of them can tell.

use std::{collections::BTreeMap, ops::AddAssign};

use serde::{Deserialize, Serialize};

use crate::model::{Decision, Flag, FlagStatus};

/// Standard deviations that hold 95 % of a normal distribution.
const SIGMAS: f64 = 1.959_963_984_540_054;

/// Verdicts of one kind of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    /// Flags that people found right: confirmed, or acted upon.
    pub right: u64,
    /// Flags that people dismissed.
    pub wrong: u64,
}

impl Votes {
    /// How many there are.
    pub fn count(self) -> u64 {
        self.right + self.wrong
    }

    /// The share that was right, 0 to 1; none where nobody decided.
    pub fn precision(self) -> Option<f64> {
        (self.count() > 0).then(|| self.right as f64 / self.count() as f64)
    }

    /// Where the rule's true share lies, with 95 % confidence: the score interval of E. B. Wilson, "Probable inference, the
    /// law of succession, and statistical inference", JASA 22 (1927), without correction for continuity.
    pub fn interval(self) -> Option<(f64, f64)> {
        let (count, share) = (self.count() as f64, self.precision()?);
        let squared = SIGMAS * SIGMAS;
        let middle = share + squared / (2.0 * count);
        let reach = share * (1.0 - share) / count + squared / (4.0 * count * count);
        let bound = |sign: f64| (middle + sign * SIGMAS * reach.sqrt()) / (1.0 + squared / count);
        Some((bound(-1.0).max(0.0), bound(1.0).min(1.0)))
    }
}

impl AddAssign for Votes {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
    }
}

/// Votes by rule, then by the hash of the version that raised the flag last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Records(pub BTreeMap<String, BTreeMap<String, Votes>>);

impl Records {
    /// Counts what people say of a flag.
    pub fn note(&mut self, flag: &Flag) {
        if let Some(right) = vote(flag) {
            let versions = self.0.entry(flag.rule.clone()).or_default();
            let votes = versions.entry(flag.rule_hash.clone()).or_default();
            votes.right += u64::from(right);
            votes.wrong += u64::from(!right);
        }
    }

    /// Of the version of a rule with that hash.
    pub fn of(&self, rule: &str, hash: &str) -> Votes {
        let versions = self.0.get(rule);
        let votes = versions.and_then(|versions| versions.get(hash));
        votes.copied().unwrap_or_default()
    }

    /// Of all other versions of the rule.
    pub fn of_others(&self, rule: &str, hash: &str) -> Votes {
        let mut others = Votes::default();
        for (version, votes) in self.0.get(rule).into_iter().flatten() {
            if version != hash {
                others += *votes;
            }
        }
        others
    }
}

/// Whether the last verdict says that the flag is right; none where it says neither, or the flag has opened again since.
fn vote(flag: &Flag) -> Option<bool> {
    if flag.status == FlagStatus::Open {
        return None;
    }
    match flag.verdicts.last()?.verdict {
        Decision::Confirmed | Decision::Takedown | Decision::Removed => Some(true),
        Decision::Dismissed => Some(false),
        Decision::Check | Decision::Reopen => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{FlagId, ListingId, Review, Severity};

    fn interval(right: u64, wrong: u64) -> (f64, f64) {
        let (low, high) = Votes { right, wrong }.interval().unwrap();
        let rounded = |share: f64| (share * 10_000.0).round() / 10_000.0;
        (rounded(low), rounded(high))
    }

    /// The first two are Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
    /// (1998), table I, method 3.
    #[test]
    fn the_interval_is_wilsons() {
        assert_eq!(interval(81, 182), (0.2553, 0.3662));
        assert_eq!(interval(15, 133), (0.0624, 0.1605));
        assert_eq!(interval(0, 20), (0.0, 0.1611));
        assert_eq!(interval(29, 1), (0.8333, 0.9941));
        assert_eq!(interval(5, 5), (0.2366, 0.7634));
        assert_eq!(Votes::default().interval(), None);
    }

    proptest! {
        #[test]
        fn the_share_lies_in_the_interval_and_more_verdicts_narrow_it(right in 0u64..500, wrong in 0u64..500) {
            let votes = Votes { right, wrong: wrong + 1 };
            let (low, high) = votes.interval().unwrap();
            let share = votes.precision().unwrap();
            prop_assert!(0.0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1.0);
            let twice = Votes { right: 2 * right, wrong: 2 * (wrong + 1) };
            let (lower, higher) = twice.interval().unwrap();
            prop_assert!(higher - lower < high - low);
        }
    }

    fn flag(hash: &str, status: FlagStatus, verdicts: &[Decision]) -> Flag {
        let review = |verdict: &Decision| Review {
            verdict: *verdict,
            note: None,
            by: "li".to_owned(),
            assign: None,
            unit: None,
            due: None,
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
        };
        let listing = ListingId::new("shop", "1");
        Flag {
            id: FlagId::of("a/b", &listing),
            rule: "a/b".into(),
            rule_hash: hash.to_owned(),
            reference_hash: String::new(),
            facts_hash: String::new(),
            listing,
            listing_version: 1,
            severity: Severity::High,
            score: 70,
            kind: String::new(),
            reason: String::new(),
            reason_zh: String::new(),
            basis: Vec::new(),
            proofs: Vec::new(),
            status,
            raised_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            campaigns: Vec::new(),
            verdicts: verdicts.iter().map(review).collect(),
        }
    }

    #[test]
    fn the_last_verdict_counts_for_the_version_that_raised_the_flag() {
        use Decision::{Check, Confirmed, Dismissed, Removed, Reopen, Takedown};
        let mut records = Records::default();
        for (hash, status, verdicts) in [
            ("new", FlagStatus::Confirmed, vec![Dismissed, Confirmed]),
            ("new", FlagStatus::Confirmed, vec![Takedown]),
            ("new", FlagStatus::Resolved, vec![Takedown, Removed]),
            ("new", FlagStatus::Dismissed, vec![Confirmed, Dismissed]),
            ("new", FlagStatus::Check, vec![Confirmed, Check]),
            ("new", FlagStatus::Open, vec![Dismissed, Reopen]),
            ("new", FlagStatus::Open, vec![Dismissed]),
            ("new", FlagStatus::Open, vec![]),
            ("old", FlagStatus::Resolved, vec![Dismissed]),
        ] {
            records.note(&flag(hash, status, &verdicts));
        }
        assert_eq!(records.of("a/b", "new"), Votes { right: 3, wrong: 1 });
        assert_eq!(
            records.of_others("a/b", "new"),
            Votes { right: 0, wrong: 1 }
        );
        assert_eq!(records.of("a/c", "new"), Votes::default());
    }
}
