//! The rules that compiled, asked together.

use std::{collections::BTreeSet, fmt, sync::Arc};

use rhai::Engine;

use super::{
    Answers, Fault, Prepared, RuleInfo, RuleSource, Verdict,
    compiled::Bench,
    definitions,
    dispatch::{Dispatch, Gates},
    engine::host,
    fault::Code,
    host::Host,
    lint::Vocabulary,
    native::outcome::Said,
    rule::{self, Rule},
    run::{self, Answer, Answered},
    terms::{Names, Terms},
    view::{Item, Library, Look},
};
use crate::{
    model::{Facts, Listing},
    reference::Reference,
    text::glob,
};

/// Rules that compiled, with everything they consult.
pub struct RuleSet {
    pub(super) engine: Engine,
    pub(super) rules: Vec<Rule>,
    terms: Arc<Terms>,
    dispatch: Dispatch,
    pub(super) library: Arc<Library>,
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self
            .rules
            .iter()
            .map(|rule| rule.source.id.as_str())
            .collect();
        f.debug_struct("RuleSet")
            .field("rules", &ids)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

impl Verdict {
    fn say(&mut self, rule: &Rule, said: Said, reason: Arc<str>) {
        let word = (Arc::clone(&rule.id), reason);
        match said {
            Said::Unsure => self.unsure.push(word),
            _ => self.passes.push(word),
        }
    }
}

impl RuleSet {
    /// Rules that compiled, and beside them what is wrong with the ones that did not (and warnings about those that did).
    /// A broken rule stops no other.
    pub fn load(sources: &[RuleSource], reference: Arc<Reference>) -> (Self, Vec<Fault>) {
        Self::compile(host(), sources, reference)
    }

    pub(super) fn compile(
        host: Host,
        sources: &[RuleSource],
        reference: Arc<Reference>,
    ) -> (Self, Vec<Fault>) {
        let vocabulary = Vocabulary::of(&host.engine);
        let names = Names::of(&reference);
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        for source in sources {
            let (rule, found) = rule::compile(&host, &vocabulary, &names, source);
            rules.extend(rule);
            faults.extend(found);
        }
        rules.sort_by(|a, b| a.source.id.cmp(&b.source.id));
        let words = rules
            .iter()
            .flat_map(|rule| rule.words.iter().map(String::as_str));
        let terms = Arc::new(Terms::build(&reference, words));
        for rule in &mut rules {
            rule.meta.when.find_lists(&terms);
        }
        let set = Self {
            dispatch: dispatch(&rules, &reference),
            engine: host.engine,
            rules,
            terms,
            library: Library::new(reference),
        };
        (set, faults)
    }

    /// Folds a listing's text and finds every term of every rule in one pass.
    pub fn prepare(&self, listing: Listing) -> Prepared {
        Prepared::new(listing, &self.terms)
    }

    /// Same listing, facts, rules and reference: same verdict, on any machine, on any day.
    /// A rule is limited in steps, not in seconds: no clock is read.
    pub fn evaluate(&self, item: &Prepared, facts: &Facts) -> Verdict {
        self.evaluate_some(item, facts, |_| true)
    }

    /// [`Self::evaluate`] with the rules alone whose id `asked` says yes to.
    pub fn evaluate_some(
        &self,
        item: &Prepared,
        facts: &Facts,
        asked: impl Fn(&str) -> bool,
    ) -> Verdict {
        let look = self.look(item, facts);
        let (item, quiet) = (look.sheet(), Item::quiet(&look));
        let mut bench = Bench::new(&self.engine, &quiet);
        let mut verdict = Verdict::default();
        let candidates = self.dispatch.candidates(item).into_iter();
        let rules = candidates.filter_map(|number| self.rules.get(number as usize));
        let open = |rule: &&Rule| asked(&rule.source.id) && rule.meta.when.open(item);
        for rule in rules.filter(open) {
            verdict.ran += 1;
            match run::ask(&self.engine, rule, &mut bench) {
                Answered::Ready(answer) => {
                    let reason = match answer.quotes {
                        true => run::fill(&answer.reason, &[], item).into(),
                        false => Arc::clone(&answer.reason),
                    };
                    verdict.say(rule, answer.said, reason);
                }
                Answered::Ran(Answer::Skip) => {}
                Answered::Ran(Answer::Fault(message)) => {
                    verdict.faults.push((Arc::clone(&rule.id), message.into()));
                }
                Answered::Ran(Answer::Said(outcome, trace)) if outcome.said == Said::Flag => {
                    run::consult_quoted(&outcome, &look);
                    verdict.flags.push(run::flag(rule, item, &outcome, &trace));
                }
                Answered::Ran(Answer::Said(outcome, _)) => {
                    let reason = run::fill(&outcome.reason, &outcome.because, item);
                    verdict.say(rule, outcome.said, reason.into());
                }
            }
        }
        verdict.rests = look.rests();
        verdict
    }

