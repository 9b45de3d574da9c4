//! Numbers that words go on with: `1.2万`, `1万2千`, `3만 9천`, `1.5 lakh`, and numbers that are words: `一千二百元`.

use rust_decimal::Decimal;

use super::number;

/// A number with the words behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scaled {
    pub(super) value: Decimal,
    /// Bytes behind the number that belong to it.
    pub(super) length: usize,
}

/// The value of a number with the scale that stands behind it; none where no scale does.
pub(super) fn scaled(value: Decimal, behind: &str) -> Option<Scaled> {
    let rest = behind.trim_start();
    let space = behind.len() - rest.len();
    if rest.chars().next().and_then(power).is_some() {
        return counted(value, behind);
    }
    let word = rest
        .find(|c: char| !c.is_alphabetic())
        .map_or(rest, |end| &rest[..end]);
    let factor = 10u64.pow(western(word, space == 0)?);
    Some(Scaled {
        value: value.checked_mul(Decimal::from(factor))?.normalize(),
        length: space + word.len(),
    })
}

/// The power of ten that a character behind a number means.
fn power(c: char) -> Option<u32> {
    Some(match c {
        '百' | '佰' | '백' => 2,
        '千' | '仟' | '천' => 3,
        '万' | '萬' | '만' => 4,
        '亿' | '億' | '억' => 8,
        _ => return None,
    })
}

/// The power of ten that a word behind a number means; `tight`: without a space between them.
fn western(word: &str, tight: bool) -> Option<u32> {
    // None of them is Chinese, Japanese or Korean.
    if word.len() > 16 || word.is_empty() || word.starts_with(|c| c > '\u{2e80}') {
        return None;
    }
    // Apart they are a carat and a size, or the beginning of something else.
    match word {
        "k" | "K" => return tight.then_some(3),
        "M" => return tight.then_some(6),
        _ => {}
    }
    Some(match word.to_lowercase().as_str() {
        "тыс" | "тис" | "tys" | "tis" | "rb" | "ribu" | "nghìn" | "mil" => 3,
        "lakh" | "lakhs" | "lac" | "lacs" => 5,
        "crore" | "crores" | "cr" => 7,
        "mln" | "mio" | "million" | "millions" | "млн" | "jt" | "juta" | "triệu" | "tr" => 6,
        _ => return None,
    })
}

/// `1万2千`, `1万2500`, `3만 9천`, `1億2000万`: pieces that fall, added up.
fn counted(value: Decimal, behind: &str) -> Option<Scaled> {
    // What is counted in 万 and above, and what still waits for a 万.
    let (mut total, mut section) = (Decimal::ZERO, Decimal::ZERO);
    let mut piece = value;
    let mut length = 0;
    loop {
        let rest = &behind[length..];
        let unit = rest.trim_start().chars().next()?;
        let step = power(unit)?;
        length += rest.len() - rest.trim_start().len() + unit.len_utf8();
        let factor = Decimal::from(10u64.pow(step));
        if step < 4 {
            section = section.checked_add(piece.checked_mul(factor)?)?;
            piece = Decimal::ZERO;
            // "5百万": the hundreds are counted in 万 themselves.
            if behind[length..].starts_with(|c| power(c).is_some_and(|step| step >= 4)) {
                continue;
            }
        } else {
            let all = section.checked_add(piece)?.checked_mul(factor)?;
            total = total.checked_add(all)?;
            section = Decimal::ZERO;
        }
        let Some((next, end)) = following(&behind[length..], unit) else {
            break;
        };
        let after = behind[length + end..].trim_start().chars().next();
        if after.is_some_and(|c| power(c).is_some()) {
            length += end;
            piece = next;
        } else if let Some(added) = last_piece(next, factor, &behind[length..length + end], after) {
            section = section.checked_add(added)?;
            length += end;
            break;
        } else {
            break;
        }
    }
    Some(Scaled {
        value: total.checked_add(section)?.normalize(),
        length,
    })
}

/// The digits that go on behind a unit, and where they end. In Korean a space may stand between them.
fn following(rest: &str, unit: char) -> Option<(Decimal, usize)> {
    let korean = ('\u{ac00}'..='\u{d7a3}').contains(&unit);
    let tight = if korean {
        rest.strip_prefix(' ').unwrap_or(rest)
    } else {
        rest
    };
    let start = rest.len() - tight.len();
    let mut end = number::digits(rest, start);
    if end == start {
        return None;
    }
    while rest[end..].starts_with(',') && number::digits(rest, end + 1) == end + 4 {
        end += 4;
    }
    let plain: String = rest[start..end]
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Some((plain.parse().ok()?, end))
}

