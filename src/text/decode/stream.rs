//! A body unpacked while it is read, for what is larger unpacked than may be held at once.

use std::io::{BufReader, Cursor, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::Undecodable;

/// What a gzip stream begins with (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Undoes one content coding, and gzip that lies in it or comes without being named (a `.gz` file sent as it is).
/// Damage is an error of the reader, after all that came before it.
pub fn stream<'a>(body: &'a [u8], coding: Option<&str>) -> Result<Box<dyn Read + 'a>, Undecodable> {
    let named = coding.unwrap_or("").trim().to_ascii_lowercase();
    match named.as_str() {
        // What is said to be gzip and is not was unpacked on the way already.
        "" | "identity" | "gzip" | "x-gzip" => {}
        "deflate" if body.first().is_some_and(|b| b & 0x0f == 8) => {
            return Ok(unzipped(ZlibDecoder::new(body)));
        }
        "deflate" => return Ok(unzipped(DeflateDecoder::new(body))),
        "br" => return Ok(unzipped(brotli::Decompressor::new(body, 4096))),
        _ => return Err(Undecodable::Coding(named)),
    }
    if body.starts_with(&GZIP) {
        return Ok(unzipped(MultiGzDecoder::new(body)));
    }
    Ok(Box::new(body))
}

/// The stream, or what is in it where that is gzip.
fn unzipped<'a>(mut stream: impl Read + 'a) -> Box<dyn Read + 'a> {
    let mut head = Vec::new();
    // An error here comes again at the next reading.
    let _ = stream.by_ref().take(2).read_to_end(&mut head);
    let zipped = head == GZIP;
    let whole = BufReader::new(Cursor::new(head).chain(stream));
    if zipped {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = write::GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn read(body: &[u8], coding: Option<&str>) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let whole = stream(body, coding).unwrap().read_to_end(&mut out).is_ok();
        (out, whole)
    }

    #[test]
    fn codings_come_off_one_after_the_other() {
        let map = b"<urlset/>".repeat(500);
        let mut zlib = write::ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&map).unwrap();
        let zlib = zlib.finish().unwrap();
        for (body, coding) in [
            (map.clone(), None),
            (gzip(&map), None),
            (gzip(&map), Some("gzip")),
            (gzip(&gzip(&map)), Some("GZIP")),
            (
                [gzip(&map[..70]), gzip(&map[70..])].concat(),
                Some("x-gzip"),
            ),
            (zlib, Some("deflate")),
            (map.clone(), Some("gzip")),
        ] {
            assert_eq!(read(&body, coding), (map.clone(), true), "{coding:?}");
        }
        assert!(stream(b"x", Some("lzma")).is_err());
    }

    #[test]
    fn what_comes_before_the_damage_is_read() {
        let map: Vec<u8> = (0..40_000_u32)
            .flat_map(|n| (n * 7919).to_le_bytes())
            .collect();
        let packed = gzip(&map);
        let (out, whole) = read(&packed[..packed.len() / 2], Some("gzip"));
        assert!(!whole && out.len() > 1000 && map.starts_with(&out));
    }
}
