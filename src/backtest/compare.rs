//! One listing: what the rules say of it, beside the flags that stand or what other rules say.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Against, Backtest,
    tally::{Change, Example, Tally},
};
use crate::{
    judge::{Judge, Weighed},
    model::{Flag, FlagStatus, Listing},
    store::{self, Store},
};

/// Compares listing by listing, and counts.
#[derive(Debug)]
pub(super) struct Comparer<'a> {
    store: &'a Store,
    judge: &'a Judge,
    against: Against<'a>,
    rules: &'a BTreeSet<String>,
    /// Examples kept of each change for each rule.
    examples: usize,
    judged: u64,
    tallies: BTreeMap<String, Tally>,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(tried: &Backtest<'a>, rules: &'a BTreeSet<String>, examples: usize) -> Self {
        let tallies = rules.iter().map(|rule| (rule.clone(), Tally::default()));
        Self {
            store: tried.store,
            judge: tried.judge,
            against: tried.against,
            rules,
            examples,
            judged: 0,
            tallies: tallies.collect(),
        }
    }

    /// Asks the rules about a listing as a scan would.
    pub(super) fn compare(&mut self, mut listing: Listing) -> Result<(), store::Error> {
        self.judge.classify(&mut listing);
        let past = match listing.version {
            ..=1 => None,
            _ => self.store.past(&listing.id)?,
        };
        let before = match self.against {
            Against::Flags => self.store.flags_of(&listing.id)?,
            Against::Rules(judge) => judge.weigh(&listing, past.as_ref()).verdict.flags,
        };
        let after = self.judge.weigh(&listing, past.as_ref());
        self.judged += 1;
        self.of_flags(&listing, before, &after);
        for (rule, _) in &after.verdict.unsure {
            self.tally(rule).counts.unsure += 1;
        }
        for (rule, message) in &after.verdict.faults {
            let most = self.examples;
            let tally = self.tally(rule);
            tally.counts.faults += 1;
            let told = || example(&listing, Change::Fault, message.to_string());
            tally.show(most, told, Change::Fault);
        }
        for flag in &after.suppressed {
            self.tally(&flag.rule).counts.suppressed += 1;
        }
        Ok(())
    }

    fn of_flags(&mut self, listing: &Listing, before: Vec<Flag>, after: &Weighed) {
        let mut standing: BTreeMap<String, Flag> = before
            .into_iter()
            .filter(|flag| flag.status != FlagStatus::Resolved && self.rules.contains(&flag.rule))
            .map(|flag| (flag.rule.clone(), flag))
            .collect();
        for flag in &after.verdict.flags {
            match standing.remove(&flag.rule) {
                None => self.gained(listing, flag),
                Some(before) => self.still(listing, &before, flag),
            }
        }
        for (rule, before) in standing {
            // A rule that failed or cannot say has not taken its word back.
            match after.silent(&rule) {
                true => self.tally(&rule).counts.unchanged += 1,
                false => self.lost(listing, &before),
            }
        }
    }

    fn gained(&mut self, listing: &Listing, flag: &Flag) {
        let most = self.examples;
        let tally = self.tally(&flag.rule);
        tally.counts.gained += 1;
        let told = || Example {
            after: Some(flag.score),
            ..example(listing, Change::Gained, sentence(listing, flag))
        };
        tally.show(most, told, Change::Gained);
    }

    fn lost(&mut self, listing: &Listing, before: &Flag) {
        let most = self.examples;
        let tally = self.tally(&before.rule);
        tally.counts.lost += 1;
        match before.status {
            FlagStatus::Confirmed => tally.counts.lost_confirmed += 1,
            FlagStatus::Dismissed => tally.counts.lost_dismissed += 1,
            _ => {}
        }
        let told = || Example {
            before: Some(before.score),
            ..example(listing, Change::Lost, sentence(listing, before))
        };
        tally.show(most, told, Change::Lost);
    }

    fn still(&mut self, listing: &Listing, before: &Flag, flag: &Flag) {
        let most = self.examples;
        let tally = self.tally(&flag.rule);
        let otherwise = otherwise(before, flag);
        if otherwise.is_empty() {
            tally.counts.unchanged += 1;
            return;
        }
        tally.counts.changed += 1;
        let opens = before.status == FlagStatus::Dismissed && before.proofs != flag.proofs;
        tally.counts.opened += u64::from(opens);
        let told = || Example {
            before: Some(before.score),
            after: Some(flag.score),
            otherwise,
            ..example(listing, Change::Changed, sentence(listing, flag))
        };
        tally.show(most, told, Change::Changed);
    }

    fn tally(&mut self, rule: &str) -> &mut Tally {
        self.tallies.entry(rule.to_owned()).or_default()
    }

    /// Adds what another thread counted.
    pub(super) fn add(&mut self, other: Self) {
        self.judged += other.judged;
        for (rule, tally) in other.tallies {
            let most = self.examples;
            self.tally(&rule).add(tally, most);
        }
    }

    /// Listings looked at, and what was counted.
    pub(super) fn told(self) -> (u64, BTreeMap<String, Tally>) {
        (self.judged, self.tallies)
    }
}

/// What a person would see otherwise.
fn otherwise(before: &Flag, flag: &Flag) -> Vec<String> {
    let moved = |what: &str, old: String, new: String| {
        (old != new).then(|| format!("{what} {old} → {new}"))
    };
    let other = |what: &str, same: bool| (!same).then(|| what.to_owned());
    let same_words = before.reason == flag.reason && before.reason_zh == flag.reason_zh;
    let parts = [
        moved(
            "severity",
            before.severity.to_string(),
            flag.severity.to_string(),
        ),
        moved("score", before.score.to_string(), flag.score.to_string()),
        moved("kind", before.kind.clone(), flag.kind.clone()),
        other("sentence", same_words),
        other("basis", before.basis == flag.basis),
        other("proofs", before.proofs == flag.proofs),
    ];
    parts.into_iter().flatten().collect()
}

fn example(listing: &Listing, change: Change, sentence: String) -> Example {
    Example {
        listing: listing.id.clone(),
        change,
        title: listing.title.clone().unwrap_or_default(),
        sentence,
        before: None,
        after: None,
        otherwise: Vec::new(),
    }
}

fn sentence(listing: &Listing, flag: &Flag) -> String {
    match listing.language.as_deref() {
        Some("zh") => flag.reason_zh.clone(),
        _ => flag.reason.clone(),
    }
}
