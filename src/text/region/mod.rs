//! Where a place is: text or code of a country (ISO 3166-1), of a Chinese province or prefecture (GB/T 2260).

mod places;

use unicode_normalization::UnicodeNormalization;

use super::{fold::fold, tokens};
use crate::model::Listing;
use places::{Place, TABLES};

/// How names of companies end in Chinese.
const COMPANIES: [&str; 6] = ["公司", "厂", "廠", "中心", "合作社", "商行"];
/// A text longer than this many characters is no address; what follows is not looked at.
const LONGEST: usize = 400;

/// A country, and within China the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// ISO 3166-1 alpha-2, such as `CN`.
    pub country: &'static str,
    /// GB/T 2260, six digits: `330000` a province, `330100` a prefecture, `330106` a county where a code named it.
    pub code: Option<String>,
}

impl Region {
    /// The code of GB/T 2260 where there is one, else that of ISO 3166-1: `330106`, `810000`, `DE`.
    pub fn into_code(self) -> String {
        self.code.unwrap_or_else(|| self.country.to_owned())
    }
}

/// The region of a company by its address; where it has none, by an address that stands behind its name (`ACME GmbH,
/// Ring 1, D-80331 München`), or by a Chinese name, which has the place of registration in it (Provisions on the
/// Registration and Administration of Enterprise Names, article 6).
pub fn of_company(name: Option<&str>, address: Option<&str>) -> Option<Region> {
    if let Some(address) = address {
        return of(address);
    }
    let name = name?.trim();
    let behind = name.split_once([',', '，', ';', '；', '\n']);
    let (name, behind) = behind.unwrap_or((name, ""));
    if behind.contains(|c: char| c.is_ascii_digit())
        && let Some(region) = of(behind)
    {
        return Some(region);
    }
    let name = name.trim_end();
    let company = COMPANIES.iter().any(|end| name.ends_with(end));
    company.then(|| of(name))?
}

/// Gives those who stand behind a listing's goods the regions that they have none of yet: seller, maker, importer.
pub fn place(listing: &mut Listing) {
    let maker = (&listing.manufacturer, &listing.manufacturer_address);
    for (region, (name, address)) in [
        (&mut listing.manufacturer_region, maker),
        (&mut listing.importer_region, (&listing.importer, &None)),
        (
            &mut listing.seller.region,
            (&None, &listing.seller.location),
        ),
    ] {
        let found = || of_company(name.as_deref(), address.as_deref());
        *region = region.take().or_else(|| found().map(Region::into_code));
    }
}

/// The region that `text` names: a code (`CN`, `CHN`, `330100`, a flag), or an address, place name or statement of origin
/// (`浙江省杭州市…`, `…, Shenzhen, Guangdong, China`, `Made in Germany`, `产地：中国大陆`). None where it names none that
/// is known for certain.
pub fn of(text: &str) -> Option<Region> {
    let text: String = text.trim().chars().take(LONGEST).collect();
    let plain: String = text.nfkc().collect();
    by_digits(&plain)
        .or_else(|| by_letters(&plain))
        .or_else(|| flag(&plain))
        .or_else(|| {
            let folded = fold(&plain);
            by_running_text(&folded).or_else(|| by_words(&folded))
        })
        .or_else(|| postal(&plain))
        .or_else(|| last_letters(&plain))
}

/// The name in Chinese of a GB/T 2260 code, of the county's prefecture where it is one: `340203` is in `芜湖市`.
pub fn name(code: &str) -> Option<&'static str> {
    let known = placed(code)?;
    TABLES.division(&known).map(|division| division.name)
}

/// The code of the prefecture or province that is known of six digits.
fn placed(code: &str) -> Option<String> {
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    [
        code.to_owned(),
        format!("{}00", &code[..4]),
        format!("{}0000", &code[..2]),
    ]
    .into_iter()
    .find(|code| TABLES.division(code).is_some())
}

/// Six digits of GB/T 2260. A county is believed where its prefecture is known, or where its province has none
/// (`110105`); else what is known of it counts.
fn by_digits(text: &str) -> Option<Region> {
    let known = placed(text)?;
    let municipal =
        matches!(&text[..2], "11" | "12" | "31" | "50") && matches!(&text[2..4], "01" | "02");
    let code = if known.ends_with("0000") && !municipal {
        known
    } else {
        text.to_owned()
    };
    Some(within(&code))
}

