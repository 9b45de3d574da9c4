//! One rule looking at one listing: gate, script within its limits, and the flag that comes of it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
};

use rhai::{Dynamic, Engine, EvalAltResult, EvalContext, Scope};

use super::{
    compiled::{self, Bench, Left},
    native::outcome::{Outcome, Said},
    prepared::Sheet,
    rest::Asked,
    rule::Rule,
    steps,
    trace::Trace,
    view::{self, Item, Look, fields::DAY, values::captured},
};
use crate::model::{Flag, FlagId, FlagStatus, Proof, Severity, Time};

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    /// The gate stayed shut.
    Skip,
    /// The script failed or spent too much; never equal to pass.
    Fault(String),
    /// The script answered.
    Said(Outcome, Trace),
}

/// What came of asking a rule.
pub(super) enum Answered<'r> {
    /// The script's own words, without the interpreter.
    Ready(&'r compiled::Answer),
    Ran(Answer),
}

/// Asks one rule whose gate is open. What it looks at is noted only where a flag comes of it: few do, and notes take longer
/// than looking.
pub(super) fn ask<'r>(engine: &Engine, rule: &'r Rule, bench: &mut Bench<'_>) -> Answered<'r> {
    let ready = |program| catch_unwind(AssertUnwindSafe(|| bench.run(program)));
    match rule.program.as_ref().map(ready) {
        Some(Ok(Ok(answer))) => Answered::Ready(answer),
        Some(Ok(Err(Left::Flag))) => Answered::Ran(flagged(engine, rule, bench.item().look())),
        // What panicked will do so again, where it is written down.
        _ => Answered::Ran(ask_interpreter(engine, rule, bench.item()).0),
    }
}

/// The flag of a rule that came to one, with all that it looks at on its way there.
fn flagged(engine: &Engine, rule: &Rule, look: &Arc<Look>) -> Answer {
    let item = Item::noting(look);
    rule.meta.when.note(&item);
    let run = |program| Bench::new(engine, &item).flag(program).ok();
    let ready = catch_unwind(AssertUnwindSafe(|| rule.program.as_ref().and_then(run)));
    match ready {
        Ok(Some(outcome)) => Answer::Said(outcome, item.finish()),
        _ => noted(engine, rule, look).0,
    }
}

/// [`ask`] by the interpreter alone; with the steps that it took.
pub(super) fn ask_interpreter(engine: &Engine, rule: &Rule, quiet: &Item) -> (Answer, u64) {
    match run(engine, rule, quiet) {
        (Answer::Said(outcome, _), _) if outcome.said == Said::Flag => {
            noted(engine, rule, quiet.look())
        }
        other => other,
    }
}

/// Asks one rule about one listing, and notes all that it looks at; with the steps that it took.
pub(super) fn ask_and_note(engine: &Engine, rule: &Rule, look: &Arc<Look>) -> (Answer, u64) {
    match rule.meta.when.open(look.sheet()) {
        true => noted(engine, rule, look),
        false => (Answer::Skip, 0),
    }
}

fn noted(engine: &Engine, rule: &Rule, look: &Arc<Look>) -> (Answer, u64) {
    let item = Item::noting(look);
    rule.meta.when.note(&item);
    run(engine, rule, &item)
}

fn run(engine: &Engine, rule: &Rule, item: &Item) -> (Answer, u64) {
    // A native function that panics is a fault of this rule on this listing, not the end of the scan.
    let ran = catch_unwind(AssertUnwindSafe(|| call(engine, rule, item)));
    let Ok((answer, steps)) = ran else {
        return (Answer::Fault("a native function panicked".to_owned()), 0);
    };
    match answer {
        Ok(answer) => (said(answer, item.finish()), steps),
        Err(error) => (Answer::Fault(message(*error)), steps),
    }
}

fn said(answer: Dynamic, trace: Trace) -> Answer {
    let kind = answer.type_name();
    match answer.try_cast::<Outcome>() {
        Some(outcome) => Answer::Said(outcome, trace),
        None => Answer::Fault(format!(
            "`check` must end with flag(…), pass(…) or unsure(…), not with a value of kind {kind}"
        )),
    }
}

