//! Price text to money.

mod currency;
mod measure;
mod number;
mod plain;
mod role;
mod scale;
mod signs;

use rust_decimal::Decimal;

use crate::model::{Money, UnitPrice};

use currency::{Mark, Placed};
use number::Number;
use plain::{countable, free, plain};
use role::Role;

pub use measure::{Measure, for_one};

/// The price that a buyer pays by `raw`: of a range the lower end, else the first that is not called an old price, a part
/// of one, or one for a kilo, where there is another. `hint` is the currency that the page names elsewhere (ISO code or
/// sign, also within a sentence). A sign shared by several currencies takes the hint if it is one of them.
///
/// None where the text names no amount; a percentage is none.
pub fn parse(raw: &str, hint: Option<&str>) -> Option<Money> {
    let hinted = || hint.and_then(currency::named);
    let money = |amount, code: Option<&str>| Money {
        amount,
        currency: code.map(str::to_owned),
    };
    let nothing = || free(raw).then(|| money(Decimal::ZERO, hinted().and_then(Mark::code)));
    if !countable(raw) {
        return nothing();
    }
    let text = plain(raw);
    let shown = Shown::of(&text);
    let Some(priced) = shown.priced() else {
        return shown.spoken(hinted()).or_else(nothing);
    };
    let near: Vec<&Placed> = shown.near(priced.marked).collect();
    let code = currency::settle(&near, &shown.marks, hinted(), currency::japanese(&text));
    Some(money(shown.amount(&priced, code)?, code))
}

/// Whether a text shows a price for a measure of goods, such as `5,99 €/kg` or `€ 5 / 100 g`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerMeasure {
    /// It shows none.
    None,
    /// Beside one that a buyer pays: `2,99 € (1 kg = 5,99 €)`.
    Beside,
    /// It shows no other.
    Only,
}

/// Whether `raw` shows a price for a measure of goods. Cheap where nothing in it can say so.
pub fn per_measure(raw: &str) -> PerMeasure {
    if !says_per(raw) || !countable(raw) {
        return PerMeasure::None;
    }
    let text = plain(raw);
    let shown = Shown::of(&text);
    let role = |priced: Priced| shown.role(priced.marked);
    match shown.priced().map(role) {
        Some(Role::Unit) => PerMeasure::Only,
        Some(_) if shown.measured().is_some() => PerMeasure::Beside,
        _ => PerMeasure::None,
    }
}

/// The price for a measure of goods that `raw` shows first: `¥12.50/100g`, `2,39 €/kg`, `1 kg = 5,99 €`, `(£1.20 per
/// 100ml)`. `hint` as in `parse`. None where it shows none, or not what it is for.
pub fn unit_price(raw: &str, hint: Option<&str>) -> Option<UnitPrice> {
    if !says_per(raw) || !countable(raw) {
        return None;
    }
    let text = plain(raw);
    let shown = Shown::of(&text);
    let (at, measure) = shown.measured()?;
    let near: Vec<&Placed> = shown.near(at).collect();
    let hint = hint.and_then(currency::named);
    let code = currency::settle(&near, &shown.marks, hint, currency::japanese(&text));
    let one = Priced {
        price: at,
        marked: at,
    };
    Some(UnitPrice {
        amount: shown.amount(&one, code)?,
        currency: code.map(str::to_owned),
        quantity: measure.quantity,
        unit: measure.unit.to_owned(),
    })
}

/// Whether a text has anything by which a price for a measure is known.
fn says_per(raw: &str) -> bool {
    raw.contains(['/', '=', '／', '＝', '每'])
        || raw.contains("rundpreis")
        || raw
            .split_whitespace()
            .any(|word| measure::is_per(word.trim_start_matches('(')))
}

/// The ISO 4217 code of a sign, word or code, such as `¥`, `руб.`, `US$`; none where it is unknown or shared (`kr`).
pub fn currency(sign: &str) -> Option<&'static str> {
    currency::named(sign).and_then(Mark::code)
}

/// Whether a single word names a currency, or several (`kr`).
pub fn names_currency(word: &str) -> bool {
    currency::word(word)
}

/// The numbers and currency marks of a text.
struct Shown<'t> {
    text: &'t str,
    numbers: Vec<Number>,
    marks: Vec<Placed>,
    /// The number that each mark belongs to.
    owners: Vec<Option<usize>>,
    /// Whether a mark belongs to each number.
    marked: Vec<bool>,
}

/// The number that is the price, and the one that its currency stands beside: of a range the two can be different.
struct Priced {
    price: usize,
    marked: usize,
}

