//! What the rules say of a listing, before it meets the flags that stand.

use super::Judge;
use crate::{
    model::{Flag, Listing},
    rules::Verdict,
};

/// A verdict by which nothing has been done yet.
#[derive(Debug, Default)]
pub struct Weighed {
    /// Without the flags that an exception suppresses.
    pub verdict: Verdict,
    /// The flags that one does.
    pub suppressed: Vec<Flag>,
}

impl Weighed {
    /// Whether a rule failed or could not say, and so takes no word back.
    pub fn silent(&self, rule: &str) -> bool {
        let mut said_nothing = self.verdict.faults.iter().chain(&self.verdict.unsure);
        said_nothing.any(|(silent, _)| **silent == *rule)
    }
}

impl Judge {
    /// Asks all rules about one version of a listing; `past` is the version before it.
    pub fn weigh(&self, listing: &Listing, past: Option<&Listing>) -> Weighed {
        let facts = self.facts(listing, past);
        let item = self.rules.prepare(listing.clone());
        let mut verdict = self.rules.evaluate(&item, &facts);
        let suppressed = self.suppress(listing, &mut verdict);
        Weighed {
            verdict,
            suppressed,
        }
    }
}
