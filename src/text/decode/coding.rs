//! Content codings (RFC 9110, 8.4): gzip, deflate, br.

use std::{borrow::Cow, io::Read};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::Undecodable;

/// More codings in one list than any server means.
const MOST: usize = 4;
/// More members of a gzip stream than any server sends: each costs time, also where nothing is in it.
const MOST_MEMBERS: usize = 4096;

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
    // Pages get about so much larger; a lie costs no more than `limit`, and growing bit by bit costs more than unpacking.
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let usual = body.len().saturating_mul(8).min(most);
    let mut out = Vec::with_capacity(usual.saturating_add(1));
    let mut rest = body;
    for _ in 0..MOST_MEMBERS {
        let mut member = GzDecoder::new(rest);
        out = drain("gzip", &mut member, out, limit)?;
        rest = member.into_inner();
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(out);
        }
    }
    let many = format!("more than {MOST_MEMBERS} members");
    Err(Undecodable::Damaged("gzip", many))
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write};
    use proptest::prelude::*;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = write::GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn zlib_of(text: &[u8]) -> Vec<u8> {
        let mut out = write::ZlibEncoder::new(Vec::new(), Compression::fast());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn raw(text: &[u8]) -> Vec<u8> {
        let mut out = write::DeflateEncoder::new(Vec::new(), Compression::fast());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn brotli(text: &[u8]) -> Vec<u8> {
        let mut out = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
        out.write_all(text).unwrap();
        out.into_inner()
    }

    #[test]
    fn each_coding_is_undone() {
        let page = "<p>商品</p>".repeat(500);
        let page = page.as_bytes();
        let members = [gzip(&page[..100]), gzip(&page[100..]), vec![0; 8]].concat();
        for (body, coding) in [
            (page.to_vec(), None),
            (page.to_vec(), Some("Identity")),
            (gzip(page), Some("GZIP")),
            (members, Some("x-gzip")),
            (zlib_of(page), Some("deflate")),
            (raw(page), Some("deflate")),
            (brotli(page), Some("br")),
            (brotli(&gzip(page)), Some("gzip, br")),
            (Vec::new(), Some("gzip")),
        ] {
            let empty = body.is_empty();
            let out = unpack(&body, coding, 1 << 20).unwrap();
            assert_eq!(&*out, if empty { &[][..] } else { page }, "{coding:?}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit_and_damage_is_named() {
        let bomb = vec![0u8; 4 << 20];
        for (body, coding) in [
            (gzip(&bomb), "gzip"),
            (zlib_of(&bomb), "deflate"),
            (raw(&bomb), "deflate"),
            (brotli(&bomb), "br"),
        ] {
            assert_eq!(
                unpack(&body, Some(coding), 1000),
                Err(Undecodable::TooLarge { limit: 1000 })
            );
            let half = &body[..body.len() / 2];
            assert!(
                matches!(
                    unpack(half, Some(coding), 8 << 20),
                    Err(Undecodable::Damaged(..))
                ),
                "{coding}"
            );
        }
        assert_eq!(
            unpack(b"x", Some("lzma"), 10),
            Err(Undecodable::Coding("lzma".to_owned()))
        );
        assert!(unpack(b"x", Some("gzip,gzip,gzip,gzip,gzip"), 10).is_err());
    }

    #[test]
    fn neither_many_members_nor_codings_upon_codings_go_past_the_limit() {
        let member = gzip(&vec![0u8; 600]);
        let two = [&member[..], &member].concat();
        let limit = 1000;
        assert_eq!(
            unpack(&two, Some("gzip"), limit),
            Err(Undecodable::TooLarge { limit })
        );
        assert_eq!(
            unpack(&two, Some("gzip"), 1200).map(|out| out.len()),
            Ok(1200)
        );
        let within = gzip(&gzip(&vec![0u8; 4 << 20]));
        assert_eq!(
            unpack(&within, Some("gzip, gzip"), limit),
            Err(Undecodable::TooLarge { limit })
        );
        let many = unpack(&gzip(b"").repeat(MOST_MEMBERS + 1), Some("gzip"), limit).unwrap_err();
        assert_eq!(
            many.to_string(),
            "the gzip stream is damaged: more than 4096 members"
        );
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit(body in proptest::collection::vec(any::<u8>(), 0..200), coding in "gzip|deflate|br|gzip, br|", limit in 0u64..64) {
            for body in [body.clone(), gzip(&body), brotli(&body), raw(&body)] {
                if let Ok(out) = unpack(&body, Some(&coding), limit) {
                    prop_assert!(out.len() as u64 <= limit);
                }
            }
        }
    }
}
