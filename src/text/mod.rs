//! Pure functions on text: folding, prices, identifiers, likeness, measures, bytes to text.

pub mod address;
pub mod blank;
mod causes;
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
mod tokens;

pub use causes::causes;
pub use tokens::tokens;

/// What lies below `../shared/data`, where data for measuring was put; says so where it is not.
#[cfg(test)]
pub(crate) fn shared_path(name: &str) -> Option<std::path::PathBuf> {
    let folder = std::env::var("LISTWARDEN_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let path = std::path::Path::new(&folder).join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// A file of `../shared/data`.
#[cfg(test)]
pub(crate) fn shared(name: &str) -> Option<Vec<u8>> {
    std::fs::read(shared_path(name)?).ok()
}
