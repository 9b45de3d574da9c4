//! What is traded: classes, brands and products of goods.toml, read and checked.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The language of a platform's pages.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Language {
    En,
    Zh,
}

/// The same thing in both languages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Both<T> {
    en: T,
    zh: T,
}

impl<T> Both<T> {
    pub(super) fn of(&self, language: Language) -> &T {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }
}

/// What all goods of a class share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Class {
    pub(super) id: String,
    pub(super) shelf: String,
    pub(super) crumbs: Both<Vec<String>>,
    pub(super) standard: String,
    pub(super) about: Both<String>,
    pub(super) attributes: Vec<Both<(String, String)>>,
}

/// A brand and who makes its goods.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Brand {
    pub(super) name: Both<String>,
    pub(super) maker: Both<String>,
    pub(super) address: Both<String>,
}

/// One model of one brand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub(super) id: String,
    pub(super) brand: String,
    pub(super) class: String,
    pub(super) model: String,
    pub(super) name: Both<String>,
    pub(super) gtin: String,
    pub(super) certificate: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GoodsFile {
    class: Vec<Class>,
    brand: Vec<Brand>,
    product: Vec<Product>,
}

/// goods.toml, by name.
#[derive(Debug)]
pub(super) struct Goods {
    pub(super) classes: BTreeMap<String, Class>,
    pub(super) brands: BTreeMap<String, Brand>,
    pub(super) products: BTreeMap<String, Product>,
}

impl Goods {
    /// Reads goods.toml.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let file: GoodsFile = toml::from_str(text).map_err(|e| e.to_string())?;
        let goods = Self {
            classes: by_name(file.class, |class| &class.id),
            brands: by_name(file.brand, |brand| &brand.name.en),
            products: by_name(file.product, |product| &product.id),
        };
        for product in goods.products.values() {
            known(
                "product",
                &product.id,
                "class",
                &product.class,
                &goods.classes,
            )?;
            known(
                "product",
                &product.id,
                "brand",
                &product.brand,
                &goods.brands,
            )?;
        }
        Ok(goods)
    }
}

pub(super) fn by_name<T>(list: Vec<T>, name: fn(&T) -> &String) -> BTreeMap<String, T> {
    list.into_iter()
        .map(|one| (name(&one).clone(), one))
        .collect()
}

pub(super) fn known<T>(
    what: &str,
    id: &str,
    key: &str,
    name: &str,
    list: &BTreeMap<String, T>,
) -> Result<(), String> {
    if list.contains_key(name) {
        return Ok(());
    }
    let all = list
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    Err(format!(
        "{what} {id}: there is no {key} '{name}'; use one of {all}"
    ))
}
