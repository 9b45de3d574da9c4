//! Why a rule said what it said of one listing: gate by gate, value by value, to the line that ended it.

use super::{
    gate::Gate,
    native::outcome::Said,
    prepared::Sheet,
    rule::Rule,
    run::{self, Answer},
};
use crate::model::{ListingId, Proof};

/// One rule's look at one listing, for a person.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// The rule's id.
    pub rule: String,
    /// The listing's id.
    pub listing: ListingId,
    /// `flag`, `pass`, `unsure`, `skip` or `fault`.
    pub outcome: &'static str,
    /// What the rule said, or the fault's message; for `skip` the gate that stayed shut.
    pub reason: String,
    /// The Chinese sentence of a flag.
    pub reason_zh: String,
    /// 0 to 100, of a flag.
    pub score: Option<u8>,
    /// The rule's gates in order.
    pub gates: Vec<Gate>,
    /// Line of the rule's text, from 1, where the answer was given.
    pub line: Option<usize>,
    /// That line.
    pub source: String,
    /// What the rule looked at before it answered.
    pub proofs: Vec<Proof>,
}

/// Puts an answer into words.
pub(super) fn explain(rule: &Rule, sheet: &Sheet, answer: Answer) -> Explanation {
    let mut told = Explanation {
        rule: rule.source.id.clone(),
        listing: sheet.listing.id.clone(),
        outcome: "skip",
        reason: String::new(),
        reason_zh: String::new(),
        score: None,
        gates: rule.meta.when.explain(sheet),
        line: None,
        source: String::new(),
        proofs: Vec::new(),
    };
    match answer {
        Answer::Skip => {
            let shut = told.gates.iter().find(|gate| !gate.open);
            told.reason = shut.map_or_else(String::new, |gate| {
                format!(
                    "`when.{}` wants {}; the listing has {}",
                    gate.gate, gate.wants, gate.found
                )
            });
        }
        Answer::Fault(message) => {
            told.outcome = "fault";
            told.reason = message;
        }
        Answer::Said(outcome, trace) => {
            told.outcome = outcome.said.as_str();
            told.reason = run::fill(&outcome.reason, &outcome, sheet);
            told.reason_zh = run::fill(&outcome.reason_zh, &outcome, sheet);
            told.score = (outcome.said == Said::Flag).then(|| run::score(rule, &outcome));
            told.line = outcome.position.line();
            told.proofs = run::proofs(&outcome, &trace, sheet);
            let text = rule.source.text.lines();
            let line = told
                .line
                .and_then(|line| text.into_iter().nth(line.saturating_sub(1)));
            told.source = line.map(|line| line.trim().to_owned()).unwrap_or_default();
        }
    }
    told
}
