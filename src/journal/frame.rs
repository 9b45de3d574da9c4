//! The form of a frame and of a segment's header on disk; nothing else knows it.
//!
//! All numbers are little-endian. A header: magic (8), format (u16), segment number (u32), hash of the last
//! frame of the segment before (32), CRC-32 of all that (u32). A frame: mark (4), CRC-32 of the rest and of
//! its own place (u32), stored length (u32), length before compression (u32), kind (u8), flags (u8), hash of
//! the frame before (32), stored payload. Because the place is part of the checksum, bytes that look like a
//! frame inside a payload are none.

use std::{
    cell::RefCell,
    io::{self, Read},
};

use super::{Frame, Place};

/// The format written by this version.
pub(super) const FORMAT: u16 = 1;
/// Length of a segment's header in bytes.
pub(super) const HEADER: u64 = 50;
/// Every frame begins with it, so that frames behind a damaged one can be found.
pub(super) const MARK: [u8; 4] = *b"\x9elwF";
/// The largest payload in bytes.
pub(super) const MAX_PAYLOAD: usize = 64 << 20;

const MAGIC: [u8; 8] = *b"LWJRNL\r\n";
const HEAD: usize = 50;
const COMPRESSED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;
/// Below this many bytes compression gains nothing worth its time.
const WORTH: usize = 96;

/// What is wrong with bytes that should be a frame or a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file ends before the record does.
    #[error("the record is cut short")]
    Short,
    /// No frame begins here.
    #[error("no record begins here")]
    Mark,
    /// The bytes are not the ones that were written.
    #[error("the checksum is wrong")]
    Checksum,
    /// The checksum holds, but the payload cannot be unpacked.
    #[error("the payload cannot be unpacked")]
    Payload,
    /// The frame does not follow the one before it: something was taken out, put in or changed.
    #[error("the record does not follow the one before it")]
    Chain,
    /// A segment does not begin with its header.
    #[error("the segment's header is damaged")]
    Header,
    /// A segment is not there, though later ones are.
    #[error("the segment is missing")]
    Missing,
}

thread_local! {
    /// Making one takes longer than unpacking a frame.
    static UNPACKER: RefCell<zstd::bulk::Decompressor<'static>> = RefCell::default();
}

/// A frame as read, with its part in the group that was written at once.
#[derive(Clone, Debug)]
pub(super) struct Grouped {
    pub(super) frame: Frame,
    pub(super) prev: [u8; 32],
    pub(super) first: bool,
    pub(super) last: bool,
}

/// Which end of its group a frame is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) first: bool,
    pub(super) last: bool,
}

/// Packs frames; keeps the compressor, which is dear to make.
pub(super) struct Packer(zstd::bulk::Compressor<'static>);

impl Packer {
    pub(super) fn new() -> io::Result<Self> {
        zstd::bulk::Compressor::new(1).map(Self)
    }

    /// Puts a frame that will lie at `place` behind `out`; gives the chain up to it.
    pub(super) fn pack(
        &mut self,
        out: &mut Vec<u8>,
        place: Place,
        part: Part,
        prev: &[u8; 32],
        (kind, payload): (u8, &[u8]),
    ) -> [u8; 32] {
        let squeezed = (payload.len() >= WORTH)
            .then(|| self.0.compress(payload).ok())
            .flatten()
            .filter(|s| s.len() + s.len() / 16 < payload.len());
        let flags = if squeezed.is_some() { COMPRESSED } else { 0 }
            | if part.first { FIRST } else { 0 }
            | if part.last { LAST } else { 0 };
        let stored = squeezed.as_deref().unwrap_or(payload);
        let start = out.len();
        out.extend_from_slice(&MARK);
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&(stored.len() as u32).to_le_bytes());
        out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        out.extend_from_slice(&[kind, flags]);
        out.extend_from_slice(prev);
        out.extend_from_slice(stored);
        let crc = checksum(place, &out[start + 8..]).to_le_bytes();
        out[start + 4..start + 8].copy_from_slice(&crc);
        chain(prev, kind, payload)
    }
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Packer")
    }
}

/// Reads the frame that begins at `place`, of whose file `left` bytes follow.
/// The outer error is the system's, the inner one says what is wrong with the bytes.
pub(super) fn read(
    reader: &mut impl Read,
    place: Place,
    left: u64,
) -> io::Result<Result<Grouped, Fault>> {
    if left < HEAD as u64 {
        return Ok(Err(Fault::Short));
    }
    let mut bytes = vec![0; HEAD];
    reader.read_exact(&mut bytes)?;
    if bytes[..4] != MARK {
        return Ok(Err(Fault::Mark));
    }
    let stored = number(&bytes[8..12]) as usize;
    if stored > MAX_PAYLOAD || (stored + HEAD) as u64 > left {
        return Ok(Err(Fault::Short));
    }
    bytes.resize(HEAD + stored, 0);
    reader.read_exact(&mut bytes[HEAD..])?;
    Ok(decode(&bytes, place))
}

