//! What a verdict rested on, kept beside the listing: while it stands, judging the listing again would say the same again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Judge;
use crate::{
    model::{Listing, ListingId},
    rules::{Consulted, Rested, Verdict},
    store,
};

/// What must be judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// Nothing has changed that the verdict rested on.
    Nothing,
    /// These rules would get other answers; each of the others would say the same.
    Rules(BTreeSet<String>),
    /// The listing itself is another, or what every rule rests on.
    Everything,
}

/// What a verdict on a listing rested on.
#[derive(Serialize, Deserialize)]
pub(super) struct Mark {
    /// BLAKE3 over the listing's version and state, the rules and the reference data.
    ground: [u8; 32],
    /// By rule, what else it asked for, in the price, seller and code books and of the last visit.
    rested: BTreeMap<String, Rested>,
}

/// The name of the note that keeps a listing's mark.
pub fn note(id: &ListingId) -> String {
    format!("judged/{id}")
}

impl Mark {
    /// One that cannot be read, or is of another form, is none.
    fn read(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        // Plain strings and numbers: encoding them cannot fail, and no mark only costs a verdict.
        postcard::to_stdvec(self).unwrap_or_default()
    }
}

impl Judge {
    /// The mark of a listing that is not judged, because it is no longer offered.
    pub fn unjudged(&self, listing: &Listing) -> Vec<u8> {
        self.mark(listing, &Verdict::default()).bytes()
    }

    /// The mark of a verdict of all rules.
    pub(super) fn mark(&self, listing: &Listing, verdict: &Verdict) -> Mark {
        Mark {
            ground: self.ground(listing),
            rested: verdict.rested.clone(),
        }
    }

    /// The mark of a verdict of some rules; what the others rested on was marked `before`.
    pub(super) fn mark_again(
        &self,
        listing: &Listing,
        verdict: &Verdict,
        before: &[u8],
        asked: &BTreeSet<String>,
    ) -> Mark {
        let mut mark = self.mark(listing, verdict);
        let others = Mark::read(before).map(|mark| mark.rested);
        let others = others.into_iter().flatten();
        mark.rested
            .extend(others.filter(|(rule, _)| !asked.contains(rule)));
        mark
    }

    /// What of a verdict must be found anew: `mark` is what it left, `past` gives the version before this one.
    ///
    /// # Errors
    /// Those of `past`.
    pub fn again(
        &self,
        listing: &Listing,
        mark: &[u8],
        past: impl FnOnce() -> Result<Option<Listing>, store::Error>,
    ) -> Result<Again, store::Error> {
        let ground = self.ground(listing);
        let Some(mark) = Mark::read(mark).filter(|mark| mark.ground == ground) else {
            return Ok(Again::Everything);
        };
        if mark.rested.is_empty() {
            return Ok(Again::Nothing);
        }
        let mut rested = mark.rested.values();
        let past = match rested.any(|one| one.consulted.contains(&Consulted::PriceWas)) {
            true => past()?,
            false => None,
        };
        let facts = self.facts(listing, past.as_ref());
        let otherwise = self.rules.answered_otherwise(listing, &facts, &mark.rested);
        Ok(match otherwise.is_empty() {
            true => Again::Nothing,
            false => Again::Rules(otherwise),
        })
    }

    /// BLAKE3 over what a verdict rests on wherever it looks, and over the campaigns that its flags carry.
    fn ground(&self, listing: &Listing) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.standard);
        hasher.update(&listing.version.to_le_bytes());
        hasher.update(&[listing.status as u8]);
        let expired = self.exceptions.expired_for(listing) as u64;
        hasher.update(&expired.to_le_bytes());
        for campaign in &listing.campaigns {
            hasher.update(campaign.as_bytes()).update(b"\0");
        }
        hasher.finalize().into()
    }
}
