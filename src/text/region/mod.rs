//! Where a place is: text or code of a country (ISO 3166-1), of a Chinese province or prefecture (GB/T 2260).

mod places;

use unicode_normalization::UnicodeNormalization;

use super::fold::fold;
use places::{Place, TABLES};

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
    let letter = |c: char| {
        char::from_u32(u32::from(c).checked_sub(0x1f1e6)? + 65).filter(char::is_ascii_uppercase)
    };
    let chars: Vec<char> = text.chars().collect();
    let code = chars.windows(2).find_map(|pair| {
        Some(
            [letter(pair[0])?, letter(pair[1])?]
                .iter()
                .collect::<String>(),
        )
    })?;
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
    let words: Vec<&str> = bare
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
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

/// `…, Paris, FR`: two capital letters behind the last comma that are no state of the United States.
fn last_letters(text: &str) -> Option<Region> {
    let (_, last) = text.trim_end_matches('.').rsplit_once(',')?;
    let last = last.trim();
    let state = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC"
        .split(' ')
        .any(|state| state == last);
    let code = last.len() == 2 && last.bytes().all(|b| b.is_ascii_uppercase()) && !state;
    code.then(|| TABLES.country(last)).flatten().map(abroad)
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
    fn a_code_has_a_name() {
        assert_eq!(name("340203"), Some("芜湖市"));
        assert_eq!(name("330000"), Some("浙江省"));
        assert_eq!(name("990101"), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,40}|[省市区中国浙江杭州上海南京路a-z ,.0-9-]{0,40}|[0-9]{6}") {
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
