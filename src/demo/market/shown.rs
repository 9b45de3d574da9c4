//! An offer as its page shows it: the values that the templates are filled with, in the platform's own language.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    goods::{Brand, Class, Goods, Language, Product},
    offers::Offer,
    site::Site,
};

/// One offer with all that it refers to.
pub(super) struct Shown<'a> {
    site: &'a Site,
    offer: &'a Offer,
    product: &'a Product,
    brand: &'a Brand,
    class: &'a Class,
    day: u32,
}

impl<'a> Shown<'a> {
    /// None where the goods do not know the offer's product; loading has ruled that out.
    pub(super) fn new(
        site: &'a Site,
        goods: &'a Goods,
        offer: &'a Offer,
        day: u32,
    ) -> Option<Self> {
        let product = goods.products.get(&offer.product)?;
        Some(Self {
            site,
            offer,
            product,
            brand: goods.brands.get(&product.brand)?,
            class: goods.classes.get(&product.class)?,
            day,
        })
    }

    fn language(&self) -> Language {
        self.site.file.language
    }

    /// The title, as searches look through it.
    pub(super) fn title(&self) -> String {
        let own = || {
            let (brand, name) = (
                self.brand.name.of(self.language()),
                self.product.name.of(self.language()),
            );
            format!(
                "{brand} {name} {}",
                self.offer.model.as_ref().unwrap_or(&self.product.model)
            )
        };
        let title = self.offer.title.clone().unwrap_or_else(own);
        match self.offer.colour {
            Some(colour) => format!("{title} {colour}"),
            None => title,
        }
    }

    /// What a card in a list shows.
    pub(super) fn card(&self) -> Value {
        let price = self.offer.price_on(self.day);
        json!({
            "title": self.title(),
            "url": self.site.item_path(self.offer),
            "image": format!("/img/{}-1.svg", self.offer.item),
            "amount": plain(price),
            "currency": self.currency(),
            "price": self.money(price),
        })
    }

    /// What the listing's own page shows, without the neighbours.
    pub(super) fn page(&self) -> Value {
        let price = self.offer.price_on(self.day);
        let (sold, reviews, rating) = self.popularity();
        let sold_out = self.offer.availability.is_some();
        json!({
            "item": self.offer.item,
            "title": self.title(),
            "url": self.site.item_path(self.offer),
            "amount": plain(price),
            "currency": self.currency(),
            "price": self.money(price),
            "list_price": self.offer.list_price.map(|price| self.money(price)),
            "description": self.description(),
            "images": (1..=3).map(|n| format!("/img/{}-{n}.svg", self.offer.item)).collect::<Vec<_>>(),
            "brand": self.brand(),
            "model": self.model(),
            "gtin": self.gtin(),
            "category": self.class.crumbs.of(self.language()).join(" > "),
            "crumbs": self.crumbs(),
            "availability": self.offer.availability.as_deref().unwrap_or("InStock"),
            "sold_out": sold_out,
            "in_stock": !sold_out,
            "condition": if self.used() { "UsedCondition" } else { "NewCondition" },
            "used": self.used(),
            "seller": self.seller(),
            "maker": self.maker(),
            "address": self.address(),
            "attributes": self.attributes(),
            "particulars": self.particulars(),
            "rating": rating,
            "reviews": reviews,
            "sold": sold,
        })
    }

    fn used(&self) -> bool {
        self.offer.condition.as_deref() == Some("used")
    }

    fn currency(&self) -> &str {
        self.offer
            .currency
            .as_ref()
            .unwrap_or(&self.site.file.currency)
    }

    fn money(&self, amount: Decimal) -> String {
        let sign = match self.currency() {
            "EUR" => "€",
            "USD" => "$",
            _ => &self.site.file.yuan,
        };
        format!("{sign}{}", grouped(amount))
    }

    fn description(&self) -> String {
        let about = self.class.about.of(self.language());
        match &self.offer.description {
            Some(more) => format!("{about} {more}"),
            None => about.clone(),
        }
    }

