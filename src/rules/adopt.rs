//! A stored listing becomes a test of the rule that looked at it: the fields that the rule rested on, and what it knew
//! beside them, so that the test holds by itself.

use std::sync::Arc;

use rhai::{Dynamic, Map};

use super::{
    Prepared, RuleSet, RuleSource,
    explain::{ended, word},
    insert,
    keepsake::{self, Breadth},
    rule::Rule,
    run::Answer,
    trial::Trial,
    view::{
        Look, facts,
        sample::{self, json},
    },
    written::{self, Entries},
};
use crate::model::Facts;

/// A rule's file with one more test.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Adopted {
    /// The rule's id.
    pub rule: String,
    /// The test as written.
    pub test: String,
    /// Its line in the new text, from 1.
    pub line: usize,
    /// The whole file.
    #[serde(skip)]
    pub text: String,
    /// The file as it was read.
    #[serde(skip)]
    pub before: RuleSource,
}

/// Why a listing cannot become a test.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Refused {
    #[error("there is no rule '{0}' in force")]
    Unknown(String),
    #[error("a test is to expect flag, pass or unsure, not '{0}'")]
    Outcome(String),
    #[error("line {line} of {rule} has a test of that name; give another with --name")]
    Named { rule: String, line: usize },
    #[error(
        "{rule} says {got} of this listing{}, not {expected}: {reason}; change the rule first, then adopt",
        at(*line)
    )]
    Otherwise {
        rule: String,
        got: &'static str,
        expected: &'static str,
        line: Option<usize>,
        reason: String,
    },
    #[error(
        "of what {rule} looked at alone it would say {got}, not {expected}: {reason}; write this test by hand"
    )]
    Apart {
        rule: String,
        got: &'static str,
        expected: &'static str,
        reason: String,
    },
    #[error("no test can be put into the text of {0}: it would not be a rule any more")]
    NoPlace(String),
}

fn at(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(" (line {line})"))
}

impl RuleSet {
    /// Makes a test of a listing, called `name`, that expects `expected` (`flag`, `pass` or `unsure`). The new text is
    /// compiled and the test is run: one that would not hold is refused.
    pub fn adopt(
        &self,
        rule: &str,
        item: &Prepared,
        facts: &Facts,
        expected: &str,
        name: &str,
    ) -> Result<Adopted, Refused> {
        let known = self.rules.iter().find(|known| known.source.id == rule);
        let rule = known.ok_or_else(|| Refused::Unknown(rule.to_owned()))?;
        let words = ["flag", "pass", "unsure"].into_iter();
        let expected = words
            .into_iter()
            .find(|word| *word == expected)
            .ok_or_else(|| Refused::Outcome(expected.to_owned()))?;
        if let Some(trial) = rule.trials.iter().find(|trial| trial.name == name) {
            return Err(Refused::Named {
                rule: rule.source.id.clone(),
                line: trial.line,
            });
        }
        let look = self.look(item, facts);
        let answer = self.answer(rule, &look);
        let said = said(rule, &look, &answer, expected)?;
        let head = head(expected, name, said);
        let draft = self.draft(rule, &look, &answer, expected, head)?;
        self.put(rule, expected, &draft)
    }

    /// The narrowest test that holds.
    fn draft(
        &self,
        rule: &Rule,
        look: &Look,
        answer: &Answer,
        expected: &'static str,
        head: Entries,
    ) -> Result<Entries, Refused> {
        let mut refused = Refused::NoPlace(rule.source.id.clone());
        let asked = keepsake::Asked::of(look, answer);
        for breadth in [Breadth::Cut, Breadth::Looked, Breadth::Whole] {
            let kept = asked.keep(breadth);
            let mut draft = head.clone();
            draft.extend(kept.entries());
            let (listing, mut problems) = sample::listing(&kept.item());
            let (facts, more) = facts::facts(&kept.facts, &listing);
            problems.extend(more);
            let trial = Trial {
                expected,
                name: String::new(),
                score: score(&draft),
                listing,
                facts,
                reference: kept.reference.as_ref().map(json),
                line: 0,
            };
            let told = self.attempt(rule, &trial);
            if told.ok && problems.is_empty() {
                return Ok(draft);
            }
            let said = problems.into_iter().map(|(_, said, _)| said).next();
            refused = Refused::Apart {
                rule: rule.source.id.clone(),
                got: told.got,
                expected,
                reason: said.unwrap_or(told.detail),
            };
        }
        Err(refused)
    }

