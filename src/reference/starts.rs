//! Which beginnings any name or number has: most words of a listing begin none, and are passed over without a look-up.

use super::words::alphanumeric;

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
    /// First characters.
    firsts: Vec<u64>,
    /// The first three letters and digits, where they are of ASCII: few enough to stay at hand while a text is passed over.
    threes: Vec<u64>,
}

impl Starts {
    /// Takes a name in: letters and digits of folded text.
    pub(super) fn put(&mut self, name: &str) {
        if self.bits.is_empty() {
            self.bits = vec![0; BITS / 64];
            self.firsts = vec![0; FIRSTS / 64];
            self.threes = vec![0; THREES / 64];
        }
        if let Some(first) = name.chars().next() {
            set(&mut self.firsts, first as usize % FIRSTS);
        }
        let name = name.as_bytes();
        for three in threes(name) {
            set(&mut self.threes, three);
        }
        let whole = name.len().min(DEEP);
        if let Some(place) = places(name).nth(whole.saturating_sub(1)) {
            set(&mut self.bits, place);
        }
    }

    /// Whether some name may begin as `text` does, or be the whole of its beginning.
    pub(super) fn any(&self, text: &str) -> bool {
        !self.bits.is_empty() && places(text.as_bytes()).any(|place| has(&self.bits, place))
    }
}

fn set(bits: &mut [u64], place: usize) {
    bits[place / 64] |= 1 << (place % 64);
}

fn has(bits: &[u64], place: usize) -> bool {
    bits[place / 64] >> (place % 64) & 1 == 1
}

/// Three letters or digits of ASCII, five bits each, which a digit shares with a letter.
const THREES: usize = 1 << 15;

/// The number of a letter or digit of ASCII.
fn letter(byte: u8) -> usize {
    usize::from(byte & 31)
}

/// The threes with which texts begin that begin as a name does, the rest of a short name open.
fn threes(name: &[u8]) -> impl Iterator<Item = usize> {
    let ascii = name.iter().take(3).take_while(|byte| byte.is_ascii());
    let (begun, taken) = ascii.fold((0, 0), |(begun, taken), byte| {
        (begun << 5 | letter(*byte), taken + 1)
    });
    let open = 5 * (3 - taken);
    let none = taken == 0;
    (0..1usize << open)
        .filter(move |_| !none)
        .map(move |rest| begun << open | rest)
}

/// Which bytes are letters and digits of ASCII.
static LETTERS: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        all[byte as usize] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    all
};

/// Whether a byte begins a character of three.
fn of_three(byte: u8) -> bool {
    byte & 0xf0 == 0xe0
}

/// The character of three bytes.
fn character(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |character, byte| {
        character << 6 | usize::from(byte & 0x3f)
    }) & 0xffff
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
        let bytes = folded.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            at += if LETTERS[usize::from(byte)] {
                if self.begins(folded, at) {
                    return true;
                }
                rest.iter()
                    .take_while(|b| LETTERS[usize::from(**b)])
                    .count()
            } else if byte.is_ascii() {
                1
            } else if of_three(byte) {
                // Han and most others that are not of ASCII.
                let run = rest.chunks_exact(3).take_while(|chunk| of_three(chunk[0]));
                let mut passed = 0;
                for chunk in run {
                    if self.is_first(character(chunk)) && self.begins_slowly(&folded[at + passed..])
                    {
                        return true;
                    }
                    passed += 3;
                }
                passed
            } else {
                let Some(c) = folded[at..].chars().next() else {
                    break;
                };
                if self.is_first(c as usize) && self.begins_slowly(&folded[at..]) {
                    return true;
                }
                c.len_utf8()
            };
        }
        false
    }

    fn is_first(&self, character: usize) -> bool {
        has(&self.firsts, character % FIRSTS)
    }

    /// [`Self::any`] for what stands in a text from a letter of ASCII on, separators and all.
    fn begins(&self, text: &str, at: usize) -> bool {
        match text.as_bytes()[at..] {
            [a, b, c, ..] if [b, c].iter().all(u8::is_ascii_alphanumeric) => {
                let three = letter(a) << 10 | letter(b) << 5 | letter(c);
                has(&self.threes, three) && self.begins_slowly(&text[at..])
            }
            _ => self.begins_slowly(&text[at..]),
        }
    }

    /// The same for any text; a possessive is no part of a name.
    fn begins_slowly(&self, text: &str) -> bool {
        let mut bytes = [0; DEEP + 4];
        let mut end = 0;
        let mut within = false;
        let mut chars = text.chars().enumerate();
        while let Some((passed, c)) = chars.next() {
            if end >= DEEP {
                break;
            }
            if passed == FAR {
                return true;
            }
            if alphanumeric(c) {
                end += c.encode_utf8(&mut bytes[end..]).len();
            } else if within && matches!(c, '\'' | '’') {
                let mut rest = chars.clone().map(|(_, c)| c);
                if rest.next() == Some('s') && !rest.next().is_some_and(char::is_alphanumeric) {
                    chars.next();
                }
            }
            within = alphanumeric(c);
        }
        places(&bytes[..end]).any(|place| has(&self.bits, place))
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
            "r's w1200",
            "小’s 熊",
            "été gt",
            &far,
        ] {
            assert!(starts.anywhere(text), "{text}");
        }
        for text in ["lumora agt 新款小狗 1200rw", "it's a child's toy, don't"] {
            assert!(!starts.anywhere(text), "{text}");
        }
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
