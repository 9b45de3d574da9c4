//! Text as it is compared: NFKC, case, width, traditional to simplified, without invisible characters; with a map back.

mod disguise;
mod han;
mod language;
mod short;
mod simple;
mod skeleton;

use unicode_normalization::{
    IsNormalized, UnicodeNormalization,
    char::{canonical_combining_class, decompose_compatible},
    is_nfkc_quick,
};

use crate::model::Span;

pub(crate) use short::with_folded;
pub(crate) use simple::folded as folded_alone;

pub use disguise::{Disguise, Trick, disguises};
pub use language::language;
pub use skeleton::skeleton;

/// Folded text, and where each of its characters stood in the original.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The text as it is compared.
    pub text: String,
    runs: Vec<Run>,
}

/// Folded characters of one width in bytes that stand for `span` characters of the original each.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// First byte in the folded text.
    byte: usize,
    /// Bytes of one folded character.
    width: usize,
    /// First character in the original.
    start: usize,
    /// Original characters behind each folded one.
    span: usize,
    /// Folded characters.
    length: usize,
}

impl Folded {
    /// The characters of the original behind bytes `start..end` of the folded text.
    /// Offsets past the end mean the end; an empty range gives an empty span.
    pub fn original(&self, start: usize, end: usize) -> Span {
        let end = end.min(self.text.len());
        let start = start.min(end);
        let first = self.behind(start);
        if start == end {
            return Span {
                start: first.0,
                end: first.0,
            };
        }
        Span {
            start: first.0,
            end: self.behind(end - 1).1,
        }
    }

    /// The original characters behind the folded character that covers `byte`.
    fn behind(&self, byte: usize) -> (usize, usize) {
        let after = self.runs.partition_point(|run| run.byte <= byte);
        let Some(run) = after.checked_sub(1).and_then(|at| self.runs.get(at)) else {
            return (0, 0);
        };
        // The last byte may lie one past the text: then it means the end of the last character.
        if byte >= self.text.len() {
            let start = run.start + (self.text.len() - run.byte).div_ceil(run.width) * run.span;
            return (start, start);
        }
        let start = run.start + (byte - run.byte) / run.width * run.span;
        (start, start + run.span)
    }
}

/// Folds `text` for comparison. Idempotent.
pub fn fold(text: &str) -> String {
    if is_ascii(text) {
        return text.to_ascii_lowercase();
    }
    let mut sink = Plain(String::with_capacity(text.len()));
    walk(text, &mut sink);
    sink.0
}

/// Folds `text` and keeps the way back to it.
pub fn fold_mapped(text: &str) -> Folded {
    let mut folded = Folded {
        text: String::with_capacity(text.len()),
        runs: Vec::new(),
    };
    walk(text, &mut folded);
    folded
}

/// [`fold_mapped`] without anything that is no letter or digit, so that `高.仿`, `com-frt` and `N I K E` read as one word.
/// A hit in it whose original span holds more characters than the word was split on purpose or stands across two words.
pub fn fold_joined(text: &str) -> Folded {
    let folded = fold_mapped(text);
    let mut joined = Folded::default();
    for (byte, c) in folded.text.char_indices() {
        if c.is_alphanumeric() {
            let (start, end) = folded.behind(byte);
            joined.put(c, start, end - start);
        }
    }
    joined
}

/// Whether a character takes no place on the screen: it says nothing and hides words from filters.
/// Unicode's Default_Ignorable_Code_Point and control characters, without white space.
pub(crate) fn invisible(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{feff}' | '\u{ffa0}' | '\u{3164}' => true,
        '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' => true,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' => true,
        '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => c.is_control() && !c.is_whitespace(),
    }
}

/// Whether a text is of ASCII and its white space single spaces between words: only its capitals fold.
fn is_ascii(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.first().is_none_or(|b| !matches!(b, b'!'..=b'~')) || bytes.ends_with(b" ") {
        return bytes.is_empty();
    }
    // All of them without a way out: that is done for many at once.
    let shown = bytes
        .iter()
        .fold(true, |all, b| all & matches!(b, b' '..=b'~'));
    shown && (!bytes.contains(&b' ') || !bytes.windows(2).any(|two| two == b"  "))
}

/// Takes folded characters and where they came from.
trait Sink {
    fn put(&mut self, c: char, start: usize, span: usize);

    /// Takes the small letters of a stretch of visible ASCII, each character for itself.
    fn put_word(&mut self, word: &str, start: usize) {
        for (at, byte) in word.bytes().enumerate() {
            self.put(char::from(byte.to_ascii_lowercase()), start + at, 1);
        }
    }

    fn is_empty(&self) -> bool;
    fn clear(&mut self);
}

struct Plain(String);

impl Sink for Plain {
    #[inline]
    fn put(&mut self, c: char, _start: usize, _span: usize) {
        self.0.push(c);
    }

