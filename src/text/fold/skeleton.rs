//! What a text looks like, whatever characters it is made of (UTS 39, with what Unicode leaves to the reader).

use unicode_normalization::UnicodeNormalization;

use super::{fold, invisible};

/// The look of `text` as comparable letters: Cyrillic and Greek look-alikes as Latin, `0` as `o`, `1`, `|`, `I` and `i` as `l`,
/// `rn` as `m`; everything else folded. Two texts of equal skeleton look alike. Not made to be read.
///
/// Give it the original, not folded text: `Ν` looks like N, but its small form looks like v.
pub fn skeleton(text: &str) -> String {
    if text.is_ascii() {
        return digits_as_letters(&fold(text)).replace("rn", "m");
    }
    let mut looks = String::with_capacity(text.len());
    for c in text.nfkc().filter(|c| !invisible(*c)) {
        if alphabetic_script(c) {
            looks.push_str(&look(c));
        } else {
            looks.push(c);
        }
    }
    digits_as_letters(&fold(&looks)).replace("rn", "m")
}

/// Whether `c` is of a script whose letters can look Latin; Han, kana and Hangul are not, and are most of many texts.
fn alphabetic_script(c: char) -> bool {
    !c.is_ascii() && c < '\u{2e80}' || c > '\u{d7ff}'
}

/// The Latin look of one character, else the character.
pub(super) fn look(c: char) -> String {
    if c.is_ascii() {
        return c.to_string();
    }
    let latin = |c: char| {
        let mut one = [0; 4];
        let look: String = unicode_security::skeleton(c.encode_utf8(&mut one)).collect();
        look.chars()
            .all(|c| c.is_ascii_alphanumeric())
            .then_some(look)
    };
    // A small letter without a look-alike of its own stands for its capital: ɴ is no letter that people see, N is.
    latin(c)
        .filter(|look| !look.is_empty())
        .or_else(|| {
            let mut upper = c.to_uppercase();
            upper.next().filter(|_| upper.len() == 0).and_then(latin)
        })
        .unwrap_or_else(|| c.to_string())
}

/// `0` and `1` as letters, but only in a word that has Latin letters: 100 remains a number.
fn digits_as_letters(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    for word in folded.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '|')) {
        let letters = word.chars().any(|c| c.is_ascii_alphabetic());
        out.extend(word.chars().map(|c| match c {
            'i' => 'l',
            '0' if letters => 'o',
            '1' | '|' if letters => 'l',
            c => c,
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        for (shown, meant) in [
            ("Niке", "Nike"),
            ("ΝΙΚΕ", "NIKE"),
            ("ＮＩＫＥ", "nike"),
            ("c0mfort", "comfort"),
            ("AppIe", "Apple"),
            ("app1e", "Apple"),
            ("Nikе\u{200b}", "nike"),
            ("Сосо", "Coco"),
            ("mornent", "moment"),
        ] {
            assert_eq!(skeleton(shown), skeleton(meant), "{shown}");
        }
        assert_ne!(skeleton("Nike"), skeleton("Mike"));
        assert_ne!(skeleton("100"), skeleton("loo"));
    }
}
