//! Tells the program what it is made of, so that verdicts of another program are known for what they are.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    // Dependencies judge too: texts fold by their tables.
    let made_of = ["src", "Cargo.lock"].map(Path::new);
    let made_of = made_of.into_iter().filter(|path| path.exists());
    let mut files = Vec::new();
    for path in made_of {
        println!("cargo:rerun-if-changed={}", path.display());
        walk(path, &mut files)?;
    }
    println!("cargo:rustc-env=LISTWARDEN_PRINT={:016x}", print(files)?);
    Ok(())
}

/// Every file at or below a path.
pub(crate) fn walk(path: &Path, files: &mut Vec<String>) -> io::Result<()> {
    if !path.is_dir() {
        files.extend(path.to_str().map(str::to_owned));
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        walk(&entry?.path(), files)?;
    }
    Ok(())
}

/// A number that stands for the names of files and for what is in them, whatever order they come in: FNV-1a of 64 bits,
/// which is the same everywhere.
pub(crate) fn print(mut files: Vec<String>) -> io::Result<u64> {
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let content = fs::read(&file)?;
        let length = (content.len() as u64).to_le_bytes();
        for byte in file.bytes().chain(length).chain(content) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(hash)
}
