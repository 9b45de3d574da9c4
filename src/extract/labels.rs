//! What shops call the fields: the names in attribute tables, in the languages of their markets.

use std::{borrow::Cow, sync::LazyLock};

use foldhash::{HashMap, HashSet};

use crate::text::fold::{folded_alone, with_folded};

/// Names by field. Compared folded, without colons and surrounding space.
#[rustfmt::skip]
const LABELS: &[(&str, &[&str])] = &[
    ("brand", &[
        "品牌", "品牌名称", "商品品牌", "品牌名", "brand", "brand name", "marke", "marque", "marca", "märke", "merk", "marka",
        "značka", "znamka", "blagovna znamka", "бренд", "марка", "торговая марка", "ブランド", "ブランド名", "브랜드", "brändi",
        "tuotemerkki", "kaubamärk", "bränd", "zīmols", "prekės ženklas", "márka", "μάρκα", "marcă",
        "العلامة التجارية", "الماركة", "thương hiệu", "ยี่ห้อ", "merke", "make", "make/manufacturer",
        "make / manufacturer", "brand/manufacturer", "proizvajalec/znamka", "mærke", "торгова марка", "robna marka", "brend",
        "מותג", "برند", "แบรนด์", "nhãn hiệu", "merek", "varemerke", "varumärke", "merkki", "marca comercial", "marke/hersteller",
    ]),
    ("model", &[
        "型号", "产品型号", "商品型号", "规格型号", "型號", "认证型号", "model", "model no", "model no.", "model number", "model name",
        "modell", "modellnummer", "modèle", "modelo", "modello", "modelnummer", "модель", "型番", "モデル", "모델명", "모델",
        "모델번호", "malli", "mudel", "modelis", "model produktu", "typové označení", "typ", "модел", "μοντέλο", "نموذج",
        "item model number", "model name/number", "model name / number", "model/part", "style number",
    ]),
    ("mpn", &[
        "mpn", "manufacturer part number", "manufacturer part no", "manufacturer number", "part number", "part no",
        "part no.", "mfr part number", "mfr. part #", "mfg part #", "manufacturer code", "herstellernummer",
        "herstellerartikelnummer", "herstellerreferenz", "référence fabricant", "réf. fabricant",
        "código del fabricante", "codice produttore", "part number výrobce", "pn", "kód výrobcu", "kód výrobce",
        "产品编号", "tootja kood", "ražotāja kods", "manufacturer's code", "артикул производителя",
        "código do fabricante", "referência do fabricante",
    ]),
    ("sku", &[
        "sku", "商品编号", "商品編號", "货号", "貨號", "商品编码", "商品货号", "item no", "item no.", "item number", "item #",
        "item code", "product code", "product id", "product number", "product no", "article number", "article no",
        "style code", "catalogue number", "asin", "sku #", "stock code", "artikelnummer", "artikel-nr", "artikel-nr.",
        "artikelnr", "art.-nr.", "art. nr.", "bestellnummer", "référence", "réf", "réf.", "ref", "ref.",
        "référence produit", "referencia", "referência", "código", "código do produto", "codice", "codice prodotto",
        "cod. produs", "код товара", "код", "артикул", "код на продукта", "商品番号", "品番", "商品コード", "상품번호", "상품코드", "품번",
        "tuotekoodi", "tuotenumero", "tootekood", "preces kods", "preces kods:", "kód", "kód produktu", "kód zboží",
        "kód tovaru", "šifra", "šifra izdelka", "katalogové číslo", "indeks", "kod produktu", "cikkszám", "κωδικός",
        "رقم المنتج", "رمز المنتج", "objednávacie číslo", "item id", "listing id", "post id", "ad id", "varenummer",
        "art nr", "art.nr", "art.-nr", "art.nr.", "art no", "art. no.", "item nr", "item", "varenr", "varenr.", "produktnummer", "produktnr",
        "artikkelnummer", "tuotenro", "tuotekoodi", "bestell-nr", "bestell-nr.", "bestellnr.", "código de producto", "código de artículo",
        "cod. prodotto", "codice articolo", "cod. articolo", "artikelcode", "bestelnummer", "productcode", "numer katalogowy", "nr katalogowy",
        "kód výrobku", "obj. číslo", "číslo produktu", "termékkód", "cod produs", "cod articol", "код товару", "артикул товара",
        "каталожный номер", "код товара на сайте", "артикул продавца", "κωδικός προϊόντος", "κωδ", "κωδικός είδους", "ürün kodu", "stok kodu",
        "كود المنتج", "מק\"ט", "מקט", "کد کالا", "کد محصول", "รหัสสินค้า", "mã sản phẩm", "mã sp", "kode produk", "toote kood",
        "produkta kods", "prekės kodas", "šifra artikla", "šifra proizvoda", "šifra:", "款号", "商品id", "商品号", "产品货号", "品番", "ad #", "ad no",
        "lot", "lot #", "lot no", "product #", "sku/item", "web id", "dpci", "id produktu", "id producto", "id do produto", "référence article",
    ]),
    ("gtin", &[
        "gtin", "gtin-13", "gtin13", "ean", "ean code", "ean-code", "ean13", "ean-13", "upc", "upc code", "barcode",
        "bar code", "isbn", "isbn-13", "isbn13", "条码", "条形码", "商品条码", "商品条形码", "国际条码", "jan", "janコード", "jan code",
        "바코드", "code-barres", "code barre", "código de barras", "codice ean", "codice a barre", "kod ean", "ean kód",
        "штрихкод", "штрих-код", "čiarový kód", "čárový kód", "strichcode", "streepjescode", "viivakoodi", "ribakood",
        "svītrkods", "isbn/gtin",
    ]),
    ("manufacturer", &[
        "生产厂家", "厂名", "厂家", "制造商", "制造商名称", "生产商", "生产企业", "生产企业名称", "生产者", "生产者名称", "生产单位", "厂商", "製造商", "生产厂商",
        "委托生产企业", "注册人", "备案人", "manufacturer", "manufacturer name", "made by", "producer", "hersteller", "fabricant",
        "fabricante", "produttore", "fabrikant", "производитель", "изготовитель", "メーカー", "製造元", "제조사", "제조업체", "제조자",
        "제조원", "제조자/수입자", "valmistaja", "tootja", "ražotājs", "výrobca", "výrobce", "producent", "proizvajalec",
        "gyártó", "κατασκευαστής", "producător", "üretici", "الشركة المصنعة", "tillverkare", "produsent", "виробник", "производител",
        "gamintojas", "proizvođač", "ผู้ผลิต", "nhà sản xuất", "יצרן", "سازنده", "productor",
    ]),
    ("manufacturer_address", &[
        "厂址", "生产地址", "生产厂址", "厂家地址", "制造商地址", "生产商地址", "生产企业地址", "厂商地址", "生产者地址", "企业地址", "manufacturer address",
        "address of manufacturer", "herstelleradresse", "adresse du fabricant", "адрес производителя",
        "адрес изготовителя", "제조사 주소",
    ]),
    ("importer", &[
        "进口商", "进口商名称", "进口代理商", "国内代理商", "importer", "imported by", "eu importer", "importeur", "importateur",
        "importador", "importatore", "импортер", "импортёр", "輸入元", "수입사", "수입자", "dovozca", "dovozce", "importētājs",
        "maahantuoja", "eu responsible person", "responsible person",
    ]),
    ("condition", &[
        "成色", "新旧程度", "商品成色", "condition", "item condition", "zustand", "état", "estado", "condizione", "condizioni",
        "состояние", "状態", "상태", "stav", "stan", "kunto", "seisukord", "stāvoklis",
    ]),
    ("availability", &[
        "库存", "库存状态", "availability", "stock", "in stock", "verfügbarkeit", "disponibilité", "disponibilidad",
        "disponibilidade", "disponibilità", "наличие", "在庫", "재고", "dostupnost", "dostupnosť", "dostępność",
        "saatavuus", "laoseis", "pieejamība", "zaloga", "razpoložljivost", "dostupné", "status", "beschikbaarheid",
    ]),
    ("price", &[
        "价格", "售价", "现价", "商品价格", "price", "our price", "sale price", "preis", "prix", "precio", "preço", "prezzo",
        "цена", "価格", "販売価格", "판매가", "cena", "hinta", "hind", "ár", "τιμή", "fiyat", "السعر",
    ]),
    ("list_price", &[
        "原价", "市场价", "吊牌价", "划线价", "参考价", "list price", "was", "rrp", "msrp", "regular price", "uvp",
        "prix conseillé", "定価", "정가", "старая цена",
    ]),
    ("unit_price", &[
        "单价", "单位价格", "unit price", "price per unit", "grundpreis", "prix au kilo", "prix au litre", "prix à l'unité",
        "precio por unidad", "prezzo al kg", "prezzo unitario", "jednotková cena", "cena jednostkowa", "цена за единицу",
        "単価", "단위가격",
    ]),
    ("seller.name", &[
        "店铺", "卖家", "商家", "店铺名称", "商家名称", "卖家名称", "seller", "sold by", "vendor", "merchant", "store", "verkäufer",
        "verkauft durch", "vendu par", "vendeur", "vendido por", "vendedor", "venditore", "venduto da", "продавец",
        "магазин", "ショップ", "販売元", "판매자", "prodajalec", "sprzedawca", "prodejce",
    ]),
    ("seller.licence", &[
        "统一社会信用代码", "营业执照注册号", "营业执照号", "营业执照", "사업자등록번호", "business licence", "огрн",
    ]),
    ("seller.location", &[
        "发货地", "所在地", "店铺所在地", "ships from", "item location", "artikelstandort",
    ]),
    ("sales", &[
        "销量", "月销量", "累计销量", "已售", "总销量", "sold", "판매량", "sales",
    ]),
];

