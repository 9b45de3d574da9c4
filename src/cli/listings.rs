//! `listings`: look at what was collected.

use serde_json::Value;

use super::{Context, Exit, Failure, counted::counted, filters::Filters};
use crate::{
    desk::Ask,
    model::{Listing, Time},
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
    /// One listing, whole
    Show {
        /// platform:item
        id: String,
    },
    /// What became of it: its versions with what changed, and the turns of its status, oldest first
    History {
        /// platform:item
        id: String,
    },
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    let workspace = context.workspace()?;
    let printer = context.printer;
    let mut rows = Vec::new();
    let mut ask = |question, row: fn(Value) -> Result<Vec<String>, Failure>| {
        context.ask(&workspace, question, &mut |value| {
            if printer.json {
                return printer.document(&value);
            }
            rows.push(row(value)?);
            Ok(())
        })
    };
    match args.command {
        Some(Command::Show { id }) => {
            context.ask(&workspace, Ask::Listing { id }, &mut |value| {
                if printer.json {
                    return printer.document(&value);
                }
                printer.line(&pretty(&value))
            })?;
        }
        None => {
            ask(Ask::Listings(args.filters.filter()?), cells)?;
            if !printer.json {
                printer.say(&counted(rows.len(), "listing"));
                printer.table(LISTING, rows)?;
            }
        }
        Some(Command::History { id }) => {
            ask(Ask::History { id }, event)?;
            if !printer.json {
                printer.table(EVENT, rows)?;
            }
        }
    }
    Ok(Exit::Done)
}

const LISTING: &[&str] = &[
    "listing",
    "title",
    "price",
    "seller",
    "class",
    "status",
    "last seen",
];
const EVENT: &[&str] = &["when", "what", "changed", "capture"];

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
        listing.last_seen.map(minute).unwrap_or_default(),
    ])
}

/// A line of a history: a version, or a turn of the status.
fn event(value: Value) -> Result<Vec<String>, Failure> {
    let when = value["at"].as_str().unwrap_or_default().parse::<Time>();
    let when = when.map(minute).unwrap_or_default();
    if value["version"].is_null() {
        let status = value["status"].as_str().unwrap_or_default().to_owned();
        return Ok(vec![when, status, String::new(), String::new()]);
    }
    let read_again = if value["reread"].is_null() {
        ""
    } else {
        ", read again"
    };
    let changed = value["changed"].as_object().cloned().unwrap_or_default();
    let version: Listing = serde_json::from_value(value).map_err(Failure::new)?;
    let capture = version
        .capture
        .as_ref()
        .map(|capture| format!("{}:{}", capture.warc, capture.offset));
    let told = if version.version == 1 {
        let price = version.price.as_ref().map(money);
        let first = [version.title.clone(), price, version.seller.name.clone()];
        first.into_iter().flatten().collect::<Vec<_>>().join("; ")
    } else {
        let told = changed.iter().map(|(field, both)| change(field, both));
        told.collect::<Vec<_>>().join("; ")
    };
    Ok(vec![
        when,
        format!("version {}{read_again}", version.version),
        told,
        capture.unwrap_or_default(),
    ])
}

/// What a person wants to read of a change: old and new where they are short, the name alone of what is not.
fn change(field: &str, both: &Value) -> String {
    match (short(&both[0]), short(&both[1])) {
        (Some(old), Some(new)) => format!("{field} {old} → {new}"),
        _ => field.to_owned(),
    }
}

fn short(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(_) => money(&serde_json::from_value(value.clone()).ok()?),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Array(_) => return None,
    };
    (text.chars().count() <= 60).then_some(text)
}

fn minute(time: Time) -> String {
    time.strftime("%F %H:%M").to_string()
}

/// An amount as people write it: the number, then the code.
pub(super) fn money(price: &crate::model::Money) -> String {
    format!(
        "{} {}",
        price.amount,
        price.currency.as_deref().unwrap_or("?")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_history_is_told_in_words() {
        let version = json!({
            "id": "shop:1", "version": 2, "at": "2026-02-03T04:05:06Z", "status": "active",
            "changed": {
                "description": ["long ".repeat(40), "short"],
                "price": [{"amount": "20.00", "currency": "EUR"}, {"amount": "19.00", "currency": "EUR"}],
                "seller.name": [null, "Harbour"],
                "images": [[], ["a"]],
            },
            "capture": {"warc": "listwarden-000001.warc.gz", "offset": 7, "sha256": "", "fetched_at": "2026-02-03T04:05:06Z"},
        });
        let row = event(version).unwrap();
        let told = "description; price 20.00 EUR → 19.00 EUR; seller.name none → Harbour; images";
        let capture = "listwarden-000001.warc.gz:7";
        assert_eq!(row, ["2026-02-03 04:05", "version 2", told, capture]);
        let again = json!({ "id": "shop:1", "version": 3, "reread": "2026-02-05T00:00:00Z" });
        assert_eq!(event(again).unwrap()[1], "version 3, read again");
        let turn = json!({ "id": "shop:1", "status": "gone", "at": "2026-02-04T00:00:00Z" });
        assert_eq!(event(turn).unwrap(), ["2026-02-04 00:00", "gone", "", ""]);
        let first =
            json!({ "id": "shop:1", "version": 1, "title": "Kettle", "at": null, "changed": {} });
        assert_eq!(event(first).unwrap(), ["", "version 1", "Kettle", ""]);
    }
}
