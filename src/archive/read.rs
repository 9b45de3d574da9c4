//! From a capture back to the page.

use std::{
    fs::File,
    io::{BufReader, Seek, SeekFrom},
    net::{IpAddr, SocketAddr},
    path::Path,
};

use url::Url;

use super::{
    Error, NAMES, member,
    record::{Record, sha256},
};
use crate::{
    journal::append::failed,
    model::{Capture, Page, Time},
};

/// The page behind a capture, its digests checked. Needs no open `Archive`.
///
/// # Errors
/// `Damaged`, naming file and offset, where the record is not the one that the capture speaks of.
pub fn read(dir: &Path, capture: &Capture) -> Result<Page, Error> {
    let path = dir.join(&capture.warc);
    let damaged = |fault: String| Error::Damaged {
        path: path.clone(),
        offset: capture.offset,
        fault,
    };
    // A name from a record on disk: it must not lead out of the archive.
    if NAMES.number(&capture.warc).is_none() {
        return Err(damaged("is in no file of the archive".to_owned()));
    }
    let mut file = File::open(&path)
        .map(BufReader::new)
        .map_err(failed("open", &path))?;
    file.seek(SeekFrom::Start(capture.offset))
        .map_err(failed("read", &path))?;
    let mut next = || -> Result<Option<Record>, Error> {
        let member = member::next(&mut file).map_err(failed("read", &path))?;
        member
            .map(|(bytes, _)| Record::parse(bytes).map_err(damaged))
            .transpose()
    };
    let response = next()?.ok_or_else(|| damaged("is no whole gzip member".to_owned()))?;
    let mut page = page(&response).map_err(damaged)?;
    if sha256(&page.body) != capture.sha256 {
        return Err(damaged(format!(
            "has another payload than the one with digest {}",
            capture.sha256
        )));
    }
    page.request = match next()? {
        Some(request)
            if request.field("warc-concurrent-to") == response.field("warc-record-id") =>
        {
            request.block
        }
        _ => Vec::new(),
    };
    Ok(page)
}

fn page(record: &Record) -> Result<Page, String> {
    let field = |name| record.field(name).ok_or_else(|| format!("has no {name}"));
    if field("warc-type")? != "response" {
        return Err("is no response".to_owned());
    }
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
