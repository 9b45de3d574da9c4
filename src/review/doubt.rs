//! Rules that people found wrong too often: below the floor that the rule's author or the office set.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::precision::{Records, Votes};
use crate::{
    judge::Bar,
    store::{self, Store, Work},
};

/// Fewer verdicts than this do not lower a rule.
const ENOUGH: u64 = 20;

/// The note in the store that says what is asked of the rules in force.
const NOTE: &str = "review/floors";

/// What is asked of each rule, by its id.
pub type Bars = BTreeMap<String, Bar>;

/// A rule of which even the best that its verdicts allow is below its floor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// Its id.
    pub rule: String,
    /// The share of its flags that should be right, 0 to 1.
    pub floor: f64,
    /// Verdicts on the version in force.
    #[serde(flatten)]
    pub votes: Votes,
    /// Where its true share lies, with 95 % confidence.
    pub interval: (f64, f64),
}

impl Doubt {
    /// None where the verdicts are too few to say, or the rule may well be good enough.
    pub fn about(rule: &str, votes: Votes, floor: f64) -> Option<Self> {
        let interval = votes.interval().filter(|_| votes.count() >= ENOUGH)?;
        (interval.1 < floor).then(|| Self {
            rule: rule.to_owned(),
            floor,
            votes,
            interval,
        })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = self.votes.precision().unwrap_or_default();
        write!(
            f,
            "{}: people found {:.0} % of {} flags right (95 % sure: at most {:.0} %), and {:.0} % are asked for; its flags stand lower in the queue",
            self.rule,
            100.0 * share,
            self.votes.count(),
            100.0 * self.interval.1,
            100.0 * self.floor
        )
    }
}

/// The rules in doubt, by id.
pub fn doubts(records: &Records, bars: &Bars) -> BTreeMap<String, Doubt> {
    let about = |(rule, bar): (&String, &Bar)| {
        let votes = records.of(rule, &bar.hash);
        Some((rule.clone(), Doubt::about(rule, votes, bar.floor)?))
    };
    bars.iter().filter_map(about).collect()
}

/// What was asked of the rules when the store was judged last; nothing where it never was.
///
/// # Errors
/// Where the store cannot be read.
pub fn bars(store: &Store) -> Result<Bars, store::Error> {
    let note = store.note(NOTE)?;
    let bars = note.and_then(|note| serde_json::from_slice(&note).ok());
    Ok(bars.unwrap_or_default())
}

/// Keeps in the store what is asked of the rules in force; of rules that were not loaded this time it stays as it was.
///
/// # Errors
/// Where the store cannot be read.
pub fn note_bars(store: &Store, now: Bars) -> Result<Option<Work>, store::Error> {
    let before = bars(store)?;
    let mut all = before.clone();
    all.extend(now);
    if all == before {
        return Ok(None);
    }
    let key = NOTE.to_owned();
    // Texts and numbers: they always have a JSON form.
    let value = serde_json::to_vec(&all).unwrap_or_default();
    Ok(Some(Work::Note { key, value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(hash: &str, floor: f64) -> Bar {
        Bar {
            hash: hash.to_owned(),
            floor,
        }
    }

    #[test]
    fn a_rule_is_in_doubt_only_where_enough_verdicts_leave_no_other_reading() {
        let doubt = |right, wrong, floor| Doubt::about("a/b", Votes { right, wrong }, floor);
        assert_eq!(doubt(0, 19, 0.5), None, "too few");
        assert!(doubt(0, 20, 0.5).is_some());
        assert_eq!(doubt(8, 12, 0.5), None, "40 % of 20 may well be 50 %");
        assert!(doubt(400, 600, 0.5).is_some());
        assert_eq!(doubt(0, 1000, 0.0), None, "nothing is asked of it");
        let said = doubt(5, 40, 0.6).unwrap().to_string();
        assert!(
            said.starts_with(
                "a/b: people found 11 % of 45 flags right (95 % sure: at most 23 %), and 60 %"
            ),
            "{said}"
        );
    }

    #[test]
    fn only_the_version_in_force_is_doubted() {
        let votes = Votes {
            right: 0,
            wrong: 30,
        };
        let mut records = Records::default();
        records
            .0
            .insert("a/b".to_owned(), [("old".to_owned(), votes)].into());
        let bars = |hash| Bars::from([("a/b".to_owned(), bar(hash, 0.5))]);
        assert!(doubts(&records, &bars("new")).is_empty());
        assert_eq!(doubts(&records, &bars("old")).len(), 1);
    }

    #[test]
    fn what_is_asked_is_kept_once_and_of_rules_that_were_not_loaded_too() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        let keep = |now: &[(&str, Bar)]| {
            let now = now
                .iter()
                .map(|(rule, bar)| ((*rule).to_owned(), bar.clone()));
            let work = note_bars(&store, now.collect()).unwrap();
            let written = work.is_some();
            let work = work.into_iter().collect();
            let entries = Vec::new();
            store.commit(store::Group { entries, work }).unwrap();
            written
        };
        assert!(keep(&[("a/b", bar("1", 0.5)), ("c/d", bar("1", 0.5))]));
        assert!(!keep(&[("c/d", bar("1", 0.5))]));
        assert!(keep(&[("c/d", bar("2", 0.7))]));
        let kept = bars(&store).unwrap();
        assert_eq!((kept["a/b"].floor, kept["c/d"].floor), (0.5, 0.7));
    }
}
