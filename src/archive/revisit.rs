//! A page that is as it was: a revisit record (ISO 28500, 6.7) that refers to the capture which has the whole of it.

use std::{fs, path::Path};

use super::{
    Error, NAMES, Packed,
    member::Effort,
    pack::{full, record_id, request, response, unchunked},
    read,
    record::{Record, labelled, sha256},
};
use crate::model::{Capture, Page};

/// The server says that the page is the one that it gave before.
const NOT_MODIFIED: &str = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";
/// It gave the same payload once more.
const SAME_PAYLOAD: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

/// A page that the archive holds whole: what a later visit is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The address that answered then.
    pub url: String,
    /// Where it lies: a response, never a revisit.
    pub capture: Capture,
}

impl Original {
    /// Whether the archive in `dir` still has the file, as far as a glance tells.
    pub fn is_there(&self, dir: &Path) -> bool {
        let Capture { warc, offset, .. } = &self.capture;
        let file = NAMES.number(warc).map(|_| fs::metadata(dir.join(warc)));
        file.is_some_and(|meta| meta.is_ok_and(|meta| meta.len() > *offset))
    }
}

/// Packs a page of which `original` was kept earlier: as a revisit record, head only, where the server answered 304 or
/// gave the very same payload; otherwise whole, as `pack` does. The digest is that of the payload either way.
pub fn pack_again(page: &Page, original: &Original) -> Packed {
    let profile = if page.status == 304 {
        NOT_MODIFIED
    } else {
        let sha256 = sha256(&page.body);
        if page.status != 200 || page.truncated || sha256 != original.capture.sha256 {
            return full(page, sha256);
        }
        SAME_PAYLOAD
    };
    let capture = &original.capture;
    let id = record_id();
    let kind = "application/http;msgtype=response";
    let mut bytes = response("revisit", page, &id)
        .field("WARC-Profile", profile)
        .field("WARC-Refers-To-Target-URI", &original.url)
        .field("WARC-Refers-To-Date", &capture.fetched_at.to_string())
        .field("WARC-Refers-To-Filename", &capture.warc)
        .field("WARC-Refers-To-File-Offset", &capture.offset.to_string())
        .field("WARC-Payload-Digest", &labelled(&capture.sha256))
        .member(kind, &[&unchunked(&page.head)], Effort::Fast);
    bytes.extend(request(page, &id));
    Packed {
        bytes,
        sha256: capture.sha256.clone(),
        fetched_at: page.fetched_at,
        whole: false,
    }
}

/// The page of which the server says, by answering 304, that it is still as it was.
///
/// # Errors
/// Where the original cannot be read.
pub fn met_again(dir: &Path, visit: Page, original: &Original) -> Result<Page, Error> {
    read(dir, &original.capture).map(|original| unmodified(visit, original))
}

/// A 304 speaks of the answer given before (RFC 9110, 15.4.5): status, head and headers are those of that answer.
fn unmodified(visit: Page, original: Page) -> Page {
    Page {
        url: visit.url,
        request: visit.request,
        fetched_at: visit.fetched_at,
        remote: visit.remote,
        ..original
    }
}

/// What a revisit record refers to.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) warc: String,
    pub(super) offset: u64,
    /// As WARC writes a digest.
    digest: String,
    not_modified: bool,
}

impl Reference {
    /// None where `record` is no revisit; an error where it does not say what it refers to.
    pub(super) fn of(record: &Record) -> Result<Option<Self>, String> {
        if record.field("warc-type") != Some("revisit") {
            return Ok(None);
        }
        let field = |name: &str| record.field(name).ok_or_else(|| format!("has no {name}"));
        let warc = field("warc-refers-to-filename")?.to_owned();
        let offset = field("warc-refers-to-file-offset")?;
        let not_modified = match field("warc-profile")? {
            NOT_MODIFIED => true,
            SAME_PAYLOAD => false,
            other => return Err(format!("is a revisit of a profile not known here: {other}")),
        };
        Ok(Some(Self {
            warc,
            offset: offset
                .parse()
                .map_err(|_| format!("refers to byte {offset}, which is no number"))?,
            digest: field("warc-payload-digest")?.to_owned(),
            not_modified,
        }))
    }

    /// The page as it was met: `visit` with the body of `original`.
    pub(super) fn resolved(&self, visit: Page, original: Page) -> Result<Page, String> {
        if labelled(&sha256(&original.body)) != self.digest {
            return Err(self.another());
        }
        if self.not_modified {
            return Ok(unmodified(visit, original));
        }
        let body = original.body;
        Ok(Page { body, ..visit })
    }

    fn another(&self) -> String {
        format!(
            "refers to {} byte {}, where no response with payload {} is",
            self.warc, self.offset, self.digest
        )
    }
}

/// The responses met while the archive is walked, in its order; a revisit may refer to those only.
/// 24 bytes each, for an archive has many.
#[derive(Debug, Default)]
pub(super) struct Met(Vec<(u32, u64, u64)>);

impl Met {
    /// Takes note of a response, or checks that what a revisit refers to was met.
    pub(super) fn meet(&mut self, file: u32, offset: u64, record: &Record) -> Result<(), String> {
        if let Some(reference) = Reference::of(record)? {
            let file = NAMES.number(&reference.warc);
            let known = file.is_some_and(|file| {
                let key = (file, reference.offset, short(&reference.digest));
                self.0.binary_search(&key).is_ok()
            });
            return known.then_some(()).ok_or_else(|| reference.another());
        }
        if record.field("warc-type") == Some("response")
            && let Some(digest) = record.field("warc-payload-digest")
        {
            self.0.push((file, offset, short(digest)));
        }
        Ok(())
    }
}

/// The first 64 bits of a digest as WARC writes it.
fn short(digest: &str) -> u64 {
    let hex = digest.rsplit(':').next().and_then(|hex| hex.get(..16));
    hex.and_then(|hex| u64::from_str_radix(hex, 16).ok())
        .unwrap_or(0)
}
