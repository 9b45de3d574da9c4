//! Listings of about 1 KB of text, in Chinese and English, from a few platforms.

use std::collections::BTreeMap;

use listwarden::{
    model::{Block, Capture, Class, Code, Listing, ListingId, Money, Seller, Time},
    reference::Reference,
    text::codes,
};

use super::{Dice, model, name, rare_word};

const PLATFORMS: [&str; 4] = ["taohua", "jingxuan", "laodian", "harbour"];

/// A sentence for descriptions, Chinese and English.
const SENTENCES: [(&str, &str); 8] = [
    (
        "本品选用优质材料制作，结构牢固，适合家庭日常使用，付款后四十八小时内发货。",
        "Made of good material and built to last, for everyday use at home, sent within two days. ",
    ),
    (
        "颜色因显示器不同可能略有差异，请以实物为准，介意者慎拍，感谢您的理解与支持。",
        "Colours may look different on your screen, so please go by the goods themselves. ",
    ),
    (
        "支持七天无理由退换，包装完好不影响二次销售即可，运费由买家承担，质量问题除外。",
        "Returns are taken for seven days as long as the box is whole and the goods are unused. ",
    ),
    (
        "使用前请仔细阅读说明书，请勿让儿童单独操作，清洁时务必先切断电源并等待冷却。",
        "Read the manual before use, keep away from children and unplug it before cleaning. ",
    ),
    (
        "店铺常年有货，批量采购价格可以商量，需要发票请在下单时备注抬头和税号。",
        "Always in stock; for larger numbers ask us for a price, invoices on request. ",
    ),
    (
        "新款升级，细节更出色，送礼自用都合适，附赠收纳袋一只，数量有限送完为止。",
        "The new edition with better details, a gift for others or for yourself, bag included. ",
    ),
    (
        "尺寸为手工测量，误差一到三厘米属正常范围，请对照尺码表选择适合自己的规格。",
        "Measured by hand, one to three centimetres more or less are normal, see the table. ",
    ),
    (
        "售后问题请先联系客服处理，我们会在工作时间尽快回复，不要直接给差评。",
        "Write to us first if anything is wrong and we will answer within working hours. ",
    ),
];

/// One kind of goods with its words.
pub(crate) struct Shelf {
    pub(crate) id: String,
    words: Vec<String>,
}

/// What listings are made of.
pub(crate) struct Market {
    pub(crate) shelves: Vec<Shelf>,
    /// Narrow rules whose words now and then stand in a listing.
    lists: usize,
}

impl Market {
    /// Goods of the catalogue in `reference`.
    pub(crate) fn of(reference: &Reference, lists: usize) -> Self {
        let shelves = reference.kinds().map(|kind| Shelf {
            id: kind.id.clone(),
            words: kind.words.clone(),
        });
        Self {
            shelves: shelves.collect(),
            lists,
        }
    }

    /// The listing of that number.
    pub(crate) fn listing(&self, number: usize) -> Listing {
        let mut dice = Dice::of(0xbeef ^ number as u64);
        let dice = &mut dice;
        let shelf = dice.one(&self.shelves);
        let zh = !dice.once_in(3);
        let brand = name(dice.below(12_000));
        let model = model(dice);
        let goods = dice.one(&shelf.words);
        let platform = *dice.one(&PLATFORMS);
        let attributes = attributes(dice, zh, &brand, &model);
        let mut listing = Listing {
            id: ListingId::new(platform, &format!("{number:08}")),
            platform: platform.to_owned(),
            url: format!("https://{platform}.example/item/{number}"),
            title: Some(title(dice, zh, &brand, goods, &model)),
            description: Some(self.description(dice, zh)),
            price: Some(Money {
                amount: ((dice.below(90_000) + 500) as i64).into(),
                currency: Some(if zh { "CNY" } else { "EUR" }.to_owned()),
            }),
            brand: (!dice.once_in(5)).then(|| brand.clone()),
            model: dice.once_in(2).then_some(model),
            manufacturer: dice
                .once_in(2)
                .then(|| format!("{brand}{}", if zh { "电器有限公司" } else { " Ltd." })),
            category: vec![goods.clone()],
            class: Some(Class {
                id: shelf.id.clone(),
                score: 1.0,
            }),
            seller: seller(dice, zh),
            attributes,
            language: Some(if zh { "zh" } else { "en" }.to_owned()),
            observed: vec![
                Block::Title,
                Block::Price,
                Block::Brand,
                Block::Seller,
                Block::Attributes,
                Block::Description,
            ],
            version: 1,
            ..Listing::default()
        };
        put_codes(&mut listing);
        captured(&mut listing, number);
        listing
    }

