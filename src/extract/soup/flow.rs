//! Text as it flows on a page: white space, character references, and what it holds.

use super::super::{entity, page::Holds};

/// Appends `more` to `text`, its character references resolved and each run of white space as one space; tells what is
/// in it.
pub(super) fn append(text: &mut String, more: &str) -> Holds {
    let bytes = more.as_bytes();
    let mut holds = Holds::default();
    // What was looked at and is still to be copied begins at `from`.
    let (mut from, mut at) = (0, 0);
    loop {
        while let Some(passed @ 1..) = bytes.get(at).map(|byte| PASSED[usize::from(*byte)]) {
            at += usize::from(passed);
        }
        let Some(byte) = bytes.get(at) else {
            break;
        };
        match byte {
            b'0'..=b'9' => {
                holds.add(Holds::DIGIT);
                at += 1;
            }
            b' ' if at > from && bytes.get(at + 1).is_some_and(|b| !may_be_white(*b)) => at += 1,
            // Most often a wide comma.
            0xef => {
                holds.add(Holds::of(&bytes[at..]));
                at += 3;
            }
            b'&' => {
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
            byte => {
                let space = may_be_white(*byte).then(|| white(&bytes[at..])).flatten();
                let Some(space) = space else {
                    holds.add(Holds::of(&bytes[at..]));
                    at += 1;
                    continue;
                };
                text.push_str(&more[from..at]);
                at += space;
                while let Some(space) = white(bytes.get(at..).unwrap_or_default()) {
                    at += space;
                }
                from = at;
                blank(text);
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

/// Whether a byte may begin white space.
fn may_be_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | 0xc2)
}

/// How many bytes are passed over that begin with this one, because they are neither white space nor a reference nor
/// anything that `Holds` tells. Of Chinese and Korean three bytes make a character.
const PASSED: [u8; 256] = {
    let mut passed = [1; 256];
    let mut byte = 0;
    while byte < 256 {
        passed[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'&' => 0,
            b'0'..=b':' | 0xc2 | 0xd9 | 0xdb | 0xdf..=0xe2 | 0xea | 0xef | 0xf0 => 0,
            0xe3..=0xe9 | 0xeb..=0xed => 3,
            _ => 1,
        };
        byte += 1;
    }
    passed
};
