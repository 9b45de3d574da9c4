//! The forms of flags and verdicts on disk.

use serde::{Deserialize, Serialize};

use super::{Fault, Nanos, by_code};
use crate::model::{
    Decision, Flag, FlagId, FlagStatus, ListingId, Proof, ReferenceRow, Review, Severity, Span,
};

/// Without verdicts: those are frames of their own.
#[derive(Serialize, Deserialize)]
pub(super) struct FlagForm {
    id: String,
    rule: String,
    rule_hash: String,
    reference_hash: String,
    facts_hash: String,
    listing: String,
    listing_version: u64,
    severity: u8,
    score: u8,
    kind: String,
    reason: String,
    reason_zh: String,
    basis: Vec<String>,
    proofs: Vec<ProofForm>,
    status: u8,
    raised_at: Nanos,
    campaigns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct ProofForm {
    field: String,
    span: Option<(u64, u64)>,
    text: String,
    normalised: Option<String>,
    path: Option<String>,
    note: Option<String>,
    reference: Option<ReferenceForm>,
}

#[derive(Serialize, Deserialize)]
struct ReferenceForm {
    source: String,
    id: String,
    date: Option<String>,
    hash: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReviewForm {
    verdict: u8,
    note: Option<String>,
    by: String,
    assign: Option<String>,
    unit: Option<String>,
    due: Option<String>,
    at: Nanos,
}

impl From<Flag> for FlagForm {
    fn from(f: Flag) -> Self {
        Self {
            id: f.id.as_str().to_owned(),
            rule: f.rule,
            rule_hash: f.rule_hash,
            reference_hash: f.reference_hash,
            facts_hash: f.facts_hash,
            listing: f.listing.as_str().to_owned(),
            listing_version: f.listing_version,
            severity: severity_code(f.severity),
            score: f.score,
            kind: f.kind,
            reason: f.reason,
            reason_zh: f.reason_zh,
            basis: f.basis,
            proofs: f.proofs.into_iter().map(Into::into).collect(),
            status: flag_status_code(f.status),
            raised_at: f.raised_at.into(),
            campaigns: f.campaigns,
        }
    }
}

impl TryFrom<FlagForm> for Flag {
    type Error = Fault;

    fn try_from(f: FlagForm) -> Result<Self, Fault> {
        Ok(Self {
            id: FlagId::from(f.id),
            rule: f.rule,
            rule_hash: f.rule_hash,
            reference_hash: f.reference_hash,
            facts_hash: f.facts_hash,
            listing: ListingId::from(f.listing),
            listing_version: f.listing_version,
            severity: by_code(Severity::ALL, severity_code, f.severity, "severity")?,
            score: f.score,
            kind: f.kind,
            reason: f.reason,
            reason_zh: f.reason_zh,
            basis: f.basis,
            proofs: f.proofs.into_iter().map(Into::into).collect(),
            status: flag_status_of(f.status)?,
            raised_at: f.raised_at.time()?,
            campaigns: f.campaigns,
            verdicts: Vec::new(),
        })
    }
}

impl From<Proof> for ProofForm {
    fn from(proof: Proof) -> Self {
        Self {
            field: proof.field,
            span: proof.span.map(|s| (s.start as u64, s.end as u64)),
            text: proof.text,
            normalised: proof.normalised,
            path: proof.path,
            note: proof.note,
            reference: proof.reference.map(|row| ReferenceForm {
                source: row.source,
                id: row.id,
                date: row.date,
                hash: row.hash,
            }),
        }
    }
}

impl From<ProofForm> for Proof {
    fn from(form: ProofForm) -> Self {
        Self {
            field: form.field,
            span: form.span.map(|(start, end)| Span {
                start: start as usize,
                end: end as usize,
            }),
            text: form.text,
            normalised: form.normalised,
            path: form.path,
            note: form.note,
            reference: form.reference.map(|row| ReferenceRow {
                source: row.source,
                id: row.id,
                date: row.date,
                hash: row.hash,
            }),
        }
    }
}

impl From<Review> for ReviewForm {
    fn from(review: Review) -> Self {
        Self {
            verdict: decision_code(review.verdict),
            note: review.note,
            by: review.by,
            assign: review.assign,
            unit: review.unit,
            due: review.due,
            at: review.at.into(),
        }
    }
}

impl TryFrom<ReviewForm> for Review {
    type Error = Fault;

    fn try_from(form: ReviewForm) -> Result<Self, Fault> {
        Ok(Self {
            verdict: by_code(Decision::ALL, decision_code, form.verdict, "verdict")?,
            note: form.note,
            by: form.by,
            assign: form.assign,
            unit: form.unit,
            due: form.due,
            at: form.at.time()?,
        })
    }
}

fn severity_code(severity: Severity) -> u8 {
    match severity {
        Severity::Low => 0,
        Severity::Medium => 1,
        Severity::High => 2,
        Severity::Critical => 3,
    }
}

pub(super) fn flag_status_code(status: FlagStatus) -> u8 {
    match status {
        FlagStatus::Open => 0,
        FlagStatus::Confirmed => 1,
        FlagStatus::Dismissed => 2,
        FlagStatus::Check => 3,
        FlagStatus::Resolved => 4,
    }
}

pub(super) fn flag_status_of(code: u8) -> Result<FlagStatus, Fault> {
    by_code(FlagStatus::ALL, flag_status_code, code, "status of a flag")
}

fn decision_code(decision: Decision) -> u8 {
    match decision {
        Decision::Confirmed => 0,
        Decision::Dismissed => 1,
        Decision::Check => 2,
        Decision::Reopen => 3,
        Decision::Takedown => 4,
        Decision::Removed => 5,
    }
}