/// Reads the frame that `bytes` begin with, which lie at `place`.
pub(super) fn decode(bytes: &[u8], place: Place) -> Result<Grouped, Fault> {
    let (head, end) = checked(bytes, place)?;
    let (kind, flags) = (head[16], head[17]);
    let prev = hash_at(head, 18);
    let payload = unpack(&bytes[HEAD..end], number(&head[12..16]) as usize, flags)?;
    Ok(Grouped {
        frame: Frame {
            place,
            next: Place {
                offset: place.offset + end as u64,
                ..place
            },
            kind,
            hash: chain(&prev, kind, &payload),
            payload,
        },
        prev,
        first: flags & FIRST != 0,
        last: flags & LAST != 0,
    })
}

/// Kind and payload of the frame alone: its hash takes as long as half of all the rest.
pub(super) fn record(bytes: &[u8], place: Place) -> Result<(u8, Vec<u8>), Fault> {
    let (head, end) = checked(bytes, place)?;
    let payload = unpack(&bytes[HEAD..end], number(&head[12..16]) as usize, head[17])?;
    Ok((head[16], payload))
}

/// The head of a frame whose checksum holds, and where the frame ends.
fn checked(bytes: &[u8], place: Place) -> Result<(&[u8], usize), Fault> {
    let head = bytes.get(..HEAD).ok_or(Fault::Short)?;
    if head[..4] != MARK {
        return Err(Fault::Mark);
    }
    let end = HEAD + number(&head[8..12]) as usize;
    let rest = bytes.get(8..end).ok_or(Fault::Short)?;
    match checksum(place, rest) == number(&head[4..8]) {
        true => Ok((head, end)),
        false => Err(Fault::Checksum),
    }
}

/// How many bytes the frame that `head` begins with has; `None` where that is no frame's head.
pub(super) fn length(head: &[u8]) -> Option<usize> {
    let head = head.get(..HEAD).filter(|h| h[..4] == MARK)?;
    let stored = number(&head[8..12]) as usize;
    (stored <= MAX_PAYLOAD).then_some(HEAD + stored)
}

/// A segment's header.
pub(super) fn header(segment: u32, prev: &[u8; 32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER as usize);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&segment.to_le_bytes());
    out.extend_from_slice(prev);
    out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
    out
}

/// Format and previous hash from the header of `segment`.
pub(super) fn read_header(bytes: &[u8], segment: u32) -> Result<(u16, [u8; 32]), Fault> {
    let bytes = bytes.get(..HEADER as usize).ok_or(Fault::Short)?;
    let (body, crc) = bytes.split_at(HEADER as usize - 4);
    let right = body.starts_with(&MAGIC)
        && crc32fast::hash(body) == number(crc)
        && number(&body[10..14]) == segment;
    if !right {
        return Err(Fault::Header);
    }
    Ok((u16::from_le_bytes([body[8], body[9]]), hash_at(body, 14)))
}

fn unpack(stored: &[u8], length: usize, flags: u8) -> Result<Vec<u8>, Fault> {
    if flags & COMPRESSED == 0 {
        return Ok(stored.to_vec());
    }
    if length > MAX_PAYLOAD {
        return Err(Fault::Payload);
    }
    let payload = UNPACKER.with_borrow_mut(|u| u.decompress(stored, length));
    let payload = payload.map_err(|_| Fault::Payload)?;
    (payload.len() == length)
        .then_some(payload)
        .ok_or(Fault::Payload)
}

fn chain(prev: &[u8; 32], kind: u8, payload: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(prev).update(&[kind]).update(payload);
    hasher.finalize().into()
}

fn checksum(place: Place, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&place.segment.to_le_bytes());
    hasher.update(&place.offset.to_le_bytes());
    hasher.update(bytes);
    hasher.finalize()
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |n, &b| n << 8 | u32::from(b))
}

fn hash_at(bytes: &[u8], at: usize) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(&bytes[at..at + 32]);
    hash
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: Place = Place {
        segment: 3,
        offset: 77,
    };

    proptest! {
        #[test]
        fn packed_is_read_back_and_any_changed_byte_is_noticed(
            payload in prop::collection::vec(0u8..4, 0..400), kind: u8, flip: prop::sample::Index
        ) {
            let mut bytes = Vec::new();
            let part = Part { first: true, last: false };
            let hash = Packer::new().unwrap().pack(&mut bytes, AT, part, &[7; 32], (kind, &payload));
            let back = decode(&bytes, AT).unwrap();
            prop_assert_eq!(record(&bytes, AT), Ok((kind, payload.clone())));
            prop_assert_eq!((back.frame.kind, back.frame.hash, back.prev), (kind, hash, [7; 32]));
            prop_assert_eq!(back.frame.payload, payload);
            prop_assert!(back.first && !back.last);
            let elsewhere = decode(&bytes, Place { offset: 78, ..AT });
            prop_assert!(elsewhere.is_err());
            let at = flip.index(bytes.len());
            bytes[at] ^= 1;
            prop_assert!(decode(&bytes, AT).is_err());
        }
    }

    #[test]
    fn a_header_of_another_segment_is_refused() {
        let bytes = header(4, &[9; 32]);
        assert_eq!(bytes.len() as u64, HEADER);
        assert_eq!(read_header(&bytes, 4), Ok((FORMAT, [9; 32])));
        assert_eq!(read_header(&bytes, 5), Err(Fault::Header));
    }
}
