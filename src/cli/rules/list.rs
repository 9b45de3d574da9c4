//! `rules list`: every rule in force, and how often people found it right.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    cli::{Context, Exit, Failure},
    judge::Loaded,
    review::{self, Doubt, Records, Votes},
    rules::RuleInfo,
    workspace::Workspace,
};

pub(super) fn list(
    workspace: &Workspace,
    loaded: &Loaded,
    context: &Context,
) -> Result<Exit, Failure> {
    let records = super::experience(workspace, context).verdicts;
    let doubts = review::doubts(&records, &loaded.judge.bars());
    let rules: Vec<RuleInfo> = loaded.judge.rules().rules().collect();
    if context.printer.json {
        let document = |rule| {
            context
                .printer
                .document(&with_votes(rule, &records, &doubts))
        };
        rules.iter().try_for_each(document)?;
    } else {
        let rows = rules.iter().map(|rule| {
            vec![
                rule.id.clone(),
                rule.title.clone(),
                rule.title_zh.clone(),
                rule.kind.clone(),
                rule.severity.to_string(),
                rule.tests.to_string(),
                found_right(rule, &records, doubts.contains_key(&rule.id)),
            ]
        });
        context.printer.table(
            &[
                "rule", "title", "标题", "kind", "severity", "tests", "right",
            ],
            rows.collect(),
        )?;
        for doubt in doubts.values() {
            context.printer.say(&format!("↓ {doubt}"));
        }
    }
    super::broken(&loaded.rules, context);
    Ok(Exit::Done)
}

/// The folders of rules.
pub(super) fn packs(loaded: &Loaded, context: &Context) -> Result<Exit, Failure> {
    if context.printer.json {
        loaded
            .packs
            .iter()
            .try_for_each(|pack| context.printer.document(pack))?;
    } else {
        let rows = loaded.packs.iter().map(|pack| {
            vec![
                pack.id.clone(),
                pack.title.clone(),
                pack.title_zh.clone(),
                pack.keeper.clone(),
                pack.version.clone(),
                pack.licence.clone().unwrap_or_default(),
                pack.rules.to_string(),
            ]
        });
        let head = [
            "pack", "title", "标题", "keeper", "version", "licence", "rules",
        ];
        context.printer.table(&head, rows.collect())?;
    }
    for fault in &loaded.papers {
        context.printer.say(&fault.picture);
    }
    Ok(Exit::Done)
}

/// As `rules check` says it: a warning, which `--strict` does not count, for no edit of a rule takes it away at once.
pub(super) fn tell(doubts: &BTreeMap<String, Doubt>, context: &Context) -> Result<(), Failure> {
    doubts.values().try_for_each(|doubt| {
        if context.printer.json {
            let message = doubt.to_string();
            let told = json!({ "level": "warning", "rule": doubt.rule, "message": message, "doubt": doubt });
            return context.printer.document(&told);
        }
        context.printer.line(&format!("warning: {doubt}"))
    })
}

fn with_votes(rule: &RuleInfo, records: &Records, doubts: &BTreeMap<String, Doubt>) -> Value {
    let told = |votes: Votes| {
        json!({
            "right": votes.right, "wrong": votes.wrong,
            "precision": votes.precision(), "interval": votes.interval(),
        })
    };
    let mut value = json!(rule);
    value["verdicts"] = told(records.of(&rule.id, &rule.hash));
    value["older_verdicts"] = told(records.of_others(&rule.id, &rule.hash));
    value["doubt"] = json!(doubts.get(&rule.id));
    value
}

/// Such as "91 % of 45 (79 to 96 %), older versions 5 of 12".
fn found_right(rule: &RuleInfo, records: &Records, doubted: bool) -> String {
    let votes = records.of(&rule.id, &rule.hash);
    let older = records.of_others(&rule.id, &rule.hash);
    let mut parts = Vec::new();
    if let (Some(share), Some((low, high))) = (votes.precision(), votes.interval()) {
        let [share, low, high] = [share, low, high].map(|share| 100.0 * share);
        let count = votes.count();
        let mark = if doubted { "↓ " } else { "" };
        parts.push(format!(
            "{mark}{share:.0} % of {count} ({low:.0} to {high:.0} %)"
        ));
    }
    if older.count() > 0 {
        parts.push(format!(
            "older versions {} of {}",
            older.right,
            older.count()
        ));
    }
    parts.join(", ")
}
