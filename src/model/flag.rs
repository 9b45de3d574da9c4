//! What a rule said about a listing, and what people answered.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{ListingId, Time};

/// A flag's name: 16 hex digits from rule and listing, so that the same finding keeps its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlagId(String);

impl FlagId {
    /// The one name for what `rule` says about `listing`.
    pub fn of(rule: &str, listing: &ListingId) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(rule.as_bytes())
            .update(b"\0")
            .update(listing.as_str().as_bytes());
        Self(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// The 16 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for FlagId {
    fn from(whole: String) -> Self {
        Self(whole)
    }
}

impl From<&str> for FlagId {
    fn from(whole: &str) -> Self {
        Self(whole.to_owned())
    }
}

impl fmt::Display for FlagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A word from a closed list was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is no {what}; use one of {allowed}")]
pub struct UnknownWord {
    what: &'static str,
    found: String,
    allowed: String,
}

/// An enum of words: the same in JSON, on the command line and in rules.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word itself.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|v| v.as_str() == word).ok_or_else(|| UnknownWord {
                    what: $what,
                    found: word.to_owned(),
                    allowed: Self::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

words! {
    /// How much harm is at stake if the flag is right.
    Severity, "severity" {
        /// A particular is missing.
        Low = "low",
        /// A rule is broken, harm is unlikely.
        Medium = "medium",
        /// Harm is likely, or a buyer is deceived.
        High = "high",
        /// Life or limb.
        Critical = "critical",
    }
}

words! {
    /// Where a flag stands.
    FlagStatus, "status" {
        /// Nobody has decided.
        Open = "open",
        /// An inspector agrees.
        Confirmed = "confirmed",
        /// An inspector disagrees; opens again only when the proofs change.
        Dismissed = "dismissed",
        /// To be checked in the physical world.
        Check = "check",
        /// No longer raised, or acted upon; kept.
        Resolved = "resolved",
    }
}

words! {
    /// What a person decided about a flag.
    Decision, "verdict" {
        /// The flag is right.
        Confirmed = "confirmed",
        /// The flag is wrong.
        Dismissed = "dismissed",
        /// Have the goods looked at.
        Check = "check",
        /// Look at it again.
        Reopen = "reopen",
        /// The platform was asked to remove the listing.
        Takedown = "takedown",
        /// The platform has removed the listing.
        Removed = "removed",
    }
}

impl Decision {
    /// Where a flag stands after this decision.
    pub fn leads_to(self) -> FlagStatus {
        match self {
            Self::Confirmed | Self::Takedown => FlagStatus::Confirmed,
            Self::Dismissed => FlagStatus::Dismissed,
            Self::Check => FlagStatus::Check,
            Self::Reopen => FlagStatus::Open,
            Self::Removed => FlagStatus::Resolved,
        }
    }
}

/// Characters `start..end` of a field's text, counted in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "described above")]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// The row of reference data that a proof rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceRow {
    /// Who published it, such as `cpsc`.
    pub source: String,
    /// The publisher's own number for the row.
    pub id: String,
    /// The day the row was published, ISO 8601.
    pub date: Option<String>,
    /// Hex BLAKE3 of the row as imported.
    pub hash: String,
}

/// One thing that the rule rested on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Proof {
    /// A field of the listing, or the name given to `.because`.
    pub field: String,
    /// Which characters of the field.
    pub span: Option<Span>,
    /// What the page says, or the computed value.
    pub text: String,
    /// What it was compared as, where that differs.
    pub normalised: Option<String>,
    /// Where on the page: a JSON pointer or a CSS path.
    pub path: Option<String>,
    /// What this shows: the list, the threshold, the reason.
    pub note: Option<String>,
    /// The row of reference data behind it.
    pub reference: Option<ReferenceRow>,
}

/// A decision of a person about a flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// What was decided.
    pub verdict: Decision,
    /// In the person's own words.
    pub note: Option<String>,
    /// Who decided.
    pub by: String,
    /// Who is to act next.
    pub assign: Option<String>,
    /// The office that is to act.
    pub unit: Option<String>,
    /// By when, ISO 8601 date.
    pub due: Option<String>,
    /// When it was decided.
    pub at: Time,
}

/// What a rule says about a listing; a person decides what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "the fields that say more than their name are described"
)]
pub struct Flag {
    pub id: FlagId,
    pub rule: String,
    /// Hex BLAKE3 of the rule's source.
    pub rule_hash: String,
    /// Hex BLAKE3 of the reference rows that the rule consulted.
    pub reference_hash: String,
    /// Hex BLAKE3 of the facts that the rule consulted.
    pub facts_hash: String,
    pub listing: ListingId,
    pub listing_version: u64,
    pub severity: Severity,
    /// 0 to 100.
    pub score: u8,
    /// `counterfeit`, `certification`, `recall`, `disclosure`, `prohibited`, `relisting`, …
    pub kind: String,
    /// A sentence a person understands.
    pub reason: String,
    pub reason_zh: String,
    /// Articles of law and standards.
    pub basis: Vec<String>,
    pub proofs: Vec<Proof>,
    pub status: FlagStatus,
    /// When it was first raised.
    pub raised_at: Time,
    pub campaigns: Vec<String>,
    pub verdicts: Vec<Review>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_keeps_its_name() {
        let listing = ListingId::new("shop", "7");
        assert_eq!(FlagId::of("a/b", &listing), FlagId::of("a/b", &listing));
        assert_ne!(FlagId::of("a/b", &listing), FlagId::of("a/c", &listing));
        assert_eq!(FlagId::of("a/b", &listing).as_str().len(), 16);
    }

    #[test]
    fn an_unknown_word_names_the_known_ones() {
        let error = "urgent".parse::<Severity>().unwrap_err().to_string();
        assert_eq!(
            error,
            "'urgent' is no severity; use one of low, medium, high, critical"
        );
    }
}