/// The region of a Chinese code: Hong Kong, Macao and Taiwan have country codes of their own.
fn within(code: &str) -> Region {
    let country = match &code[..2] {
        "71" => "TW",
        "81" => "HK",
        "82" => "MO",
        _ => "CN",
    };
    Region {
        country,
        code: Some(code.to_owned()),
    }
}

fn abroad(country: &'static str) -> Region {
    let own = match country {
        "TW" => Some("710000"),
        "HK" => Some("810000"),
        "MO" => Some("820000"),
        _ => None,
    };
    Region {
        country,
        code: own.map(str::to_owned),
    }
}

/// Two or three letters that are all of the text.
fn by_letters(text: &str) -> Option<Region> {
    if !matches!(text.len(), 2 | 3) || !text.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    TABLES.country(&text.to_ascii_uppercase()).map(abroad)
}

/// The first flag, two regional indicators.
fn flag(text: &str) -> Option<Region> {
    let indicator = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    let first = text.find(indicator)?;
    let letter = |c: char| char::from_u32(u32::from(c).checked_sub(0x1f1e6)? + 65);
    let both = text[first..].chars().take(2).filter(|c| indicator(*c));
    let code: String = both.filter_map(letter).collect();
    TABLES.country(&code).map(abroad)
}

/// Names in scripts that are written without spaces: the first country or province, and a prefecture of it behind it.
fn by_running_text(folded: &str) -> Option<Region> {
    if folded.is_ascii() {
        return None;
    }
    let mut found: Option<Region> = None;
    let mut at = 0;
    while let Some(c) = folded.get(at..).and_then(|rest| rest.chars().next()) {
        let hit = TABLES.running(&folded[at..]);
        at += hit.map_or(c.len_utf8(), |(length, _)| length);
        let Some((_, place)) = hit else {
            continue;
        };
        match (&found, place) {
            (None, Place::Country("CN")) => found = Some(abroad("CN")),
            (None, Place::Country(country)) => return Some(abroad(country)),
            (None, Place::Division(code)) if code.ends_with("0000") => found = Some(within(code)),
            (None, Place::Division(code)) => return Some(within(code)),
            (Some(outer), place) => match inner(outer, place) {
                Some(region) if is_province(&region) => found = Some(region),
                Some(region) => return Some(region),
                None => {}
            },
        }
    }
    found
}

/// A place that lies in a region which was named before it.
fn inner(outer: &Region, place: Place) -> Option<Region> {
    match (place, outer.code.as_deref()) {
        (Place::Country(country @ ("HK" | "MO" | "TW")), None) => Some(abroad(country)),
        (Place::Division(code), None) => Some(within(code)),
        (Place::Division(code), Some(province)) => {
            (province.ends_with("0000") && code[..2] == province[..2] && code != province)
                .then(|| within(code))
        }
        _ => None,
    }
}

fn is_province(region: &Region) -> bool {
    region
        .code
        .as_deref()
        .is_some_and(|code| code.ends_with("0000"))
}

/// Names in scripts that part their words: the last country named, or the Chinese province and prefecture.
fn by_words(folded: &str) -> Option<Region> {
    let bare: String = folded
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '.' | '`'))
        .collect();
    let words: Vec<&str> = tokens(&bare).collect();
    let named = TABLES.spelled(&words);
    let country = named.iter().rev().find_map(|(_, place)| match place {
        Place::Country(country) => Some(*country),
        Place::Division(_) => None,
    });
    match country {
        None => in_china(&named, &words, false),
        Some("CN") => in_china(&named, &words, true).or_else(|| Some(abroad("CN"))),
        Some(country) => Some(abroad(country)),
    }
}

