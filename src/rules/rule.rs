//! One rule, from text to something that can be asked.

use std::sync::{Arc, Mutex};

use rhai::{AST, Caches, OptimizationLevel, Scope};

use super::{
    Fault, RuleSource,
    compiled::Program,
    fault::Code,
    host::Host,
    lint::{self, Vocabulary},
    literal::{constant, loose_statement},
    meta::{self, Meta},
    picture::{Findings, Place},
    terms::Names,
    trial::{self, Trial},
    view::Params,
};

/// A rule that compiled.
#[derive(Debug)]
pub(super) struct Rule {
    pub source: RuleSource,
    /// The source's, for verdicts.
    pub id: Arc<str>,
    /// Hex BLAKE3 of the source.
    pub hash: String,
    pub meta: Meta,
    pub params: Params,
    /// The `//!` comment at the head.
    pub doc: String,
    /// `check(item, p)` rather than `check(item)`.
    pub takes_params: bool,
    pub ast: AST,
    /// `check` made ready, where it can be.
    pub program: Option<Program>,
    /// The words that `check` looks for itself.
    pub words: Vec<String>,
    pub trials: Vec<Trial>,
    /// What earlier runs found out about the functions that the script calls, one for each run that is under way.
    pub resolved: Mutex<Vec<Caches>>,
}

/// Reads, checks and compiles one rule. All its faults come at once; errors among them keep it out.
pub(super) fn compile(
    host: &Host,
    vocabulary: &Vocabulary,
    names: &Names<'_>,
    source: &RuleSource,
) -> (Option<Rule>, Vec<Fault>) {
    let mut findings = Findings::of(source);
    let ast = match host.engine.compile(&source.text) {
        Ok(ast) => ast,
        Err(error) => match lint::report_syntax(&error, &mut findings) {
            Some(ast) => ast,
            None => return (None, findings.sorted()),
        },
    };
    if let Some(at) = loose_statement(&ast) {
        findings.add(
            Code::Loose,
            Place::at(at, 1),
            "a statement outside a function never runs".to_owned(),
            Some("move it into `check`".to_owned()),
        );
    }
    let doc = doc(&source.text);
    if doc.is_empty() {
        findings.add(
            Code::NoDoc,
            Place {
                line: 1,
                column: 1,
                width: 1,
            },
            "the file does not say what the rule finds".to_owned(),
            Some("begin with `//! …`, in English and in Chinese".to_owned()),
        );
    }
    let meta = meta::read(&ast, names, &mut findings);
    let takes_params = arity(&ast, &mut findings);
    let words = lint::walk(&ast, vocabulary, names, &mut findings);
    let trials = trial::read(constant(&ast, "TESTS"), &mut findings);
    let fatal = findings.fatal();
    let faults = findings.sorted();
    let Some((meta, takes_params)) = meta.zip(takes_params).filter(|_| !fatal) else {
        return (None, faults);
    };
    let level = OptimizationLevel::Simple;
    let ast = host.engine.optimize_ast(&Scope::new(), ast, level);
    let params = Params(Arc::new(meta.params.clone()));
    let rule = Rule {
        hash: blake3::hash(source.text.as_bytes()).to_hex().to_string(),
        program: Program::of(&ast, &params, &host.natives),
        ast,
        id: source.id.as_str().into(),
        source: source.clone(),
        doc,
        params,
        meta,
        takes_params,
        words,
        trials,
        resolved: Mutex::default(),
    };
    (Some(rule), faults)
}

/// The lines of the `//!` comment, without their marks.
pub(super) fn doc(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

/// Whether `check` takes the parameters; none where there is no usable `check`.
fn arity(ast: &AST, findings: &mut Findings<'_>) -> Option<bool> {
    let counts: Vec<usize> = ast
        .iter_functions()
        .filter(|function| function.name == "check")
        .map(|function| function.params.len())
        .collect();
    match counts.as_slice() {
        [1] => Some(false),
        [2] => Some(true),
        other => {
            let message = match other {
                [] => "the file has no `fn check(item)`".to_owned(),
                [count] => format!("`check` takes {count} values"),
                _ => "the file has more than one `check`".to_owned(),
            };
            let help = "write one `fn check(item)`, or `fn check(item, p)` to get the parameters";
            findings.add(
                Code::Check,
                Place::default(),
                message,
                Some(help.to_owned()),
            );
            None
        }
    }
}
