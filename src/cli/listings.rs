//! `listings`: look at what was collected.

use serde_json::Value;

use super::{Context, Exit, Failure, filters::Filters};
use crate::{desk::Ask, model::Listing};

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
    /// One listing, whole
    Show {
        /// platform:item
        id: String,
    },
    /// All its versions, oldest first
    History {
        /// platform:item
        id: String,
    },
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let (question, whole) = match args.command {
        None => (Ask::Listings(args.filters.filter()?), false),
        Some(Command::Show { id }) => (Ask::Listing { id }, true),
        Some(Command::History { id }) => (Ask::History { id }, true),
    };
    let mut rows = Vec::new();
    context.ask(&workspace, question, &mut |value| {
        if context.printer.json {
            return context.printer.document(&value);
        }
        if whole {
            return context.printer.line(&pretty(&value));
        }
        rows.push(cells(value)?);
        Ok(())
    })?;
    if !context.printer.json && !whole {
        context.printer.say(&format!("{} listings", rows.len()));
        context.printer.table(
            &[
                "listing",
                "title",
                "price",
                "seller",
                "class",
                "status",
                "last seen",
            ],
            rows,
        )?;
    }
    Ok(Exit::Done)
}

/// Indented JSON, harmless on a terminal.
pub(super) fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    crate::text::harmless::json(&text).into_owned()
}

fn cells(value: Value) -> Result<Vec<String>, Failure> {
    let listing: Listing = serde_json::from_value(value).map_err(Failure::new)?;
    Ok(vec![
        listing.id.to_string(),
        listing.title.unwrap_or_default(),
        listing.price.map(|p| money(&p)).unwrap_or_default(),
        listing.seller.name.unwrap_or_default(),
        listing.class.map(|c| c.id).unwrap_or_default(),
        format!("{:?}", listing.status).to_lowercase(),
        listing
            .last_seen
            .map(|t| t.strftime("%F %H:%M").to_string())
            .unwrap_or_default(),
    ])
}

/// An amount as people write it: the number, then the code.
pub(super) fn money(price: &crate::model::Money) -> String {
    format!(
        "{} {}",
        price.amount,
        price.currency.as_deref().unwrap_or("?")
    )
}
