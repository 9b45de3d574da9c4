//! Bytes as received to text: content coding, then character set.

mod charset;
mod coding;
mod stream;

use std::borrow::Cow;

pub use charset::text;
pub use coding::unpack;
pub use stream::stream;

/// Why bytes could not become text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// A content coding that is not gzip, deflate, br or identity.
    #[error("content coding '{0}' is not one of gzip, deflate, br")]
    Coding(String),
    /// The compressed stream is damaged.
    #[error("the {0} stream is damaged: {1}")]
    Damaged(&'static str, String),
    /// More than `limit` bytes came out.
    #[error("more than {limit} bytes once unpacked")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
}

/// Text and the encoding it was in.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// The text, valid UTF-8; the bytes themselves where they are that already.
    pub text: Cow<'a, str>,
    /// The WHATWG name of the encoding used.
    pub charset: &'static str,
    /// Replacement characters per 1,000 characters that the decoding had to put in or that the page came with.
    pub ruined: u32,
}
