//! Chosen values to the typed fields of a listing, each with its path; and which blocks of the page were read.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    found::Offered,
    page::{PageModel, one_line},
    settle, stock,
};
use crate::{
    model::{Block, Code, Listing},
    text::{codes, fold},
};

/// Attribute rows from which on a page is said to have an attribute table that was read.
const ENOUGH_ROWS: usize = 3;
/// Characters of a description that are kept.
const LONGEST_TEXT: usize = 20_000;
/// Pictures that are kept.
const MOST_IMAGES: usize = 20;

/// What the listing is made from.
pub(super) struct Chosen<'a, 't> {
    pub(super) page: &'a PageModel<'t>,
    pub(super) offered: &'a [Offered],
    pub(super) chosen: &'a BTreeMap<&'static str, usize>,
    pub(super) hint: Option<&'a str>,
}

/// The listing; id, platform and region stay empty.
pub(super) fn listing(from: &Chosen<'_, '_>) -> Listing {
    let mut listing = Listing::default();
    let mut field = |name: &'static str| from.value(name, &mut listing.paths);
    let title = field("title").map(|t| one_line(&t));
    let description = field("description").map(|t| plain(&t));
    let brand = field("brand").map(|b| one_line(&b));
    let manufacturer = field("manufacturer");
    let manufacturer_address = field("manufacturer_address");
    let importer = field("importer");
    let model = field("model");
    let mpn = field("mpn");
    let sku = field("sku");
    let condition = field("condition");
    let availability = field("availability");
    let rating = field("rating");
    let review_count = field("review_count");
    let sales = field("sales");
    let category = field("category");
    let language = field("language");
    listing.seller.name = field("seller.name").map(|n| one_line(&n));
    listing.seller.url = from.value("seller.url", &mut listing.paths);
    listing.seller.id = from.value("seller.id", &mut listing.paths);
    listing.seller.location = from.value("seller.location", &mut listing.paths);
    listing.seller.licence = from.value("seller.licence", &mut listing.paths);
    listing.seller.rating = from
        .value("seller.rating", &mut listing.paths)
        .and_then(|r| decimal(&r));
    (listing.title, listing.description, listing.brand) = (title, description, brand);
    (listing.manufacturer, listing.manufacturer_address) = (manufacturer, manufacturer_address);
    (listing.importer, listing.model, listing.mpn, listing.sku) = (importer, model, mpn, sku);
    listing.condition = self::condition(condition.as_deref(), listing.title.as_deref());
    listing.availability = availability.and_then(|words| stock::read(&words));
    listing.rating = rating.and_then(|r| decimal(&r));
    listing.review_count = review_count.and_then(|n| whole(&n));
    listing.sales = sales.and_then(|n| whole(&n));
    listing.category = category.map(|c| steps(&c)).unwrap_or_default();
    listing.price = from.money("price", &mut listing.paths);
    listing.list_price = from.money("list_price", &mut listing.paths);
    if listing
        .list_price
        .as_ref()
        .zip(listing.price.as_ref())
        .is_some_and(|(list, now)| list.amount <= now.amount)
    {
        listing.list_price = None;
        listing.paths.remove("list_price");
    }
    listing.images = from.images();
    listing.attributes = from.attributes();
    listing.language =
        tag(from.page.language().or(language.as_deref())).or_else(|| guess(&listing));
    listing.codes = from.codes(&listing);
    let gtin = listing
        .codes
        .iter()
        .find(|c| matches!(c.scheme.as_str(), "gtin" | "isbn") && c.valid);
    let gtin = gtin.and_then(|c| Some((codes::gtin(c.value.as_deref()?)?, c.path.clone())));
    if let Some((gtin, path)) = gtin {
        listing.gtin = Some(gtin);
        listing.paths.insert("gtin".to_owned(), path);
    }
    listing.standards = standards(&listing);
    listing.observed = observed(from, &listing);
    listing
}

impl Chosen<'_, '_> {
    fn value(&self, field: &'static str, paths: &mut BTreeMap<String, String>) -> Option<String> {
        let offer = &self.offered[*self.chosen.get(field)?];
        paths.insert(field.to_owned(), self.page.place(&offer.place));
        Some(offer.value.clone())
    }

    fn money(
        &self,
        field: &'static str,
        paths: &mut BTreeMap<String, String>,
    ) -> Option<crate::model::Money> {
        let offer = &self.offered[*self.chosen.get(field)?];
        let money = settle::money(offer, self.hint)?;
        paths.insert(field.to_owned(), self.page.place(&offer.place));
        Some(money)
    }

