//! Price text to money.

mod currency;
mod number;

use std::ops::Range;

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use crate::model::Money;

use currency::Mark;
use number::Number;

/// No price is longer; what follows is not looked at.
const LONGEST: usize = 2_000;

/// The first price that `raw` shows; of a range the lower end. `hint` is the currency that the page names elsewhere
/// (ISO code or sign, also within a sentence). A sign shared by several currencies takes the hint if it is one of them.
pub fn parse(raw: &str, hint: Option<&str>) -> Option<Money> {
    let text = plain(raw);
    let marks = currency::marks(&text);
    let hint = hint.and_then(currency::named);
    let numbers = number::numbers(&text);
    if numbers.is_empty() {
        return free(&text).then(|| Money {
            amount: Decimal::ZERO,
            currency: hint.and_then(currency::Mark::code).map(str::to_owned),
        });
    }
    let (at, mark) = priced(&text, &numbers, &marks);
    let number = numbers.get(at)?;
    let code = currency::settle(mark.map(|m| m.mark), hint);
    let amount = amount(&text, number, mark, code)?;
    Some(Money {
        amount,
        currency: code.map(str::to_owned),
    })
}

/// The ISO 4217 code of a sign, word or code, such as `¥`, `руб.`, `US$`; none where it is unknown or shared (`kr`).
pub fn currency(sign: &str) -> Option<&'static str> {
    currency::settle(currency::named(sign), None)
}

/// A currency sign and where it stands in the text.
#[derive(Clone, Debug)]
struct Placed {
    mark: Mark,
    range: Range<usize>,
}

/// Width and digits made plain, raised cents behind a point, white space single.
fn plain(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().take(LONGEST).peekable();
    while let Some(c) = chars.next() {
        if number::raised(c) && out.ends_with(|c: char| c.is_ascii_digit()) {
            out.push('.');
            out.push(number::digit(c));
            while let Some(next) = chars.next_if(|c| number::raised(*c)) {
                out.push(number::digit(next));
            }
            continue;
        }
        if super::fold::invisible(c) {
            continue;
        }
        for c in std::iter::once(c).nfkc() {
            match number::digit(c) {
                c if c.is_whitespace() => out.push(' '),
                '’' | '‘' | '´' | '`' | '′' => out.push('\''),
                '٫' => out.push('.'),
                '٬' => out.push(','),
                '−' | '–' | '—' | '‒' => out.push('-'),
                c => out.push(c),
            }
        }
    }
    out
}

/// The number that a currency stands beside, else the first that is no percentage or count; with its currency.
fn priced<'m>(text: &str, numbers: &[Number], marks: &'m [Placed]) -> (usize, Option<&'m Placed>) {
    let beside = |number: &Number| {
        marks
            .iter()
            .find(|mark| touches(text, &mark.range, &number.range))
    };
    let any = marks.first();
    let Some((at, mark)) = numbers
        .iter()
        .enumerate()
        .filter(|(_, n)| !percent(text, n))
        .find_map(|(at, n)| beside(n).map(|mark| (at, mark)))
    else {
        let at = numbers.iter().position(|n| !percent(text, n)).unwrap_or(0);
        return (at, any);
    };
    // "26 to 50 €": the first of a range has no sign of its own.
    let before = at
        .checked_sub(1)
        .and_then(|b| numbers.get(b))
        .zip(numbers.get(at))
        .is_some_and(|(low, high)| ranges(&text[low.range.end..high.range.start]));
    (if before { at - 1 } else { at }, Some(mark))
}

fn percent(text: &str, number: &Number) -> bool {
    text[number.range.end..].trim_start().starts_with('%')
}

/// Whether only space or a colon stands between a sign and a number.
fn touches(text: &str, mark: &Range<usize>, number: &Range<usize>) -> bool {
    let gap = if mark.end <= number.start {
        &text[mark.end..number.start]
    } else if number.end <= mark.start {
        &text[number.end..mark.start]
    } else {
        return false;
    };
    gap.chars()
        .all(|c| matches!(c, ' ' | ':' | '.' | ',' | '-' | '+' | '*') || currency::sign(c))
        && gap.len() <= 6
        || gap.chars().all(|c| c.is_whitespace())
        || currency::named(gap).is_some() && gap.len() <= 8
        || matches!(gap.trim(), "万" | "만" | "千" | "萬" | "億" | "亿" | "억")
}

