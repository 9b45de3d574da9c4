//! A gzip member that says how long it is, so that a file can be walked without unpacking it.
//!
//! The length stands in the extra field `sl` (skip lengths) that the drafts of WARC proposed: packed and
//! unpacked length, 32 bits each, little-endian. Tools that do not know it pass over it (RFC 1952, 2.3.1.1).

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use flate2::{Compression, bufread::GzDecoder, write::DeflateEncoder};
use memchr::memmem;

/// Deflate, an extra field, no time: how each of our members begins.
const MAGIC: [u8; 8] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0];
/// Twelve bytes of extra field: `sl`, eight bytes.
const EXTRA: [u8; 6] = [12, 0, b's', b'l', 8, 0];
/// Fixed part, length of the extra field, extra field.
const HEAD: usize = 10 + 2 + 12;
/// A member holds at least its head, an empty block, checksum and length.
const LEAST: u64 = HEAD as u64 + 2 + 8;

/// How hard to try to make it smaller.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effort {
    /// Not at all: it is short, or packed already.
    Stored,
    /// A little.
    Fast,
}

/// Packs `parts`, one behind the other, into one member.
pub(super) fn packed(parts: &[&[u8]], effort: Effort) -> Vec<u8> {
    let plain = parts.concat();
    let room = match effort {
        Effort::Stored => plain.len() + plain.len() / 1000 + 64,
        Effort::Fast => plain.len() / 3 + 512,
    };
    let mut bytes = Vec::with_capacity(room);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&[0, 255]); // no level, no system named
    bytes.extend_from_slice(&EXTRA);
    bytes.extend_from_slice(&[0; 8]);
    bytes = match effort {
        Effort::Stored => stored(bytes, &plain),
        Effort::Fast => deflated(bytes, &plain),
    };
    bytes.extend_from_slice(&crc32fast::hash(&plain).to_le_bytes());
    bytes.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    let lengths = [bytes.len(), plain.len()].map(|n| u32::try_from(n).unwrap_or(0).to_le_bytes());
    if let Some(field) = bytes.get_mut(HEAD - 8..HEAD) {
        field.copy_from_slice(lengths.as_flattened());
    }
    bytes
}

fn deflated(bytes: Vec<u8>, plain: &[u8]) -> Vec<u8> {
    let mut deflate = DeflateEncoder::new(bytes, Compression::fast());
    // Writing to memory does not fail.
    let _ = deflate.write_all(plain);
    deflate.finish().unwrap_or_default()
}

/// Blocks that are not deflated (RFC 1951, 3.2.4); setting up a compressor for them would cost more than all the rest.
fn stored(mut bytes: Vec<u8>, plain: &[u8]) -> Vec<u8> {
    let mut rest = plain;
    loop {
        let length = rest.len().min(usize::from(u16::MAX));
        let (block, behind) = rest.split_at(length);
        let length = length as u16;
        bytes.push(u8::from(behind.is_empty()));
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&(!length).to_le_bytes());
        bytes.extend_from_slice(block);
        if behind.is_empty() {
            return bytes;
        }
        rest = behind;
    }
}

/// The member that begins where `reader` stands: its bytes unpacked, and its length. `None` where what
/// stands there is no whole member; the reader then stands anywhere.
pub(super) fn next(reader: &mut impl Read) -> io::Result<Option<(Vec<u8>, u64)>> {
    let Some(lengths) = lengths(reader)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    reader
        .by_ref()
        .take(lengths.packed - HEAD as u64)
        .read_to_end(&mut bytes)?;
    Ok(unpacked(&lengths, &bytes).map(|plain| (plain, lengths.packed)))
}

/// What `whole` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A member of that many bytes.
    Member(u64),
    /// Damage of that many bytes: a member whose bytes are all there but not right, or what lies before
    /// the next whole member.
    Damage(u64),
}

impl Found {
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::Member(bytes) | Self::Damage(bytes) => bytes,
        }
    }
}

