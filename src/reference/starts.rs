//! Which beginnings any name or number has: most words of a listing begin none, and are passed over without a look-up.

/// Bytes of a beginning that are told apart.
const DEEP: usize = 6;
/// A power of two; 128 KiB of bits keep false alarms rare for 100,000 names.
const BITS: usize = 1 << 20;

/// First characters that are told apart; a power of two.
const FIRSTS: usize = 1 << 16;

/// A set of beginnings that may answer yes by mistake, never no.
#[derive(Debug, Default)]
pub(super) struct Starts {
    bits: Vec<u64>,
    firsts: Vec<u64>,
}

impl Starts {
    /// Takes a name in.
    pub(super) fn put(&mut self, name: &str) {
        if self.bits.is_empty() {
            self.bits = vec![0; BITS / 64];
            self.firsts = vec![0; FIRSTS / 64];
        }
        if let Some(first) = name.chars().next() {
            let place = first as usize % FIRSTS;
            self.firsts[place / 64] |= 1 << (place % 64);
        }
        let name = name.as_bytes();
        let whole = name.len().min(DEEP);
        if let Some(place) = places(name).nth(whole.saturating_sub(1)) {
            self.bits[place / 64] |= 1 << (place % 64);
        }
    }

    /// Whether some name may begin as `text` does, or be the whole of its beginning.
    pub(super) fn any(&self, text: &str) -> bool {
        !self.bits.is_empty() && places(text.as_bytes()).any(|place| self.has(place))
    }
}

/// A beginning with more characters than this, separators among them, is not looked into.
const FAR: usize = 64;

impl Starts {
    /// Whether no name was taken in.
    pub(super) fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// Whether some name may begin at some word of a folded text, whatever separates its letters.
    pub(super) fn anywhere(&self, folded: &str) -> bool {
        if self.bits.is_empty() {
            return false;
        }
        // A possessive is no part of a name, and where one is nothing is passed over.
        if folded.contains(['\'', '’']) {
            return true;
        }
        let mut inside = false;
        folded.char_indices().any(|(at, c)| {
            let within = inside && c.is_ascii();
            inside = c.is_ascii_alphanumeric();
            !within && self.is_first(c) && self.begins(&folded[at..])
        })
    }

    fn is_first(&self, c: char) -> bool {
        let place = c as usize % FIRSTS;
        self.firsts[place / 64] >> (place % 64) & 1 == 1
    }

    /// [`Self::any`] for a text with separators.
    fn begins(&self, text: &str) -> bool {
        let (mut hash, mut taken) = (SEED, 0);
        for (passed, byte) in text.bytes().enumerate() {
            if taken == DEEP {
                return false;
            }
            if passed == FAR {
                return true;
            }
            if !byte.is_ascii() {
                return self.begins_slowly(text);
            }
            if byte.is_ascii_alphanumeric() {
                taken += 1;
                hash = step(hash, byte);
                if self.has(place(hash)) {
                    return true;
                }
            }
        }
        false
    }

    fn has(&self, place: usize) -> bool {
        self.bits[place / 64] >> (place % 64) & 1 == 1
    }

    /// The same where not all letters are bytes.
    fn begins_slowly(&self, text: &str) -> bool {
        let mut bytes = [0; DEEP + 4];
        let mut end = 0;
        for (passed, c) in text.chars().enumerate() {
            if end >= DEEP {
                break;
            }
            if passed == FAR {
                return true;
            }
            if c.is_alphanumeric() {
                end += c.encode_utf8(&mut bytes[end..]).len();
            }
        }
        places(&bytes[..end]).any(|place| self.has(place))
    }
}

/// Where FNV-1a begins.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// A hash folded to the size of the set.
fn place(hash: u64) -> usize {
    (hash >> 32 ^ hash) as usize % BITS
}

/// The place of each beginning of one to six bytes.
fn places(text: &[u8]) -> impl Iterator<Item = usize> {
    text.iter().take(DEEP).scan(SEED, |hash, byte| {
        *hash = step(*hash, *byte);
        Some(place(*hash))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reference::words::Units;

    #[test]
    fn no_name_is_passed_over() {
        let mut starts = Starts::default();
        assert!(!starts.any("nordhaus"));
        for name in ["gt", "nordhaus", "rw1200", "小熊"] {
            starts.put(name);
        }
        for text in ["gtbike", "nordhausrw1200", "rw1200", "小熊电热水壶"] {
            assert!(starts.any(text), "{text}");
        }
        assert!(!starts.any("lumora"));
        let far = format!("the rw{}1200", " -".repeat(99));
        for text in [
            "a gt-bike",
            "white rw 12 00",
            "新款小 熊",
            "k's",
            "été gt",
            &far,
        ] {
            assert!(starts.anywhere(text), "{text}");
        }
        assert!(!starts.anywhere("lumora agt 新款小狗 1200rw"));
    }

    proptest! {
        #[test]
        fn a_text_is_looked_into_wherever_a_name_begins(
            names in prop::collection::vec("[a-c小熊é0-1]{1,4}", 1..4),
            text in "[a-c小熊é0-1 '’s.-]{0,24}",
        ) {
            let mut starts = Starts::default();
            names.iter().for_each(|name| starts.put(name));
            let units = Units::of(&text);
            let any = (0..units.all.len()).any(|at| starts.any(units.tail(at)));
            prop_assert!(!any || starts.anywhere(&text));
        }
    }
}
