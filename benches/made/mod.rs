//! A made-up market of any size: listings, rules and reference data, the same on every machine. No line of it is anybody's.

#![allow(dead_code, unused_imports, reason = "each bench uses a part of it")]

pub(crate) mod clock;
mod listings;
mod rules;

use std::{fmt::Write, fs, io, path::Path};

pub(crate) use listings::Market;
pub(crate) use rules::{narrow, sources};

/// Words in a narrow rule's term list.
pub(crate) const WORDS_IN_A_LIST: usize = 100;
/// Lists of narrow rules; more rules than these share them.
pub(crate) const LISTS: usize = 1_000;

/// Reproducible chance (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.throw() % limit.max(1) as u64).unwrap_or(0)
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Whether something happens that happens once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// A name that nobody has, always the same for a number: Latin for even numbers, Chinese for odd ones.
pub(crate) fn name(number: usize) -> String {
    const LATIN: [&str; 16] = [
        "ka", "lu", "mo", "ne", "pi", "ro", "sa", "te", "vu", "wo", "xi", "ya", "zo", "bri", "dra",
        "fle",
    ];
    const HAN: [char; 16] = [
        '岚', '沐', '禾', '曜', '澜', '槿', '珀', '霁', '芃', '昀', '瑾', '漪', '翎', '峤', '钰',
        '藜',
    ];
    let (mut rest, mut made) = (number / 2 + 16 * 16, String::new());
    while rest > 0 {
        match number % 2 {
            0 => made.push_str(LATIN[rest % 16]),
            _ => made.push(HAN[rest % 16]),
        }
        rest /= 16;
    }
    made
}

/// The shipped lists, and beside them `notices` recall notices and a term list for each of `lists` narrow rules.
pub(crate) fn reference(dir: &Path, notices: usize, lists: usize) -> io::Result<()> {
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reference"),
        dir,
    )?;
    let mut text = String::from("{\"source\": \"made\", \"licence\": \"CC0-1.0\"}\n");
    for number in 0..notices {
        text.push_str(&notice(number));
        text.push('\n');
    }
    fs::create_dir_all(dir.join("recalls"))?;
    fs::write(dir.join("recalls/made.jsonl"), text)?;
    for number in 0..lists {
        fs::write(dir.join(format!("terms/made-{number}.toml")), list(number))?;
    }
    Ok(())
}

/// One recall notice: a brand that sells here or nowhere, a model, and words for the goods.
pub(crate) fn notice(number: usize) -> String {
    let mut dice = Dice::of(number as u64);
    let product = dice.one(&[
        "electric kettles",
        "wooden toy cars",
        "space heaters",
        "baby strollers",
        "power banks",
        "儿童积木玩具",
        "电热水壶",
        "bicycle helmets",
    ]);
    let brand = name(dice.below(12_000));
    let model = model(&mut dice);
    format!(
        "{{\"source\":\"made\",\"id\":\"{number}\",\"date\":\"2025-{:02}-{:02}\",\"title\":\"{brand} {product}\",\"brands\":[\"{brand}\"],\"products\":[\"{product}\"],\"models\":[\"{model}\"],\"hazard\":\"overheats\"}}",
        number % 12 + 1,
        number % 28 + 1,
    )
}

/// A maker's number such as `RW-4821B`.
pub(crate) fn model(dice: &mut Dice) -> String {
    let letter = |dice: &mut Dice| char::from(b'A' + dice.below(26) as u8);
    let (a, b) = (letter(dice), letter(dice));
    format!("{a}{b}-{}{}", 1000 + dice.below(9000), letter(dice))
}

/// The word at a place of a narrow rule's list.
pub(crate) fn rare_word(list: usize, place: usize) -> String {
    name(1_000_000 + list * WORDS_IN_A_LIST + place)
}

fn list(number: usize) -> String {
    let mut text = format!(
        "source = \"made\"\nlicence = \"CC0-1.0\"\nname = \"made-{number}\"\nzh = \"词表{number}\"\nen = \"list {number}\"\nseen = ["
    );
    for place in 0..WORDS_IN_A_LIST {
        // Writing into a String cannot fail.
        let _ = write!(text, "\"{}\", ", rare_word(number, place));
    }
    text + "]\n"
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
