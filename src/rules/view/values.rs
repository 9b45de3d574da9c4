//! Single values on their way between the model and scripts.

use jiff::civil::Date;
use rhai::{Array, Dynamic, FLOAT};
use rust_decimal::{
    Decimal,
    prelude::{FromPrimitive, ToPrimitive},
};

use crate::{
    model::{Availability, Capture, Listing, ListingStatus, Money, Time, UnitPrice},
    text::price::{Measure, for_one},
};

/// How much of a text reaches a script, in bytes: a script's limit on texts must leave room to work.
const LONGEST: usize = 64 * 1024;

pub(super) fn optional(text: Option<&str>) -> Dynamic {
    text.map_or(Dynamic::UNIT, |text| {
        Dynamic::from(text[..text.floor_char_boundary(LONGEST)].to_owned())
    })
}

pub(super) fn amount(money: Option<&Money>) -> Dynamic {
    money
        .and_then(|m| m.amount.to_f64())
        .map_or(Dynamic::UNIT, Dynamic::from_float)
}

/// The price of one unit.
pub(super) fn unit_price(price: Option<&UnitPrice>) -> Dynamic {
    price
        .and_then(|price| for_one(price)?.0.to_f64())
        .map_or(Dynamic::UNIT, Dynamic::from_float)
}

/// The unit of which `unit_price` is for one.
pub(super) fn unit(price: Option<&UnitPrice>) -> Option<&'static str> {
    price.and_then(for_one).map(|(_, unit)| unit)
}

pub(super) fn list(items: &[String]) -> Dynamic {
    let items: Array = items
        .iter()
        .map(|item| Dynamic::from(item.clone()))
        .collect();
    Dynamic::from_array(items)
}

pub(super) fn count(value: Option<u64>) -> Dynamic {
    value.map_or(Dynamic::UNIT, |n| {
        Dynamic::from_int(i64::try_from(n).unwrap_or(i64::MAX))
    })
}

pub(super) fn status(status: ListingStatus) -> &'static str {
    match status {
        ListingStatus::Active => "active",
        ListingStatus::Gone => "gone",
        ListingStatus::Removed => "removed",
        ListingStatus::Unreachable => "unreachable",
        ListingStatus::Unread => "unread",
    }
}

/// When the page that the listing was read from arrived.
pub(in crate::rules) fn captured(listing: &Listing) -> Option<Time> {
    listing
        .capture
        .as_ref()
        .map(|capture| capture.fetched_at)
        .or(listing.last_seen)
        .or(listing.first_seen)
}

/// The day (UTC) on which that page arrived.
pub(in crate::rules) fn day_of(listing: &Listing) -> Option<String> {
    captured(listing).map(day_text)
}

/// The day of a time (UTC), as texts of days are compared.
pub(in crate::rules) fn day_text(time: Time) -> String {
    jiff::tz::Offset::UTC.to_datetime(time).date().to_string()
}

pub(in crate::rules) fn string(value: &Dynamic) -> Option<String> {
    value
        .read_lock::<rhai::ImmutableString>()
        .map(|text| text.to_string())
}

pub(in crate::rules) fn number(value: &Dynamic) -> Option<FLOAT> {
    value
        .as_float()
        .ok()
        .or_else(|| value.as_int().ok().map(|whole| whole as FLOAT))
}

pub(super) fn whole(value: &Dynamic) -> Option<u64> {
    value.as_int().ok().and_then(|n| u64::try_from(n).ok())
}

pub(super) fn set<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let fits = value.is_some();
    *field = value;
    fits
}

pub(super) fn set_amount(field: &mut Option<Money>, value: &Dynamic) -> bool {
    let amount = number(value).and_then(Decimal::from_f64);
    set(
        field,
        amount.map(|amount| Money {
            amount,
            currency: Some("CNY".to_owned()),
        }),
    )
}

pub(super) fn set_unit_price(listing: &mut Listing, value: &Dynamic) -> bool {
    let amount = number(value).and_then(Decimal::from_f64);
    let price = amount.map(|amount| UnitPrice {
        amount,
        currency: Some("CNY".to_owned()),
        quantity: Decimal::ONE,
        unit: "kg".to_owned(),
    });
    set(&mut listing.unit_price, price)
}

/// Says nothing where there is no price for a unit.
pub(super) fn set_unit(listing: &mut Listing, value: &Dynamic) -> bool {
    let one = string(value).and_then(|unit| Measure::of(Decimal::ONE, &unit));
    let Some(base) = one.filter(|one| one.in_base() == (Decimal::ONE, one.unit)) else {
        return false;
    };
    if let Some(price) = &mut listing.unit_price {
        price.unit = base.unit.to_owned();
    }
    true
}

/// Says nothing where there is no price: a currency without one means nothing.
pub(super) fn set_currency(listing: &mut Listing, value: &Dynamic) -> bool {
    let Some(code) = string(value) else {
        return false;
    };
    for money in [&mut listing.price, &mut listing.list_price]
        .into_iter()
        .flatten()
    {
        money.currency = Some(code.clone());
    }
    if let Some(price) = &mut listing.unit_price {
        price.currency = Some(code);
    }
    true
}

pub(super) fn set_list(field: &mut Vec<String>, value: &Dynamic) -> bool {
    let items: Option<Vec<String>> = value
        .read_lock::<Array>()
        .and_then(|items| items.iter().map(string).collect());
    let fits = items.is_some();
    *field = items.unwrap_or_default();
    fits
}

pub(super) fn set_availability(listing: &mut Listing, value: &Dynamic) -> bool {
    let word = string(value);
    let found = [
        Availability::InStock,
        Availability::OutOfStock,
        Availability::PreOrder,
        Availability::Discontinued,
    ]
    .into_iter()
    .find(|a| Some(a.as_str()) == word.as_deref());
    set(&mut listing.availability, found)
}

pub(super) fn set_status(listing: &mut Listing, value: &Dynamic) -> bool {
    let word = string(value);
    let found = [
        ListingStatus::Active,
        ListingStatus::Gone,
        ListingStatus::Removed,
        ListingStatus::Unreachable,
        ListingStatus::Unread,
    ]
    .into_iter()
    .find(|s| Some(status(*s)) == word.as_deref());
    found.map(|found| listing.status = found).is_some()
}

/// The start of a day, UTC.
pub(in crate::rules) fn day(text: &str) -> Option<Time> {
    let date: Date = text.parse().ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

pub(super) fn set_captured(listing: &mut Listing, value: &Dynamic) -> bool {
    let time = string(value).and_then(|text| day(&text));
    set(
        &mut listing.capture,
        time.map(|fetched_at| Capture {
            warc: String::new(),
            offset: 0,
            sha256: String::new(),
            fetched_at,
        }),
    )
}