    fn put_word(&mut self, word: &str, _start: usize) {
        let from = self.0.len();
        self.0.push_str(word);
        self.0[from..].make_ascii_lowercase();
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl Folded {
    /// Notes where characters stood that are about to be put.
    #[inline]
    fn note(&mut self, width: usize, start: usize, span: usize, length: usize) {
        match self.runs.last_mut() {
            Some(run)
                if run.width == width
                    && run.span == span
                    && run.start + run.length * span == start =>
            {
                run.length += length;
            }
            _ => self.runs.push(Run {
                byte: self.text.len(),
                width,
                start,
                span,
                length,
            }),
        }
    }
}

impl Sink for Folded {
    #[inline]
    fn put(&mut self, c: char, start: usize, span: usize) {
        self.note(c.len_utf8(), start, span, 1);
        self.text.push(c);
    }

    fn put_word(&mut self, word: &str, start: usize) {
        self.note(1, start, 1, word.len());
        let from = self.text.len();
        self.text.push_str(word);
        self.text[from..].make_ascii_lowercase();
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn clear(&mut self) {
        self.text.clear();
        self.runs.clear();
    }
}

/// A stretch of the original that is normalised on its own (a character and the marks on it), and the white space before it.
struct Walk<'s, S> {
    sink: &'s mut S,
    first: Option<char>,
    marks: String,
    /// First original character of the piece, and the one after its last.
    from: usize,
    to: usize,
    /// Original white space waiting for something to follow it.
    space: Option<(usize, usize)>,
}

/// Characters in the order of the text. What is simple needs no pieces.
fn walk(text: &str, sink: &mut impl Sink) {
    if simple::walk(text, sink) {
        return;
    }
    sink.clear();
    let mut walk = Walk {
        sink,
        first: None,
        marks: String::new(),
        from: 0,
        to: 0,
        space: None,
    };
    for (at, c) in text.chars().enumerate() {
        walk.take(c, at);
    }
    walk.flush();
}

impl<S: Sink> Walk<'_, S> {
    /// A character that may belong to what stands before it, or have a mark behind it.
    fn take(&mut self, c: char, at: usize) {
        if invisible(c) {
            return;
        }
        if self.first.is_none() || simple::folded(c).is_some() || starts_piece(c) {
            self.flush();
            (self.first, self.from) = (Some(c), at);
        } else {
            self.marks.push(c);
        }
        self.to = at + 1;
    }

    fn flush(&mut self) {
        let Some(first) = self.first.take() else {
            return;
        };
        let (from, to) = (self.from, self.to);
        match simple::folded(first) {
            Some(c) if self.marks.is_empty() => self.emit(c, from, to),
            _ => {
                let marks = std::mem::take(&mut self.marks);
                for c in normalised(first, &marks).chars() {
                    self.emit(c, from, to);
                }
            }
        }
    }

    fn emit(&mut self, c: char, from: usize, to: usize) {
        if c.is_whitespace() {
            let start = self.space.map_or(from, |(start, _)| start);
            self.space = Some((start, to));
            return;
        }
        if let Some((start, end)) = self.space.take().filter(|_| !self.sink.is_empty()) {
            self.sink.put(' ', start, end - start);
        }
        self.sink.put(c, from, to - from);
    }
}

/// NFKC, lower case, and NFKC again, because lower case can bring a form that composes.
fn normalised(first: char, marks: &str) -> String {
    let lower: String = std::iter::once(first)
        .chain(marks.chars())
        .nfkc()
        .flat_map(char::to_lowercase)
        .collect();
    lower
        .nfkc()
        .filter(|c| !invisible(*c))
        .map(|c| match c {
            // One letter with two small forms.
            'ς' => 'σ',
            c => han::simplified(c),
        })
        .collect()
}

/// Whether no normalisation can join `c` with what stands before it.
fn starts_piece(c: char) -> bool {
    let mut head = None;
    decompose_compatible(c, |d| {
        head.get_or_insert(d);
    });
    let head = head.unwrap_or(c);
    canonical_combining_class(head) == 0
        && is_nfkc_quick(std::iter::once(head)) != IsNormalized::Maybe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_or_means_the_same_is_the_same() {
        for (raw, folded) in [
            ("  ＮＩＫＥ　Air\u{200b} Max\n ", "nike air max"),
            ("運動鞋 國際", "运动鞋 国际"),
            ("㎏ Ⅳ ﬁne", "kg iv fine"),
            ("cafe\u{301}", "café"),
            ("İstanbul ΣΊΣΥΦΟΣ", "i̇stanbul σίσυφοσ"),
            ("A\u{0}ir \u{b}\r\n Max", "air max"),
            ("한글", "한글"),
            ("ｶﾞｰﾄﾞ", "ガード"),
            ("高\u{200c}仿\u{feff}", "高仿"),
        ] {
            assert_eq!(fold(raw), folded, "{raw}");
        }
    }

    #[test]
    fn a_hit_in_folded_text_quotes_the_original() {
        let raw = "賣 ㎏ Ｎi\u{200b}ke\u{a0} \tAIR e\u{301}";
        let folded = fold_mapped(raw);
        let quote = |word: &str| {
            let at = folded.text.find(word).unwrap();
            let span = folded.original(at, at + word.len());
            raw.chars()
                .skip(span.start)
                .take(span.end - span.start)
                .collect::<String>()
        };
        assert_eq!(quote("卖"), "賣");
        assert_eq!(quote("g"), "㎏");
        assert_eq!(quote("nike"), "Ｎi\u{200b}ke");
        assert_eq!(quote("nike air"), "Ｎi\u{200b}ke\u{a0} \tAIR");
        assert_eq!(quote("é"), "e\u{301}");
    }

    #[test]
    fn a_split_word_is_one_word_when_joined() {
        let joined = fold_joined("正品 高.仿 Com-Frt");
        assert_eq!(joined.text, "正品高仿comfrt");
        let at = joined.text.find("高仿").unwrap();
        assert_eq!(
            joined.original(at, at + "高仿".len()),
            Span { start: 3, end: 6 }
        );
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}|[a-zA-Zİ0-9 ゙́̈ｶﾞ가각ᄀ￼ﷺ一-龥]{0,20}|\\p{any}{0,20}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert_eq!(fold_mapped(&text).text, once);
        }

        #[test]
        fn spans_stay_in_the_original(text in "\\p{any}{0,30}", start in 0usize..200, end in 0usize..200) {
            let count = text.chars().count();
            for folded in [fold_mapped(&text), fold_joined(&text)] {
                let span = folded.original(start, end);
                prop_assert!(span.start <= span.end && span.end <= count);
            }
        }
    }
}
