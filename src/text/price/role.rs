//! What a price among several is for: what a buyer pays, what was paid before, a part of it, or so much a kilo.

use super::measure;

/// What the words around a price say of it; the earlier, the nearer to what a buyer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Called the price to be paid: `券后`, `now`.
    Paid,
    /// Nothing is said.
    Plain,
    /// Called an old or a recommended price.
    Before,
    /// For a kilo, a litre, a metre.
    Unit,
    /// A deposit, an instalment, a discount, the delivery.
    Part,
}

/// Words parted by spaces, in small letters.
#[rustfmt::skip]
const PAID: &[&str] = &[
    "now", "jetzt", "maintenant", "ahora", "agora", "adesso", "ora", "nu", "nyní", "teraz", "most", "acum",
    "şimdi", "сейчас", "теперь", "зараз", "sale", "deal", "today", "aktionspreis", "angebotspreis",
    "sonderpreis", "akce", "promocyjna", "sepette", "indirimli", "vista",
];
#[rustfmt::skip]
const BEFORE: &[&str] = &[
    "was", "before", "old", "regular", "regularna", "regularly", "original", "originally", "list", "msrp",
    "prp", "rrp", "mrp", "srp", "uvp", "retail", "statt", "war", "früher", "bisher", "vorher", "listenpreis",
    "antes", "anterior", "habitual", "avant", "ancien", "lieu", "barré", "conseillé", "prima", "invece",
    "listino", "vecchio", "consigliato", "adviesprijs", "oude", "oud", "van", "før", "førpris", "ordinarie",
    "ord", "tidigare", "ovh", "běžná", "bežná", "původní", "pôvodná", "původně", "stara", "staré", "stará",
    "najniższa", "zamiast", "eredeti", "régi", "vechi", "vechiul", "eski", "piyasa", "старая", "старой", "было",
    "вместо", "прежняя", "обычная", "стара", "було", "замість", "de", "asli", "gốc", "cũ",
];
#[rustfmt::skip]
const PART: &[&str] = &[
    "save", "saving", "savings", "saved", "discount", "rabatt", "sparen", "spare", "ersparnis", "shipping",
    "delivery", "postage", "versand", "versandkosten", "lieferung", "livraison", "port", "envío", "envio",
    "frete", "spedizione", "verzending", "verzendkosten", "dostawa", "wysyłka", "doprava", "doručení",
    "доставка", "доставки", "kargo", "deposit", "anzahlung", "acompte", "coupon", "voucher", "gutschein",
    "cashback", "bonus", "tax", "vat", "mwst", "fee", "monthly", "installment", "installments", "instalment",
    "instalments", "rate", "raten", "cuotas", "cuota", "parcelas", "mensualités", "pfand", "скидка", "экономия",
    "рассрочка", "rata", "minus", "over",
];

/// Parts of words in scripts without spaces.
#[rustfmt::skip]
const PAID_EAST: &[&str] = &[
    "券后", "券後", "到手", "现价", "現價", "折后", "折後", "活动价", "活動價", "秒杀", "促销价", "特价", "特價", "优惠价", "優惠價", "会员价", "會員價",
    "团购价", "拼团", "补贴", "售价", "售價", "抢购价", "实付", "實付", "直播价", "一口价", "预售价", "成交价", "总价", "セール", "特価", "販売価格",
    "割引後", "할인가", "판매가", "최종", "혜택가",
];
#[rustfmt::skip]
const BEFORE_EAST: &[&str] = &[
    "原价", "原價", "市场价", "市場價", "市价", "市價", "定价", "定價", "参考价", "參考價", "吊牌价", "专柜价", "划线价", "零售价", "指导价", "日常价",
    "门市价", "官方价", "建议价", "通常価格", "通常", "定価", "希望小売", "参考価格", "元値", "旧価格", "정가", "소비자가", "시중가", "기존가", "원가",
    "ราคาเดิม", "ราคาปกติ", "السعر السابق", "قبل",
];
#[rustfmt::skip]
const PART_EAST: &[&str] = &[
    "定金", "订金", "訂金", "优惠券", "優惠券", "红包", "紅包", "立减", "立減", "直降", "满", "滿", "减", "減", "省", "运费", "運費", "邮费",
    "郵費", "送料", "配送料", "配送費", "月供", "每期", "分期", "首付", "押金", "差价", "返", "税费", "关税", "抵", "补差", "積分", "积分",
    "ポイント", "クーポン", "배송비", "쿠폰", "적립", "할부", "월",
];

