//! What a page should give for a field, and whether a value is that: prices compared as decimals, GTINs by their digits,
//! texts folded.

use rust_decimal::Decimal;

use crate::{
    extract::{
        found::{Offered, Place},
        page::{PageModel, one_line},
        select::{Field, Value},
        settle, stock, values,
    },
    model::{Availability, Money},
    text::{codes, fold::fold, price},
};

/// What is wanted of one page for one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    /// The page has none.
    Nothing,
    Money(Money),
    /// Its digits, leading zeros gone.
    Gtin(String),
    Stock(Availability),
    Decimal(f64),
    Whole(u64),
    Condition(String),
    /// Folded.
    Text(String),
    /// Folded; the text goes on.
    Begins(String),
    /// All of them, in their order: steps of a breadcrumb folded, addresses whole.
    All(Vec<String>),
}

/// What a way gives, held against what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Right,
    /// The first value is right, and others that differ stand beside it.
    RightAmongOthers,
    Nothing,
    Wrong,
}

impl Wanted {
    /// Reads what the inspector wrote: one text, for `category` and `images` also several; none means that the page has
    /// none. Else what would be right.
    pub(super) fn read(
        field: &Field,
        written: &[String],
        hint: Option<&str>,
    ) -> Result<Self, String> {
        let written: Vec<String> = written.iter().map(|text| one_line(text)).collect();
        let Some(first) = written.first().filter(|text| !text.is_empty()) else {
            return Ok(Self::Nothing);
        };
        if written.len() > 1 && !field.takes_many() {
            return Err("several values are given; write one".to_owned());
        }
        let no = |right: &str| format!("'{first}' is not {right}");
        match field.name {
            "price" | "list_price" => money(first, hint)
                .map(Self::Money)
                .ok_or_else(|| no("a price; write it like \"19.90 EUR\"")),
            "gtin" => Some(digits(first))
                .filter(|digits| digits.len() >= 6)
                .map(Self::Gtin)
                .ok_or_else(|| no("a GTIN; write its digits")),
            "availability" => stock::read(first).map(Self::Stock).ok_or_else(|| {
                no("an availability; write InStock, OutOfStock, PreOrder or Discontinued")
            }),
            "rating" | "seller.rating" => values::decimal(first)
                .map(Self::Decimal)
                .ok_or_else(|| no("a number")),
            "review_count" | "sales" => values::whole(first)
                .map(Self::Whole)
                .ok_or_else(|| no("a count")),
            "condition" => values::condition(first)
                .map(Self::Condition)
                .ok_or_else(|| no("a condition; write new, used, refurbished or damaged")),
            "category" if written.len() == 1 => Ok(Self::All(folded(&values::steps(first)))),
            "category" => Ok(Self::All(folded(&written))),
            "images" => Ok(Self::All(written)),
            _ => Ok(text(first)),
        }
    }

    /// Whether a text of the page says this one value.
    pub(super) fn is(
        &self,
        field: &Field,
        value: &Value,
        page: &PageModel<'_>,
        hint: Option<&str>,
    ) -> bool {
        let text = value.text.as_str();
        match self {
            Self::Nothing => text.trim().is_empty(),
            Self::Money(wanted) => {
                offered_money(value, hint).is_some_and(|money| money.amount == wanted.amount)
            }
            Self::Gtin(wanted) => digits(text) == *wanted || holds_gtin(text, wanted),
            Self::Stock(wanted) => stock::read(text) == Some(*wanted),
            Self::Decimal(wanted) => {
                values::decimal(text).is_some_and(|n| (n - wanted).abs() < 1e-9)
            }
            Self::Whole(wanted) => values::whole(text) == Some(*wanted),
            Self::Condition(wanted) => values::condition(text).as_ref() == Some(wanted),
            Self::Text(wanted) if field.is_address() => {
                page.resolve(text)
                    .is_some_and(|url| fold(url.as_str()) == *wanted)
                    || fold(text) == *wanted
            }
            Self::Text(wanted) => fold(&one_line(text)) == *wanted,
            Self::Begins(wanted) => fold(&one_line(text)).starts_with(wanted.as_str()),
            Self::All(wanted) => match field.name {
                "images" => wanted.iter().any(|one| same_address(one, text, page)),
                _ => wanted.contains(&fold(&one_line(text))),
            },
        }
    }

    /// What all values of a way are, taken together.
    pub(super) fn answer(
        &self,
        field: &Field,
        found: &[Value],
        page: &PageModel<'_>,
        hint: Option<&str>,
    ) -> Answer {
        let Some(first) = found.first() else {
            return match self {
                Self::Nothing => Answer::Right,
                _ => Answer::Nothing,
            };
        };
        if let Self::All(wanted) = self {
            return match all(field, wanted, found, page) {
                true => Answer::Right,
                false => Answer::Wrong,
            };
        }
        let right = |value: &Value| self.is(field, value, page, hint);
        match right(first) {
            false => Answer::Wrong,
            true if found.iter().all(right) => Answer::Right,
            true => Answer::RightAmongOthers,
        }
    }