/// The Chinese place among names in Latin letters: two of one spelling are told apart by their province.
fn in_china(named: &[(usize, Place)], words: &[&str], china: bool) -> Option<Region> {
    let divisions = || {
        named.iter().rev().filter_map(|(word, place)| match place {
            Place::Division(code) => Some((*word, *code)),
            Place::Country(_) => None,
        })
    };
    let province = divisions().find(|(_, code)| code.ends_with("0000"));
    let short = |word: usize| words.get(word).is_some_and(|word| word.len() < 6);
    let prefecture = divisions().find(|(word, code)| {
        let fits = province.is_none_or(|(_, province)| code[..2] == province[..2]);
        // "Anyang" is in Korea too, and "Dali" painted.
        let sure = province.is_some() || china || !short(*word);
        !code.ends_with("0000") && fits && sure
    });
    let twins = |code: &str, word: usize| {
        divisions().any(|(other, twin)| other == word && twin != code && !twin.ends_with("0000"))
    };
    match (province, prefecture) {
        (None, Some((word, code))) if twins(code, word) => TABLES.better_known(code).map(within),
        (_, Some((_, code))) | (Some((_, code)), None) => Some(within(code)),
        (None, None) => None,
    }
}

/// European addresses: `D-80331 München`.
fn postal(text: &str) -> Option<Region> {
    text.split([' ', ',', ';', '\n']).find_map(|word| {
        let (letters, digits) = word.split_once('-')?;
        let zip = matches!(digits.len(), 4 | 5) && digits.bytes().all(|b| b.is_ascii_digit());
        let country = match letters {
            "D" | "DE" => "DE",
            "A" | "AT" => "AT",
            "F" | "FR" => "FR",
            "I" | "IT" => "IT",
            "B" | "BE" => "BE",
            "L" | "LU" => "LU",
            "CH" | "NL" | "PL" | "CZ" | "SK" | "SI" | "HR" | "DK" | "FI" | "HU" => {
                TABLES.country(letters)?
            }
            _ => return None,
        };
        zip.then(|| abroad(country))
    })
}

/// `…, Paris, FR`: two capital letters behind the last comma that are no state of the United States, or stand behind a
/// postcode, which a state stands before: `…, München, 80331, DE`.
fn last_letters(text: &str) -> Option<Region> {
    let (rest, last) = text.trim_end_matches('.').rsplit_once(',')?;
    let last = last.trim();
    let before = rest.rsplit(',').next().unwrap_or_default().trim();
    let state = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC"
        .split(' ')
        .any(|state| state == last);
    let code = last.len() == 2
        && last.bytes().all(|b| b.is_ascii_uppercase())
        && (!state || is_postcode(before));
    code.then(|| TABLES.country(last)).flatten().map(abroad)
}

