//! Price text made plain, and the questions that are asked before: can it name an amount, does it say "free"?

use unicode_normalization::UnicodeNormalization;

use super::number;

/// No price is longer, in characters; what follows is not looked at.
const LONGEST: usize = 2_000;
/// No text for "nothing to pay" is longer, in bytes.
const LONGEST_FREE: usize = 64;

/// Whether anything in a text can count: most texts end here, without a copy of them.
pub(super) fn countable(raw: &str) -> bool {
    raw.bytes().any(|b| b.is_ascii_digit())
        || !raw.is_ascii()
            && raw.chars().any(|c| {
                !c.is_ascii()
                    && (c.is_numeric() || matches!(c, '元' | '块' | '塊' | '圆' | '圓' | '円'))
            })
}

/// Width and digits made plain, raised cents behind a point, white space single.
pub(super) fn plain(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().take(LONGEST).peekable();
    while let Some(c) = chars.next() {
        let as_it_is = matches!(c, ' '..='~' | '¥' | '£' | '€' | '\u{4e00}'..='\u{9fff}');
        if as_it_is && c != '`' {
            out.push(c);
        } else if number::raised(c) && out.ends_with(|c: char| c.is_ascii_digit()) {
            out.push('.');
            out.push(number::digit(c));
            while let Some(next) = chars.next_if(|c| number::raised(*c)) {
                out.push(number::digit(next));
            }
        } else if !crate::text::fold::invisible(c) {
            std::iter::once(c)
                .nfkc()
                .for_each(|c| plain_char(&mut out, c));
        }
    }
    out
}

/// Adds a character of the normalised text as prices are read.
fn plain_char(out: &mut String, c: char) {
    let after_digit = out.ends_with(|c: char| c.is_ascii_digit());
    out.push(match number::digit(c) {
        c if c.is_whitespace() => ' ',
        '’' | '‘' | '´' | '`' | '′' => '\'',
        '״' => '"',
        '٫' => '.',
        '·' if after_digit => '.',
        '٬' | '،' => ',',
        '−' | '–' | '—' | '‒' => '-',
        c => c,
    });
}

/// Whether the text, whole, says that nothing is to be paid; without a copy of it.
pub(super) fn free(raw: &str) -> bool {
    if raw.len() > LONGEST_FREE {
        return false;
    }
    let letters = || {
        raw.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
    };
    let says = |label: &str| {
        FREE.iter()
            .any(|word| letters().eq(label.chars().chain(word.chars())))
    };
    says("") || raw.contains([':', '：']) && LABELS.iter().any(|label| says(label))
}

/// Words before it.
const LABELS: [&str; 8] = [
    "price", "preis", "prix", "precio", "cena", "цена", "价格", "售价",
];

/// Words for it, without spaces, in small letters.
#[rustfmt::skip]
const FREE: &[&str] = &[
    "free",
    "gratis",
    "kostenlos",
    "gratuit",
    "gratuito",
    "免费",
    "免費",
    "無料",
    "무료",
    "бесплатно",
    "zdarma",
    "zadarmo",
    "darmowe",
    "ilmainen",
    "ücretsiz",
    "безкоштовно",
    "miễnphí",
    "ฟรี",
    "مجاني",
    "مجانا",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_as_it_is_would_stay_so() {
        for c in (' '..='~')
            .chain('\u{4e00}'..='\u{9fff}')
            .chain(['¥', '£', '€'])
        {
            let mut out = String::new();
            std::iter::once(c)
                .nfkc()
                .for_each(|c| plain_char(&mut out, c));
            let apart = c == '`' || crate::text::fold::invisible(c) || number::raised(c);
            assert!(apart || out == c.to_string(), "{c}");
        }
    }
}
