//! Rules of the kinds that inspectors write: ten kinds, each for several groups of goods, and as many narrow ones as are asked for.

use listwarden::rules::RuleSource;

/// Groups of the catalogue; the kinds of rules take turns with them.
const GROUPS: [&str; 10] = [
    "children",
    "appliance",
    "electrical",
    "building",
    "farm",
    "auto",
    "food",
    "cosmetics",
    "fashion",
    "electronics",
];

/// Head and body of each kind of rule; `GROUP`, `NUMBER` and `LIMIT` stand for what differs.
const KINDS: [(&str, &str); 10] = [
    (
        r#"when: #{ class: ["GROUP/*"], has: ["price"] }, params: #{ least: LIMIT.0 }"#,
        r#"if item.currency != "CNY" { return unsure("the limit is in yuan"); }
    if item.price >= p.least { return pass(); }
    flag("only {price} yuan", "仅售{price}元")"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"], has: ["title"] }, params: #{ points: 40 }"#,
        r#"if item.title_mentions("second-hand") { return pass("used goods"); }
    if item.mentions(["原厂尾单", "外贸库存", "remaindered stock"]) {
        return flag("sold as remainders", "以尾货名义销售").score(p.points);
    }
    pass()"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"] }, params: #{ points: 60 }"#,
        r#"let kind = goods(item.class);
    if kind == () || kind.ccc.is_empty() { return pass("no certificate is needed"); }
    if !item.codes("ccc").is_empty() { return pass("a number is shown"); }
    if !item.left_empty("ccc") { return unsure("no place for a number was seen"); }
    flag("no certificate number", "未见证书编号").score(p.points)"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"], has: ["brand", "price"] }, params: #{ ratio: 0.3 }"#,
        r#"if item.condition == "UsedCondition" { return pass("used"); }
    let usual = usual_price(item.brand, item.class);
    if usual == () { return unsure("no usual price"); }
    let ratio = item.price / usual;
    if ratio >= p.ratio { return pass(); }
    flag("{ratio} of the usual price", "仅为常见价的{ratio}").because("ratio", percent(ratio))"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"], has: ["brand"] }, params: #{ points: 50 }"#,
        r#"let listed = authorised(item.brand, item.seller);
    if listed == () { return unsure("no list for this brand"); }
    if listed { return pass("on the list"); }
    flag("“{seller.name}” is not on the list", "店铺“{seller.name}”不在名单内").score(p.points)"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"], has: ["title"] }, params: #{ points: 55 }"#,
        r#"for recall in recalls(item) {
        if recall.tier != "candidate" {
            return flag("recalled: {recall}", "已被召回：{recall}").score(p.points).because("recall", recall.title);
        }
    }
    pass("no notice fits")"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"] }, params: #{ points: 35 }"#,
        r#"if item.manufacturer != () { return pass("the maker is named"); }
    if item.left_empty(["厂名", "生产企业", "manufacturer"]) {
        return flag("the maker's row is empty", "生产者一栏为空").score(p.points);
    }
    if !item.observed("attributes") { return unsure("the table was not read"); }
    pass("no row for it")"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"] }, params: #{ first: 2002, last: 2026 }"#,
        r#"for code in item.codes("ccc") {
        if code.year != () && (code.year < p.first || code.year > p.last) {
            return flag("number {number} is of {year}", "编号{number}的年份为{year}").because("number", code.raw).because("year", code.year);
        }
    }
    pass()"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"], has: ["seller.rating"] }, params: #{ least: 3.2 }"#,
        r#"let power = item.attr(["功率", "Power"]);
    if power == () { return unsure("no power is named"); }
    if item.seller.rating < p.least && power.starts_with("9") {
        return flag("a badly rated shop sells {power}", "低评分店铺销售{power}").because("power", power);
    }
    pass()"#,
    ),
    (
        r#"when: #{ class: ["GROUP/*"], mentions: ["replica", "diversion"] }, params: #{ points: 75 }"#,
        r#"if item.mentions(["影视道具", "movie prop"]) { return pass("a prop"); }
    let words = item.matches("replica");
    if words.is_empty() { return pass("only ways out of the platform"); }
    flag("called “{words}”", "自称“{words}”").because("words", words).score(p.points)"#,
    ),
];

/// A broad rule: a kind, for a group of goods.
pub(crate) fn broad(number: usize) -> RuleSource {
    let (head, body) = KINDS[number % KINDS.len()];
    let group = GROUPS[number / KINDS.len() % GROUPS.len()];
    let limit = (number + 10).to_string();
    let fill = |text: &str| text.replace("GROUP", group).replace("LIMIT", &limit);
    source(
        format!("made/broad-{number:04}"),
        &fill(head),
        &fill(body),
        &limit,
    )
}

/// A narrow rule: it looks only where a word of its own list stands.
pub(crate) fn narrow(number: usize) -> RuleSource {
    let list = number % super::LISTS;
    let head = format!(r#"when: #{{ mentions: ["made-{list}"] }}, params: #{{ points: 45 }}"#);
    let body = format!(
        r#"if item.title_mentions("second-hand") {{ return pass("used goods"); }}
    flag("names “{{words}}”", "提到“{{words}}”").because("words", item.matches("made-{list}")).score(p.points)"#
    );
    source(format!("made/narrow-{number:04}"), &head, &body, "1")
}

/// A hundred broad rules, and narrow ones up to `count`.
pub(crate) fn sources(count: usize) -> Vec<RuleSource> {
    let broad = (0..count.min(100)).map(broad);
    broad
        .chain((0..count.saturating_sub(100)).map(narrow))
        .collect()
}

fn source(id: String, head: &str, body: &str, limit: &str) -> RuleSource {
    let text = format!(
        r#"//! A made rule, limit {limit}. 自制规则。
const RULE = #{{
    title: "Made rule {id}", title_zh: "自制规则{id}", kind: "safety", severity: "low",
    basis: ["产品质量法 第二十六条"], {head},
}};

fn check(item, p) {{
    {body}
}}

const TESTS = [
    #{{ skip: "nothing was read", item: #{{ }} }},
];
"#
    );
    RuleSource {
        path: format!("rules/{id}.rhai").into(),
        id,
        text,
    }
}