    /// Puts the test into the file's text and runs it from there.
    fn put(
        &self,
        rule: &Rule,
        expected: &'static str,
        draft: &Entries,
    ) -> Result<Adopted, Refused> {
        let test = written::test(&self.engine, draft);
        let no_place = || Refused::NoPlace(rule.source.id.clone());
        let made = insert::insert(&self.engine, &rule.source.text, &test).ok_or_else(no_place)?;
        let source = RuleSource {
            text: made.text,
            ..rule.source.clone()
        };
        let (set, _faults) = Self::load(
            std::slice::from_ref(&source),
            Arc::clone(&self.library.reference),
        );
        let mut outcomes = set.test().into_iter();
        let told = outcomes.rfind(|test| test.line == made.line);
        let told = told.ok_or_else(no_place)?;
        if !told.ok {
            return Err(Refused::Apart {
                rule: rule.source.id.clone(),
                got: told.got,
                expected,
                reason: told.detail,
            });
        }
        Ok(Adopted {
            rule: rule.source.id.clone(),
            test,
            line: made.line,
            text: source.text,
            before: rule.source.clone(),
        })
    }
}

/// The score that the test is to expect; refused where the rule says something else.
fn said(
    rule: &Rule,
    look: &Look,
    answer: &Answer,
    expected: &'static str,
) -> Result<Option<u8>, Refused> {
    let word = word(rule, look.sheet(), answer);
    if word.outcome == expected {
        return Ok(word.score);
    }
    Err(Refused::Otherwise {
        rule: rule.source.id.clone(),
        got: word.outcome,
        expected,
        line: ended(answer).map(|(line, _)| line),
        reason: word.reason,
    })
}

/// The keys that say what is expected.
fn head(expected: &str, name: &str, score: Option<u8>) -> Entries {
    let score = score.map(|score| ("score".to_owned(), Dynamic::from_int(score.into())));
    let name = (expected.to_owned(), Dynamic::from(name.to_owned()));
    std::iter::once(name).chain(score).collect()
}

fn score(draft: &Entries) -> Option<i64> {
    let found = draft.iter().find(|(key, _)| key == "score");
    found.and_then(|(_, score)| score.as_int().ok())
}

