//! What is told of a page, where not everything is.

use super::Name;

/// What is told of a page; the rest is passed over. Names are in lower case.
#[derive(Clone, Copy, Debug)]
pub(in crate::extract) struct Wanted {
    /// Tags that are told, beside the start tags of what is no markup.
    pub(in crate::extract) tag: fn(&Name<'_>) -> bool,
    /// Of which start tags the attributes are read,
    pub(in crate::extract) attributes_of: fn(&Name<'_>) -> bool,
    /// and which attributes.
    pub(in crate::extract) attribute: fn(&str) -> bool,
}

impl Wanted {
    pub(super) const ALL: Self = Self {
        tag: |_| true,
        attributes_of: |_| true,
        attribute: |_| true,
    };
}

/// The attributes that are told where few are.
pub(super) fn is_of_few(name: &str) -> bool {
    matches!(
        name,
        "href"
            | "rel"
            | "class"
            | "id"
            | "src"
            | "type"
            | "name"
            | "content"
            | "datetime"
            | "itemprop"
            | "itemscope"
            | "itemtype"
            | "itemid"
            | "itemref"
            | "property"
            | "typeof"
            | "resource"
            | "about"
            | "vocab"
            | "prefix"
            | "rev"
            | "datatype"
            | "lang"
            | "value"
    )
}
