//! Whether a whole number in a page's state is a price, or a price in cents: the page shows which.

use std::collections::BTreeSet;

use crate::extract::page::PageModel;

/// Bytes of a page's text in which numbers are looked for, and how many are kept.
const MOST_BYTES: usize = 100_000;
const MOST: usize = 3_000;
/// Digits of a price.
const LONGEST: usize = 12;

/// The numbers that a page shows.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Those without decimals.
    whole: BTreeSet<String>,
    /// Those with two decimals, without the mark before them.
    cents: BTreeSet<String>,
}

/// What a whole number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Whole,
    Cents,
    Unknown,
}

impl Numbers {
    pub(super) fn shown(page: &PageModel<'_>) -> Self {
        let mut numbers = Self::default();
        let text = &page.text[..page.text.floor_char_boundary(MOST_BYTES)];
        let part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '’' | '\u{202f}');
        for token in text.split(|c: char| !part(c)) {
            if numbers.whole.len() + numbers.cents.len() >= MOST {
                break;
            }
            numbers.add(token.trim_matches(|c: char| !c.is_ascii_digit()));
        }
        numbers
    }

    fn add(&mut self, token: &str) {
        let digits: String = token.chars().filter(char::is_ascii_digit).collect();
        if !(1..=LONGEST).contains(&digits.len()) {
            return;
        }
        let decimals = token.rfind(['.', ',']).map(|at| token.len() - at - 1);
        if decimals == Some(2) {
            self.cents.insert(digits);
        } else {
            self.whole.insert(digits);
        }
    }

    /// What the page shows `number` (digits only) to be.
    pub(super) fn unit(&self, number: &str) -> Unit {
        let units = number.strip_suffix("00");
        if self.cents.contains(number) {
            Unit::Cents
        } else if self.whole.contains(number) || self.cents.contains(&format!("{number}00")) {
            Unit::Whole
        } else if units.is_some_and(|units| self.whole.contains(units)) {
            Unit::Cents
        } else {
            Unit::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn the_page_says_what_a_number_is() {
        let url = Url::parse("http://shop.example/").unwrap();
        let text = "<b>€ 1,299.00</b><p>now 45 or 7.900,- <i>19.95</i>";
        let numbers = Numbers::shown(&PageModel::new(text, &url));
        for (number, unit) in [
            ("129900", Unit::Cents),
            ("1299", Unit::Whole),
            ("4500", Unit::Cents),
            ("45", Unit::Whole),
            ("7900", Unit::Whole),
            ("1995", Unit::Cents),
            ("300", Unit::Unknown),
        ] {
            assert_eq!(numbers.unit(number), unit, "{number}");
        }
    }
}
