//! Comparing and computing with what may be absent: silently false the one, a fault of the rule the other.

use rhai::Expr;

use super::{
    flow::Walk,
    known::Env,
    place_of,
    tree::{Chain, Step, variable, written},
    vocabulary,
};
use crate::rules::fault::Code;

/// `a < b` where a side may be `()`.
pub(super) fn compared(walk: &mut Walk<'_, '_, '_>, sides: [&Expr; 2], env: &mut Env) {
    for side in sides {
        if !env.kind_of(side, walk.script.vocabulary).maybe {
            continue;
        }
        let name = written(side).unwrap_or_else(|| "this".to_owned());
        let message = format!("`{name}` may be absent, and then the comparison is silently false");
        let help = ask_first(side, &name, env);
        report(walk, Code::AbsentCompared, side, message, help);
        // Said once: behind this place it is taken to be there.
        env.learn(&Vec::from_iter(env.key(side)));
    }
}

/// `a + b` and its like where a side may be `()`.
pub(super) fn arithmetic(walk: &mut Walk<'_, '_, '_>, sign: &str, sides: [&Expr; 2], env: &Env) {
    if !["+", "-", "*", "/", "%", "**"].contains(&sign) {
        return;
    }
    let known = sides.map(|side| env.kind_of(side, walk.script.vocabulary));
    // Text and `()` make text.
    if sign == "+" && known.iter().any(|side| side.kind.word() == Some("a text")) {
        return;
    }
    for (side, known) in sides.into_iter().zip(known) {
        if known.maybe {
            let name = written(side).unwrap_or_else(|| "this".to_owned());
            let message = format!("`{name}` may be absent, and then the rule fails here");
            let help = ask_first(side, &name, env);
            report(walk, Code::AbsentUsed, side, message, help);
        }
    }
}

/// `a.b()` where `a` may be `()`, which has no methods of its own.
pub(super) fn called(walk: &mut Walk<'_, '_, '_>, chain: &Chain<'_>, env: &Env) {
    let Some(link) = chain.links.iter().position(|link| match link.step {
        Step::Call(call, _) => !link.safe && !answers_for_nothing(walk, &call.name),
        _ => false,
    }) else {
        return;
    };
    // The fields in front of the first call, by the key that guards have.
    let Some(fields) = chain.links.get(..link) else {
        return;
    };
    let mut key = match env.key(chain.base) {
        Some(key) => key,
        None => return,
    };
    let mut name = written(chain.base).unwrap_or_default();
    let mut known = env.kind_of(chain.base, walk.script.vocabulary);
    for field in fields {
        let Step::Field(field) = field.step else {
            return;
        };
        key = format!("{key}.{field}");
        name = format!("{name}.{field}");
        known = super::known::of_field(&known.kind, field, walk.script.vocabulary);
    }
    if known.maybe && !env.present.contains(&key) {
        let message = format!("`{name}` may be absent, and then the rule fails here");
        let help = asked(&key, &name);
        let place = place_of(chain.base, name.chars().count());
        if walk
            .said
            .insert((chain.base.start_position(), Code::AbsentUsed.as_str()))
        {
            walk.findings
                .add(Code::AbsentUsed, place, message, Some(help));
        }
    }
}

/// Functions that take `()`: those of this host say so, and these of the language do.
fn answers_for_nothing(walk: &Walk<'_, '_, '_>, name: &str) -> bool {
    ["type_of", "to_string", "to_debug", "is_shared"].contains(&name)
        || vocabulary::doc(name).is_some()
        || walk.script.functions.iter().any(|f| f.name == name)
}

fn report(walk: &mut Walk<'_, '_, '_>, code: Code, at: &Expr, message: String, help: String) {
    if walk.said.insert((at.start_position(), code.as_str())) {
        let width = written(at).map_or(1, |text| text.chars().count());
        let place = place_of(at, width);
        walk.findings.add(code, place, message, Some(help));
    }
}

fn ask_first(side: &Expr, name: &str, env: &Env) -> String {
    match env.key(side) {
        Some(key) => asked(&key, name),
        None if variable(side).is_some() => asked("", name),
        None => "give it a name with `let`, and ask whether it is `()`".to_owned(),
    }
}

fn asked(key: &str, name: &str) -> String {
    let field = key
        .strip_prefix("item.")
        .filter(|field| crate::rules::view::field(field).is_some());
    match field {
        Some(field) => format!(
            "add \"{field}\" to `when.has`, or ask first: `if {name} == () {{ return unsure(\"…\"); }}`"
        ),
        None => format!("ask first: `if {name} == () {{ return unsure(\"…\"); }}`"),
    }
}
