//! What notices say in sentences: brands, model numbers, prices, months of sale, numbers of offers.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;
use rust_decimal::Decimal;

use super::{
    models::{Worth, worth},
    notice::PriceRange,
    words::{empty, is_platform, ordinary, squash},
};
use crate::text::fold::fold;

/// A pattern fixed in this file; each is compiled by a test.
macro_rules! pattern {
    ($text:literal) => {{
        static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());
        PATTERN.as_ref()
    }};
}

/// The first group of every place where a pattern stands.
fn groups<'t>(pattern: Option<&Regex>, text: &'t str) -> Vec<&'t str> {
    pattern
        .into_iter()
        .flat_map(|pattern| pattern.captures_iter(text))
        .filter_map(|found| Some(found.get(1)?.as_str()))
        .collect()
}

/// Brands of the goods, most likely first: "X-branded", the name before the ordinary words, the firm of the headline.
pub(super) fn brands(
    title: &str,
    products: &[String],
    description: &str,
    makers: &[String],
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let branded =
        pattern!(r"((?:[A-Z0-9][\w.&'’+-]*\s){0,2}[A-Z0-9][\w.&'’+]*?)[ -]brand(?:ed)?\b");
    for product in products.iter().map(String::as_str).chain([description]) {
        found.extend(groups(branded, product).into_iter().map(leading_name));
    }
    found.extend(products.iter().map(|product| leading_name(product)));
    let mut met = BTreeSet::new();
    let plain = |brand: &str| {
        brand
            .split_whitespace()
            .map(fold)
            .all(|word| ordinary(&word) || empty(&word))
    };
    found.retain(|brand| !plain(brand));
    let firms = firms(title).into_iter().chain(
        makers
            .iter()
            .map(|maker| without_suffix(maker.split(',').next().unwrap_or(maker))),
    );
    // A firm may be called by ordinary words, Life Fitness: believed where the goods bear its name.
    found.extend(
        firms.filter(|firm| {
            !plain(firm) || products.iter().any(|p| fold(p).starts_with(&fold(firm)))
        }),
    );
    found.retain(|brand| {
        let letters = squash(brand);
        letters.chars().count() > 1 && !is_platform(&letters) && met.insert(letters)
    });
    found
}

/// The firms that a headline names: "X Recalls …", "… Recalled by X", "Sold on Amazon by X".
fn firms<'t>(title: &'t str) -> Vec<String> {
    let title = title
        .trim_start_matches("CPSC, ")
        .trim_start_matches("CPSC and ");
    let before =
        pattern!(r"^(.{2,60}?)(?:,? Inc\.?)? (?:Recalls?|Expands?|Announces?|Reannounces?|召回)\b");
    let after = pattern!(
        r"(?:Recalled|Recall|[Ss]old|[Mm]anufactured|[Ii]mported|[Dd]istributed)(?: [Ee]xclusively)?(?: (?:on|at) [\w.]+)? by ([A-Z0-9][^;,(]{1,40}?)(?: [Dd]ue |;|,|\(|$| and )"
    );
    let mut firms = groups(before, title);
    firms.extend(groups(after, title));
    let one = |firm: &'t str| {
        firm.split(" and ")
            .flat_map(|f| f.split("/"))
            .flat_map(|f| f.split(" doing business as "))
    };
    let firms: Vec<String> = firms
        .into_iter()
        .flat_map(one)
        .map(without_suffix)
        .collect();
    firms
}

/// A firm without its legal form and what follows it: "Acer America Corporation" is Acer.
fn without_suffix(firm: &str) -> String {
    const SUFFIXES: &[&str] = &[
        "inc",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "group",
        "groupe",
        "gmbh",
        "america",
        "usa",
        "us",
        "u.s",
        "north",
        "international",
        "direct",
        "store",
        "trading",
        "technology",
        "technologies",
        "electronics",
        "industries",
        "enterprises",
        "brands",
        "design",
        "designs",
        "outdoor",
        "sports",
        "holdings",
        "imports",
        "division",
        "of",
        "the",
        "and",
        "&",
        "corp.",
        "bicycles",
        "bicycle",
        "cycling",
        "products",
        "shop",
        "announce",
        "voluntary",
        "china",
        "canada",
    ];
    let mut words: Vec<&str> = firm.split_whitespace().collect();
    while words.len() > 1 {
        let last = fold(words[words.len() - 1]);
        if !SUFFIXES.contains(&last.trim_matches(|c: char| !c.is_alphanumeric() && c != '&')) {
            break;
        }
        words.pop();
    }
    words
        .join(" ")
        .trim_matches([',', '.', ' ', '®', '™'])
        .to_owned()
}

