//! Identifiers in free text and in the attributes of a page.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, china, marks::pattern, plain};

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
    if text.is_empty() || (!label.is_empty() && means_none(&text)) {
        return Vec::new();
    }
    let asked = asked(&plain(label));
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
    if let Some(scheme) = asked
        && !found.iter().any(|code: &Found| code.scheme == scheme)
    {
        found.extend(asked_for(scheme, &text));
    }
    found
}

/// The values of an attribute that asks for numbers of `scheme`.
fn asked_for(scheme: &'static str, text: &str) -> Vec<Found> {
    text.split([',', ';', '、', '|', '\n', ';', ','])
        .map(str::trim)
        .filter(|part| !means_none(part))
        .filter(|part| part.bytes().filter(u8::is_ascii_alphanumeric).count() >= 4)
        .filter(|part| part.bytes().any(|b| b.is_ascii_digit()) && part.chars().count() <= 60)
        .map(|part| Found::of(scheme, part))
        .filter(|code| code.scheme != "uscc" || !china::resident(&code.raw))
        .take(20)
        .collect()
}

/// The scheme whose number a label (made plain) asks for.
fn asked(label: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
    let number = has(&[
        "编号",
        "编码",
        "号码",
        "证书号",
        "證書",
        "号",
        "NO",
        "NUMBER",
        "ID",
        "번호",
        "番号",
    ]);
    if has(&["CCC", "3C", "强制性产品认证", "强制认证"]) && (number || has(&["证书"]))
        || label == "认证证书编号"
        || label.starts_with("CERTIFICATE N")
        || label == "证书编号"
    {
        Some("ccc")
    } else if has(&["食品生产许可证", "SC证", "生产许可证编号", "SC编号"]) {
        Some("sc")
    } else if has(&["信用代码", "信用代碼", "营业执照注册号", "营业执照号"]) {
        Some("uscc")
    } else if has(&["KC인증", "KC 인증", "인증번호", "KC NUMBER", "KC MARK"]) {
        Some("kc")
    } else if has(&["FCC ID"]) {
        Some("fcc")
    } else if has(&["EPREL"]) {
        Some("eprel")
    } else if has(&["ISBN"]) {
        Some("isbn")
    } else if ["EAN", "GTIN", "UPC", "JAN", "BARCODE"].iter().any(|word| {
        label
            .split(|c: char| !c.is_alphanumeric())
            .any(|w| w.trim_end_matches(|c: char| c.is_ascii_digit()) == *word)
    }) || has(&["条形码", "条码", "條碼", "바코드", "バーコード"])
    {
        Some("gtin")
    } else {
        None
    }
}

/// Words that say that there is no number.
fn means_none(text: &str) -> bool {
    let word: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    word.is_empty()
        || matches!(
            word.as_str(),
            "NA" | "NONE"
                | "NULL"
                | "NO"
                | "NIL"
                | "UNKNOWN"
                | "NOTAPPLICABLE"
                | "DOESNOTAPPLY"
                | "PENDING"
                | "TBD"
        )
        || [
            "无",
            "暂无",
            "没有",
            "申请中",
            "办理中",
            "不适用",
            "详见",
            "见包装",
            "见详情",
            "其他",
            "未知",
            "なし",
            "없음",
            "해당없음",
        ]
        .iter()
        .any(|none| word.starts_with(none))
}
