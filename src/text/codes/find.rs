//! Identifiers in free text and in the attributes of a page.

use super::{
    Found, china,
    forms::{asked, may_hold, within},
    labels, plain,
};
use crate::text::fold::fold_mapped;

/// No identifier is looked for behind this many characters.
const FAR: usize = 200_000;
/// More values than any attribute holds, and more numbers than any honest text.
const MOST: usize = 20;
const MOST_IN_TEXT: usize = 200;

/// Every identifier in `text` (free text or the value of an attribute called `label`, empty where there is none).
/// Under a label that asks for a number its value is taken even when malformed; words for "none" give nothing.
pub fn find(label: &str, text: &str) -> Vec<Found> {
    let text = match text.len() > FAR {
        true => text
            .char_indices()
            .nth(FAR)
            .map_or(text, |(at, _)| &text[..at]),
        false => text,
    };
    let labelled = !label.is_empty();
    let (asked, may_hold) = (asked(label), may_hold(text));
    let silent = !may_hold && asked.is_none();
    if silent || text.is_empty() || labelled && labels::means_none(&plain(text)) {
        return Vec::new();
    }
    let mut found = if may_hold { formed(text) } else { Vec::new() };
    let missing = asked.filter(|asked| match asked.any {
        true => found.is_empty(),
        false => found.iter().all(|code| code.scheme != asked.scheme),
    });
    if let Some(asked) = missing.filter(|_| labelled) {
        found.extend(asked_for(asked.scheme, text));
    }
    found
}

/// The numbers that their own form or a word before them gives away.
fn formed(text: &str) -> Vec<Found> {
    let folded = fold_mapped(text);
    let mut found: Vec<Found> = Vec::new();
    let counts = folded.text.bytes().any(|b| b.is_ascii_digit());
    if !counts && !folded.text.contains("能") && !folded.text.contains("ener") {
        return found;
    }
    for form in within(&folded.text) {
        // The end of a match may be the beginning of the next, so each search starts where the last number ends.
        let mut at = 0;
        while found.len() < MOST_IN_TEXT
            && let Some(hit) = form
                .pattern
                .captures_at(&folded.text, at)
                .and_then(|c| c.get(1))
        {
            at = hit.end();
            // "FCC ID required" has the form, but a number has digits.
            let number = hit.as_str().bytes().any(|b| b.is_ascii_digit());
            if !number && form.scheme != "energy" {
                continue;
            }
            let span = folded.original(hit.start(), hit.end());
            let raw: String = text
                .chars()
                .skip(span.start)
                .take(span.end - span.start)
                .collect();
            let code = Found::of(form.scheme, &raw);
            let kept = (code.valid || form.failing)
                && !(form.scheme == "uscc" && china::resident(&plain(&raw)));
            if kept
                && found
                    .iter()
                    .all(|other| other.scheme != code.scheme || other.value != code.value)
            {
                found.push(code);
            }
        }
    }
    found
}

