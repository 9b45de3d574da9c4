//! Journal chain, index position, archive digests, and whether the archive holds what the journal says.

use std::path::Path;

use serde::Serialize;

use crate::{
    archive,
    journal::{self, Verified},
    store::{self, Entry, Standing},
};

/// Where the archive lies in the store's folder.
const ARCHIVE: &str = "archive";

/// What was looked at, and what is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Records of the journal in whole groups, as far as the chain holds.
    pub records: u64,
    /// Hex hash of the last record. Noted elsewhere, it shows later that nothing was taken away.
    pub head: String,
    /// Answers of servers that the journal speaks of and the archive holds, byte for byte.
    pub captures: u64,
    /// Bytes of journal and archive behind the last whole record: being written now, or torn by a crash.
    pub unfinished: u64,
    /// How the index stands to the journal; none where the journal is broken.
    pub index: Option<Standing>,
    /// The first broken record of each part; empty where all is as it was written.
    pub broken: Vec<Broken>,
}

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "plain names")]
pub enum Part {
    Journal,
    Index,
    Archive,
    /// A record of the archive that the journal speaks of.
    Capture,
}

/// The first broken record of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Of what.
    pub part: Part,
    /// File, place and fault.
    pub what: String,
}

/// Checks everything below the store's folder `dir` without changing anything; also while another process owns it.
///
/// # Errors
/// Where something could not be looked at. What is broken is no error but in the report.
pub fn verify(dir: &Path) -> Result<Report, store::Error> {
    let mut report = Report::default();
    match journal::verify(&dir.join(store::JOURNAL)) {
        Ok(journal) => {
            report.records = journal.frames;
            report.head = journal.head.iter().map(|b| format!("{b:02x}")).collect();
            report.unfinished = journal.unfinished;
            check_index(dir, &journal, &mut report)?;
            check_captures(dir, &journal, &mut report)?;
        }
        Err(damage @ journal::Error::Damaged { .. }) => report.found(Part::Journal, &damage),
        Err(e) => return Err(e.into()),
    }
    match archive::verify(&dir.join(ARCHIVE)) {
        Ok(archive) => report.unfinished += archive.unfinished,
        Err(archive::Error::File(e)) => return Err(e.into()),
        Err(damage) => report.found(Part::Archive, &damage),
    }
    Ok(report)
}

impl Report {
    fn found(&mut self, part: Part, fault: &dyn std::error::Error) {
        let mut what = fault.to_string();
        let mut source = fault.source();
        while let Some(cause) = source {
            what = format!("{what}: {cause}");
            source = cause.source();
        }
        self.broken.push(Broken { part, what });
    }
}

fn check_index(dir: &Path, journal: &Verified, report: &mut Report) -> Result<(), store::Error> {
    let standing = store::standing(dir, journal)?;
    report.index = Some(standing);
    match standing {
        Standing::Foreign => {
            report.found(Part::Index, &store::Error::Foreign { source: None });
        }
        Standing::Unopenable => {
            let what = "the index cannot be opened; `listwarden rebuild` makes it anew".to_owned();
            let part = Part::Index;
            report.broken.push(Broken { part, what });
        }
        Standing::Current | Standing::Behind | Standing::Busy | Standing::Absent => {}
    }
    Ok(())
}

/// An archive that is whole in itself may still be another one: only the journal knows the digests.
fn check_captures(dir: &Path, journal: &Verified, report: &mut Report) -> Result<(), store::Error> {
    for entry in store::ledger(dir, journal.end) {
        let capture = match entry {
            Ok(Entry::Captured { capture, .. }) => capture,
            Ok(_) => continue,
            Err(fault @ store::Error::Decode { .. }) => {
                report.found(Part::Journal, &fault);
                return Ok(());
            }
            Err(e) => return Err(e),
        };
        if let Err(fault) = archive::read(&dir.join(ARCHIVE), &capture) {
            report.found(Part::Capture, &fault);
            return Ok(());
        }
        report.captures += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        archive::Archive,
        model::{Page, Time},
        store::{Group, Store},
    };

    fn page(n: u8) -> Page {
        Page {
            url: format!("https://shop.example/{n}").parse().unwrap(),
            status: 200,
            head: b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n".to_vec(),
            request: b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n".to_vec(),
            headers: Vec::new(),
            body: vec![n; 500],
            truncated: false,
            fetched_at: Time::default(),
            remote: None,
        }
    }

    /// A store and an archive with three captures; where each begins.
    fn filled(dir: &Path) -> Vec<u64> {
        let (store, _) = Store::open(dir).unwrap();
        let mut archive = Archive::open(&dir.join(ARCHIVE), 1 << 20).unwrap();
        let mut offsets = Vec::new();
        for n in 0..3 {
            let capture = archive
                .append(&[archive::pack(&page(n))])
                .unwrap()
                .remove(0);
            offsets.push(capture.offset);
            let url = page(n).url.into();
            let entries = vec![Entry::Captured {
                url,
                status: 200,
                capture,
            }];
            let work = Vec::new();
            store.commit(Group { entries, work }).unwrap();
        }
        offsets
    }

    fn only_file(dir: &Path) -> std::path::PathBuf {
        fs::read_dir(dir).unwrap().next().unwrap().unwrap().path()
    }

    #[test]
    fn what_was_written_is_whole_also_while_it_is_in_use() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let report = verify(dir.path()).unwrap();
        assert_eq!(
            (report.records, report.captures, report.unfinished),
            (3, 3, 0)
        );
        assert_eq!(
            (report.index, &report.broken[..]),
            (Some(Standing::Current), &[][..])
        );
        let (store, _) = Store::open(dir.path()).unwrap();
        let busy = verify(dir.path()).unwrap();
        assert_eq!(busy.index, Some(Standing::Busy));
        let head: String = store
            .head()
            .unwrap()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!((busy.broken.len(), busy.head), (0, head));
    }

    #[test]
    fn the_first_broken_record_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let offsets = filled(dir.path());
        let warc = only_file(&dir.path().join(ARCHIVE));
        let right = fs::read(&warc).unwrap();
        let mut bytes = right.clone();
        bytes[offsets[1] as usize + 40] ^= 1;
        fs::write(&warc, &bytes).unwrap();
        let broken = verify(dir.path()).unwrap().broken;
        assert_eq!(broken.len(), 2, "{broken:?}");
        assert_eq!(
            (broken[0].part, broken[1].part),
            (Part::Capture, Part::Archive)
        );
        let place = format!("byte {}", offsets[1]);
        assert!(broken.iter().all(|b| b.what.contains(&place)), "{broken:?}");
        fs::write(&warc, &right).unwrap();

        let segment = only_file(&dir.path().join(store::JOURNAL));
        let mut bytes = fs::read(&segment).unwrap();
        bytes[60] ^= 1;
        fs::write(&segment, &bytes).unwrap();
        let report = verify(dir.path()).unwrap();
        assert_eq!(
            (report.broken.len(), report.broken[0].part),
            (1, Part::Journal)
        );
        assert!(
            report.broken[0].what.contains("damaged at byte 50"),
            "{report:?}"
        );
    }

    #[test]
    fn an_archive_exchanged_for_another_is_noticed_though_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let archive = dir.path().join(ARCHIVE);
        fs::remove_dir_all(&archive).unwrap();
        let mut other = Archive::open(&archive, 1 << 20).unwrap();
        for n in 3..6 {
            other.append(&[archive::pack(&page(n))]).unwrap();
        }
        let report = verify(dir.path()).unwrap();
        assert_eq!(
            (report.broken.len(), report.broken[0].part),
            (1, Part::Capture)
        );
    }
}
