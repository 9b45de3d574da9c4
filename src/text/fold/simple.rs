//! Characters that fold to one character by themselves, as nearly all do that pages have: one look into a table.

use std::sync::OnceLock;

use super::{Sink, invisible, normalised, starts_piece};

/// The characters of a block.
const BLOCK: usize = 256;

/// What the characters of the basic plane fold to, in blocks that are made when they are first asked for; 0 means that
/// normalisation must tell.
static BLOCKS: [OnceLock<[u16; BLOCK]>; 256] = [const { OnceLock::new() }; 256];

/// What a character becomes that stands alone, wherever no mark follows it; none where normalisation must tell.
#[inline]
pub(crate) fn folded(c: char) -> Option<char> {
    let code = u32::from(c) as usize;
    let block = BLOCKS.get(code / BLOCK)?;
    let block = block.get_or_init(|| made(code / BLOCK));
    match block[code % BLOCK] {
        0 => None,
        folded => char::from_u32(u32::from(folded)),
    }
}

/// Folds a text of such characters alone into an empty sink. False where another one stands in it: what the sink took is
/// nothing then.
pub(super) fn walk(text: &str, sink: &mut impl Sink) -> bool {
    let (mut spaces, mut at, mut rest) = (0, 0, text);
    loop {
        let graphic = rest.bytes().take_while(u8::is_ascii_graphic).count();
        let (word, others) = rest.split_at(graphic);
        let mut others = others.chars();
        let next = match word {
            "" => others.next().map(folded),
            _ => None,
        };
        let here = at;
        match next {
            Some(None) => return false,
            Some(Some(' ')) => {
                (spaces, at, rest) = (spaces + 1, at + 1, others.as_str());
                continue;
            }
            None if word.is_empty() => return true,
            Some(_) => at += 1,
            None => at += graphic,
        }
        if spaces > 0 && here > spaces {
            sink.put(' ', here - spaces, spaces);
        }
        match next {
            Some(Some(c)) => sink.put(c, here, 1),
            _ => sink.put_word(word, here),
        }
        (spaces, rest) = (0, others.as_str());
    }
}

fn made(block: usize) -> [u16; BLOCK] {
    std::array::from_fn(|at| {
        let code = u32::try_from(block * BLOCK + at).ok();
        let folded = code.and_then(char::from_u32).and_then(told);
        folded
            .and_then(|c| u16::try_from(u32::from(c)).ok())
            .unwrap_or(0)
    })
}

/// The same, by normalising it. White space is one space.
fn told(c: char) -> Option<char> {
    if c.is_whitespace() {
        return Some(' ');
    }
    if !starts_piece(c) || invisible(c) {
        return None;
    }
    let normalised = normalised(c, "");
    let mut chars = normalised.chars();
    let only = chars.next().filter(|c| !c.is_whitespace());
    only.filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_visible_ascii_only_the_capitals_fold() {
        for c in '!'..='~' {
            assert_eq!(super::folded(c), Some(c.to_ascii_lowercase()));
        }
    }

    #[test]
    fn what_pages_have_most_needs_no_normalising() {
        let text = "aZ09 ~ＡＺ９！《》、。·¥￥“”—… 運动鞋 éÄяЖ ёΣδ 한 かカ ①";
        let folded: String = text.chars().filter_map(folded).collect();
        assert_eq!(folded, "az09 ~az9!《》、。·¥¥“”— 运动鞋 éäяж ёσδ 한 かカ 1");
        for c in [
            '\u{301}', '\u{200b}', 'ﬁ', '½', '\u{0}', '𝐍', '\u{1161}', 'İ',
        ] {
            assert_eq!(super::folded(c), None, "{c:?}");
        }
    }
}