/// The values of an attribute that asks for numbers of `scheme`.
fn asked_for(scheme: &'static str, text: &str) -> Vec<Found> {
    text.split([',', ';', '、', '|', '\n', '\u{ff1b}', '\u{ff0c}'])
        .map(str::trim)
        .filter(|part| {
            let plain = plain(part);
            let length = plain.chars().count();
            let signs = plain.bytes().filter(u8::is_ascii_alphanumeric).count();
            let digit = plain.bytes().any(|b| b.is_ascii_digit());
            // A grade is one character.
            let enough =
                digit && signs >= 4 || scheme == "energy" && super::check(scheme, &plain).valid;
            enough && length <= 60 && !labels::means_none(&plain)
        })
        .filter(|part| scheme != "uscc" || !china::resident(&plain(part)))
        .map(|part| Found::of(scheme, part))
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(label: &str, text: &str) -> Vec<String> {
        find(label, text)
            .into_iter()
            .map(|code| {
                let fault = if code.valid { "" } else { " fails" };
                format!("{} {}{fault}", code.scheme, code.value.unwrap_or(code.raw))
            })
            .collect()
    }

    #[test]
    fn running_text_gives_up_its_numbers() {
        let text = "3C证书编号：2016010706840003，食品生产许可证 SC11834020305037；统一社会信用代码 91110000802100433B\n\
            FCC ID: 2ABCB-PI3B R-C-ABC-model1. (CE 0123) XK06-014-00021 QS2112 0102 7680 EPREL: 1234567 EAN 5060138820289";
        assert_eq!(
            shown("", text),
            [
                "ccc 2016010706840003",
                "sc SC11834020305037",
                "qs QS211201027680",
                "xk XK06-014-00021",
                "uscc 91110000802100433B",
                "kc R-C-ABC-MODEL1",
                "fcc 2ABCB-PI3B",
                "ce 0123",
                "eprel 1234567",
                "gtin 05060138820289",
            ]
        );
    }

    #[test]
    fn numbers_of_another_kind_are_left_alone() {
        for text in [
            "订单号 6222021234567890 电话 13800138000",
            "单号 2023151512345678",
            "règlement CE 1935/2004, SIZE 2024",
            "身份证 11010519491231002X",
            "3C数码 256GB",
            "FCC approved, FCC ID required, R-C-1",
            "ocean 12345678, japan 4006381333931",
        ] {
            assert_eq!(shown("", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_a_label_asks_for_is_kept_even_when_malformed() {
        for (label, text, expected) in [
            ("CCC证书编号", "123456", vec!["ccc 123456 fails"]),
            (
                "3C认证证书编号",
                "2016010706840003(B0)",
                vec!["ccc 2016010706840003"],
            ),
            (
                "认证证书编号",
                "2016 0107 0684 0003",
                vec!["ccc 2016010706840003"],
            ),
            (
                "CCC证书编号",
                "2019010706840003、2016010706840003",
                vec!["ccc 2019010706840003", "ccc 2016010706840003"],
            ),
            (
                "CCC证书编号",
                "1999010706840003",
                vec!["ccc 1999010706840003 fails"],
            ),
            ("CCC证书编号", "无", vec![]),
            ("CCC证书编号", "申请中", vec![]),
            ("CCC证书编号", "n/a", vec![]),
            ("Certificate No", "R-C-ABC-x1", vec!["kc R-C-ABC-X1"]),
            ("是否3C认证", "是", vec![]),
            ("EAN", "48970277965070", vec!["gtin 48970277965070 fails"]),
            ("商品条码", "6973965931181", vec!["gtin 06973965931181"]),
            (
                "生产许可证编号",
                "SC11453282248002",
                vec!["sc SC11453282248002 fails"],
            ),
            ("ISBN", "0-545-01022-5", vec!["isbn 9780545010221"]),
            ("颜色", "123456", vec![]),
            ("能效等级", "一级", vec!["energy CN-1"]),
            ("", "格力 新一级能效 KFR-35GW", vec!["energy CN-1"]),
            (
                "",
                "能效等级：2级，UL File No. E123456",
                vec!["ul E123456", "energy CN-2"],
            ),
            ("", "Energy efficiency class: A++", vec!["energy EU-A++"]),
        ] {
            assert_eq!(shown(label, text), expected, "{label}: {text}");
        }
    }

    #[test]
    fn the_characters_of_the_page_are_kept() {
        let found = find(
            "",
            "许可证 ｓｃ 118 3402 0305 037 sc１１８３４０２０３０５０３７。",
        );
        let raw: Vec<&str> = found.iter().map(|code| code.raw.as_str()).collect();
        assert_eq!(raw, ["sc１１８３４０２０３０５０３７"]);
    }

    #[test]
    fn every_form_is_let_through_by_its_words() {
        for (label, text) in SAMPLES {
            assert!(!find(label, text).is_empty(), "{label}: {text}");
        }
    }

    const SAMPLES: &[(&str, &str)] = &[
        (
            "",
            "3C認證編號：2016010706840003 強制性產品認證2016010706840003",
        ),
        ("", "營業執照號：91110000802100433B"),
        ("", "註冊號 91110000802100433B"),
        ("", "信用代碼91110000802100433B"),
        ("", "能效1級"),
        ("", "1級能效"),
        ("", "energy: 1, classe énergétique: B"),
        ("", "條形碼4006381333931"),
        ("", "條碼：4006381333931"),
        ("", "バーコード 4006381333931"),
        ("", "바코드:4006381333931"),
        ("", "ШТРИХКОД 4006381333931"),
        ("", "Barcode 4006381333931"),
        ("", "MSIP-CRM-ABC-X1"),
        ("", "KC: SU071012-12345"),
        ("條形碼", "12345"),
        ("證書編號", "12345"),
        ("認證編號", "12345"),
        ("证书号", "12345"),
        ("食品生產許可證", "12345"),
        ("SC編號", "12345"),
        ("營業執照號", "12345"),
        ("强制认证", "12345"),
        ("KC인증", "12345"),
        ("인증번호", "12345"),
        ("FCC ID", "12345"),
        ("Eprel", "12345"),
        ("UL file", "12345"),
        ("能耗等級", "一級"),
        ("Isbn", "12345"),
        ("바코드", "12345"),
        ("バーコード", "12345"),
        ("Штрихкод", "12345"),
        ("Jan", "12345"),
        ("Upc", "12345"),
        ("Certificate Number", "12345"),
    ];

    proptest! {
        #[test]
        fn a_text_that_can_hold_no_form_holds_none(text in "(ccc|3C|强制认证|強制認證|2016010706840003|sc|11834020305037|QS|2112 0102 7680|XK|06-014-00021|信用代码|代碼|91110000802100433B|執照|R-C-ABC-X1|KC|SU071012-12345|FCC ID|2ABCB-PI3B|CE|0123|eprel|UL |E12345|能效|1级|級|énergétique|energy class|A|ISBN|0-545-01022-5|EAN|条形码|條|码|4006381333931|é|ß| |：){0,6}") {
            prop_assert!(may_hold(&text) || formed(&text).is_empty(), "{}", text);
        }

        #[test]
        fn no_text_is_too_strange(label in "CCC证书编号|EAN|\\PC{0,10}", text in "[A-Z0-9 :()ＳＣ证号.-]{0,60}|\\PC{0,60}") {
            for code in find(&label, &text) {
                prop_assert!(code.value.is_some() || !code.valid);
                if let Some(value) = code.value.filter(|_| code.valid) {
                    prop_assert!(super::super::check(code.scheme, &value).valid, "{} {value}", code.scheme);
                }
            }
        }
    }
}
