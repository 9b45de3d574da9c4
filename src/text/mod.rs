//! Pure functions on text: folding, prices, identifiers, likeness, measures, bytes to text.

pub mod address;
pub mod blank;
pub mod codes;
pub mod decode;
pub mod fold;
pub mod glob;
pub mod harmless;
pub mod hours;
pub mod likeness;
pub mod measure;
pub mod price;
pub mod region;
pub mod snippet;
pub mod tokens;

pub use tokens::{Token, tokens};

/// A file of `../shared/data`, which lies beside the repository where data for measuring was put; says so where not.
#[cfg(test)]
pub(crate) fn shared(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var("LISTWARDEN_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let path = std::path::Path::new(&folder).join("data").join(name);
    let read = std::fs::read(&path).ok();
    if read.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    read
}
