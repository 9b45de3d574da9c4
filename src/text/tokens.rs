//! Text to the words that a search finds it by: words where a script parts them, pairs of characters where it does not.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// The tokens of a folded text in order. Letters and digits that stand together are a word (`p30`, `don't`, `3.5`; Unicode
/// Standard Annex 29 without its dictionaries). A run of Han, kana, Hangul, Thai or another script that does not part its
/// words is cut into overlapping pairs, a run of one character is a token itself.
pub fn tokens(folded: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    let runs = std::iter::from_fn(move || {
        let first = folded[at..].chars().next()?;
        let start = at;
        at += run(&folded[at..], first);
        Some((first, &folded[start..at]))
    });
    runs.flat_map(|(first, run)| {
        let (mut whole, mut pair) = (None, None);
        if runs_on(first) {
            pair = Some(pairs(run).map(|range| &run[range]));
        } else if first.is_alphanumeric() {
            whole = Some(run);
        }
        whole.into_iter().chain(pair.into_iter().flatten())
    })
}

/// The bytes of the run that `rest` begins with: of characters that run on, of a word, or one character that is neither.
fn run(rest: &str, first: char) -> usize {
    let goes_on = |at: usize, c: char| match runs_on(first) {
        true => runs_on(c) || is_combining_mark(c),
        false => !runs_on(c) && (in_word(c) || joins(rest, at, c)),
    };
    if !first.is_alphanumeric() && !runs_on(first) {
        return first.len_utf8();
    }
    rest.char_indices()
        .skip(1)
        .find(|(at, c)| !goes_on(*at, *c))
        .map_or(rest.len(), |(at, _)| at)
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// An apostrophe between letters and a point or comma between digits part no word.
fn joins(rest: &str, at: usize, c: char) -> bool {
    let before = rest[..at].chars().next_back();
    let after = rest[at + c.len_utf8()..].chars().next();
    let both = |fits: fn(char) -> bool| before.is_some_and(fits) && after.is_some_and(fits);
    match c {
        '\'' | '’' => both(|c| c.is_alphabetic() && !runs_on(c)),
        '.' | ',' => both(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// Overlapping pairs of characters; the whole run where it has only one. A mark belongs to the character before it.
fn pairs(run: &str) -> impl Iterator<Item = Range<usize>> {
    let starts: Vec<usize> = run
        .char_indices()
        .filter(|(at, c)| *at == 0 || !is_combining_mark(*c))
        .map(|(at, _)| at)
        .chain([run.len()])
        .collect();
    let step = if starts.len() > 2 { 2 } else { 1 };
    (step..starts.len()).map(move |end| starts[end - step]..starts[end])
}

/// A letter of a script that is written without spaces, or with them where a search needs none.
fn runs_on(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '々' | '〆' | '\u{3041}'..='\u{30fa}' | 'ー' | '\u{3105}'..='\u{312f}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && (c.is_alphabetic() || is_combining_mark(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::fold::fold;

    fn words(text: &str) -> Vec<String> {
        tokens(&fold(text)).map(str::to_owned).collect()
    }

    #[test]
    fn words_and_pairs() {
        for (text, expected) in [
            ("HUAWEI P30 Pro", vec!["huawei", "p30", "pro"]),
            ("儿童玩具", vec!["儿童", "童玩", "玩具"]),
            ("華為P30手機 壳", vec!["华为", "p30", "手机", "壳"]),
            ("don't pay 1,299.50!", vec!["don't", "pay", "1,299.50"]),
            ("T-shirt (XL)", vec!["t", "shirt", "xl"]),
            ("スニーカー", vec!["スニ", "ニー", "ーカ", "カー"]),
            ("어린이 옷", vec!["어린", "린이", "옷"]),
            ("Чайник 2 л.", vec!["чайник", "2", "л"]),
            ("हिन्दी", vec!["हिन्दी"]),
            ("", vec![]),
            ("—…!", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_hold_every_letter_in_order(text in "\\PC{0,40}|[a-zA-Z0-9 .,'’高仿ガｶﾞ가옷ไทย㎏é]{0,30}") {
            let folded = fold(&text);
            let mut from = 0;
            for token in tokens(&folded) {
                let at = token.as_ptr() as usize - folded.as_ptr() as usize;
                prop_assert!(!token.is_empty() && at <= from.max(at) && folded[at..].starts_with(token));
                // What lies between two tokens has no letter.
                prop_assert!(at <= from || !folded[from..at].contains(char::is_alphanumeric), "{}", folded);
                from = at + token.len();
            }
            prop_assert!(!folded[from..].contains(char::is_alphanumeric), "{}", folded);
        }
    }
}
