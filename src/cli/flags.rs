//! `flags`: the queue, worst first; one flag with everything that speaks for it.

use serde_json::Value;

use super::{Context, Exit, Failure, counted::counted, filters::Filters, listings::money};
use crate::{
    desk::Ask,
    model::{Flag, Listing, Proof},
    text::harmless,
};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(flatten)]
    filters: Filters,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One flag with its listing, its proofs and its verdicts
    Show {
        /// The flag's id
        id: String,
    },
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    if let Some(Command::Show { id }) = args.command {
        context.ask(&workspace, Ask::Flag { id }, &mut |value| {
            show(value, context)
        })?;
        return Ok(Exit::Done);
    }
    let json = context.printer.json;
    let question = Ask::Flags {
        filter: args.filters.filter()?,
        with_listing: !json,
    };
    let (mut rows, mut lower) = (Vec::new(), false);
    context.ask(&workspace, question, &mut |value| {
        if json {
            return context.printer.document(&value);
        }
        let doubted = !value["doubt"].is_null();
        lower |= doubted;
        let (flag, listing) = parts(value)?;
        let mut row = cells(&flag, listing.as_ref());
        row[0] += if doubted { " ↓" } else { "" };
        rows.push(row);
        Ok(())
    })?;
    if !json {
        context.printer.say(&counted(rows.len(), "flag"));
        context.printer.table(&HEAD, rows)?;
        if lower {
            context.printer.say("↓ lower in the queue: people found too few flags of its rule right; `listwarden status` names it");
        }
    }
    Ok(Exit::Done)
}

pub(super) const HEAD: [&str; 7] = [
    "severity", "score", "flag", "listing", "title", "reason", "status",
];

pub(super) fn cells(flag: &Flag, listing: Option<&Listing>) -> Vec<String> {
    let zh = listing.and_then(|l| l.language.as_deref()) == Some("zh");
    vec![
        flag.severity.to_string(),
        flag.score.to_string(),
        flag.id.to_string(),
        flag.listing.to_string(),
        listing.and_then(|l| l.title.clone()).unwrap_or_default(),
        if zh {
            flag.reason_zh.clone()
        } else {
            flag.reason.clone()
        },
        flag.status.to_string(),
    ]
}

pub(super) fn parts(mut value: Value) -> Result<(Flag, Option<Listing>), Failure> {
    let flag = serde_json::from_value(value["flag"].take()).map_err(Failure::new)?;
    let listing = serde_json::from_value(value["listing"].take()).map_err(Failure::new)?;
    Ok((flag, listing))
}

fn show(value: Value, context: &Context) -> Result<(), Failure> {
    if context.printer.json {
        return context.printer.document(&value);
    }
    let (flag, listing) = parts(value)?;
    let mut lines = vec![flag.reason.clone(), flag.reason_zh.clone(), String::new()];
    lines.push(format!(
        "flag      {} · {} · score {} · {}",
        flag.id, flag.severity, flag.score, flag.status
    ));
    lines.push(format!("rule      {} ({})", flag.rule, flag.kind));
    if let Some(listing) = &listing {
        lines.push(format!(
            "listing   {} (version {})",
            flag.listing, flag.listing_version
        ));
        lines.push(format!(
            "title     {}",
            listing.title.as_deref().unwrap_or("-")
        ));
        lines.push(format!(
            "price     {}",
            listing.price.as_ref().map_or_else(|| "-".to_owned(), money)
        ));
        lines.push(format!(
            "seller    {}",
            listing.seller.name.as_deref().unwrap_or("-")
        ));
        lines.push(format!("page      {}", listing.url));
        if let Some(capture) = &listing.capture {
            lines.push(format!(
                "capture   {} at {}, {}, sha256 {}",
                capture.warc, capture.offset, capture.fetched_at, capture.sha256
            ));
        }
    }
    for basis in &flag.basis {
        lines.push(format!("basis     {basis}"));
    }
    for (number, proof) in flag.proofs.iter().enumerate() {
        lines.push(format!("proof {:<3} {}", number + 1, in_words(proof)));
    }
    for review in &flag.verdicts {
        lines.push(format!(
            "verdict   {} by {} at {}: {}",
            review.verdict,
            review.by,
            review.at,
            review.note.as_deref().unwrap_or("")
        ));
    }
    lines
        .iter()
        .try_for_each(|line| context.printer.line(&harmless::line(line)))
}

fn in_words(proof: &Proof) -> String {
    let mut words = format!("{}: “{}”", proof.field, proof.text);
    if let Some(span) = proof.span {
        words += &format!(" (characters {} to {})", span.start, span.end);
    }
    if let Some(normalised) = proof.normalised.as_ref().filter(|n| **n != proof.text) {
        words += &format!(", read as “{normalised}”");
    }
    if let Some(note) = &proof.note {
        words += &format!(" — {note}");
    }
    if let Some(path) = &proof.path {
        words += &format!(" [{path}]");
    }
    if let Some(row) = &proof.reference {
        words += &format!(
            " ← {} {}{}",
            row.source,
            row.id,
            row.date
                .as_ref()
                .map(|d| format!(", {d}"))
                .unwrap_or_default()
        );
    }
    words
}
