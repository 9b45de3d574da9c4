//! `rules test --adopt`: the listing of a flag becomes a test in the rule's own file.

use std::{fs, io::Write, path::Path};

use super::subject::{self, Subject};
use crate::{
    cli::{Context, Exit, Failure},
    model::{Flag, FlagStatus},
    rules::Adopted,
    text::harmless,
    workspace::Workspace,
};

/// Characters of a title that become a test's name.
const NAME: usize = 40;

/// What is wanted of the test, where not what the flag says.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) expected: Option<&'a str>,
}

pub(super) fn adopt(
    flag: &Flag,
    wish: &Wish<'_>,
    workspace: &Workspace,
    context: &Context,
) -> Result<Exit, Failure> {
    let expected = match (wish.expected, flag.status) {
        (Some(expected), _) => expected,
        (None, FlagStatus::Dismissed) => "pass",
        (None, FlagStatus::Confirmed) => "flag",
        (None, status) => {
            return Err(Failure::Message(format!(
                "flag {} is {status}: say what the test is to expect with `--as pass` or `--as flag`",
                flag.id
            )));
        }
    };
    let mut judge = workspace.judge(&[])?.judge;
    let subject = Subject::of_flag(workspace, flag, context)?;
    subject::freeze(&mut judge, workspace, context)?;
    let (item, facts) = subject.prepared(&judge);
    let title = item.listing().title.clone().unwrap_or_default();
    let name = wish.name.map_or_else(|| name(flag, &title), str::to_owned);
    let adopted = judge
        .rules()
        .adopt(&flag.rule, &item, &facts, expected, &name)
        .map_err(Failure::new)?;
    write(&adopted)?;
    if context.printer.json {
        context.printer.document(&adopted)?;
    } else {
        let path = adopted.before.path.display();
        context.printer.line(&format!("{path}:{}", adopted.line))?;
        for line in adopted.test.lines() {
            let line = harmless::line(line);
            context.printer.line(&format!("    {line}"))?;
        }
    }
    Ok(Exit::Done)
}

/// The reason of the last verdict, else the goods.
fn name(flag: &Flag, title: &str) -> String {
    let notes = flag.verdicts.iter().rev();
    let note = notes.filter_map(|review| review.note.clone()).next();
    note.filter(|note| !note.trim().is_empty())
        .unwrap_or_else(|| title.chars().take(NAME).collect())
}

/// Replaces the file at once, where nobody has written it meanwhile.
fn write(adopted: &Adopted) -> Result<(), Failure> {
    let path = &adopted.before.path;
    let failed =
        |e: std::io::Error| Failure::Message(format!("could not write {}: {e}", path.display()));
    if fs::read(path).map_err(failed)? != adopted.before.text.as_bytes() {
        return Err(Failure::Message(format!(
            "{} was changed meanwhile; try again",
            path.display()
        )));
    }
    replace(path, adopted.text.as_bytes()).map_err(failed)
}

/// Writes beside the file and moves it into its place: whoever reads sees the old text or the new one.
fn replace(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("rhai.new");
    let mut file = fs::File::create(&beside)?;
    file.write_all(text)?;
    file.set_permissions(fs::metadata(path)?.permissions())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
