//! Pure functions on text: folding, prices, identifiers, likeness, measures, bytes to text.

pub mod codes;
pub mod decode;
pub mod fold;
pub mod likeness;
pub mod measure;
pub mod price;
pub mod snippet;
