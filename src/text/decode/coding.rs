//! Content codings (RFC 9110, 8.4): gzip, deflate, br.

use std::{borrow::Cow, io::Read};

use flate2::{
    Decompress, FlushDecompress, Status,
    bufread::{DeflateDecoder, ZlibDecoder},
};

use super::Undecodable;

/// More codings in one list than any server means.
const MOST: usize = 4;
/// More members of a gzip stream than any server sends: each costs time, also where nothing is in it.
const MOST_MEMBERS: usize = 4096;
/// Bytes that a gzip stream is believed to unpack to, for each of its own: a lie about it costs no more.
const USUAL: usize = 16;
/// Bytes of room behind the last that let it be unpacked as fast as the others.
const SPARE: usize = 512;
/// What a member of a gzip stream begins with (RFC 1952, 2.3.1).
const MAGIC: &[u8] = &[0x1f, 0x8b];

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
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(likely_size(body).min(most).saturating_add(SPARE));
    let mut inflate = Decompress::new(false);
    let mut rest = body;
    for _ in 0..MOST_MEMBERS {
        rest = member(&mut inflate, rest, &mut out, limit)?;
        if !rest.starts_with(MAGIC) {
            return Ok(out);
        }
        inflate.reset(false);
    }
    Err(damaged(format!("more than {MOST_MEMBERS} members")))
}

fn damaged(why: impl ToString) -> Undecodable {
    Undecodable::Damaged("gzip", why.to_string())
}

/// Bytes that come out of a gzip stream, as its last four say (RFC 1952, 2.3.1), if that is likely.
fn likely_size(body: &[u8]) -> usize {
    let stated = body
        .last_chunk()
        .map_or(0, |last| u32::from_le_bytes(*last));
    let stated = usize::try_from(stated).unwrap_or(usize::MAX);
    stated.min(body.len().saturating_mul(USUAL))
}

/// Unpacks the member that `body` begins with behind `out`; gives what comes after it.
fn member<'a>(
    inflate: &mut Decompress,
    body: &'a [u8],
    out: &mut Vec<u8>,
    limit: u64,
) -> Result<&'a [u8], Undecodable> {
    let mut rest = behind_head(body).ok_or_else(|| damaged("it does not begin as gzip does"))?;
    let start = out.len();
    loop {
        let (taken, given) = (inflate.total_in(), out.len());
        if given == out.capacity() {
            out.reserve_exact(given.max(SPARE));
        }
        let status = inflate
            .decompress_vec(rest, out, FlushDecompress::Finish)
            .map_err(damaged)?;
        if out.len() as u64 > limit {
            return Err(Undecodable::TooLarge { limit });
        }
        let used = usize::try_from(inflate.total_in() - taken).unwrap_or(usize::MAX);
        rest = rest.get(used..).unwrap_or_default();
        if status == Status::StreamEnd {
            break;
        }
        if used == 0 && out.len() == given {
            return Err(damaged("it ends too soon"));
        }
    }
    let (stated, behind) = rest
        .split_at_checked(8)
        .ok_or_else(|| damaged("it ends too soon"))?;
    let plain = &out[start..];
    let found = [crc32fast::hash(plain), plain.len() as u32].map(u32::to_le_bytes);
    (stated == found.as_flattened())
        .then_some(behind)
        .ok_or_else(|| damaged("its checksum is that of other bytes"))
}

/// What comes after the head of a gzip member; none where it has none, or no whole one.
fn behind_head(body: &[u8]) -> Option<&[u8]> {
    let (head, mut rest) = body.split_at_checked(10)?;
    let flags = head[3];
    if !head.starts_with(MAGIC) || head[2] != 8 {
        return None;
    }
    if flags & 4 != 0 {
        let length = rest.first_chunk()?;
        rest = rest.get(2 + usize::from(u16::from_le_bytes(*length))..)?;
    }
    // A name, then a comment.
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = rest.get(memchr::memchr(0, rest)? + 1..)?;
        }
    }
    let check = if flags & 2 != 0 { 2 } else { 0 };
    rest.get(check..)
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
    fn the_head_of_a_member_may_say_more_and_its_end_must_be_right() {
        let page = "<p>商品</p>".repeat(500).into_bytes();
        let mut member = flate2::GzBuilder::new()
            .extra(*b"ab\x01\0x")
            .filename("page")
            .comment("a page")
            .write(Vec::new(), Compression::fast());
        member.write_all(&page).unwrap();
        let mut member = member.finish().unwrap();
        assert_eq!(unpack(&member, Some("gzip"), 1 << 20).unwrap(), page);
        // The two bytes of a checksum of the head, behind the comment.
        let head = 10 + 2 + 5 + 5 + 7;
        member[3] |= 2;
        let body = member.split_off(head);
        let checked = [&member[..], b"\0\0", &body].concat();
        assert_eq!(unpack(&checked, Some("gzip"), 1 << 20).unwrap(), page);
        let whole = gzip(&page);
        for (at, name) in [(8, "checksum"), (4, "length")] {
            let mut wrong = whole.clone();
            let at = wrong.len() - at;
            wrong[at] ^= 1;
            let fault = unpack(&wrong, Some("gzip"), 1 << 20).unwrap_err();
            assert!(matches!(fault, Undecodable::Damaged(..)), "{name}");
        }
        for cut in 0..head.min(whole.len()) {
            let cut = unpack(&whole[..cut], Some("gzip"), 1 << 20);
            assert!(cut.is_err() || cut.unwrap().is_empty());
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
        fn gzip_comes_out_as_it_went_in(pieces in proptest::collection::vec("[a-c]{0,40}", 0..4), times in 1usize..400, behind in "[x ]{0,6}") {
            let members: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.repeat(times).into_bytes()).collect();
            let mut body = members.iter().flat_map(|member| gzip(member)).collect::<Vec<u8>>();
            let plain = members.concat();
            let limit = plain.len() as u64;
            if !body.is_empty() {
                body.extend_from_slice(behind.as_bytes());
                prop_assert_eq!(&*unpack(&body, Some("gzip"), limit).unwrap(), &plain);
            }
            if limit > 0 {
                prop_assert_eq!(unpack(&body, Some("gzip"), limit - 1), Err(Undecodable::TooLarge { limit: limit - 1 }));
            }
        }

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
