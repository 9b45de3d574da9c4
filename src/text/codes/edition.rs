//! The name of a standard taken apart: `GB/T 2664-2017` is the edition of 2017 of `GB/T 2664`.

/// A standard's name as [`super::standards()`] writes it, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The whole name, such as `GB 6675.1-2014`.
    pub name: String,
    /// The name without year and amendments, and without the country that adopted it: `EN 71-1` of `BS EN 71-1:2014+A1:2018`.
    pub standard: String,
    /// `GB`, `GB/T`, `EN`, `ASTM`, ….
    pub series: String,
    /// `6675`, `F963`.
    pub number: String,
    /// `1`, `2-15`; none where the standard has no parts.
    pub part: Option<String>,
    /// Four digits; none where the name says no year.
    pub year: Option<u16>,
}

/// National bodies that publish European standards under their own letters.
const ADOPTERS: [&str; 5] = ["BS ", "DIN ", "NF ", "UNE ", "UNI "];

/// Takes a name apart as [`super::standards()`] writes it; none for a text that is no such name.
pub fn edition(name: &str) -> Option<Edition> {
    let (standard, year) = dated(name);
    let national = ADOPTERS
        .iter()
        .find_map(|body| standard.strip_prefix(body))
        .filter(|rest| rest.starts_with("EN"));
    let standard = national.unwrap_or(standard);
    let (series, whole) = standard.rsplit_once(' ')?;
    let (number, part) = match whole.split_once(['.', '-']) {
        Some((number, part)) => (number, Some(part.to_owned())),
        None => (whole, None),
    };
    Some(Edition {
        name: name.to_owned(),
        standard: standard.to_owned(),
        series: series.to_owned(),
        number: number.to_owned(),
        part,
        year,
    })
}

/// The name without its year, and the year. Behind a dash the international series have parts, the others a year.
fn dated(name: &str) -> (&str, Option<u16>) {
    if let Some((standard, rest)) = name.split_once(':') {
        return (standard, rest.get(..4).and_then(|year| year.parse().ok()));
    }
    let short = ["ASTM ", "ГОСТ"]
        .iter()
        .any(|series| name.starts_with(series));
    let tail = name.rsplit_once(['-', '/']);
    let year = tail.and_then(|(standard, tail)| {
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        let year: u16 = tail.get(..digits)?.parse().ok()?;
        match digits {
            4 if (1900..2100).contains(&year) => Some((standard, year)),
            // The oldest standards that are still named are of the fifties.
            2 if short => Some((standard, year + if year < 50 { 2000 } else { 1900 })),
            _ => None,
        }
    });
    match year {
        Some((standard, year)) => (standard, Some(year)),
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codes::standards;

    #[test]
    fn a_name_falls_into_its_parts() {
        for (text, standard, series, number, part, year) in [
            (
                "GB6675.1—2014",
                "GB 6675.1",
                "GB",
                "6675",
                Some("1"),
                Some(2014),
            ),
            (
                "GB/T2664-2017",
                "GB/T 2664",
                "GB/T",
                "2664",
                None,
                Some(2017),
            ),
            ("GB 18401", "GB 18401", "GB", "18401", None, None),
            ("GB 4943-90", "GB 4943", "GB", "4943", None, Some(1990)),
            ("EN 71-1", "EN 71-1", "EN", "71", Some("1"), None),
            (
                "BS EN 71-1:2014+A1:2018",
                "EN 71-1",
                "EN",
                "71",
                Some("1"),
                Some(2014),
            ),
            (
                "DIN EN ISO 20345:2012",
                "EN ISO 20345",
                "EN ISO",
                "20345",
                None,
                Some(2012),
            ),
            (
                "IEC 60335-2-15",
                "IEC 60335-2-15",
                "IEC",
                "60335",
                Some("2-15"),
                None,
            ),
            (
                "ASTM F963-17",
                "ASTM F963",
                "ASTM",
                "F963",
                None,
                Some(2017),
            ),
            (
                "UL 60335-2-15",
                "UL 60335-2-15",
                "UL",
                "60335",
                Some("2-15"),
                None,
            ),
            (
                "JIS C 8105-1:2017",
                "JIS C 8105-1",
                "JIS C",
                "8105",
                Some("1"),
                Some(2017),
            ),
            (
                "T/CAS 305-2018",
                "T/CAS 305",
                "T/CAS",
                "305",
                None,
                Some(2018),
            ),
            (
                "DB44/T 2100-2018",
                "DB44/T 2100",
                "DB44/T",
                "2100",
                None,
                Some(2018),
            ),
            (
                "ГОСТ Р 51068-97",
                "ГОСТ Р 51068",
                "ГОСТ Р",
                "51068",
                None,
                Some(1997),
            ),
            (
                "ТР ТС 008/2011",
                "ТР ТС 008",
                "ТР ТС",
                "008",
                None,
                Some(2011),
            ),
            (
                "16 CFR Part 1303",
                "16 CFR 1303",
                "16 CFR",
                "1303",
                None,
                None,
            ),
        ] {
            let [name] = &standards(text)[..] else {
                panic!("{text} names one standard");
            };
            let expected = Edition {
                name: name.clone(),
                standard: standard.into(),
                series: series.into(),
                number: number.into(),
                part: part.map(str::to_owned),
                year,
            };
            assert_eq!(edition(name), Some(expected), "{text}");
        }
        assert_eq!(edition("GB6675"), None, "not as standards are written");
    }
}