/// What stands where `reader` stands, with `left` bytes to go. A member that ends more than `recent` bytes
/// before the end is believed to be whole. `None`: what is there was cut short and nothing whole is behind it.
pub(super) fn whole(
    reader: &mut (impl Read + Seek),
    left: u64,
    recent: u64,
) -> io::Result<Option<Found>> {
    let start = reader.stream_position()?;
    match lengths(reader)? {
        Some(lengths) if lengths.packed <= left => {
            if lengths.packed.saturating_add(recent) < left {
                return Ok(Some(Found::Member(lengths.packed)));
            }
            reader.seek(SeekFrom::Start(start))?;
            let right = next(reader)?.is_some();
            let found = if right { Found::Member } else { Found::Damage };
            Ok(Some(found(lengths.packed)))
        }
        _ => behind(reader, start),
    }
}

/// The nearest whole member behind a broken one that begins at `start`.
fn behind(reader: &mut (impl Read + Seek), start: u64) -> io::Result<Option<Found>> {
    reader.seek(SeekFrom::Start(start))?;
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest)?;
    for at in memmem::find_iter(&rest, &MAGIC).filter(|at| *at > 0) {
        if next(&mut &rest[at..])?.is_some() {
            return Ok(Some(Found::Damage(at as u64)));
        }
    }
    Ok(None)
}

struct Lengths {
    head: [u8; HEAD],
    packed: u64,
    plain: u64,
}

/// Reads a member's head, if one of ours stands here.
fn lengths(reader: &mut impl Read) -> io::Result<Option<Lengths>> {
    let mut head = [0; HEAD];
    match reader.read_exact(&mut head) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let number = |at: usize| {
        let bytes = [head[at], head[at + 1], head[at + 2], head[at + 3]];
        u64::from(u32::from_le_bytes(bytes))
    };
    let (packed, plain) = (number(HEAD - 8), number(HEAD - 4));
    let ours = head.starts_with(&MAGIC) && head[10..].starts_with(&EXTRA) && packed >= LEAST;
    Ok(ours.then_some(Lengths {
        head,
        packed,
        plain,
    }))
}

/// Unpacks a member of which `bytes` are what follows the head; `None` where it is not whole.
fn unpacked(lengths: &Lengths, bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() as u64 + HEAD as u64 != lengths.packed {
        return None;
    }
    let mut plain = Vec::new();
    let mut gzip = GzDecoder::new(BufReader::new(lengths.head.as_slice().chain(bytes)));
    // One byte more than it says, so that a lie shows; never more than that, whatever it unpacks to.
    gzip.by_ref()
        .take(lengths.plain + 1)
        .read_to_end(&mut plain)
        .ok()?;
    (plain.len() as u64 == lengths.plain).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_packed_comes_out_again_and_gzip_agrees() {
        let noise: Vec<u8> = (0..200_000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        for length in [0, 1, 65_535, 65_536, 200_000] {
            for effort in [Effort::Stored, Effort::Fast] {
                let member = packed(&[&noise[..length / 2], &noise[length / 2..length]], effort);
                let (plain, packed) = next(&mut member.as_slice()).unwrap().unwrap();
                assert_eq!(
                    (plain.as_slice(), packed),
                    (&noise[..length], member.len() as u64)
                );
                let mut peer = Vec::new();
                let mut gzip = flate2::read::GzDecoder::new(member.as_slice());
                gzip.read_to_end(&mut peer).unwrap();
                assert_eq!(peer, &noise[..length]);
            }
        }
    }

    #[test]
    fn only_the_recent_end_is_unpacked_at_opening() {
        let records = [0, 1, 2].map(|n| packed(&[&[n; 100]], Effort::Fast));
        let mut bytes = records.concat();
        let left = bytes.len() as u64;
        bytes[30] ^= 1;
        let mut reader = io::Cursor::new(bytes);
        let first = records[0].len() as u64;
        let found = whole(&mut reader, left, 20).unwrap();
        assert_eq!(found, Some(Found::Member(first)));
        reader.set_position(0);
        let found = whole(&mut reader, left, left).unwrap();
        assert_eq!(found, Some(Found::Damage(first)));
    }
}