/// Words at the head of a product's name that are not ordinary: "Urban Arrow FamilyNext Pro Cargo E-Bikes" → Urban Arrow.
fn leading_name(product: &str) -> String {
    let mut name: Vec<&str> = Vec::new();
    for word in product.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let folded = fold(bare);
        let number = bare.chars().all(|c| c.is_ascii_digit() || c == '-');
        if name.is_empty() && (number || empty(&folded)) {
            continue;
        }
        let small =
            number || bare.starts_with(char::is_lowercase) && !bare.chars().any(char::is_uppercase);
        // A marketplace's own brand has an ordinary word behind its name: Amazon Basics.
        let own = name.len() == 1 && is_platform(&fold(name[0]));
        let plain = !own && folded.split('-').any(ordinary);
        if small || plain || empty(&folded) || worth(bare) > Worth::Nothing || name.len() == 3 {
            break;
        }
        // A capital inside the second word or none but capitals: the name of a series, not of the maker.
        if !name.is_empty() && bare.chars().skip(1).any(char::is_uppercase) {
            break;
        }
        name.push(bare.trim_end_matches("’s").trim_end_matches("'s"));
        if word.ends_with([',', ';', ':', '/']) {
            break;
        }
    }
    name.join(" ").trim_matches(['®', '™']).to_owned()
}

/// Model, style and part numbers that the texts name as such, and codes in the product's name.
pub(super) fn models(products: &[String], texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for product in products {
        found.extend(
            codes(product)
                .into_iter()
                .filter(|code| worth(code) > Worth::Digits || worth(code) == Worth::Short),
        );
    }
    let label = pattern!(
        r"(?i)\b(?:models?|styles?|part|item|article|catalog|sku|product code|型号|货号)\b(?:\s*(?:no\.?|nos\.?|numbers?|names?|codes?|#)\s*)?((?s).*)"
    );
    for text in texts {
        for passage in text.split(['\n', ';']).flat_map(sentences) {
            let Some(listed) = label.and_then(|label| label.captures(passage)?.get(1)) else {
                continue;
            };
            let stop = pattern!(
                r"(?i)\b(?:serial|lot|batch|date codes?|manufactur\w+|upcs?|gtin|barcodes?|sold)\b"
            );
            let listed = listed.as_str();
            let end = stop
                .and_then(|stop| stop.find(listed))
                .map_or(listed.len(), |found| found.start());
            found.extend(codes(&listed[..end]));
        }
    }
    let mut met = BTreeSet::new();
    found.retain(|code| met.insert(squash(code)));
    found
}

/// Sentences, parted where a full stop is followed by a space and a capital; "No. YD-001" is not parted.
fn sentences(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(". ") {
        let numbered = text[from..at].to_lowercase();
        let abbreviated = numbered.ends_with("no") || numbered.ends_with("nos");
        if !abbreviated && text[at + 2..].starts_with(|c: char| c.is_uppercase()) {
            parts.push(&text[from..at]);
            from = at + 2;
        }
    }
    parts.push(&text[from..]);
    parts
}

/// Words that have the form of a model number: capitals and digits, or four digits and more.
fn codes(text: &str) -> Vec<String> {
    text.split(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | '(' | ')' | '“' | '”' | '"' | ':' | '、' | '，' | '/'
            )
    })
    .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
    .filter(|word| word.is_ascii() && !word.chars().any(|c| c.is_ascii_lowercase()))
    .filter(|word| worth(word) > Worth::Nothing)
    .map(str::to_owned)
    .collect()
}

