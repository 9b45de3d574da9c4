//! Measures that goods are sold by: what a price "per 100 g" is for, and what that comes to for a kilo.

use rust_decimal::Decimal;

use crate::model::UnitPrice;

/// So many of a unit: 100 g, 1 kg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Above 0.
    pub quantity: Decimal,
    /// One of `kg`, `g`, `mg`, `oz`, `lb`; `l`, `dl`, `cl`, `ml`, `fl oz`; `m`, `cm`, `mm`, `ft`, `yd`; `m2`, `ft2`; `m3`;
    /// `kWh`; `piece`.
    pub unit: &'static str,
}

/// A unit, what people write for it, the unit that it is counted in, and how many of those it has (in millionths).
struct Unit {
    name: &'static str,
    base: &'static str,
    millionths: i64,
    words: &'static [&'static str],
}

const fn unit(
    name: &'static str,
    base: &'static str,
    millionths: i64,
    words: &'static [&'static str],
) -> Unit {
    Unit {
        name,
        base,
        millionths,
        words,
    }
}

/// In small letters; the codes are those of UN/ECE Recommendation 20, which schema.org's `unitCode` takes.
#[rustfmt::skip]
const UNITS: &[Unit] = &[
    unit("kg", "kg", 1_000_000, &["kg", "kgm", "kilo", "kilogram", "kilogramm", "kilogramme", "кг", "公斤", "千克"]),
    unit("g", "kg", 1_000, &["g", "gr", "grm", "gram", "gramm", "gramme", "grams", "г", "克", "グラム"]),
    unit("mg", "kg", 1, &["mg", "mgm"]),
    unit("oz", "kg", 28_350, &["oz", "onz", "ounce"]),
    unit("lb", "kg", 453_592, &["lb", "lbs", "lbr", "pound"]),
    unit("l", "l", 1_000_000, &["l", "lt", "ltr", "liter", "litre", "litro", "litr", "л", "升"]),
    unit("dl", "l", 100_000, &["dl", "dlt"]),
    unit("cl", "l", 10_000, &["cl", "clt"]),
    unit("ml", "l", 1_000, &["ml", "mlt", "мл", "毫升"]),
    unit("fl oz", "l", 29_574, &["fl", "oza", "floz"]),
    unit("m", "m", 1_000_000, &["m", "mtr", "lfm", "meter", "metre", "м", "米"]),
    unit("cm", "m", 10_000, &["cm", "cmt"]),
    unit("mm", "m", 1_000, &["mm", "mmt"]),
    unit("ft", "m", 304_800, &["ft", "fot", "foot"]),
    unit("yd", "m", 914_400, &["yd", "yrd", "yard"]),
    unit("m2", "m2", 1_000_000, &["m2", "qm", "mtk", "м2", "平方米", "平米"]),
    unit("ft2", "m2", 92_903, &["sqft", "ft2", "ftk"]),
    unit("m3", "m3", 1_000_000, &["m3", "mtq", "м3", "立方米"]),
    unit("kWh", "kWh", 1_000_000, &["kwh"]),
    unit("piece", "piece", 1_000_000, &["c62", "ea", "h87", "pce", "piece"]),
];
/// The market measures of China: 斤 is 500 g, 两 is 50 g.
const MARKET: [(&str, i64); 2] = [("斤", 500), ("两", 50)];

/// What stands between a price and its measure.
#[rustfmt::skip]
const PER: &[&str] = &[
    "/", "per ", "pro ", "je ", "par ", "le ", "au ", "al ", "il ", "por ", "za ", "за ", "na ", "pr. ", "pr ",
    "à ", "每", "a ",
];

impl Measure {
    /// The measure at the beginning of `text`, such as `100 g`, `kg`, `0,75 l`; none where it begins with none that is
    /// a whole word.
    pub fn at(text: &str) -> Option<Self> {
        at(text)
    }

    /// As `at`, by a unit's name or code of UN/ECE Recommendation 20, such as `KGM`, that stands apart from its number.
    pub fn of(quantity: Decimal, unit: &str) -> Option<Self> {
        let unit = unit.trim().to_lowercase();
        named(&unit)?.times(quantity)
    }

    fn times(self, count: Decimal) -> Option<Self> {
        let quantity = self.quantity.checked_mul(count);
        let quantity = quantity.filter(|quantity| *quantity > Decimal::ZERO)?;
        Some(Self { quantity, ..self })
    }

    /// How many of its base unit (kg, l, m, m², m³, kWh, piece) it is, and that unit.
    pub fn in_base(&self) -> (Decimal, &'static str) {
        let unit = UNITS.iter().find(|unit| unit.name == self.unit);
        unit.map_or((self.quantity, self.unit), |unit| {
            let many = self.quantity.checked_mul(Decimal::new(unit.millionths, 6));
            (many.unwrap_or(self.quantity), unit.base)
        })
    }
}

