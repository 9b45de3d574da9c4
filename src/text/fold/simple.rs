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
    let mut spaces = 0;
    for (at, c) in text.chars().enumerate() {
        let Some(folded) = folded(c) else {
            return false;
        };
        if folded == ' ' {
            spaces += 1;
            continue;
        }
        if spaces > 0 && at > spaces {
            sink.put(' ', at - spaces, spaces);
        }
        spaces = 0;
        sink.put(folded, at, 1);
    }
    true
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
