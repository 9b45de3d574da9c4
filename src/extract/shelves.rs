//! A fixed set of lower-case words, found by length and first letter: for what is looked up for every tag of a page.

use std::ops::Range;

/// Bytes of a word; a longer one is not in the set.
pub(super) const LONGEST: usize = 20;

/// Words with what each means.
#[derive(Debug)]
pub(super) struct Shelves<T> {
    words: Vec<(&'static [u8], T)>,
    /// Where the words of each length and first letter stand.
    shelves: Vec<Range<usize>>,
}

impl<T> Shelves<T> {
    /// A set of these words, each once, of 1 to `LONGEST` bytes.
    pub(super) fn new(words: impl Iterator<Item = (&'static str, T)>) -> Self {
        let mut words: Vec<(&[u8], T)> = words.map(|(word, of)| (word.as_bytes(), of)).collect();
        words.sort_by_key(|(word, _)| shelf(word));
        let shelves = (0..(LONGEST + 1) * 32)
            .map(|at| {
                let begins = |at| words.partition_point(|(word, _)| shelf(word) < at);
                begins(at)..begins(at + 1)
            })
            .collect();
        Self { words, shelves }
    }

    /// What a word means, if it is in the set.
    pub(super) fn get(&self, word: &[u8]) -> Option<&T> {
        let shelf = self.shelves.get(shelf(word))?;
        let found = self.words[shelf.clone()]
            .iter()
            .find(|(known, _)| *known == word);
        found.map(|(_, of)| of)
    }
}

fn shelf(word: &[u8]) -> usize {
    word.len() * 32 + word.first().map_or(0, |first| usize::from(first % 32))
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
        }
        for word in [
            "",
            "c",
            "l",
            "Li",
            "abd",
            "é",
            "averyveryverylongwordindeed",
        ] {
            assert_eq!(set.get(word.as_bytes()), None, "{word}");
        }
    }
}