    /// The text as it may stand on the page, for those that are texts.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Begins(_))
    }
}

/// The money that a way's value means, as the listing would have it.
pub(super) fn offered_money(value: &Value, hint: Option<&str>) -> Option<Money> {
    let offer = Offered {
        field: "price",
        value: value.price(),
        beside: value.currency.clone(),
        reader: "select",
        place: Place::Path(String::new()),
        lean: 0,
    };
    settle::money(&offer, hint)
}

/// A price as inspectors write it: `19.90 EUR` and `1299.5` are decimals, everything else is read as on a page.
fn money(written: &str, hint: Option<&str>) -> Option<Money> {
    let (number, code) = written.split_once(' ').unwrap_or((written, ""));
    if let Ok(amount) = number.parse::<Decimal>() {
        let own = (!code.is_empty())
            .then(|| price::currency(code).map(str::to_owned))
            .flatten();
        if code.is_empty() || own.is_some() {
            return Some(Money {
                amount,
                currency: own,
            });
        }
    }
    price::parse(written, hint)
}

fn text(written: &str) -> Wanted {
    let begins = written
        .strip_suffix('…')
        .or_else(|| written.strip_suffix("..."));
    match begins.map(|start| fold(start.trim_end())) {
        Some(start) if !start.is_empty() => Wanted::Begins(start),
        _ => Wanted::Text(fold(written)),
    }
}

fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let only = text
        .chars()
        .all(|c| c.is_ascii_digit() || c == '-' || c.is_whitespace());
    match only {
        true => digits.trim_start_matches('0').to_owned(),
        false => String::new(),
    }
}

fn holds_gtin(text: &str, wanted: &str) -> bool {
    text.len() < 200
        && codes::find("GTIN", text).iter().any(|code| {
            code.value
                .as_deref()
                .is_some_and(|own| own.trim_start_matches('0') == wanted)
        })
}

fn folded(steps: &[String]) -> Vec<String> {
    steps.iter().map(|step| fold(step)).collect()
}

fn all(field: &Field, wanted: &[String], found: &[Value], page: &PageModel<'_>) -> bool {
    if field.name == "images" {
        let pairs = found.iter().zip(wanted);
        return found.len() == wanted.len()
            && pairs
                .into_iter()
                .all(|(own, one)| same_address(one, &own.text, page));
    }
    let texts: Vec<String> = found.iter().map(|value| one_line(&value.text)).collect();
    let steps = match &texts[..] {
        [one] => values::steps(one),
        _ => texts,
    };
    folded(&steps) == wanted
}

fn same_address(wanted: &str, text: &str, page: &PageModel<'_>) -> bool {
    let whole = |text: &str| page.resolve(text).map(|url| url.to_string());
    !text.is_empty()
        && (wanted == text || whole(text).is_some_and(|url| whole(wanted) == Some(url)))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn says(field: &str, wanted: &str, text: &str) -> bool {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new("", &url);
        let field = Field::named(field).unwrap();
        let wanted = Wanted::read(&field, &[wanted.to_owned()], None).unwrap();
        wanted.is(&field, &Value::new(text), &page, None)
    }

    #[test]
    fn values_are_compared_as_what_they_mean() {
        for (field, wanted, text) in [
            ("price", "1299", "1.299,00 €"),
            ("price", "1299.00 EUR", "€ 1,299"),
            ("price", "1.299,00 €", "1299.00"),
            ("gtin", "4006381333931", "EAN: 04006381333931"),
            ("gtin", "04006381333931", "4006381333931"),
            ("availability", "InStock", "sofort lieferbar"),
            ("availability", "有货", "現貨"),
            ("rating", "4.5", "4,5 von 5"),
            ("review_count", "1234", "1,234 reviews"),
            ("title", "Kettle  X", "KETTLE X"),
            ("title", "ケトル", "ｹﾄﾙ"),
            ("description", "A fine kettle…", "A fine kettle of steel"),
            ("condition", "used", "gebraucht"),
            ("seller.url", "http://shop.example/s/1", "/s/1"),
        ] {
            assert!(says(field, wanted, text), "{field}: {wanted} in {text}");
        }
        for (field, wanted, text) in [
            ("price", "12.99", "1299"),
            ("gtin", "4006381333931", "4006381333932"),
            ("title", "Kettle", "Kettle X"),
            ("availability", "InStock", "ausverkauft"),
        ] {
            assert!(!says(field, wanted, text), "{field}: {wanted} in {text}");
        }
    }

    #[test]
    fn what_cannot_be_wanted_is_told() {
        let read = |field: &str, text: &str| {
            Wanted::read(&Field::named(field).unwrap(), &[text.to_owned()], None)
        };
        assert_eq!(
            read("price", "soon").unwrap_err(),
            "'soon' is not a price; write it like \"19.90 EUR\""
        );
        assert!(
            read("gtin", "none")
                .unwrap_err()
                .contains("write its digits")
        );
        assert!(
            read("availability", "maybe")
                .unwrap_err()
                .contains("InStock")
        );
        assert_eq!(read("brand", " "), Ok(Wanted::Nothing));
    }
}
