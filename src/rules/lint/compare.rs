//! Comparisons that can never be true: a text with a number, a word that the field never holds.

use rhai::{Expr, FnCallExpr, Position};

use super::{
    absent,
    flow::Walk,
    kinds::Kind,
    known::Env,
    place_of,
    tree::{Step, chain, written},
    words,
};
use crate::rules::{fault::Code, picture::Place};

/// `a == b`, `a < b` and their like.
pub(super) fn operands(
    walk: &mut Walk<'_, '_, '_>,
    sign: &str,
    at: Position,
    sides: [&Expr; 2],
    env: &mut Env,
) {
    match sign {
        "<" | ">" | "<=" | ">=" => absent::compared(walk, sides, env),
        "==" | "!=" => {}
        _ => return,
    }
    kinds(walk, sign, at, sides, env);
    for (side, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
        word(walk, side, other, env);
    }
}

/// `x in ["a", "b"]`: the list of the language's `contains`.
pub(super) fn sought(walk: &mut Walk<'_, '_, '_>, call: &FnCallExpr, env: &Env) {
    if call.name != "contains" {
        return;
    }
    let [list, sought] = call.args.as_slice() else {
        return;
    };
    if let Expr::Array(words, _) = list {
        for one in words.iter() {
            word(walk, one, sought, env);
        }
    }
    let container = env.kind_of(list, walk.script.vocabulary);
    if container.maybe {
        absent::arithmetic(walk, "-", [list, list], env);
    }
}

fn kinds(walk: &mut Walk<'_, '_, '_>, sign: &str, at: Position, sides: [&Expr; 2], env: &Env) {
    let [a, b] = sides.map(|side| env.kind_of(side, walk.script.vocabulary).kind);
    let same = match (&a, &b) {
        (Kind::Unit, _) | (_, Kind::Unit) => true,
        (Kind::List(_), Kind::List(_)) => true,
        (a, b) => a == b,
    };
    let (Some(first), Some(second)) = (a.word(), b.word()) else {
        return;
    };
    if same || !walk.said.insert((at, Code::Kinds.as_str())) {
        return;
    }
    let always = if sign == "!=" { "true" } else { "false" };
    let message = format!("{first} is compared with {second}: that is always {always}");
    let help = match (&a, &b) {
        (Kind::Number, Kind::Text) | (Kind::Text, Kind::Number) => {
            "write the number without quotes, or make one of the text with `parse_float`"
        }
        _ => "compare values of one kind",
    };
    let place = Place::at(at, sign.chars().count());
    walk.findings
        .add(Code::Kinds, place, message, Some(help.to_owned()));
}

/// A literal beside a field that holds only certain words.
fn word(walk: &mut Walk<'_, '_, '_>, literal: &Expr, other: &Expr, env: &Env) {
    let Expr::StringConstant(text, at) = literal else {
        return;
    };
    let Some(allowed) = field_of(other, env, walk) else {
        return;
    };
    let Some(help) = allowed.wrong(text, &walk.script.names.kinds) else {
        return;
    };
    if walk.said.insert((*at, Code::UnknownWord.as_str())) {
        let name = written(other).unwrap_or_default();
        let message = format!("`{name}` is never \"{}\"", text.as_str());
        let place = place_of(literal, text.chars().count() + 2);
        walk.findings.add(Code::UnknownWord, place, message, help);
    }
}

/// What the field at the end of a chain, or of the chain that a variable stands for, may hold.
fn field_of(expr: &Expr, env: &Env, walk: &Walk<'_, '_, '_>) -> Option<words::Words> {
    if let Some(name) = super::tree::variable(expr) {
        let key = &env.variables.get(name)?.key;
        return words::of_field(key.strip_prefix("item.")?);
    }
    let links = chain(expr)?;
    let (last, before) = links.links.split_last()?;
    let Step::Field(field) = last.step else {
        return None;
    };
    let key = env.key(expr);
    if let Some(field) = key.as_deref().and_then(|key| key.strip_prefix("item.")) {
        return words::of_field(field);
    }
    // `entry.status`, where `entry` is a certificate.
    let kind = match before {
        [] => env.kind_of(links.base, walk.script.vocabulary).kind,
        [one] if matches!(one.step, Step::At(_)) => env
            .kind_of(links.base, walk.script.vocabulary)
            .kind
            .element(),
        _ => return None,
    };
    match kind {
        Kind::Thing(thing) => words::of_thing(thing, field),
        _ => None,
    }
}
