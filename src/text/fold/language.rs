//! A rough guess at the language of a text, by its script and its small words.

/// Words that are frequent in one language and rare in the others here, folded.
const SMALL_WORDS: [(&str, &[&str]); 11] = [
    (
        "en",
        &[
            "the", "and", "with", "for", "of", "your", "this", "from", "new",
        ],
    ),
    (
        "de",
        &[
            "und", "der", "die", "das", "mit", "für", "nicht", "auf", "ist", "versand",
        ],
    ),
    (
        "fr",
        &[
            "le",
            "les",
            "des",
            "et",
            "avec",
            "pour",
            "une",
            "du",
            "dans",
            "livraison",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "y", "con", "para", "una", "envío", "del", "más",
        ],
    ),
    (
        "it",
        &[
            "il",
            "gli",
            "della",
            "con",
            "per",
            "una",
            "di",
            "spedizione",
            "più",
        ],
    ),
    (
        "pt",
        &[
            "o", "os", "com", "para", "uma", "não", "frete", "da", "em", "mais",
        ],
    ),
    (
        "nl",
        &[
            "het",
            "een",
            "en",
            "van",
            "met",
            "voor",
            "niet",
            "op",
            "bezorging",
        ],
    ),
    (
        "pl",
        &[
            "i", "w", "z", "na", "do", "nie", "się", "oraz", "dla", "jest",
        ],
    ),
    (
        "cs",
        &[
            "a", "je", "na", "se", "pro", "není", "nebo", "skladem", "jako",
        ],
    ),
    (
        "tr",
        &["ve", "bir", "için", "ile", "bu", "kargo", "ürün", "çok"],
    ),
    (
        "vi",
        &["và", "cho", "của", "không", "với", "hàng", "sản", "phẩm"],
    ),
];

/// Letters seen of each script.
#[derive(Default)]
struct Scripts {
    latin: usize,
    han: usize,
    kana: usize,
    hangul: usize,
    cyrillic: usize,
    ukrainian: usize,
    greek: usize,
    arabic: usize,
    persian: usize,
    hebrew: usize,
    thai: usize,
    devanagari: usize,
}

impl Scripts {
    fn of(text: &str) -> Self {
        let mut seen = Self::default();
        for c in text.chars() {
            let count = match c {
                'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' => &mut seen.ukrainian,
                'پ' | 'چ' | 'ژ' | 'گ' | 'ی' | 'ک' => &mut seen.persian,
                'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                    &mut seen.latin
                }
                '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => &mut seen.han,
                '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => &mut seen.kana,
                '\u{ac00}'..='\u{d7a3}' => &mut seen.hangul,
                '\u{400}'..='\u{52f}' => &mut seen.cyrillic,
                '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => &mut seen.greek,
                '\u{620}'..='\u{6ff}' => &mut seen.arabic,
                '\u{5d0}'..='\u{5ea}' => &mut seen.hebrew,
                '\u{e01}'..='\u{e4f}' => &mut seen.thai,
                '\u{900}'..='\u{97f}' => &mut seen.devanagari,
                _ => continue,
            };
            *count += 1;
        }
        seen
    }
}

/// The BCP 47 primary tag of the language that `text` seems to be in; none where there is too little to go by.
/// A Chinese or Japanese title is full of Latin model names: three Latin letters weigh as much as one that is not.
pub fn language(text: &str) -> Option<&'static str> {
    let seen = Scripts::of(text);
    let cyrillic = seen.cyrillic + seen.ukrainian;
    let arabic = seen.arabic + seen.persian;
    let east = seen.han + seen.kana;
    let ranked = [
        (east * 3, if seen.kana * 8 > east { "ja" } else { "zh" }),
        (seen.hangul * 3, "ko"),
        (
            cyrillic * 2,
            if seen.ukrainian * 30 > cyrillic {
                "uk"
            } else {
                "ru"
            },
        ),
        (seen.greek * 2, "el"),
        (
            arabic * 2,
            if seen.persian * 20 > arabic {
                "fa"
            } else {
                "ar"
            },
        ),
        (seen.hebrew * 2, "he"),
        (seen.thai * 2, "th"),
        (seen.devanagari * 2, "hi"),
    ];
    let (weight, tag) = ranked.into_iter().max_by_key(|(weight, _)| *weight)?;
    if weight > seen.latin && weight >= 4 {
        return Some(tag);
    }
    latin(text)
}

/// Which of the languages in Latin letters, by its small words; two of them must be there.
fn latin(text: &str) -> Option<&'static str> {
    let mut hits = [0usize; SMALL_WORDS.len()];
    for word in text.split(|c: char| !c.is_alphabetic()).take(2_000) {
        let word = word.to_lowercase();
        for (hit, (_, small)) in hits.iter_mut().zip(SMALL_WORDS) {
            *hit += usize::from(small.contains(&word.as_str()));
        }
    }
    let best = hits.iter().copied().max().filter(|hits| *hits >= 2)?;
    // The first of equals, in the order of the table.
    hits.iter()
        .position(|hits| *hits == best)
        .and_then(|at| SMALL_WORDS.get(at))
        .map(|(tag, _)| *tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_and_small_words_tell_the_language() {
        for (text, tag) in [
            ("HUAWEI P30 Pro 官方旗舰店正品手机", Some("zh")),
            ("送料無料 ナイキ スニーカー", Some("ja")),
            ("아동용 장난감 세트 KC 인증", Some("ko")),
            ("Чайник электрический с подсветкой", Some("ru")),
            ("the kettle with a lid and a handle for you", Some("en")),
            (
                "Wasserkocher mit Deckel und Griff für die Küche",
                Some("de"),
            ),
            (
                "bouilloire avec couvercle pour la cuisine et les amis",
                Some("fr"),
            ),
            ("XR-500", None),
            ("", None),
        ] {
            assert_eq!(language(text), tag, "{text}");
        }
    }
}
