//! Numbers as people read them.

use jiff::civil::Date;
use rhai::{Dynamic, FLOAT};

use super::{Doc, Family, Host, maybe, words, wrong};
use crate::rules::view::{Answer, values::number};

pub(super) const FAMILY: Family = Family {
    name: "numbers",
    docs: DOCS,
    kinds: &[],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "percent",
        signature: "percent(ratio: number) -> text",
        doc: "a ratio in percent, with one decimal below 10 %",
        example: r#"percent(0.31) == "31%" && percent(0.0989) == "9.9%""#,
    },
    Doc {
        name: "round_to",
        signature: "round_to(value: number, decimals: whole number) -> number",
        doc: "rounded half away from zero",
        example: "round_to(2.345, 1) == 2.3",
    },
    Doc {
        name: "days_between",
        signature: "days_between(from: text?, until: text?) -> whole number?",
        doc: "how many days lie between two days such as `2026-11-20`, negative where the second is earlier; `()` where either is no day",
        example: r#"days_between("2026-01-01", "2026-03-01") == 59 && days_between((), "2026-03-01") == ()"#,
    },
];

fn register(engine: &mut Host) {
    engine.register_fn(
        "days_between",
        |from: Dynamic, until: Dynamic| -> Answer<Dynamic> {
            let day = |value: &Dynamic| -> Answer<Option<Date>> {
                Ok(words(value, "a day")?.and_then(|text| text.parse().ok()))
            };
            let (from, until) = (day(&from)?, day(&until)?);
            let days = from
                .zip(until)
                .and_then(|(from, until)| from.until(until).ok());
            Ok(maybe(days.map(|span| i64::from(span.get_days()))))
        },
    );
    engine.register_fn("percent", |ratio: Dynamic| -> Answer<String> {
        let percent = numeric(&ratio)? * 100.0;
        let decimals = usize::from(percent.abs() < 10.0);
        let text = format!("{percent:.decimals$}");
        let text = text.strip_suffix(".0").unwrap_or(&text);
        Ok(format!("{text}%"))
    });
    engine.register_fn(
        "round_to",
        |value: Dynamic, decimals: i64| -> Answer<FLOAT> {
            let scale = 10f64.powi(i32::try_from(decimals.clamp(0, 9)).unwrap_or(0));
            Ok((numeric(&value)? * scale).round() / scale)
        },
    );
}

fn numeric(value: &Dynamic) -> Answer<FLOAT> {
    number(value).ok_or_else(|| {
        wrong(format!(
            "a number is needed here, not {}",
            value.type_name()
        ))
    })
}
