//! `rules list`: every rule in force.

use crate::{
    cli::{Context, Exit, Failure},
    judge::Loaded,
    rules::RuleInfo,
};

pub(super) fn list(loaded: &Loaded, context: &Context) -> Result<Exit, Failure> {
    let rules: Vec<RuleInfo> = loaded.judge.rules().rules().collect();
    if context.printer.json {
        rules
            .iter()
            .try_for_each(|rule| context.printer.document(rule))?;
    } else {
        let rows = rules.iter().map(|rule| {
            vec![
                rule.id.clone(),
                rule.title.clone(),
                rule.title_zh.clone(),
                rule.kind.clone(),
                rule.severity.to_string(),
                rule.tests.to_string(),
            ]
        });
        context.printer.table(
            &["rule", "title", "标题", "kind", "severity", "tests"],
            rows.collect(),
        )?;
    }
    super::broken(&loaded.rules, context);
    Ok(Exit::Done)
}
