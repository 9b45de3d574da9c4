//! `rules backtest`: what rules would flag of everything stored, beside the flags that stand.

use jiff::Timestamp;

use crate::{
    backtest::{Change, Counts, Example, Order, Sample, Summary, Work},
    cli::{Context, Exit, Failure, counted::counted, stop_on_ctrl_c},
    text::harmless,
    workspace::{self, BacktestJob, Backtested, Workspace},
};

/// Of more rules than these only those that change something have a row of their own.
const MANY: usize = 20;

const HEAD: [&str; 8] = [
    "rule",
    "gained",
    "lost",
    "changed",
    "unchanged",
    "unsure",
    "faults",
    "suppressed",
];

/// Characters of a title in an example.
const LONGEST: usize = 40;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A rule's id or a glob such as 'recall/*', or a file or folder with candidate rules
    #[arg(required = true, value_name = "RULE|FILE|DIR")]
    targets: Vec<String>,
    /// The rule in whose place a single candidate file is tried
    #[arg(long = "as", value_name = "RULE")]
    replaces: Option<String>,
    #[command(flatten)]
    shown: Shown,
}

/// What `backtest` and `diff` have in common.
#[derive(Debug, clap::Args)]
pub(super) struct Shown {
    /// Examples of each change, for each rule
    #[arg(long, default_value_t = 3, value_name = "N")]
    examples: usize,
    /// A quick look at so many listings, drawn by lot
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Another number draws other listings
    #[arg(long, default_value_t = 1, requires = "sample", value_name = "S")]
    seed: u64,
}

impl Shown {
    pub(super) fn order(&self) -> Order {
        let seed = self.seed;
        Order {
            examples: self.examples,
            sample: self.sample.map(|listings| Sample { listings, seed }),
            now: Timestamp::now(),
        }
    }
}

pub(super) fn backtest(
    workspace: &Workspace,
    args: Args,
    context: &Context,
) -> Result<Exit, Failure> {
    let job = BacktestJob {
        order: args.shown.order(),
        targets: args.targets,
        replaces: args.replaces,
    };
    let done = workspace::backtest(workspace, &job, &stop_on_ctrl_c())?;
    if context.printer.json {
        context.printer.document(&done)?;
    } else {
        let Backtested { summary, faults } = &done;
        for fault in faults {
            context.printer.line(&fault.picture)?;
        }
        shown(summary, context)?;
        for line in work(&summary.work, &summary.all) {
            context.printer.line(&line)?;
        }
    }
    let broken = done.faults.iter().any(|fault| fault.level == "error");
    Ok(if broken { Exit::No } else { Exit::Done })
}

/// The counts and examples of each rule.
pub(super) fn shown(summary: &Summary, context: &Context) -> Result<(), Failure> {
    context.printer.line(&first(summary))?;
    let rules = &summary.rules;
    context.printer.table(&HEAD, rows(summary))?;
    for (rule, tally) in rules.iter().filter(|(_, tally)| !tally.examples.is_empty()) {
        context.printer.line(rule)?;
        for example in &tally.examples {
            context.printer.line(&harmless::line(&told(example)))?;
        }
    }
    if summary.stopped {
        context
            .printer
            .say("stopped before the end; the counts are of what was looked at");
    }
    Ok(())
}

/// A row for each rule; where they are many, for those that change something.
fn rows(summary: &Summary) -> Vec<Vec<String>> {
    let rules = &summary.rules;
    let moves = |counts: &Counts| {
        let Counts {
            gained,
            lost,
            changed,
            faults,
            ..
        } = counts;
        gained + lost + changed + faults > 0
    };
    let told = rules
        .iter()
        .filter(|(_, tally)| rules.len() <= MANY || moves(&tally.counts));
    let mut rows: Vec<_> = told.map(|(rule, tally)| row(rule, &tally.counts)).collect();
    let silent = rules.len() - rows.len();
    if silent > 0 {
        let mut row = vec![format!("{silent} that change nothing")];
        row.resize(HEAD.len(), String::new());
        rows.push(row);
    }
    if rules.len() > 1 {
        rows.push(row("all of them", &summary.all));
    }
    rows
}

fn first(summary: &Summary) -> String {
    let mut line = format!(
        "{} of {} stored were looked at; nothing was written",
        summary.judged,
        counted(summary.listings, "listing")
    );
    if summary.left_out > 0 {
        line += &format!("; {} no longer offered", summary.left_out);
    }
    if let Some(sample) = summary.sample {
        line += &format!(
            "; a sample (--sample {} --seed {}), so the counts are of a part",
            sample.listings, sample.seed
        );
    }
    line
}

fn row(rule: &str, counts: &Counts) -> Vec<String> {
    let with = |number: u64, of_it: &[(u64, &str)]| {
        let parts = of_it.iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        match parts.is_empty() {
            true => number.to_string(),
            false => format!("{number} ({})", parts.join(", ")),
        }
    };
    let lost = [
        (counts.lost_confirmed, "confirmed"),
        (counts.lost_dismissed, "dismissed"),
    ];
    vec![
        rule.to_owned(),
        counts.gained.to_string(),
        with(counts.lost, &lost),
        with(counts.changed, &[(counts.opened, "open again")]),
        counts.unchanged.to_string(),
        counts.unsure.to_string(),
        counts.faults.to_string(),
        counts.suppressed.to_string(),
    ]
}

fn told(example: &Example) -> String {
    let change = match example.change {
        Change::Gained => "gained",
        Change::Lost => "lost",
        Change::Changed => "changed",
        Change::Fault => "fault",
    };
    let otherwise = match example.otherwise.as_slice() {
        [] => String::new(),
        parts => format!(" ({})", parts.join(", ")),
    };
    let mut title: String = example.title.chars().take(LONGEST).collect();
    if title.len() < example.title.len() {
        title.push('…');
    }
    let (listing, sentence) = (&example.listing, &example.sentence);
    format!("  {change:7} {listing}  {title}: {sentence}{otherwise}")
}

/// What it would mean for those who look at flags.
fn work(work: &Work, counts: &Counts) -> Vec<String> {
    if counts.gained + counts.opened + counts.lost == 0 {
        return vec!["work: as before".to_owned()];
    }
    let mut lines = vec![format!(
        "work: {} to look at once, {} fewer",
        counted(work.more_at_once, "flag"),
        work.fewer_at_once
    )];
    lines.push(format!(
        "  then with {:.1} new listings a day (as in the last {:.0} days): {:.1} flags more a day, {:.1} a week; {:.1} fewer a day",
        work.listings_a_day,
        work.days.ceil(),
        work.more_a_day,
        7.0 * work.more_a_day,
        work.fewer_a_day
    ));
    lines.push(match work.effort.minutes_each {
        Some(each) => format!(
            "  at {each:.1} min from one verdict to the next: {:.0} min once, then {:.0} min a week more, {:.0} fewer",
            each * work.more_at_once as f64,
            each * 7.0 * work.more_a_day,
            each * 7.0 * work.fewer_a_day
        ),
        None => "  how long a verdict takes is not known: there are too few of the last 28 days".to_owned(),
    });
    if let Some(hours) = work.effort.hours_waited {
        lines.push(format!(
            "  half of the flags decided in that time had waited {hours:.1} h or more for their first verdict"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::Effort;

    #[test]
    fn counts_name_what_people_had_decided_and_examples_are_harmless() {
        let counts = Counts {
            gained: 2,
            lost: 5,
            lost_dismissed: 3,
            changed: 1,
            ..Counts::default()
        };
        let cells = row("a/b", &counts);
        assert_eq!(cells[..4], ["a/b", "2", "5 (3 dismissed)", "1"]);
        let example = Example {
            listing: "shop:1".into(),
            change: Change::Changed,
            title: "x".repeat(60),
            sentence: "cheap".to_owned(),
            before: Some(70),
            after: Some(95),
            otherwise: vec!["score 70 → 95".to_owned(), "proofs".to_owned()],
        };
        let line = told(&example);
        assert!(
            line.ends_with("x…: cheap (score 70 → 95, proofs)"),
            "{line}"
        );
    }

    #[test]
    fn of_many_rules_those_that_change_nothing_share_a_row() {
        let mut summary = Summary::default();
        for rule in 0..30 {
            summary
                .rules
                .insert(format!("a/{rule:02}"), Default::default());
        }
        if let Some(tally) = summary.rules.get_mut("a/07") {
            tally.counts.faults = 1;
        }
        let first: Vec<_> = rows(&summary)
            .into_iter()
            .map(|mut row| row.remove(0))
            .collect();
        assert_eq!(first, ["a/07", "29 that change nothing", "all of them"]);
    }

    #[test]
    fn the_work_is_told_in_flags_and_in_minutes_where_they_are_known() {
        let counts = Counts {
            gained: 10,
            ..Counts::default()
        };
        let mut week = Work {
            more_at_once: 10,
            listings_a_day: 20.0,
            more_a_day: 2.0,
            ..Work::default()
        };
        let lines = work(&week, &counts);
        assert!(
            lines[1].contains("2.0 flags more a day, 14.0 a week"),
            "{lines:?}"
        );
        assert!(lines[2].contains("not known"), "{lines:?}");
        week.effort = Effort {
            minutes_each: Some(3.0),
            hours_waited: None,
        };
        let lines = work(&week, &counts);
        assert!(
            lines[2].contains("30 min once, then 42 min a week more"),
            "{lines:?}"
        );
        assert_eq!(work(&week, &Counts::default()), ["work: as before"]);
    }
}
