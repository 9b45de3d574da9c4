//! Text as it flows on a page: white space, character references, and what it holds.

use super::super::{entity, page::Holds};

/// Appends `more` to `text`, its character references resolved and each run of white space as one space; tells what is
/// in it.
pub(super) fn append(text: &mut String, more: &str) -> Holds {
    let bytes = more.as_bytes();
    let mut holds = Holds::default();
    // What was looked at and is still to be copied begins at `from`.
    let (mut from, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match TELLS[usize::from(*byte)] {
            Tells::Nothing => at += 1,
            // Of Chinese and Korean three bytes make a character, and none of it tells anything.
            Tells::Three => at += 3,
            Tells::Blank => {
                let Some(space) = white(&bytes[at..]) else {
                    holds.add(Holds::of(&bytes[at..]));
                    at += 1;
                    continue;
                };
                let single = bytes[at] == b' ' && at > from;
                if single
                    && !bytes
                        .get(at + 1)
                        .is_none_or(|b| TELLS[usize::from(*b)] == Tells::Blank)
                {
                    at += 1;
                    continue;
                }
                text.push_str(&more[from..at]);
                at += space;
                from = at;
                blank(text);
            }
            Tells::Holds => {
                holds.add(Holds::of(&bytes[at..]));
                at += 1;
            }
            Tells::Reference => {
                let Some((found, length)) = entity::reference(&more[at + 1..]) else {
                    at += 1;
                    continue;
                };
                text.push_str(&more[from..at]);
                at += 1 + length;
                from = at;
                let mut buffer = [0; 4];
                let found = found.encode_utf8(&mut buffer);
                if white(found.as_bytes()).is_some() {
                    blank(text);
                } else {
                    holds.add(Holds::of(found.as_bytes()));
                    text.push_str(found);
                }
            }
        }
    }
    text.push_str(more.get(from..).unwrap_or_default());
    holds
}

/// One space, unless white space stands there already.
fn blank(text: &mut String) {
    if !matches!(text.as_bytes().last(), None | Some(b' ' | b'\n')) {
        text.push(' ');
    }
}

/// The length of the white space with which `bytes` begin.
fn white(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b' ' | b'\t' | b'\n' | b'\r' | b'\x0c', ..] => Some(1),
        // A no-break space.
        [0xc2, 0xa0, ..] => Some(2),
        _ => None,
    }
}

/// What a first byte tells of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    Nothing,
    /// It begins a character of three bytes that tells nothing.
    Three,
    /// It may begin white space.
    Blank,
    /// It may begin something that `Holds` tells.
    Holds,
    /// It may begin a character reference.
    Reference,
}

const TELLS: [Tells; 256] = {
    let mut tells = [Tells::Nothing; 256];
    let mut byte = 0;
    while byte < 256 {
        tells[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | 0xc2 => Tells::Blank,
            b'0'..=b':' | 0xd9 | 0xdb | 0xdf..=0xe2 | 0xea | 0xef | 0xf0 => Tells::Holds,
            0xe3..=0xe9 | 0xeb..=0xed => Tells::Three,
            b'&' => Tells::Reference,
            _ => Tells::Nothing,
        };
        byte += 1;
    }
    tells
};