/// The prices in dollars that a text names.
pub(super) fn prices(text: &str) -> Option<PriceRange> {
    let amounts: Vec<Decimal> = groups(pattern!(r"\$\s?(\d[\d,]*(?:\.\d\d)?)"), text)
        .into_iter()
        .filter_map(|amount| amount.replace(',', "").parse().ok())
        .collect();
    Some(PriceRange {
        low: *amounts.iter().min()?,
        high: *amounts.iter().max()?,
        currency: "USD".to_owned(),
    })
}

/// First and last month that a text names, as `2026-05`.
pub(super) fn months(text: &str) -> Option<(String, String)> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let pattern = pattern!(
        r"\b((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? (?:\d{1,2}, )?(?:19|20)\d\d)\b"
    );
    let mut months: Vec<String> = groups(pattern, text)
        .into_iter()
        .filter_map(|found| {
            let month = MONTHS.iter().position(|m| found.starts_with(m))? + 1;
            Some(format!("{}-{month:02}", &found[found.len() - 4..]))
        })
        .collect();
    months.sort();
    Some((months.first()?.clone(), months.last()?.clone()))
}

/// Numbers of offers that a text names: Amazon's ASIN, eBay's item number.
pub(super) fn item_ids(text: &str) -> Vec<(String, String)> {
    let asins = groups(pattern!(r"\b(B0[A-Z0-9]{8})\b"), text);
    let ebay = groups(
        pattern!(r"(?i)ebay (?:item )?(?:id|number|no\.?)\W*(\d{9,14})\b"),
        text,
    );
    let named = |platform: &'static str| move |id: &str| (platform.to_owned(), id.to_owned());
    asins
        .into_iter()
        .map(named("amazon"))
        .chain(ebay.into_iter().map(named("ebay")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn models_stand_in_prose_among_sizes_and_serial_numbers() {
        let text = "The ropes have part numbers MH730JZC045 (45m length) lollipop color, MH730JZC050 (50m length). “Model No.: YD-001,” and “Lot/Ref: YD-260320” are on a label. Models T30, TF30, and T50 with serial numbers KK23288361.";
        let found = models(
            &strings(&["Acer AES015 Two-Wheeled Scooters 55 lbs"]),
            &[text],
        );
        assert_eq!(
            found,
            [
                "AES015",
                "MH730JZC045",
                "MH730JZC050",
                "YD-001",
                "T30",
                "TF30",
                "T50"
            ]
        );
    }

    #[test]
    fn brands_come_from_name_headline_and_seller() {
        let first =
            |title: &str, product: &str, text: &str| brands(title, &strings(&[product]), text, &[]);
        assert_eq!(
            first(
                "Todson Recalls Concord Bicycle Helmets",
                "Concord 360 Degree Bike Helmet",
                "Concord-branded helmets"
            ),
            ["Concord", "Todson"]
        );
        assert_eq!(
            first(
                "Acer America Corporation Recalls Two-Wheeled Scooters",
                "Acer AES015 Scooters",
                ""
            ),
            ["Acer"]
        );
        assert_eq!(
            first(
                "Bicycle Helmets Recalled Due to Head Injury; Sold on Amazon by Gudook Outdoor Sports",
                "Adult Bike Helmets",
                ""
            ),
            ["Gudook"]
        );
        assert_eq!(
            first(
                "Gazelle USA Recalls Cargo E-Bikes",
                "Urban Arrow FamilyNext Pro Cargo E-Bikes",
                ""
            )[0],
            "Urban Arrow"
        );
    }

    #[test]
    fn prices_months_and_offers_are_read() {
        let text = "Sold Online At: Amazon.com from January 2025 through May 2026 for between $25 and $1,026.50.";
        let range = prices(text).unwrap();
        assert_eq!(
            (range.low.to_string(), range.high.to_string()),
            ("25".to_owned(), "1026.50".to_owned())
        );
        assert_eq!(
            months(text),
            Some(("2025-01".to_owned(), "2026-05".to_owned()))
        );
        assert_eq!(
            item_ids("eBay ID: 177657636273, ASIN B0ABCDEFGH"),
            [
                ("amazon".to_owned(), "B0ABCDEFGH".to_owned()),
                ("ebay".to_owned(), "177657636273".to_owned())
            ]
        );
    }
}