    fn description(&self, dice: &mut Dice, zh: bool) -> String {
        let mut text = String::new();
        let length = if zh { 720 } else { 640 };
        while text.len() < length {
            let (chinese, english) = dice.one(&SENTENCES);
            text.push_str(if zh { chinese } else { english });
        }
        if self.lists > 0 && dice.once_in(20) {
            let list = dice.below(self.lists);
            text.push_str(&format!(" {} ", rare_word(list, dice.below(100))));
        }
        for (word, times) in [("高仿", 200), ("二手", 100), ("replica", 300)] {
            if dice.once_in(times) {
                text.push_str(word);
            }
        }
        text
    }
}

fn title(dice: &mut Dice, zh: bool, brand: &str, goods: &str, model: &str) -> String {
    let zh_extra = ["家用新款", "升级版 大容量", "官方正品 包邮", "送礼自用"];
    let en_extra = [
        "for home",
        "new edition",
        "large, free delivery",
        "as a gift",
    ];
    match zh {
        true => format!("{brand} {} {goods} {model}", dice.one(&zh_extra)),
        false => format!("{brand} {goods} {model} {}", dice.one(&en_extra)),
    }
}

fn attributes(dice: &mut Dice, zh: bool, brand: &str, model: &str) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    let mut put = |name: &str, value: String| {
        rows.insert(name.to_owned(), value);
    };
    let number = match dice.below(4) {
        0 => "暂无".to_owned(),
        1 => format!(
            "20{:02}0107{:08}",
            5 + dice.below(20),
            dice.below(99_999_999)
        ),
        _ => String::new(),
    };
    if zh {
        put("品牌", brand.to_owned());
        put("型号", model.to_owned());
        put(
            "材质",
            (*dice.one(&["不锈钢", "ABS塑料", "棉", "实木"])).to_owned(),
        );
        put(
            "产地",
            (*dice.one(&["浙江省宁波市", "广东省深圳市", "江苏省苏州市"])).to_owned(),
        );
        put("功率", format!("{}W", 100 + dice.below(20) * 100));
        if !number.is_empty() {
            put("3C证书编号", number);
        }
    } else {
        put("Brand", brand.to_owned());
        put(
            "Material",
            (*dice.one(&["steel", "plastic", "cotton", "oak"])).to_owned(),
        );
        put("Power", format!("{} W", 100 + dice.below(20) * 100));
        put(
            "Country of origin",
            (*dice.one(&["Germany", "China", "Poland"])).to_owned(),
        );
    }
    rows
}

fn seller(dice: &mut Dice, zh: bool) -> Seller {
    let number = dice.below(40_000);
    Seller {
        id: Some(format!("s{number}")),
        name: Some(format!(
            "{}{}",
            name(number),
            if zh { "专营店" } else { " Shop" }
        )),
        rating: Some(3.0 + dice.below(20) as f64 / 10.0),
        ..Seller::default()
    }
}

fn put_codes(listing: &mut Listing) {
    for (row, value) in &listing.attributes {
        for found in codes::find(row, value) {
            listing.codes.push(Code {
                scheme: found.scheme.to_owned(),
                raw: found.raw,
                value: found.value,
                valid: found.valid,
                path: format!("attributes.{row}"),
            });
        }
    }
}

/// Captured at a second of its own in 2026.
fn captured(listing: &mut Listing, number: usize) {
    let at = Time::from_second(1_767_225_600 + number as i64).unwrap_or_default();
    listing.first_seen = Some(at);
    listing.last_seen = Some(at);
    listing.capture = Some(Capture {
        warc: "made.warc.gz".to_owned(),
        offset: number as u64 * 9_000,
        sha256: format!("{number:064x}"),
        fetched_at: at,
    });
}
