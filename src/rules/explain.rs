//! Why a rule said what it said of one listing: gate by gate, value by value, turn by turn, to the line that ended it.

use std::{collections::BTreeMap, sync::Arc};

use rhai::AST;

use super::{
    Prepared, RuleSet,
    coverage::place,
    gate::Gate,
    native::outcome::Said,
    prepared::Sheet,
    rule::Rule,
    run::{self, Answer},
    turns::{self, Turn},
    view::{Look, values::number},
};
use crate::model::{Facts, ListingId, Proof};

/// Characters of the page that stand before and after a match.
const BESIDE: usize = 24;
/// How many words of a term list are named as what would open a gate.
const WORDS: usize = 6;

/// One rule's look at one listing, for a person.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// The rule's id.
    pub rule: String,
    /// The rule's titles.
    pub title: String,
    /// In Chinese.
    pub title_zh: String,
    /// The listing's id.
    pub listing: ListingId,
    /// What the listing is called on its page.
    pub listing_title: Option<String>,
    /// `flag`, `pass`, `unsure`, `skip` or `fault`.
    pub outcome: &'static str,
    /// What the rule said, or the fault's message; for `skip` the gate that stayed shut.
    pub reason: String,
    /// The Chinese sentence of a flag.
    pub reason_zh: String,
    /// 0 to 100, of a flag.
    pub score: Option<u8>,
    /// The rule's gates in order.
    pub gates: Vec<GateTold>,
    /// The numbers that people may tune.
    pub params: BTreeMap<String, f64>,
    /// What the rule looked at before it answered, in the order of looking.
    pub looked: Vec<Looked>,
    /// What the rule asked of reference data and of the store, and nobody knew.
    pub in_vain: Vec<String>,
    /// The `if`s on the way to the answer, in the order of the text.
    pub turns: Vec<Turn>,
    /// Line of the rule's text, from 1, where the answer was given or the fault happened.
    pub line: Option<usize>,
    /// Column of that place in characters, from 1.
    pub column: Option<usize>,
    /// That line.
    pub source: String,
}

/// A gate, and what would open it where it is shut.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct GateTold {
    /// How it stands.
    #[serde(flatten)]
    pub gate: Gate,
    /// What would open it; none where it is open.
    pub opens: Option<String>,
}

/// One thing that the rule looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Looked {
    /// As a flag would show it.
    #[serde(flatten)]
    pub proof: Proof,
    /// Where it is a match in a text: what stands around it.
    pub context: Option<Context>,
}

/// The text around a match, as it stands on the page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Context {
    /// At most 24 characters.
    pub before: String,
    /// At most 24 characters.
    pub after: String,
    /// Whether the text begins further before.
    pub cut_before: bool,
    /// Whether the text goes on.
    pub cut_after: bool,
}

/// An answer in short.
pub(super) struct Word {
    pub outcome: &'static str,
    pub reason: String,
    pub reason_zh: String,
    pub score: Option<u8>,
}

impl RuleSet {
    /// Why a rule says what it says of a listing; none where no rule of that id compiled.
    pub fn explain(&self, rule: &str, item: &Prepared, facts: &Facts) -> Option<Explanation> {
        let rule = self.rules.iter().find(|known| known.source.id == rule)?;
        let look = self.look(item, facts);
        // The rule that runs was made shorter: two `if`s that stand in one another may be one there.
        let whole = self.engine.compile(&rule.source.text);
        let whole = whole.unwrap_or_else(|_| rule.ast.clone());
        Some(explain(rule, &whole, &look, &self.answer(rule, &look)))
    }

    /// What a rule answers, with everything that it looked at.
    pub(super) fn answer(&self, rule: &Rule, look: &Arc<Look>) -> Answer {
        run::ask_and_note(&self.engine, rule, look).0
    }
}

/// What was answered, in short.
pub(super) fn word(rule: &Rule, sheet: &Sheet, answer: &Answer) -> Word {
    let plain = |outcome, reason| Word {
        outcome,
        reason,
        reason_zh: String::new(),
        score: None,
    };
    match answer {
        Answer::Skip => plain("skip", shut(&rule.meta.when.explain(sheet))),
        Answer::Fault(message) => plain("fault", message.clone()),
        Answer::Said(outcome, _) => Word {
            outcome: outcome.said.as_str(),
            reason: run::fill(&outcome.reason, &outcome.because, sheet),
            reason_zh: run::fill(&outcome.reason_zh, &outcome.because, sheet),
            score: (outcome.said == Said::Flag).then(|| run::score(rule, outcome)),
        },
    }
}

