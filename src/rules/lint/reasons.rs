//! What `flag` says: both languages, and placeholders that something fills in each.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::language::{lacks_chinese, lacks_english};
use crate::rules::{
    fault::Code,
    literal::Literal,
    picture::{Findings, Place},
    run::placeholders,
    view,
};

type Sentence = (String, Position);

pub(super) fn check(ast: &AST, findings: &mut Findings<'_>) {
    let mut given = BTreeSet::new();
    let mut flags: Vec<[Option<Sentence>; 2]> = Vec::new();
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Expr(Expr::MethodCall(call, _))) if call.name == "because" => {
                given.extend(text(call, 0).map(|(name, _)| name));
            }
            Some(ASTNode::Expr(Expr::FnCall(call, _)))
            | Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => match call.name.as_str() {
                "because" => given.extend(text(call, 1).map(|(name, _)| name)),
                "flag" => flags.push([text(call, 0), text(call, 1)]),
                _ => {}
            },
            _ => {}
        }
        true
    });
    for flag in &flags {
        for sentence in flag.iter().flatten() {
            filled(sentence, &given, findings);
        }
        if let [Some(english), Some(chinese)] = flag {
            languages(english, chinese, findings);
            both(english, chinese, &given, findings);
            both(chinese, english, &given, findings);
        }
    }
}

fn text(call: &FnCallExpr, number: usize) -> Option<Sentence> {
    let literal = Literal(call.args.get(number)?);
    Some((literal.text()?, literal.position()))
}

fn at(sentence: &Sentence) -> Place {
    Place::at(sentence.1, sentence.0.chars().count() + 2)
}

/// Every `{name}` of a literal reason must be filled by something.
fn filled(sentence: &Sentence, given: &BTreeSet<String>, findings: &mut Findings<'_>) {
    for name in placeholders(&sentence.0) {
        if view::field(name).is_none() && !given.contains(name) {
            findings.add(
                Code::Placeholder,
                at(sentence),
                format!("nothing fills `{{{name}}}`"),
                Some(format!("add `.because(\"{name}\", …)`")),
            );
        }
    }
}

/// What the rule worked out must be read in both languages. A field may be put into words instead: "these goods".
fn both(has: &Sentence, lacks: &Sentence, given: &BTreeSet<String>, findings: &mut Findings<'_>) {
    let there: BTreeSet<&str> = placeholders(&lacks.0).collect();
    for name in placeholders(&has.0) {
        if given.contains(name) && !there.contains(name) {
            findings.add(
                Code::OneSided,
                at(lacks),
                format!("`{{{name}}}` stands in the other language only"),
                Some("say it here as well".to_owned()),
            );
        }
    }
}

fn languages(english: &Sentence, chinese: &Sentence, findings: &mut Findings<'_>) {
    let mut add = |sentence, message: &str, help: &str| {
        let (message, help) = (message.to_owned(), help.to_owned());
        findings.add(Code::Language, at(sentence), message, Some(help));
    };
    if lacks_english(&english.0) {
        let help = "write `flag(\"English\", \"中文\")`";
        add(
            english,
            "the first sentence of `flag` is not in English",
            help,
        );
    }
    if lacks_chinese(&chinese.0) {
        let help = "write `flag(\"English\", \"中文\")`";
        add(
            chinese,
            "the second sentence of `flag` is not in Chinese",
            help,
        );
    }
}
