//! A rule that does not parse, in plain words; where only names are wrong, it is checked as a whole all the same.

use std::collections::BTreeSet;

use rhai::{
    AST, ASTNode, Engine, Expr, LexError, OptimizationLevel, ParseError, ParseErrorType, Position,
    Stmt,
};

use super::{slips, tree};
use crate::rules::{
    fault::Code,
    picture::{Findings, Place, did_you_mean},
};

/// Words of other languages, and what Rhai says for them.
const WORDS: &[(&str, &str)] = &[
    ("elseif", "else if"),
    ("elif", "else if"),
    ("elsif", "else if"),
    ("and", "&&"),
    ("or", "||"),
    ("not", "!"),
    ("is", "=="),
    ("then", "{ … }"),
    ("null", "()"),
    ("nil", "()"),
    ("None", "()"),
    ("undefined", "()"),
    ("True", "true"),
    ("False", "false"),
    ("function", "fn"),
    ("func", "fn"),
    ("def", "fn"),
    ("var", "let"),
    ("foreach", "for"),
    ("of", "in"),
];

/// Says why a rule does not parse; gives what parses of it where nothing but names is wrong.
pub(in crate::rules) fn report(error: &ParseError, findings: &mut Findings<'_>) -> Option<AST> {
    let text = findings.source.text.as_str();
    let slips = slips::find(text);
    if !slips.is_empty() {
        for slip in slips {
            findings.add(Code::Syntax, slip.place, slip.message, Some(slip.help));
        }
        return None;
    }
    let at = error.position();
    if let Some((wrong, right)) = foreign(text, at, error.err_type()) {
        let message = format!("there is no `{wrong}`");
        let help = Some(format!("write `{right}`"));
        findings.add(
            Code::Syntax,
            Place::at(at, wrong.chars().count()),
            message,
            help,
        );
        return None;
    }
    if let ParseErrorType::VariableUndefined(name) = error.err_type() {
        let ast = lenient().compile(text).ok();
        if let Some(ast) = &ast
            && undefined(ast, findings)
        {
            return Some(ast.clone());
        }
        let message = format!("nothing here is called `{name}`");
        let help = "names are `item`, `p` and what `let` defines before";
        let place = Place::at(at, name.chars().count());
        findings.add(Code::UnknownName, place, message, Some(help.to_owned()));
        return None;
    }
    let (message, help, place) = plain(error.err_type(), at, text);
    findings.add(Code::Syntax, place, message, help);
    None
}

/// A parser that takes any name for a variable: the lint names those that nothing defines.
fn lenient() -> Engine {
    let mut engine = Engine::new_raw();
    for symbol in ["eval", "import", "export", "print", "debug"] {
        engine.disable_symbol(symbol);
    }
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_expr_depths(64, 48);
    engine
}

/// Reports every name that nothing in the rule defines; false where there is none.
fn undefined(ast: &AST, findings: &mut Findings<'_>) -> bool {
    let functions = tree::functions(ast);
    let mut defined: BTreeSet<String> = functions.iter().flat_map(|f| f.params.clone()).collect();
    let mut used: Vec<(String, Position)> = Vec::new();
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(var, ..))) => {
                defined.insert(var.0.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                defined.insert(parts.0.name.to_string());
                defined.extend(parts.1.as_ref().map(|counter| counter.name.to_string()));
            }
            Some(ASTNode::Stmt(Stmt::TryCatch(flow, _))) => {
                defined.extend(tree::variable(&flow.expr).map(str::to_owned));
            }
            Some(ASTNode::Expr(expr @ Expr::Variable(_, _, at))) => {
                used.extend(tree::variable(expr).map(|name| (name.to_owned(), *at)));
            }
            _ => {}
        }
        true
    });
    let calls: Vec<&str> = super::vocabulary::docs().map(|doc| doc.name).collect();
    let mut found = false;
    for (name, at) in used {
        if defined.contains(&name) || functions.iter().any(|f| f.name == name) {
            continue;
        }
        found = true;
        let known = defined.iter().map(String::as_str);
        let near = did_you_mean(
            &name,
            known.filter(|name| !["RULE", "TESTS"].contains(name)),
        );
        let help = match calls.contains(&name.as_str()) {
            true => Some(format!("it is a function: write `{name}(…)`")),
            false => {
                near.or_else(|| Some("texts stand in `\"…\"`, and `let` defines a name".to_owned()))
            }
        };
        let message = format!("nothing here is called `{name}`");
        let place = Place::at(at, name.chars().count());
        findings.add(Code::UnknownName, place, message, help);
    }
    found
}

