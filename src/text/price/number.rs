//! Numbers as shops group them: `1.299,00`, `1 234,56`, `1'049.95`, `1,23,456.78`, `19'99`.

use std::ops::Range;

use rust_decimal::Decimal;

use super::scale;

/// A number in a text (made plain).
#[derive(Clone, Debug)]
pub(super) struct Number {
    /// Bytes of the text, from the first digit to the last.
    pub(super) range: Range<usize>,
    /// The byte behind the words that the number goes on with: `万`, `만 9천`, `lakh`.
    pub(super) end: usize,
    /// A point before the first digit: `.75`.
    lead: bool,
}

/// Currency words of the shops that raise their cents.
const RAISING: [&str; 6] = ["zł", "Kč", "kr", "lei", "EUR", "PLN"];

/// Digits of other scripts as ASCII; every other character as it is.
pub(super) fn digit(c: char) -> char {
    let zero = match c {
        '⁰' => return '0',
        '¹' => return '1',
        '²' => return '2',
        '³' => return '3',
        '⁴'..='⁹' => 0x2070,
        '٠'..='٩' => 0x660,
        '۰'..='۹' => 0x6f0,
        '०'..='९' => 0x966,
        '০'..='৯' => 0x9e6,
        '੦'..='੯' => 0xa66,
        '૦'..='૯' => 0xae6,
        '௦'..='௯' => 0xbe6,
        '౦'..='౯' => 0xc66,
        '๐'..='๙' => 0xe50,
        '໐'..='໙' => 0xed0,
        '၀'..='၉' => 0x1040,
        '០'..='៩' => 0x17e0,
        _ => return c,
    };
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

/// A raised digit: `19⁹⁹` is 19.99.
pub(super) fn raised(c: char) -> bool {
    matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹')
}

/// Every number of `text` (made plain), in order.
pub(super) fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let number = bytes[at].is_ascii_digit().then(|| read(text, at));
        at = number.as_ref().map_or(at + 1, |n| n.end);
        found.extend(number);
    }
    found
}

/// The number whose first digit is at `start`.
fn read(text: &str, start: usize) -> Number {
    let mut end = digits(text, start);
    let mut last = None;
    let mut groups = 1;
    while let Some((mark, from)) = goes_on(text, start, end, last) {
        end = digits(text, from);
        last = Some(mark);
        groups += 1;
    }
    // ".75" and "$..75": a point before the first digit, but no part of a word or another number.
    let before = text[..start].trim_end_matches('.');
    let points = before.len() < start;
    let before = if points {
        before
    } else {
        text[..start].strip_suffix(',').unwrap_or(before)
    };
    let pointed = before.len() < start;
    // A comma also ends a clause: then there is something before it.
    let lead = groups == 1
        && pointed
        && !before.ends_with(|c: char| c.is_alphanumeric())
        && (points || before.trim_end().is_empty() || before.ends_with(super::currency::sign));
    let scaled = scale::scaled(Decimal::ONE, &text[end..]);
    Number {
        range: start..end,
        end: end + scaled.map_or(0, |scaled| scaled.length),
        lead,
    }
}

