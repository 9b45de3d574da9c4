//! Gates that can never open, and entries of a gate that change nothing.

use rhai::Position;

use super::{entry, words};
use crate::rules::{
    fault::Code,
    literal::Literal,
    picture::{Findings, Place},
    terms::Names,
};

/// The fields that are certainly there where the gates are open.
pub(super) fn promised(when: Option<Literal<'_>>) -> Vec<String> {
    let texts = |key: &str| {
        when.and_then(|when| entry(when, key)?.texts())
            .unwrap_or_default()
    };
    let mut fields: Vec<String> = texts("has").into_iter().map(|(text, _)| text).collect();
    let others = ["class", "platform", "language"];
    let others = others.into_iter().filter(|gate| !texts(gate).is_empty());
    fields.extend(others.map(str::to_owned));
    fields
}

pub(super) fn check(when: Literal<'_>, names: &Names<'_>, findings: &mut Findings<'_>) {
    for (key, at, value) in when.entries().unwrap_or_default() {
        let Some(texts) = value.texts() else {
            continue;
        };
        if texts.is_empty() {
            findings.add(
                Code::IdleGate,
                Place::at(at, key.chars().count()),
                format!("`{key}` names nothing, so it keeps no listing out"),
                Some("remove it, or name what it is for".to_owned()),
            );
        }
        doubled(key, &texts, findings);
        let shut = texts
            .iter()
            .filter_map(|(text, at)| Some((text, *at, never(key, text, names)?)));
        for (text, at, (why, help)) in shut.collect::<Vec<_>>() {
            findings.add(
                Code::ShutGate,
                Place::at(at, text.chars().count() + 2),
                why,
                Some(help),
            );
        }
    }
}

/// Why no listing can ever have that word, and what would be right.
fn never(key: &str, text: &str, names: &Names<'_>) -> Option<(String, String)> {
    match key {
        "mentions" if names.lists.contains(&text) && names.empty.contains(&text) => Some((
            format!("the term list `{text}` is empty, so this gate never opens"),
            "add terms to the list, or take another one".to_owned(),
        )),
        "language" => {
            let help = words::language(text)?;
            Some((format!("no listing has the language `{text}`"), help))
        }
        "platform" => {
            let plain =
                !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            (!plain).then(|| {
                (
                    format!("`{text}` cannot be a platform"),
                    "write its id from config.toml: letters, digits and `-`".to_owned(),
                )
            })
        }
        _ => None,
    }
}

/// The same entry twice, or one that another covers.
fn doubled(key: &str, texts: &[(String, Position)], findings: &mut Findings<'_>) {
    for (number, (text, at)) in texts.iter().enumerate() {
        let before = texts.get(..number).unwrap_or_default();
        let again = before.iter().any(|(other, _)| other == text);
        let wider = texts.iter().find(|(other, _)| {
            let below = other.strip_suffix('*').filter(|group| group.ends_with('/'));
            key == "class" && other != text && below.is_some_and(|group| text.starts_with(group))
        });
        let message = match (again, wider) {
            (true, _) => format!("`{text}` stands here twice"),
            (false, Some((wider, _))) => format!("`{wider}` already lets `{text}` in"),
            (false, None) => continue,
        };
        findings.add(
            Code::IdleGate,
            Place::at(*at, text.chars().count() + 2),
            message,
            Some("remove it".to_owned()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_term_list_never_opens_a_gate() {
        let names = Names {
            lists: vec!["full", "bare"],
            empty: vec!["bare"],
            kinds: Vec::new(),
        };
        assert_eq!(never("mentions", "full", &names), None);
        let (why, _) = never("mentions", "bare", &names).unwrap();
        assert_eq!(
            why,
            "the term list `bare` is empty, so this gate never opens"
        );
        assert_eq!(
            never("mentions", "strange", &names),
            None,
            "that is a fault of its own"
        );
    }
}