/// What a number without a unit adds: `1万2` is 12,000 and `1万2500` is 12,500.
fn last_piece(next: Decimal, unit: Decimal, written: &str, after: Option<char>) -> Option<Decimal> {
    let priced = matches!(after, Some('元' | '块' | '圆' | '円' | '圓' | '원'));
    let ends = after.is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != '%');
    if !priced && (!ends || written.starts_with(' ')) || next >= unit {
        return None;
    }
    if written.len() > 1 {
        return Some(next);
    }
    next.checked_mul(unit)?.checked_div(Decimal::from(10))
}

/// An amount in Chinese numerals before its currency, `一千二百元`, `十九块九`, and the byte where the currency begins.
pub(super) fn in_words(text: &str) -> Option<(Decimal, usize)> {
    text.char_indices()
        .filter(|(_, c)| matches!(c, '元' | '块' | '塊' | '圆' | '圓' | '円'))
        .take(20)
        .find_map(|(at, c)| {
            let head = text[..at].trim_end_matches(|c| numeral(c).is_some());
            let amount = spoken(&text[head.len()..at])?;
            let tenths = text[at + c.len_utf8()..].chars().next().and_then(numeral);
            let tenths = match tenths {
                Some(Numeral::Digit(digit)) => Decimal::new(digit, 1),
                _ => Decimal::ZERO,
            };
            Some((amount.checked_add(tenths)?, at))
        })
}

enum Numeral {
    Digit(i64),
    Power(u32),
}

/// What a Chinese numeral means, also in the forms for cheques.
fn numeral(c: char) -> Option<Numeral> {
    let digits = [
        "零〇",
        "一壹",
        "二贰貳两兩",
        "三叁參",
        "四肆",
        "五伍",
        "六陆陸",
        "七柒",
        "八捌",
        "九玖",
    ];
    if let Some(digit) = digits.iter().position(|forms| forms.contains(c)) {
        return i64::try_from(digit).ok().map(Numeral::Digit);
    }
    match c {
        '十' | '拾' => Some(Numeral::Power(1)),
        '백' | '천' | '만' | '억' => None,
        _ => power(c).map(Numeral::Power),
    }
}

/// The number that a run of numerals spells.
fn spoken(run: &str) -> Option<Decimal> {
    // The longest that anybody writes has a dozen.
    if run.is_empty() || run.chars().count() > 16 {
        return None;
    }
    let (mut total, mut section, mut digit) = (0i64, 0i64, None);
    for c in run.chars() {
        match numeral(c)? {
            Numeral::Digit(d) => digit = Some(d),
            Numeral::Power(step) if step < 4 => {
                section += digit.take().unwrap_or(1) * 10i64.pow(step);
            }
            Numeral::Power(step) => {
                let all = section + digit.take().unwrap_or(0);
                total = total.checked_add(all.checked_mul(10i64.pow(step))?)?;
                section = 0;
            }
        }
    }
    let all = total.checked_add(section + digit.unwrap_or(0))?;
    Some(Decimal::from(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_behind_a_number_multiply_it() {
        for (value, behind, expected, rest) in [
            ("1.2", "万元", "12000", "元"),
            ("1", "万2千元", "12000", "元"),
            ("1", "万2", "12000", ""),
            ("1", "万2500元", "12500", "元"),
            ("1", "億2000万円", "120000000", "円"),
            ("1", "千5百万元", "15000000", "元"),
            ("3", "만9천9백원", "39900", "원"),
            ("12", "만 9,000원", "129000", "원"),
            ("1", "만 2개", "10000", " 2개"),
            ("1.5", " lakh", "150000", ""),
            ("1.5", "M", "1500000", ""),
        ] {
            let scaled = scaled(value.parse().unwrap(), behind).unwrap();
            assert_eq!(scaled.value.to_string(), expected, "{value}{behind}");
            assert_eq!(&behind[scaled.length..], rest, "{value}{behind}");
        }
        for behind in [" M", " K gold", "kg", "ml", "", "元"] {
            assert_eq!(scaled(Decimal::ONE, behind), None, "{behind}");
        }
    }

    #[test]
    fn numerals_before_a_currency_are_an_amount() {
        for (text, expected) in [
            ("九十九元", Some("99")),
            ("仅需一千二百元", Some("1200")),
            ("壹仟零伍拾元整", Some("1050")),
            ("三万五千円", Some("35000")),
            ("十九块九", Some("19.9")),
            ("多元文化", None),
            ("三十天", None),
        ] {
            let amount = in_words(text).map(|(amount, _)| amount.to_string());
            assert_eq!(amount.as_deref(), expected, "{text}");
        }
    }
}