/// Puts an answer into words.
fn explain(rule: &Rule, whole: &AST, look: &Look, answer: &Answer) -> Explanation {
    let sheet = look.sheet();
    let word = word(rule, sheet, answer);
    let ended = ended(answer);
    let line = ended.map(|(line, _)| line);
    let text = &rule.source.text;
    let source = line.and_then(|line| text.lines().nth(line.saturating_sub(1)));
    Explanation {
        rule: rule.source.id.clone(),
        title: rule.meta.title.clone(),
        title_zh: rule.meta.title_zh.clone(),
        listing: sheet.listing.id.clone(),
        listing_title: sheet.listing.title.clone(),
        outcome: word.outcome,
        reason: word.reason,
        reason_zh: word.reason_zh,
        score: word.score,
        gates: gates(rule, look),
        params: params(rule),
        looked: looked(sheet, answer),
        in_vain: match answer {
            Answer::Said(_, trace) => trace.in_vain(),
            Answer::Skip | Answer::Fault(_) => Vec::new(),
        },
        turns: turns_of(rule, whole, sheet, answer),
        line,
        column: ended.map(|(_, column)| column).filter(|column| *column > 0),
        source: source.unwrap_or_default().trim().to_owned(),
    }
}

/// Line and column; a fault names its line alone.
pub(super) fn ended(answer: &Answer) -> Option<(usize, usize)> {
    match answer {
        Answer::Skip => None,
        Answer::Said(outcome, _) => place(outcome.position),
        Answer::Fault(message) => {
            let (line, _) = message.strip_prefix("line ")?.split_once(':')?;
            Some((line.parse().ok()?, 0))
        }
    }
}

fn turns_of(rule: &Rule, whole: &AST, sheet: &Sheet, answer: &Answer) -> Vec<Turn> {
    let Answer::Said(outcome, _) = answer else {
        return Vec::new();
    };
    let known = turns::Known {
        text: &rule.source.text,
        sheet,
        params: &rule.meta.params,
    };
    turns::turns(whole, outcome.position, &known)
}

fn params(rule: &Rule) -> BTreeMap<String, f64> {
    let params = rule.meta.params.iter();
    params
        .filter_map(|(name, value)| Some((name.to_string(), number(value)?)))
        .collect()
}

fn shut(gates: &[Gate]) -> String {
    let shut = gates.iter().find(|gate| !gate.open);
    shut.map_or_else(String::new, |gate| {
        format!(
            "`when.{}` wants {}; the listing has {}",
            gate.gate, gate.wants, gate.found
        )
    })
}

fn gates(rule: &Rule, look: &Look) -> Vec<GateTold> {
    let gates = rule.meta.when.explain(look.sheet()).into_iter();
    gates
        .map(|gate| GateTold {
            opens: (!gate.open).then(|| opens(&gate, rule, look)),
            gate,
        })
        .collect()
}

/// What would open a gate that is shut.
fn opens(gate: &Gate, rule: &Rule, look: &Look) -> String {
    match gate.gate {
        "class" if look.sheet().listing.class.is_none() => {
            "words by which the catalogue knows such goods, in title or breadcrumb".to_owned()
        }
        "class" => format!("goods of {}", gate.wants),
        "has" => {
            let missing = gate.found.strip_prefix("no ").unwrap_or(&gate.wants);
            format!("a page that shows {missing}")
        }
        "mentions" => {
            let lists = rule.meta.when.mentions.iter();
            let lists = lists.filter_map(|name| look.reference().terms(name));
            let words: Vec<&str> = lists
                .flat_map(|list| list.terms.iter().take(WORDS).map(String::as_str))
                .take(WORDS)
                .collect();
            format!("a word of that list, such as {}", words.join(", "))
        }
        other => format!("a listing of {other} {}", gate.wants),
    }
}

fn looked(sheet: &Sheet, answer: &Answer) -> Vec<Looked> {
    let Answer::Said(outcome, trace) = answer else {
        return Vec::new();
    };
    let proofs = run::proofs(outcome, trace, sheet).into_iter();
    proofs
        .map(|proof| Looked {
            context: context(sheet, &proof),
            proof,
        })
        .collect()
}

