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
    for (raw, expected) in [
        ("5,99 €/kg", "5.99 EUR/1 kg"),
        ("€ 5 / 100 g", "5 EUR/100 g"),
        ("(9,90 € / l)", "9.90 EUR/1 l"),
        ("¥12.50/100g", "12.50 CNY/100 g"),
        ("¥12.8/斤", "12.8 CNY/500 g"),
        ("88元/公斤", "88 CNY/1 kg"),
        ("每100克 8.8元", "-"),
        ("1 kg = 5,99 €", "5.99 EUR/1 kg"),
        ("£1.20 per 100ml", "1.20 GBP/100 ml"),
        ("$2.17/oz", "2.17 USD/1 oz"),
        ("12,50 € le kilo", "12.50 EUR/1 kg"),
        ("150 руб. за кг", "150 RUB/1 kg"),
        ("14,90 zł/m2", "14.90 PLN/1 m2"),
        ("1 299 ₽/м²", "1299 RUB/1 m2"),
    ] {
        let found = unit_price(raw, Some("CNY"));
        let found = found.map_or("-".to_owned(), |price| {
            let UnitPrice {
                amount,
                currency,
                quantity,
                unit,
            } = price;
            format!(
                "{amount} {}/{quantity} {unit}",
                currency.unwrap_or_default()
            )
        });
        assert_eq!(found, expected, "{raw}");
        let alone = if expected == "-" {
            PerMeasure::None
        } else {
            PerMeasure::Only
        };
        assert_eq!(per_measure(raw), alone, "{raw}");
    }
    let beside = "2,99 € (1 kg = 5,99 €)";
    assert_eq!(per_measure(beside), PerMeasure::Beside);
    assert_eq!(unit_price(beside, None).unwrap().to_string(), "5.99/1 kg");
    assert_eq!(per_measure("Grundpreis: 5,99 €"), PerMeasure::Only);
    assert_eq!(
        unit_price("Grundpreis: 5,99 €", None),
        None,
        "for how much?"
    );
    for raw in [
        "5,99 €",
        "99元/件",
        "$12.99/mo",
        "500 g 4,99 €",
        "1 kg",
        "$5 / pair",
        "",
        "kg",
    ] {
        assert_eq!(per_measure(raw), PerMeasure::None, "{raw}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(raw in "\\PC{0,40}|[0-9., '€$¥%万千억円元角块折x/kg券后원满减~()-]{0,60}|[一二三十百千万亿元块角九]{0,20}", hint in proptest::option::of("\\PC{0,8}")) {
        let _ = parse(&raw, hint.as_deref());
        let unit = unit_price(&raw, hint.as_deref());
        prop_assert_eq!(unit.is_none() || per_measure(&raw) != PerMeasure::None, true, "{}", raw);
        if let Some(unit) = unit {
            prop_assert!(unit.quantity > Decimal::ZERO);
            let _ = for_one(&unit);
        }
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
