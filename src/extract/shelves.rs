//! A fixed set of lower-case words, found in one step: for what is looked up for every tag of a page.

/// Bytes of a word; a longer one is not in the set.
pub(super) const LONGEST: usize = 20;

/// Words with what each means.
#[derive(Debug)]
pub(super) struct Shelves<T> {
    /// Each word on the first free shelf from its own on; their number is a power of two, and most are empty.
    shelves: Vec<Option<Word<T>>>,
}

#[derive(Clone, Copy, Debug)]
struct Word<T> {
    key: u64,
    word: &'static [u8],
    of: T,
}

impl<T: Copy> Shelves<T> {
    /// A set of these words, each once, of 1 to `LONGEST` bytes.
    pub(super) fn new(words: impl Iterator<Item = (&'static str, T)>) -> Self {
        let words: Vec<(&[u8], T)> = words.map(|(word, of)| (word.as_bytes(), of)).collect();
        let mut shelves: Vec<Option<Word<T>>> = vec![None; (words.len() * 4).next_power_of_two()];
        for (word, of) in words {
            let key = key(word);
            let own = shelf(key, shelves.len());
            let all = (own..shelves.len()).chain(0..own);
            let free = all.into_iter().find(|at| shelves[*at].is_none());
            if let Some(free) = free {
                shelves[free] = Some(Word { key, word, of });
            }
        }
        Self { shelves }
    }

    /// What a word means, if it is in the set.
    #[inline]
    pub(super) fn get(&self, word: &[u8]) -> Option<&T> {
        if word.is_empty() || word.len() > LONGEST {
            return None;
        }
        self.with(key(word), word.len(), |known| {
            word.len() < 8 || known == word
        })
    }

    /// As `get`, for the word that is the first `length` bytes of `head`; they are fewer than 8.
    #[inline]
    pub(super) fn short(&self, head: &[u8; 8], length: usize) -> Option<&T> {
        let key = u64::from_le_bytes(*head) & !(u64::MAX << (8 * length));
        self.with(key, length, |_| true)
    }

    #[inline]
    fn with(&self, key: u64, length: usize, is: impl Fn(&[u8]) -> bool) -> Option<&T> {
        let mut at = shelf(key, self.shelves.len());
        while let Some(Some(known)) = self.shelves.get(at) {
            if known.key == key && known.word.len() == length && is(known.word) {
                return Some(&known.of);
            }
            at = (at + 1) & (self.shelves.len() - 1);
        }
        None
    }
}

/// The bytes of a word of fewer than 8, the first one lowest; of a longer one something that its ends give.
#[inline]
fn key(word: &[u8]) -> u64 {
    let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let shifted = |at: usize| u64::from(word[at]) << (8 * at);
    match (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(7)
        }
        _ => match (word.first_chunk::<4>(), word.last_chunk::<4>()) {
            (Some(first), Some(last)) => four(first) | four(last) << (8 * (word.len() - 4)),
            _ if word.is_empty() => 0,
            _ => shifted(0) | shifted(word.len() / 2) | shifted(word.len() - 1),
        },
    }
}

/// Where a word with this key belongs among so many shelves.
#[inline]
fn shelf(key: u64, shelves: usize) -> usize {
    let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    usize::try_from(mixed).unwrap_or(0) & (shelves - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let words = [
            "a",
            "b",
            "li",
            "la",
            "abc",
            "noscript",
            "q",
            "strikethroughstrike",
        ];
        let set = Shelves::new(words.into_iter().enumerate().map(|(n, word)| (word, n)));
        for (n, word) in words.into_iter().enumerate() {
            assert_eq!(set.get(word.as_bytes()), Some(&n));
            if word.len() < 8 {
                let mut head = *b"=\"'>x yz";
                head[..word.len()].copy_from_slice(word.as_bytes());
                assert_eq!(set.short(&head, word.len()), Some(&n));
            }
        }
        for word in [
            "",
            "c",
            "l",
            "Li",
            "abd",
            "é",
            "averyveryverylongwordindeed",
            "strikethroughStrike",
            "strikethrXughstrike",
        ] {
            assert_eq!(set.get(word.as_bytes()), None, "{word}");
        }
    }
}
