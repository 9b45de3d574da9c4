//! A page as its response and request records.

use uuid::Uuid;

use super::{
    Packed,
    member::Effort,
    record::{Draft, labelled, sha256},
};
use crate::model::{Page, Time};

/// Packs a page into a response and a request record.
///
/// The block of the response is head and body as received, but for the chunks: those are taken apart on
/// the way in, so a header that speaks of them (and, beside it, any Content-Length, which it overrides;
/// RFC 9112, 6.3) is left out. The payload digest is over the body as received, still content-encoded.
pub fn pack(page: &Page) -> Packed {
    full(page, sha256(&page.body))
}

/// As `pack`, the digest of the payload being known.
pub(super) fn full(page: &Page, sha256: String) -> Packed {
    let id = record_id();
    let mut bytes = response("response", page, &id)
        .field("WARC-Payload-Digest", &labelled(&sha256))
        .member(
            "application/http;msgtype=response",
            &[&unchunked(&page.head), &page.body],
            effort(page),
        );
    bytes.extend(request(page, &id));
    Packed {
        bytes,
        sha256,
        fetched_at: page.fetched_at,
        whole: true,
    }
}

/// The fields that every record of an answer has.
pub(super) fn response(kind: &str, page: &Page, id: &str) -> Draft {
    let mut draft = Draft::new(kind, id)
        .field("WARC-Date", &page.fetched_at.to_string())
        .field("WARC-Target-URI", page.url.as_str());
    if let Some(remote) = page.remote {
        draft = draft.field("WARC-IP-Address", &remote.ip().to_string());
    }
    if page.truncated {
        draft = draft.field("WARC-Truncated", "length");
    }
    draft
}

/// The request that brought the answer with that id; nothing where it is not known.
pub(super) fn request(page: &Page, answer: &str) -> Vec<u8> {
    if page.request.is_empty() {
        return Vec::new();
    }
    Draft::new("request", &record_id())
        .field("WARC-Date", &page.fetched_at.to_string())
        .field("WARC-Target-URI", page.url.as_str())
        .field("WARC-Concurrent-To", answer)
        .member(
            "application/http;msgtype=request",
            &[&page.request],
            Effort::Stored,
        )
}

/// The record at the head of a file.
pub(super) fn warcinfo(name: &str, now: Time) -> Vec<u8> {
    let block = concat!(
        "software: listwarden/",
        env!("CARGO_PKG_VERSION"),
        "\r\nformat: WARC File Format 1.1\r\n"
    );
    Draft::new("warcinfo", &record_id())
        .field("WARC-Date", &now.to_string())
        .field("WARC-Filename", name)
        .member(
            "application/warc-fields",
            &[block.as_bytes()],
            Effort::Stored,
        )
}

/// What came packed does not get smaller.
fn effort(page: &Page) -> Effort {
    let packed = page
        .header("content-encoding")
        .is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
    if packed || page.body.len() < 512 {
        Effort::Stored
    } else {
        Effort::Fast
    }
}

pub(super) fn record_id() -> String {
    format!("<urn:uuid:{}>", Uuid::new_v4())
}

/// The head with one empty line at its end, and without framing that the stored body no longer has.
pub(super) fn unchunked(head: &[u8]) -> Vec<u8> {
    let lines = || {
        let lines = head.split(|b| *b == b'\n');
        lines
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .filter(|line| !line.is_empty())
    };
    let chunked = lines().any(|line| names(line, "transfer-encoding"));
    let mut out = Vec::with_capacity(head.len());
    for line in lines() {
        let framing = names(line, "transfer-encoding") || names(line, "content-length");
        if !(chunked && framing) {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

fn names(line: &[u8], header: &str) -> bool {
    let name = line.split(|b| *b == b':').next().unwrap_or_default();
    name.eq_ignore_ascii_case(header.as_bytes())
}
