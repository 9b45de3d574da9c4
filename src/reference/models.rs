//! What is a model number, and what only looks like one.

use super::words::squash;

/// How much a model number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worth {
    /// Nothing: a size, a quantity, a battery, a year, a standard, a plain word.
    Nothing,
    /// Digits alone: only where the page calls it a model, and the goods agree.
    Digits,
    /// Letters and digits, but so few that many makers have one like it.
    Short,
    /// Letters and digits enough.
    Full,
}

/// Judges a model number as printed.
pub(super) fn worth(model: &str) -> Worth {
    let squashed = squash(model);
    if is_years(model) {
        return Worth::Nothing;
    }
    let digits = squashed.chars().filter(char::is_ascii_digit).count();
    let letters = squashed.chars().count() - digits;
    if digits == 0 || squashed.chars().count() < 2 || is_measure(&squashed) {
        Worth::Nothing
    } else if letters == 0 {
        match digits {
            ..4 => Worth::Nothing,
            4 if squashed.starts_with("19") || squashed.starts_with("20") => Worth::Nothing,
            _ => Worth::Digits,
        }
    } else if letters + digits < 5 {
        Worth::Short
    } else {
        Worth::Full
    }
}

/// `2017-2024`: model years, not a model.
fn is_years(text: &str) -> bool {
    let year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    text.split_once(['-', '–', '/'])
        .is_some_and(|(from, until)| year(from) && year(until))
}

/// Whether squashed text is a size, weight, power, quantity, battery, year, standard or the like.
pub(super) fn is_measure(squashed: &str) -> bool {
    const UNITS: &[&str] = &[
        "m", "mm", "cm", "km", "ft", "foot", "feet", "in", "inch", "inches", "yd", "g", "gr", "kg",
        "mg", "lb", "lbs", "oz", "ml", "cl", "l", "litre", "liter", "liters", "qt", "quart", "gal",
        "gallon", "v", "volt", "volts", "vac", "vdc", "kv", "w", "watt", "watts", "kw", "wh",
        "kwh", "a", "amp", "amps", "ma", "mah", "ah", "hz", "khz", "mhz", "ghz", "k", "p", "px",
        "mp", "gb", "mb", "tb", "hp", "cc", "btu", "psi", "bar", "rpm", "mph", "kmh", "c", "f",
        "lm", "lumen", "lumens", "db", "t", "pk", "pc", "pcs", "pack", "packs", "piece", "pieces",
        "pair", "pairs", "ct", "count", "set", "x", "st", "nd", "rd", "th", "d", "day", "days",
        "month", "months", "y", "yr", "yrs", "year", "years", "h", "hr", "hrs", "hour", "hours",
        "min", "s", "sec", "g", "mhr", "tog", "way", "gang", "speed", "person", "man", "oclock",
        "am", "pm",
    ];
    // Prefixes with digits alone after them: batteries, standards, years, versions, sizes.
    const MARKS: &[&str] = &[
        "cr", "lr", "ag", "sr", "br", "aa", "en", "iso", "ip", "ipx", "usb", "bt", "wifi", "my",
        "din", "astm", "gb", "gbt", "v", "ver", "size", "eu", "us", "uk", "mp", "ps", "ios", "no",
        "age", "ages", "sae", "un", "iec", "ul", "bs",
    ];
    let digits_first = squashed.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits_first.len() < squashed.len() && UNITS.contains(&digits_first) {
        return true;
    }
    let letters_first = squashed.trim_start_matches(|c: char| c.is_alphabetic());
    let prefix = &squashed[..squashed.len() - letters_first.len()];
    let number = !letters_first.is_empty() && letters_first.chars().all(|c| c.is_ascii_digit());
    let short = letters_first.len() < 3
        || matches!(
            prefix,
            "cr" | "lr"
                | "ag"
                | "sr"
                | "br"
                | "en"
                | "iso"
                | "ip"
                | "gb"
                | "gbt"
                | "astm"
                | "din"
                | "sae"
                | "iec"
        );
    number && short && MARKS.contains(&prefix) || is_area(squashed)
}

/// `20x30`, `5x10x2cm`: a size, however many sides it has.
fn is_area(squashed: &str) -> bool {
    let body = squashed.trim_end_matches(|c: char| c.is_alphabetic() && c != 'x');
    body.contains('x')
        && body
            .split('x')
            .all(|side| !side.is_empty() && side.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_batteries_and_quantities_are_no_models() {
        for text in [
            "60m",
            "130",
            "CR2032",
            "LR44",
            "12v",
            "4k",
            "2-pack",
            "20x30 cm",
            "EN1078",
            "IPX4",
            "MY21",
            "2017-2024",
            "2024",
            "65W",
            "55 lbs",
            "5000mAh",
            "1080p",
            "SIMBA",
        ] {
            assert_eq!(worth(text), Worth::Nothing, "{text}");
        }
    }

    #[test]
    fn what_a_model_number_says_grows_with_its_form() {
        assert_eq!(worth("73281"), Worth::Digits);
        assert_eq!(worth("H-1"), Worth::Short);
        assert_eq!(worth("T30"), Worth::Short);
        for text in ["AES015", "KY-055", "MH730JZC045", "8107-62B", "RW 1200"] {
            assert_eq!(worth(text), Worth::Full, "{text}");
        }
    }
}