/// Entries as a script's map.
pub(super) fn as_map(entries: &Entries) -> Map {
    let entries = entries.iter();
    entries
        .map(|(key, value)| (key.as_str().into(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        model::{Listing, Money},
        reference::Reference,
        rules::tests::{rule, sound, source},
    };

    fn root() -> std::path::PathBuf {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
    }

    fn set(sources: &[RuleSource]) -> RuleSet {
        let (reference, _) = Reference::load(&root().join("reference"));
        let (set, faults) = RuleSet::load(sources, Arc::new(reference));
        sound(&faults);
        set
    }

    fn shipped() -> Vec<RuleSource> {
        let packs = std::fs::read_dir(root()).unwrap().flatten();
        let packs = packs.filter(|pack| pack.path().is_dir());
        let files = packs.flat_map(|pack| std::fs::read_dir(pack.path()).unwrap().flatten());
        let rules = files.filter(|file| file.path().extension().is_some_and(|end| end == "rhai"));
        let mut sources: Vec<_> = rules
            .map(|file| {
                let path = file.path();
                let id = path.strip_prefix(root()).unwrap().with_extension("");
                RuleSource {
                    id: id.display().to_string(),
                    text: std::fs::read_to_string(&path).unwrap(),
                    path,
                }
            })
            .collect();
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        sources
    }

    #[test]
    fn listings_of_every_shipped_rule_can_be_adopted_and_no_other_byte_changes() {
        let sources = shipped();
        let set = set(&sources);
        let mut adopted = 0;
        for rule in &set.rules {
            // One of each outcome, with and without rows and facts of its own.
            let mut seen = BTreeSet::new();
            let trials = rule.trials.iter().filter(|trial| trial.expected != "skip");
            for trial in trials {
                let facts = format!("{:?}", trial.facts) != format!("{:?}", Facts::default());
                if !seen.insert((trial.expected, trial.reference.is_some(), facts)) {
                    continue;
                }
                let given = trial.reference.clone();
                let given = given.map(|rows| set.library.reference.with_rows(rows).unwrap());
                let given = given.map(Arc::new);
                let given = given.unwrap_or_else(|| Arc::clone(&set.library.reference));
                let (set, _) = RuleSet::load(std::slice::from_ref(&rule.source), given);
                let item = set.prepare(trial.listing.clone());
                let id = &rule.source.id;
                let made = set.adopt(id, &item, &trial.facts, trial.expected, "the new one");
                let made = made.unwrap_or_else(|refused| panic!("{}: {refused}", trial.name));
                let rest = made.text.replacen(&format!("    {},\n", made.test), "", 1);
                assert_eq!(rest, rule.source.text, "{id}");
                assert_eq!(made.before, rule.source);
                adopted += 1;
            }
        }
        assert!(adopted > 50, "{adopted}");
    }

    fn listing() -> Listing {
        let mut listing = super::super::tests::listing();
        listing.description = Some(format!("{} 高仿 {}", "前".repeat(90), "后".repeat(90)));
        listing.title = Some("shoes \u{202e}\"new\"".to_owned());
        listing.attributes.insert("材质".into(), "棉".into());
        listing.price = Some(Money {
            amount: "12.5".parse().unwrap(),
            currency: Some("USD".to_owned()),
        });
        listing
    }

    const BODY: &str = "if item.mentions([\"高仿\"]) { return flag(\"{brand}\", \"{brand}\"); }\nif item.attr(\"产地\") == () { return unsure(\"u\"); }\npass()";

    fn adopt(expected: &str, name: &str) -> Result<Adopted, Refused> {
        let set = set(&[source("a/b", &rule(BODY))]);
        set.adopt(
            "a/b",
            &set.prepare(listing()),
            &Facts::default(),
            expected,
            name,
        )
    }

    #[test]
    fn a_test_keeps_what_the_rule_looked_at_and_no_more() {
        let made = adopt("flag", "a \"fake\"").unwrap();
        assert!(made.test.starts_with("#{ flag: \"a \\\"fake\\\"\", score: 70,\n       item: #{ title: \"shoes \\u202e\\\"new\\\"\""), "{}", made.test);
        assert!(
            made.test.contains("currency: \"USD\"") && made.test.contains("price: 12.5"),
            "{}",
            made.test
        );
        assert!(
            made.test.contains("高仿") && !made.test.contains(&"前".repeat(41)),
            "{}",
            made.test
        );
        assert!(!made.test.contains("材质"), "{}", made.test);
        let lines: Vec<_> = made.text.lines().skip(made.line - 1).take(2).collect();
        assert_eq!(lines.join("\n"), format!("    {},", made.test));
    }

    #[test]
    fn a_test_that_would_not_hold_is_refused_with_the_reason() {
        let refused = adopt("pass", "new").unwrap_err().to_string();
        assert!(
            refused.starts_with(
                "a/b says flag of this listing (line 4), not pass: Nike; change the rule first"
            ),
            "{refused}"
        );
        let refused = adopt("flag", "any").unwrap_err().to_string();
        assert_eq!(
            refused,
            "line 8 of a/b has a test of that name; give another with --name"
        );
        let refused = adopt("skip", "new").unwrap_err().to_string();
        assert!(refused.contains("not 'skip'"), "{refused}");
        // The picture's number is no part of a test.
        let set = set(&[source(
            "a/b",
            &rule(
                "if item.url.contains(\"shop\") && item.platform == \"shop\" && recalls(item).is_empty() && item.codes(\"gtin\").len() == 2 { return pass(); } unsure(\"u\")",
            ),
        )]);
        let mut twice = listing();
        twice.url = "https://shop/1".into();
        let code = crate::model::Code {
            scheme: "gtin".into(),
            raw: "4006381333931".into(),
            value: Some("04006381333931".into()),
            valid: true,
            path: String::new(),
        };
        twice.codes = vec![code.clone(), code];
        let made = set
            .adopt("a/b", &set.prepare(twice), &Facts::default(), "pass", "new")
            .unwrap();
        assert!(
            made.test
                .contains("codes: #{ gtin: [\"4006381333931\", \"4006381333931\"] }"),
            "{}",
            made.test
        );
        assert!(
            made.test.contains("reference: #{ brands: [] }"),
            "{}",
            made.test
        );
    }

    #[test]
    fn what_was_before_stands_in_a_test_that_asks_for_it() {
        let body = "if changed(item, \"model\") == true && changed(item, \"seller.name\") == false && changed(item, \"price\") == false { return pass(); } unsure(\"u\")";
        let set = set(&[source("a/b", &rule(body))]);
        let mut now = listing();
        now.model = Some("B-2".into());
        now.seller.name = Some("a shop".into());
        let past = Listing {
            model: Some("B-1".into()),
            ..now.clone()
        };
        let facts = Facts {
            past: Some(Arc::new(past)),
            ..Facts::default()
        };
        let item = set.prepare(now);
        let made = set.adopt("a/b", &item, &facts, "pass", "new").unwrap();
        let was = "was: #{ currency: \"USD\", model: \"B-1\", price: 12.5, seller: #{ name: \"a shop\" } }";
        assert!(made.test.contains(was), "{}", made.test);
        assert!(made.test.contains("model: \"B-2\""), "{}", made.test);
    }
}