/// The byte behind the digits that stand at `from`.
pub(super) fn digits(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// The mark at `end` and the place of the digits after it, if the number goes on there.
fn goes_on(text: &str, start: usize, end: usize, last: Option<char>) -> Option<(char, usize)> {
    let mark = text[end..].chars().next()?;
    let from = end + mark.len_utf8();
    let length = digits(text, from) - from;
    match mark {
        ' ' if length == 3 && last.is_none_or(|m| m == ' ') && fits(text, start, end, last) => {
            Some((' ', from))
        }
        '\'' if length == 3 => Some(('\'', from)),
        // "19'99 €": the decimal mark of handwriting in Spain.
        '\'' if length == 2 && last.is_none_or(|m| m == '.') => Some(('\'', from)),
        '.' | ',' if length > 0 => Some((mark, from)),
        ' ' | '.' | ',' if last.is_none_or(|m| m == ' ') => {
            torn(text, end).or_else(|| apart(text, start, end, last))
        }
        _ => None,
    }
}

/// Whether the digits before a space can be the first group of a number: "2024 599" are two numbers.
fn fits(text: &str, start: usize, end: usize, last: Option<char>) -> bool {
    let first = last.is_none();
    !first || end - start <= 3 && !(text[start..end].starts_with('0') && end - start > 1)
}

/// The decimal mark of a torn number, `119. 95` or `199 ,00`: two digits, and nothing after them that they could belong to.
fn torn(text: &str, end: usize) -> Option<(char, usize)> {
    let rest = text[end..].trim_start();
    let mark = rest.chars().next().filter(|c| matches!(c, '.' | ','))?;
    let digits_at = text.len() - rest[1..].trim_start().len();
    let after = digits(text, digits_at);
    let next = text[after..].trim_start().chars().next();
    // "39 .9": the part behind the point was set apart with its point.
    let set_apart = text[end..].starts_with(" .") && rest.len() - 1 == text.len() - digits_at;
    let cents = after == digits_at + 2 || set_apart && after == digits_at + 1;
    (cents && next.is_none_or(super::currency::sign)).then_some((mark, digits_at))
}

/// Cents that only their raised place told apart, `19 99 €`: two digits, and a text that is nothing but the price.
fn apart(text: &str, start: usize, end: usize, last: Option<char>) -> Option<(char, usize)> {
    let from = end + 1;
    let after = digits(text, from);
    let fits = last.is_none() && text[end..].starts_with(' ') && after == from + 2;
    if !fits {
        return None;
    }
    let signed = |part: &str| {
        let part = part.trim_matches([' ', '*']);
        part.chars().all(super::currency::sign) || RAISING.contains(&part)
    };
    let (before, behind) = (text[..start].trim(), text[after..].trim());
    let priced = !before.is_empty() || !behind.is_empty();
    (priced && signed(before) && signed(behind)).then_some(('.', from))
}

impl Number {
    /// The amount. `thousandths`: the currency has three decimal places, so `1.250` is one and a quarter.
    pub(super) fn value(&self, text: &str, thousandths: bool) -> Option<Decimal> {
        let shown = text.get(self.range.clone())?;
        let split = if self.lead {
            Some(0)
        } else {
            fraction(shown, thousandths)
        };
        let (whole, fraction) = shown.split_at(split.unwrap_or(shown.len()));
        let mut plain = String::with_capacity(shown.len() + 2);
        plain.extend(whole.chars().filter(char::is_ascii_digit));
        if plain.is_empty() {
            plain.push('0');
        }
        if split.is_some() {
            plain.push('.');
            plain.extend(fraction.chars().filter(char::is_ascii_digit));
        }
        plain.parse().ok()
    }

    /// Whether nothing but digits stands in it.
    pub(super) fn whole(&self, text: &str) -> bool {
        let shown = text.get(self.range.clone()).unwrap_or_default();
        !self.lead && shown.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Where the fraction begins in the digits and marks of a number; none where it has none.
fn fraction(shown: &str, thousandths: bool) -> Option<usize> {
    let is_mark = |c: char| !c.is_ascii_digit();
    let at = shown.rfind(is_mark)? + 1;
    let head = shown[..at].trim_end_matches(' ');
    let last = head.chars().next_back().unwrap_or(' ');
    let length = shown.len() - at;
    let whole = &shown[..shown.find(is_mark)?];
    let (marks, alike) = parted(shown, last);
    let decimal = match last {
        // Only two digits behind a space or an apostrophe are cents.
        c if c.is_ascii_digit() || c == '\'' => length == 2,
        _ if marks == 1 => {
            length != 3
                || thousandths
                || whole.len() > 3
                || whole.trim_start_matches('0').is_empty()
        }
        // "1.234.567" groups, "1.234.56" ends in a fraction.
        _ if alike > 1 => length != 3,
        _ => true,
    };
    decimal.then_some(at)
}

/// How many marks part a number, and how many of them are `last`.
fn parted(shown: &str, last: char) -> (usize, usize) {
    let mut marks = 0;
    let mut alike = 0;
    let mut inside = false;
    for c in shown.chars() {
        let mark = !c.is_ascii_digit();
        marks += usize::from(mark && !inside);
        alike += usize::from(c == last);
        inside = mark;
    }
    (marks, alike)
}

/// Cents behind a sign: `35€ 99`, `1250€60`. After a space only two digits are cents; a number of its own is none.
pub(super) fn cents(rest: &str) -> Option<Decimal> {
    let tight = rest.trim_start();
    let end = digits(tight, 0);
    let goes_on =
        tight[end..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | '%'));
    let fits = if tight.len() == rest.len() {
        (1..=3).contains(&end)
    } else {
        end == 2
    };
    if goes_on || !fits {
        return None;
    }
    let digits: i64 = tight[..end].parse().ok()?;
    Some(Decimal::new(digits, end as u32))
}