static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let own = |name: &str| with_folded(name, |folded| plain(folded).into_owned());
    let pairs = LABELS
        .iter()
        .flat_map(|(field, names)| names.iter().map(move |name| (own(name), *field)));
    pairs.collect()
});

/// The characters with which those names begin.
static FIRSTS: LazyLock<HashSet<char>> = LazyLock::new(|| {
    BY_NAME
        .keys()
        .filter_map(|name| name.chars().next())
        .collect()
});

/// The field that a name in a table stands for.
pub(super) fn field(name: &str) -> Option<&'static str> {
    if name.len() > 120 || !may_be_known(name) {
        return None;
    }
    known(name)
}

/// Whether a name can be one of those, by its first letter.
fn may_be_known(name: &str) -> bool {
    let mut chars = name.chars().map(folded_alone);
    let first = chars.next().flatten().filter(|c| c.is_alphanumeric());
    // What follows may be a mark on it.
    let alone = chars.next().is_none_or(|next| next.is_some());
    first.is_none_or(|first| !alone || FIRSTS.contains(&first))
}

fn known(name: &str) -> Option<&'static str> {
    with_folded(name, |folded| BY_NAME.get(plain(folded).as_ref()).copied())
}

/// A folded name as it is compared.
fn plain(folded: &str) -> Cow<'_, str> {
    let plain = folded.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '*' | '.' | '·' | '-' | '#' | '|')
    });
    // Chinese labels are spread to equal width: 品　牌.
    let spread = plain.contains(' ')
        && plain
            .chars()
            .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if spread {
        Cow::Owned(plain.replace(' ', ""))
    } else {
        Cow::Borrowed(plain)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_that_may_not_be_known_is_not_known(start in "[ :*\u{301}\u{200b}]?", at in 0..LABELS.len(), nth in 0_usize..200, end in "\u{301}|[：.]?", other in "\\PC{0,3}") {
            let names = LABELS[at].1;
            let label = names[nth % names.len()];
            for name in [format!("{start}{label}{end}"), other.clone(), format!("{other}{label}"), label.to_uppercase()] {
                prop_assert_eq!(field(&name), known(&name), "{}", name);
            }
        }
    }

    #[test]
    fn names_are_known_however_they_are_set() {
        for (name, known) in [
            ("品　牌：", Some("brand")),
            ("Model No.:", Some("model")),
            ("ARTIKELNUMMER", Some("sku")),
            ("Производитель", Some("manufacturer")),
            ("净重", None),
        ] {
            assert_eq!(field(name), known, "{name}");
        }
    }

    #[test]
    fn no_name_means_two_fields() {
        let mut seen = BTreeMap::new();
        for (field, names) in LABELS {
            for name in *names {
                let own = with_folded(name, |folded| plain(folded).into_owned());
                let other = seen.insert(own, *field);
                assert!(
                    other.is_none_or(|o| o == *field),
                    "{name}: {other:?} and {field}"
                );
            }
        }
    }
}
