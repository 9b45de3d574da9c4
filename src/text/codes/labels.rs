//! What the label of an attribute asks for, and the words that say that there is nothing to tell.

use std::{collections::BTreeSet, sync::LazyLock};

use daachorse::CharwiseDoubleArrayAhoCorasick;

/// What a label asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The scheme that is meant.
    pub(super) scheme: &'static str,
    /// The label names no scheme: a number of any other one answers it as well.
    pub(super) any: bool,
}

/// Parts of labels, simplified and in capital letters; all parts of a row must be there. The first row that fits counts.
const LABELS: &[(&[&str], &str)] = &[
    (&["食品", "生产许可"], "sc"),
    (&["SC", "编号"], "sc"),
    (&["SC", "证"], "sc"),
    (&["CCC", "编号"], "ccc"),
    (&["CCC", "编码"], "ccc"),
    (&["CCC", "号"], "ccc"),
    (&["CCC", "证书"], "ccc"),
    (&["CCC", "CERTIFICATE"], "ccc"),
    (&["CCC", "NO"], "ccc"),
    (&["CCC", "NUMBER"], "ccc"),
    (&["3C", "编号"], "ccc"),
    (&["3C", "编码"], "ccc"),
    (&["3C", "证书"], "ccc"),
    (&["3C", "CERTIFICATE"], "ccc"),
    (&["强制性产品认证"], "ccc"),
    (&["强制认证"], "ccc"),
    (&["信用代码"], "uscc"),
    (&["营业执照", "号"], "uscc"),
    (&["KC", "인증"], "kc"),
    (&["인증번호"], "kc"),
    (&["KC", "NUMBER"], "kc"),
    (&["KC", "NO"], "kc"),
    (&["FCC", "ID"], "fcc"),
    (&["EPREL"], "eprel"),
    (&["UL ", "FILE"], "ul"),
    (&["能效等级"], "energy"),
    (&["能效级别"], "energy"),
    (&["能耗等级"], "energy"),
    (&["ISBN"], "isbn"),
    (&["条形码"], "gtin"),
    (&["条码"], "gtin"),
    (&["바코드"], "gtin"),
    (&["バーコード"], "gtin"),
    (&["ШТРИХКОД"], "gtin"),
];

/// Of each row of `LABELS` and of every other label that asks for a number one of these is a part, as it is written.
pub(super) const WORDS: &[&str] = &[
    "许",
    "許",
    "sc",
    "ccc",
    "3c",
    "强",
    "強",
    "彊",
    "码",
    "碼",
    "照",
    "kc",
    "인",
    "fcc",
    "eprel",
    "ul",
    "能",
    "isbn",
    "바",
    "バ",
    "ш",
    "Ш",
    "ean",
    "gtin",
    "upc",
    "jan",
    "barcode",
    "证",
    "證",
    "証",
    "certificate",
];

/// The parts of `LABELS`, each a bit, and the bits of each row.
type Parts = (CharwiseDoubleArrayAhoCorasick<u8>, Vec<u64>);
static PARTS: LazyLock<Option<Parts>> = LazyLock::new(|| {
    let parts: BTreeSet<&str> = LABELS
        .iter()
        .flat_map(|(parts, _)| *parts)
        .copied()
        .collect();
    let bit = |part: &&str| parts.iter().position(|p| p == part).map_or(0, |at| 1 << at);
    let masks = LABELS.iter().map(|(parts, _)| parts.iter().map(bit).sum());
    let masks = masks.collect();
    let numbered = parts.iter().zip(0_u8..64);
    Some((
        CharwiseDoubleArrayAhoCorasick::with_values(numbered).ok()?,
        masks,
    ))
});

/// Words that are the whole label or a word of it.
const BARCODES: [&str; 6] = ["EAN", "GTIN", "UPC", "JAN", "BARCODE", "BARCODES"];

/// What `label` (folded, in capital letters) asks for.
pub(super) fn asked(label: &str) -> Option<Asked> {
    let there = PARTS.as_ref().map_or(u64::MAX, |(parts, _)| {
        let hits = parts.find_overlapping_iter(label);
        hits.fold(0, |bits, hit| bits | 1 << hit.value())
    });
    let masks = PARTS.as_ref().map_or(&[][..], |(_, masks)| masks);
    let named = LABELS
        .iter()
        .zip(masks)
        .find(|(_, mask)| there & **mask == **mask)
        .map(|((_, scheme), _)| *scheme);
    let barcode = || {
        label
            .split(|c: char| !c.is_alphanumeric())
            .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
            .any(|word| BARCODES.contains(&word))
            .then_some("gtin")
    };
    if let Some(scheme) = named.or_else(barcode) {
        return Some(Asked { scheme, any: false });
    }
    let certificate = ["证书编号", "认证编号", "证书号"]
        .iter()
        .any(|part| label.contains(part))
        || label.contains("CERTIFICATE")
            && ["NO", "NUMBER", "ID"].iter().any(|part| {
                label
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| word == *part)
            });
    certificate.then_some(Asked {
        scheme: "ccc",
        any: true,
    })
}

/// Words of a whole value that mean "none".
const NONE: [&str; 11] = [
    "NA",
    "NONE",
    "NULL",
    "NO",
    "NIL",
    "UNKNOWN",
    "NOTAPPLICABLE",
    "DOESNOTAPPLY",
    "PENDING",
    "TBD",
    "NEIN",
];
/// How a value begins that means "none", "pending" or "see the packaging".
const NONE_BEGINS: [&str; 17] = [
    "无",
    "無",
    "暂无",
    "没有",
    "申请中",
    "申請中",
    "办理中",
    "不适用",
    "详见",
    "見包装",
    "见包装",
    "见详情",
    "其他",
    "未知",
    "なし",
    "없음",
    "해당없음",
];

/// Whether a value (made plain) says that there is no number.
pub(super) fn means_none(value: &str) -> bool {
    let word: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
    word.is_empty()
        || NONE.contains(&word.as_str())
        || NONE_BEGINS.iter().any(|none| word.starts_with(none))
}