/// Runs `check`. Looking up a native function by its name and the kinds of its values takes longer than calling it,
/// and rhai's own `call_fn` forgets between two calls what it found: what was found for a rule is kept beside it.
fn call(engine: &Engine, rule: &Rule, item: &Item) -> (Result<Dynamic, Box<EvalAltResult>>, u64) {
    let pool = || rule.resolved.lock().unwrap_or_else(PoisonError::into_inner);
    let mut resolved = pool().pop().unwrap_or_default();
    let mut global = engine.new_global_runtime_state();
    global.lib.push(rule.ast.shared_lib().clone());
    global.tag = Dynamic::from(item.clone());
    let mut scope = Scope::new();
    let mut arguments = [global.tag.clone(), Dynamic::from(rule.params.clone())];
    let mut arguments = arguments.each_mut();
    let taken = if rule.takes_params { 2 } else { 1 };
    let mut context = EvalContext::new(engine, &mut global, &mut resolved, &mut scope, None);
    steps::begin();
    let answer = context.call_fn_raw("check", false, false, &mut arguments[..taken]);
    // A run that failed in the middle may have left something behind.
    if answer.is_ok() {
        pool().push(resolved);
    }
    (answer, steps::taken())
}

/// The innermost error, with its line.
fn message(mut error: EvalAltResult) -> String {
    while let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
        error = *inner;
    }
    let line = error.position().line();
    error.set_position(rhai::Position::NONE);
    let text = match error {
        EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => {
            format!("stopped after {} steps", super::engine::OPERATIONS)
        }
        EvalAltResult::ErrorRuntime(said, _) => said.to_string(),
        other => other.to_string(),
    };
    match line {
        Some(line) => format!("line {line}: {text}"),
        None => text,
    }
}

/// The flag for an outcome that says so.
pub(super) fn flag(rule: &Rule, sheet: &Sheet, outcome: &Outcome, trace: &Trace) -> Flag {
    let listing = &sheet.listing;
    let mut basis = rule.meta.basis.clone();
    basis.extend(outcome.basis.iter().cloned());
    basis.dedup();
    Flag {
        id: FlagId::of(&rule.source.id, &listing.id),
        rule: rule.source.id.clone(),
        rule_hash: rule.hash.clone(),
        reference_hash: trace.reference_hash(),
        facts_hash: trace.facts_hash(),
        listing: listing.id.clone(),
        listing_version: listing.version,
        severity: rule.meta.severity,
        score: score(rule, outcome),
        kind: rule.meta.kind.clone(),
        reason: fill(&outcome.reason, &outcome.because, sheet),
        reason_zh: fill(&outcome.reason_zh, &outcome.because, sheet),
        basis,
        proofs: proofs(outcome, trace, sheet),
        status: FlagStatus::Open,
        raised_at: captured(listing).unwrap_or(Time::UNIX_EPOCH),
        campaigns: Vec::new(),
        verdicts: Vec::new(),
    }
}

/// The score that the rule gave, else the one of its severity.
pub(super) fn score(rule: &Rule, outcome: &Outcome) -> u8 {
    outcome.score.unwrap_or(match rule.meta.severity {
        Severity::Low => 30,
        Severity::Medium => 50,
        Severity::High => 70,
        Severity::Critical => 90,
    })
}

/// What the run looked at, then what the rule computed of it.
pub(super) fn proofs(outcome: &Outcome, trace: &Trace, sheet: &Sheet) -> Vec<Proof> {
    let mut proofs = trace.proofs(sheet);
    for (name, text) in &outcome.because {
        if !proofs
            .iter()
            .any(|proof| proof.field == *name && proof.text == *text)
        {
            proofs.push(Proof {
                field: name.clone(),
                text: text.clone(),
                note: Some("computed by the rule".to_owned()),
                ..Proof::default()
            });
        }
    }
    proofs
}

/// Fills `{name}` from what the rule gave with `.because`, else from the listing's field of that name.
pub(super) fn fill(reason: &str, because: &[(String, String)], sheet: &Sheet) -> String {
    let mut filled = String::with_capacity(reason.len());
    let mut rest = reason;
    while let Some(name) = placeholders(rest).next() {
        let mark = format!("{{{name}}}");
        let Some((before, after)) = rest.split_once(&mark) else {
            break;
        };
        let given = because.iter().rev().find(|(key, _)| key == name);
        filled.push_str(before);
        match given {
            Some((_, text)) => filled.push_str(text),
            None => match view::field(name) {
                Some(field) => filled.push_str(&sheet.quoted(field)),
                None => filled.push_str(&mark),
            },
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Notes what a flag quotes that moves with every visit.
pub(super) fn consult_quoted(outcome: &Outcome, look: &Look) {
    let quoted = |reason: &str| placeholders(reason).any(|name| name == DAY);
    if quoted(&outcome.reason) || quoted(&outcome.reason_zh) {
        look.asked(Asked::Day);
    }
}

/// The names between braces, in order.
pub(super) fn placeholders(reason: &str) -> impl Iterator<Item = &str> {
    let inside = reason
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    inside.map(|(name, _)| name).filter(|name| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
    })
}
