//! A listing's form read in outline: what the books ask of it, without a copy of its texts.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::{FORM, Fault, Nanos, broken, kind, listing, price::MoneyForm};
use crate::model::{Class, Code, Listing, ListingId, Seller};

/// The beginning of all forms of a listing, up to where the books ask nothing more.
#[derive(Deserialize)]
struct OutlineForm<'a> {
    id: &'a str,
    platform: &'a str,
    _url: &'a str,
    _title: Option<&'a str>,
    _description: Option<&'a str>,
    price: Option<MoneyForm>,
    _list_price: Option<MoneyForm>,
    brand: Option<&'a str>,
    manufacturer: Option<&'a str>,
    _manufacturer_address: Option<&'a str>,
    _importer: Option<&'a str>,
    _model: Option<&'a str>,
    _mpn: Option<&'a str>,
    _sku: Option<&'a str>,
    _gtin: Option<&'a str>,
    #[serde(borrow)]
    codes: Vec<CodeForm<'a>>,
    #[serde(borrow)]
    _category: Passed<&'a str>,
    class: Option<(&'a str, f64)>,
    condition: Option<&'a str>,
    _availability: Option<u8>,
    seller: SellerForm<'a>,
    #[serde(borrow)]
    _campaigns: Passed<&'a str>,
    #[serde(borrow)]
    _images: Passed<&'a str>,
    #[serde(borrow)]
    _attributes: PassedMap<&'a str>,
    #[serde(borrow)]
    _standards: Passed<&'a str>,
    _rating: Option<f64>,
    _review_count: Option<u64>,
    _sales: Option<u64>,
    _region: Option<&'a str>,
    _language: Option<&'a str>,
    _observed: Passed<u8>,
    #[serde(borrow)]
    _paths: PassedMap<&'a str>,
    first_seen: Option<Nanos>,
}

#[derive(Deserialize)]
struct CodeForm<'a> {
    scheme: &'a str,
    _raw: &'a str,
    value: Option<&'a str>,
    valid: bool,
    _path: &'a str,
}

#[derive(Deserialize)]
struct SellerForm<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    _url: Option<&'a str>,
    _location: Option<&'a str>,
    _licence: Option<&'a str>,
    _rating: Option<f64>,
}

/// A list that is passed over.
struct Passed<T>(PhantomData<T>);

/// A table that is passed over.
struct PassedMap<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Passed<T> {
    fn deserialize<D: Deserializer<'de>>(form: D) -> Result<Self, D::Error> {
        form.deserialize_seq(Passed(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Passed<T> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<T>()?.is_some() {}
        Ok(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PassedMap<T> {
    fn deserialize<D: Deserializer<'de>>(form: D) -> Result<Self, D::Error> {
        form.deserialize_map(PassedMap(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for PassedMap<T> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Self, A::Error> {
        while table.next_entry::<T, T>()?.is_some() {}
        Ok(self)
    }
}

/// Of a version of a listing: its id, platform, price, brand, manufacturer, codes, class, condition, its seller's id and
/// name, and when it was first seen. None where the record is of something else.
pub(in crate::store) fn outline(kind: u8, payload: &[u8]) -> Result<Option<Listing>, Fault> {
    let (&form, bytes) = payload.split_first().ok_or_else(|| broken("it is empty"))?;
    if !matches!(kind, kind::VERSION | kind::REREAD) {
        return Ok(None);
    }
    if form != FORM && form != listing::FORM {
        let (found, known) = (form, listing::FORM);
        return Err(Fault::Newer { found, known });
    }
    let bytes = match kind {
        kind::REREAD => begin::<Nanos>(bytes)?.1,
        _ => bytes,
    };
    let (outline, _) = begin::<OutlineForm<'_>>(bytes)?;
    outline.listing().map(Some)
}

fn begin<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, &'a [u8]), Fault> {
    postcard::take_from_bytes(bytes).map_err(|e| broken(e.to_string()))
}

impl OutlineForm<'_> {
    fn listing(self) -> Result<Listing, Fault> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let code = |code: CodeForm<'_>| Code {
            scheme: code.scheme.to_owned(),
            raw: String::new(),
            value: own(code.value),
            valid: code.valid,
            path: String::new(),
        };
        Ok(Listing {
            id: ListingId::from(self.id),
            platform: self.platform.to_owned(),
            price: self.price.map(TryInto::try_into).transpose()?,
            brand: own(self.brand),
            manufacturer: own(self.manufacturer),
            codes: self.codes.into_iter().map(code).collect(),
            class: self.class.map(|(id, score)| Class {
                id: id.to_owned(),
                score,
            }),
            condition: own(self.condition),
            seller: Seller {
                id: own(self.seller.id),
                name: own(self.seller.name),
                ..Seller::default()
            },
            first_seen: self.first_seen.map(Nanos::time).transpose()?,
            ..Listing::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{decode, tests::bytes},
        *,
    };
    use crate::store::Entry;

    #[test]
    fn an_outline_says_what_the_whole_listing_says() {
        let forms = [include_str!("form-1.golden"), include_str!("form-2.golden")];
        for (kind, payload) in forms.iter().flat_map(|form| form.lines().map(bytes)) {
            let whole = match decode(kind, &payload).unwrap() {
                Entry::Version(listing) | Entry::Reread { listing, .. } => Some(listing),
                _ => None,
            };
            let part = whole.map(|mut whole| Listing {
                seller: Seller {
                    id: whole.seller.id,
                    name: whole.seller.name,
                    ..Seller::default()
                },
                codes: {
                    whole.codes.iter_mut().for_each(|code| {
                        (code.raw, code.path) = (String::new(), String::new());
                    });
                    whole.codes
                },
                id: whole.id,
                platform: whole.platform,
                price: whole.price,
                brand: whole.brand,
                manufacturer: whole.manufacturer,
                class: whole.class,
                condition: whole.condition,
                first_seen: whole.first_seen,
                ..Listing::default()
            });
            assert_eq!(outline(kind, &payload).unwrap(), part);
        }
    }
}
