//! Numbers as shops group them: `1.299,00`, `1 234,56`, `1'049.95`, `1,23,456.78`, `1.2万`.

use std::ops::Range;

use rust_decimal::Decimal;

/// A number in a text: its digits, and the marks that part them.
#[derive(Clone, Debug)]
pub(super) struct Number {
    /// Bytes of the text.
    pub(super) range: Range<usize>,
    /// Groups of digits; the first is empty in `.75`.
    groups: Vec<String>,
    /// The mark before each group but the first.
    marks: Vec<char>,
}

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
        '๐'..='๙' => 0xe50,
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
        at = number.as_ref().map_or(at + 1, |n| n.range.end);
        found.extend(number);
    }
    found
}

/// The number whose first digit is at `start`.
fn read(text: &str, start: usize) -> Number {
    let mut end = digits(text, start);
    let mut number = Number {
        range: start..end,
        groups: vec![text[start..end].to_owned()],
        marks: Vec::new(),
    };
    while let Some((mark, from)) = goes_on(text, end, number.marks.last().copied()) {
        end = digits(text, from);
        number.groups.push(text[from..end].to_owned());
        number.marks.push(mark);
    }
    // ".75" and "$..75": a point before the first digit, but no part of a word or another number.
    let lead = text[..start].trim_end_matches('.');
    if number.marks.is_empty()
        && lead.len() < start
        && !lead.ends_with(|c: char| c.is_alphanumeric())
    {
        number.groups.insert(0, String::new());
        number.marks.push('.');
    }
    number.range.end = end;
    number
}

fn digits(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// The mark at `end` and the place of the digits after it, if the number goes on there.
fn goes_on(text: &str, end: usize, last: Option<char>) -> Option<(char, usize)> {
    let mark = text[end..].chars().next()?;
    let from = end + mark.len_utf8();
    let length = digits(text, from) - from;
    match mark {
        ' ' if length == 3 && last.is_none_or(|m| m == ' ') => Some((' ', from)),
        '\'' if length == 3 => Some(('\'', from)),
        '.' | ',' if length > 0 => Some((mark, from)),
        ' ' | '.' | ',' if last.is_none_or(|m| m == ' ') => torn(text, end),
        _ => None,
    }
}

/// The decimal mark of a torn number, `119. 95` or `199 ,00`: two digits, and nothing after them that they could belong to.
fn torn(text: &str, end: usize) -> Option<(char, usize)> {
    let rest = text[end..].trim_start();
    let mark = rest.chars().next().filter(|c| matches!(c, '.' | ','))?;
    let digits_at = text.len() - rest[1..].trim_start().len();
    let after = digits(text, digits_at);
    let next = text[after..].trim_start().chars().next();
    (after == digits_at + 2 && next.is_none_or(super::currency::sign)).then_some((mark, digits_at))
}

impl Number {
    /// The amount. `thousandths`: the currency has three decimal places, so `1.250` is one and a quarter.
    pub(super) fn value(&self, thousandths: bool) -> Option<Decimal> {
        let split = if self.decimal(thousandths) {
            self.groups.len() - 1
        } else {
            self.groups.len()
        };
        let mut text: String = self.groups[..split].concat();
        if text.is_empty() {
            text.push('0');
        }
        if let Some(fraction) = self.groups.get(split) {
            text.push('.');
            text.push_str(fraction);
        }
        text.parse().ok()
    }

    /// Whether the last group is a fraction.
    fn decimal(&self, thousandths: bool) -> bool {
        let (Some(last), Some(fraction)) = (self.marks.last(), self.groups.last()) else {
            return false;
        };
        if matches!(last, ' ' | '\'') {
            return false;
        }
        let whole = self.groups.first().map_or("", String::as_str);
        let alike = self.marks.iter().filter(|m| *m == last).count();
        match self.marks.len() {
            1 => {
                fraction.len() != 3
                    || thousandths
                    || whole.len() > 3
                    || whole.trim_start_matches('0').is_empty()
            }
            // "1.234.567" groups, "1.234.56" ends in a fraction.
            _ if alike > 1 => fraction.len() != 3,
            _ => true,
        }
    }
}

/// The factor that a word right behind a number means.
pub(super) fn scale(behind: &str) -> Option<Decimal> {
    let rest = behind.trim_start();
    let power = match rest.chars().next()? {
        '万' | '萬' | '만' => 4,
        '亿' | '億' | '억' => 8,
        '千' | '천' => 3,
        _ => {
            let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
            match word.to_lowercase().as_str() {
                // Apart it is a carat, or the beginning of something else.
                "k" if behind.len() == rest.len() => 3,
                "тыс" | "тис" | "rb" | "ribu" => 3,
                "lakh" | "lakhs" => 5,
                "crore" | "crores" => 7,
                "mln" | "million" | "millions" | "млн" | "jt" | "juta" | "triệu" => 6,
                _ => return None,
            }
        }
    };
    Some(Decimal::from(10u64.pow(power)))
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
