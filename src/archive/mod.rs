//! Every answer of a server as a WARC 1.1 record (ISO 28500): the evidence. Written once, never rewritten.
//!
//! Files are `listwarden-000001.warc.gz` and so on: a warcinfo record, then a response and its request for
//! every page, a gzip member each, so that any WARC tool reads them.

mod member;
mod pack;
mod read;
mod record;
mod verify;

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

pub use pack::pack;
pub use read::read;
pub use verify::{Verified, verify};

use crate::{
    journal::{
        Place,
        append::{self, Appender, Names},
    },
    model::{Capture, Time},
};

const NAMES: Names = Names {
    prefix: "listwarden-",
    suffix: ".warc.gz",
};

/// Records that end this close to the end of the last file are checked whole at opening; those before
/// were fsynced long ago, and checking them is `verify`'s work.
const RECENT: u64 = 32 << 20;

/// Why the archive could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be written or read.
    #[error(transparent)]
    File(#[from] append::Error),
    /// A record is not as it was written.
    #[error("{path}: the record at byte {offset} {fault}")]
    Damaged {
        /// The WARC file.
        path: PathBuf,
        /// Where the record's gzip member begins.
        offset: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// A file between others is gone.
    #[error("{path} is missing, and later files are there")]
    Missing {
        /// The WARC file.
        path: PathBuf,
    },
}

/// A page packed for the archive: gzip members ready to be appended. Made off the committing thread.
#[derive(Clone, Debug)]
pub struct Packed {
    /// Response record, then request record, a gzip member each.
    pub bytes: Vec<u8>,
    /// Hex SHA-256 of the payload as received.
    pub sha256: String,
    /// When the response arrived.
    pub fetched_at: Time,
}

/// The archive of one workspace, open for appending by one process.
#[derive(Debug)]
pub struct Archive {
    files: Appender,
}

impl Archive {
    /// Opens or makes the archive in `dir` for appending. A file that has reached `max_file` bytes is
    /// followed by the next; a tail torn by a crash is cut off: a record that ends too soon and has
    /// nothing whole behind it. All else that is not right is damage, which is kept, and which `verify` names.
    ///
    /// # Errors
    /// Where the folder or its last file cannot be read or written.
    pub fn open(dir: &Path, max_file: u64) -> Result<Self, Error> {
        let whole = |reader: &mut BufReader<File>, place: Place, left: u64| {
            let path = dir.join(NAMES.name(place.segment));
            let found =
                member::whole(reader, left, RECENT).map_err(append::failed("read", &path))?;
            if let Some(member::Found::Damage(bytes)) = found {
                tracing::warn!(file = %path.display(), at = place.offset, bytes, "damaged record kept");
            }
            Ok::<_, Error>(found.map(member::Found::bytes))
        };
        let files = Appender::open(dir, NAMES, max_file, whole)?;
        if files.torn() > 0 {
            tracing::warn!(
                bytes = files.torn(),
                "a torn tail of the archive was cut off"
            );
        }
        Ok(Self { files })
    }

    /// Appends records in order and fsyncs once; says where each lies.
    ///
    /// # Errors
    /// Where a file cannot be written; nothing of `records` is in the archive then.
    pub fn append(&mut self, records: &[Packed]) -> Result<Vec<Capture>, Error> {
        let Some(first) = records.first() else {
            return Ok(Vec::new());
        };
        let bytes: Vec<&[u8]> = records.iter().map(|r| r.bytes.as_slice()).collect();
        let header = |number| pack::warcinfo(&NAMES.name(number), first.fetched_at);
        let place = self.files.append(&bytes.concat(), header)?;
        let warc = NAMES.name(place.segment);
        let mut offset = place.offset;
        let captures = records.iter().map(|record| {
            let capture = Capture {
                warc: warc.clone(),
                offset,
                sha256: record.sha256.clone(),
                fetched_at: record.fetched_at,
            };
            offset += record.bytes.len() as u64;
            capture
        });
        Ok(captures.collect())
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, io::Write, process::Command};

    use flate2::{Compression, write::GzEncoder};
    use url::Url;

    use super::*;
    use crate::model::Page;

    const BIG: u64 = 1 << 30;

    fn page(path: &str, status: &str, headers: &str, body: &[u8]) -> Page {
        let url = Url::parse(&format!("https://shop.test{path}")).unwrap();
        let head = format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes();
        let split = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Page {
            status: status[..3].parse().unwrap(),
            head,
            request: format!("GET {} HTTP/1.1\r\nhost: shop.test\r\n\r\n", url.path()).into_bytes(),
            headers: headers.lines().map(split).collect(),
            body: body.to_vec(),
            truncated: false,
            fetched_at: "2026-03-04T05:06:07.890123456Z".parse().unwrap(),
            remote: Some(([203, 0, 113, 7], 443).into()),
            url,
        }
    }

    fn html(bytes: usize) -> Vec<u8> {
        let line = "<li class=\"offer\">安全座椅 <b>¥ 199.00</b></li>\n";
        line.bytes().cycle().take(bytes).collect()
    }

    fn zipped(plain: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(plain).unwrap();
        gzip.finish().unwrap()
    }

    /// One page of each kind that the archive must hold.
    fn pages() -> Vec<Page> {
        let plain = page(
            "/plain?a=1",
            "200 OK",
            "content-type: text/html\r\ncontent-length: 50000\r\n",
            &html(50_000),
        );
        let gzip = zipped(&html(50_000));
        let headers = format!(
            "content-encoding: gzip\r\ncontent-length: {}\r\n",
            gzip.len()
        );
        let gzipped = page("/gzip", "200 OK", &headers, &gzip);
        let chunked = page(
            "/chunked",
            "200 OK",
            "transfer-encoding: chunked\r\nx-note: a: b\r\n",
            b"de-chunked\r\n\r\nbody",
        );
        let mut cut = page(
            "/endless",
            "200 OK",
            "content-length: 99999\r\n",
            &html(9000),
        );
        cut.truncated = true;
        let mut empty = page("/empty", "204 No Content", "", b"");
        empty.request.clear();
        empty.remote = None;
        let gone = page("/gone", "404 Not Found", "content-length: 5\r\n", b"sorry");
        vec![plain, gzipped, chunked, cut, empty, gone]
    }

    fn filled(dir: &Path) -> Vec<Capture> {
        let packed: Vec<_> = pages().iter().map(pack).collect();
        let mut archive = Archive::open(dir, BIG).unwrap();
        let mut captures = archive.append(&packed[..2]).unwrap();
        captures.extend(archive.append(&packed[2..]).unwrap());
        captures
    }

    #[test]
    fn every_kind_of_page_comes_back_as_it_went_in() {
        let dir = tempfile::tempdir().unwrap();
        let captures = filled(dir.path());
        for (mut page, capture) in pages().into_iter().zip(&captures) {
            let back = read(dir.path(), capture).unwrap();
            if page.url.path() == "/chunked" {
                // What is stored is not chunked, so nothing there says so.
                page.head = b"HTTP/1.1 200 OK\r\nx-note: a: b\r\n\r\n".to_vec();
                page.headers.remove(0);
            }
            assert_eq!(format!("{back:?}"), format!("{page:?}"));
            assert_eq!(capture.fetched_at, page.fetched_at);
        }
        let verified = verify(dir.path()).unwrap();
        assert_eq!(
            (verified.files, verified.records, verified.unfinished),
            (1, 12, 0)
        );
    }

    #[test]
    fn files_are_rotated_and_all_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut captures = Vec::new();
        for page in pages() {
            let mut archive = Archive::open(dir.path(), 4000).unwrap();
            captures.extend(archive.append(&[pack(&page)]).unwrap());
        }
        let verified = verify(dir.path()).unwrap();
        assert!(verified.files > 1, "{verified:?}");
        assert_eq!(verified.records, 11 + verified.files);
        for (page, capture) in pages().iter().zip(&captures) {
            assert_eq!(read(dir.path(), capture).unwrap().body, page.body);
        }
        fs::remove_file(dir.path().join(NAMES.name(1))).unwrap();
        assert!(matches!(verify(dir.path()), Err(Error::Missing { .. })));
    }

    #[test]
    fn a_torn_tail_is_cut_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let captures = filled(dir.path());
        let path = dir.path().join(NAMES.name(1));
        let bytes = fs::read(&path).unwrap();
        let last = captures[5].offset as usize;
        for end in [last + 1, last + 30, last + 300, last + 400] {
            fs::write(&path, &bytes[..end]).unwrap();
            assert_eq!(
                verify(dir.path()).unwrap().unfinished as usize,
                end - last,
                "{end}"
            );
            drop(Archive::open(dir.path(), BIG).unwrap());
            assert_eq!(fs::read(&path).unwrap(), &bytes[..last]);
        }
        let again = Archive::open(dir.path(), BIG)
            .unwrap()
            .append(&[pack(&pages()[5])]);
        assert_eq!(again.unwrap()[0].offset, captures[5].offset);
        assert_eq!(read(dir.path(), &captures[4]).unwrap().status, 204);
    }

    #[test]
    fn damage_is_named_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let captures = filled(dir.path());
        let path = dir.path().join(NAMES.name(1));
        let bytes = fs::read(&path).unwrap();
        // In the head of a member, in its middle, and in the last record of all.
        for at in [
            captures[1].offset as usize + 2,
            captures[2].offset as usize + 200,
            bytes.len() - 40,
        ] {
            let mut broken = bytes.clone();
            broken[at] ^= 0x40;
            fs::write(&path, &broken).unwrap();
            let Err(Error::Damaged { offset, .. }) = verify(dir.path()) else {
                panic!("damage at {at} not seen");
            };
            assert!(offset as usize <= at);
            let next = Archive::open(dir.path(), BIG)
                .unwrap()
                .append(&[pack(&pages()[0])])
                .unwrap();
            assert!(fs::read(&path).unwrap().starts_with(&broken));
            assert_eq!(read(dir.path(), &next[0]).unwrap().body, pages()[0].body);
        }
        let error = read(
            dir.path(),
            &Capture {
                sha256: "0".repeat(64),
                ..captures[0].clone()
            },
        );
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("has another payload")
        );
        let error = read(
            dir.path(),
            &Capture {
                warc: "../journal".to_owned(),
                ..captures[0].clone()
            },
        );
        assert!(
            error
                .unwrap_err()
                .to_string()
                .ends_with("is in no file of the archive")
        );
    }

    #[test]
    fn a_record_that_was_packed_anew_with_other_words_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let path = dir.path().join(NAMES.name(1));
        let mut file = fs::read(&path).unwrap();
        let (plain, length) = member::next(&mut file.as_slice()).unwrap().unwrap();
        let forged = String::from_utf8(plain)
            .unwrap()
            .replace("listwarden/", "listWarden/");
        file.splice(
            ..length as usize,
            member::packed(&[forged.as_bytes()], member::Effort::Fast),
        );
        fs::write(&path, file).unwrap();
        let error = verify(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains("the record at byte 0 says warc-block-digest"),
            "{error}"
        );
    }

    #[test]
    fn warcio_finds_every_digest_right() {
        let warcio = env::var_os("LISTWARDEN_WARCIO").unwrap_or_else(|| "warcio".into());
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let file = dir.path().join(NAMES.name(1));
        let Ok(output) = Command::new(&warcio)
            .args(["check", "-v"])
            .arg(&file)
            .output()
        else {
            eprintln!("skipped: no warcio on PATH or in LISTWARDEN_WARCIO");
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.matches("digest pass").count(), 12, "{said}");
    }
}
