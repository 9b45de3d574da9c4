//! Content codings (RFC 9110, 8.4): gzip, deflate, br.

use std::{borrow::Cow, io::Read};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::Undecodable;

/// More codings in one list than any server means.
const MOST: usize = 4;

/// Undoes `Content-Encoding` (a comma list), never giving more than `limit` bytes.
pub fn unpack<'a>(
    body: &'a [u8],
    coding: Option<&str>,
    limit: u64,
) -> Result<Cow<'a, [u8]>, Undecodable> {
    let names: Vec<String> = coding
        .unwrap_or("")
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    if names.len() > MOST {
        return Err(Undecodable::Coding(names.join(", ")));
    }
    let mut out = Cow::Borrowed(body);
    // Listed in the order in which they were applied.
    for name in names.iter().rev() {
        if !out.is_empty() {
            out = Cow::Owned(undo(&out, name, limit)?);
        }
    }
    if out.len() as u64 > limit {
        return Err(Undecodable::TooLarge { limit });
    }
    Ok(out)
}

fn undo(body: &[u8], name: &str, limit: u64) -> Result<Vec<u8>, Undecodable> {
    match name {
        "gzip" | "x-gzip" => gunzip(body, limit),
        // RFC 9110 means zlib; some servers send the bare stream.
        "deflate" if zlib(body) => {
            match drain("deflate", ZlibDecoder::new(body), Vec::new(), limit) {
                Err(Undecodable::Damaged(..)) => {
                    drain("deflate", DeflateDecoder::new(body), Vec::new(), limit)
                }
                unpacked => unpacked,
            }
        }
        "deflate" => drain("deflate", DeflateDecoder::new(body), Vec::new(), limit),
        "br" => drain(
            "br",
            brotli::Decompressor::new(body, 4096),
            Vec::new(),
            limit,
        ),
        other => Err(Undecodable::Coding(other.to_owned())),
    }
}

/// A zlib header: deflate, and its check (RFC 1950, 2.2).
fn zlib(body: &[u8]) -> bool {
    matches!(body, [cmf, flg, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)).is_multiple_of(31))
}

/// Every member of a gzip stream (RFC 1952, 2.2). Bytes after the last that are no member are passed over, as browsers do.
fn gunzip(body: &[u8], limit: u64) -> Result<Vec<u8>, Undecodable> {
    let mut out = Vec::new();
    let mut rest = body;
    loop {
        let mut member = GzDecoder::new(rest);
        out = drain("gzip", &mut member, out, limit)?;
        rest = member.into_inner();
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(out);
        }
    }
}

/// Reads `from` to its end behind `out`, and stops as soon as it is more than `limit`.
fn drain(
    name: &'static str,
    from: impl Read,
    mut out: Vec<u8>,
    limit: u64,
) -> Result<Vec<u8>, Undecodable> {
    let room = limit.saturating_sub(out.len() as u64);
    from.take(room.saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|error| Undecodable::Damaged(name, error.to_string()))?;
    if out.len() as u64 > limit {
        return Err(Undecodable::TooLarge { limit });
    }
    Ok(out)
}
