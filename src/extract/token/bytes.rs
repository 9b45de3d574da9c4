//! What single bytes are to a tag, and where a quoted value ends.

/// Where the quoted value that begins at `start` ends, and whether a `&` stands in it. Most values are short: a word at
/// a time costs less than a call.
#[inline]
pub(super) fn quoted(bytes: &[u8], start: usize, quote: u8) -> (usize, bool) {
    let (mut at, mut refers) = (start, false);
    let mut rest = bytes.get(start..).unwrap_or_default();
    while let Some(word) = rest.first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let (ends, signs) = (having(word, quote), having(word, b'&'));
        if ends != 0 {
            // Only what stands before the quote counts.
            refers |= signs & (ends ^ (ends - 1)) != 0;
            return (at + (ends.trailing_zeros() / 8) as usize, refers);
        }
        refers |= signs != 0;
        at += 8;
        rest = &rest[8..];
    }
    while let Some(byte) = bytes.get(at).filter(|byte| **byte != quote) {
        refers |= *byte == b'&';
        at += 1;
    }
    (at, refers)
}

/// The first `quote` from `start` on.
#[inline]
pub(super) fn closing(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start;
    while let Some(word) = bytes.get(at..)?.first_chunk::<8>() {
        let ends = having(u64::from_le_bytes(*word), quote);
        if ends != 0 {
            return Some(at + (ends.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let more = bytes.get(at..)?.iter().position(|byte| *byte == quote)?;
    Some(at + more)
}

/// As `closing`; and whether `sign`, which is a small letter or has no letter's capital, its capital, or a `&` may stand
/// before it.
#[inline]
pub(super) fn closing_after(
    bytes: &[u8],
    start: usize,
    quote: u8,
    sign: u8,
) -> Option<(usize, bool)> {
    const SMALL: u64 = u64::from_ne_bytes([0x20; 8]);
    let (mut at, mut signed) = (start, false);
    while let Some(word) = bytes.get(at..)?.first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let ends = having(word, quote);
        let signs = having(word | SMALL, sign) | having(word, b'&');
        if ends != 0 {
            signed |= signs & (ends ^ (ends - 1)) != 0;
            return Some((at + (ends.trailing_zeros() / 8) as usize, signed));
        }
        signed |= signs != 0;
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let more = rest.iter().position(|byte| *byte == quote)?;
    let is_sign = |byte: &u8| byte.eq_ignore_ascii_case(&sign) || *byte == b'&';
    Some((at + more, signed || rest[..more].iter().any(is_sign)))
}

/// The highest bit of every byte of `word` that is `byte`; behind the first such byte also of others.
#[inline]
pub(super) fn having(word: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let equal = word ^ (ONES * u64::from(byte));
    equal.wrapping_sub(ONES) & !equal & (ONES << 7)
}

/// The length of the name of a tag that begins with these bytes, where that is shorter than they, in small letters, and at
/// most one digit follows, as in `h1`.
#[inline]
pub(super) fn short_name(head: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_le_bytes(head);
    // Letters have this bit; digits and what ends a name do not.
    let letters = (!word & (ONES << 6)).trailing_zeros() / 8;
    let digits = u32::from(head.get(letters as usize)?.is_ascii_digit());
    let length = letters + digits;
    let ends = CLASS[usize::from(*head.get(length as usize)?)] & ENDS_TAG != 0;
    // Capitals do not have this bit.
    let small = !word & (ONES << 5) & !(u64::MAX << (8 * length)) == 0;
    (ends && small).then_some(length as usize)
}

pub(super) fn is_space(byte: u8) -> bool {
    CLASS[usize::from(byte)] & SPACE != 0
}

pub(super) fn ends_name(byte: u8) -> bool {
    CLASS[usize::from(byte)] & ENDS_NAME != 0
}

const SPACE: u8 = 1;
/// With it the name of an attribute is over.
pub(super) const ENDS_NAME: u8 = 2;
/// With it the name of a tag is over.
pub(super) const ENDS_TAG: u8 = 4;
/// What stands between attributes.
pub(super) const BETWEEN: u8 = 8;
pub(super) const UPPER: u8 = 16;

/// What each byte is to a tag.
pub(super) const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => SPACE | BETWEEN | ENDS_NAME | ENDS_TAG,
            b'/' => BETWEEN | ENDS_NAME | ENDS_TAG,
            b'>' => ENDS_NAME | ENDS_TAG,
            b'=' => ENDS_NAME,
            b'A'..=b'Z' => UPPER,
            _ => 0,
        };
        byte += 1;
    }
    class
};