    fn brand(&self) -> &str {
        self.offer
            .brand
            .as_ref()
            .unwrap_or_else(|| self.brand.name.of(self.language()))
    }

    fn model(&self) -> &str {
        self.offer.model.as_ref().unwrap_or(&self.product.model)
    }

    fn gtin(&self) -> &str {
        self.offer.gtin.as_ref().unwrap_or(&self.product.gtin)
    }

    /// None where the page does not show the row.
    fn maker(&self) -> Option<&String> {
        let own = self
            .offer
            .maker
            .as_ref()
            .unwrap_or_else(|| self.brand.maker.of(self.language()));
        Some(own).filter(|_| !self.offer.hide.contains("maker"))
    }

    /// None where the page does not show the row.
    fn address(&self) -> Option<&String> {
        let own = self
            .offer
            .address
            .as_ref()
            .unwrap_or_else(|| self.brand.address.of(self.language()));
        Some(own).filter(|_| !self.offer.hide.contains("address"))
    }

    fn crumbs(&self) -> Vec<Value> {
        let crumbs = self.class.crumbs.of(self.language());
        let url = self.site.category_path(&self.class.shelf);
        let crumb = |(n, name): (usize, &String)| json!({ "n": n + 2, "name": name, "url": url });
        crumbs.iter().enumerate().map(crumb).collect()
    }

    fn seller(&self) -> Value {
        let shop = self.site.file.shop(&self.offer.seller);
        shop.map_or(Value::Null, |shop| {
            json!({
                "id": shop.id,
                "name": shop.name,
                "url": self.site.shop_path(&shop.id),
                "location": shop.location,
                "licence": shop.licence,
                "rating": shop.rating,
            })
        })
    }

    /// Rows about the goods: brand, model, barcode, and what goes with the class. What an offer does not name has no row here.
    fn attributes(&self) -> Vec<Value> {
        let labels = &self.site.file.labels;
        let own = [
            (&labels.brand, self.brand()),
            (&labels.model, self.model()),
            (&labels.gtin, self.gtin()),
        ];
        let class = self
            .class
            .attributes
            .iter()
            .map(|row| row.of(self.language()))
            .map(|(name, value)| (name, value.as_str()));
        let rows = own
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .chain(class);
        rows.map(|(name, value)| json!({ "name": name, "value": value }))
            .collect()
    }

    /// The rows that the law asks for. A row can be there with nothing in it; a hidden one is not there at all.
    fn particulars(&self) -> Vec<Value> {
        let labels = &self.site.file.labels;
        let licence = self.product.class.starts_with("food/");
        let certificate = self
            .offer
            .certificate
            .as_ref()
            .or(self.product.certificate.as_ref());
        let offer = self.offer;
        let rows = [
            ("maker", &labels.maker, self.maker()),
            ("address", &labels.address, self.address()),
            (
                "standard",
                &labels.standard,
                offer.standard.as_ref().or(Some(&self.class.standard)),
            ),
            (
                "certificate",
                if licence {
                    &labels.licence
                } else {
                    &labels.certificate
                },
                certificate,
            ),
        ];
        let row = |(key, name, value): (&str, &String, Option<&String>)| {
            let value = value.filter(|_| !offer.hide.contains(key))?;
            let value = if value.is_empty() {
                &self.site.file.empty
            } else {
                value
            };
            Some(json!({ "name": name, "value": value }))
        };
        rows.into_iter().filter_map(row).collect()
    }

    /// Pieces sold, reviews and mean rating: invented from the item's number, so that they stay the same.
    fn popularity(&self) -> (u64, u64, String) {
        let seed = self
            .offer
            .item
            .bytes()
            .fold(7_u64, |sum, byte| sum * 31 % 9973 + u64::from(byte));
        (seed % 900 + 20, seed % 90 + 5, format!("4.{}", seed % 10))
    }
}

fn plain(amount: Decimal) -> String {
    format!("{amount:.2}")
}

/// `1299.5` as `1,299.50`.
fn grouped(amount: Decimal) -> String {
    let text = plain(amount);
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut out = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{cents}")
}
