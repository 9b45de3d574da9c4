//! Publishers' files into the folder: read, merged by the publisher's number, written in one piece.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Certificate, Notice, cpsc, csv_certificates, csv_notices, merge};
use crate::text::snippet;

/// More than this comes out of no publisher's file, in bytes.
const LIMIT: u64 = 1 << 30;

/// Every publisher that can be imported: a line here, a file beside this one.
pub const SOURCES: &[&dyn Source] = &[
    &cpsc::Cpsc,
    &csv_notices::CsvNotices,
    &csv_certificates::CsvCertificates,
];

/// A publisher's format.
pub trait Source: Sync {
    /// The word on the command line.
    fn name(&self) -> &'static str;
    /// What it reads, in a sentence.
    fn about(&self) -> &'static str;
    /// How the publisher lets its data be used.
    fn licence(&self) -> &'static str;
    /// Reads a whole file; what cannot be read is refused beside the rest.
    fn read(&self, text: &[u8]) -> Imported;
}

/// What a file gave.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Recall notices.
    pub notices: Vec<Notice>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Line (0 for the whole file) and what is wrong there.
    pub refused: Vec<(usize, String)>,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The source's name.
    pub source: String,
    /// The file that was read.
    pub file: PathBuf,
    /// The list that was written.
    pub list: PathBuf,
    /// Hex SHA-256 of the file as it lay there.
    pub sha256: String,
    /// Rows that the file gave.
    pub rows: usize,
    /// Rows that were not there before.
    pub added: usize,
    /// Rows that said something else before.
    pub changed: usize,
    /// Rows that were there already.
    pub unchanged: usize,
    /// Line and reason of what was refused.
    pub refused: Vec<(usize, String)>,
}

/// Why nothing was imported. The list is as it was before.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error("there is no source '{name}'; {help}")]
    UnknownSource { name: String, help: String },
    #[error("could not read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} unpacks to more than {LIMIT} bytes", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} gave no rows: line {line}: {message}", path.display())]
    Refused {
        path: PathBuf,
        line: usize,
        message: String,
    },
    #[error("{}:{line}: {message}; mend the line before importing, or it would be lost", path.display())]
    Broken {
        path: PathBuf,
        line: usize,
        message: String,
    },
    #[error("could not write {}: {source}", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// Brings a publisher's file (gzip or not) into the folder `dir`. Importing a file twice changes nothing.
pub fn import(source: &str, file: &Path, dir: &Path) -> Result<Summary, Error> {
    let source = named(source)?;
    let bytes = fs::read(file).map_err(|source| Error::Read {
        path: file.to_owned(),
        source,
    })?;
    let sha256 = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let imported = source.read(&unpacked(bytes, file)?);
    let rows = imported.notices.len() + imported.certificates.len();
    if let Some((line, message)) = imported.refused.first().filter(|_| rows == 0) {
        return Err(Error::Refused {
            path: file.to_owned(),
            line: *line,
            message: message.clone(),
        });
    }
    let mut summary = Summary {
        source: source.name().to_owned(),
        file: file.to_owned(),
        list: PathBuf::new(),
        sha256,
        rows,
        added: 0,
        changed: 0,
        unchanged: 0,
        refused: imported.refused,
    };
    if !imported.certificates.is_empty() {
        summary.list = dir
            .join("certificates")
            .join(format!("{}.csv", source.name()));
        merge::certificates(source, imported.certificates, &mut summary)?;
    } else {
        summary.list = dir.join("recalls").join(format!("{}.jsonl", source.name()));
        merge::notices(source, imported.notices, &mut summary)?;
    }
    Ok(summary)
}

fn named(name: &str) -> Result<&'static dyn Source, Error> {
    let found = SOURCES.iter().find(|source| source.name() == name);
    found.copied().ok_or_else(|| {
        let known = || SOURCES.iter().map(|source| source.name());
        Error::UnknownSource {
            name: name.to_owned(),
            help: match snippet::nearest(name, known()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("use one of {}", known().collect::<Vec<_>>().join(", ")),
            },
        }
    })
}

/// Undoes gzip, known by its first two bytes (RFC 1952).
fn unpacked(bytes: Vec<u8>, path: &Path) -> Result<Vec<u8>, Error> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .take(LIMIT + 1)
        .read_to_end(&mut plain)
        .map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
    if plain.len() as u64 > LIMIT {
        return Err(Error::TooLarge {
            path: path.to_owned(),
        });
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Reference;

    const SHEET: &str = "source,id,date,title,brand,product,model\nsamr,Z1,2026-01-02,召回,小熊,电热水壶,XX-200\nsamr,Z2,2026-13-02,召回,小熊,水壶,\nsamr,Z3,2026-02-01,召回,Nordhaus,水壶,N-77A\n";

    #[test]
    fn importing_twice_changes_nothing_and_a_changed_row_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("in.csv");
        fs::write(&file, SHEET).unwrap();
        let folder = dir.path().join("reference");
        let first = import("csv-recalls", &file, &folder).unwrap();
        assert_eq!(
            (first.rows, first.added, first.changed, first.unchanged),
            (2, 2, 0, 0)
        );
        assert_eq!(first.refused.len(), 1);
        assert_eq!(first.refused[0].0, 3);
        let before = fs::read(&first.list).unwrap();
        let second = import("csv-recalls", &file, &folder).unwrap();
        assert_eq!((second.added, second.changed, second.unchanged), (0, 0, 2));
        assert_eq!(fs::read(&first.list).unwrap(), before);

        fs::write(&file, SHEET.replace("XX-200", "XX-300")).unwrap();
        let third = import("csv-recalls", &file, &folder).unwrap();
        assert_eq!((third.added, third.changed, third.unchanged), (0, 1, 1));
        let (reference, faults) = Reference::load(&folder);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(reference.lists()[0].rows, 2);
    }

    #[test]
    fn certificates_go_to_their_own_list() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("in.csv");
        fs::write(
            &file,
            "scheme,value,holder,status\nccc,2016010706840003,\"A, B\",valid\n",
        )
        .unwrap();
        for added in [1, 0] {
            let summary = import("csv-certificates", &file, dir.path()).unwrap();
            assert_eq!(summary.added, added);
        }
        let (reference, _) = Reference::load(dir.path());
        let held = reference.certificate("ccc", "2016010706840003").unwrap();
        assert_eq!(held.holder.as_deref(), Some("A, B"));
    }

    #[test]
    fn a_torn_list_is_kept_and_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("in.csv");
        fs::write(&file, SHEET).unwrap();
        let list = import("csv-recalls", &file, dir.path()).unwrap().list;
        let torn = fs::read_to_string(&list)
            .unwrap()
            .replacen("\"id\"", "\"id", 1);
        fs::write(&list, &torn).unwrap();
        let error = import("csv-recalls", &file, dir.path()).unwrap_err();
        assert!(matches!(error, Error::Broken { line: 2, .. }), "{error}");
        assert_eq!(fs::read_to_string(&list).unwrap(), torn);
    }

    #[test]
    fn what_is_no_source_and_what_is_no_list_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("in.json");
        fs::write(&file, "{\"Message\":\"An error has occurred.\"}").unwrap();
        let said = import("cpsd", &file, dir.path()).unwrap_err().to_string();
        assert_eq!(said, "there is no source 'cpsd'; did you mean 'cpsc'?");
        let said = import("cpsc", &file, dir.path()).unwrap_err().to_string();
        assert!(said.contains("An error has occurred."), "{said}");
        assert!(!dir.path().join("recalls").exists());
    }
}
