//! `extract --suggest`: lines for `[platform.select]` that give the values wanted of saved pages.

use std::path::Path;

use serde_json::json;

use super::{
    super::{Context, Exit, Failure, counted::counted},
    Args, saved, wanted,
    wanted::Wish,
};
use crate::{
    extract::{self, MOST_PAGES, Proposal, Sample},
    platform,
    text::harmless,
};

/// The column at which what is said of a line begins.
const REMARK: usize = 48;

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let samples = samples(args)?;
    let proposals = extract::suggest(&samples).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::Message(told.join("\n"))
    })?;
    let whole = proposals.iter().all(|one| one.right == one.asked);
    if context.printer.json {
        context
            .printer
            .document(&json!({ "pages": samples.len(), "fields": proposals }))?;
    } else {
        for line in block(&proposals, samples.len()) {
            context.printer.line(&harmless::line(&line))?;
        }
    }
    Ok(if whole { Exit::Done } else { Exit::No })
}

/// The pages with their texts; what is wrong with any of them.
fn samples(args: &Args) -> Result<Vec<Sample>, Failure> {
    let mut wishes = wanted::of_words(&args.pages, &args.want, args.url.as_ref())?;
    if let Some(path) = &args.wanted {
        let beside = path.parent().unwrap_or(Path::new(""));
        wishes.extend(wanted::of_file(path)?.into_iter().map(|wish| Wish {
            file: beside.join(&wish.file).display().to_string(),
            url: wish.url.or_else(|| args.url.clone()),
            ..wish
        }));
    }
    if wishes.iter().all(|wish| wish.wanted.is_empty()) {
        return Err(Failure::new(
            "say what is wanted of the pages: --want price=19.90 once for each page, or --wanted FILE; see extract --help",
        ));
    }
    if wishes.len() > MOST_PAGES {
        let message = format!(
            "{} pages are too many; {MOST_PAGES} are looked at together",
            wishes.len()
        );
        return Err(Failure::Message(message));
    }
    let sample = |wish: Wish| {
        let page = saved(&wish.file, wish.url.as_ref())?;
        let text = platform::text(&page)
            .map_err(|why| Failure::Message(format!("could not read {}: {why}", wish.file)))?;
        Ok(Sample {
            name: wish.file,
            url: page.url,
            text,
            wanted: wish.wanted,
        })
    };
    wishes.into_iter().map(sample).collect()
}

/// The block as it can be pasted, with what each line got right.
fn block(proposals: &[Proposal], pages: usize) -> Vec<String> {
    let mut lines = vec![
        format!(
            "# Tried on {}. Paste it below the [[platform]] that it is for.",
            counted(pages, "page")
        ),
        "[platform.select]".to_owned(),
    ];
    for one in proposals {
        lines.extend(field(one));
    }
    lines
}

fn field(one: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    if one.lines.is_empty() {
        let asked = counted(one.asked, "page");
        lines.push(format!(
            "# {}: nothing gives it on any of {asked}",
            key(&one.field)
        ));
    } else {
        let written = format!("{} = {}", key(&one.field), value(&one.lines));
        let fill = " ".repeat(REMARK.saturating_sub(written.chars().count()));
        let mut remark = format!("right on {} of {}", one.right, one.asked);
        if one.readers > 0 {
            remark.push_str(&format!("; the readers alone {}", one.readers));
        }
        if one.same && one.asked > 1 {
            remark.push_str("; all want the same, add a page that differs");
        }
        lines.push(format!("{written}{fill} # {remark}"));
    }
    let several = |values: &[String]| match values {
        [] => "nothing".to_owned(),
        values => values
            .iter()
            .take(5)
            .map(|v| format!("'{}'", clipped(v)))
            .collect::<Vec<_>>()
            .join(", "),
    };
    for missed in &one.missed {
        let (wanted, gave) = (several(&missed.wanted), several(&missed.gave));
        lines.push(format!("#   {}: wanted {wanted}, got {gave}", missed.page));
    }
    for other in &one.others {
        lines.push(format!("#   or: {}", value(std::slice::from_ref(other))));
    }
    lines
}

/// A field as a key of TOML.
fn key(field: &str) -> String {
    match field.strip_prefix("attributes.") {
        Some(name) => format!("attributes.{}", toml::Value::from(name)),
        None => field.to_owned(),
    }
}

fn value(lines: &[String]) -> String {
    let written: Vec<String> = lines
        .iter()
        .map(|line| toml::Value::from(line.as_str()).to_string())
        .collect();
    match &written[..] {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    }
}

fn clipped(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(60).collect();
    match chars.next() {
        Some(_) => format!("{start}…"),
        None => start,
    }
}
