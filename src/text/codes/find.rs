//! Identifiers in free text and in the attributes of a page.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, china, labels, marks::pattern, plain};

/// A form that can be told from running text, and the words that must stand before it.
struct Form {
    scheme: &'static str,
    /// Group 1 is the number.
    pattern: Regex,
    /// Kept in free text although its check fails.
    failing: bool,
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let form = |scheme, failing, text: &str| Form {
        scheme,
        pattern: pattern(text),
        failing,
    };
    let barcode = r"EAN|GTIN|UPC|JAN|BARCODE|条形码|條碼|条码|バーコード|바코드|ШТРИХКОД";
    vec![
        form(
            "ccc",
            true,
            r"(?:CCC|3C|强制性产品认证|强制认证|强制性認證)[^0-9A-Z]{0,20}(?:NO)?[^0-9A-Z]{0,4}(\d{16})(?:\D|$)",
        ),
        form("ccc", false, r"(?:^|[^0-9A-Z])(20\d{14})(?:[^0-9A-Z]|$)"),
        form("sc", true, r"(?:^|[^A-Z])(SC[ :]{0,2}\d{14})(?:\D|$)"),
        form(
            "qs",
            true,
            r"(?:^|[^A-Z])(QS[ :]{0,2}\d{4} ?\d{4} ?\d{4})(?:\D|$)",
        ),
        form(
            "xk",
            true,
            r"((?:\([^()\s\d]\) ?)?XK ?\d{2} ?- ?\d{3} ?- ?\d{5})(?:\D|$)",
        ),
        form(
            "uscc",
            true,
            r"(?:信用代码|信用代碼|营业执照号?|執照號|注册号|USCC)[^0-9A-Z]{0,6}([0-9A-HJ-NPQRTUWXY]{18})(?:[^0-9A-Z]|$)",
        ),
        form(
            "uscc",
            false,
            r"(?:^|[^0-9A-Z])([159ANY][1239][1-8]\d{5}[0-9A-HJ-NPQRTUWXY]{10})(?:[^0-9A-Z]|$)",
        ),
        form(
            "kc",
            true,
            r"(?:^|[^A-Z0-9-])((?:R-[CRI]S?|(?:MSIP|KCC)-[A-Z]{3})-[A-Z0-9]{2,4}-[A-Z0-9._-]{1,14})",
        ),
        form(
            "kc",
            true,
            r"KC[^A-Z0-9]{0,12}([A-Z]{2}\d{3}[A-Z]?\d{3,4}-\d{4,5}[A-Z]?)(?:[^A-Z0-9]|$)",
        ),
        form(
            "fcc",
            true,
            r"FCC ?ID ?[:#]? ?([A-Z0-9]{3,5}-?[A-Z0-9-]{1,14})",
        ),
        form(
            "ce",
            true,
            r"(?:^|[^A-Z0-9])(CE ?[-:]? ?\d{4})(?:[^0-9/A-Z-]|$)",
        ),
        form("eprel", true, r"EPREL[^0-9]{0,24}(\d{4,8})(?:\D|$)"),
        form(
            "eprel",
            true,
            r"EPREL\.EC\.EUROPA\.EU/[A-Z0-9/_-]{0,60}?/(\d{4,8})(?:\D|$)",
        ),
        form(
            "isbn",
            true,
            r"ISBN(?:-?1[03])?[ :]{0,3}([\d -]{9,16}[\dX])(?:[^0-9X]|$)",
        ),
        form(
            "gtin",
            true,
            &format!(
                r"(?:{barcode})(?:-?(?:8|1[234]))?(?:号|编号|番号|CODE|NUMBER|NO\.?)?[ :#]{{0,3}}(\d[\d -]{{6,17}}\d)(?:\D|$)"
            ),
        ),
    ]
});

/// No identifier is looked for behind this many characters.
const FAR: usize = 200_000;

/// Every identifier in `text` (free text or the value of an attribute called `label`, empty where there is none).
/// Under a label that asks for a number its value is taken even when malformed; words for "none" give nothing.
pub fn find(label: &str, text: &str) -> Vec<Found> {
    let text = plain(
        text.char_indices()
            .nth(FAR)
            .map_or(text, |(at, _)| &text[..at]),
    );
    if text.is_empty() || (!label.is_empty() && labels::means_none(&text)) {
        return Vec::new();
    }
    let asked = labels::asked(&plain(label));
    let mut found = Vec::new();
    for form in FORMS.iter() {
        // A match may end where the next begins, so each search starts at the end of the last number.
        let mut at = 0;
        while let Some(hit) = form.pattern.captures_at(&text, at).and_then(|c| c.get(1)) {
            at = hit.end();
            let code = Found::of(form.scheme, hit.as_str());
            let kept = code.valid || form.failing;
            let person = form.scheme == "uscc" && china::resident(hit.as_str());
            if kept && !person && !found.contains(&code) {
                found.push(code);
            }
        }
    }
    let missing = asked.filter(|asked| match asked.any {
        true => found.is_empty(),
        false => found.iter().all(|code: &Found| code.scheme != asked.scheme),
    });
    if let Some(asked) = missing {
        found.extend(asked_for(asked.scheme, &text));
    }
    found
}

/// The values of an attribute that asks for numbers of `scheme`.
fn asked_for(scheme: &'static str, text: &str) -> Vec<Found> {
    text.split([',', ';', '、', '|', '\n', ';', ','])
        .map(str::trim)
        .filter(|part| !labels::means_none(part))
        .filter(|part| part.bytes().filter(u8::is_ascii_alphanumeric).count() >= 4)
        .filter(|part| part.bytes().any(|b| b.is_ascii_digit()) && part.chars().count() <= 60)
        .map(|part| Found::of(scheme, part))
        .filter(|code| code.scheme != "uscc" || !china::resident(&code.raw))
        .take(20)
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
            FCC ID: 2ABCB-PI3B R-C-ABC-model1 (CE 0123) XK06-014-00021 QS2112 0102 7680 EPREL: 1234567 EAN 5060138820289";
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
            "FCC approved, R-C-1",
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
        ] {
            assert_eq!(shown(label, text), expected, "{label}: {text}");
        }
    }

    proptest! {
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
