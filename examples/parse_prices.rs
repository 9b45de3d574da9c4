//! Reads JSON Lines `{"raw": …, "currency_hint": …}` and answers `{"amount": …, "currency": …}`, a line for a line, null
//! where there is no price. A line that cannot be read is answered with null too, told on standard error, and makes the
//! exit code 1.

use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
};

use listwarden::text::price;
use serde::Deserialize;

#[derive(Default, Deserialize)]
struct Case {
    raw: Option<String>,
    currency_hint: Option<String>,
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut faults = 0;
    for (at, line) in io::stdin().lock().split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let case = match serde_json::from_slice(&line) {
            Ok(case) => case,
            Err(fault) => {
                faults += 1;
                let wanted = r#"{"raw": "¥129.00", "currency_hint": null}"#;
                writeln!(
                    io::stderr(),
                    "line {}: {fault}; a line is like {wanted}",
                    at + 1
                )?;
                Case::default()
            }
        };
        writeln!(out, "{}", answer(&case))?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(faults > 0)))
}

fn answer(case: &Case) -> serde_json::Value {
    let hint = case.currency_hint.as_deref();
    let money = case.raw.as_deref().and_then(|raw| price::parse(raw, hint));
    serde_json::json!({
        "amount": money.as_ref().map(|m| m.amount.to_string()),
        "currency": money.and_then(|m| m.currency),
    })
}