/// The role of a price, by the text between the number before it and itself, and the text behind it.
pub(super) fn role(before: &str, behind: &str) -> Role {
    // Without the points of "M.R.P.".
    let window = last_chars(before, 40).to_lowercase().replace('.', "");
    if measure::behind(behind).is_some() || equals_unit(&window) {
        return Role::Unit;
    }
    if instalment(&window)
        || taken_off(behind)
        || window.trim_end().ends_with(['+', '-']) && part_sign(&window)
    {
        return Role::Part;
    }
    let east = |words: &[&str]| nearest(&window, words);
    let mut role = (0, Role::Plain);
    for (words, spoken, named) in [
        (PAID_EAST, PAID, Role::Paid),
        (BEFORE_EAST, BEFORE, Role::Before),
        (PART_EAST, PART, Role::Part),
    ] {
        // The word nearest to the number counts: "省20 到手价 ¥80".
        let at = east(words).max(spoken_at(&window, spoken));
        if let Some(at) = at.filter(|at| *at > role.0) {
            role = (at, named);
        }
    }
    role.1
}

/// Whether an East Asian word right before a number calls it the price: `券后59.9`.
pub(super) fn called(before: &str) -> bool {
    let before = before.trim_end_matches([' ', ':', '仅', '只', '需', '约']);
    let bare = before.trim_end_matches(['价', '價']);
    let ends = |word: &str| {
        // "已售" is how many were sold, though "售价" is the price.
        let stem = word.trim_end_matches(['价', '價']);
        if stem.chars().count() > 1 {
            bare.ends_with(stem)
        } else {
            before.ends_with(word)
        }
    };
    PAID_EAST.iter().any(|word| ends(word))
}

fn last_chars(text: &str, count: usize) -> &str {
    text.char_indices()
        .rev()
        .nth(count.saturating_sub(1))
        .map_or(text, |(at, _)| &text[at..])
}

/// Where the last of `words` ends in `window`.
fn nearest(window: &str, words: &[&str]) -> Option<usize> {
    if window.is_ascii() {
        return None;
    }
    words
        .iter()
        .filter_map(|word| window.rfind(word).map(|at| at + word.len()))
        .max()
}

/// Where the last word that is one of `words` ends.
fn spoken_at(window: &str, words: &[&str]) -> Option<usize> {
    let mut at = 0;
    let mut found = None;
    let whole = window.trim_matches([' ', ':', '(', ')', ',', '.']);
    for word in window.split(|c: char| !c.is_alphabetic()) {
        let end = at + word.len();
        // "De: R$ 100 Por: R$ 80", but "12x de R$ 44".
        let alone =
            !matches!(word, "de" | "van" | "ora" | "most" | "war") || whole.starts_with(word);
        if words.contains(&word) && alone {
            found = Some(end);
        }
        let next = window[end..].chars().next().map_or(0, char::len_utf8);
        at = end + next;
    }
    found
}

/// A minus or plus before a price takes off or adds to another one; `before` ends with it.
fn part_sign(window: &str) -> bool {
    let head = window.trim_end().trim_end_matches(['+', '-']);
    head.is_empty() || head.ends_with(' ')
}

/// `12x de`, `3 × `, `12期`, behind the number of instalments.
fn instalment(window: &str) -> bool {
    let rest = window.trim_start();
    [
        "x ",
        "×",
        "期",
        "x de",
        "mal ",
        "cuotas",
        "parcelas",
        "rat ",
        "mensualités",
    ]
    .iter()
    .any(|head| rest.starts_with(head))
        || rest == "x"
}

/// `off`, `优惠券`, `/month` behind a price.
fn taken_off(behind: &str) -> bool {
    let rest: String = behind
        .trim_start()
        .chars()
        .take(14)
        .flat_map(char::to_lowercase)
        .collect();
    let word = rest
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or("");
    matches!(
        word,
        "off" | "discount" | "rabatt" | "rebate" | "korting" | "shipping" | "deposit"
    ) || [
        "定金",
        "优惠券",
        "红包",
        "运费",
        "/mo",
        "/ mo",
        "per month",
        "/мес",
        "/月",
        "/期",
        "x ",
        "引き",
    ]
    .iter()
    .any(|head| rest.starts_with(head))
}

/// `kg = ` behind the measure's own number.
fn equals_unit(window: &str) -> bool {
    window.trim_end().ends_with('=') && measure::at(window).is_some()
        || window.contains("grundpreis")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_around_a_price_tell_its_role() {
        for (before, behind, expected) in [
            ("券后 ¥", "", Role::Paid),
            ("立减20 到手价 ¥", "", Role::Paid),
            ("原价¥", "", Role::Before),
            ("RRP £", "", Role::Before),
            ("Was £", " now", Role::Before),
            ("定金 ¥", "", Role::Part),
            ("x de R$ ", "", Role::Part),
            ("De: R$ ", "", Role::Before),
            ("満足 ¥", "", Role::Plain),
            ("$", " off", Role::Part),
            (" € ", " / 100 g", Role::Unit),
            ("", "/kg", Role::Unit),
            (" kg = ", " €", Role::Unit),
            ("", " / pair", Role::Plain),
            ("stylish washer $", "", Role::Plain),
        ] {
            assert_eq!(role(before, behind), expected, "{before}|{behind}");
        }
        assert!(
            called("到手价：".replace('：', ":").as_str()) && called("券后") && !called("原价")
        );
    }
}
