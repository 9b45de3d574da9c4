//! Lines tried on every page: how many each gets right, and which are proposed.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Asked,
    wanted::{Answer, Wanted},
};
use crate::extract::select::Way;

/// Lines of one field that are tried.
const MOST_TRIALS: usize = 700;
/// Lines that fit all pages, after which no more are sought.
const ENOUGH: usize = 12;
/// Of those so many are told beside the best.
const OTHERS: usize = 2;
/// Lines that one field gets where no single one fits every page.
const MOST_LINES: usize = 3;
/// What a line costs for each page on which it also gives other values.
const AMONG_OTHERS: u32 = 25;

/// One line, and what it gave on each page.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) line: String,
    cost: u32,
    answers: Vec<Answer>,
}

impl Trial {
    fn right(&self) -> usize {
        self.answers.iter().filter(|a| is_right(**a)).count()
    }

    fn wrong(&self) -> bool {
        self.answers.contains(&Answer::Wrong)
    }

    fn fits(&self) -> bool {
        self.right() == self.answers.len()
    }

    fn total(&self) -> u32 {
        let among = self
            .answers
            .iter()
            .filter(|a| **a == Answer::RightAmongOthers)
            .count();
        self.cost + AMONG_OTHERS * u32::try_from(among).unwrap_or(99)
    }
}

fn is_right(answer: Answer) -> bool {
    matches!(answer, Answer::Right | Answer::RightAmongOthers)
}

/// Tries the lines, cheapest first; those worth telling, best first.
pub(super) fn tried(lines: BTreeMap<String, u32>, pages: &[Asked<'_, '_, '_>]) -> Vec<Trial> {
    let mut lines: Vec<(String, u32)> = lines.into_iter().collect();
    lines.sort_by(|a, b| (a.1, a.0.len(), &a.0).cmp(&(b.1, b.0.len(), &b.0)));
    let (mut trials, mut clean) = (Vec::new(), 0);
    for (line, cost) in lines.into_iter().take(MOST_TRIALS) {
        let Ok(way) = Way::compile(&line) else {
            continue;
        };
        let trial = Trial {
            line,
            cost,
            answers: answers(&way, pages),
        };
        clean += usize::from(trial.fits() && trial.total() == trial.cost);
        if trial.right() > 0 {
            trials.push(trial);
        }
        if clean >= ENOUGH {
            break;
        }
    }
    trials.sort_by(|a, b| {
        let key = |t: &Trial| {
            (
                std::cmp::Reverse(t.right()),
                t.wrong(),
                t.total(),
                t.line.len(),
            )
        };
        key(a).cmp(&key(b)).then_with(|| a.line.cmp(&b.line))
    });
    trials
}

/// What a way gives on each page. After two wrong ones it is not asked any further.
fn answers(way: &Way, pages: &[Asked<'_, '_, '_>]) -> Vec<Answer> {
    let mut wrong = 0;
    let mut one = |asked: &Asked<'_, '_, '_>| {
        if wrong > 1 {
            return Answer::Wrong;
        }
        let mut values = way.values(asked.sheet);
        if matches!(asked.wanted, Wanted::Nothing) {
            values.retain(|value| !crate::text::blank::says_nothing(&value.text));
        }
        let answer = asked
            .wanted
            .answer(asked.field, &values, asked.sheet.page, asked.hint);
        wrong += usize::from(answer == Answer::Wrong);
        answer
    };
    pages.iter().map(&mut one).collect()
}

/// The lines to propose: the best that fits every page; else a few that give nothing where they do not fit; else the one
/// that gets most pages right. Empty where none gets any.
pub(super) fn chosen(trials: &[Trial]) -> Vec<String> {
    let Some(best) = trials.first() else {
        return Vec::new();
    };
    if best.fits() {
        return vec![best.line.clone()];
    }
    let mut left: Vec<bool> = vec![true; best.answers.len()];
    let mut lines = Vec::new();
    let gains = |trial: &Trial, left: &[bool]| {
        let pairs = trial.answers.iter().zip(left);
        pairs
            .filter(|(answer, left)| **left && is_right(**answer))
            .count()
    };
    while lines.len() < MOST_LINES {
        // Of those that gain the same the first, which costs least.
        let next = trials
            .iter()
            .rev()
            .filter(|trial| !trial.wrong() && gains(trial, &left) > 0)
            .max_by_key(|trial| gains(trial, &left));
        let Some(next) = next else { break };
        for (left, answer) in left.iter_mut().zip(&next.answers) {
            *left &= !is_right(*answer);
        }
        lines.push(next.line.clone());
    }
    let covered = left.iter().filter(|left| !**left).count();
    if covered >= best.right() {
        lines
    } else {
        vec![best.line.clone()]
    }
}

/// Further lines that fit every page, each ending in another element or name than those before it.
pub(super) fn others(trials: &[Trial], lines: &[String]) -> Vec<String> {
    fn end(line: &str) -> &str {
        let source = line.split(" | ").next().unwrap_or(line);
        source.rsplit([' ', '/', '@']).next().unwrap_or(source)
    }
    let mut ends: BTreeSet<&str> = lines.iter().map(|line| end(line)).collect();
    let fits = trials.iter().filter(|trial| trial.fits());
    let fresh = fits.filter(|trial| ends.insert(end(&trial.line)));
    fresh.take(OTHERS).map(|trial| trial.line.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(line: &str, cost: u32, answers: &[Answer]) -> Trial {
        Trial {
            line: line.to_owned(),
            cost,
            answers: answers.to_vec(),
        }
    }

    #[test]
    fn lines_that_give_nothing_elsewhere_make_up_for_one_another() {
        use Answer::{Nothing, Right, Wrong};
        let trials = [
            trial("mostly", 5, &[Right, Right, Wrong]),
            trial("a", 9, &[Right, Right, Nothing]),
            trial("b", 9, &[Nothing, Nothing, Right]),
        ];
        assert_eq!(chosen(&trials), ["a", "b"]);
        assert_eq!(chosen(&trials[..1]), ["mostly"]);
        assert_eq!(chosen(&[trials[0].clone(), trials[2].clone()]), ["mostly"]);
        assert!(chosen(&[]).is_empty());
    }

    #[test]
    fn lines_that_differ_only_in_their_way_are_told_once() {
        let trials = ["#a .b", "main .b", "#a > .b", "/b", ".c | number", "#a .c"]
            .map(|line| trial(line, 1, &[Answer::Right]));
        assert_eq!(
            others(&trials, &["#a .b".to_owned()]),
            ["/b", ".c | number"]
        );
    }
}
