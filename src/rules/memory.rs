//! What a rule asked before, answer by answer, and what it said then. A script that gets the same answers again says the same
//! again, so that it need not run: most listings go a way that many others went.
//!
//! Only passes and unsure answers are kept. A flag needs the trace of its own run, and a fault may be about the script's limits.

use std::collections::BTreeMap;

use super::{
    native::outcome::{Outcome, Said},
    question::{Question, Reply},
    view::Look,
};

/// Courses of one rule that are kept; when there are more, all are forgotten and the rule begins anew.
const COURSES: usize = 2_000;

/// Questions in one course; a longer one is not kept.
const QUESTIONS: usize = 64;

/// One question after another, with the answers.
#[derive(Debug, Default)]
pub(super) struct Course(Vec<(Question, Reply)>);

impl Course {
    /// Notes a question and its answer, once.
    pub(super) fn note(&mut self, look: &Look, question: Question) {
        if self.0.iter().any(|(known, _)| *known == question) {
            return;
        }
        let reply = look.reply(&question);
        if self.0.len() <= QUESTIONS {
            self.0.push((question, reply));
        }
    }

    fn is_to_be_kept(&self) -> bool {
        self.0.len() <= QUESTIONS && self.0.iter().all(|(_, reply)| *reply != Reply::Rich)
    }
}

/// The courses that one rule's runs took.
#[derive(Debug, Default)]
pub(super) struct Memory {
    start: Option<Step>,
    courses: usize,
}

#[derive(Debug)]
enum Step {
    Asks(Question, BTreeMap<Reply, Step>),
    Says(Outcome),
}

impl Memory {
    /// What the rule will say of a listing, where a run took the same course.
    pub(super) fn outcome(&self, look: &Look) -> Option<&Outcome> {
        let mut step = self.start.as_ref()?;
        loop {
            match step {
                Step::Says(outcome) => return Some(outcome),
                Step::Asks(question, ways) => step = ways.get(&look.reply(question))?,
            }
        }
    }

    /// Keeps a course and what came of it.
    pub(super) fn keep(&mut self, course: Course, outcome: &Outcome) {
        if outcome.said == Said::Flag || !course.is_to_be_kept() {
            return;
        }
        if self.courses >= COURSES {
            *self = Self::default();
        }
        let says = Step::Says(outcome.clone());
        let course = course.0.into_iter();
        match &mut self.start {
            Some(start) => self.courses += usize::from(start.grow(course, says)),
            start => {
                *start = Some(row(course, says));
                self.courses = 1;
            }
        }
    }
}

impl Step {
    /// Adds what is new of a course; false where nothing is, or where it does not fit what is known.
    fn grow(&mut self, mut course: impl Iterator<Item = (Question, Reply)>, says: Self) -> bool {
        let (Self::Asks(known, ways), Some((question, reply))) = (self, course.next()) else {
            return false;
        };
        if *known != question {
            return false;
        }
        match ways.get_mut(&reply) {
            Some(next) => next.grow(course, says),
            None => {
                ways.insert(reply, row(course, says));
                true
            }
        }
    }
}

/// A course without a fork.
fn row(mut course: impl Iterator<Item = (Question, Reply)>, says: Step) -> Step {
    match course.next() {
        Some((question, reply)) => {
            Step::Asks(question, BTreeMap::from([(reply, row(course, says))]))
        }
        None => says,
    }
}
