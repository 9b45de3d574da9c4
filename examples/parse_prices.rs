//! Reads JSON Lines `{"raw": …, "currency_hint": …}` and answers `{"amount": …, "currency": …}`, a line for a line.

use std::io::{self, BufRead, Write};

use listwarden::text::price;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    raw: Option<String>,
    currency_hint: Option<String>,
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let case: Case = serde_json::from_str(&line)?;
        let money = case
            .raw
            .and_then(|raw| price::parse(&raw, case.currency_hint.as_deref()));
        let answer = serde_json::json!({
            "amount": money.as_ref().map(|m| m.amount.to_string()),
            "currency": money.and_then(|m| m.currency),
        });
        writeln!(out, "{answer}")?;
    }
    out.flush()
}