    /// What everything that rules can ask for would now answer, in the reference data and in the books of `facts`.
    pub fn answers(&self, facts: &Facts) -> Answers {
        Answers::of(&self.library, facts)
    }

    pub(super) fn all(&self) -> &[Rule] {
        &self.rules
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn look(&self, item: &Prepared, facts: &Facts) -> Arc<Look> {
        let facts = Arc::new(facts.clone());
        Look::new(&self.own(item).0, &facts, &self.library)
    }

    /// A listing that another set prepared was searched for other words: it is prepared anew.
    fn own(&self, item: &Prepared) -> Prepared {
        if Arc::ptr_eq(&item.0.terms, &self.terms) {
            item.clone()
        } else {
            self.prepare(item.listing().clone())
        }
    }

    /// The rules, sorted by id.
    pub fn rules(&self) -> impl Iterator<Item = RuleInfo> {
        self.rules.iter().map(|rule| RuleInfo {
            id: rule.source.id.clone(),
            title: rule.meta.title.clone(),
            title_zh: rule.meta.title_zh.clone(),
            kind: rule.meta.kind.clone(),
            severity: rule.meta.severity,
            basis: rule.meta.basis.clone(),
            path: rule.source.path.clone(),
            hash: rule.hash.clone(),
            doc: rule.doc.clone(),
            tests: rule.trials.len(),
            floor: rule.meta.floor,
        })
    }

    /// Every field and function as a `.d.rhai` file, for editors.
    pub fn definitions() -> String {
        definitions::definitions()
    }

    /// Every function by family, with its example, as a page of Markdown.
    pub fn functions() -> String {
        definitions::functions()
    }

    /// The manual's tables as Markdown, each with its name: `fields`, `functions`, `codes`.
    pub fn tables() -> [(&'static str, String); 3] {
        definitions::tables()
    }

    /// Every rule with the hash of its source.
    pub fn prints(&self) -> impl Iterator<Item = (String, String)> {
        let rules = self.rules.iter();
        rules.map(|rule| (rule.source.id.clone(), rule.hash.clone()))
    }

    /// The gates of some of the rules.
    pub fn gates_of(&self, ids: &BTreeSet<String>) -> Gates<'_> {
        let some = self
            .rules
            .iter()
            .filter(|rule| ids.contains(&rule.source.id));
        Gates::of(some.map(|rule| &rule.meta.when))
    }

    /// What the manual says of a fault such as `R101`, as Markdown; none where there is no such code.
    pub fn page_of(code: &str) -> Option<&'static str> {
        Code::ALL
            .iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(code))
            .map(|known| known.text())
    }

    /// Hex BLAKE3 over the sources.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for rule in &self.rules {
            hasher.update(rule.source.id.as_bytes()).update(b"\0");
            hasher.update(rule.hash.as_bytes()).update(b"\n");
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Whether the rule of that id compiled.
    pub fn contains(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| rule.source.id == id)
    }

    /// How many rules compiled.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether no rule compiled.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Only the rules whose id matches one of the globs (`children/*`); all of them where there is none.
    pub fn only(mut self, globs: &[String]) -> Self {
        if !globs.is_empty() {
            self.rules
                .retain(|rule| globs.iter().any(|glob| glob::fits(glob, &rule.source.id)));
            self.dispatch = dispatch(&self.rules, &self.library.reference);
        }
        self
    }
}

fn dispatch(rules: &[Rule], reference: &Reference) -> Dispatch {
    let kinds: Vec<&str> = reference.kinds().map(|kind| kind.id.as_str()).collect();
    Dispatch::of(rules.iter().map(|rule| &rule.meta.when), &kinds)
}
