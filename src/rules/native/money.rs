//! Prices in other currencies, by the rates of the reference data.

use rhai::Dynamic;
use rust_decimal::prelude::ToPrimitive;

use super::{Doc, Family, Host, maybe, wrong};
use crate::{
    model::Proof,
    rules::{
        prepared::spoken,
        rest::Asked,
        view::{Answer, Item},
    },
};

pub(super) const FAMILY: Family = Family {
    name: "money",
    docs: DOCS,
    kinds: &[],
    register,
};

const DOCS: &[Doc] = &[Doc {
    name: "price_in",
    signature: "Listing.price_in(currency: text) -> number?",
    doc: "the price in another currency (ISO 4217), by the newest rates of the reference data that are not after the day of the capture; `()` without a price, or where no such rate is known",
    example: r#"item.price_in("CNY") == 89.0 && item.price_in("XXX") == ()"#,
}];

fn register(engine: &mut Host) {
    engine.register_fn("price_in", price_in);
}

fn price_in(item: &mut Item, currency: &str) -> Answer<Dynamic> {
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(wrong(format!(
            "`{currency}` is no currency; write its ISO 4217 code, such as CNY"
        )));
    }
    let price = item.sheet().listing.price.clone();
    let Some((amount, from)) =
        price.and_then(|price| Some((price.amount.to_f64()?, price.currency?)))
    else {
        return Ok(Dynamic::UNIT);
    };
    if from == currency {
        return Ok(amount.into());
    }
    item.asked(Asked::Day);
    let rates = item
        .look()
        .day()
        .and_then(|day| item.reference().rates_on(day));
    let Some(rates) = rates else {
        item.trace(|trace| trace.row("rates: none".to_owned()));
        return Ok(Dynamic::UNIT);
    };
    item.trace(|trace| trace.row(rates.row.hash.clone()));
    let converted = rates.between(&from, currency).map(|rate| amount * rate);
    if let Some(converted) = converted {
        item.say(|| Proof {
            field: "price".to_owned(),
            text: format!("{} {currency}", spoken(&converted.into())),
            note: Some(format!("{amount} {from} at the rates of {}", rates.on)),
            reference: Some(rates.row.clone()),
            ..Proof::default()
        });
    }
    Ok(maybe(converted))
}

#[cfg(test)]
mod tests {
    use crate::rules::{RuleSet, tests::source};

    #[test]
    fn a_price_is_taken_at_the_newest_rates_before_the_capture() {
        let text = r#"//! A rule of the tests. 测试用规则。
const RULE = #{ title: "Cheap in yuan", title_zh: "以人民币计价格过低", kind: "safety", severity: "low", basis: ["b"] };
fn check(item) {
    let yuan = item.price_in("CNY");
    if yuan == () { return unsure("no rate"); }
    if yuan > 100.0 { return pass(); }
    flag("{yuan} yuan", "{yuan}元").because("yuan", round_to(yuan, 2))
}
const TESTS = [
    #{ flag: "ten dollars at seven", reference: #{ rates: [#{ on: "2025-01-02", yuan: #{ USD: 7.0 } }, #{ on: "2026-02-01", yuan: #{ USD: 70.0 } }] },
       item: #{ title: "a", price: 10.0, currency: "USD" } },
    #{ pass: "at seventy, a month later", reference: #{ rates: [#{ on: "2025-01-02", yuan: #{ USD: 7.0 } }, #{ on: "2026-02-01", yuan: #{ USD: 70.0 } }] },
       item: #{ title: "a", price: 10.0, currency: "USD", captured_on: "2026-02-01" } },
    #{ unsure: "no rate that old", reference: #{ rates: [#{ on: "2026-02-01", yuan: #{ USD: 7.0 } }] },
       item: #{ title: "a", price: 10.0, currency: "USD" } },
    #{ unsure: "no rate of that currency", reference: #{ rates: [#{ on: "2025-01-02", yuan: #{ USD: 7.0 } }] },
       item: #{ title: "a", price: 10.0, currency: "EUR" } },
    #{ flag: "yuan need no rate", reference: #{ rates: [] }, item: #{ title: "a", price: 10.0 } },
];
"#;
        let (set, faults) = RuleSet::load(&[source("a/b", text)], Default::default());
        assert!(faults.is_empty(), "{}", faults[0].picture);
        let failed: Vec<_> = set.test().into_iter().filter(|test| !test.ok).collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }
}