/// `80331`, `M5V 2T6`, `SW1A 1AA`.
fn is_postcode(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase() || matches!(b, b' ' | b'-');
    (3..=10).contains(&text.len())
        && text.bytes().all(plain)
        && text.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        match of(text) {
            Some(Region { country, code }) => format!("{country} {}", code.unwrap_or_default())
                .trim()
                .to_owned(),
            None => "-".to_owned(),
        }
    }

    #[test]
    fn places_as_people_write_them() {
        for (text, expected) in [
            ("CN", "CN"),
            ("chn", "CN"),
            ("UK", "GB"),
            ("DEU", "DE"),
            ("🇯🇵", "JP"),
            ("330100", "CN 330100"),
            ("340203", "CN 340203"),
            ("110105", "CN 110105"),
            ("349999", "CN 340000"),
            ("810000", "HK 810000"),
            ("990000", "-"),
            ("123", "-"),
            ("浙江省", "CN 330000"),
            ("浙江", "CN 330000"),
            ("浙江杭州", "CN 330100"),
            ("杭州市", "CN 330100"),
            ("浙江省杭州市余杭区文一西路969号", "CN 330100"),
            ("广东省深圳市南山区科技园", "CN 440300"),
            ("廣東省深圳市", "CN 440300"),
            ("安徽省芜湖市", "CN 340200"),
            ("上海市黄浦区南京东路100号", "CN 310000"),
            ("南京东路100号", "-"),
            ("吉林省吉林市", "CN 220200"),
            ("吉林省延边朝鲜族自治州", "CN 222400"),
            ("青海省海南藏族自治州", "CN 632500"),
            ("海南省三亚市", "CN 460200"),
            ("辽宁朝阳市", "CN 211300"),
            ("北京市朝阳区", "CN 110000"),
            ("广东中山市小榄镇", "CN 442000"),
            ("南京市中山路1号", "CN 320100"),
            ("浙江金华义乌", "CN 330700"),
            ("内蒙古呼和浩特", "CN 150100"),
            ("湖北省仙桃市", "CN 429004"),
            ("中国香港", "HK 810000"),
            ("香港九龙", "HK 810000"),
            ("台湾省台北市", "TW 710000"),
            ("产地：中国大陆", "CN"),
            ("原产国：德国", "DE"),
            ("国产", "CN"),
            ("日本东京都", "JP"),
            ("印度尼西亚", "ID"),
            ("赤道几内亚", "GQ"),
            ("Made in China", "CN"),
            ("Made in P.R.C.", "CN"),
            ("Hecho en México", "MX"),
            ("Fabriqué en Chine", "CN"),
            ("Страна производства: Китай", "CN"),
            ("Произведено в Китае", "CN"),
            ("中国製", "CN"),
            ("원산지: 대한민국", "KR"),
            ("イタリア製", "IT"),
            ("ผลิตในประเทศไทย", "TH"),
            (
                "No. 18 Keji Rd, Nanshan District, Shenzhen, Guangdong, China",
                "CN 440300",
            ),
            ("Room 5, Shenzhen 518000", "CN 440300"),
            ("Yiwu, Zhejiang", "CN 330700"),
            ("Xi'an, Shaanxi Province, P.R. China", "CN 610100"),
            ("Suzhou, Anhui, China", "CN 341300"),
            ("Suzhou Industrial Park, China", "CN 320500"),
            ("Taizhou, China", "CN"),
            ("Taizhou City, Jiangsu", "CN 321200"),
            ("Anyang, South Korea", "KR"),
            ("Salvador Dali Street", "-"),
            ("Kowloon, Hong Kong", "HK 810000"),
            ("10 Downing Street, London, United Kingdom", "GB"),
            ("221B Baker Street, London NW1 6XE, England", "GB"),
            ("Musterstraße 1, D-80331 München", "DE"),
            ("12 rue de Rivoli, 75001 Paris, FR", "FR"),
            ("Springfield, GA", "-"),
            ("12 Main Street, Wilmington, 19801, US", "US"),
            ("Ring 1, München, 80331, DE", "DE"),
            ("1 King Street, Toronto, ON, M5V 2T6, CA", "CA"),
            ("Suite 100, CA", "-"),
            ("Atlanta, Georgia, USA", "US"),
            ("Papua New Guinea", "PG"),
            ("Việt Nam", "VN"),
            ("España", "ES"),
            ("", "-"),
            ("unknown", "-"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_company_is_where_its_address_or_its_chinese_name_says() {
        for (name, address, expected) in [
            (
                Some("北京某某科技有限公司"),
                Some("浙江省杭州市工业路1号"),
                "330100",
            ),
            (Some("杭州某某食品有限公司"), None, "330100"),
            (Some("某某（上海）贸易有限公司"), None, "310000"),
            (Some("ACME GmbH, Ring 1, D-80331 München"), None, "DE"),
            (
                Some("Acme Co., Ltd, 5 High Street, London, United Kingdom"),
                None,
                "GB",
            ),
            (Some("India Gate Foods Ltd."), None, "-"),
            (Some("Acme, AG"), None, "-"),
            (Some("上海故事"), None, "-"),
            (Some("香港某某有限公司"), None, "810000"),
            (Some("杭州某某有限公司"), Some("see the label"), "-"),
            (None, None, "-"),
        ] {
            let found = of_company(name, address).map_or("-".to_owned(), Region::into_code);
            assert_eq!(found, expected, "{name:?} {address:?}");
        }
    }

    #[test]
    fn a_code_has_a_name() {
        assert_eq!(name("340203"), Some("芜湖市"));
        assert_eq!(name("330000"), Some("浙江省"));
        assert_eq!(name("990101"), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,40}|[省市区中国浙江杭州上海南京路a-z ,.0-9-]{0,40}|[0-9]{6}") {
            let _ = of_company(Some(&text), None);
            if let Some(Region { country, code }) = of(&text) {
                prop_assert_eq!(of(country).map(|r| r.country), Some(country));
                if let Some(code) = code {
                    prop_assert_eq!(of(&code).map(|r| r.country), Some(country), "{}", code);
                    prop_assert!(name(&code).is_some());
                }
            }
        }
    }
}
