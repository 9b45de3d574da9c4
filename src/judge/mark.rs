//! What a verdict rested on, kept beside the listing: while it stands, judging the listing again would say the same again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Judge;
use crate::{
    model::{Listing, ListingId},
    rules::{Consulted, Verdict},
    store,
};

/// A listing's mark. One that cannot be read, or is of another form, holds no longer.
#[derive(Serialize, Deserialize)]
struct Mark {
    /// BLAKE3 over the listing's version and state, the rules and the reference data.
    ground: [u8; 32],
    /// What else the rules asked for, in the price, seller and code books and of the last visit.
    consulted: BTreeSet<Consulted>,
    /// BLAKE3 over the answers.
    answers: [u8; 32],
}

/// The name of the note that keeps a listing's mark.
pub fn note(id: &ListingId) -> String {
    format!("judged/{id}")
}

impl Judge {
    /// The mark of a listing that is not judged, because it is no longer offered.
    pub fn unjudged(&self, listing: &Listing) -> Vec<u8> {
        self.mark(listing, &Verdict::default())
    }

    /// The mark of a verdict.
    pub(super) fn mark(&self, listing: &Listing, verdict: &Verdict) -> Vec<u8> {
        let mark = Mark {
            ground: self.ground(listing),
            consulted: verdict.consulted.clone(),
            answers: verdict.answers,
        };
        // Plain strings and numbers: encoding them cannot fail, and no mark only costs a verdict.
        postcard::to_stdvec(&mark).unwrap_or_default()
    }

    /// Whether judging `listing` again would change nothing: `mark` is what an earlier verdict left, `past` gives the version
    /// before this one.
    ///
    /// # Errors
    /// Those of `past`.
    pub fn holds(
        &self,
        listing: &Listing,
        mark: &[u8],
        past: impl FnOnce() -> Result<Option<Listing>, store::Error>,
    ) -> Result<bool, store::Error> {
        let Ok(mark) = postcard::from_bytes::<Mark>(mark) else {
            return Ok(false);
        };
        if mark.ground != self.ground(listing) {
            return Ok(false);
        }
        if mark.consulted.is_empty() {
            return Ok(true);
        }
        let past = match mark.consulted.contains(&Consulted::PriceWas) {
            true => past()?,
            false => None,
        };
        let facts = self.facts(listing, past.as_ref());
        let answers = self.rules.answers(listing, &facts, &mark.consulted);
        Ok(answers == mark.answers)
    }

    /// BLAKE3 over what a verdict rests on wherever it looks, and over the campaigns that its flags carry.
    fn ground(&self, listing: &Listing) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.standard);
        hasher.update(&listing.version.to_le_bytes());
        hasher.update(&[listing.status as u8]);
        for campaign in &listing.campaigns {
            hasher.update(campaign.as_bytes()).update(b"\0");
        }
        hasher.finalize().into()
    }
}