/// What people write between the ends of a range.
fn ranges(gap: &str) -> bool {
    matches!(
        gap.trim().to_lowercase().as_str(),
        "-" | "~"
            | "to"
            | "至"
            | "到"
            | "bis"
            | "à"
            | "до"
            | "a"
            | "hasta"
            | "から"
            | "tot"
            | "do"
            | "～"
    )
}

/// The value of `number` with what follows it: `万`, `¢`, or cents behind the sign.
fn amount(
    text: &str,
    number: &Number,
    mark: Option<&Placed>,
    code: Option<&str>,
) -> Option<Decimal> {
    let thousandths = code.is_some_and(currency::thousandths);
    let value = number.value(thousandths)?;
    let rest = &text[number.range.end..];
    if rest.trim_start().starts_with('¢') {
        return value.checked_mul(Decimal::new(1, 2));
    }
    if let Some(scale) = number::scale(rest) {
        return value.checked_mul(scale);
    }
    let cents = mark
        .filter(|m| m.range.start >= number.range.end && value.scale() == 0)
        .filter(|m| text[number.range.end..m.range.start].trim().is_empty())
        .and_then(|m| number::cents(&text[m.range.end..]));
    match cents {
        Some(cents) => value.checked_add(cents),
        None => Some(value),
    }
}

/// Whether the text, whole, says that nothing is to be paid.
fn free(text: &str) -> bool {
    let word: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    matches!(
        word.as_str(),
        "free"
            | "gratis"
            | "kostenlos"
            | "gratuit"
            | "免费"
            | "免費"
            | "無料"
            | "무료"
            | "бесплатно"
            | "zdarma"
    )
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn prices_as_shops_write_them() {
        for (raw, hint, expected) in [
            ("¥129.00", None, "129 CNY"),
            ("¥3,980", Some("JPY"), "3980 JPY"),
            ("￥１，２９９．５０", None, "1299.5 CNY"),
            ("1.2万元", None, "12000 CNY"),
            ("到手价 ¥89 原价¥199", None, "89 CNY"),
            ("3件装 ¥99.9", None, "99.9 CNY"),
            ("券后59.8元起", None, "59.8 CNY"),
            ("¥99-¥199", None, "99 CNY"),
            ("99-199元", None, "99 CNY"),
            ("3,500円(税込)", None, "3500 JPY"),
            ("12,000원", None, "12000 KRW"),
            ("3만원", None, "30000 KRW"),
            ("1.299,-", Some("EUR"), "1299 EUR"),
            ("1.299,- kr", Some("DKK"), "1299 DKK"),
            ("499 kr", None, "499 -"),
            ("1 234,56 zł", None, "1234.56 PLN"),
            ("CHF 1'049,95", None, "1049.95 CHF"),
            ("₹1,23,456.78", None, "123456.78 INR"),
            ("R$ 1.234,56", None, "1234.56 BRL"),
            ("A$19.90", Some("USD"), "19.9 AUD"),
            ("$19.90", Some("CAD"), "19.9 CAD"),
            ("$19.90", Some("EUR"), "19.9 USD"),
            ("€19⁹⁹", None, "19.99 EUR"),
            ("19€99", None, "19.99 EUR"),
            ("99¢", None, "0.99 USD"),
            ("-20% $80", None, "80 USD"),
            ("٢٥٠ ر.س", None, "250 SAR"),
            ("1.250 KD", None, "1.25 KWD"),
            ("5 000 тг", None, "5000 KZT"),
            ("129 lei", None, "129 RON"),
            ("免费", None, "0 -"),
            ("面议", None, "none"),
            ("", None, "none"),
        ] {
            assert_eq!(shown(raw, hint), expected, "{raw} ({hint:?})");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(raw in "\\PC{0,40}|[0-9., '€$¥%万-]{0,60}", hint in proptest::option::of("\\PC{0,8}")) {
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
        let (mut amounts, mut codes) = (0, 0);
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
            let right = (amount == case.amount, named.as_deref() == code);
            if right != (true, true) {
                println!(
                    "{:?} {hint:?}: {amount:?} {named:?}, not {:?} {code:?}",
                    case.raw, case.amount
                );
            }
            amounts += usize::from(right.0);
            codes += usize::from(right.1);
        }
        println!(
            "of {} prices {amounts} amounts, {codes} currencies right",
            cases.len()
        );
        assert!(amounts * 1000 >= cases.len() * 990, "{amounts} amounts");
        assert!(codes * 1000 >= cases.len() * 970, "{codes} currencies");
    }
}
