//! From a capture back to the page.

use std::{
    fs::File,
    io::{BufReader, Seek, SeekFrom},
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use url::Url;

use super::{
    Error, NAMES, member,
    record::{Record, sha256},
    revisit::Reference,
};
use crate::{
    journal::append::failed,
    model::{Capture, Page, Time},
};

/// The page behind a capture, its digests checked; one that was met unchanged has the body of the capture that its record
/// refers to. Needs no open `Archive`.
///
/// # Errors
/// `Damaged`, naming file and offset, where a record is not the one that the capture speaks of.
pub fn read(dir: &Path, capture: &Capture) -> Result<Page, Error> {
    let spot = Spot::new(dir, &capture.warc, capture.offset);
    let (record, request) = spot.records()?;
    let reference = Reference::of(&record).map_err(|fault| spot.damaged(fault))?;
    let mut page = match reference {
        None => spot.response(&record)?,
        Some(reference) => {
            let there = Spot::new(dir, &reference.warc, reference.offset);
            let (original, _) = there.records()?;
            let original = there.response(&original)?;
            let visit = page(&record);
            visit
                .and_then(|visit| reference.resolved(visit, original))
                .map_err(|fault| spot.damaged(fault))?
        }
    };
    if sha256(&page.body) != capture.sha256 {
        return Err(spot.damaged(format!(
            "has another payload than the one with digest {}",
            capture.sha256
        )));
    }
    page.request = request;
    Ok(page)
}

/// A place in the archive.
struct Spot {
    path: PathBuf,
    offset: u64,
    /// The name is that of a file of the archive: one from a record on disk must not lead out of it.
    ours: bool,
}

impl Spot {
    fn new(dir: &Path, warc: &str, offset: u64) -> Self {
        Self {
            path: dir.join(warc),
            offset,
            ours: NAMES.number(warc).is_some(),
        }
    }

    fn damaged(&self, fault: String) -> Error {
        Error::Damaged {
            path: self.path.clone(),
            offset: self.offset,
            fault,
        }
    }

    /// The record here, and the request behind it where it is that record's.
    fn records(&self) -> Result<(Record, Vec<u8>), Error> {
        if !self.ours {
            return Err(self.damaged("is in no file of the archive".to_owned()));
        }
        let mut file = File::open(&self.path)
            .map(BufReader::new)
            .map_err(failed("open", &self.path))?;
        file.seek(SeekFrom::Start(self.offset))
            .map_err(failed("read", &self.path))?;
        let record = self
            .next(&mut file)?
            .ok_or_else(|| self.damaged("is no whole gzip member".to_owned()))?;
        let request = match self.next(&mut file)? {
            Some(next) if next.field("warc-concurrent-to") == record.field("warc-record-id") => {
                next.block
            }
            _ => Vec::new(),
        };
        Ok((record, request))
    }

    fn next(&self, file: &mut BufReader<File>) -> Result<Option<Record>, Error> {
        let member = member::next(file).map_err(failed("read", &self.path))?;
        member
            .map(|(bytes, _)| Record::parse(bytes).map_err(|fault| self.damaged(fault)))
            .transpose()
    }

    fn response(&self, record: &Record) -> Result<Page, Error> {
        if record.field("warc-type") != Some("response") {
            return Err(self.damaged("is no response".to_owned()));
        }
        page(record).map_err(|fault| self.damaged(fault))
    }
}

/// A response, or a revisit without the body that it does not have.
fn page(record: &Record) -> Result<Page, String> {
    let field = |name| record.field(name).ok_or_else(|| format!("has no {name}"));
    let url = field("warc-target-uri")?;
    let url = Url::parse(url).map_err(|e| format!("says warc-target-uri {url}: {e}"))?;
    let date = field("warc-date")?;
    let fetched_at: Time = date
        .parse()
        .map_err(|_| format!("says warc-date {date}, which is no time"))?;
    let (head, body) = record.http().ok_or("has no HTTP header")?;
    let (status, headers) = headers(head);
    let remote = record
        .field("warc-ip-address")
        .and_then(|ip| ip.parse::<IpAddr>().ok())
        .map(|ip| SocketAddr::new(ip, url.port_or_known_default().unwrap_or(0)));
    Ok(Page {
        url,
        status: status.ok_or("has no HTTP status")?,
        head: head.to_vec(),
        request: Vec::new(),
        headers,
        body: body.to_vec(),
        truncated: record.field("warc-truncated").is_some(),
        fetched_at,
        remote,
    })
}

/// Status and headers of an HTTP head, the names in lower case.
fn headers(head: &[u8]) -> (Option<u16>, Vec<(String, String)>) {
    let text = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => bytes
            .iter()
            .copied()
            .map(char::from)
            .collect::<String>()
            .trim()
            .to_owned(),
    };
    let mut lines = head.split(|b| *b == b'\n').map(text);
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let headers = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    (status, headers)
}