impl<'t> Shown<'t> {
    fn of(text: &'t str) -> Self {
        let numbers = number::numbers(text);
        let mut shown = Self {
            text,
            marks: currency::marks(text),
            owners: Vec::new(),
            marked: vec![false; numbers.len()],
            numbers,
        };
        for mark in 0..shown.marks.len() {
            let owner = shown.owner(mark);
            shown.owners.push(owner);
            if let Some(marked) = owner.and_then(|at| shown.marked.get_mut(at)) {
                *marked = true;
            }
        }
        shown
    }

    /// The number that a mark belongs to: the nearer; of two as near the one before it, unless that has a mark already.
    fn owner(&self, mark: usize) -> Option<usize> {
        let range = &self.marks[mark].range;
        let after = self.numbers.partition_point(|n| n.range.start < range.end);
        let gap = |at: usize| {
            let number = self.numbers.get(at)?;
            let whole = number.range.start..self.end(at);
            currency::gap(self.text, &whole, range).map(|gap| (at, gap))
        };
        let before = after.checked_sub(1).and_then(gap);
        match (before, gap(after)) {
            (Some((left, a)), Some((right, b))) => {
                let taken = self.is_marked(left);
                Some(if b < a || b == a && taken {
                    right
                } else {
                    left
                })
            }
            (left, right) => left.or(right).map(|(at, _)| at),
        }
    }

    /// The byte behind a number and the scale that belongs to it.
    fn end(&self, number: usize) -> usize {
        self.numbers.get(number).map_or(0, |n| n.end)
    }

    /// The number that a buyer pays.
    fn priced(&self) -> Option<Priced> {
        let amounts = || (0..self.numbers.len()).filter(|at| !self.percent(*at));
        let priced = amounts().any(|at| self.is_marked(at));
        let called = |at: usize| role::called(self.before(at));
        let candidates = amounts().filter(|at| !priced || self.is_marked(*at) || called(*at));
        let at = self.best(candidates)?;
        // "26 to 50 €": the first of a range has no sign of its own.
        let lone = |at: usize| !self.is_marked(at) && !self.percent(at);
        let low = at
            .checked_sub(1)
            .filter(|low| lone(*low) && self.ranges(*low, at));
        let high = at + 1;
        let goes_on = lone(at) && high < self.numbers.len() && self.ranges(at, high);
        Some(Priced {
            price: low.unwrap_or(at),
            marked: if goes_on { high } else { at },
        })
    }

    /// The first price that is for a measure, and which; one without a currency only where no number has any.
    fn measured(&self) -> Option<(usize, Measure)> {
        let priced = self.marked.contains(&true);
        let amounts = (0..self.numbers.len()).filter(|at| !priced || self.is_marked(*at));
        amounts.into_iter().find_map(|at| {
            let own = self.near(at).map(|mark| mark.range.end).max();
            let end = self.end(at).max(own.unwrap_or(0));
            let behind = measure::behind(&self.text[end..]);
            Some((at, behind.or_else(|| self.equals(at))?))
        })
    }

    /// The measure before a price: `1 kg = `.
    fn equals(&self, at: usize) -> Option<Measure> {
        let number = self.numbers.get(at.checked_sub(1)?)?;
        let start = self.numbers.get(at)?.range.start;
        let before = self.text.get(number.range.start..start)?;
        let (measured, _) = before.split_once('=')?;
        measure::at(measured)
    }

    /// The first of those that are nearest to what a buyer pays; the words around a single one are not looked at.
    fn best(&self, mut candidates: impl Iterator<Item = usize>) -> Option<usize> {
        let first = candidates.next()?;
        let Some(second) = candidates.next() else {
            return Some(first);
        };
        [first, second]
            .into_iter()
            .chain(candidates)
            .min_by_key(|at| self.role(*at))
    }

    fn is_marked(&self, number: usize) -> bool {
        self.marked.get(number).copied().unwrap_or_default()
    }

    fn role(&self, at: usize) -> Role {
        let own = self.near(at).map(|mark| mark.range.end).max();
        let end = self.end(at).max(own.unwrap_or(0));
        let said = role::role(self.before(at), &self.text[end..]);
        // "the lowest price of 30 days: €": the word can stand before a number that is no price.
        let further = || role::role(self.since_price(at), "") == Role::Before;
        if said == Role::Plain && further() {
            Role::Before
        } else {
            said
        }
    }