    fn all(&self, field: &'static str) -> impl Iterator<Item = &Offered> {
        self.offered.iter().filter(move |o| o.field == field)
    }

    /// The pictures of the reader whose picture was chosen.
    fn images(&self) -> Vec<String> {
        let reader = self.chosen.get("images").map(|at| self.offered[*at].reader);
        let mut seen = BTreeSet::new();
        self.all("images")
            .filter(|o| Some(o.reader) == reader && seen.insert(o.value.as_str()))
            .take(MOST_IMAGES)
            .map(|o| o.value.clone())
            .collect()
    }

    /// The first value of each name; readers offer in the order of their trust.
    fn attributes(&self) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::new();
        for offer in self.all("attributes") {
            if let Some(name) = &offer.beside {
                attributes
                    .entry(one_line(name))
                    .or_insert_with(|| one_line(&offer.value));
            }
        }
        attributes
    }

    /// Every identifier on the page, also those that fail their check, each once.
    fn codes(&self, listing: &Listing) -> Vec<Code> {
        let mut found: Vec<Code> = Vec::new();
        let mut add = |label: &str, text: &str, path: &dyn Fn() -> String| {
            for code in codes::find(label, text) {
                let same = |c: &Code| {
                    c.scheme == code.scheme
                        && (c.raw == code.raw || c.value.is_some() && c.value == code.value)
                };
                if !found.iter().any(same) && found.len() < 100 {
                    found.push(Code {
                        scheme: code.scheme.to_owned(),
                        raw: code.raw,
                        value: code.value,
                        valid: code.valid,
                        path: path(),
                    });
                }
            }
        };
        for offer in self.all("gtin") {
            add("GTIN", &offer.value, &|| self.page.place(&offer.place));
        }
        for offer in self.all("attributes") {
            let label = offer.beside.as_deref().unwrap_or_default();
            add(label, &offer.value, &|| self.page.place(&offer.place));
        }
        for (field, text) in [
            ("title", &listing.title),
            ("description", &listing.description),
        ] {
            if let Some(text) = text {
                add("", text, &|| {
                    listing.paths.get(field).cloned().unwrap_or_default()
                });
            }
        }
        found
    }
}

