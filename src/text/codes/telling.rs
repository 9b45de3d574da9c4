//! What tells that a text may hold a number, looked for in the text as it is written: most texts hold none, and need not
//! be folded to learn that.

use std::collections::BTreeMap;

use daachorse::DoubleArrayAhoCorasick;

/// Words of small letters, each with the bits of those who ask for it.
pub(super) struct Words(Option<DoubleArrayAhoCorasick<u64>>);

impl Words {
    pub(super) fn new(asked: impl Iterator<Item = (&'static str, u64)>) -> Self {
        let mut words: BTreeMap<&str, u64> = BTreeMap::new();
        for (word, bits) in asked {
            *words.entry(word).or_default() |= bits;
        }
        Self(DoubleArrayAhoCorasick::with_values(words).ok())
    }

    /// The bits of the words in a text. Latin letters of both sizes count.
    pub(super) fn of(&self, text: &str) -> u64 {
        let Some(words) = &self.0 else {
            return u64::MAX;
        };
        let bytes = text.bytes().map(|b| b.to_ascii_lowercase());
        let hits = words.find_overlapping_iter_from_iter(bytes);
        hits.fold(0, |all, hit| all | hit.value())
    }
}

/// Latin letters and digits of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// Digits in a row at most.
    pub(super) digits: usize,
    /// Letters and digits in a row at most.
    pub(super) signs: usize,
}

impl Signs {
    pub(super) fn of(text: &str) -> Self {
        let mut all = Self::default();
        let mut run = Self::default();
        for byte in text.bytes() {
            all.see(byte, &mut run);
        }
        all
    }

    /// The same, where folding the text brings no Latin letter or digit that does not stand in it already, joins none
    /// and takes none away.
    pub(super) fn as_written(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut all = Self::default();
        let mut run = Self::default();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            all.see(*byte, &mut run);
            at += match byte {
                b' '..=b'~' | b'\t' | b'\n' | b'\r' => 1,
                0xe4..=0xe9 => 3,
                _ => plain_width(&bytes[at..])?,
            };
        }
        Some(all)
    }

    fn see(&mut self, byte: u8, run: &mut Self) {
        if byte.is_ascii_digit() {
            run.digits += 1;
            run.signs += 1;
            self.digits = self.digits.max(run.digits);
            self.signs = self.signs.max(run.signs);
        } else if byte.is_ascii_alphabetic() {
            run.digits = 0;
            run.signs += 1;
            self.signs = self.signs.max(run.signs);
        } else {
            *run = Self::default();
        }
    }
}

/// The bytes of the character at the beginning, where folding makes of it no Latin letter or digit and no part of another
/// character: letters with accents, Cyrillic, kana, Han, Hangul and the marks between them. None for all others.
fn plain_width(bytes: &[u8]) -> Option<usize> {
    Some(match bytes {
        [
            0xc2,
            0xa0 | 0xa3 | 0xa5 | 0xa7 | 0xa9 | 0xab | 0xae | 0xb0 | 0xb7 | 0xbb,
            ..,
        ] => 2,
        [0xc3, ..] | [0xd0, 0x81 | 0x90.., ..] | [0xd1, 0x80..=0x8f | 0x91, ..] => 2,
        [
            0xe2,
            0x80,
            0x93 | 0x94 | 0x98 | 0x99 | 0x9c | 0x9d | 0xa2 | 0xa6,
            ..,
        ] => 3,
        [0xe3, 0x80, 0x80..=0x82 | 0x88..=0x91 | 0x94..=0x9b, ..] => 3,
        [0xe3, 0x81, 0x81..=0xbf, ..] | [0xe3, 0x82, 0x80..=0x96 | 0xa1..=0xbf, ..] => 3,
        [0xe3, 0x83, 0x80..=0xbc, ..] | [0xe3, 0x90..=0xbf, ..] => 3,
        [0xea, 0xb0..=0xbf, ..] | [0xeb | 0xec, ..] | [0xed, 0x80..=0x9d, ..] => 3,
        [0xef, 0xbc, 0x81..=0x8c | 0x8e | 0x8f | 0x9a..=0x9f, ..] => 3,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    #[test]
    fn what_is_read_as_written_folds_to_nothing_that_tells() {
        let mut plain = 0;
        for c in (char::MIN..=char::MAX).filter(|c| Signs::as_written(&c.to_string()).is_some()) {
            plain += 1;
            let folded = fold(&format!("x{c}y"));
            let inner = &folded[1..folded.len() - 1];
            assert!(folded.starts_with('x') && folded.ends_with('y'), "{c}");
            assert!(!inner.is_empty(), "{c}");
            if !c.is_ascii() {
                assert!(!inner.contains(|c: char| c.is_ascii_alphanumeric()), "{c}");
            }
        }
        assert!(plain > 30_000);
    }

    #[test]
    fn runs_are_counted() {
        let text = "型号AB-123456 Q7、12";
        assert_eq!(
            Signs::of(text),
            Signs {
                digits: 6,
                signs: 6
            }
        );
        assert_eq!(Signs::as_written(text), Some(Signs::of(text)));
        for folds in [
            "１",
            "c\u{200b}c",
            "①",
            "e\u{301}",
            "㎏",
            "ⅳ",
            "か\u{3099}",
            "Å\u{30a}",
        ] {
            assert_eq!(Signs::as_written(folds), None, "{folds}");
        }
    }
}
