//! A rough guess at the language of a text, by its script and its small words.

mod words;

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use words::{BULGARIAN, LETTERS, WORDS};

/// Letters seen of each script.
#[derive(Default)]
struct Scripts {
    latin: usize,
    han: usize,
    kana: usize,
    hangul: usize,
    cyrillic: usize,
    ukrainian: usize,
    belarusian: usize,
    /// ы, э, ё: letters of Russian and Belarusian that Bulgarian and Serbian do without.
    russian: usize,
    /// ъ, which is a vowel of Bulgarian and rare elsewhere.
    hard: usize,
    serbian: usize,
    kazakh: usize,
    /// Characters that only Japan writes so.
    japanese: usize,
    greek: usize,
    arabic: usize,
    persian: usize,
    hebrew: usize,
    thai: usize,
    devanagari: usize,
}

/// Characters whose script is looked at.
const MOST_LETTERS: usize = 4_000;

impl Scripts {
    fn of(text: &str) -> Self {
        let mut seen = Self::default();
        for c in text.chars().take(MOST_LETTERS) {
            let count = match c {
                'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' => &mut seen.ukrainian,
                'ў' | 'Ў' => &mut seen.belarusian,
                'ы' | 'э' | 'ё' | 'Ы' | 'Э' | 'Ё' => &mut seen.russian,
                'ъ' | 'Ъ' => &mut seen.hard,
                'ј' | 'љ' | 'њ' | 'ћ' | 'ђ' | 'џ' | 'Ј' | 'Љ' | 'Њ' => &mut seen.serbian,
                'ә' | 'ғ' | 'қ' | 'ң' | 'ө' | 'ұ' | 'ү' | 'һ' | 'Қ' | 'Ө' => {
                    &mut seen.kazakh
                }
                '込' | '価' | '円' | '販' | '売' | '楽' | '駅' | '気' | '応' | '対' | '営'
                | '払' => &mut seen.japanese,
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
    let arabic = seen.arabic + seen.persian;
    let east = seen.han + seen.kana + seen.japanese;
    let japanese = seen.kana * 8 > east || seen.japanese * 8 > east;
    let persian = seen.persian * 20 > arabic;
    let ranked = [
        (east * 3, if japanese { "ja" } else { "zh" }),
        (seen.hangul * 3, "ko"),
        (seen.all_cyrillic() * 2, seen.in_cyrillic(text)),
        (seen.greek * 2, "el"),
        (arabic * 2, if persian { "fa" } else { "ar" }),
        (seen.hebrew * 2, "he"),
        (seen.thai * 2, "th"),
        (seen.devanagari * 2, "hi"),
    ];
    let (weight, tag) = ranked.into_iter().max_by_key(|(weight, _)| *weight)?;
    if weight > seen.latin && weight >= 4 {
        return Some(tag);
    }
    latin(text).or((weight > 0 && weight * 2 > seen.latin).then_some(tag))
}

impl Scripts {
    fn all_cyrillic(&self) -> usize {
        let own = self.ukrainian + self.belarusian + self.russian;
        self.cyrillic + own + self.hard + self.serbian + self.kazakh
    }

    /// Which of the languages in Cyrillic letters, by the letters that not all of them have.
    fn in_cyrillic(&self, text: &str) -> &'static str {
        let all = self.all_cyrillic();
        let often = |letters: usize| letters * 30 > all;
        if self.belarusian > 0 && often(self.belarusian + self.ukrainian) {
            "be"
        } else if often(self.kazakh) {
            "kk"
        } else if often(self.serbian) {
            "sr"
        } else if often(self.ukrainian) && self.ukrainian > self.russian {
            "uk"
        } else if self.hard * 60 > all && self.hard > self.russian
            || all > 0 && self.russian == 0 && bulgarian(text)
        {
            "bg"
        } else {
            "ru"
        }
    }
}

fn bulgarian(text: &str) -> bool {
    text.split(|c: char| !c.is_alphabetic())
        .take(60)
        .any(|word| BULGARIAN.contains(&word.to_lowercase().as_str()))
}

/// Points for a word that is in a language's list, and for a letter of one language alone.
const WORD: usize = 4;
const LETTER: usize = 6;
/// Words that are looked at: more do not change the answer.
const MOST_WORDS: usize = 300;
/// Fewer points are no answer: two words, or a word and a letter.
const ENOUGH: usize = 7;

/// Word to the languages that have it, by their places in the table.
static BY_WORD: LazyLock<BTreeMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut map: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split(' ') {
            map.entry(word).or_default().push(at);
        }
    }
    map
});

/// Letter to the languages that write it.
static BY_LETTER: LazyLock<BTreeMap<char, Vec<usize>>> = LazyLock::new(|| {
    let mut map: BTreeMap<char, Vec<usize>> = BTreeMap::new();
    for (letters, tags) in LETTERS {
        let places = tags
            .split(' ')
            .filter_map(|tag| WORDS.iter().position(|(t, _)| *t == tag));
        let places: Vec<usize> = places.collect();
        for letter in letters.chars() {
            map.entry(letter).or_default().extend(&places);
        }
    }
    map
});

/// A word in small letters; most are already.
fn lower(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|b| b.is_ascii_lowercase()) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase())
    }
}

/// Which of the languages in Latin letters, by its words and letters.
fn latin(text: &str) -> Option<&'static str> {
    let mut points = [0usize; WORDS.len()];
    for word in text
        .split(|c: char| !c.is_alphabetic())
        .filter(|w| !w.is_empty())
        .take(MOST_WORDS)
    {
        // A word that no language has: a brand, or longer than any.
        if word.len() > 40 {
            continue;
        }
        let word = lower(word);
        let known = BY_WORD.get(word.as_ref()).map_or(&[][..], Vec::as_slice);
        for at in known {
            points[*at] += if known.len() == 1 { WORD + 1 } else { WORD };
        }
        for c in word.chars().filter(|c| !c.is_ascii()) {
            let writers = BY_LETTER.get(&c).map_or(&[][..], Vec::as_slice);
            for at in writers {
                points[*at] += LETTER.div_ceil(writers.len());
            }
        }
    }
    let best = points
        .iter()
        .copied()
        .max()
        .filter(|best| *best >= ENOUGH)?;
    // The first of equals, in the order of the table.
    let at = points.iter().position(|p| *p == best)?;
    WORDS.get(at).map(|(tag, _)| *tag)
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
            (
                "Дамски маратонки с ефектен дизайн, мъжки обувки",
                Some("bg"),
            ),
            ("Чохол для телефону з підставкою", Some("uk")),
            ("Купити недорого ў Мінску", Some("be")),
            ("Дечије патике за дјевојчице", Some("sr")),
            ("Zeķes sieviešu, bezmaksas piegāde", Some("lv")),
            ("Čierna čítačka kariet pre deti", Some("sk")),
            (
                "Potapljaška maska, ugodna cena, spletna trgovina",
                Some("sl"),
            ),
            ("Dámské boty zdarma", Some("cs")),
            ("Välikausitakki naisten, musta", Some("fi")),
            ("Kinderwagen schwarz kaufen", Some("de")),
            ("Conjunto com 2 banquetas preto", Some("pt")),
            ("Juguete para niños", Some("es")),
            ("Torba skórzana damska czarna", Some("pl")),
            ("Női cipő fekete bőr", Some("hu")),
            ("Áo khoác nữ màu đen", Some("vi")),
            ("Kadın siyah çanta", Some("tr")),
            ("税込価格 送料無料", Some("ja")),
            ("XR-500", None),
            ("", None),
        ] {
            assert_eq!(language(text), tag, "{text}");
        }
    }
}