/// Text of a description: lines without markup (JSON-LD descriptions often carry some), no empty ones.
fn plain(text: &str) -> String {
    let nowhere = url::Url::parse("http://localhost/");
    let stripped = match &nowhere {
        Ok(url) if text.contains('<') && text.contains('>') => PageModel::new(text, url).text,
        _ => text.to_owned(),
    };
    let lines = stripped
        .lines()
        .map(one_line)
        .filter(|line| !line.is_empty());
    let mut out = String::new();
    for line in lines {
        if out.len() + line.len() > LONGEST_TEXT {
            break;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

fn decimal(text: &str) -> Option<f64> {
    let number: String = text
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        .collect();
    number.replace(',', ".").parse().ok()
}

/// A count: digits with any grouping; `1.2万` means 12,000.
fn whole(text: &str) -> Option<u64> {
    if let Some((number, _)) = text.split_once('万') {
        return decimal(number).map(|n| (n * 10_000.0) as u64);
    }
    let text = text.strip_suffix(".0").unwrap_or(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).take(15).collect();
    digits.parse().ok()
}

/// The steps of a breadcrumb, however it is written.
fn steps(text: &str) -> Vec<String> {
    let separators: &[char] = if text.contains(" > ") {
        &['>']
    } else {
        &['>', '›', '»', '/', '|']
    };
    text.split(separators)
        .map(one_line)
        .filter(|step| !step.is_empty())
        .take(12)
        .collect()
}

/// schema.org's word for a condition as stated, or as the title says that the goods are used.
fn condition(stated: Option<&str>, title: Option<&str>) -> Option<String> {
    let word = |text: &str| {
        let text = fold::fold(text);
        let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
        if has(&[
            "refurbished",
            "翻新",
            "generalüberholt",
            "reconditionné",
            "renewed",
        ]) {
            Some("RefurbishedCondition")
        } else if has(&[
            "usedcondition",
            "used",
            "二手",
            "pre-owned",
            "second-hand",
            "second hand",
            "gebraucht",
            "occasion",
            "中古",
            "중고",
        ]) {
            Some("UsedCondition")
        } else if has(&["damaged", "defekt", "残次"]) {
            Some("DamagedCondition")
        } else {
            has(&[
                "new",
                "全新",
                "neu",
                "neuf",
                "nuevo",
                "nuovo",
                "novo",
                "新品",
                "новый",
            ])
            .then_some("NewCondition")
        }
    };
    let stated = stated.and_then(word);
    // A title's "new" is praise; its "used" is not.
    let titled = title.and_then(word).filter(|w| *w != "NewCondition");
    let titled = titled.filter(|_| {
        title.is_some_and(|t| {
            ["二手", "refurb", "翻新", "中古", "중고", "pre-owned"]
                .iter()
                .any(|w| fold::fold(t).contains(w))
        })
    });
    stated.or(titled).map(str::to_owned)
}

/// The primary tag of a language tag.
fn tag(language: Option<&str>) -> Option<String> {
    let primary = language?
        .trim()
        .split(['-', '_'])
        .next()?
        .to_ascii_lowercase();
    (matches!(primary.len(), 2 | 3) && primary.chars().all(|c| c.is_ascii_alphabetic()))
        .then_some(primary)
}

fn guess(listing: &Listing) -> Option<String> {
    let texts: Vec<&str> = [&listing.title, &listing.description].into_iter().flatten().map(String::as_str).collect();
    let text = texts.join(" ");
    fold::language(&text).map(str::to_owned)
}

fn standards(listing: &Listing) -> Vec<String> {
    let texts = listing
        .attributes
        .values()
        .chain(&listing.title)
        .chain(&listing.description);
    let all: BTreeSet<String> = texts.flat_map(|text| codes::standards(text)).collect();
    all.into_iter().collect()
}

/// The blocks that were seen and read:
/// a block is listed when a value of it was read, or a row for it that says that there is nothing (`3C证书编号：无`);
/// `attributes` when at least three rows were read. A table without such a row says nothing: another shop of the platform
/// may show the maker in a picture, and a template may have changed.
fn observed(from: &Chosen<'_, '_>, listing: &Listing) -> Vec<Block> {
    let table = listing.attributes.len() >= ENOUGH_ROWS;
    let certificate = listing
        .codes
        .iter()
        .any(|c| !matches!(c.scheme.as_str(), "gtin" | "isbn" | "uscc"));
    let asked = listing.attributes.keys().any(|label| {
        codes::asked_for(label).is_some_and(|scheme| !matches!(scheme, "gtin" | "isbn" | "uscc"))
    });
    let row = |field: &'static str| from.all(field).next().is_some();
    let seen = |block: &Block| match block {
        Block::Title => listing.title.is_some(),
        Block::Price => listing.price.is_some(),
        Block::Availability => listing.availability.is_some(),
        Block::Brand => listing.brand.is_some() || row("brand"),
        Block::Seller => listing.seller.name.is_some() || listing.seller.licence.is_some(),
        Block::Maker => {
            listing.manufacturer.is_some()
                || listing.importer.is_some()
                || row("manufacturer")
                || row("importer")
        }
        Block::Attributes => table,
        Block::Certificates => certificate || asked,
        Block::Description => listing.description.is_some(),
        Block::Images => !listing.images.is_empty(),
        Block::Breadcrumbs => {
            from.all("category").any(|o| o.beside.is_some()) || listing.category.len() > 1
        }
        Block::Reviews => listing.rating.is_some() || listing.review_count.is_some(),
    };
    Block::ALL.into_iter().filter(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_steps() {
        assert_eq!(whole("1,234 reviews"), Some(1234));
        assert_eq!(whole("1.2万+"), Some(12_000));
        assert_eq!(decimal("4,5 von 5"), Some(4.5));
        assert_eq!(steps("Home > A / B"), ["Home", "A / B"]);
        assert_eq!(steps("Home/A"), ["Home", "A"]);
        assert_eq!(tag(Some("zh-CN")).as_deref(), Some("zh"));
    }

    #[test]
    fn a_title_that_says_new_is_praise() {
        assert_eq!(condition(None, Some("全新 耐克")), None);
        assert_eq!(
            condition(None, Some("二手 耐克")).as_deref(),
            Some("UsedCondition")
        );
        assert_eq!(
            condition(Some("https://schema.org/NewCondition"), None).as_deref(),
            Some("NewCondition")
        );
    }
}
