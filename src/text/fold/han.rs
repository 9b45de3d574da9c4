//! Traditional Chinese characters and their simplified ones.

use std::sync::LazyLock;

use ferrous_opencc::{OpenCC, config::BuiltinConfig};

/// Extension A to the end of the unified block: where the characters that goods are sold with stand.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

/// The simplified character of each, by place.
///
/// Made from OpenCC once, character by character and not by its phrases: a word must fold alike wherever it stands,
/// or a term would be missed for what its neighbours are.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let all: Vec<char> = (FIRST..=LAST).filter_map(char::from_u32).collect();
    let Ok(opencc) = OpenCC::from_config(BuiltinConfig::T2s) else {
        return all;
    };
    // Line by line, so that no two of them can be a phrase.
    let mut lines = String::with_capacity(all.len() * 4);
    for c in &all {
        lines.push(*c);
        lines.push('\n');
    }
    let converted: Vec<char> = opencc
        .convert(&lines)
        .lines()
        .zip(&all)
        .map(|(line, c)| line.chars().next().unwrap_or(*c))
        .collect();
    let step = |c: char| place(c).and_then(|at| converted.get(at).copied());
    // A second step, because a simplified form can have a form of its own and folding must not move twice.
    all.iter()
        .map(|c| step(*c).and_then(|d| step(d).or(Some(d))).unwrap_or(*c))
        .collect()
});

fn place(c: char) -> Option<usize> {
    let code = u32::from(c);
    (FIRST..=LAST)
        .contains(&code)
        .then(|| (code - FIRST) as usize)
}

/// The simplified form of a Han character, or `c` itself.
pub(super) fn simplified(c: char) -> char {
    place(c)
        .and_then(|at| SIMPLIFIED.get(at).copied())
        .unwrap_or(c)
}
