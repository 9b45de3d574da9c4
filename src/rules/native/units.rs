//! Quantities that stand in a text with their unit: 1500W, 1.7 升, 220V~.

use rhai::Dynamic;

use super::{Doc, Family, Host, maybe, words, wrong};
use crate::{
    rules::{picture::did_you_mean, view::Answer},
    text::fold::fold,
};

pub(super) const FAMILY: Family = Family {
    name: "units",
    docs: DOCS,
    kinds: &[],
    register,
};

const DOCS: &[Doc] = &[Doc {
    name: "quantity",
    signature: "quantity(text: text?, unit: text) -> number?",
    doc: "the first number in a text that stands with a unit of that kind, in that unit: of power `W`, `kW`; voltage `V`, `kV`; current `A`, `mA`; charge `Ah`, `mAh`; energy `Wh`, `kWh`; mass `kg`, `g`, `mg`, `t`; volume `l`, `ml`; length `m`, `cm`, `mm`; frequency `Hz`, `kHz`, `MHz`, `GHz`; Chinese words for them count too; `()` where there is none",
    example: r#"quantity(item.attr("功率"), "kW") == 1.5 && quantity("净含量：500毫升", "l") == 0.5 && quantity("220V", "W") == ()"#,
}];

/// A unit: as rules name it, what it measures, how many of the first unit of its kind it is, and what pages write (folded).
struct Unit {
    name: &'static str,
    of: &'static str,
    size: f64,
    words: &'static [&'static str],
}

macro_rules! units {
    ($($name:literal $of:literal $size:literal [$($word:literal),+];)+) => {
        const UNITS: &[Unit] = &[$(Unit { name: $name, of: $of, size: $size, words: &[$($word),+] }),+];
    };
}

units! {
    "W" "power" 1.0 ["w", "watt", "watts", "瓦", "瓦特"];
    "kW" "power" 1000.0 ["kw", "千瓦"];
    "V" "voltage" 1.0 ["v", "volt", "volts", "伏", "伏特"];
    "kV" "voltage" 1000.0 ["kv", "千伏"];
    "A" "current" 1.0 ["a", "安", "安培"];
    "mA" "current" 0.001 ["ma", "毫安"];
    "Ah" "charge" 1.0 ["ah", "安时"];
    "mAh" "charge" 0.001 ["mah", "毫安时"];
    "Wh" "energy" 1.0 ["wh", "瓦时"];
    "kWh" "energy" 1000.0 ["kwh", "千瓦时"];
    "g" "mass" 1.0 ["g", "克"];
    "kg" "mass" 1000.0 ["kg", "kgs", "千克", "公斤"];
    "mg" "mass" 0.001 ["mg", "毫克"];
    "t" "mass" 1_000_000.0 ["t", "吨"];
    "jin" "mass" 500.0 ["斤", "市斤"];
    "l" "volume" 1.0 ["l", "litre", "litres", "liter", "升"];
    "ml" "volume" 0.001 ["ml", "毫升"];
    "m" "length" 1.0 ["m", "米"];
    "cm" "length" 0.01 ["cm", "厘米"];
    "mm" "length" 0.001 ["mm", "毫米"];
    "Hz" "frequency" 1.0 ["hz", "赫兹"];
    "kHz" "frequency" 1000.0 ["khz"];
    "MHz" "frequency" 1_000_000.0 ["mhz"];
    "GHz" "frequency" 1_000_000_000.0 ["ghz"];
}

fn register(engine: &mut Host) {
    engine.register_fn("quantity", |text: Dynamic, unit: &str| -> Answer<Dynamic> {
        let wanted = UNITS.iter().find(|known| known.name == unit);
        let Some(wanted) = wanted else {
            let help = did_you_mean(unit, UNITS.iter().map(|unit| unit.name));
            let help = help.unwrap_or_else(|| "see the manual for those there are".to_owned());
            return Err(wrong(format!("there is no unit `{unit}`; {help}")));
        };
        let text = words(&text, "the text")?;
        Ok(maybe(text.and_then(|text| first(&fold(&text), wanted))))
    });
}

/// The first quantity of that kind in a folded text.
fn first(text: &str, wanted: &Unit) -> Option<f64> {
    let mut from = 0;
    while let Some(start) = text.get(from..)?.find(|c: char| c.is_ascii_digit()) {
        let start = from + start;
        let rest = text.get(start..)?;
        let length = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .unwrap_or(rest.len());
        let number = rest.get(..length)?.trim_end_matches(['.', ',']);
        let behind = rest.get(number.len()..)?.trim_start_matches(' ');
        let at = text.len() - behind.len();
        if let Some(unit) = unit_at(text, at)
            && unit.of == wanted.of
            && let Some(amount) = amount(number)
        {
            return Some(amount * unit.size / wanted.size);
        }
        from = start + length;
    }
    None
}

/// The unit whose word stands there, the longest of them.
fn unit_at(text: &str, at: usize) -> Option<&'static Unit> {
    let words = UNITS
        .iter()
        .flat_map(|unit| unit.words.iter().map(move |word| (unit, *word)));
    let fitting = words.filter(|(_, word)| {
        text.get(at..).is_some_and(|rest| rest.starts_with(word))
            // The digit before it is no letter: only what stands behind can make another word of it.
            && text
                .get(at + word.len()..)
                .and_then(|rest| rest.chars().next())
                .is_none_or(|next| !next.is_ascii_alphanumeric() || !word.is_ascii())
    });
    fitting
        .max_by_key(|(_, word)| word.len())
        .map(|(unit, _)| unit)
}

/// `1,500` is fifteen hundred, `1,5` one and a half.
fn amount(number: &str) -> Option<f64> {
    match number.rsplit_once(',') {
        None => number.parse().ok(),
        Some((_, behind)) if behind.len() == 3 || number.contains('.') => {
            number.replace(',', "").parse().ok()
        }
        Some(_) => number.replace(',', ".").parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_as_pages_write_them() {
        let read = |text: &str, unit: &str| {
            let wanted = UNITS.iter().find(|known| known.name == unit).unwrap();
            first(&fold(text), wanted)
        };
        assert_eq!(read("额定功率：1,500 W，220V", "kW"), Some(1.5));
        assert_eq!(read("1,5 kW", "W"), Some(1500.0));
        assert_eq!(read("电压 220Ｖ~ 50Hz", "V"), Some(220.0));
        assert_eq!(read("10000mAh 37Wh", "Wh"), Some(37.0));
        assert_eq!(read("10000毫安时", "Ah"), Some(10.0));
        assert_eq!(read("5斤装", "kg"), Some(2.5));
        assert_eq!(read("型号 1500WX 2024", "W"), None, "a model is no power");
        assert_eq!(read("3 women", "W"), None);
        assert_eq!(read("no number", "W"), None);
        assert_eq!(read("1.2.3 kg", "kg"), None, "that is no number");
    }
}
