//! How the journal ends, told without opening the store.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{Error, JOURNAL, Store, hold};
use crate::journal::{Place, Reader};

/// Bytes of the journal's end that are read: no frame of a listing is as long.
const BYTES: u64 = 1 << 16;

/// How a journal ends: another one ends otherwise, for each frame names the hash of the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tail {
    /// Where.
    pub end: Place,
    /// BLAKE3 over its last bytes.
    hash: [u8; 32],
}

/// How the journal of the store in `dir` ends; none where another process has the store, or where it cannot be read.
pub fn tail(dir: &Path) -> Option<Tail> {
    let _lock = hold(dir).ok()?;
    read(dir).ok()?
}

impl Store {
    /// How the journal ends now; none where it cannot be read.
    pub fn tail(&self) -> Option<Tail> {
        read(&self.dir).ok()?
    }
}

fn read(dir: &Path) -> Result<Option<Tail>, Error> {
    let journal = dir.join(JOURNAL);
    let end = Reader::open(&journal)?.end();
    let hash = || -> std::io::Result<[u8; 32]> {
        let mut file = File::open(Reader::segment(&journal, end))?;
        file.seek(SeekFrom::Start(end.offset.saturating_sub(BYTES)))?;
        let mut bytes = Vec::new();
        file.take(BYTES).read_to_end(&mut bytes)?;
        Ok(blake3::hash(&bytes).into())
    };
    Ok(hash().ok().map(|hash| Tail { end, hash }))
}
