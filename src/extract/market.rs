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

/// The currency of the region in a language tag (`en-IE`), else of the country in the host name.
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
    [domain, label, region].into_iter().flatten().find_map(of)
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
        assert!(CURRENCIES.is_sorted_by_key(|(code, _)| *code));
    }
}
