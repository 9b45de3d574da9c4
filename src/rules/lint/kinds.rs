//! What kind of value an expression gives, where that is certain, and whether `()` may stand there instead.

use std::collections::BTreeMap;

use crate::{
    model::{Listing, Time},
    rules::{
        native,
        view::fields::{FIELDS, Field},
    },
};

/// A kind of value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Kind {
    /// Nothing is certain; nothing is said.
    #[default]
    Unknown,
    Unit,
    Text,
    Number,
    Truth,
    List(Box<Kind>),
    Map,
    Listing,
    Seller,
    Params,
    /// One of the kinds that native functions give.
    Thing(&'static str),
}

/// A kind, and whether `()` may stand there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    pub kind: Kind,
    pub maybe: bool,
}

impl Known {
    /// A value that is always there.
    pub(super) fn sure(kind: Kind) -> Self {
        Self { kind, maybe: false }
    }

    /// What a documented function gives: the words behind the last arrow; `?` and "or ()" mean that it may be absent.
    pub(super) fn of_signature(signature: &str) -> Self {
        let given = signature
            .rsplit_once(" -> ")
            .map_or("", |(_, given)| given.trim());
        let maybe = given.ends_with('?') || given.ends_with("or ()");
        let kind = Kind::of_words(given.trim_end_matches('?'));
        Self { kind, maybe }
    }
}

/// What each field of a listing gives.
pub(super) fn fields() -> BTreeMap<&'static str, Known> {
    // The least that a listing in the store can be: what even that has is never absent.
    let least = Listing {
        platform: "shop".to_owned(),
        url: "https://shop.example/1".to_owned(),
        last_seen: Some(Time::UNIX_EPOCH),
        ..Listing::default()
    };
    let known = |field: &Field| Known {
        kind: match field.kind {
            "list" => Kind::List(Box::new(Kind::Text)),
            words => Kind::of_words(words),
        },
        maybe: (field.read)(&least).is_unit(),
    };
    let all = FIELDS.iter().map(|field| (field.name, known(field)));
    all.collect()
}

impl Kind {
    fn of_words(words: &str) -> Self {
        match words {
            "text" => Self::Text,
            "number" | "whole number" => Self::Number,
            "true or false" | "true, false or ()" => Self::Truth,
            "Listing" => Self::Listing,
            "list of texts" => Self::List(Box::new(Self::Text)),
            other => match other.strip_prefix("list of ") {
                Some(inner) if inner.starts_with("#{") => Self::List(Box::new(Self::Map)),
                Some(inner) => Self::List(Box::new(Self::of_words(inner))),
                None => kinds()
                    .find(|kind| kind.name == other)
                    .map_or(Self::Unknown, |kind| Self::Thing(kind.name)),
            },
        }
    }

    /// By the name that the language has for it.
    pub(super) fn of_language(name: &str) -> Self {
        let inner = name.strip_prefix("Result<").map_or(name, |inner| {
            inner.split_once(", ").map_or(inner, |(kind, _)| kind)
        });
        match inner {
            "()" => Self::Unit,
            "bool" => Self::Truth,
            "ImmutableString" | "String" | "char" | "&str" => Self::Text,
            "Array" => Self::List(Box::default()),
            "Map" => Self::Map,
            "Decimal" | "FLOAT" | "f64" | "f32" | "INT" | "i64" | "usize" => Self::Number,
            small if small.len() <= 4 && small.starts_with(['i', 'u']) => Self::Number,
            _ => Self::Unknown,
        }
    }

    /// The kind of a list's elements.
    pub(super) fn element(&self) -> Self {
        match self {
            Self::List(inner) => (**inner).clone(),
            _ => Self::Unknown,
        }
    }

    /// As people call it; none where they would not compare it.
    pub(super) fn word(&self) -> Option<&'static str> {
        Some(match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::List(_) => "a list",
            Self::Listing => "a listing",
            Self::Seller => "a seller",
            Self::Map | Self::Params => "a map",
            Self::Thing(name) => name,
            Self::Unit => "()",
            Self::Unknown => return None,
        })
    }
}

/// The kinds that native functions give.
pub(super) fn kinds() -> impl Iterator<Item = &'static native::Kind> {
    native::FAMILIES.iter().flat_map(|family| family.kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_says_what_is_given_and_whether_it_may_be_absent() {
        let of = Known::of_signature;
        let number = Known {
            kind: Kind::Number,
            maybe: true,
        };
        assert_eq!(
            of("usual_price(brand: text?, class: text?) -> number?"),
            number
        );
        assert_eq!(of("a(b) -> true, false or ()").kind, Kind::Truth);
        assert!(of("a(b) -> true, false or ()").maybe);
        assert_eq!(
            of("a(text?) -> list of Code"),
            Known::sure(Kind::List(Box::new(Kind::Thing("Code"))))
        );
        assert_eq!(
            of("pass() or pass(why: text) -> Outcome"),
            Known::sure(Kind::Thing("Outcome"))
        );
    }

    #[test]
    fn what_every_stored_listing_has_is_never_absent() {
        let fields = fields();
        let maybe = |name: &str| fields[name].maybe;
        assert!(maybe("price") && maybe("title") && maybe("seller.name"));
        assert!(
            !maybe("status") && !maybe("platform") && !maybe("standards") && !maybe("captured_on")
        );
    }
}
