//! The fields that a recipe may fill.

use crate::text::snippet::nearest;

/// Fields that a selector may fill; `attributes.NAME` is one more for each name.
const FIELDS: &[&str] = &[
    "availability",
    "brand",
    "category",
    "condition",
    "description",
    "gtin",
    "images",
    "importer",
    "language",
    "list_price",
    "manufacturer",
    "manufacturer_address",
    "model",
    "mpn",
    "price",
    "rating",
    "review_count",
    "sales",
    "seller.id",
    "seller.licence",
    "seller.location",
    "seller.name",
    "seller.rating",
    "seller.url",
    "sku",
    "title",
    "unit_price",
];
/// Fields of which every match counts, not only the first.
const MANY: &[&str] = &["category", "images"];
/// Fields that hold an address, read against the page's.
const ADDRESSES: &[&str] = &["images", "seller.url"];
const ATTRIBUTES: &str = "attributes";

/// A field, with the name of the attribute where it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) struct Field {
    pub(in crate::extract) name: &'static str,
    pub(in crate::extract) attribute: Option<String>,
}

impl Field {
    /// The field that config.toml names so; `seller` means `seller.name`. Else what would be right.
    pub(in crate::extract) fn named(written: &str) -> Result<Self, String> {
        if let Some(name) = written.strip_prefix("attributes.") {
            let attribute = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
            return match attribute {
                Some(_) => Ok(Self {
                    name: ATTRIBUTES,
                    attribute,
                }),
                None => Err("name the attribute, like attributes.\"净含量\"".to_owned()),
            };
        }
        let wanted = match written {
            "seller" => "seller.name",
            other => other,
        };
        let known = FIELDS.iter().copied().find(|field| *field == wanted);
        known
            .map(|name| Self {
                name,
                attribute: None,
            })
            .ok_or_else(|| match nearest(written, FIELDS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of {}, attributes.NAME", FIELDS.join(", ")),
            })
    }

    /// Whether every value counts, not only the first.
    pub(in crate::extract) fn takes_many(&self) -> bool {
        MANY.contains(&self.name)
    }

    pub(in crate::extract) fn is_address(&self) -> bool {
        ADDRESSES.contains(&self.name)
    }

    pub(in crate::extract) fn is_price(&self) -> bool {
        self.name.ends_with("price")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_known_or_the_nearest_is_told() {
        assert_eq!(Field::named("seller").unwrap().name, "seller.name");
        let own = Field::named("attributes.净含量").unwrap();
        assert_eq!(
            (own.name, own.attribute.as_deref()),
            ("attributes", Some("净含量"))
        );
        assert_eq!(Field::named("titel").unwrap_err(), "did you mean `title`?");
        assert!(
            Field::named("colour")
                .unwrap_err()
                .starts_with("use one of availability")
        );
        assert!(Field::named("attributes.").is_err());
    }
}
