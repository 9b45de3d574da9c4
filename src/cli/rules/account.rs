//! An explanation as a person would tell it, line by line.

use crate::rules::{Explanation, GateTold, Looked, Turn};

/// The whole account.
pub(super) fn account(told: &Explanation) -> Vec<String> {
    let mut lines = vec![head(told)];
    let goods = told.listing_title.iter();
    lines.extend(goods.map(|title| format!("  the goods: {title}")));
    lines.push(format!("  the rule:  {} · {}", told.title, told.title_zh));
    if !told.gates.is_empty() {
        chapter(&mut lines, "gates");
        lines.extend(told.gates.iter().map(gate));
    }
    if !told.looked.is_empty() {
        chapter(&mut lines, "what it looked at, in this order");
        lines.extend(told.looked.iter().flat_map(looked));
    }
    if !told.in_vain.is_empty() {
        chapter(&mut lines, "what it asked for, and nobody knows");
        lines.extend(told.in_vain.iter().map(|asked| format!("  {asked}")));
    }
    if !told.turns.is_empty() {
        chapter(&mut lines, "the way it took");
        lines.extend(told.turns.iter().map(turn));
    }
    lines.extend(ending(told));
    lines
}

fn chapter(lines: &mut Vec<String>, title: &str) {
    lines.extend([String::new(), title.to_owned()]);
}

fn head(told: &Explanation) -> String {
    let Explanation { rule, listing, .. } = told;
    match told.outcome {
        "skip" => format!("{rule} does not look at {listing}: a gate is shut"),
        "fault" => format!("{rule} fails on {listing}"),
        outcome => {
            let score = told.score.map(|score| format!(", score {score}"));
            format!(
                "{rule} says {outcome} of {listing}{}",
                score.unwrap_or_default()
            )
        }
    }
}

fn gate(told: &GateTold) -> String {
    let gate = &told.gate;
    let state = if gate.open { "open" } else { "SHUT" };
    let mut line = format!(
        "  {:<9} {state}  wants {}; the listing has {}",
        gate.gate, gate.wants, gate.found
    );
    if let Some(opens) = &told.opens {
        line += &format!(" — it would open for {opens}");
    }
    line
}

/// The value with its place and what it shows, and below it the row of reference data behind it.
fn looked(one: &Looked) -> Vec<String> {
    let proof = &one.proof;
    let mut line = format!("  {}: {}", proof.field, quoted(one));
    if let Some(read_as) = proof
        .normalised
        .as_ref()
        .filter(|text| **text != proof.text)
    {
        line += &format!(", read as “{read_as}”");
    }
    if let Some(note) = &proof.note {
        line += &format!(" — {note}");
    }
    let row = proof.reference.as_ref().map(|row| {
        let date = row.date.as_ref().map(|date| format!(", {date}"));
        let date = date.unwrap_or_default();
        format!("      ← {} {}{date}", row.source, row.id)
    });
    std::iter::once(line).chain(row).collect()
}

/// A match is marked in its context.
fn quoted(one: &Looked) -> String {
    let text = &one.proof.text;
    let Some(context) = &one.context else {
        let goes_on = if one.proof.span.is_some() { "…" } else { "" };
        return match text.is_empty() {
            true => "nothing".to_owned(),
            false => format!("“{text}{goes_on}”"),
        };
    };
    let dots = |cut: bool| if cut { "…" } else { "" };
    format!(
        "“{}{}»{text}«{}{}”",
        dots(context.cut_before),
        context.before,
        context.after,
        dots(context.cut_after)
    )
}

fn turn(turn: &Turn) -> String {
    let met = if turn.met { "met    " } else { "not met" };
    let with = turn.with.iter().map(|(name, value)| match value.as_str() {
        "" => format!("{name} is absent"),
        value => format!("{name} = {}", short(value)),
    });
    let with: Vec<String> = with.collect();
    let with = match with.is_empty() {
        true => String::new(),
        false => format!("   ({})", with.join(", ")),
    };
    format!("  line {:>3}  {met}  {}{with}", turn.line, turn.source)
}

fn short(value: &str) -> String {
    match value.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

fn ending(told: &Explanation) -> Vec<String> {
    let mut lines = vec![String::new()];
    if let Some(line) = told.line {
        lines.push(format!("it ended at line {line}"));
        lines.push(format!("  {}", told.source));
    }
    let reason = match told.reason.as_str() {
        "" => format!("{} without a word", told.outcome),
        reason => reason.to_owned(),
    };
    lines.push(format!("  → {reason}"));
    if !told.reason_zh.is_empty() {
        lines.push(format!("  → {}", told.reason_zh));
    }
    lines
}
