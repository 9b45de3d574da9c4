//! Short texts folded where they are compared, without a copy of them on the heap.

use super::{Sink, fold, simple};

/// Bytes of a text that is short.
const SHORT: usize = 64;
/// Room for it: no character of two bytes or more becomes twice as long.
const ROOM: usize = 2 * SHORT;

/// What `of` says of the folded text.
pub(crate) fn with_folded<T>(text: &str, of: impl FnOnce(&str) -> T) -> T {
    if text.len() <= SHORT {
        let mut folded = Short {
            bytes: [0; ROOM],
            length: 0,
            whole: true,
        };
        if simple::walk(text, &mut folded)
            && let Some(folded) = folded.text()
        {
            return of(folded);
        }
    }
    of(&fold(text))
}

/// Takes folded characters as long as there is room for them.
struct Short {
    bytes: [u8; ROOM],
    length: usize,
    whole: bool,
}

impl Short {
    fn text(&self) -> Option<&str> {
        let bytes = self.bytes.get(..self.length).filter(|_| self.whole)?;
        std::str::from_utf8(bytes).ok()
    }
}

impl Sink for Short {
    #[inline]
    fn put(&mut self, c: char, _start: usize, _span: usize) {
        let end = self.length + c.len_utf8();
        match self.bytes.get_mut(self.length..end) {
            Some(room) => {
                c.encode_utf8(room);
                self.length = end;
            }
            None => self.whole = false,
        }
    }

    fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn clear(&mut self) {
        self.length = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_short_text_folds_as_any_other(text in "\\PC{0,30}|[a-zA-Zİ0-9 ゙́̈ｶﾞ가ȺⱢ一-龥]{0,40}|Ⱥ{20,40}") {
            let folded = fold(&text);
            prop_assert!(with_folded(&text, |own| own == folded), "{}", text);
        }
    }
}