/// The word of another language that the parser stumbled over.
fn foreign(
    text: &str,
    at: Position,
    kind: &ParseErrorType,
) -> Option<(&'static str, &'static str)> {
    let named = match kind {
        ParseErrorType::VariableUndefined(name) | ParseErrorType::Reserved(name) => name.clone(),
        _ => word_at(text, at)?,
    };
    WORDS.iter().find(|(wrong, _)| *wrong == named).copied()
}

fn line_of(text: &str, at: Position) -> Option<Vec<char>> {
    let line = text.lines().nth(at.line()?.checked_sub(1)?)?;
    Some(line.chars().collect())
}

fn word_at(text: &str, at: Position) -> Option<String> {
    let line = line_of(text, at)?;
    let rest = line.get(at.position()?.checked_sub(1)?..)?;
    let letters = rest
        .iter()
        .take_while(|c| c.is_alphanumeric() || **c == '_');
    let word: String = letters.collect();
    (!word.is_empty()).then_some(word)
}

/// Behind the last sign in front of a place: there a missing sign belongs.
fn behind_the_last(text: &str, at: Position) -> Option<Place> {
    let (line, column) = (at.line()?, at.position()?);
    let lines: Vec<&str> = text.lines().take(line).collect();
    for (number, text) in lines.iter().enumerate().rev() {
        let before: Vec<char> = match number + 1 == line {
            true => text.chars().take(column - 1).collect(),
            false => text.chars().collect(),
        };
        if let Some(last) = before.iter().rposition(|c| !c.is_whitespace()) {
            return Some(Place {
                line: number + 1,
                column: last + 1,
                width: 1,
            });
        }
    }
    None
}

/// The parser's fault as a message, what would be right, and where.
fn plain(kind: &ParseErrorType, at: Position, text: &str) -> (String, Option<String>, Place) {
    let place = Place::at(at, 1);
    let told = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()), place);
    match kind {
        ParseErrorType::MissingToken(sign, _) if sign == ";" || sign == "," => (
            format!("`{sign}` is missing behind this"),
            Some(match sign.as_str() {
                ";" => "a statement ends with `;`".to_owned(),
                _ => "values and entries are parted by `,`".to_owned(),
            }),
            behind_the_last(text, at).unwrap_or(place),
        ),
        ParseErrorType::MissingToken(sign, _) if sign == ":" => told(
            "`:` is missing here",
            "a key of a map is followed by `:`, as in `title: \"…\"`",
        ),
        ParseErrorType::MissingToken(sign, _) if sign == "{" => told(
            "`{` is missing here",
            "what `if`, `else`, `for` and `fn` rule over stands in `{ … }`",
        ),
        ParseErrorType::BadInput(LexError::ImproperSymbol(sign, _)) if sign == "=" => told(
            "`=` gives a variable its value; it compares nothing",
            "write `==`",
        ),
        ParseErrorType::DuplicatedProperty(key) => (
            format!("the key `{key}` stands in this map twice"),
            Some("remove one of them".to_owned()),
            place,
        ),
        ParseErrorType::WrongDocComment => told(
            "`///` stands only in front of a function",
            "what the rule finds is said at the head of the file, behind `//!`",
        ),
        ParseErrorType::WrongFnDefinition => told(
            "a function stands inside another",
            "write it behind the last `}` of `check`",
        ),
        ParseErrorType::ExprTooDeep => told(
            "this is nested too deeply",
            "give its parts names with `let`",
        ),
        ParseErrorType::Reserved(word) => (
            format!("`{word}` is a word of the language"),
            Some("take another name".to_owned()),
            place,
        ),
        kind => (small(&kind.to_string()), None, place),
    }
}

/// The parser's words, as a message: small at the start.
fn small(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "the file is not valid Rhai".to_owned(),
    }
}
