//! Operators between values of the kinds that rules hold; none where the language has to say what they mean.

use rhai::{Dynamic, FLOAT, INT, ImmutableString};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Same,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
}

impl Comparison {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "==" => Self::Same,
            "!=" => Self::Different,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::More,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    fn holds<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            Self::Same => a == b,
            Self::Different => a != b,
            Self::Less => a < b,
            Self::AtMost => a <= b,
            Self::More => a > b,
            Self::AtLeast => a >= b,
        }
    }

    /// As the language compares numbers of which one is no whole one: what differs by less than they can be told apart is the
    /// same.
    fn nearly(self, a: FLOAT, b: FLOAT) -> bool {
        let most = match a * b == 0.0 {
            true => 1.0,
            false => a.abs().max(b.abs()),
        };
        let (difference, apart) = ((a - b) / most, FLOAT::EPSILON);
        match self {
            Self::Same => difference.abs() <= apart,
            Self::Different => difference.abs() > apart,
            Self::Less => difference < -apart,
            Self::AtMost => difference < apart,
            Self::More => difference > apart,
            Self::AtLeast => difference > -apart,
        }
    }

    pub(super) fn between(self, a: &Dynamic, b: &Dynamic) -> Option<bool> {
        let alike = match (a.is_unit(), b.is_unit()) {
            (true, true) => true,
            (false, false) => {
                if let Some((a, b)) = texts(a, b) {
                    return Some(self.holds(&a.as_str(), &b.as_str()));
                }
                if a.is_int() && b.is_int() {
                    return Some(self.holds(&a.as_int().ok()?, &b.as_int().ok()?));
                }
                if let Some((a, b)) = floats(a, b) {
                    return Some(self.nearly(a, b));
                }
                a.as_bool().ok()? == b.as_bool().ok()?
            }
            _ => false,
        };
        match self {
            Self::Same => Some(alike),
            Self::Different => Some(!alike),
            _ => None,
        }
    }
}

impl Arithmetic {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "+" => Self::Plus,
            "-" => Self::Minus,
            "*" => Self::Times,
            "/" => Self::Over,
            _ => return None,
        })
    }

    pub(super) fn between(self, a: &Dynamic, b: &Dynamic) -> Option<Dynamic> {
        if a.is_int() && b.is_int() {
            let whole = self.whole(a.as_int().ok()?, b.as_int().ok()?);
            return whole.map(Dynamic::from_int);
        }
        let (a, b) = floats(a, b)?;
        let result = match self {
            Self::Plus => a + b,
            Self::Minus => a - b,
            Self::Times => a * b,
            Self::Over => a / b,
        };
        // The language has something to say of a division by nothing.
        result.is_finite().then(|| Dynamic::from_float(result))
    }

    fn whole(self, a: INT, b: INT) -> Option<INT> {
        match self {
            Self::Plus => a.checked_add(b),
            Self::Minus => a.checked_sub(b),
            Self::Times => a.checked_mul(b),
            Self::Over => a.checked_div(b),
        }
    }
}

type Text<'v> = rhai::DynamicReadLock<'v, ImmutableString>;

pub(super) fn texts<'v>(a: &'v Dynamic, b: &'v Dynamic) -> Option<(Text<'v>, Text<'v>)> {
    Some((a.read_lock()?, b.read_lock()?))
}

/// Two numbers of which one at least is no whole one.
fn floats(a: &Dynamic, b: &Dynamic) -> Option<(FLOAT, FLOAT)> {
    let number = |value: &Dynamic| match value.is_int() {
        true => value.as_int().ok().map(|whole| whole as FLOAT),
        false => value.as_float().ok(),
    };
    Some((number(a)?, number(b)?))
}

/// Whether a list holds a value; none where the language has to compare.
pub(super) fn holds(list: &[Dynamic], value: &Dynamic) -> Option<bool> {
    for one in list {
        if Comparison::Same.between(one, value)? {
            return Some(true);
        }
    }
    Some(false)
}
