//! What prices shops write, and what they mean.

use proptest::prelude::*;

use super::*;

fn shown(raw: &str, hint: Option<&str>) -> String {
    match parse(raw, hint) {
        Some(Money { amount, currency }) => {
            format!(
                "{} {}",
                amount.normalize(),
                currency.as_deref().unwrap_or("-")
            )
        }
        None => "none".to_owned(),
    }
}

/// What shops write, what the page names as currency, and what is meant; a line each.
const WRITTEN: &str = include_str!("tests/written.jsonl");

#[test]
fn prices_as_shops_write_them() {
    for line in WRITTEN.lines() {
        let (raw, hint, expected): (String, Option<String>, String) =
            serde_json::from_str(line).unwrap();
        assert_eq!(shown(&raw, hint.as_deref()), expected, "{line}");
    }
}

#[test]
fn a_price_for_a_measure_is_told_apart() {
    for raw in [
        "5,99 €/kg",
        "€ 5 / 100 g",
        "(9,90 € / l)",
        "¥12.8/斤",
        "88元/公斤",
        "1 kg = 5,99 €",
        "Grundpreis: 5,99 €",
        "£1.20 per 100ml",
        "$2.17/oz",
        "12,50 € le kilo",
        "150 руб. за кг",
        "14,90 zł/m2",
    ] {
        assert!(unit_price(raw), "{raw}");
    }
    for raw in [
        "5,99 €",
        "2,99 € (1 kg = 5,99 €)",
        "99元/件",
        "$12.99/mo",
        "500 g 4,99 €",
        "1 kg",
        "$5 / pair",
        "",
        "kg",
    ] {
        assert!(!unit_price(raw), "{raw}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(raw in "\\PC{0,40}|[0-9., '€$¥%万千억円元角块折x/kg券后원满减~()-]{0,60}|[一二三十百千万亿元块角九]{0,20}", hint in proptest::option::of("\\PC{0,8}")) {
        let _ = parse(&raw, hint.as_deref());
    }

    #[test]
    fn what_is_written_is_read(units in 0u32..10_000_000, cents in 0u32..100) {
        let amount = Decimal::new(i64::from(units) * 100 + i64::from(cents), 2);
        let groups = |mark: &str| {
            let digits = units.to_string();
            let first = digits.len() % 3;
            let mut parts: Vec<&str> = Vec::new();
            if first > 0 {
                parts.push(&digits[..first]);
            }
            parts.extend((first..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
            parts.join(mark)
        };
        for raw in [
            format!("${}.{cents:02}", groups(",")),
            format!("{},{cents:02} €", groups(".")),
            format!("{},{cents:02} zł", groups("\u{a0}")),
        ] {
            prop_assert_eq!(parse(&raw, None).map(|m| m.amount), Some(amount), "{}", raw);
        }
    }
}

#[derive(serde::Deserialize)]
struct Case {
    raw: Option<String>,
    currency_hint: Option<String>,
    amount: Option<Decimal>,
    currency: Option<String>,
}

#[test]
fn prices_that_others_collected() {
    let Some(text) = crate::text::shared("prices.json") else {
        return;
    };
    let cases: Vec<Case> = serde_json::from_slice(&text).unwrap();
    for case in &cases {
        let hint = case.currency_hint.as_deref();
        let money = case.raw.as_deref().and_then(|raw| parse(raw, hint));
        let amount = money.as_ref().map(|m| m.amount);
        // The collection names a currency also where there is no price.
        let code = case
            .currency
            .as_deref()
            .filter(|_| amount.is_some())
            .and_then(currency);
        let named = money.and_then(|m| m.currency);
        let found = (amount, named.as_deref());
        assert_eq!(found, (case.amount, code), "{:?} {hint:?}", case.raw);
    }
}