/// What `price` comes to for one kg, l, m, m2, m3, kWh or piece, and which of them; none where its unit is unknown.
pub fn for_one(price: &UnitPrice) -> Option<(Decimal, &'static str)> {
    let (many, base) = Measure::of(price.quantity, &price.unit)?.in_base();
    Some((price.amount.checked_div(many)?, base))
}

/// Whether a word stands between prices and measures in some language.
pub(super) fn is_per(word: &str) -> bool {
    PER.iter()
        .any(|per| per.trim_end().eq_ignore_ascii_case(word))
}

/// The measure behind a price: `/kg`, `per 100 g`, `每斤`.
pub(super) fn behind(behind: &str) -> Option<Measure> {
    let rest: String = behind
        .trim_start_matches([' ', '*', '(', '.'])
        .chars()
        .take(24)
        .collect();
    let small = rest.to_lowercase();
    PER.iter().find_map(|per| at(small.strip_prefix(per)?))
}

/// The measure that a text begins with; without a number it is one of its unit.
pub(super) fn at(text: &str) -> Option<Measure> {
    let text = text.trim_start().to_lowercase();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.'))
        .unwrap_or(text.len());
    let quantity = match &text[..digits] {
        "" => Decimal::ONE,
        number => amount(number)?,
    };
    let rest = text[digits..].trim_start();
    let word = rest
        .find(|c: char| !c.is_alphanumeric())
        .map_or(rest, |end| &rest[..end]);
    // "$5 / piece" is what a buyer pays.
    let known = named(word).filter(|known| known.unit != "piece");
    known?.times(quantity)
}

fn named(word: &str) -> Option<Measure> {
    let market = MARKET.iter().find(|(name, _)| *name == word);
    if let Some((_, grams)) = market {
        return Some(Measure {
            quantity: Decimal::from(*grams),
            unit: "g",
        });
    }
    let of = |unit: &&Unit| unit.words.contains(&word) || unit.name == word;
    UNITS.iter().find(of).map(|unit| Measure {
        quantity: Decimal::ONE,
        unit: unit.name,
    })
}

/// `100`, `0,75`, `1,000`: three digits behind a mark are thousands unless a nought stands before it.
fn amount(number: &str) -> Option<Decimal> {
    let number = number.trim_matches([',', '.']);
    let Some((whole, rest)) = number.split_once([',', '.']) else {
        return number.parse().ok();
    };
    if !rest.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if rest.len() == 3 && whole != "0" {
        format!("{whole}{rest}").parse().ok()
    } else {
        format!("{whole}.{rest}").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(measure: Option<Measure>) -> String {
        measure.map_or("-".to_owned(), |m| format!("{} {}", m.quantity, m.unit))
    }

    #[test]
    fn measures_as_people_write_them() {
        for (text, expected) in [
            ("100 g", "100 g"),
            ("kg)", "1 kg"),
            ("0,75 l", "0.75 l"),
            ("1,000ml", "1000 ml"),
            ("斤", "500 g"),
            ("2 两", "100 g"),
            ("Sqft", "1 ft2"),
            ("0 kg", "-"),
            ("kgs", "-"),
            ("件", "-"),
            ("piece", "-"),
            ("9.9.9 g", "-"),
            ("", "-"),
        ] {
            assert_eq!(shown(Measure::at(text)), expected, "{text}");
        }
        let code = Measure::of(Decimal::new(5, 1), "LTR");
        assert_eq!(shown(code), "0.5 l");
        assert_eq!(Measure::of(Decimal::ZERO, "KGM"), None);
    }

    #[test]
    fn prices_for_different_measures_compare_as_those_for_one() {
        for (amount, quantity, unit, expected) in [
            ("12.50", "100", "g", Some(("125", "kg"))),
            ("1.20", "100", "ml", Some(("12", "l"))),
            ("3", "2", "m2", Some(("1.5", "m2"))),
            ("5", "1", "mg", Some(("5000000", "kg"))),
            ("5", "1", "pair", None),
            ("5", "0", "kg", None),
        ] {
            let price = UnitPrice {
                amount: amount.parse().unwrap(),
                currency: None,
                quantity: quantity.parse().unwrap(),
                unit: unit.to_owned(),
            };
            let one = for_one(&price).map(|(amount, base)| (amount.normalize().to_string(), base));
            let one = one.as_ref().map(|(amount, base)| (amount.as_str(), *base));
            assert_eq!(one, expected, "{amount} for {quantity} {unit}");
        }
    }

    #[test]
    fn no_word_means_two_units() {
        let mut words: Vec<&str> = UNITS.iter().flat_map(|unit| unit.words).copied().collect();
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
        for unit in UNITS {
            let base = UNITS.iter().find(|base| base.name == unit.base).unwrap();
            assert_eq!(base.millionths, 1_000_000, "{}", unit.name);
        }
    }
}
