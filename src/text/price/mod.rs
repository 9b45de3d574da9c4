//! Price text to money.

mod currency;
mod number;
mod signs;

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use crate::model::Money;

use currency::{Mark, Placed};
use number::Number;

/// No price is longer; what follows is not looked at.
const LONGEST: usize = 2_000;

/// The first price that `raw` shows; of a range the lower end. `hint` is the currency that the page names elsewhere
/// (ISO code or sign, also within a sentence). A sign shared by several currencies takes the hint if it is one of them.
pub fn parse(raw: &str, hint: Option<&str>) -> Option<Money> {
    let text = plain(raw);
    let hint = hint.and_then(currency::named);
    let money = |amount, code: Option<&str>| Money {
        amount,
        currency: code.map(str::to_owned),
    };
    let shown = Shown::of(&text);
    let Some(number) = shown.priced() else {
        return free(&text).then(|| money(Decimal::ZERO, hint.and_then(Mark::code)));
    };
    let near: Vec<Mark> = shown
        .near(number.marked)
        .map(|placed| placed.mark)
        .collect();
    let far: Vec<Mark> = shown.marks.iter().map(|placed| placed.mark).collect();
    let code = currency::settle(&near, &far, hint);
    Some(money(shown.amount(&number, code)?, code))
}

/// The ISO 4217 code of a sign, word or code, such as `¥`, `руб.`, `US$`; none where it is unknown or shared (`kr`).
pub fn currency(sign: &str) -> Option<&'static str> {
    currency::named(sign).and_then(Mark::code)
}

/// Whether a single word names a currency, or several (`kr`).
pub fn names_currency(word: &str) -> bool {
    currency::word(word)
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

/// The numbers and currency marks of a text.
struct Shown<'t> {
    text: &'t str,
    numbers: Vec<Number>,
    marks: Vec<Placed>,
}

/// The number that is the price, and the one that its currency stands beside: of a range the two can be different.
struct Priced<'s> {
    price: &'s Number,
    marked: &'s Number,
}

impl<'t> Shown<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            numbers: number::numbers(text),
            marks: currency::marks(text),
        }
    }

    /// The number that a currency stands beside, else the first that is no percentage.
    fn priced(&self) -> Option<Priced<'_>> {
        let mut before: Option<&Number> = None;
        for number in self.numbers.iter().filter(|n| !self.percent(n)) {
            if self.near(number).next().is_some() {
                // "26 to 50 €": the first of a range has no sign of its own.
                let low =
                    before.filter(|low| ranges(&self.text[low.range.end..number.range.start]));
                return Some(Priced {
                    price: low.unwrap_or(number),
                    marked: number,
                });
            }
            before = Some(number);
        }
        let first = self
            .numbers
            .iter()
            .find(|n| !self.percent(n))
            .or(self.numbers.first())?;
        Some(Priced {
            price: first,
            marked: first,
        })
    }

    fn percent(&self, number: &Number) -> bool {
        self.text[number.range.end..].trim_start().starts_with('%')
    }

    /// The marks beside a number.
    fn near(&self, number: &Number) -> impl Iterator<Item = &Placed> {
        let range = number.range.clone();
        self.marks.iter().filter(move |placed| {
            let mark = &placed.range;
            let gap = if mark.end <= range.start {
                &self.text[mark.end..range.start]
            } else {
                self.text.get(range.end..mark.start).unwrap_or("x")
            };
            between(gap)
        })
    }

    /// The value of a price with what follows it: `万`, `¢`, or cents behind the sign.
    fn amount(&self, priced: &Priced<'_>, code: Option<&str>) -> Option<Decimal> {
        let number = priced.price;
        let value = number.value(code.is_some_and(currency::thousandths))?;
        let rest = &self.text[number.range.end..];
        if rest.trim_start().starts_with('¢') {
            return value.checked_mul(Decimal::new(1, 2));
        }
        // "1-2万元": the scale stands once, behind the whole range.
        let scaled = &self.text[priced.marked.range.end..];
        if let Some(scale) = number::scale(rest).or_else(|| number::scale(scaled)) {
            return value.checked_mul(scale).map(|all| all.normalize());
        }
        let behind = self.marks.iter().find(|placed| {
            let gap = self.text.get(number.range.end..placed.range.start);
            gap.is_some_and(|gap| gap.trim().is_empty())
        });
        let cents = behind
            .filter(|_| value.scale() == 0)
            .and_then(|placed| number::cents(&self.text[placed.range.end..]));
        value.checked_add(cents.unwrap_or_default())
    }
}

/// Whether `gap` can stand between a sign and its number.
fn between(gap: &str) -> bool {
    let mark =
        |c: char| matches!(c, ' ' | ':' | '.' | ',' | '-' | '+' | '*' | '/') || currency::sign(c);
    gap.len() <= 6 && gap.chars().all(mark)
        || number::scale(gap).is_some() && gap.chars().count() <= 8
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
            ("$12.99 CAD", None, "12.99 CAD"),
            ("C $25.99", None, "25.99 CAD"),
            ("US $1.50-3.20", None, "1.5 USD"),
            ("¥3,980 (税込 4,378円)", None, "3980 JPY"),
            ("Rs. 1,299/-", None, "1299 INR"),
            ("Rs 1,299", Some("PKR"), "1299 PKR"),
            ("1.299.000 VNĐ", None, "1299000 VND"),
            ("Rp1,2 juta", None, "1200000 IDR"),
            ("1299:-", Some("sek"), "1299 SEK"),
            ("199 ,00 €", None, "199 EUR"),
            ("$119. 95", None, "119.95 USD"),
            ("R1 299.00", None, "1299 ZAR"),
            ("S/. 29.90", None, "29.9 PEN"),
            ("129,000 DT", None, "129 TND"),
            ("CHF 49.–", None, "49 CHF"),
            ("2 x 5,00 €", None, "5 EUR"),
            ("1-2万元", None, "10000 CNY"),
            ("9,99 € 12,99 €", None, "9.99 EUR"),
            ("12.50GBP", None, "12.5 GBP"),
            ("0,995 €", None, "0.995 EUR"),
            ("$1.2k", None, "1200 USD"),
            ("$18 K gold ring", None, "18 USD"),
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
