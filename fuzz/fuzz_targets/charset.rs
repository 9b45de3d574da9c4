//! Any bytes under any name of a charset, packed in any way: text comes out, or a fault, and never more than was allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use listwarden::text::decode;

const MOST: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let (name, body) = bytes.split_at(bytes.len().min(12));
    let kind = format!("text/html; charset={}", String::from_utf8_lossy(name));
    decode::text(body, Some(&kind));
    decode::text(bytes, None);
    for coding in ["gzip", "deflate", "br", "zstd"] {
        if let Ok(unpacked) = decode::unpack(bytes, Some(coding), MOST) {
            assert!(unpacked.len() as u64 <= MOST);
        }
    }
});