/// A match is a proof with a place and a note; a text that was only read has no note.
fn context(sheet: &Sheet, proof: &Proof) -> Option<Context> {
    let span = proof.span.filter(|_| proof.note.is_some())?;
    let mut passages = sheet.passages().iter();
    let passage = passages.find(|passage| passage.field == proof.field)?;
    let from = span.start.saturating_sub(BESIDE);
    let chars = |from: usize, count: usize| -> String {
        passage.original.chars().skip(from).take(count).collect()
    };
    let after = chars(span.end, BESIDE);
    Some(Context {
        before: chars(from, span.start - from),
        cut_before: from > 0,
        cut_after: passage.original.chars().nth(span.end + BESIDE).is_some(),
        after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Class, Facts, Listing},
        reference::Reference,
        rules::tests::{listing, rule, sound, source},
    };

    const BODY: &str = "let other = #{ price: 1 };
let seller = item.seller.name;
if item.price == () { return unsure(\"no price\"); }
for word in [1, 2] { if word == 3 { return pass(\"three\"); } }
if item.brand == \"Puma\" {
    return pass(\"a cat\");
} else if item.price > 100.0 {
    return pass(\"dear\");
}
if item.mentions([\"高仿\"]) {
    if item.price < p.least && other.price == 1 { return flag(\"{brand}\", \"{brand}\"); }
    return unsure(\"wording alone\");
}
pass(if item.title_mentions([\"x\"]) { \"a\" } else { \"b\" })";

    fn with_params(body: &str, when: &str) -> String {
        rule(body).replace("check(item)", "check(item, p)").replace(
            "basis:",
            &format!("params: #{{ least: 90.0 }}, when: #{{ {when} }}, basis:"),
        )
    }

    fn told(text: &str, listing: Listing) -> Explanation {
        let reference = Reference::load(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reference"),
        );
        let (set, faults) = RuleSet::load(&[source("a/b", text)], Arc::new(reference.0));
        sound(&faults);
        let item = set.prepare(listing);
        set.explain("a/b", &item, &Facts::default()).unwrap()
    }

    #[test]
    fn every_turn_on_the_way_to_a_flag_is_told_with_its_values() {
        let told = told(&with_params(BODY, ""), listing());
        assert_eq!((told.outcome, told.line), ("flag", Some(14)));
        let turns: Vec<_> = told
            .turns
            .iter()
            .map(|turn| (turn.line, turn.met))
            .collect();
        assert_eq!(
            turns,
            [(6, false), (8, false), (10, false), (13, true), (14, true)]
        );
        let with = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(told.turns[1].with, [with("item.brand", "Nike")]);
        assert_eq!(
            told.turns[4].with,
            [with("item.price", "89.00"), with("p.least", "90")]
        );
        assert_eq!(told.params["least"], 90.0);
    }

    #[test]
    fn a_silent_rule_tells_the_line_that_kept_it_silent() {
        let mut cheap = listing();
        cheap.price = None;
        let silent = told(&with_params(BODY, ""), cheap);
        assert_eq!((silent.outcome, silent.line), ("unsure", Some(6)));
        assert_eq!(silent.turns.len(), 1);
        assert!(silent.turns[0].met);
        let mut other = listing();
        other.title = Some("shoes".to_owned());
        let silent = told(&with_params(BODY, ""), other);
        assert_eq!((silent.outcome, silent.line), ("pass", Some(17)));
        assert_eq!(silent.turns.last().map(|turn| turn.met), Some(false));
    }

    #[test]
    fn ifs_that_stand_in_one_another_are_told_one_by_one() {
        let body = "if item.brand == \"Nike\" {\nif item.title != () {\nreturn pass(\"both\");\n}\n}\nflag(\"a\", \"甲\")";
        let turns = told(&rule(body), listing()).turns;
        let turns: Vec<_> = turns.iter().map(|turn| (turn.line, turn.met)).collect();
        assert_eq!(turns, [(4, true), (5, true)]);
    }

    #[test]
    fn a_match_stands_in_its_context() {
        let mut long = listing();
        long.title = Some(format!("{}超Ａ高仿{}", "前".repeat(30), "后".repeat(24)));
        let told = told(
            &rule("if item.mentions([\"超a\"]) { return flag(\"a\", \"b\"); } pass()"),
            long,
        );
        let looked = told
            .looked
            .iter()
            .find(|one| one.context.is_some())
            .unwrap();
        assert_eq!(looked.proof.text, "超Ａ");
        assert_eq!(looked.proof.normalised.as_deref(), Some("超a"));
        let context = looked.context.as_ref().unwrap();
        assert_eq!(context.before, "前".repeat(24));
        assert_eq!(context.after, format!("高仿{}", "后".repeat(22)));
        assert!(context.cut_before && context.cut_after);
    }

    #[test]
    fn a_shut_gate_tells_what_would_open_it() {
        let when =
            "class: [\"children/toy\"], has: [\"title\", \"gtin\"], mentions: [\"second-hand\"]";
        let skipped = told(&with_params("pass()", when), listing());
        assert_eq!(skipped.outcome, "skip");
        let opens: Vec<_> = skipped
            .gates
            .iter()
            .map(|gate| gate.opens.clone().unwrap())
            .collect();
        assert!(opens[0].contains("the catalogue knows"), "{opens:?}");
        assert_eq!(opens[1], "a page that shows gtin");
        assert!(
            opens[2].contains("such as ") && opens[2].contains("二手"),
            "{opens:?}"
        );
        let mut toy = listing();
        toy.class = Some(Class {
            id: "fashion/shoes".to_owned(),
            score: 1.0,
        });
        let skipped = told(&with_params("pass()", when), toy);
        assert_eq!(
            skipped.gates[0].opens.as_deref(),
            Some("goods of children/toy")
        );
    }

    #[test]
    fn what_nobody_knew_is_told_and_a_fault_names_its_line() {
        let asked = told(
            &rule(
                "if recalls(item).is_empty() && usual_price(item.brand, \"x/y\") == () { return unsure(\"u\"); } pass()",
            ),
            listing(),
        );
        assert!(
            asked.in_vain.contains(&"recalls".to_owned()),
            "{:?}",
            asked.in_vain
        );
        assert!(
            asked
                .in_vain
                .iter()
                .any(|one| one.starts_with("usual price of ")),
            "{:?}",
            asked.in_vain
        );
        let fault = told(&rule("let n = 0;\nn -= item.title;\npass()"), listing());
        assert_eq!((fault.outcome, fault.line), ("fault", Some(5)));
        assert_eq!(fault.source, "n -= item.title;");
    }
}
