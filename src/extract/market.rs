//! Which currency a page's market pays in, from its language tag or its address: a hint for signs that several share.

use url::Url;

/// ISO 3166-1 alpha-2 codes (as top-level domains have them) and their ISO 4217 currency.
#[rustfmt::skip]
const CURRENCIES: &[(&str, &str)] = &[
    ("ae", "AED"), ("al", "ALL"), ("am", "AMD"), ("ar", "ARS"), ("at", "EUR"), ("au", "AUD"), ("az", "AZN"),
    ("ba", "BAM"), ("bd", "BDT"), ("be", "EUR"), ("bg", "BGN"), ("bh", "BHD"), ("br", "BRL"), ("by", "BYN"),
    ("ca", "CAD"), ("ch", "CHF"), ("cl", "CLP"), ("cn", "CNY"), ("co", "COP"), ("cr", "CRC"), ("cy", "EUR"),
    ("cz", "CZK"), ("de", "EUR"), ("dk", "DKK"), ("ec", "USD"), ("ee", "EUR"), ("eg", "EGP"), ("es", "EUR"),
    ("fi", "EUR"), ("fr", "EUR"), ("gb", "GBP"), ("ge", "GEL"), ("gr", "EUR"), ("hk", "HKD"), ("hr", "EUR"),
    ("hu", "HUF"), ("id", "IDR"), ("ie", "EUR"), ("il", "ILS"), ("in", "INR"), ("is", "ISK"), ("it", "EUR"),
    ("jo", "JOD"), ("jp", "JPY"), ("ke", "KES"), ("kr", "KRW"), ("kw", "KWD"), ("kz", "KZT"), ("lk", "LKR"),
    ("lt", "EUR"), ("lu", "EUR"), ("lv", "EUR"), ("ma", "MAD"), ("md", "MDL"), ("mk", "MKD"), ("mt", "EUR"),
    ("mx", "MXN"), ("my", "MYR"), ("ng", "NGN"), ("nl", "EUR"), ("no", "NOK"), ("nz", "NZD"), ("om", "OMR"),
    ("pe", "PEN"), ("ph", "PHP"), ("pk", "PKR"), ("pl", "PLN"), ("pt", "EUR"), ("py", "PYG"), ("qa", "QAR"),
    ("ro", "RON"), ("rs", "RSD"), ("ru", "RUB"), ("sa", "SAR"), ("se", "SEK"), ("sg", "SGD"), ("si", "EUR"),
    ("sk", "EUR"), ("th", "THB"), ("tn", "TND"), ("tr", "TRY"), ("tw", "TWD"), ("ua", "UAH"), ("uk", "GBP"),
    ("us", "USD"), ("uy", "UYU"), ("uz", "UZS"), ("vn", "VND"), ("za", "ZAR"),
];

/// ISO 639-1 codes of languages that are spoken where one currency is paid, and its ISO 4217 code.
#[rustfmt::skip]
const LANGUAGES: &[(&str, &str)] = &[
    ("bg", "BGN"), ("cs", "CZK"), ("da", "DKK"), ("el", "EUR"), ("et", "EUR"), ("fi", "EUR"), ("he", "ILS"), ("hr", "EUR"),
    ("hu", "HUF"), ("id", "IDR"), ("ja", "JPY"), ("ko", "KRW"), ("lt", "EUR"), ("lv", "EUR"), ("nb", "NOK"), ("no", "NOK"),
    ("pl", "PLN"), ("ro", "RON"), ("sk", "EUR"), ("sl", "EUR"), ("sv", "SEK"), ("th", "THB"), ("tr", "TRY"), ("uk", "UAH"),
    ("vi", "VND"),
];

/// The currency of the region in a language tag (`en-IE`), of the country in the host name, or of a language
/// that is spoken in one country.
pub(super) fn currency(language: Option<&str>, url: &Url) -> Option<&'static str> {
    let region = language.and_then(|tag| tag.split(['-', '_']).nth(1));
    let host = url.host_str().unwrap_or_default();
    let domain = host.rsplit('.').next();
    // "ar-sa.shop.com": the region is in the first label.
    let label = host
        .split('.')
        .next()
        .and_then(|first| first.split_once('-'))
        .map(|(_, region)| region);
    // The country of the address says where a shop sells; a language tag often says only which English it is.
    let market = [domain, label, region].into_iter().flatten().find_map(of);
    market.or_else(|| spoken(language?))
}

/// Codes that ISO 4217 has replaced and shops still print.
pub(super) fn renamed(code: &str) -> Option<&'static str> {
    match code.to_ascii_uppercase().as_str() {
        "RUR" => Some("RUB"),
        "BYR" => Some("BYN"),
        "RMB" => Some("CNY"),
        "NTD" => Some("TWD"),
        "ROL" => Some("RON"),
        "TRL" | "YTL" => Some("TRY"),
        _ => None,
    }
}

fn spoken(tag: &str) -> Option<&'static str> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    let at = LANGUAGES
        .binary_search_by_key(&primary.as_str(), |(code, _)| code)
        .ok()?;
    Some(LANGUAGES[at].1)
}

fn of(region: &str) -> Option<&'static str> {
    let region = region.to_ascii_lowercase();
    let at = CURRENCIES
        .binary_search_by_key(&region.as_str(), |(code, _)| code)
        .ok()?;
    Some(CURRENCIES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_market_is_in_the_address_or_the_language() {
        let of = |language, url| currency(language, &Url::parse(url).unwrap());
        assert_eq!(of(Some("en-IE"), "https://shop.example.ie/"), Some("EUR"));
        assert_eq!(of(Some("fr-CA"), "https://shop.com/"), Some("CAD"));
        assert_eq!(of(None, "https://ar-sa.shop.com/"), Some("SAR"));
        assert_eq!(of(Some("en"), "https://shop.com/"), None);
        assert_eq!(of(Some("ja"), "https://shop.com/"), Some("JPY"));
        assert!(LANGUAGES.is_sorted_by_key(|(code, _)| *code));
        assert!(CURRENCIES.is_sorted_by_key(|(code, _)| *code));
    }
}
