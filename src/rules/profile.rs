//! What each rule costs: runs counted, their steps, and the time they took by a clock that is handed in.

use std::time::Duration;

use super::{
    Fault, Prepared, RuleSet,
    compiled::Bench,
    fault::Code,
    native::outcome::Said,
    picture::{Findings, Place},
    run::{self, Answer},
    view::Item,
};
use crate::model::Facts;

/// What one rule took of all listings that it was held against.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Spent {
    /// The rule's id.
    pub rule: String,
    /// How often its script ran.
    pub calls: u64,
    /// How often its gate stayed shut.
    pub gated_out: u64,
    /// How often it flagged.
    pub flags: u64,
    /// How often it passed.
    pub passes: u64,
    /// How often it could not say.
    pub unsure: u64,
    /// How often it failed.
    pub faults: u64,
    /// Steps of all its runs, as the limit of operations counts them.
    pub steps: u64,
    /// Steps of its longest run.
    pub most_steps: u64,
    /// Steps that a run may take, by the rule's own word or as usual.
    pub budget: u64,
    /// Seconds of all its runs by the clock, native functions among them.
    pub seconds: f64,
}

/// Rules watched while they run.
pub struct Profile<'a> {
    set: &'a RuleSet,
    clock: &'a dyn Fn() -> Duration,
    /// What reading the clock takes by itself.
    glance: Duration,
    listings: u64,
    spent: Vec<Spent>,
}

impl std::fmt::Debug for Profile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile")
            .field("spent", &self.spent)
            .finish_non_exhaustive()
    }
}

impl<'a> Profile<'a> {
    /// `clock` gives the time spent so far, best that of this thread alone.
    pub fn of(set: &'a RuleSet, clock: &'a dyn Fn() -> Duration) -> Self {
        let glance = || {
            let start = clock();
            clock().saturating_sub(start)
        };
        let rules = set.all().iter();
        let spent = rules.map(|rule| Spent {
            rule: rule.source.id.clone(),
            budget: rule.meta.budget(),
            ..Spent::default()
        });
        Self {
            set,
            clock,
            glance: (0..100).map(|_| glance()).min().unwrap_or_default(),
            listings: 0,
            spent: spent.collect(),
        }
    }

    /// Holds every rule against one listing.
    pub fn add(&mut self, item: &Prepared, facts: &Facts) {
        self.listings += 1;
        let look = self.set.look(item, facts);
        // The text is made ready once for all rules: it is no rule's cost.
        look.sheet().search();
        let quiet = Item::quiet(&look);
        let mut bench = Bench::new(self.set.engine(), &quiet);
        for (rule, spent) in self.set.all().iter().zip(&mut self.spent) {
            if !rule.meta.when.open(look.sheet()) {
                continue;
            }
            let start = (self.clock)();
            run::ask(self.set.engine(), rule, &mut bench);
            let took = (self.clock)().saturating_sub(start);
            // The limits are written in steps of the interpreter, which says the same.
            let (answer, steps) = run::ask_interpreter(self.set.engine(), rule, &quiet);
            spent.seconds += took.saturating_sub(self.glance).as_secs_f64();
            spent.take(&answer, steps);
        }
    }

    /// What each rule took, the dearest first.
    pub fn finish(self) -> Vec<Spent> {
        let mut spent = self.spent;
        for one in &mut spent {
            one.gated_out = self.listings - one.calls;
        }
        spent.sort_by(|a, b| {
            b.seconds
                .total_cmp(&a.seconds)
                .then_with(|| a.rule.cmp(&b.rule))
        });
        spent
    }
}

impl RuleSet {
    /// The tests in which a rule takes more steps than its budget.
    pub fn over_budget(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for rule in self.all() {
            let mut findings = Findings::of(&rule.source);
            let budget = rule.meta.budget();
            let tests = rule.trials.iter().map(|trial| self.attempt(rule, trial));
            for test in tests.filter(|test| test.steps > budget) {
                let line = rule.source.text.lines().nth(test.line.saturating_sub(1));
                let indent = line.map_or(0, |line| {
                    line.chars().take_while(|c| c.is_whitespace()).count()
                });
                let place = Place {
                    line: test.line,
                    column: indent + 1,
                    width: 2,
                };
                let message = format!(
                    "this takes {} steps; the rule's budget is {budget}",
                    test.steps
                );
                let help = "do less in loops, or say `budget: …` in `RULE`".to_owned();
                findings.add(Code::OverBudget, place, message, Some(help));
            }
            faults.extend(findings.sorted());
        }
        faults
    }
}

impl Spent {
    fn take(&mut self, answer: &Answer, steps: u64) {
        self.calls += 1;
        self.steps += steps;
        self.most_steps = self.most_steps.max(steps);
        match answer {
            Answer::Skip => {}
            Answer::Fault(_) => self.faults += 1,
            Answer::Said(outcome, _) => match outcome.said {
                Said::Flag => self.flags += 1,
                Said::Pass => self.passes += 1,
                Said::Unsure => self.unsure += 1,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, sync::Arc};

    use super::*;
    use crate::{
        model::Listing,
        reference::Reference,
        rules::tests::{rule, source},
    };

    #[test]
    fn each_rule_is_told_its_runs_steps_and_time() {
        let busy = "let n = 0; while n < 50 { n += 1; } pass()";
        let sources = [
            source("a/quick", &rule("pass()")),
            source("b/busy", &rule(busy)),
            source(
                "c/fails",
                &rule("let n = parse_int(item.sku ?? \"none\"); pass(`${n}`)"),
            ),
        ];
        let (set, _) = RuleSet::load(&sources, Arc::new(Reference::default()));
        // A clock that goes on by a second at each look.
        let now = Cell::new(0);
        let clock = || {
            now.set(now.get() + 1);
            Duration::from_secs(now.get())
        };
        let mut profile = Profile::of(&set, &clock);
        for _ in 0..3 {
            profile.add(&set.prepare(Listing::default()), &Facts::default());
        }
        let spent = profile.finish();
        let of = |id: &str| spent.iter().find(|spent| spent.rule == id).unwrap();
        assert_eq!((of("a/quick").calls, of("a/quick").passes), (3, 3));
        assert!(
            of("b/busy").most_steps > 100 && of("b/busy").most_steps > of("a/quick").most_steps
        );
        assert_eq!(of("b/busy").steps, 3 * of("b/busy").most_steps);
        assert_eq!(of("c/fails").faults, 3);
        assert_eq!(
            of("a/quick").seconds,
            0.0,
            "each look at the clock takes a second, and is no rule's"
        );
    }
}
