//! The name of a tag: as it is written, and as it is known.

use std::borrow::Cow;

use super::super::tags::Tag;

/// The name of a tag.
#[derive(Clone, Copy, Debug)]
pub(in crate::extract) struct Name<'a> {
    pub(super) written: &'a str,
    /// What is known of it.
    pub(in crate::extract) tag: &'static Tag,
}

impl<'a> Name<'a> {
    /// In lower case.
    #[inline]
    pub(in crate::extract) fn text(self) -> Cow<'a, str> {
        match self.tag.text {
            "" => lower(self.written, true),
            known => Cow::Borrowed(known),
        }
    }
}

#[inline]
pub(super) fn lower(name: &str, upper: bool) -> Cow<'_, str> {
    if upper && name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}
