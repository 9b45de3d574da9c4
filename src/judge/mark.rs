//! What a verdict rested on, kept beside the listing: while it stands, judging the listing again would say the same again.

use serde::{Deserialize, Serialize};

use super::Judge;
use crate::{
    model::{Listing, ListingId},
    rules::{Rest, Verdict},
};

/// What a verdict on a listing rested on.
#[derive(Serialize, Deserialize)]
pub(super) struct Mark {
    /// BLAKE3 over the listing's version and state, the rules and the reference data.
    ground: [u8; 32],
    /// What else its rules asked for, in the price, seller and code books and of the last visit.
    rests: Vec<Rest>,
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
            rests: verdict.rests.clone(),
        }
    }

    /// Whether a listing would be judged now as it was when it was given that mark.
    pub fn stands(&self, listing: &Listing, mark: &[u8]) -> bool {
        let ground = self.ground(listing);
        let mark = Mark::read(mark).filter(|mark| mark.ground == ground);
        mark.is_some_and(|mark| self.answers.stand(&mark.rests, listing))
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
