//! GB18030 without its characters of four bytes, which is what pages call GBK: twice as fast as the general decoder.
//!
//! What the pairs of bytes mean is asked of that decoder, once.

use std::sync::LazyLock;

use encoding_rs::{GB18030, UTF_8};

/// The text of `bytes` as `encoding_rs` reads GB18030; none where something other than ASCII and pairs of bytes stands
/// in them.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    // A pair becomes three bytes at most; behind the last one there is room for a word.
    let mut out = vec![0; bytes.len() / 2 * 3 + 16];
    let (mut rest, mut at) = (bytes, 0);
    while !rest.is_empty() {
        let length = ascii(rest, out.get_mut(at..)?);
        at += length;
        rest = pairs(&rest[length..], &mut out, &mut at)?;
    }
    out.truncate(at);
    let text = UTF_8.decode_without_bom_handling_and_without_replacement(&out)?;
    Some(text.into_owned())
}

/// Puts the pairs with which `from` begins into `out`, from `at` on; what comes behind them.
fn pairs<'a>(mut from: &'a [u8], out: &mut [u8], at: &mut usize) -> Option<&'a [u8]> {
    let known = &**PAIRS;
    let mut end = *at;
    while let [first @ 0x80..=0xff, second, behind @ ..] = from {
        let pair = known[usize::from(u16::from_be_bytes([*first, *second]) & LAST)];
        if pair == 0 {
            return None;
        }
        *out.get_mut(end..end + 4)?.first_chunk_mut()? = pair.to_le_bytes();
        end += 2 + usize::from(pair > 0xffff);
        from = behind;
    }
    *at = end;
    (from.len() != 1 || from[0].is_ascii()).then_some(from)
}

/// Copies the ASCII with which `from` begins as far as there is room; its length.
fn ascii(from: &[u8], into: &mut [u8]) -> usize {
    let mut length = 0;
    let words = from.as_chunks::<8>().0.iter();
    for (word, place) in words.zip(into.as_chunks_mut::<8>().0) {
        *place = *word;
        let beyond = u64::from_le_bytes(*word) & 0x8080_8080_8080_8080;
        if beyond != 0 {
            return length + (beyond.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let more = from[length..].iter().zip(&mut into[length..]);
    for (byte, place) in more.take_while(|(byte, _)| byte.is_ascii()) {
        *place = *byte;
        length += 1;
    }
    length
}

/// The last pair of bytes, without the bit that all have.
const LAST: u16 = 0x7fff;

/// What each pair of bytes means, by all its bits but the highest: the bytes of UTF-8, the first one lowest; 0 for what
/// is no pair, or no character.
static PAIRS: LazyLock<Box<[u32; LAST as usize + 1]>> = LazyLock::new(|| {
    let mut pairs = Box::new([0; LAST as usize + 1]);
    for (pair, place) in (!LAST..=u16::MAX).zip(pairs.iter_mut()) {
        let bytes = pair.to_be_bytes();
        let read = GB18030.decode_without_bom_handling_and_without_replacement(&bytes);
        let read = read.unwrap_or_default();
        let mut characters = read.chars();
        if let (Some(one @ '\u{80}'..='\u{ffff}'), None) = (characters.next(), characters.next()) {
            let mut meant = [0; 4];
            one.encode_utf8(&mut meant);
            *place = u32::from_le_bytes(meant);
        }
    }
    pairs
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the general decoder, or not at all.
    fn compare(bytes: &[u8]) -> bool {
        let (general, ruined) = GB18030.decode_without_bom_handling(bytes);
        let own = text(bytes);
        assert!(own.is_none() || !ruined, "{bytes:x?}");
        own.is_some_and(|own| {
            assert_eq!(own, general, "{bytes:x?}");
            true
        })
    }

    #[test]
    fn every_pair_is_read_as_by_the_general_decoder() {
        let mut read = 0;
        for pair in 0..=u16::MAX {
            let [first, second] = pair.to_be_bytes();
            for text in [&[first, second][..], &[b'a', first, second, b'>', 0x81]] {
                compare(text);
            }
            read += usize::from(!first.is_ascii() && compare(&[first, second]));
        }
        assert!(read > 23_900, "{read}");
    }

    #[test]
    fn a_chinese_page_is_read() {
        let page = "<p class=price>儿童玩具，￥19.90 …… 中华人民共和国</p>".repeat(9);
        let bytes = GB18030.encode(&page).0;
        assert_eq!(text(&bytes).as_deref(), Some(&*page));
        assert!(text(&bytes[..bytes.len() - 6]).is_some());
        assert_eq!(text(b"").as_deref(), Some(""));
        // A character of four bytes, half a pair.
        assert_eq!(text(&GB18030.encode("a\u{e7c7}\u{1f600}").0), None);
        assert_eq!(text(b"abcdefgh\xc4"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_by_the_general_decoder(pieces in proptest::collection::vec(prop_oneof!["[ -~]{0,20}".prop_map(String::into_bytes), "[一-龥]{0,5}".prop_map(|text| GB18030.encode(&text).0.into_owned()), proptest::collection::vec(any::<u8>(), 0..3)], 0..8)) {
            compare(&pieces.concat());
        }
    }
}
