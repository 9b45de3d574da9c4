//! Recall notices in a sheet: for publishers without a format of their own here, and for notices typed in.

use std::collections::BTreeMap;

use super::{
    Notice,
    import::{Imported, Source},
    list,
    sheet::{self, Column, several},
};
use crate::text::{codes, decode};

/// `csv-recalls`.
pub(super) struct CsvNotices;

/// The columns; the Chinese headings are those of the recall plan form.
const COLUMNS: &[Column] = &[
    Column {
        name: "source",
        also: &["publisher", "发布机构"],
        required: true,
    },
    Column {
        name: "id",
        also: &["number", "召回编号"],
        required: true,
    },
    Column {
        name: "date",
        also: &["召回时间", "发布日期"],
        required: false,
    },
    Column {
        name: "title",
        also: &["标题"],
        required: false,
    },
    Column {
        name: "brand",
        also: &["brands", "品牌"],
        required: false,
    },
    Column {
        name: "product",
        also: &["products", "产品名称"],
        required: true,
    },
    Column {
        name: "model",
        also: &["models", "型号/规格", "型号", "规格型号"],
        required: false,
    },
    Column {
        name: "gtin",
        also: &["barcode", "条码", "商品条码"],
        required: false,
    },
    Column {
        name: "item",
        also: &["items", "商品链接编号"],
        required: false,
    },
    Column {
        name: "hazard",
        also: &["可能导致的后果", "缺陷具体情形"],
        required: false,
    },
    Column {
        name: "remedy",
        also: &["补救措施"],
        required: false,
    },
    Column {
        name: "url",
        also: &["网址"],
        required: false,
    },
    Column {
        name: "sold_from",
        also: &["生产起始日期"],
        required: false,
    },
    Column {
        name: "sold_until",
        also: &["生产截止日期"],
        required: false,
    },
];

impl Source for CsvNotices {
    fn name(&self) -> &'static str {
        "csv-recalls"
    }

    fn about(&self) -> &'static str {
        "recall notices in CSV, columns as docs/reference.md names them"
    }

    fn licence(&self) -> &'static str {
        "see the publisher of each notice"
    }

    fn read(&self, text: &[u8]) -> Imported {
        let mut imported = Imported::default();
        let decoded = decode::text(text, None);
        let Some(sheet) = sheet::read(&decoded.text, COLUMNS, &mut imported.refused) else {
            return imported;
        };
        for (line, cells) in &sheet.rows {
            match notice(cells) {
                Ok(notice) => imported.notices.push(notice),
                Err(message) => imported.refused.push((*line, message)),
            }
        }
        imported.refused.sort();
        imported
    }
}

fn notice(cells: &BTreeMap<&'static str, String>) -> Result<Notice, String> {
    let cell = |name: &str| cells.get(name).cloned();
    if let Some(date) = cell("date").filter(|date| !list::is_date(date)) {
        return Err(format!("date is '{date}'; write it like 2026-01-31"));
    }
    let mut gtins = Vec::new();
    for shown in several(cells.get("gtin")) {
        gtins.push(
            codes::gtin(&shown).ok_or_else(|| format!("gtin '{shown}' fails its check digit"))?,
        );
    }
    let mut item_ids = Vec::new();
    for shown in several(cells.get("item")) {
        let (platform, item) = shown
            .split_once(':')
            .ok_or_else(|| format!("item '{shown}' is not written like ebay:177657636273"))?;
        item_ids.push((platform.trim().to_owned(), item.trim().to_owned()));
    }
    let models = several(cells.get("model"))
        .iter()
        .flat_map(|m| m.split([',', '，']))
        .map(|m| m.trim().to_owned())
        .collect();
    let product = cell("product").unwrap_or_default();
    Ok(Notice {
        source: cell("source").unwrap_or_default(),
        id: cell("id").unwrap_or_default(),
        date: cell("date"),
        title: cell("title").unwrap_or_else(|| product.clone()),
        brands: several(cells.get("brand")),
        products: several(cells.get("product")),
        models,
        gtins,
        item_ids,
        hazard: cell("hazard"),
        remedy: cell("remedy"),
        url: cell("url"),
        sold_from: cell("sold_from"),
        sold_until: cell("sold_until"),
        ..Notice::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_the_chinese_form_are_known() {
        let text = "发布机构,召回编号,产品名称,品牌,型号/规格,item\nsamr,Z1,电热水壶,小熊,\"XX-200，XX-300\",ebay:177657636273\nsamr,Z2,电热水壶,小熊,,177\n";
        let imported = CsvNotices.read(text.as_bytes());
        assert_eq!(imported.notices[0].models, ["XX-200", "XX-300"]);
        assert_eq!(
            imported.notices[0].item_ids,
            [("ebay".to_owned(), "177657636273".to_owned())]
        );
        assert_eq!(
            imported.refused,
            [(
                3,
                "item '177' is not written like ebay:177657636273".to_owned()
            )]
        );
    }

    #[test]
    fn a_sheet_in_gbk_is_read() {
        let (bytes, _, _) = encoding_rs::GBK.encode(
            "发布机构,召回编号,产品名称,品牌\nsamr,Z1,电热水壶产品召回通知,小熊电器有限公司\n",
        );
        assert_eq!(
            CsvNotices.read(&bytes).notices[0].brands,
            ["小熊电器有限公司"]
        );
    }
}
