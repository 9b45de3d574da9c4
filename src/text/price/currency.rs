//! Currency signs, words and codes (ISO 4217).

use super::Placed;

/// What a sign means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// One currency.
    One(&'static str),
    /// One of several; the first is meant where nothing else is known, unless it is empty.
    Shared(&'static str, &'static [&'static str]),
}

impl Mark {
    /// The currency, where the mark alone says it.
    pub(super) fn code(self) -> Option<&'static str> {
        match self {
            Self::One(code) => Some(code),
            Self::Shared("", _) => None,
            Self::Shared(usual, _) => Some(usual),
        }
    }
}

use Mark::{One, Shared};

const DOLLAR: Mark = Shared(
    "USD",
    &[
        "USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "BRL", "UYU",
        "JMD", "TTD", "BSD", "BBD", "BZD", "FJD", "NAD", "XCD", "DOP",
    ],
);
const YEN: Mark = Shared("CNY", &["CNY", "JPY"]);
const CROWN: Mark = Shared("", &["SEK", "NOK", "DKK", "ISK"]);
const RUPEE: Mark = Shared("INR", &["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]);
const POUND: Mark = Shared("GBP", &["GBP", "EGP", "LBP", "GIP", "FKP", "SYP"]);
const RIYAL: Mark = Shared("SAR", &["SAR", "QAR", "OMR", "YER", "IRR"]);
const DINAR: Mark = Shared(
    "",
    &[
        "KWD", "JOD", "IQD", "TND", "BHD", "DZD", "LYD", "RSD", "MKD",
    ],
);
const LEU: Mark = Shared("RON", &["RON", "MDL"]);
const DIRHAM: Mark = Shared("AED", &["AED", "MAD"]);

/// Signs and words in lower case, longest first among those that begin alike. A word ends where its letters end.
const SIGNS: &[(&str, Mark)] = &[
    ("us$", One("USD")),
    ("u$s", One("USD")),
    ("us $", One("USD")),
    ("au$", One("AUD")),
    ("a$", One("AUD")),
    ("ca$", One("CAD")),
    ("c$", One("CAD")),
    ("cad$", One("CAD")),
    ("nz$", One("NZD")),
    ("hk$", One("HKD")),
    ("nt$", One("TWD")),
    ("s$", One("SGD")),
    ("sg$", One("SGD")),
    ("mx$", One("MXN")),
    ("r$", One("BRL")),
    ("ar$", One("ARS")),
    ("$u", One("UYU")),
    ("rd$", One("DOP")),
    ("j$", One("JMD")),
    ("tt$", One("TTD")),
    ("mop$", One("MOP")),
    ("cn¥", One("CNY")),
    ("jp¥", One("JPY")),
    ("rmb", One("CNY")),
    ("人民币", One("CNY")),
    ("港币", One("HKD")),
    ("港元", One("HKD")),
    ("港幣", One("HKD")),
    ("美元", One("USD")),
    ("美金", One("USD")),
    ("欧元", One("EUR")),
    ("日元", One("JPY")),
    ("日圓", One("JPY")),
    ("英镑", One("GBP")),
    ("新台币", One("TWD")),
    ("台币", One("TWD")),
    ("元", Shared("CNY", &["CNY", "TWD", "HKD"])),
    ("圆", One("CNY")),
    ("块", One("CNY")),
    ("円", One("JPY")),
    ("圓", Shared("TWD", &["TWD", "HKD", "JPY"])),
    ("¥", YEN),
    ("$", DOLLAR),
    ("€", One("EUR")),
    ("£", POUND),
    ("₤", Shared("", &["ITL", "GBP", "TRY"])),
    ("₩", One("KRW")),
    ("원", One("KRW")),
    ("₽", One("RUB")),
    ("₴", One("UAH")),
    ("₸", One("KZT")),
    ("₹", One("INR")),
    ("₺", One("TRY")),
    ("₪", One("ILS")),
    ("₫", One("VND")),
    ("฿", One("THB")),
    ("₱", One("PHP")),
    ("₦", One("NGN")),
    ("₡", One("CRC")),
    ("₲", One("PYG")),
    ("₵", One("GHS")),
    ("₾", One("GEL")),
    ("₼", One("AZN")),
    ("₮", One("MNT")),
    ("₭", One("LAK")),
    ("៛", One("KHR")),
    ("৳", One("BDT")),
    ("֏", One("AMD")),
    ("₨", RUPEE),
    ("¢", DOLLAR),
    ("euros", One("EUR")),
    ("euro", One("EUR")),
    ("eur", One("EUR")),
    ("usd", One("USD")),
    ("gbp", One("GBP")),
    ("dollars", DOLLAR),
    ("dollar", DOLLAR),
    ("yuan", One("CNY")),
    ("yen", One("JPY")),
    ("won", One("KRW")),
    ("рублей", One("RUB")),
    ("рубля", One("RUB")),
    ("рубль", One("RUB")),
    ("руб", One("RUB")),
    ("р", One("RUB")),
    ("грн", One("UAH")),
    ("тг", One("KZT")),
    ("тенге", One("KZT")),
    ("бел.руб", One("BYN")),
    ("лв", One("BGN")),
    ("дин", One("RSD")),
    ("zł", One("PLN")),
    ("zl", One("PLN")),
    ("kč", One("CZK")),
    ("kc", One("CZK")),
    ("ft", One("HUF")),
    ("forint", One("HUF")),
    ("lei", LEU),
    ("leu", LEU),
    ("kr", CROWN),
    ("kn", One("HRK")),
    ("din", One("RSD")),
    ("tl", One("TRY")),
    ("лева", One("BGN")),
    ("sek", One("SEK")),
    ("fr", One("CHF")),
    ("sfr", One("CHF")),
    ("fr.", One("CHF")),
    ("rs", RUPEE),
    ("rp", One("IDR")),
    ("rm", One("MYR")),
    ("₶", Shared("", &[])),
    ("kd", One("KWD")),
    ("dhs", DIRHAM),
    ("dh", DIRHAM),
    ("sr", One("SAR")),
    ("qr", One("QAR")),
    ("le", One("EGP")),
    ("php", One("PHP")),
    ("s/", One("PEN")),
    ("bs", One("BOB")),
    ("ksh", One("KES")),
    ("tsh", One("TZS")),
    ("đ", One("VND")),
    ("vnd", One("VND")),
    ("บาท", One("THB")),
    ("ر.س", One("SAR")),
    ("د.إ", One("AED")),
    ("د.ك", One("KWD")),
    ("د.ب", One("BHD")),
    ("ر.ق", One("QAR")),
    ("ر.ع", One("OMR")),
    ("د.أ", One("JOD")),
    ("ج.م", One("EGP")),
    ("جنيه", Shared("EGP", &["EGP", "SDG"])),
    ("ريال", RIYAL),
    ("درهم", DIRHAM),
    ("دينار", DINAR),
    ("ریال", One("IRR")),
    ("₪", One("ILS")),
    ("ש\"ח", One("ILS")),
];

/// ISO 4217, the codes in use and the national ones before the euro; without TOP and ALL, which are words on shop pages.
const CODES: &[&str] = &[
    "AED", "AFN", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP",
    "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD",
    "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD",
    "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR",
    "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
    "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN",
    "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR",
    "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SYP", "SZL", "THB", "TJS",
    "TMT", "TND", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VES", "VND",
    "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW", "ATS", "BEF", "DEM", "ESP",
    "FIM", "FRF", "GRD", "IEP", "ITL", "LUF", "NLG", "PTE", "SIT", "SKK",
];

/// Whether `c` is a currency sign of its own (Unicode's Sc).
pub(super) fn sign(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '֏' | '৳' | '฿' | '៛' | '₠'..='⃀')
}

/// Every currency mark in `text`, in order.
pub(super) fn marks(text: &str) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let hit = mark_at(text, at);
        let length = hit.map_or(c.len_utf8(), |(length, _)| length);
        if let Some((length, mark)) = hit {
            found.push(Placed {
                mark,
                range: at..at + length,
            });
        }
        at += length;
    }
    found
}