    /// The text between a number and the one before it.
    fn before(&self, at: usize) -> &'t str {
        self.between(at.checked_sub(1), at)
    }

    /// The text between a number and the price before it.
    fn since_price(&self, at: usize) -> &'t str {
        let priced = (0..at).rev().find(|before| self.is_marked(*before));
        self.between(priced, at)
    }

    fn between(&self, before: Option<usize>, at: usize) -> &'t str {
        let from = before.map_or(0, |before| self.end(before));
        let to = self.numbers.get(at).map_or(from, |n| n.range.start);
        self.text.get(from..to).unwrap_or_default()
    }

    fn ranges(&self, low: usize, high: usize) -> bool {
        let start = self.numbers.get(high).map_or(0, |n| n.range.start);
        let gap = self.text.get(self.end(low)..start);
        gap.is_some_and(ranges)
    }

    fn percent(&self, at: usize) -> bool {
        let end = self.numbers.get(at).map_or(0, |n| n.range.end);
        let rest = self.text[end..].trim_start();
        rest.starts_with(['%', '折'])
    }

    /// The marks that belong to a number.
    fn near(&self, number: usize) -> impl Iterator<Item = &Placed> {
        let own = move |(_, owner): &(&Placed, &Option<usize>)| **owner == Some(number);
        self.marks
            .iter()
            .zip(&self.owners)
            .filter(own)
            .map(|(mark, _)| mark)
    }

    /// The value of a price with what follows it: `万`, `¢`, or cents behind the sign.
    fn amount(&self, priced: &Priced, code: Option<&str>) -> Option<Decimal> {
        let number = self.numbers.get(priced.price)?;
        let value = number.value(self.text, code.is_some_and(currency::thousandths))?;
        let rest = &self.text[number.range.end..];
        if let Some(part) = part_of(rest) {
            return value.checked_mul(part);
        }
        // "1-2万元": the scale stands once, behind the whole range.
        let marked = self.numbers.get(priced.marked)?.range.end;
        if let Some(scaled) =
            scale::scaled(value, rest).or_else(|| scale::scaled(value, &self.text[marked..]))
        {
            return Some(scaled.value);
        }
        let behind = self.near(priced.price).find(|placed| {
            let gap = self.text.get(number.range.end..placed.range.start);
            gap.is_some_and(|gap| gap.trim().is_empty())
        });
        let cents = behind
            .filter(|_| number.whole(self.text))
            .and_then(|placed| tenths(&self.text[placed.range.end..]));
        value.checked_add(cents.unwrap_or_default())
    }

    /// The price of a text without digits: an amount in words, or nothing to pay.
    fn spoken(&self, hint: Option<Mark>) -> Option<Money> {
        if !self.numbers.is_empty() {
            return None;
        }
        let (amount, at) = scale::in_words(self.text)?;
        let near: Vec<&Placed> = self.marks.iter().filter(|m| m.range.start == at).collect();
        let code = currency::settle(&near, &[], hint, currency::japanese(self.text));
        Some(Money {
            amount,
            currency: code.map(str::to_owned),
        })
    }
}

/// The part of a currency that stands behind a number instead of it.
fn part_of(rest: &str) -> Option<Decimal> {
    let rest = rest.trim_start();
    let word = rest
        .find(|c: char| !c.is_alphabetic())
        .map_or(rest, |end| &rest[..end]);
    let small = ["cents", "cent"]
        .iter()
        .any(|cent| word.eq_ignore_ascii_case(cent));
    if rest.starts_with('¢') || small {
        return Some(Decimal::new(1, 2));
    }
    let tenth = rest.strip_prefix(['角', '毛'])?;
    // "8角形" is a shape.
    let ends = !tenth.starts_with(char::is_alphabetic) || tenth.starts_with('钱');
    ends.then(|| Decimal::new(1, 1))
}

/// What follows the sign of a whole number: `99`, `9角`, `5角5分`, `50 коп.`.
fn tenths(rest: &str) -> Option<Decimal> {
    let digit = rest.chars().next().and_then(|c| c.to_digit(10));
    let behind = rest.get(1..).unwrap_or_default();
    if let Some(tenth) = digit.filter(|_| behind.starts_with(['角', '毛'])) {
        let hundredths = behind.chars().nth(1).and_then(|c| c.to_digit(10));
        let all = tenth * 10 + hundredths.unwrap_or(0);
        return Some(Decimal::new(i64::from(all), 2));
    }
    let small = rest.trim_start_matches(['.', ' ']);
    let named = small
        .get(2..)
        .is_some_and(|word| word.trim_start().starts_with("к"));
    number::cents(if named { small } else { rest })
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
            | "-¥"
    )
}

#[cfg(test)]
mod tests;
