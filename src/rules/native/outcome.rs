//! What a rule answers: `flag`, `pass` or `unsure`.

use rhai::{Dynamic, ImmutableString, NativeCallContext, Position};

use super::{Doc, Family, Host, Kind, wrong};
use crate::rules::{prepared::spoken, view::Answer};

/// The three things that a rule can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Said {
    Flag,
    Pass,
    Unsure,
}

impl Said {
    pub(in crate::rules) fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Pass => "pass",
            Self::Unsure => "unsure",
        }
    }
}

/// A rule's answer, and where in its text it was given.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Outcome {
    pub said: Said,
    pub reason: ImmutableString,
    pub reason_zh: ImmutableString,
    pub score: Option<u8>,
    pub basis: Vec<String>,
    /// Names and words given with `.because`, in order.
    pub because: Vec<(String, String)>,
    pub position: Position,
}

pub(super) const FAMILY: Family = Family {
    name: "outcome",
    docs: DOCS,
    kinds: &[Kind {
        name: "Outcome",
        fields: &[],
        maybe: &[],
    }],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "flag",
        signature: "flag(english: text, chinese: text) -> Outcome",
        doc: "something is wrong; `{name}` in a sentence is filled from `.because` or the listing's field of that name",
        example: r#"type_of(flag("offered at {price}", "售价仅为{price}")) == "Outcome""#,
    },
    Doc {
        name: "pass",
        signature: "pass() or pass(why: text) -> Outcome",
        doc: "looked at, and fine",
        example: r#"type_of(pass("sold as used")) == "Outcome""#,
    },
    Doc {
        name: "unsure",
        signature: "unsure(why: text) -> Outcome",
        doc: "what would be needed to decide is not there",
        example: r#"type_of(unsure("no reference price")) == "Outcome""#,
    },
    Doc {
        name: "score",
        signature: "Outcome.score(points: whole number) -> Outcome",
        doc: "0 to 100; without it 30, 50, 70 or 90 by severity",
        example: r#"type_of(flag("a", "b").score(80)) == "Outcome""#,
    },
    Doc {
        name: "because",
        signature: "Outcome.because(name: text, value) -> Outcome",
        doc: "adds a computed value to the proofs",
        example: r#"type_of(flag("{n}", "{n}").because("n", 3)) == "Outcome""#,
    },
    Doc {
        name: "basis",
        signature: "Outcome.basis(article: text) -> Outcome",
        doc: "adds an article of law or a standard that this finding rests on",
        example: r#"type_of(flag("a", "b").basis("GB 6675.1-2014")) == "Outcome""#,
    },
];

fn register(engine: &mut Host) {
    engine.register_type_with_name::<Outcome>("Outcome");
    engine.register_fn(
        "flag",
        |context: NativeCallContext, english: ImmutableString, chinese: ImmutableString| {
            outcome(&context, Said::Flag, english, chinese)
        },
    );
    engine.register_fn("pass", |context: NativeCallContext| {
        outcome(
            &context,
            Said::Pass,
            ImmutableString::new(),
            ImmutableString::new(),
        )
    });
    engine.register_fn(
        "pass",
        |context: NativeCallContext, why: ImmutableString| {
            outcome(&context, Said::Pass, why, ImmutableString::new())
        },
    );
    engine.register_fn(
        "unsure",
        |context: NativeCallContext, why: ImmutableString| {
            outcome(&context, Said::Unsure, why, ImmutableString::new())
        },
    );
    engine.register_fn("score", score);
    engine.register_fn(
        "because",
        |mut outcome: Outcome, name: ImmutableString, value: Dynamic| {
            outcome.because.push((name.to_string(), spoken(&value)));
            outcome
        },
    );
    engine.register_fn("basis", |mut outcome: Outcome, article: ImmutableString| {
        outcome.basis.push(article.to_string());
        outcome
    });
}

fn outcome(
    context: &NativeCallContext,
    said: Said,
    reason: ImmutableString,
    reason_zh: ImmutableString,
) -> Outcome {
    Outcome {
        said,
        reason,
        reason_zh,
        score: None,
        basis: Vec::new(),
        because: Vec::new(),
        position: context.call_position(),
    }
}

fn score(mut outcome: Outcome, points: i64) -> Answer<Outcome> {
    outcome.score = u8::try_from(points).ok().filter(|points| *points <= 100);
    match outcome.score {
        Some(_) => Ok(outcome),
        None => Err(wrong(format!(
            "a score lies between 0 and 100, not at {points}"
        ))),
    }
}