/// The mark that begins at `at`, with its length in bytes.
fn mark_at(text: &str, at: usize) -> Option<(usize, Mark)> {
    let rest = text.get(at..)?;
    let inside = text[..at].ends_with(char::is_alphabetic);
    if let Some(code) = rest
        .get(..3)
        .filter(|code| code.bytes().all(|b| b.is_ascii_uppercase()))
        && !inside
        && !rest[3..].starts_with(char::is_alphabetic)
        && let Some(known) = CODES.iter().find(|known| **known == code)
    {
        return Some((3, One(known)));
    }
    SIGNS
        .iter()
        .filter_map(|(sign, mark)| begins(rest, sign).map(|length| (length, sign, *mark)))
        .filter(|(length, sign, _)| {
            let word = sign.starts_with(|c: char| c.is_alphabetic() && !cjk(c));
            let open = sign.ends_with(|c: char| c.is_alphabetic() && !cjk(c));
            !(word && inside) && !(open && rest[*length..].starts_with(char::is_alphabetic))
        })
        .max_by_key(|(length, _, _)| *length)
        .map(|(length, _, mark)| (length, mark))
}

fn cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The bytes of `rest` that `sign` (lower case) covers.
fn begins(rest: &str, sign: &str) -> Option<usize> {
    let mut chars = rest.chars();
    let mut length = 0;
    for wanted in sign.chars() {
        let c = chars.next()?;
        if c != wanted && c.to_lowercase().ne(std::iter::once(wanted)) {
            return None;
        }
        length += c.len_utf8();
    }
    Some(length)
}

/// The currency that a hint or sign names: the first mark in it, a code before a sign.
pub(super) fn named(text: &str) -> Option<Mark> {
    let text: String = super::plain(text);
    let marks = marks(text.trim());
    marks
        .iter()
        .find(|m| m.range.len() == 3 && matches!(m.mark, One(_)))
        .or(marks.first())
        .map(|m| m.mark)
}

/// The code that is meant by a mark at the number and what the page says elsewhere.
pub(super) fn settle(mark: Option<Mark>, hint: Option<Mark>) -> Option<&'static str> {
    match (mark, hint) {
        (None, hint) => hint.and_then(Mark::code),
        (Some(Shared(_, family)), Some(One(code))) if family.contains(&code) => Some(code),
        (Some(mark), _) => mark.code(),
    }
}

/// Currencies divided into thousandths (ISO 4217, minor unit 3).
pub(super) fn thousandths(code: &str) -> bool {
    matches!(code, "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND")
}
